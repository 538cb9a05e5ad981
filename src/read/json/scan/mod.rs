//! Cuts complete JSON texts into their records and checks every byte, at the speed of memory.
//!
//! It accepts only text that it has checked. If a text is damaged, cut off or only unusual, it returns [`Unsure`], and
//! the caller falls back to [`crate::read::json::split`], which reports errors with their place. `tests.rs` tests that
//! accepted text is JSON.

mod tokens;
mod walk;

use crate::read::json::piece::Container;
use tokens::Tokens;
pub(in crate::read) use walk::{MemberVisitor, Spelled, Unsure, Walk};

/// The state of a scan between two records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::read) enum ScanState {
    /// Between top-level values.
    Document,
    /// After the comma between two elements of an array of records.
    Array(Container),
}

/// One record, every byte of which is valid.
#[derive(Debug)]
pub(in crate::read) struct ScannedRecord<'t> {
    pub bytes: &'t [u8],
    /// Offset of the record in the text.
    pub start: usize,
    pub container: Container,
}

/// Receives the records of a text, in order.
pub(in crate::read) trait Records<'t> {
    /// Receives the beginning of an array of records. Returns [`Unsure`] if the text must be read by other means
    /// because of it.
    fn open(&mut self, container: Container) -> Result<(), Unsure>;

    /// Tries to use a record that begins at `start` and whose opening brace `walk` has passed.
    ///
    /// On success, `walk` has passed the complete record. [`Unsure`] means that nothing was used and the record is
    /// passed to [`Records::read_any`] instead.
    fn read_ordinary(
        &mut self,
        start: usize,
        container: Container,
        walk: &mut Walk<'t>,
    ) -> Result<(), Unsure>;

    /// Uses any record.
    fn read_any(&mut self, record: ScannedRecord<'t>);
}

/// A scanner. It keeps only allocated memory from one text to the next.
#[derive(Debug, Default)]
pub(in crate::read) struct Scanner {
    tokens: Tokens,
}

/// The end of a text that was scanned completely.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::read) struct Scanned {
    pub state: ScanState,
    /// Whether the text contains an array of records, even if it is an empty one.
    pub saw_list: bool,
}

impl Scanner {
    /// Passes each record of `text`, which begins in `state`, to `records`.
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
                    state = walk.after_array(container)?;
                }
                continue;
            }
            let container = match state {
                ScanState::Document => Container::Document,
                ScanState::Array(container) => container,
            };
            let mut ahead = walk;
            // A record that is not ordinary moves only `ahead`, so that the general way below reads it from its
            // beginning.
            if records.read_ordinary(start, container, &mut ahead).is_ok() {
                walk = ahead;
            } else {
                let mut lists = Lists::default();
                let end = walk.object(&mut lists)?;
                if state == ScanState::Document && lists.may_hold_records {
                    return Err(Unsure);
                }
                records.read_any(ScannedRecord { bytes: &text.as_bytes()[start..end], start, container });
            }
            if let ScanState::Array(container) = state {
                match walk.next() {
                    Some((_, b',')) => {}
                    Some((_, b']')) => state = walk.after_array(container)?,
                    _ => return Err(Unsure),
                }
            }
        }
    }
}

/// The beginning of a text with several records.
#[derive(Debug)]
pub(in crate::read) struct Beginning<'t> {
    /// The first record.
    pub bytes: &'t [u8],
    pub container: Container,
    /// State between two records.
    pub state: ScanState,
    /// Text between the first record and the next, up to and including the opening brace. If that is all on one line,
    /// it includes the name of the first member too, because nested values have the same separators as records then.
    pub separator: &'t [u8],
}

impl Scanner {
    /// Returns the beginning of `text`, which must contain its first two records; the rest may be missing.
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

/// Detects members that may contain the records of an envelope.
#[derive(Debug, Default)]
struct Lists {
    may_hold_records: bool,
}

impl<'t> MemberVisitor<'t> for Lists {
    fn scalar(&mut self, _: Spelled<'t>, _: Spelled<'t>) -> Result<(), Unsure> {
        Ok(())
    }

    fn container(&mut self, name: Spelled<'t>, inside: &mut Walk<'t>, is_object: bool) -> Result<(), Unsure> {
        let may_be_envelope = || name.envelope().is_some() || !name.is_undisguised();
        self.may_hold_records |= !is_object && may_be_envelope();
        inside.nested(is_object)
    }
}

#[cfg(test)]
mod tests;
