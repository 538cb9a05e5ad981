//! The commands for those who write policies.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use crate::authoring::{CheckRequest, EvalRequest, ResultFormat, TestRequest};
use crate::model::About;
use crate::policy::PolicySelection;

use super::{AboutArg, PolicyArgs};

#[derive(Debug, Subcommand)]
pub enum PolicyCommand {
    /// List the controls: id, level, default, source and title
    List(ListArgs),
    /// Show what a control checks, how to fix a finding, its parameters and an example
    Show(ShowArgs),
    /// Find mistakes in policies without evaluating them
    Check(CheckArgs),
    /// Run the tests of policies: the rules named test_*
    Test(TestArgs),
    /// Print the answer of each control to facts from `rotaudit facts`
    Eval(EvalArgs),
    /// Print the JSON Schema of the facts, the `input` of policies
    Schema(SchemaArgs),
    /// Write a small, tested example of a control to a folder
    Init(InitArgs),
}

#[derive(Debug, Args)]
pub struct ListArgs {
    #[command(flatten)]
    pub(super) pack: PolicyArgs,
}

impl ListArgs {
    pub fn into_selection(self) -> PolicySelection {
        self.pack.into()
    }
}

#[derive(Debug, Args)]
pub struct ShowArgs {
    /// Id of the control
    #[arg(value_name = "ID")]
    id: String,

    #[command(flatten)]
    pub(super) pack: PolicyArgs,
}

impl ShowArgs {
    pub fn into_selection(self) -> (String, PolicySelection) {
        (self.id, self.pack.into())
    }
}

/// The user's own policies, with their tests.
#[derive(Debug, Args)]
pub(super) struct OwnArgs {
    /// Rego files, or folders of them, including tests
    #[arg(required = true, value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,

    /// Leave out the built-in controls
    #[arg(long)]
    no_builtin_policies: bool,
}

impl From<OwnArgs> for PolicySelection {
    fn from(arguments: OwnArgs) -> PolicySelection {
        PolicySelection {
            paths: arguments.paths,
            no_builtin: arguments.no_builtin_policies,
            with_tests: true,
        }
    }
}

/// The formats of results about policies.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum ResultFormatArg {
    #[default]
    Text,
    Json,
    Sarif,
    Junit,
}

impl From<ResultFormatArg> for ResultFormat {
    fn from(format: ResultFormatArg) -> ResultFormat {
        match format {
            ResultFormatArg::Text => ResultFormat::Text,
            ResultFormatArg::Json => ResultFormat::Json,
            ResultFormatArg::Sarif => ResultFormat::Sarif,
            ResultFormatArg::Junit => ResultFormat::Junit,
        }
    }
}

const CHECK_EXIT_STATUS: &str = "\
Exit status:
  0  no errors; there may be warnings
  2  a policy has an error or cannot be read";

#[derive(Debug, Args)]
#[command(after_help = CHECK_EXIT_STATUS)]
pub struct CheckArgs {
    #[command(flatten)]
    pub(super) own: OwnArgs,

    /// Format of the problems on standard output
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    format: ResultFormatArg,
}

impl CheckArgs {
    pub fn into_request(self) -> CheckRequest {
        CheckRequest { policies: self.own.into(), format: self.format.into() }
    }
}

const TEST_EXIT_STATUS: &str = "\
Exit status:
  0  every test passes
  1  a test fails, or the coverage is below --fail-under
  2  the tests could not run: a policy has an error or cannot be read, or there is no test";

#[derive(Debug, Args)]
#[command(after_help = TEST_EXIT_STATUS)]
pub struct TestArgs {
    #[command(flatten)]
    pub(super) own: OwnArgs,

    /// Also print how many lines the tests evaluate, and which they do not
    #[arg(long)]
    coverage: bool,

    /// Fail if the tests cover less than PERCENT of the lines; implies --coverage
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    fail_under: Option<u8>,

    /// Format of the results on standard output
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    format: ResultFormatArg,
}

impl TestArgs {
    pub fn into_request(self) -> TestRequest {
        TestRequest {
            policies: self.own.into(),
            coverage: self.coverage,
            fail_under: self.fail_under,
            format: self.format.into(),
        }
    }
}

#[derive(Debug, Args)]
pub struct EvalArgs {
    /// File of facts, one JSON document per line, or - for standard input
    #[arg(value_name = "FACTS")]
    pub(super) facts: PathBuf,

    #[command(flatten)]
    pub(super) pack: PolicyArgs,

    /// YAML or JSON file with parameters of policies (data.params)
    #[arg(long, value_name = "FILE")]
    pub(super) params: Option<PathBuf>,

    /// Evaluate only this control (repeatable)
    #[arg(long = "control", value_name = "ID")]
    controls: Vec<String>,

    /// Interpret the built-in policies too: the same answers, more slowly
    #[arg(long)]
    interpreter: bool,
}

impl EvalArgs {
    pub fn into_evaluation(self) -> EvalRequest {
        EvalRequest {
            facts: self.facts,
            policies: self.pack.into(),
            params: self.params,
            controls: self.controls,
            is_interpreted: self.interpreter,
        }
    }
}

#[derive(Debug, Args)]
pub struct SchemaArgs {
    /// Subject of the facts: each account, or the evidence
    #[arg(long, value_name = "SUBJECT", value_enum, default_value_t)]
    about: AboutArg,
}

impl SchemaArgs {
    pub fn into_subject(self) -> About {
        self.about.into()
    }
}

#[derive(Debug, Args)]
pub struct InitArgs {
    /// Folder to write to; it is created if it is missing
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,
}
