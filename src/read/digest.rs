//! Files and their digests alone: what an audit would read, unread.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::container::Unpacked;
use super::find::{self, NoSuchPath, SourcePath};
use super::source::{Decoded, Digesting};
use crate::model::Note;

/// One file that an audit of the same paths would have as an input.
#[derive(Debug)]
pub struct Digested {
    /// The name that reports give it.
    pub path: String,
    /// Of its bytes as they lie on disk, in lower-case hexadecimal.
    pub sha256: io::Result<String>,
    /// Where it lies, unless in an archive or on standard input.
    pub file: Option<PathBuf>,
}

/// Every file behind `paths`, sorted by path, found and named as an audit does; `reports` are none of them.
pub fn digests(paths: &[PathBuf], reports: &[PathBuf]) -> Result<(Vec<Digested>, Vec<Note>), NoSuchPath> {
    let (files, notes) = find::find(paths, reports)?;
    let digested = files.into_iter().map(|found| {
        let digest = found.source.with_reader(|source| Digesting::new(source, true).finish());
        Digested {
            path: found.label,
            sha256: digest.map(|(_, sha256)| sha256.unwrap_or_default()),
            file: match found.source {
                SourcePath::File(file) => Some(file),
                SourcePath::Archived(..) | SourcePath::StandardInput => None,
            },
        }
    });
    Ok((digested.collect(), notes))
}

/// A file's text in UTF-8, unpacked where it is packed: Windows PowerShell's `>` writes UTF-16.
pub fn text(file: &Path) -> io::Result<impl Read + use<>> {
    Ok(Decoded::new(Unpacked::new(Digesting::new(File::open(file)?, false))?))
}
