//! Account lists as each of Azure's exports writes them.

use serde_json::{Map, Value, json};

use crate::formats::tenant::{Account, COGNITIVE, time};

impl Account {
    /// The account as the REST API returns it: members that are not set are left out.
    pub(crate) fn rest(&self) -> Value {
        json!({
            "id": self.id,
            "name": self.name,
            "type": format!("{COGNITIVE}/accounts"),
            "etag": "\"2700a840-0000-0100-0000-69bd980e0000\"",
            "location": "westeurope",
            "sku": {"name": "S0"},
            "kind": self.kind,
            "properties": self.properties(),
        })
    }

    fn properties(&self) -> Map<String, Value> {
        let mut properties = Map::new();
        let mut set = |name: &str, value: Value| properties.insert(name.to_owned(), value);
        set("endpoint", json!(format!("https://{}.openai.azure.com/", self.name.to_lowercase())));
        set("provisioningState", json!("Succeeded"));
        set("isMigrated", json!(self.is_migrated));
        if let Some(created) = self.created {
            set("dateCreated", json!(time(created, 7)));
        }
        if let Some(disabled) = self.local_auth_disabled {
            set("disableLocalAuth", json!(disabled));
        }
        properties
    }

    /// The account as `az cognitiveservices account list` prints it: members that are not set are `null`.
    pub(crate) fn az(&self) -> Value {
        let mut account = self.rest();
        account["resourceGroup"] = json!(self.group);
        account["tags"] = Value::Null;
        // This member limits an unknown creation, but not every form has it.
        account["systemData"] =
            json!(self.created.map(|_| json!({"createdAt": "2026-11-20T09:30:00.138444+00:00"})));
        account["properties"]["dateCreated"] = json!(self.created.map(|created| time(created, 7)));
        account["properties"]["disableLocalAuth"] = json!(self.local_auth_disabled);
        account
    }

    /// The account as `az graph query` prints it.
    pub(crate) fn graph(&self) -> Value {
        let mut account = self.rest();
        account["type"] = json!(format!("{COGNITIVE}/accounts").to_lowercase());
        account["resourceGroup"] = json!(self.group.to_lowercase());
        account["subscriptionId"] = json!(self.subscription);
        account["tags"] = Value::Null;
        account
    }

    /// The account as `az resource list` prints it, without the members that only its own provider knows.
    pub(crate) fn resource(&self) -> Value {
        // This time would change if the account were deleted and recovered, so it does not prove the creation.
        let created = self.created.map(|created| time(created + 250, 6).replace('Z', "+00:00"));
        json!({
            "changedTime": "2026-11-20T09:40:00.138444+00:00",
            "createdTime": created,
            "extendedLocation": null,
            "id": self.id,
            "identity": null,
            "kind": self.kind,
            "location": "westeurope",
            "managedBy": null,
            "name": self.name,
            "plan": null,
            "properties": null,
            "provisioningState": "Succeeded",
            "resourceGroup": self.group,
            "sku": {"name": "S0"},
            "tags": {},
            "type": format!("{COGNITIVE}/accounts"),
        })
    }

    /// The account as `Get-AzCognitiveServicesAccount` returns it.
    pub(crate) fn powershell(&self, properties: Option<Value>) -> Value {
        let mut account = json!({
            "ResourceGroupName": self.group,
            "AccountName": self.name,
            "Id": self.id,
            "Endpoint": format!("https://{}.openai.azure.com/", self.name.to_lowercase()),
            "Location": "westeurope",
            "Sku": {"Name": "S0", "Tier": null},
            "AccountType": self.kind,
            "ResourceType": format!("{COGNITIVE}/accounts"),
            "Etag": "\"2700a840-0000-0100-0000-69bd980e0000\"",
            "ProvisioningState": "Succeeded",
            "Tags": null,
        });
        if let Some(properties) = properties {
            account["Properties"] = properties;
        }
        account
    }

    pub(crate) fn powershell_properties(&self) -> Value {
        json!({
            "ProvisioningState": "Succeeded",
            "DateCreated": self.created.map(|created| time(created, 7)),
            "DisableLocalAuth": self.local_auth_disabled,
            "IsMigrated": self.is_migrated,
        })
    }
}
