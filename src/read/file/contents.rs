//! The contents of one file: adds records, and merges the parts of the file.
//!
//! Nothing here reads or starts a thread. Invariant: merging parts gives the same as reading the file at once
//! (`parallel/tests.rs`). Each collection that a file can make grow states its bound.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::mem;

use super::documents::Documents;
use super::envelope::Statement;
use super::evidence::EvidenceLines;
use super::known::Known;
use super::notes::{
    self, BrokenFile, EXPORT_AGAIN, FAILED_EXPORT, MAX_LISTED_KEY_LINES, MAX_LISTED_RECORDS, STAMP_AGAIN,
};
use crate::model::{
    Account, BlobHour, Collected, DeletedAccount, DistilledEnd, DistilledExport, InputId, Instant, KeyEvent,
    KeyMaterial, LogExport, MoveRecord, Note, Place, Severity, StampedAccount, SubscriptionName,
    UnplacedEvent, UnreadLog,
};
use crate::read::formats::activity::ActivityEvent;
use crate::read::formats::decode::Unusable;
use crate::read::formats::forms::{self, Family, Form, Refusal, Usage};
use crate::read::formats::shown::ShownSubscriptions;
use crate::read::json::piece::{Broken, Container, Position};

/// Number of events kept of which only the time can be read. Further ones only count as damage of the file, so that a
/// file of such events does not fill memory.
const MAX_UNPLACED_EVENTS: usize = 1_000;

/// The appearance of a record that shows no family. The complete file decides whether such a record is harmless, so
/// that the order of records does not matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::read) enum Look {
    /// A resource of another type than an account: harmless next to accounts.
    Resource,
    /// A record of another log in every form of a log: harmless next to any log.
    OtherLog,
    /// A record of another log by the rules of streams, or without the members of an event: harmless in a file that
    /// contains only streams.
    Streamed,
    /// Evidence in a form that is not read.
    Evidence,
    Unknown,
}

/// Records that look the same.
#[derive(Debug, Default)]
pub(in crate::read) struct UnrecognisedRecords {
    /// Line and fault of each of the first records. At most [`MAX_LISTED_RECORDS`].
    pub listed: Vec<(u64, Unusable)>,
    pub count: u64,
}

/// The refused form of a file, as its first record shows it.
pub(in crate::read) struct RefusedForm {
    pub form: &'static Form,
    /// Whether the record has a mark of the form.
    pub is_marked: bool,
    pub line: u64,
    /// The line of the text that says why there is no export, if the form is quoted.
    pub quote: Option<String>,
}

impl RefusedForm {
    /// Returns whether the file is refused even if it was found in a folder.
    pub(in crate::read) fn is_sure(&self) -> bool {
        self.is_marked || self.form.certain_refusal().is_some()
    }
}

/// A fault of the whole export: the first line that shows it, and the number of records that do.
pub(in crate::read) struct ExportFault {
    pub line: u64,
    pub records: u64,
}

