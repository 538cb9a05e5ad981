use chrono::NaiveDate;

use super::{Instant, KeyName};

/// An exception that someone accepted: a known finding that does not fail the gate until the waiver expires.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiver {
    /// The control's id.
    pub control: String,
    /// As it is written in the file: an account's id, an input's path, or a glob of these.
    pub resource: String,
    /// The key to which the waiver applies; `None` means both.
    pub key: Option<KeyName>,
    /// The last day on which the waiver applies, in UTC.
    pub expires: NaiveDate,
    pub justification: String,
    pub approver: Option<String>,
    pub ticket: Option<String>,
    /// Its line in the file.
    pub line: u64,
}

impl Waiver {
    pub fn holds_at(&self, instant: Instant) -> bool {
        instant.date() <= self.expires
    }
}

/// The waivers that an audit was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waivers {
    /// The file's name, without the folders that lead to it.
    pub file: String,
    /// All waivers in the file, which is read completely; nothing else limits their number.
    pub all: Vec<Waiver>,
    /// Doubts about waivers that expired or that waive nothing, each with its line; at most one for each waiver.
    pub doubts: Vec<(u64, String)>,
}
