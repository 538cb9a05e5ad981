//! Writers of account lists, one for each form of export.

use serde_json::{Map, Value, json};

use crate::forms::tenant::{Account, COGNITIVE, time};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ListForm {
    Az,
    RestPage,
    InvokeRestMethod,
    /// `az cognitiveservices account show`, one document after the other.
    Shown,
    GraphAz,
    GraphRest,
    GraphTable,
    /// Resource Graph Explorer's CSV with JSON in its cells.
    GraphCsv,
    /// The same CSV, with a column for each member.
    GraphCsvColumns,
    SearchAzGraph,
    GetAzCognitiveServicesAccount,
    GetAzResource,
    Python,
}

impl ListForm {
    pub(crate) const ALL: [ListForm; 13] = [
        ListForm::Az,
        ListForm::RestPage,
        ListForm::InvokeRestMethod,
        ListForm::Shown,
        ListForm::GraphAz,
        ListForm::GraphRest,
        ListForm::GraphTable,
        ListForm::GraphCsv,
        ListForm::GraphCsvColumns,
        ListForm::SearchAzGraph,
        ListForm::GetAzCognitiveServicesAccount,
        ListForm::GetAzResource,
        ListForm::Python,
    ];

    pub(crate) fn has_system_data(self) -> bool {
        matches!(
            self,
            ListForm::Az
                | ListForm::RestPage
                | ListForm::InvokeRestMethod
                | ListForm::Shown
                | ListForm::Python
        )
    }

    /// The unit to which the form cuts `systemData`, in 100 ns. It keeps `dateCreated` as it is.
    pub(crate) fn unit(self) -> i64 {
        match self {
            ListForm::Az | ListForm::Shown | ListForm::Python => 10,
            _ => 1,
        }
    }

    pub(crate) fn write(self, accounts: &[&Account]) -> String {
        let list = |write: fn(&Account) -> Value| {
            accounts.iter().map(|account| write(account)).collect::<Vec<Value>>()
        };
        let count = accounts.len();
        match self {
            ListForm::Az => format!("{:#}", Value::from(list(Account::az))),
            ListForm::RestPage => json!({"value": list(Account::rest)}).to_string(),
            ListForm::InvokeRestMethod => json!({
                "Headers": [], "Version": {"Major": 1, "Minor": 1}, "StatusCode": 200, "Method": "GET",
                "Content": json!({"value": list(Account::rest)}).to_string(),
            })
            .to_string(),
            ListForm::Shown => {
                list(Account::az).into_iter().map(|account| format!("{account:#}\n")).collect()
            }
            ListForm::GraphAz => json!({
                "count": count, "data": list(Account::graph), "skip_token": null, "total_records": count,
            })
            .to_string(),
            ListForm::GraphRest => json!({
                "totalRecords": count, "count": count, "resultTruncated": "false", "facets": [],
                "data": list(Account::graph),
            })
            .to_string(),
            ListForm::GraphTable => {
                let rows = list(|account| account.columns().into_iter().map(|(_, value)| value).collect());
                let columns = accounts.first().map(|account| account.columns()).unwrap_or_default();
                let kind = |value: &Value| if value.is_object() { "object" } else { "string" };
                let columns: Vec<Value> = columns
                    .into_iter()
                    .map(|(name, value)| json!({"name": name, "type": kind(&value)}))
                    .collect();
                json!({
                    "totalRecords": count, "count": count, "resultTruncated": "false", "facets": [],
                    "data": {"columns": columns, "rows": rows},
                })
                .to_string()
            }
            ListForm::GraphCsv => csv(accounts, Account::columns),
            ListForm::GraphCsvColumns => csv(accounts, Account::flat_columns),
            ListForm::SearchAzGraph => {
                format!("{:#}", json!({"SkipToken": null, "Data": list(Account::graph)}))
            }
            ListForm::GetAzCognitiveServicesAccount => one_or_list(list(Account::cognitive)),
            ListForm::GetAzResource => one_or_list(list(Account::resource)),
            ListForm::Python => Value::from(list(Account::python)).to_string(),
        }
    }
}

/// `ConvertTo-Json` makes a list of one an object.
fn one_or_list(mut list: Vec<Value>) -> String {
    let value = if list.len() == 1 { list.remove(0) } else { Value::from(list) };
    format!("{value:#}")
}

impl Account {
    fn endpoint(&self) -> String {
        format!("https://{}.openai.azure.com/", self.name.to_lowercase())
    }

    fn created(&self) -> Option<String> {
        self.created.map(|created| format!("{}Z", time(created, 7)))
    }

