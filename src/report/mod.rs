//! One file for each format, with a plain function from the report to text, or to a writer if the text can be larger
//! than memory. The words of a format exist only there. The same report gives the same bytes: `tests/it/golden.rs` and
//! `tests/it/oscal.rs` check that.

mod account_group;
mod cause;
mod csv;
mod html;
mod json;
mod junit;
mod listing;
mod markdown;
mod oscal;
mod outcome;
mod sarif;
mod script;
mod set_until;
mod share;
mod stamps;
mod subscriptions;
mod text;
mod times;
mod words;

use std::io::{self, Write};

use memchr::memmem;
use thiserror::Error;

pub use json::report_schema;

use crate::model::{AuditedAccount, Basis, KeyName, Reliance, Report};
use crate::remedy::Shell;

pub(crate) use json::account_as_json;
pub use listing::{GroupBy, Listing};
pub use outcome::verdict_line;
pub(crate) use sarif::plain;
pub(crate) use set_until::SetUntil;
pub use text::Look;
pub(crate) use text::Page;
pub(crate) use words::gap_in_words;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    #[default]
    Text,
    Sarif,
    Json,
    Html,
    Csv,
    Markdown,
    Junit,
    Oscal,
    /// A script for the shell that the extension of its file selects; `None`: for the shell that commands are quoted
    /// for.
    Script(Option<Shell>),
}

impl Format {
    /// The format that the extension of a file's name selects.
    pub fn of_name(name: &str) -> Option<Format> {
        if name.ends_with(".oscal.json") {
            return Some(Format::Oscal);
        }
        match name.rsplit_once('.')?.1 {
            "txt" => Some(Format::Text),
            "sarif" => Some(Format::Sarif),
            "json" => Some(Format::Json),
            "html" => Some(Format::Html),
            "csv" => Some(Format::Csv),
            "md" => Some(Format::Markdown),
            "xml" => Some(Format::Junit),
            "sh" => Some(Format::Script(Some(Shell::Bash))),
            "ps1" => Some(Format::Script(Some(Shell::Pwsh))),
            _ => None,
        }
    }
}

/// The start of a report in one format, and a text that follows near it.
struct ReportMark {
    start: &'static str,
    text: &'static str,
}

/// The beginning of a SARIF log: its schema, with which no export begins.
const SARIF_START: &str = "{\n  \"$schema\": \"https://";

/// The texts alone are not enough: a tag of an exported account can contain them.
const REPORT_MARKS: [ReportMark; 10] = [
    ReportMark { start: "Azure OpenAI key rotation ", text: " limit " },
    ReportMark { start: SARIF_START, text: "\"name\": \"rotaudit\",\n          \"fullName\": \"rotaudit " },
    ReportMark { start: "{\n  \"schema\": \"rotaudit.report/", text: "" },
    ReportMark { start: "<!doctype html>", text: "<meta name=\"generator\" content=\"rotaudit\">" },
    ReportMark { start: "\u{feff}as_of,subscription_id,", text: ",verdict," },
    ReportMark { start: "## Key rotation audit as of ", text: "\n\n" },
    ReportMark { start: "<?xml ", text: "<testsuites name=\"rotaudit\"" },
    ReportMark { start: "{\n  \"assessment-results\": {\n", text: "\"value\": \"rotaudit " },
    ReportMark { start: "#!/usr/bin/env bash\n", text: "# The steps that fix what rotaudit " },
    ReportMark { start: "<#\n.SYNOPSIS\n", text: "The steps that fix what rotaudit " },
];

/// Whether a file with this beginning is a report, in any format.
pub fn is_report(beginning: &[u8]) -> bool {
    let has = |mark: &ReportMark| {
        beginning.starts_with(mark.start.as_bytes())
            && memmem::find(beginning, mark.text.as_bytes()).is_some()
    };
    REPORT_MARKS.iter().any(has)
}

/// Selects the results in a SARIF log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SarifProfile {
    #[default]
    Audit,
    /// Failures that count, and open verdicts as notes: GitHub makes an alert of every result, of every kind and even if it
    /// is suppressed, and closes it when the result is missing.
    Github,
    /// The results of [`SarifProfile::Github`], for Azure DevOps.
    AzureDevops,
}

impl SarifProfile {
    /// The profile's name on the command line.
    fn as_str(self) -> &'static str {
        match self {
            SarifProfile::Audit => "audit",
            SarifProfile::Github => "github",
            SarifProfile::AzureDevops => "azure-devops",
        }
    }
}

