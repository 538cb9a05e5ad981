//! Reads the text of one file on one thread: cuts it into records, detects their forms, decodes them, and adds the
//! results to the contents of the file.

use std::io::{self, BufWriter, Read, Write};
use std::mem;

use serde::de::IgnoredAny;

use super::conclude::conclude;
use super::contents::{FileContents, Look, RefusedForm};
use super::known::Known;
use super::notes::EXPORT_AGAIN;
use crate::model::{LogSource, Note, Place, Region, Severity, UNKNOWN_KIND};
use crate::read::formats::account::{self, DecodedAccount};
use crate::read::formats::activity::{self, DecodedRecord, Ordinary, Salvage};
use crate::read::formats::advice::SHORTENED_HELP;
use crate::read::formats::decode::{self, Unusable};
use crate::read::formats::distilled::{self, EvidenceLine};
use crate::read::formats::forms::{self, Family, Form, Refusal, Usage};
use crate::read::formats::response::{self, Escaped, Response};
use crate::read::formats::tables::{self, CsvTable, ReadRow};
use crate::read::formats::{manifest, nested, stamps, subscriptions};
use crate::read::json::piece::{Broken, Container, Piece, Position};
use crate::read::json::scan::{Unsure, Walk};
use crate::read::json::split::{Resumed, Splitter};
use crate::read::source::container::Peeked;

/// Number of bytes in which the header of a table is searched; no header is that long.
const MAX_HEADER_BYTES: usize = 64 << 10;

/// Number of bytes of a refused text that are searched at a time. For fewer, the searches have to begin too often.
const SEARCHED_BYTES: usize = 64 << 10;

const ACCOUNT_IN_LOG_TABLE: &str = "the record is an account, in the form that Log Analytics has for events";
const LIST_ACCOUNTS: &str = "list the accounts: az cognitiveservices account list --output json";

/// What a decoder did with a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum RecordUse {
    Used,
    /// The record does not look like one of the family, and its loss is harmless unless it is of another family: a
    /// resource of another type, or a record without an operation.
    SetAside,
}

/// Reads one file, or one part of it, into its contents.
pub(super) struct FileReader {
    contents: FileContents,
    known: Known,
    /// Container of the current record.
    container: Container,
    /// Whether the current record is in the text of another one.
    is_inside: bool,
    /// Whether a word that is not JSON was in the place of a record.
    has_word: bool,
}

impl FileReader {
    /// Returns a reader that adds to `contents`.
    pub(super) fn new(contents: FileContents) -> FileReader {
        FileReader::with_known(contents, Known::default())
    }

    /// Returns a reader that adds to `contents`, with the cache of earlier parts of the file.
    pub(super) fn with_known(contents: FileContents, known: Known) -> FileReader {
        FileReader { contents, known, container: Container::default(), is_inside: false, has_word: false }
    }

    pub(super) fn into_contents(self) -> FileContents {
        self.contents
    }

    /// Returns the contents of a part, and the cache for the next one.
    pub(super) fn into_part(self) -> (FileContents, Known) {
        let FileReader { mut contents, mut known, .. } = self;
        contents.documents.pass_on(&mut known);
        (contents, known)
    }

    /// Reads a complete text, and returns its source.
    pub(super) fn read_text<R: Read>(&mut self, text: R) -> R {
        let text = Peeked::new(text, MAX_HEADER_BYTES, None);
        let text = match forms::of_text(text.head()) {
            None => self.read_json(text, &Resumed::START),
            Some(form) => match form.usage {
                Usage::Read(family) => self.read_table(text, family, form),
                Usage::Refuse(_) | Usage::Aside(_) => {
                    let (quote, shows_record) = (form.quote(text.head()), form.shows_record(text.head()));
                    let (text, is_marked) = self.search_refused(text, form);
                    let is_marked = is_marked || shows_record;
                    self.contents.refuse_form(RefusedForm { form, is_marked, line: 1, quote });
                    text
                }
            },
        };
        text.into_source()
    }

    /// Searches a complete text that is refused for subscriptions and for the marks of its form. Returns the text, and
    /// whether it has a mark; a text that cannot be read to its end may have one.
    fn search_refused<R: Read>(&mut self, mut text: R, form: &Form) -> (R, bool) {
        let mut marks = form.search();
        let searches = Both(&mut self.contents.shown, &mut marks);
        let mut searches = BufWriter::with_capacity(SEARCHED_BYTES, searches);
        let end = io::copy(&mut text, &mut searches).and_then(|_| searches.flush());
        drop(searches);
        let Err(error) = end else { return (text, marks.finish()) };
        self.contents.shown.miss();
        let what = format!("the rest of it could not be searched for keys: {error}");
        self.contents.note(Note::new(Severity::Warning, what));
        (text, true)
    }

