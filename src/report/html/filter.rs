//! Filters of the accounts as addresses inside the page, for example `#verdict=overdue&subscription=…`. The script reads
//! and writes the same form. Without it, such an address leads to the first account that passes the filter.

use std::collections::HashSet;

use maud::{Markup, html};

use crate::model::{AuditedAccount, ControlOutcome, Finding, Report};
use crate::report::relative_uri;
use crate::report::words::counts;

pub(super) fn filter(pairs: &[(&str, &str)]) -> String {
    let pairs = pairs.iter().map(|(name, value)| format!("{name}={}", relative_uri(value)));
    pairs.collect::<Vec<String>>().join("&")
}

/// A number that links to the accounts it counts, which are in the table only if there are any.
pub(super) fn count(count: usize, pairs: &[(&str, &str)]) -> Markup {
    html! {
        @if count == 0 { span.zero { "–" } } @else { a href={ "#" (filter(pairs)) } { (count) } }
    }
}

/// The state of a control for an account: `KR001 fail`, `KR001 open` or `KR001 waived`; `None` if nothing is at fault.
pub(super) fn standing(report: &Report, finding: &Finding) -> Option<String> {
    let state = match finding.outcome {
        _ if !counts(report, finding) => return None,
        _ if finding.is_waived() => "waived",
        ControlOutcome::Open => "open",
        _ => "fail",
    };
    Some(format!("{} {state}", report.controls[finding.control].id))
}

/// Returns the addresses that the page links to and that no earlier account has, so that they lead to this account.
pub(super) fn anchors(report: &Report, audited: &AuditedAccount, seen: &mut HashSet<String>) -> Vec<String> {
    let verdict = audited.proof.verdict.in_words();
    let subscription = audited.account.id.folded_subscription();
    let mut addresses = vec![
        filter(&[("verdict", verdict)]),
        filter(&[("verdict", verdict), ("subscription", subscription)]),
        filter(&[("subscription", subscription)]),
    ];
    if report.is_waived(audited) {
        addresses.push(filter(&[("waived", "yes")]));
    }
    let standings = audited.findings.iter().filter_map(|finding| standing(report, finding));
    addresses.extend(standings.map(|standing| filter(&[("control", &standing)])));
    addresses.retain(|address| seen.insert(address.clone()));
    addresses
}
