//! Converts the text of a file to UTF-8.

use std::io::{self, Read};

use encoding_rs::{Decoder, DecoderResult, UTF_16BE, UTF_16LE};

/// Number of bytes of UTF-16 that are decoded at a time.
const CHUNK_BYTES: usize = 64 << 10;

/// The text of a source as UTF-8, without its byte-order mark. The source is UTF-8 or UTF-16, with or without such a
/// mark.
///
/// Windows PowerShell's `>` writes UTF-16. Invalid UTF-16 is an error, and is never replaced. UTF-8 is passed on
/// unchanged, and is checked when its records are decoded.
pub(in crate::read) struct Utf8Text<R> {
    source: R,
    encoding: Encoding,
    /// Decoded text that is still to be returned. At most three bytes for two of `input`.
    text: Vec<u8>,
    /// The error after the first bytes, if there is one.
    failure: Option<io::Error>,
}

enum Encoding {
    Utf8,
    Utf16 {
        decoder: Decoder,
        /// At most [`CHUNK_BYTES`], and the rest of a character.
        input: Vec<u8>,
        at_end: bool,
        /// The error that ends the text; it is returned after the text before it.
        failure: Option<io::Error>,
    },
}

impl<R: Read> Utf8Text<R> {
    pub(in crate::read) fn new(mut source: R) -> Utf8Text<R> {
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
            // JSON and CSV begin with an ASCII character, so a zero byte next to it shows UTF-16 and its byte order.
            [1..=0x7F, 0, ..] => (utf16(UTF_16LE, &begin), Vec::new()),
            [0, 1..=0x7F, ..] => (utf16(UTF_16BE, &begin), Vec::new()),
            _ => (Encoding::Utf8, begin),
        };
        Utf8Text { source, encoding, text, failure }
    }

    pub(in crate::read) fn into_source(self) -> R {
        self.source
    }
}

impl<R: Read> Read for Utf8Text<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Encoding::Utf16 { decoder, input, at_end, failure } = &mut self.encoding {
            while self.text.is_empty() && !*at_end {
                match self.source.by_ref().take(CHUNK_BYTES as u64).read_to_end(input) {
                    Ok(read) => *at_end = read == 0,
                    Err(error) => *failure = Some(error),
                }
                // Each UTF-16 unit of two bytes becomes at most three bytes of UTF-8. The decoder may keep one
                // character from the previous chunk, which needs a few more.
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
            // All decoded text was returned, or the text is UTF-8 and needs no decoding.
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
        Utf8Text::new(bytes).read_to_string(&mut text)?;
        Ok(text)
    }

    fn utf16(text: &str, mark: bool, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
        let marked = if mark { format!("\u{feff}{text}") } else { text.to_owned() };
        marked.encode_utf16().flat_map(unit).collect()
    }

    #[test]
    fn every_encoding_of_a_text_is_decoded_alike() {
        let text = format!("[\"é \u{1F511}\"]\r\n{}", "x".repeat(3 * CHUNK_BYTES));
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
            let mut text = Utf8Text::new(&bytes[..]);
            assert!(text.read_to_end(&mut before).is_err());
            assert_eq!(before, b"[]", "nothing before it is lost");
            assert_eq!(text.read_to_end(&mut before).expect("the end"), 0);
        }
    }
}
