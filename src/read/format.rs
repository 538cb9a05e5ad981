//! What a file is, told by its content and never by its name.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::de::IgnoredAny;
use serde_json::value::RawValue;

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
    if !bytes.trim_ascii_start().starts_with(b"{") {
        return if serde_json::from_slice::<IgnoredAny>(bytes).is_ok() { None } else { of_damaged(bytes) };
    }
    match serde_json::from_slice(bytes) {
        Ok(members) => Members(members).family(container),
        Err(_) => of_damaged(bytes),
    }
}

/// The members of a record, no deeper than it takes to tell what it is.
struct Members<'a>(Values<'a>);

type Values<'a> = BTreeMap<Cow<'a, str>, &'a RawValue>;

impl Members<'_> {
    fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    fn text(&self, name: &str) -> Option<String> {
        serde_json::from_str(self.0.get(name)?.get()).ok()
    }

    fn is_array(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|value| value.get().starts_with('['))
    }

    fn family(&self, container: Container) -> Option<(Family, &'static str)> {
        let schema = self.text("schema").unwrap_or_default();
        if schema.starts_with(stamps::SCHEMA) {
            Some((Family::KeyStamps, "key-stamps"))
        } else if schema.starts_with(distilled::SCHEMA) {
            Some((Family::Evidence, "evidence"))
        } else if schema.starts_with(manifest::SCHEMA) {
            Some((Family::Manifest, "manifest"))
        } else if self.is_array("tables") {
            Some((Family::ActivityTables, "activity-log/log-analytics"))
        } else if let Some(format) = self.event(container) {
            Some((Family::Activity, format))
        } else if let Some(family) = self.account(container) {
            Some(family)
        } else if self.has("error") || (self.text("Code").is_some() && self.text("Message").is_some()) {
            Some((Family::FailedExport, "failed-export"))
        } else {
            None
        }
    }

    fn event(&self, container: Container) -> Option<&'static str> {
        let operation = self.0.get("operationName").map(|name| name.get());
        let names_operation = operation
            .and_then(|name| serde_json::from_str::<Values<'_>>(name).ok())
            .is_some_and(|name| name.contains_key("value"));
        let has = |name| self.has(name);
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

    fn account(&self, container: Container) -> Option<(Family, &'static str)> {
        let resource_type = self.text("type").or_else(|| self.text("ResourceType"));
        let id = self.text("id").or_else(|| self.text("Id"));
        let id = id.as_deref().and_then(ResourceId::parse)?;
        if id.deleted_account().is_some() {
            Some((Family::DeletedAccounts, "accounts/deleted"))
        } else if resource_type.as_deref().is_some_and(is_account_type) || id.is_account() {
            let format = match container {
                _ if self.has("AccountType") => "accounts/powershell",
                _ if self.has("createdTime") => "accounts/resource-list",
                _ if self.has("subscriptionId") => "accounts/resource-graph",
                Container::Array => "accounts/az",
                Container::Envelope => "accounts/rest",
                Container::Document => "accounts/show",
            };
            Some((Family::Accounts, format))
        } else {
            None
        }
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
