//! Elements of controls about the evidence that visibly have no subject. Findings with the same subject would be one
//! finding in baselines and waivers, so the evaluation refuses them as well.

use regorus::unstable::Expr;

use super::Problem;
use super::exports::{answers, package_of};
use super::literals::{elements, text};
use super::program::Program;
use crate::evaluate::{SUBJECT, SUBJECT_HELP};
use crate::model::{About, Pack};

pub(super) fn problems(program: &Program<'_>, pack: &Pack) -> Vec<Problem> {
    let controls = pack.controls.iter().filter(|control| control.about == About::Evidence);
    let rules = controls.flat_map(|control| {
        let package = package_of(control);
        answers().filter_map(move |answer| program.node(&[package.as_slice(), &[answer.to_owned()]].concat()))
    });
    let definitions = rules.flat_map(|rule| &program.nodes[rule].definitions);
    let elements = definitions.flat_map(|definition| elements(definition.rule));
    elements.filter(|element| has_no_subject(element)).map(problem).collect()
}

fn problem(element: &Expr) -> Problem {
    let message = format!("an element of a control about the evidence has no {SUBJECT}");
    Problem::error(element.span(), message).with_help(SUBJECT_HELP)
}

/// Whether an object, all of whose members have fixed names, has no subject or an empty one.
fn has_no_subject(element: &Expr) -> bool {
    let Expr::Object { fields, .. } = element else { return false };
    let names: Option<Vec<String>> = fields.iter().map(|(_, name, _)| text(name)).collect();
    let Some(names) = names else { return false };
    match names.iter().position(|name| name == SUBJECT) {
        Some(subject) => text(&fields[subject].2).is_some_and(|subject| subject.trim().is_empty()),
        None => true,
    }
}
