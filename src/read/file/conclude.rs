//! Adds the notes that need the complete contents of a file.

use std::mem;

use super::contents::{FileContents, Look};
use super::notes::{EXPORT_ALL_PAGES, MAX_LISTED_RECORDS, NEITHER, OTHER_LOG, UNKNOWN_HELP};
use crate::model::{EMPTY_ANSWER, EMPTY_LIST, LogSource, Note, Severity};
use crate::read::formats::advice::FLATTENED_HELP;
use crate::read::formats::forms::{self, Family};

/// Adds the notes on the file as a whole. `saw_list` is whether the file contains a list of records.
pub(super) fn conclude(file: &mut FileContents, saw_list: bool) {
    if file.families.is_empty() {
        conclude_unknown(file, saw_list);
        return;
    }
    conclude_unrecognised(file);
    conclude_export(file);
    count_unlisted(file);
    if file.lists_accounts() {
        conclude_accounts(file);
    }
    if file.families.contains(&Family::Evidence) {
        conclude_evidence(file);
    }
    conclude_events(file);
    conclude_log(file);
}

fn conclude_evidence(file: &mut FileContents) {
    let fault;
    (file.distilled, fault) = file.evidence.take_exports();
    if let Some(text) = fault {
        file.note(Note::new(Severity::Error, text).help("collect it again, or give the complete file"));
    }
}

/// Adds one note for each property that several events share.
fn conclude_events(file: &mut FileContents) {
    if let Some(operation) = file.renewal.take() {
        let text = match file.renewals {
            1 => format!("`{operation}` is an unknown action"),
            count => format!("`{operation}` and the like ({count} records) are unknown actions"),
        };
        let text = format!(
            "{text} on an account; its name suggests that it sets a key, so it counts as a regeneration of unknown outcome"
        );
        file.note(Note::new(Severity::Warning, text));
    }
    if file.flattened > 0 {
        let records = match file.flattened {
            1 => "1 event is".to_owned(),
            count => format!("{count} events are"),
        };
        let text = format!(
            "the properties of {records} the text of a PowerShell object, so the names of the keys are lost"
        );
        file.note(Note::new(Severity::Warning, text).help(FLATTENED_HELP));
    }
}

fn conclude_log(file: &mut FileContents) {
    let records = match file.other_streams {
        1 => "1 record".to_owned(),
        count => format!("{count} records"),
    };
    if file.is_of_other_log() {
        file.format = OTHER_LOG;
        file.note(Note::new(Severity::Info, format!("a log of another kind, skipped: {records}")));
    } else if file.other_streams > 0 {
        let text = format!("{records} of other logs in the same stream, skipped");
        file.note(Note::new(Severity::Info, text));
    }
    file.log.cut_by = forms::limit(file.log_format, file.log.events).map(str::to_owned);
    if file.log.has_next_page && !file.log.is_damaged {
        file.log.before_damage = file.documents.so_far();
    }
    (file.log.documents, file.log.further_documents) = mem::take(&mut file.documents).finish();
    conclude_hour(file);
}

/// If the path of an hour names a different subscription than its events, the hour counts for neither.
fn conclude_hour(file: &mut FileContents) {
    let Some(of_path) = file.log.blob.as_ref().map(|blob| &blob.subscription) else { return };
    let other = file.log.spans().map(|span| &span.subscription).find(|of_event| *of_event != of_path);
    let Some(other) = other else { return };
    let text = format!(
        "its path is that of subscription {}, but it contains events of subscription {}, so it covers nothing",
        of_path.name(),
        other.name()
    );
    file.log.is_damaged = true;
    let help = "give each file in the folders that the diagnostic setting wrote it to";
    file.note(Note::new(Severity::Error, text).help(help));
}

