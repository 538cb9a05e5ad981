//! The first screen: what the report is about, the verdict with its reason, and the figures.

use maud::{Markup, html};

use super::filter::filter;
use super::{class, figures, line, minutes, section as part};
use crate::model::{Report, Verdict, counted};
use crate::report::Cover;
use crate::report::account_group::{AccountGroup, count_waived, not_evaluated};
use crate::report::outcome::reasons;
use crate::report::words::why_incomplete;

/// The title of a report that was given none.
pub(super) const TITLE: &str = "Key rotation audit";

/// With a link to the next steps if there are any.
pub(super) fn heading(report: &Report, cover: &Cover, has_next: bool) -> Markup {
    let about = [("Engagement", &cover.engagement), ("Prepared by", &cover.prepared_by)];
    html! {
        a.skip href="#accounts" { "Skip to the accounts" }
        header {
            @if cover.title.is_some() { p.kind { (TITLE) } }
            h1 { (cover.title.as_deref().unwrap_or(TITLE)) }
            p.asof {
                "as of " time datetime=(report.as_of) { (minutes(report.as_of)) } " (" (report.as_of_basis.in_words()) ") · "
                (report.parameters.max_age_days) "-day limit · " (kinds(report)) " · " (counted(subscriptions(report), "subscription"))
            }
            @if about.iter().any(|(_, text)| text.is_some()) {
                dl.cover { @for (name, text) in about { @if let Some(text) = text { div { dt { (name) } dd { (text) } } } } }
            }
            nav aria-label="Contents" {
                ul {
                    li { a href="#summary" { "Summary" } }
                    @if has_next { li { a href="#next" { "Next steps" } } }
                    @if !report.accounts.is_empty() { li { a href="#ages" { "Ages" } } }
                    li { a href="#accounts" { "Accounts" } }
                    @if !report.accounts.is_empty() { li { a href="#details" { "Each account" } } }
                    li { a href="#windows" { "Evidence" } }
                    @if !report.notes.is_empty() { li { a href="#notes" { "Notes" } } }
                    @if report.waivers.is_some() { li { a href="#waivers" { "Waivers" } } }
                    @if report.baseline.is_some() { li { a href="#baseline" { "Baseline" } } }
                    li { a href="#provenance" { "Provenance" } }
                }
            }
        }
    }
}

fn kinds(report: &Report) -> String {
    let kinds = &report.parameters.kinds;
    format!("{} accounts", kinds.join(" and "))
}

fn subscriptions(report: &Report) -> usize {
    let mut ids: Vec<&str> =
        report.accounts.iter().map(|audited| audited.account.id.folded_subscription()).collect();
    ids.sort_unstable();
    ids.dedup();
    ids.len()
}

pub(super) fn section(report: &Report) -> String {
    let lines = [
        line(&verdict(report)),
        line(&cards(report)),
        "<div class=\"split\">\n".to_owned(),
        figures::controls(report),
        if report.judges_ages() { figures::subscriptions(report) } else { String::new() },
        "</div>\n".to_owned(),
    ];
    part("summary", "Summary", &lines.concat())
}

/// The outcome as a sentence, and below it the reason for the exit status.
fn verdict(report: &Report) -> Markup {
    let outcome = report.outcome();
    html! {
        div.answer.(outcome.as_str().to_lowercase()) {
            p { strong { (outcome.as_str()) } " " (sentence(report)) }
            p.why {
                (reasons(report).join(" · "))
                @if !report.is_complete() { " · " a href="#notes" { "the errors" } }
            }
        }
    }
}

