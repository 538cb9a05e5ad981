//! What could not be read of a file, told so that somebody can put it right.

use super::activity::{self, Salvage};
use super::conclude::{NEITHER, TOLD_ONE_BY_ONE, UNKNOWN_HELP};
use super::decode::Unusable;
use super::file::FileReader;
use super::forms::{Family, ONLY_STANDARD_OUTPUT};
use super::piece::{Broken, Container, Position};
use super::unplaced;
use crate::model::{Note, Severity, UnplacedEvent};

pub(super) const EXPORT_AGAIN: &str =
    "export the file again; until then, this file proves only the events it contains";
const STAMP_AGAIN: &str = "make the sheet again with the script from rotaudit export-script --key-stamps";

impl FileReader {
    pub(super) fn note(&mut self, note: Note) {
        self.notes.push(note.of(self.input));
    }

    pub(super) fn unusable_records(&self) -> u64 {
        self.unusable as u64 + self.of_export.values().map(|(_, records)| records).sum::<u64>()
    }

    pub(super) fn unusable(&mut self, line: u64, unusable: &Unusable) {
        self.damage();
        if unusable.is_of_export {
            let lines = self.of_export.entry((unusable.what.clone(), unusable.help)).or_insert((line, 0));
            lines.1 += 1;
            return;
        }
        self.unusable += 1;
        if self.unusable <= TOLD_ONE_BY_ONE {
            let note = Note::new(Severity::Error, &unusable.what).at_line(line + unusable.line);
            self.note(note.help(unusable.help.unwrap_or(self.remedy())));
        }
    }

    /// Reports members of an account that cannot be read.
    pub(super) fn unreadable_members(&mut self, notes: Vec<Note>, line: u64) {
        for note in notes {
            self.unreadable_members += 1;
            if self.unreadable_members <= TOLD_ONE_BY_ONE {
                self.note(note.at_line(line));
            }
        }
    }

    pub(super) fn remedy(&self) -> &'static str {
        if self.family == Some(Family::KeyStamps) { STAMP_AGAIN } else { EXPORT_AGAIN }
    }

    pub(super) fn broken(&mut self, broken: &Broken, pending: &[u8]) {
        if self.family.is_none() {
            self.recognise(pending, Container::Document);
        }
        let is_unknown = self.family.is_none() && !matches!(broken, Broken::Io(_));
        let (line, text) = match broken {
            Broken::Truncated { at, .. } if is_unknown && self.is_named => {
                (Some(at.line), format!("{NEITHER}, and it is cut off"))
            }
            Broken::Syntax { at, .. } if is_unknown && self.is_named => {
                (Some(at.line), format!("{NEITHER}: from column {} on, it is not JSON", at.column))
            }
            Broken::Syntax { at, .. } if is_text(pending) => {
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
        };
        self.damage();
        let severity = match broken {
            _ if !is_unknown || self.is_named => Severity::Error,
            // It may be an export after all.
            Broken::Truncated { .. } => Severity::Info,
            _ => return,
        };
        let help = match broken {
            _ if is_unknown && self.is_named => UNKNOWN_HELP,
            Broken::Syntax { .. } if is_text(pending) => ONLY_STANDARD_OUTPUT,
            _ => self.remedy(),
        };
        self.note(Note { line, ..Note::new(severity, text).help(help) });
    }

    /// A record of the family that could not be used.
    pub(super) fn unused(&mut self, family: Family, bytes: &[u8], start: Position, unusable: &Unusable) {
        if family == Family::Activity {
            match activity::salvage(bytes, self.log.source, self.place(start)) {
                Salvage::OtherLog => {
                    self.other_streams += 1;
                    return;
                }
                Salvage::Unreadable(event) => self.key_events.push(*event),
                Salvage::Anywhere { at, place } if self.unplaced.len() < unplaced::MOST => {
                    self.unplaced.push(UnplacedEvent { at, place });
                }
                Salvage::Nothing | Salvage::Anywhere { .. } => {}
            }
        }
        self.unusable(start.line, unusable);
    }
}

/// Whether what could not be read as JSON begins with something that JSON does not have.
fn is_text(pending: &[u8]) -> bool {
    let is_of_json = |one: u8| b"{}[]:,\"-".contains(&one) || one.is_ascii_digit();
    pending.trim_ascii_start().first().is_some_and(|first| !is_of_json(*first))
}
