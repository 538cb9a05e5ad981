//! Runs the tests next to the policies, and checks that they cover every line of a policy.

use std::fs;
use std::path::{Path, PathBuf};

use regorus::{Engine, Value};

use crate::support::{root, rotaudit, stderr, stdout};

/// Every Rego file below `policies/`, by its path from there.
fn policies() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies");
    let mut folders = vec![root.clone()];
    let mut files: Vec<PathBuf> = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder of policies") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rego") {
                files.push(path);
            }
        }
    }
    files.sort();
    let name = |path: &Path| path.strip_prefix(&root).expect("below the root").display().to_string();
    files.iter().map(|path| (name(path), fs::read_to_string(path).expect("a policy"))).collect()
}

fn engine() -> Engine {
    let mut engine = Engine::new();
    engine.set_strict_builtin_errors(true);
    engine.set_enable_coverage(true);
    for (name, text) in policies() {
        engine.add_policy(name, text).expect("a policy that parses");
    }
    engine.add_data(Value::from_json_str(r#"{"params": {}}"#).expect("data")).expect("parameters");
    engine
}

/// Lists `data.package.test_name` of every test, from the syntax tree: an undefined test appears nowhere else.
fn tests(engine: &Engine) -> Vec<String> {
    let tree = engine.get_ast_as_json().expect("a syntax tree");
    let tree: serde_json::Value = serde_json::from_str(&tree).expect("a syntax tree in JSON");
    let packages = engine.get_packages().expect("packages");
    let mut tests = Vec::new();
    for (module, package) in tree.as_array().expect("modules").iter().zip(packages) {
        for rule in module["ast"]["rules"].as_array().expect("rules") {
            let name = rule.pointer("/Spec/head/Compr/refr/Var/value").and_then(serde_json::Value::as_str);
            if let Some(name) = name.filter(|name| name.starts_with("test_")) {
                tests.push(format!("{package}.{name}"));
            }
        }
    }
    tests
}

#[test]
fn every_test_next_to_a_policy_passes_and_covers_every_line() {
    let mut engine = engine();
    let tests = tests(&engine);
    assert!(tests.len() > 20, "only {} tests were found", tests.len());
    engine.set_input(Value::new_object());
    for test in &tests {
        let outcome = engine.eval_rule(test.clone()).unwrap_or_else(|error| panic!("{test}: {error:#}"));
        assert_eq!(outcome, Value::from(true), "{test}");
    }
    let coverage = engine.get_coverage_report().expect("coverage");
    let untested: Vec<String> = coverage
        .files
        .iter()
        .filter(|file| !file.path.ends_with("_test.rego"))
        .flat_map(|file| file.not_covered.iter().map(move |line| format!("{}:{line}", file.path)))
        .collect();
    assert!(untested.is_empty(), "no test evaluates {untested:?}");
}

#[test]
fn every_control_has_tests_next_to_it() {
    let policies = policies();
    for (name, _) in policies.iter().filter(|(name, _)| !name.ends_with("_test.rego")) {
        let test = name.replace(".rego", "_test.rego");
        assert!(policies.iter().any(|(other, _)| *other == test), "{name} has no {test}");
    }
}

#[test]
fn check_reports_files_that_cannot_be_parsed_next_to_one_with_invalid_metadata() {
    let folder = tempfile::tempdir().expect("a folder");
    for case in ["parse-errors-of-two-files", "unknown-scope-above-a-rule"] {
        let policies = root().join("tests/cases/policies").join(case).join("policies");
        for file in fs::read_dir(policies).expect("a folder of policies") {
            let file = file.expect("an entry");
            let name = format!("{case}-{}", file.file_name().display());
            fs::copy(file.path(), folder.path().join(name)).expect("a copy");
        }
    }
    let output = rotaudit(folder.path()).args(["policy", "check", "."]).output().expect("an output");
    assert_eq!(output.status.code(), Some(2));
    let errors = stderr(&output);
    for place in [
        "parse-errors-of-two-files-a.rego:11:36",
        "parse-errors-of-two-files-b.rego:11:37",
        "unknown-scope-above-a-rule-a.rego:13:1",
    ] {
        assert_eq!(errors.matches(place).count(), 1, "{place}: {errors}");
    }
    assert!(!errors.contains("parse-errors-of-two-files-c.rego"), "{errors}");
}

#[test]
fn a_failing_test_shows_the_values_of_a_membership() {
    let folder = tempfile::tempdir().expect("a folder");
    let init = rotaudit(folder.path()).args(["policy", "init", "."]).output().expect("an output");
    assert_eq!(init.status.code(), Some(0));
    let text = "package acme_test\n\ntest_object if {\n\tfound := {{\"message\": \"y\"}}\n\t{\"message\": \"x\"} in found\n}\n\n\
                test_loop if {\n\tsome one in [1, 2]\n\tone in {3, 4}\n}\n";
    fs::write(folder.path().join("acme_test.rego"), text).expect("a test");
    let output = rotaudit(folder.path()).args(["policy", "test", "."]).output().expect("an output");
    let shown = stdout(&output);
    assert!(
        shown.contains("5 | {\"message\": \"x\"} in found\n         found is [{\"message\":\"y\"}]\n"),
        "{shown}"
    );
    assert!(shown.contains("10 | one in {3, 4}\n         one is one of [1,2]\n"), "{shown}");
}

/// Regorus itself prints a line about statements that have no valid order.
#[test]
fn check_writes_nothing_that_regorus_writes() {
    let folder = root().join("tests/analysis/statements-without-an-order");
    let output = rotaudit(&folder).args(["policy", "check", "."]).output().expect("an output");
    let errors = stderr(&output);
    assert!(errors.contains("no order of the statements gives c and d a value"), "{errors}");
    assert!(!errors.contains("schedule"), "{errors}");
}

/// If it were spelled out, the character would be longer than the label assumes.
#[test]
fn the_excerpt_of_an_id_that_is_defined_twice_has_no_hidden_character() {
    let folder = tempfile::tempdir().expect("a folder");
    let init = rotaudit(folder.path()).args(["policy", "init", "."]).output().expect("an output");
    assert_eq!(init.status.code(), Some(0));
    let control = fs::read_to_string(folder.path().join("owner_tag.rego")).expect("the example");
    let other = control
        .replace("id: ACME001", "id: ACME001 # hidden: \u{202e}")
        .replace("acme.owner_tag", "acme.other");
    // The error shows the file that is read second.
    fs::write(folder.path().join("z.rego"), other).expect("another control");
    let output = rotaudit(folder.path()).args(["policy", "check", "."]).output().expect("an output");
    let shown = stderr(&output);
    assert!(shown.contains("the control ACME001 is defined twice"), "{shown}");
    assert!(shown.contains("ACME001 # hidden: ???"), "{shown}");
    assert!(!shown.contains('\u{202e}'), "{shown}");
}

#[test]
fn coverage_counts_a_control_without_tests_and_fails_under_the_given_percentage() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |arguments: &[&str]| {
        let output = rotaudit(folder.path()).arg("policy").args(arguments).output().expect("an output");
        (output.status.code(), stdout(&output).to_owned())
    };
    assert_eq!(run(&["init", "."]).0, Some(0));
    let (status, text) = run(&["test", ".", "--fail-under", "100"]);
    assert!(status == Some(0) && text.contains("coverage: 100 % of 9 lines\n"), "{text}");

    let control = fs::read_to_string(folder.path().join("owner_tag.rego")).expect("the example");
    let other = control.replace("ACME001", "ACME002").replace("acme.owner_tag", "acme.other");
    fs::write(folder.path().join("other.rego"), other).expect("another control");
    let (status, text) = run(&["test", ".", "--fail-under", "50"]);
    assert!(status == Some(0) && text.contains("coverage: 50 % of 18 lines\n"), "{text}");
    assert!(text.contains("other.rego: 0 % of 9 lines, not lines 24, 26, "), "{text}");
    let (status, text) = run(&["test", ".", "--fail-under", "51"]);
    assert!(status == Some(1) && text.contains("the coverage is below 51 %\n"), "{text}");
    assert_eq!(run(&["test", ".", "--fail-under", "101"]).0, Some(2));
}

fn is_of_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

/// regorus evaluates the complete package for each rule that is read through the name of its package, for every account.
#[test]
fn every_rule_of_the_library_is_imported_by_its_own_name() {
    for (name, text) in policies().iter().filter(|(name, _)| !name.ends_with("_test.rego")) {
        let packages = text.lines().filter_map(|line| line.strip_prefix("import data.rotaudit.lib."));
        for package in packages.filter(|path| path.chars().all(is_of_name)) {
            let code = text.lines().filter(|line| !line.starts_with('#'));
            for (line, at) in code.flat_map(|line| line.match_indices(package).map(move |(at, _)| (line, at)))
            {
                let (before, after) = (&line[..at], &line[at + package.len()..]);
                let is_own_name = !before.ends_with(|last: char| is_of_name(last) || last == '.');
                let Some(rule) = after.strip_prefix('.').filter(|_| is_own_name) else { continue };
                let rest = rule.trim_start_matches(is_of_name);
                assert!(rest.len() == rule.len() || rest.starts_with('('), "{name}: import {package}.{rule}");
            }
        }
    }
}

/// The rules `messy-rule` and `line-length` of Regal. Messages stay on one line, so that a search finds them.
#[test]
fn rules_of_one_name_are_together_and_only_messages_make_long_lines() {
    const MAX_CHARACTERS: usize = 120;
    const MAX_CHARACTERS_AROUND_MESSAGE: usize = 60;
    for (name, text) in policies() {
        let heads = text.lines().filter(|line| line.starts_with(|first: char| first.is_ascii_lowercase()));
        let mut rules: Vec<&str> = heads
            .map(|line| line.strip_prefix("default ").unwrap_or(line))
            .filter_map(|line| line.split(|character: char| !is_of_name(character)).next())
            .filter(|rule| *rule != "import")
            .collect();
        rules.dedup();
        let mut sorted = rules.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), rules.len(), "{name}: rules of one name are not together: {rules:?}");
        for line in text.lines().filter(|_| !name.ends_with("_test.rego")) {
            let message = line.split('"').skip(1).step_by(2).map(str::len).max().unwrap_or_default();
            let characters = line.chars().count();
            let is_short =
                characters <= MAX_CHARACTERS || characters - message <= MAX_CHARACTERS_AROUND_MESSAGE;
            assert!(is_short, "{name}: {characters} characters: {line}");
        }
    }
}

