//! The next steps: the errors, the findings about the evidence, the fix script, one script for all accounts that stamps can settle, the logs that are
//! missing, and the doubts about the evidence.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use maud::{Markup, html};

use super::filter::filter;
use super::{line, max_age, section as part, span};
use crate::model::{AuditedAccount, Finding, Instant, Report, Severity, Verdict, counted};
use crate::remedy::Shell;
use crate::report::cause::open_gaps_of_subscriptions;
use crate::report::stamps;
use crate::report::subscriptions::labels;
use crate::report::words::{NOTES, counts, note_in_words};

/// An audit with errors is incomplete, so they come first.
const ERRORS: (Severity, &str) = NOTES[0];
const DOUBTS: (Severity, &str) = NOTES[1];

/// The maximum number of missing spans, errors and doubts that are listed here.
const MAX_NEXT_LINES: usize = 6;

/// Spans without evidence, from their starts to their ends.
type Spans = Vec<(Instant, Instant)>;

pub(super) fn section(report: &Report, shell: Shell) -> String {
    // The steps that settle verdicts, if the verdicts decide anything.
    let stamps = report.judges_ages().then(|| stamps(report, shell)).flatten();
    let logs = report.judges_ages().then(|| logs(report, stamps.is_some())).flatten();
    let items = [
        notes(report, ERRORS),
        fix_evidence(report),
        fix(report, shell),
        stamps,
        logs,
        notes(report, DOUBTS),
    ];
    let items: String = items.iter().flatten().map(line).collect();
    if items.is_empty() {
        items
    } else {
        part("next", "What to do next", &format!("<ol class=\"next\">\n{items}</ol>\n"))
    }
}

fn fix_evidence(report: &Report) -> Option<Markup> {
    let matters = |finding: &&Finding| counts(report, finding) && !finding.is_waived();
    let findings = report.findings.iter().map(|found| &found.finding).filter(matters).count();
    (findings > 0).then(|| {
        html! {
            li {
                b { "Fix " (counted(findings, "finding")) " about the evidence. " }
                "See " a href="#evidence-findings" { "Findings about the evidence" } "."
            }
        }
    })
}

fn fix(report: &Report, shell: Shell) -> Option<Markup> {
    // A script is in bash or PowerShell.
    let script = match shell {
        Shell::Bash => Some(("-o fix.sh", "--act")),
        Shell::Pwsh => Some(("-o fix.ps1", "-Act")),
        Shell::Cmd => None,
    };
    let accounts = report.accounts.iter().filter(|audited| !audited.plan.is_empty()).count();
    (accounts > 0).then(|| {
        html! {
            li {
                @if let Some((option, act)) = script {
                    b { "Fix " (counted(accounts, "account")) " with findings: 1 script. " }
                    "Run this audit again with " code { (option) } ". The script prints the steps for each account; with "
                    code { (act) } " it does them, and asks before each regeneration."
                } @else {
                    b { "Fix " (counted(accounts, "account")) " with findings. " }
                    "The plan of each account is below."
                }
            }
        }
    })
}

fn stamps(report: &Report, shell: Shell) -> Option<Markup> {
    let unproven = || report.accounts.iter().filter(|audited| audited.proof.verdict == Verdict::Unproven);
    let has_step = |audited: &&AuditedAccount| {
        let mut steps = audited.findings.iter().flat_map(|finding| &finding.steps);
        steps.any(|step| step.argv.as_deref().is_some_and(stamps::is_reading))
    };
    let command = stamps::reading(unproven().filter(has_step), shell)?;
    let (settled, all) =
        (unproven().filter(has_step).count(), counted(unproven().count(), "unproven account"));
    Some(html! {
        li {
            b { "Settle " @if settled < unproven().count() { (settled) " of " } (all) ": 1 script, run once. " }
            "It" (stamps::also(settled)) " reads the month that each key carries, and no key leaves the machine. Audit again with its sheet."
            pre { code { (command) } }
        }
    })
}

/// The spans without evidence that leave unproven accounts open: the same spans in one line, the longest first.
fn logs(report: &Report, is_alternative: bool) -> Option<Markup> {
    let limit = report.as_of.minus(max_age(report));
    let mut missing: BTreeMap<(&str, Spans), Vec<&AuditedAccount>> = BTreeMap::new();
    for audited in report.accounts.iter().filter(|audited| audited.proof.verdict == Verdict::Unproven) {
        for (subscription, gaps) in open_gaps_of_subscriptions(report, audited) {
            let spans = gaps.iter().map(|gap| (gap.start.unwrap_or(limit), gap.end)).collect();
            missing.entry((subscription, spans)).or_default().push(audited);
        }
    }
    let mut missing: Vec<_> = missing.into_iter().collect();
    let seconds = |spans: &[(Instant, Instant)]| -> i64 {
        spans.iter().map(|(start, end)| end.seconds_since(*start)).sum()
    };
    missing.sort_by_key(|((_, spans), _)| Reverse(seconds(spans)));
    let labels = labels(report, "…");
    let more = missing.len().saturating_sub(MAX_NEXT_LINES);
    (!missing.is_empty()).then(|| {
        html! {
            li {
                b { @if is_alternative { "Or export" } @else { "Export" } " the missing logs." } " Azure keeps 90 days. Each account has its command. Without evidence:"
                ul {
                    @for ((subscription, spans), accounts) in missing.iter().take(MAX_NEXT_LINES) {
                        li {
                            (spans.iter().map(|(start, end)| span(*start, *end)).collect::<Vec<_>>().join(", "))
                            " in subscription " span title=(subscription) { (labels.get(subscription).map_or(*subscription, String::as_str)) } " for "
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

fn notes(report: &Report, (severity, title): (Severity, &str)) -> Option<Markup> {
    let notes: Vec<String> = report
        .notes
        .iter()
        .filter(|note| note.severity == severity)
        .map(|note| note_in_words(report, note))
        .collect();
    let more = notes.len().saturating_sub(MAX_NEXT_LINES);
    (!notes.is_empty()).then(|| {
        html! {
            li {
                b { (title) " (" (notes.len()) ")" }
                ul {
                    @for note in notes.iter().take(MAX_NEXT_LINES) { li { (note) } }
                    @if more > 0 { li { a href="#notes" { (more) " more" } } }
                }
            }
        }
    })
}
