//! The age of each account's oldest key against the limit, as ranges on one scale.

use maud::{Markup, html};

use super::{class, line, section as part};
use crate::model::{AuditedAccount, KeyAge, Report, Verdict, counted};
use crate::report::cause::age;

/// Accounts in the chart. More would be longer than anyone reads, and all are in the table of accounts.
const MAX_CHART_ACCOUNTS: usize = 100;

/// Accounts that are printed; `page.css` hides the others on paper.
const MAX_PRINTED_ACCOUNTS: usize = 30;

/// Width of the scale in its own units: twice the limit, with the audit at the right.
const CHART_UNITS: f64 = 1_000.0;

/// Width of the arrow of a bar that goes on beyond the scale.
const ARROW_UNITS: f64 = 14.0;

/// The least width of a bar that is still visible.
const MIN_BAR_UNITS: f64 = 5.0;

pub(super) fn section(report: &Report, accounts: &[&AuditedAccount]) -> String {
    let ranges: Vec<Markup> =
        accounts.iter().zip(1..).filter_map(|(audited, number)| range(report, audited, number)).collect();
    if ranges.is_empty() {
        return String::new();
    }
    let limit = report.parameters.max_age_days;
    let heading = html! {
        p.about {
            "A bar is the range of ages that the evidence allows; a bar with an arrow goes on beyond the scale. "
            @if ranges.len() > MAX_CHART_ACCOUNTS {
                "These are the " (MAX_CHART_ACCOUNTS) " worst of " (counted(ranges.len(), "account")) "; "
                a href="#accounts" { "the table" } " has all."
            }
            @if ranges.len() > MAX_PRINTED_ACCOUNTS {
                span.printed { " Printed are the " (MAX_PRINTED_ACCOUNTS) " worst of " (ranges.len()) "." }
            }
        }
        div.scale aria-hidden="true" { span { (2 * limit) " days ago" } span { (limit) " days: the limit" } span { "audit" } }
    };
    let ranges: String = ranges.iter().take(MAX_CHART_ACCOUNTS).map(line).collect();
    part(
        "ages",
        "Age of each account’s oldest key",
        &(line(&heading) + "<ul class=\"chart\">\n" + &ranges + "</ul>\n"),
    )
}

/// `None` if no key of the account can be used, or the account did not exist.
fn range(report: &Report, audited: &AuditedAccount, number: usize) -> Option<Markup> {
    let verdict = audited.proof.verdict;
    let ages = KeyAge::of_oldest(&audited.proof, report.as_of).age_days;
    let youngest = ages.min.filter(|_| verdict != Verdict::NotApplicable)?;
    let scale = 2.0 * f64::from(report.parameters.max_age_days);
    let x = |days: f64| (CHART_UNITS - days / scale * CHART_UNITS).clamp(0.0, CHART_UNITS);
    let right = x(youngest);
    let is_cut = ages.max.is_none_or(|days| days > scale);
    let left = if is_cut { ARROW_UNITS.min(right) } else { ages.max.map_or(0.0, x) };
    let width = (right - left).max(MIN_BAR_UNITS);
    let left = left.min(CHART_UNITS - width);
    let words = age(&audited.proof, report.as_of);
    Some(html! {
        li {
            a href={ "#a" (number) } { (audited.account.id.name()) }
            svg.range.(class(verdict)) viewBox={ "0 0 " (CHART_UNITS) " 10" } preserveAspectRatio="none" aria-hidden="true" {
                title { (audited.account.id.name()) ": " (words) }
                path.limit d={ "M" (CHART_UNITS / 2.0) " 0v10" } {}
                rect x=(format!("{left:.0}")) width=(format!("{width:.0}")) y="2" height="6" {}
                @if is_cut { path d="M14 0L0 5 14 10z" {} }
            }
            span.age { (words) }
            span.tag.(class(verdict)) { (verdict.in_words()) }
        }
    })
}
