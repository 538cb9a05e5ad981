//! The command line. The only module that knows clap.

mod values;

use std::ffi::OsString;
use std::io::IsTerminal;
use std::path::PathBuf;

use clap::builder::styling::Styles;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};

use crate::audit::{GateLevel, Output, Request};
use crate::export_script::{AccountId, ScriptShell, Selection, SubscriptionId};
use crate::model::{Declaration, Instant, KeyName};
use crate::remedy::Shell;
use crate::report::Format;
use crate::verify;
use values::{parse_account, parse_as_of, parse_declaration, parse_subscription};

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
    /// Distil exports into a small evidence file that audit reads like them, and that can be merged and kept
    Collect(CollectArgs),
    /// Print a script that exports what an audit needs, for someone who has access to run
    ExportScript(ExportScriptArgs),
    /// Tell whether exports are, byte for byte, those that underlie a report
    Verify(VerifyArgs),
}

const EXIT_STATUS: &str = "\
Exit status:
  0  every account in scope is proven compliant or not applicable
  1  there is a finding at or above --fail-on
  2  the audit could not be done or is not complete
  3  nothing failed, but something is unproven";

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
#[command(after_help = EXIT_STATUS)]
pub struct AuditArgs {
    /// Exports to read: files, folders (with all in them), or - for standard input
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Audit instant: RFC 3339, or a date, which means midnight UTC [default: now]
    #[arg(long, value_name = "INSTANT", value_parser = parse_as_of)]
    as_of: Option<Instant>,

    /// Maximum age of a key, in days of 24 hours
    #[arg(long, value_name = "DAYS", default_value_t = 90, value_parser = clap::value_parser!(u32).range(1..=36_500))]
    max_age: u32,

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

    /// Evaluate only this control, also where it is off by default; repeatable
    #[arg(long = "control", value_name = "ID")]
    controls: Vec<String>,

    /// What goes to standard output
    #[arg(long, value_enum, default_value_t)]
    format: FormatArg,

    /// Also write a report to a file; its ending tells the format, or write FORMAT:FILE; repeatable
    #[arg(short, long = "output", value_name = "FILE", value_parser = clap::value_parser!(OsString))]
    outputs: Vec<OsString>,

    /// Least level of a finding that fails the audit
    #[arg(long, value_enum, value_name = "LEVEL", default_value_t)]
    fail_on: FailOn,

    /// Unproven accounts do not fail the audit
    #[arg(long)]
    allow_unproven: bool,

    /// The key that applications use now, and so the one to regenerate last
    #[arg(long, value_enum, value_name = "KEY")]
    in_use_key: Option<KeyArg>,

