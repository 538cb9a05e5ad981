//! Warns of rules that nothing asks for: tests with a misspelt name, tests in other files, and packages that no control uses.

use std::collections::BTreeSet;

use regorus::unstable::{Rule, RuleHead};

use super::Problem;
use super::calls::Calls;
use super::exports::{answers, package_of};
use super::program::{Definition, Path, Program, home_of_tests, is_test_rule};
use crate::model::Pack;

/// The answers of policies for other tools.
const OTHER_ANSWERS: [&str; 3] = ["allow", "deny", "warn"];

pub(super) fn problems(program: &Program<'_>, calls: &Calls<'_>, pack: &Pack) -> Vec<Problem> {
    let controls: BTreeSet<Path> = pack.controls.iter().map(package_of).collect();
    let mut problems = unused_in_tests(program, calls);
    problems.extend(tests_in_other_files(program, &controls));
    if !controls.is_empty() {
        problems.extend(unused_packages(program, calls, pack, &controls));
    }
    problems
}

/// Conditions in files of tests, which are probably tests with a misspelt name. Helpers that only give values are harmless.
fn unused_in_tests(program: &Program<'_>, calls: &Calls<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (index, node) in program.nodes.iter().enumerate() {
        let is_in_tests = node.definitions.iter().all(|definition| program.units[definition.unit].is_test);
        let is_condition = node.definitions.iter().any(|definition| {
            matches!(definition.rule, Rule::Spec { head: RuleHead::Compr { assign: None, .. }, .. })
        });
        if !is_in_tests || !is_condition || is_test_rule(&node.path, &node.package) || calls.is_known(index) {
            continue;
        }
        let name = node.path[node.package.len()..].join(".");
        let problem = Problem::warning(node.span(), format!("{name} is not a test, and no test uses it"));
        problems.push(problem.with_help("the name of a test begins with `test_`"));
    }
    problems
}

/// Warns of tests in files that an audit reads. A test in the package of a control is an error that `exports` reports.
fn tests_in_other_files(program: &Program<'_>, controls: &BTreeSet<Path>) -> Vec<Problem> {
    let mut known = BTreeSet::new();
    let mut problems = Vec::new();
    for node in &program.nodes {
        let Some(definition) = node.definitions.iter().find(|definition| {
            let is_value = matches!(definition.rule, Rule::Spec { head: RuleHead::Compr { .. }, .. });
            is_value && !program.units[definition.unit].is_test
        }) else {
            continue;
        };
        let is_test = is_test_rule(&node.path, &node.package) && !controls.contains(&node.package);
        if is_test && known.insert(definition.unit) {
            let name = node.path[node.package.len()..].join(".");
            let message = format!("{name} is a test, but the name of its file is not that of tests");
            let file = program.units[definition.unit].module.package.span.source.get_path();
            problems.push(Problem::warning(node.span(), message).with_help(home_of_tests(file)));
        }
    }
    problems
}

/// Warns of the user's packages that have the answers of other tools, and of which no control evaluates a rule. A
/// package with the answers of a control is an error that `exports` reports.
fn unused_packages(
    program: &Program<'_>,
    calls: &Calls<'_>,
    pack: &Pack,
    controls: &BTreeSet<Path>,
) -> Vec<Problem> {
    let nodes = || program.nodes.iter().enumerate();
    let of_controls = nodes().filter(|(_, node)| controls.contains(&node.package));
    let reached = calls.reached_from(of_controls.map(|(index, _)| index));
    let mut used: BTreeSet<&Path> = controls.iter().collect();
    let mut answering: BTreeSet<&Path> = BTreeSet::new();
    for (index, node) in nodes() {
        let name = node.path.get(node.package.len());
        let is_otherwise_reported = name.is_some_and(|name| answers().any(|answer| answer == name))
            || is_test_rule(&node.path, &node.package);
        if reached.contains(&index) || is_otherwise_reported {
            used.insert(&node.package);
        }
        let is_set = |definition: &Definition<'_>| {
            matches!(definition.rule, Rule::Spec { head: RuleHead::Set { .. }, .. })
        };
        if name.is_some_and(|name| OTHER_ANSWERS.contains(&name.as_str()))
            || node.definitions.iter().any(is_set)
        {
            answering.insert(&node.package);
        }
    }
    let own: BTreeSet<&str> =
        pack.modules.iter().filter(|module| !module.is_builtin).map(|module| module.path.as_str()).collect();
    let unused = program.units.iter().filter(|unit| {
        let is_own = own.contains(unit.module.package.span.source.get_path().as_str());
        is_own && !unit.is_test && answering.contains(&unit.package) && used.insert(&unit.package)
    });
    let problem = |unit: &super::program::Unit<'_>| {
        let message = format!("no control uses package {}, so no audit evaluates it", unit.package.join("."));
        let help = "to make it a control, answer with violation and unproven, and put a # METADATA block directly above \
                    the package, with title, description, and under custom: id, name and level";
        Problem::warning(unit.module.package.refr.span(), message).with_help(help)
    };
    unused.map(problem).collect()
}
