//! An audit of an evidence file is the same as an audit of the exports that it was made from, and merging evidence
//! files does not depend on their order.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use proptest::sample::Index;
use tempfile::TempDir;
use walkdir::WalkDir;

use crate::support::{Case, cases, is_thorough, root, rotaudit, stderr, stdout};

/// The bytes of the evidence of `paths`, and the exit status.
fn collect(folder: &Path, paths: &[&Path]) -> (Vec<u8>, Option<i32>) {
    let into = tempfile::tempdir().expect("a folder");
    let file = into.path().join("evidence.jsonl");
    let output = rotaudit(folder)
        .arg("collect")
        .args(paths)
        .arg("--output")
        .arg(&file)
        .output()
        .expect("the program runs");
    assert!(output.stdout.is_empty(), "{}", stdout(&output));
    (fs::read(&file).unwrap_or_else(|error| panic!("{error}: {}", stderr(&output))), output.status.code())
}

/// The arguments of a case, with its exports replaced by one file.
fn arguments_with(case: &Case, file: &Path) -> Option<Vec<String>> {
    let is_path = |argument: &&String| argument.split('/').next() == Some("exports");
    let paths = case.arguments.iter().filter(is_path).count();
    let mut arguments: Vec<String> =
        case.arguments.iter().filter(|argument| !is_path(argument)).cloned().collect();
    arguments.push(file.display().to_string());
    (paths > 0).then_some(arguments)
}

fn assert_audits_alike(case: &Case) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("evidence.jsonl");
    let Some(arguments) = arguments_with(case, &file) else { return };
    // The control of this case reads the properties of accounts, which an evidence file does not have.
    if case.arguments.iter().any(|argument| argument.ends_with("examples/policies")) {
        return;
    }
    let exports = case.run(&["--format", "json"]);
    if exports.stdout.is_empty() {
        return;
    }
    // One export under two names is one export of the evidence.
    let report: serde_json::Value = serde_json::from_str(stdout(&exports)).expect("a report");
    let inputs = report["inputs"].as_array().expect("inputs");
    let distinct: BTreeSet<&str> = inputs.iter().filter_map(|input| input["sha256"].as_str()).collect();
    if distinct.len() < inputs.len() {
        return;
    }
    let paths: Vec<&Path> = case
        .arguments
        .iter()
        .filter(|argument| argument.split('/').next() == Some("exports"))
        .map(Path::new)
        .collect();
    fs::write(&file, collect(&case.folder, &paths).0).expect("a file");
    // Policies and parameters are next to the exports.
    let evidence =
        rotaudit(&case.folder).args(arguments).args(["--format", "json"]).output().expect("the program runs");
    assert_eq!(evidence.status.code(), exports.status.code(), "{}: {}", case.name, stderr(&evidence));
    assert_eq!(stdout(&evidence), stdout(&exports), "{}", case.name);
}

/// Every sixth case: enough to include all kinds, and few enough to be fast.
#[test]
fn evidence_audits_like_its_exports() {
    for case in Case::all().iter().step_by(if is_thorough() { 1 } else { 6 }) {
        assert_audits_alike(case);
    }
}

#[test]
fn the_fixtures_evidence_audits_like_the_fixtures() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("evidence.jsonl");
    fs::write(&file, collect(&root(), &[Path::new("fixtures")]).0).expect("a file");
    for format in ["text", "json", "sarif"] {
        let audit = |path: &Path| {
            let arguments = ["audit", "--as-of", "2026-11-23", "--verbose", "--format", format];
            rotaudit(&root()).args(arguments).arg(path).output().expect("the program runs").stdout
        };
        assert!(audit(&file) == audit(Path::new("fixtures")), "{format}");
    }
}

/// Returns an evidence file for each file of the fixtures.
fn shards(folder: &TempDir) -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join("fixtures")).expect("fixtures");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    let shard = |(number, file): (usize, &PathBuf)| {
        let shard = folder.path().join(format!("{number}.jsonl"));
        fs::write(&shard, collect(&root(), &[file]).0).expect("a file");
        shard
    };
    files.iter().enumerate().map(shard).collect()
}

