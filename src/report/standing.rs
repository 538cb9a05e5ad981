//! The groups in which reports list accounts: by verdict, or by the controls that were evaluated if the one of the
//! verdicts, KR001, was not. Then a verdict decides nothing, and must not look as if it did.

use crate::model::{AuditedAccount, ControlOutcome, Finding, Report, Verdict};

/// Instead of what follows from the verdicts.
pub(super) const NOT_EVALUATED: &str = "KR001 was not evaluated";

/// The group of an account. Without KR001, the names of verdicts stand for the worst answer of the other controls.
pub(super) fn standing(report: &Report, audited: &AuditedAccount) -> Verdict {
    if report.judges_ages() {
        return audited.proof.verdict;
    }
    let has = |is: fn(ControlOutcome) -> bool| audited.findings.iter().any(|finding| is(finding.outcome));
    if has(|outcome| outcome.level().is_some()) {
        Verdict::Overdue
    } else if has(|outcome| outcome == ControlOutcome::Open) {
        Verdict::Unproven
    } else if has(|outcome| outcome == ControlOutcome::Pass) {
        Verdict::Compliant
    } else {
        Verdict::NotApplicable
    }
}

/// The number of accounts that are in the first two groups only for answers that are waived.
pub(super) fn count_waived(report: &Report) -> usize {
    let is_waived = |audited: &AuditedAccount| {
        let mut bad = audited
            .findings
            .iter()
            .filter(|finding| finding.outcome.level().is_some() || finding.outcome == ControlOutcome::Open);
        bad.clone().next().is_some() && bad.all(Finding::is_waived)
    };
    if report.judges_ages() {
        report.summary().waived
    } else {
        report.accounts.iter().filter(|audited| is_waived(audited)).count()
    }
}

/// The name of a group.
pub(super) fn name(report: &Report, standing: Verdict) -> &'static str {
    match standing {
        _ if report.judges_ages() => standing.in_words(),
        Verdict::Overdue => "failed",
        Verdict::Unproven => "open",
        Verdict::Compliant => "passed",
        Verdict::NotApplicable => "not applicable",
    }
}

/// The number of accounts in a group.
pub(super) fn count(report: &Report, wanted: Verdict) -> usize {
    report.accounts.iter().filter(|audited| standing(report, audited) == wanted).count()
}
