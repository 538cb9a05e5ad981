//! The report of the fixtures in each format must be the reviewed one, byte for byte.
//!
//! `UPDATE_EXPECT=1 cargo test --test it golden::` writes the reports again; review the changes.

use std::fs;
use std::process::Output;

use clap::Parser;
use rotaudit::audit::Rules;
use rotaudit::cli::{Cli, Command};
use rotaudit::model::Instant;
use rotaudit::prove::{self, ProofQuestion};
use rotaudit::report::{self, Format, Style};

use crate::support::{UPDATE, is_expected, root, rotaudit, stderr, stdout};

/// Each format with the extension of its file, `tests/golden/report.…`.
const FORMATS: [(&str, &str); 10] = [
    ("text", "txt"),
    ("json", "json"),
    ("sarif", "sarif"),
    ("html", "html"),
    ("csv", "csv"),
    ("markdown", "md"),
    ("junit", "xml"),
    ("script", "sh"),
    ("script", "ps1"),
    ("oscal", "oscal.json"),
];

#[test]
fn every_format_is_as_it_was() {
    let differing: Vec<String> = FORMATS
        .into_iter()
        .filter(|(format, ending)| !holds(format, ending))
        .map(|(_, ending)| ending.to_owned())
        .collect();
    assert!(
        differing.is_empty(),
        "tests/golden/report.* differ: {}; {UPDATE} golden::",
        differing.join(", ")
    );
}

/// Only standard error depends on the day of the audit: without `--as-of`, the audit instant is the end of the
/// evidence.
#[test]
fn the_report_is_the_same_on_any_day() {
    let fixtures = root().join("fixtures").display().to_string();
    let request = match Cli::parse_from(["rotaudit", "audit", "--no-progress", &fixtures]).command {
        Command::Audit(arguments) => arguments.into_request().expect("a request"),
        other => panic!("no audit: {other:?}"),
    };
    let rules = Rules::load(&request.question, &request.criteria).expect("the built-in policies");
    let on = |now: &str| {
        let question =
            ProofQuestion { now: Instant::parse(now).expect("an instant"), ..request.question.clone() };
        let proven = prove::prove(&question, &[], 90).expect("a proof");
        let report = rules.judge(&question, proven).expect("the built-in policies answer");
        let mut written = Vec::new();
        report::write(&report, Format::Json, &Style::default(), 1, &mut written).expect("a report");
        written
    };
    let expected = on("2026-11-22T07:47:00Z");
    assert!(!expected.is_empty());
    for later in ["2026-11-23T00:00:00Z", "2027-03-01T12:00:00Z", "2031-01-01T00:00:00Z"] {
        assert!(on(later) == expected, "on {later}");
    }
}

/// The tenant has so many accounts that each thread writes several parts of the report.
#[test]
fn any_number_of_threads_writes_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let account = |number: usize| {
        let name = format!("gpt-{number}");
        let id = format!(
            "/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/{name}"
        );
        let properties = serde_json::json!({"dateCreated": "2024-01-01T00:00:00Z"});
        serde_json::json!({"id": id, "name": name, "kind": "OpenAI", "properties": properties})
    };
    let accounts: serde_json::Value = (0..1_000).map(account).collect();
    fs::write(folder.path().join("accounts.json"), accounts.to_string()).expect("an export");
    for format in ["sarif", "text"] {
        let write = |jobs: &str| {
            let mut command = rotaudit(folder.path());
            command.args(["audit", "--as-of", "2026-11-23", "--jobs", jobs, "--format", format, "."]);
            let output = command.output().expect("the program runs");
            assert_eq!(output.status.code(), Some(3), "{format}: {}", stderr(&output));
            output.stdout
        };
        let expected = write("1");
        let is_json = serde_json::from_slice::<serde_json::Value>(&expected).is_ok();
        assert_eq!(is_json, format == "sarif");
        for jobs in ["2", "5"] {
            assert!(write(jobs) == expected, "{format}, {jobs} threads");
        }
    }
}

/// Whether the report is unchanged.
fn holds(format: &str, ending: &str) -> bool {
    let path = root().join("tests/golden").join(format!("report.{ending}"));
    is_expected(&path, stdout(&audit(format, ending)))
}

fn audit(format: &str, ending: &str) -> Output {
    let mut command = rotaudit(&root());
    command.args(["audit", "--format", format, "fixtures"]);
    if ending == "ps1" {
        command.args(["--shell", "pwsh"]);
    }
    let output = command.output().expect("the program runs");
    assert_eq!(output.status.code(), Some(1), "{format}: {}", stderr(&output));
    output
}
