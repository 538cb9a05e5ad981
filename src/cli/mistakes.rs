//! Advice on command lines that clap refuses: the form that was probably meant.

use std::ffi::OsString;
use std::path::Path;

use clap::CommandFactory;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::Cli;
use super::output::advice_on_format;
use crate::model::printable;

/// Options of other tools that ask for a format.
const FORMAT_OPTIONS: [&str; 9] = [
    "f",
    "fmt",
    "output-format",
    "out-format",
    "outputformat",
    "report-format",
    "format-output",
    "t",
    "type",
];

/// Other names for options, in lower case and without dashes, and what to write.
const OTHER_OPTION_NAMES: [(&[&str], &str); 7] = [
    (
        &[
            "days",
            "max-days",
            "max-key-age",
            "maxage",
            "key-age",
            "age",
            "limit",
            "threshold",
            "rotation-days",
        ],
        "the maximum age is `--max-age 90`",
    ),
    (
        &["out", "outfile", "out-file", "output-file", "output-path", "report", "report-file", "save"],
        "a report is written to a file with `-o report.html`",
    ),
    (
        &[
            "i",
            "in",
            "input",
            "inputs",
            "path",
            "paths",
            "p",
            "file",
            "files",
            "d",
            "dir",
            "directory",
            "folder",
            "accounts",
            "account-list",
            "activity",
            "activity-log",
            "log",
            "logs",
            "exports",
            "evidence",
        ],
        "paths need no option: `rotaudit audit exports`",
    ),
    (&["date", "at", "today", "when"], "the audit instant is `--as-of 2026-11-23` or `--as-of now`"),
    (&["exit-zero", "no-fail", "soft-fail", "no-exit-code"], "findings do not fail with `--fail-on never`"),
    (
        &[
            "ignore",
            "ignore-file",
            "ignorefile",
            "exceptions",
            "suppressions",
            "skip",
            "allowlist",
            "whitelist",
        ],
        "accepted exceptions are in a file: `--waivers accepted.yaml`",
    ),
    (&["rule", "rules", "check", "checks", "select"], "a control is selected with `--control KR001`"),
];

/// Other words for the values of an option, and the value.
const OTHER_VALUE_NAMES: [(&str, &[&str], &str); 10] = [
    ("--shell", &["powershell", "ps", "ps1", "powershell.exe"], "pwsh"),
    ("--shell", &["sh", "zsh", "posix", "dash", "ksh"], "bash"),
    ("--shell", &["cmd.exe", "bat", "batch", "dos"], "cmd"),
    ("--fail-on", &["critical", "high", "err", "errors", "fail"], "error"),
    ("--fail-on", &["medium", "moderate", "warn", "warnings"], "warning"),
    ("--fail-on", &["low", "info", "notes", "any", "all"], "note"),
    ("--fail-on", &["none", "off", "no", "false"], "never"),
    ("--in-use-key", &["1", "primary", "first"], "key1"),
    ("--in-use-key", &["2", "secondary", "second"], "key2"),
    ("--color", &["no", "off", "none", "false"], "never"),
];

/// Names of the command in other tools.
const OTHER_AUDIT_NAMES: [&str; 8] = ["check", "scan", "run", "report", "analyze", "analyse", "lint", "test"];

/// The error with advice, if its cause is a known mistake, and with the words of the user on one line.
pub(super) fn advised(mut error: clap::Error, arguments: &[OsString]) -> clap::Error {
    for (kind, value) in
        error.context().filter_map(|(kind, value)| Some((kind, on_one_line(value)?))).collect::<Vec<_>>()
    {
        error.insert(kind, value);
    }
    let line = CommandLine::of(arguments);
    let text = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.as_str()),
        _ => None,
    };
    let advice = match error.kind() {
        ErrorKind::UnknownArgument => text(ContextKind::InvalidArg).and_then(|option| line.on_option(option)),
        ErrorKind::InvalidSubcommand => {
            let is_near = error.get(ContextKind::SuggestedSubcommand).is_some();
            text(ContextKind::InvalidSubcommand).and_then(|word| line.on_command(word, is_near))
        }
        ErrorKind::InvalidValue => text(ContextKind::InvalidArg)
            .zip(text(ContextKind::InvalidValue))
            .and_then(|(option, value)| line.on_value(option, value)),
        ErrorKind::MissingRequiredArgument => match error.get(ContextKind::InvalidArg) {
            Some(ContextValue::Strings(missing)) => line.on_missing(missing),
            _ => None,
        },
        _ => None,
    };
    if let Some(advice) = advice {
        // The usage that clap shows may be that of the command that it suggests.
        for kind in [
            ContextKind::SuggestedSubcommand,
            ContextKind::SuggestedArg,
            ContextKind::SuggestedValue,
            ContextKind::Usage,
        ] {
            error.remove(kind);
        }
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![printable(&advice).into()]));
    }
    error
}

/// Makes the words of the command line that clap repeats printable; `None` for everything else.
fn on_one_line(value: &ContextValue) -> Option<ContextValue> {
    match value {
        ContextValue::String(word) => Some(ContextValue::String(printable(word))),
        ContextValue::Strings(words) => {
            Some(ContextValue::Strings(words.iter().map(|word| printable(word)).collect()))
        }
        ContextValue::StyledStrs(tips) => Some(ContextValue::StyledStrs(
            tips.iter().map(|tip| printable(&tip.to_string()).into()).collect(),
        )),
        _ => None,
    }
}

