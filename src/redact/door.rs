//! The way out: standard output, standard error and files.

use std::io::{self, Stdout, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use super::MAX_KEY_BYTES;
use super::visible::{Notation, Speller};

/// Bytes that are kept back until it is known that no key begins in them.
const KEPT_BACK_BYTES: usize = MAX_KEY_BYTES;
/// Texts are searched from so many bytes on.
const SEARCHED_BYTES: usize = 64 << 10;

/// Whether any door removed a key. Nothing else depends on the order of this write.
static HAS_REMOVED_KEYS: AtomicBool = AtomicBool::new(false);

/// Whether a key would have been written: a fault of this program, since it must redact what it reads.
pub fn has_removed_keys() -> bool {
    HAS_REMOVED_KEYS.load(Ordering::Relaxed)
}

/// Passes text on without the keys in it, and with every character spelled out that a terminal or the log of a CI system
/// would act on. [`Write::flush`] passes everything on; it must come last.
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

/// Writes a text to standard error. If nobody reads that any more, or it is full, the exit status and the report still
/// say what happened.
pub fn to_standard_error(text: &str, notation: Notation) {
    let mut door = Door::new(io::stderr(), notation);
    drop(door.write_all(text.as_bytes()).and_then(|()| door.flush()));
}

impl<W: Write> Door<W> {
    pub fn new(out: W, notation: Notation) -> Door<W> {
        Door { out, waiting: Vec::new(), speller: Speller::new(notation) }
    }

    /// Passes on what waits, without its last `kept` bytes.
    fn pass_on(&mut self, kept: usize) -> io::Result<()> {
        let mut end = self.waiting.len().saturating_sub(kept);
        for secret in super::unmistakable(&self.waiting) {
            // One that is cut here is searched again with what follows.
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
