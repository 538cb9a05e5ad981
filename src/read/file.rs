//! Reads one file: cuts it into records, finds out what they are, and keeps what an audit needs of them.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};

use indicatif::ProgressBar;

use super::Exports;
use super::account::{self, Decoded as DecodedAccount};
use super::activity::{self, Decoded as DecodedRecord, Event};
use super::blocks::{self, Rest, Share};
use super::container::{Peeked, Unpacked};
use super::decode::Unusable;
use super::distilled::{self, Line};
use super::faults::EXPORT_AGAIN;
use super::find::Found;
use super::format::{self, Family};
use super::json::{Resumed, Splitter};
use super::keys::{self, Blotted};
use super::known::Known;
use super::manifest;
use super::piece::{Container, Piece, Position};
use super::source::{Decoded, Digesting};
use super::span;
use super::stamps;
use super::tables::{self, Header};
use crate::model::{
    Account, BlobHour, Collected, DeletedAccount, DistilledExport, InputId, Instant, KeyEvent, KeyMaterial,
    LogExport, MoveRecord, Note, Place, Region, Severity, StampedAccount,
};

/// Longer than the line of names above a table.
const LONGEST_HEADER: usize = 64 << 10;

/// Reads a file, in which several threads may share.
pub(super) fn read(found: &Found, input: InputId, share: Share, bar: &ProgressBar) -> io::Result<FileReader> {
    let file = FileReader::new(input, found.is_named, found.blob.clone());
    found.source.with_reader(|source| file.read(&mut bar.wrap_read(source), share))
}

/// What the file holds joins the rest, or why it could not be read.
pub(super) fn take(read: io::Result<FileReader>, found: &Found, exports: &mut Exports) {
    match read {
        Ok(file) => file.hand_over(found, exports),
        Err(error) => {
            let text = format!("{}: it cannot be read: {error}", found.label);
            exports.notes.push(Note::new(Severity::Error, text).help("make it readable, or leave it out"));
        }
    }
}

pub(super) struct FileReader {
    pub(super) input: InputId,
    pub(super) is_named: bool,
    pub(super) bytes: u64,
    pub(super) sha256: Option<String>,
    /// What the last record was.
    pub(super) family: Option<Family>,
    /// What any record was: texts can be appended to one another.
    pub(super) families: BTreeSet<Family>,
    pub(super) format: &'static str,
    pub(super) packing: Option<&'static str>,
    pub(super) records: u64,
    pub(super) other_resources: u64,
    pub(super) other_streams: u64,
    /// `count` and `total_records` of Resource Graph.
    pub(super) counted: [Option<u64>; 2],
    /// Records met before the family was known, that do not tell it.
    pub(super) unrecognised: Vec<(u64, bool)>,
    pub(super) accounts: Vec<Account>,
    pub(super) deleted: Vec<DeletedAccount>,
    pub(super) distilled: Vec<DistilledExport>,
    /// How many lines of evidence their last lines count.
    pub(super) sealed: Option<usize>,
    pub(super) key_events: Vec<KeyEvent>,
    pub(super) moves: Vec<MoveRecord>,
    pub(super) stamped: Vec<StampedAccount>,
    pub(super) key_material: KeyMaterial,
    pub(super) collected: Vec<Collected>,
    pub(super) log: LogExport,
    /// The format of the events.
    pub(super) log_format: &'static str,
    /// When the first event and the last one happened.
    pub(super) first: Option<Instant>,
    pub(super) previous: Option<Instant>,
    pub(super) known: Known,
    pub(super) unusable: usize,
    pub(super) notes: Vec<Note>,
}

impl FileReader {
    pub(super) fn new(input: InputId, is_named: bool, blob: Option<BlobHour>) -> FileReader {
        let log = LogExport {
            input,
            events: 0,
            cut_by: None,
            blob,
            is_administrative: false,
            spans: BTreeMap::new(),
            is_newest_first: true,
            is_oldest_first: true,
            is_list: false,
            has_next_page: false,
            is_damaged: false,
        };
        FileReader {
            input,
            is_named,
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
            unrecognised: Vec::new(),
            accounts: Vec::new(),
            deleted: Vec::new(),
            distilled: Vec::new(),
            sealed: None,
            key_events: Vec::new(),
            moves: Vec::new(),
            stamped: Vec::new(),
            key_material: KeyMaterial::default(),
            collected: Vec::new(),
            log,
            log_format: "",
            first: None,
            previous: None,
            known: Known::default(),
            unusable: 0,
            notes: Vec::new(),
        }
    }

