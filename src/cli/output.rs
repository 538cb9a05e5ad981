//! The options for the targets and formats of reports.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::error::ErrorKind;
use clap::{Args, CommandFactory, ValueEnum};

use super::Cli;
use crate::audit::Output;
use crate::redact;
use crate::remedy::Shell;
use crate::report::{Cover, Format, SarifProfile};

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(super) enum FormatArg {
    #[default]
    Text,
    Sarif,
    Json,
    Html,
    Csv,
    Markdown,
    Junit,
    Oscal,
    /// A script of the steps in the language of --shell; runs commands only with --act (-Act)
    Script,
}

impl From<FormatArg> for Format {
    fn from(format: FormatArg) -> Format {
        match format {
            FormatArg::Text => Format::Text,
            FormatArg::Sarif => Format::Sarif,
            FormatArg::Json => Format::Json,
            FormatArg::Html => Format::Html,
            FormatArg::Csv => Format::Csv,
            FormatArg::Markdown => Format::Markdown,
            FormatArg::Junit => Format::Junit,
            FormatArg::Oscal => Format::Oscal,
            FormatArg::Script => Format::Script(None),
        }
    }
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(super) enum SarifProfileArg {
    /// All results
    #[default]
    Audit,
    /// Failures that are not waived, and accounts that are unproven (GitHub creates an alert for every result)
    Github,
    /// The results of `github`, for Azure DevOps
    AzureDevops,
}

impl From<SarifProfileArg> for SarifProfile {
    fn from(profile: SarifProfileArg) -> SarifProfile {
        match profile {
            SarifProfileArg::Audit => SarifProfile::Audit,
            SarifProfileArg::Github => SarifProfile::Github,
            SarifProfileArg::AzureDevops => SarifProfile::AzureDevops,
        }
    }
}

/// Returns the path without a slash at its end; it must be relative, since viewers resolve it in a repository.
pub(super) fn parse_sarif_root(value: &str) -> Result<String, String> {
    let path = value.trim_end_matches('/');
    let is_relative = !path.is_empty() && !value.starts_with('/') && !path.contains(['\\', ':']);
    let has_names_only = path.split('/').all(|name| !name.is_empty() && name != "." && name != "..");
    if is_relative && has_names_only {
        Ok(redact::text(path).into_owned())
    } else {
        Err("expected a relative path with `/` like `evidence/azure`".to_owned())
    }
}

/// Texts that only the HTML report has.
#[derive(Debug, Args)]
pub(super) struct CoverArgs {
    /// Title of the HTML report [default: Key rotation audit]
    #[arg(long, value_name = "TEXT", value_parser = NonEmptyStringValueParser::new())]
    pub title: Option<String>,

    /// Name of the person or firm that prepared the HTML report
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub prepared_by: Option<String>,

