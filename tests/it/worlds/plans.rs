//! The plans of random accounts: what they regenerate, and what an audit finds after they were done.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex};

use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use rotaudit::evaluate::{Evaluated, Evaluator};
use rotaudit::model::{
    AsOfBasis, ControlOutcome, Finding, KeyName, KeyOperation, Level, Pack, PlannedStep, ProvenAccount,
    Status, Step,
};
use rotaudit::policy::{self, PolicySelection};
use rotaudit::remedy;
use serde_json::json;

use super::scenario::{self, Log, Request, Residence, Scenario};
use crate::support::cases;

const DAY: i64 = 24 * 60;

/// Before all instants of the palettes.
const LONG_AGO: i64 = -50 * DAY;

/// Added to each audit instant, so that no age is close to a limit, which is a whole number of days: the minutes that
/// the steps take must not move an age across a limit.
const PART_OF_A_DAY: i64 = 7 * 60;

/// All built-in controls, also those that are off by default.
static PACK: LazyLock<Pack> = LazyLock::new(|| {
    let pack = PolicySelection::default().load().expect("the built-in pack");
    let ids: Vec<String> = pack.controls.iter().map(|control| control.id.clone()).collect();
    policy::select(pack, &ids).expect("its controls")
});

/// The evaluators by their parameters. They are kept because making one takes longer than using it.
static EVALUATORS: Mutex<BTreeMap<(i64, i64, KeyName), Arc<Evaluator>>> = Mutex::new(BTreeMap::new());

/// An account whose limits are whole days, with the parameters of the controls.
#[derive(Clone, Debug)]
struct Audit {
    scenario: Scenario,
    due_soon_days: i64,
    in_use_key: KeyName,
}

impl Audit {
    fn findings(&self) -> Vec<Finding> {
        let (account, proof) = (self.scenario.account(), self.scenario.prove());
        let accounts = Arc::new(vec![ProvenAccount { account, proof }]);
        let as_of = scenario::at(self.scenario.as_of);
        let evaluated = self.evaluator().evaluate(&accounts, as_of, AsOfBasis::Given, 1, 1);
        let Evaluated { findings, failures } = evaluated.expect("findings").remove(0);
        assert!(failures.is_empty(), "{failures:?}");
        findings
    }

    fn evaluator(&self) -> Arc<Evaluator> {
        let max_age_days = self.scenario.max_age / DAY;
        let make = || {
            let params = json!({
                "max_age_days": max_age_days,
                "due_soon_days": self.due_soon_days,
                "stalled_days": 1,
                "in_use_key": self.in_use_key.as_str(),
                "kinds": ["OpenAI"],
                "stamps": true,
                "etag_evidence": true,
            });
            let evaluator = Evaluator::new(PACK.clone(), params).and_then(Evaluator::interpreted);
            Arc::new(evaluator.expect("policies"))
        };
        let mut known = EVALUATORS.lock().expect("evaluators");
        let parameters = (max_age_days, self.due_soon_days, self.in_use_key);
        Arc::clone(known.entry(parameters).or_insert_with(make))
    }

    fn plan(&self) -> Vec<PlannedStep> {
        self.plan_of(&self.findings())
    }

    fn plan_of(&self, findings: &[Finding]) -> Vec<PlannedStep> {
        let order = match self.in_use_key {
            KeyName::Key1 => [KeyName::Key2, KeyName::Key1],
            KeyName::Key2 => KeyName::BOTH,
        };
        remedy::plan(findings, order)
    }

    /// The same a few minutes later, with the records of the plan's regenerations, and a log that has them.
    fn after(&self, plan: &[PlannedStep]) -> Audit {
        let mut after = self.clone();
        let regenerated = plan.iter().filter_map(regenerated);
        for (minute, key) in (1..).zip(regenerated) {
            let at = self.scenario.as_of + minute;
            let done = Request::of(KeyOperation::Regenerate, at, Status::Succeeded);
            after.scenario.requests.push(Request { key: Some(key), ..done });
        }
        after.scenario.as_of += 3;
        let log = Log::declared(self.scenario.as_of, after.scenario.as_of);
        after.scenario.residences.last_mut().expect("a residence").logs.push(log);
        after
    }
}

fn regenerated(planned: &PlannedStep) -> Option<KeyName> {
    let argv = planned.step.argv.as_deref()?;
    let value = argv.iter().skip_while(|argument| *argument != "--key-name").nth(1)?;
    KeyName::parse(value)
}

fn failed(findings: &[Finding]) -> Vec<&str> {
    let failed = findings.iter().filter(|finding| matches!(finding.outcome, ControlOutcome::Fail(_)));
    failed.map(|finding| PACK.controls[finding.control].id.as_str()).collect()
}

fn audit() -> impl Strategy<Value = Audit> {
    let is_of_days = |scenario: &Scenario| scenario.max_age % DAY == 0 && scenario.max_age > 2 * DAY;
    let scenario = scenario::scenario().prop_filter("a limit of some days", is_of_days);
    (scenario, any::<bool>(), select(vec![0, 2, 14]), select(KeyName::BOTH.to_vec())).prop_map(
        |(mut scenario, is_known, due_soon_days, in_use_key)| {
            scenario.as_of += PART_OF_A_DAY;
            // The steps are done after all that the evidence shows.
            scenario.readings.retain(|reading| reading.at <= scenario.as_of);
            scenario.requests.retain(|request| request.records.iter().all(|(at, _)| *at <= scenario.as_of));
            if is_known {
                scenario.created = Some(LONG_AGO);
                scenario.is_migrated = false;
                scenario.readings.clear();
                scenario.residences = Residence::only(vec![Log::declared(LONG_AGO, scenario.as_of)]);
            }
            // As with the defaults, the tolerance is shorter than the time in which a key counts as due soon, and that
            // is shorter than the maximum age.
            scenario.tolerance = scenario.tolerance.min(scenario.max_age - 2 * DAY);
            let due_soon_days = due_soon_days.clamp(scenario.tolerance / DAY + 1, scenario.max_age / DAY - 1);
            Audit { scenario, due_soon_days, in_use_key }
        },
    )
}

