//! The results of `policy check` and `policy test` in formats that CI servers show. The same results give the same bytes.

mod entry;
mod junit;
mod sarif;

use super::AuthoringError;
use crate::audit::{json_to_standard_output, to_standard_output};
pub(super) use entry::{Entry, EntryKind, EntryOutcome, EntryPlace};

/// The format of the results on standard output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ResultFormat {
    #[default]
    Text,
    Json,
    Sarif,
    Junit,
}

/// The results in each format, of which one is rendered.
pub(super) struct Results<'r> {
    /// The subcommand that ran, for example `check`.
    pub name: &'static str,
    pub text: &'r dyn Fn() -> String,
    pub json: &'r dyn Fn() -> serde_json::Value,
    pub entries: &'r dyn Fn() -> Vec<Entry>,
}

/// Writes the results to standard output.
pub(super) fn print(format: ResultFormat, results: &Results<'_>) -> Result<(), AuthoringError> {
    let text = render(format, results)?;
    match format {
        ResultFormat::Json | ResultFormat::Sarif => json_to_standard_output(&text)?,
        ResultFormat::Text | ResultFormat::Junit => to_standard_output(&text)?,
    }
    Ok(())
}

fn render(format: ResultFormat, results: &Results<'_>) -> Result<String, AuthoringError> {
    let json = match format {
        ResultFormat::Text => return Ok((results.text)()),
        ResultFormat::Junit => return Ok(junit::render(results.name, &(results.entries)())?),
        ResultFormat::Json => (results.json)(),
        ResultFormat::Sarif => sarif::log(results.name, &(results.entries)()),
    };
    Ok(serde_json::to_string_pretty(&json)? + "\n")
}
