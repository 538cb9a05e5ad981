//! Where reports go, and in which format.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{CommandFactory, ValueEnum};

use super::Cli;
use crate::audit::Output;
use crate::report::{Format, SarifProfile};

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
            clap::error::ErrorKind::ValueValidation,
            format!(
                "the ending of {} tells no format: name it .sarif, .json, .oscal.json, .html, .csv, .md, .xml, .txt or .sh, or write FORMAT:FILE",
                path.display()
            ),
        )),
    }
}
