//! `rotaudit.evidence/1`: the facts of the original exports that verdicts need. An evidence file has one line for each
//! export, or several lines for one with many records, and a last line with the number of these lines.

use serde::{Deserialize, Serialize};

use super::{
    Account, Collected, DeletedAccount, Input, KeyEvent, KeyMaterial, LogExport, MoveRecord, Note,
    StampedAccount, SubscriptionName, UnplacedEvent, UnreadLog,
};

pub const EVIDENCE_SCHEMA: &str = "rotaudit.evidence/1";

/// The maximum number of records of each kind in a line. A longer line than 32 MiB is not read (`read::json::split`);
/// that is the length of more than 400 of the largest records of Azure.
const MAX_LINE_RECORDS: usize = 100;

/// The content of one original export, or a line of it. Every list has at most one element for each record of the
/// export, and the notes are those of its reading.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DistilledExport {
    pub schema: String,
    pub export: Input,
    /// The number of lines of this export before this line, which continues them.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub part: usize,
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
            part: 0,
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

    /// Returns the lines of the export, in their order.
    pub fn into_lines(mut self) -> Vec<DistilledExport> {
        let most = [
            self.accounts.len(),
            self.deleted.len(),
            self.subscriptions.len(),
            self.key_events.len(),
            self.unplaced.len(),
            self.moves.len(),
            self.stamped.len(),
            self.collected.len(),
            self.notes.len(),
        ];
        let parts = most.into_iter().max().unwrap_or(0).div_ceil(MAX_LINE_RECORDS);
        let mut lines: Vec<DistilledExport> = (1..parts).rev().map(|part| self.split_off(part)).collect();
        lines.push(self);
        lines.reverse();
        lines
    }

    /// Takes the records of the line `part` and those after it.
    fn split_off(&mut self, part: usize) -> DistilledExport {
        fn tail<T>(records: &mut Vec<T>, part: usize) -> Vec<T> {
            records.split_off(records.len().min(part * MAX_LINE_RECORDS))
        }
        DistilledExport {
            part,
            accounts: tail(&mut self.accounts, part),
            deleted: tail(&mut self.deleted, part),
            subscriptions: tail(&mut self.subscriptions, part),
            key_events: tail(&mut self.key_events, part),
            unplaced: tail(&mut self.unplaced, part),
            moves: tail(&mut self.moves, part),
            stamped: tail(&mut self.stamped, part),
            collected: tail(&mut self.collected, part),
            notes: tail(&mut self.notes, part),
            ..DistilledExport::new(self.export.clone())
        }
    }

    /// Adds the records of the next line of the same export. Returns `false`, and drops them, if it is another line.
    pub fn join(&mut self, next: DistilledExport) -> bool {
        let DistilledExport {
            schema: _,
            export,
            part,
            has_further_account_list: false,
            log: None,
            unread_log: None,
            accounts,
            deleted,
            subscriptions,
            key_events,
            unplaced,
            moves,
            stamped,
            collected,
            key_material: None,
            notes,
        } = next
        else {
            return false;
        };
        if export != self.export || part != self.part + 1 {
            return false;
        }
        self.part = part;
        self.accounts.extend(accounts);
        self.deleted.extend(deleted);
        self.subscriptions.extend(subscriptions);
        self.key_events.extend(key_events);
        self.unplaced.extend(unplaced);
        self.moves.extend(moves);
        self.stamped.extend(stamped);
        self.collected.extend(collected);
        self.notes.extend(notes);
        true
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

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(number: &usize) -> bool {
    *number == 0
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
