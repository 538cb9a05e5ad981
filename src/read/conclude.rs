//! What can be said of a file only once all of it was read.

use std::io::Read;
use std::mem;

use super::EMPTY_LIST;
use super::decode::Unusable;
use super::file::FileReader;
use super::format::{self, Family};
use super::keys::{self, Blotted};
use crate::model::{Note, Severity};

/// Unusable records are all counted, and the first of them told one by one.
pub(super) const TOLD_ONE_BY_ONE: usize = 10;

impl FileReader {
    /// Looks for keys in what nobody read, too.
    pub(super) fn look_through<R: Read>(&mut self, text: Blotted<R>) -> R {
        let (source, key_material, failure) = text.finish(self.input);
        let others = mem::replace(&mut self.key_material, key_material);
        self.key_material.count += others.count - others.lines.len() as u64;
        for other in others.lines {
            self.key_material.add(other.line, &other.what, keys::TOLD_ONE_BY_ONE);
        }
        if let Some(error) = failure {
            let text = format!("the rest of it could not be looked through for keys: {error}");
            self.note(Note::new(Severity::Warning, text));
        }
        source
    }

    pub(super) fn conclude(&mut self, saw_list: bool) {
        if self.families.is_empty() {
            self.conclude_unknown(saw_list);
            return;
        }
        if self.families.contains(&Family::FailedExport) {
            let note = Note::new(Severity::Error, "it holds the service's refusal of an export");
            self.note(note.help("run the export again, with a start time less than 90 days back"));
        }
        self.conclude_unrecognised();
        self.count_untold();
        if self.families.contains(&Family::Accounts) {
            self.conclude_accounts();
        }
        if self.families.contains(&Family::Evidence) && self.sealed != Some(self.distilled.len()) {
            let text = "the evidence is cut off: it holds another number of exports than its last line says";
            self.note(Note::new(Severity::Error, text).help("collect it again, or give the whole file"));
        }
        if self.other_streams > 0 {
            let text = format!("{} records of other logs in the same stream, left aside", self.other_streams);
            self.note(Note::new(Severity::Info, text));
        }
        self.log.is_damaged |= self.unusable > 0;
        self.log.cut_by = format::limit(self.log_format, self.log.events).map(str::to_owned);
    }

    fn conclude_unknown(&mut self, saw_list: bool) {
        if self.log.is_damaged || !self.unrecognised.is_empty() {
            let note = if self.is_named {
                Note::new(Severity::Error, "it is neither an account list nor an activity log").help(
                    "give the JSON output of az cognitiveservices account list and az monitor activity-log list",
                )
            } else {
                Note::new(Severity::Info, "of no known format, and left aside")
            };
            self.note(note);
            return;
        }
        if saw_list && self.log.has_next_page {
            self.format = "empty-page";
            let text = "an empty page of a list that has further ones (nextLink, skip_token): what they hold is missing";
            self.note(Note::new(Severity::Error, text).help("export all pages: az follows them by itself"));
            return;
        }
        let (format, text) = if saw_list {
            (
                EMPTY_LIST,
                "an empty list: it shows neither an account nor an event, and by itself proves nothing",
            )
        } else {
            ("empty", "the file is empty")
        };
        self.format = format;
        self.note(Note::new(Severity::Info, text));
    }

    /// Records that came before any that tells what the file is.
    fn conclude_unrecognised(&mut self) {
        let holds_accounts = self.families.contains(&Family::Accounts);
        for (line, is_resource) in std::mem::take(&mut self.unrecognised) {
            if is_resource && holds_accounts {
                self.other_resources += 1;
            } else {
                self.unusable(line, &Unusable::record("the record is neither an account nor an event"));
            }
        }
    }

    fn conclude_accounts(&mut self) {
        if self.other_resources > 0 {
            let text = format!("{} resources of other types, left aside", self.other_resources);
            self.note(Note::new(Severity::Info, text));
        }
        if self.log.has_next_page {
            let text = "the list has further pages (nextLink, skip_token), so accounts are missing from it";
            self.note(Note::new(Severity::Error, text).help("export all pages: az follows them by itself"));
        } else if let [Some(count), Some(total)] = self.counted
            && count < total
        {
            let text = format!("the list has {count} of {total} records, so accounts are missing from it");
            self.note(
                Note::new(Severity::Error, text)
                    .help("export all of them: az graph query --first 1000 --skip …"),
            );
        }
    }

    fn count_untold(&mut self) {
        if let Some(untold @ 1..) = self.unusable.checked_sub(TOLD_ONE_BY_ONE) {
            let text = format!("{untold} more records could not be used");
            self.note(Note::new(Severity::Error, text).help(self.remedy()));
        }
    }
}
