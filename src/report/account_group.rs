//! The groups in which reports list accounts: by verdict, or by the controls that were evaluated if KR001, the control of
//! the verdicts, was not. Then a verdict decides nothing, and must not look as if it did.

use crate::model::{AuditedAccount, ControlOutcome, Finding, Report, Verdict};

/// The clause that replaces the verdicts' result; `None` if the verdicts decide.
pub(super) fn not_evaluated(report: &Report) -> Option<&'static str> {
    if report.judges_ages() {
        None
    } else if AccountGroup::NotJudged.count(report) > 0 {
        Some("only controls about the evidence were evaluated")
    } else {
        Some("KR001 was not evaluated")
    }
}

/// A group of accounts, worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum AccountGroup {
    Failed,
    Open,
    Passed,
    NotApplicable,
    /// Only controls about the evidence were evaluated, and none about accounts.
    NotJudged,
}

impl AccountGroup {
    /// All groups, worst first.
    pub(super) const ALL: [AccountGroup; 5] = [
        AccountGroup::Failed,
        AccountGroup::Open,
        AccountGroup::Passed,
        AccountGroup::NotApplicable,
        AccountGroup::NotJudged,
    ];

    /// The group of an account: that of its verdict, or without KR001, that of the worst answer of the other controls.
    pub(super) fn of(report: &Report, audited: &AuditedAccount) -> AccountGroup {
        if report.judges_ages() {
            return match audited.proof.verdict {
                Verdict::Overdue => AccountGroup::Failed,
                Verdict::Unproven => AccountGroup::Open,
                Verdict::Compliant => AccountGroup::Passed,
                Verdict::NotApplicable => AccountGroup::NotApplicable,
            };
        }
        let has = |is: fn(ControlOutcome) -> bool| audited.findings.iter().any(|finding| is(finding.outcome));
        if audited.findings.is_empty() {
            AccountGroup::NotJudged
        } else if has(|outcome| outcome.level().is_some()) {
            AccountGroup::Failed
        } else if has(|outcome| outcome == ControlOutcome::Open) {
            AccountGroup::Open
        } else if has(|outcome| outcome == ControlOutcome::Pass) {
            AccountGroup::Passed
        } else {
            AccountGroup::NotApplicable
        }
    }

    /// The name: the verdict, or without KR001, the answer of the controls.
    pub(super) fn name(self, report: &Report) -> &'static str {
        match self {
            _ if report.judges_ages() => self.verdict().in_words(),
            AccountGroup::Failed => "failed",
            AccountGroup::Open => "open",
            AccountGroup::Passed => "passed",
            AccountGroup::NotApplicable => "not applicable",
            AccountGroup::NotJudged => "not judged",
        }
    }

    /// The verdict that selects, colors and marks the group in a report.
    pub(super) fn verdict(self) -> Verdict {
        match self {
            AccountGroup::Failed => Verdict::Overdue,
            AccountGroup::Open => Verdict::Unproven,
            AccountGroup::Passed => Verdict::Compliant,
            AccountGroup::NotApplicable | AccountGroup::NotJudged => Verdict::NotApplicable,
        }
    }

    /// The number of accounts in the group.
    pub(super) fn count(self, report: &Report) -> usize {
        report.accounts.iter().filter(|audited| AccountGroup::of(report, audited) == self).count()
    }
}

/// The number of accounts that are in the first two groups only because of waived answers.
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
