//! Why an account is overdue or unproven, in one line: from the proof, not from the message of a control.

use super::{max_age, minutes, span};
use crate::model::{AuditedAccount, Instant, KeyName, Outcome, Proof, Report, Verdict};
use crate::report::words::counted;

/// Spans without evidence that are named.
const NAMED: usize = 2;

pub(super) fn reason(report: &Report, audited: &AuditedAccount) -> Option<String> {
    let proof = &audited.proof;
    match proof.verdict {
        Verdict::Overdue => overdue(report, proof),
        Verdict::Unproven => Some(unproven(report, proof)),
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
        [one] => format!("{one} was not regenerated since {} or earlier.", since(*one)),
        [one, other] if since(*one) == since(*other) => {
            format!("Neither key was regenerated since {} or earlier.", since(*one))
        }
        [one, other] => format!(
            "{one} was not regenerated since {} or earlier, and {other} not since {} or earlier.",
            since(*one),
            since(*other)
        ),
        [] | [..] => {
            format!("One of the keys was not regenerated since {} or earlier.", minutes(judgement.oldest.since))
        }
    })
}

fn unproven(report: &Report, proof: &Proof) -> String {
    if !proof.undecidable.is_empty() {
        return proof.undecidable.iter().map(|one| one.message.as_str()).collect::<Vec<&str>>().join(" ");
    }
    let gaps = open_spans(report, proof);
    let mut reasons: Vec<String> = Vec::new();
    if !gaps.is_empty() {
        let named: Vec<String> = gaps.iter().take(NAMED).map(|(start, end)| span(*start, *end)).collect();
        let more = gaps.len().saturating_sub(NAMED);
        let more = if more == 0 { String::new() } else { format!(" and {}", counted(more, "more span")) };
        reasons.push(format!("no evidence covers {}{more}", named.join(", ")));
    }
    let (unfinished, unnamed) = unclear(report, proof);
    if unfinished > 0 {
        reasons.push(format!("the outcome of {} is unknown", counted(unfinished, "regeneration")));
    }
    if unnamed > 0 {
        reasons.push(format!("{} without the name of the key", counted(unnamed, "regeneration")));
    }
    if reasons.is_empty() {
        return "The evidence allows keys on both sides of the limit.".to_owned();
    }
    let text = reasons.join("; ");
    let first = text.chars().next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", text.chars().skip(1).collect::<String>())
}

/// The spans since the limit in which a key may have been regenerated unseen.
pub(super) fn open_spans(report: &Report, proof: &Proof) -> Vec<(Instant, Instant)> {
    let limit = report.as_of.minus(max_age(report));
    let gaps = proof.gaps.iter().filter(|gap| gap.end > limit);
    gaps.map(|gap| (gap.start.map_or(limit, |start| start.max(limit)), gap.end)).collect()
}

/// The regenerations since the limit whose outcome is unknown, and those that succeeded with a key that is unknown.
fn unclear(report: &Report, proof: &Proof) -> (usize, usize) {
    let limit = report.as_of.minus(max_age(report));
    let recent = || proof.attempts.iter().filter(|attempt| attempt.at > limit);
    let unfinished = recent().filter(|attempt| attempt.outcome == Outcome::Uncertain).count();
    let succeeded = |key: Option<KeyName>, outcome| key.is_none() && outcome == Outcome::Succeeded;
    let unnamed = recent().filter(|attempt| succeeded(attempt.key, attempt.outcome)).count();
    (unfinished, unnamed)
}
