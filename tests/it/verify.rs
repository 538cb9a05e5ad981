//! `rotaudit verify` checks whether exports are those from which a report was made.

use std::fs;
use std::path::PathBuf;
use std::process::Output;

use tempfile::TempDir;

use crate::support::{rotaudit, stderr, stdout};

const ACCOUNTS: &str = r#"[{"id": "/subscriptions/3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95/resourceGroups/rg/providers/Microsoft.CognitiveServices/accounts/chat", "kind": "OpenAI", "type": "Microsoft.CognitiveServices/accounts"}]"#;
const REPORTS: [&str; 2] = ["report.json", "report.sarif"];

/// A folder with exports, and in it the reports of their audit.
struct Audited {
    folder: TempDir,
}

impl Audited {
    fn new() -> Audited {
        let audited = Audited { folder: tempfile::tempdir().expect("a folder") };
        audited.write("accounts.json", ACCOUNTS);
        audited.write("activity.json", "[]");
        audited.write("notes/what: 100% größer.txt", "of no known format");
        let output = rotaudit(audited.folder.path())
            .args(["audit", "exports", "-q", "-o", "exports/report.json", "-o", "exports/report.sarif"])
            .output()
            .expect("the program runs");
        assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
        audited
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("exports").join(name)
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let file = self.path(name);
        fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        fs::write(file, text).expect("a file");
    }

    fn rename(&self, from: &str, to: &str) {
        fs::rename(self.path(from), self.path(to)).expect("a file");
    }

    fn verify(&self, arguments: &[&str]) -> Output {
        rotaudit(self.folder.path()).arg("verify").args(arguments).output().expect("the program runs")
    }

    /// Returns the lines about files, which must be the same for both reports, and the exit status.
    fn findings(&self) -> (Vec<String>, i32) {
        let [json, sarif] = REPORTS.map(|report| {
            let output = self.verify(&[&format!("exports/{report}"), "exports"]);
            let (files, summary) = stdout(&output).split_once("\n\n").expect("a summary");
            let lines: Vec<String> = files
                .lines()
                .filter(|line| !line.starts_with("aside       report."))
                .map(str::to_owned)
                .collect();
            let status = output.status.code().expect("a status");
            let conclusion = match status {
                0 => "\nThese exports underlie the report, byte for byte.\n",
                1 => "\nThese are not the exports that underlie the report.\n",
                _ => " unreadable\n",
            };
            assert!(summary.ends_with(conclusion), "{summary}");
            (lines, status)
        });
        assert_eq!(json, sarif, "both reports say the same");
        json
    }
}

#[test]
fn exports_that_nobody_touched_are_the_same() {
    let (lines, status) = Audited::new().findings();
    assert_eq!(
        lines,
        ["same        accounts.json", "same        activity.json", "same        notes/what: 100% größer.txt"]
    );
    assert_eq!(status, 0);
}

#[test]
fn a_single_byte_makes_a_difference() {
    let audited = Audited::new();
    audited.write("activity.json", "[] ");
    let (lines, status) = audited.findings();
    let [found, recorded] = [
        "f223e84f7ea456ba7472aea4c56e9f658053cf12c504eb03a51f0e80c905c55c",
        "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945",
    ];
    assert_eq!(lines[1], format!("differs     activity.json: SHA-256 {found}, and {recorded} in the report"));
    assert_eq!(status, 1);
}

#[test]
fn one_difference_and_one_new_file_are_counted_in_the_singular() {
    let audited = Audited::new();
    audited.write("activity.json", "[] ");
    audited.write("added.json", "{}");
    let output = audited.verify(&["exports/report.json", "exports"]);
    let counts = "3 inputs of the report: 2 same, 0 renamed, 1 differs, 0 missing; 1 new file, 0 unreadable";
    assert!(stdout(&output).contains(counts), "{}", stdout(&output));
}

#[test]
fn missing_and_new_files_are_reported() {
    let audited = Audited::new();
    fs::remove_file(audited.path("activity.json")).expect("a file");
    audited.write("later.json", "[1]");
    let (lines, status) = audited.findings();
    assert_eq!(
        lines[1..3],
        ["missing     activity.json", "new         later.json: the report does not know it"]
    );
    assert_eq!(status, 1);
}

#[test]
fn the_same_bytes_under_another_path_are_renamed() {
    let audited = Audited::new();
    audited.rename("activity.json", "notes/log.json");
    let (lines, status) = audited.findings();
    assert_eq!(lines[1], "renamed     activity.json: the same bytes are now notes/log.json");
    assert_eq!(status, 0);
}

#[test]
fn files_that_changed_their_names_are_not_new() {
    let audited = Audited::new();
    audited.rename("activity.json", "swap");
    audited.rename("accounts.json", "activity.json");
    audited.rename("swap", "accounts.json");
    let (lines, status) = audited.findings();
    assert_eq!(
        lines[..2],
        [
            "renamed     accounts.json: the same bytes are now activity.json",
            "renamed     activity.json: the same bytes are now accounts.json"
        ]
    );
    assert_eq!(status, 0);
}

#[test]
fn a_copy_next_to_its_original_is_new() {
    let audited = Audited::new();
    audited.write("copy.json", ACCOUNTS);
    let (lines, status) = audited.findings();
    assert_eq!(lines[2], "new         copy.json: the report does not know it");
    assert_eq!(status, 1);
}