    pub(super) fn read(mut self, source: &mut (dyn Read + Send), share: Share) -> io::Result<FileReader> {
        let digesting = Digesting::new(source, share.hashes);
        let hashing = digesting.hashing();
        let unpacked = Unpacked::new(digesting)?;
        self.packing = unpacked.packing();
        let text = Decoded::new(unpacked)?;
        let Rest { text, from, found } = blocks::read(text, hashing.as_deref(), share, &mut self);
        let text = if from.is_start() {
            self.whole(Blotted::new(text, found))?
        } else {
            self.json(Blotted::resume(text, from.position.line, found), &from, &Header::NoTable)
        };
        let text = self.look_through(text);
        (self.bytes, self.sha256) = text.source.into_source().into_source().finish()?;
        // Many files may wait to be taken in.
        self.known = Known::default();
        Ok(self)
    }

    /// A text from its beginning on.
    fn whole<R: Read>(&mut self, text: Blotted<R>) -> io::Result<Blotted<R>> {
        let text = Peeked::new(text, LONGEST_HEADER, Some(b'\n'))?;
        let header = tables::header(text.head());
        let text = if header == Header::LogAnalytics {
            self.table(text)
        } else {
            self.json(text, &Resumed::START, &header)
        };
        Ok(text.into_source())
    }

    fn json<R: Read>(&mut self, text: R, from: &Resumed, header: &Header) -> R {
        let mut splitter = Splitter::resume(text, from);
        let end = splitter.for_each(|piece| self.piece(piece));
        if let (Err(_), Some((what, help))) = (&end, header.refusal()) {
            self.note(Note::new(Severity::Error, what).help(help));
            return splitter.into_source();
        }
        if let Err(broken) = end {
            self.broken(&broken, splitter.pending());
        }
        self.conclude(splitter.saw_list());
        splitter.into_source()
    }

    /// A CSV of Log Analytics.
    fn table<R: Read>(&mut self, mut text: R) -> R {
        self.found_family(Family::Activity, "activity-log/log-analytics-csv");
        let end = tables::for_each_row(&mut text, |row, line| self.row(row, line));
        if let Err((line, what)) = end {
            self.log.is_damaged = true;
            self.note(Note { line, ..Note::new(Severity::Error, what).help(EXPORT_AGAIN) });
        }
        self.conclude(true);
        text
    }

    fn row(&mut self, row: Result<tables::Row, Unusable>, line: u64) {
        let read = row.and_then(|row| {
            let place = Place { input: self.input, line: row.start.line, column: row.start.column };
            self.activity_record(row.record.as_bytes(), place)
                .map_err(|unusable| Unusable { line: 0, ..unusable })
        });
        if let Err(unusable) = read {
            self.unusable(line, &unusable);
        }
    }

    fn piece(&mut self, piece: Piece<'_>) {
        match piece {
            Piece::Record { bytes, container, start, end } => self.record(bytes, container, start, end),
            Piece::Member { name: b"\"nextLink\"" | b"\"skip_token\"", value, .. } => {
                self.log.has_next_page |= !matches!(value, b"null" | b"\"\"");
            }
            Piece::Member { name: b"\"count\"", value, .. } => self.counted[0] = number(value),
            Piece::Member { name: b"\"total_records\"", value, .. } => self.counted[1] = number(value),
            Piece::Member { .. } => {}
        }
    }

    pub(super) fn record(&mut self, bytes: &[u8], container: Container, start: Position, end: Position) {
        let Some(family) = self.family.or_else(|| self.recognise(bytes, container)) else {
            let is_resource = memchr::memmem::find(bytes, b"\"type\"").is_some();
            self.unrecognised.push((start.line, is_resource));
            return;
        };
        let Err(unusable) = self.use_as(family, bytes, start, end) else { return };
        // Texts of several kinds may have been appended to one another.
        match format::of_record(bytes, container).filter(|(other, _)| *other != family) {
            Some((other, format)) => {
                self.found_family(other, format);
                if let Err(unusable) = self.use_as(other, bytes, start, end) {
                    self.unusable(start.line, &unusable);
                }
            }
            None => self.unusable(start.line, &unusable),
        }
    }

    fn use_as(
        &mut self,
        family: Family,
        bytes: &[u8],
        start: Position,
        end: Position,
    ) -> Result<(), Unusable> {
        let place = Place { input: self.input, line: start.line, column: start.column };
        let region = Region { start: place, end_line: end.line, end_column: end.column };
        match family {
            Family::Accounts => self.account(bytes, region),
            Family::DeletedAccounts => self.deleted_account(bytes, place),
            Family::Activity => self.activity_record(bytes, place),
            Family::ActivityTables => {
                let tables::Rows { rows, is_partial } = tables::rows(bytes, start)?;
                for row in rows {
                    let line = row.start.line;
                    self.row(Ok(row), line);
                }
                if is_partial {
                    self.log.is_damaged = true;
                    let text = "the answer holds an error beside its tables, so rows are missing";
                    self.note(
                        Note::new(Severity::Error, text).help("query shorter windows, one after the other"),
                    );
                }
                Ok(())
            }
            Family::KeyStamps => self.stamps(bytes, start),
            Family::Manifest => self.manifest(bytes, start),
            Family::Evidence => self.evidence(bytes),
            Family::FailedExport => Ok(()),
        }
    }

