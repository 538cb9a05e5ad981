//! The bounds against a brute-force enumeration of worlds, and the laws that they keep.
//!
//! Time is a grid of hours. A world is written down one decision after the other, with nothing clever: it is slow,
//! and obviously right.

mod support;

use chrono::TimeDelta;
use proptest::prelude::*;
use proptest::sample::select;
use rotaudit::correlate::{bounds, gaps};
use rotaudit::model::{
    Attempt, Basis, Bounds, Covered, Instant, Interval, KeyBounds, KeyName, Outcome, Verdict,
};
use support::cases;

const HOURS: i64 = 9;

/// Long before the grid: an unknown creation.
const EVER: i64 = -1000;

/// What the evidence says of one account, in hours since the beginning of the grid.
#[derive(Clone, Debug)]
struct Scenario {
    created: Option<i64>,
    as_of: i64,
    tolerance: i64,
    coverage: Vec<(i64, i64)>,
    attempts: Vec<(i64, Outcome, Option<KeyName>)>,
}

fn at(hour: i64) -> Instant {
    Instant::parse_argument("2026-06-01").expect("a date").plus(TimeDelta::hours(hour))
}

impl Scenario {
    fn bounds(&self) -> KeyBounds {
        let covered = |(start, end): &(i64, i64)| Covered {
            interval: Interval { start: at(*start), end: at(*end) },
            basis: Basis::Declared,
        };
        let attempt = |(hour, outcome, key): &(i64, Outcome, Option<KeyName>)| Attempt {
            at: at(*hour),
            outcome: *outcome,
            key: *key,
            caller: None,
            records: Vec::new(),
        };
        let coverage: Vec<Covered> = self.coverage.iter().map(covered).collect();
        let attempts: Vec<Attempt> = self.attempts.iter().map(attempt).collect();
        let (created, as_of) = (self.created.map(at), at(self.as_of));
        let gaps = gaps(created, &coverage, as_of, TimeDelta::hours(self.tolerance));
        bounds(created, &attempts, &gaps, as_of)
    }

    fn verdict(&self, max_age: i64) -> Verdict {
        self.bounds().verdict(at(self.as_of), TimeDelta::hours(max_age))
    }

    /// Whether no covered interval, widened, holds the instant, which is in half hours.
    fn is_uncovered(&self, half_hour: i64) -> bool {
        let is_born = self.created.is_none_or(|created| half_hour > 2 * created);
        let covers = |(start, end): &(i64, i64)| {
            (2 * (start - self.tolerance)..=2 * (end + self.tolerance)).contains(&half_hour)
        };
        is_born && !self.coverage.iter().any(covers)
    }

    /// The hours at which either key may have been regenerated unseen; the end of a gap is one.
    fn unseen_hours(&self) -> Vec<i64> {
        let first = self.created.unwrap_or(-5) + 1;
        (first..=self.as_of)
            .filter(|hour| self.is_uncovered(2 * hour) || self.is_uncovered(2 * hour - 1))
            .collect()
    }

    /// Every world's last settings of key1 and key2.
    fn worlds(&self) -> Vec<[i64; 2]> {
        let created = self.created.unwrap_or(EVER);
        let mut worlds = vec![[created, created]];
        for (hour, outcome, named) in &self.attempts {
            let keys = named.map_or(KeyName::BOTH.to_vec(), |key| vec![key]);
            let mut choices: Vec<Option<KeyName>> = keys.into_iter().map(Some).collect();
            match outcome {
                Outcome::Succeeded => {}
                Outcome::Uncertain => choices.push(None),
                Outcome::Failed => choices = vec![None],
            }
            worlds =
                each(&worlds, |world| choices.iter().map(|choice| with(world, *choice, *hour)).collect());
        }
        // Of the regenerations that nobody saw, only a key's last one matters.
        let unseen = self.unseen_hours();
        for key in KeyName::BOTH {
            worlds = each(&worlds, |world| {
                [world].into_iter().chain(unseen.iter().map(|hour| with(world, Some(key), *hour))).collect()
            });
        }
        worlds
    }
}

fn each(worlds: &[[i64; 2]], decide: impl Fn([i64; 2]) -> Vec<[i64; 2]>) -> Vec<[i64; 2]> {
    let mut decided: Vec<[i64; 2]> = worlds.iter().flat_map(|world| decide(*world)).collect();
    decided.sort_unstable();
    decided.dedup();
    decided
}

fn with(mut world: [i64; 2], key: Option<KeyName>, hour: i64) -> [i64; 2] {
    if let Some(key) = key {
        let last = &mut world[usize::from(key == KeyName::Key2)];
        *last = hour.max(*last);
    }
    world
}

fn bounds_of(worlds: &[[i64; 2]], last: impl Fn(&[i64; 2]) -> i64) -> Bounds {
    let earliest = worlds.iter().map(&last).min().expect("there is a world");
    let latest = worlds.iter().map(&last).max().expect("there is a world");
    Bounds { earliest: (earliest > EVER).then(|| at(earliest)), latest: at(latest) }
}

fn outcome() -> impl Strategy<Value = Outcome> {
    select(vec![Outcome::Succeeded, Outcome::Failed, Outcome::Uncertain])
}

fn key() -> impl Strategy<Value = Option<KeyName>> {
    select(vec![None, Some(KeyName::Key1), Some(KeyName::Key2)])
}

