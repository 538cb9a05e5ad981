//! Prints the facts that policies read, in the same form: one JSON document per line.

use miette::Diagnostic;
use thiserror::Error;

use crate::audit::{OutputError, json_lines_to_standard_output, print_errors, prove};
use crate::model::{About, Facts, ProvenAccount, Severity};
use crate::prove::{ProofQuestion, ProveError};

#[derive(Debug, Error, Diagnostic)]
pub enum FactsError {
    #[error(transparent)]
    #[diagnostic(transparent)]
    Prove(#[from] ProveError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Output(#[from] OutputError),
}

/// Prints the facts about each account in scope, or about the evidence, with verdicts at a maximum age. Returns whether all
/// of the evidence could be read.
pub fn run(question: &ProofQuestion, about: About, max_age_days: u32) -> Result<bool, FactsError> {
    let proven = prove(question, &[], &[], max_age_days)?;
    print_errors(&proven.notes, &proven.inputs);
    let facts =
        |known: &ProvenAccount| Facts::new(&known.account, &known.proof, proven.as_of, proven.as_of_basis);
    match about {
        About::Account => json_lines_to_standard_output(proven.accounts.iter().map(facts))?,
        About::Evidence => json_lines_to_standard_output([&proven.about_evidence])?,
    }
    Ok(proven.notes.iter().all(|note| note.severity != Severity::Error))
}
