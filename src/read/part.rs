//! What was read of a part of a file, and how it joins what was read of the parts before it.

use std::mem;

use super::activity::Ordinary;
use super::blocks::Places;
use super::file::FileReader;
use super::forms::Family;
use super::known::Known;
use super::piece::{Container, Position};
use super::scan::{Record, Records, Unsure, Walk};
use crate::model::Place;

impl FileReader {
    /// The reader of another part of the same file, as empty as at its beginning.
    pub(super) fn part(&self) -> FileReader {
        let part = FileReader::new(self.input, self.is_named, self.log.blob.clone());
        FileReader { packing: self.packing, ..part }
    }

    /// Whether all that was read is of the family, and nothing about it has to be told.
    pub(super) fn is_only(&self, family: Family) -> bool {
        let is_of_family = self.family == Some(family) && self.families.len() == 1;
        is_of_family
            && !self.saw_list
            && self.unusable == 0
            && self.unrecognised.is_empty()
            && !self.log.is_damaged
    }

    /// Takes in a later part, of which [`FileReader::is_only`] holds.
    pub(super) fn append(&mut self, later: FileReader) {
        if self.families.is_empty() {
            *self = later;
            return;
        }
        // Every member is named, so that a new one cannot be lost here.
        let FileReader {
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
            // Of the whole file.
            input: _,
            is_named: _,
            bytes: _,
            sha256: _,
            packing: _,
            key_material: _,
            // As in the first part: of one family, and nothing about it has to be told.
            family: _,
            families: _,
            format: _,
            log_format: _,
            unrecognised: _,
            unusable: _,
            unplaced: _,
            unreadable_members: _,
            saw_list: _,
            is_inside: _,
            refusals: _,
            // Of families that are not read in parts, or of what stands around the records.
            counted: _,
            deleted: _,
            subscriptions: _,
            distilled: _,
            sealed: _,
            stamped: _,
            collected: _,
            // Of the part only.
            container: _,
            known: _,
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

/// Reads the records of a part that a scanner vouches for.
pub(super) struct PartReader<'t> {
    part: FileReader,
    places: Places<'t>,
    ordinary: Ordinary<'t>,
    /// Whether a list may begin in it.
    may_open: bool,
}

impl<'t> PartReader<'t> {
    /// `is_first` is whether it reads the beginning of the file.
    pub(super) fn new(
        part: FileReader,
        places: Places<'t>,
        known: &mut Known,
        is_first: bool,
    ) -> PartReader<'t> {
        let part = FileReader { known: mem::take(known), ..part };
        PartReader { part, places, ordinary: Ordinary::default(), may_open: is_first }
    }

    pub(super) fn finish(mut self, known: &mut Known) -> FileReader {
        *known = mem::take(&mut self.part.known);
        self.part.documents.pass_on(known);
        self.part
    }
}

impl<'t> Records<'t> for PartReader<'t> {
    fn open(&mut self, container: Container) -> Result<(), Unsure> {
        // Parts are joined on the understanding that the file has one list of its own at most.
        if container.is_of_lines() || mem::take(&mut self.may_open) { Ok(()) } else { Err(Unsure) }
    }

    fn ordinary(&mut self, start: usize, container: Container, walk: &mut Walk<'t>) -> Result<(), Unsure> {
        if self.part.family != Some(Family::Activity) {
            return Err(Unsure);
        }
        let input = self.part.input;
        let place = || {
            let Position { line, column } = self.places.of(start);
            Place { input, line, column }
        };
        let decoded = self.ordinary.read(walk, &mut self.part.known.ids, place)?;
        self.part.container = container;
        self.part.activity(decoded);
        Ok(())
    }

    fn any(&mut self, record: Record<'t>) {
        let start = self.places.of(record.start);
        let end = self.places.of(record.start + record.bytes.len());
        self.part.record(record.bytes, record.container, start, end);
    }
}