    /// Reads the JSON that is left of a text, and returns its source.
    pub(super) fn read_json<R: Read>(&mut self, text: R, from: &Resumed) -> R {
        let mut splitter = Splitter::resume(text, from);
        let end = splitter.for_each(|piece| self.read_piece(piece));
        if let Err(broken) = end {
            self.break_off(&broken, splitter.pending());
        }
        self.contents.saw_list |= splitter.saw_list();
        let saw_list = self.contents.saw_list;
        conclude(&mut self.contents, saw_list);
        splitter.into_source()
    }

    fn read_piece(&mut self, piece: Piece<'_>) {
        match piece {
            Piece::Opening { container } => self.contents.documents.open(container),
            Piece::Record { bytes, container, start, end } => self.read_record(bytes, container, start, end),
            Piece::Member { name, value, start } => self.contents.add_member(name, value, start.line),
        }
    }

    pub(super) fn read_record(&mut self, bytes: &[u8], container: Container, start: Position, end: Position) {
        self.container = container;
        let known = self.contents.family;
        let read = known.map(|family| self.use_as(family, bytes, start, end));
        if let Some(Ok(RecordUse::Used)) = read {
            return;
        }
        // Texts of several families may have been appended to one another, or merged into one list.
        match forms::of_record(bytes, container) {
            Some((family, form)) => {
                let read = read.filter(|_| known == Some(family)).unwrap_or_else(|| {
                    self.contents.set_family(family, form);
                    self.use_as(family, bytes, start, end)
                });
                self.conclude_record(family, bytes, start, read);
            }
            None => match (known, read) {
                (Some(family), Some(Ok(set_aside))) => {
                    self.conclude_record(family, bytes, start, Ok(set_aside));
                }
                (_, read) => self.add_unrecognised(bytes, container, start, read.and_then(Result::err)),
            },
        }
    }

    /// Counts or reports a record of `family` that its decoder did not use.
    fn conclude_record(
        &mut self,
        family: Family,
        bytes: &[u8],
        start: Position,
        read: Result<RecordUse, Unusable>,
    ) {
        match read {
            Ok(RecordUse::Used) => {}
            Ok(RecordUse::SetAside) => match unread(bytes) {
                Some(unusable) => self.contents.add_unread(start.line, &unusable),
                None if family == Family::Accounts => self.contents.other_resources += 1,
                None => self.contents.other_streams += 1,
            },
            Err(unusable) => self.add_unused(family, bytes, start, &unusable),
        }
    }

    fn recognise(&mut self, bytes: &[u8], container: Container) -> Option<Family> {
        let (family, form) = forms::of_record(bytes, container)?;
        self.contents.set_family(family, form);
        Some(family)
    }

    /// Adds a record that shows no family. `unusable` is its fault as a record of the current family, if there is one.
    fn add_unrecognised(
        &mut self,
        bytes: &[u8],
        container: Container,
        start: Position,
        unusable: Option<Unusable>,
    ) {
        self.contents.shown.add(bytes);
        self.has_word |= !bytes.starts_with(b"{") && !bytes.starts_with(b"[") && !is_json(bytes);
        let form = forms::of_refused_record(bytes, container);
        let refusal = form.and_then(Form::certain_refusal);
        self.keep_refused_form(form, bytes, start);
        let neither = || Unusable::record("the record is neither an account nor an event");
        let (look, unusable) = match refusal {
            Some(Refusal { what, help }) => (Look::Evidence, Unusable::export(what, help)),
            None if !is_json(bytes) && forms::is_of_azure(bytes) => {
                (Look::Evidence, unusable.or_else(|| not_json(bytes)).unwrap_or_else(neither))
            }
            None => match unread(bytes) {
                Some(unread) => (Look::Evidence, unread),
                None => (self.look(bytes, start), unusable.unwrap_or_else(neither)),
            },
        };
        match self.contents.family {
            Some(_) if look == Look::Evidence => self.contents.add_unread(start.line, &unusable),
            Some(family) if look == Look::Unknown => self.add_unused(family, bytes, start, &unusable),
            _ => self.contents.add_unrecognised(look, start.line, unusable),
        }
    }

