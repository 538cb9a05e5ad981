//! What a file is to an audit, before anything takes its place.

use std::path::Path;

use crate::read::{Reading, read};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    Exports,
    /// What `collect` wrote.
    Evidence,
    /// A report, or nothing that an audit reads.
    Other,
}

impl Content {
    pub fn of(file: &Path) -> Content {
        let reading = Reading { jobs: 1, hashes: false, shows_progress: false, block: Reading::BLOCK };
        match read(&[file.to_owned()], &[], reading) {
            Ok(exports) if !exports.distilled.is_empty() => Content::Evidence,
            Ok(exports) if exports.inputs.iter().any(|input| !input.format.starts_with("unknown")) => {
                Content::Exports
            }
            _ => Content::Other,
        }
    }
}