fn sentence(report: &Report) -> String {
    let summary = report.summary();
    let all = counted(summary.in_scope, "account");
    let limit = report.parameters.max_age_days;
    let has = if summary.overdue == 1 { "has" } else { "have" };
    let facts = match (summary.overdue, summary.unproven) {
        _ if summary.in_scope == 0 => "No account was audited.".to_owned(),
        _ if !report.judges_ages() => without_verdicts(report),
        (0, 0) if summary.not_applicable == 0 => format!("{all}: no key is older than {limit} days."),
        (0, 0) => format!("{all}: no key that can be used is older than {limit} days."),
        (0, unproven) => {
            format!(
                "{unproven} of {all} cannot be proven either way; no key is shown to be older than {limit} days."
            )
        }
        (overdue, 0) => format!("{overdue} of {all} {has} a key that is older than {limit} days."),
        (overdue, unproven) => format!(
            "{overdue} of {all} {has} a key that is older than {limit} days; {unproven} more cannot be proven either way."
        ),
    };
    let rests = report.accounts.iter().filter(|audited| !audited.proof.rests_on.is_empty()).count();
    let facts = match rests {
        _ if !report.judges_ages() => facts,
        0 => facts,
        1 => format!("{facts} The verdict of 1 account depends on assumptions, which it names."),
        _ => format!(
            "{facts} The verdicts of {rests} accounts depend on assumptions; each verdict names its own."
        ),
    };
    match why_incomplete(report) {
        Some(why) => format!("{why}, so the audit is not complete. {facts}"),
        None => facts,
    }
}

/// The result of the other controls, if that of the verdicts was not evaluated.
fn without_verdicts(report: &Report) -> String {
    let why = not_evaluated(report).unwrap_or_default();
    let count = |group: AccountGroup| group.count(report);
    if count(AccountGroup::NotJudged) > 0 {
        return format!("No account was judged: {why}, so the ages of keys decide nothing.");
    }
    format!(
        "Of {}, {} failed a control, and for {} more a control is open. {why}, so the ages of keys decide nothing.",
        counted(report.accounts.len(), "account"),
        count(AccountGroup::Failed),
        count(AccountGroup::Open)
    )
}

fn cards(report: &Report) -> Markup {
    let summary = report.summary();
    let limit = report.parameters.max_age_days;
    if !report.judges_ages() {
        return html! {
            ul.cards {
                @for group in AccountGroup::ALL {
                    @let count = group.count(report);
                    @if group != AccountGroup::NotJudged {
                        li.(class(group.verdict())) { (card(None, count, group.name(report), "by its controls")) }
                    } @else if count > 0 {
                        li.(class(group.verdict())) { (card(None, count, group.name(report), "by any control")) }
                    }
                }
                @if report.waivers.is_some() {
                    li { (card(None, count_waived(report), "waived", "of the failed and the open")) }
                }
                li { (card(None, summary.out_of_scope, "out of scope", "accounts of other kinds")) }
            }
        };
    }
    let of_verdict = [
        (Verdict::Overdue, summary.overdue, format!("a key is older than {limit} days")),
        (Verdict::Unproven, summary.unproven, "the evidence allows both".to_owned()),
        (Verdict::Compliant, summary.compliant, format!("no key is older than {limit} days")),
        (Verdict::NotApplicable, summary.not_applicable, "there was no usable key".to_owned()),
    ];
    html! {
        ul.cards {
            @for (verdict, count, meaning) in of_verdict {
                li.(class(verdict)) { (card(Some(filter(&[("verdict", verdict.in_words())])), count, verdict.in_words(), &meaning)) }
            }
            @if report.waivers.is_some() {
                li { (card(Some(filter(&[("waived", "yes")])), summary.waived, "waived", "of the overdue and the unproven")) }
            }
            li { (card(None, summary.out_of_scope, "out of scope", "accounts of other kinds")) }
        }
    }
}

/// A card links to the accounts that it counts, if there are any in the report.
fn card(address: Option<String>, count: usize, name: &str, meaning: &str) -> Markup {
    let text = html! { b { (count) } span.name { (name) } " " span.meaning { (meaning) } };
    html! {
        @match address.filter(|_| count > 0) {
            Some(address) => a href={ "#" (address) } { (text) },
            None => div { (text) },
        }
    }
}
