//! The rules by which a control answers, and the rules that nothing asks for.

use std::collections::BTreeSet;

use regorus::unstable::{Rule, RuleHead};

use super::calls::Calls;
use super::program::{Path, Program, home_of_tests, is_test_rule, name_of};
use super::{Problem, nearest};
use crate::evaluate::ANSWERS;
use crate::model::{Control, Pack};

/// The rules for a proven problem and for a doubt. A control with neither of them would always pass.
pub(super) const NEEDED: [&str; 2] = ["violation", "unproven"];

pub(super) fn problems(program: &Program<'_>, calls: &Calls<'_>, pack: &Pack) -> Vec<Problem> {
    let mut problems = without_control(program, pack);
    problems.extend(pack.controls.iter().flat_map(|control| of_control(program, calls, control)));
    problems
}

/// Answers in packages without a control id, which no audit evaluates. A function is never an answer.
fn without_control(program: &Program<'_>, pack: &Pack) -> Vec<Problem> {
    let controls: BTreeSet<Path> = pack.controls.iter().map(package_of).collect();
    let mut problems = Vec::new();
    for (index, node) in program.nodes.iter().enumerate() {
        let name = node.path.get(node.package.len()).map(String::as_str);
        let Some(name) = name.filter(|name| answers().any(|answer| answer == *name)) else { continue };
        if controls.contains(&node.package) || program.arity(index).is_some() {
            continue;
        }
        let mut definitions = node.definitions.iter();
        if let Some(first) = definitions.find(|definition| !program.units[definition.unit].is_test) {
            let package = node.package.join(".");
            let message = format!("{name} is never evaluated, because package {package} has no control id");
            let help = format!(
                "put a # METADATA block directly above `package {package}`, with title, description, and under \
                 custom: id, name and level"
            );
            problems.push(Problem::error(name_of(first.rule).span(), message).with_help(help));
        }
    }
    problems
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
        } else if is_test_rule(&node.path, &package) {
            let file = program.units[node.definitions[0].unit].module.package.span.source.get_path();
            let problem = Problem::error(node.span(), format!("{name} is a test in a file of policies"));
            problems.push(problem.with_help(home_of_tests(file)));
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

/// Returns the path of the control's package: `a.b` of `data.a.b`.
pub(super) fn package_of(control: &Control) -> Path {
    control.package.split('.').skip(1).map(str::to_owned).collect()
}

pub(super) fn answers() -> impl Iterator<Item = &'static str> {
    ANSWERS.iter().map(|answer| answer.rule())
}

fn is_partial_set(rule: &Rule) -> bool {
    matches!(rule, Rule::Spec { head: RuleHead::Set { key: Some(_), .. }, .. })
}