/// The contents of one file, or of one part of it.
pub(in crate::read) struct FileContents {
    pub input: InputId,
    pub is_named: bool,
    /// Whether the remaining properties of accounts are kept.
    pub keeps_properties: bool,
    pub bytes: u64,
    pub sha256: Option<String>,
    /// Family of the last record.
    pub family: Option<Family>,
    /// Families of all records, because several texts can be appended to one another. At most one of each [`Family`].
    pub families: BTreeSet<Family>,
    pub format: &'static str,
    pub packing: Option<&'static str>,
    pub records: u64,
    pub other_resources: u64,
    pub other_streams: u64,
    /// `count` and the total number of records, as Resource Graph states them.
    pub counted: [Option<u64>; 2],
    /// Records that show no family, by how they look. At most one entry for each [`Look`].
    pub unrecognised: BTreeMap<Look, UnrecognisedRecords>,
    /// One for each account of the file, so bounded only by the file. The same applies to `deleted`, `subscriptions`
    /// and `stamped`.
    pub accounts: Vec<Account>,
    pub deleted: Vec<DeletedAccount>,
    pub subscriptions: Vec<SubscriptionName>,
    pub(super) evidence: EvidenceLines,
    /// One for each export in an evidence file, joined from its lines once all of them are known.
    pub distilled: Vec<DistilledExport>,
    /// One for each event about a key, so bounded only by the file. Of other events, only counts and spans are kept.
    pub key_events: Vec<Box<KeyEvent>>,
    /// One for each record of a move.
    pub moves: Vec<MoveRecord>,
    pub stamped: Vec<StampedAccount>,
    /// Lists at most [`MAX_LISTED_KEY_LINES`] lines.
    pub key_material: KeyMaterial,
    /// One for each file that a manifest lists.
    pub collected: Vec<Collected>,
    pub log: LogExport,
    /// Name of the form of the events.
    pub log_format: &'static str,
    pub documents: Documents,
    /// Number of members of accounts that cannot be read.
    pub unreadable_members: usize,
    /// Whether the file contains a list of records, even if it is an empty one.
    pub saw_list: bool,
    pub refused_form: Option<RefusedForm>,
    /// The subscriptions in what shows no family.
    pub shown: ShownSubscriptions,
    /// Number of records that contain evidence in a form that is not read; the whole file counts as one.
    pub unread_records: u64,
    /// Number of exports that the service refused.
    pub refusals: u64,
    pub unusable_count: u64,
    /// Faults of the whole export, by the fault and its help. Bounded by the texts of this program, because both are
    /// constants of it.
    pub of_export: BTreeMap<(String, Option<&'static str>), ExportFault>,
    /// Number of events with an unknown action whose name suggests that it sets a key, and the action of the first.
    pub renewals: u64,
    pub renewal: Option<String>,
    /// Number of events whose properties are the text that PowerShell writes instead of an object.
    pub flattened: u64,
    /// Events of which only the time can be read. At most [`MAX_UNPLACED_EVENTS`].
    pub unplaced: Vec<UnplacedEvent>,
    /// At most [`MAX_LISTED_RECORDS`] of each kind about records, one for each kind about the file, and for each
    /// account those that its decoder returns.
    pub notes: Vec<Note>,
}

impl FileContents {
    pub(in crate::read) fn new(input: InputId, is_named: bool, blob: Option<BlobHour>) -> FileContents {
        FileContents {
            input,
            is_named,
            keeps_properties: false,
            bytes: 0,
            sha256: None,
            family: None,
            families: BTreeSet::new(),
            format: "unknown",
            packing: None,
            records: 0,
            other_resources: 0,
            other_streams: 0,
            counted: [None; 2],
            unrecognised: BTreeMap::new(),
            accounts: Vec::new(),
            deleted: Vec::new(),
            subscriptions: Vec::new(),
            evidence: EvidenceLines::default(),
            distilled: Vec::new(),
            key_events: Vec::new(),
            moves: Vec::new(),
            stamped: Vec::new(),
            key_material: KeyMaterial::default(),
            collected: Vec::new(),
            log: LogExport::new(input, blob),
            log_format: "",
            documents: Documents::default(),
            unreadable_members: 0,
            saw_list: false,
            refused_form: None,
            shown: ShownSubscriptions::default(),
            unread_records: 0,
            refusals: 0,
            unusable_count: 0,
            of_export: BTreeMap::new(),
            renewals: 0,
            renewal: None,
            flattened: 0,
            unplaced: Vec::new(),
            notes: Vec::new(),
        }
    }

    pub(in crate::read) fn place(&self, start: Position) -> Place {
        Place { input: self.input, line: start.line, column: start.column }
    }

    pub(in crate::read) fn note(&mut self, note: Note) {
        self.notes.push(note.of(self.input));
    }

    /// Sets the family of the following records.
    pub(in crate::read) fn set_family(&mut self, family: Family, form: &'static Form) {
        if family == Family::Response {
            // The records in its content show the family.
            return;
        }
        if self.families.is_empty() {
            self.format = form.name;
        }
        // An export can follow a refusal, so its family must be detected. A record of another family can have all
        // members of a subscription that are used.
        let is_last = matches!(family, Family::FailedExport | Family::Subscriptions);
        self.family = (!is_last).then_some(family);
        self.families.insert(family);
        if family.is_log() {
            self.log_format = form.name;
            self.log.source = forms::source(form.name);
        }
    }

    pub(in crate::read) fn add_unrecognised(&mut self, look: Look, line: u64, unusable: Unusable) {
        self.unread_records += u64::from(look == Look::Evidence);
        let records = self.unrecognised.entry(look).or_default();
        records.count += 1;
        if records.listed.len() < MAX_LISTED_RECORDS {
            records.listed.push((line, unusable));
        }
    }

