//! Decodes the remaining properties of an account, which only the user's own policies read.

use std::{fmt, mem};

use serde::de::{self, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::model::KeptProperties;
use crate::read::formats::decode::decode;
use crate::redact;

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
    let Ok(mut properties) = object(record.properties?)? else { return Some(KeptProperties::Unreadable) };
    for (name, value) in [("sku", record.sku), ("identity", record.identity)] {
        match value.and_then(object) {
            Some(Ok(object)) => drop(properties.insert(name.to_owned(), Value::Object(object))),
            Some(Err(_)) => return Some(KeptProperties::Unreadable),
            None => {}
        }
    }
    KeptProperties::new(&properties)
}

/// Returns the object without its unknown members and with the names of az; `None` for anything else.
fn object(text: &RawValue) -> Option<serde_json::Result<Map<String, Value>>> {
    let text = text.get();
    if !text.starts_with('{') {
        return None;
    }
    Some(serde_json::from_str::<UniqueMembers>(text).map(|UniqueMembers(value)| {
        let mut members = if let Value::Object(members) = value { members } else { Map::new() };
        settle_members(&mut members);
        members
    }))
}

/// A value in which no object has two members with the same name. Parsers differ in which of two such members they use.
struct UniqueMembers(Value);

impl<'de> Deserialize<'de> for UniqueMembers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<UniqueMembers, D::Error> {
        deserializer.deserialize_any(UniqueMembersVisitor).map(UniqueMembers)
    }
}

struct UniqueMembersVisitor;

impl<'de> Visitor<'de> for UniqueMembersVisitor {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value without members that occur twice")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(UniqueMembers(value)) = elements.next_element()? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut values = Map::new();
        while let Some((name, UniqueMembers(value))) = members.next_entry::<String, UniqueMembers>()? {
            if values.insert(name, value).is_some() {
                return Err(de::Error::custom("a member occurs twice"));
            }
        }
        Ok(Value::Object(values))
    }
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

/// Returns the name that az gives to a member: `publicNetworkAccess` for the `PublicNetworkAccess` of PowerShell and
/// for the `public_network_access` of the Python SDK. Any other text, like an id, stays as it is.
fn name_of_az(name: &str) -> String {
    if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return name.to_owned();
    }
    let mut words = name.split('_').filter(|word| !word.is_empty());
    let first = words.next().map(|word| with_first(word, u8::to_ascii_lowercase));
    let of_az: String =
        first.into_iter().chain(words.map(|word| with_first(word, u8::to_ascii_uppercase))).collect();
    // Together, the words can look like a key, which the filter of all outputs would remove.
    if redact::text(&of_az) == of_az { of_az } else { name.to_owned() }
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
    fn properties_with_a_member_that_occurs_twice_or_a_value_out_of_range_are_unreadable() {
        for properties in
            [r#"{"a": 1, "a": 2}"#, r#"{"a": [{"b": 1, "b": 1}]}"#, r#"{"a": "\ud800"}"#, r#"{"a": 1e400}"#]
        {
            let record = format!(r#"{{"properties": {properties}}}"#);
            assert_eq!(read(record.as_bytes()), Some(KeptProperties::Unreadable), "{record}");
            let record = format!(r#"{{"properties": {{}}, "sku": {properties}}}"#);
            assert_eq!(read(record.as_bytes()), Some(KeptProperties::Unreadable), "{record}");
        }
    }

    #[test]
    fn a_name_that_would_look_like_a_key_stays_as_it_is() {
        let record = r#"{"properties": {"aaaabbbbccccddddEEEE_JQQJ9": 1}}"#;
        assert_eq!(properties(record).as_deref(), Some(r#"{"aaaabbbbccccddddEEEE_JQQJ9":1}"#));
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
