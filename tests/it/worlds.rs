//! Compares proofs with a brute-force enumeration of worlds, and checks properties of the proofs.
//!
//! The reference is written from VERDICTS and shares no formula with the program: it writes worlds down one decision
//! after the other. It is slow, and so simple that it is obviously right.

mod enumeration;
mod known;
mod many;
mod plans;
mod reference;
mod scenario;
mod small;

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use rotaudit::model::{CoverageClass, KeyName, KeyOperation, Proof, Status, Verdict};

use crate::support::cases;
use reference::Answer;
use scenario::{Log, Reading, Request, Residence, Scenario};

/// The parts of a proof that the reference knows.
fn answer(proof: &Proof) -> Answer {
    Answer {
        verdict: proof.verdict,
        undecidable: proof.undecidable.iter().map(|undecidable| undecidable.reason).collect(),
        bounds: proof.bounds,
        judgement: proof.judgement,
        is_coverage_refuted: proof.is_coverage_refuted,
        is_contradictory: proof.contradiction.is_some(),
    }
}

/// Further evidence about the same account.
#[derive(Clone, Debug)]
struct More {
    requests: Vec<Request>,
    readings: Vec<Reading>,
    logs: Vec<(Index, Log)>,
}

impl More {
    /// The same without records that the scenario's stated coverage should have shown.
    fn without_stated(mut self, scenario: &Scenario) -> More {
        self.requests.retain(|request| !scenario.states(request));
        self
    }
}

impl Scenario {
    fn with(&self, more: &More) -> Scenario {
        let mut with = self.clone();
        with.requests.extend(more.requests.iter().cloned());
        with.readings.extend(more.readings.iter().cloned());
        with.readings = scenario::without_conflicts(with.readings);
        for (index, log) in &more.logs {
            with.residences[index.index(self.residences.len())].logs.push(log.clone());
        }
        with
    }

    /// Whether stated coverage, or a short gap after it, includes a record of the request.
    fn states(&self, request: &Request) -> bool {
        let mut stated = self.logs().filter(|log| log.class == CoverageClass::Stated);
        stated.any(|log| {
            request.records.iter().any(|(minute, _)| log.start < *minute && *minute <= log.end + 20)
        })
    }
}

fn scenario_and_more() -> impl Strategy<Value = (Scenario, More)> {
    select(scenario::palettes()).prop_flat_map(|palette| {
        let more = (
            prop::collection::vec(palette.request(), 0..3),
            prop::collection::vec(palette.reading(), 0..2),
            prop::collection::vec((any::<Index>(), palette.log()), 0..3),
        );
        let more = more.prop_map(|(requests, readings, logs)| More { requests, readings, logs });
        (palette.scenario(), more)
    })
}

