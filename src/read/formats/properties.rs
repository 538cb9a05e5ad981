//! Decodes the remaining properties of an account, which only policies of the user's own read.

use std::mem;

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::model::KeptProperties;
use crate::read::formats::decode::decode;

/// The members of an account that its facts have as one object, with the names of az and of PowerShell.
#[derive(Deserialize)]
struct PropertiesRecord<'a> {
    #[serde(borrow, default, alias = "Properties")]
    properties: Option<&'a RawValue>,
    #[serde(borrow, default, alias = "Sku")]
    sku: Option<&'a RawValue>,
    #[serde(borrow, default, alias = "Identity")]
    identity: Option<&'a RawValue>,
}

/// Returns the properties of the account in a record, with its SKU and its identity among them; `None` if the record has
/// no object of properties.
pub(super) fn read(bytes: &[u8]) -> Option<KeptProperties> {
    let record: PropertiesRecord<'_> = decode(bytes).ok()?;
    let mut properties = object(record.properties?)?;
    for (name, value) in [("sku", record.sku), ("identity", record.identity)] {
        if let Some(object) = value.and_then(object) {
            properties.insert(name.to_owned(), Value::Object(object));
        }
    }
    KeptProperties::new(&properties)
}

/// Returns the object without its unknown members and with the names of az; `None` for anything else.
fn object(text: &RawValue) -> Option<Map<String, Value>> {
    let mut members: Map<String, Value> = serde_json::from_str(text.get()).ok()?;
    settle_members(&mut members);
    Some(members)
}

/// Removes `null`, which is truthy in Rego, and names members as az and REST do.
fn settle(value: &mut Value) {
    match value {
        Value::Array(elements) => {
            elements.retain(|element| !element.is_null());
            elements.iter_mut().for_each(settle);
        }
        Value::Object(members) => settle_members(members),
        _ => {}
    }
}

fn settle_members(members: &mut Map<String, Value>) {
    let exported = mem::take(members);
    let mut renamed = Vec::new();
    for (name, mut value) in exported {
        if value.is_null() {
            continue;
        }
        settle(&mut value);
        if name_of_az(&name) == name {
            members.insert(name, value);
        } else {
            renamed.push((name, value));
        }
    }
    for (name, value) in renamed {
        let of_az = name_of_az(&name);
        // If two members would get one name, the second keeps its own.
        let name = if members.contains_key(&of_az) { name } else { of_az };
        members.insert(name, value);
    }
}

/// Returns the name that az gives to a member: `publicNetworkAccess` for the `PublicNetworkAccess` of PowerShell and for
/// the `public_network_access` of the Python SDK. What is not such a name, like an id, stays as it is.
fn name_of_az(name: &str) -> String {
    if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return name.to_owned();
    }
    let mut words = name.split('_').filter(|word| !word.is_empty());
    let first = words.next().map(|word| with_first(word, u8::to_ascii_lowercase));
    first.into_iter().chain(words.map(|word| with_first(word, u8::to_ascii_uppercase))).collect()
}

fn with_first(word: &str, change: fn(&u8) -> u8) -> String {
    let (first, rest) = word.split_at(word.len().min(1));
    first.bytes().map(|byte| char::from(change(&byte))).chain(rest.chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::model::KeptProperties;

    fn properties(record: &str) -> Option<String> {
        read(record.as_bytes()).and_then(|properties| serde_json::to_string(&properties.known()?).ok())
    }

    #[test]
    fn one_account_has_the_same_properties_from_every_tool() {
        let expected = r#"{"identity":{"type":"None"},"networkAcls":{"ipRules":[]},"publicNetworkAccess":"Enabled","sku":{"name":"S0"}}"#;
        for record in [
            r#"{"properties": {"publicNetworkAccess": "Enabled", "networkAcls": {"ipRules": []}, "encryption": null},
                "sku": {"name": "S0", "tier": null}, "identity": {"type": "None"}}"#,
            r#"{"Properties": {"PublicNetworkAccess": "Enabled", "NetworkAcls": {"IpRules": [null]}},
                "Sku": {"Name": "S0"}, "Identity": {"Type": "None"}}"#,
            r#"{"properties": {"public_network_access": "Enabled", "network_acls": {"ip_rules": []}},
                "sku": {"name": "S0"}, "identity": {"type": "None"}}"#,
        ] {
            assert_eq!(properties(record).as_deref(), Some(expected), "{record}");
        }
    }

    #[test]
    fn names_that_are_data_and_members_that_share_a_name_are_kept() {
        let record = r#"{"properties": {"a/B_c": 1, "Endpoint": "x", "endpoint": "y", "A_b": 2, "aB": 3}}"#;
        let expected = r#"{"A_b":2,"Endpoint":"x","a/B_c":1,"aB":3,"endpoint":"y"}"#;
        assert_eq!(properties(record).as_deref(), Some(expected));
    }

    #[test]
    fn properties_that_are_not_an_object_are_unknown() {
        for record in [r#"{"sku": {"name": "S0"}}"#, r#"{"properties": "@{a=b}"}"#, r#"{"properties": null}"#]
        {
            assert_eq!(properties(record), None, "{record}");
        }
    }

    #[test]
    fn properties_beyond_the_limit_are_counted_and_not_kept() {
        let record = |length: usize| format!(r#"{{"properties": {{"a": "{}"}}}}"#, "x".repeat(length));
        let braces = r#"{"a":""}"#.len();
        let longest = KeptProperties::MAX_BYTES - braces;
        assert_eq!(properties(&record(longest)).map(|text| text.len()), Some(KeptProperties::MAX_BYTES));
        let over = read(record(longest + 1).as_bytes()).expect("properties");
        assert_eq!(over.omitted_bytes(), Some(KeptProperties::MAX_BYTES + 1));
        assert!(over.known().is_none());
    }
}
