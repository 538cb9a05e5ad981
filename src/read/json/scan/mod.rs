//! Cuts whole JSON texts into their records and checks every byte of them, at the speed of memory.
//!
//! It vouches for what it hands on, and for nothing else: where a text is damaged, cut off or merely unusual, it says
//! that it is unsure, and the reader of [`crate::read::json::split`] takes over, which has the errors for people.

mod tokens;
mod walk;

use crate::read::json::piece::Container;
use tokens::Tokens;
pub(in crate::read) use walk::{MemberVisitor, Spelled, Unsure, Walk};

/// Names of the members of a top-level object that hold the records, where they are arrays.
pub(in crate::read) const ENVELOPES: [&str; 4] = ["value", "data", "Data", "records"];

/// Where a text stands between two records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::read) enum ScanState {
    /// Between top-level values.
    Document,
    /// Behind the comma between two elements of an array of records.
    Array(Container),
}

/// One record, every byte of which is valid.
#[derive(Debug)]
pub(in crate::read) struct ScannedRecord<'t> {
    pub bytes: &'t [u8],
    /// Where it begins in the text.
    pub start: usize,
    pub container: Container,
}

/// Receives the records of a text, in order.
pub(in crate::read) trait Records<'t> {
    /// Learns that an array of records begins; unsure if the text must be read another way for that.
    fn open(&mut self, container: Container) -> Result<(), Unsure>;

    /// Uses a record that begins at `start` and whose brace `walk` has passed, if nothing about it is particular, and
    /// passes all of it then.
    fn ordinary(&mut self, start: usize, container: Container, walk: &mut Walk<'t>) -> Result<(), Unsure>;

    /// Uses any record.
    fn any(&mut self, record: ScannedRecord<'t>);
}

/// What a scan keeps from one text to the next: memory only.
#[derive(Debug, Default)]
pub(in crate::read) struct Scanner {
    tokens: Tokens,
}

/// How a text ended that was scanned whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::read) struct Scanned {
    pub state: ScanState,
    /// Whether an array of records was in it, be it an empty one.
    pub saw_list: bool,
}

impl Scanner {
    /// Hands on each record of `text`, which begins in `state`.
    pub(in crate::read) fn scan<'t>(
        &'t mut self,
        text: &'t [u8],
        state: ScanState,
        records: &mut impl Records<'t>,
    ) -> Result<Scanned, Unsure> {
        let text = simdutf8::basic::from_utf8(text).map_err(|_| Unsure)?;
        self.tokens.find(text.as_bytes()).map_err(|_| Unsure)?;
        let mut walk = Walk::new(text, &self.tokens);
        let mut saw_list = state != ScanState::Document;
        let mut state = state;
        loop {
            let Some((start, first)) = walk.next() else { return Ok(Scanned { state, saw_list }) };
            let opened = match (state, first) {
                (ScanState::Document, b'[') => Some(Container::Array),
                (ScanState::Document, b'{') => walk.opens_envelope(),
                (_, b'{') => None,
                _ => return Err(Unsure),
            };
            if let Some(container) = opened {
                records.open(container)?;
                saw_list = true;
                state = ScanState::Array(container);
                if walk.passes(b']') {
                    state = walk.behind_array(container)?;
                }
                continue;
            }
            let container = match state {
                ScanState::Document => Container::Document,
                ScanState::Array(container) => container,
            };
            let mut ahead = walk;
            if records.ordinary(start, container, &mut ahead).is_ok() {
                walk = ahead;
            } else {
                let mut lists = Lists::default();
                let end = walk.object(&mut lists)?;
                if state == ScanState::Document && lists.may_hold_records {
                    return Err(Unsure);
                }
                records.any(ScannedRecord { bytes: &text.as_bytes()[start..end], start, container });
            }
            if let ScanState::Array(container) = state {
                match walk.next() {
                    Some((_, b',')) => {}
                    Some((_, b']')) => state = walk.behind_array(container)?,
                    _ => return Err(Unsure),
                }
            }
        }
    }
}

/// How a text begins that holds several records.
#[derive(Debug)]
pub(in crate::read) struct Beginning<'t> {
    /// The first record.
    pub bytes: &'t [u8],
    pub container: Container,
    /// Between its records.
    pub state: ScanState,
    /// What stands between the first record and the next, the brace of that included; where all of it is one line, also
    /// the name of its first member, since nested values are separated like records then.
    pub separator: &'t [u8],
}

impl Scanner {
    /// `text` may end anywhere behind its second record.
    pub(in crate::read) fn beginning<'t>(&'t mut self, text: &'t [u8]) -> Result<Beginning<'t>, Unsure> {
        let text = simdutf8::basic::from_utf8(text).map_err(|_| Unsure)?;
        self.tokens.find(text.as_bytes()).map_err(|_| Unsure)?;
        let mut walk = Walk::new(text, &self.tokens);
        let text = text.as_bytes();
        let (mut start, first) = walk.next().ok_or(Unsure)?;
        let container = match first {
            b'[' => Container::Array,
            b'{' => walk.opens_envelope().unwrap_or_default(),
            _ => return Err(Unsure),
        };
        let state = match container {
            Container::Document => ScanState::Document,
            list => ScanState::Array(list),
        };
        if state != ScanState::Document {
            let (b'{', at) = walk.next().map(|(at, byte)| (byte, at)).ok_or(Unsure)? else {
                return Err(Unsure);
            };
            start = at;
        }
        let end = walk.object(&mut Lists::default())?;
        if state != ScanState::Document && !walk.passes(b',') {
            return Err(Unsure);
        }
        let Some((brace, b'{')) = walk.next() else { return Err(Unsure) };
        let mut separator = &text[end..=brace];
        if !separator.contains(&b'\n') {
            let (_, b'"') = walk.next().ok_or(Unsure)? else { return Err(Unsure) };
            let (colon, _) = walk.next().ok_or(Unsure)?;
            separator = &text[end..colon];
        }
        Ok(Beginning { bytes: &text[start..end], container, state, separator })
    }
}

/// Looks for members that may hold the records of an envelope.
#[derive(Debug, Default)]
struct Lists {
    may_hold_records: bool,
}

impl<'t> MemberVisitor<'t> for Lists {
    fn scalar(&mut self, _: Spelled<'t>, _: Spelled<'t>) -> Result<(), Unsure> {
        Ok(())
    }

    fn container(&mut self, name: Spelled<'t>, inside: &mut Walk<'t>, is_object: bool) -> Result<(), Unsure> {
        let is_envelope =
            || name.quoted().is_none_or(|name| ENVELOPES.contains(&name)) || !name.is_undisguised();
        self.may_hold_records |= !is_object && is_envelope();
        inside.nested(is_object)
    }
}

#[cfg(test)]
mod tests;
