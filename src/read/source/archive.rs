//! Zip archives, which are read like folders of exports. Nothing is ever unpacked to disk.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;

use zip::{CompressionMethod, ZipArchive};

use super::container::{ALWAYS_ALLOWED_BYTES, MAX_GROWTH_FACTOR};

/// An archive whose list of files was read. The archive itself is not open, so there can be any number of these; clones
/// share the list.
#[derive(Clone, Debug)]
pub(in crate::read) struct Archive(ZipArchive<ReopenedFile>);

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

/// Pairs of files that only the documents of office programs contain, which are archives too: first those of Microsoft,
/// then those of other programs.
const OFFICE_FILES: [[&str; 2]; 6] = [
    ["[Content_Types].xml", "xl/workbook.xml"],
    ["[Content_Types].xml", "xl/workbook.bin"],
    ["[Content_Types].xml", "word/document.xml"],
    ["[Content_Types].xml", "ppt/presentation.xml"],
    ["mimetype", "content.xml"],
    ["Index/Document.iwa", "Metadata/Properties.plist"],
];

/// Returns whether an archive is a document of an office program and not a folder of exports.
pub(in crate::read) fn is_office(entries: &[Entry]) -> bool {
    let has = |name: &str| entries.iter().any(|entry| entry.name == name);
    OFFICE_FILES.into_iter().any(|files| files.into_iter().all(has))
}

/// Returns the files in an archive, in its order, without folders and links. Their number is bounded by the list of
/// files, which is part of the archive.
pub(in crate::read) fn entries(path: &Path) -> io::Result<(Archive, Vec<Entry>)> {
    let packed = path.metadata()?.len();
    let mut archive = ZipArchive::new(ReopenedFile::new(path))?;
    if archive.has_duplicate_names() {
        let what = "several files in it have the same name, so only one of them could be read";
        return Err(invalid(what.to_owned()));
    }
    let listed = listed(ReopenedFile::new(path), archive.central_directory_start())?;
    if listed != archive.len() {
        let what = format!("it lists {listed} files, but its end states {}", archive.len());
        return Err(invalid(what));
    }
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
    Ok((Archive(archive.clone()), entries))
}

/// Returns the number of files that the list of an archive has, which begins at `start`. The library reads as many as the
/// end of the archive states, which has only 16 bits for them.
fn listed(archive: ReopenedFile, start: u64) -> io::Result<usize> {
    let mut list = BufReader::new(archive);
    list.seek(SeekFrom::Start(start))?;
    let mut files = 0;
    loop {
        let mut header = [0; 46];
        match list.read_exact(&mut header) {
            Ok(()) if header.starts_with(b"PK\x01\x02") => {}
            Ok(()) => return Ok(files),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(files),
            Err(error) => return Err(error),
        }
        files += 1;
        // Lengths of the name, of the extra fields and of the comment.
        let rest: i64 =
            [28, 30, 32].map(|at| i64::from(u16::from_le_bytes([header[at], header[at + 1]]))).iter().sum();
        list.seek_relative(rest)?;
    }
}

impl Archive {
    /// Passes the content of one file to `read`, up to the length that the archive declares. The list of files is not
    /// read again, so that the time for all files is proportional to their number.
    pub(in crate::read) fn with_entry<T>(
        &self,
        index: usize,
        read: impl FnOnce(&mut (dyn Read + Send)) -> io::Result<T>,
    ) -> io::Result<T> {
        let mut archive = self.0.clone();
        let packed = archive.by_index_raw(index)?;
        let method = packed.compression();
        if !packed.encrypted() && !matches!(method, CompressionMethod::Stored | CompressionMethod::Deflated) {
            let what =
                "which is not read in an archive; make the archive again with deflate, the usual method";
            return Err(invalid(format!("it is packed with {}, {what}", method_name(method))));
        }
        drop(packed);
        let entry = archive.by_index(index)?;
        let size = entry.size();
        read(&mut Bounded { source: entry, left: size })
    }
}

/// A file that is opened when it is first read.
#[derive(Debug)]
struct ReopenedFile {
    path: Arc<Path>,
    file: Option<File>,
    at: u64,
}

impl ReopenedFile {
    fn new(path: &Path) -> ReopenedFile {
        ReopenedFile { path: Arc::from(path), file: None, at: 0 }
    }

    fn open(&mut self) -> io::Result<&mut File> {
        if self.file.is_none() {
            let mut file = File::open(&self.path)?;
            file.seek(SeekFrom::Start(self.at))?;
            self.file = Some(file);
        }
        self.file.as_mut().ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))
    }
}

/// A clone is at the same place, and not open.
impl Clone for ReopenedFile {
    fn clone(&self) -> ReopenedFile {
        ReopenedFile { path: self.path.clone(), file: None, at: self.at }
    }
}

impl Read for ReopenedFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.open()?.read(buffer)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for ReopenedFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.at = self.open()?.seek(to)?;
        Ok(self.at)
    }
}

/// The methods of packing that archives have besides the two that are read, and their names.
const OTHER_METHODS: [(CompressionMethod, &str); 8] = [
    (CompressionMethod::DEFLATE64, "deflate64"),
    (CompressionMethod::BZIP2, "bzip2"),
    (CompressionMethod::LZMA, "lzma"),
    (CompressionMethod::ZSTD, "zstd"),
    (CompressionMethod::ZSTD_DEPRECATED, "zstd"),
    (CompressionMethod::XZ, "xz"),
    (CompressionMethod::PPMD, "ppmd"),
    (CompressionMethod::IMPLODE, "implode"),
];

fn method_name(method: CompressionMethod) -> &'static str {
    let known = OTHER_METHODS.into_iter().find(|(other, _)| *other == method);
    known.map_or("an unknown method", |(_, name)| name)
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
