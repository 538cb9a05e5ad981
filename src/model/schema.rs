//! JSON Schemas of the facts, from their types. Policies are checked against them, and `opa check --schema` reads them.

use std::borrow::Cow;

use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value};

use super::{EvidenceFacts, Facts, Instant, Month};

/// Returns the schema of `rotaudit.facts/1`.
pub fn facts_schema() -> Value {
    schema_of::<Facts>("urn:rotaudit:facts:1", "What the evidence proves about one account")
}

/// Returns the schema of `rotaudit.evidence-facts/1`.
pub fn evidence_facts_schema() -> Value {
    let id = "urn:rotaudit:evidence-facts:1";
    schema_of::<EvidenceFacts>(id, "What the evidence contains as a whole")
}

/// Whether a schema has a path of members with these names, each inside the one before. A member that can have any
/// value has members of every name.
pub fn has_path(schema: &Value, names: &[String]) -> bool {
    let mut at = schema;
    for name in names {
        at = resolved(schema, at);
        if at.as_bool() == Some(true) {
            return true;
        }
        let others = at.get("additionalProperties").filter(|others| others.as_bool() != Some(false));
        let Some(member) = at["properties"].get(name).or(others) else { return false };
        at = member;
    }
    true
}

/// The definition that a part of a schema refers to, or the part itself.
fn resolved<'s>(root: &'s Value, part: &'s Value) -> &'s Value {
    let part = part["allOf"].get(0).unwrap_or(part);
    let reference = part["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
    reference.and_then(|pointer| root.pointer(pointer)).unwrap_or(part)
}

/// Draft 7: the newest that Open Policy Agent reads.
fn schema_of<T: JsonSchema>(id: &str, title: &str) -> Value {
    let settings = SchemaSettings::draft07().for_serialize().with_transform(RecursiveTransform(simplify));
    let mut schema = settings.into_generator().into_root_schema_for::<T>();
    schema.insert("$id".to_owned(), id.into());
    schema.insert("title".to_owned(), title.into());
    schema.to_value()
}

/// Forbids members that are not named, and `null`, because an unknown fact is left out. Turns words into plain
/// enumerations.
fn simplify(schema: &mut Schema) {
    let Some(object) = schema.as_object_mut() else { return };
    if object.contains_key("properties") {
        object.insert("additionalProperties".to_owned(), false.into());
    }
    if let Some(Value::Array(types)) = object.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_mut_slice() {
            let only = only.take();
            object.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(choices)) = object.get_mut("anyOf") {
        choices.retain(|choice| choice["type"] != "null");
        if let [Value::Object(only)] = choices.as_mut_slice() {
            let only = std::mem::take(only);
            object.remove("anyOf");
            object.extend(only);
        }
    }
    join_words(object);
}

/// Replaces `oneOf` with documented words by an `enum` of these words.
fn join_words(object: &mut Map<String, Value>) {
    let words_of = |choice: &Value| match (choice.get("enum"), choice.get("const")) {
        (Some(Value::Array(words)), _) => Some(words.clone()),
        (_, Some(word)) => Some(vec![word.clone()]),
        _ => None,
    };
    let Some(Value::Array(choices)) = object.get("oneOf") else { return };
    let Some(words) = choices.iter().map(words_of).collect::<Option<Vec<_>>>() else { return };
    object.remove("oneOf");
    object.insert("type".to_owned(), "string".into());
    object.insert("enum".to_owned(), words.concat().into());
}

impl JsonSchema for Instant {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Instant".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "date-time", "pattern": "Z$" })
    }
}

impl JsonSchema for Month {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Month".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^[0-9]{4}-(0[1-9]|1[0-2])$" })
    }
}