#[test]
fn merging_in_any_order_nesting_or_repetition_gives_the_same_bytes() {
    let folder = tempfile::tempdir().expect("a folder");
    let shards = shards(&folder);
    let all: Vec<&Path> = shards.iter().map(PathBuf::as_path).collect();
    let merged = collect(&root(), &all).0;
    assert!(
        merged == collect(&root(), &[Path::new("fixtures")]).0,
        "shards give the same evidence as all files"
    );

    let reversed: Vec<&Path> = all.iter().rev().copied().collect();
    assert!(merged == collect(&root(), &reversed).0, "merging is commutative");

    let (first, rest) = all.split_at(2);
    let part = folder.path().join("part.jsonl");
    fs::write(&part, collect(&root(), first).0).expect("a file");
    let nested = [rest, &[part.as_path()]].concat();
    assert!(merged == collect(&root(), &nested).0, "merging is associative");

    let whole = folder.path().join("whole.jsonl");
    fs::write(&whole, &merged).expect("a file");
    let twice = [&[whole.as_path()], all.as_slice(), &[Path::new("fixtures")]].concat();
    assert!(merged == collect(&root(), &twice).0, "merging is idempotent");
}

const SUBSCRIPTION: &str = "/subscriptions/3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95";

/// A list of `count` accounts, and a log with a regeneration of a key of each.
fn exports_of_many(folder: &Path, count: usize) {
    let id = |number| {
        format!("{SUBSCRIPTION}/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/a{number}")
    };
    let account = |number| {
        serde_json::json!({
            "id": id(number), "name": format!("a{number}"), "kind": "OpenAI", "location": "westeurope",
            "type": "Microsoft.CognitiveServices/accounts", "properties": {"dateCreated": "2024-01-01T00:00:00Z"},
        })
    };
    let event = |number| {
        serde_json::json!({
            "eventTimestamp": format!("2026-11-01T00:{:02}:{:02}Z", number / 60, number % 60),
            "eventDataId": format!("e{number}"), "correlationId": format!("c{number}"), "resourceId": id(number),
            "operationName": {"value": "Microsoft.CognitiveServices/accounts/regenerateKey/action"},
            "category": {"value": "Administrative"}, "status": {"value": "Succeeded"},
        })
    };
    let accounts: Vec<serde_json::Value> = (0..count).map(account).collect();
    let events: Vec<serde_json::Value> = (0..count).rev().map(event).collect();
    fs::write(folder.join("accounts.json"), serde_json::json!(accounts).to_string()).expect("a file");
    fs::write(folder.join("activity.json"), serde_json::json!(events).to_string()).expect("a file");
}

/// A line of any number of records could not be read again: the length of a line has a limit.
#[test]
fn an_export_of_many_records_has_several_lines_that_belong_together() {
    let folder = tempfile::tempdir().expect("a folder");
    let exports = folder.path().join("exports");
    fs::create_dir(&exports).expect("a folder");
    exports_of_many(&exports, 250);
    let evidence = folder.path().join("evidence.jsonl");
    let (bytes, status) = collect(folder.path(), &[&exports]);
    assert_eq!(status, Some(0));
    fs::write(&evidence, &bytes).expect("a file");
    assert!(audit(&evidence) == audit(&exports), "evidence audits like its exports");
    assert!(collect(folder.path(), &[&evidence]).0 == bytes, "collected again, it is the same");

    let text = String::from_utf8(bytes).expect("evidence is UTF-8");
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    assert_eq!(lines.len(), 3 + 3 + 1, "three lines for each export");
    // Exchanged, torn apart, repeated instead of another line. The number in the last line is still right.
    let (apart, twice) = ("does not follow the line that it continues", "is there twice");
    let orders = [
        ([0, 2, 1, 3, 4, 5], apart),
        ([0, 1, 4, 3, 2, 5], apart),
        ([1, 2, 3, 4, 5, 0], apart),
        ([0, 1, 1, 3, 4, 5], apart),
        ([0, 0, 1, 3, 4, 5], twice),
        ([0, 1, 2, 0, 1, 2], twice),
        ([3, 4, 5, 3, 4, 5], twice),
    ];
    for (order, fault) in orders {
        let damaged: Vec<&str> = order.into_iter().chain([6]).map(|number| lines[number]).collect();
        fs::write(&evidence, damaged.concat()).expect("a file");
        let output = rotaudit(folder.path()).arg("audit").arg(&evidence).output().expect("the program runs");
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
        assert!(stderr(&output).contains(fault), "{}", stderr(&output));
    }
}