fn scenario() -> impl Strategy<Value = Scenario> {
    (prop::option::of(0..HOURS - 1), 1..=HOURS, 0..2i64).prop_flat_map(|(created, as_of, tolerance)| {
        let born = created.unwrap_or(-3);
        let as_of = as_of.max(born + 1);
        let window = (-2..=as_of, -2..=as_of).prop_map(|(one, other)| (one.min(other), one.max(other)));
        let attempt = (born + 1..=as_of, outcome(), key());
        (prop::collection::vec(window, 0..4), prop::collection::vec(attempt, 0..6))
            .prop_map(move |(coverage, attempts)| Scenario { created, as_of, tolerance, coverage, attempts })
    })
}

/// Every list of up to so many of the choices, in their order; one may be taken again.
fn lists<T: Clone>(choices: &[T], most: usize) -> Vec<Vec<T>> {
    let mut lists = vec![Vec::new()];
    if most > 0 {
        for (index, choice) in choices.iter().enumerate() {
            let more = self::lists(&choices[index..], most - 1);
            lists.extend(more.into_iter().map(|list| [vec![choice.clone()], list].concat()));
        }
    }
    lists
}

/// Every scenario of up to so many attempts and two covered intervals on a grid of so many hours.
fn all_scenarios(hours: i64, most_attempts: usize) -> impl Iterator<Item = Scenario> {
    let windows: Vec<(i64, i64)> =
        (0..=hours).flat_map(|start| (start..=hours).map(move |end| (start, end))).collect();
    let mut attempts = Vec::new();
    for hour in 1..=hours {
        for outcome in [Outcome::Succeeded, Outcome::Failed, Outcome::Uncertain] {
            attempts.extend([None, Some(KeyName::Key1), Some(KeyName::Key2)].map(|key| (hour, outcome, key)));
        }
    }
    let coverages = lists(&windows, 2);
    lists(&attempts, most_attempts).into_iter().flat_map(move |attempts| {
        let scenario = move |(created, coverage): (Option<i64>, &Vec<(i64, i64)>)| Scenario {
            created,
            as_of: hours,
            tolerance: 0,
            coverage: coverage.clone(),
            attempts: attempts.clone(),
        };
        let of_creation = |created| coverages.iter().map(move |coverage| (created, coverage));
        [None, Some(0)].into_iter().flat_map(of_creation).map(scenario).collect::<Vec<_>>()
    })
}

/// No evidence of so few attempts passes an account that is overdue in any world, or fails one that is not in every.
#[test]
fn a_verdict_is_what_all_worlds_say_whatever_a_few_attempts_are() {
    let mut counts = [0_u32; 3];
    for (hours, most_attempts) in [(5, 1), (4, 2), (2, 3)] {
        for scenario in all_scenarios(hours, most_attempts) {
            let worlds = scenario.worlds();
            for max_age in 0..=hours {
                let overdue = worlds.iter().filter(|world| hours - world[0].min(world[1]) > max_age).count();
                let expected = match overdue {
                    0 => Verdict::Compliant,
                    some if some == worlds.len() => Verdict::Overdue,
                    _ => Verdict::Unproven,
                };
                assert_eq!(scenario.verdict(max_age), expected, "{max_age}: {scenario:?}");
                counts[expected as usize] += 1;
            }
        }
    }
    assert!(counts.iter().all(|count| *count > 10_000), "{counts:?}");
}

fn is_within(inner: Bounds, outer: Bounds) -> bool {
    outer.earliest <= inner.earliest && inner.latest <= outer.latest
}

proptest! {
    #![proptest_config(cases(10_000))]

    #[test]
    fn the_bounds_are_those_of_all_worlds(scenario in scenario()) {
        let (bounds, worlds) = (scenario.bounds(), scenario.worlds());
        prop_assert_eq!(bounds.key1, bounds_of(&worlds, |world| world[0]));
        prop_assert_eq!(bounds.key2, bounds_of(&worlds, |world| world[1]));
        prop_assert_eq!(bounds.oldest, bounds_of(&worlds, |world| world[0].min(world[1])));
    }
}

proptest! {
    #![proptest_config(cases(2_000))]

    #[test]
    fn bounds_never_cross(scenario in scenario()) {
        let KeyBounds { key1, key2, oldest } = scenario.bounds();
        for bounds in [key1, key2, oldest] {
            prop_assert!(bounds.earliest <= Some(bounds.latest));
        }
    }

    #[test]
    fn more_coverage_never_widens_a_bound_or_changes_a_proven_verdict(
        scenario in scenario(),
        start in -2..HOURS,
        length in 0..HOURS,
        max_age in 0..HOURS,
    ) {
        let mut more = scenario.clone();
        more.coverage.push((start, (start + length).min(scenario.as_of).max(start)));
        let (before, after) = (scenario.bounds(), more.bounds());
        prop_assert!(is_within(after.key1, before.key1));
        prop_assert!(is_within(after.key2, before.key2));
        prop_assert!(is_within(after.oldest, before.oldest));
        if scenario.verdict(max_age) != Verdict::Unproven {
            prop_assert_eq!(more.verdict(max_age), scenario.verdict(max_age));
        }
    }

    #[test]
    fn a_success_that_names_its_key_never_lowers_earliest(
        scenario in scenario(),
        key in select(KeyName::BOTH.to_vec()),
        hour in 0..HOURS,
    ) {
        let mut more = scenario.clone();
        let born = scenario.created.unwrap_or(-3);
        more.attempts.push((hour.max(born + 1).min(scenario.as_of), Outcome::Succeeded, Some(key)));
        let (before, after) = (scenario.bounds(), more.bounds());
        prop_assert!(after.key1.earliest >= before.key1.earliest);
        prop_assert!(after.key2.earliest >= before.key2.earliest);
        prop_assert!(after.oldest.earliest >= before.oldest.earliest);
    }
}