    /// The properties with the names of the REST API; those that are not set are left out.
    fn properties(&self) -> Map<String, Value> {
        let mut properties = Map::new();
        let mut set = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                properties.insert(name.to_owned(), value);
            }
        };
        set("endpoint", Some(json!(self.endpoint())));
        set("provisioningState", Some(json!("Succeeded")));
        set("dateCreated", self.created().map(Value::from));
        set("disableLocalAuth", self.local_auth_disabled.map(Value::from));
        set("isMigrated", self.is_migrated.map(Value::from));
        properties
    }

    fn tags(&self) -> Value {
        if self.tags.is_empty() { Value::Null } else { json!(self.tags) }
    }

    pub(crate) fn rest(&self) -> Value {
        let mut account = json!({
            "id": self.id,
            "name": self.name,
            "type": format!("{COGNITIVE}/accounts"),
            "etag": "\"2700a840-0000-0100-0000-69bd980e0000\"",
            "location": "westeurope",
            "sku": {"name": "S0"},
            "kind": self.kind,
            "properties": self.properties(),
        });
        if !self.tags.is_empty() {
            account["tags"] = self.tags();
        }
        if let Some(at) = self.created_in_system {
            account["systemData"] = json!({"createdAt": format!("{}Z", time(at, 7))});
        }
        account
    }

    pub(crate) fn az(&self) -> Value {
        let mut account = self.rest();
        account["resourceGroup"] = json!(self.group);
        account["tags"] = self.tags();
        let at = self.created_in_system.map(|at| format!("{}+00:00", time(at, 6)));
        account["systemData"] = json!({"createdAt": at, "createdBy": null});
        for name in ["dateCreated", "disableLocalAuth", "isMigrated"] {
            // Indexing adds a `null` if the member is missing.
            let _ = &mut account["properties"][name];
        }
        account
    }

    pub(crate) fn graph(&self) -> Value {
        self.columns().into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>().into()
    }

    /// The columns of Resource Graph, whose ids are sometimes in lower case.
    fn columns(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("id", json!(self.id.to_lowercase())),
            ("name", json!(self.name)),
            ("type", json!(format!("{COGNITIVE}/accounts").to_lowercase())),
            ("kind", json!(self.kind)),
            ("location", json!("westeurope")),
            ("resourceGroup", json!(self.group.to_lowercase())),
            ("subscriptionId", json!(self.subscription)),
            ("tags", self.tags()),
            ("properties", Value::Object(self.properties())),
        ]
    }

    /// Returns the columns of a query that projects the properties one by one.
    fn flat_columns(&self) -> Vec<(&'static str, Value)> {
        let mut columns = self.columns();
        columns.pop();
        columns.extend([
            ("properties_dateCreated", json!(self.created())),
            ("properties_disableLocalAuth", json!(self.local_auth_disabled)),
            ("properties_isMigrated", json!(self.is_migrated)),
        ]);
        columns
    }

    /// As `Get-AzCognitiveServicesAccount` has it.
    pub(crate) fn cognitive(&self) -> Value {
        json!({
            "ResourceGroupName": self.group,
            "AccountName": self.name,
            "Id": self.id,
            "Endpoint": self.endpoint(),
            "Location": "westeurope",
            "Sku": {"Name": "S0", "Tier": null},
            "AccountType": self.kind,
            "ResourceType": format!("{COGNITIVE}/accounts"),
            "Etag": "\"2700a840-0000-0100-0000-69bd980e0000\"",
            "ProvisioningState": "Succeeded",
            "Properties": {
                "ProvisioningState": "Succeeded",
                "DateCreated": self.created(),
                "DisableLocalAuth": self.local_auth_disabled,
                "IsMigrated": self.is_migrated,
            },
            "DisableLocalAuth": self.local_auth_disabled,
            "Tags": self.tags(),
        })
    }

    /// As `Get-AzResource -ExpandProperties` has it.
    pub(crate) fn resource(&self) -> Value {
        json!({
            "ResourceId": self.id,
            "Id": self.id,
            "Identity": null,
            "Kind": self.kind,
            "Location": "westeurope",
            "Name": self.name,
            "Properties": self.properties(),
            "ResourceGroupName": self.group,
            "ResourceType": format!("{COGNITIVE}/accounts"),
            "Type": format!("{COGNITIVE}/accounts"),
            "SubscriptionId": self.subscription,
            "Tags": self.tags(),
            "CreatedTime": null,
            "ETag": "\"2700a840-0000-0100-0000-69bd980e0000\"",
        })
    }

    /// As `as_dict()` of the Python SDK has it.
    pub(crate) fn python(&self) -> Value {
        let mut account = self.rest();
        let mut properties = Map::new();
        for (name, value) in self.properties() {
            let name = match name.as_str() {
                "dateCreated" => "date_created",
                "disableLocalAuth" => "disable_local_auth",
                "isMigrated" => "is_migrated",
                "provisioningState" => "provisioning_state",
                other => other,
            };
            properties.insert(name.to_owned(), value);
        }
        account["properties"] = Value::Object(properties);
        if let Some(account) = account.as_object_mut() {
            account.remove("systemData");
        }
        if let Some(at) = self.created_in_system {
            account["system_data"] = json!({"created_at": format!("{}Z", time(at, 6))});
        }
        account
    }
}

fn csv(accounts: &[&Account], columns: fn(&Account) -> Vec<(&'static str, Value)>) -> String {
    let Some(first) = accounts.first() else { return String::new() };
    let names: Vec<&str> = columns(first).into_iter().map(|(name, _)| name).collect();
    let quoted = |text: String| {
        if text.contains(['"', ',']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
    };
    let cell = |value: Value| match value {
        Value::Null => String::new(),
        Value::String(text) => quoted(text),
        other => quoted(other.to_string()),
    };
    let mut text = format!("\u{feff}{}\r\n", names.join(","));
    for account in accounts {
        let cells: Vec<String> = columns(account).into_iter().map(|(_, value)| cell(value)).collect();
        text.push_str(&format!("{}\r\n", cells.join(",")));
    }
    text
}
