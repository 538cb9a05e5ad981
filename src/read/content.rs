//! Checks whether an existing file is evidence, before it is overwritten.

use std::path::Path;

use crate::read::{Reading, read};

/// Whether `collect` wrote the file.
pub fn is_evidence(file: &Path) -> bool {
    let reading = Reading {
        jobs: 1,
        hashes: false,
        keeps_properties: false,
        shows_progress: false,
        block: Reading::BLOCK_BYTES,
    };
    read(&[file.to_owned()], &[], reading).is_ok_and(|exports| !exports.distilled.is_empty())
}
