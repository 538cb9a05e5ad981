use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::*;

/// The facts next to the built-in controls.
fn examples() -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies");
    let paths = fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let of = paths.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    let mut paths: Vec<_> = of.collect();
    paths.sort();
    paths
        .iter()
        .map(|path| serde_json::from_str(&fs::read_to_string(path).expect("a text")).expect("JSON"))
        .collect()
}

/// The JSON Pointers of all values in a value.
fn pointers(value: &Value, at: &str, all: &mut BTreeSet<String>) {
    all.insert(at.to_owned());
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, member)| pointers(member, &format!("{at}/{name}"), all));
        }
        Value::Array(elements) => {
            elements
                .iter()
                .enumerate()
                .for_each(|(index, element)| pointers(element, &format!("{at}/{index}"), all));
        }
        _ => {}
    }
}

#[test]
fn changed_facts_conform_exactly_if_a_library_accepts_them() {
    let mut schemas = FactSchemas::new();
    let validator = |schema| {
        let options = jsonschema::options().should_validate_formats(true);
        options.build(schema).expect("a schema")
    };
    let [account, evidence] = [&schemas.account, &schemas.evidence].map(validator);
    let values = [
        json!(null),
        json!(true),
        json!(-1),
        json!(1),
        json!(1.5),
        json!(2.0),
        json!(""),
        json!("succeeded"),
        json!("2026-09"),
        json!("2026-13"),
        json!("2026-11-23T00:00:00Z"),
        json!("2026-11-23T00:00:00+01:00"),
        json!("2026-11-23"),
        json!([]),
        json!([{}]),
        json!({}),
        json!({"a": "b"}),
        json!({"a": 1}),
    ];
    let (mut accepted, mut refused) = (0, 0);
    let mut compare = |facts: &Value| {
        let validator = if facts["schema"] == EvidenceFacts::SCHEMA { &evidence } else { &account };
        let mistakes = schemas.mistakes(facts);
        assert_eq!(mistakes.is_empty(), validator.is_valid(facts), "{mistakes:?} of {facts}");
        if mistakes.is_empty() { accepted += 1 } else { refused += 1 }
    };
    for example in examples() {
        compare(&example);
        let mut places = BTreeSet::new();
        pointers(&example, "", &mut places);
        for pointer in places {
            for value in &values {
                let mut facts = example.clone();
                *facts.pointer_mut(&pointer).expect("a value") = value.clone();
                compare(&facts);
            }
            let (parent, name) = pointer.rsplit_once('/').unwrap_or_default();
            let mut facts = example.clone();
            if let Some(Value::Object(members)) = facts.pointer_mut(parent) {
                members.remove(name);
                compare(&facts);
            }
            let mut facts = example.clone();
            if let Some(Value::Object(members)) = facts.pointer_mut(&pointer) {
                members.insert("more".to_owned(), json!("x"));
                compare(&facts);
            }
        }
    }
    assert!(accepted > 500 && refused > 5_000, "{accepted} accepted, {refused} refused");
}

#[test]
fn a_mistake_names_its_place_and_what_is_right() {
    let facts = json!({
        "schema": EvidenceFacts::SCHEMA, "as_of": "2026-11-23", "as_of_basis": "evidence", "inputs": [
            {"path": "a.json", "format": 1, "records": -1}, {"format": "f", "records": 0.5, "path": "p", "lines": 1},
        ], "unlisted_accounts": {}, "key_material": [],
    });
    assert_eq!(
        FactSchemas::new().mistakes(&facts),
        [
            "`as_of` must be a time like 2026-11-23T00:00:00Z",
            "`inputs[0].format` must be a string, but is a number",
            "`inputs[0].records` must be at least 0",
            "`inputs[1].lines` is unknown",
            "`inputs[1].records` must be an integer, but is a number",
        ]
    );
    let mut account = examples().swap_remove(0);
    account["schema"] = "rotaudit.facts/2".into();
    account["keys"][0]["stamp"] = "2026-13".into();
    assert_eq!(
        FactSchemas::new().mistakes(&account),
        [
            "`keys[0].stamp` must match the pattern ^[0-9]{4}-(0[1-9]|1[0-2])$",
            "`schema` must be \"rotaudit.facts/1\"",
        ]
    );
    assert_eq!(FactSchemas::new().mistakes(&json!("text")), ["the line must be an object, but is a string"]);
}
