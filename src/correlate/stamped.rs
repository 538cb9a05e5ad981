//! The exact bounds where keys are stamped with the month of their creation.
//!
//! # Why the method is exact
//!
//! In a world, each key has a set of *settings*: the account's creation, the regenerations that were its own, and those
//! that nobody saw. A stamp says two things of that set: nothing in it lies between the month's end and the reading
//! (a **ban**), and something in it lies in the month (a **demand**). A bound is a question of the same two kinds: "can
//! the key's last setting be at `v` or later" demands something in `[v, t]`, "can it be at `v` or earlier" bans all of
//! `(v, t]`. So every bound comes down to whether *any* world keeps a list of bans and demands.
//!
//! Settings beyond what is demanded do no harm where they are not banned. Hence a world keeps the list only if the
//! most crowded one does: every regeneration of unknown outcome that is not banned happened, and so did one in every
//! part of a gap that is not banned. What is left to choose is the key of each unnamed regeneration that either key
//! may have had. Taken in the order of time, all that a choice leaves behind for later demands is when each key was
//! last set; for the key that was not chosen, later is never worse. So one pass that keeps, for each choice of the
//! newest regeneration's key, the latest possible setting of the other key, finds a world if there is one.
//!
//! A bound lies at an end of a gap, of a month, at the creation, or at a regeneration, and what is asked is monotone in
//! `v`: a binary search over these instants takes `O(n log n)` steps for `n` attempts.

use chrono::TimeDelta;

use crate::model::{Attempt, Bounds, Gap, Instant, Interval, KeyBounds, KeyName, Outcome, Stamp};

/// What is known of one account's keys.
#[derive(Clone, Debug)]
pub struct Known<'a> {
    pub created: Option<Instant>,
    /// After the creation, and not after the audit.
    pub attempts: &'a [Attempt],
    pub gaps: &'a [Gap],
    /// Read after the creation, and not after the audit.
    pub stamps: &'a [Stamp],
    pub as_of: Instant,
    pub tolerance: TimeDelta,
}

/// Time is whole nanoseconds, so an open end is the closed one beside it.
const MOMENT: TimeDelta = TimeDelta::nanoseconds(1);

/// The bounds over all worlds that fit, or `None` where no world does.
pub fn bounds(known: &Known<'_>) -> Option<KeyBounds> {
    let worlds = Worlds { known, keys: KeyName::BOTH.map(|key| Side::new(known, key)) };
    worlds.exist(&[]).then(|| {
        let of = |key: KeyName| Bounds { earliest: worlds.earliest(key), latest: worlds.latest(&[key]) };
        let [key1, key2] = KeyName::BOTH.map(of);
        let oldest =
            Bounds { earliest: key1.earliest.min(key2.earliest), latest: worlds.latest(&KeyName::BOTH) };
        KeyBounds { key1, key2, oldest }
    })
}

/// Whether any world fits what is known.
pub fn fits(known: &Known<'_>) -> bool {
    Worlds { known, keys: KeyName::BOTH.map(|key| Side::new(known, key)) }.exist(&[])
}

/// The stretches in which a key may have been set unseen: the gaps, less what its own stamps cover.
pub fn unseen(known: &Known<'_>, key: KeyName) -> Vec<Gap> {
    let mut gaps = known.gaps.to_vec();
    for stamp in known.stamps.iter().filter(|stamp| stamp.key == key) {
        let quiet = stamp.quiet();
        let covered_until = quiet.end.plus(known.tolerance);
        gaps = gaps
            .into_iter()
            .flat_map(|gap| {
                let before = Gap { end: gap.end.min(quiet.start), ..gap };
                let after = Gap { start: gap.start.max(Some(covered_until)), ..gap };
                [before, after].into_iter().filter(|gap| gap.start.is_none_or(|start| start < gap.end))
            })
            .collect();
    }
    gaps
}

/// The attempts, each that the one key's stamps rule out named as the other's.
pub fn named(known: &Known<'_>) -> Vec<Attempt> {
    let sides = KeyName::BOTH.map(|key| Side::new(known, key));
    let name = |attempt: &Attempt| {
        let possible: Vec<KeyName> = sides
            .iter()
            .filter(|side| !side.bans.iter().any(|ban| ban.contains(attempt.at)))
            .map(|side| side.key)
            .collect();
        match (attempt.key, &possible[..]) {
            (None, [key]) => Attempt { key: Some(*key), ..attempt.clone() },
            _ => attempt.clone(),
        }
    };
    known.attempts.iter().map(name).collect()
}

