//! What is known of one activity-log export as a whole: enough to judge what its silence proves.

use std::collections::BTreeMap;

use super::{InputId, Instant, ResourceId, Status};

/// One file of events, whatever they are about.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is an observation of its own")]
pub struct LogExport {
    pub input: InputId,
    pub events: u64,
    /// By case-folded subscription id.
    pub spans: BTreeMap<String, Span>,
    /// Numbers of events at which such exports are cut short unless told otherwise, and by what.
    pub limits: &'static [(u64, &'static str)],
    /// The hour of one subscription that the file holds, told by the folders that diagnostic settings write it to.
    pub blob: Option<BlobHour>,
    /// Whether a blob holds a record of the category Administrative.
    pub is_administrative: bool,
    /// Every event is as old as the one before it or older, over the whole file.
    pub is_newest_first: bool,
    /// Or younger, likewise.
    pub is_oldest_first: bool,
    /// Answered by a list request, and not taken from a stream.
    pub is_list: bool,
    /// The service had more events than this file holds.
    pub has_next_page: bool,
    /// Some of it could not be read.
    pub is_damaged: bool,
}

/// `resourceId=/SUBSCRIPTIONS/{id}/y=2026/m=11/d=22/h=05/m=00/PT1H.json`
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BlobHour {
    pub subscription: ResourceId,
    /// Its first instant.
    pub start: Instant,
}

/// One subscription's events in one export.
#[derive(Clone, Debug)]
pub struct Span {
    pub first: Instant,
    pub last: Instant,
    pub events: u64,
    /// The innermost scope that holds all of them.
    pub scope: ResourceId,
    pub operation: Shared<String>,
    pub caller: Shared<String>,
    pub category: Shared<String>,
    pub provider: Shared<String>,
    pub status: Shared<Option<Status>>,
}

/// Whether all events have one value in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shared<T> {
    By(T),
    No,
}

impl<T> Shared<T> {
    /// Takes in one more event; `None` where it has no value.
    pub fn include<U: ?Sized>(&mut self, value: Option<&U>, equal: impl Fn(&T, &U) -> bool) {
        if let Shared::By(shared) = self
            && !value.is_some_and(|value| equal(shared, value))
        {
            *self = Shared::No;
        }
    }

    pub fn value(&self) -> Option<&T> {
        match self {
            Shared::By(value) => Some(value),
            Shared::No => None,
        }
    }
}

impl<T> From<Option<T>> for Shared<T> {
    fn from(value: Option<T>) -> Shared<T> {
        value.map_or(Shared::No, Shared::By)
    }
}
