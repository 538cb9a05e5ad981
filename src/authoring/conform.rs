//! Checks facts against their JSON Schema. It knows the keywords that our schemas use; a test compares it with a JSON
//! Schema library.

use std::collections::BTreeMap;

use regex::Regex;
use serde_json::{Map, Value};

use crate::model::{EvidenceFacts, Instant, evidence_facts_schema, facts_schema, printable};

/// More mistakes are not listed.
const MAX_MISTAKES: usize = 5;

/// The schemas of the facts about an account and about the evidence.
pub(super) struct FactSchemas {
    account: Value,
    evidence: Value,
    /// The compiled patterns, by their text: at most one for each of the schemas' patterns. Compiling one takes longer
    /// than reading facts.
    forms: BTreeMap<String, Option<Regex>>,
}

impl FactSchemas {
    pub(super) fn new() -> FactSchemas {
        FactSchemas { account: facts_schema(), evidence: evidence_facts_schema(), forms: BTreeMap::new() }
    }

    /// Returns at most [`MAX_MISTAKES`] mistakes of facts, each with its place in them.
    pub(super) fn mistakes(&mut self, facts: &Value) -> Vec<String> {
        let root = match facts.get("schema").and_then(Value::as_str) {
            Some(EvidenceFacts::SCHEMA) => &self.evidence,
            _ => &self.account,
        };
        let mut conformance = Conformance { root, forms: &mut self.forms, mistakes: Vec::new() };
        conformance.check(facts, root, "");
        conformance.mistakes
    }
}

struct Conformance<'s> {
    root: &'s Value,
    forms: &'s mut BTreeMap<String, Option<Regex>>,
    mistakes: Vec<String>,
}

impl<'s> Conformance<'s> {
    /// `place` is the path of `value`, like `keys[0].age_days`; empty for the facts as a whole.
    fn check(&mut self, value: &Value, schema: &'s Value, place: &str) {
        let root = self.root;
        let reference = schema["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
        if let Some(schema) = reference.and_then(|pointer| root.pointer(pointer)) {
            return self.check(value, schema, place);
        }
        for part in schema["allOf"].as_array().into_iter().flatten() {
            self.check(value, part, place);
        }
        if let Some(kind) = schema["type"].as_str()
            && !is_of(kind, value)
        {
            let [expected, given] = [kind, kind_of(value)].map(with_article);
            return self.add(place, &format!("must be {expected}, but is {given}"));
        }
        let word = schema.get("const").map(std::slice::from_ref);
        if let Some(words) = word.or(schema["enum"].as_array().map(Vec::as_slice))
            && !words.contains(value)
        {
            let words: Vec<String> = words.iter().map(Value::to_string).collect();
            let one_of = if words.len() > 1 { "one of " } else { "" };
            self.add(place, &format!("must be {one_of}{}", words.join(", ")));
        }
        match value {
            Value::Object(members) => self.check_members(members, schema, place),
            Value::Array(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    self.check(element, &schema["items"], &format!("{place}[{index}]"));
                }
            }
            Value::String(text) => self.check_text(text, schema, place),
            Value::Number(number) => {
                if let (Some(minimum), Some(number)) = (schema["minimum"].as_f64(), number.as_f64())
                    && number < minimum
                {
                    self.add(place, &format!("must be at least {minimum}"));
                }
            }
            Value::Null | Value::Bool(_) => {}
        }
    }

    fn check_members(&mut self, members: &Map<String, Value>, schema: &'s Value, place: &str) {
        let path = |name: &str| if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") };
        for (name, value) in members {
            match schema["properties"].get(name).or(schema.get("additionalProperties")) {
                Some(Value::Bool(false)) => self.add(&path(name), "is unknown"),
                Some(schema) => self.check(value, schema, &path(name)),
                None => {}
            }
        }
        for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if !members.contains_key(name) {
                self.add(&path(name), "is missing");
            }
        }
    }

    fn check_text(&mut self, text: &str, schema: &Value, place: &str) {
        if schema["format"] == "date-time" && Instant::parse(text).is_none_or(|_| !text.ends_with('Z')) {
            return self.add(place, "must be a time like 2026-11-23T00:00:00Z");
        }
        let Some(pattern) = schema["pattern"].as_str() else { return };
        let form = self.forms.entry(pattern.to_owned()).or_insert_with(|| Regex::new(pattern).ok());
        if !form.as_ref().is_some_and(|form| form.is_match(text)) {
            self.add(place, &format!("must match the pattern {pattern}"));
        }
    }

    fn add(&mut self, place: &str, what: &str) {
        if self.mistakes.len() < MAX_MISTAKES {
            let place =
                if place.is_empty() { "the line".to_owned() } else { format!("`{}`", printable(place)) };
            self.mistakes.push(format!("{place} {what}"));
        }
    }
}

/// Whether a value is of a type of JSON Schema, where 1.0 is an integer.
fn is_of(kind: &str, value: &Value) -> bool {
    match (kind, value) {
        ("integer", Value::Number(number)) => {
            number.as_f64().is_some_and(|number| number.fract().abs() < f64::EPSILON)
        }
        (kind, value) => kind == kind_of(value),
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn with_article(kind: &str) -> String {
    let article = match kind {
        "null" => "",
        "array" | "integer" | "object" => "an ",
        _ => "a ",
    };
    format!("{article}{kind}")
}

#[cfg(test)]
mod tests;
