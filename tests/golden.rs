//! The report of the fixtures in each format, byte for byte as it was looked at.
//!
//! `UPDATE_GOLDEN=1 cargo test --test golden` writes the reports anew; the difference is then to be looked at.

mod support;

use std::fs;
use std::process::Output;

use support::{root, rotaudit, stderr, stdout};

/// Each format with the ending of its file, `tests/golden/report.…`.
const FORMATS: [(&str, &str); 9] = [
    ("text", "txt"),
    ("json", "json"),
    ("sarif", "sarif"),
    ("html", "html"),
    ("csv", "csv"),
    ("markdown", "md"),
    ("junit", "xml"),
    ("script", "sh"),
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
        "tests/golden/report.* differ: {}; UPDATE_GOLDEN=1 cargo test --test golden",
        differing.join(", ")
    );
}

/// Each of these has a share in the results of this tenant.
#[test]
fn so_many_threads_write_the_same_sarif() {
    let expected = audit("sarif", "1").stdout;
    for jobs in ["2", "3", "4"] {
        assert!(audit("sarif", jobs).stdout == expected, "{jobs} threads");
    }
}

/// Whether the report is as it was; where that is asked for, it is written anew.
fn holds(format: &str, ending: &str) -> bool {
    let path = root().join("tests/golden").join(format!("report.{ending}"));
    let output = audit(format, "2");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, stdout(&output)).expect("a golden report can be written");
    }
    fs::read(&path).is_ok_and(|golden| golden == output.stdout)
}

fn audit(format: &str, jobs: &str) -> Output {
    let mut command = rotaudit(&root());
    command.args(["audit", "--as-of", "2026-11-23", "--jobs", jobs, "--format", format, "fixtures"]);
    let output = command.output().expect("the program runs");
    assert_eq!(output.status.code(), Some(1), "{format}: {}", stderr(&output));
    output
}
