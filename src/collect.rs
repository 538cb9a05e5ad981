//! Distils exports into a small evidence file that can be kept, merged and audited instead of them.
//!
//! The lines of an export hold the data of it that verdicts need. Its SHA-256 names the export, and nothing depends on
//! where or with which other exports it was collected. So the lines of several files, each once and in the order of their
//! digests, are their merged file, in any order and nesting of merging. `tests/it/collect.rs` checks that.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use miette::Diagnostic;
use thiserror::Error;

use crate::audit::{OutputError, Target, print_errors, print_left_aside, write_json_line};
use crate::model::{DistilledEnd, DistilledExport, EVIDENCE_SCHEMA, Input, Note, Severity};
use crate::read::{self, Exports, NoSuchPath, Reading};

#[derive(Debug, Error, Diagnostic)]
pub enum CollectError {
    #[error(transparent)]
    #[diagnostic(transparent)]
    NoSuchPath(#[from] NoSuchPath),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Output(#[from] OutputError),
    #[error("there is no export among the inputs, so the evidence is empty")]
    #[diagnostic(
        code(rotaudit::no_export),
        help(
            "name the folder with the exports; the script that `rotaudit export-script` prints exports all that an audit needs"
        )
    )]
    NoExport,
}

/// Reads the exports, or evidence of exports, below `paths`, writes the data that verdicts need to `output`, and
/// returns whether all of it could be read. Returns an error after writing if there is no export: evidence of nothing must
/// not look like success.
pub fn run(paths: &[PathBuf], output: &Path, jobs: usize) -> Result<bool, CollectError> {
    let target = Target::open_for(output, paths, read::is_evidence)?;
    let own: Vec<PathBuf> = output.canonicalize().into_iter().collect();
    let reading = Reading {
        jobs,
        hashes: true,
        keeps_properties: false,
        shows_progress: true,
        block: Reading::BLOCK_BYTES,
    };
    let exports = read::read(paths, &own, reading)?;
    print_errors(&exports.notes, &exports.inputs);
    let is_whole = exports.notes.iter().all(|note| note.severity != Severity::Error);
    let is_without_export = is_whole && !has_export(&exports);
    if is_without_export {
        print_left_aside(&exports.notes, &exports.inputs);
    }
    target.write_json(output, |out| write(exports, out))?;
    if is_without_export { Err(CollectError::NoExport) } else { Ok(is_whole) }
}

/// Returns whether any input is an export, or an empty list, which can be one.
fn has_export(exports: &Exports) -> bool {
    !exports.account_lists.is_empty()
        || !exports.deleted.is_empty()
        || !exports.subscriptions.is_empty()
        || !exports.logs.is_empty()
        || !exports.stamped.is_empty()
        || !exports.collected.is_empty()
        || exports.inputs.iter().any(Input::is_empty_list)
}

/// Writes line by line, because all lines together can be as long as the exports.
fn write(exports: Exports, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
    let mut notes: Vec<Note> = exports.notes.iter().filter(|note| note.input.is_none()).cloned().collect();
    notes.sort();
    notes.dedup();
    let mut by_name: BTreeMap<(Option<String>, Option<String>), Vec<DistilledExport>> = BTreeMap::new();
    for distilled in by_export(exports) {
        let Input { sha256, path, .. } = &distilled.export;
        // An export that could not be read has only a path.
        let path = sha256.is_none().then(|| path.clone());
        by_name.entry((sha256.clone(), path)).or_default().push(distilled);
    }
    let mut lines = 0;
    for mut of_one_name in by_name.into_values() {
        // Of an export that has several paths, or was also collected before, the line with the first path is kept.
        of_one_name.sort_by_cached_key(|distilled| serde_json::to_string(distilled).ok());
        for line in of_one_name.into_iter().take(1).flat_map(DistilledExport::into_lines) {
            write_json_line(&line, out)?;
            lines += 1;
        }
    }
    write_json_line(&DistilledEnd { schema: EVIDENCE_SCHEMA.to_owned(), lines, notes }, out)
}

/// The content of each export, its records in the order of its own lines.
fn by_export(exports: Exports) -> Vec<DistilledExport> {
    let Exports {
        inputs,
        account_lists,
        accounts,
        deleted,
        subscriptions,
        key_events,
        unplaced,
        key_material,
        moves,
        logs,
        unread_logs,
        stamped,
        collected,
        notes,
        ..
    } = exports;
    let mut distilled: Vec<DistilledExport> = inputs.into_iter().map(DistilledExport::new).collect();
    for input in account_lists {
        distilled[input.0].set_account_list();
    }
    for account in accounts {
        distilled[account.region.start.input.0].accounts.push(account);
    }
    for account in deleted {
        distilled[account.place.input.0].deleted.push(account);
    }
    for subscription in subscriptions {
        distilled[subscription.place.input.0].subscriptions.push(subscription);
    }
    for event in key_events {
        distilled[event.place.input.0].key_events.push(event);
    }
    for event in unplaced {
        distilled[event.place.input.0].unplaced.push(event);
    }
    for record in moves {
        distilled[record.place.input.0].moves.push(record);
    }
    for log in logs {
        let input = log.input.0;
        distilled[input].log = Some(log);
    }
    for unread in unread_logs {
        let input = unread.input.0;
        distilled[input].unread_log = Some(unread);
    }
    for row in stamped {
        distilled[row.place.input.0].stamped.push(row);
    }
    for entry in collected {
        distilled[entry.place.input.0].collected.push(entry);
    }
    for material in key_material {
        let input = material.input.0;
        distilled[input].key_material = Some(material);
    }
    for note in notes {
        if let Some(input) = note.input {
            distilled[input.0].notes.push(note);
        }
    }
    distilled
}
