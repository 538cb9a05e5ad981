//! When each key was last set: the exact bounds over every world that the evidence allows.
//!
//! A *world* decides what the evidence leaves open: which key an unnamed regeneration was of, whether one of unknown
//! outcome happened, and what happened where no evidence looks. In a world a key's last setting is its last
//! regeneration, or else the account's creation. The bounds are the least and the greatest that it can be.

use chrono::TimeDelta;

use crate::model::{Attempt, Bounds, Covered, Gap, Instant, Interval, KeyBounds, KeyName, Outcome};

/// The stretches of `(created, as_of]` outside every covered interval, each of which reaches `tolerance` further.
pub fn gaps(
    created: Option<Instant>,
    coverage: &[Covered],
    as_of: Instant,
    tolerance: TimeDelta,
) -> Vec<Gap> {
    let widened = coverage.iter().map(|covered| covered.reach(tolerance)).collect();
    let mut gaps = Vec::new();
    let mut from = created;
    for covered in Interval::joined(widened) {
        let end = covered.start.min(as_of);
        if from.is_none_or(|from| from < end) {
            gaps.push(Gap { start: from, end });
        }
        from = Some(from.map_or(covered.end, |from| from.max(covered.end)));
    }
    if from.is_none_or(|from| from < as_of) {
        gaps.push(Gap { start: from, end: as_of });
    }
    gaps
}

/// The bounds of both keys, of an account whose keys were created at `created`.
///
/// `attempts` and `gaps` all lie after `created` and not after the audit. The forms are closed because a setting
/// never hides a later one:
///
/// - A key is set *no earlier than* its creation or the last regeneration that surely was its own. The world in which
///   every doubtful one was of the other key, or none at all, attains that; and for the older of the keys the world in
///   which all of them renewed the younger.
/// - A key is set *no later than* the last regeneration that may have been its own, where the end of the last gap
///   counts as one. One unnamed regeneration can renew one key only, so of the keys together the older is set latest
///   where the last two unnamed ones are divided between them: a third, older one can raise neither key further.
pub fn bounds(created: Option<Instant>, attempts: &[Attempt], gaps: &[Gap], as_of: Instant) -> KeyBounds {
    let last = |counts: &dyn Fn(&Attempt) -> bool| {
        attempts.iter().filter(|attempt| counts(attempt)).map(|attempt| attempt.at).max()
    };
    let last_gap = gaps.iter().map(|gap| gap.end).max();
    let surely = |key: KeyName| {
        last(&|attempt| attempt.outcome == Outcome::Succeeded && attempt.key == Some(key)).max(created)
    };
    let perhaps_named =
        |key: KeyName| last(&|attempt| attempt.outcome == Outcome::Uncertain && attempt.key == Some(key));

    let mut unnamed: Vec<Instant> = attempts
        .iter()
        .filter(|attempt| attempt.key.is_none() && attempt.outcome != Outcome::Failed)
        .map(|attempt| attempt.at)
        .collect();
    unnamed.sort_unstable_by(|one, other| other.cmp(one));
    let (newest, second) = (unnamed.first().copied(), unnamed.get(1).copied());

    let [earliest1, earliest2] = KeyName::BOTH.map(surely);
    let [own1, own2] = KeyName::BOTH.map(|key| surely(key).max(perhaps_named(key)).max(last_gap));
    let divided =
        Ord::max(Ord::min(own1.max(newest), own2.max(second)), Ord::min(own1.max(second), own2.max(newest)));
    let closed = |earliest: Option<Instant>, latest: Option<Instant>| Bounds {
        earliest,
        // A key of unknown creation always has a gap, since no coverage reaches back for ever.
        latest: latest.unwrap_or(as_of),
    };
    KeyBounds {
        key1: closed(earliest1, own1.max(newest)),
        key2: closed(earliest2, own2.max(newest)),
        oldest: closed(earliest1.min(earliest2), divided),
    }
}
