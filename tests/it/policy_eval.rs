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

#[test]
fn answers_and_errors_have_the_line_of_their_facts_after_blank_lines() {
    let with_blank_lines = format!("\n{}\n \n{}", facts(), facts());
    let (status, stdout, stderr) = eval(&[("facts.jsonl", &with_blank_lines)], &["facts.jsonl"]);
    assert_eq!(status, Some(0), "{stderr}");
    let answers = stdout.lines().map(|line| serde_json::from_str::<Value>(line).expect(line));
    assert_eq!(answers.map(|answer| answer["line"].clone()).collect::<Vec<Value>>(), [2, 5]);
    let (_, _, stderr) = eval(&[("facts.jsonl", &format!("{with_blank_lines}{{}}\n"))], &["facts.jsonl"]);
    assert!(stderr.contains("facts.jsonl:6: "), "{stderr}");
}

const PRINTING: &str = "# METADATA
# title: x
# description: x
# custom: {id: A1, name: A, level: note}
package a

import rego.v1

names contains name if {
	name := input.account.name
	print(\"the name is\", name)
}

violation contains {\"message\": \"x\"} if {
	count(names) == 2
}

unproven contains {\"message\": \"y\"} if {
	some name in names
	print(\"unproven:\", name)
}
";

#[test]
fn output_of_print_is_next_to_the_answers_once_for_each_call() {
    let files = [("facts.jsonl", facts()), ("a.rego", PRINTING.to_owned())];
    let files = files.each_ref().map(|(name, text)| (*name, text.as_str()));
    let (status, stdout, stderr) = eval(&files, &["facts.jsonl", "--policy", "a.rego"]);
    assert_eq!(status, Some(0), "{stderr}");
    let answer: Value = serde_json::from_str(&stdout).expect(&stdout);
    assert_eq!(answer["answers"]["A1"]["unproven"][0]["message"], "y");
    let printed = serde_json::json!({ "A1": ["a.rego:11: the name is gpt", "a.rego:20: unproven: gpt"] });
    assert_eq!(answer["printed"], printed, "{stdout}");
    let (_, stdout, _) = eval(&files, &["facts.jsonl", "--policy", "a.rego", "--control", "KR001"]);
    assert!(!stdout.contains("printed"), "{stdout}");
}
