//! Each account: its timeline, and the findings of the controls.

use maud::{Markup, html};

use super::finding::{finding, outcome, plan};
use super::{MAX_TABLE_ACCOUNTS, class, line, section as part, timeline};
use crate::model::{AuditedAccount, Finding, Report};
use crate::report::times::in_minutes;
use crate::report::words::{ShownSteps, says_something_new, verdict_in_words};
use crate::report::{etag_in_words, stamps_in_words};

pub(super) fn section(report: &Report, accounts: &[&AuditedAccount]) -> String {
    if accounts.is_empty() {
        return String::new();
    }
    let details: Vec<String> =
        (1..).zip(accounts).map(|(number, audited)| line(&details(report, number, audited))).collect();
    let together = details
        .chunks(MAX_TABLE_ACCOUNTS)
        .map(|details| format!("<div class=\"together\">\n{}</div>\n", details.concat()));
    let lines: String = [line(&opening(report))].into_iter().chain(together).collect();
    part("details", "Each account", &lines)
}

/// Explains how to open the accounts and how to read them. The buttons stay hidden until the script runs.
fn opening(report: &Report) -> Markup {
    html! {
        p.about.opening {
            "Click an account to see its timeline, its evidence and the steps. Only open accounts are printed; "
            "\"Expand all\" opens all of them. "
            (timeline::scale_in_words(report))
        }
        p.buttons hidden { button #expand type="button" { "Expand all" } " " button #collapse type="button" { "Collapse all" } }
    }
}

/// A link to an account leads to an element inside its details, which opens them.
fn details(report: &Report, number: usize, audited: &AuditedAccount) -> Markup {
    let account = &audited.account;
    let words = [verdict_in_words(report, audited), stamps_in_words(audited), etag_in_words(audited)];
    html! {
        details.account {
            summary {
                h3 { bdi { (account.id.name()) } }
                " " b class={ "verdict " (class(audited.proof.verdict)) } { (audited.proof.verdict.in_words()) }
                @if report.is_waived(audited) { " waived" }
            }
            div #{ "a" (number) } {
                p { (account.kind) ", " code { (account.id) } }
                @for words in words.into_iter().flatten() { p { (in_minutes(&words)) } }
                (timeline::timeline(report, audited))
                (findings(report, audited))
                (plan(report, audited))
            }
        }
    }
}

fn findings(report: &Report, audited: &AuditedAccount) -> Markup {
    let mut shown: Vec<&Finding> = Vec::new();
    let mut others: Vec<String> = Vec::new();
    let mut rendered: Vec<Markup> = Vec::new();
    for one in &audited.findings {
        if !one.message.is_empty() && says_something_new(report, one, &shown) {
            rendered.push(finding(report, one, &ShownSteps::of(audited, one, &shown)));
            shown.push(one);
        } else {
            others.push(format!("{} {}", report.controls[one.control].id, outcome(one.outcome)));
        }
    }
    html! {
        @for one in rendered { (one) }
        @if !others.is_empty() { p.others { "Other controls: " (others.join(", ")) "." } }
    }
}
