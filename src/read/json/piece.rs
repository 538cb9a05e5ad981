//! The pieces that a JSON text is cut into, and how the cutting can end.

use std::io;

use memchr::{memchr_iter, memrchr};

/// What the text is made of, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::read) enum Piece<'a> {
    /// An array of records begins.
    Opening {
        container: Container,
    },
    Record {
        bytes: &'a [u8],
        container: Container,
        start: Position,
        end: Position,
    },
    /// A member of an envelope, beside the records.
    Member {
        name: &'a [u8],
        value: &'a [u8],
        start: Position,
    },
}

/// Where a record is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::read) enum Container {
    /// In no container: it is a top-level value.
    #[default]
    Document,
    Array,
    /// In the array of `{"value": […]}` or `{"data": […]}`.
    Envelope,
    /// In the array of `{"records": […]}`, of which streams write one per line.
    Batch,
}

/// Members of a top-level object that hold the records, if they are arrays: of az and REST, of Resource Graph, of
/// Search-AzGraph, and of streams.
const ENVELOPES: [(&[u8], Container); 4] = [
    (b"\"value\"", Container::Envelope),
    (b"\"data\"", Container::Envelope),
    (b"\"Data\"", Container::Envelope),
    (b"\"records\"", Container::Batch),
];

impl Container {
    /// The envelope whose records are in the member of this name, which is in quotes.
    pub(in crate::read) fn of_envelope(name: &[u8]) -> Option<Container> {
        ENVELOPES.iter().find(|(known, _)| *known == name).map(|(_, container)| *container)
    }

    pub(in crate::read) fn is_envelope(self) -> bool {
        matches!(self, Container::Envelope | Container::Batch)
    }

    /// Whether it belongs to the one document that all lines of a file make up.
    pub(in crate::read) fn is_of_lines(self) -> bool {
        matches!(self, Container::Document | Container::Batch)
    }
}

/// Line and column, both from 1; columns in Unicode code points.
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

/// Turns offsets in a text into positions, from a known one on.
pub(in crate::read) struct Places<'t> {
    text: &'t [u8],
    /// How much of the text lies before `position`.
    passed: usize,
    position: Position,
}

impl<'t> Places<'t> {
    /// `start` is the position of the text's first byte.
    pub(in crate::read) fn new(text: &'t [u8], start: Position) -> Places<'t> {
        Places { text, passed: 0, position: start }
    }

    /// The position of a byte that does not come before those asked for earlier.
    pub(in crate::read) fn of(&mut self, offset: usize) -> Position {
        self.position = self.position.after(&self.text[self.passed..offset]);
        self.passed = offset;
        self.position
    }
}

/// Why a text could not be cut any further.
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
    /// The same with each place as `outer` has it.
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
