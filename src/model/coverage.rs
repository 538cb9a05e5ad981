use chrono::TimeDelta;
use schemars::JsonSchema;
use serde::Serialize;

use super::{Instant, Interval, ResourceId};

/// What a piece of evidence speaks of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    Everything,
    /// A subscription, a resource group or a resource, and all inside it.
    Within(ResourceId),
}

impl Scope {
    pub fn contains(&self, id: &ResourceId) -> bool {
        match self {
            Scope::Everything => true,
            Scope::Within(scope) => scope.contains(id),
        }
    }
}

/// Where the knowledge comes from that every administrative event of a window is at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Basis {
    /// The auditor said so.
    Declared,
    /// The hours of the files that diagnostic settings write.
    Path,
    /// The span of an export's own events.
    Observed,
    /// The account's etag: nothing was written to the account since.
    Etag,
    /// The month that a key carries: nothing set that key between the month's end and the reading.
    Stamp,
}

impl Basis {
    pub fn as_str(self) -> &'static str {
        match self {
            Basis::Declared => "declared",
            Basis::Path => "path",
            Basis::Observed => "observed",
            Basis::Etag => "etag",
            Basis::Stamp => "stamp",
        }
    }
}

impl Covered {
    /// The window, reaching `tolerance` further at both ends. What a reading of the present tells, an etag, reaches
    /// forward only: the write that it tells of may have been a regeneration itself.
    pub fn reach(&self, tolerance: TimeDelta) -> Interval {
        match self.basis {
            Basis::Declared | Basis::Path | Basis::Observed => self.interval.widened(tolerance),
            Basis::Etag | Basis::Stamp => {
                Interval { end: self.interval.end.plus(tolerance), ..self.interval }
            }
        }
    }
}

/// The auditor's statement that the logs given hold all events of `scope` in `interval`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declaration {
    pub scope: Scope,
    pub interval: Interval,
}

/// A window for which the evidence holds every administrative event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Covered {
    pub interval: Interval,
    pub basis: Basis,
}

/// A stretch of an account's life, up to the audit, that no evidence covers; the tolerance is taken off already.
/// The start is excluded, the end included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// `None`: since before any known date.
    pub start: Option<Instant>,
    pub end: Instant,
}

impl Gap {
    /// The gaps as ones that do not touch, in order.
    pub fn joined(mut gaps: Vec<Gap>) -> Vec<Gap> {
        gaps.sort_unstable_by_key(|gap| (gap.start, gap.end));
        let mut joined: Vec<Gap> = Vec::new();
        for gap in gaps {
            match joined.last_mut() {
                Some(last) if gap.start <= Some(last.end) => last.end = last.end.max(gap.end),
                _ => joined.push(gap),
            }
        }
        joined
    }
}
