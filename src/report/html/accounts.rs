//! The table of all accounts with its filters. It is in order without the script, which sorts and filters it.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use maud::{Markup, html};

use super::filter::{anchors, standing};
use super::reason::reason;
use super::{MAX_TABLE_ACCOUNTS, class, due, line, section as part, table};
use crate::model::{AuditedAccount, Bounds, Finding, KeyAge, Report, Verdict};
use crate::report::cause::age;
use crate::report::subscriptions::{labels, named};
use crate::report::words::rests_on_in_names;

const HEADINGS: [&str; 8] =
    ["Verdict", "Account", "Kind", "Resource group", "Subscription", "Oldest key", "Due", "Findings"];

pub(super) fn section(report: &Report, accounts: &[&AuditedAccount]) -> String {
    if accounts.is_empty() {
        return part(
            "accounts",
            "Accounts",
            "<p>The account lists have no account of the kinds that were asked for.</p>\n",
        );
    }
    let labels = labels(report, "…");
    let mut seen = HashSet::new();
    let rows: Vec<String> = (1..)
        .zip(accounts)
        .map(|(number, audited)| {
            let anchors = anchors(report, audited, &mut seen);
            line(&row(report, number, audited, &anchors, &labels))
        })
        .collect();
    let tables =
        (0..).step_by(MAX_TABLE_ACCOUNTS).zip(rows.chunks(MAX_TABLE_ACCOUNTS)).map(|(before, rows)| {
            let title = format!("Accounts {} to {} of {}", before + 1, before + rows.len(), accounts.len());
            table("accounts", &title, &HEADINGS, &rows.concat())
        });
    let lines: String = [line(&filters(report, accounts))].into_iter().chain(tables).collect();
    part("accounts", "Accounts", &lines)
}

/// Returns the filters. They are hidden until the script runs, because they do nothing without it.
fn filters(report: &Report, accounts: &[&AuditedAccount]) -> Markup {
    let verdicts: BTreeSet<Verdict> = accounts.iter().map(|audited| audited.proof.verdict).collect();
    let standings: BTreeSet<String> = accounts
        .iter()
        .flat_map(|audited| &audited.findings)
        .filter_map(|finding| standing(report, finding))
        .collect();
    let distinct = |name: fn(&AuditedAccount) -> &str| -> Vec<&str> {
        let all: BTreeSet<&str> = accounts.iter().map(|audited| name(audited)).collect();
        all.into_iter().collect()
    };
    let subscriptions = distinct(|audited| audited.account.id.folded_subscription());
    let waived: &[&str] = if report.waivers.is_some() { &["yes", "no"] } else { &[] };
    html! {
        form #filter role="search" aria-label="Filter the accounts" hidden {
            label { "Text " input type="search" name="text" autocomplete="off" spellcheck="false"; }
            (choice("Verdict", "verdict", &verdicts.into_iter().map(Verdict::in_words).collect::<Vec<_>>()))
            (choice("Control", "control", &standings.iter().map(String::as_str).collect::<Vec<_>>()))
            (select("Subscription", "subscription", subscriptions.into_iter().map(|id| (id, named(report, id)))))
            (choice("Resource group", "group", &distinct(|audited| audited.account.id.resource_group())))
            (choice("Kind", "kind", &distinct(|audited| audited.account.kind.as_str())))
            (choice("Waived", "waived", waived))
            button type="reset" { "Reset" }
        }
        p.status { span #shown role="status" {} " " button #all type="button" hidden { "Show all" } }
    }
}

/// Returns a choice of these options; empty if there are none.
fn choice(label: &str, name: &str, options: &[&str]) -> Markup {
    html! {
        @if !options.is_empty() { (select(label, name, options.iter().map(|option| (*option, (*option).to_owned())))) }
    }
}

/// Returns a choice of options, each with its value and its text.
fn select<'a>(label: &str, name: &str, options: impl Iterator<Item = (&'a str, String)>) -> Markup {
    html! {
        label {
            (label) " "
            select name=(name) {
                option value="" { "all" }
                @for (value, text) in options { option value=(value) { (text) } }
            }
        }
    }
}

fn row(
    report: &Report,
    number: usize,
    audited: &AuditedAccount,
    anchors: &[String],
    labels: &BTreeMap<&str, String>,
) -> Markup {
    let id = &audited.account.id;
    let proof = &audited.proof;
    // The table is sorted by the greatest age that is possible.
    let oldest = KeyAge::of_oldest(proof, report.as_of).age_days;
    let sorted_by = oldest.min.map_or(-1.0, |_| oldest.max.unwrap_or(f64::INFINITY));
    let due = proof.bounds.filter(|_| proof.verdict != Verdict::NotApplicable).map(|bounds| {
        let unchanged = proof.judgement.filter(|_| proof.verdict == Verdict::Overdue);
        let latest = unchanged.map_or(bounds.oldest.latest, |judgement| judgement.oldest.since);
        due(report, Bounds { latest, ..bounds.oldest })
    });
    let reason = reason(report, audited);
    let rests_on = rests_on_in_names(proof);
    html! {
        tbody {
            tr {
                td data-order=(proof.verdict as u8) {
                    @for anchor in anchors { span id=(anchor) {} }
                    b class={ "verdict " (class(proof.verdict)) } { (proof.verdict.in_words()) }
                    @if reason.is_none() && !rests_on.is_empty() { " (" (rests_on) ")" }
                    @if report.is_waived(audited) { " " i { "waived" } }
                }
                th scope="row" { a href={ "#a" (number) } { (id.name()) } }
                td { (audited.account.kind) }
                td { (id.resource_group()) }
                td title=(id.folded_subscription()) { (labels.get(id.folded_subscription()).map_or(id.subscription(), String::as_str)) }
                td data-order=(order(sorted_by)) { (age(proof, report.as_of)) }
                td { (due.map_or("–".to_owned(), day)) }
                td { (findings(report, &audited.findings)) }
            }
            @if let Some(reason) = reason {
                tr.reason { td colspan="7" { (reason) @if !rests_on.is_empty() { " Depends on: " (rests_on) "." } } }
            }
        }
    }
}

/// Returns a number as JavaScript reads it.
fn order(days: f64) -> String {
    if days.is_infinite() { "Infinity".to_owned() } else { format!("{days:.1}") }
}

fn day(due: Bounds) -> String {
    let latest = due.latest.date();
    match due.earliest.map(crate::model::Instant::date) {
        Some(earliest) if earliest == latest => latest.to_string(),
        Some(earliest) => format!("{earliest} to {latest}"),
        None => format!("{latest} or earlier"),
    }
}

/// Lists the controls that fail, are open or are waived. A control without a word after it fails.
fn findings(report: &Report, findings: &[Finding]) -> String {
    let standings = findings.iter().filter_map(|finding| standing(report, finding));
    let words = standings.map(|standing| standing.trim_end_matches(" fail").to_owned());
    words.collect::<Vec<String>>().join(", ")
}