    pub(in crate::read) fn add_account(&mut self, account: Account, unreadable: Vec<Note>, notes: Vec<Note>) {
        let line = account.region.start.line;
        self.records += 1;
        self.accounts.push(account);
        self.add_unreadable_members(unreadable, line);
        for note in notes {
            self.note(note.at_line(line));
        }
    }

    pub(in crate::read) fn add_deleted(&mut self, account: DeletedAccount, unreadable: Vec<Note>) {
        let line = account.place.line;
        self.records += 1;
        self.deleted.push(account);
        self.add_unreadable_members(unreadable, line);
    }

    /// Adds the notes on members of an account that cannot be read.
    fn add_unreadable_members(&mut self, notes: Vec<Note>, line: u64) {
        for note in notes {
            self.unreadable_members += 1;
            if self.unreadable_members <= MAX_LISTED_RECORDS {
                self.note(note.at_line(line));
            }
        }
    }

    pub(in crate::read) fn add_subscription(&mut self, name: SubscriptionName) {
        self.records += 1;
        self.subscriptions.push(name);
    }

    pub(in crate::read) fn add_stamped(&mut self, accounts: Vec<StampedAccount>) {
        self.records += accounts.len() as u64;
        self.stamped.extend(accounts);
    }

    pub(in crate::read) fn add_collected(&mut self, collected: Vec<Collected>) {
        self.records += collected.len() as u64;
        self.collected.extend(collected);
    }

    pub(in crate::read) fn add_distilled(&mut self, export: DistilledExport) {
        self.records += 1;
        self.evidence.add(export);
    }

    pub(in crate::read) fn add_end_of_evidence(&mut self, end: DistilledEnd) {
        self.records += 1;
        self.evidence.end(&end);
        self.notes.extend(end.notes);
    }

    pub(in crate::read) fn add_event(
        &mut self,
        event: ActivityEvent<'_>,
        container: Container,
        known: &mut Known,
    ) {
        self.records += 1;
        self.log.events += 1;
        self.documents.include(&event, container, known);
        if event.is_renewal {
            self.renewals += 1;
            self.renewal.get_or_insert_with(|| event.operation.to_owned());
        }
        self.flattened += u64::from(event.is_flattened);
        let of_key = event.key_event.as_ref().map(|of_key| of_key.place);
        let place = of_key.or(event.move_record.as_ref().map(|record| record.place));
        if let (Some(fault), Some(place)) = (event.fault, place) {
            self.add_unusable(place.line, &Unusable::record(fault));
        }
        self.key_events.extend(event.key_event);
        self.moves.extend(event.move_record.map(|record| *record));
    }

    pub(in crate::read) fn add_unplaced(&mut self, at: Instant, place: Place) {
        if self.unplaced.len() < MAX_UNPLACED_EVENTS {
            self.unplaced.push(UnplacedEvent { at, place });
        }
    }

    /// Adds a line that contains a key instead of the expected value.
    pub(in crate::read) fn add_key_line(&mut self, line: u64, what: &str) {
        self.key_material.add(line, what, MAX_LISTED_KEY_LINES);
    }

    /// Adds the keys of the complete text, and a note if part of it could not be searched.
    pub(in crate::read) fn add_keys(&mut self, key_material: KeyMaterial, failure: Option<&io::Error>) {
        let others = mem::replace(&mut self.key_material, key_material);
        self.key_material.count += others.count - others.lines.len() as u64;
        for other in others.lines {
            self.add_key_line(other.line, &other.what);
        }
        if let Some(error) = failure {
            let text = format!("the rest of it could not be searched for keys: {error}");
            self.note(Note::new(Severity::Warning, text));
        }
    }

    /// Uses a member of an envelope that is in `line`.
    pub(in crate::read) fn add_member(&mut self, name: &[u8], value: &[u8], line: u64) {
        match Statement::of(name, value) {
            None => {}
            Some(Statement::MorePages) => self.log.has_next_page = true,
            Some(Statement::Count(count)) => self.add_number(0, count),
            Some(Statement::Total(total)) => self.add_number(1, total),
            Some(Statement::Error) => {
                let what = "the answer holds an error in addition to its records, so records are missing";
                self.add_unusable(line, &Unusable::export(what, EXPORT_AGAIN));
            }
        }
    }

