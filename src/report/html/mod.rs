//! HTML: one file to read, to file and to print. It loads nothing, and runs nothing but its own script, without which it
//! still says all.
//!
//! What exports say stays text: maud escapes it, and `line` spells out what is hidden in it. Were there a hole in that, the
//! page's Content Security Policy still knows its style and its script by their hashes, and allows nothing else.

mod account;
mod accounts;
mod evidence;
mod finding;
mod provenance;
mod summary;
mod timeline;

use chrono::TimeDelta;
use data_encoding::BASE64;
use maud::{Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

use crate::model::{AuditedAccount, Bounds, Report, Verdict, printable};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// How many accounts stand together. A browser lays out only those that are near to what is shown, and the script shows
/// no more of them until it is asked to.
const TOGETHER: usize = 500;

pub(super) fn render(report: &Report) -> String {
    let mut accounts: Vec<&AuditedAccount> = report.accounts.iter().collect();
    accounts.sort_by_key(|audited| audited.proof.verdict);
    let main = [
        summary::section(report),
        evidence::findings(report),
        accounts::section(report, &accounts),
        account::section(report, &accounts),
        evidence::windows(report),
        evidence::waivers(report),
        evidence::baseline(report),
        evidence::notes(report),
        provenance::section(report),
    ]
    .concat();
    [
        "<!doctype html>\n<html lang=\"en\">\n<head>\n",
        &line(&head(report)),
        &format!("<style>{STYLE}</style>\n</head>\n<body>\n"),
        &line(&timeline::definitions(report)),
        &line(&summary::heading(report)),
        "<main>\n",
        &main,
        "</main>\n",
        &format!("<script>{SCRIPT}</script>\n</body>\n</html>\n"),
    ]
    .concat()
}

fn head(report: &Report) -> Markup {
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
        title { "Key rotation audit as of " (report.as_of) }
    }
}

/// As a Content Security Policy names what stands in the page itself (CSP Level 3, §2.3.1).
fn hash_source(text: &str) -> String {
    format!("'sha256-{}'", BASE64.encode(&Sha256::digest(text)))
}

/// A block of markup as a line. There is no line break in markup, so whatever is hidden in it comes from an export or
/// from whoever asked for the audit, and is spelled out.
fn line(markup: &Markup) -> String {
    printable(&markup.0) + "\n"
}

/// A part of the page, of which the table of contents tells.
fn section(id: &'static str, title: &'static str, lines: &str) -> String {
    format!(
        "<section id=\"{id}\" aria-labelledby=\"{id}-title\">\n<h2 id=\"{id}-title\">{title}</h2>\n{lines}</section>\n"
    )
}

/// What is wider or longer than the window is scrolled on its own, with the keyboard as well.
fn table(title: &str, columns: &[&str], rows: &str) -> String {
    let markup = html! {
        div.scroll role="region" aria-label=(title) tabindex="0" {
            table {
                thead { tr { @for column in columns { th scope="col" { (column) } } } }
                tbody { "\n" (PreEscaped(rows)) }
            }
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

/// When what was set within `set` reaches the limit.
fn due(report: &Report, set: Bounds) -> Bounds {
    let max_age = max_age(report);
    Bounds { earliest: set.earliest.map(|earliest| earliest.plus(max_age)), latest: set.latest.plus(max_age) }
}
