use super::{InputId, Instant, Interval, Place, ResourceId};

/// One file of a collection, as the manifest beside it tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collected {
    pub what: CollectedKind,
    /// Where the manifest says so.
    pub place: Place,
    /// Relative to the manifest's folder.
    pub file: String,
    /// The file, if it is among the inputs.
    pub input: Option<InputId>,
    /// `None` where nothing was written.
    pub sha256: Option<String>,
    pub taken_at: Instant,
    /// Whether the export went to its end, and else why it did not.
    pub complete: Result<(), String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CollectedKind {
    Accounts,
    ActivityLog {
        scope: ResourceId,
        window: Interval,
        /// With as many events, the export was cut short.
        max_events: u64,
    },
    KeyStamps,
}
