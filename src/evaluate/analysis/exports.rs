//! The rules by which a control answers, and the rules that nothing asks for.

use regorus::unstable::{Rule, RuleHead};

use super::calls::Calls;
use super::program::{Path, Program};
use super::{Problem, nearest};
use crate::evaluate::ANSWERS;
use crate::model::{Control, Pack};

/// The rules for a proven problem and for a doubt. A control that has neither passes on all evidence.
const NEEDED: [&str; 2] = ["violation", "unproven"];

pub(super) fn problems(program: &Program<'_>, calls: &Calls<'_>, pack: &Pack) -> Vec<Problem> {
    pack.controls.iter().flat_map(|control| of_control(program, calls, control)).collect()
}

fn of_control(program: &Program<'_>, calls: &Calls<'_>, control: &Control) -> Vec<Problem> {
    let package = package_of(control);
    let mut problems = Vec::new();
    let mut is_answering = false;
    let is_own = |node: &usize| {
        let node = &program.nodes[*node];
        node.package == package && !program.units[node.definitions[0].unit].is_test
    };
    for index in (0..program.nodes.len()).filter(is_own) {
        let node = &program.nodes[index];
        let Some(name) = node.path.get(package.len()) else { continue };
        if answers().any(|answer| answer == name) {
            let wrong = node.definitions.iter().find(|definition| !is_partial_set(definition.rule));
            match wrong {
                Some(_) => {
                    let message = format!("{name} must be a set that its rules add to");
                    let help = format!("write: {name} contains {{\"message\": …}} if {{ … }}");
                    problems.push(Problem::error(node.span(), message).with_help(help));
                }
                None if node.path.len() > package.len() + 1 => {
                    problems
                        .push(Problem::error(node.span(), format!("{name} must be one set, not several")));
                }
                None => {}
            }
            is_answering |= NEEDED.contains(&name.as_str());
        } else if !calls.is_used(program, index) {
            let message =
                format!("nothing uses {name}: a control answers with violation, unproven and not_applicable");
            let problem = Problem::error(node.span(), message);
            problems.push(problem.with_suggestion(nearest(name, answers())));
        }
    }
    let unit = program.units.iter().find(|unit| unit.package == package && !unit.is_test);
    if let Some(unit) = unit.filter(|_| !is_answering) {
        let message =
            format!("{} defines neither violation nor unproven, so it would always pass", control.id);
        problems.push(Problem::error(unit.module.package.refr.span(), message));
    }
    problems
}

/// `a.b` of the control's `data.a.b`.
pub(super) fn package_of(control: &Control) -> Path {
    control.package.split('.').skip(1).map(str::to_owned).collect()
}

fn answers() -> impl Iterator<Item = &'static str> {
    ANSWERS.iter().map(|answer| answer.rule())
}

fn is_partial_set(rule: &Rule) -> bool {
    matches!(rule, Rule::Spec { head: RuleHead::Set { key: Some(_), .. }, .. })
}
