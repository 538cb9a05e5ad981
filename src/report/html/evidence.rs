//! The evidence of the verdicts, and the doubts about it: windows, waivers, the baseline, notes.

use maud::html;

use super::finding::{finding, outcome};
use super::{line, section, table};
use crate::model::{Changes, ControlOutcome, EvidenceWindow, Note, Report, Scope, Waiver, days_between};
use crate::report::words::{NOTES, doubts_in_words, note_in_words};

pub(super) fn findings(report: &Report) -> String {
    let said = report.findings.iter().map(|found| &found.finding);
    let lines: String = said
        .map(|one| {
            if one.outcome == ControlOutcome::Pass {
                let control = &report.controls[one.control];
                line(&html! { p { a href={ "#c" (one.control) } { (control.id) } " " b { (control.name) } " " span.outcome { "passes" } } })
            } else {
                line(&finding(report, one, &[]))
            }
        })
        .collect();
    if lines.is_empty() {
        return String::new();
    }
    section("evidence-findings", "Findings about the evidence", &lines)
}

/// A row for each window of each subscription, and one for each that has none.
pub(super) fn windows(report: &Report) -> String {
    let rows: String = report.windows.iter().map(|window| rows(report, window)).collect();
    let tolerance = report.parameters.tolerance_hours;
    let about = line(&html! {
        p {
            "A person or a manifest stated declared coverage, and the auditor stated that assumed-complete logs are "
            "unfiltered. Path is the hours of stored blobs, and observed the span of a log's own events. The tolerance of "
            (tolerance) " hours closes no gap: it only moves the first covered instant, for overdue accounts."
        }
    });
    let columns = ["Subscription", "Scope", "From", "To", "Days before the audit", "Basis"];
    section(
        "windows",
        "Evidence of each subscription",
        &(about + &table("Windows of evidence", &columns, &rows)),
    )
}

fn rows(report: &Report, window: &EvidenceWindow) -> String {
    let scope = match &window.scope {
        Scope::Within(scope) if scope.as_str() == format!("/subscriptions/{}", window.subscription) => {
            "all of it"
        }
        Scope::Within(scope) => scope.as_str(),
        Scope::Everything => "everything",
    };
    if window.covered.is_empty() {
        return line(&html! {
            tr { th scope="row" { (window.subscription) } td { (scope) } td colspan="4" { "no activity log that proves an absence" } }
        });
    }
    let days = |instant| format!("{:.1}", days_between(instant, report.as_of));
    let rows = window.covered.iter().map(|covered| {
        let (start, end) = (covered.interval.start, covered.interval.end);
        line(&html! {
            tr {
                th scope="row" { (window.subscription) }
                td { (scope) }
                td { (start) }
                td { (end) }
                td { (days(start)) " to " (days(end)) }
                td { (covered.basis.as_str()) }
            }
        })
    });
    rows.collect()
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
    let rows: String = (0..).zip(&waivers.all).map(|(index, waiver)| row(report, index, waiver)).collect();
    let columns =
        ["Place", "Control", "Resource", "Key", "Until", "Justification", "Approver", "Ticket", "Waives"];
    section("waivers", "Waivers", &(table("All waivers", &columns, &rows) + &line(&doubts)))
}

fn row(report: &Report, index: usize, waiver: &Waiver) -> String {
    let file = report.waivers.as_ref().map_or("", |waivers| &waivers.file);
    let findings = report.all_findings().filter(|finding| finding.waivers.contains(&index)).count();
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
    let (Some(baseline), Some(changes)) = (&report.baseline, Changes::of(report)) else {
        return String::new();
    };
    let Changes { new, updated, unchanged, gone } = changes;
    let about = line(&html! {
        p {
            "Findings since " code { (baseline.file) } ": " (new) " new, " (updated) " updated, " (unchanged) " unchanged, " (gone)
            " put right or gone."
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
        "<h3>What there is no more</h3>\n".to_owned() + &table("What there is no more", &columns, &rows)
    };
    section("baseline", "Baseline", &(about + &table))
}

pub(super) fn notes(report: &Report) -> String {
    let sections = NOTES.into_iter().map(|(severity, title)| {
        let notes: Vec<&Note> = report.notes.iter().filter(|note| note.severity == severity).collect();
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
