//! Finds elements of a control's answers that are literals of a form from which no finding can be made. The evaluation
//! refuses them as well. The members here must agree with the types in `evaluate/elements.rs` and `model/finding.rs`.

use regorus::unstable::{Expr, Rule, RuleBody};

use super::exports::{answers, package_of};
use super::literals::{elements, kind, text, written};
use super::program::Program;
use super::{Problem, nearest};
use crate::evaluate::SUBJECT;
use crate::model::{KeyName, Pack};

/// The form of a value in an element.
#[derive(Clone, Copy)]
enum Form {
    Text,
    Flag,
    Number,
    /// A list, or a set.
    List(&'static Form),
    OneOf(&'static [&'static str]),
    Object(&'static ObjectForm),
}

struct ObjectForm {
    /// The name in messages, with an article.
    name: &'static str,
    example: &'static str,
    /// The members; the first `required` ones must be present.
    members: &'static [(&'static str, Form)],
    required: usize,
}

const KEY_NAMES: [&str; 2] = [KeyName::Key1.as_str(), KeyName::Key2.as_str()];

static ELEMENT_FORM: ObjectForm = ObjectForm {
    name: "an element",
    example: "{\"message\": …}",
    members: &[
        ("message", Form::Text),
        (SUBJECT, Form::Text),
        ("keys", Form::List(&Form::OneOf(&KEY_NAMES))),
        ("evidence", Form::List(&Form::Object(&RECORD_FORM))),
        ("steps", Form::List(&Form::Object(&STEP_FORM))),
    ],
    required: 1,
};

static STEP_FORM: ObjectForm = ObjectForm {
    name: "a step",
    example: "{\"text\": …}",
    members: &[("text", Form::Text), ("argv", Form::List(&Form::Text)), ("alternative", Form::Flag)],
    required: 1,
};

static RECORD_FORM: ObjectForm = ObjectForm {
    name: "a record of the evidence",
    example: "{\"input\": …, \"line\": …, \"text\": …}",
    members: &[("input", Form::Number), ("line", Form::Number), ("text", Form::Text)],
    required: 3,
};

impl Form {
    fn name(self) -> String {
        match self {
            Form::Text => "a string".to_owned(),
            Form::Flag => "true or false".to_owned(),
            Form::Number => "a number".to_owned(),
            Form::List(_) => "an array".to_owned(),
            Form::OneOf(values) => {
                let values: Vec<String> = values.iter().map(|value| format!("\"{value}\"")).collect();
                values.join(" or ")
            }
            Form::Object(form) => format!("an object like `{}`", form.example),
        }
    }

    fn allows(self, kind: &str) -> bool {
        match self {
            Form::Text | Form::OneOf(_) => kind == "a string",
            Form::Flag => kind == "true or false",
            Form::Number => kind == "a number",
            Form::List(_) => kind == "an array" || kind == "a set",
            Form::Object(_) => kind == "an object",
        }
    }
}

pub(super) fn problems(program: &Program<'_>, pack: &Pack) -> Vec<Problem> {
    let rules = pack.controls.iter().flat_map(|control| {
        let package = package_of(control);
        answers().filter_map(move |answer| program.node(&[package.as_slice(), &[answer.to_owned()]].concat()))
    });
    let mut problems = Vec::new();
    for definition in rules.flat_map(|rule| &program.nodes[rule].definitions) {
        let Rule::Spec { bodies, .. } = definition.rule else { continue };
        for element in elements(definition.rule) {
            check(element, ELEMENT_FORM.name, Form::Object(&ELEMENT_FORM), bodies, &mut problems);
        }
    }
    problems
}

/// Checks a literal, which messages call `what`. A computed value is not checked.
fn check(value: &Expr, what: &str, form: Form, bodies: &[RuleBody], problems: &mut Vec<Problem>) {
    let Some(kind) = kind(value) else { return };
    if !form.allows(kind) {
        let message = format!("{what} must be {}, but is {kind}", form.name());
        problems.push(Problem::error(value.span(), message));
        return;
    }
    match (form, value) {
        (Form::OneOf(values), value) => {
            if let Some(text) = text(value).filter(|text| !values.contains(&text.as_str())) {
                let message = format!("{what} must be {}, but is \"{text}\"", form.name());
                problems.push(Problem::error(value.span(), message));
            }
        }
        (Form::List(of), Expr::Array { items, .. } | Expr::Set { items, .. }) => {
            let name = if let Form::Object(object) = of {
                object.name.to_owned()
            } else {
                format!("an element of {what}")
            };
            for item in items.iter().flat_map(|item| written(item, bodies)) {
                check(item, &name, *of, bodies, problems);
            }
        }
        (Form::Object(form), Expr::Object { span, fields, .. }) => {
            let names: Vec<Option<String>> = fields.iter().map(|(_, name, _)| text(name)).collect();
            for (name, (_, place, value)) in names.iter().zip(fields) {
                let Some(name) = name else { continue };
                match form.members.iter().find(|(member, _)| member == name) {
                    None => problems.push(unknown(place, name, form)),
                    Some((member, of)) => {
                        for value in written(value, bodies) {
                            check(value, &format!("`{member}`"), *of, bodies, problems);
                        }
                    }
                }
            }
            let is_missing = |(member, _): &&(&str, Form)| !names.iter().flatten().any(|name| name == member);
            let missing = form.members[..form.required].iter().find(is_missing);
            // A misspelt member is reported by its name.
            let is_known = names.iter().all(|name| {
                name.as_ref().is_some_and(|name| form.members.iter().any(|(member, _)| member == name))
            });
            if let Some((member, _)) = missing.filter(|_| is_known) {
                let problem = Problem::error(span, format!("{} has no `{member}`", form.name));
                problems.push(problem.with_help(format!("write `{}`", form.example)));
            }
        }
        _ => {}
    }
}

fn unknown(place: &Expr, name: &str, form: &ObjectForm) -> Problem {
    let problem = Problem::error(place.span(), format!("{} has no member `{name}`", form.name));
    if ["level", "severity"].contains(&name) {
        return problem
            .with_help("the level of a control is in its metadata, under custom: `level: warning`");
    }
    let members = form.members.iter().map(|(member, _)| *member);
    let near = if name == "msg" { Some("message") } else { nearest(name, members.clone()) };
    match near.filter(|near| form.members.iter().any(|(member, _)| member == near)) {
        Some(near) => problem.with_help(format!("did you mean `{near}`?")),
        None => problem.with_help(format!("expected one of {}", members.collect::<Vec<_>>().join(", "))),
    }
}
