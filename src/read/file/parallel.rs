//! Reads long texts in blocks, several at a time.
//!
//! Where a block may begin is guessed, by what separates the first two records, and then proven: a block counts only
//! where the one before it ends, by its own grammar, as was guessed, and where every byte of it is vouched for. From the
//! first that does not on, the text is read piece by piece.

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

/// Most files are small, and what is read is taken where it lies near the processor.
const READ_STEP_BYTES: usize = 32 << 10;

/// Where no block begins for so long, none is looked for any more.
const MAX_BLOCK_BYTES: usize = 8 << 20;

/// How the reading of a text is shared out.
#[derive(Clone, Copy, Debug)]
pub(in crate::read) struct Sharing {
    /// The threads that take part.
    pub jobs: usize,
    /// Whether its SHA-256 is taken.
    pub hashes: bool,
    /// The bytes of a block; with none, everything is read piece by piece.
    pub block: usize,
}

/// What is left to be read, and how it goes on.
pub(in crate::read) struct Rest<R> {
    pub text: Remaining<R>,
    pub from: Resumed,
    pub found: FoundLines,
}

/// Text that was read ahead, then why the source broke if it did, then the source.
pub(in crate::read) struct Remaining<R> {
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

/// Reads as much of `source`, which is hashed on the way, as can be read in blocks into `contents`.
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
    // What is read already needs nobody else.
    let threads = if cutter.at_end { 1 } else { share.jobs };
    // Hashing takes as long as reading does, and one thread does it while others read.
    let hashing = hashing.filter(|_| threads > 1);
    if let Some(hashing) = hashing {
        hashing.put_off();
    }
    let blocks = Blocks { guess, part: contents.of_part(), hashing, is_stopped: AtomicBool::new(false) };
    let mut progress = BlocksRead {
        contents: mem::replace(contents, contents.of_part()),
        from: Resumed::START,
        found: FoundLines::default(),
        unused: Vec::new(),
    };
    let take = |bench: &mut Bench, read| -> Result<(), Infallible> {
        blocks.take(bench, read, &mut progress);
        Ok(())
    };
    let Ok(()) = threads::relay(
        threads,
        Bench::default,
        |bench| blocks.cut(&mut cutter, bench),
        |bench, (block, turn)| blocks.read(bench, &block, turn),
        take,
    );
    if let Some(hashing) = hashing {
        hashing.catch_up();
    }
    *contents = progress.contents;
    Rest { text: cutter.remaining(progress.unused), from: progress.from, found: progress.found }
}

/// What the text's beginning lets expect of the rest.
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
    separator: Vec<u8>,
    /// What was read behind the last block.
    carried: Vec<u8>,
    position: Position,
    number: usize,
    at_end: bool,
    failure: Option<io::Error>,
}

struct TextBlock {
    number: usize,
    start: Position,
    /// Where the next block begins.
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

    fn guess(&mut self) -> Option<Guess> {
        let mut head = Vec::new();
        self.fill(&mut head);
        self.carried = head;
        let head = &self.carried;
        // What is no table of keys by its first line.
        if !Columns::of(head).is_empty() {
            return None;
        }
        // Not within an escape.
        let whole = if self.at_end { head.len() } else { memchr::memrchr(b',', head)? };
        let mut scanner = Scanner::default();
        let beginning = scanner.beginning(&head[..whole]).ok()?;
        let (family, form) = forms::of_record(beginning.bytes, beginning.container)?;
        let is_long = matches!(family, Family::Accounts | Family::Activity);
        let guess = Guess { separator: beginning.separator.to_vec(), state: beginning.state, family, form };
        self.separator.clone_from(&guess.separator);
        is_long.then_some(guess)
    }

    /// Adds a block's length of the source to `text`.
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

    /// Puts the next block into `text`; none where there is no more, or none can be told.
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

