//! Prints the facts that policies read, in the same form: one JSON document per line.

use miette::Diagnostic;
use thiserror::Error;

use crate::audit::{OutputError, json_to_standard_output, print_errors, prove};
use crate::model::{About, Facts, Severity};
use crate::prove::{ProofQuestion, ProveError};

#[derive(Debug, Error, Diagnostic)]
pub enum FactsError {
    #[error(transparent)]
    #[diagnostic(transparent)]
    Prove(#[from] ProveError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Output(#[from] OutputError),
    #[error("the facts cannot be written as JSON: {0}")]
    #[diagnostic(code(rotaudit::facts))]
    Render(#[from] serde_json::Error),
}

/// Prints the facts about each account in scope, or about the evidence, with verdicts at a maximum age. Returns whether all
/// of the evidence could be read.
pub fn run(question: &ProofQuestion, about: About, max_age_days: u32) -> Result<bool, FactsError> {
    let proven = prove(question, &[], &[], max_age_days)?;
    print_errors(&proven.notes, &proven.inputs);
    let mut text = String::new();
    match about {
        About::Account => {
            for known in &proven.accounts {
                text += &serde_json::to_string(&Facts::new(
                    &known.account,
                    &known.proof,
                    proven.as_of,
                    proven.as_of_basis,
                ))?;
                text.push('\n');
            }
        }
        About::Evidence => text = serde_json::to_string(&proven.about_evidence)? + "\n",
    }
    json_to_standard_output(&text)?;
    Ok(proven.notes.iter().all(|note| note.severity != Severity::Error))
}
