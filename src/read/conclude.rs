//! What can be said of a file only once all of it was read.

use std::io::Read;
use std::mem;

use super::EMPTY_LIST;
use super::activity::FLATTENED_HELP;
use super::decode::Unusable;
use super::file::{FileReader, Unrecognised};
use super::forms::{self, Family};
use super::keys::{self, Blotted};
use crate::model::{LogSource, Note, Severity};

/// The name that reports give to the format of a log that is not the activity log.
const OTHER_LOG: &str = "other-log";

/// Unusable records are all counted, and the first of them told one by one.
pub(super) const TOLD_ONE_BY_ONE: usize = 10;

pub(super) const NEITHER: &str = "it is neither an account list nor an activity log";
pub(super) const UNKNOWN_HELP: &str = "give the JSON output of az cognitiveservices account list and az monitor activity-log list, without --query";

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
            let text = format!("the rest of it could not be searched for keys: {error}");
            self.note(Note::new(Severity::Warning, text));
        }
        source
    }

    pub(super) fn conclude(&mut self, saw_list: bool) {
        if self.families.is_empty() {
            self.conclude_unknown(saw_list);
            return;
        }
        self.conclude_unrecognised();
        self.conclude_export();
        self.count_untold();
        if self.families.contains(&Family::Accounts) {
            self.conclude_accounts();
        }
        if self.families.contains(&Family::Evidence) && self.sealed != Some(self.distilled.len()) {
            let text =
                "the evidence is cut off: its number of exports differs from the number in its last line";
            self.note(Note::new(Severity::Error, text).help("collect it again, or give the complete file"));
        }
        self.conclude_events();
        self.conclude_log();
    }

    /// What some of its events have in common is said once.
    fn conclude_events(&mut self) {
        if let Some(operation) = self.renewal.take() {
            let text = match self.renewals {
                1 => format!("`{operation}` is an unknown action"),
                count => format!("`{operation}` and the like ({count} records) are unknown actions"),
            };
            let text = format!(
                "{text} on an account; its name suggests that it sets a key, so it counts as a regeneration of unknown outcome"
            );
            self.note(Note::new(Severity::Warning, text));
        }
        if self.flattened > 0 {
            let records = match self.flattened {
                1 => "1 event is".to_owned(),
                count => format!("{count} events are"),
            };
            let text = format!(
                "the properties of {records} the text of a PowerShell object, so the names of the keys are lost"
            );
            self.note(Note::new(Severity::Warning, text).help(FLATTENED_HELP));
        }
    }

    fn conclude_log(&mut self) {
        let records = match self.other_streams {
            1 => "1 record".to_owned(),
            count => format!("{count} records"),
        };
        if self.is_of_other_log() {
            self.format = OTHER_LOG;
            self.note(Note::new(Severity::Info, format!("a log of another kind, skipped: {records}")));
        } else if self.other_streams > 0 {
            let text = format!("{records} of other logs in the same stream, skipped");
            self.note(Note::new(Severity::Info, text));
        }
        self.log.cut_by = forms::limit(self.log_format, self.log.events).map(str::to_owned);
        if self.log.has_next_page && !self.log.is_damaged {
            self.log.before_damage = self.documents.so_far();
        }
        (self.log.documents, self.log.further_documents) = mem::take(&mut self.documents).finish();
        self.conclude_hour();
    }

    /// Events of another subscription than that of the path: then the hour is of neither.
    fn conclude_hour(&mut self) {
        let Some(of_path) = self.log.blob.as_ref().map(|blob| &blob.subscription) else { return };
        let other = self.log.spans().map(|span| &span.subscription).find(|of_event| *of_event != of_path);
        let Some(other) = other else { return };
        let text = format!(
            "its path is that of subscription {}, but it contains events of subscription {}, so it covers nothing",
            of_path.name(),
            other.name()
        );
        self.log.is_damaged = true;
        let help = "give each file in the folders that the diagnostic setting wrote it to";
        self.note(Note::new(Severity::Error, text).help(help));
    }

    /// Whether it holds records of other logs and no sign of the activity log.
    pub(super) fn is_of_other_log(&self) -> bool {
        let is_log = self.families.iter().all(|family| family.is_log());
        is_log && self.other_streams > 0 && self.log.events == 0 && !self.log.is_damaged
    }

    fn conclude_unknown(&mut self, saw_list: bool) {
        if let Some((form, is_marked, line)) = self.refused.take() {
            self.refuse_form(form, is_marked, line);
            return;
        }
        if self.log.is_damaged || !self.unrecognised.is_empty() {
            let is_reported = self.notes.iter().any(|note| note.severity == Severity::Error);
            let note = if is_reported || self.is_named && self.log.is_damaged {
                // What is broken in it is said already.
                return;
            } else if self.is_named {
                Note::new(Severity::Error, NEITHER).help(UNKNOWN_HELP)
            } else {
                Note::new(Severity::Info, "unknown format, skipped")
            };
            self.note(note);
            return;
        }
        if saw_list && self.log.has_next_page {
            self.format = "empty-page";
            let text = "this page of the list is empty, but the list has more pages (nextLink, skip_token) that are missing";
            self.note(Note::new(Severity::Error, text).help("export all pages: az follows them by itself"));
            return;
        }
        let (format, text) = if saw_list {
            (
                EMPTY_LIST,
                "an empty list: it contains neither an account nor an event, and proves nothing by itself",
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
        let is_stream =
            self.families.iter().all(|family| family.is_log()) && self.log.source == LogSource::Stream;
        for Unrecognised { line, is_resource, is_foreign } in mem::take(&mut self.unrecognised) {
            if is_resource && holds_accounts {
                self.other_resources += 1;
            } else if is_foreign && is_stream {
                self.other_streams += 1;
            } else {
                self.unusable(line, &Unusable::record("the record is neither an account nor an event"));
                // It came before all that was read.
                self.log.before_damage.clear();
            }
        }
    }

    fn conclude_accounts(&mut self) {
        if self.other_resources > 0 {
            let text = format!("{} resources of other types, skipped", self.other_resources);
            self.note(Note::new(Severity::Info, text));
        }
        let rows = self.records + self.other_resources;
        if self.log.has_next_page {
            let text = "the list has more pages (nextLink, skip_token), so accounts are missing from it";
            self.note(Note::new(Severity::Error, text).help("export all pages: az follows them by itself"));
        } else if let [Some(count), Some(total)] = self.counted
            && count < total
        {
            let text = format!("the list has {count} of {total} records, so accounts are missing from it");
            self.note(
                Note::new(Severity::Error, text)
                    .help("export all of them: az graph query --first 1000 --skip …"),
            );
        } else if let Some(by) = forms::limit(self.format, rows)
            && self.counted == [None; 2]
        {
            let text = format!(
                "the list has exactly {rows} rows, which is a limit of {by}, so accounts may be missing from it"
            );
            self.note(Note::new(Severity::Warning, text).help(
                "export the complete answer, which contains the number of rows: az graph query --first 1000",
            ));
        }
    }

    /// What was wrong with the export as a whole is said once, at its first record.
    fn conclude_export(&mut self) {
        for ((what, help), (line, records)) in mem::take(&mut self.of_export) {
            let text = match records {
                1 => what,
                records => format!("{what}, and {} more likewise", records - 1),
            };
            let note = Note::new(Severity::Error, text).at_line(line);
            self.note(note.help(help.unwrap_or(self.remedy())));
        }
    }

    fn count_untold(&mut self) {
        if let Some(untold @ 1..) = self.unusable.checked_sub(TOLD_ONE_BY_ONE) {
            let text = format!("{untold} more records could not be used");
            self.note(Note::new(Severity::Error, text).help(self.remedy()));
        }
        if let Some(untold @ 1..) = self.unreadable_members.checked_sub(TOLD_ONE_BY_ONE) {
            let text = format!("{untold} more members of accounts could not be read");
            self.note(Note::new(Severity::Error, text).help(self.remedy()));
        }
    }
}
