//! The command that explains one account's verdict.

use clap::Args;
use clap::builder::NonEmptyStringValueParser;

use crate::explain;

use super::help::TEMPLATE;
use super::{CriteriaArgs, QuestionArgs};

const EXAMPLES: &str = "\
Examples:
  rotaudit explain prod-gpt exports
  rotaudit explain rg-legal/providers --as-of 2026-11-23 exports";

const EXIT_STATUS: &str = "\
Exit status:
  0  the account is explained
  2  no account matches, or more than one, or some evidence could not be read";

#[derive(Debug, Args)]
#[command(help_template = TEMPLATE, before_help = EXAMPLES, after_help = EXIT_STATUS)]
pub struct ExplainArgs {
    /// Name, ARM id, or any part of the id that only one account has, in any case
    #[arg(value_name = "ACCOUNT", value_parser = NonEmptyStringValueParser::new())]
    account: String,

    #[command(flatten, next_help_heading = "Evidence")]
    pub(super) question: QuestionArgs,

    #[command(flatten, next_help_heading = "Policies")]
    pub(super) criteria: CriteriaArgs,
}

impl ExplainArgs {
    pub fn into_request(self) -> explain::Request {
        explain::Request {
            account: self.account,
            question: self.question.into(),
            criteria: self.criteria.into(),
        }
    }
}
