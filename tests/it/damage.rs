//! For any content, reading a file never panics, and an audit of the file succeeds or ends with a clear error.
//!
//! The exports of all formats in the cases are damaged in the way that disks, editors and adversaries do it.

use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;
use proptest::sample::Index;
use rotaudit::read::{self, Reading};
use walkdir::WalkDir;

use crate::support::damage::{damage, damaged};
use crate::support::{cases, root, rotaudit, stderr};

const ALONE: Reading = Reading {
    jobs: 1,
    hashes: true,
    keeps_properties: false,
    shows_progress: false,
    block: Reading::BLOCK_BYTES,
};
/// The blocks are so short that several threads share most exports.
const SHARED: Reading = Reading { jobs: 2, block: 500, ..ALONE };

/// The exports of the cases, without those that are longer than a log of a few hundred events.
fn exports() -> Vec<PathBuf> {
    let entries =
        WalkDir::new(root().join("tests/cases")).sort_by_file_name().into_iter().filter_map(Result::ok);
    entries
        .filter(|entry| entry.file_type().is_file() && entry.path().iter().any(|part| part == "exports"))
        .filter(|entry| entry.metadata().is_ok_and(|metadata| (1..200_000).contains(&metadata.len())))
        .map(walkdir::DirEntry::into_path)
        .collect()
}

#[test]
fn reading_a_damaged_export_never_panics() {
    let exports = exports();
    assert!(exports.len() > 300, "only {} exports were found", exports.len());
    let other = |chosen: &Index| fs::read(chosen.get(&exports)).expect("an export");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("export");
    let strategy = (any::<Index>(), prop::collection::vec(damage(), 1..4));
    proptest!(cases(500, 2_000), |((chosen, damages) in strategy)| {
        let bytes = fs::read(chosen.get(&exports)).expect("an export");
        fs::write(&file, damaged(bytes, &damages, other)).expect("a file");
        let read_by = |reading| read::read(std::slice::from_ref(&file), &[], reading).expect("the file is there");
        let [alone, read] = [ALONE, SHARED].map(read_by);
        // How much can be unpacked from damaged packed data depends on the size of each read.
        let mut notes = [&alone, &read].into_iter().flat_map(|read| &read.notes);
        if !notes.any(|note| note.text.contains("read to its end")) {
            prop_assert_eq!(format!("{read:?}"), format!("{alone:?}"));
        }
        let is_archive = fs::read(&file).expect("the file").starts_with(b"PK");
        prop_assert!(read.inputs.len() <= 1 || !read.distilled.is_empty() || is_archive);
    });
}

#[test]
fn an_audit_of_damaged_exports_is_an_audit_or_an_error() {
    let exports = exports();
    let other = |chosen: &Index| fs::read(chosen.get(&exports)).expect("an export");
    let folder = tempfile::tempdir().expect("a folder");
    let strategy = prop::collection::vec((any::<Index>(), prop::collection::vec(damage(), 0..3)), 1..4);
    proptest!(cases(32, 64), |(files in strategy)| {
        for (number, (chosen, damages)) in files.iter().enumerate() {
            let bytes = fs::read(chosen.get(&exports)).expect("an export");
            fs::write(folder.path().join(number.to_string()), damaged(bytes, damages, other)).expect("a file");
        }
        let output = rotaudit(folder.path()).args(["audit", "--as-of", "2026-11-23", "--format", "json", "."]).output();
        let output = output.expect("the program runs");
        prop_assert!(matches!(output.status.code(), Some(0..=3)), "{:?}: {}", output.status, stderr(&output));
        if !output.stdout.is_empty() {
            prop_assert!(serde_json::from_slice::<serde_json::Value>(&output.stdout).is_ok());
        }
    });
}
