//! The verdict of the audit as one line: the last of the text report, and the first sentence of others.

use std::collections::BTreeMap;

use crate::model::{AuditOutcome, GateLevel, Incomplete, Report, SinceBaseline, counted, printable};

use super::account_group::{AccountGroup, count_waived, not_evaluated};

/// Separates the parts of the line.
const SEPARATOR: &str = " · ";

/// The outcome, the reason for it, and the exit status: "FAIL  1 overdue, 8 compliant · KR001 1 · exit status 1
/// (--fail-on warning)".
pub fn verdict_line(report: &Report) -> String {
    let outcome = report.outcome();
    format!("{}  {}", outcome.as_str(), printable(&reasons(report).join(SEPARATOR)))
}

/// The line without its first word, in parts.
pub(super) fn reasons(report: &Report) -> Vec<String> {
    let outcome = report.outcome();
    let fail_on_new = report.baseline.as_ref().is_some_and(|baseline| baseline.fail_on_new);
    let controls = match outcome {
        AuditOutcome::Fail => {
            by_control(if fail_on_new { "new: " } else { "" }, &report.failures_at_gate(), "")
        }
        AuditOutcome::Unproven => {
            by_control(if fail_on_new { "newly open: " } else { "open: " }, &report.open_at_gate(), "")
        }
        AuditOutcome::Pass => {
            let below = format!(" below --fail-on {}", report.gate.fail_on.as_str());
            by_control("", &report.failures_below_gate(), &below)
        }
        AuditOutcome::Incomplete => incomplete(report),
    };
    let option = match outcome {
        AuditOutcome::Fail if fail_on_new => {
            format!(" (--fail-on {} --fail-on-new)", report.gate.fail_on.as_str())
        }
        AuditOutcome::Fail => format!(" (--fail-on {})", report.gate.fail_on.as_str()),
        AuditOutcome::Pass if fail_on_new => " (--fail-on-new)".to_owned(),
        AuditOutcome::Pass if report.gate.fail_on == GateLevel::Never => " (--fail-on never)".to_owned(),
        AuditOutcome::Pass | AuditOutcome::Incomplete | AuditOutcome::Unproven => String::new(),
    };
    let status = format!("exit status {}{option}", outcome.exit_status());
    let not_evaluated = not_evaluated(report).map(str::to_owned);
    let changes = report.since_baseline().map(since_baseline_in_words);
    [Some(accounts_in_words(report)), changes, controls, not_evaluated, Some(status)]
        .into_iter()
        .flatten()
        .collect()
}

/// The numbers since the baseline: "2 new or worse, 11 known, 1 fixed or gone".
pub(super) fn since_baseline_in_words(changes: SinceBaseline) -> String {
    let SinceBaseline { new, known, gone } = changes;
    format!("{new} new or worse, {known} known, {gone} fixed or gone")
}

/// The accounts by verdict: "6 overdue, 8 compliant, 2 waived". Without the control of the verdicts, by the answers of the
/// others: "1 failed, 2 passed".
fn accounts_in_words(report: &Report) -> String {
    let groups = AccountGroup::ALL.map(|group| {
        let is_allowed = group == AccountGroup::Open && report.gate.allow_unproven;
        let allowed = if is_allowed { " allowed" } else { "" };
        (group.count(report), group.name(report), allowed)
    });
    let words: Vec<String> = groups
        .into_iter()
        .chain([(count_waived(report), "waived", "")])
        .filter(|(count, ..)| *count > 0)
        .map(|(count, name, more)| format!("{count} {name}{more}"))
        .collect();
    if words.is_empty() { "no account was audited".to_owned() } else { words.join(", ") }
}

fn by_control(before: &str, numbers: &BTreeMap<&str, usize>, after: &str) -> Option<String> {
    let words: Vec<String> = numbers.iter().map(|(control, number)| format!("{control} {number}")).collect();
    (!words.is_empty()).then(|| format!("{before}{}{after}", words.join(", ")))
}

/// Why the audit is incomplete, unless no account was audited: the number of accounts says that.
fn incomplete(report: &Report) -> Option<String> {
    match report.incompleteness()? {
        Incomplete::NoAccount if report.out_of_scope > 0 => {
            let kinds = report.parameters.kinds.join(" or ");
            Some(format!("{} of other kinds than {kinds}", counted(report.out_of_scope, "account")))
        }
        Incomplete::NoAccount => None,
        errors @ Incomplete::Errors { .. } => Some(errors.to_string()),
    }
}
