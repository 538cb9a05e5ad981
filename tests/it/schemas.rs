//! The schemas of the facts, next to the policies, and of the JSON report, in `docs`, are those of the types;
//! `UPDATE_EXPECT=1 cargo test --test it schemas::` writes them again.

use std::fs;
use std::path::Path;
use std::process::Command;

use rotaudit::model::{evidence_facts_schema, facts_schema};
use rotaudit::report::report_schema;
use serde_json::Value;

use crate::support::assert_expected;

fn schemas() -> [(&'static str, Value); 2] {
    [("facts.json", facts_schema()), ("evidence-facts.json", evidence_facts_schema())]
}

#[test]
fn the_written_schemas_are_those_of_the_types() {
    let of_facts = schemas().map(|(name, schema)| (format!("policies/schemas/{name}"), schema));
    for (name, schema) in
        of_facts.into_iter().chain([("docs/report.schema.json".to_owned(), report_schema())])
    {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(&name);
        let text = format!("{}\n", serde_json::to_string_pretty(&schema).expect("JSON"));
        assert_expected(&path, &text);
    }
}

#[test]
fn policy_schema_prints_the_schemas_of_the_facts() {
    for (about, (_, schema)) in ["account", "evidence"].into_iter().zip(schemas()) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rotaudit"));
        let output = command.args(["policy", "schema", "--about", about]).output().expect("an output");
        let printed: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert!(output.status.success() && printed == schema, "{about}");
    }
}

/// Every object lists all its members, except maps with free names.
#[test]
fn no_object_is_left_open() {
    for (name, schema) in schemas() {
        let definitions = schema["definitions"].as_object().expect("definitions");
        for (what, object) in definitions.iter().filter(|(_, object)| object["type"] == "object") {
            assert_eq!(object["additionalProperties"], false, "{name}: {what}");
        }
        assert_eq!(schema["additionalProperties"], false, "{name}");
        assert!(!schema.to_string().contains("null"), "{name}: an unknown fact is left out, never null");
    }
}

/// Checks a minimal sample, and the errors for samples that differ from it a little.
#[test]
fn facts_that_break_their_schema_are_found() {
    let schema = jsonschema::validator_for(&facts_schema()).expect("a schema");
    let mut facts: Value = serde_json::json!({
        "schema": "rotaudit.facts/1", "as_of": "2026-11-23T00:00:00Z", "as_of_basis": "evidence",
        "account": {"id": "i", "subscription_id": "s", "resource_group": "g", "name": "n", "kind": "OpenAI", "tags": {"any": "t"}},
        "keys": [{"name": "key1", "stamp": "2026-09", "set_at": {}, "age_days": {"min": 1.5}, "gaps": [], "attempts": []}],
        "oldest_key": {"set_at": {"latest": "2026-11-22T00:00:00.5Z"}, "age_days": {}},
        "coverage": [{"start": "2026-11-22T00:00:00Z", "end": "2026-11-22T00:00:00Z", "basis": "etag"}],
        "gaps": [], "attempts": [], "stamps": [], "contradictions": []
    });
    // The check does not cover members that are newer than this sample.
    for name in facts_schema()["required"].as_array().expect("required members") {
        let name = name.as_str().expect("a name");
        if facts.get(name).is_none() {
            facts[name] = Value::Array(Vec::new());
        }
    }
    let errors = |facts: &Value| schema.iter_errors(facts).map(|error| error.to_string()).collect::<Vec<_>>();
    assert_eq!(errors(&facts), Vec::<String>::new());
    for (pointer, wrong) in [
        ("/as_of", "2026-11-23"),
        ("/keys/0/name", "key3"),
        ("/keys/0/stamp", "2026-13"),
        ("/coverage/0/basis", "word"),
        ("/schema", "rotaudit.facts/2"),
        ("/account/location", ""),
    ] {
        let mut off = facts.clone();
        match off.pointer_mut(pointer) {
            Some(member) => *member = wrong.into(),
            None => off["account"]["location"] = Value::Null,
        }
        assert!(!errors(&off).is_empty(), "{pointer} as {wrong} is not seen");
    }
    let mut unknown = facts.clone();
    unknown["acount"] = "".into();
    assert!(!errors(&unknown).is_empty());
}

