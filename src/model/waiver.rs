use chrono::NaiveDate;

use super::{Instant, KeyName};

/// An exception that somebody accepted: a finding that is known, and does not fail the gate for a while.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiver {
    /// The control's id.
    pub control: String,
    /// As it was written: an account's id, an input's path, or a glob of such.
    pub resource: String,
    /// The one key that it is about; otherwise both.
    pub key: Option<KeyName>,
    /// The last day on which it holds, in UTC.
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
    /// As many as the file has: it is read at once, and nothing else limits them.
    pub all: Vec<Waiver>,
    /// Those that expired, or that waive nothing, each with its line; at most one for each waiver.
    pub doubts: Vec<(u64, String)>,
}
