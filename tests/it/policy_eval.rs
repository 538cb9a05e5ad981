//! `policy eval`: which facts it refuses, and what it prints.

use std::path::Path;

use serde_json::Value;

use crate::support::{facts, root, rotaudit, stderr, stdout};

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

fn control(about: &str, rule: &str) -> String {
    format!(
        "# METADATA\n# title: x\n# description: x\n# custom: {{id: A1, name: A, level: note, about: {about}}}\npackage a\n\n\
         {rule}\n"
    )
}

#[test]
fn policies_with_errors_are_neither_evaluated_nor_tested() {
    let rule = "violation contains {\"message\": \"x\"} if input.acount.name == \"x\"";
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in [
        ("a.rego", control("account", rule)),
        ("a_test.rego", "package a_test\n\nimport data.a\n\ntest_a if count(a.violation) == 0\n".to_owned()),
        ("facts.jsonl", facts()),
    ] {
        std::fs::write(folder.path().join(name), text).expect("a file");
    }
    for arguments in [&["check", "."][..], &["test", "."], &["eval", "--policy", ".", "facts.jsonl"]] {
        let output = rotaudit(folder.path()).arg("policy").args(arguments).output().expect("an output");
        let (stdout, stderr) = (stdout(&output), stderr(&output));
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {stderr}");
        for part in ["a.rego:7:46", "input.acount.name: the facts have no acount", "did you mean account?"] {
            assert!(stderr.contains(part), "{arguments:?}: no {part:?} in\n{stderr}");
        }
        assert!(arguments[0] == "check" || stdout.is_empty(), "{stdout}");
    }
}

#[test]
fn a_control_that_fits_none_of_the_facts_is_refused_with_the_command_for_its_facts() {
    let rule = "unproven contains {\"message\": \"x\", \"subject\": \"x\"} if input.as_of == \"x\"";
    let policy = control("evidence", rule);
    let files = [("facts.jsonl", &*facts()), ("a.rego", &*policy)];
    let arguments = ["facts.jsonl", "--policy", "a.rego", "--control", "A1"];
    let (status, stdout, stderr) = eval(&files, &arguments);
    assert_eq!((status, stdout.as_str()), (Some(2), ""), "{stderr}");
    for part in ["A1 is about the evidence", "make its facts with `rotaudit facts --about evidence`"] {
        assert!(stderr.contains(part), "{stderr}");
    }
    let path = root().join("policies/kr007_key_material_in_evidence.example.json");
    let evidence: Value = serde_json::from_str(&std::fs::read_to_string(path).expect("facts")).expect("JSON");
    let evidence = format!("{evidence}\n");
    let of_account = ["facts.jsonl", "--control", "KR001"];
    let (status, stdout, stderr) = eval(&[("facts.jsonl", &evidence)], &of_account);
    assert_eq!((status, stdout.as_str()), (Some(2), ""), "{stderr}");
    for part in ["KR001 is about an account", "make its facts with `rotaudit facts`"] {
        assert!(stderr.contains(part), "{stderr}");
    }
    let both = format!("{evidence}{}", facts());
    let (status, stdout, stderr) = eval(&[("facts.jsonl", &both)], &of_account);
    assert_eq!((status, stdout.lines().count()), (Some(0), 2), "{stderr}");
}
