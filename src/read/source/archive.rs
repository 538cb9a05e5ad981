//! Zip archives, which are read like folders of exports. Nothing is ever unpacked to disk.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use zip::ZipArchive;

use super::container::{ALWAYS_ALLOWED_BYTES, MAX_GROWTH_FACTOR};

/// One file in an archive.
pub(in crate::read) struct Entry {
    pub index: usize,
    /// Path in the archive, as the archive spells it.
    pub name: String,
}

/// Returns whether the file begins like a zip archive. A pipe is never read for this, because the bytes read here would
/// be missing later.
pub(in crate::read) fn is_archive(path: &Path) -> bool {
    let mut magic = [0; 4];
    path.is_file()
        && File::open(path).and_then(|mut file| file.read_exact(&mut magic)).is_ok()
        && magic == *b"PK\x03\x04"
}

/// Returns the files in an archive, in its order, without folders and links.
///
/// One for each entry of the archive, so bounded by its size; their names are not bounded otherwise.
pub(in crate::read) fn entries(path: &Path) -> io::Result<Vec<Entry>> {
    let file = File::open(path)?;
    let packed = file.metadata()?.len();
    let mut archive = ZipArchive::new(file)?;
    let mut entries = Vec::new();
    let mut unpacked: u64 = 0;
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index)?;
        if entry.is_file() && !entry.is_symlink() {
            unpacked = unpacked.saturating_add(entry.size());
            entries.push(Entry { index, name: entry.name()?.into_owned() });
        }
    }
    if unpacked > ALWAYS_ALLOWED_BYTES.max(packed.saturating_mul(MAX_GROWTH_FACTOR)) {
        return Err(invalid(format!(
            "it expands to more than {MAX_GROWTH_FACTOR} times its size, which no export does"
        )));
    }
    Ok(entries)
}

/// Passes the content of one file in an archive to `read`, and returns an error if it is larger than the archive
/// declares.
pub(in crate::read) fn with_entry<T>(
    path: &Path,
    index: usize,
    read: impl FnOnce(&mut (dyn Read + Send)) -> io::Result<T>,
) -> io::Result<T> {
    let mut archive = ZipArchive::new(File::open(path)?)?;
    let entry = archive.by_index(index)?;
    let size = entry.size();
    read(&mut Bounded { source: entry, left: size })
}

struct Bounded<R> {
    source: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        self.left = self
            .left
            .checked_sub(read as u64)
            .ok_or_else(|| invalid("it contains more than its archive declares".to_owned()))?;
        Ok(read)
    }
}

fn invalid(what: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}