proptest! {
    #![proptest_config(cases(500, 10_000))]

    #[test]
    fn a_proof_is_that_of_all_worlds(scenario in scenario::scenario()) {
        prop_assert_eq!(answer(&scenario.prove()), Answer::new(&scenario));
    }

    /// Readings close to the end of a month can leave the program more worlds than there are, but never fewer.
    #[test]
    fn a_proof_is_true_in_all_worlds_of_any_readings(scenario in scenario::scenario_of_any_readings()) {
        let (proof, answer) = (answer(&scenario.prove()), Answer::new(&scenario));
        if !answer.is_contradictory && answer.is_coverage_refuted == proof.is_coverage_refuted {
            prop_assert!(!proof.is_contradictory);
            prop_assert!(proof.verdict == answer.verdict || proof.verdict == Verdict::Unproven);
            if let (Some(proven), Some(bounds)) = (proof.bounds, answer.bounds) {
                for (proven, bounds) in
                    [(proven.key1, bounds.key1), (proven.key2, bounds.key2), (proven.oldest, bounds.oldest)]
                {
                    prop_assert!(proven.earliest <= bounds.earliest && bounds.latest <= proven.latest);
                }
            }
        }
    }

    /// Among all scenarios, these are rare.
    #[test]
    fn a_proof_of_a_migration_at_an_unknown_instant_is_that_of_all_worlds(
        scenario in scenario::migrated_at_an_unknown_instant()
    ) {
        prop_assert_eq!(answer(&scenario.prove()), Answer::new(&scenario));
    }

    #[test]
    fn a_verdict_rests_on_all_without_which_it_would_be_another(scenario in scenario::scenario()) {
        let proof = scenario.prove();
        prop_assert_eq!(&proof.rests_on, &reference::rests_on(&scenario, proof.verdict));
    }

    /// A record that stated coverage should have contained would show that the statement was wrong, so there are none.
    #[test]
    fn more_evidence_never_turns_compliant_into_overdue((scenario, more) in scenario_and_more()) {
        let more = more.without_stated(&scenario);
        let verdicts = (scenario.prove().verdict, scenario.with(&more).prove().verdict);
        prop_assert_ne!(verdicts, (Verdict::Compliant, Verdict::Overdue));
    }

    /// The same applies here. The overdue verdict must result from stated evidence alone, without inferred coverage and
    /// tolerance.
    #[test]
    fn more_evidence_never_turns_a_stated_overdue_into_compliant((scenario, more) in scenario_and_more()) {
        let more = more.without_stated(&scenario);
        let stated = scenario.strict().prove();
        let judged_at = stated.judgement.map(|judgement| judgement.at);
        if stated.verdict == Verdict::Overdue && judged_at == Some(scenario::at(scenario.as_of)) {
            prop_assert_ne!(scenario.with(&more).prove().verdict, Verdict::Compliant);
        }
    }

    #[test]
    fn compliant_needs_neither_inferred_coverage_nor_the_tolerance(scenario in scenario::scenario()) {
        if scenario.prove().verdict == Verdict::Compliant {
            prop_assert_eq!(scenario.strict().prove().verdict, Verdict::Compliant);
        }
    }

    #[test]
    fn bounds_never_cross(scenario in scenario::scenario()) {
        if let Some(bounds) = scenario.prove().bounds {
            for bounds in [bounds.key1, bounds.key2, bounds.oldest] {
                prop_assert!(bounds.earliest <= Some(bounds.latest), "{:?}", bounds);
            }
        }
    }

    #[test]
    fn records_and_readings_in_any_order_prove_the_same(scenario in scenario::scenario()) {
        let mut turned = scenario.clone();
        turned.requests.reverse();
        turned.readings.reverse();
        for residence in &mut turned.residences {
            residence.logs.reverse();
        }
        let (proof, other) = (scenario.prove(), turned.prove());
        prop_assert_eq!(answer(&proof), answer(&other));
        prop_assert_eq!(proof.rests_on, other.rests_on);
    }
}

/// Readings of June, May and June, and one regeneration in the hour after May. If it is the one of May, the key was set
/// again after the log ends, so nothing can be judged at that end. Such random scenarios are one of a million.
#[test]
fn one_setting_near_the_end_of_a_month_is_not_that_of_two_readings() {
    let reading = |month, at| Reading { key: KeyName::Key1, month, at };
    let scenario = Scenario {
        listed_at: Some(-300),
        max_evidence_age: 60,
        requests: vec![Request::of(KeyOperation::Regenerate, 60, Status::Succeeded)],
        readings: vec![reading(6, 0), reading(5, 60), reading(6, 180)],
        residences: Residence::only(vec![Log::declared(-60, 180)]),
        ..Scenario::new(None, 240)
    };
    assert_eq!(scenario.prove().verdict, Verdict::Unproven);
    let without_readings = Scenario { readings: Vec::new(), ..scenario };
    assert_eq!(without_readings.prove().verdict, Verdict::Overdue);

    // The regeneration is the setting of May, so another one is the one of June: at the start of the log, where the tolerance
    // would exclude it.
    let reading = |month, at| Reading { key: KeyName::Key2, month, at };
    let scenario = Scenario {
        max_age: 120,
        tolerance: 30,
        requests: vec![Request::of(KeyOperation::Regenerate, 60, Status::Succeeded)],
        readings: vec![reading(6, 60), reading(5, 120)],
        residences: Residence::only(vec![Log::declared(-60, 60)]),
        ..Scenario::new(None, 60)
    };
    assert_eq!(scenario.prove().verdict, Verdict::Unproven);
}

