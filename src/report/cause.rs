//! Why an account is unproven, in a few words. Accounts with the same cause are shown together.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use super::times::period;
use crate::model::{
    AuditedAccount, Gap, Instant, KeyAge, KeyName, Outcome, Proof, Report, UndecidableReason, counted,
};

/// The cause; the first lines of `explain` have it in full.
pub(super) fn cause(report: &Report, audited: &AuditedAccount) -> String {
    let proof = &audited.proof;
    if let Some(undecidable) = proof.undecidable.first() {
        return of_undecidable(undecidable.reason).to_owned();
    }
    let limit = report.as_of.minus(TimeDelta::days(report.parameters.max_age_days.into()));
    let others = other_causes(audited, limit);
    let has_evidence = !(proof.coverage.is_empty() && proof.attempts.is_empty() && proof.stamps.is_empty());
    let mut causes = match gaps(report, audited, limit, !others.is_empty()).as_slice() {
        [] => Vec::new(),
        _ if !has_evidence => vec!["no log known to be complete, and no key stamp".to_owned()],
        [gap] => vec![format!("no evidence {}", period(gap.start.unwrap_or(limit), gap.end))],
        gaps => vec![format!("no evidence for {}", counted(gaps.len(), "period"))],
    };
    causes.extend(others);
    if causes.is_empty() {
        causes.push(if audited.account.created_at.is_none() {
            "it is not known when the account was created".to_owned()
        } else {
            "the evidence does not show how old the keys are".to_owned()
        });
    }
    causes.join("; ")
}

fn of_undecidable(reason: UndecidableReason) -> &'static str {
    match reason {
        UndecidableReason::DeletedAfterList => "the log shows its deletion, and no later list has it",
        UndecidableReason::EarlierAccount => {
            "created after the audit; no list shows the earlier account of its name"
        }
        UndecidableReason::CreationContradictsLog => "the log shows operations before its creation",
        UndecidableReason::LocalAuthUncertain => "key access may be on again since its list was made",
        UndecidableReason::ListsContradict => "the account lists contradict each other",
        UndecidableReason::Contradictory => "the evidence contradicts itself",
    }
}

/// The keys that are not proven younger than the limit.
pub(super) fn open_keys(proof: &Proof, limit: Instant) -> Vec<KeyName> {
    let is_young = |key: KeyName| {
        proof.bounds.and_then(|bounds| bounds.of(key).earliest).is_some_and(|earliest| earliest >= limit)
    };
    KeyName::BOTH.into_iter().filter(|key| !is_young(*key)).collect()
}

fn gaps_of_open_keys(proof: &Proof, limit: Instant) -> &[Gap] {
    match open_keys(proof, limit).as_slice() {
        [key] => proof.gaps_of(*key),
        _ => &proof.gaps,
    }
}

/// The gaps since the limit in which an open key may have been set. The time after the evidence ends, and a gap of less
/// than the tolerance, matter only if nothing else does.
fn gaps(report: &Report, audited: &AuditedAccount, limit: Instant, has_other_causes: bool) -> Vec<Gap> {
    let proof = &audited.proof;
    let recent: Vec<Gap> = gaps_of_open_keys(proof, limit)
        .iter()
        .filter_map(|gap| since_migration(audited, *gap))
        .filter(|gap| gap.end >= limit)
        .map(|gap| Gap { start: Some(gap.start.map_or(limit, |start| start.max(limit))), end: gap.end })
        .collect();
    let tolerance = TimeDelta::hours(report.parameters.tolerance_hours.into());
    let judged_at = proof.judgement.map(|judgement| judgement.at);
    let matters = |gap: &&Gap| {
        let is_last = judged_at.is_some_and(|judged| gap.start >= Some(judged));
        let is_short = gap.start.is_some_and(|start| gap.end.since(start) < tolerance);
        !is_last && !is_short
    };
    let grave: Vec<Gap> = recent.iter().filter(matters).copied().collect();
    if grave.is_empty() && !has_other_causes { recent } else { grave }
}

