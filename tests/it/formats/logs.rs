//! The activity log's events as each of Azure's exports writes them.

use chrono::DateTime;
use serde_json::{Map, Value, json};

use crate::formats::tenant::{Event, Status, time};

impl Event {
    pub(crate) fn provider(&self) -> &str {
        self.operation.split('/').next().expect("a provider")
    }

    fn group(&self) -> Option<&str> {
        self.resource.split('/').nth(4)
    }

    /// The service's answer: the name of the HTTP status, and that status.
    fn answer(&self) -> (&'static str, &'static str) {
        match self.status {
            Status::Started | Status::Canceled => ("", ""),
            Status::Accepted => ("Accepted", "Accepted (HTTP Status Code: 202)"),
            Status::Succeeded => ("OK", "OK (HTTP Status Code: 200)"),
            Status::Failed => ("Conflict", "Conflict (HTTP Status Code: 409)"),
            Status::Broken => ("ServiceUnavailable", "Service Unavailable (HTTP Status Code: 503)"),
        }
    }

    fn status(&self) -> &'static str {
        match self.status {
            Status::Started => "Started",
            Status::Accepted => "Accepted",
            Status::Succeeded => "Succeeded",
            Status::Failed | Status::Broken => "Failed",
            Status::Canceled => "Canceled",
        }
    }

    /// The status as diagnostic settings and Log Analytics spell it.
    fn short_status(&self) -> &'static str {
        match self.status {
            Status::Started => "Start",
            Status::Accepted => "Accept",
            Status::Succeeded => "Success",
            Status::Failed | Status::Broken => "Failure",
            Status::Canceled => "Canceled",
        }
    }

    fn properties(&self) -> Map<String, Value> {
        let mut properties = Map::new();
        properties.insert("entity".to_owned(), json!(self.resource));
        properties.insert("eventCategory".to_owned(), json!(self.category));
        properties.insert("message".to_owned(), json!(self.operation));
        if self.status != Status::Started {
            properties.insert("statusCode".to_owned(), json!(self.answer().0));
        }
        if let Some((name, value)) = &self.body {
            properties.insert((*name).to_owned(), value.clone());
        }
        properties
    }

    /// The event as `az monitor activity-log list` and the REST API return it.
    pub(crate) fn az(&self) -> Value {
        let (sub_status, localized) = self.answer();
        let localizable = |value: &str| json!({"localizedValue": value, "value": value});
        json!({
            "authorization": {"action": self.operation, "scope": self.resource},
            "caller": self.caller,
            "category": localizable(self.category),
            "correlationId": self.correlation_id,
            "eventDataId": self.event_id,
            "eventTimestamp": time(self.at, 7),
            "id": format!("{}/events/{}/ticks/{}", self.resource, self.event_id, self.at * 10_000 + 621_355_968_000_000_000),
            "level": "Informational",
            "operationId": self.operation_id,
            "operationName": localizable(&self.operation),
            "properties": self.properties(),
            "resourceGroupName": self.group(),
            "resourceId": self.resource,
            "resourceProviderName": localizable(self.provider()),
            "status": localizable(self.status()),
            "subStatus": {"localizedValue": localized, "value": sub_status},
            "subscriptionId": self.subscription,
        })
    }

    /// The event as diagnostic settings send it to storage and event hubs: without an operation id and without its own
    /// id.
    pub(crate) fn diagnostic(&self) -> Value {
        let upn = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn";
        let claim = if self.caller.contains('@') { upn } else { "appid" };
        let result = match self.status {
            Status::Canceled => "Canceled",
            _ => self.status(),
        };
        json!({
            "RoleLocation": "West Europe",
            "time": time(self.at, 7),
            "resourceId": self.resource.to_uppercase(),
            "operationName": self.operation.to_uppercase(),
            "category": self.category,
            "resultType": self.short_status(),
            "resultSignature": format!("{result}.{}", self.answer().0),
            "durationMs": "0",
            "callerIpAddress": "203.0.113.10",
            "correlationId": self.correlation_id,
            "identity": {
                "authorization": {"scope": self.resource, "action": self.operation, "evidence": {"role": "Owner"}},
                "claims": {"aud": "https://management.core.windows.net/", claim: self.caller},
            },
            "level": "Information",
            "properties": self.properties(),
        })
    }

    /// The columns of `AzureActivity`, in the order in which the portal shows them.
    pub(crate) fn columns(&self) -> Vec<(&'static str, String)> {
        let properties = Value::Object(self.properties()).to_string();
        let id = self.resource.to_lowercase();
        vec![
            ("TimeGenerated", time(self.at, 3)),
            ("Level", "Informational".to_owned()),
            ("OperationNameValue", self.operation.to_uppercase()),
            ("OperationName", "What it is called in the portal".to_owned()),
            ("ActivityStatusValue", self.short_status().to_owned()),
            ("ActivityStatus", "Ergebnis".to_owned()),
            ("ActivitySubstatusValue", self.answer().0.to_owned()),
            ("ResourceGroup", self.group().unwrap_or_default().to_owned()),
            ("SubscriptionId", self.subscription.clone()),
            ("Caller", self.caller.to_owned()),
            ("CallerIpAddress", "203.0.113.10".to_owned()),
            ("CategoryValue", self.category.to_owned()),
            ("ResourceProviderValue", self.provider().to_uppercase()),
            ("OperationId", self.operation_id.clone()),
            ("CorrelationId", self.correlation_id.clone()),
            ("EventDataId", self.event_id.clone()),
            ("EventSubmissionTimestamp", time(self.at + 90_000, 3)),
            ("Properties", properties.clone()),
            ("Properties_d", properties),
            ("Type", "AzureActivity".to_owned()),
            ("_ResourceId", id),
        ]
    }

    /// A row as `az monitor log-analytics query -o json` prints it: all values by way of Python's `str()`.
    pub(crate) fn row(&self) -> Value {
        let mut row: Map<String, Value> =
            self.columns().into_iter().map(|(name, value)| (name.to_owned(), json!(value))).collect();
        row.insert("Claims_d".to_owned(), json!("None"));
        row.insert("TableName".to_owned(), json!("PrimaryResult"));
        Value::Object(row)
    }

    /// The event as `Get-AzActivityLog` returns it.
    pub(crate) fn powershell(&self, shell: PowerShell) -> Value {
        let (sub_status, localized) = self.answer();
        let localizable = |value: &str, localized: &str| match shell {
            PowerShell::Core => json!(value),
            PowerShell::Windows => json!({"Value": value, "LocalizedValue": localized}),
        };
        let at = match shell {
            PowerShell::Core => time(self.at, 3),
            PowerShell::Windows => format!("/Date({})/", self.at),
        };
        json!({
            "Authorization": {"Action": self.operation, "Condition": null, "Role": null, "Scope": self.resource},
            "Caller": self.caller,
            "Category": localizable(self.category, self.category),
            "CorrelationId": self.correlation_id,
            "EventDataId": self.event_id,
            "EventTimestamp": at,
            "Id": format!("{}/events/{}/ticks/{}", self.resource, self.event_id, self.at * 10_000 + 621_355_968_000_000_000),
            "Level": "Informational",
            "OperationId": self.operation_id,
            "OperationName": localizable(&self.operation, "What it is called"),
            "Properties": {"Content": self.properties()},
            "ResourceGroupName": self.group(),
            "ResourceId": self.resource,
            "ResourceProviderName": localizable(self.provider(), self.provider()),
            "Status": localizable(self.status(), self.status()),
            "SubStatus": localizable(sub_status, localized),
            "SubscriptionId": self.subscription,
        })
    }

    /// The event as collectors for incident response write it from the Python SDK.
    pub(crate) fn sdk(&self) -> Value {
        let (sub_status, localized) = self.answer();
        let localizable = |value: &str| json!({"value": value, "localized_value": value});
        json!({
            "authorization": {"action": self.operation, "role": null, "scope": self.resource},
            "caller": self.caller,
            "category": localizable(self.category),
            "correlation_id": self.correlation_id,
            "event_data_id": self.event_id,
            "event_timestamp": time(self.at, 6).replace('Z', "+00:00"),
            "id": format!("{}/events/{}/ticks/{}", self.resource, self.event_id, self.at * 10_000 + 621_355_968_000_000_000),
            "level": "Informational",
            "operation_id": self.operation_id,
            "operation_name": localizable(&self.operation),
            "properties": self.properties(),
            "resource_group_name": self.group(),
            "resource_id": self.resource,
            "resource_provider_name": localizable(self.provider()),
            "status": localizable(self.status()),
            "sub_status": {"value": sub_status, "localized_value": localized},
            "subscription_id": self.subscription,
        })
    }
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum PowerShell {
    /// Version 7 writes text, with times in RFC 3339.
    Core,
    /// Version 5.1: objects with a `Value`, times as `/Date(…)/`.
    Windows,
}