/// Both keys are of May, the log begins on 22 May, and the account can have been migrated between the two logs in June. So
/// its keys can have been set until the end of May, under another id. If it was not migrated, they were set by 22 May.
#[test]
fn a_log_shows_nothing_of_a_key_that_was_set_before_a_migration() {
    const DAY: i64 = 24 * 60;
    let reading = |key| Reading { key, month: 5, at: 40 * DAY };
    let scenario = Scenario {
        is_migrated: true,
        listed_at: Some(40 * DAY),
        max_age: 45 * DAY,
        max_evidence_age: 7 * DAY,
        readings: KeyName::BOTH.map(reading).to_vec(),
        residences: Residence::only(vec![
            Log::declared(-10 * DAY, 20 * DAY),
            Log::declared(25 * DAY, 40 * DAY),
        ]),
        ..Scenario::new(None, 40 * DAY)
    };
    assert_eq!(scenario.prove().verdict, Verdict::Unproven);
    let not_migrated = Scenario { is_migrated: false, ..scenario };
    assert_eq!(not_migrated.prove().verdict, Verdict::Overdue);
}

/// Random scenarios are only worth their time if they include every kind of answer.
#[test]
fn random_scenarios_have_every_kind_of_answer() {
    let mut runner = TestRunner::deterministic();
    let mut counts: std::collections::BTreeMap<String, u32> = std::collections::BTreeMap::new();
    for _ in 0..1_000 {
        let scenario = scenario::scenario().new_tree(&mut runner).expect("a scenario").current();
        let answer = Answer::new(&scenario);
        let mut kinds = BTreeSet::from([format!("{:?}", answer.verdict)]);
        kinds.extend(answer.undecidable.iter().map(|reason| reason.as_str().to_owned()));
        kinds.extend(answer.is_coverage_refuted.then(|| "refuted".to_owned()));
        if let (Verdict::Overdue, Some(judgement)) = (answer.verdict, answer.judgement) {
            kinds.extend(
                (judgement.at < scenario::at(scenario.as_of)).then(|| "judged before the audit".to_owned()),
            );
            let unknown = scenario.created.is_none().then(|| "overdue of unknown creation".to_owned());
            kinds.extend(unknown);
            kinds.extend((!scenario.readings.is_empty()).then(|| "overdue with readings".to_owned()));
            kinds.extend(scenario.is_migrated.then(|| "overdue, migrated".to_owned()));
        }
        if let (Verdict::Compliant, false) = (answer.verdict, scenario.readings.is_empty()) {
            kinds.insert("compliant with readings".to_owned());
        }
        for reliance in reference::rests_on(&scenario, answer.verdict) {
            kinds.insert(format!("rests on {}", reliance.as_str()));
        }
        for kind in kinds {
            *counts.entry(kind).or_default() += 1;
        }
    }
    for kind in [
        "Overdue",
        "Unproven",
        "Compliant",
        "NotApplicable",
        "deleted_after_list",
        "earlier_account",
        "creation_contradicts_log",
        "local_auth_uncertain",
        "contradictory",
        "refuted",
        "judged before the audit",
        "overdue of unknown creation",
        "overdue with readings",
        "overdue, migrated",
        "compliant with readings",
        "rests on declared",
        "rests on assumed-complete",
        "rests on path",
        "rests on observed",
        "rests on etag",
        "rests on stamps",
        "rests on tolerance",
    ] {
        assert!(counts.get(kind).is_some_and(|count| *count >= 3), "{kind}: {counts:#?}");
    }
}
