//! Reads long texts in blocks, several at a time.
//!
//! The beginning of a block is guessed from the text between the first two records, and proven later. A block counts
//! only if the previous one ends as guessed, by its own grammar, and if the scanner accepts every byte of it. From the
//! first block that does not count, the text is read piece by piece.
//!
//! Invariant: the result is the same as that of reading piece by piece (`parallel/tests.rs`).

use std::convert::Infallible;
use std::io::{self, Cursor, Read};
use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};

use memchr::memmem;

use super::contents::FileContents;
use super::known::Known;
use super::reader::FileReader;
use crate::read::formats::activity::Ordinary;
use crate::read::formats::forms::{self, Family, Form};
use crate::read::json::piece::{Container, Places, Position};
use crate::read::json::scan::{Records, ScanState, Scanned, ScannedRecord, Scanner, Unsure, Walk};
use crate::read::json::split::Resumed;
use crate::read::secrets::keys::{self, FoundLines};
use crate::read::source::hash::{Hashing, Turn};
use crate::redact::Columns;
use crate::threads;

/// Number of bytes that are read at a time. Most files are small, and the bytes must stay in the processor's cache
/// until they are used.
const READ_STEP_BYTES: usize = 32 << 10;

/// If no record begins within this many bytes, the rest of the text is read piece by piece.
const MAX_BLOCK_BYTES: usize = 8 << 20;

/// The division of the reading of one file.
#[derive(Clone, Copy, Debug)]
pub(in crate::read) struct Sharing {
    /// Number of threads.
    pub jobs: usize,
    /// Whether the SHA-256 of the file is computed.
    pub hashes: bool,
    /// Whether the remaining properties of accounts are kept.
    pub keeps_properties: bool,
    /// Number of bytes of a block; if 0, the file is read piece by piece.
    pub block: usize,
}

/// The rest of a text, and the point from which it must be read.
pub(in crate::read) struct Rest<R> {
    pub text: Remaining<R>,
    pub from: Resumed,
    pub found: FoundLines,
}

impl<R> Rest<R> {
    /// Returns a text of which nothing was read.
    pub(in crate::read) fn all(source: R) -> Rest<R> {
        let text = Remaining { read: Cursor::default(), failure: None, source };
        Rest { text, from: Resumed::START, found: FoundLines::default() }
    }
}

/// A text of which some was read ahead: returns that first, then the error of the source if there was one, then the
/// rest of the source.
pub(in crate::read) struct Remaining<R> {
    /// At most the rejected blocks, one for each thread, and one block more.
    read: Cursor<Vec<u8>>,
    failure: Option<io::Error>,
    pub source: R,
}

impl<R: Read> Read for Remaining<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.read.read(buffer)? {
            0 => match self.failure.take() {
                Some(failure) => Err(failure),
                None => self.source.read(buffer),
            },
            read => Ok(read),
        }
    }
}

/// Reads `source` into `contents` in blocks, up to the first block that does not count, and returns the rest.
/// `hashing` must be that of `source`.
pub(in crate::read) fn read<R: Read + Send>(
    source: R,
    hashing: Option<&Hashing>,
    share: Sharing,
    contents: &mut FileContents,
) -> Rest<R> {
    let mut cutter = Cutter::new(source, share.block);
    let Some(guess) = cutter.guess() else {
        return Rest {
            text: cutter.remaining(Vec::new()),
            from: Resumed::START,
            found: FoundLines::default(),
        };
    };
    // The text is read completely, so other threads have nothing to do.
    let threads = if cutter.at_end { 1 } else { share.jobs };
    // Hashing takes as long as reading, so one thread hashes a block while others read the next ones.
    let hashing = hashing.filter(|_| threads > 1);
    if let Some(hashing) = hashing {
        hashing.defer();
    }
    let blocks = Blocks { guess, part: contents.of_part(), hashing, is_stopped: AtomicBool::new(false) };
    let mut progress = BlocksRead {
        contents: mem::replace(contents, contents.of_part()),
        from: Resumed::START,
        found: FoundLines::default(),
        unused: Vec::new(),
    };
    let merge = |tools: &mut Tools, read| -> Result<(), Infallible> {
        blocks.merge(tools, read, &mut progress);
        Ok(())
    };
    let Ok(()) = threads::relay(
        threads,
        Tools::default,
        |tools| blocks.cut(&mut cutter, tools),
        |tools, (block, turn)| blocks.read(tools, &block, turn),
        merge,
    );
    if let Some(hashing) = hashing {
        hashing.resume();
    }
    *contents = progress.contents;
    Rest { text: cutter.remaining(progress.unused), from: progress.from, found: progress.found }
}

/// The properties of the text that its beginning suggests for all of it.
struct Guess {
    separator: Vec<u8>,
    state: ScanState,
    family: Family,
    form: &'static Form,
}

