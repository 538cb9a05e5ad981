//! The command that explains one account's verdict.

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, ValueEnum};

use crate::audit::Criteria;
use crate::explain::{ExplainFormat, ExplainRequest};
use crate::prove::ProofQuestion;

use super::help::TEMPLATE;
use super::listing::{ColorArg, look};
use super::{CriteriaArgs, QuestionArgs};

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  rotaudit explain prod-gpt exports
  rotaudit explain rg-legal/providers --as-of 2026-11-23 exports";

const EXPLAIN_EXIT_STATUS: &str = "\
Exit status:
  0  the account is explained
  2  no account matches, or more than one, or some evidence could not be read";

#[derive(Debug, Args)]
#[command(help_template = TEMPLATE, before_help = EXPLAIN_EXAMPLES, after_help = EXPLAIN_EXIT_STATUS)]
pub struct ExplainArgs {
    /// Name, ARM id, or any part of the id that only one account has, in any case
    #[arg(value_name = "ACCOUNT", value_parser = NonEmptyStringValueParser::new())]
    account: String,

    #[command(flatten, next_help_heading = "Evidence")]
    pub(super) question: QuestionArgs,

    #[command(flatten, next_help_heading = "Policies")]
    pub(super) criteria: CriteriaArgs,

    /// Format of the explanation
    #[arg(long, value_enum, default_value_t, help_heading = "Report")]
    format: ExplainFormatArg,

    /// Whether to color the explanation
    #[arg(long, value_enum, default_value_t, help_heading = "Report")]
    color: ColorArg,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum ExplainFormatArg {
    #[default]
    Text,
    Json,
}

impl ExplainArgs {
    pub fn into_request(self) -> ExplainRequest {
        let criteria = Criteria::from(self.criteria);
        let mut question = ProofQuestion::from(self.question);
        question.reading.keeps_properties = criteria.reads_properties();
        ExplainRequest {
            account: self.account,
            question,
            criteria,
            format: match self.format {
                ExplainFormatArg::Text => ExplainFormat::Text,
                ExplainFormatArg::Json => ExplainFormat::Json,
            },
            look: look(self.color),
        }
    }
}
