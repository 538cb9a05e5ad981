//! The bounds of stamped keys against a brute-force enumeration of worlds, and the laws that they keep.
//!
//! Time is a grid of half hours, of which the evidence speaks only in whole ones: a half one stands for "a moment after
//! the hour". A key's settings are a set of bits, one for each half hour.

mod support;

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use proptest::prelude::*;
use proptest::sample::select;
use rotaudit::correlate::stamped::{self, Known};
use rotaudit::correlate::{bounds, contradiction, gaps};
use rotaudit::model::{
    Attempt, Basis, Bounds, Contradiction, Covered, Gap, InputId, Instant, Interval, KeyBounds, KeyName,
    Month, Outcome, Place, Stamp,
};
use support::cases;

const HOURS: i64 = 5;

/// A stamp: the key, the hours of its month, and the hour of its reading.
type StampHours = (KeyName, i64, i64, i64);

#[derive(Clone, Debug)]
struct Scenario {
    /// `None`: long before the grid.
    created: Option<i64>,
    tolerance: i64,
    coverage: Vec<(i64, i64)>,
    attempts: Vec<(i64, Outcome, Option<KeyName>)>,
    stamps: Vec<StampHours>,
}

fn at(hour: i64) -> Instant {
    Instant::parse_argument("2026-06-01").expect("a date").plus(TimeDelta::hours(hour))
}

fn stamp((key, first, last, taken): StampHours) -> Stamp {
    let month = Month::new(2026, 6).expect("a month");
    let place = Place { input: InputId(0), line: 1, column: 1 };
    let set_in = Interval { start: at(first), end: at(last) };
    Stamp { set_in, ..Stamp::new(key, month, at(taken), place) }
}

impl Scenario {
    fn gaps(&self) -> Vec<Gap> {
        let covered = |(start, end): &(i64, i64)| Covered {
            interval: Interval { start: at(*start), end: at(*end) },
            basis: Basis::Declared,
        };
        let coverage: Vec<Covered> = self.coverage.iter().map(covered).collect();
        gaps(self.created.map(at), &coverage, at(HOURS), TimeDelta::hours(self.tolerance))
    }

    fn attempts(&self) -> Vec<Attempt> {
        let attempt = |(hour, outcome, key): &(i64, Outcome, Option<KeyName>)| Attempt {
            at: at(*hour),
            outcome: *outcome,
            key: *key,
            caller: None,
            records: Vec::new(),
        };
        self.attempts.iter().map(attempt).collect()
    }

    fn bounds(&self) -> Option<KeyBounds> {
        self.with_known(stamped::bounds)
    }

