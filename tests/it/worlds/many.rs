//! Accounts with too many attempts for an enumeration of worlds.

use rotaudit::model::{Bounds, Instant, KeyName, KeyOperation, Proof, Status};

use crate::worlds::scenario::{Log, Reading, Request, Residence, Scenario, at};

const HOUR: i64 = 60;
const DAY: i64 = 24 * HOUR;
const ATTEMPTS: i64 = 10_000;

/// The first instants of January and of December 2026, in minutes.
const BEGIN: i64 = -151 * DAY;
const END: i64 = 183 * DAY;

/// The days on which the months from January to November begin, from the first one of June.
const MONTHS: [i64; 11] = [-151, -120, -92, -61, -31, 0, 30, 61, 92, 122, 153];

/// Unnamed regenerations at even distances, in a log that is stated to be complete.
fn scenario(readings: Vec<Reading>) -> Scenario {
    let minute = |number| BEGIN + number * (END - BEGIN) / ATTEMPTS;
    let attempt = |number| Request::of(KeyOperation::Regenerate, minute(number), Status::Succeeded);
    Scenario {
        max_age: 90 * DAY,
        tolerance: DAY,
        max_evidence_age: 7 * DAY,
        requests: (1..=ATTEMPTS).map(attempt).collect(),
        readings,
        residences: Residence::only(vec![Log::declared(BEGIN - DAY, END)]),
        ..Scenario::new(Some(BEGIN), END)
    }
}

/// A hundred readings, at fifty instants evenly over the year and up to its end. Each instant has one of both keys.
fn readings(month: impl Fn(KeyName, i64) -> u32) -> Vec<Reading> {
    let reading = |number: i64| {
        let key = if number % 2 == 0 { KeyName::Key1 } else { KeyName::Key2 };
        let at = BEGIN + (number / 2 + 1) * (END - BEGIN) / 50;
        Reading { key, month: month(key, at), at }
    };
    (0..100).map(reading).collect()
}

/// Returns the month of an instant; `END` is still in November.
fn month_of(minute: i64) -> u32 {
    u32::try_from(MONTHS.iter().filter(|day| **day * DAY <= minute).count()).expect("a month")
}

fn assert_same(proof: &Proof, other: &Proof) {
    assert_eq!(proof.verdict, other.verdict);
    assert_eq!(proof.rests_on, other.rests_on);
    assert_eq!(proof.bounds, other.bounds);
    assert_eq!(proof.judgement, other.judgement);
    assert_eq!(proof.contradiction.is_some(), other.contradiction.is_some());
}

/// Returns the same scenario with only the last two attempts of each stretch between instants that the evidence names.
/// If earlier attempts of a stretch regenerated some keys, the last two can have regenerated the same keys.
fn thinned(scenario: &Scenario) -> Scenario {
    let mut boundaries: Vec<i64> = scenario
        .readings
        .iter()
        .flat_map(|reading| [-HOUR, 0, HOUR].map(|offset| reading.at + offset))
        .collect();
    boundaries.extend(MONTHS.iter().flat_map(|day| [-HOUR, 0, HOUR].map(|offset| day * DAY + offset)));
    let stretch = |minute: i64| {
        let before = boundaries.iter().filter(|boundary| **boundary < minute).count();
        let at = boundaries.iter().filter(|boundary| **boundary == minute).count();
        (before, at)
    };
    let mut thinned = scenario.clone();
    thinned.requests.clear();
    for (index, request) in scenario.requests.iter().enumerate() {
        let own = stretch(request.records[0].0);
        let later = scenario.requests.get(index + 2).map(|request| stretch(request.records[0].0));
        if later != Some(own) {
            thinned.requests.push(request.clone());
        }
    }
    assert!(thinned.requests.len() < 1_000, "{} are left", thinned.requests.len());
    thinned
}

/// Each reading of key1 shows the month before, each one of key2 its own month.
#[test]
fn ten_thousand_unnamed_attempts_and_a_hundred_readings_prove_the_same_as_their_last() {
    let by_turns = |key, minute| match key {
        KeyName::Key1 => month_of(minute).saturating_sub(1).max(1),
        KeyName::Key2 => month_of(minute),
    };
    let all = scenario(readings(by_turns));
    let proof = all.prove();
    assert!(proof.contradiction.is_none(), "the readings fit");
    assert_same(&proof, &thinned(&all).prove());
}

#[test]
fn ten_thousand_unnamed_attempts_are_the_other_keys_if_a_hundred_readings_exclude_one() {
    let proof =
        scenario(readings(|key, minute| if key == KeyName::Key1 { 1 } else { month_of(minute) })).prove();
    let bounds = proof.bounds.expect("the account exists");
    let newest = at(END);
    let end_of_january = at(-120 * DAY + 60);
    assert_eq!(bounds.key2, Bounds { earliest: Some(newest), latest: newest });
    assert_eq!(bounds.key1.earliest, Some(at(BEGIN)));
    let is_last = |instant: Instant| instant <= end_of_january && at(-120 * DAY + 60 - 49) < instant;
    assert!(is_last(bounds.key1.latest), "{:?}", bounds.key1);
    assert_eq!(bounds.oldest, bounds.key1);
}

#[test]
fn ten_thousand_unnamed_attempts_are_neither_keys_if_a_hundred_readings_exclude_both() {
    let proof = scenario(readings(|_, _| 1)).prove();
    assert!(proof.contradiction.is_some(), "no key is left for the attempts after January");
}
