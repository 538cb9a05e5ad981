//! Inputs that somebody made to attack the program: values that are too large, circular links to folders, archives with
//! paths outside their folder, waivers that expand. Each is read within bounded memory, or refused and reported.
//!
//! `docs/security.md` lists who could attack what, and which test shows the defence.
#![cfg(target_os = "linux")]

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{Read, Write};
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::support::{root, stderr, stdout};

/// The address space, in KiB: for the program, the stacks of its threads, and a record of the maximum length.
const MEMORY: u32 = 768 << 10;

/// An account that is compliant by its log, unless the audit accepts other evidence.
fn tenant() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("exports")).expect("a folder");
    for name in ["accounts.json", "activity.json"] {
        let export =
            root().join("tests/cases/attempts/one-success-for-each-key-compliant/exports").join(name);
        fs::copy(export, folder.path().join("exports").join(name)).expect("a copy of an export");
    }
    folder
}

/// An audit that has no more memory than it may need.
fn audit(folder: &Path, more: &str) -> Output {
    let arguments = format!("audit --as-of 2026-11-23 --jobs 2 {more} exports");
    let script = format!("ulimit -v {MEMORY}; exec {} {arguments}", env!("CARGO_BIN_EXE_rotaudit"));
    Command::new("sh").args(["-c", &script]).current_dir(folder).env_clear().output().expect("a shell")
}

/// Audits the tenant with one additional export.
fn audit_with(name: &str, content: &str) -> Output {
    let folder = tenant();
    fs::write(folder.path().join("exports").join(name), content).expect("an export");
    audit(folder.path(), "--format json")
}

fn verdict(output: &Output) -> String {
    let report: Value =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", stderr(output)));
    report["accounts"][0]["verdict"].as_str().expect("a verdict").to_owned()
}

/// The record of an event that does not matter, and the beginning of another.
const EVENT: &str = r#"{"eventTimestamp": "2026-10-01T00:00:00Z", "operationName": {"value": "Contoso.Things/things/write"},
    "status": {"value": "Succeeded"}, "resourceId": "/subscriptions/s/resourceGroups/g", "#;

