//! Finds keys in the text of a file on its way to whoever reads it, and blots them out: what comes after never sees
//! one, so that no report, note or message can repeat it.

use std::collections::BTreeSet;
use std::io::{self, Read};
use std::mem;

use memchr::memchr_iter;

use crate::model::{InputId, KeyLine, KeyMaterial};
use crate::redact::{
    self, Columns, KeyForm, MAX_CONTEXT_BYTES, MAX_ROW_BYTES, MAX_SECRET_BYTES, Unescaped, secrets,
};

const CHUNK: usize = 64 << 10;

/// Lines with keys are all counted, and the first of them told one by one.
pub(in crate::read) const TOLD_ONE_BY_ONE: usize = 20;

/// Passes text on, without the keys in it.
pub(in crate::read) struct Blotted<R> {
    source: R,
    /// What was handed out lately, what may be handed out, and what may be the beginning of a key.
    buffer: Vec<u8>,
    handed: usize,
    cleared: usize,
    /// The line at the beginning of the buffer.
    line: u64,
    /// Where the keys stand in a table, known once the text has begun.
    columns: Option<Columns>,
    at_end: bool,
    /// Why the source broke, until what it gave before is handed out.
    failure: Option<io::Error>,
    is_broken: bool,
    found: FoundLines,
}

impl<R: Read> Blotted<R> {
    /// `found` are keys that were blotted out in it before.
    pub(in crate::read) fn new(source: R, found: FoundLines) -> Blotted<R> {
        Blotted {
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

    /// Goes on in a text that is no table, at the beginning of a record in `line`; the keys before it are `found`.
    pub(in crate::read) fn resume(source: R, line: u64, found: FoundLines) -> Blotted<R> {
        Blotted { line, columns: Some(Columns::default()), ..Blotted::new(source, found) }
    }

    /// The source, the keys in its whole text, and why some of it could not be looked through, unless whoever read it
    /// met that already.
    pub(in crate::read) fn finish(mut self, input: InputId) -> (R, KeyMaterial, Option<io::Error>) {
        let failure = if self.is_broken { None } else { io::copy(&mut self, &mut io::sink()).err() };
        (self.source, self.found.told(input), failure)
    }

    fn fill(&mut self) {
        let is_table = self.columns.as_ref().is_some_and(|columns| !columns.is_empty());
        let passed = self.handed.saturating_sub(if is_table { MAX_ROW_BYTES } else { MAX_CONTEXT_BYTES });
        self.line += lines(&self.buffer[..passed]);
        self.buffer.drain(..passed);
        self.handed -= passed;
        self.cleared -= passed;
        match self.source.by_ref().take(CHUNK as u64).read_to_end(&mut self.buffer) {
            Ok(read) => self.at_end = read == 0,
            Err(error) => {
                self.at_end = true;
                self.failure = Some(error);
            }
        }
        self.clear();
    }

    /// Decides on every key that begins in what is new, each once all of it must be there.
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
            redact(&mut self.buffer[key]);
        }
    }
}

impl<R: Read> Read for Blotted<R> {
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

/// Blots out the keys in a text that begins in `line`, and no key of which begins before it or ends behind it.
pub(in crate::read) fn blot(text: &mut [u8], line: u64) -> FoundLines {
    let mut found = FoundLines::default();
    let (mut line, mut counted) = (line, 0);
    for (key, form) in secrets(text, 0..text.len(), &Columns::default()) {
        line += lines(text.get(counted..key.start).unwrap_or_default());
        counted = key.start;
        found.add(line, form);
        redact(&mut text[key]);
    }
    found
}

fn redact(key: &mut [u8]) {
    redact::remember(&Unescaped::of(key).bytes);
    key.fill(b'*');
}

fn lines(text: &[u8]) -> u64 {
    memchr_iter(b'\n', text).count() as u64
}

/// The lines that hold keys.
#[derive(Debug, Default)]
pub(in crate::read) struct FoundLines {
    told: Vec<(u64, BTreeSet<KeyForm>)>,
    last: u64,
    count: u64,
}

impl FoundLines {
    fn add(&mut self, line: u64, form: KeyForm) {
        if self.last != line {
            self.last = line;
            self.count += 1;
            if self.told.len() < TOLD_ONE_BY_ONE {
                self.told.push((line, BTreeSet::new()));
            }
        }
        if let Some((_, forms)) = self.told.last_mut().filter(|(told, _)| *told == line) {
            forms.insert(form);
        }
    }

    /// Takes in the lines of the text that follows, which may begin in the last of these.
    pub(in crate::read) fn append(&mut self, later: FoundLines) {
        let told = later.told.len() as u64;
        for (line, forms) in later.told {
            for form in forms {
                self.add(line, form);
            }
        }
        self.count += later.count - told;
        self.last = self.last.max(later.last);
    }

    fn told(&mut self, input: InputId) -> KeyMaterial {
        let words = |forms: BTreeSet<KeyForm>| {
            forms.into_iter().map(KeyForm::in_words).collect::<Vec<_>>().join(" and ")
        };
        let lines = mem::take(&mut self.told).into_iter();
        KeyMaterial {
            input,
            lines: lines.map(|(line, forms)| KeyLine { line, what: words(forms) }).collect(),
            count: self.count,
        }
    }
}

#[cfg(test)]
mod tests;
