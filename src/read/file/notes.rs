//! The words of the notes on a file, and how many of one kind are listed.

use crate::model::{Note, Severity};
use crate::read::formats::advice::ONLY_STANDARD_OUTPUT;
use crate::read::formats::forms::Refusal;
use crate::read::json::piece::Broken;

/// Unusable records are all counted, and so many of them are listed one by one.
pub(super) const MAX_LISTED_RECORDS: usize = 10;

/// Lines with keys are all counted, and so many of them are listed one by one.
pub(super) const MAX_LISTED_KEY_LINES: usize = 20;

/// The name that reports give to the format of a log that is not the activity log.
pub(super) const OTHER_LOG: &str = "other-log";
/// The format of a list that shows neither an account nor an event.
pub(in crate::read) const EMPTY_LIST: &str = "empty-list";
/// The form of a file that holds only the service's refusal.
pub(super) const FAILED_EXPORT: &str = "failed-export";

pub(super) const UNKNOWN_HELP: &str = "give the JSON output of az cognitiveservices account list and az monitor activity-log list, without --query";
pub(super) const EXPORT_AGAIN: &str =
    "export the file again; until then, this file proves only the events it contains";
pub(super) const STAMP_AGAIN: &str =
    "make the sheet again with the script from rotaudit export-script --key-stamps";
pub(super) const EXPORT_ALL_PAGES: &str = "export all pages: az follows them by itself";

pub(super) const NEITHER: &str = "it is neither an account list nor an activity log";

/// What is known of a file that is broken.
#[derive(Clone, Copy)]
pub(super) struct BrokenFile<'a> {
    pub is_named: bool,
    /// Whether no record has shown what it is.
    pub is_unknown: bool,
    /// What was read and is not part of a record.
    pub pending: &'a [u8],
    /// What to do about a record of its family that cannot be used.
    pub remedy: &'static str,
}

impl BrokenFile<'_> {
    /// The note; `None` if the file is none that an audit has to read.
    pub(super) fn note(self, broken: &Broken) -> Option<Note> {
        let is_unknown = self.is_unknown && !matches!(broken, Broken::Io(_));
        let severity = match broken {
            _ if !is_unknown || self.is_named => Severity::Error,
            // It may be an export after all.
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
                let text = "a value of more than 64 MiB begins here, which no export contains; nothing after it was read";
                (Some(at.line), text.to_owned())
            }
            Broken::Io(error) => (None, format!("it could not be read to its end: {error}")),
        }
    }
}

/// Whether what could not be read as JSON begins with something that JSON does not have.
fn is_text(pending: &[u8]) -> bool {
    let is_of_json = |one: u8| b"{}[]:,\"-".contains(&one) || one.is_ascii_digit();
    pending.trim_ascii_start().first().is_some_and(|first| !is_of_json(*first))
}

/// The whole file cannot be used.
pub(super) fn refusal(refusal: Refusal, line: u64) -> Note {
    Note::new(Severity::Error, refusal.what).at_line(line).help(refusal.help)
}

/// A file that was found in a folder and has a form that is no export.
pub(super) fn left_aside(refusal: Refusal) -> Note {
    Note::new(Severity::Info, format!("{}; it was left aside", refusal.what)).help(refusal.help)
}

/// The service refused an export, so events or accounts may be missing.
pub(super) fn failed_export(status: &str, line: u64) -> Note {
    let text = format!("it holds the service's refusal of an export ({status})");
    let help = "run the export again, with a start time less than 90 days back";
    Note::new(Severity::Error, text).at_line(line).help(help)
}
