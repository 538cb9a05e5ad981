//! What a file is, told by its content and never by its name.

use serde_json::{Map, Value};

use super::account::is_account_type;
use super::piece::Container;
use super::stamps;
use crate::model::ResourceId;

/// What a file's records are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    Accounts,
    Activity,
    KeyStamps,
    /// The service's answer to a request that it refused.
    FailedExport,
}

/// Marks of a family in a record that is cut off or damaged, the surest first: events speak of accounts, too.
const MARKS: [(&str, Family); 5] = [
    ("\"rotaudit.key-stamps/", Family::KeyStamps),
    ("\"operationName\"", Family::Activity),
    ("\"eventTimestamp\"", Family::Activity),
    ("\"Microsoft.CognitiveServices/accounts\"", Family::Accounts),
    ("\"dateCreated\"", Family::Accounts),
];

impl Family {
    /// The family of one record, whole or not.
    pub(super) fn of_record(bytes: &[u8]) -> Option<Family> {
        match serde_json::from_slice::<Value>(bytes) {
            Ok(Value::Object(members)) => Family::of_members(&members),
            Ok(_) => None,
            Err(_) => Family::of_damaged(bytes),
        }
    }

    fn of_members(members: &Map<String, Value>) -> Option<Family> {
        let text = |name: &str| members.get(name).and_then(Value::as_str);
        let is_account = text("type").is_some_and(is_account_type)
            || text("id").and_then(ResourceId::parse).is_some_and(|id| id.is_account());
        let names_operation = members.get("operationName").is_some_and(|name| name.get("value").is_some());
        if text("schema").is_some_and(|schema| schema.starts_with(stamps::SCHEMA)) {
            Some(Family::KeyStamps)
        } else if names_operation
            || members.contains_key("eventTimestamp")
            || members.contains_key("eventDataId")
        {
            Some(Family::Activity)
        } else if is_account {
            Some(Family::Accounts)
        } else if members.contains_key("error") || (text("Code").is_some() && text("Message").is_some()) {
            Some(Family::FailedExport)
        } else {
            None
        }
    }

    fn of_damaged(bytes: &[u8]) -> Option<Family> {
        let holds = |mark: &str| memchr::memmem::find(bytes, mark.as_bytes()).is_some();
        MARKS.iter().find(|(mark, _)| holds(mark)).map(|(_, family)| *family)
    }

    /// The name that reports give it.
    pub(super) fn format(self, container: Container) -> &'static str {
        match (self, container) {
            (Family::Accounts, Container::Array) => "accounts/az",
            (Family::Accounts, Container::Envelope) => "accounts/rest",
            (Family::Accounts, Container::Document) => "accounts/show",
            (Family::Activity, Container::Envelope) => "activity-log/rest",
            (Family::Activity, Container::Array | Container::Document) => "activity-log/az",
            (Family::KeyStamps, _) => "key-stamps",
            (Family::FailedExport, _) => "failed-export",
        }
    }
}
