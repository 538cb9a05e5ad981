//! The files that an audit would read, and their digests, without their contents.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::model::Note;
use crate::read::source::container::Unpacked;
use crate::read::source::encoding::Utf8Text;
use crate::read::source::find::{self, NoSuchPath, SourcePath};
use crate::read::source::hash::Digesting;

/// One file that is an input of an audit of the same paths.
#[derive(Debug)]
pub struct Digested {
    /// Name of the file in reports.
    pub path: String,
    /// SHA-256 of the bytes on disk, in lower-case hexadecimal.
    pub sha256: io::Result<String>,
    /// Path of the file; `None` for a file in an archive and for standard input.
    pub file: Option<PathBuf>,
}

/// Returns every file in `paths` except `reports`, sorted by path, found and named as in an audit, and the notes of
/// that search.
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

/// Returns the text of a file in UTF-8, unpacked if it is packed. The file may be UTF-16, which `>` of Windows
/// PowerShell writes.
pub fn text(file: &Path) -> io::Result<impl Read + use<>> {
    Ok(Utf8Text::new(Unpacked::new(Digesting::new(File::open(file)?, false))?))
}