#[test]
fn another_report_among_the_exports_is_not_an_export() {
    let output = Audited::new().verify(&["exports/report.json", "exports"]);
    let line = "aside       report.sarif: a report of rotaudit, and no export";
    assert!(stdout(&output).contains(line), "{}", stdout(&output));
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn an_evidence_file_replaces_no_export() {
    let audited = Audited::new();
    let distilled = rotaudit(audited.folder.path())
        .args(["collect", "exports/accounts.json", "exports/activity.json", "-o", "exports/q4.jsonl"])
        .output()
        .expect("the program runs");
    assert_eq!(distilled.status.code(), Some(0), "{}", stderr(&distilled));
    let (lines, status) = audited.findings();
    let aside = "aside       q4.jsonl: exports distilled by rotaudit collect, all of which the report has";
    assert_eq!(lines[3], aside);
    assert_eq!(status, 0);

    fs::remove_file(audited.path("accounts.json")).expect("a file");
    let (lines, status) = audited.findings();
    assert_eq!(lines[0], "missing     accounts.json");
    assert_eq!(status, 1);
}

#[test]
fn an_evidence_file_with_another_export_is_new() {
    let audited = Audited::new();
    audited.write("other.json", ACCOUNTS.replace("accounts/chat", "accounts/other"));
    let distilled = rotaudit(audited.folder.path())
        .args(["collect", "exports/accounts.json", "exports/other.json", "-o", "exports/q4.jsonl"])
        .output()
        .expect("the program runs");
    assert_eq!(distilled.status.code(), Some(0), "{}", stderr(&distilled));
    fs::remove_file(audited.path("other.json")).expect("a file");
    let (lines, status) = audited.findings();
    assert_eq!(lines[3], "new         q4.jsonl: the report does not know it");
    assert_eq!(status, 1);
}

#[test]
fn a_report_that_windows_powershell_wrote_is_read() {
    let audited = Audited::new();
    let text = fs::read_to_string(audited.path("report.json")).expect("a report");
    let utf16: Vec<u8> = format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    audited.write("report.json", utf16);
    assert_eq!(audited.verify(&["exports/report.json", "exports"]).status.code(), Some(0));
}

#[test]
fn control_characters_in_a_path_move_no_cursor() {
    let audited = Audited::new();
    let report = r#"{"schema": "rotaudit.report/1", "inputs": [{"path": "\u001b[2J", "sha256": "HASH"}]}"#;
    audited.write("report.json", report.replace("HASH", &"0".repeat(64)));
    let output = audited.verify(&["exports/report.json", "exports"]);
    assert!(stdout(&output).contains("missing     \\u{1b}[2J\n"), "{}", stdout(&output));
}

fn assert_cannot_be_done(report: &str, said: &str) {
    let audited = Audited::new();
    audited.write("report.json", report);
    let output = audited.verify(&["exports/report.json", "exports"]);
    assert_eq!(output.status.code(), Some(2), "{report}");
    assert!(output.stdout.is_empty(), "{report}");
    assert!(stderr(&output).contains(said), "{}", stderr(&output));
}

#[test]
fn a_file_that_is_not_a_report_of_rotaudit_is_refused() {
    for report in [
        "",
        "[]",
        "{}",
        "no JSON",
        r#"{"schema": "rotaudit.report/2", "inputs": []}"#,
        r#"{"schema": "rotaudit.report/1"}"#,
        r#"{"schema": "rotaudit.report/1", "inputs": [{"path": "a"#,
        r#"{"version": "2.1.0", "runs": []}"#,
        r#"{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "other"}}, "artifacts": []}]}"#,
        r#"{"runs": [{"tool": {"driver": {"name": "rotaudit"}}, "artifacts": [{"location": {"uri": "%é"}}]}]}"#,
    ] {
        assert_cannot_be_done(report, "not a JSON or SARIF report of rotaudit, or a damaged one");
    }
}

#[test]
fn a_report_without_digests_is_refused() {
    for input in [r#"{"path": "a"}"#, r#"{"path": "a", "sha256": null}"#, r#"{"path": "a", "sha256": "1f"}"#]
    {
        let report = format!(r#"{{"schema": "rotaudit.report/1", "inputs": [{input}]}}"#);
        assert_cannot_be_done(&report, "the report holds no SHA-256 of a");
        assert_cannot_be_done(&report, "help: make the report again without --no-hash");
    }
}

#[test]
fn a_missing_file_is_reported() {
    let audited = Audited::new();
    for arguments in [["exports/none.json", "exports"], ["exports/report.json", "none"]] {
        let output = audited.verify(&arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stderr(&output).contains("none"), "{}", stderr(&output));
    }
}

#[test]
fn an_archive_that_cannot_be_read_leaves_it_open() {
    let audited = Audited::new();
    audited.write("old.zip", "PK\x03\x04 and no more");
    let (lines, status) = audited.findings();
    assert!(
        lines.last().is_some_and(|line| line.starts_with("note        old.zip: the archive cannot be read"))
    );
    assert_eq!(status, 2);
}

#[cfg(unix)]
#[test]
fn a_link_is_reported_and_not_followed() {
    let audited = Audited::new();
    std::os::unix::fs::symlink("accounts.json", audited.path("link.json")).expect("a link");
    let (lines, status) = audited.findings();
    assert_eq!(lines.last().map(String::as_str), Some("note        link.json: a link, not followed"));
    assert_eq!(status, 0);
}
