//! A file's bytes as UTF-8 text, counted and hashed on the way.

use std::io::{self, Read};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use encoding_rs::{Decoder, DecoderResult, UTF_16BE, UTF_16LE};
use sha2::{Digest, Sha256};

use crate::model::hex;

const CHUNK: usize = 64 << 10;

/// Passes bytes on and keeps their number and SHA-256.
pub(super) struct Digesting<R> {
    source: R,
    bytes: u64,
    /// `None` where only the number is wanted.
    hashing: Option<Arc<Hashing>>,
}

impl<R: Read> Digesting<R> {
    pub(super) fn new(source: R, hashes: bool) -> Digesting<R> {
        Digesting { source, bytes: 0, hashing: hashes.then(Arc::default) }
    }

    /// How many bytes were read so far.
    pub(super) fn bytes_read(&self) -> u64 {
        self.bytes
    }

    pub(super) fn hashing(&self) -> Option<Arc<Hashing>> {
        self.hashing.clone()
    }

    /// The number of bytes and their SHA-256, of the whole source: what nobody read yet is read now.
    pub(super) fn finish(mut self) -> io::Result<(u64, Option<String>)> {
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
pub(super) struct Hashing {
    hasher: Mutex<Sha256>,
    /// What is put off, if it is.
    unhashed: Mutex<Option<Vec<u8>>>,
}

/// The hasher and what is to be hashed next; whoever has the next bytes waits for it.
pub(super) struct Turn<'h> {
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
    pub(super) fn put_off(&self) {
        *lock(&self.unhashed) = Some(Vec::new());
    }

    /// A turn to hash what was read since the last; `spare` is empty and takes its place.
    pub(super) fn turn(&self, spare: Vec<u8>) -> Turn<'_> {
        let bytes = lock(&self.unhashed).replace(spare).unwrap_or_default();
        Turn { hasher: lock(&self.hasher), bytes }
    }