/// One key: what its stamps ban and demand, and where it may have been set unseen.
struct Side {
    key: KeyName,
    bans: Vec<Interval>,
    demands: Vec<Interval>,
    unseen: Vec<Gap>,
}

impl Side {
    fn new(known: &Known<'_>, key: KeyName) -> Side {
        let own = || known.stamps.iter().filter(|stamp| stamp.key == key);
        let ban = |stamp: &Stamp| {
            let quiet = stamp.quiet();
            Interval::new(quiet.start.plus(MOMENT), quiet.end)
        };
        let demand = |stamp: &Stamp| stamp.set_in.until(stamp.taken_at);
        Side {
            key,
            bans: own().filter_map(ban).collect(),
            demands: own().filter_map(demand).collect(),
            unseen: unseen(known, key),
        }
    }
}

/// A further ban or demand on one key.
#[derive(Clone, Copy)]
enum Question {
    Demand(KeyName, Interval),
    Ban(KeyName, Interval),
}

struct Worlds<'a> {
    known: &'a Known<'a>,
    keys: [Side; 2],
}

impl Worlds<'_> {
    /// The latest instant at which all of `keys` can have been set last.
    fn latest(&self, keys: &[KeyName]) -> Instant {
        let as_of = self.known.as_of;
        let ends = keys.iter().flat_map(|key| self.side(*key).unseen.iter().map(|gap| gap.end));
        let candidates = sorted(
            self.known.attempts.iter().map(|attempt| attempt.at).chain(ends).chain(self.known.created),
        );
        let can_be = |at: &Instant| {
            let demand = |key: &KeyName| Some(Question::Demand(*key, Interval::new(*at, as_of)?));
            self.exist(&keys.iter().filter_map(demand).collect::<Vec<_>>())
        };
        let possible = candidates.partition_point(can_be);
        // Without a possible candidate there would be no world at all.
        possible.checked_sub(1).map_or(as_of, |last| candidates[last])
    }

    /// The earliest instant at which `key` can have been set last; `None` if arbitrarily long ago.
    fn earliest(&self, key: KeyName) -> Option<Instant> {
        let as_of = self.known.as_of;
        let side = self.side(key);
        let starts = side.unseen.iter().filter_map(|gap| gap.start);
        let demands = side.demands.iter().map(|demand| demand.start);
        let attempts = self.known.attempts.iter().map(|attempt| attempt.at);
        let candidates = sorted(attempts.chain(starts).chain(demands).chain(self.known.created));
        // A moment later than the candidate, since a gap's own start is not part of it.
        let cannot_be = |at: &Instant| {
            let ban =
                Interval::new(at.plus(MOMENT).plus(MOMENT), as_of).map(|after| Question::Ban(key, after));
            !self.exist(ban.as_slice())
        };
        let first = candidates.get(candidates.partition_point(cannot_be)).copied();
        let never = self.known.created.is_none()
            && self.exist(&[Question::Ban(key, Interval { start: Instant::MIN, end: as_of })]);
        first.filter(|_| !never)
    }

    fn side(&self, key: KeyName) -> &Side {
        &self.keys[usize::from(key == KeyName::Key2)]
    }

    /// Whether there is a world that keeps every stamp's word and `questions` besides.
    fn exist(&self, questions: &[Question]) -> bool {
        let choices = self.keys.each_ref().map(|side| Choice::new(self.known, side, questions));
        let [Some(one), Some(other)] = choices else { return false };
        let mut free = Vec::new();
        for attempt in self.known.attempts.iter().filter(|attempt| attempt.key.is_none()) {
            match (attempt.outcome, one.allows(attempt.at), other.allows(attempt.at)) {
                (Outcome::Failed, ..) | (Outcome::Uncertain, false, false) => {}
                (Outcome::Succeeded, false, false) => return false,
                (_, may_be_one, may_be_other) => free.push((attempt.at, [may_be_one, may_be_other])),
            }
        }
        free.sort_unstable();
        can_divide(&free, [&one.unmet, &other.unmet])
    }
}

/// One key under a list of bans and demands: what only unnamed regenerations can still meet.
struct Choice {
    bans: Vec<Interval>,
    /// By their ends.
    unmet: Vec<Interval>,
}

