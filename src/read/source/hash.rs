//! Counts and hashes the bytes of a file while it is read.
//!
//! Two locks: `hasher` and `unhashed`. No function waits for one while it holds `unhashed`, and the only code that
//! keeps `hasher` for longer is a [`Turn`], so they cannot deadlock.

use std::io::{self, Read};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sha2::{Digest, Sha256};

use crate::model::hex;

/// Passes bytes on, and records their number and SHA-256.
pub(in crate::read) struct Digesting<R> {
    source: R,
    bytes: u64,
    /// `None` if only the number is needed.
    hashing: Option<Arc<Hashing>>,
}

impl<R: Read> Digesting<R> {
    pub(in crate::read) fn new(source: R, hashes: bool) -> Digesting<R> {
        Digesting { source, bytes: 0, hashing: hashes.then(Arc::default) }
    }

    /// Returns the number of bytes read so far.
    pub(in crate::read) fn bytes_read(&self) -> u64 {
        self.bytes
    }

    pub(in crate::read) fn hashing(&self) -> Option<Arc<Hashing>> {
        self.hashing.clone()
    }

    /// Reads the rest of the source. Returns the number of all bytes, and their SHA-256 if it is computed.
    pub(in crate::read) fn finish(mut self) -> io::Result<(u64, Option<String>)> {
        io::copy(&mut self, &mut io::sink())?;
        Ok((self.bytes, self.hashing.map(|hashing| hashing.digest())))
    }
}

impl<R: Read> Read for Digesting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        if let Some(hashing) = &self.hashing {
            hashing.add(&buffer[..read]);
        }
        self.bytes += read as u64;
        Ok(read)
    }
}

/// The SHA-256 of a source. Bytes are hashed while they are read or, between [`Hashing::defer`] and
/// [`Hashing::resume`], by several threads in turn.
///
/// A caller of [`Hashing::turn`] must prevent others from reading the source until it has the turn, so that the turns
/// come in the order of the bytes. No [`Turn`] may exist when [`Hashing::resume`] is called. `file/parallel/tests.rs`
/// tests that digests do not depend on the number of threads.
#[derive(Default)]
pub(in crate::read) struct Hashing {
    hasher: Mutex<Sha256>,
    /// Bytes that were read and are not hashed yet; `None` unless hashing is deferred. At most the bytes that are read
    /// for one block.
    unhashed: Mutex<Option<Vec<u8>>>,
}

/// The locked hasher, and the bytes that it must hash next. The owner of the following bytes waits for this turn to
/// end.
pub(in crate::read) struct Turn<'h> {
    hasher: MutexGuard<'h, Sha256>,
    bytes: Vec<u8>,
}

impl Hashing {
    fn add(&self, bytes: &[u8]) {
        if let Some(unhashed) = &mut *lock(&self.unhashed) {
            unhashed.extend_from_slice(bytes);
            return;
        }
        lock(&self.hasher).update(bytes);
    }

    /// Defers hashing: from now on, bytes are kept for the next turn.
    pub(in crate::read) fn defer(&self) {
        *lock(&self.unhashed) = Some(Vec::new());
    }

    /// Returns the turn to hash the bytes that were read since the last one. `spare` must be empty, and becomes the
    /// buffer for later bytes.
    ///
    /// Waits for an earlier turn to end.
    pub(in crate::read) fn turn(&self, spare: Vec<u8>) -> Turn<'_> {
        let bytes = lock(&self.unhashed).replace(spare).unwrap_or_default();
        Turn { hasher: lock(&self.hasher), bytes }
    }

    /// Hashes the bytes that are left, and ends the deferral: from now on, bytes are hashed while they are read.
    pub(in crate::read) fn resume(&self) {
        let unhashed = lock(&self.unhashed).take();
        lock(&self.hasher).update(unhashed.unwrap_or_default());
    }

    /// Returns the SHA-256 of all bytes in hexadecimal.
    fn digest(&self) -> String {
        self.resume();
        hex(&lock(&self.hasher).clone().finalize())
    }
}

impl Turn<'_> {
    /// Hashes the bytes of this turn, and returns their emptied buffer for reuse.
    pub(in crate::read) fn hash(mut self) -> Vec<u8> {
        self.hasher.update(&self.bytes);
        self.bytes.clear();
        self.bytes
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partly_read_file_is_hashed_completely() {
        let mut digesting = Digesting::new(&b"abc"[..], true);
        assert_eq!(digesting.read(&mut [0; 1]).expect("a byte"), 1);
        let whole = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(digesting.finish().expect("the rest"), (3, Some(whole.to_owned())));
    }
}
