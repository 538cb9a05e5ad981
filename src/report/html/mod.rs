//! HTML: one file to read, to forward, to file and to print. It loads nothing, and runs only its own script, without
//! which it still says everything.
//!
//! Text of exports stays text: maud escapes it, and `line` spells out its hidden characters. As a second defence, the
//! page's Content Security Policy knows its style and its script by their hashes, and allows nothing else
//! (`tests/html/check.mjs`).

mod account;
mod accounts;
mod chart;
mod evidence;
mod figures;
mod filter;
mod finding;
mod next;
mod provenance;
mod reason;
mod summary;
mod timeline;

use chrono::TimeDelta;
use data_encoding::BASE64;
use maud::{Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use super::times::minute as minutes;
use super::{Cover, Style};
use crate::model::{AuditedAccount, Bounds, Instant, KeyAge, Report, Verdict, printable};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Accounts in one table. A browser lays out only the tables near the visible part, and the script shows no more rows
/// until the reader asks for them.
const MAX_TABLE_ACCOUNTS: usize = 500;

pub(super) fn render(report: &Report, style: &Style) -> String {
    let accounts = worst_first(report);
    let next = next::section(report, style.shell);
    let heading = summary::heading(report, &style.cover, !next.is_empty());
    let main = [
        summary::section(report),
        next,
        chart::section(report, &accounts),
        accounts::section(report, &accounts),
        account::section(report, &accounts),
        evidence::windows(report),
        evidence::findings(report),
        evidence::notes(report),
        evidence::waivers(report),
        evidence::baseline(report),
        provenance::section(report),
    ]
    .concat();
    [
        "<!doctype html>\n<html lang=\"en\">\n<head>\n",
        &line(&head(report, &style.cover)),
        &format!("<style>{STYLE}</style>\n</head>\n<body>\n"),
        &line(&timeline::definitions(report)),
        &line(&heading),
        "<main>\n",
        &main,
        "</main>\n",
        &format!("<script>{SCRIPT}</script>\n</body>\n</html>\n"),
    ]
    .concat()
}

/// Returns the accounts sorted by verdict, then by the age of the oldest key: by the minimum that is proven, then by
/// the maximum that is possible, oldest first.
fn worst_first(report: &Report) -> Vec<&AuditedAccount> {
    let age = |audited: &AuditedAccount| {
        let age = KeyAge::of_oldest(&audited.proof, report.as_of).age_days;
        (age.min.unwrap_or(0.0), age.max.unwrap_or(f64::INFINITY))
    };
    let mut accounts: Vec<&AuditedAccount> = report.accounts.iter().collect();
    accounts.sort_by(|one, other| {
        let ((one_min, one_max), (other_min, other_max)) = (age(one), age(other));
        let by_age = other_min.total_cmp(&one_min).then(other_max.total_cmp(&one_max));
        one.proof.verdict.cmp(&other.proof.verdict).then(by_age)
    });
    accounts
}

fn head(report: &Report, cover: &Cover) -> Markup {
    let policy = format!(
        "default-src 'none'; style-src {}; script-src {}; base-uri 'none'; form-action 'none'",
        hash_source(STYLE),
        hash_source(SCRIPT)
    );
    html! {
        meta charset="utf-8";
        meta http-equiv="Content-Security-Policy" content=(policy);
        meta name="viewport" content="width=device-width, initial-scale=1";
        meta name="color-scheme" content="light dark";
        meta name="referrer" content="no-referrer";
        meta name="generator" content=(env!("CARGO_PKG_NAME"));
        title { (cover.title.as_deref().unwrap_or(summary::TITLE)) ", as of " (report.as_of) }
    }
}

/// The source by which a Content Security Policy allows inline text (CSP Level 3, §2.3.1).
fn hash_source(text: &str) -> String {
    format!("'sha256-{}'", BASE64.encode(&Sha256::digest(text)))
}

/// A block of markup as a line. Markup itself has no line breaks, so every hidden character in it comes from an export
/// or from the command line, and is escaped.
fn line(markup: &Markup) -> String {
    printable(&markup.0) + "\n"
}

/// A part of the page that the table of contents links to.
fn section(id: &'static str, title: &'static str, lines: &str) -> String {
    format!(
        "<section id=\"{id}\" aria-labelledby=\"{id}-title\">\n<h2 id=\"{id}-title\">{title}</h2>\n{lines}</section>\n"
    )
}

/// Returns a table. The style sheet recognizes its columns by the class `class`; on a narrow screen each row is a card.
/// The rows can be grouped in several `tbody` elements.
fn table(class: &str, title: &str, columns: &[&str], rows: &str) -> String {
    let markup = html! {
        table.{ "rows " (class) } aria-label=(title) {
            thead { tr { @for column in columns { th scope="col" { (column) } } } }
            @if rows.starts_with("<tbody>") { (PreEscaped(rows)) } @else { tbody { "\n" (PreEscaped(rows)) } }
        }
    };
    markup.0 + "\n"
}

fn class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Overdue => "overdue",
        Verdict::Unproven => "unproven",
        Verdict::Compliant => "compliant",
        Verdict::NotApplicable => "inapplicable",
    }
}

fn max_age(report: &Report) -> TimeDelta {
    TimeDelta::days(report.parameters.max_age_days.into())
}

/// The instants between which a key set within `set` reaches the limit.
fn due(report: &Report, set: Bounds) -> Bounds {
    let max_age = max_age(report);
    Bounds { earliest: set.earliest.map(|earliest| earliest.plus(max_age)), latest: set.latest.plus(max_age) }
}

/// `2026-08-23 08:13 to 2026-09-01 01:00 UTC`.
fn span(start: Instant, end: Instant) -> String {
    format!("{} to {}", minutes(start).trim_end_matches(" UTC"), minutes(end))
}