#[test]
fn evidence_that_is_cut_off_is_not_complete() {
    let (evidence, status) = collect(&root(), &[Path::new("fixtures")]);
    assert_eq!(status, Some(0));
    let text = String::from_utf8(evidence).expect("evidence is UTF-8");
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    for kept in [
        lines[..lines.len() - 1].concat(),
        [&lines[1..]].concat().concat(),
        text[..text.len() / 2].to_owned(),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("evidence.jsonl"), kept).expect("a file");
        let output = rotaudit(folder.path())
            .args(["audit", "--as-of", "2026-11-23", "."])
            .output()
            .expect("the program runs");
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
        assert!(stderr(&output).contains("cut off"), "{}", stderr(&output));
    }
}

/// The lines of several files, one file after the other, are evidence of all of them, each of which has its own end.
#[test]
fn evidence_after_other_evidence_is_complete_if_each_is() {
    let (evidence, _) = collect(&root(), &[Path::new("fixtures")]);
    let text = String::from_utf8(evidence).expect("evidence is UTF-8");
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    assert!(lines.len() > 2, "a line of an export, a line that can be lost, and the last line");
    let without_first = [&lines[1..]].concat().concat();
    let with_first_twice = [lines[0], &text].concat();
    for (evidence, expected) in [
        ([text.as_str(), &text], None),
        ([&without_first, &with_first_twice], Some("cut off")),
        ([&with_first_twice, &without_first], Some("is there twice")),
        ([&text, lines[0]], Some("cut off")),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("evidence.jsonl"), evidence.concat()).expect("a file");
        let audit = ["audit", "--as-of", "2026-11-23", "."];
        let output = rotaudit(folder.path()).args(audit).output().expect("the program runs");
        match expected {
            Some(fault) => {
                assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
                assert!(stderr(&output).contains(fault), "{}", stderr(&output));
            }
            None => assert_eq!(output.status.code(), Some(1), "{}", stderr(&output)),
        }
    }
}

/// As in an export, such a time can be the unset one of a program that wrote the file.
#[test]
fn an_event_of_the_year_1_in_evidence_is_an_error_of_its_line() {
    let (evidence, _) = collect(&root(), &[Path::new("fixtures")]);
    let text = String::from_utf8(evidence).expect("evidence is UTF-8");
    let (before, event) = text.split_once("\"key_events\":[").expect("an event of a key");
    let (start, at) = event.split_once("\"at\":\"").expect("its time");
    let (_, end) = at.split_once('"').expect("the end of its time");
    let folder = tempfile::tempdir().expect("a folder");
    let changed = format!("{before}\"key_events\":[{start}\"at\":\"0001-01-01T00:00:00Z\"{end}");
    fs::write(folder.path().join("evidence.jsonl"), changed).expect("a file");
    let audit = ["audit", "--as-of", "2026-11-23", "."];
    let output = rotaudit(folder.path()).args(audit).output().expect("the program runs");
    let line = before.lines().count();
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains(&format!("evidence.jsonl:{line}")), "{}", stderr(&output));
}

