//! Commands for authors of policies: they list, show, check, test and evaluate controls.

mod check;
mod conform;
mod documents;
mod example;
mod show;
mod tests;

use std::path::{Path, PathBuf};

use miette::Diagnostic;
use thiserror::Error;

use crate::audit::{OutputError, json_to_standard_output};
use crate::companion;
use crate::evaluate::{self, EvaluateError, Evaluator};
use crate::model::{About, Control, DEFAULT_KINDS, printable};
use crate::policy::{self, Params, ParamsError, PolicyError, PolicySelection};
pub use check::{CheckRequest, check};
use conform::FactSchemas;
pub use documents::ResultFormat;
pub use example::init;
pub use show::{list, schema, show};
pub use tests::{TestRequest, test};

#[derive(Debug, Error, Diagnostic)]
pub enum AuthoringError {
    #[error(transparent)]
    #[diagnostic(transparent)]
    Policy(#[from] PolicyError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Params(#[from] ParamsError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Evaluate(#[from] EvaluateError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Output(#[from] OutputError),
    #[error("the policies contain no test")]
    #[diagnostic(
        code(rotaudit::no_test),
        help("a test is a rule with a name like `test_…`, in a file with a name like `…_test.rego`")
    )]
    NoTest,
    #[error("{path}: the file exists, and was not changed")]
    #[diagnostic(code(rotaudit::example_in_the_way), help("name another folder"))]
    InTheWay { path: String },
    #[error("{path}: {source}")]
    #[diagnostic(code(rotaudit::example))]
    Unwritable { path: String, source: std::io::Error },
    #[error("{place}: the facts cannot be read: {what}")]
    #[diagnostic(
        code(rotaudit::facts),
        help("expected the output of `rotaudit facts`: one JSON document per line")
    )]
    Facts { place: String, what: String },
    #[error("{place}: the facts do not conform to their schema")]
    #[diagnostic(code(rotaudit::facts), help("`rotaudit policy schema` prints the schema"))]
    NonconformingFacts {
        place: String,
        #[related]
        mistakes: Vec<FactMistake>,
    },
    #[error("{control} is about {subject}, but none of the facts are")]
    #[diagnostic(code(rotaudit::facts), help("make its facts with `{command}`"))]
    OtherFacts { control: String, subject: &'static str, command: &'static str },
    #[error("the results cannot be written as JUnit XML: {0}")]
    #[diagnostic(code(rotaudit::junit))]
    Junit(#[from] quick_junit::SerializeError),
    #[error("the answers cannot be written as JSON: {0}")]
    #[diagnostic(code(rotaudit::facts))]
    Render(#[from] serde_json::Error),
}

/// A mistake in facts, with its place in them.
#[derive(Debug, Error, Diagnostic)]
#[error("{0}")]
pub struct FactMistake(String);

/// Facts, and the policies that are asked about them.
#[derive(Clone, Debug)]
pub struct EvalRequest {
    /// The path of the facts, or `-` for standard input.
    pub facts: PathBuf,
    pub policies: PolicySelection,
    pub params: Option<PathBuf>,
    /// The controls to evaluate; all of them if the list is empty.
    pub controls: Vec<String>,
    /// Whether the interpreter evaluates the built-in policies, which an audit does not do.
    pub is_interpreted: bool,
}

/// Prints the answer of each control to each of the facts. Fails if a policy has an error.
pub fn eval(evaluation: &EvalRequest) -> Result<(), AuthoringError> {
    let pack = evaluation.policies.load()?;
    evaluate::refuse_bad(&pack)?;
    let all: Vec<String> = pack.controls.iter().map(|control| control.id.clone()).collect();
    let pack =
        policy::select(pack, if evaluation.controls.is_empty() { &all } else { &evaluation.controls })?;
    let kinds = DEFAULT_KINDS.map(str::to_owned);
    let params = Params::new(evaluation.params.as_deref(), None)?.and(&kinds, None, true, false);
    let controls = pack.controls.clone();
    let evaluator = Evaluator::new(pack, params.into_data())?;
    let evaluator = if evaluation.is_interpreted { evaluator.interpreted()? } else { evaluator };
    let (lines, documents): (Vec<usize>, Vec<serde_json::Value>) =
        documents(&evaluation.facts)?.into_iter().unzip();
    if !evaluation.controls.is_empty() {
        refuse_unanswered(&controls, &documents)?;
    }
    let mut text = String::new();
    for (number, answers) in lines.into_iter().zip(evaluator.answers(documents)?) {
        let mut line = serde_json::json!({ "line": number, "answers": answers.values });
        if !answers.printed.is_empty() {
            line["printed"] = serde_json::json!(answers.printed);
        }
        text += &format!("{line}\n");
    }
    Ok(json_to_standard_output(&text)?)
}

/// Fails if a control is about none of the facts, so that it would not answer.
fn refuse_unanswered(controls: &[Control], facts: &[serde_json::Value]) -> Result<(), AuthoringError> {
    let is_asked = |control: &&Control| facts.iter().any(|facts| evaluate::about(facts) == control.about);
    let Some(control) = controls.iter().find(|control| !facts.is_empty() && !is_asked(control)) else {
        return Ok(());
    };
    let (subject, command) = match control.about {
        About::Account => ("an account", "rotaudit facts"),
        About::Evidence => ("the evidence", "rotaudit facts --about evidence"),
    };
    Err(AuthoringError::OtherFacts { control: control.id.clone(), subject, command })
}

/// Reads facts, one document per line, and checks them against their schemas. Each has the number of its line, from 1.
fn documents(path: &Path) -> Result<Vec<(usize, serde_json::Value)>, AuthoringError> {
    let name = printable(&path.to_string_lossy());
    let unreadable = |place: &str, what: String| AuthoringError::Facts { place: place.to_owned(), what };
    let read = if path.as_os_str() == "-" {
        companion::text(std::io::stdin(), companion::MAX_BASELINE_BYTES)
    } else {
        companion::read(path, companion::MAX_BASELINE_BYTES)
    };
    let text = read.map_err(|error| unreadable(&name, error.to_string()))?;
    let mut schemas = FactSchemas::new();
    let document = |(index, line): (usize, &str)| {
        let number = index + 1;
        let place = format!("{name}:{number}");
        let facts = serde_json::from_str(line).map_err(|error| unreadable(&place, error.to_string()))?;
        let mistakes = schemas.mistakes(&facts);
        if mistakes.is_empty() {
            return Ok((number, facts));
        }
        let mistakes = mistakes.into_iter().map(FactMistake).collect();
        Err(AuthoringError::NonconformingFacts { place, mistakes })
    };
    text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).map(document).collect()
}
