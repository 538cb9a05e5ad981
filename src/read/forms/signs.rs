//! What forms of exports are recognised by.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::model::ResourceId;
use crate::read::account::is_account_type;
use crate::read::csv::Rows;
use crate::read::subscriptions::is_guid;
use crate::read::tables::TYPE;

/// The members of a record, no deeper than it takes to recognise it.
#[derive(Deserialize)]
pub(super) struct Members<'a>(#[serde(borrow)] Values<'a>);

type Values<'a> = BTreeMap<Cow<'a, str>, &'a RawValue>;

impl Members<'_> {
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    pub(super) fn is_array(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|value| value.get().starts_with('['))
    }

    pub(super) fn has_schema(&self, prefix: &str) -> bool {
        self.text("schema").is_some_and(|schema| schema.starts_with(prefix))
    }

    /// Whether a member is an object with columns and rows.
    pub(super) fn is_table(&self, name: &str) -> bool {
        self.object(name).is_some_and(|table| table.is_array("columns") && table.is_array("rows"))
    }

    /// Whether it is an answer of REST with its status.
    pub(super) fn is_response(&self) -> bool {
        self.has("StatusCode") && self.has("Content")
    }

    /// Whether diagnostic settings wrote it.
    pub(super) fn is_streamed(&self) -> bool {
        let has = |name: &&str| self.has(name);
        self.has("time") && ["operationName", "resultType", "category"].iter().any(has)
    }

    /// Whether it is an event as az and REST have it.
    pub(super) fn is_event(&self) -> bool {
        let names_operation = self.object("operationName").is_some_and(|name| name.has("value"));
        names_operation || self.has("eventTimestamp") || self.has("eventDataId")
    }

    pub(super) fn is_row_of_log_analytics(&self) -> bool {
        let has_operation = self.has("OperationNameValue") || self.has("OperationName");
        self.has("TimeGenerated") && (has_operation || self.text("Type").is_some())
    }

    pub(super) fn is_account(&self) -> bool {
        let resource_type = self.first_text(&["type", "ResourceType", "Type"]);
        let is_of_type = resource_type.as_deref().is_some_and(is_account_type);
        self.id().is_some_and(|id| is_of_type || id.is_account())
    }

    pub(super) fn is_deleted_account(&self) -> bool {
        self.id().is_some_and(|id| id.deleted_account().is_some())
    }

    /// Whether it is a subscription as az, REST or PowerShell lists it.
    pub(super) fn is_subscription(&self) -> bool {
        let id = self.first_text(&["subscriptionId", "SubscriptionId", "id", "Id"]).unwrap_or_default();
        let has_any = |names: &[&str]| names.iter().any(|name| self.has(name));
        is_guid(&id)
            && has_any(&["state", "State"])
            && has_any(&["name", "Name", "displayName"])
            && has_any(&["tenantId", "TenantId", "subscriptionPolicies"])
    }

    /// Whether the service refused.
    pub(super) fn is_error(&self) -> bool {
        self.has("error") || (self.text("Code").is_some() && self.text("Message").is_some())
    }

    fn id(&self) -> Option<ResourceId> {
        self.first_text(&["id", "Id", "ResourceId"]).as_deref().and_then(ResourceId::parse)
    }

    fn first_text(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| self.text(name))
    }

    fn text(&self, name: &str) -> Option<String> {
        serde_json::from_str(self.0.get(name)?.get()).ok()
    }

    fn object(&self, name: &str) -> Option<Members<'_>> {
        serde_json::from_str(self.0.get(name)?.get()).ok()
    }
}

/// The first line of a text that is not JSON.
pub(super) struct Head<'t> {
    line: &'t str,
    columns: Vec<String>,
}

/// What PowerShell's list of an event, or of an account, begins with.
const FORMAT_LIST: [&str; 7] = [
    "Authorization",
    "Claims",
    "Caller",
    "EventTimestamp",
    "CorrelationId",
    "ResourceGroupName",
    "AccountName",
];

impl<'t> Head<'t> {
    /// `None` if it may be JSON.
    pub(super) fn of(text: &'t str) -> Option<Head<'t>> {
        // Windows PowerShell names the type of the rows above the header of CSV.
        let is_first = |line: &&str| !line.trim().is_empty() && !line.starts_with(TYPE);
        let line = text.lines().find(is_first)?;
        let is_json = line.trim_start().starts_with(['{', '[']);
        (!is_json).then(|| Head { line, columns: columns(line, b',') })
    }

    pub(super) fn delimited_by(&self, delimiter: u8) -> Head<'t> {
        Head { line: self.line, columns: columns(self.line, delimiter) }
    }

    pub(super) fn line(&self) -> &'t str {
        self.line
    }

    /// Whether it has a column of this name among others.
    pub(super) fn has(&self, name: &str) -> bool {
        self.columns.len() > 1 && self.columns.iter().any(|column| column.eq_ignore_ascii_case(name))
    }

    pub(super) fn has_prefix(&self, prefix: &str) -> bool {
        self.columns.len() > 1 && self.columns.iter().any(|column| column.starts_with(prefix))
    }
}

/// Whether a line is the first of an object as PowerShell shows it to people.
pub(super) fn is_format_list(line: &str) -> bool {
    let name = line.split_once(':').map(|(name, _)| name).filter(|name| name.ends_with(' '));
    name.is_some_and(|name| FORMAT_LIST.contains(&name.trim()))
}

fn columns(line: &str, delimiter: u8) -> Vec<String> {
    let row = Rows::new(line.as_bytes(), delimiter).next();
    row.ok().flatten().and_then(|row| row.values.ok()).unwrap_or_default()
}