#[test]
fn evidence_that_could_not_be_read_completely_is_written_and_reported() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("activity.json"), r#"[{"eventTimestamp": "2026-11-01T00:00:00Z"}, "#)
        .expect("a file");
    let (evidence, status) = collect(folder.path(), &[Path::new("activity.json")]);
    assert_eq!(status, Some(2));
    assert!(String::from_utf8(evidence).expect("evidence is UTF-8").contains("the file is cut off"));
}

#[test]
fn a_folder_without_an_export_is_reported_and_its_files_are_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let exports = folder.path().join("exports");
    fs::create_dir(&exports).expect("a folder");
    let run = || {
        let output = rotaudit(folder.path())
            .args(["collect", "exports", "--output", "evidence.jsonl"])
            .output()
            .expect("the program runs");
        (output.status.code(), stderr(&output).to_owned())
    };
    let (status, said) = run();
    assert_eq!(status, Some(2));
    assert!(said.contains("contains no files") && said.contains("there is no export"), "{said}");
    fs::write(exports.join("readme.md"), "# Exports\n").expect("a file");
    let (status, said) = run();
    assert_eq!(status, Some(2));
    assert!(said.contains("readme.md") && said.contains("there is no export"), "{said}");
    // An empty list can be the log of a quiet subscription.
    fs::write(exports.join("activity.json"), "[]\n").expect("a file");
    assert_eq!(run(), (Some(0), String::new()));
}

/// Returns the exports of the cases, without duplicates of the same content.
fn exports() -> Vec<Vec<u8>> {
    let entries =
        WalkDir::new(root().join("tests/cases")).sort_by_file_name().into_iter().filter_map(Result::ok);
    let mut exports: Vec<Vec<u8>> = entries
        .filter(|entry| entry.file_type().is_file() && entry.path().iter().any(|part| part == "exports"))
        .filter(|entry| entry.metadata().is_ok_and(|metadata| (1..100_000).contains(&metadata.len())))
        .map(|entry| fs::read(entry.path()).expect("an export"))
        // An archive contains several exports.
        .filter(|bytes| !bytes.starts_with(b"PK"))
        .collect();
    exports.sort();
    exports.dedup();
    exports
}

fn audit(path: &Path) -> String {
    let arguments = ["audit", "--as-of", "2026-11-23", "--format", "json"];
    let output = rotaudit(&root()).args(arguments).arg(path).output().expect("the program runs");
    format!("{:?} {}", output.status.code(), stdout(&output))
}

/// The exports of a case, each with its path, which shows the hour of a blob.
type Export = (PathBuf, Vec<u8>);

/// The exports of each case that is not too large.
fn exports_of_cases() -> Vec<Vec<Export>> {
    let exports = |case: Case| -> Vec<Export> {
        let root = case.folder.join("exports");
        let files = WalkDir::new(&root).sort_by_file_name().into_iter().filter_map(Result::ok);
        let files = files.filter(|entry| entry.file_type().is_file());
        let relative = |path: &Path| path.strip_prefix(&root).expect("a path below it").to_owned();
        files
            .map(|file| (relative(file.path()), fs::read(file.path()).expect("an export")))
            // An archive contains several exports.
            .filter(|(_, bytes)| !bytes.starts_with(b"PK"))
            .collect()
    };
    let is_small = |exports: &Vec<Export>| {
        let bytes: usize = exports.iter().map(|(_, bytes)| bytes.len()).sum();
        (1..1_000_000).contains(&bytes) && exports.len() < 50
    };
    Case::all().into_iter().map(exports).filter(is_small).collect()
}

fn write(folder: &Path, (path, bytes): &Export) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(path, bytes).expect("an export");
}

