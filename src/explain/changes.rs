//! What the verdict would be under other assumptions: worked out anew for each, and not guessed.

use chrono::TimeDelta;

use crate::correlate;
use crate::model::{AuditedAccount, Basis, Declaration, Instant, Interval, Scope, Verdict};
use crate::prove::{self, Exports, Question};

/// Another assumption, and the verdict under it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Change {
    /// The options that assume it.
    pub arguments: Vec<String>,
    pub meaning: &'static str,
    /// Whether it is one that only the auditor can know to be true.
    pub is_hypothetical: bool,
    pub verdict: Verdict,
}

/// Those that could matter, for what the account's evidence is.
pub(super) fn changes(
    question: &Question,
    exports: &Exports,
    audited: &AuditedAccount,
    max_age: TimeDelta,
) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut assume = |arguments: &[&str], meaning, is_hypothetical, other: Question| {
        let proven = prove::of_exports(&other, exports.clone());
        let known = proven.accounts.iter().find(|known| known.account.id == audited.account.id);
        changes.extend(known.map(|known| Change {
            arguments: arguments.iter().map(|&argument| argument.to_owned()).collect(),
            meaning,
            is_hypothetical,
            verdict: correlate::verdict(&known.account, &known.proof, question.as_of, max_age),
        }));
    };
    let proof = &audited.proof;
    if audited.verdict == Verdict::NotApplicable {
        return changes;
    }
    let has = |bases: &[Basis]| proof.coverage.iter().any(|covered| bases.contains(&covered.basis));
    if question.coverage_tolerance_hours > 0 && (!proof.coverage.is_empty() || !proof.stamps.is_empty()) {
        let other = Question { coverage_tolerance_hours: 0, ..question.clone() };
        let meaning = "evidence covers what it shows and nothing around it";
        assume(&["--coverage-tolerance", "0"], meaning, false, other);
    }
    if !question.strict_coverage && has(&[Basis::Observed, Basis::Path]) {
        let other = Question { strict_coverage: true, ..question.clone() };
        assume(&["--strict-coverage"], "an export's own events do not show how far it reaches", false, other);
    }
    if !question.declarations.is_empty() && has(&[Basis::Declared]) {
        let other = Question { declarations: Vec::new(), ..question.clone() };
        assume(&[], "without --coverage", false, other);
    }
    if !proof.stamps.is_empty() {
        let other = Question { no_stamps: true, ..question.clone() };
        assume(&["--no-stamps"], "the months in the keys are left out", false, other);
    }
    if question.etag_evidence {
        let other = Question { etag_evidence: false, ..question.clone() };
        assume(&[], "without --etag-evidence", false, other);
    } else if audited.account.written_at.is_some() {
        let other = Question { etag_evidence: true, ..question.clone() };
        assume(&["--etag-evidence"], "an old etag shows that no key was regenerated since", false, other);
    }
    if audited.verdict == Verdict::Unproven && proof.contradiction.is_none() && !proof.gaps.is_empty() {
        // A day more than is needed, so that a silent log would prove a key too old, and not just old enough.
        let start = midnight(question.as_of.minus(max_age).minus(TimeDelta::days(1)));
        let scope = Scope::Within(audited.account.id.clone());
        let mut other = question.clone();
        if let Some(interval) = Interval::new(start, question.as_of) {
            other.declarations.push(Declaration { scope, interval });
            let declaration = format!("{}={start}..{}", audited.account.id, question.as_of);
            let meaning = "if the logs given did hold every event of that time";
            assume(&["--coverage", &declaration], meaning, true, other);
        }
    }
    changes
}

/// The day's first instant.
fn midnight(instant: Instant) -> Instant {
    Instant::parse_argument(&instant.date().to_string()).unwrap_or(instant)
}
