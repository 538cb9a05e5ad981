//! Merges the steps of an account's failed findings into one plan, in which no key is regenerated twice and a step by
//! hand precedes each regeneration. `tests/it/worlds/plans.rs` checks this on random accounts.

use std::cmp::Reverse;

use crate::model::{ControlOutcome, Finding, KeyName, PlannedStep, Step};

const CONFIRM: &str = "Make sure that no application uses the key that is regenerated next.";

/// Returns the plan over all failed findings that are not waived. First are the steps that come before a rotation, like
/// the search for the reason of a failure; then each key that needs it is regenerated, in the `order` given; then the
/// other steps, and last the alternatives.
pub fn plan(findings: &[Finding], order: [KeyName; 2]) -> Vec<PlannedStep> {
    let failed =
        |finding: &&Finding| matches!(finding.outcome, ControlOutcome::Fail(_)) && !finding.is_waived();
    let mut plan = Plan::default();
    let mut rotations: Vec<Vec<Turn>> = Vec::new();
    for finding in findings.iter().filter(failed) {
        for run in finding.steps.split_inclusive(|step| step.is_alternative) {
            let (alternatives, steps): (Vec<&Step>, Vec<&Step>) =
                run.iter().partition(|step| step.is_alternative);
            rotations.push(plan.add_all_but_rotation(&steps, finding.control));
            for step in alternatives {
                add(&mut plan.alternatives, step, finding.control);
            }
        }
    }
    // A rotation of both keys is taken over in its own order, in which its texts are right.
    rotations.sort_by_key(|turns| {
        let first = turns.first().map(|turn| turn.key.as_str());
        (Reverse(turns.len()), order.iter().position(|key| Some(key.as_str()) == first))
    });
    for turn in rotations.into_iter().flatten() {
        plan.add_turn(turn);
    }
    plan.into_steps()
}

/// The value of `--key-name` in lower case, which is empty if there is none; `None` of any other command.
fn regenerated_key(argv: &[String]) -> Option<String> {
    const OPTION: &str = "--key-name";
    argv.windows(2).find(|words| words[0] == "keys" && words[1] == "regenerate")?;
    let apart = || argv.windows(2).find(|words| words[0] == OPTION).map(|words| words[1].as_str());
    let joined = argv.iter().find_map(|argument| argument.strip_prefix(OPTION)?.strip_prefix('='));
    Some(joined.or_else(apart).unwrap_or_default().to_lowercase())
}

#[derive(Default)]
struct Plan {
    before: Vec<PlannedStep>,
    turns: Vec<Turn>,
    after: Vec<PlannedStep>,
    alternatives: Vec<PlannedStep>,
}

/// The regeneration of one key.
struct Turn {
    key: String,
    before: Vec<PlannedStep>,
    /// The step by hand directly before the regeneration.
    switch: PlannedStep,
    regeneration: PlannedStep,
    /// Whether the steps that it is from regenerate another key before this one.
    has_predecessor: bool,
}

impl Plan {
    /// Adds the steps before and after a rotation, and returns its turns.
    fn add_all_but_rotation(&mut self, steps: &[&Step], control: usize) -> Vec<Turn> {
        let mut turns: Vec<Turn> = Vec::new();
        let mut pending: Vec<&Step> = Vec::new();
        for step in steps {
            let Some(key) = step.argv.as_deref().and_then(regenerated_key) else {
                pending.push(step);
                continue;
            };
            let switch = pending.pop_if(|step| step.argv.is_none()).cloned();
            let mut turn = Turn {
                key,
                before: Vec::new(),
                switch: planned(switch.unwrap_or_else(by_hand), control),
                regeneration: planned((*step).clone(), control),
                has_predecessor: !turns.is_empty(),
            };
            let before = if turns.is_empty() { &mut self.before } else { &mut turn.before };
            for step in pending.drain(..) {
                add(before, step, control);
            }
            turns.push(turn);
        }
        for step in pending {
            add(&mut self.after, step, control);
        }
        turns
    }

    fn add_turn(&mut self, mut turn: Turn) {
        if let Some(known) = self.turns.iter_mut().find(|known| known.key == turn.key) {
            let Turn { before, switch, regeneration, .. } = turn;
            for step in before {
                merge(&mut known.before, step);
            }
            known.switch.controls.extend(switch.controls);
            known.regeneration.controls.extend(regeneration.controls);
            return;
        }
        if let Some(last) = self.turns.last().filter(|_| !turn.has_predecessor) {
            turn.switch.step.text += &format!(" The steps above regenerate {}: use its new value.", last.key);
        }
        self.turns.push(turn);
    }

    fn into_steps(self) -> Vec<PlannedStep> {
        let Plan { before, turns, after, mut alternatives } = self;
        let mut steps = before;
        for Turn { before, switch, regeneration, .. } in turns {
            for step in before {
                merge(&mut steps, step);
            }
            steps.extend([switch, regeneration]);
        }
        for step in after {
            let list = if has(&alternatives, &step.step) { &mut alternatives } else { &mut steps };
            merge(list, step);
        }
        steps.append(&mut alternatives);
        for step in &mut steps {
            step.controls.sort_unstable();
            step.controls.dedup();
        }
        steps
    }
}

fn planned(step: Step, control: usize) -> PlannedStep {
    PlannedStep { step, controls: vec![control] }
}

fn by_hand() -> Step {
    Step { text: CONFIRM.to_owned(), argv: None, is_alternative: false, command: None }
}

fn add(steps: &mut Vec<PlannedStep>, step: &Step, control: usize) {
    merge(steps, planned(step.clone(), control));
}