pub(crate) fn lines(values: impl IntoIterator<Item = Value>) -> String {
    values.into_iter().map(|value| format!("{value}\n")).collect()
}

pub(crate) fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

pub(crate) fn az(log: &[&Event]) -> String {
    pretty(&log.iter().map(|event| event.az()).collect())
}

/// `{"tables": […]}`, the answer of the Log Analytics API.
pub(crate) fn tables(log: &[&Event]) -> String {
    let columns: Vec<Value> = log[0]
        .columns()
        .iter()
        .map(|(name, _)| json!({"name": name, "type": if *name == "TimeGenerated" { "datetime" } else { "string" }}))
        .collect();
    let rows: Vec<Value> = log
        .iter()
        .map(|event| event.columns().into_iter().map(|(_, value)| json!(value)).collect())
        .collect();
    json!({"tables": [{"name": "PrimaryResult", "columns": columns, "rows": rows}]}).to_string()
}

/// The export of a query's answer from the Log Analytics portal.
pub(crate) fn portal_csv(log: &[&Event]) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let is_time = |name: &str| name.starts_with("Time") || name.ends_with("Timestamp");
    let names: Vec<String> = log[0]
        .columns()
        .iter()
        .map(|(name, _)| if is_time(name) { quoted(&format!("{name} [UTC]")) } else { (*name).to_owned() })
        .collect();
    let mut text = format!("{}\r\n", names.join(","));
    for event in log {
        let values: Vec<String> = event
            .columns()
            .into_iter()
            .map(|(name, value)| if is_time(name) { quoted(&portal_time(&value)) } else { quoted(&value) })
            .collect();
        text.push_str(&format!("{}\r\n", values.join(",")));
    }
    text
}