fn conclude_unknown(file: &mut FileContents, saw_list: bool) {
    let refused = file.refused_form.take();
    if let Some(records) = file.unrecognised.remove(&Look::Evidence) {
        file.format = refused.map_or(file.format, |refused| refused.form.name);
        for (line, unusable) in records.listed {
            file.add_unusable(line, &unusable);
        }
        conclude_export(file);
        return;
    }
    if let Some(refused) = refused {
        file.refuse_form(refused);
        return;
    }
    if file.unrecognised.is_empty() {
        conclude_export(file);
    }
    if file.log.is_damaged || !file.unrecognised.is_empty() {
        let is_reported = file.notes.iter().any(|note| note.severity == Severity::Error);
        let note = if is_reported || file.is_named && file.log.is_damaged {
            // A note already says how the file is broken.
            return;
        } else if file.is_named {
            Note::new(Severity::Error, NEITHER).help(UNKNOWN_HELP)
        } else {
            Note::new(Severity::Info, "unknown format, skipped")
        };
        file.note(note);
        return;
    }
    if saw_list && file.log.has_next_page {
        file.format = "empty-page";
        let text = "this page of the list is empty, but the list has more pages (nextLink, skip_token) that are missing";
        file.note(Note::new(Severity::Error, text).help(EXPORT_ALL_PAGES));
        return;
    }
    if file.lacks_records() {
        file.format = EMPTY_ANSWER;
        file.note(missing_records(file.counted));
        return;
    }
    let (format, text) = if saw_list {
        (
            if file.counted[1].is_some() { EMPTY_ANSWER } else { EMPTY_LIST },
            "an empty list: it contains neither an account nor an event, and proves nothing by itself",
        )
    } else {
        ("empty", "the file is empty")
    };
    file.format = format;
    file.note(Note::new(Severity::Info, text));
}

/// Counts the records that show no family.
fn conclude_unrecognised(file: &mut FileContents) {
    let holds_accounts = file.lists_accounts();
    let holds_log = file.families.iter().any(|family| family.is_log());
    let is_stream =
        file.families.iter().all(|family| family.is_log()) && file.log.source == LogSource::Stream;
    let mut listed = Vec::new();
    let mut unlisted = 0;
    for (look, records) in mem::take(&mut file.unrecognised) {
        match look {
            Look::Resource if holds_accounts => file.other_resources += records.count,
            Look::OtherLog if holds_log => file.other_streams += records.count,
            Look::Resource | Look::Streamed if is_stream => file.other_streams += records.count,
            _ => {
                unlisted += records.count - records.listed.len() as u64;
                listed.extend(records.listed);
            }
        }
    }
    if listed.is_empty() {
        return;
    }
    listed.sort_by_key(|(line, _)| *line);
    for (line, unusable) in listed {
        file.add_unusable(line, &unusable);
    }
    file.unusable_count += unlisted;
    // It is not recorded which events came before these records, so none counts as before the damage.
    file.log.before_damage.clear();
}

fn conclude_accounts(file: &mut FileContents) {
    if file.other_resources > 0 {
        let text = format!("{} resources of other types, skipped", file.other_resources);
        file.note(Note::new(Severity::Info, text));
    }
    let rows = file.records + file.other_resources;
    if file.log.has_next_page {
        let text = "the list has more pages (nextLink, skip_token), so accounts are missing from it";
        file.note(Note::new(Severity::Error, text).help(EXPORT_ALL_PAGES));
    } else if file.lacks_records() {
        file.note(missing_records(file.counted));
    } else if let Some(by) = forms::limit(file.format, rows)
        && file.counted[1].is_none()
    {
        let text = format!(
            "the list has exactly {rows} rows, which is a limit of {by}, so accounts may be missing from it"
        );
        file.note(Note::new(Severity::Warning, text).help(
            "export the complete answer, which contains the number of rows: az graph query --first 1000",
        ));
    }
}

/// The fault of an answer that states more records in total than it holds.
fn missing_records(counted: [Option<u64>; 2]) -> Note {
    let [count, total] = counted.map(Option::unwrap_or_default);
    let text = format!("the list has {count} of {total} records, so accounts are missing from it");
    Note::new(Severity::Error, text).help("export all of them: az graph query --first 1000 --skip …")
}

/// Adds one note for each fault of the whole export, at the first record that shows it.
fn conclude_export(file: &mut FileContents) {
    for ((what, help), fault) in mem::take(&mut file.of_export) {
        let text = match fault.records {
            1 => what,
            records => format!("{what}, and {} more likewise", records - 1),
        };
        let note = Note::new(Severity::Error, text).at_line(fault.line);
        file.note(note.help(help.unwrap_or(file.remedy())));
    }
}

fn count_unlisted(file: &mut FileContents) {
    if let Some(unlisted @ 1..) = file.unusable_count.checked_sub(MAX_LISTED_RECORDS as u64) {
        let text = format!("{unlisted} more records could not be used");
        file.note(Note::new(Severity::Error, text).help(file.remedy()));
    }
    if let Some(unlisted @ 1..) = file.unreadable_members.checked_sub(MAX_LISTED_RECORDS) {
        let text = format!("{unlisted} more members of accounts could not be read");
        file.note(Note::new(Severity::Error, text).help(file.remedy()));
    }
}
