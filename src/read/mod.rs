//! Reads exports: finds the files, tells each one's format by its content, and decodes it into accounts and key
//! events, each with its place. A bad input never stops the rest: it becomes a note, and costs the file its word
//! on what did *not* happen.

mod account;
mod activity;
mod archive;
mod blocks;
mod conclude;
mod container;
mod content;
mod contents;
mod csv;
mod decode;
mod digest;
mod distilled;
mod documents;
mod embedded;
mod faults;
mod file;
mod files;
mod find;
mod forms;
mod hand_over;
mod ids;
mod json;
mod key_forms;
mod keys;
mod known;
mod manifest;
mod member;
mod part;
mod piece;
mod progress;
mod response;
mod scan;
mod settle;
mod source;
mod span;
mod stamps;
mod subscriptions;
mod tables;
mod unplaced;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

pub use content::Content;
pub use digest::{Digested, digests, text};
pub use find::{NoSuchPath, printable_path};
pub use forms::readable_forms;

use crate::model::{
    Account, Collected, CollectedKind, DeletedAccount, Input, InputId, KeyEvent, KeyMaterial, LogExport,
    MoveRecord, Note, StampedAccount, SubscriptionName, UnplacedEvent,
};

/// All that the exports say.
#[derive(Clone, Debug, Default)]
pub struct Exports {
    /// Sorted by path.
    pub inputs: Vec<Input>,
    pub accounts: Vec<Account>,
    pub deleted: Vec<DeletedAccount>,
    pub subscriptions: Vec<SubscriptionName>,
    pub key_events: Vec<KeyEvent>,
    /// Of the files that hold any.
    pub key_material: Vec<KeyMaterial>,
    pub moves: Vec<MoveRecord>,
    pub logs: Vec<LogExport>,
    pub stamped: Vec<StampedAccount>,
    /// What manifests list.
    pub collected: Vec<Collected>,
    pub notes: Vec<Note>,
    /// Inputs that were read out of evidence files.
    pub distilled: BTreeSet<InputId>,
    /// Whether any file is an account list, be it an empty page.
    pub has_account_list: bool,
    /// Events of which only the time can be read, until [`Exports::place`] knows all files.
    /// At most [`unplaced::MOST`] of each file.
    pub unplaced: Vec<UnplacedEvent>,
}

/// What a list has for a format that shows neither an account nor an event.
const EMPTY_LIST: &str = "empty-list";

impl Exports {
    /// Whether it is an account list on which there is no account, as only a manifest can tell.
    fn is_list_of_none(&self, collected: &Collected) -> bool {
        let is_whole = collected.complete.is_ok() && collected.replaced_by.is_none();
        let input = collected.input.and_then(|input| self.inputs.get(input.0));
        let is_accounts = matches!(collected.what, CollectedKind::Accounts { .. });
        is_accounts && is_whole && input.is_some_and(|input| input.format == EMPTY_LIST)
    }
}

/// How exports are read.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    /// How many threads read.
    pub jobs: usize,
    /// Whether the SHA-256 of each file is taken.
    pub hashes: bool,
    /// Whether a bar shows how far the reading is, where standard error is a terminal.
    pub shows_progress: bool,
    /// The bytes of a file that a thread reads at once, where several share in it.
    pub block: usize,
}

impl Reading {
    /// So that a block and all that is made of it stay near the processor.
    pub const BLOCK: usize = 256 << 10;
}

/// Reads every file behind `paths`; `outputs` are this audit's own files.
pub fn read(paths: &[PathBuf], outputs: &[PathBuf], reading: Reading) -> Result<Exports, NoSuchPath> {
    let (files, notes) = find::find(paths, outputs)?;
    let mut exports = Exports { notes, ..Exports::default() };
    let mut places: BTreeMap<&[String], InputId> = BTreeMap::new();
    files::read(&files, reading, &mut exports, |found, input| {
        places.insert(&found.parts, input);
    });
    let folders: BTreeMap<InputId, &[String]> =
        places.iter().map(|(parts, input)| (*input, &parts[..parts.len().saturating_sub(1)])).collect();
    for collected in &mut exports.collected {
        let folder = folders.get(&collected.place.input).copied().unwrap_or_default();
        let parts = [folder, std::slice::from_ref(&collected.file)].concat();
        collected.input = places.get(parts.as_slice()).copied();
    }
    exports.settle();
    exports.has_account_list |= exports.collected.iter().any(|collected| exports.is_list_of_none(collected));
    Ok(exports)
}

#[cfg(test)]
mod tests;
