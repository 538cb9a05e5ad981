//! When each key was last set: the exact bounds over every world that the evidence allows.
//!
//! A bound is always at an attempt, at the creation, at an end of a gap, or at an end of a stretch that readings demand
//! or ban. The answers are monotone over these moments, so a binary search takes `O(n log n)` steps for `n` attempts.

use super::moment::{Moment, Stretch};
use super::worlds::{Ask, Creation, KeyEvidence, Question, StatementKind};
use crate::model::{Instant, KeyName, Outcome};

/// Returns the latest instant at which all of `keys` can have been last set, as of `as_of`. Requires that some world
/// fits the evidence and contains the account by then.
pub(super) fn latest(evidence: &KeyEvidence<'_>, keys: &[KeyName], as_of: Instant) -> Instant {
    // In the world with the latest creation, no key is older than that creation. This world fits if any other world
    // does.
    if evidence.may_be_younger_than(as_of) {
        return as_of;
    }
    let end = Moment::at(as_of);
    let attempts = evidence.attempts.iter().filter(|attempt| attempt.outcome != Outcome::Failed);
    let mut candidates: Vec<Moment> = attempts.map(|attempt| Moment::at(attempt.at)).collect();
    candidates.extend(evidence.gaps.iter().map(|gap| gap.end));
    candidates.extend(evidence.statements.iter().map(|statement| match statement.kind {
        StatementKind::Demand => statement.stretch.end,
        StatementKind::Ban => statement.stretch.start.previous(),
    }));
    match evidence.creation {
        Creation::At(at) => candidates.push(Moment::at(*at)),
        Creation::Elsewhere => {}
        Creation::Unknown { by, writes, .. } => {
            candidates.push(Moment::at(*by));
            candidates.extend(writes.iter().map(|write| Moment::at(*write)));
        }
    }
    candidates.retain(|moment| *moment < end);
    candidates.push(end);
    candidates.sort_unstable();
    candidates.dedup();
    let can_be = |moment: &Moment| evidence.allows(Question { keys, as_of, ask: Ask::AtOrAfter(*moment) });
    let possible = candidates.partition_point(can_be);
    // If no candidate is possible, the keys were set before every known date.
    possible.checked_sub(1).map_or(Instant::MIN, |last| candidates[last].instant())
}

/// Returns the earliest instant at which the key can have been last set, as of `as_of`; `None` if it can have been
/// arbitrarily long ago.
pub(super) fn earliest(evidence: &KeyEvidence<'_>, key: KeyName, as_of: Instant) -> Option<Instant> {
    let can_be =
        |moment: Moment| evidence.allows(Question { keys: &[key], as_of, ask: Ask::AtOrBefore(moment) });
    if !matches!(evidence.creation, Creation::At(_)) && can_be(Moment::MIN.next()) {
        return None;
    }
    let mut candidates: Vec<Moment> =
        evidence.attempts.iter().map(|attempt| Moment::at(attempt.first_at)).collect();
    candidates.extend(evidence.gaps.iter().map(|gap| gap.start));
    candidates.extend(evidence.statements.iter().map(|statement| match statement.kind {
        StatementKind::Demand => statement.stretch.start,
        StatementKind::Ban => statement.stretch.end.next(),
    }));
    match evidence.creation {
        Creation::At(at) => candidates.push(Moment::at(*at)),
        Creation::Elsewhere => {}
        Creation::Unknown { writes, .. } => {
            candidates.extend(writes.iter().map(|write| Moment::at(*write)));
        }
    }
    candidates.retain(|moment| *moment <= Moment::at(as_of));
    candidates.sort_unstable();
    candidates.dedup();
    let first = candidates.partition_point(|moment| !can_be(*moment));
    candidates.get(first).map_or(Some(as_of), |moment| Some(moment.instant()))
}

/// Whether there is a world in which neither key was set after `since` and up to `until`.
pub(super) fn allows_quiet(evidence: &KeyEvidence<'_>, since: Instant, until: Instant) -> bool {
    let ask = Ask::AtOrBefore(Moment::at(since));
    evidence.allows(Question { keys: &KeyName::BOTH, as_of: until, ask })
}

/// Returns the gaps of one key, without the stretches in which its own readings ban a setting.
pub(super) fn unseen(evidence: &KeyEvidence<'_>, key: KeyName) -> Vec<Stretch> {
    Stretch::without(evidence.gaps, &bans(evidence, key))
}

/// The stretches in which readings ban settings of the key.
pub(super) fn bans(evidence: &KeyEvidence<'_>, key: KeyName) -> Vec<Stretch> {
    let of_key = evidence
        .statements
        .iter()
        .filter(|statement| statement.key == key && statement.kind == StatementKind::Ban);
    Stretch::joined(of_key.map(|statement| statement.stretch).collect())
}
