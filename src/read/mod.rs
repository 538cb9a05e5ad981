//! Reads exports: finds the files, detects the format of each by its content, and decodes it into accounts and key
//! events, each with its place.
//!
//! A bad input never stops the others. It becomes a note, and its file no longer proves that anything did *not* happen
//! (`tests/unreadable.rs` tests this).

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

pub use content::is_evidence;
pub use exports::Exports;
pub use formats::forms::readable_forms;
pub use source::digest::{Digested, digests, text};
pub use source::find::{NoSuchPath, printable_path};

use crate::model::InputId;
use source::find;

/// How exports are read.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    /// Number of threads that read.
    pub jobs: usize,
    /// Whether the SHA-256 of each file is computed.
    pub hashes: bool,
    /// Whether the remaining properties of accounts are kept. Only facts contain them, and only the user's own policies
    /// read them there.
    pub keeps_properties: bool,
    /// Whether a bar shows the progress, if standard error is a terminal.
    pub shows_progress: bool,
    /// Number of bytes of a file that a thread reads at a time, if several threads share the file.
    pub block: usize,
}

impl Reading {
    /// Default of [`Reading::block`]: small enough for a block and everything made of it to stay in the processor's
    /// cache.
    pub const BLOCK_BYTES: usize = 256 << 10;
}

/// Reads every file in `paths`, except `outputs`, which this audit writes itself.
///
/// Returns an error if one of `paths` does not exist.
pub fn read(paths: &[PathBuf], outputs: &[PathBuf], reading: Reading) -> Result<Exports, NoSuchPath> {
    let (files, notes) = find::find(paths, outputs)?;
    let mut exports = Exports { notes, ..Exports::default() };
    // One for each file, as are the folders below.
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
    Ok(exports)
}

#[cfg(test)]
mod tests;
