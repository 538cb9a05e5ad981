//! The command line. The only module that knows clap.

mod export;
mod gate;
mod output;
mod policy;
mod values;

use std::ffi::OsString;
use std::io::IsTerminal;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::builder::styling::Styles;
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::audit::{Output, Request};
use crate::model::{About, Declaration, Instant, KeyName};
use crate::policy::{LONGEST_MAX_AGE_DAYS, Selection};
use crate::prove::Question;
use crate::remedy::Shell;
use crate::verify;
pub use export::ExportScriptArgs;
use gate::GateArgs;
use output::{FormatArg, SarifProfileArg, parse_output};
pub use policy::PolicyCommand;
use values::{parse_as_of, parse_declaration};

/// Audits the age of Azure OpenAI and Azure AI Foundry API keys, offline, from exported files.
#[derive(Debug, Parser)]
#[command(version, styles = Styles::plain())]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Read exports, evaluate the policies, report
    Audit(AuditArgs),
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

const EXIT_STATUS: &str = "\
Exit status:
  0  every account in scope is proven compliant, not applicable or waived
  1  there is a finding at or above --fail-on that is not waived
  2  the audit could not be done or is not complete
  3  nothing failed, but something is unproven";

/// What exports count, and for which accounts.
#[derive(Debug, Args)]
struct QuestionArgs {
    /// Exports to read: files, folders (with all in them), or - for standard input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Audit instant: RFC 3339, or a date, which means midnight UTC [default: now]
    #[arg(long, value_name = "INSTANT", value_parser = parse_as_of)]
    as_of: Option<Instant>,

    /// Kind of account to audit, in any case; `all` for every kind; repeatable
    #[arg(long = "kind", value_name = "KIND", default_values = ["OpenAI", "AIServices"])]
    kinds: Vec<String>,

    /// Declare that the logs given hold all events of a subscription id, an ARM id or `*` in a window; repeatable
    #[arg(long = "coverage", value_name = "SCOPE=START..END", value_parser = parse_declaration)]
    coverage: Vec<Declaration>,

    /// Coverage reaches this many hours further at both ends
    #[arg(long, value_name = "HOURS", default_value_t = 24, value_parser = clap::value_parser!(u32).range(0..=8_760))]
    coverage_tolerance: u32,

    /// Only declared coverage counts
    #[arg(long)]
    strict_coverage: bool,

    /// Let old etags prove that no key was regenerated since: undocumented, so off by default
    #[arg(long)]
    etag_evidence: bool,

    /// Leave out the months that keys carry (key stamps)
    #[arg(long)]
    no_stamps: bool,
}

/// Whose policies.
#[derive(Debug, Args)]
pub struct PolicyArgs {
    /// Further Rego file, or folder of them (without *_test.rego); repeatable
    #[arg(long = "policy", value_name = "PATH")]
    policies: Vec<PathBuf>,

    /// Leave the built-in controls out
    #[arg(long)]
    no_builtin_policies: bool,
}

#[derive(Debug, Args)]
#[command(after_help = EXIT_STATUS)]
pub struct AuditArgs {
    #[command(flatten)]
    question: QuestionArgs,

    #[command(flatten)]
    pack: PolicyArgs,

