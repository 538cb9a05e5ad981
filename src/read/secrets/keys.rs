//! Redacts keys in the text of a file before anything reads it, so that no report, note or message can repeat one.

use std::collections::BTreeSet;
use std::io::{self, Read};
use std::mem;

use memchr::memchr_iter;

use crate::model::{InputId, KeyLine, KeyMaterial};
use crate::redact::{self, Columns, KeyForm, MAX_CONTEXT_BYTES, MAX_ROW_BYTES, MAX_SECRET_BYTES, secrets};

/// Number of bytes that are read at a time.
const CHUNK_BYTES: usize = 64 << 10;

/// Number of lines with keys that are listed; all of them are counted.
pub(in crate::read) const MAX_LISTED_LINES: usize = 20;

/// A reader that returns the text of its source without the keys in it.
pub(in crate::read) struct RedactedText<R> {
    source: R,
    /// In this order: bytes that were returned recently, bytes that can be returned, and bytes that may be the
    /// beginning of a key. At most two chunks.
    buffer: Vec<u8>,
    handed: usize,
    cleared: usize,
    /// The line at the beginning of the buffer.
    line: u64,
    /// The columns of keys in a table; `None` before the text was read.
    columns: Option<Columns>,
    at_end: bool,
    /// The error that ended the source, until the bytes before it are returned.
    failure: Option<io::Error>,
    is_broken: bool,
    found: FoundLines,
}

impl<R: Read> RedactedText<R> {
    /// `found` are keys that were already redacted in the source.
    pub(in crate::read) fn new(source: R, found: FoundLines) -> RedactedText<R> {
        RedactedText {
            source,
            buffer: Vec::new(),
            handed: 0,
            cleared: 0,
            line: 1,
            columns: None,
            at_end: false,
            failure: None,
            is_broken: false,
            found,
        }
    }

    /// Resumes a text that is not a table at the beginning of a record in `line`; the keys before it are `found`.
    pub(in crate::read) fn resume(source: R, line: u64, found: FoundLines) -> RedactedText<R> {
        RedactedText { line, columns: Some(Columns::default()), ..RedactedText::new(source, found) }
    }

    /// Returns the source, the keys in its complete text, and the error that prevented a complete search, unless a
    /// reader of the text got that error.
    pub(in crate::read) fn finish(mut self, input: InputId) -> (R, KeyMaterial, Option<io::Error>) {
        let failure = if self.is_broken { None } else { io::copy(&mut self, &mut io::sink()).err() };
        (self.source, self.found.take_material(input), failure)
    }

    fn fill(&mut self) {
        let is_table = self.columns.as_ref().is_some_and(|columns| !columns.is_empty());
        let passed = self.handed.saturating_sub(if is_table { MAX_ROW_BYTES } else { MAX_CONTEXT_BYTES });
        self.line += lines(&self.buffer[..passed]);
        self.buffer.drain(..passed);
        self.handed -= passed;
        self.cleared -= passed;
        match self.source.by_ref().take(CHUNK_BYTES as u64).read_to_end(&mut self.buffer) {
            Ok(read) => self.at_end = read == 0,
            Err(error) => {
                self.at_end = true;
                self.failure = Some(error);
            }
        }
        self.clear();
    }

    /// Redacts every key that begins in the new bytes. Before the end of the source, the last bytes wait for more text,
    /// because a key that begins in them may be incomplete.
    fn clear(&mut self) {
        let columns = self.columns.get_or_insert_with(|| Columns::of(&self.buffer));
        let end =
            if self.at_end { self.buffer.len() } else { self.buffer.len().saturating_sub(MAX_SECRET_BYTES) };
        let new = self.cleared..end.max(self.cleared);
        self.cleared = new.end;
        let (mut line, mut counted) = (self.line, 0);
        for (key, form) in secrets(&self.buffer, new, columns) {
            line += lines(self.buffer.get(counted..key.start).unwrap_or_default());
            counted = key.start;
            self.found.add(line, form);
            redact(&mut self.buffer[key], form);
        }
    }
}

impl<R: Read> Read for RedactedText<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.handed == self.cleared && !self.at_end {
            self.fill();
        }
        if self.handed == self.cleared
            && let Some(failure) = self.failure.take()
        {
            self.is_broken = true;
            return Err(failure);
        }
        let length = buffer.len().min(self.cleared - self.handed);
        buffer[..length].copy_from_slice(&self.buffer[self.handed..self.handed + length]);
        self.handed += length;
        Ok(length)
    }
}

/// Redacts the keys in a text that begins in `line`. No key may begin before it or end after it.
pub(in crate::read) fn redact_text(text: &mut [u8], line: u64) -> FoundLines {
    let mut found = FoundLines::default();
    let (mut line, mut counted) = (line, 0);
    for (key, form) in secrets(text, 0..text.len(), &Columns::default()) {
        line += lines(text.get(counted..key.start).unwrap_or_default());
        counted = key.start;
        found.add(line, form);
        redact(&mut text[key], form);
    }
    found
}

fn redact(key: &mut [u8], form: KeyForm) {
    redact::remember_if_complete(key, form);
    key.fill(b'*');
}

fn lines(text: &[u8]) -> u64 {
    memchr_iter(b'\n', text).count() as u64
}

/// The lines that hold keys.
#[derive(Debug, Default)]
pub(in crate::read) struct FoundLines {
    listed: Vec<(u64, BTreeSet<KeyForm>)>,
    last: u64,
    count: u64,
}

impl FoundLines {
    fn add(&mut self, line: u64, form: KeyForm) {
        if self.last != line {
            self.last = line;
            self.count += 1;
            if self.listed.len() < MAX_LISTED_LINES {
                self.listed.push((line, BTreeSet::new()));
            }
        }
        if let Some((_, forms)) = self.listed.last_mut().filter(|(listed, _)| *listed == line) {
            forms.insert(form);
        }
    }

    /// Adds the lines of the text that follows, which may begin in the last of these lines.
    pub(in crate::read) fn append(&mut self, later: FoundLines) {
        let listed = later.listed.len() as u64;
        for (line, forms) in later.listed {
            for form in forms {
                self.add(line, form);
            }
        }
        self.count += later.count - listed;
        self.last = self.last.max(later.last);
    }

    fn take_material(&mut self, input: InputId) -> KeyMaterial {
        let words = |forms: BTreeSet<KeyForm>| {
            forms.into_iter().map(KeyForm::in_words).collect::<Vec<_>>().join(" and ")
        };
        let lines = mem::take(&mut self.listed).into_iter();
        KeyMaterial {
            input,
            lines: lines.map(|(line, forms)| KeyLine { line, what: words(forms) }).collect(),
            count: self.count,
        }
    }
}

#[cfg(test)]
mod tests;
