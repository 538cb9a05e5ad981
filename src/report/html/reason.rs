//! Why an account is overdue or unproven, in one line: from the proof, not from the message of a control.

use super::{max_age, minutes, span};
use crate::model::{Attempt, AuditedAccount, Gap, Instant, KeyAge, KeyName, Outcome, Proof, Report, Verdict};
use crate::report::words::counted;

/// Spans without evidence that are named.
const NAMED: usize = 2;

pub(super) fn reason(report: &Report, audited: &AuditedAccount) -> Option<String> {
    let proof = &audited.proof;
    match proof.verdict {
        Verdict::Overdue => overdue(report, proof),
        Verdict::Unproven => Some(unproven(report, audited)),
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

fn unproven(report: &Report, audited: &AuditedAccount) -> String {
    let proof = &audited.proof;
    if !proof.undecidable.is_empty() {
        return proof.undecidable.iter().map(|one| one.message.as_str()).collect::<Vec<&str>>().join(" ");
    }
    let spans = open_spans(report, audited);
    let mut reasons: Vec<String> = Vec::new();
    if !spans.is_empty() {
        let named: Vec<String> = spans.iter().take(NAMED).map(|(start, end)| span(*start, *end)).collect();
        let more = spans.len().saturating_sub(NAMED);
        let more = if more == 0 { String::new() } else { format!(" and {}", counted(more, "more span")) };
        reasons.push(format!("no evidence covers {}{more}", named.join(", ")));
    }
    let Unclear { unfinished, unnamed } = Unclear::of(report, proof);
    if unfinished > 0 {
        reasons.push(format!("the outcome of {} is unknown", counted(unfinished, "regeneration")));
    }
    if unnamed > 0 {
        reasons.push(format!("the log does not name the key of {}", counted(unnamed, "regeneration")));
    }
    if audited.account.created_at.is_none() {
        reasons.push("the account list does not say when the account was created".to_owned());
    }
    let text = reasons.join("; ");
    let mut letters = text.chars();
    letters.next().map(|first| format!("{}{}.", first.to_uppercase(), letters.as_str())).unwrap_or_default()
}

/// The spans since the limit in which a regeneration may be unseen and would change the verdict. The rule is that of
/// `doubts` in `policies/lib/evidence.rego`: the time after the evidence ends matters only if nothing else is open.
pub(super) fn open_spans(report: &Report, audited: &AuditedAccount) -> Vec<(Instant, Instant)> {
    let proof = &audited.proof;
    let limit = report.as_of.minus(max_age(report));
    let days = f64::from(report.parameters.max_age_days);
    let may_be_old =
        |key: &KeyName| KeyAge::of(proof, report.as_of, *key).age_days.max.is_none_or(|oldest| oldest > days);
    let old: Vec<KeyName> = KeyName::BOTH.into_iter().filter(may_be_old).collect();
    let gaps = if let [one] = old.as_slice() { proof.gaps_of(*one) } else { &proof.gaps };
    let is_last = |gap: &&Gap| match (gap.start, proof.judgement) {
        (Some(start), Some(judgement)) => start >= judgement.at,
        _ => false,
    };
    let (last, earlier): (Vec<&Gap>, Vec<&Gap>) =
        gaps.iter().filter(|gap| gap.end >= limit).partition(is_last);
    let Unclear { unfinished, unnamed } = Unclear::of(report, proof);
    let is_alone = earlier.is_empty() && unfinished + unnamed == 0 && audited.account.created_at.is_some();
    let open = earlier.into_iter().chain(last.into_iter().filter(|_| is_alone));
    open.map(|gap| (gap.start.map_or(limit, |start| start.max(limit)), gap.end)).collect()
}

/// The number of regenerations since the limit that may have renewed either key, or none.
struct Unclear {
    unfinished: usize,
    unnamed: usize,
}

impl Unclear {
    fn of(report: &Report, proof: &Proof) -> Unclear {
        let limit = report.as_of.minus(max_age(report));
        let recent = || proof.attempts.iter().filter(|attempt| attempt.at >= limit);
        let is_unnamed = |attempt: &&Attempt| attempt.key.is_none() && attempt.outcome == Outcome::Succeeded;
        Unclear {
            unfinished: recent().filter(|attempt| attempt.outcome == Outcome::Uncertain).count(),
            unnamed: recent().filter(is_unnamed).count(),
        }
    }
}
