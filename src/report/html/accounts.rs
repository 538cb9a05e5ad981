//! The table of all accounts, and what it can be filtered by. It is in order already, and its script only reorders it.

use std::collections::BTreeSet;

use maud::{Markup, html};

use super::{TOGETHER, class, due, line, section as part, table};
use crate::model::{AgeDays, AuditedAccount, Bounds, ControlOutcome, Finding, KeyAge, Report, Verdict};
use crate::report::words::{counts, rests_on_in_names};

const COLUMNS: [&str; 8] =
    ["Verdict", "Account", "Kind", "Resource group", "Subscription", "Oldest key, days", "Due", "Findings"];

pub(super) fn section(report: &Report, accounts: &[&AuditedAccount]) -> String {
    if accounts.is_empty() {
        return part("accounts", "Accounts", "<p>There are none of the kinds that were asked for.</p>\n");
    }
    let rows: Vec<String> =
        (1..).zip(accounts).map(|(number, audited)| line(&row(report, number, audited))).collect();
    let tables = (0..).step_by(TOGETHER).zip(rows.chunks(TOGETHER)).map(|(before, rows)| {
        let title = format!("Accounts {} to {} of {}", before + 1, before + rows.len(), accounts.len());
        table(&title, &COLUMNS, &rows.concat())
    });
    let lines: String = [line(&filter(accounts))].into_iter().chain(tables).collect();
    part("accounts", "Accounts", &lines)
}

/// Hidden until the script is there that it is for.
fn filter(accounts: &[&AuditedAccount]) -> Markup {
    let verdicts: BTreeSet<Verdict> = accounts.iter().map(|audited| audited.proof.verdict).collect();
    let kinds: BTreeSet<&str> = accounts.iter().map(|audited| audited.account.kind.as_str()).collect();
    let subscriptions: BTreeSet<&str> =
        accounts.iter().map(|audited| audited.account.id.subscription()).collect();
    html! {
        form #filter role="search" aria-label="Filter the accounts" hidden {
            label { "Text " input type="search" name="text" autocomplete="off" spellcheck="false"; }
            (choice("Verdict", "verdict", verdicts.into_iter().map(Verdict::in_words)))
            (choice("Kind", "kind", kinds.into_iter()))
            (choice("Subscription", "subscription", subscriptions.into_iter()))
            button type="reset" { "Reset" }
        }
        p { span #shown role="status" {} " " button #all type="button" hidden { "Show all" } }
    }
}

fn choice<'a>(label: &str, name: &str, options: impl Iterator<Item = &'a str>) -> Markup {
    html! {
        label {
            (label) " "
            select name=(name) {
                option value="" { "all" }
                @for option in options { option { (option) } }
            }
        }
    }
}

fn row(report: &Report, number: usize, audited: &AuditedAccount) -> Markup {
    let id = &audited.account.id;
    let proof = &audited.proof;
    let (age, sorted_by) = age(KeyAge::of_oldest(proof, report.as_of).age_days);
    let due = proof.bounds.filter(|_| proof.verdict != Verdict::NotApplicable).map(|bounds| {
        let unchanged = proof.judgement.filter(|_| proof.verdict == Verdict::Overdue);
        let latest = unchanged.map_or(bounds.oldest.latest, |judgement| judgement.oldest.since);
        due(report, Bounds { latest, ..bounds.oldest })
    });
    html! {
        tr {
            td data-order=(proof.verdict as u8) {
                b class={ "verdict " (class(proof.verdict)) } { (proof.verdict.in_words()) }
                @if !proof.rests_on.is_empty() { " (" (rests_on_in_names(proof)) ")" }
                @if report.is_waived(audited) { " waived" }
            }
            th scope="row" { a href={ "#a" (number) } { (id.name()) } }
            td { (audited.account.kind) }
            td { (id.resource_group()) }
            td { (id.subscription()) }
            td data-order=(sorted_by) { (age) }
            td { (due.map_or("–".to_owned(), day)) }
            td { (findings(report, &audited.findings)) }
        }
    }
}

/// The whole days that the age lies between, and the number to sort by: the greatest age that is possible.
fn age(age: AgeDays) -> (String, String) {
    let Some(least) = age.min.map(f64::floor) else { return ("–".to_owned(), "-1".to_owned()) };
    match age.max.map(f64::ceil) {
        Some(most) if most <= least => (format!("{least}"), format!("{most}")),
        Some(most) => (format!("{least} to {most}"), format!("{most}")),
        None => (format!("{least} or more"), "Infinity".to_owned()),
    }
}

fn day(due: Bounds) -> String {
    let latest = due.latest.date();
    match due.earliest.map(crate::model::Instant::date) {
        Some(earliest) if earliest == latest => latest.to_string(),
        Some(earliest) => format!("{earliest} to {latest}"),
        None => format!("{latest} or earlier"),
    }
}

/// What is at fault or open, by its control.
fn findings(report: &Report, findings: &[Finding]) -> String {
    let told = |finding: &Finding| {
        let open = if finding.outcome == ControlOutcome::Open { " open" } else { "" };
        let waived = if finding.is_waived() { " waived" } else { "" };
        format!("{}{open}{waived}", report.controls[finding.control].id)
    };
    let counting = findings.iter().filter(|finding| counts(report, finding));
    counting.map(told).collect::<Vec<String>>().join(", ")
}
