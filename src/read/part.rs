//! What was read of a part of a file, and how it joins what was read of the parts before it.

use std::collections::btree_map::Entry;
use std::mem;

use super::activity::Ordinary;
use super::blocks::Places;
use super::file::FileReader;
use super::format::Family;
use super::known::Known;
use super::piece::Position;
use super::scan::{Record, Records, Unsure, Walk};
use super::span;
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
        is_of_family && self.unusable == 0 && self.unrecognised.is_empty() && !self.log.is_damaged
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
            first,
            previous,
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
            // Of families that are not read in parts, or of what stands around the records.
            counted: _,
            deleted: _,
            distilled: _,
            sealed: _,
            stamped: _,
            collected: _,
            // Memory only.
            known: _,
        } = later;
        self.records += records;
        self.other_resources += other_resources;
        self.other_streams += other_streams;
        self.accounts.extend(accounts);
        self.key_events.extend(key_events);
        self.moves.extend(moves);
        self.notes.extend(notes);
        let log = &mut self.log;
        log.events += later_log.events;
        log.is_administrative |= later_log.is_administrative;
        log.is_newest_first &= later_log.is_newest_first;
        log.is_oldest_first &= later_log.is_oldest_first;
        if let (Some(last), Some(first)) = (self.previous, first) {
            log.is_newest_first &= first <= last;
            log.is_oldest_first &= first >= last;
        }
        self.first = self.first.or(first);
        self.previous = previous.or(self.previous);
        for (subscription, span) in later_log.spans {
            match log.spans.entry(subscription) {
                Entry::Occupied(mut known) => span::append(known.get_mut(), &span),
                Entry::Vacant(unknown) => drop(unknown.insert(span)),
            }
        }
    }
}

/// Reads the records of a part that a scanner vouches for.
pub(super) struct PartReader<'t> {
    part: FileReader,
    places: Places<'t>,
    ordinary: Ordinary<'t>,
}

impl<'t> PartReader<'t> {
    pub(super) fn new(part: FileReader, places: Places<'t>, known: &mut Known) -> PartReader<'t> {
        let part = FileReader { known: mem::take(known), ..part };
        PartReader { part, places, ordinary: Ordinary::default() }
    }

    pub(super) fn finish(mut self, known: &mut Known) -> FileReader {
        *known = mem::take(&mut self.part.known);
        known.keep(&self.part.log.spans);
        self.part
    }
}

impl<'t> Records<'t> for PartReader<'t> {
    fn ordinary(&mut self, start: usize, walk: &mut Walk<'t>) -> Result<(), Unsure> {
        if self.part.family != Some(Family::Activity) {
            return Err(Unsure);
        }
        let input = self.part.input;
        let place = || {
            let Position { line, column } = self.places.of(start);
            Place { input, line, column }
        };
        let decoded = self.ordinary.read(walk, &mut self.part.known.ids, place)?;
        self.part.activity(decoded);
        Ok(())
    }

    fn any(&mut self, record: Record<'t>) {
        let start = self.places.of(record.start);
        let end = self.places.of(record.start + record.bytes.len());
        self.part.record(record.bytes, record.container, start, end);
    }
}
