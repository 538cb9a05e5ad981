//! The pieces that a JSON text is cut into, and the errors that end the cutting.

use std::io;

use memchr::{memchr_iter, memrchr};

/// A piece of a text; the pieces come in the order of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::read) enum Piece<'a> {
    /// The beginning of an array of records.
    Opening {
        container: Container,
    },
    Record {
        bytes: &'a [u8],
        container: Container,
        start: Position,
        end: Position,
    },
    /// A member of an envelope, next to the records.
    Member {
        name: &'a [u8],
        value: &'a [u8],
        start: Position,
    },
}

/// The place of a record in the structure of the text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::read) enum Container {
    /// In no container: the record is a top-level value.
    #[default]
    Document,
    Array,
    /// In the array of `{"value": […]}` or `{"data": […]}`.
    Envelope,
    /// In the array of `{"records": […]}`; streams write one such object per line.
    Batch,
}

/// Members of a top-level object that contain the records, if they are arrays. In this order, they are written by az
/// and REST, Resource Graph, Search-AzGraph, and streams.
///
/// `scan` uses the same list, so both ways find the same records.
const ENVELOPES: [(&[u8], Container); 4] = [
    (b"\"value\"", Container::Envelope),
    (b"\"data\"", Container::Envelope),
    (b"\"Data\"", Container::Envelope),
    (b"\"records\"", Container::Batch),
];

impl Container {
    /// Returns the envelope whose records are in the member `name`, given with its quotes.
    pub(in crate::read) fn of_envelope(name: &[u8]) -> Option<Container> {
        ENVELOPES.iter().find(|(known, _)| *known == name).map(|(_, container)| *container)
    }

    pub(in crate::read) fn is_envelope(self) -> bool {
        matches!(self, Container::Envelope | Container::Batch)
    }

    /// Returns whether a record here belongs to the one document that all lines of a file form.
    pub(in crate::read) fn is_of_lines(self) -> bool {
        matches!(self, Container::Document | Container::Batch)
    }
}

/// Line and column, both counted from 1. Columns count Unicode code points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::read) struct Position {
    pub line: u64,
    pub column: u64,
}

impl Position {
    pub(in crate::read) const START: Position = Position { line: 1, column: 1 };

    #[must_use]
    pub(in crate::read) fn after(self, bytes: &[u8]) -> Position {
        let code_points = |bytes: &[u8]| bytes.iter().filter(|byte| (**byte & 0xC0) != 0x80).count() as u64;
        match memrchr(b'\n', bytes) {
            None => Position { line: self.line, column: self.column + code_points(bytes) },
            Some(last) => Position {
                line: self.line + memchr_iter(b'\n', bytes).count() as u64,
                column: 1 + code_points(&bytes[last + 1..]),
            },
        }
    }
}

/// Converts ascending offsets in a text into positions.
pub(in crate::read) struct Places<'t> {
    text: &'t [u8],
    /// Number of bytes of the text before `position`.
    passed: usize,
    position: Position,
}

impl<'t> Places<'t> {
    /// Returns the places of `text`, whose first byte is at `start`.
    pub(in crate::read) fn new(text: &'t [u8], start: Position) -> Places<'t> {
        Places { text, passed: 0, position: start }
    }

    /// Returns the position of the byte at `offset`.
    ///
    /// # Panics
    ///
    /// If `offset` is less than that of an earlier call.
    pub(in crate::read) fn of(&mut self, offset: usize) -> Position {
        self.position = self.position.after(&self.text[self.passed..offset]);
        self.passed = offset;
        self.position
    }
}

/// The reason why a text could not be cut any further.
#[derive(Debug)]
pub(in crate::read) enum Broken {
    /// The text ends inside a value.
    Truncated {
        at: Position,
        record: Option<Position>,
    },
    Syntax {
        at: Position,
        expected: &'static str,
    },
    TooLarge {
        at: Position,
    },
    Io(io::Error),
}

impl Broken {
    /// Returns the same error with each position mapped by `outer`.
    #[must_use]
    pub(in crate::read) fn within(self, mut outer: impl FnMut(Position) -> Position) -> Broken {
        match self {
            Broken::Truncated { at, record } => {
                let record = record.map(&mut outer);
                Broken::Truncated { at: outer(at), record }
            }
            Broken::Syntax { at, expected } => Broken::Syntax { at: outer(at), expected },
            Broken::TooLarge { at } => Broken::TooLarge { at: outer(at) },
            Broken::Io(error) => Broken::Io(error),
        }
    }
}