/// Returns the gaps that leave the account unproven, or that would if nothing else did, by the subscription whose log
/// would close them.
pub(super) fn open_gaps_of_subscriptions<'a>(
    report: &Report,
    audited: &'a AuditedAccount,
) -> BTreeMap<&'a str, Vec<Gap>> {
    let limit = report.as_of.minus(TimeDelta::days(report.parameters.max_age_days.into()));
    let gaps = gaps(report, audited, limit, !other_causes(audited, limit).is_empty());
    let mut of_subscriptions: BTreeMap<&str, Vec<Gap>> = BTreeMap::new();
    for stay in &audited.proof.stays {
        let parts: Vec<Gap> = gaps.iter().filter_map(|gap| stay.part_of(*gap)).collect();
        if !parts.is_empty() {
            of_subscriptions.entry(&stay.subscription_id).or_default().extend(parts);
        }
    }
    if audited.proof.stays.is_empty() && !gaps.is_empty() {
        of_subscriptions.insert(audited.account.id.folded_subscription(), gaps);
    }
    of_subscriptions
}

/// The part of a gap that a log can close: none before a migration.
fn since_migration(audited: &AuditedAccount, gap: Gap) -> Option<Gap> {
    match migrated_at(audited) {
        Some(migrated) if gap.start.is_none() => {
            (migrated < gap.end).then_some(Gap { start: Some(migrated), end: gap.end })
        }
        _ => Some(gap),
    }
}

/// The creation of a migrated account, before which its keys may have been set under another id.
fn migrated_at(audited: &AuditedAccount) -> Option<Instant> {
    audited.account.created_at.filter(|_| audited.account.is_migrated)
}

/// The causes that no gap is.
fn other_causes(audited: &AuditedAccount, limit: Instant) -> Vec<String> {
    let mut causes = of_migration(audited, limit);
    causes.extend(of_attempts(&audited.proof, limit));
    causes
}

/// As `unknown_origin` of the library of the controls.
fn of_migration(audited: &AuditedAccount, limit: Instant) -> Vec<String> {
    let gaps = gaps_of_open_keys(&audited.proof, limit);
    let matters = |migrated: &Instant| *migrated >= limit && gaps.iter().any(|gap| gap.start.is_none());
    let words = |migrated: Instant| {
        let is_sure = !audited.account.is_migration_unknown;
        let migration = if is_sure { "migrated" } else { "possibly migrated" };
        format!("{migration}, so its keys may be older than its creation on {}", migrated.date())
    };
    migrated_at(audited).filter(matters).map(words).into_iter().collect()
}

/// Returns the reasons why the log leaves regenerations since the limit open.
fn of_attempts(proof: &Proof, limit: Instant) -> Vec<String> {
    let recent = || proof.attempts.iter().filter(|attempt| attempt.at >= limit);
    let unnamed =
        recent().filter(|attempt| attempt.outcome == Outcome::Succeeded && attempt.key.is_none()).count();
    let uncertain = recent().filter(|attempt| attempt.outcome == Outcome::Uncertain).count();
    let mut causes = Vec::new();
    if unnamed > 0 {
        causes.push(format!("the log does not name the key of {}", counted(unnamed, "regeneration")));
    }
    if uncertain > 0 {
        causes.push(format!("the outcome of {} is unknown", counted(uncertain, "regeneration")));
    }
    causes
}

/// The range of the oldest key's age: "114–145 days". As in the other formats, the minimum is that of the instant at which
/// the account was judged.
pub(super) fn age(proof: &Proof, as_of: Instant) -> String {
    let age = KeyAge::of_oldest(proof, as_of).age_days;
    let Some(least) = age.min.map(f64::floor) else { return "–".to_owned() };
    match age.max.map(f64::ceil) {
        Some(most) if most - least <= 1.0 => counted_days(most),
        Some(most) => format!("{least}–{}", counted_days(most)),
        None => format!("≥ {}", counted_days(least)),
    }
}

fn counted_days(days: f64) -> String {
    if (days - 1.0).abs() < f64::EPSILON { "1 day".to_owned() } else { format!("{days} days") }
}
