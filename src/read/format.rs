//! What a file is, told by its content and never by its name.

use serde_json::{Map, Value};

use super::account::is_account_type;
use super::piece::Container;
use super::{distilled, manifest, stamps};
use crate::model::ResourceId;

/// What a file's records are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Family {
    Accounts,
    DeletedAccounts,
    Activity,
    /// Tables of Log Analytics, whose rows are events.
    ActivityTables,
    KeyStamps,
    Manifest,
    /// What another run made of exports.
    Evidence,
    /// The service's answer to a request that it refused.
    FailedExport,
}

/// Marks of a family in a record that is cut off or damaged, the surest first: events speak of accounts, too.
const MARKS: [(&str, Family, &str); 11] = [
    ("\"rotaudit.evidence/", Family::Evidence, "evidence"),
    ("\"rotaudit.manifest/", Family::Manifest, "manifest"),
    ("\"rotaudit.key-stamps/", Family::KeyStamps, "key-stamps"),
    ("\"operationName\"", Family::Activity, "activity-log/az"),
    ("\"eventTimestamp\"", Family::Activity, "activity-log/az"),
    ("\"event_timestamp\"", Family::Activity, "activity-log/sdk"),
    ("\"EventTimestamp\"", Family::Activity, "activity-log/powershell"),
    ("\"OperationNameValue\"", Family::Activity, "activity-log/log-analytics"),
    ("\"Microsoft.CognitiveServices/deletedAccounts\"", Family::DeletedAccounts, "accounts/deleted"),
    ("\"Microsoft.CognitiveServices/accounts\"", Family::Accounts, "accounts/az"),
    ("\"dateCreated\"", Family::Accounts, "accounts/az"),
];

/// The family of one record, whole or not, and the name that reports give to the format.
pub(super) fn of_record(bytes: &[u8], container: Container) -> Option<(Family, &'static str)> {
    match serde_json::from_slice::<Value>(bytes) {
        Ok(Value::Object(members)) => of_members(&members, container),
        Ok(_) => None,
        Err(_) => of_damaged(bytes),
    }
}

fn of_members(members: &Map<String, Value>, container: Container) -> Option<(Family, &'static str)> {
    let has = |name: &str| members.contains_key(name);
    let text = |name: &str| members.get(name).and_then(Value::as_str);
    if text("schema").is_some_and(|schema| schema.starts_with(stamps::SCHEMA)) {
        Some((Family::KeyStamps, "key-stamps"))
    } else if text("schema").is_some_and(|schema| schema.starts_with(distilled::SCHEMA)) {
        Some((Family::Evidence, "evidence"))
    } else if text("schema").is_some_and(|schema| schema.starts_with(manifest::SCHEMA)) {
        Some((Family::Manifest, "manifest"))
    } else if has("tables") && members["tables"].is_array() {
        Some((Family::ActivityTables, "activity-log/log-analytics"))
    } else if let Some(format) = of_event(members, container) {
        Some((Family::Activity, format))
    } else if let Some(family) = of_account(members, container) {
        Some(family)
    } else if has("error") || (text("Code").is_some() && text("Message").is_some()) {
        Some((Family::FailedExport, "failed-export"))
    } else {
        None
    }
}

fn of_event(members: &Map<String, Value>, container: Container) -> Option<&'static str> {
    let has = |name: &str| members.contains_key(name);
    let names_operation = members.get("operationName").is_some_and(|name| name.get("value").is_some());
    if has("time") && (has("operationName") || has("resultType") || has("category")) {
        Some(if container == Container::Envelope {
            "activity-log/event-hub"
        } else {
            "activity-log/diagnostic"
        })
    } else if names_operation || has("eventTimestamp") || has("eventDataId") {
        Some(if container == Container::Envelope { "activity-log/rest" } else { "activity-log/az" })
    } else if has("event_timestamp") || has("event_data_id") {
        Some("activity-log/sdk")
    } else if has("EventTimestamp") {
        Some("activity-log/powershell")
    } else if has("TimeGenerated") && (has("OperationNameValue") || has("OperationName")) {
        Some("activity-log/log-analytics")
    } else {
        None
    }
}

fn of_account(members: &Map<String, Value>, container: Container) -> Option<(Family, &'static str)> {
    let text = |name: &str| members.get(name).and_then(Value::as_str);
    let resource_type = text("type").or(text("ResourceType"));
    let id = text("id").or(text("Id")).and_then(ResourceId::parse)?;
    if id.deleted_account().is_some() {
        Some((Family::DeletedAccounts, "accounts/deleted"))
    } else if resource_type.is_some_and(is_account_type) || id.is_account() {
        let format = match container {
            _ if members.contains_key("AccountType") => "accounts/powershell",
            _ if members.contains_key("createdTime") => "accounts/resource-list",
            _ if members.contains_key("subscriptionId") => "accounts/resource-graph",
            Container::Array => "accounts/az",
            Container::Envelope => "accounts/rest",
            Container::Document => "accounts/show",
        };
        Some((Family::Accounts, format))
    } else {
        None
    }
}

fn of_damaged(bytes: &[u8]) -> Option<(Family, &'static str)> {
    let holds = |mark: &str| memchr::memmem::find(bytes, mark.as_bytes()).is_some();
    MARKS.iter().find(|(mark, ..)| holds(mark)).map(|(_, family, format)| (*family, *format))
}

/// Who cuts exports of a format short at just so many events, unless told otherwise.
pub(super) fn limit(format: &str, events: u64) -> Option<&'static str> {
    match (format, events) {
        ("activity-log/az" | "activity-log/rest", 50) => {
            Some("az returns unless --max-events says otherwise")
        }
        ("activity-log/powershell", 1_000) => {
            Some("Get-AzActivityLog returns unless -MaxRecord says otherwise")
        }
        ("activity-log/log-analytics", 500_000) => Some("one query of Log Analytics returns"),
        ("activity-log/log-analytics-csv", 30_000) => Some("the portal shows and exports of a query"),
        _ => None,
    }
}