/// The parts of a report that evidence decides, of the audit and of each account by its id: no places of records, no notes.
fn decided(paths: &[PathBuf]) -> (Option<i32>, Vec<serde_json::Value>) {
    let output = rotaudit(&root())
        .args(["audit", "--kind", "all", "--format", "json"])
        .args(paths)
        .output()
        .expect("the program runs");
    let Ok(report) = serde_json::from_slice::<serde_json::Value>(&output.stdout) else {
        return (output.status.code(), Vec::new());
    };
    let members = |of: &serde_json::Value, names: &[&str]| -> serde_json::Value {
        names.iter().map(|name| of[*name].clone()).collect()
    };
    let of_account = |account: &serde_json::Value| {
        // The order of the files decides which spelling of an id is shown.
        let id = account["id"].as_str().unwrap_or_default().to_lowercase();
        let names = ["verdict", "judged_at", "rests_on", "oldest_key", "keys", "coverage", "gaps"];
        let reasons = account["undecidable"].as_array().into_iter().flatten();
        let reasons: serde_json::Value = reasons.map(|why| why["reason"].clone()).collect();
        serde_json::json!([id, members(account, &names), reasons])
    };
    let accounts = report["accounts"].as_array().into_iter().flatten().map(of_account);
    if report["as_of_basis"] == "clock" {
        // No input has a date, so each run has its own instant.
        return (output.status.code(), vec![report["summary"].clone()]);
    }
    let audit = members(&report, &["as_of", "as_of_basis", "summary"]);
    (output.status.code(), std::iter::once(audit).chain(accounts).collect())
}

/// Manifests date lists and declare windows of files that may be collected elsewhere. The cases include documents,
/// deletions and writes of accounts.
#[test]
fn any_mix_of_exports_and_evidence_gives_the_same_verdicts() {
    let pool = exports_of_cases();
    let chosen = prop::collection::btree_set(0..pool.len(), 1..4);
    let strategy = (chosen, prop::collection::vec(any::<bool>(), 50), any::<[bool; 2]>());
    proptest!(cases(24, 48), |((chosen, distilled, [reversed, nested]) in strategy)| {
        let folder = tempfile::tempdir().expect("a folder");
        let (mut originals, mut mixed, mut parts) = (Vec::new(), Vec::new(), Vec::new());
        let mut distilled = distilled.iter().cycle();
        for number in &chosen {
            let [whole, kept, collected] =
                ["whole", "kept", "collected"].map(|name| folder.path().join(format!("{name}-{number}")));
            for export in &pool[*number] {
                write(&whole, export);
                let is_distilled = distilled.next().is_some_and(|is_distilled| *is_distilled);
                write(if is_distilled { &collected } else { &kept }, export);
            }
            originals.push(whole);
            if collected.is_dir() {
                let part = folder.path().join(format!("{number}.jsonl"));
                fs::write(&part, collect(&root(), &[collected.as_path()]).0).expect("a file");
                parts.push(part);
            }
            mixed.extend(Some(kept).filter(|kept| kept.is_dir()));
        }
        let merged = |parts: &[PathBuf]| {
            let parts: Vec<&Path> = parts.iter().map(PathBuf::as_path).collect();
            collect(&root(), &parts).0
        };
        if nested && !parts.is_empty() {
            let in_order = merged(&parts);
            let all = folder.path().join("all.jsonl");
            fs::write(&all, &in_order).expect("a file");
            parts.reverse();
            prop_assert!(in_order == merged(&parts), "another order merges to other bytes");
            parts.push(all.clone());
            prop_assert!(in_order == merged(&parts), "merged evidence and its parts merge to other bytes");
            parts = vec![all];
        }
        mixed.extend(parts);
        if reversed {
            mixed.reverse();
        }
        let cases: Vec<&PathBuf> = pool[*chosen.first().expect("a case")].iter().map(|(path, _)| path).collect();
        prop_assert_eq!(decided(&originals), decided(&mixed), "{:?} of {:?}", chosen, cases);
    });
}

