//! Escapes of a key's characters: by JSON (also JSON in JSON), by XML and HTML, and in URLs.

use std::ops::Range;

/// Backslashes in front of one escape: JSON in JSON in JSON in JSON has eight.
pub(super) const MAX_BACKSLASHES: usize = 8;
/// Digits of a character reference, with zeros in front.
const MAX_REFERENCE_BYTES: usize = 8;

/// A text with the escapes of a key's characters decoded, and where each byte was.
#[derive(Debug)]
pub struct Unescaped {
    pub bytes: Vec<u8>,
    /// Where each byte begins in the text, and where the text ends.
    starts: Vec<usize>,
}

impl Unescaped {
    pub fn of(text: &[u8]) -> Unescaped {
        let mut unescaped = Unescaped { bytes: Vec::with_capacity(text.len()), starts: Vec::new() };
        let mut at = 0;
        while let Some(byte) = text.get(at) {
            let escape = match byte {
                b'\\' => json(&text[at..]),
                b'&' => reference(&text[at..]),
                b'%' => hex(text.get(at + 1..at + 3)).map(|byte| (byte, 3)),
                _ => None,
            };
            let is_of_key = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte);
            let (byte, length) = escape.filter(|(byte, _)| is_of_key(*byte)).unwrap_or((*byte, 1));
            unescaped.bytes.push(byte);
            unescaped.starts.push(at);
            at += length;
        }
        unescaped.starts.push(text.len());
        unescaped
    }

    /// The range in the text that a range of `bytes` was.
    pub fn range(&self, of: Range<usize>) -> Range<usize> {
        self.starts[of.start]..self.starts[of.end]
    }

    /// The first of `bytes` that was not in front of a place in the text.
    pub fn first_from(&self, place: usize) -> usize {
        self.starts.partition_point(|start| *start < place).min(self.bytes.len())
    }
}

/// The character of `\u0041` or `\/`, with any number of further backslashes, and the length of its escape.
fn json(text: &[u8]) -> Option<(u8, usize)> {
    let backslashes = text.iter().take(MAX_BACKSLASHES).take_while(|byte| **byte == b'\\').count();
    match &text[backslashes..] {
        [b'/', ..] => Some((b'/', backslashes + 1)),
        [b'u', b'0', b'0', digits @ ..] => Some((hex(digits.get(..2))?, backslashes + 5)),
        _ => None,
    }
}

/// The character of `&#65;` or `&#x41;`, and the length of its escape.
pub(super) fn reference(text: &[u8]) -> Option<(u8, usize)> {
    let text = text.strip_prefix(b"&#")?;
    let (digits, radix) = match text {
        [b'x' | b'X', digits @ ..] => (digits, 16),
        digits => (digits, 10),
    };
    let length = digits.iter().take(MAX_REFERENCE_BYTES).position(|byte| *byte == b';')?;
    let number = u8::from_str_radix(str::from_utf8(&digits[..length]).ok()?, radix).ok()?;
    let before = "&#".len() + (text.len() - digits.len());
    Some((number, before + length + 1))
}

pub(super) fn hex(digits: Option<&[u8]>) -> Option<u8> {
    let digits = digits.filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))?;
    u8::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()
}
