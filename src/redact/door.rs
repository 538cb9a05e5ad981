//! The outputs of the program: standard output, standard error and files.

use std::io::{self, Stdout, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use super::MAX_KEY_BYTES;
use super::visible::{Notation, Speller};

/// Number of bytes that are held back until it is known that no key begins in them.
const KEPT_BACK_BYTES: usize = MAX_KEY_BYTES;
/// Number of bytes that are collected before they are searched.
const SEARCHED_BYTES: usize = 64 << 10;

/// Whether any door removed a key. Relaxed ordering is enough, because this flag publishes no other data.
static HAS_REMOVED_KEYS: AtomicBool = AtomicBool::new(false);

/// Whether a key would have been written. That is a bug in this program, because it must redact keys when it reads
/// them.
pub fn has_removed_keys() -> bool {
    HAS_REMOVED_KEYS.load(Ordering::Relaxed)
}

/// A writer that passes text on without the keys in it, and spells out every character on which a terminal or the log
/// of a CI system would act. [`Write::flush`] passes everything on; it must be called last.
#[derive(Debug)]
pub struct Door<W: Write> {
    out: W,
    /// Less than [`SEARCHED_BYTES`] and one write.
    waiting: Vec<u8>,
    speller: Speller,
}

/// The door to standard output.
pub fn standard_output(notation: Notation) -> Door<Stdout> {
    Door::new(io::stdout(), notation)
}

/// Writes a text to standard error. Errors are ignored (for example, if standard error is closed or the disk is full),
/// because the exit status and the report still show what happened.
pub fn to_standard_error(text: &str, notation: Notation) {
    let mut door = Door::new(io::stderr(), notation);
    drop(door.write_all(text.as_bytes()).and_then(|()| door.flush()));
}

impl<W: Write> Door<W> {
    pub fn new(out: W, notation: Notation) -> Door<W> {
        Door { out, waiting: Vec::new(), speller: Speller::new(notation) }
    }

    /// Passes on the waiting bytes, except the last `kept` ones.
    fn pass_on(&mut self, kept: usize) -> io::Result<()> {
        let mut end = self.waiting.len().saturating_sub(kept);
        for secret in super::unmistakable(&self.waiting) {
            // A key that is cut here is searched for again, together with the bytes that follow.
            if secret.end >= self.waiting.len() && kept > 0 {
                end = end.min(secret.start);
                continue;
            }
            end = if secret.contains(&end) { secret.end } else { end };
            HAS_REMOVED_KEYS.store(true, Ordering::Relaxed);
            self.waiting[secret].fill(b'*');
        }
        let (spelled, end) = self.speller.spell(&self.waiting, end);
        self.out.write_all(&spelled)?;
        self.waiting.drain(..end);
        Ok(())
    }
}

impl<W: Write> Write for Door<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.waiting.extend_from_slice(bytes);
        if self.waiting.len() >= SEARCHED_BYTES {
            self.pass_on(KEPT_BACK_BYTES)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.pass_on(0)?;
        self.out.flush()
    }
}

#[cfg(test)]
mod tests;
