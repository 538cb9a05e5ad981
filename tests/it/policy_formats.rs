//! The results of `policy check` and `policy test` as JSON, SARIF and JUnit XML.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::sarif::rules::official_schema;
use crate::support::{rotaudit, stderr, stdout};

/// A folder with the example of a control.
fn example() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    assert_eq!(run(folder.path(), &["init", "."]).0, Some(0));
    folder
}

/// Returns the exit status, the standard output and the standard error of a command about policies.
fn run(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = rotaudit(folder).arg("policy").args(arguments).output().expect("an output");
    (output.status.code(), stdout(&output).to_owned(), stderr(&output).to_owned())
}

fn change(folder: &Path, file: &str, from: &str, to: &str) {
    let text = fs::read_to_string(folder.join(file)).expect(file);
    assert!(text.contains(from), "{file} has no {from}");
    fs::write(folder.join(file), text.replace(from, to)).expect(file);
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).expect(text)
}

fn assert_valid_sarif(log: &Value) {
    let Some(schema) = official_schema() else { return };
    let errors: Vec<String> =
        schema.iter_errors(log).map(|error| format!("{error} at {}", error.instance_path())).collect();
    assert_eq!(errors, Vec::<String>::new());
}

#[test]
fn the_problems_of_a_check_are_in_each_format_and_not_on_standard_error() {
    let folder = example();
    change(folder.path(), "owner_tag.rego", "input.account.tags", "input.acount.tags");

    let (status, text, errors) = run(folder.path(), &["check", ".", "--format", "json"]);
    assert_eq!((status, errors.as_str()), (Some(2), ""));
    let document = json(&text);
    assert_eq!(document["schema"], "rotaudit.policy-check/1");
    assert_eq!(document["files"], serde_json::json!(["./owner_tag.rego", "./owner_tag_test.rego"]));
    assert_eq!((&document["errors"], &document["warnings"]), (&1.into(), &0.into()));
    let expected = serde_json::json!({
        "file": "./owner_tag.rego", "line": 39, "column": 28, "severity": "error",
        "message": "input.acount.tags: the facts have no acount", "help": "did you mean account?",
    });
    assert_eq!(document["problems"][0], expected);

    let (status, text, errors) = run(folder.path(), &["check", ".", "--format", "sarif"]);
    assert_eq!((status, errors.as_str()), (Some(2), ""));
    let log = json(&text);
    assert_valid_sarif(&log);
    let results = log["runs"][0]["results"].as_array().expect("results");
    let kinds: Vec<_> = results.iter().map(|result| (&result["kind"], &result["level"])).collect();
    assert_eq!(
        format!("{kinds:?}"),
        r#"[(String("fail"), String("error")), (String("pass"), String("none"))]"#
    );
    let place = &results[0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "owner_tag.rego");
    assert_eq!(place["region"]["startLine"], 39);

    let (status, text, errors) = run(folder.path(), &["check", ".", "--format", "junit"]);
    assert_eq!((status, errors.as_str()), (Some(2), ""));
    assert!(
        text.contains(
            r#"<testsuites name="rotaudit policy check" tests="2" skipped="0" failures="1" errors="0">"#
        ),
        "{text}"
    );
    assert!(text.contains("line 39: input.acount.tags: the facts have no acount"), "{text}");
}

#[test]
fn errors_that_keep_policies_from_being_loaded_have_their_places_in_each_format() {
    let folder = example();
    change(folder.path(), "owner_tag.rego", "level: warning", "level: grave");
    fs::write(folder.path().join("broken.rego"), "package acme.broken\n\nr := [\n").expect("a policy");
    let (status, text, errors) = run(folder.path(), &["check", ".", "--format", "json"]);
    assert_eq!((status, errors.as_str()), (Some(2), ""));
    let files = ["./broken.rego", "./owner_tag.rego", "./owner_tag_test.rego"];
    assert_eq!(json(&text)["files"], serde_json::json!(files));
    let (status, counts, errors) = run(folder.path(), &["check", "."]);
    assert_eq!((status, counts.as_str()), (Some(2), "3 files: 2 errors, 0 warnings\n"), "{errors}");
    let problems = json(&text)["problems"].clone();
    let places: Vec<_> =
        problems.as_array().expect("problems").iter().map(|it| (&it["file"], &it["line"])).collect();
    let line_of_the_level = 13;
    assert_eq!(
        format!("{places:?}"),
        format!(
            r#"[(String("./broken.rego"), Number(4)), (String("./owner_tag.rego"), Number({line_of_the_level}))]"#
        )
    );
    assert_valid_sarif(&json(&run(folder.path(), &["check", ".", "--format", "sarif"]).1));
    let (_, text, _) = run(folder.path(), &["check", ".", "--format", "junit"]);
    assert!(text.contains(r#"failures="2""#) && text.contains("a policy has invalid metadata: "), "{text}");
    let (_, text, _) = run(folder.path(), &["check", "nowhere", "--format", "json"]);
    assert_eq!((&json(&text)["errors"], &json(&text)["problems"][0]["file"]), (&1.into(), &Value::Null));
}

#[test]
fn the_results_of_tests_and_their_coverage_are_in_each_format() {
    let folder = example();
    change(folder.path(), "owner_tag_test.rego", "\"Owner\": \"team-search\"", "\"Owner\": \"\"");
    let arguments = |format| ["test", ".", "--fail-under", "100", "--format", format];

    let (status, text, errors) = run(folder.path(), &arguments("json"));
    assert_eq!((status, errors.as_str()), (Some(1), ""));
    let document = json(&text);
    assert_eq!((&document["passed"], &document["failed"]), (&3.into(), &1.into()));
    let failures: Vec<&Value> =
        document["tests"].as_array().expect("tests").iter().filter(|test| test["passed"] == false).collect();
    let [failure] = failures.as_slice() else { panic!("{failures:?}") };
    assert_eq!((&failure["line"], &failure["failure"]["line"]), (&19.into(), &20.into()));
    assert_eq!(failure["failure"]["values"][0]["value"], "1");
    assert_eq!(document["coverage"]["percent"], 100);

    let log = json(&run(folder.path(), &arguments("sarif")).1);
    assert_valid_sarif(&log);
    let levels: Vec<&str> = log["runs"][0]["results"]
        .as_array()
        .expect("results")
        .iter()
        .map(|result| result["level"].as_str().expect("a level"))
        .collect();
    assert_eq!(levels.iter().filter(|level| **level == "error").count(), 1, "{levels:?}");
    assert_eq!(levels.len(), 5, "{levels:?}");

    let (_, text, _) = run(folder.path(), &arguments("junit"));
    assert!(text.contains(r#"tests="5" skipped="0" failures="1" errors="0""#), "{text}");

    // Without its tests, no line of the control is covered.
    let other = "package acme.other_test\n\ntest_nothing if true\n";
    fs::write(folder.path().join("owner_tag_test.rego"), other).expect("a test");
    let (status, text, _) = run(folder.path(), &arguments("junit"));
    assert!(status == Some(1) && text.contains("the coverage is 0 % of 9 lines, below 100 %"), "{text}");
    let document = json(&run(folder.path(), &arguments("json")).1);
    assert_eq!(
        (&document["coverage"]["percent"], &document["coverage"]["fail_under"]),
        (&0.into(), &100.into())
    );
    let log = json(&run(folder.path(), &arguments("sarif")).1);
    assert_valid_sarif(&log);
    let notes =
        log["runs"][0]["results"].as_array().expect("results").iter().filter(|it| it["level"] == "note");
    assert_eq!(notes.count(), 1);
}