/// Checks the facts next to the built-in controls and next to the example control.
#[test]
fn the_facts_next_to_a_control_conform_and_the_control_fails_for_them() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let [facts, evidence] =
        schemas().map(|(_, schema)| jsonschema::validator_for(&schema).expect("a schema"));
    let mut controls = 0;
    for folder in ["policies", "src/authoring/example"] {
        for entry in fs::read_dir(root.join(folder)).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().and_then(|name| name.to_str()).expect("a name");
            let is_rego = path.extension().is_some_and(|ending| ending == "rego");
            if !is_rego || name.ends_with("_test.rego") {
                continue;
            }
            controls += 1;
            let text = fs::read_to_string(path.with_extension("example.json")).expect(name);
            let example: Value = serde_json::from_str(&text).expect(name);
            let schema = if example["schema"] == "rotaudit.facts/1" { &facts } else { &evidence };
            let errors: Vec<String> = schema.iter_errors(&example).map(|error| error.to_string()).collect();
            assert_eq!(errors, Vec::<String>::new(), "{name}");

            let mut command = Command::new(env!("CARGO_BIN_EXE_rotaudit"));
            command.args(["policy", "eval", "--policy"]).arg(&path).arg("--no-builtin-policies").arg("-");
            let answers = asked(&mut command, &example);
            let answers: Value = serde_json::from_str(&answers).expect(&answers);
            let answer = answers["answers"].as_object().expect("answers").values().next().expect("a control");
            let found = answer["violation"].as_array().map_or(0, Vec::len);
            assert!(found > 0, "{name}: {answers}");
        }
    }
    assert!(controls > 10, "only {controls} controls were found");
}

/// The schema allows further members, so it is closed here: every member of a report must be in it.
#[test]
fn reports_conform_to_their_schema() {
    let mut schema = report_schema();
    close(&mut schema);
    let schema = jsonschema::validator_for(&schema).expect("a schema");
    let errors = |report: &Value| {
        let errors = schema.iter_errors(report);
        errors.map(|error| format!("{}: {error}", error.instance_path())).collect::<Vec<_>>()
    };
    let folder = tempfile::tempdir().expect("a folder");
    let waivers = folder.path().join("waivers.yaml");
    let waiver =
        "waivers:\n- {control: KR001, resource: \"**\", expires: 2027-01-31, justification: A test}\n";
    fs::write(&waivers, waiver).expect("waivers are written");
    let waivers = waivers.to_str().expect("a path");
    let baseline = folder.path().join("baseline.sarif");
    let baseline = baseline.to_str().expect("a path");
    let plain = report_of(&["fixtures", "-o", baseline]);
    assert_eq!(errors(&plain), Vec::<String>::new());
    let options =
        ["--no-hash", "--no-stamps", "--control", "KR009", "--control", "KR001", "--declared-by", "A"];
    let compared = [&["fixtures", "--waivers", waivers, "--baseline", baseline][..], &options].concat();
    let compared = report_of(&compared);
    assert!(compared["baseline"].is_object(), "the baseline is missing");
    assert_eq!(errors(&compared), Vec::<String>::new());
    for (pointer, wrong) in [
        ("/schema", Value::from("rotaudit.report/2")),
        ("/as_of", Value::Null),
        ("/accounts/0/verdict", Value::from("old")),
        ("/accounts/0/keys/0/name", Value::from("key3")),
        ("/accounts/0/findings/0/outcome", Value::from("failed")),
        ("/summary/overdue", Value::from("6")),
    ] {
        let mut report = plain.clone();
        *report.pointer_mut(pointer).expect(pointer) = wrong;
        assert!(!errors(&report).is_empty(), "{pointer} is not checked");
    }
    let mut unknown = plain;
    unknown["accounts"][0]["verdicts"] = "overdue".into();
    assert!(!errors(&unknown).is_empty(), "an unknown member is accepted");
}

fn close(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            members.values_mut().for_each(close);
            if members.get("properties").is_some_and(Value::is_object) {
                members.insert("additionalProperties".to_owned(), false.into());
            }
        }
        Value::Array(elements) => elements.iter_mut().for_each(close),
        _ => {}
    }
}

fn report_of(arguments: &[&str]) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rotaudit"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(["audit", "--format", "json"]).args(arguments);
    let output = command.output().expect("the program runs");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{arguments:?}: {error}"))
}

fn asked(command: &mut Command, facts: &Value) -> String {
    let piped = std::process::Stdio::piped;
    let mut running = command.stdin(piped()).stdout(piped()).spawn().expect("the program runs");
    let mut input = running.stdin.take().expect("its input");
    std::io::Write::write_all(&mut input, facts.to_string().as_bytes()).expect("it reads");
    drop(input);
    let output = running.wait_with_output().expect("it ends");
    String::from_utf8(output.stdout).expect("text")
}
