use schemars::JsonSchema;
use serde::Serialize;

use super::{InputId, Instant, Interval, ResourceId};

/// The resources that a piece of evidence is about.
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

/// The basis on which every administrative event of a window is assumed to be available.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// A person or a manifest stated it.
    Declared,
    /// The auditor stated that the logs given are unfiltered.
    AssumedComplete,
    /// The hours of the files that diagnostic settings write.
    Path,
    /// The span of an export's own events.
    Observed,
    /// The account's etag: nothing was written to the account since.
    Etag,
    /// The month encoded in a key: nothing set that key between the month's end and the reading.
    Stamp,
    /// Two equal fingerprints of a key: nothing set that key between the two readings.
    Fingerprint,
}

impl Basis {
    pub fn as_str(self) -> &'static str {
        match self {
            Basis::Declared => "declared",
            Basis::AssumedComplete => "assumed-complete",
            Basis::Path => "path",
            Basis::Observed => "observed",
            Basis::Etag => "etag",
            Basis::Stamp => "stamp",
            Basis::Fingerprint => "fingerprint",
        }
    }
}

/// Whether coverage is stated or inferred. A *compliant* verdict never depends on an inference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CoverageClass {
    /// A person or a manifest states it, or the blobs of its hours are present.
    Stated,
    /// The program inferred it from the evidence.
    Inferred,
}

/// The statement that the logs given hold all events of `scope` in `interval`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declaration {
    pub scope: Scope,
    pub interval: Interval,
    /// The manifest that states it; `None` for a person on the command line.
    pub manifest: Option<InputId>,
}

/// A window for which the evidence holds every administrative event. Its start counts as uncovered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Covered {
    pub interval: Interval,
    pub basis: Basis,
    pub class: CoverageClass,
}

/// A stretch of an account's life that no evidence covers. The start is excluded, the end included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// `None` if the gap begins before every known date.
    pub start: Option<Instant>,
    pub end: Instant,
}

impl Gap {
    /// Merges gaps that touch, and returns them in order.
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
