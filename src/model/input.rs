//! The files that an audit read, and places in them.

use serde::{Deserialize, Serialize};

/// An input's position in the report's list of inputs, which is sorted by path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct InputId(pub usize);

/// The place where a record begins: line and column count from 1, columns in Unicode code points, without a byte-order
/// mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "(u64, u64)", into = "(u64, u64)")]
pub struct Place {
    pub input: InputId,
    pub line: u64,
    pub column: u64,
}

/// A record from its first character to just after its last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Region {
    pub start: Place,
    pub end_line: u64,
    pub end_column: u64,
}

/// One file that was read, as the report names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// Relative to the folder that was named, with `/` between folders.
    pub path: String,
    /// The digest of the file's bytes on disk, in lower-case hexadecimal; `None` if the file is not hashed.
    pub sha256: Option<String>,
    pub bytes: u64,
    pub format: String,
    /// Accounts, events or rows of a stamp sheet.
    pub records: u64,
}

impl Input {
    /// Returns whether the file is a list without a record, of any kind.
    pub fn is_empty_list(&self) -> bool {
        matches!(self.unpacked_format(), EMPTY_LIST | EMPTY_ANSWER)
    }

    /// Returns whether the file is a list without a record that can be an activity log.
    pub fn may_be_empty_log(&self) -> bool {
        self.unpacked_format() == EMPTY_LIST
    }

    /// The compression follows the name of the format: `empty-list+gzip`.
    fn unpacked_format(&self) -> &str {
        self.format.split('+').next().unwrap_or_default()
    }
}

/// Within one file, a place is its line and column.
impl From<Place> for (u64, u64) {
    fn from(place: Place) -> (u64, u64) {
        (place.line, place.column)
    }
}

impl From<(u64, u64)> for Place {
    fn from((line, column): (u64, u64)) -> Place {
        Place { input: InputId(0), line, column }
    }
}

/// The format of a list that holds neither an account nor an event.
pub const EMPTY_LIST: &str = "empty-list";

/// The format of an answer of Resource Graph without a row. It states the number of rows, so it is no activity log.
pub const EMPTY_ANSWER: &str = "empty-list/resource-graph";
