//! The annotation `schemas` of a metadata block, as `opa check --schema` reads it: a list of paths, each with the name of
//! a schema or a schema that is written out.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use serde_saphyr::Spanned;

use crate::model::{About, evidence_facts_schema, facts_schema, has_path, printable};

/// The names of the schemas of the facts: those of the files `rotaudit/account.json` and `rotaudit/evidence.json` in a
/// folder for `opa check --schema`.
const ACCOUNT_FACTS: &str = "schema.rotaudit.account";
const EVIDENCE_FACTS: &str = "schema.rotaudit.evidence";

/// The annotation of one block.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub(super) struct Schemas(Vec<Spanned<BTreeMap<String, Value>>>);

/// An error in the annotation, and its line in the block, from 1.
#[derive(Debug)]
pub(super) struct SchemaFault {
    pub line: usize,
    pub what: String,
}

impl Schemas {
    /// Returns the subject that the annotation states for `input`, if any. `about` is the subject of the control.
    pub(super) fn input(&self, about: Option<About>) -> Result<Option<About>, SchemaFault> {
        let mut stated = None;
        for entry in &self.0 {
            for (path, schema) in &entry.value {
                let line = usize::try_from(entry.referenced.line()).unwrap_or_default().max(1);
                let fault = |what: String| SchemaFault { line, what: printable(&what) };
                stated = checked(path, schema, about).map_err(fault)?.or(stated);
            }
        }
        Ok(stated)
    }
}

/// Checks one entry, and returns the subject if it is about `input`.
fn checked(path: &str, schema: &Value, about: Option<About>) -> Result<Option<About>, String> {
    let names = names(path);
    let Some((root, below)) =
        names.split_first().filter(|(root, _)| ["input", "data"].contains(&root.as_str()))
    else {
        return Err(format!("the path `{path}` of a schema must begin with `input` or `data`"));
    };
    let is_input = root == "input";
    if is_input && !is_fact(below, about) {
        return Err(format!("`{path}` is not in the facts, so it cannot have a schema"));
    }
    let schema = match schema {
        Value::String(schema) => schema.replace("[\"", ".").replace("\"]", ""),
        Value::Object(_) | Value::Bool(_) => return Ok(None),
        _ => {
            return Err(format!(
                "the schema of `{path}` must be a name like `{ACCOUNT_FACTS}`, or an object"
            ));
        }
    };
    let subject = match schema.as_str() {
        ACCOUNT_FACTS => Some(About::Account),
        EVIDENCE_FACTS => Some(About::Evidence),
        _ => None,
    };
    match (subject, about) {
        (Some(_), _) if names.len() > 1 || !is_input => {
            Err(format!("`{schema}` is the schema of `input` as a whole, not of `{path}`"))
        }
        (Some(subject), Some(about)) if subject != about => {
            let (right, facts) = match about {
                About::Account => (ACCOUNT_FACTS, "each account"),
                About::Evidence => (EVIDENCE_FACTS, "the evidence"),
            };
            Err(format!("the control is about {facts}; write `input: {right}`"))
        }
        (Some(subject), _) => Ok(Some(subject)),
        // The one schema of `opa check --schema FILE`.
        (None, _) if schema == "schema" => Ok(None),
        (None, _) if schema.starts_with("schema.rotaudit.") || path == "input" => {
            Err(format!("unknown schema `{schema}`; the facts have {ACCOUNT_FACTS} and {EVIDENCE_FACTS}"))
        }
        (None, _) if schema.starts_with("schema.") => Ok(None),
        (None, _) => Err(format!("`{schema}` is not the name of a schema; names begin with `schema.`")),
    }
}

/// `a`, `b.c` and `d` of `a["b.c"].d`.
fn names(path: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        let (name, after) = if let Some(quoted) = rest.strip_prefix("[\"") {
            quoted.split_once("\"]").unwrap_or((quoted, ""))
        } else {
            let end = rest.char_indices().skip(1).find(|(_, character)| ['.', '['].contains(character));
            rest.split_at(end.map_or(rest.len(), |(end, _)| end))
        };
        names.push(name.to_owned());
        rest = after.strip_prefix('.').unwrap_or(after);
    }
    names
}

/// Whether the facts have this path below `input`.
fn is_fact(path: &[String], about: Option<About>) -> bool {
    let is_in = |subject: About, schema: fn() -> Value| {
        about.is_none_or(|about| about == subject) && has_path(&schema(), path)
    };
    is_in(About::Account, facts_schema) || is_in(About::Evidence, evidence_facts_schema)
}