/// The limit is 64 KiB for each account.
#[test]
fn properties_beyond_the_limit_are_noted_and_not_in_the_facts() {
    let folder = tempfile::tempdir().expect("a folder");
    let account = |name: &str, length: usize| {
        serde_json::json!({
            "id": format!("/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/{name}"),
            "kind": "OpenAI", "type": "Microsoft.CognitiveServices/accounts",
            "properties": {"publicNetworkAccess": "Disabled", "allowedFqdnList": ["x".repeat(length)]},
        })
    };
    let list = serde_json::json!([account("large", 65_000), account("too-large", 66_000)]);
    fs::write(folder.path().join("accounts.json"), list.to_string()).expect("a list");
    let output = rotaudit(folder.path()).args(["facts", "accounts.json"]).output().expect("the program runs");
    let accounts: Vec<serde_json::Value> = stdout(&output)
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("facts")["account"].take())
        .collect();
    assert_eq!(accounts[0]["properties"]["publicNetworkAccess"], "Disabled");
    assert!(accounts[0].get("omitted_properties_bytes").is_none());
    assert!(accounts[1].get("properties").is_none());
    assert_eq!(accounts[1]["omitted_properties_bytes"], 66_057);

    let policies = root().join("examples/policies");
    let audit = rotaudit(folder.path())
        .args(["audit", "--control", "ACME002", "--format", "json", "accounts.json", "--policy"])
        .arg(policies)
        .output()
        .expect("the program runs");
    let report: serde_json::Value = serde_json::from_str(stdout(&audit)).expect("a report");
    let outcomes = [0, 1].map(|account| report["accounts"][account]["findings"][0]["outcome"].clone());
    assert_eq!(outcomes, ["pass", "open"], "{report}");
    let note = "accounts/too-large take 66057 bytes, more than 65536, so they are not in its facts";
    assert!(report["notes"].to_string().contains(note), "{report}");
}