/// Cuts the source into blocks.
struct Cutter<R> {
    source: R,
    block: usize,
    /// Text between the first two records. Part of the first block.
    separator: Vec<u8>,
    /// Bytes that were read after the end of the last block. At most [`MAX_BLOCK_BYTES`] and one block.
    carried: Vec<u8>,
    position: Position,
    number: usize,
    at_end: bool,
    failure: Option<io::Error>,
}

struct TextBlock {
    number: usize,
    start: Position,
    /// Position of the next block.
    end: Position,
    is_last: bool,
}

impl<R: Read> Cutter<R> {
    fn new(source: R, block: usize) -> Cutter<R> {
        Cutter {
            source,
            block,
            separator: Vec::new(),
            carried: Vec::new(),
            position: Position::START,
            number: 0,
            at_end: false,
            failure: None,
        }
    }

    /// Reads the first block, and returns what it suggests for the rest of the text. `None` means to fall back to
    /// reading piece by piece.
    fn guess(&mut self) -> Option<Guess> {
        let mut head = Vec::new();
        self.fill(&mut head);
        self.carried = head;
        let head = &self.carried;
        // A table with a key column is not read in blocks: `keys::blot` does not know the columns, and would miss keys
        // in them.
        if !Columns::of(head).is_empty() {
            return None;
        }
        // A cut after a comma is never inside an escape or a character.
        let whole = if self.at_end { head.len() } else { memchr::memrchr(b',', head)? };
        let mut scanner = Scanner::default();
        let beginning = scanner.beginning(&head[..whole]).ok()?;
        let (family, form) = forms::of_record(beginning.bytes, beginning.container)?;
        // `FileContents::merge` must add up every member that these two families fill.
        let is_long = matches!(family, Family::Accounts | Family::Activity);
        let guess = Guess { separator: beginning.separator.to_vec(), state: beginning.state, family, form };
        self.separator.clone_from(&guess.separator);
        is_long.then_some(guess)
    }

    /// Adds up to one block of the source to `text`.
    fn fill(&mut self, text: &mut Vec<u8>) {
        let mut filled = text.len();
        let most = filled + self.block;
        text.reserve(self.block);
        while filled < most && !self.at_end {
            text.resize(most.min(filled + READ_STEP_BYTES), 0);
            match self.source.read(&mut text[filled..]) {
                Ok(0) => self.at_end = true,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.at_end = true;
                    self.failure = Some(error);
                }
            }
        }
        text.truncate(filled);
    }

    /// Moves the next block into `text`. Returns `None` at the end of the source, at an error of it, and if no record
    /// begins within [`MAX_BLOCK_BYTES`].
    fn next(&mut self, text: &mut Vec<u8>) -> Option<TextBlock> {
        text.clear();
        text.append(&mut self.carried);
        loop {
            if !self.at_end && text.len() < self.block {
                self.fill(text);
            }
            if self.failure.is_some() || (self.at_end && text.is_empty()) {
                self.carried.append(text);
                return None;
            }
            if self.at_end {
                break;
            }
            if let Some(brace) = self.last_brace(text) {
                self.carried.extend_from_slice(&text[brace..]);
                text.truncate(brace);
                break;
            }
            if text.len() > MAX_BLOCK_BYTES {
                self.carried.append(text);
                return None;
            }
            self.fill(text);
        }
        let (start, end) = (self.position, self.position.after(text));
        self.position = end;
        self.number += 1;
        Some(TextBlock { number: self.number - 1, start, end, is_last: self.at_end })
    }

    /// Returns the offset of the last record in `text`, unless that is the first byte.
    fn last_brace(&self, text: &[u8]) -> Option<usize> {
        let within = memchr::memchr(b'{', &self.separator)?;
        let separator = memmem::rfind(text, &self.separator)?;
        Some(separator + within).filter(|brace| *brace > 0)
    }

    /// Returns everything that is not used yet: `unused` blocks, and the rest of the source.
    fn remaining(self, mut unused: Vec<u8>) -> Remaining<R> {
        unused.extend(self.carried);
        Remaining { read: Cursor::new(unused), failure: self.failure, source: self.source }
    }
}

/// Reads blocks on several threads, and merges them in their order.
struct Blocks<'h> {
    guess: Guess,
    /// Contents of a part before its first record.
    part: FileContents,
    /// `None` if the bytes are hashed while they are read.
    hashing: Option<&'h Hashing>,
    /// Whether a block was rejected, so that the text must be read piece by piece from there.
    ///
    /// Relaxed ordering is enough: this is only a hint to cut no more blocks, and it publishes no data. Blocks that are
    /// cut in spite of it are rejected by [`Blocks::merge`], which runs on one thread at a time.
    is_stopped: AtomicBool,
}

/// The buffers and the cache of one thread, which it uses for one block after the other.
#[derive(Default)]
struct Tools {
    /// The current block.
    text: Vec<u8>,
    /// Emptied buffer of the last [`Turn`], for the next one.
    unhashed: Vec<u8>,
    scanner: Scanner,
    known: Known,
}