impl Choice {
    /// `None` where something that surely happened is banned.
    fn new(known: &Known<'_>, side: &Side, questions: &[Question]) -> Option<Choice> {
        let mut bans = side.bans.clone();
        let mut demands = side.demands.clone();
        for question in questions {
            match question {
                Question::Ban(key, interval) if *key == side.key => bans.push(*interval),
                Question::Demand(key, interval) if *key == side.key => demands.push(*interval),
                _ => {}
            }
        }
        let bans = Interval::joined(bans);
        let allowed = |at: Instant| !bans.iter().any(|ban| ban.contains(at));
        let mut settings = Vec::from_iter(known.created);
        for attempt in known.attempts.iter().filter(|attempt| attempt.key == Some(side.key)) {
            match attempt.outcome {
                Outcome::Succeeded => settings.push(attempt.at),
                Outcome::Uncertain if allowed(attempt.at) => settings.push(attempt.at),
                Outcome::Uncertain | Outcome::Failed => {}
            }
        }
        if !settings.iter().all(|at| allowed(*at)) {
            return None;
        }
        let met_unseen = |demand: &Interval| {
            side.unseen.iter().any(|gap| {
                let start = gap.start.map_or(demand.start, |start| start.plus(MOMENT).max(demand.start));
                Interval::new(start, gap.end.min(demand.end)).is_some_and(|part| has_room(part, &bans))
            })
        };
        demands.retain(|demand| !settings.iter().any(|at| demand.contains(*at)) && !met_unseen(demand));
        demands.sort_unstable_by_key(|demand| demand.end);
        Some(Choice { bans, unmet: demands })
    }

    fn allows(&self, at: Instant) -> bool {
        !self.bans.iter().any(|ban| ban.contains(at))
    }
}

/// Whether some instant of `part` is outside all of `bans`, which are joined and in order.
fn has_room(part: Interval, bans: &[Interval]) -> bool {
    let mut from = part.start;
    for ban in bans.iter().filter(|ban| ban.end >= part.start) {
        if from < ban.start {
            break;
        }
        from = ban.end.plus(MOMENT);
    }
    from <= part.end
}

/// When a key was last set by an unnamed regeneration, if by any.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct LastSet(Option<Instant>);

/// Whether the regenerations, in the order of time and each open to the keys that it says, can be divided so that
/// every demand of each key holds one of its own.
fn can_divide(free: &[(Instant, [bool; 2])], unmet: [&[Interval]; 2]) -> bool {
    let mut newest = LastSet(None);
    // For each key, the worlds in which the newest regeneration was its own: of them only the one in which the other
    // key was set latest, if there is any.
    let mut worlds = [Some(LastSet(None)), None];
    let mut due = [0, 0];
    for (at, open_to) in free {
        let ended = [0, 1].map(|key| {
            let from = due[key];
            due[key] += unmet[key][from..].partition_point(|demand| demand.end < *at);
            &unmet[key][from..due[key]]
        });
        keep(&mut worlds, newest, ended);
        let [was_one, was_other] = worlds;
        // The other key's latest setting: as it was if the same key has this one, else the newest before.
        let follow = |same: Option<LastSet>, switched: Option<LastSet>| same.max(switched.map(|_| newest));
        worlds = [
            follow(was_one, was_other).filter(|_| open_to[0]),
            follow(was_other, was_one).filter(|_| open_to[1]),
        ];
        newest = LastSet(Some(*at));
    }
    keep(&mut worlds, newest, [0, 1].map(|key| &unmet[key][due[key]..]));
    worlds.iter().any(Option::is_some)
}

/// Drops the worlds in which a demand that has ended was not met.
fn keep(worlds: &mut [Option<LastSet>; 2], newest: LastSet, ended: [&[Interval]; 2]) {
    let met = |demands: &[Interval], LastSet(last): LastSet| {
        demands.iter().all(|demand| last >= Some(demand.start))
    };
    for key in [0, 1] {
        worlds[key] = worlds[key].filter(|other| met(ended[key], newest) && met(ended[1 - key], *other));
    }
}

fn sorted(instants: impl Iterator<Item = Instant>) -> Vec<Instant> {
    let mut instants: Vec<Instant> = instants.collect();
    instants.sort_unstable();
    instants.dedup();
    instants
}
