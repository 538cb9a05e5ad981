//! The command line. The only module that knows clap.

mod criteria;
mod evidence;
mod explain;
mod export;
mod gate;
mod listing;
mod output;
mod policy;
mod reach;
mod shells;
mod values;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::styling::Styles;
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::audit::{Output, Request};
use crate::model::About;
use crate::policy::LONGEST_MAX_AGE_DAYS;
use crate::prove::Question;
use crate::verify;
use criteria::CriteriaArgs;
pub use criteria::PolicyArgs;
use evidence::{JobsArg, QuestionArgs};
pub use explain::ExplainArgs;
pub use export::ExportScriptArgs;
use gate::GateArgs;
use listing::{ColorArg, ListingArgs, look};
use output::{FormatArg, SarifProfileArg, parse_output};
pub use policy::PolicyCommand;
pub use shells::{CompletionsArgs, ManArgs, man_page, write_man_pages};

/// Audits the age of Azure OpenAI and Azure AI Foundry API keys, offline, from exported files.
#[derive(Debug, Parser)]
#[command(version, styles = Styles::plain())]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,

    /// Do not confine the process to its inputs and outputs (seccomp, Landlock): for systems where that is in the way
    #[arg(long, global = true)]
    no_sandbox: bool,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Read exports, evaluate the policies, report
    Audit(AuditArgs),
    /// Explain one account: when its keys were set, why its verdict is what it is, and what would change it
    Explain(ExplainArgs),
    /// Print the facts that policies read, a JSON document a line for each account
    Facts(FactsArgs),
    /// Distil exports into a small evidence file that audit reads like them, and that can be merged and kept
    Collect(CollectArgs),
    /// Print a script that exports what an audit needs, for someone who has access to run
    ExportScript(ExportScriptArgs),
    /// For those who write policies: list, show, check, test, evaluate them, or begin one
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Tell whether exports are, byte for byte, those that underlie a report
    Verify(VerifyArgs),
    /// Print a script that has a shell complete the command line
    Completions(CompletionsArgs),
    /// Print the manual page, as roff, for man -l
    Man(ManArgs),
}

impl Command {
    /// How failures look on standard error: whole lines, and coloured as asked for.
    pub fn set_up_diagnostics(&self) {
        let color = match self {
            Command::Audit(arguments) => match arguments.color {
                ColorArg::Auto => None,
                ColorArg::Always => Some(true),
                ColorArg::Never => Some(false),
            },
            _ => None,
        };
        // It can be set once only, and whoever was first has set the same.
        drop(miette::set_hook(Box::new(move |_| {
            let options = miette::MietteHandlerOpts::new().wrap_lines(false).terminal_links(false);
            Box::new(match color {
                Some(color) => options.color(color).build(),
                None => options.build(),
            })
        })));
    }
}

const EXAMPLES_AND_EXIT_STATUS: &str = "\
Examples:
  rotaudit audit exports
      a folder of exports, as the script of rotaudit export-script leaves it
  rotaudit audit --format json --as-of 2026-11-23 accounts.json activity.json
      two files, as of a day: the same bytes, whenever that is done
  rotaudit audit --coverage '*=2026-08-25..2026-11-23' -o report.sarif exports
      logs of which you know that they are whole, and a report for a gate
  rotaudit audit --waivers accepted.yaml --fail-on error exports
      with exceptions that were accepted, failing only at errors

Exit status:
  0  every account in scope is proven compliant, not applicable or waived
  1  there is a finding at or above --fail-on that is not waived
  2  the audit could not be done or is not complete
  3  nothing failed, but something is unproven";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES_AND_EXIT_STATUS)]
pub struct AuditArgs {
    #[command(flatten, next_help_heading = "Evidence")]
    question: QuestionArgs,

    #[command(flatten, next_help_heading = "Policies")]
    criteria: CriteriaArgs,

    /// What goes to standard output
    #[arg(long, value_enum, default_value_t, help_heading = "Reports")]
    format: FormatArg,

    /// Which results SARIF holds
    #[arg(long, value_name = "PROFILE", value_enum, default_value_t, help_heading = "Reports")]
    sarif_profile: SarifProfileArg,

    /// Also write a report to a file; its ending tells the format, or write FORMAT:FILE; repeatable
    #[arg(short, long = "output", value_name = "FILE", value_parser = clap::value_parser!(OsString), help_heading = "Reports")]
    outputs: Vec<OsString>,

    #[command(flatten, next_help_heading = "Text report")]
    listing: ListingArgs,

    /// When to use colour
    #[arg(long, value_enum, default_value_t, help_heading = "Text report")]
    color: ColorArg,

    /// Print the last line only, and no warnings
    #[arg(short, long, conflicts_with = "verbose", help_heading = "Text report")]
    quiet: bool,

    /// Show the steps and the evidence of each account, and the inputs
    #[arg(short, long, help_heading = "Text report")]
    verbose: bool,

    #[command(flatten, next_help_heading = "Gate")]
    gate: GateArgs,
}

impl AuditArgs {
    /// The audit that is asked for; exits with a usage error where an output's format cannot be told.
    pub fn into_request(self) -> Result<Request, clap::Error> {
        let outputs = self.outputs.iter().map(parse_output).collect::<Result<Vec<Output>, clap::Error>>()?;
        let mut question = Question::from(self.question);
        question.reading.shows_progress &= !self.quiet;
        Ok(Request {
            gate: self.gate.gate(),
            question,
            criteria: self.criteria.into(),
            baseline: self.gate.baseline,
            fail_on_new: self.gate.fail_on_new,
            format: self.format.into(),
            sarif_profile: self.sarif_profile.into(),
            outputs,
            look: look(self.color),
            listing: self.listing.into(),
            quiet: self.quiet,
            verbose: self.verbose,
        })
    }
}

#[derive(Debug, Args)]
pub struct FactsArgs {
    #[command(flatten)]
    question: QuestionArgs,

    /// What the facts are to be about: each account, or the evidence itself, of which some controls speak
    #[arg(long, value_enum, default_value_t)]
    about: AboutArg,

    /// Maximum age of a key that the verdicts are about, in days of 24 hours
    #[arg(long, value_name = "DAYS", default_value_t = 90, value_parser = clap::value_parser!(u32).range(1..=i64::from(LONGEST_MAX_AGE_DAYS)))]
    max_age: u32,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum AboutArg {
    #[default]
    Account,
    Evidence,
}

impl FactsArgs {
    /// The question, what the facts are about, and the maximum age in days.
    pub fn into_question(self) -> (Question, About, u32) {
        let about = match self.about {
            AboutArg::Account => About::Account,
            AboutArg::Evidence => About::Evidence,
        };
        (self.question.into(), about, self.max_age)
    }
}

#[derive(Debug, Args)]
pub struct CollectArgs {
    /// Exports, or evidence that was collected before: files, folders (with all in them), or - for standard input
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// The evidence file to write
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,

    #[command(flatten)]
    pub jobs: JobsArg,
}

const VERIFY_EXIT_STATUS: &str = "\
Exit status:
  0  every input of the report is there with the same bytes, be it under another path, and no other file
  1  an input differs or is missing, or a file is new
  2  it could not be told: the report or a file cannot be read";

#[derive(Debug, Args)]
#[command(after_help = VERIFY_EXIT_STATUS)]
pub struct VerifyArgs {
    /// A JSON or SARIF report of rotaudit audit
    report: PathBuf,

    /// The exports: files, folders (with all in them), or - for standard input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
}

impl VerifyArgs {
    pub fn into_request(self) -> verify::Request {
        verify::Request { report: self.report, paths: self.paths }
    }
}
