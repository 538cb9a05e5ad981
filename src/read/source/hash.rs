//! A file's bytes, counted and hashed on the way.

use std::io::{self, Read};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sha2::{Digest, Sha256};

use crate::model::hex;

/// Passes bytes on and keeps their number and SHA-256.
pub(in crate::read) struct Digesting<R> {
    source: R,
    bytes: u64,
    /// `None` where only the number is wanted.
    hashing: Option<Arc<Hashing>>,
}

impl<R: Read> Digesting<R> {
    pub(in crate::read) fn new(source: R, hashes: bool) -> Digesting<R> {
        Digesting { source, bytes: 0, hashing: hashes.then(Arc::default) }
    }

    /// How many bytes were read so far.
    pub(in crate::read) fn bytes_read(&self) -> u64 {
        self.bytes
    }

    pub(in crate::read) fn hashing(&self) -> Option<Arc<Hashing>> {
        self.hashing.clone()
    }

    /// The number of bytes and their SHA-256, of the whole source: what nobody read yet is read now.
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

/// The SHA-256 of bytes, taken as they are read or, where that is put off, by several threads in turn.
///
/// Whoever asks for a turn must keep others from reading on meanwhile; nobody may have one still when putting off ends.
#[derive(Default)]
pub(in crate::read) struct Hashing {
    hasher: Mutex<Sha256>,
    /// What is put off, if it is.
    unhashed: Mutex<Option<Vec<u8>>>,
}

/// The hasher and what is to be hashed next; whoever has the next bytes waits for it.
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

    /// From now on, bytes are hashed by those who take turns.
    pub(in crate::read) fn put_off(&self) {
        *lock(&self.unhashed) = Some(Vec::new());
    }

    /// A turn to hash what was read since the last; `spare` is empty and takes its place.
    pub(in crate::read) fn turn(&self, spare: Vec<u8>) -> Turn<'_> {
        let bytes = lock(&self.unhashed).replace(spare).unwrap_or_default();
        Turn { hasher: lock(&self.hasher), bytes }
    }

    /// From now on, bytes are hashed as they are read.
    pub(in crate::read) fn catch_up(&self) {
        let unhashed = lock(&self.unhashed).take();
        lock(&self.hasher).update(unhashed.unwrap_or_default());
    }

    /// Of all bytes.
    fn digest(&self) -> String {
        self.catch_up();
        hex(&lock(&self.hasher).clone().finalize())
    }
}

impl Turn<'_> {
    /// Hashes the bytes, and returns their buffer, empty, for another turn.
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
    fn the_digest_is_of_the_whole_file_however_little_was_read() {
        let mut digesting = Digesting::new(&b"abc"[..], true);
        assert_eq!(digesting.read(&mut [0; 1]).expect("a byte"), 1);
        let whole = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(digesting.finish().expect("the rest"), (3, Some(whole.to_owned())));
    }
}