#[test]
fn a_string_that_is_too_large_is_refused_in_bounded_memory() {
    let huge = "x".repeat(40 << 20);
    let output =
        audit_with("huge.json", &format!("[{EVENT}\"caller\": \"x\"}},\n{EVENT}\"caller\": \"{huge}\"}}]"));
    assert_eq!((output.status.code(), verdict(&output).as_str()), (Some(2), "compliant"));
    assert!(
        stderr(&output).contains("huge.json:3: a value of more than 32 MiB begins here"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn a_million_members_are_read_in_bounded_memory() {
    let mut members = String::new();
    for number in 0..1_000_000 {
        write!(members, "\"{number:x}\":0,").expect("a string");
    }
    let record = format!("[{EVENT}\"properties\": {{{members}\"last\": 0}}}}]");
    assert_eq!(audit_with("huge.json", &record).status.code(), Some(0));
    let envelope = format!("{{{members}\"value\": [{EVENT}\"caller\": \"x\"}}]}}");
    assert_eq!(audit_with("huge.json", &envelope).status.code(), Some(0));
}

#[test]
fn ids_that_are_too_long_are_not_remembered() {
    let id = "x".repeat(1 << 20);
    let mut log = String::from("[");
    for number in 0..180 {
        let event = EVENT.replace("/resourceGroups/g", &format!("/resourceGroups/{number}{id}"));
        writeln!(log, "{event}\"caller\": \"x\"}},").expect("a string");
    }
    let log = format!("{log}{EVENT}\"caller\": \"x\"}}]");
    let output = audit_with("huge.json", &log);
    assert_eq!((output.status.code(), verdict(&output).as_str()), (Some(0), "compliant"));
}

#[test]
fn a_million_levels_and_a_million_digits_change_nothing() {
    let (open, close) = ("[".repeat(1_000_000), "]".repeat(1_000_000));
    let nested = format!("[{EVENT}\"nested\": {open}{close}}}]");
    assert_eq!(audit_with("huge.json", &nested).status.code(), Some(0));
    let digits = "9".repeat(1_000_000);
    let number = format!("[{EVENT}\"number\": -{digits}.{digits}e{digits}}}]");
    assert_eq!(audit_with("huge.json", &number).status.code(), Some(0));
}

/// No link is followed, no read waits for a writer, and every link and special file is reported.
#[test]
fn links_in_circles_and_special_files_are_reported_and_left_aside() {
    let folder = tenant();
    let path = |name: &str| folder.path().join("exports").join(name);
    symlink("circle", path("circle")).expect("a link");
    symlink(".", path("self")).expect("a link");
    symlink("..", path("above")).expect("a link");
    symlink("/dev/zero", path("endless")).expect("a link");
    assert!(Command::new("mkfifo").arg(path("pipe")).status().expect("mkfifo").success());
    let _socket = UnixListener::bind(path("socket")).expect("a socket");
    let output = audit(folder.path(), "");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    for link in ["circle", "self", "above", "endless"] {
        assert!(stdout(&output).contains(&format!("{link}: a link, not followed")), "{link}");
    }
    for special in ["pipe", "socket"] {
        assert!(stdout(&output).contains(&format!("{special}: neither a file nor a folder")), "{special}");
    }
}

#[test]
fn entries_that_lead_out_of_an_archive_are_left_out_and_nothing_is_unpacked() {
    let folder = tenant();
    let file = File::create(folder.path().join("exports/packed.zip")).expect("an archive");
    let mut archive = ZipWriter::new(file);
    for name in ["../up.json", "a/../../up.json", "/up.json", "\\up.json", "a\\..\\..\\up.json"] {
        archive.start_file(name, SimpleFileOptions::default()).expect("an entry");
        archive.write_all(b"[]").expect("an entry");
    }
    archive.add_symlink("link.json", "/etc/passwd", SimpleFileOptions::default()).expect("an entry");
    archive.finish().expect("an archive");
    let output = audit(folder.path(), "--format json");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("a file with a path outside of it"), "{}", stderr(&output));
    for name in ["up.json", "link.json", "passwd"] {
        assert!(!stdout(&output).contains(name), "{name}");
    }
    let mut names: Vec<_> = fs::read_dir(folder.path().join("exports"))
        .expect("the folder")
        .map(|entry| entry.expect("an entry").file_name())
        .collect();
    names.sort();
    assert_eq!(names, ["accounts.json", "activity.json", "packed.zip"]);
    assert_eq!(fs::read_dir(folder.path()).expect("the folder").count(), 1);
}

#[test]
fn files_that_unpack_to_too_much_are_refused() {
    let folder = tenant();
    let packed = zstd::encode_all(std::io::repeat(b' ').take(300 << 20), 1).expect("a stream");
    assert!(packed.len() < 300 << 10, "{} bytes", packed.len());
    fs::write(folder.path().join("exports/bomb.json.zst"), packed).expect("an export");
    let output = audit(folder.path(), "--format json");
    assert!(stdout(&output).contains("it expands to more than 1000 times its size"), "{}", stdout(&output));
}

#[test]
fn waivers_and_parameters_that_grow_are_refused_in_bounded_memory() {
    let folder = tenant();
    let mut laughs = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n".to_owned();
    for level in 1..12 {
        let aliases = vec![format!("*a{}", level - 1); 10].join(", ");
        writeln!(laughs, "a{level}: &a{level} [{aliases}]").expect("a string");
    }
    let waiver = |resource: &str| {
        format!(
            "waivers:\n  - {{control: KR001, expires: 2027-01-01, justification: x, resource: \"{resource}\"}}\n"
        )
    };
    for hostile in [
        format!("{laughs}waivers: *a11\n"),
        format!("waivers: {}", "[".repeat(1_000_000)),
        waiver(&"{a,".repeat(100_000)),
        waiver(&format!("{}{}", "{a,".repeat(100_000), "}".repeat(100_000))),
        waiver(&"[a-".repeat(1_000_000)),
    ] {
        fs::write(folder.path().join("hostile.yaml"), &hostile).expect("a file");
        for option in ["--waivers", "--params"] {
            let output = audit(folder.path(), &format!("{option} hostile.yaml"));
            let shown = &hostile[..60];
            assert_eq!(output.status.code(), Some(2), "{option} {shown}: {}", stderr(&output));
            assert_eq!(stdout(&output), "", "{option} {shown}");
            assert!(stderr(&output).len() < 10_000, "{option} {shown}: {} bytes", stderr(&output).len());
        }
    }
}

/// Each may be a key (KR007); all are counted, and some are listed individually.
#[test]
fn a_sheet_of_a_hundred_thousand_keys_does_not_fill_the_report() {
    let id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/a";
    let row = format!(r#"{{"id": "{id}", "key1": "no stamp, and perhaps a key"}}"#);
    let rows = vec![row; 100_000].join(",\n");
    let sheet = format!(
        r#"{{"schema": "rotaudit.key-stamps/1", "taken_at": "2026-11-20T00:00:00Z", "accounts": [{rows}]}}"#
    );
    let output = audit_with("key-stamps.json", &sheet);
    let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
    let findings = report["findings"].as_array().expect("findings");
    let found = findings.iter().find(|found| found["control"] == "KR007").expect("KR007");
    assert_eq!(found["outcome"], "fail");
    assert_eq!(found["evidence"].as_array().expect("evidence").len(), 20);
    assert!(found["message"].to_string().contains("99980"), "{}", found["message"]);
    assert!(!stdout(&output).contains("perhaps a key"));
}
