//! Writers of activity logs, one for each form of export.

use chrono::DateTime;
use serde_json::{Map, Value, json};

use crate::forms::tenant::{Event, MILLISECOND, SECOND, Status, time};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LogForm {
    Az,
    RestPage,
    /// `Invoke-AzRestMethod | ConvertTo-Json`, where the answer is a string.
    InvokeRestMethod,
    EventHub,
    EventHubLines,
    StorageLines,
    /// `az monitor log-analytics query`
    Rows,
    Tables,
    PortalCsv,
    RowsCsv,
    /// `Get-AzActivityLog | ConvertTo-Json -Depth 100`, with text for the names of operations.
    PowerShell,
    /// The same, with `{Value, LocalizedValue}`.
    PowerShellObjects,
    /// The same of version 5.1, with `/Date(…)/`.
    WindowsPowerShell,
    PythonLines,
    JavaScript,
    /// Rows that a spreadsheet has saved, with whole seconds.
    Seconds,
}

impl LogForm {
    pub(crate) const ALL: [LogForm; 15] = [
        LogForm::Az,
        LogForm::RestPage,
        LogForm::InvokeRestMethod,
        LogForm::EventHub,
        LogForm::EventHubLines,
        LogForm::StorageLines,
        LogForm::Rows,
        LogForm::Tables,
        LogForm::PortalCsv,
        LogForm::RowsCsv,
        LogForm::PowerShell,
        LogForm::PowerShellObjects,
        LogForm::WindowsPowerShell,
        LogForm::PythonLines,
        LogForm::JavaScript,
    ];

    pub(crate) const WITH_OPERATION_IDS: [LogForm; 12] = [
        LogForm::Az,
        LogForm::RestPage,
        LogForm::InvokeRestMethod,
        LogForm::Rows,
        LogForm::Tables,
        LogForm::PortalCsv,
        LogForm::RowsCsv,
        LogForm::PowerShell,
        LogForm::PowerShellObjects,
        LogForm::WindowsPowerShell,
        LogForm::PythonLines,
        LogForm::JavaScript,
    ];

    /// The unit to which the form cuts instants, in 100 ns.
    pub(crate) fn unit(self) -> i64 {
        match self {
            LogForm::PortalCsv | LogForm::WindowsPowerShell | LogForm::JavaScript => MILLISECOND,
            LogForm::PythonLines => 10,
            LogForm::Seconds => SECOND,
            _ => 1,
        }
    }

    pub(crate) fn has_operation_ids(self) -> bool {
        !matches!(self, LogForm::EventHub | LogForm::EventHubLines | LogForm::StorageLines)
    }

    pub(crate) fn write(self, events: &[&Event]) -> String {
        let list =
            |write: fn(&Event) -> Value| events.iter().map(|event| write(event)).collect::<Vec<Value>>();
        let page = |events: Vec<Value>| json!({"value": events}).to_string();
        match self {
            LogForm::Az => format!("{:#}", Value::from(list(Event::az))),
            LogForm::RestPage => page(list(Event::az)),
            LogForm::InvokeRestMethod => format!(
                "{:#}",
                json!({
                    "Headers": [{"Key": "Cache-Control", "Value": ["no-cache"]}],
                    "Version": {"Major": 1, "Minor": 1, "Build": -1, "Revision": -1},
                    "StatusCode": 200, "Method": "GET", "Content": page(list(Event::az)),
                })
            ),
            LogForm::EventHub => json!({"records": list(Event::streamed)}).to_string(),
            LogForm::EventHubLines => {
                let records = list(Event::streamed);
                lines(records.chunks(3).map(|records| json!({"records": records})))
            }
            LogForm::StorageLines => lines(list(Event::streamed)),
            LogForm::Rows => format!("{:#}", Value::from(list(Event::row))),
            LogForm::Tables => tables(events),
            LogForm::PortalCsv => csv(events, true),
            LogForm::RowsCsv => csv(events, false),
            LogForm::PowerShell | LogForm::PowerShellObjects | LogForm::WindowsPowerShell => {
                let mut list: Vec<Value> = events.iter().map(|event| event.powershell(self)).collect();
                // `ConvertTo-Json` makes a list of one event an object.
                let value = if list.len() == 1 { list.remove(0) } else { Value::from(list) };
                format!("{value:#}")
            }
            LogForm::PythonLines => lines(list(Event::python)),
            LogForm::JavaScript => Value::from(list(|event| event.cut(MILLISECOND, 3))).to_string(),
            LogForm::Seconds => Value::from(list(|event| event.cut(SECOND, 0))).to_string(),
        }
    }
}