    /// Where the last record begins, unless it is the first.
    fn last_brace(&self, text: &[u8]) -> Option<usize> {
        let within = memchr::memchr(b'{', &self.separator)?;
        let separator = memmem::rfind(text, &self.separator)?;
        Some(separator + within).filter(|brace| *brace > 0)
    }

    /// All that is left, behind the blocks that were of no use.
    fn remaining(self, mut unused: Vec<u8>) -> Remaining<R> {
        unused.extend(self.carried);
        Remaining { read: Cursor::new(unused), failure: self.failure, source: self.source }
    }
}

/// Blocks are read by whoever is free, and taken in one after the other.
struct Blocks<'h> {
    guess: Guess,
    /// The contents of a part before its first record.
    part: FileContents,
    /// Unless whoever reads the source hashes it as well.
    hashing: Option<&'h Hashing>,
    /// Whether a block was of no use, so that the text has to be read piece by piece from there on.
    is_stopped: AtomicBool,
}

/// Where a thread reads one block after the other.
#[derive(Default)]
struct Bench {
    text: Vec<u8>,
    unhashed: Vec<u8>,
    scanner: Scanner,
    known: Known,
}

struct ReadBlock {
    found: FoundLines,
    /// Unless the block was of no use.
    read: Option<(FileContents, Scanned)>,
    end: Position,
}

struct BlocksRead {
    contents: FileContents,
    from: Resumed,
    found: FoundLines,
    /// The text of the block that was of no use, and of those behind it.
    unused: Vec<u8>,
}

impl<'h> Blocks<'h> {
    /// Puts the next block on the bench, with the turn to hash it: nobody can have the next before.
    fn cut<R: Read>(
        &self,
        cutter: &mut Cutter<R>,
        bench: &mut Bench,
    ) -> Option<(TextBlock, Option<Turn<'h>>)> {
        if self.is_stopped.load(Ordering::Relaxed) {
            return None;
        }
        let block = cutter.next(&mut bench.text)?;
        Some((block, self.hashing.map(|hashing| hashing.turn(mem::take(&mut bench.unhashed)))))
    }

    fn read(&self, bench: &mut Bench, block: &TextBlock, turn: Option<Turn<'h>>) -> ReadBlock {
        bench.unhashed = turn.map(Turn::hash).unwrap_or_default();
        let found = keys::blot(&mut bench.text, block.start.line);
        ReadBlock { found, read: self.read_block(bench, block), end: block.end }
    }

    fn take(&self, bench: &mut Bench, ReadBlock { found, read, end }: ReadBlock, progress: &mut BlocksRead) {
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
            progress.unused.append(&mut bench.text);
        }
    }

    /// What a block holds, if it begins as was guessed and ends so that the next one does.
    fn read_block(&self, bench: &mut Bench, block: &TextBlock) -> Option<(FileContents, Scanned)> {
        let Bench { text, scanner, known, .. } = bench;
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

/// Reads the records of a part that a scanner vouches for.
struct PartReader<'t> {
    reader: FileReader,
    places: Places<'t>,
    ordinary: Ordinary<'t>,
    /// Whether a list may begin in it.
    may_open: bool,
}

impl<'t> PartReader<'t> {
    /// `is_first` is whether it reads the beginning of the file.
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
        // Parts are merged on the understanding that the file has one list of its own at most.
        if container.is_of_lines() || mem::take(&mut self.may_open) { Ok(()) } else { Err(Unsure) }
    }

    fn ordinary(&mut self, start: usize, container: Container, walk: &mut Walk<'t>) -> Result<(), Unsure> {
        self.reader.ordinary(&mut self.ordinary, walk, container, || self.places.of(start))
    }

    fn any(&mut self, record: ScannedRecord<'t>) {
        let start = self.places.of(record.start);
        let end = self.places.of(record.start + record.bytes.len());
        self.reader.record(record.bytes, record.container, start, end);
    }
}

#[cfg(test)]
mod tests;
