//! What is known of one activity-log export as a whole: enough to judge what its silence proves.

use std::collections::BTreeMap;

use super::{InputId, Instant, ResourceId, Status};

/// One file of events, whatever they are about.
#[derive(Clone, Debug)]
pub struct LogExport {
    pub input: InputId,
    pub events: u64,
    /// By case-folded subscription id.
    pub spans: BTreeMap<String, Span>,
    /// Every event is as old as the one before it or older, over the whole file.
    pub is_newest_first: bool,
    /// The service had more events than this file holds.
    pub has_next_page: bool,
    /// Some of it could not be read.
    pub is_damaged: bool,
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