fn lines(values: impl IntoIterator<Item = Value>) -> String {
    values.into_iter().map(|value| format!("{value}\n")).collect()
}

impl Event {
    fn provider(&self) -> &str {
        self.operation.split('/').next().unwrap_or_default()
    }

    fn group(&self) -> Option<&str> {
        self.resource.split('/').nth(4)
    }

    fn status(&self) -> &'static str {
        match self.status {
            Status::Started => "Started",
            Status::Accepted => "Accepted",
            Status::Succeeded => "Succeeded",
            Status::Refused | Status::Broken | Status::Failed => "Failed",
            Status::Canceled => "Canceled",
        }
    }

    /// The status as diagnostic settings and Log Analytics spell it.
    fn short_status(&self) -> &'static str {
        match self.status {
            Status::Started => "Start",
            Status::Accepted => "Accept",
            Status::Succeeded => "Success",
            Status::Refused | Status::Broken | Status::Failed => "Failure",
            Status::Canceled => "Canceled",
        }
    }

    /// The name of the status code, and its text for people.
    fn code(&self) -> (&'static str, &'static str) {
        match self.status {
            Status::Started | Status::Failed | Status::Canceled => ("", ""),
            Status::Accepted => ("Accepted", "Accepted (HTTP Status Code: 202)"),
            Status::Succeeded => ("OK", "OK (HTTP Status Code: 200)"),
            Status::Refused => ("Conflict", "Conflict (HTTP Status Code: 409)"),
            Status::Broken => ("ServiceUnavailable", "Service Unavailable (HTTP Status Code: 503)"),
        }
    }

    fn properties(&self) -> Map<String, Value> {
        let mut properties = Map::new();
        let mut set = |name: &str, value: &str| properties.insert(name.to_owned(), json!(value));
        set("entity", &self.resource);
        set("message", self.operation);
        if !self.code().0.is_empty() {
            set("statusCode", self.code().0);
        }
        if let Some(body) = &self.body {
            set("requestbody", body);
        }
        properties
    }

    /// Returns the id of the event, whose ticks are cut in the same way as its time.
    fn own_id(&self, unit: i64) -> String {
        let ticks = self.at - self.at.rem_euclid(unit) + 621_355_968_000_000_000;
        format!("{}/events/{}/ticks/{ticks}", self.resource, self.event_id)
    }

    /// The event as `az monitor activity-log list` and the REST API return it.
    pub(crate) fn az(&self) -> Value {
        let (code, localized) = self.code();
        let localizable = |value: &str| json!({"localizedValue": value, "value": value});
        let mut event = json!({
            "authorization": {"action": self.operation, "scope": self.resource},
            "caller": self.caller,
            "category": localizable(self.category),
            "correlationId": self.correlation_id,
            "eventDataId": self.event_id,
            "eventTimestamp": format!("{}Z", time(self.at, 7)),
            "id": self.own_id(1),
            "level": "Informational",
            "operationName": localizable(self.operation),
            "properties": self.properties(),
            "resourceGroupName": self.group(),
            "resourceId": self.resource,
            "resourceProviderName": localizable(self.provider()),
            "status": localizable(self.status()),
            "subStatus": {"localizedValue": localized, "value": code},
            "subscriptionId": self.subscription,
        });
        if let Some(id) = &self.operation_id {
            event["operationId"] = json!(id);
        }
        event
    }

    /// The event in the form of az, with times that are cut: `JSON.stringify` writes the times of the JavaScript SDK in
    /// milliseconds.
    fn cut(&self, unit: i64, digits: usize) -> Value {
        let mut event = self.az();
        event["eventTimestamp"] = json!(format!("{}Z", time(self.at, digits)));
        event["id"] = json!(self.own_id(unit));
        event
    }

    /// The event as diagnostic settings send it.
    pub(crate) fn streamed(&self) -> Value {
        let upn = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn";
        let claim = if self.caller.contains('@') { upn } else { "appid" };
        json!({
            "RoleLocation": "West Europe",
            "time": format!("{}Z", time(self.at, 7)),
            "resourceId": self.resource.to_uppercase(),
            "operationName": self.operation.to_uppercase(),
            "category": self.category,
            "resultType": self.short_status(),
            "resultSignature": format!("{}.{}", self.status(), self.code().0),
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

    /// The columns of `AzureActivity`.
    fn columns(&self, digits: usize) -> Vec<(&'static str, String)> {
        let properties = Value::Object(self.properties()).to_string();
        vec![
            ("TimeGenerated", format!("{}Z", time(self.at, digits))),
            ("Level", "Informational".to_owned()),
            ("OperationNameValue", self.operation.to_uppercase()),
            ("OperationName", "The name for people, with \"quotes\"".to_owned()),
            ("ActivityStatusValue", self.short_status().to_owned()),
            ("ActivityStatus", "Ergebnis".to_owned()),
            ("ActivitySubstatusValue", self.code().0.to_owned()),
            ("ResourceGroup", self.group().unwrap_or_default().to_owned()),
            ("SubscriptionId", self.subscription.clone()),
            ("Caller", self.caller.to_owned()),
            ("CategoryValue", self.category.to_owned()),
            ("ResourceProviderValue", self.provider().to_uppercase()),
            ("OperationId", self.operation_id.clone().unwrap_or_default()),
            ("CorrelationId", self.correlation_id.clone()),
            ("EventDataId", self.event_id.clone()),
            ("EventSubmissionTimestamp", format!("{}Z", time(self.at + 90 * SECOND, digits))),
            ("Properties", properties.clone()),
            ("Properties_d", properties),
            ("Type", "AzureActivity".to_owned()),
            ("_ResourceId", self.resource.to_lowercase()),
        ]
    }

    /// A row as `az monitor log-analytics query` prints it: all values passed through Python's `str()`.
    pub(crate) fn row(&self) -> Value {
        let mut row: Map<String, Value> =
            self.columns(7).into_iter().map(|(name, value)| (name.to_owned(), json!(value))).collect();
        row.insert("Claims_d".to_owned(), json!("None"));
        row.insert("TableName".to_owned(), json!("PrimaryResult"));
        Value::Object(row)
    }

    /// The event as `Get-AzActivityLog` returns it.
    pub(crate) fn powershell(&self, form: LogForm) -> Value {
        let (code, localized) = self.code();
        let localizable = |value: &str| match form {
            LogForm::PowerShell => json!(value),
            _ => json!({"LocalizedValue": format!("{value} (localized)"), "Value": value}),
        };
        let at = match form {
            LogForm::WindowsPowerShell => format!("/Date({})/", self.at.div_euclid(MILLISECOND)),
            _ => format!("{}Z", time(self.at, 7)),
        };
        let level = if form == LogForm::PowerShell { json!("Informational") } else { json!(3) };
        json!({
            "Authorization": {"Action": self.operation, "Condition": null, "Role": null, "Scope": self.resource},
            "Claims": {"Content": {"appid": "c44b4083-3bb0-49c1-b47d-974e53cbdf3c"}},
            "Caller": self.caller,
            "Category": localizable(self.category),
            "CorrelationId": self.correlation_id,
            "Description": null,
            "EventDataId": self.event_id,
            "EventTimestamp": at,
            "Id": self.own_id(form.unit()),
            "Level": level,
            "OperationId": self.operation_id,
            "OperationName": localizable(self.operation),
            "Properties": {"Content": self.properties()},
            "ResourceGroupName": self.group(),
            "ResourceId": self.resource,
            "ResourceProviderName": localizable(self.provider()),
            "Status": localizable(self.status()),
            "SubStatus": if form == LogForm::PowerShell { json!(code) } else { json!({"LocalizedValue": localized, "Value": code}) },
            "SubscriptionId": self.subscription,
        })
    }

    /// The event as collectors write it from the Python SDK.
    pub(crate) fn python(&self) -> Value {
        let (code, localized) = self.code();
        let localizable = |value: &str| json!({"value": value, "localized_value": value});
        let mut event = json!({
            "authorization": {"action": self.operation, "role": null, "scope": self.resource},
            "caller": self.caller,
            "category": localizable(self.category),
            "correlation_id": self.correlation_id,
            "event_data_id": self.event_id,
            "event_timestamp": format!("{}+00:00", time(self.at, 6)),
            "id": self.own_id(10),
            "level": "Informational",
            "operation_name": localizable(self.operation),
            "properties": self.properties(),
            "resource_group_name": self.group(),
            "resource_id": self.resource,
            "resource_provider_name": localizable(self.provider()),
            "status": localizable(self.status()),
            "sub_status": {"value": code, "localized_value": localized},
            "subscription_id": self.subscription,
        });
        if let Some(id) = &self.operation_id {
            event["operation_id"] = json!(id);
        }
        event
    }
}

/// The answer of the Log Analytics API.
fn tables(events: &[&Event]) -> String {
    let Some(first) = events.first() else { return json!({"tables": []}).to_string() };
    let kind = |name: &str| if name == "TimeGenerated" { "datetime" } else { "string" };
    let columns: Vec<Value> =
        first.columns(7).iter().map(|(name, _)| json!({"name": name, "type": kind(name)})).collect();
    let row = |event: &&Event| event.columns(7).into_iter().map(|(_, value)| json!(value)).collect::<Value>();
    let rows: Vec<Value> = events.iter().map(row).collect();
    json!({"tables": [{"name": "PrimaryResult", "columns": columns, "rows": rows}]}).to_string()
}

/// The export of a query's answer from the Log Analytics portal, or rows as `Export-Csv`, Data Explorer and pandas
/// write them.
fn csv(events: &[&Event], is_of_portal: bool) -> String {
    let Some(first) = events.first() else { return String::new() };
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let is_time = |name: &str| name == "TimeGenerated" || name == "EventSubmissionTimestamp";
    let header = |name: &str| {
        if is_of_portal && is_time(name) { quoted(&format!("{name} [UTC]")) } else { quoted(name) }
    };
    let digits = if is_of_portal { 3 } else { 7 };
    let columns = first.columns(digits);
    let names: Vec<String> = columns.iter().map(|(name, _)| header(name)).collect();
    let mut text = format!("{}\r\n", names.join(","));
    for event in events {
        let cell = |(name, value): (&'static str, String)| {
            if is_of_portal && is_time(name) { quoted(&portal_time(&value)) } else { quoted(&value) }
        };
        let cells: Vec<String> = event.columns(digits).into_iter().map(cell).collect();
        text.push_str(&format!("{}\r\n", cells.join(",")));
    }
    text
}

/// Like `9/27/2026, 10:15:00.250 AM`.
fn portal_time(time: &str) -> String {
    let time = DateTime::parse_from_rfc3339(time).expect("a time");
    time.format("%-m/%-d/%Y, %-I:%M:%S%.3f %p").to_string()
}