    fn with_known<T>(&self, ask: impl FnOnce(&Known<'_>) -> T) -> T {
        let stamps: Vec<Stamp> = self.stamps.iter().copied().map(stamp).collect();
        ask(&Known {
            created: self.created.map(at),
            attempts: &self.attempts(),
            gaps: &self.gaps(),
            stamps: &stamps,
            as_of: at(HOURS),
            tolerance: TimeDelta::hours(self.tolerance),
        })
    }

    /// Whether a world fits `statements`, whatever else the evidence says.
    fn fits_only(&self, statements: &Contradiction) -> bool {
        self.with_known(|known| {
            let mut kept = statements.attempts.clone();
            let word = |attempt: &Attempt| match kept.iter().position(|kept| kept == attempt) {
                Some(index) => kept.swap_remove(index),
                None => Attempt { outcome: Outcome::Uncertain, key: None, ..attempt.clone() },
            };
            let attempts: Vec<Attempt> = known.attempts.iter().map(word).collect();
            let life = Gap { start: known.created, end: known.as_of };
            let mut gaps = if statements.coverage { known.gaps.to_vec() } else { vec![life] };
            if !statements.creation {
                gaps.extend(known.created.map(|created| Gap { start: None, end: created }));
            }
            let created = known.created.filter(|_| statements.creation);
            stamped::fits(&Known {
                created,
                attempts: &attempts,
                gaps: &gaps,
                stamps: &statements.stamps,
                ..*known
            })
        })
    }

    /// The key that an attempt was of: the one that it names, or else the only one that its stamps leave.
    fn key_of(&self, (hour, _, named): &(i64, Outcome, Option<KeyName>)) -> Option<KeyName> {
        let is_ruled_out = |key: &KeyName| {
            self.stamps.iter().any(|(of, _, last, taken)| of == key && (last + 1..=*taken).contains(hour))
        };
        let left: Vec<KeyName> = KeyName::BOTH.into_iter().filter(|key| !is_ruled_out(key)).collect();
        named.or(if let [only] = left[..] { Some(only) } else { None })
    }

    /// The half hours at which nobody would have seen a regeneration of `key`.
    fn unseen(&self, key: KeyName) -> u32 {
        let first = self.created.map_or(0, |created| 2 * created + 1);
        let is_unseen = |half: &i64| {
            let logged = self.coverage.iter().any(|(start, end)| {
                // The end of a gap counts as uncovered: a window's first instant does, unless another one holds it.
                let start = 2 * (start - self.tolerance);
                let reaches_back = self.coverage.iter().any(|(other, last)| {
                    2 * (other - self.tolerance) < start && 2 * (last + self.tolerance) >= start
                });
                let from = if reaches_back { start } else { start + 1 };
                (from..=2 * (end + self.tolerance)).contains(half)
            });
            let stamped = self.stamps.iter().any(|(of, _, last, taken)| {
                *of == key && (2 * last.min(taken) + 1..=2 * (taken + self.tolerance)).contains(half)
            });
            !logged && !stamped
        };
        (first..=2 * HOURS).filter(is_unseen).fold(0, |bits, half| bits | bit(half))
    }

    /// Whether a set of settings of `key` is what its stamps say. A creation before the grid is no part of the set.
    fn fits(&self, key: KeyName, settings: u32) -> bool {
        self.stamps.iter().filter(|(of, ..)| *of == key).all(|(_, first, last, taken)| {
            let known_then = settings & up_to(2 * taken);
            let newest = last_of(known_then);
            newest.is_some_and(|newest| (2 * first..=2 * last).contains(&newest))
        })
    }

    /// Each world's last settings of key1 and key2, in half hours; `None`: never since before the grid.
    fn worlds(&self) -> Vec<[Option<i64>; 2]> {
        let born = self.created.map_or(0, |created| bit(2 * created));
        let mut assignments = vec![[born, born]];
        for (hour, outcome, named) in &self.attempts {
            let mut choices: Vec<Option<KeyName>> = match named {
                Some(key) => vec![Some(*key)],
                None => KeyName::BOTH.into_iter().map(Some).collect(),
            };
            match outcome {
                Outcome::Succeeded => {}
                Outcome::Uncertain => choices.push(None),
                Outcome::Failed => choices = vec![None],
            }
            assignments = assignments
                .iter()
                .flat_map(|sets| choices.iter().map(|choice| with(*sets, *choice, 2 * hour)))
                .collect();
        }
        let [ones, others] = KeyName::BOTH.map(|key| {
            let decided: BTreeSet<u32> =
                assignments.iter().map(|sets| sets[usize::from(key == KeyName::Key2)]).collect();
            let completed = decided.into_iter().map(|settings| (settings, self.completed(key, settings)));
            completed.collect::<BTreeMap<u32, BTreeSet<Option<i64>>>>()
        });
        let pairs = assignments.iter().flat_map(|[one, other]| {
            ones[one].iter().flat_map(|one| others[other].iter().map(|other| [*one, *other]))
        });
        pairs.collect()
    }

    /// The last settings of `key` in all that can have happened unseen beside those that are decided.
    fn completed(&self, key: KeyName, decided: u32) -> BTreeSet<Option<i64>> {
        let all = subsets(self.unseen(key)).map(|unseen| decided | unseen);
        all.filter(|settings| self.fits(key, *settings)).map(last_of).collect()
    }
}

fn bit(half: i64) -> u32 {
    1 << half
}

fn up_to(half: i64) -> u32 {
    (2 << half) - 1
}

fn last_of(settings: u32) -> Option<i64> {
    settings.checked_ilog2().map(i64::from)
}

fn subsets(bits: u32) -> impl Iterator<Item = u32> {
    std::iter::successors(Some(bits), move |subset| (*subset != 0).then(|| (subset - 1) & bits))
}

fn with(mut sets: [u32; 2], key: Option<KeyName>, half: i64) -> [u32; 2] {
    if let Some(key) = key {
        sets[usize::from(key == KeyName::Key2)] |= bit(half);
    }
    sets
}

/// A moment after an hour is the hour itself, as the end of an open interval.
fn bounds_of(worlds: &[[Option<i64>; 2]], last: impl Fn(&[Option<i64>; 2]) -> Option<i64>) -> Bounds {
    let earliest = worlds.iter().map(&last).min().expect("there is a world");
    let latest = worlds.iter().map(&last).max().expect("there is a world").expect("a key was set");
    assert_eq!(latest % 2, 0, "a latest bound is a whole hour");
    Bounds { earliest: earliest.map(|half| at(half / 2)), latest: at(latest / 2) }
}

fn key() -> impl Strategy<Value = KeyName> {
    select(KeyName::BOTH.to_vec())
}

fn attempt(born: i64) -> impl Strategy<Value = (i64, Outcome, Option<KeyName>)> {
    let outcome = select(vec![Outcome::Succeeded, Outcome::Uncertain, Outcome::Failed]);
    // Unnamed ones are what the stamps steer.
    let named = select(vec![None, None, None, Some(KeyName::Key1), Some(KeyName::Key2)]);
    (born + 1..=HOURS, outcome, named)
}

fn stamp_hours(born: i64) -> impl Strategy<Value = StampHours> {
    // Read after the month began: a sheet of a month to come is refused.
    (key(), 0..=HOURS, 0..=HOURS, born + 1..=HOURS)
        .prop_map(|(key, one, other, taken)| (key, one.min(other).min(taken), one.max(other), taken))
}

fn scenario(stamps: std::ops::Range<usize>) -> impl Strategy<Value = Scenario> {
    (prop::option::of(0..HOURS - 1), 0..2i64).prop_flat_map(move |(created, tolerance)| {
        let born = created.unwrap_or(0);
        // An account of unknown age has a gap before its first window, which is to begin on the grid.
        let first = if created.is_some() { -2 } else { tolerance };
        let window = (first..=HOURS, first..=HOURS).prop_map(|(one, other)| (one.min(other), one.max(other)));
        (
            prop::collection::vec(window, 0..3),
            prop::collection::vec(attempt(born), 0..5),
            prop::collection::vec(stamp_hours(born), stamps.clone()),
        )
            .prop_map(move |(coverage, attempts, stamps)| Scenario {
                created,
                tolerance,
                coverage,
                attempts,
                stamps,
            })
    })
}

fn is_within(inner: Bounds, outer: Bounds) -> bool {
    outer.earliest <= inner.earliest && inner.latest <= outer.latest
}

proptest! {
    #![proptest_config(cases(10_000))]

    #[test]
    fn the_bounds_are_those_of_all_worlds_that_fit(scenario in scenario(0..4)) {
        let worlds = scenario.worlds();
        match scenario.bounds() {
            None => prop_assert!(worlds.is_empty(), "a world fits: {:?}", worlds[0]),
            Some(bounds) => {
                prop_assert!(!worlds.is_empty(), "no world fits, but {bounds:?}");
                prop_assert_eq!(bounds.key1, bounds_of(&worlds, |world| world[0]));
                prop_assert_eq!(bounds.key2, bounds_of(&worlds, |world| world[1]));
                prop_assert_eq!(bounds.oldest, bounds_of(&worlds, |world| world[0].min(world[1])));
            }
        }
    }
}

proptest! {
    #![proptest_config(cases(2_000))]

    #[test]
    fn what_is_said_beside_the_bounds_is_that_of_the_worlds(scenario in scenario(0..4)) {
        prop_assert_eq!(scenario.with_known(stamped::fits), scenario.bounds().is_some());
        for key in KeyName::BOTH {
            let mut unseen = 0;
            for gap in scenario.with_known(|known| stamped::unseen(known, key)) {
                prop_assert!(gap.start.is_none_or(|start| start < gap.end), "{gap:?} is empty");
                let is_within = |half: &i64| {
                    let hour = at(half / 2);
                    let is_hour = half % 2 == 0;
                    if is_hour { gap.start < Some(hour) && hour <= gap.end } else { gap.start <= Some(hour) && hour < gap.end }
                };
                unseen |= (0..=2 * HOURS).filter(is_within).fold(0, |bits, half| bits | bit(half));
            }
            prop_assert_eq!(unseen, scenario.unseen(key), "{:?}", key);
        }
        let keys: Vec<_> = scenario.with_known(stamped::named).iter().map(|attempt| attempt.key).collect();
        prop_assert_eq!(keys, scenario.attempts.iter().map(|attempt| scenario.key_of(attempt)).collect::<Vec<_>>());
    }

    /// And each of its statements is needed for it.
    #[test]
    fn no_world_fits_a_contradiction(scenario in scenario(1..4)) {
        if scenario.bounds().is_none() {
            let whole = scenario.with_known(contradiction);
            prop_assert!(!scenario.fits_only(&whole), "{:?}", whole);
            let mut spared = Vec::new();
            for index in 0..whole.stamps.len() {
                let mut less = whole.clone();
                less.stamps.remove(index);
                spared.push(less);
            }
            for index in 0..whole.attempts.len() {
                let mut less = whole.clone();
                less.attempts.remove(index);
                spared.push(less);
            }
            spared.extend(whole.coverage.then(|| Contradiction { coverage: false, ..whole.clone() }));
            spared.extend(whole.creation.then(|| Contradiction { creation: false, ..whole.clone() }));
            for less in spared {
                prop_assert!(scenario.fits_only(&less), "{:?} is enough of {:?}", less, whole);
            }
        }
    }

    #[test]
    fn without_stamps_the_bounds_are_the_closed_forms(scenario in scenario(0..1)) {
        let closed = bounds(scenario.created.map(at), &scenario.attempts(), &scenario.gaps(), at(HOURS));
        prop_assert_eq!(scenario.bounds(), Some(closed));
    }

    #[test]
    fn a_stamp_that_fits_never_widens_a_bound(scenario in scenario(0..3), more in stamp_hours(0)) {
        let mut stamped = scenario.clone();
        stamped.stamps.push(more);
        let is_of_this_account = scenario.created.is_none_or(|created| more.3 > created);
        if let (Some(before), Some(after), true) = (scenario.bounds(), stamped.bounds(), is_of_this_account) {
            prop_assert!(is_within(after.key1, before.key1));
            prop_assert!(is_within(after.key2, before.key2));
            prop_assert!(is_within(after.oldest, before.oldest));
        }
    }

    #[test]
    fn two_stamps_in_either_order_are_the_same(scenario in scenario(2..4)) {
        let mut turned = scenario.clone();
        turned.stamps.reverse();
        prop_assert_eq!(turned.bounds(), scenario.bounds());
    }

    /// A stamp whose month holds all that the log leaves possible, read where the log looks, adds nothing.
    #[test]
    fn a_stamp_that_says_what_the_log_proves_changes_nothing(scenario in scenario(0..1), key in key()) {
        let whole = Scenario { coverage: vec![(-2, HOURS)], ..scenario };
        let before = whole.bounds().expect("without stamps there is a world");
        if let (Some(first), last) = (before.of(key).earliest, before.of(key).latest) {
            let hour = |instant| (0..=HOURS).find(|hour| at(*hour) == instant).expect("an hour of the grid");
            let stamped = Scenario { stamps: vec![(key, hour(first), hour(last), HOURS)], ..whole };
            if hour(first) == hour(last) {
                prop_assert_eq!(stamped.bounds(), Some(before));
            }
        }
    }
}

/// Of thirty regenerations, only the two in the month of the other key contradict its stamp.
#[test]
fn a_contradiction_of_many_statements_is_a_least_one() {
    let of_key2 = |hour| (hour, Outcome::Succeeded, Some(KeyName::Key2));
    let attempts = [vec![of_key2(2)], vec![of_key2(1); 28], vec![of_key2(3)]].concat();
    let stamps = vec![(KeyName::Key1, 2, 3, HOURS)];
    let scenario = Scenario { created: Some(0), tolerance: 0, coverage: vec![(-2, HOURS)], attempts, stamps };
    let found = scenario.with_known(contradiction);
    let hours: Vec<Instant> = found.attempts.iter().map(|attempt| attempt.at).collect();
    assert_eq!((found.stamps.len(), hours, found.coverage), (1, vec![at(2), at(3)], true));
}

/// To the nanosecond: what happened two of them earlier is no part of the month.
#[test]
fn a_key_is_set_no_earlier_than_its_month_begins() {
    let first = at(1);
    let before = Attempt {
        at: first.minus(TimeDelta::nanoseconds(2)),
        outcome: Outcome::Succeeded,
        key: Some(KeyName::Key1),
        caller: None,
        records: Vec::new(),
    };
    let bounds = stamped::bounds(&Known {
        created: None,
        attempts: &[before],
        gaps: &[Gap { start: None, end: at(HOURS) }],
        stamps: &[stamp((KeyName::Key1, 1, 2, HOURS))],
        as_of: at(HOURS),
        tolerance: TimeDelta::zero(),
    });
    let key1 = bounds.expect("a world fits").key1;
    assert_eq!(key1, Bounds { earliest: Some(first), latest: at(2) });
}

/// With every unnamed regeneration steered by a stamp, however many there are.
#[test]
fn ten_thousand_unnamed_regenerations_have_their_exact_bounds() {
    let attempt = |number: i64| Attempt {
        at: at(0).plus(TimeDelta::milliseconds(1_500 * number)),
        outcome: Outcome::Succeeded,
        key: None,
        caller: None,
        records: Vec::new(),
    };
    let attempts: Vec<Attempt> = (1..=10_000).map(attempt).collect();
    let known = |stamps: &[Stamp]| {
        stamped::bounds(&Known {
            created: Some(at(0)),
            attempts: &attempts,
            gaps: &[],
            stamps,
            as_of: at(HOURS),
            tolerance: TimeDelta::zero(),
        })
    };
    let newest = attempts.last().expect("an attempt").at;
    let bounds = known(&[stamp((KeyName::Key1, 0, 1, HOURS))]).expect("a world fits");
    assert_eq!(bounds.key1, Bounds { earliest: Some(at(0)), latest: at(1) });
    assert_eq!(bounds.key2, Bounds { earliest: Some(newest), latest: newest });
    assert_eq!(bounds.oldest, bounds.key1);

    let months = [stamp((KeyName::Key1, 0, 1, HOURS)), stamp((KeyName::Key2, 0, 2, HOURS))];
    assert_eq!(known(&months), None, "no key is left for the regenerations after the second hour");
}
