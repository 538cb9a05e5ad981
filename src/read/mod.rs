//! Reads exports: finds the files, tells each one's format by its content, and decodes it into accounts and key
//! events, each with its place. A bad input never stops the rest: it becomes a note, and costs the file its word
//! on what did *not* happen.

mod account;
mod activity;
mod archive;
mod conclude;
mod container;
mod decode;
mod embedded;
mod file;
mod find;
mod format;
mod json;
mod piece;
mod source;
mod stamps;
mod tables;

use std::path::PathBuf;

pub use find::{NoSuchPath, printable_path};

use crate::model::{Account, Input, InputId, KeyEvent, LogExport, Note, ResourceId, StampedAccount};

/// All that the exports say.
#[derive(Debug, Default)]
pub struct Exports {
    /// Sorted by path.
    pub inputs: Vec<Input>,
    pub accounts: Vec<Account>,
    pub deleted: Vec<ResourceId>,
    pub key_events: Vec<KeyEvent>,
    pub logs: Vec<LogExport>,
    pub stamped: Vec<StampedAccount>,
    pub notes: Vec<Note>,
    /// Whether any file is an account list, be it an empty page.
    pub has_account_list: bool,
}

/// Reads every file behind `paths`; `outputs` are this audit's own files.
pub fn read(paths: &[PathBuf], outputs: &[PathBuf]) -> Result<Exports, NoSuchPath> {
    let (files, notes) = find::find(paths, outputs)?;
    let mut exports = Exports { notes, ..Exports::default() };
    for found in files {
        file::read(&found, InputId(exports.inputs.len()), &mut exports);
    }
    Ok(exports)
}
