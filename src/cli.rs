//! The command line. The only module that knows clap.

mod criteria;
mod evidence;
mod explain;
mod export;
mod gate;
mod help;
mod listing;
mod mistakes;
mod output;
mod policy;
mod reach;
mod shells;
mod values;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::styling::Styles;
use clap::builder::{OsStringValueParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::audit::{self, AuditRequest, Criteria, Output};
use crate::model::About;
use crate::policy::LONGEST_MAX_AGE_DAYS;
use crate::prove::ProofQuestion;
use crate::redact::{self, Notation};
use crate::report::Format;
use crate::verify::VerifyRequest;
use criteria::CriteriaArgs;
pub use criteria::PolicyArgs;
use evidence::{JobsArg, QuestionArgs};
pub use explain::ExplainArgs;
pub use export::ExportScriptArgs;
use gate::GateArgs;
use listing::{ColorArg, ListingArgs, look};
use output::{CoverArgs, FormatArg, SarifProfileArg, parse_output, parse_sarif_root, refuse_script_for};
pub use policy::PolicyCommand;
pub use reach::reach;
pub use shells::{CompletionsArgs, ManArgs, man_page, write_man_pages};
use values::{CountedUnit, whole};

/// The command could not be done, or not with all of its inputs.
pub const EXIT_NOT_DONE: u8 = 2;

/// Audits the age of Azure OpenAI and Azure AI Foundry API keys, offline, from exported files.
#[derive(Debug, Parser)]
#[command(version, styles = Styles::plain(), help_template = help::TEMPLATE, before_help = ROTAUDIT_EXAMPLES)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,

    /// Switch off the sandbox (seccomp, Landlock), if it is in the way
    #[arg(long, global = true, help_heading = "Other", display_order = 1_000)]
    no_sandbox: bool,
}

impl Cli {
    /// Parses the command line of this process. Otherwise prints help, the version, or a usage error with advice, and
    /// returns the exit status.
    pub fn of_process() -> Result<Cli, u8> {
        let arguments: Vec<OsString> = std::env::args_os().collect();
        Cli::try_parse_from(&arguments).map_err(|error| {
            // The message can show a part of an argument, in which a key is not recognized. So its keys are remembered.
            for argument in &arguments {
                let _ = redact::text(&argument.to_string_lossy());
            }
            print(&mistakes::advised(error, &arguments))
        })
    }
}

/// Prints an error of the command line, or the help that was requested, and returns the exit status.
pub fn print(error: &clap::Error) -> u8 {
    let text = error.render().to_string();
    let text = redact::text(&text);
    if error.use_stderr() {
        redact::to_standard_error(&text, Notation::Plain);
        return EXIT_NOT_DONE;
    }
    match audit::to_standard_output(&text) {
        Ok(()) => 0,
        Err(error) => {
            audit::to_standard_error(error);
            EXIT_NOT_DONE
        }
    }
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Read exports, evaluate the policies, and write reports
    Audit(AuditArgs),
    /// Explain one account: its timeline, the reasons for its verdict, and what would change it
    Explain(ExplainArgs),
    /// Print the input of policies: one JSON document per line and account
    Facts(FactsArgs),
    /// Distil exports into a small evidence file that gives the same verdicts
    Collect(CollectArgs),
    /// Print a script that exports the evidence; someone with access runs it
    ExportScript(ExportScriptArgs),
    /// List, show, check, test, evaluate or start policies
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Check that exports are byte-for-byte the ones a report was made from
    Verify(VerifyArgs),
    /// Print a shell completion script
    Completions(CompletionsArgs),
    /// Print the manual page (roff, for man -l), or write those of all commands
    Man(ManArgs),
}

impl Command {
    /// Whether the output is more detailed than usual.
    pub fn is_verbose(&self) -> bool {
        matches!(self, Command::Audit(arguments) if arguments.verbose)
    }

    /// Whether the output has no warnings.
    pub fn is_quiet(&self) -> bool {
        matches!(self, Command::Audit(arguments) if arguments.quiet)
    }

    /// Sets how failures look on standard error: lines are not wrapped, and have the colour that was asked for.
    pub fn set_up_diagnostics(&self) {
        let color = match self {
            Command::Audit(arguments) => match arguments.color {
                ColorArg::Auto => None,
                ColorArg::Always => Some(true),
                ColorArg::Never => Some(false),
            },
            _ => None,
        };
        // The hook can be set only once. If that fails, the first call has set the same one.
        drop(miette::set_hook(Box::new(move |_| {
            let options = miette::MietteHandlerOpts::new().wrap_lines(false).terminal_links(false);
            Box::new(match color {
                Some(color) => options.color(color).build(),
                None => options.build(),
            })
        })));
    }
}

const ROTAUDIT_EXAMPLES: &str = "\
Examples:
  rotaudit export-script > export.sh    prints a script; someone with the Reader role runs it
  rotaudit audit exports                audits the folder that the script wrote
  rotaudit explain prod-gpt exports     explains the verdict of one account";

const AUDIT_EXAMPLES: &str = "\
Examples:
  rotaudit audit exports
      audits a folder of exports, for example from the script of rotaudit export-script
  rotaudit audit -o report.html -o report.sarif exports
      also writes a report for people and one for a pipeline
  rotaudit audit --coverage '*=2026-08-25..2026-11-23' exports
      states that the logs are complete for this time
  rotaudit audit --waivers accepted.yaml --fail-on error exports
      accepts the waived findings, and fails only on errors";

