//! Where reports go, and in which format.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::NonEmptyStringValueParser;
use clap::error::ErrorKind;
use clap::{Args, CommandFactory, ValueEnum};

use super::Cli;
use crate::audit::Output;
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
    /// A bash script of the steps, which acts only with --act
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
            FormatArg::Script => Format::Script,
        }
    }
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(super) enum SarifProfileArg {
    /// All results
    #[default]
    Audit,
    /// Failures that are not waived (GitHub creates an alert for every result)
    Github,
}

impl From<SarifProfileArg> for SarifProfile {
    fn from(profile: SarifProfileArg) -> SarifProfile {
        match profile {
            SarifProfileArg::Audit => SarifProfile::Audit,
            SarifProfileArg::Github => SarifProfile::Github,
        }
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
        Cover { title, prepared_by, engagement }
    }
}

impl CoverArgs {
    /// Refuses the first of them that is given, for an audit that writes no HTML report.
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

/// `report.sarif`, or `sarif:report` where the ending does not tell the format.
pub(super) fn parse_output(argument: &OsString) -> Result<Output, clap::Error> {
    let explicit = argument.to_str().and_then(|text| text.split_once(':')).and_then(|(format, file)| {
        FormatArg::from_str(format, false).ok().map(|format| (Format::from(format), PathBuf::from(file)))
    });
    if let Some((format, path)) = explicit {
        return Ok(Output { path, format });
    }
    let path = PathBuf::from(argument);
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    match Format::of_name(name) {
        Some(format) => Ok(Output { path, format }),
        None => Err(Cli::command().error(
            ErrorKind::ValueValidation,
            format!(
                "the ending of {} tells no format: name it .sarif, .json, .oscal.json, .html, .csv, .md, .xml, .txt or .sh, or write FORMAT:FILE",
                path.display()
            ),
        )),
    }
}