/// An event without a readable resource concerns every subscription of the audit, also of lists collected elsewhere.
#[test]
fn events_without_a_resource_concern_lists_that_were_collected_elsewhere() {
    let folder = tempfile::tempdir().expect("a folder");
    let event = r#"{"eventTimestamp": "2026-11-01T00:00:00Z", "operationName": "Regenerate Key", "status": "Succeeded"}"#;
    fs::write(folder.path().join("activity.json"), format!("[{event}]")).expect("an export");
    let accounts = root().join("fixtures/accounts-prod.json");
    let parts =
        [("list", accounts.as_path()), ("log", &folder.path().join("activity.json"))].map(|(name, path)| {
            let part = folder.path().join(format!("{name}.jsonl"));
            fs::write(&part, collect(&root(), &[path]).0).expect("a file");
            part
        });
    let originals = [accounts, folder.path().join("activity.json")];
    let whole = collect(&root(), &originals.each_ref().map(PathBuf::as_path)).0;
    assert!(collect(&root(), &parts.each_ref().map(PathBuf::as_path)).0 == whole);
    assert_eq!(decided(&parts), decided(&originals));
    assert!(String::from_utf8(whole).expect("evidence is UTF-8").contains("unplaced"));
}

/// Any exports in one folder, collected in any shards and order.
#[test]
fn evidence_of_any_exports_merged_in_any_way_audits_like_them() {
    let pool = exports();
    let chosen = prop::collection::btree_set(0..pool.len(), 2..8);
    let strategy = (chosen, prop::collection::vec(any::<Index>(), 8), any::<bool>());
    proptest!(cases(16, 32), |((chosen, shards, reversed) in strategy)| {
        let folder = tempfile::tempdir().expect("a folder");
        let exports = folder.path().join("exports");
        fs::create_dir(&exports).expect("a folder");
        for (number, (chosen, shard)) in chosen.iter().zip(&shards).enumerate() {
            // A shard is a folder, because the rules for a file that is named are stricter than for one in a folder.
            let shard = folder.path().join(format!("shard-{}", shard.index(3)));
            fs::create_dir_all(&shard).expect("a folder");
            for folder in [&exports, &shard] {
                fs::write(folder.join(format!("{number}.json")), &pool[*chosen]).expect("an export");
            }
        }
        let whole = collect(&root(), &[exports.as_path()]).0;
        let mut parts = Vec::new();
        for shard in (0..3).map(|shard| folder.path().join(format!("shard-{shard}"))).filter(|shard| shard.is_dir()) {
            let part = shard.with_extension("jsonl");
            fs::write(&part, collect(&root(), &[shard.as_path()]).0).expect("a file");
            parts.push(part);
        }
        if reversed {
            parts.reverse();
        }
        let parts: Vec<&Path> = parts.iter().map(PathBuf::as_path).collect();
        prop_assert!(collect(&root(), &parts).0 == whole, "the shards' evidence is not that of the whole");
        let evidence = folder.path().join("evidence.jsonl");
        fs::write(&evidence, whole).expect("a file");
        prop_assert_eq!(audit(&evidence), audit(&exports));
    });
}

/// An archive keeps the manifest of a list that failed. It must not make every later audit incomplete.
#[test]
fn a_failed_list_in_an_archive_is_superseded_by_a_later_complete_one() {
    for (case, status) in [
        ("failed-list-before-a-complete-one", 0),
        ("failed-list-with-its-error-before-a-complete-one", 0),
        ("failed-list-after-a-complete-one", 2),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let exports = root().join("tests/cases/accounts").join(case).join("exports");
        let days = ["q3", "q4"].map(|day| (day, collect(&exports, &[Path::new(day)]).0));
        for (day, evidence) in days {
            fs::write(folder.path().join(format!("{day}.jsonl")), evidence).expect("a file");
        }
        let (archive, _) = collect(folder.path(), &[Path::new("q3.jsonl"), Path::new("q4.jsonl")]);
        fs::write(folder.path().join("archive.jsonl"), archive).expect("a file");
        let mut command = rotaudit(folder.path());
        command.args(["audit", "-q", "--as-of", "2026-11-23", "archive.jsonl"]);
        let output = command.output().expect("the program runs");
        assert_eq!(output.status.code(), Some(status), "{case}: {}", stderr(&output));
    }
}
