//! The kind of content of an existing file, which is asked before the file is overwritten.

use std::path::Path;

use crate::read::{Reading, read};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    Exports,
    /// A file that `collect` wrote.
    Evidence,
    /// A report, or a file that no audit reads.
    Other,
}

impl Content {
    pub fn of(file: &Path) -> Content {
        let reading = Reading { jobs: 1, hashes: false, shows_progress: false, block: Reading::BLOCK_BYTES };
        match read(&[file.to_owned()], &[], reading) {
            Ok(exports) if !exports.distilled.is_empty() => Content::Evidence,
            Ok(exports) if exports.inputs.iter().any(|input| !input.format.starts_with("unknown")) => {
                Content::Exports
            }
            _ => Content::Other,
        }
    }
}
