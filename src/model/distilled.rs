//! `rotaudit.evidence/1`: the facts of the original exports that verdicts need. An evidence file has one line for each
//! export, and a last line with the number of these lines.

use serde::{Deserialize, Serialize};

use super::{
    Account, Collected, DeletedAccount, Input, KeyEvent, KeyMaterial, LogExport, MoveRecord, Note,
    StampedAccount, SubscriptionName, UnplacedEvent, UnreadLog,
};

pub const EVIDENCE_SCHEMA: &str = "rotaudit.evidence/1";

/// The content of one original export. Every list has at most one element for each record of the export, and the notes
/// are those of its reading.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DistilledExport {
    pub schema: String,
    pub export: Input,
    /// Whether the export contains an account list after a document of another form, which gave the export its format.
    #[serde(default, skip_serializing_if = "is_false")]
    pub has_further_account_list: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log: Option<LogExport>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unread_log: Option<UnreadLog>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub accounts: Vec<Account>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deleted: Vec<DeletedAccount>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subscriptions: Vec<SubscriptionName>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub key_events: Vec<Box<KeyEvent>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unplaced: Vec<UnplacedEvent>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub moves: Vec<MoveRecord>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stamped: Vec<StampedAccount>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub collected: Vec<Collected>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_material: Option<KeyMaterial>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
}

impl DistilledExport {
    pub fn new(export: Input) -> DistilledExport {
        DistilledExport {
            schema: EVIDENCE_SCHEMA.to_owned(),
            export,
            has_further_account_list: false,
            log: None,
            unread_log: None,
            accounts: Vec::new(),
            deleted: Vec::new(),
            subscriptions: Vec::new(),
            key_events: Vec::new(),
            unplaced: Vec::new(),
            moves: Vec::new(),
            stamped: Vec::new(),
            collected: Vec::new(),
            key_material: None,
            notes: Vec::new(),
        }
    }

    /// States that the export contains an account list.
    pub fn set_account_list(&mut self) {
        self.has_further_account_list = !self.is_account_list();
    }

    /// Returns whether the export contains an account list, even if it is an empty page.
    pub fn is_account_list(&self) -> bool {
        let format = &self.export.format;
        let is_of_format = format.starts_with("accounts/") && !format.starts_with("accounts/deleted");
        is_of_format || self.has_further_account_list
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(value: &bool) -> bool {
    !*value
}

/// The last line. If it is missing, the file was cut off.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DistilledEnd {
    pub schema: String,
    /// The number of lines before it.
    pub lines: usize,
    /// The notes that are not about one file.
    pub notes: Vec<Note>,
}
