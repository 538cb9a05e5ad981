//! Every folder below `tests/cases` is a case, or a folder of cases: exports, arguments, and the expected report.
//!
//! `expected.json` states the reason, the exit status, each account's verdict, and those parts of the report that the
//! case is about. Objects are compared by the members that it gives, lists element by element, findings by their
//! control.

use std::fs;

use serde_json::{Map, Value, json};

use crate::support::{Case, case_folders, stderr, stdout};

#[test]
fn every_case_is_as_expected() {
    let cases = Case::all();
    assert!(cases.len() > 50, "only {} cases were found", cases.len());
    let failures: Vec<String> = cases
        .iter()
        .filter_map(|case| check(case).err().map(|why| format!("{}: {why}", case.name)))
        .collect();
    assert!(failures.is_empty(), "{} of {} cases:\n{}", failures.len(), cases.len(), failures.join("\n"));
}

#[test]
fn cases_are_found_at_any_depth_and_a_folder_without_cases_is_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    for case in ["b", "a/deep/er", "a/first"] {
        fs::create_dir_all(root.join(case).join("exports")).expect("a folder");
        fs::write(root.join(case).join("args"), "audit\n").expect("arguments");
    }
    let expected = ["a/deep/er", "a/first", "b"].map(|case| root.join(case));
    assert_eq!(case_folders(root), Ok(expected.to_vec()));

    let empty = root.join("a/empty");
    fs::create_dir(&empty).expect("a folder");
    let error = case_folders(root).expect_err("a folder without cases");
    assert!(error.starts_with(&empty.display().to_string()), "{error}");

    fs::write(empty.join("expected.json"), "{}").expect("a file");
    let error = case_folders(root).expect_err("a case without arguments");
    assert!(error.starts_with(&empty.display().to_string()), "{error}");
}

fn check(case: &Case) -> Result<(), String> {
    let text = fs::read_to_string(case.folder.join("expected.json")).map_err(|error| error.to_string())?;
    let expected: Map<String, Value> = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let known = [
        "why", "exit", "verdicts", "accounts", "findings", "summary", "baseline", "notes", "unsaid", "stderr",
    ];
    if let Some(unknown) = expected.keys().find(|member| !known.contains(&member.as_str())) {
        return Err(format!("expected.json: {unknown} is not known"));
    }
    // A mistake on the command line is met before any report is written.
    let is_audit = case.arguments.first().is_some_and(|command| command == "audit");
    let has_format = case.arguments.iter().any(|argument| argument.starts_with("--format"));
    let output = if is_audit && !has_format { case.run(&["--format", "json"]) } else { case.run(&[]) };
    let errors = stderr(&output);
    if json!(output.status.code()) != expected["exit"] {
        return Err(format!("exit status {:?}, not {}; {errors}", output.status.code(), expected["exit"]));
    }
    for part in strings(expected.get("stderr")) {
        if !errors.contains(part) {
            return Err(format!("{part:?} is not in standard error: {errors}"));
        }
    }
    let Some(verdicts) = expected.get("verdicts") else {
        return if output.stdout.is_empty() {
            Ok(())
        } else {
            Err("a report, where none is expected".to_owned())
        };
    };
    let report: Value =
        serde_json::from_str(stdout(&output)).map_err(|error| format!("{error}; {errors}"))?;
    let by_name = |member: &str| -> Map<String, Value> {
        let accounts = report["accounts"].as_array().into_iter().flatten();
        let pair = |account: &Value| {
            let value = if member.is_empty() { account.clone() } else { account[member].clone() };
            (account["name"].as_str().unwrap_or_default().to_owned(), value)
        };
        accounts.map(pair).collect()
    };
    if *verdicts != Value::Object(by_name("verdict")) {
        return Err(format!("verdicts {}, not {verdicts}", Value::Object(by_name("verdict"))));
    }
    if let Some(accounts) = expected.get("accounts") {
        contains(&Value::Object(by_name("")), accounts, "accounts")?;
    }
    if let Some(baseline) = expected.get("baseline") {
        contains(&report["baseline"], baseline, "baseline")?;
    }
    if let Some(findings) = expected.get("findings") {
        contains(&report["findings"], findings, "report.findings")?;
    }
    if let Some(summary) = expected.get("summary") {
        contains(&report["summary"], summary, "summary")?;
    }
    let notes = notes(&report);
    let is_said = |part: &&str| notes.iter().any(|note| note.to_lowercase().contains(&part.to_lowercase()));
    if let Some(part) = strings(expected.get("notes")).into_iter().find(|part| !is_said(part)) {
        return Err(format!("{part:?} is in none of the notes: {notes:#?}"));
    }
    if let Some(part) = strings(expected.get("unsaid")).into_iter().find(is_said) {
        return Err(format!("{part:?} is in one of the notes: {notes:#?}"));
    }
    Ok(())
}

fn notes(report: &Value) -> Vec<&str> {
    let inputs = report["inputs"].as_array().into_iter().flatten();
    inputs
        .map(|input| &input["notes"])
        .chain([&report["notes"]])
        .flat_map(|notes| strings(Some(notes)))
        .collect()
}

fn strings(list: Option<&Value>) -> Vec<&str> {
    list.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

/// Whether `found` has all that `expected` has.
fn contains(found: &Value, expected: &Value, path: &str) -> Result<(), String> {
    match (found, expected) {
        (Value::Object(found), Value::Object(expected)) => expected.iter().try_for_each(|(name, value)| {
            let member = found.get(name).ok_or_else(|| format!("{path}.{name} is missing"))?;
            contains(member, value, &format!("{path}.{name}"))
        }),
        (Value::Array(found), Value::Array(expected)) if path.ends_with(".findings") => {
            expected.iter().try_for_each(|expected| {
                let of_control = found.iter().find(|found| found["control"] == expected["control"]);
                let finding = of_control.ok_or_else(|| format!("{path}: none of {}", expected["control"]))?;
                contains(finding, expected, &format!("{path}.{}", expected["control"]))
            })
        }
        (Value::Array(found), Value::Array(expected)) if found.len() == expected.len() => {
            let mut pairs = found.iter().zip(expected).enumerate();
            pairs.try_for_each(|(index, (found, expected))| {
                contains(found, expected, &format!("{path}[{index}]"))
            })
        }
        _ if found == expected => Ok(()),
        _ => Err(format!("{path} is {found}, not {expected}")),
    }
}
