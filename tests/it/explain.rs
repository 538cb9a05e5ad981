//! Every folder below `tests/explain` is a case: arguments, one per line, and everything that the program prints for
//! them.
//!
//! `UPDATE_EXPECT=1 cargo test --test it explain::` writes the output again.

use std::fs;

use crate::support::{Case, UPDATE, is_expected, root, rotaudit, stderr, stdout};

const AS_OF: [&str; 2] = ["--as-of", "2026-11-23"];

#[test]
fn every_explanation_is_as_expected() {
    let cases = Case::all_in("tests/explain");
    assert!(cases.len() > 10, "only {} cases were found", cases.len());
    let mut failures = Vec::new();
    for case in &cases {
        let output = case.run(&[]);
        let status = output.status.code().unwrap_or(-1);
        let printed = format!("{}{}[exit status {status}]\n", stdout(&output), stderr(&output));
        if !is_expected(&case.folder.join("expected.txt"), &printed) {
            failures.push(format!("{}:\n{printed}", case.name));
        }
    }
    assert!(failures.is_empty(), "{UPDATE} explain::\n{}", failures.join("\n"));
}

/// The verdict must be that of the audit. This checks only some of the cases, since each takes several runs of the
/// program.
#[test]
fn the_verdict_is_that_of_the_audit() {
    let mut explained = 0;
    for case in Case::all().iter().step_by(10) {
        let exports = case.folder.join("exports");
        let audit = rotaudit(&case.folder)
            .args(["audit", "--format", "json"])
            .args(AS_OF)
            .arg("exports")
            .output()
            .expect("the program runs");
        let Ok(report) = serde_json::from_str::<serde_json::Value>(stdout(&audit)) else { continue };
        for account in report["accounts"].as_array().into_iter().flatten().take(1) {
            let id = account["id"].as_str().expect("an id");
            let output = rotaudit(&case.folder)
                .args(["explain", id])
                .args(AS_OF)
                .arg("exports")
                .output()
                .expect("the program runs");
            let verdict = account["verdict"].as_str().expect("a verdict").replace('_', " ");
            let first = stdout(&output).lines().next().unwrap_or_default().to_owned();
            assert!(first.ends_with(&format!(": {verdict}")), "{}: {id}: {first}", exports.display());
            explained += 1;
        }
    }
    assert!(explained > 15, "only {explained} accounts were explained");
}

/// The id is from a file that anyone may have written, and the command will be pasted.
#[test]
fn an_id_in_a_command_stays_data() {
    let folder = tempfile::tempdir().expect("a folder");
    let name = "a';touch b;'\u{1b}[2J$(c)";
    let id =
        format!("/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/{name}");
    let account = serde_json::json!([{
        "id": id, "name": name, "kind": "OpenAI", "type": "Microsoft.CognitiveServices/accounts",
        "properties": {"dateCreated": "2024-01-01T00:00:00Z"},
    }]);
    fs::write(folder.path().join("accounts.json"), account.to_string()).expect("an export");
    let output = rotaudit(folder.path())
        .args(["explain", "touch b"])
        .args(AS_OF)
        .arg(".")
        .output()
        .expect("the program runs");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = stdout(&output);
    assert!(
        !text.chars().any(|character| character != '\n' && rotaudit::model::is_hidden(character)),
        "{text}"
    );
    let line = text.lines().rfind(|line| line.contains("--coverage")).expect("an assumption");
    assert!(line.contains(r"accounts/a\';touch b;\'\x1b[2J$(c)="), "{line}");
}

#[test]
fn another_order_of_the_inputs_explains_the_same() {
    let mut files: Vec<_> = fs::read_dir(root().join("fixtures"))
        .expect("fixtures")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    let run = |files: &[std::path::PathBuf]| {
        let mut command = rotaudit(&root());
        command.args(["explain", "contoso-openai-batch"]).args(AS_OF).args(files);
        command.output().expect("the program runs").stdout
    };
    let first = run(&files);
    assert!(!first.is_empty() && first == run(&files));
    files.reverse();
    assert!(first == run(&files));
}

#[test]
fn as_json_it_has_the_account_of_the_report_and_the_other_assumptions() {
    let run = |arguments: &[&str]| -> serde_json::Value {
        let output = rotaudit(&root()).args(arguments).output().expect("the program runs");
        serde_json::from_str(stdout(&output)).unwrap_or_else(|error| panic!("{error}: {}", stderr(&output)))
    };
    let report = run(&["audit", "--format", "json", "fixtures"]);
    let explanation = run(&["explain", "contoso-openai-lab", "--format", "json", "fixtures"]);
    let mut accounts = report["accounts"].as_array().into_iter().flatten();
    let account = accounts.find(|account| account["name"] == "contoso-openai-lab").expect("the account");
    assert_eq!(&explanation["account"], account);
    assert_eq!(explanation["schema"], "rotaudit.explanation/1");
    assert_eq!(explanation["in_scope"], true);
    let mut assumptions = explanation["assumptions"].as_array().into_iter().flatten();
    let without_stamps = serde_json::json!(["--no-stamps"]);
    let without_stamps = assumptions.find(|one| one["argv"] == without_stamps).expect("the assumption");
    assert_eq!(without_stamps["verdict"], "unproven");
}
