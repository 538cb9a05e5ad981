use serde::{Deserialize, Serialize};

use super::{InputId, Instant, Interval, Place, ResourceId};

/// One file of a collection, as described by the manifest next to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Collected {
    pub what: CollectedKind,
    /// The place of the entry in the manifest.
    pub place: Place,
    /// Relative to the manifest's folder.
    pub file: String,
    /// The file, if it is among the inputs.
    #[serde(skip)]
    pub input: Option<InputId>,
    /// The digest of the file that was found in its place, if it is another file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced_by: Option<String>,
    /// `None` if nothing was written.
    pub sha256: Option<String>,
    pub taken_at: Instant,
    /// `Ok` if the export is complete, otherwise the reason why it is not.
    pub complete: Result<(), String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum CollectedKind {
    Accounts {
        /// The subscription whose accounts are in the list.
        scope: Option<ResourceId>,
    },
    ActivityLog {
        scope: ResourceId,
        window: Interval,
        /// The limit on events. If the log has this many, the export was cut short.
        max_events: u64,
    },
    KeyStamps,
}

impl CollectedKind {
    /// The scope that was exported; `None` if the manifest does not name it.
    pub fn scope(&self) -> Option<&ResourceId> {
        match self {
            CollectedKind::Accounts { scope } => scope.as_ref(),
            CollectedKind::ActivityLog { scope, .. } => Some(scope),
            CollectedKind::KeyStamps => None,
        }
    }
}