/// Adds a step, or its controls to the step that is the same.
fn merge(steps: &mut Vec<PlannedStep>, step: PlannedStep) {
    match steps.iter_mut().find(|known| are_same(&known.step, &step.step)) {
        Some(known) => known.controls.extend(step.controls),
        None => steps.push(step),
    }
}

fn has(steps: &[PlannedStep], step: &Step) -> bool {
    steps.iter().any(|known| are_same(&known.step, step))
}

/// Texts of the same command may differ.
fn are_same(one: &Step, other: &Step) -> bool {
    one.argv == other.argv && (one.argv.is_some() || one.text == other.text)
}

#[cfg(test)]
mod tests {
    use super::{CONFIRM, Finding, KeyName, PlannedStep, Step, plan};
    use crate::model::{ControlOutcome, Level};

    fn hand(text: &str) -> Step {
        Step { text: text.to_owned(), argv: None, is_alternative: false, command: None }
    }

    fn command(text: &str, argv: &str) -> Step {
        let argv = argv.split(' ').map(str::to_owned).collect();
        Step { argv: Some(argv), ..hand(text) }
    }

    fn regenerate(key: &str) -> Step {
        command("regenerate", &format!("az cognitiveservices account keys regenerate --key-name {key}"))
    }

    fn switch_off(is_alternative: bool) -> Step {
        Step { is_alternative, ..command("switch off", "az resource update") }
    }

    fn finding(control: usize, steps: Vec<Step>) -> Finding {
        let (outcome, message) = (ControlOutcome::Fail(Level::Warning), String::new());
        let (keys, evidence, waivers) = (Vec::new(), Vec::new(), Vec::new());
        Finding { control, outcome, message, keys, steps, evidence, waivers, compared: None }
    }

    /// Each step as its text, or the last word of its command, with its controls.
    fn shown(plan: &[PlannedStep]) -> Vec<String> {
        let word =
            |step: &Step| step.argv.as_ref().and_then(|argv| argv.last()).unwrap_or(&step.text).clone();
        plan.iter().map(|planned| format!("{} {:?}", word(&planned.step), planned.controls)).collect()
    }

    fn planned(findings: &[Finding]) -> Vec<String> {
        shown(&plan(findings, KeyName::BOTH))
    }

    #[test]
    fn rotations_of_one_key_each_become_one_rotation() {
        let one = finding(0, vec![hand("to key1"), regenerate("key2"), switch_off(true)]);
        let other = finding(2, vec![hand("look"), hand("to key2"), regenerate("key1"), switch_off(true)]);
        let findings = [one, other];
        let new = "The steps above regenerate";
        let expected = [
            "look [2]",
            "to key2 [2]",
            "key1 [2]",
            &format!("to key1 {new} key1: use its new value. [0]"),
            "key2 [0]",
            "update [0, 2]",
        ];
        assert_eq!(planned(&findings), expected);
        let key2_first = shown(&plan(&findings, [KeyName::Key2, KeyName::Key1]));
        assert_eq!(key2_first[1..3], ["to key1 [0]", "key2 [0]"]);
        assert_eq!(key2_first[3], format!("to key2 {new} key2: use its new value. [2]"));
    }

    #[test]
    fn a_rotation_of_both_keys_keeps_its_order_and_texts() {
        let one = finding(0, vec![hand("to key2"), regenerate("key1")]);
        let both =
            vec![hand("to key1"), regenerate("key2"), hand("check"), hand("to new key2"), regenerate("key1")];
        let expected =
            ["to key1 [1]", "key2 [1]", "check [1]", "to new key2 [0, 1]", "key1 [0, 1]", "last [0, 1]"];
        let both = finding(1, [both, vec![hand("last")]].concat());
        let one = Finding { steps: [one.steps, vec![hand("last")]].concat(), ..one };
        assert_eq!(planned(&[one, both]), expected);
    }

    #[test]
    fn a_regeneration_without_a_step_by_hand_before_it_gets_one() {
        let findings = [finding(
            0,
            vec![regenerate("key1"), command("list", "az list"), regenerate("KEY2"), regenerate("key1")],
        )];
        let confirm = format!("{CONFIRM} [0]");
        assert_eq!(planned(&findings), [&confirm, "key1 [0]", "list [0]", &confirm, "KEY2 [0]"]);
        let joined = command("regenerate", "az keys regenerate --key-name=key1");
        let twice = [finding(0, vec![regenerate("key1")]), finding(1, vec![joined])];
        assert_eq!(planned(&twice), [format!("{CONFIRM} [0, 1]"), "key1 [0, 1]".to_owned()]);
    }

    #[test]
    fn an_alternative_that_another_control_asks_for_is_planned_once_and_last() {
        let findings = [
            finding(0, vec![hand("to key2"), regenerate("key1"), switch_off(true)]),
            finding(1, vec![switch_off(false)]),
        ];
        assert_eq!(planned(&findings), ["to key2 [0]", "key1 [0]", "update [0, 1]"]);
        let alone = plan(&findings[1..], KeyName::BOTH);
        assert!(!alone[0].step.is_alternative);
    }

    #[test]
    fn findings_that_are_open_or_waived_are_not_in_the_plan() {
        let open = Finding { outcome: ControlOutcome::Open, ..finding(0, vec![hand("look")]) };
        let waived = Finding { waivers: vec![0], ..finding(0, vec![hand("look")]) };
        assert_eq!(plan(&[open, waived], KeyName::BOTH), []);
    }
}
