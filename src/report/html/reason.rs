//! Why an account is overdue or unproven, in one line: from the proof, not from the message of a control.

use super::{max_age, minutes};
use crate::model::{AuditedAccount, KeyName, Proof, Report, Verdict};
use crate::report::cause::cause;
use crate::report::words::sentence;

pub(super) fn reason(report: &Report, audited: &AuditedAccount) -> Option<String> {
    let proof = &audited.proof;
    match proof.verdict {
        Verdict::Overdue => overdue(report, proof),
        Verdict::Unproven => {
            Some(cause(report, audited)).filter(|cause| !cause.is_empty()).map(|cause| sentence(&cause))
        }
        Verdict::Compliant | Verdict::NotApplicable => None,
    }
}

fn overdue(report: &Report, proof: &Proof) -> Option<String> {
    let judgement = proof.judgement?;
    let limit = judgement.at.minus(max_age(report));
    let is_old = |key: &KeyName| judgement.of(*key).since_with_tolerance < limit;
    let old: Vec<KeyName> = KeyName::BOTH.into_iter().filter(is_old).collect();
    let since = |key: KeyName| minutes(judgement.of(key).since);
    Some(match old.as_slice() {
        [one] => format!("{one} has not been regenerated since {} or earlier.", since(*one)),
        [one, other] if since(*one) == since(*other) => {
            format!("Neither key has been regenerated since {} or earlier.", since(*one))
        }
        [one, other] => format!(
            "{one} has not been regenerated since {} or earlier, and {other} has not since {} or earlier.",
            since(*one),
            since(*other)
        ),
        [] | [..] => {
            format!(
                "One of the keys has not been regenerated since {} or earlier.",
                minutes(judgement.oldest.since)
            )
        }
    })
}
