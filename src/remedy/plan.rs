//! Merges the steps of an account's failed findings into one plan, in which no key is regenerated twice, a step by hand
//! precedes each regeneration, and no step by hand is missing. `tests/it/worlds/plans.rs` checks this on random accounts.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::mem;

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
                plan.alternatives.merge(planned(step.clone(), finding.control));
            }
        }
    }
    // A rotation of both keys keeps its own order, because its texts fit only that order.
    rotations.sort_by_key(|turns| {
        let first = turns.first().map(|turn| turn.key.as_str());
        (Reverse(turns.len()), order.iter().position(|key| Some(key.as_str()) == first))
    });
    for turn in rotations.into_iter().flatten() {
        plan.add_turn(turn);
    }
    plan.into_steps()
}

/// Returns the value of `--key-name` in lower case, empty if there is none; `None` for any command that does not
/// regenerate a key.
fn regenerated_key(argv: &[String]) -> Option<String> {
    const OPTION: &str = "--key-name";
    argv.windows(2).find(|words| words[0] == "keys" && words[1] == "regenerate")?;
    let apart = || argv.windows(2).find(|words| words[0] == OPTION).map(|words| words[1].as_str());
    let joined = argv.iter().find_map(|argument| argument.strip_prefix(OPTION)?.strip_prefix('='));
    Some(joined.or_else(apart).unwrap_or_default().to_lowercase())
}

#[derive(Default)]
struct Plan {
    before: Steps,
    turns: Vec<Turn>,
    /// The index of the turn of each key.
    turn_of: BTreeMap<String, usize>,
    after: Steps,
    alternatives: Steps,
}

/// The regeneration of one key.
struct Turn {
    key: String,
    before: Steps,
    /// The steps by hand that are directly before the regeneration in the findings, by their [`base_text`].
    switches: Steps,
    regeneration: PlannedStep,
    /// Whether the finding regenerates another key before this one.
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
                before: Steps::default(),
                switches: Steps::default(),
                regeneration: planned((*step).clone(), control),
                has_predecessor: !turns.is_empty(),
            };
            turn.add_switch(planned(switch.unwrap_or_else(by_hand), control));
            let before = if turns.is_empty() { &mut self.before } else { &mut turn.before };
            for step in pending.drain(..) {
                before.merge(planned(step.clone(), control));
            }
            turns.push(turn);
        }
        for step in pending {
            self.after.merge(planned(step.clone(), control));
        }
        turns
    }

    fn add_turn(&mut self, turn: Turn) {
        let Some(known) = self.turn_of.get(&turn.key) else {
            self.turn_of.insert(turn.key.clone(), self.turns.len());
            self.turns.push(turn);
            return;
        };
        let known = &mut self.turns[*known];
        for step in turn.before.list {
            known.before.merge(step);
        }
        for switch in turn.switches.list {
            known.add_switch(switch);
        }
        known.regeneration.controls.extend(turn.regeneration.controls);
    }

    fn into_steps(self) -> Vec<PlannedStep> {
        let Plan { before, turns, after, mut alternatives, .. } = self;
        let mut steps = before;
        let mut previous: Option<String> = None;
        for mut turn in turns {
            for step in mem::take(&mut turn.before.list) {
                steps.merge(step);
            }
            let (mut switch, others) = turn.split_switches();
            for step in others {
                steps.merge(step);
            }
            if let Some(key) = previous.filter(|_| !turn.has_predecessor) {
                switch.step.text += &format!(" The steps above regenerate {key}: use its new value.");
            }
            steps.push(switch);
            steps.push(turn.regeneration);
            previous = Some(turn.key);
        }
        for step in after.list {
            let list = if alternatives.has(&step.step) { &mut alternatives } else { &mut steps };
            list.merge(step);
        }
        let mut steps = steps.list;
        steps.append(&mut alternatives.list);
        for step in &mut steps {
            step.controls.sort_unstable();
            step.controls.dedup();
        }
        steps
    }
}

impl Turn {
    fn add_switch(&mut self, switch: PlannedStep) {
        self.switches.merge_as(Identity::Text(base_text(&switch.step)), switch);
    }

    /// Takes the steps by hand, and returns the first one and the others. The first one also counts for findings
    /// without such steps.
    fn split_switches(&mut self) -> (PlannedStep, Vec<PlannedStep>) {
        let is_standard = |switch: &PlannedStep| switch.step.text == CONFIRM;
        let (mut standard, mut own): (Vec<PlannedStep>, Vec<PlannedStep>) =
            mem::take(&mut self.switches.list).into_iter().partition(is_standard);
        let controls = standard.iter().flat_map(|switch| switch.controls.clone());
        if own.is_empty() {
            own.append(&mut standard);
        } else {
            own[0].controls.extend(controls);
        }
        (own.remove(0), own)
    }
}

