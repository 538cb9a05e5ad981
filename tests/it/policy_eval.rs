//! `policy eval`: which facts it refuses, and what it prints.

use std::path::Path;

use serde_json::Value;

use crate::support::{facts, rotaudit, stderr, stdout};

/// Writes `files`, and returns the exit status, the standard output and the standard error of `policy eval`.
fn eval(files: &[(&str, &str)], arguments: &[&str]) -> (Option<i32>, String, String) {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        std::fs::write(Path::new(folder.path()).join(name), text).expect("a file");
    }
    let output =
        rotaudit(folder.path()).args(["policy", "eval"]).args(arguments).output().expect("an output");
    (output.status.code(), stdout(&output).to_owned(), stderr(&output).to_owned())
}

#[test]
fn facts_that_break_their_schema_are_refused_with_file_line_and_place() {
    let mut wrong: Value = serde_json::from_str(&facts()).expect("JSON");
    wrong["keys"][1]["age_days"]["min"] = "90".into();
    wrong["account"]["acount"] = "a".into();
    wrong["as_of_basis"] = "clocks".into();
    let text = format!("{}{wrong}\n", facts());
    let (status, stdout, stderr) = eval(&[("facts.jsonl", &text)], &["facts.jsonl"]);
    assert_eq!((status, stdout.as_str()), (Some(2), ""), "{stderr}");
    for part in [
        "facts.jsonl:2: the facts do not conform to their schema",
        "`keys[1].age_days.min` must be a number, but is a string",
        "`account.acount` is unknown",
        "`as_of_basis` must be one of \"",
        "`rotaudit policy schema` prints the schema",
    ] {
        assert!(stderr.contains(part), "no {part:?} in\n{stderr}");
    }
    let (status, stdout, stderr) = eval(&[("facts.jsonl", &facts())], &["facts.jsonl"]);
    assert_eq!((status, stdout.lines().count()), (Some(0), 1), "{stderr}");
}