/// `9/27/2026, 10:15:00.250 AM`
fn portal_time(time: &str) -> String {
    let time = DateTime::parse_from_rfc3339(time).expect("a time");
    time.format("%-m/%-d/%Y, %-I:%M:%S%.3f %p").to_string()
}

/// Records of other logs that share the stream with the activity log.
pub(crate) fn streamed(log: &[&Event]) -> Vec<Value> {
    let mut records: Vec<Value> = log.iter().map(|event| event.diagnostic()).collect();
    let at = records[0]["time"].clone();
    records.push(json!({
        "time": at, "resourceId": "/tenants/c1f7a0de-4b62-4f0c-8d19-70e5b3a96d24/providers/Microsoft.aadiam",
        "operationName": "Sign-in activity", "category": "SignInLogs", "resultType": "0", "identity": "Anna Keller",
        "correlationId": "5d0c3c8e-52f1-4d35-8f08-4f19ad0b7f2a", "properties": {"status": {"errorCode": 0}},
    }));
    records.push(json!({
        "time": at, "resourceId": log[0].resource.to_uppercase(), "operationName": "ListKey", "category": "Audit",
        "resultType": "Success", "correlationId": "6d0c3c8e-52f1-4d35-8f08-4f19ad0b7f2a", "properties": "{}",
    }));
    records
}

pub(crate) fn powershell(log: &[&Event], shell: PowerShell) -> String {
    // ConvertTo-Json makes a list of one event an object.
    match log {
        [event] => pretty(&event.powershell(shell)),
        _ => pretty(&log.iter().map(|event| event.powershell(shell)).collect()),
    }
}

/// An envelope around a list.
pub(crate) fn envelope(name: &str, list: impl IntoIterator<Item = Value>, more: Value) -> Value {
    let mut envelope = json!({name: list.into_iter().collect::<Vec<Value>>()});
    if let (Value::Object(envelope), Value::Object(more)) = (&mut envelope, more) {
        envelope.extend(more);
    }
    envelope
}
