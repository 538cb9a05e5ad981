//! Whatever a file holds, reading it ends without a panic, and an audit of it is an audit or a clear error.
//!
//! Exports of every format, out of the cases, are damaged the way that disks, editors and adversaries do.

mod support;

use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use rotaudit::read::{self, Reading};
use support::{root, rotaudit, stderr};
use walkdir::WalkDir;

const READING: Reading = Reading { jobs: 2, hashes: true, shows_progress: false };

/// The cases' exports that are no longer than a log of a few hundred events.
fn exports() -> Vec<PathBuf> {
    let entries =
        WalkDir::new(root().join("tests/cases")).sort_by_file_name().into_iter().filter_map(Result::ok);
    entries
        .filter(|entry| entry.file_type().is_file() && entry.path().iter().any(|part| part == "exports"))
        .filter(|entry| entry.metadata().is_ok_and(|metadata| (1..200_000).contains(&metadata.len())))
        .map(walkdir::DirEntry::into_path)
        .collect()
}

/// One thing that happens to a file.
#[derive(Clone, Debug)]
enum Damage {
    Cut(Index),
    Flip(Index, u8),
    Drop(Index, usize),
    Repeat(Index, usize),
    Insert(Index, &'static str),
    /// Some other export's bytes, from somewhere in it, behind this one's.
    Append(Index, Index),
}

const INSERTED: [&str; 16] = [
    "\"",
    "\\",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "null",
    "1e999",
    "\\u0000",
    "\\ud800",
    "\u{feff}",
    "\r\n",
    "\"schema\":\"rotaudit.key-stamps/1\",",
    "\"value\":[",
];

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        any::<Index>().prop_map(Damage::Cut),
        (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Damage::Flip(at, byte)),
        (any::<Index>(), 1..200_usize).prop_map(|(at, length)| Damage::Drop(at, length)),
        (any::<Index>(), 1..200_usize).prop_map(|(at, length)| Damage::Repeat(at, length)),
        (any::<Index>(), select(INSERTED.to_vec())).prop_map(|(at, text)| Damage::Insert(at, text)),
        (any::<Index>(), any::<Index>()).prop_map(|(file, at)| Damage::Append(file, at)),
    ]
}

fn damaged(mut bytes: Vec<u8>, damages: &[Damage], exports: &[PathBuf]) -> Vec<u8> {
    for damage in damages {
        if bytes.is_empty() {
            return bytes;
        }
        match damage {
            Damage::Cut(at) => bytes.truncate(at.index(bytes.len())),
            Damage::Flip(at, byte) => {
                let at = at.index(bytes.len());
                bytes[at] = *byte;
            }
            Damage::Drop(at, length) => {
                let at = at.index(bytes.len());
                bytes.drain(at..(at + length).min(bytes.len()));
            }
            Damage::Repeat(at, length) => {
                let at = at.index(bytes.len());
                let part = bytes[at..(at + length).min(bytes.len())].to_vec();
                bytes.splice(at..at, part);
            }
            Damage::Insert(at, text) => {
                let at = at.index(bytes.len());
                bytes.splice(at..at, text.bytes());
            }
            Damage::Append(file, at) => {
                let other = fs::read(file.get(exports)).expect("an export");
                bytes.extend(&other[at.index(other.len())..]);
            }
        }
    }
    bytes
}

#[test]
fn reading_a_damaged_export_never_panics() {
    let exports = exports();
    assert!(exports.len() > 300, "only {} exports were found", exports.len());
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("export");
    let strategy = (any::<Index>(), prop::collection::vec(damage(), 1..4));
    proptest!(ProptestConfig::with_cases(2_000), |((chosen, damages) in strategy)| {
        let bytes = fs::read(chosen.get(&exports)).expect("an export");
        fs::write(&file, damaged(bytes, &damages, &exports)).expect("a file");
        let read = read::read(std::slice::from_ref(&file), &[], READING).expect("the file is there");
        let is_archive = fs::read(&file).expect("the file").starts_with(b"PK");
        prop_assert!(read.inputs.len() <= 1 || !read.distilled.is_empty() || is_archive);
    });
}

#[test]
fn an_audit_of_damaged_exports_is_an_audit_or_an_error() {
    let exports = exports();
    let folder = tempfile::tempdir().expect("a folder");
    let strategy = prop::collection::vec((any::<Index>(), prop::collection::vec(damage(), 0..3)), 1..4);
    proptest!(ProptestConfig::with_cases(64), |(files in strategy)| {
        for (number, (chosen, damages)) in files.iter().enumerate() {
            let bytes = fs::read(chosen.get(&exports)).expect("an export");
            fs::write(folder.path().join(number.to_string()), damaged(bytes, damages, &exports)).expect("a file");
        }
        let output = rotaudit(folder.path()).args(["audit", "--as-of", "2026-11-23", "--format", "json", "."]).output();
        let output = output.expect("the program runs");
        prop_assert!(matches!(output.status.code(), Some(0..=3)), "{:?}: {}", output.status, stderr(&output));
        if !output.stdout.is_empty() {
            prop_assert!(serde_json::from_slice::<serde_json::Value>(&output.stdout).is_ok());
        }
    });
}