fn by_hand(text: &str) -> Step {
    Step { text: text.to_owned(), argv: None, is_alternative: false, command: None }
}

/// The failed finding of an own control, which regenerates some keys, with or without steps by hand before and after.
fn own_finding() -> impl Strategy<Value = Finding> {
    let texts = vec![None, Some("Get the approval of the CISO."), Some("Stop the nightly jobs.")];
    let text = || select(texts.clone());
    let turn = (text(), text(), select(KeyName::BOTH.to_vec()));
    (prop::collection::vec(turn, 1..=3), text()).prop_map(|(turns, last)| {
        let mut steps: Vec<Step> = Vec::new();
        for (first, second, key) in turns {
            steps.extend([first, second].into_iter().flatten().map(by_hand));
            let words =
                ["az", "cognitiveservices", "account", "keys", "regenerate", "--key-name", key.as_str()];
            let argv = Some(words.map(str::to_owned).to_vec());
            steps.push(Step { argv, ..by_hand("Regenerate it.") });
        }
        steps.extend(last.map(by_hand));
        Finding {
            control: PACK.controls.len(),
            outcome: ControlOutcome::Fail(Level::Warning),
            message: String::new(),
            keys: Vec::new(),
            steps,
            evidence: Vec::new(),
            also_open: None,
            waivers: Vec::new(),
            compared: None,
        }
    })
}

/// Returns the text of a step by hand, without the part that depends on which keys were regenerated before it.
fn base_text(step: &Step) -> String {
    let text = step.text.split(" The steps above regenerate").next().unwrap_or_default();
    text.replace("the new key", "key")
}

/// An error if two steps of `plan` regenerate one key, or if no step by hand is directly before one that does.
fn check_regenerations(plan: &[PlannedStep]) -> Result<(), TestCaseError> {
    let keys: Vec<(usize, KeyName)> =
        plan.iter().enumerate().filter_map(|(index, planned)| Some((index, regenerated(planned)?))).collect();
    for (position, (index, key)) in keys.iter().enumerate() {
        prop_assert!(*index > 0 && plan[index - 1].step.argv.is_none(), "{:#?}", plan);
        prop_assert!(keys[..position].iter().all(|(_, before)| before != key), "{:#?}", plan);
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases(300, 10_000))]

    #[test]
    fn no_step_by_hand_of_a_finding_is_missing_from_the_plan(
        audit in audit(), own in own_finding(), is_first in any::<bool>()
    ) {
        let mut findings = audit.findings();
        findings.insert(if is_first { 0 } else { findings.len() }, own);
        let plan = audit.plan_of(&findings);
        check_regenerations(&plan)?;
        let failed = findings.iter().filter(|finding| matches!(finding.outcome, ControlOutcome::Fail(_)));
        for finding in failed {
            for step in finding.steps.iter().filter(|step| step.argv.is_none()) {
                let is_planned = plan.iter().any(|planned| {
                    planned.step.argv.is_none()
                        && planned.controls.contains(&finding.control)
                        && base_text(&planned.step) == base_text(step)
                });
                prop_assert!(is_planned, "{:?} of {} is not in {:#?}", step.text, finding.control, plan);
            }
        }
        // One switch of the built-in controls is enough for one regeneration.
        let switches = plan.iter().filter(|planned| planned.step.text.starts_with("Point applications at"));
        let regenerations = plan.iter().filter_map(regenerated);
        prop_assert!(switches.count() <= regenerations.count(), "{:#?}", plan);
    }

    #[test]
    fn no_plan_regenerates_a_key_twice_or_two_without_a_step_by_hand_between(audit in audit()) {
        let plan = audit.plan();
        check_regenerations(&plan)?;
        let first = plan.iter().position(|planned| planned.step.is_alternative).unwrap_or(plan.len());
        prop_assert!(plan[first..].len() <= 1, "{:#?}", plan);
    }

    #[test]
    fn nothing_that_a_rotation_fixes_fails_after_the_plan(audit in audit()) {
        let plan = audit.plan();
        let after = audit.after(&plan).findings();
        let failed: Vec<&str> = failed(&after).into_iter().filter(|id| *id <= "KR004").collect();
        prop_assert!(failed.is_empty(), "{:?} after {:#?}", failed, plan);
    }
}

/// The properties above are only worth their time if the random plans include every kind.
#[test]
fn random_plans_are_of_every_kind() {
    let mut runner = TestRunner::deterministic();
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    for _ in 0..500 {
        let audit = audit().new_tree(&mut runner).expect("an account").current();
        let findings = audit.findings();
        let plan = audit.plan_of(&findings);
        let keys = plan.iter().filter_map(regenerated).count();
        *counts.entry(format!("{keys} keys")).or_default() += 1;
        for id in failed(&findings) {
            *counts.entry(id.to_owned()).or_default() += 1;
        }
        if plan.iter().any(|planned| planned.controls.len() > 1 && regenerated(planned).is_some()) {
            *counts.entry("for several".to_owned()).or_default() += 1;
        }
    }
    for kind in ["0 keys", "1 keys", "2 keys", "KR001", "KR002", "KR003", "KR004", "for several"] {
        assert!(counts.get(kind).is_some_and(|count| *count >= 3), "{kind}: {counts:#?}");
    }
}
