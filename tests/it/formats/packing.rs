//! Files, packed or written in another encoding.

use std::io::{Cursor, Write};

use flate2::Compression;
use flate2::write::GzEncoder;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::formats::files::File;

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

pub(crate) fn text(bytes: &[u8]) -> &str {
    str::from_utf8(bytes).expect("exports are text")
}

/// Little-endian with a byte-order mark, as `>` writes it in Windows PowerShell.
pub(crate) fn utf_16(bytes: &[u8]) -> Vec<u8> {
    format!("\u{feff}{}", text(bytes)).encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// An archive with folders in it.
pub(crate) fn zip_of(files: &[File]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    archive.add_directory("exports/", SimpleFileOptions::default()).expect("a folder");
    for (path, bytes) in files {
        archive.start_file(format!("exports/{path}"), SimpleFileOptions::default()).expect("an entry");
        archive.write_all(bytes).expect("memory");
    }
    archive.finish().expect("memory").into_inner()
}
