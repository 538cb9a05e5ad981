//! `rotaudit.evidence-facts/1`: what verdicts need of the original exports, a line for each of them and a last one that
//! counts them.

use serde::{Deserialize, Serialize};

use super::{
    Account, Collected, Input, KeyEvent, LogExport, MoveRecord, Note, ResourceId, StampedAccount,
};

pub const EVIDENCE_SCHEMA: &str = "rotaudit.evidence-facts/1";

/// What one original export holds. Long ones are spread over several lines, whose lists are to be joined.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DistilledExport {
    pub schema: String,
    pub export: Input,
    /// From 0; and how many there are of this export.
    pub part: usize,
    pub parts: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log: Option<LogExport>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accounts: Vec<Account>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deleted: Vec<ResourceId>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub key_events: Vec<KeyEvent>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub moves: Vec<MoveRecord>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stamped: Vec<StampedAccount>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub collected: Vec<Collected>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
}

/// The last line: without it the file is cut off.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DistilledEnd {
    pub schema: String,
    /// How many lines stand before it.
    pub lines: usize,
    /// What is to be said of no file in particular.
    pub notes: Vec<Note>,
}
