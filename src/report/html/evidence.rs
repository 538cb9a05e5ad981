//! The evidence of the verdicts, and the doubts about it: windows, waivers, the baseline, notes.

use maud::{Markup, html};

use super::finding::{finding, outcome};
use super::{line, minutes, section, table};
use crate::model::{ControlOutcome, Covered, EvidenceWindow, Note, Report, Scope, Waiver, days_between};
use crate::report::outcome::since_baseline_in_words;
use crate::report::subscriptions::named;
use crate::report::words::{
    NOTES, ShownSteps, doubts_in_words, limit_in_words, note_in_words, notes_of, together,
};

pub(super) fn findings(report: &Report) -> String {
    let said = report.findings.iter().map(|found| &found.finding);
    let lines: String = said
        .map(|one| {
            if one.outcome == ControlOutcome::Pass {
                let control = &report.controls[one.control];
                line(&html! { p { a href={ "#c" (one.control) } { (control.id) } " " b { (control.name) } " " span.outcome { "passes" } } })
            } else {
                line(&finding(report, one, &ShownSteps::of_evidence(one)))
            }
        })
        .collect();
    if lines.is_empty() {
        return String::new();
    }
    section("evidence-findings", "Findings about the evidence", &lines)
}

/// The windows of each subscription, with scopes of the same windows in one row.
pub(super) fn windows(report: &Report) -> String {
    let tolerance = report.parameters.tolerance_hours;
    let about = line(&html! {
        p.about {
            "Declared: a person or a manifest states that the log is complete. Assumed-complete: the auditor states that no log "
            "was filtered. Path: the hours of stored blobs. Observed: the span of the log's own events. The tolerance of "
            (tolerance) " hours closes no gap; it only moves the first covered instant, for overdue accounts."
        }
    });
    let subscriptions = report.windows.chunk_by(|one, next| one.subscription == next.subscription);
    let rows: String = subscriptions.map(|windows| rows(report, windows)).collect();
    let columns = ["Scope", "From", "To", "Days before the audit", "Basis"];
    let table = table("windows", "Windows of evidence", &columns, &rows);
    let limit = limit_in_words(report).map(|limit| line(&html! { p.about { (limit) } }));
    section("windows", "Evidence of each subscription", &(about + &table + &limit.unwrap_or_default()))
}

fn rows(report: &Report, windows: &[EvidenceWindow]) -> String {
    let title = windows.first().map(|window| {
        line(&html! { tr.group { th scope="rowgroup" colspan="5" { "Subscription " (named(report, &window.subscription)) } } })
    });
    let together = together(windows);
    let is_alone = together.len() == 1;
    let rows = together.into_iter().flat_map(|(covered, scopes)| {
        let scopes = scopes_in_markup(&scopes);
        if covered.is_empty() {
            let where_not = if is_alone { "" } else { ", outside the other scopes" };
            return vec![line(&html! {
                tr { td { (scopes) (where_not) } td.none colspan="4" { "no log known to be complete" } }
            })];
        }
        covered.iter().map(|covered| line(&row_of_window(report, &scopes, covered))).collect()
    });
    title.into_iter().chain(rows).collect()
}

fn row_of_window(report: &Report, scopes: &Markup, covered: &Covered) -> Markup {
    let (start, end) = (covered.interval.start, covered.interval.end);
    let days = |instant| format!("{:.1}", days_between(instant, report.as_of));
    html! {
        tr {
            td { (scopes) }
            td { time datetime=(start) { (minutes(start)) } }
            td { time datetime=(end) { (minutes(end)) } }
            td { (days(start)) " to " (days(end)) }
            td { (covered.basis.as_str()) }
        }
    }
}

fn scopes_in_markup(scopes: &[&Scope]) -> Markup {
    match scopes {
        [Scope::Within(scope)] if scope.group().is_none() => html! { "all of it" },
        [Scope::Everything] => html! { "everything" },
        [one] => html! { (scope_in_words(one)) },
        several => {
            let names: Vec<&str> = several.iter().map(|scope| scope_in_words(scope)).collect();
            html! { (several.len()) " scopes: " (names.join(", ")) }
        }
    }
}

/// The name of a resource group, or the id of another scope.
fn scope_in_words(scope: &Scope) -> &str {
    match scope {
        Scope::Within(id) if id.group().as_ref() == Some(id) => id.resource_group(),
        Scope::Within(id) => id.as_str(),
        Scope::Everything => "everything",
    }
}

pub(super) fn waivers(report: &Report) -> String {
    let Some(waivers) = &report.waivers else { return String::new() };
    let doubts: Vec<String> = doubts_in_words(report).collect();
    let doubts = html! {
        @if !doubts.is_empty() {
            h3 { "Doubts about the waivers" }
            ul { @for doubt in doubts { li { (doubt) } } }
        }
    };
    let mut waived = vec![0; waivers.all.len()];
    for index in report.all_findings().flat_map(|finding| &finding.waivers) {
        waived[*index] += 1;
    }
    let rows: String =
        waivers.all.iter().zip(waived).map(|(waiver, count)| row(report, waiver, count)).collect();
    let columns =
        ["Place", "Control", "Resource", "Key", "Until", "Justification", "Approver", "Ticket", "Waives"];
    section("waivers", "Waivers", &(table("waivers", "All waivers", &columns, &rows) + &line(&doubts)))
}

/// The row of a waiver, and the number of findings that it waives.
fn row(report: &Report, waiver: &Waiver, findings: usize) -> String {
    let file = report.waivers.as_ref().map_or("", |waivers| &waivers.file);
    line(&html! {
        tr {
            th scope="row" { (file) ":" (waiver.line) }
            td { (waiver.control) }
            td { (waiver.resource) }
            td { @if let Some(key) = waiver.key { (key) } @else { "both" } }
            td { (waiver.expires) @if !waiver.holds_at(report.as_of) { b { " expired" } } }
            td { (waiver.justification) }
            td { (waiver.approver.as_deref().unwrap_or_default()) }
            td { (waiver.ticket.as_deref().unwrap_or_default()) }
            td { (findings) @if findings == 1 { " finding" } @else { " findings" } }
        }
    })
}

pub(super) fn baseline(report: &Report) -> String {
    let (Some(baseline), Some(changes)) = (&report.baseline, report.since_baseline()) else {
        return String::new();
    };
    let about = line(&html! {
        p {
            "Findings since " code { (baseline.file) } ": " (since_baseline_in_words(changes)) "."
            @if baseline.fail_on_new { " Only what is new, or worse than it was, fails the gate." }
        }
    });
    let absent = baseline.absent.iter().map(|result| {
        line(&html! {
            tr {
                th scope="row" { (result.control) }
                td { (result.resource) }
                td { (outcome(result.outcome)) }
                td { (result.message) }
            }
        })
    });
    let rows: String = absent.collect();
    let columns = ["Control", "Account", "It was", "Message"];
    let table = if rows.is_empty() {
        String::new()
    } else {
        "<h3>Gone since the baseline</h3>\n".to_owned()
            + &table("gone", "Gone since the baseline", &columns, &rows)
    };
    section("baseline", "Baseline", &(about + &table))
}

pub(super) fn notes(report: &Report) -> String {
    let sections = NOTES.into_iter().map(|(severity, title)| {
        let notes: Vec<&Note> = notes_of(report, severity).collect();
        if notes.is_empty() {
            return String::new();
        }
        line(&html! {
            h3 { (title) }
            ul { @for note in notes { li { (note_in_words(report, note)) } } }
        })
    });
    let lines: String = sections.collect();
    if lines.is_empty() { lines } else { section("notes", "Notes", &lines) }
}
