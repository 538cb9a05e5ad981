//! Reads exports: finds the files, tells each one's format by its content, and decodes it into accounts and key
//! events, each with its place. A bad input never stops the rest: it becomes a note, and costs the file its word
//! on what did *not* happen.

mod content;
mod exports;
mod file;
mod files;
mod formats;
mod json;
mod secrets;
mod source;

use std::collections::BTreeMap;
use std::path::PathBuf;

pub use content::Content;
pub use exports::Exports;
pub use formats::forms::readable_forms;
pub use source::digest::{Digested, digests, text};
pub use source::find::{NoSuchPath, printable_path};

use crate::model::InputId;
use source::find;

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
