//! Reads one file on one or several threads: cuts it into records, detects the form of each, decodes it, and collects
//! everything that an audit needs.
//!
//! May use every other room of [`crate::read`], and threads. Invariants: the result is the same for every number of
//! threads and every block size (`parallel/tests.rs`), and the notes name everything that could not be read
//! (`read/tests/unreadable.rs`).

mod conclude;
mod contents;
mod documents;
mod envelope;
mod evidence;
mod known;
mod notes;
mod parallel;
mod reader;

use std::io::{self, Read};

use indicatif::ProgressBar;

use crate::model::{InputId, KeyMaterial};
use crate::read::formats::forms;
use crate::read::secrets::keys::{FoundLines, RedactedText};
use crate::read::source::container::{Peeked, Unpacked};
use crate::read::source::encoding::Utf8Text;
use crate::read::source::find::FoundFile;
use crate::read::source::hash::Digesting;
pub(in crate::read) use contents::FileContents;
use contents::RefusedForm;
use parallel::Rest;
pub(in crate::read) use parallel::Sharing;
use reader::FileReader;

/// Reads a file on up to `share.jobs` threads.
pub(in crate::read) fn read(
    found: &FoundFile,
    input: InputId,
    share: Sharing,
    bar: &ProgressBar,
) -> io::Result<FileContents> {
    let empty = FileContents::new(input, found.is_named, found.blob.clone());
    found.source.with_reader(|source| read_into(empty, &mut bar.wrap_read(source), share))
}

/// Searches a text that is not an export for keys. Returns its length, its SHA-256 and the keys.
pub(in crate::read) fn search(
    source: impl Read,
    input: InputId,
) -> io::Result<(u64, Option<String>, KeyMaterial)> {
    let digesting = Digesting::new(source, true);
    let (text, keys, failure) =
        RedactedText::new(Utf8Text::new(digesting), FoundLines::default()).finish(input);
    match failure {
        Some(failure) => Err(failure),
        None => text.into_source().finish().map(|(bytes, sha256)| (bytes, sha256, keys)),
    }
}

/// Reads `source` into the empty contents of a file.
pub(in crate::read) fn read_into(
    mut contents: FileContents,
    source: &mut (dyn Read + Send),
    share: Sharing,
) -> io::Result<FileContents> {
    let digesting = Digesting::new(source, share.hashes);
    let hashing = digesting.hashing();
    let unpacked = Unpacked::new(digesting)?;
    contents.packing = unpacked.packing();
    contents.keeps_properties = share.keeps_properties;
    let unpacked = Peeked::new(unpacked, forms::SIGNATURE_BYTES, None);
    let binary = forms::of_bytes(unpacked.head());
    let text = Utf8Text::new(unpacked);
    let Rest { text, from, found } = match binary {
        Some(_) => Rest::all(text),
        None => parallel::read(text, hashing.as_deref(), share, &mut contents),
    };
    let (mut contents, text) = if let Some(form) = binary {
        contents.refuse_form(RefusedForm { form, is_marked: false, line: 1, quote: None });
        // The bytes are only searched for keys.
        (contents, RedactedText::new(text, found))
    } else {
        let mut reader = FileReader::new(contents);
        let text = if from.is_start() {
            reader.read_text(RedactedText::new(text, found))
        } else {
            reader.read_json(RedactedText::resume(text, from.position.line, found), &from)
        };
        (reader.into_contents(), text)
    };
    let (text, key_material, failure) = text.finish(contents.input);
    contents.add_keys(key_material, failure.as_ref());
    (contents.bytes, contents.sha256) = text.source.into_source().into_source().into_source().finish()?;
    Ok(contents)
}
