//! Reads the text of one file on one thread: cuts it into records, detects their forms, decodes them, and adds the
//! results to the contents of the file.

use std::io::{self, Read};
use std::mem;

use super::conclude::conclude;
use super::contents::{FileContents, RefusedForm, Unrecognised};
use super::known::Known;
use super::notes::EXPORT_AGAIN;
use crate::model::{LogSource, Note, Place, Region, Severity};
use crate::read::formats::account::{self, DecodedAccount};
use crate::read::formats::activity::{self, DecodedRecord, Ordinary, Salvage};
use crate::read::formats::decode::Unusable;
use crate::read::formats::distilled::{self, EvidenceLine};
use crate::read::formats::forms::{self, Family, Form, Usage};
use crate::read::formats::response::{self, Escaped, Response};
use crate::read::formats::tables::{self, CsvTable, ReadRow};
use crate::read::formats::{manifest, stamps, subscriptions};
use crate::read::json::piece::{Broken, Container, Piece, Position};
use crate::read::json::scan::{Unsure, Walk};
use crate::read::json::split::{Resumed, Splitter};
use crate::read::source::container::Peeked;

/// Number of bytes in which the header of a table is searched; no header is that long.
const MAX_HEADER_BYTES: usize = 64 << 10;

/// Reads one file, or one part of it, into its contents.
pub(super) struct FileReader {
    contents: FileContents,
    known: Known,
    /// Container of the current record.
    container: Container,
    /// Whether the current record is in the text of another one.
    is_inside: bool,
}

impl FileReader {
    /// Returns a reader that adds to `contents`.
    pub(super) fn new(contents: FileContents) -> FileReader {
        FileReader::with_known(contents, Known::default())
    }

    /// Returns a reader that adds to `contents`, with the cache of earlier parts of the file.
    pub(super) fn with_known(contents: FileContents, known: Known) -> FileReader {
        FileReader { contents, known, container: Container::default(), is_inside: false }
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
                    let is_marked = form.is_marked(text.head());
                    self.contents.refuse_form(RefusedForm { form, is_marked, line: 1 });
                    text
                }
            },
        };
        text.into_source()
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
            Piece::Member { name, value, .. } => self.contents.add_member(name, value),
        }
    }

    pub(super) fn read_record(&mut self, bytes: &[u8], container: Container, start: Position, end: Position) {
        self.container = container;
        let Some(family) = self.contents.family.or_else(|| self.recognise(bytes, container)) else {
            self.add_unrecognised(bytes, container, start);
            return;
        };
        let Err(unusable) = self.use_as(family, bytes, start, end) else { return };
        // Texts of several families may have been appended to one another.
        match forms::of_record(bytes, container).filter(|(other, _)| *other != family) {
            Some((other, form)) => {
                self.contents.set_family(other, form);
                if let Err(unusable) = self.use_as(other, bytes, start, end) {
                    self.add_unused(other, bytes, start, &unusable);
                }
            }
            None => self.add_unused(family, bytes, start, &unusable),
        }
    }

    fn recognise(&mut self, bytes: &[u8], container: Container) -> Option<Family> {
        let (family, form) = forms::of_record(bytes, container)?;
        self.contents.set_family(family, form);
        Some(family)
    }

    fn add_unrecognised(&mut self, bytes: &[u8], container: Container, start: Position) {
        let place = self.contents.place(start);
        if self.contents.families.is_empty() && self.contents.unrecognised.is_empty() {
            let form = forms::of_refused_record(bytes, container);
            self.contents.refused_form =
                form.map(|form| RefusedForm { form, is_marked: form.is_marked(bytes), line: start.line });
        }
        let salvage = activity::salvage(bytes, LogSource::Stream, place);
        let look = Unrecognised {
            is_resource: forms::is_other_resource(bytes),
            is_foreign: matches!(salvage, Salvage::OtherLog),
        };
        self.contents.add_unrecognised(look, start.line);
    }

    fn use_as(
        &mut self,
        family: Family,
        bytes: &[u8],
        start: Position,
        end: Position,
    ) -> Result<(), Unusable> {
        let place = self.contents.place(start);
        match family {
            Family::Accounts => {
                let region = Region { start: place, end_line: end.line, end_column: end.column };
                self.read_account(bytes, region)?;
            }
            Family::DeletedAccounts => {
                let (account, unreadable) = account::read_deleted(bytes, place)?;
                self.contents.add_deleted(account, unreadable);
            }
            Family::Subscriptions => self.contents.add_subscription(subscriptions::read(bytes, place)?),
            Family::AccountTable => self.read_account_table(bytes, start)?,
            Family::Activity => self.read_activity_record(bytes, place)?,
            Family::ActivityTables => self.read_log_tables(bytes, start)?,
            Family::KeyStamps => self.read_stamps(bytes, start)?,
            Family::Manifest => {
                self.contents.add_collected(manifest::read(bytes, self.contents.input, start)?);
            }
            Family::Evidence => match distilled::read(bytes)? {
                EvidenceLine::Export(export) => self.contents.add_distilled(*export),
                EvidenceLine::End(end) => self.contents.add_end_of_evidence(end),
            },
            Family::Response => self.read_response(bytes, start)?,
            Family::FailedExport => {
                self.contents.add_failed_export("its error instead of an export", start.line);
            }
        }
        Ok(())
    }

    fn read_account(&mut self, bytes: &[u8], region: Region) -> Result<(), Unusable> {
        match account::read(bytes, region, self.contents.keeps_properties)? {
            DecodedAccount::Account(account, notes, unreadable) => {
                self.contents.add_account(*account, unreadable, notes);
            }
            DecodedAccount::OtherType => self.contents.other_resources += 1,
        }
        Ok(())
    }

    fn read_activity_record(&mut self, bytes: &[u8], place: Place) -> Result<(), Unusable> {
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

    fn add_decoded(&mut self, decoded: DecodedRecord<'_>) {
        match decoded {
            DecodedRecord::Event(event) => self.contents.add_event(event, self.container, &mut self.known),
            DecodedRecord::OtherStream => self.contents.other_streams += 1,
        }
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
        if let Err(unusable) = self.use_as(family, bytes, row.start, row.end) {
            self.add_unused(family, bytes, row.start, &of_row(unusable));
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
            self.contents.add_member(name.as_bytes(), value.as_bytes());
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
        for rows in tables {
            self.contents.documents.open(self.container);
            for row in rows {
                self.use_row(Family::Activity, row);
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
            Response::Refused(status) => self.contents.add_failed_export(&status, start.line),
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
            piece => self.read_piece(piece),
        });
        if let Err(broken) = end {
            self.break_off(&broken.within(|place| escaped.outer(place)), splitter.pending());
        }
        self.contents.saw_list |= splitter.saw_list();
    }

    fn break_off(&mut self, broken: &Broken, pending: &[u8]) {
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
                    self.contents.other_streams += 1;
                    return;
                }
                Salvage::Unreadable(event) => self.contents.key_events.push(*event),
                Salvage::Anywhere { at, place } => self.contents.add_unplaced(at, place),
                Salvage::Nothing => {}
            }
        }
        self.contents.add_unusable(start.line, unusable);
    }
}
