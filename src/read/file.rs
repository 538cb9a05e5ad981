//! Reads one file: cuts it into records, finds out what they are, and keeps what an audit needs of them.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};

use indicatif::ProgressBar;

use super::Exports;
use super::account::{self, Decoded as DecodedAccount};
use super::activity::{self, Decoded as DecodedRecord, Event, Salvage};
use super::blocks::{self, Rest, Share};
use super::container::{Peeked, Unpacked};
use super::decode::Unusable;
use super::distilled::{self, Line};
use super::documents::Documents;
use super::find::Found;
use super::forms::{self, Family, Form, Usage};
use super::json::{Resumed, Splitter};
use super::keys::{self, Blotted};
use super::known::Known;
use super::manifest;
use super::piece::{Container, Piece, Position};
use super::source::{Decoded, Digesting};
use super::{stamps, subscriptions};
use crate::model::{
    Account, BlobHour, Collected, DeletedAccount, DistilledExport, InputId, KeyEvent, KeyMaterial, LogExport,
    LogSource, MoveRecord, Note, Place, Region, Severity, StampedAccount, SubscriptionName, UnplacedEvent,
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
            if let Some(hour) = &found.blob {
                exports.take_lost_hour(found, hour.clone());
            }
        }
    }
}

/// A record that does not show the family of the file.
pub(super) struct Unrecognised {
    pub line: u64,
    /// Whether it is a resource of some type.
    pub is_resource: bool,
    /// Whether it may be a record of another log, if the file is a stream.
    pub is_foreign: bool,
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
    /// `count` and the total of Resource Graph.
    pub(super) counted: [Option<u64>; 2],
    /// Records met before the family was known, that do not show it.
    pub(super) unrecognised: Vec<Unrecognised>,
    pub(super) accounts: Vec<Account>,
    pub(super) deleted: Vec<DeletedAccount>,
    pub(super) subscriptions: Vec<SubscriptionName>,
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
    pub(super) documents: Documents,
    /// Where the present record is.
    pub(super) container: Container,
    pub(super) known: Known,
    /// Members of accounts that cannot be read.
    pub(super) unreadable_members: usize,
    /// Whether it holds a list of records, even if it is an empty one.
    pub(super) saw_list: bool,
    /// Whether the present record is in the text of another.
    pub(super) is_inside: bool,
    /// The form that its first record has if all of it is refused, whether that has a mark, and its line.
    pub(super) refused: Option<(&'static Form, bool, u64)>,
    /// Answers with which the service refused an export.
    pub(super) refusals: u64,
    pub(super) unusable: usize,
    /// What is wrong with the export as a whole and how to fix it: the first line, and how many records.
    pub(super) of_export: BTreeMap<(String, Option<&'static str>), (u64, u64)>,
    /// Actions that are not known and renew a key by their name, and that of the first.
    pub(super) renewals: u64,
    pub(super) renewal: Option<String>,
    /// Events whose properties are what PowerShell writes in place of an object.
    pub(super) flattened: u64,
    /// Events of which only the time can be read.
    pub(super) unplaced: Vec<UnplacedEvent>,
    pub(super) notes: Vec<Note>,
}

impl FileReader {
    pub(super) fn new(input: InputId, is_named: bool, blob: Option<BlobHour>) -> FileReader {
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
            subscriptions: Vec::new(),
            distilled: Vec::new(),
            sealed: None,
            key_events: Vec::new(),
            moves: Vec::new(),
            stamped: Vec::new(),
            key_material: KeyMaterial::default(),
            collected: Vec::new(),
            log: LogExport::new(input, blob),
            log_format: "",
            documents: Documents::default(),
            container: Container::default(),
            known: Known::default(),
            unreadable_members: 0,
            saw_list: false,
            is_inside: false,
            refused: None,
            refusals: 0,
            unusable: 0,
            of_export: BTreeMap::new(),
            renewals: 0,
            renewal: None,
            flattened: 0,
            unplaced: Vec::new(),
            notes: Vec::new(),
        }
    }

    pub(super) fn read(mut self, source: &mut (dyn Read + Send), share: Share) -> io::Result<FileReader> {
        let digesting = Digesting::new(source, share.hashes);
        let hashing = digesting.hashing();
        let unpacked = Unpacked::new(digesting)?;
        self.packing = unpacked.packing();
        let text = Decoded::new(unpacked);
        let Rest { text, from, found } = blocks::read(text, hashing.as_deref(), share, &mut self);
        let text = if from.is_start() {
            self.whole(Blotted::new(text, found))
        } else {
            self.json(Blotted::resume(text, from.position.line, found), &from)
        };
        let text = self.look_through(text);
        (self.bytes, self.sha256) = text.source.into_source().into_source().finish()?;
        // Many files may wait to be taken in.
        self.known = Known::default();
        Ok(self)
    }

    /// A text from its beginning on.
    fn whole<R: Read>(&mut self, text: Blotted<R>) -> Blotted<R> {
        let text = Peeked::new(text, LONGEST_HEADER, None);
        let text = match forms::of_text(text.head()) {
            None => self.json(text, &Resumed::START),
            Some(form) => match form.usage {
                Usage::Read(family) => self.table(text, family, form),
                Usage::Refuse(_) | Usage::Aside(_) => {
                    self.refuse_form(form, form.is_marked(text.head()), 1);
                    text
                }
            },
        };
        text.into_source()
    }

    fn json<R: Read>(&mut self, text: R, from: &Resumed) -> R {
        let mut splitter = Splitter::resume(text, from);
        let end = splitter.for_each(|piece| self.piece(piece));
        if let Err(broken) = end {
            self.broken(&broken, splitter.pending());
        }
        self.saw_list |= splitter.saw_list();
        self.conclude(self.saw_list);
        splitter.into_source()
    }

    pub(super) fn piece(&mut self, piece: Piece<'_>) {
        match piece {
            Piece::Opening { container } => self.documents.open(container),
            Piece::Record { bytes, container, start, end } => self.record(bytes, container, start, end),
            Piece::Member { name, value, .. } => self.member(name, value),
        }
    }

    pub(super) fn record(&mut self, bytes: &[u8], container: Container, start: Position, end: Position) {
        self.container = container;
        let Some(family) = self.family.or_else(|| self.recognise(bytes, container)) else {
            if self.families.is_empty() && self.unrecognised.is_empty() {
                let form = forms::of_refused_record(bytes, container);
                self.refused = form.map(|form| (form, form.is_marked(bytes), start.line));
            }
            self.unrecognised.push(Unrecognised {
                line: start.line,
                is_resource: forms::is_resource(bytes),
                is_foreign: matches!(
                    activity::salvage(bytes, LogSource::Stream, self.place(start)),
                    Salvage::OtherLog
                ),
            });
            return;
        };
        let Err(unusable) = self.use_as(family, bytes, start, end) else { return };
        // Texts of several kinds may have been appended to one another.
        match forms::of_record(bytes, container).filter(|(other, _)| *other != family) {
            Some((other, form)) => {
                self.found_family(other, form);
                if let Err(unusable) = self.use_as(other, bytes, start, end) {
                    self.unused(other, bytes, start, &unusable);
                }
            }
            None => self.unused(family, bytes, start, &unusable),
        }
    }

    pub(super) fn use_as(
        &mut self,
        family: Family,
        bytes: &[u8],
        start: Position,
        end: Position,
    ) -> Result<(), Unusable> {
        let place = self.place(start);
        let region = Region { start: place, end_line: end.line, end_column: end.column };
        match family {
            Family::Accounts => self.account(bytes, region),
            Family::DeletedAccounts => account::read_deleted(bytes, place).map(|(account, unreadable)| {
                self.deleted.push(account);
                self.records += 1;
                self.unreadable_members(unreadable, start.line);
            }),
            Family::Subscriptions => subscriptions::read(bytes, place).map(|name| {
                self.subscriptions.push(name);
                self.records += 1;
            }),
            Family::AccountTable => self.account_table(bytes, start),
            Family::Activity => self.activity_record(bytes, place),
            Family::ActivityTables => self.log_tables(bytes, start),
            Family::KeyStamps => self.stamps(bytes, start),
            Family::Manifest => self.manifest(bytes, start),
            Family::Evidence => self.evidence(bytes),
            Family::Response => self.response(bytes, start),
            Family::FailedExport => {
                self.refused("its error instead of an export", start.line);
                Ok(())
            }
        }
    }

    pub(super) fn recognise(&mut self, bytes: &[u8], container: Container) -> Option<Family> {
        let (family, form) = forms::of_record(bytes, container)?;
        self.found_family(family, form);
        Some(family)
    }

    pub(super) fn found_family(&mut self, family: Family, form: &'static Form) {
        if family == Family::Response {
            // What it is shows in its content.
            return;
        }
        if self.families.is_empty() {
            self.format = form.name;
        }
        // Behind a refusal there may be an export after all.
        self.family = (family != Family::FailedExport).then_some(family);
        self.families.insert(family);
        if family.is_log() {
            self.log_format = form.name;
            self.log.source = forms::source(form.name);
        }
    }

    fn activity_record(&mut self, bytes: &[u8], place: Place) -> Result<(), Unusable> {
        let mut ids = std::mem::take(&mut self.known.ids);
        let read = activity::read(bytes, place, &mut ids, |decoded| self.activity(decoded));
        self.known.ids = ids;
        read
    }

    /// Some of the log could not be read: of its silence, only that of what was read before means anything.
    pub(super) fn damage(&mut self) {
        if !self.log.is_damaged {
            self.log.is_damaged = true;
            self.log.before_damage = self.documents.so_far();
        }
    }

    pub(super) fn activity(&mut self, decoded: DecodedRecord<'_>) {
        match decoded {
            DecodedRecord::Event(event) => self.event(event),
            DecodedRecord::OtherStream => self.other_streams += 1,
        }
    }

    fn account(&mut self, bytes: &[u8], region: Region) -> Result<(), Unusable> {
        match account::read(bytes, region)? {
            DecodedAccount::Account(account, notes, unreadable) => {
                self.records += 1;
                self.accounts.push(*account);
                self.unreadable_members(unreadable, region.start.line);
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
        self.documents.include(&event, self.container, &mut self.known);
        if event.is_renewal {
            self.renewals += 1;
            self.renewal.get_or_insert_with(|| event.operation.to_owned());
        }
        self.flattened += u64::from(event.is_flattened);
        let of_key = event.key_event.as_ref().map(|of_key| of_key.place);
        let place = of_key.or(event.move_record.as_ref().map(|record| record.place));
        if let (Some(fault), Some(place)) = (event.fault, place) {
            self.unusable(place.line, &Unusable::record(fault));
        }
        self.key_events.extend(event.key_event.map(|event| *event));
        self.moves.extend(event.move_record.map(|record| *record));
    }

    pub(super) fn place(&self, start: Position) -> Place {
        Place { input: self.input, line: start.line, column: start.column }
    }
}