    /// The shell that commands are quoted for
    #[arg(long, value_enum, default_value_t)]
    shell: ShellArg,

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

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum FormatArg {
    #[default]
    Text,
    Sarif,
    Json,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum FailOn {
    Error,
    #[default]
    Warning,
    Note,
    Never,
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

impl From<FormatArg> for Format {
    fn from(format: FormatArg) -> Format {
        match format {
            FormatArg::Text => Format::Text,
            FormatArg::Sarif => Format::Sarif,
            FormatArg::Json => Format::Json,
        }
    }
}

impl AuditArgs {
    /// How failures look on standard error: whole lines, and coloured as asked for.
    pub fn set_up_diagnostics(&self) {
        let color = match self.color {
            ColorArg::Auto => None,
            ColorArg::Always => Some(true),
            ColorArg::Never => Some(false),
        };
        set_up_diagnostics(color);
    }

    /// The audit that is asked for; exits with a usage error where an output's format cannot be told.
    pub fn into_request(self) -> Result<Request, clap::Error> {
        let outputs = self.outputs.iter().map(parse_output).collect::<Result<Vec<Output>, clap::Error>>()?;
        Ok(Request {
            paths: self.paths,
            is_as_of_given: self.as_of.is_some(),
            as_of: self.as_of.unwrap_or_else(Instant::now),
            max_age_days: self.max_age,
            kinds: self.kinds,
            declarations: self.coverage,
            coverage_tolerance_hours: self.coverage_tolerance,
            strict_coverage: self.strict_coverage,
            no_stamps: self.no_stamps,
            etag_evidence: self.etag_evidence,
            controls: self.controls,
            format: self.format.into(),
            outputs,
            fail_on: match self.fail_on {
                FailOn::Error => GateLevel::Error,
                FailOn::Warning => GateLevel::Warning,
                FailOn::Note => GateLevel::Note,
                FailOn::Never => GateLevel::Never,
            },
            allow_unproven: self.allow_unproven,
            in_use_key: self.in_use_key.map(|key| match key {
                KeyArg::Key1 => KeyName::Key1,
                KeyArg::Key2 => KeyName::Key2,
            }),
            shell: match self.shell {
                ShellArg::Bash => Shell::Bash,
                ShellArg::Pwsh => Shell::Pwsh,
                ShellArg::Cmd => Shell::Cmd,
            },
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
pub struct CollectArgs {
    /// Exports, or evidence that was collected before: files, folders (with all in them), or - for standard input
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,

    /// The evidence file to write
    #[arg(short, long, value_name = "FILE")]
    pub output: PathBuf,
}

const WHAT_IT_DOES: &str = "\
Whoever has the Reader role runs the script. It writes, into a new folder, the accounts and the activity log of each
subscription, and a manifest that says what was exported and declares the logs' coverage. It changes nothing.

With --key-stamps it also reads off the month that each key carries, with no key in what it writes. That needs the right
to list keys, and leaves listKeys events in the activity log. docs/collecting.md and docs/key-stamps.md have the details.";

#[derive(Debug, Args)]
#[command(after_help = WHAT_IT_DOES)]
pub struct ExportScriptArgs {
    /// The shell that the script is for
    #[arg(long, value_enum, default_value_t)]
    shell: ScriptShellArg,

    /// A subscription's id; repeatable [default: every enabled one]
    #[arg(long = "subscription", value_name = "ID", value_parser = parse_subscription)]
    subscriptions: Vec<SubscriptionId>,

    /// How far back the activity log is to reach; Azure keeps 90 days
    #[arg(long, value_name = "DAYS", default_value_t = 90, value_parser = clap::value_parser!(u32).range(1..=90))]
    days: u32,

    /// Also read off the month that each key carries
    #[arg(long)]
    key_stamps: bool,

    /// Read off the keys' months of this account (its ARM id), and export nothing else; repeatable
    #[arg(
        long = "account", value_name = "ID", value_parser = parse_account,
        requires = "key_stamps", conflicts_with_all = ["subscriptions", "days"]
    )]
    accounts: Vec<AccountId>,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum ScriptShellArg {
    #[default]
    Bash,
    Pwsh,
}

impl ExportScriptArgs {
    pub fn into_selection(self) -> (ScriptShell, Selection) {
        let shell = match self.shell {
            ScriptShellArg::Bash => ScriptShell::Bash,
            ScriptShellArg::Pwsh => ScriptShell::Pwsh,
        };
        let mut subscriptions = self.subscriptions;
        subscriptions.sort();
        subscriptions.dedup();
        let selection = Selection {
            subscriptions,
            days: self.days,
            key_stamps: self.key_stamps,
            accounts: self.accounts,
        };
        (shell, selection)
    }
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
    pub fn set_up_diagnostics(&self) {
        set_up_diagnostics(None);
    }

    pub fn into_request(self) -> verify::Request {
        verify::Request { report: self.report, paths: self.paths }
    }
}

/// Failures are shown in whole lines, and coloured as asked for.
fn set_up_diagnostics(color: Option<bool>) {
    // It can be set once only, and whoever was first has set the same.
    drop(miette::set_hook(Box::new(move |_| {
        let options = miette::MietteHandlerOpts::new().wrap_lines(false).terminal_links(false);
        Box::new(match color {
            Some(color) => options.color(color).build(),
            None => options.build(),
        })
    })));
}

/// `report.sarif`, or `sarif:report` where the ending does not tell the format.
fn parse_output(argument: &OsString) -> Result<Output, clap::Error> {
    let explicit = argument.to_str().and_then(|text| text.split_once(':')).and_then(|(format, file)| {
        FormatArg::from_str(format, false).ok().map(|format| (Format::from(format), PathBuf::from(file)))
    });
    if let Some((format, path)) = explicit {
        return Ok(Output { path, format });
    }
    let path = PathBuf::from(argument);
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    match Format::of_ending(ending) {
        Some(format) => Ok(Output { path, format }),
        None => Err(Cli::command().error(
            clap::error::ErrorKind::ValueValidation,
            format!(
                "the ending of {} tells no format: name it .sarif, .json or .txt, or write FORMAT:FILE",
                path.display()
            ),
        )),
    }
}
