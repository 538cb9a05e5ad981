//! A file's text in UTF-8, whatever its encoding.

use std::io::{self, Read};

use encoding_rs::{Decoder, DecoderResult, UTF_16BE, UTF_16LE};

const CHUNK_BYTES: usize = 64 << 10;

/// UTF-8 out of UTF-8 or UTF-16, with or without a byte-order mark, which is dropped.
///
/// Windows PowerShell's `>` writes UTF-16. What is no UTF-16 is an error and never replaced; UTF-8 is passed as it
/// is, and checked where it is decoded, record by record.
pub(in crate::read) struct Utf8Text<R> {
    source: R,
    encoding: Encoding,
    /// Text that waits to be handed out.
    text: Vec<u8>,
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

impl<R: Read> Utf8Text<R> {
    pub(in crate::read) fn new(mut source: R) -> io::Result<Utf8Text<R>> {
        let mut begin = Vec::new();
        source.by_ref().take(3).read_to_end(&mut begin)?;
        let utf16 = |encoding: &'static encoding_rs::Encoding, input: &[u8]| Encoding::Utf16 {
            decoder: encoding.new_decoder_without_bom_handling(),
            input: input.to_vec(),
            at_end: false,
            failure: None,
        };
        let (encoding, text) = match begin[..] {
            [0xEF, 0xBB, 0xBF] => (Encoding::Utf8, Vec::new()),
            [0xFF, 0xFE, ref rest @ ..] => (utf16(UTF_16LE, rest), Vec::new()),
            [0xFE, 0xFF, ref rest @ ..] => (utf16(UTF_16BE, rest), Vec::new()),
            // JSON and CSV begin with an ASCII character, so a zero byte beside one gives the encoding away.
            [1..=0x7F, 0, ..] => (utf16(UTF_16LE, &begin), Vec::new()),
            [0, 1..=0x7F, ..] => (utf16(UTF_16BE, &begin), Vec::new()),
            _ => (Encoding::Utf8, begin),
        };
        Ok(Utf8Text { source, encoding, text })
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
                Encoding::Utf8 => self.source.read(buffer),
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
        Utf8Text::new(bytes)?.read_to_string(&mut text)?;
        Ok(text)
    }

    fn utf16(text: &str, mark: bool, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
        let marked = if mark { format!("\u{feff}{text}") } else { text.to_owned() };
        marked.encode_utf16().flat_map(unit).collect()
    }

    #[test]
    fn one_text_in_every_encoding() {
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
            let mut text = Utf8Text::new(&bytes[..]).expect("a text");
            assert!(text.read_to_end(&mut before).is_err());
            assert_eq!(before, b"[]", "nothing before it is lost");
            assert_eq!(text.read_to_end(&mut before).expect("the end"), 0);
        }
    }
}
