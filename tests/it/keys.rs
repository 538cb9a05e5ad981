//! No output contains a character of a key, for any place of the key and any options.

mod law;
mod mistakes;
mod places;

use std::fs;
use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use tempfile::TempDir;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::support::{rotaudit, stderr, stdout};

/// Keys of both forms that were never anybody's.
const OLDER: &str = "4f1d2c3b5a69788796a5b4c3d2e1f00f";
const NEWER: &str = "9hQ3Zx7LkVb2Nn5RtYw8Uj4Mc6Pd1Fs0GaEoIiHpTqXvBzCyWrSlJQQJ99CIACYeBjFXJ3w3AAABACOGabcd";

/// An output must not contain this many consecutive characters of a key.
const TELLING: usize = 12;

const ID: &str = "/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/gpt";

fn account() -> Value {
    json!({
        "id": ID, "name": NEWER, "kind": "OpenAI", "type": "Microsoft.CognitiveServices/accounts",
        "resourceGroup": NEWER, "location": NEWER,
        "tags": { "openaiKey": OLDER, "note": NEWER },
        "properties": {
            "dateCreated": "2024-01-01T00:00:00Z",
            "apiProperties": { "searchConnectionString": format!("Endpoint=x;AccountKey={OLDER}") },
        },
    })
}

/// A record with a key in every member that a report shows, and in such as it does not.
fn event(key: &str) -> Value {
    json!({
        "caller": key, "eventDataId": key, "eventTimestamp": "2026-10-01T00:00:00Z", "correlationId": key,
        "operationName": { "value": "Microsoft.CognitiveServices/accounts/regenerateKey/action" },
        "resourceId": ID, "status": { "value": "Succeeded" },
        "properties": {
            "requestbody": format!("{{\"keyName\":\"Key1\",\"key1\":\"{key}\"}}"),
            "responseBody": format!("{{\\\"key1\\\":\\\"{key}\\\",\\u0022key2\\u0022:\\u0022{key}\\u0022}}"),
        },
    })
}

fn utf16(text: &str) -> Vec<u8> {
    format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn gzip(text: &str) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(text.as_bytes()).expect("a buffer");
    packed.finish().expect("a buffer")
}

fn zip(folder: &Path, text: &str) {
    let file = fs::File::create(folder.join("packed.zip")).expect("a file");
    let mut archive = ZipWriter::new(file);
    archive.start_file("inner.json", SimpleFileOptions::default()).expect("an entry");
    archive.write_all(text.as_bytes()).expect("an entry");
    archive.finish().expect("an archive");
}

/// Returns a folder with keys in every place, and the number of files that contain one.
fn tenant() -> (TempDir, usize) {
    let folder = tempfile::tempdir().expect("a folder");
    let keys_list = json!({ "key1": OLDER, "key2": NEWER }).to_string();
    let sheet = json!({
        "schema": "rotaudit.key-stamps/1", "taken_at": "2026-11-20T00:00:00Z",
        "accounts": [{ "id": ID, "key1": NEWER, "key2": OLDER, "reason": NEWER }],
    });
    let mut by_key_name = event(NEWER);
    by_key_name["properties"] = json!({ "requestbody": { "keyName": NEWER, "key1": OLDER } });
    let mut undated = event(NEWER);
    undated["eventTimestamp"] = json!(NEWER);
    let log = json!([event(NEWER), by_key_name, undated]).to_string();
    let table = format!("\"TimeGenerated [UTC]\",OperationNameValue,key1,Caller\nnever,x,{OLDER},{NEWER}\n");
    let mut files: Vec<(String, Vec<u8>)> = [
        ("accounts.json", json!([account(), { "kind": NEWER, "primaryKey": OLDER }]).to_string()),
        ("log.json", log.clone()),
        ("log-cut-off.json", log[..log.len() - 9].to_owned()),
        ("keys.json", keys_list.clone()),
        ("sheet.json", sheet.to_string()),
        ("sheet-cut-off.json", sheet.to_string()[..sheet.to_string().len() - 9].to_owned()),
        ("table.csv", table),
        ("keys.env", format!("AZURE_OPENAI_API_KEY={OLDER}\nx: {NEWER}\n")),
        ("keys.txt", format!("Key1                              Key2\n----  ----\n{OLDER}  {OLDER}\n")),
        (
            "error.json",
            json!({ "error": { "code": NEWER, "message": format!("api-key: {OLDER}") } }).to_string(),
        ),
        (
            "manifest.json",
            json!({ "schema": "rotaudit.manifest/1", "exports": [{ "what": NEWER }] }).to_string(),
        ),
    ]
    .into_iter()
    .map(|(name, text)| (name.to_owned(), text.into_bytes()))
    .collect();
    files.push(("keys-utf-16.json".to_owned(), utf16(&keys_list)));
    files.push(("log.json.gz".to_owned(), gzip(&log)));
    // Keys at the border between two buffers of the reader.
    for (index, length) in [(64 << 10) - 600, (64 << 10) - 40, 256 << 10].into_iter().enumerate() {
        let bordering =
            format!("{{\"x\": \"{}\", \"key1\": \"{OLDER}\", \"y\": \"{NEWER}\"}}", "x".repeat(length - 30));
        files.push((format!("border-{index}.json"), bordering.into_bytes()));
    }
    for (name, content) in &files {
        fs::write(folder.path().join(name), content).expect("an export");
    }
    zip(folder.path(), &keys_list);
    (folder, files.len() + 1)
}

fn assert_tells_no_key(text: &str, what: &str) {
    for key in [OLDER, NEWER] {
        let part = key
            .as_bytes()
            .windows(TELLING)
            .find(|part| text.as_bytes().windows(TELLING).any(|shown| shown.eq_ignore_ascii_case(part)));
        assert!(part.is_none(), "{what} has {:?}", part.map(String::from_utf8_lossy));
    }
}

