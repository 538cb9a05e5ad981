//! The pieces that a JSON text is cut into, and how the cutting can end.

use std::io;

use memchr::{memchr_iter, memrchr};

/// What the text is made of, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
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

/// What a record stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Container {
    /// Nothing: it is a top-level value.
    Document,
    Array,
    Envelope,
}

/// Line and column, both from 1; columns in Unicode code points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Position {
    pub line: u64,
    pub column: u64,
}

impl Position {
    pub(super) const START: Position = Position { line: 1, column: 1 };

    #[must_use]
    pub(super) fn after(self, bytes: &[u8]) -> Position {
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

/// Why a text could not be cut any further.
#[derive(Debug)]
pub(super) enum Broken {
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