struct ReadBlock {
    found: FoundLines,
    /// `None` if the block was rejected.
    read: Option<(FileContents, Scanned)>,
    end: Position,
}

struct BlocksRead {
    contents: FileContents,
    from: Resumed,
    found: FoundLines,
    /// Text of the first rejected block, and of all blocks after it. At most one block for each thread.
    unused: Vec<u8>,
}

impl<'h> Blocks<'h> {
    /// Cuts the next block into the buffer of `tools`, together with the turn to hash it.
    ///
    /// Only one thread at a time runs this, under the lock of [`threads::relay`]. It takes the turn before it lets the
    /// next thread in, so the turns come in the order of the blocks. Waiting for the turn under that lock cannot
    /// deadlock, because an earlier turn ends without another lock.
    fn cut<R: Read>(
        &self,
        cutter: &mut Cutter<R>,
        tools: &mut Tools,
    ) -> Option<(TextBlock, Option<Turn<'h>>)> {
        if self.is_stopped.load(Ordering::Relaxed) {
            return None;
        }
        let block = cutter.next(&mut tools.text)?;
        Some((block, self.hashing.map(|hashing| hashing.turn(mem::take(&mut tools.unhashed)))))
    }

    fn read(&self, tools: &mut Tools, block: &TextBlock, turn: Option<Turn<'h>>) -> ReadBlock {
        tools.unhashed = turn.map(Turn::hash).unwrap_or_default();
        let found = keys::redact_text(&mut tools.text, block.start.line);
        ReadBlock { found, read: self.read_block(tools, block), end: block.end }
    }

    /// Merges the next block, or keeps its text if it or an earlier one was rejected. Runs under the lock of
    /// [`threads::relay`], in the order of the blocks.
    fn merge(&self, tools: &mut Tools, ReadBlock { found, read, end }: ReadBlock, progress: &mut BlocksRead) {
        progress.found.append(found);
        if let Some((part, scanned)) = read.filter(|_| progress.unused.is_empty()) {
            progress.contents.merge(part);
            progress.from = Resumed {
                position: end,
                state: scanned.state,
                saw_list: progress.from.saw_list || scanned.saw_list,
            };
        } else {
            self.is_stopped.store(true, Ordering::Relaxed);
            progress.unused.append(&mut tools.text);
        }
    }

    /// Returns the contents of a block, or `None` if it does not begin as guessed, does not end so that the next block
    /// can begin as guessed, or contains anything but plain records of the guessed family.
    fn read_block(&self, tools: &mut Tools, block: &TextBlock) -> Option<(FileContents, Scanned)> {
        let Tools { text, scanner, known, .. } = tools;
        let Guess { state, family, form, .. } = self.guess;
        let mut part = self.part.of_part();
        let mut begins_in = ScanState::Document;
        if block.number > 0 {
            part.set_family(family, form);
            begins_in = state;
        }
        let places = Places::new(text, block.start);
        let mut reader = PartReader::new(part, places, known, block.number == 0);
        let end = scanner.scan(text, begins_in, &mut reader);
        let (part, end) = (reader.finish(known), end.ok()?);
        let ends_in = if block.is_last { ScanState::Document } else { state };
        (end.state == ends_in && part.is_only(family)).then_some((part, end))
    }
}

/// Reads the records of a part that the scanner accepts.
struct PartReader<'t> {
    reader: FileReader,
    places: Places<'t>,
    ordinary: Ordinary<'t>,
    /// Whether a list may begin in this part.
    may_open: bool,
}

impl<'t> PartReader<'t> {
    /// `is_first` is whether the part is the beginning of the file.
    fn new(part: FileContents, places: Places<'t>, known: &mut Known, is_first: bool) -> PartReader<'t> {
        let reader = FileReader::with_known(part, mem::take(known));
        PartReader { reader, places, ordinary: Ordinary::default(), may_open: is_first }
    }

    fn finish(self, known: &mut Known) -> FileContents {
        let (contents, passed_on) = self.reader.into_part();
        *known = passed_on;
        contents
    }
}

impl<'t> Records<'t> for PartReader<'t> {
    fn open(&mut self, container: Container) -> Result<(), Unsure> {
        // Falls back, because [`FileContents::merge`] requires that only the first part opens a list of its own.
        if container.is_of_lines() || mem::take(&mut self.may_open) { Ok(()) } else { Err(Unsure) }
    }

    fn read_ordinary(
        &mut self,
        start: usize,
        container: Container,
        walk: &mut Walk<'t>,
    ) -> Result<(), Unsure> {
        self.reader.read_ordinary(&mut self.ordinary, walk, container, || self.places.of(start))
    }

    fn read_any(&mut self, record: ScannedRecord<'t>) {
        let start = self.places.of(record.start);
        let end = self.places.of(record.start + record.bytes.len());
        self.reader.read_record(record.bytes, record.container, start, end);
    }
}

#[cfg(test)]
mod tests;