/// Returns how many files contain keys according to a JSON report.
fn files_reported(report: &str) -> usize {
    let report: Value = serde_json::from_str(report).expect("a report");
    let findings = report["findings"].as_array().expect("findings").iter();
    findings.filter(|finding| finding["control"] == "KR007" && finding["outcome"] == "fail").count()
}

#[test]
fn no_output_has_any_of_a_key() {
    let (folder, files) = tenant();
    let named: Vec<String> = fs::read_dir(folder.path())
        .expect("the folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    for paths in [vec![".".to_owned()], named] {
        for format in ["text", "json", "sarif"] {
            let mut command = rotaudit(folder.path());
            command.args(["audit", "--as-of", "2026-11-23", "--format", format, "-v"]).args(&paths);
            let output = command.env("RUST_BACKTRACE", "1").output().expect("the program runs");
            assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
            assert_tells_no_key(stdout(&output), format);
            assert_tells_no_key(stderr(&output), "standard error");
            if format == "json" {
                assert_eq!(files_reported(stdout(&output)), files, "not every file with a key is reported");
            }
        }
    }
}

/// Evidence files say where keys were, and contain none.
#[test]
fn distilled_evidence_has_no_key_and_reports_each() {
    let (folder, files) = tenant();
    let out = tempfile::tempdir().expect("a folder");
    let mut command = rotaudit(folder.path());
    let output = command
        .args(["collect", ".", "-o"])
        .arg(out.path().join("kept.jsonl"))
        .output()
        .expect("the program runs");
    assert_tells_no_key(stderr(&output), "standard error");
    let kept = fs::read_to_string(out.path().join("kept.jsonl")).expect("evidence");
    assert_tells_no_key(&kept, "the evidence");
    let mut command = rotaudit(out.path());
    command.args(["audit", "--as-of", "2026-11-23", "--format", "json", "kept.jsonl"]);
    let output = command.output().expect("the program runs");
    // The archive has the same contents as another file, so both count as one.
    assert_eq!(files_reported(stdout(&output)), files - 1, "{}", stderr(&output));
}

fn write(folder: &Path, name: &str, text: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(path, text).expect("a file");
}

/// The list of one account, with text in a tag.
fn list(tag: &str) -> String {
    let account = json!([{
        "id": ID.replace("/s/", "/3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95/"), "name": "gpt", "kind": "OpenAI",
        "type": "Microsoft.CognitiveServices/accounts", "tags": { "note": "@@" },
        "properties": { "dateCreated": "2024-01-01T00:00:00Z" },
    }]);
    account.to_string().replace("@@", tag)
}

fn waivers(member: &str, text: &str) -> String {
    let values = ["control", "resource", "expires", "justification", "approver", "ticket"];
    let lines = values.map(|name| {
        let value = match name {
            _ if name == member => text,
            "control" => "KR001",
            "resource" => "**",
            "expires" => "2027-01-31",
            _ => "x",
        };
        format!("{name}: \"{value}\"")
    });
    format!("waivers:\n- {}\n", lines.join("\n  "))
}

/// If only its place shows that digits are a key, a copy in another place is removed at the door.
#[test]
fn a_copy_of_a_named_key_in_another_file_is_in_no_output() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "in/accounts.json", &list(OLDER));
    write(folder.path(), "in/keys.json", &json!({ "key1": OLDER }).to_string());
    for arguments in [
        &["audit", "--as-of", "2026-11-23", "--format", "json", "-o", "report.html", "in"][..],
        &["facts", "in"],
        &["collect", "in", "-o", "kept.jsonl"],
    ] {
        let output = rotaudit(folder.path()).args(arguments).output().expect("the program runs");
        assert_tells_no_key(stdout(&output), "standard output");
        assert_tells_no_key(stderr(&output), "standard error");
    }
    for file in ["report.html", "kept.jsonl"] {
        assert_tells_no_key(&fs::read_to_string(folder.path().join(file)).expect("a file"), file);
    }
}

#[test]
fn two_names_that_differ_by_a_key_only_are_two_inputs() {
    let folder = tempfile::tempdir().expect("a folder");
    let other = NEWER.replacen("9hQ3", "8gP2", 1);
    for (name, text) in [(NEWER, list("one")), (&other, list("two"))] {
        write(folder.path(), &format!("in/{name}.json"), &text);
    }
    let mut command = rotaudit(folder.path());
    let output =
        command.args(["audit", "--as-of", "2026-11-23", "--format", "json", "in"]).output().expect("it runs");
    let report: Value = serde_json::from_slice(&output.stdout).expect("a report");
    let paths: Vec<&str> = report["inputs"]
        .as_array()
        .expect("inputs")
        .iter()
        .filter_map(|input| input["path"].as_str())
        .collect();
    let name = "*".repeat(NEWER.len());
    assert_eq!(paths, [format!("{name}.json"), format!("{name}.json (2)")]);
}

/// A pipe can be read once only.
#[cfg(unix)]
#[test]
fn waivers_from_a_pipe_are_read_once() {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "in/accounts.json", &list("x"));
    let pipe = folder.path().join("waivers.yaml");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo runs");
    assert!(made.success());
    let mut command = rotaudit(folder.path());
    command.args(["audit", "--as-of", "2026-11-23", "--waivers", "waivers.yaml", "in"]);
    let audit = command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).spawn();
    fs::write(&pipe, waivers("ticket", "x")).expect("a reader");
    let status = audit.expect("the program runs").wait().expect("it ends");
    assert!(status.code().is_some_and(|code| code != 2), "{status}");
}
