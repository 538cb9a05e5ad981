//! Cuts a JSON text of any length into its records, each with its place. Memory grows only with the largest record.
//!
//! A record is an element of the top-level array, an element of the array in an envelope (`{"value": […]}`, `data` of
//! Resource Graph, `records` of Event Hub), or a complete top-level value. Only the text between records is checked
//! here; `split/tests.rs` tests that valid lists are cut exactly into their elements.

use std::io::{self, Read};
use std::ops::Range;

use memchr::memchr2;

use crate::read::json::piece::{Broken, Container, Piece, Position};
use crate::read::json::scan;

/// Size limit of one record; the largest that Azure writes has 75 kB. A larger one ends the reading with
/// [`Broken::TooLarge`], whose note states this number in MiB.
pub(in crate::read) const MAX_RECORD_BYTES: usize = 32 << 20;

/// Number of bytes that are read at first; each later read asks for more, up to [`MAX_READ_BYTES`].
const MIN_READ_BYTES: usize = 8 << 10;

/// Number of bytes that are read at most at a time.
const MAX_READ_BYTES: usize = 256 << 10;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SplitterState {
    /// Between top-level values.
    Document,
    /// After the bracket that opens an array (`first`), or after one of its elements.
    Array { container: Container, first: bool },
    /// After the records of an envelope.
    Envelope,
}

/// The point from which a text is read on.
#[derive(Clone, Copy, Debug)]
pub(in crate::read) struct Resumed {
    pub position: Position,
    pub state: scan::ScanState,
    pub saw_list: bool,
}

impl Resumed {
    pub(in crate::read) const START: Resumed =
        Resumed { position: Position::START, state: scan::ScanState::Document, saw_list: false };

    /// Returns whether this is the beginning of the text.
    pub(in crate::read) fn is_start(&self) -> bool {
        self.position == Position::START
    }
}

pub(in crate::read) struct Splitter<R> {
    source: R,
    /// At most [`MAX_RECORD_BYTES`] and two reads.
    buffer: Vec<u8>,
    /// First byte that is read and not yet used; such bytes are `buffer[start..end]`.
    start: usize,
    end: usize,
    at_end: bool,
    position: Position,
    state: SplitterState,
    saw_list: bool,
    /// Members of an envelope before its records: name and value, as offsets from `start`. Bounded by `buffer`, which
    /// contains all of them.
    members: Vec<(Range<usize>, Range<usize>)>,
}

impl<R: Read> Splitter<R> {
    pub(in crate::read) fn new(source: R) -> Splitter<R> {
        Splitter {
            source,
            buffer: Vec::new(),
            start: 0,
            end: 0,
            at_end: false,
            position: Position::START,
            state: SplitterState::Document,
            saw_list: false,
            members: Vec::new(),
        }
    }

    /// Returns a splitter that continues at `from`: between top-level values, or before an element of an array.
    pub(in crate::read) fn resume(source: R, from: &Resumed) -> Splitter<R> {
        let state = match from.state {
            scan::ScanState::Document => SplitterState::Document,
            scan::ScanState::Array(container) => SplitterState::Array { container, first: true },
        };
        Splitter { position: from.position, state, saw_list: from.saw_list, ..Splitter::new(source) }
    }