    /// Sets one of the numbers in `counted`. If a list lacks records, its numbers are kept when another list follows.
    fn add_number(&mut self, which: usize, number: u64) {
        if self.lacks_records() {
            return;
        }
        if self.counted[which].is_some() {
            // The number is that of the next list, whose other number comes before or after it.
            self.counted = [None; 2];
        }
        self.counted[which] = Some(number);
    }

    /// Returns whether a list has fewer records than it states in total.
    pub(in crate::read) fn lacks_records(&self) -> bool {
        matches!(self.counted, [Some(count), Some(total)] if count < total)
    }

    /// Records that part of the log could not be read. Then only the events before the damage show in which periods the
    /// log is complete.
    pub(in crate::read) fn damage(&mut self) {
        if !self.log.is_damaged {
            self.log.is_damaged = true;
            self.log.before_damage = self.documents.so_far();
        }
    }

    pub(in crate::read) fn unusable_records(&self) -> u64 {
        self.unusable_count + self.of_export.values().map(|fault| fault.records).sum::<u64>()
    }

    pub(in crate::read) fn add_unusable(&mut self, line: u64, unusable: &Unusable) {
        self.damage();
        if unusable.is_of_export {
            let fault = self.of_export.entry((unusable.what.clone(), unusable.help));
            fault.or_insert(ExportFault { line, records: 0 }).records += 1;
            return;
        }
        self.unusable_count += 1;
        if self.unusable_count <= MAX_LISTED_RECORDS as u64 {
            let note = Note::new(Severity::Error, &unusable.what).at_line(line + unusable.line);
            self.note(note.help(unusable.help.unwrap_or(self.remedy())));
        }
    }

    /// Adds a record that contains events which are not read there. They can be of any time, so no event before it shows
    /// in which periods the log is complete.
    pub(in crate::read) fn add_unread(&mut self, line: u64, unusable: &Unusable) {
        self.unread_records += 1;
        self.add_unusable(line, unusable);
        self.log.before_damage.clear();
    }

    /// Returns the help for a record that cannot be used.
    pub(in crate::read) fn remedy(&self) -> &'static str {
        if self.family == Some(Family::KeyStamps) { STAMP_AGAIN } else { EXPORT_AGAIN }
    }

    /// Adds the error that ended the reading. `pending` was read and does not belong to a record.
    pub(in crate::read) fn break_off(&mut self, broken: &Broken, pending: &[u8]) {
        let file = BrokenFile {
            is_named: self.is_named,
            is_unknown: self.family.is_none(),
            pending,
            remedy: self.remedy(),
        };
        self.damage();
        self.shown.miss();
        if let Some(note) = file.note(broken) {
            self.note(note);
        }
    }

    /// Adds the note that the whole file cannot be used.
    pub(in crate::read) fn refuse(&mut self, refusal: Refusal, line: u64) {
        self.note(notes::refusal(refusal, line));
    }

    /// Refuses the file because of its form. If a file was found in a folder and has no mark of an export, some forms
    /// are only noted.
    pub(in crate::read) fn refuse_form(&mut self, RefusedForm { form, is_marked, line, quote }: RefusedForm) {
        let (refusal, is_sure) = match form.usage {
            Usage::Read(_) => return,
            Usage::Refuse(refusal) => (refusal, true),
            Usage::Aside(refusal) => (refusal, self.is_named || is_marked),
        };
        self.format = form.name;
        self.unread_records += u64::from(is_sure && !forms::is_without_events(form.name));
        let note = if is_sure { notes::refusal(refusal, line) } else { notes::left_aside(refusal) };
        self.note(match quote {
            Some(quote) => Note { text: format!("{} (the first is: {quote})", note.text), ..note },
            None => note,
        });
    }

    /// Records that the service refused an export, so events or accounts may be missing.
    pub(in crate::read) fn add_failed_export(&mut self, status: &str, line: u64) {
        self.families.insert(Family::FailedExport);
        if self.families.len() == 1 {
            self.format = FAILED_EXPORT;
        }
        self.damage();
        self.refusals += 1;
        if self.refusals == 1 {
            self.note(notes::failed_export(status, line));
        }
    }

