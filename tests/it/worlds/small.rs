//! Every scenario of a few records, and single ones that random search finds rarely.

use rotaudit::model::{KeyName, KeyOperation, Status, Verdict};

use crate::worlds::reference::{self, Answer};
use crate::worlds::scenario::{Log, Reading, Request, Residence, Scenario};

const HOUR: i64 = 60;

/// Returns every list of at most `most` of the choices, in their order. A choice may occur more than once.
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

fn attempts(hours: i64) -> Vec<Request> {
    let mut attempts = Vec::new();
    for hour in 1..=hours {
        for status in [Status::Succeeded, Status::Failed, Status::Other] {
            let attempt = Request::of(KeyOperation::Regenerate, hour * HOUR, status);
            let keys = [None, Some(KeyName::Key1), Some(KeyName::Key2)];
            attempts.extend(keys.map(|key| Request { key, ..attempt.clone() }));
        }
    }
    attempts
}

fn logs(hours: i64) -> Vec<Log> {
    let mut logs = Vec::new();
    for start in 0..hours {
        for end in start + 1..=hours {
            logs.extend([Log::declared, Log::observed].map(|log| log(start * HOUR, end * HOUR)));
        }
    }
    logs
}

/// Returns a reading that proves the key older than the second hour, one that does not, and none.
fn readings(hours: i64) -> Vec<Vec<Reading>> {
    let reading = |month| vec![Reading { key: KeyName::Key1, month, at: hours * HOUR }];
    vec![Vec::new(), reading(5), reading(6)]
}

/// Returns every scenario of at most `most_attempts` attempts, at most `most_logs` logs and a reading, on a grid of
/// `hours` hours.
fn scenarios(hours: i64, most_attempts: usize, most_logs: usize) -> impl Iterator<Item = Scenario> {
    let logs = lists(&logs(hours), most_logs);
    let readings = readings(hours);
    lists(&attempts(hours), most_attempts).into_iter().flat_map(move |requests| {
        let mut scenarios = Vec::new();
        for logs in &logs {
            for readings in &readings {
                for (created, tolerance) in [(None, 0), (None, 1), (Some(0), 0), (Some(0), 1)] {
                    scenarios.push(Scenario {
                        tolerance: tolerance * HOUR,
                        max_evidence_age: hours * HOUR,
                        requests: requests.clone(),
                        readings: readings.clone(),
                        residences: Residence::only(logs.clone()),
                        ..Scenario::new(created, hours * HOUR)
                    });
                }
            }
        }
        scenarios
    })
}

#[test]
fn a_proof_is_that_of_all_worlds_for_every_few_records() {
    let mut counts = [0_u32; 4];
    for (hours, most_attempts, most_logs) in [(2, 2, 1), (2, 1, 2), (3, 1, 1)] {
        for scenario in scenarios(hours, most_attempts, most_logs) {
            let (proof, answer) = (scenario.prove(), Answer::new(&scenario));
            assert_eq!(
                (proof.verdict, proof.bounds, proof.judgement),
                (answer.verdict, answer.bounds, answer.judgement),
                "{scenario:#?}"
            );
            assert_eq!(proof.rests_on, reference::rests_on(&scenario, answer.verdict), "{scenario:#?}");
            counts[answer.verdict as usize] += 1;
        }
    }
    for verdict in [Verdict::Overdue, Verdict::Unproven, Verdict::Compliant] {
        assert!(counts[verdict as usize] > 200, "{counts:?}");
    }
}

fn assert_proven(scenario: &Scenario, verdict: Verdict) {
    let (proof, answer) = (scenario.prove(), Answer::new(scenario));
    assert_eq!((proof.bounds, proof.judgement), (answer.bounds, answer.judgement));
    assert_eq!((proof.verdict, answer.verdict), (verdict, verdict));
}

/// The key of the reading was set when the account was created, and the write is the record of the creation.
#[test]
fn a_recorded_write_that_can_be_the_creation_counts_for_earliest() {
    let scenario = Scenario {
        requests: vec![Request::of(KeyOperation::Write, 0, Status::Succeeded)],
        readings: vec![Reading { key: KeyName::Key1, month: 6, at: HOUR }],
        residences: Residence::only(vec![Log::declared(-5 * HOUR, HOUR)]),
        ..Scenario::new(None, 2 * HOUR)
    };
    assert_proven(&scenario, Verdict::Unproven);
    let residences = Residence::only(vec![Log::declared(-5 * HOUR, 3 * HOUR)]);
    assert_proven(&Scenario { residences, as_of: 3 * HOUR, ..scenario }, Verdict::Overdue);
}

#[test]
fn an_account_that_can_be_younger_than_its_log_is_not_overdue() {
    let scenario = Scenario {
        max_evidence_age: 3 * HOUR,
        residences: Residence::only(vec![Log::declared(-5 * HOUR, -3 * HOUR)]),
        ..Scenario::new(None, 0)
    };
    assert_proven(&scenario, Verdict::Unproven);
    // A list shows that it existed when the log ended.
    assert_proven(&Scenario { listed_at: Some(-3 * HOUR), ..scenario }, Verdict::Overdue);
}

/// The log shows that the keys were set in its gap, unless the account was migrated in the gap with older keys.
#[test]
fn an_account_that_can_have_been_migrated_in_a_gap_can_have_keys_from_before_the_gap() {
    let reading = |key| Reading { key, month: 6, at: 3 * HOUR };
    let scenario = Scenario {
        is_migrated: true,
        max_age: 4 * HOUR,
        readings: KeyName::BOTH.map(reading).to_vec(),
        residences: Residence::only(vec![Log::declared(-5 * HOUR, HOUR), Log::declared(2 * HOUR, 5 * HOUR)]),
        ..Scenario::new(None, 5 * HOUR)
    };
    assert_proven(&scenario, Verdict::Unproven);
    assert_proven(&Scenario { max_age: 2 * HOUR, ..scenario.clone() }, Verdict::Overdue);
    // A list shows that it existed before the gap.
    assert_proven(&Scenario { listed_at: Some(HOUR), ..scenario.clone() }, Verdict::Compliant);
    assert_proven(&Scenario { is_migrated: false, ..scenario }, Verdict::Compliant);
}