/// The arguments after the name of the program.
struct CommandLine {
    arguments: Vec<String>,
    /// The position of the command among them.
    command: Option<usize>,
}

impl CommandLine {
    fn of(arguments: &[OsString]) -> CommandLine {
        let arguments: Vec<String> =
            arguments.iter().skip(1).map(|argument| argument.to_string_lossy().into_owned()).collect();
        let cli = Cli::command();
        let is_command =
            |argument: &String| cli.get_subcommands().any(|command| command.get_name() == argument);
        CommandLine { command: arguments.iter().position(is_command), arguments }
    }

    fn command(&self) -> &str {
        self.command.and_then(|at| self.arguments.get(at)).map_or("", String::as_str)
    }

    fn position(&self, option: &str) -> Option<usize> {
        let is_it =
            |argument: &String| argument.split('=').next() == Some(option) || argument.starts_with(option);
        self.arguments.iter().position(is_it)
    }

    fn on_option(&self, option: &str) -> Option<String> {
        let name = option.trim_start_matches('-').to_lowercase();
        let at = self.position(option);
        if at.zip(self.command).is_none_or(|(option, command)| option < command) && is_option_of_audit(&name)
        {
            return Some(format!("options come after the command: `rotaudit audit {option} …`"));
        }
        if !self.writes_reports()
            && (FORMAT_OPTIONS.contains(&name.as_str()) || advice_on_format(&name).is_some())
        {
            return self.on_format();
        }
        if FORMAT_OPTIONS.contains(&name.as_str()) {
            let argument = self.arguments.get(at?)?;
            let attached = argument.strip_prefix(option).map(|value| value.trim_start_matches('='));
            let value = attached.filter(|value| !value.is_empty());
            let value = value.or_else(|| self.arguments.get(at? + 1).map(String::as_str));
            let of_value = value.and_then(|value| advice_on_format(&value.to_lowercase()));
            return Some(of_value.unwrap_or_else(|| "a format is selected with `--format json`".to_owned()));
        }
        if let Some(advice) = advice_on_format(&name) {
            return Some(advice);
        }
        let is_it = |(names, _): &&(&[&str], &str)| names.contains(&name.as_str());
        OTHER_OPTION_NAMES.iter().find(is_it).map(|(_, advice)| (*advice).to_owned())
    }

    /// Whether the command, or the missing one, is `audit`, which alone writes reports.
    fn writes_reports(&self) -> bool {
        self.command.is_none() || self.command() == "audit"
    }

    /// About a format that the command does not write.
    fn on_format(&self) -> Option<String> {
        let advice = "`rotaudit explain` writes text or JSON; for another format, write a report: `rotaudit audit -o report.html`";
        (self.command() == "explain").then(|| advice.to_owned())
    }

    fn on_value(&self, option: &str, value: &str) -> Option<String> {
        let value = value.to_lowercase();
        let option = option.split(' ').next()?;
        if option == "--format" {
            return if self.writes_reports() { advice_on_format(&value) } else { self.on_format() };
        }
        let is_it =
            |(of, words, _): &&(&str, &[&str], &str)| *of == option && words.contains(&value.as_str());
        OTHER_VALUE_NAMES.iter().find(is_it).map(|(option, _, meant)| format!("write `{option} {meant}`"))
    }

    /// Returns advice on a word in the place of the command. `is_near` states whether it resembles the name of a
    /// command.
    fn on_command(&self, word: &str, is_near: bool) -> Option<String> {
        if self.command.is_some() {
            return None;
        }
        let is_path = Path::new(word).exists() || word.contains(['/', '\\', '.', '*']) || word == "-";
        match (is_path, is_near) {
            (true, _) => Some(format!("to audit it, write the command first: `rotaudit audit {word}`")),
            (false, true) if !OTHER_AUDIT_NAMES.contains(&word) => None,
            (false, _) => Some("exports are audited with `rotaudit audit PATH`".to_owned()),
        }
    }

    /// Returns advice on the required arguments `missing`, by their names in the usage.
    fn on_missing(&self, missing: &[String]) -> Option<String> {
        let path =
            self.arguments.iter().skip(self.command? + 1).find(|argument| Path::new(argument).exists());
        let path = path.map_or("exports", String::as_str);
        let lacks_only = |option: &str| missing.iter().all(|argument| argument.starts_with(option));
        Some(match self.command() {
            "audit" if lacks_only("--baseline") => {
                format!(
                    "give an earlier SARIF report: `rotaudit audit --baseline report.sarif --fail-on-new {path}`"
                )
            }
            "audit" => "name the exports, a folder or files: `rotaudit audit exports`".to_owned(),
            "facts" => "name the exports, a folder or files: `rotaudit facts exports`".to_owned(),
            "explain" => {
                format!("name the account first, then the exports: `rotaudit explain ACCOUNT {path}`")
            }
            "verify" => {
                "name the report first, then the exports: `rotaudit verify report.json exports`".to_owned()
            }
            "collect" => {
                format!("name the exports and the file to write: `rotaudit collect {path} -o evidence.jsonl`")
            }
            _ => return None,
        })
    }
}

fn is_option_of_audit(name: &str) -> bool {
    let cli = Cli::command();
    let audit = cli.find_subcommand("audit");
    let is_it = |argument: &clap::Arg| {
        argument.get_long() == Some(name)
            || argument.get_short().is_some_and(|short| name == short.to_string())
    };
    audit.is_some_and(|audit| audit.get_arguments().any(is_it))
}
