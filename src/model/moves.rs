//! Moves of resources into another group or subscription, which change their ids.

use serde::{Deserialize, Serialize};

use super::{Instant, LogId, Place, ResourceId, Status};

/// One record of a move, from any activity-log export.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MoveRecord {
    pub at: Instant,
    pub status: Status,
    pub operation_id: Option<LogId>,
    pub correlation_id: Option<LogId>,
    /// The group that the resources left.
    pub source: ResourceId,
    pub request: MoveRequest,
    pub place: Place,
}

/// The resources and the target that the request's body names; only the *Started* record has a body, if any.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MoveRequest {
    /// The group that the resources went to.
    pub target: Option<ResourceId>,
    /// The moved resources, under their old ids; only the size of the record limits them.
    pub resources: Option<Vec<ResourceId>>,
}

/// One request to move resources, joined from all its records.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Move {
    /// The end of the move: the time of the record that shows success, or else of the latest record.
    pub at: Instant,
    /// When its first record was made.
    pub started_at: Instant,
    /// Whether a record says that it succeeded.
    pub is_certain: bool,
    pub source: ResourceId,
    pub request: MoveRequest,
    pub place: Place,
}
