//! The texts of the notes on a file, and the limits of how many are listed.

use crate::model::{Note, Severity};
use crate::read::formats::advice::ONLY_STANDARD_OUTPUT;
use crate::read::formats::forms::{self, Refusal};
use crate::read::json::piece::Broken;
use crate::read::json::split::MAX_RECORD_BYTES;

/// Number of unusable records that are listed individually; all are counted.
pub(super) const MAX_LISTED_RECORDS: usize = 10;

/// Number of lines with keys that are listed individually; all are counted.
pub(super) const MAX_LISTED_KEY_LINES: usize = 20;

/// Format in reports of a log that is not the activity log.
pub(super) const OTHER_LOG: &str = "other-log";
/// Format of a file that contains only the refusal of the service.
pub(super) const FAILED_EXPORT: &str = "failed-export";

pub(super) const UNKNOWN_HELP: &str = "give the JSON output of az cognitiveservices account list and az monitor activity-log list, without --query";
pub(super) const EXPORT_AGAIN: &str =
    "export the file again; until then, this file proves only the events it contains";
pub(super) const STAMP_AGAIN: &str =
    "make the sheet again with the script from rotaudit export-script --key-stamps";
pub(super) const EXPORT_ALL_PAGES: &str = "export all pages: az follows them by itself";

pub(super) const NEITHER: &str = "it is neither an account list nor an activity log";

/// The facts about a broken file on which its note depends.
#[derive(Clone, Copy)]
pub(super) struct BrokenFile<'a> {
    pub is_named: bool,
    /// Whether no record has shown the family of the file.
    pub is_unknown: bool,
    /// Bytes that were read and do not belong to a record.
    pub pending: &'a [u8],
    /// Help for a record of this family that cannot be used.
    pub remedy: &'static str,
}

impl BrokenFile<'_> {
    /// Returns the note, or `None` if an audit does not need this file.
    pub(super) fn note(self, broken: &Broken) -> Option<Note> {
        let is_unknown = self.is_unknown && !matches!(broken, Broken::Io(_));
        let severity = match broken {
            _ if !is_unknown || self.is_named || self.is_of_azure() => Severity::Error,
            // It may still be an export.
            Broken::Truncated { .. } => Severity::Info,
            Broken::Syntax { .. } | Broken::TooLarge { .. } | Broken::Io(_) => return None,
        };
        let help = match broken {
            _ if is_unknown && self.is_named => UNKNOWN_HELP,
            Broken::Syntax { .. } if is_text(self.pending) => ONLY_STANDARD_OUTPUT,
            _ => self.remedy,
        };
        let (line, text) = self.line_and_text(broken, is_unknown);
        Some(Note { line, ..Note::new(severity, text).help(help) })
    }

    /// Whether the beginning of a record shows that it is one of Azure.
    fn is_of_azure(self) -> bool {
        !is_text(self.pending) && forms::is_of_azure(self.pending)
    }

    fn line_and_text(self, broken: &Broken, is_unknown: bool) -> (Option<u64>, String) {
        match broken {
            Broken::Truncated { at, .. } if is_unknown && self.is_named => {
                (Some(at.line), format!("{NEITHER}, and it is cut off"))
            }
            Broken::Syntax { at, .. } if is_unknown && self.is_named => {
                (Some(at.line), format!("{NEITHER}: from column {} on, it is not JSON", at.column))
            }
            Broken::Syntax { at, .. } if is_text(self.pending) => {
                let text = "there is text that is not JSON here, such as a warning that `2>&1` adds; nothing after it was read";
                (Some(at.line), text.to_owned())
            }
            Broken::Truncated { at, record } => {
                let inside = record.map(|from| format!(", inside a value that begins in line {}", from.line));
                (Some(at.line), format!("the file is cut off{}", inside.unwrap_or_default()))
            }
            Broken::Syntax { at, expected } => (
                Some(at.line),
                format!(
                    "it is not valid JSON: expected {expected} in column {}; nothing after it was read",
                    at.column
                ),
            ),
            Broken::TooLarge { at } => {
                const { assert!(MAX_RECORD_BYTES == 32 << 20, "the note below states the limit") };
                let text = "a value of more than 32 MiB begins here, which no export contains; nothing after it was read";
                (Some(at.line), text.to_owned())
            }
            Broken::Io(error) => (None, format!("it could not be read to its end: {error}")),
        }
    }
}

/// Returns whether text that could not be read as JSON begins with a character that JSON does not have.
fn is_text(pending: &[u8]) -> bool {
    let is_of_json = |one: u8| b"{}[]:,\"-".contains(&one) || one.is_ascii_digit();
    pending.trim_ascii_start().first().is_some_and(|first| !is_of_json(*first))
}

/// Returns the note on a file that cannot be used.
pub(super) fn refusal(refusal: Refusal, line: u64) -> Note {
    Note::new(Severity::Error, refusal.what).at_line(line).help(refusal.help)
}

/// Returns the note on a file in a folder whose form is not an export.
pub(super) fn left_aside(refusal: Refusal) -> Note {
    Note::new(Severity::Info, format!("{}; it was left aside", refusal.what)).help(refusal.help)
}

/// Returns the note that the service refused an export, so events or accounts may be missing.
pub(super) fn failed_export(status: &str, line: u64) -> Note {
    let text = format!("it holds the service's refusal of an export ({status})");
    let help = "run the export again, with a start time less than 90 days back";
    Note::new(Severity::Error, text).at_line(line).help(help)
}