    /// Keeps the form by which the file is refused if none of its records shows a family: that of the last record which
    /// is certain, or else of the first one with a mark, or else of the first record.
    fn keep_refused_form(&mut self, form: Option<&'static Form>, bytes: &[u8], start: Position) {
        let is_first = self.contents.families.is_empty() && self.contents.unrecognised.is_empty();
        let is_certain = form.is_some_and(|form| form.certain_refusal().is_some());
        let was_sure = self.contents.refused_form.as_ref().is_some_and(RefusedForm::is_sure);
        let is_marked = !was_sure && form.is_some_and(|form| form.is_marked(bytes));
        if is_first || is_certain || is_marked {
            self.contents.refused_form =
                form.map(|form| RefusedForm { form, is_marked, line: start.line, quote: None });
        }
    }

    /// Returns how a record looks that shows no family and contains no evidence.
    fn look(&mut self, bytes: &[u8], start: Position) -> Look {
        let place = self.contents.place(start);
        if forms::is_other_resource(bytes) {
            Look::Resource
        } else if activity::is_of_other_log(bytes, place) {
            Look::OtherLog
        } else if matches!(activity::salvage(bytes, LogSource::Stream, place), Salvage::OtherLog) {
            Look::Streamed
        } else {
            Look::Unknown
        }
    }

    fn use_as(
        &mut self,
        family: Family,
        bytes: &[u8],
        start: Position,
        end: Position,
    ) -> Result<RecordUse, Unusable> {
        let place = self.contents.place(start);
        match family {
            Family::Accounts => {
                let region = Region { start: place, end_line: end.line, end_column: end.column };
                return self.read_account(bytes, region);
            }
            Family::DeletedAccounts => {
                let (account, unreadable) = account::read_deleted(bytes, place)?;
                self.contents.add_deleted(account, unreadable);
            }
            Family::Subscriptions => self.contents.add_subscription(subscriptions::read(bytes, place)?),
            Family::AccountTable => self.read_account_table(bytes, start)?,
            Family::Activity => return self.read_activity_record(bytes, place),
            Family::ActivityTables => self.read_log_tables(bytes, start)?,
            Family::KeyStamps => self.read_stamps(bytes, start)?,
            Family::Manifest => {
                self.contents.add_collected(manifest::read(bytes, self.contents.input, start)?);
            }
            Family::Evidence => match distilled::read(bytes, &mut self.known.ids)? {
                EvidenceLine::Export(export) => self.contents.add_distilled(*export),
                EvidenceLine::End(end) => self.contents.add_end_of_evidence(end),
            },
            Family::Response => self.read_response(bytes, start)?,
            Family::FailedExport => {
                self.contents.shown.add(bytes);
                self.contents.add_failed_export("its error instead of an export", start.line);
            }
        }
        Ok(RecordUse::Used)
    }

    fn read_account(&mut self, bytes: &[u8], region: Region) -> Result<RecordUse, Unusable> {
        match account::read(bytes, region, self.contents.keeps_properties)? {
            // The id of an account is also in its events.
            DecodedAccount::Account(account, ..)
                if account.kind == UNKNOWN_KIND && forms::is_shortened_event(bytes) =>
            {
                Err(Unusable::export("the event has no eventTimestamp", SHORTENED_HELP))
            }
            DecodedAccount::Account(account, ..)
                if account.kind == UNKNOWN_KIND && forms::is_about_resource(bytes) =>
            {
                Err(Unusable::record("the record is about a resource, and is not an account"))
            }
            DecodedAccount::Account(account, notes, unreadable) => {
                self.contents.add_account(*account, unreadable, notes);
                Ok(RecordUse::Used)
            }
            DecodedAccount::OtherType => Ok(RecordUse::SetAside),
        }
    }

    fn read_activity_record(&mut self, bytes: &[u8], place: Place) -> Result<RecordUse, Unusable> {
        let mut ids = mem::take(&mut self.known.ids);
        let read = activity::read(bytes, place, &mut ids, |decoded| self.add_decoded(decoded));
        self.known.ids = ids;
        read
    }