    pub(super) fn recognise(&mut self, bytes: &[u8], container: Container) -> Option<Family> {
        let (family, format) = format::of_record(bytes, container)?;
        self.found_family(family, format);
        Some(family)
    }

    pub(super) fn found_family(&mut self, family: Family, format: &'static str) {
        if self.families.is_empty() {
            self.format = format;
        }
        // Behind a refusal there may be an export after all.
        self.family = (family != Family::FailedExport).then_some(family);
        self.families.insert(family);
        if matches!(family, Family::Activity | Family::ActivityTables) {
            self.log_format = format;
            self.log.is_list = matches!(format, "activity-log/az" | "activity-log/rest");
        }
    }

    fn deleted_account(&mut self, bytes: &[u8], place: Place) -> Result<(), Unusable> {
        self.deleted.push(account::read_deleted(bytes, place)?);
        self.records += 1;
        Ok(())
    }

    fn activity_record(&mut self, bytes: &[u8], place: Place) -> Result<(), Unusable> {
        let mut ids = std::mem::take(&mut self.known.ids);
        let read = activity::read(bytes, place, &mut ids, |decoded| self.activity(decoded));
        self.known.ids = ids;
        read
    }

    pub(super) fn activity(&mut self, decoded: DecodedRecord<'_>) {
        match decoded {
            DecodedRecord::Event(event) => self.event(event),
            DecodedRecord::OtherStream => self.other_streams += 1,
        }
    }

    fn account(&mut self, bytes: &[u8], region: Region) -> Result<(), Unusable> {
        match account::read(bytes, region)? {
            DecodedAccount::Account(account, notes) => {
                self.records += 1;
                self.accounts.push(*account);
                for note in notes {
                    self.note(note.at_line(region.start.line));
                }
            }
            DecodedAccount::OtherType => self.other_resources += 1,
        }
        Ok(())
    }

    fn stamps(&mut self, bytes: &[u8], start: Position) -> Result<(), Unusable> {
        let rows = stamps::read(bytes, self.input, start)?;
        self.records += rows.accounts.len() as u64;
        self.stamped.extend(rows.accounts);
        for line in rows.keys {
            let what = "what is no stamp where one should stand";
            self.key_material.add(start.line + line, what, keys::TOLD_ONE_BY_ONE);
        }
        for unusable in rows.unusable {
            self.unusable(start.line, &unusable);
        }
        Ok(())
    }

    fn manifest(&mut self, bytes: &[u8], start: Position) -> Result<(), Unusable> {
        let collected = manifest::read(bytes, self.input, start)?;
        self.records += collected.len() as u64;
        self.collected.extend(collected);
        Ok(())
    }

    fn evidence(&mut self, bytes: &[u8]) -> Result<(), Unusable> {
        match distilled::read(bytes)? {
            Line::Export(export) => self.distilled.push(*export),
            Line::End(end) => {
                self.sealed = Some(self.sealed.unwrap_or_default() + end.lines);
                self.notes.extend(end.notes);
            }
        }
        self.records += 1;
        Ok(())
    }

    fn event(&mut self, event: Event<'_>) {
        self.records += 1;
        self.log.events += 1;
        self.log.is_newest_first &= self.previous.is_none_or(|previous| event.at <= previous);
        self.log.is_oldest_first &= self.previous.is_none_or(|previous| event.at >= previous);
        self.first = self.first.or(Some(event.at));
        self.previous = Some(event.at);
        let is_administrative =
            event.category.is_some_and(|category| category.eq_ignore_ascii_case("Administrative"));
        self.log.is_administrative |= is_administrative;
        // Diagnostic settings pick categories one by one, so one says nothing of another.
        if let Some(resource) = &event.resource
            && (is_administrative || !event.is_streamed)
        {
            let subscription = resource.folded_subscription();
            if let Some(span) = self.log.spans.get_mut(subscription) {
                span::extend(span, &event, resource);
            } else {
                let span = self.known.begin(subscription, &event, resource);
                self.log.spans.insert(subscription.to_owned(), span);
            }
        }
        self.key_events.extend(event.key_event.map(|event| *event));
        self.moves.extend(event.move_record.map(|record| *record));
    }

    pub(super) fn note(&mut self, note: Note) {
        self.notes.push(note.of(self.input));
    }
}

fn number(text: &[u8]) -> Option<u64> {
    str::from_utf8(text).ok()?.parse().ok()
}