/// The text without the reference to the new value of a key: a switch to the same key can have it or not, since that
/// depends on which keys a finding regenerates (`switch_to` in `policies/lib/remediation.rego`).
fn base_text(step: &Step) -> String {
    step.text.replace("the new key", "key")
}

fn planned(step: Step, control: usize) -> PlannedStep {
    PlannedStep { step, controls: vec![control] }
}

fn by_hand() -> Step {
    Step { text: CONFIRM.to_owned(), argv: None, is_alternative: false, command: None }
}

/// The property by which two steps are the same: the command, or else the text. Texts of the same command may differ.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Identity {
    Command(Vec<String>),
    Text(String),
}

impl Identity {
    fn of(step: &Step) -> Identity {
        match &step.argv {
            Some(argv) => Identity::Command(argv.clone()),
            None => Identity::Text(step.text.clone()),
        }
    }
}

/// Steps in the order in which they were added.
#[derive(Default)]
struct Steps {
    list: Vec<PlannedStep>,
    /// The first step of each identity, as its index in the list.
    index: BTreeMap<Identity, usize>,
}

impl Steps {
    /// Adds a step; if the same step is already in the list, adds the controls to it.
    fn merge(&mut self, step: PlannedStep) {
        self.merge_as(Identity::of(&step.step), step);
    }

    fn merge_as(&mut self, identity: Identity, step: PlannedStep) {
        match self.index.entry(identity) {
            Entry::Occupied(known) => self.list[*known.get()].controls.extend(step.controls),
            Entry::Vacant(entry) => {
                entry.insert(self.list.len());
                self.list.push(step);
            }
        }
    }

    /// Adds a step even if the same step is in the list.
    fn push(&mut self, step: PlannedStep) {
        self.index.entry(Identity::of(&step.step)).or_insert(self.list.len());
        self.list.push(step);
    }

    fn has(&self, step: &Step) -> bool {
        self.index.contains_key(&Identity::of(step))
    }
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
        Finding { control, outcome, message, keys, steps, evidence, also_open: None, waivers, compared: None }
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
        let both = vec![
            hand("to key1"),
            regenerate("key2"),
            hand("check"),
            hand("to the new key2"),
            regenerate("key1"),
        ];
        let expected =
            ["to key1 [1]", "key2 [1]", "check [1]", "to the new key2 [0, 1]", "key1 [0, 1]", "last [0, 1]"];
        let both = finding(1, [both, vec![hand("last")]].concat());
        let one = Finding { steps: [one.steps, vec![hand("last")]].concat(), ..one };
        assert_eq!(planned(&[one, both]), expected);
    }

    #[test]
    fn different_steps_by_hand_before_the_regeneration_of_one_key_are_all_kept() {
        let approved = |control| finding(control, vec![hand("approval"), regenerate("key1")]);
        let switched = |control| finding(control, vec![hand("to key2 (a)"), regenerate("key1")]);
        let bare = |control| finding(control, vec![regenerate("key1")]);
        let new = |control| finding(control, vec![hand("to the new key2 (a)"), regenerate("key1")]);
        let one = [approved(0), switched(1), bare(2), new(3)];
        assert_eq!(planned(&one), ["to key2 (a) [1, 3]", "approval [0, 2]", "key1 [0, 1, 2, 3]"]);
        let other = [bare(0), switched(1), new(2), approved(3), approved(4)];
        assert_eq!(planned(&other), ["approval [3, 4]", "to key2 (a) [0, 1, 2]", "key1 [0, 1, 2, 3, 4]"]);
        let both = [switched(0).steps, vec![hand("to the new key1"), regenerate("key2")]].concat();
        let approved_twice = [approved(1).steps, vec![hand("approval"), regenerate("key2")]].concat();
        let twice = [finding(0, both), finding(1, approved_twice)];
        assert_eq!(
            planned(&twice),
            ["approval [1]", "to key2 (a) [0]", "key1 [0, 1]", "to the new key1 [0]", "key2 [0, 1]"]
        );
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

    /// Comparing each step with all others would take minutes.
    #[test]
    fn tens_of_thousands_of_steps_are_planned_once_each() {
        let step = |index: usize| match index % 3 {
            0 => regenerate(&format!("key{index}")),
            1 => command("list", &format!("az list {index}")),
            _ => hand(&format!("look at {index}")),
        };
        let findings = [0, 1].map(|control| finding(control, (0..50_000).map(step).collect()));
        let plan = plan(&findings, KeyName::BOTH);
        assert!(plan.len() >= 50_000 && plan.iter().all(|planned| planned.controls == [0, 1]));
    }

    #[test]
    fn findings_that_are_open_or_waived_are_not_in_the_plan() {
        let open = Finding { outcome: ControlOutcome::Open, ..finding(0, vec![hand("look")]) };
        let waived = Finding { waivers: vec![0], ..finding(0, vec![hand("look")]) };
        assert_eq!(plan(&[open, waived], KeyName::BOTH), []);
    }
}