    /// From now on, bytes are hashed as they are read.
    pub(super) fn catch_up(&self) {
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
    /// The bytes' place, empty, for another turn.
    pub(super) fn take(mut self) -> Vec<u8> {
        self.hasher.update(&self.bytes);
        self.bytes.clear();
        self.bytes
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// UTF-8 out of UTF-8 or UTF-16, with or without a byte-order mark, which is dropped.
///
/// Windows PowerShell's `>` writes UTF-16. What is no UTF-16 is an error and never replaced; UTF-8 is passed as it
/// is, and checked where it is decoded, record by record.
pub(super) struct Decoded<R> {
    source: R,
    encoding: Encoding,
    /// Text that waits to be handed out.
    text: Vec<u8>,
    /// Why there is no more after its first bytes.
    failure: Option<io::Error>,
}

enum Encoding {
    Utf8,
    Utf16 {
        decoder: Decoder,
        input: Vec<u8>,
        at_end: bool,
        /// Why there is no more, behind the text up to there.
        failure: Option<io::Error>,
    },
}

impl<R: Read> Decoded<R> {
    pub(super) fn new(mut source: R) -> Decoded<R> {
        let mut begin = Vec::new();
        let failure = source.by_ref().take(3).read_to_end(&mut begin).err();
        let utf16 = |encoding: &'static encoding_rs::Encoding, input: &[u8]| Encoding::Utf16 {
            decoder: encoding.new_decoder_without_bom_handling(),
            input: input.to_vec(),
            at_end: false,
            failure: None,
        };
        let (encoding, text) = match begin[..] {
            _ if failure.is_some() => (Encoding::Utf8, begin),
            [0xEF, 0xBB, 0xBF] => (Encoding::Utf8, Vec::new()),
            [0xFF, 0xFE, ref rest @ ..] => (utf16(UTF_16LE, rest), Vec::new()),
            [0xFE, 0xFF, ref rest @ ..] => (utf16(UTF_16BE, rest), Vec::new()),
            // JSON and CSV begin with an ASCII character, so a zero byte beside one gives the encoding away.
            [1..=0x7F, 0, ..] => (utf16(UTF_16LE, &begin), Vec::new()),
            [0, 1..=0x7F, ..] => (utf16(UTF_16BE, &begin), Vec::new()),
            _ => (Encoding::Utf8, begin),
        };
        Decoded { source, encoding, text, failure }
    }

    pub(super) fn into_source(self) -> R {
        self.source
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Encoding::Utf16 { decoder, input, at_end, failure } = &mut self.encoding {
            while self.text.is_empty() && !*at_end {
                match self.source.by_ref().take(CHUNK as u64).read_to_end(input) {
                    Ok(read) => *at_end = read == 0,
                    Err(error) => *failure = Some(error),
                }
                // Three bytes of UTF-8 at most for two of UTF-16, and one character kept back from the last chunk.
                self.text.resize(input.len() * 2 + 16, 0);
                let (result, read, written) =
                    decoder.decode_to_utf8_without_replacement(input, &mut self.text, *at_end);
                if matches!(result, DecoderResult::Malformed(..)) {
                    *failure = Some(io::Error::new(io::ErrorKind::InvalidData, "it is not valid UTF-16"));
                }
                *at_end |= failure.is_some();
                input.drain(..read);
                self.text.truncate(written);
            }
        }
        if self.text.is_empty() {
            // All UTF-16 was handed out, or it is UTF-8 that needs no decoding.
            return match &mut self.encoding {
                Encoding::Utf8 => self.failure.take().map_or_else(|| self.source.read(buffer), Err),
                Encoding::Utf16 { failure, .. } => failure.take().map_or(Ok(0), Err),
            };
        }
        let length = self.text.len().min(buffer.len());
        buffer[..length].copy_from_slice(&self.text[..length]);
        self.text.drain(..length);
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(bytes: &[u8]) -> io::Result<String> {
        let mut text = String::new();
        Decoded::new(bytes).read_to_string(&mut text)?;
        Ok(text)
    }

    fn utf16(text: &str, mark: bool, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
        let marked = if mark { format!("\u{feff}{text}") } else { text.to_owned() };
        marked.encode_utf16().flat_map(unit).collect()
    }

    #[test]
    fn one_text_in_every_encoding() {
        let text = format!("[\"é \u{1F511}\"]\r\n{}", "x".repeat(3 * CHUNK));
        let marked = [b"\xEF\xBB\xBF", text.as_bytes()].concat();
        for bytes in [
            text.as_bytes().to_vec(),
            marked,
            utf16(&text, true, u16::to_le_bytes),
            utf16(&text, true, u16::to_be_bytes),
            utf16(&text, false, u16::to_le_bytes),
            utf16(&text, false, u16::to_be_bytes),
        ] {
            assert_eq!(decoded(&bytes).expect("valid text"), text);
        }
        assert_eq!(decoded(b"").expect("an empty file"), "");
        assert_eq!(decoded(b"[").expect("a short file"), "[");
    }

    #[test]
    fn half_a_character_is_an_error() {
        let odd_byte = b"x";
        let lone_surrogate = [0x00, 0xD8, b'x', 0];
        for half in [&odd_byte[..], &lone_surrogate] {
            let bytes = [utf16("[]", true, u16::to_le_bytes), half.to_vec()].concat();
            assert_eq!(decoded(&bytes).expect_err("half a character").kind(), io::ErrorKind::InvalidData);
            let mut before = Vec::new();
            let mut text = Decoded::new(&bytes[..]);
            assert!(text.read_to_end(&mut before).is_err());
            assert_eq!(before, b"[]", "nothing before it is lost");
            assert_eq!(text.read_to_end(&mut before).expect("the end"), 0);
        }
    }

    #[test]
    fn the_digest_is_of_the_whole_file_however_little_was_read() {
        let mut digesting = Digesting::new(&b"abc"[..], true);
        assert_eq!(digesting.read(&mut [0; 1]).expect("a byte"), 1);
        let whole = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(digesting.finish().expect("the rest"), (3, Some(whole.to_owned())));
    }
}