    /// Returns the file as a log of which no event could be read, if it may be one.
    pub(in crate::read) fn unread_log(&self) -> Option<UnreadLog> {
        let is_error = |note: &Note| note.severity == Severity::Error && note.input.is_some();
        let is_unknown = self.families.iter().all(|family| *family == Family::FailedExport);
        let is_lost = (is_unknown && !forms::is_without_events(self.format)) || self.is_evidence();
        let may_be_log = self.unread_records > 0 || is_lost && self.notes.iter().any(is_error);
        may_be_log.then(|| UnreadLog {
            input: self.input,
            subscriptions: if is_lost { self.shown.known() } else { BTreeSet::new() },
            is_refused: self.unread_records > 0,
        })
    }

    /// Returns whether the file contains only evidence.
    pub(in crate::read) fn is_evidence(&self) -> bool {
        self.families.contains(&Family::Evidence) && self.families.len() == 1
    }

    /// Returns whether the file contains accounts, live or deleted.
    pub(in crate::read) fn lists_accounts(&self) -> bool {
        self.families.contains(&Family::Accounts) || self.families.contains(&Family::DeletedAccounts)
    }

    pub(in crate::read) fn is_account_list(&self) -> bool {
        self.families.contains(&Family::Accounts)
    }

    pub(in crate::read) fn is_activity_log(&self) -> bool {
        self.families.iter().any(|family| family.is_log()) && !self.is_of_other_log()
    }

    /// Returns whether the file contains records of other logs and no sign of the activity log.
    pub(in crate::read) fn is_of_other_log(&self) -> bool {
        let is_log = self.families.iter().all(|family| family.is_log());
        is_log && self.other_streams > 0 && self.log.events == 0 && !self.log.is_damaged
    }

    /// Returns empty contents for another part of the same file.
    pub(in crate::read) fn of_part(&self) -> FileContents {
        let part = FileContents::new(self.input, self.is_named, self.log.blob.clone());
        FileContents { packing: self.packing, keeps_properties: self.keeps_properties, ..part }
    }

    /// Returns whether all records are of `family` and there is nothing to report about them.
    pub(in crate::read) fn is_only(&self, family: Family) -> bool {
        let is_of_family = self.family == Some(family) && self.families.len() == 1;
        is_of_family
            && !self.saw_list
            && self.unusable_count == 0
            && self.of_export.is_empty()
            && self.unreadable_members == 0
            && self.unrecognised.is_empty()
            && !self.log.is_damaged
    }

    /// Merges a later part, for which [`FileContents::is_only`] must be true for the family of this one.
    ///
    /// [`FileContents::is_only`] must check every member that this function ignores; `parallel/tests.rs` tests both
    /// together.
    pub(in crate::read) fn merge(&mut self, later: FileContents) {
        if self.families.is_empty() {
            *self = later;
            return;
        }
        // Every member is named, so that the compiler reports a new one here.
        let FileContents {
            records,
            other_resources,
            other_streams,
            accounts,
            key_events,
            moves,
            notes,
            log: later_log,
            documents,
            renewals,
            renewal,
            flattened,
            // Members of the whole file, which a part leaves as they are.
            input: _,
            is_named: _,
            keeps_properties: _,
            bytes: _,
            sha256: _,
            packing: _,
            key_material: _,
            // Members that a part with nothing to report leaves as they are.
            family: _,
            families: _,
            format: _,
            log_format: _,
            unrecognised: _,
            unusable_count: _,
            of_export: _,
            unplaced: _,
            unreadable_members: _,
            saw_list: _,
            refused_form: _,
            shown: _,
            unread_records: _,
            refusals: _,
            // Members of families that are not read in parts, or of the text around the records.
            counted: _,
            deleted: _,
            subscriptions: _,
            evidence: _,
            distilled: _,
            stamped: _,
            collected: _,
        } = later;
        self.records += records;
        self.other_resources += other_resources;
        self.other_streams += other_streams;
        self.accounts.extend(accounts);
        self.key_events.extend(key_events);
        self.moves.extend(moves);
        self.notes.extend(notes);
        self.renewals += renewals;
        self.renewal = self.renewal.take().or(renewal);
        self.flattened += flattened;
        self.log.events += later_log.events;
        self.documents.append(documents);
    }
}