    /// Maximum age of a key, in days of 24 hours [default: 90, or what --params says]
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=i64::from(LONGEST_MAX_AGE_DAYS)))]
    max_age: Option<u32>,

    /// YAML or JSON file with parameters of the policies (data.params)
    #[arg(long, value_name = "FILE")]
    params: Option<PathBuf>,

    #[command(flatten)]
    gate: GateArgs,

    /// Evaluate only this control, also where it is off by default; repeatable
    #[arg(long = "control", value_name = "ID")]
    controls: Vec<String>,

    /// What goes to standard output
    #[arg(long, value_enum, default_value_t)]
    format: FormatArg,

    /// Which results SARIF holds
    #[arg(long, value_name = "PROFILE", value_enum, default_value_t = SarifProfileArg::Audit)]
    sarif_profile: SarifProfileArg,

    /// Also write a report to a file; its ending tells the format, or write FORMAT:FILE; repeatable
    #[arg(short, long = "output", value_name = "FILE", value_parser = clap::value_parser!(OsString))]
    outputs: Vec<OsString>,

    /// The key that applications use now, and so the one to regenerate last
    #[arg(long, value_enum, value_name = "KEY")]
    in_use_key: Option<KeyArg>,

    /// The shell that commands are quoted for
    #[arg(long, value_enum, default_value_t)]
    shell: ShellArg,

    /// How many threads evaluate policies [default: one a processor]
    #[arg(long, value_name = "N")]
    jobs: Option<NonZeroUsize>,

    /// When to use colour
    #[arg(long, value_enum, default_value_t)]
    color: ColorArg,

    /// No text report, and no warnings on standard error
    #[arg(short, long, conflicts_with = "verbose")]
    quiet: bool,

    /// Show what is known of each key, and the inputs
    #[arg(short, long)]
    verbose: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum KeyArg {
    Key1,
    Key2,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum ShellArg {
    #[default]
    Bash,
    Pwsh,
    Cmd,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum ColorArg {
    #[default]
    Auto,
    Always,
    Never,
}

impl From<QuestionArgs> for Question {
    fn from(arguments: QuestionArgs) -> Question {
        Question {
            paths: arguments.paths,
            is_as_of_given: arguments.as_of.is_some(),
            as_of: arguments.as_of.unwrap_or_else(Instant::now),
            kinds: arguments.kinds,
            declarations: arguments.coverage,
            coverage_tolerance_hours: arguments.coverage_tolerance,
            strict_coverage: arguments.strict_coverage,
            no_stamps: arguments.no_stamps,
            etag_evidence: arguments.etag_evidence,
        }
    }
}

impl From<PolicyArgs> for Selection {
    fn from(arguments: PolicyArgs) -> Selection {
        Selection { paths: arguments.policies, no_builtin: arguments.no_builtin_policies, with_tests: false }
    }
}

impl AuditArgs {
    /// The audit that is asked for; exits with a usage error where an output's format cannot be told.
    pub fn into_request(self) -> Result<Request, clap::Error> {
        let outputs = self.outputs.iter().map(parse_output).collect::<Result<Vec<Output>, clap::Error>>()?;
        Ok(Request {
            question: self.question.into(),
            policies: self.pack.into(),
            controls: self.controls,
            params: self.params,
            max_age_days: self.max_age,
            waivers: self.gate.waivers,
            baseline: self.gate.baseline,
            fail_on_new: self.gate.fail_on_new,
            format: self.format.into(),
            sarif_profile: self.sarif_profile.into(),
            outputs,
            fail_on: self.gate.fail_on.into(),
            allow_unproven: self.gate.allow_unproven,
            in_use_key: self.in_use_key.map(|key| match key {
                KeyArg::Key1 => KeyName::Key1,
                KeyArg::Key2 => KeyName::Key2,
            }),
            shell: match self.shell {
                ShellArg::Bash => Shell::Bash,
                ShellArg::Pwsh => Shell::Pwsh,
                ShellArg::Cmd => Shell::Cmd,
            },
            jobs: self
                .jobs
                .or_else(|| std::thread::available_parallelism().ok())
                .map_or(1, NonZeroUsize::get),
            color: match self.color {
                ColorArg::Always => true,
                ColorArg::Never => false,
                ColorArg::Auto => {
                    std::io::stdout().is_terminal()
                        && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
                }
            },
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
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum AboutArg {
    #[default]
    Account,
    Evidence,
}

impl FactsArgs {
    pub fn into_question(self) -> (Question, About) {
        let about = match self.about {
            AboutArg::Account => About::Account,
            AboutArg::Evidence => About::Evidence,
        };
        (self.question.into(), about)
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