    /// Reads an event on the fast path. Returns [`Unsure`] for everything else, and the caller must fall back to
    /// [`FileReader::read_record`].
    pub(super) fn read_ordinary<'t>(
        &mut self,
        ordinary: &mut Ordinary<'t>,
        walk: &mut Walk<'t>,
        container: Container,
        start: impl FnOnce() -> Position,
    ) -> Result<(), Unsure> {
        if self.contents.family != Some(Family::Activity) {
            return Err(Unsure);
        }
        let place = || self.contents.place(start());
        let decoded = ordinary.read(walk, &mut self.known.ids, place)?;
        self.container = container;
        self.add_decoded(decoded);
        Ok(())
    }

    fn add_decoded(&mut self, decoded: DecodedRecord<'_>) -> RecordUse {
        match decoded {
            DecodedRecord::Event(event) => self.contents.add_event(event, self.container, &mut self.known),
            DecodedRecord::OtherStream { is_named: true } => self.contents.other_streams += 1,
            DecodedRecord::OtherStream { is_named: false } => return RecordUse::SetAside,
        }
        RecordUse::Used
    }

    fn read_stamps(&mut self, bytes: &[u8], start: Position) -> Result<(), Unusable> {
        let sheet = stamps::read(bytes, self.contents.input, start)?;
        self.contents.add_stamped(sheet.accounts);
        for line in sheet.keys {
            self.contents.add_key_line(start.line + line, "text that is not a stamp in the place of one");
        }
        for unusable in sheet.unusable {
            self.contents.add_unusable(start.line, &unusable);
        }
        Ok(())
    }

    fn read_table<R: Read>(&mut self, mut text: R, family: Family, form: &'static Form) -> R {
        self.contents.set_family(family, form);
        if let Err(error) = self.read_rows(&mut text, family) {
            self.contents.damage();
            let text = format!("it could not be read to its end: {error}");
            self.contents.note(Note::new(Severity::Error, text).help(EXPORT_AGAIN));
        }
        conclude(&mut self.contents, true);
        text
    }

    /// Reads the rows of CSV.
    fn read_rows(&mut self, text: &mut impl Read, family: Family) -> io::Result<()> {
        let mut table = CsvTable::new(text, family)?;
        while let Some(row) = table.next()? {
            if let Ok(row) = &row
                && row.is_flattened
                && let Some(refusal) = forms::refusal_of_flattened_accounts()
            {
                self.contents.refuse(refusal, row.start.line);
                break;
            }
            self.use_row(family, row);
        }
        Ok(())
    }

    fn use_row(&mut self, family: Family, row: ReadRow) {
        let row = match row {
            Ok(row) => row,
            Err((unusable, start)) => return self.contents.add_unusable(start.line, &unusable),
        };
        let bytes = row.record.as_bytes();
        let unusable_before = self.contents.unusable_records();
        // The lines in a row's error are those of the record made of it, not of the file.
        let of_row = |unusable: Unusable| Unusable { line: 0, ..unusable };
        let read = self.use_as(family, bytes, row.start, row.end);
        // Rows of live and of deleted accounts can be in one table.
        let is_deleted = || {
            forms::of_record(bytes, Container::Array)
                .is_some_and(|(other, _)| other == Family::DeletedAccounts)
        };
        if matches!(read, Ok(RecordUse::SetAside)) && family == Family::Accounts && is_deleted() {
            self.contents.families.insert(Family::DeletedAccounts);
            let read = self.use_as(Family::DeletedAccounts, bytes, row.start, row.end);
            self.conclude_record(Family::DeletedAccounts, bytes, row.start, read.map_err(of_row));
        } else {
            self.conclude_record(family, bytes, row.start, read.map_err(of_row));
        }
        if let Some(fault) = row.fault.filter(|_| self.contents.unusable_records() == unusable_before) {
            self.contents.add_unusable(row.start.line, &fault);
        }
    }

    fn read_account_table(&mut self, bytes: &[u8], start: Position) -> Result<(), Unusable> {
        for row in tables::of_resource_graph(bytes, start)? {
            self.use_row(Family::Accounts, row);
        }
        // The answer is also the envelope of its rows.
        for (name, value) in tables::members(bytes) {
            self.contents.add_member(name.as_bytes(), value.as_bytes(), start.line);
        }
        self.contents.families.insert(Family::Accounts);
        Ok(())
    }

    fn read_log_tables(&mut self, bytes: &[u8], start: Position) -> Result<(), Unusable> {
        let tables::TableRows { tables, is_partial } = tables::of_log_analytics(bytes, start)?;
        if is_partial {
            // It is not known which rows are missing.
            self.contents.damage();
        }
        self.container = Container::Array;
        for tables::LogTable { rows, is_of_events } in tables {
            self.contents.documents.open(self.container);
            for row in rows {
                match row {
                    Ok(row) if !is_of_events => {
                        let bytes = row.record.as_bytes();
                        if matches!(forms::of_record(bytes, self.container), Some((Family::Accounts, _))) {
                            let unusable = Unusable::export(ACCOUNT_IN_LOG_TABLE, LIST_ACCOUNTS);
                            self.contents.add_unread(row.start.line, &unusable);
                            continue;
                        }
                        self.conclude_record(Family::Activity, bytes, row.start, Ok(RecordUse::SetAside));
                    }
                    row => self.use_row(Family::Activity, row),
                }
            }
        }
        if is_partial {
            let text = "the answer holds an error in addition to its tables, so rows are missing";
            self.contents
                .note(Note::new(Severity::Error, text).help("query shorter windows, one after the other"));
        }
        Ok(())
    }

    /// Reads an answer of REST, whose text is read as if it were the file.
    fn read_response(&mut self, bytes: &[u8], start: Position) -> Result<(), Unusable> {
        if self.is_inside {
            return Err(Unusable::record("the answer is inside another answer"));
        }
        match response::read(bytes, start)? {
            Response::Refused(status) => {
                self.contents.shown.add(bytes);
                self.contents.add_failed_export(&status, start.line);
            }
            Response::Content(content, escaped) => {
                self.is_inside = true;
                self.read_content(&content, escaped);
                self.is_inside = false;
            }
        }
        Ok(())
    }

    fn read_content(&mut self, content: &str, mut escaped: Escaped<'_>) {
        let mut splitter = Splitter::new(content.as_bytes());
        let end = splitter.for_each(|piece| match piece {
            Piece::Record { bytes, container, start, end } => {
                let (start, end) = (escaped.outer(start), escaped.outer(end));
                self.read_record(bytes, container, start, end);
            }
            Piece::Member { name, value, start } => {
                self.contents.add_member(name, value, escaped.outer(start).line);
            }
            piece @ Piece::Opening { .. } => self.read_piece(piece),
        });
        if let Err(broken) = end {
            self.break_off(&broken.within(|place| escaped.outer(place)), splitter.pending());
        }
        self.contents.saw_list |= splitter.saw_list();
    }

    /// Returns whether the text is that of a program or a log, of which some words were read as records: a brace after
    /// them does not begin a record, whose first member has a name in quotes.
    fn is_code(&self, broken: &Broken, pending: &[u8]) -> bool {
        let is_name = |inside: &[u8]| inside.trim_ascii_start().starts_with(b"\"");
        let is_block = self.container == Container::Document
            && pending.strip_prefix(b"{").is_some_and(|inside| !is_name(inside));
        let is_word = pending.trim_ascii_start().first().is_some_and(u8::is_ascii_digit);
        let is_syntax = matches!(broken, Broken::Syntax { .. });
        is_syntax && self.has_word && self.contents.families.is_empty() && (is_block || is_word)
    }

    fn break_off(&mut self, broken: &Broken, pending: &[u8]) {
        let pending = if self.is_code(broken, pending) { b"" } else { pending };
        if self.contents.family.is_none() {
            self.recognise(pending, Container::Document);
        }
        self.contents.break_off(broken, pending);
    }

    /// Adds a record of `family` that could not be used, and salvages what is certain about it.
    fn add_unused(&mut self, family: Family, bytes: &[u8], start: Position, unusable: &Unusable) {
        if family == Family::Activity {
            match activity::salvage(bytes, self.contents.log.source, self.contents.place(start)) {
                Salvage::OtherLog => {
                    match unread(bytes) {
                        Some(unread) => self.contents.add_unread(start.line, &unread),
                        None => self.contents.other_streams += 1,
                    }
                    return;
                }
                Salvage::Unreadable(event) => self.contents.key_events.push(event),
                Salvage::Anywhere { at, place } => self.contents.add_unplaced(at, place),
                Salvage::Nothing => {}
            }
        }
        self.contents.add_unusable(start.line, unusable);
    }
}

/// Writes a text to both writers.
struct Both<A, B>(A, B);

impl<A: Write, B: Write> Write for Both<A, B> {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        self.0.write_all(piece)?;
        self.1.write_all(piece)?;
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Returns the fault of a record that contains events or accounts, which are not read there.
///
/// The properties of a resource of another type are its own. An alert, for example, contains the event that caused it.
fn unread(bytes: &[u8]) -> Option<Unusable> {
    match forms::searched_members(bytes) {
        Some(members) => members.into_iter().find_map(nested::fault_of_member),
        None => nested::fault(bytes),
    }
}

fn is_json(bytes: &[u8]) -> bool {
    not_json(bytes).is_none()
}

/// Returns the fault of a record that is not JSON.
fn not_json(bytes: &[u8]) -> Option<Unusable> {
    decode::decode::<IgnoredAny>(bytes).err()
}