/// Texts for the top of the HTML report and for its first printed page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cover {
    pub title: Option<String>,
    pub prepared_by: Option<String>,
    pub engagement: Option<String>,
}

/// How a report looks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Style {
    pub look: Look,
    /// Whether the text report has every account's steps and evidence, and the inputs.
    pub verbose: bool,
    pub listing: Listing,
    /// The shell for the commands that the text report composes.
    pub shell: Shell,
    pub sarif_profile: SarifProfile,
    /// The path of the exports folder in a repository, for the locations in SARIF.
    pub sarif_root: Option<String>,
    pub cover: Cover,
}

/// Errors of the writers of formats; none of them is expected for a report in memory.
#[derive(Debug, Error)]
#[error(transparent)]
pub enum RenderError {
    Json(#[from] serde_json::Error),
    Csv(#[from] ::csv::Error),
    Junit(#[from] quick_junit::SerializeError),
}

/// The target of a report.
pub type Out = dyn Write + Send;

/// Why a report was not written.
#[derive(Debug, Error)]
#[error(transparent)]
pub enum WriteError {
    Render(#[from] RenderError),
    Io(#[from] io::Error),
}

/// Writes the complete report, with a line break at its end. The same report gives the same bytes on any number of
/// threads.
pub fn write(
    report: &Report,
    format: Format,
    style: &Style,
    jobs: usize,
    out: &mut Out,
) -> Result<(), WriteError> {
    let text = match format {
        Format::Sarif => return sarif::write(report, style, jobs, out),
        Format::Text => return Ok(text::write(report, style, out)?),
        Format::Json => json::render(report).map_err(RenderError::from)?,
        Format::Html => html::render(report, style),
        Format::Csv => csv::render(report).map_err(RenderError::from)?,
        Format::Markdown => markdown::render(report),
        Format::Junit => junit::render(report).map_err(RenderError::from)?,
        Format::Oscal => oscal::render(report).map_err(RenderError::from)?,
        Format::Script(shell) => script::render(report, shell.unwrap_or(style.shell)),
    };
    Ok(out.write_all(text.as_bytes())?)
}

/// The months in an account's keys, and whether its verdict depends on them.
fn stamps_in_words(audited: &AuditedAccount) -> Option<String> {
    let said: Vec<String> = KeyName::BOTH
        .into_iter()
        .filter_map(|key| audited.proof.stamp_of(key))
        .map(|stamp| format!("{} {} (read on {})", stamp.key, stamp.month, stamp.taken_at))
        .collect();
    let weight = words::weight_in_words(&audited.proof, Reliance::Stamps);
    (!said.is_empty()).then(|| format!("Months in the keys: {}. {weight}.", said.join(", ")))
}

/// Returns a sentence if an account's etag counts as coverage.
fn etag_in_words(audited: &AuditedAccount) -> Option<String> {
    audited.proof.coverage.iter().find(|covered| covered.basis == Basis::Etag)?;
    let since = audited.account.written_at?;
    let weight = words::weight_in_words(&audited.proof, Reliance::Etag);
    Some(format!("By its etag the account was last written on {since}. {weight} (--etag-evidence)."))
}

/// Escapes what Markdown would take for markup.
fn markdown(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut escaped, character| {
        if "\\`*_{}[]<>#|!".contains(character) {
            escaped.push('\\');
        }
        escaped.push(character);
        escaped
    })
}

/// A path as a relative URI reference (RFC 3986): everything but unreserved characters and `/` is percent-encoded, so
/// that a colon in the first segment does not make a scheme.
pub(crate) fn relative_uri(path: &str) -> String {
    path.bytes().fold(String::with_capacity(path.len()), |mut uri, byte| {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri += &format!("%{byte:02X}");
        }
        uri
    })
}

#[cfg(test)]
mod tests {
    use super::is_report;

    #[test]
    fn an_export_with_the_texts_of_a_report_is_no_report() {
        for export in [
            r#"{ "value": [{"tags": {"value": "rotaudit pilot"}}]}"#,
            r#"{"value": [{"tags": {"schema": "rotaudit.report/1"}}]}"#,
            r#"{"value": [{"tags": {"generator": "rotaudit"}}]}"#,
        ] {
            assert!(!is_report(export.as_bytes()), "{export}");
        }
    }
}
