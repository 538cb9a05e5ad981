//! Explains one account's verdict: the events in time, the origin of each key's age, and the assumptions that would
//! change it.

mod changes;
mod find;
mod json;
mod page;
mod sources;
mod timeline;

use std::path::Path;

use chrono::TimeDelta;
use miette::Diagnostic;
use thiserror::Error;

use crate::audit::{
    self, AuditError, Criteria, OutputError, Rules, json_to_standard_output, page_to_standard_output,
    print_errors,
};
use crate::model::printable;
use crate::prove::{self, AsOf, ProofQuestion, ProveError};
use crate::report::Look;
use changes::Changes;
use find::NotFound;
use page::Explanation;

/// The arguments of the command.
#[derive(Clone, Debug)]
pub struct ExplainRequest {
    /// Any part of the account's id, in any case.
    pub account: String,
    pub question: ProofQuestion,
    pub criteria: Criteria,
    pub format: ExplainFormat,
    pub look: Look,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ExplainFormat {
    #[default]
    Text,
    Json,
}

impl ExplainRequest {
    /// Returns an error that shows the right order of the arguments, if a path was given in place of the account.
    fn in_order(&self, error: ProveError) -> ProveError {
        let missing = self.question.paths.iter().find(|path| !path.exists());
        match (error, missing) {
            (ProveError::NoSuchPath(error), Some(missing)) if Path::new(&self.account).exists() => {
                let help = format!(
                    "name the account first, then the exports: `rotaudit explain {} {}`",
                    missing.display(),
                    self.account
                );
                ProveError::NoSuchPath(error.help(printable(&help)))
            }
            (error, _) => error,
        }
    }
}

#[derive(Debug, Error, Diagnostic)]
pub enum ExplainError {
    #[error(transparent)]
    #[diagnostic(transparent)]
    Audit(#[from] AuditError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Prove(#[from] ProveError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    NotFound(#[from] NotFound),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Output(#[from] OutputError),
}

/// Prints the explanation, and returns whether all of the evidence could be read.
pub fn run(request: &ExplainRequest) -> Result<bool, ExplainError> {
    let rules = Rules::load(&request.question, &request.criteria)?;
    let exports = audit::exports(&request.question, &[]).map_err(|error| request.in_order(error))?;
    // An account that is out of scope must be distinguished from an unknown one.
    let question = ProofQuestion { kinds: vec!["all".to_owned()], ..request.question.clone() };
    let max_age_days = rules.max_age_days();
    let mut proven = prove::of_exports(&question, exports.clone(), max_age_days)?;
    let id = find::account(&request.account, &proven.accounts)?;
    proven.accounts.retain(|known| known.account.id == id);
    let report = rules.judge(&request.question, proven)?;
    print_errors(&report.notes, &report.inputs);
    let max_age = TimeDelta::days(max_age_days.into());
    // The audit instant stays the same under every other assumption.
    let question = ProofQuestion { as_of: AsOf::At(report.as_of), ..question };
    for audited in &report.accounts {
        let (question, exports, as_of) = (&question, &exports, report.as_of);
        let changes = Changes { question, as_of, exports, audited, max_age_days }.all()?;
        let is_in_scope = request.question.has_in_scope(&audited.account);
        let shell = request.criteria.shell;
        let explanation = Explanation { report: &report, audited, max_age, is_in_scope, changes, shell };
        match request.format {
            ExplainFormat::Text => page_to_standard_output(&explanation.page(request.look), request.look)?,
            ExplainFormat::Json => {
                let json = json::json(&explanation).map_err(|error| AuditError::Render(error.into()))?;
                json_to_standard_output(&json)?;
            }
        }
    }
    Ok(report.is_complete())
}