    /// Passes every piece to `visit`, in order. Returns an error at the first place that is not valid JSON.
    pub(in crate::read) fn for_each(&mut self, mut visit: impl FnMut(Piece<'_>)) -> Result<(), Broken> {
        loop {
            match self.state {
                SplitterState::Document => {
                    if !self.cut_document(&mut visit)? {
                        return Ok(());
                    }
                }
                SplitterState::Array { container, first } => {
                    self.saw_list = true;
                    self.cut_element(container, first, &mut visit)?;
                }
                SplitterState::Envelope => self.cut_rest_of_envelope(&mut visit)?,
            }
        }
    }

    /// Returns whether the text contains a list of records, even if it is an empty one.
    pub(in crate::read) fn saw_list(&self) -> bool {
        self.saw_list
    }

    /// Returns the bytes that were read and do not belong to a piece: after an error, the beginning of the broken
    /// record.
    pub(in crate::read) fn pending(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    pub(in crate::read) fn into_source(self) -> R {
        self.source
    }

    fn cut_document(&mut self, visit: &mut impl FnMut(Piece<'_>)) -> Result<bool, Broken> {
        let next = self.skip_space(0)?;
        self.consume(next);
        match self.byte(0)? {
            None => return Ok(false),
            Some(b'[') => {
                self.consume(1);
                self.open(Container::Array, visit);
            }
            Some(b'{') => self.cut_object(visit)?,
            Some(_) => {
                let end = self.value(0)?;
                self.pass_record(end, Container::Document, visit);
            }
        }
        Ok(true)
    }

    fn open(&mut self, container: Container, visit: &mut impl FnMut(Piece<'_>)) {
        visit(Piece::Opening { container });
        self.state = SplitterState::Array { container, first: true };
    }

    fn cut_element(
        &mut self,
        container: Container,
        first: bool,
        visit: &mut impl FnMut(Piece<'_>),
    ) -> Result<(), Broken> {
        let mut next = self.skip_space(0)?;
        match self.byte(next)? {
            Some(b']') => {
                self.consume(next + 1);
                self.state =
                    if container.is_envelope() { SplitterState::Envelope } else { SplitterState::Document };
                return Ok(());
            }
            Some(b',') if !first => next = self.skip_space(next + 1)?,
            Some(_) if first => {}
            found => return Err(self.unexpected(next, found, "a comma or the end of the array")),
        }
        self.consume(next);
        let end = self.value(0)?;
        self.pass_record(end, container, visit);
        self.state = SplitterState::Array { container, first: false };
        Ok(())
    }

    /// Cuts a top-level object: an envelope if a member contains the records, otherwise a record itself.
    fn cut_object(&mut self, visit: &mut impl FnMut(Piece<'_>)) -> Result<(), Broken> {
        self.members.clear();
        let mut next = self.skip_space(1)?;
        if self.byte(next)? == Some(b'}') {
            self.pass_record(next + 1, Container::Document, visit);
            return Ok(());
        }
        loop {
            let (name, value) = self.member(next)?;
            if let Some(container) = self.opens_records(&name, value) {
                self.pass_members(visit);
                self.consume(value + 1);
                self.open(container, visit);
                return Ok(());
            }
            let end = self.value(value)?;
            self.members.push((name, value..end));
            next = self.skip_space(end)?;
            match self.byte(next)? {
                Some(b',') => next = self.skip_space(next + 1)?,
                Some(b'}') => break self.pass_record(next + 1, Container::Document, visit),
                found => return Err(self.unexpected(next, found, "a comma or the end of the object")),
            }
        }
        Ok(())
    }

    fn cut_rest_of_envelope(&mut self, visit: &mut impl FnMut(Piece<'_>)) -> Result<(), Broken> {
        let next = self.skip_space(0)?;
        match self.byte(next)? {
            Some(b'}') => {
                self.consume(next + 1);
                self.state = SplitterState::Document;
                return Ok(());
            }
            Some(b',') => {}
            found => return Err(self.unexpected(next, found, "a comma or the end of the object")),
        }
        let name = self.skip_space(next + 1)?;
        self.consume(name);
        let (name, value) = self.member(0)?;
        if let Some(container) = self.opens_records(&name, value) {
            self.consume(value + 1);
            self.open(container, visit);
        } else {
            let end = self.value(value)?;
            self.members = vec![(name, value..end)];
            self.pass_members(visit);
            self.consume(end);
        }
        Ok(())
    }

    /// Returns the range of a member's name, with its quotes, and the offset of its value.
    fn member(&mut self, from: usize) -> Result<(Range<usize>, usize), Broken> {
        if self.byte(from)? != Some(b'"') {
            let found = self.byte(from)?;
            return Err(self.unexpected(from, found, "a member's name in quotes"));
        }
        let end = self.string(from)?;
        let colon = self.skip_space(end)?;
        match self.byte(colon)? {
            Some(b':') => {}
            found => return Err(self.unexpected(colon, found, "a colon")),
        }
        let value = self.skip_space(colon + 1)?;
        match self.byte(value)? {
            Some(_) => Ok((from..end, value)),
            None => Err(self.truncated()),
        }
    }

    fn opens_records(&self, name: &Range<usize>, value: usize) -> Option<Container> {
        let text = &self.buffer[self.start..self.end];
        let container = Container::of_envelope(&text[name.clone()]);
        container.filter(|_| text.get(value) == Some(&b'['))
    }

    fn pass_members(&mut self, visit: &mut impl FnMut(Piece<'_>)) {
        let text = &self.buffer[self.start..self.end];
        let (mut start, mut passed) = (self.position, 0);
        for (name, value) in self.members.drain(..) {
            start = start.after(&text[passed..value.start]);
            passed = value.start;
            visit(Piece::Member { name: &text[name], value: &text[value], start });
        }
    }

    fn pass_record(&mut self, length: usize, container: Container, visit: &mut impl FnMut(Piece<'_>)) {
        let bytes = &self.buffer[self.start..self.start + length];
        let (start, end) = (self.position, self.position.after(bytes));
        visit(Piece::Record { bytes, container, start, end });
        self.start += length;
        self.position = end;
    }

    /// Returns the offset of the end of the value that begins at `from`.
    fn value(&mut self, from: usize) -> Result<usize, Broken> {
        match self.byte(from)? {
            None => Err(self.truncated()),
            Some(b'"') => self.string(from),
            Some(b'{' | b'[') => self.nested(from),
            Some(b'-' | b'0'..=b'9' | b'a'..=b'z') => self.scalar(from),
            found => Err(self.unexpected(from, found, "a value")),
        }
    }

    fn nested(&mut self, from: usize) -> Result<usize, Broken> {
        let mut depth = 0_usize;
        let mut next = from;
        loop {
            match self.byte(next)? {
                None => return Err(self.truncated()),
                Some(b'"') => {
                    next = self.string(next)?;
                    continue;
                }
                Some(b'{' | b'[') => depth += 1,
                Some(b'}' | b']') => depth -= 1,
                Some(_) => {}
            }
            next += 1;
            if depth == 0 {
                return Ok(next);
            }
        }
    }

    fn string(&mut self, from: usize) -> Result<usize, Broken> {
        let mut next = from + 1;
        loop {
            if self.byte(next)?.is_none() {
                return Err(self.truncated());
            }
            let text = &self.buffer[self.start + next..self.end];
            match memchr2(b'"', b'\\', text) {
                None => next += text.len(),
                Some(found) if text[found] == b'"' => return Ok(next + found + 1),
                Some(found) => next += found + 2,
            }
        }
    }

    fn scalar(&mut self, from: usize) -> Result<usize, Broken> {
        let mut next = from;
        while self.byte(next)?.is_some_and(|byte| !matches!(byte, b',' | b']' | b'}') && !is_space(byte)) {
            next += 1;
        }
        Ok(next)
    }

    fn skip_space(&mut self, from: usize) -> Result<usize, Broken> {
        let mut next = from;
        while self.byte(next)?.is_some_and(is_space) {
            next += 1;
        }
        Ok(next)
    }

    /// Returns the byte at an offset from `start`, and reads more of the source if necessary; `None` at the end of the
    /// text.
    #[inline]
    fn byte(&mut self, offset: usize) -> Result<Option<u8>, Broken> {
        while self.start + offset >= self.end {
            if self.at_end {
                return Ok(None);
            }
            self.fill()?;
        }
        Ok(Some(self.buffer[self.start + offset]))
    }

    #[cold]
    fn fill(&mut self) -> Result<(), Broken> {
        let pending = self.end - self.start;
        if pending > MAX_RECORD_BYTES {
            return Err(Broken::TooLarge { at: self.position });
        }
        self.buffer.copy_within(self.start..self.end, 0);
        (self.start, self.end) = (0, pending);
        // After blocks (`file/parallel.rs`), mostly nothing is left to read, so the first read is small.
        let chunk = (self.buffer.len() * 2).clamp(MIN_READ_BYTES, MAX_READ_BYTES);
        if self.buffer.len() < pending + chunk {
            // In few steps, since the allocator keeps the memory of earlier ones for a while; no further than a record
            // may go.
            let grown = (pending * 4).min(MAX_RECORD_BYTES + MAX_READ_BYTES);
            self.buffer.resize((pending + chunk).max(grown), 0);
        }
        match self.source.read(&mut self.buffer[pending..]) {
            Ok(read) => {
                self.end += read;
                self.at_end = read == 0;
                Ok(())
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(()),
            Err(error) => Err(Broken::Io(error)),
        }
    }

    fn consume(&mut self, length: usize) {
        let length = length.min(self.end - self.start);
        self.position = self.position.after(&self.buffer[self.start..self.start + length]);
        self.start += length;
    }

    fn truncated(&self) -> Broken {
        let rest = &self.buffer[self.start..self.end];
        Broken::Truncated {
            at: self.position.after(rest),
            record: (!rest.is_empty()).then_some(self.position),
        }
    }

    fn unexpected(&self, offset: usize, found: Option<u8>, expected: &'static str) -> Broken {
        match found {
            None => self.truncated(),
            Some(_) => Broken::Syntax {
                at: self.position.after(&self.buffer[self.start..self.start + offset]),
                expected,
            },
        }
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

#[cfg(test)]
mod tests;