    /// Engagement that the HTML report belongs to
    #[arg(long, value_name = "TEXT", value_parser = NonEmptyStringValueParser::new())]
    pub engagement: Option<String>,
}

impl From<CoverArgs> for Cover {
    fn from(cover: CoverArgs) -> Cover {
        let CoverArgs { title, prepared_by, engagement } = cover;
        let [title, prepared_by, engagement] =
            [title, prepared_by, engagement].map(|text| text.map(|text| redact::text(&text).into_owned()));
        Cover { title, prepared_by, engagement }
    }
}

impl CoverArgs {
    /// Refuses the first of these options that is given, for an audit that writes no HTML report.
    pub(super) fn refuse(&self) -> Result<(), clap::Error> {
        let given = [
            ("--title", &self.title),
            ("--prepared-by", &self.prepared_by),
            ("--engagement", &self.engagement),
        ];
        match given.into_iter().find(|(_, value)| value.is_some()) {
            None => Ok(()),
            Some((option, _)) => Err(Cli::command().error(
                ErrorKind::MissingRequiredArgument,
                format!("{option} appears in the HTML report only; add -o report.html, or --format html"),
            )),
        }
    }
}

/// Each format's name, and the extension that selects it.
const FORMATS: [(&str, &str); 9] = [
    ("text", "txt"),
    ("sarif", "sarif"),
    ("json", "json"),
    ("html", "html"),
    ("csv", "csv"),
    ("markdown", "md"),
    ("junit", "xml"),
    ("oscal", "oscal.json"),
    ("script", "sh"),
];

/// Formats that are not written, by their names and extensions, and what to do instead.
const NOT_WRITTEN: [(&[&str], &str); 7] = [
    (&["pdf", "ps"], "write the HTML report (`-o report.html`) and print it to PDF in a browser"),
    (
        &["doc", "docx", "odt", "rtf", "ppt", "pptx", "word"],
        "write the HTML report (`-o report.html`), which a word processor opens",
    ),
    (
        &["xls", "xlsx", "xlsm", "ods", "tsv", "excel"],
        "write CSV (`-o report.csv`), which a spreadsheet opens",
    ),
    (&["yaml", "yml", "jsonl", "ndjson", "toml"], "write JSON (`-o report.json`)"),
    (&["htm", "xhtml", "png", "svg", "jpg", "jpeg"], "write the HTML report (`-o report.html`)"),
    (&["ps1", "psm1", "powershell", "pwsh"], "write a script for PowerShell (`-o fix.ps1`)"),
    (
        &["bat", "cmd"],
        "scripts are written for bash (`-o fix.sh`) and PowerShell (`-o fix.ps1`); `--shell cmd` has the reports quote \
         commands for cmd",
    ),
];

/// Other names for the text report.
const OTHER_TEXT_NAMES: [&str; 6] = ["table", "plain", "human", "console", "stdout", "log"];

/// Returns advice on the format that was probably meant, by its name or its extension in lower case.
pub(super) fn advice_on_format(name: &str) -> Option<String> {
    let name = if OTHER_TEXT_NAMES.contains(&name) { "text" } else { name };
    if let Some((format, extension)) =
        FORMATS.iter().find(|(format, extension)| *format == name || *extension == name)
    {
        return Some(format!("write `--format {format}`, or `-o report.{extension}` for a file"));
    }
    NOT_WRITTEN.iter().find(|(names, _)| names.contains(&name)).map(|(_, advice)| (*advice).to_owned())
}

/// `report.sarif`, or `sarif:report` if the extension selects no format.
#[expect(clippy::needless_pass_by_value, reason = "clap hands over what it parsed")]
pub(super) fn parse_output(argument: OsString) -> Result<Output, String> {
    let prefixed = argument.to_str().and_then(|text| text.split_once(':'));
    if let Some((format, file)) = prefixed
        && let Ok(known) = FormatArg::from_str(format, false)
    {
        return if file.is_empty() {
            Err(format!("expected a file after `{format}:`"))
        } else {
            let of_extension = Format::of_name(file);
            let format = match Format::from(known) {
                Format::Script(None) => of_extension.filter(|format| matches!(format, Format::Script(_))),
                _ => None,
            };
            Ok(Output { path: PathBuf::from(file), format: format.unwrap_or_else(|| known.into()) })
        };
    }
    let path = PathBuf::from(&argument);
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    Format::of_name(name).map(|format| Output { path: path.clone(), format }).ok_or_else(|| {
        if argument == "-" {
            return "standard output always gets a report; select its format with `--format`".to_owned();
        }
        let lower = name.to_lowercase();
        if FORMATS.iter().any(|(format, _)| *format == lower) {
            let advice = advice_on_format(&lower).unwrap_or_default();
            return format!("a format and not a file; {advice}");
        }
        if path.is_dir() {
            return format!("a folder and not a file; write `-o {}`", path.join("report.html").display());
        }
        let prefix = prefixed.map(|(format, _)| format.to_lowercase());
        let extension = lower.rsplit_once('.').map(|(_, extension)| extension);
        let advice = [prefix.as_deref(), extension].into_iter().flatten().find_map(advice_on_format);
        advice.unwrap_or_else(|| {
            "its extension selects no format; name it .sarif, .json, .oscal.json, .html, .csv, .md, .xml, .txt, .sh or \
             .ps1, or write FORMAT:FILE"
                .to_owned()
        })
    })
}

/// Refuses a script for cmd, and one in a file whose extension contradicts the shell that was given.
pub(super) fn refuse_script_for(given: Option<Shell>, formats: &[Format]) -> Result<(), clap::Error> {
    let scripts = || {
        formats
            .iter()
            .filter_map(|format| if let Format::Script(shell) = format { Some(*shell) } else { None })
    };
    let Some(given) = given else { return Ok(()) };
    let text = if given == Shell::Cmd && scripts().next().is_some() {
        "scripts are written for bash and PowerShell, so a script cannot be combined with `--shell cmd`\n\n  \
         tip: leave out `--shell cmd`; without a script, it has the reports quote commands for cmd"
            .to_owned()
    } else if let Some(written) = scripts().flatten().find(|shell| *shell != given) {
        let (extension, language) = match written {
            Shell::Pwsh => ("ps1", "PowerShell"),
            Shell::Bash | Shell::Cmd => ("sh", "bash"),
        };
        let given = given.as_str();
        format!(
            "a file with the extension .{extension} is a script for {language}, so it cannot be combined with \
             `--shell {given}`\n\n  tip: leave out `--shell {given}`, or name another file"
        )
    } else {
        return Ok(());
    };
    let mut cli = Cli::command();
    cli.build();
    let mut audit = cli.find_subcommand("audit").cloned().unwrap_or(cli);
    Err(audit.error(ErrorKind::ArgumentConflict, text))
}
