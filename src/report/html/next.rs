//! What to do next: one script for all accounts that stamps can settle, the fix script, the logs that are missing, and
//! the doubts about the evidence.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};

use super::filter::filter;
use super::reason::open_spans;
use super::{ShortNames, line, section as part, span};
use crate::model::{AuditedAccount, ControlOutcome, Finding, Instant, Report, Step, Verdict};
use crate::report::words::{NOTES, counted, note_in_words};

/// The command that a step for one account gives, up to the account.
const STAMPS: [&str; 4] = ["rotaudit", "export-script", "--key-stamps", "--account"];

/// Accounts that one command names. For more of them it names their subscriptions, as a command line has a limit.
const NAMED: usize = 50;

/// Accounts of a command that is not folded away.
const VISIBLE: usize = 8;

/// Missing spans and doubts that are listed here.
const LISTED: usize = 6;

pub(super) fn section(report: &Report) -> String {
    let items: String =
        [fix(report), stamps(report), logs(report), doubts(report)].iter().flatten().map(line).collect();
    if items.is_empty() {
        items
    } else {
        part("next", "What to do next", &format!("<ol class=\"next\">\n{items}</ol>\n"))
    }
}

fn fix(report: &Report) -> Option<Markup> {
    let fails = |finding: &Finding| {
        matches!(finding.outcome, ControlOutcome::Fail(_))
            && !finding.is_waived()
            && !finding.steps.is_empty()
    };
    let accounts = report.accounts.iter().filter(|audited| audited.findings.iter().any(fails)).count();
    (accounts > 0).then(|| {
        html! {
            li {
                b { "Fix " (counted(accounts, "account")) " with findings: 1 script. " }
                "Run this audit again with " code { "-o fix.sh" } ". The script prints the steps for each account; with "
                code { "--act" } " it does them, and asks before each regeneration."
            }
        }
    })
}

fn stamps(report: &Report) -> Option<Markup> {
    let unproven = || report.accounts.iter().filter(|audited| audited.proof.verdict == Verdict::Unproven);
    let all = unproven().count();
    let settled: Vec<(&AuditedAccount, &Step)> =
        unproven().filter_map(|audited| Some((audited, stamps_step(audited)?))).collect();
    if settled.is_empty() {
        return None;
    }
    let command = if settled.len() > NAMED { of_subscriptions(&settled) } else { of_accounts(&settled) };
    Some(html! {
        li {
            b { "Settle " @if settled.len() == all { (counted(all, "unproven account")) } @else { (settled.len()) " of " (counted(all, "unproven account")) } ": 1 script, run once. " }
            "It reads the month that each key carries, and no key leaves the machine. Audit again with its sheet."
            @if settled.len() > VISIBLE {
                details.command { summary { "Show the command" } pre { code { (command) } } }
            } @else {
                pre { code { (command) } }
            }
        }
    })
}

fn stamps_step(audited: &AuditedAccount) -> Option<&Step> {
    let mut steps = audited.findings.iter().flat_map(|finding| &finding.steps);
    steps.find(|step| {
        step.command.is_some()
            && step.argv.as_ref().is_some_and(|argv| argv.len() == 5 && argv[..4] == STAMPS)
    })
}

/// The commands for one account each, joined to one. They are quoted for the shell that was asked for.
fn of_accounts(settled: &[(&AuditedAccount, &Step)]) -> String {
    let start = STAMPS.join(" ");
    let quoted = settled.iter().filter_map(|(_, step)| step.command.as_deref()?.strip_prefix(&start));
    let accounts: Vec<&str> = quoted.map(str::trim_start).collect();
    format!("{start} {}", accounts.join(" --account "))
}

/// The ids of subscriptions are hexadecimal digits and hyphens in a step's account, and need no quotes.
fn of_subscriptions(settled: &[(&AuditedAccount, &Step)]) -> String {
    let ids: BTreeSet<&str> =
        settled.iter().map(|(audited, _)| audited.account.id.folded_subscription()).collect();
    let options: String = ids.iter().map(|id| format!(" --subscription {id}")).collect();
    format!("rotaudit export-script --key-stamps{options}")
}

/// The spans without evidence that leave unproven accounts open: the same spans in one line, the longest first.
fn logs(report: &Report) -> Option<Markup> {
    let mut missing: BTreeMap<(&str, Vec<(Instant, Instant)>), Vec<&AuditedAccount>> = BTreeMap::new();
    for audited in report.accounts.iter().filter(|audited| audited.proof.verdict == Verdict::Unproven) {
        let spans = open_spans(report, audited);
        if !spans.is_empty() {
            missing.entry((audited.account.id.subscription(), spans)).or_default().push(audited);
        }
    }
    let mut missing: Vec<_> = missing.into_iter().collect();
    let seconds = |spans: &[(Instant, Instant)]| -> i64 {
        spans.iter().map(|(start, end)| end.seconds_since(*start)).sum()
    };
    missing.sort_by_key(|((_, spans), _)| Reverse(seconds(spans)));
    let names = ShortNames::new(report);
    let more = missing.len().saturating_sub(LISTED);
    (!missing.is_empty()).then(|| {
        html! {
            li {
                b { "Or export the missing logs." } " Azure keeps 90 days. Each account has its command. Without evidence:"
                ul {
                    @for ((subscription, spans), accounts) in missing.iter().take(LISTED) {
                        li {
                            (spans.iter().map(|(start, end)| span(*start, *end)).collect::<Vec<_>>().join(", "))
                            " in subscription " span title=(subscription) { (names.of(subscription)) } " for "
                            a href={ "#" (filter(&[("verdict", "unproven"), ("subscription", subscription)])) } {
                                @if let [one] = accounts.as_slice() { (one.account.id.name()) } @else { (accounts.len()) " accounts" }
                            }
                        }
                    }
                    @if more > 0 { li { (more) " more: see each account" } }
                }
            }
        }
    })
}

fn doubts(report: &Report) -> Option<Markup> {
    let (severity, title) = NOTES[1];
    let doubts: Vec<String> = report
        .notes
        .iter()
        .filter(|note| note.severity == severity)
        .map(|note| note_in_words(report, note))
        .collect();
    let more = doubts.len().saturating_sub(LISTED);
    (!doubts.is_empty()).then(|| {
        html! {
            li {
                b { (title) " (" (doubts.len()) ")" }
                ul {
                    @for doubt in doubts.iter().take(LISTED) { li { (doubt) } }
                    @if more > 0 { li { a href="#notes" { (more) " more" } } }
                }
            }
        }
    })
}
