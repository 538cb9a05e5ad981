//! What an auditor reads first: as of when, how many of each verdict, and whether the audit is complete.

use maud::{Markup, html};

use super::{class, line, section as part};
use crate::model::{Report, Verdict};

/// The width of the bar of shares, in units of its own.
const BAR: usize = 1_000;

pub(super) fn heading(report: &Report) -> Markup {
    html! {
        a.skip href="#accounts" { "Skip to the accounts" }
        header {
            h1 { "Key rotation audit" }
            p.asof { "as of " time datetime=(report.as_of) { (report.as_of) } " (" (report.as_of_basis.in_words()) ")" }
            p { (rule(report)) }
            nav aria-label="Contents" {
                ul {
                    li { a href="#summary" { "Summary" } }
                    @if !report.findings.is_empty() { li { a href="#evidence-findings" { "Findings about the evidence" } } }
                    li { a href="#accounts" { "Accounts" } }
                    @if !report.accounts.is_empty() { li { a href="#details" { "Each account" } } }
                    li { a href="#windows" { "Evidence" } }
                    @if report.waivers.is_some() { li { a href="#waivers" { "Waivers" } } }
                    @if report.baseline.is_some() { li { a href="#baseline" { "Baseline" } } }
                    @if !report.notes.is_empty() { li { a href="#notes" { "Notes" } } }
                    li { a href="#provenance" { "Provenance" } }
                }
            }
        }
    }
}

fn rule(report: &Report) -> String {
    let parameters = &report.parameters;
    format!(
        "API access keys may be {} days old. Audited are accounts of the kinds {}.",
        parameters.max_age_days,
        parameters.kinds.join(", ")
    )
}

pub(super) fn section(report: &Report) -> String {
    let summary = report.summary();
    let counts = [
        (Verdict::Overdue, summary.overdue, "a key is older than the limit, proven"),
        (Verdict::Unproven, summary.unproven, "the evidence allows both"),
        (Verdict::Compliant, summary.compliant, "no key is older, proven"),
        (Verdict::NotApplicable, summary.not_applicable, "no key can be used"),
    ];
    let beside = [
        report.waivers.as_ref().map(|_| ("waived", summary.waived, "of the overdue and the unproven")),
        Some(("out of scope", summary.out_of_scope, "accounts of other kinds")),
    ];
    let markup = html! {
        @if !report.is_complete() {
            p.alert { strong { "Part of the evidence could not be read: the audit is not complete." } " " a href="#notes" { "What could not be read" } }
        }
        p { strong { (summary.in_scope) } " accounts were audited." }
        dl.counts {
            @for (verdict, count, meaning) in counts {
                div class=(class(verdict)) { dt { (verdict.in_words()) } dd { b { (count) } " " span { (meaning) } } }
            }
            @for (title, count, meaning) in beside.into_iter().flatten() {
                div { dt { (title) } dd { b { (count) } " " span { (meaning) } } }
            }
        }
        @if summary.in_scope > 0 { (shares(&counts.map(|(verdict, count, _)| (verdict, count)))) }
    };
    part("summary", "Summary", &line(&markup))
}

/// A picture of numbers that stand above it.
fn shares(counts: &[(Verdict, usize)]) -> Markup {
    let all: usize = counts.iter().map(|(_, count)| count).sum();
    let mut before = 0;
    let parts = counts.iter().map(|(verdict, count)| {
        let start = before * BAR / all;
        before += count;
        (class(*verdict), start, before * BAR / all - start)
    });
    html! {
        svg.shares viewBox={ "0 0 " (BAR) " 10" } preserveAspectRatio="none" aria-hidden="true" {
            @for (class, start, width) in parts {
                @if width > 0 { rect class=(class) x=(start) width=(width) height="10" {} }
            }
        }
    }
}