const AUDIT_EXIT_STATUS: &str = "\
Exit status:
  0  every account in scope is proven compliant, not applicable or waived
  1  a finding at or above --fail-on is not waived
  2  the audit could not be done or is incomplete, or no account is in scope
  3  nothing failed, but something is unproven";

#[derive(Debug, Args)]
#[command(
    help_template = help::TEMPLATE,
    before_help = AUDIT_EXAMPLES,
    after_help = AUDIT_EXIT_STATUS,
    after_long_help = format!("{AUDIT_EXIT_STATUS}\n\n{}", help::forms()),
)]
pub struct AuditArgs {
    #[command(flatten, next_help_heading = "Evidence")]
    question: QuestionArgs,

    #[command(flatten, next_help_heading = "Policies")]
    criteria: CriteriaArgs,

    /// Format of the report on standard output
    #[arg(long, value_enum, default_value_t, help_heading = "Reports")]
    format: FormatArg,

    /// Results to include in SARIF
    #[arg(long, value_name = "PROFILE", value_enum, default_value_t, help_heading = "Reports")]
    sarif_profile: SarifProfileArg,

    /// Path of the exports folder in the repository, before each path in SARIF
    #[arg(long, value_name = "PREFIX", value_parser = parse_sarif_root, help_heading = "Reports")]
    sarif_root: Option<String>,

    /// Also write a report; its extension or FORMAT:FILE sets the format (repeatable)
    #[arg(short, long = "output", value_name = "FILE", value_parser = OsStringValueParser::new().try_map(parse_output), help_heading = "Reports")]
    outputs: Vec<Output>,

    #[command(flatten, next_help_heading = "HTML report")]
    cover: CoverArgs,

    #[command(flatten, next_help_heading = "Text report")]
    listing: ListingArgs,

    /// Whether to color the text report
    #[arg(long, value_enum, default_value_t, help_heading = "Text report")]
    color: ColorArg,

    /// Print only the last line, and no warnings
    #[arg(short, long, conflicts_with = "verbose", help_heading = "Text report")]
    quiet: bool,

    /// Show the steps and the evidence of each account, and the inputs
    #[arg(short, long, help_heading = "Text report")]
    verbose: bool,

    #[command(flatten, next_help_heading = "Gate")]
    gate: GateArgs,
}

impl AuditArgs {
    /// Returns the audit that is asked for, or an error if it asks for a script for a shell that is not supported.
    pub fn into_request(self) -> Result<AuditRequest, clap::Error> {
        let shell = self.criteria.shell();
        let criteria = Criteria::from(self.criteria);
        let format = Format::from(self.format);
        let formats: Vec<Format> = self.outputs.iter().map(|output| output.format).chain([format]).collect();
        refuse_script_for(shell, &formats)?;
        if !formats.contains(&Format::Html) {
            self.cover.refuse()?;
        }
        let mut question = ProofQuestion::from(self.question);
        question.reading.shows_progress &= !self.quiet;
        question.reading.keeps_properties = criteria.reads_properties();
        Ok(AuditRequest {
            gate: self.gate.gate(),
            question,
            criteria,
            baseline: self.gate.baseline,
            fail_on_new: self.gate.fail_on_new,
            format,
            sarif_profile: self.sarif_profile.into(),
            sarif_root: self.sarif_root,
            cover: self.cover.into(),
            outputs: self.outputs,
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

    /// Print the facts about each account, or about the evidence itself
    #[arg(long, value_enum, default_value_t)]
    about: AboutArg,

    /// Maximum age of a key that verdicts refer to, in days of 24 hours
    #[arg(long, value_name = "DAYS", default_value_t = 90, value_parser = whole(CountedUnit::Days, 1..=LONGEST_MAX_AGE_DAYS))]
    max_age: u32,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum AboutArg {
    #[default]
    Account,
    Evidence,
}

impl From<AboutArg> for About {
    fn from(about: AboutArg) -> About {
        match about {
            AboutArg::Account => About::Account,
            AboutArg::Evidence => About::Evidence,
        }
    }
}

impl FactsArgs {
    /// The question, what the facts are about, and the maximum age in days.
    pub fn into_question(self) -> (ProofQuestion, About, u32) {
        let about = About::from(self.about);
        let mut question = ProofQuestion::from(self.question);
        question.reading.keeps_properties = matches!(about, About::Account);
        (question, about, self.max_age)
    }
}

#[derive(Debug, Args)]
pub struct CollectArgs {
    /// Exports, or evidence collected earlier: files, folders, or - for standard input
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// Evidence file to write
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,

    #[command(flatten)]
    pub jobs: JobsArg,
}

const VERIFY_EXIT_STATUS: &str = "\
Exit status:
  0  every input of the report is present with the same bytes, under any path, and there is no other file
  1  an input differs or is missing, or a file is new
  2  the report or a file cannot be read";

#[derive(Debug, Args)]
#[command(help_template = help::TEMPLATE, after_help = VERIFY_EXIT_STATUS)]
pub struct VerifyArgs {
    /// JSON or SARIF report of rotaudit audit
    report: PathBuf,

    /// Exports: files, folders (with all their files), or - for standard input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
}

impl VerifyArgs {
    pub fn into_request(self) -> VerifyRequest {
        VerifyRequest { report: self.report, paths: self.paths }
    }
}
