//! Escapes of a key's characters: by JSON (also JSON in JSON), by XML and HTML, and in URLs.

use std::ops::Range;

/// Maximum number of backslashes before one escape. JSON that is nested in JSON three times has eight.
pub(super) const MAX_BACKSLASHES: usize = 8;
/// `%252522`.
const LONGEST_ESCAPE_BYTES: usize = 7;
/// Number of bytes in which the end of a character reference is searched for; this allows leading zeros.
const MAX_REFERENCE_BYTES: usize = 8;

/// A text in which the escapes of a key's characters are decoded, with the original place of each byte.
#[derive(Debug)]
pub struct Unescaped {
    pub bytes: Vec<u8>,
    /// The offset in the original text at which each byte begins, and the length of that text.
    starts: Vec<usize>,
}

impl Unescaped {
    pub fn of(text: &[u8]) -> Unescaped {
        let mut unescaped = Unescaped { bytes: Vec::with_capacity(text.len()), starts: Vec::new() };
        let mut at = 0;
        let mut backslashes = 0..0;
        while let Some(byte) = text.get(at) {
            if *byte == b'\\' && at >= backslashes.end {
                let count = text[at..].iter().take_while(|byte| **byte == b'\\').count();
                backslashes = at..at + count;
            }
            // Pairs of backslashes before an escape stay pairs, so that JSON stays valid.
            let is_cut = *byte == b'\\' && (at - backslashes.start) % 2 == 1;
            let escape = if is_cut { None } else { escape(&text[at..]) };
            let is_of_key = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte);
            let (byte, length) = escape.filter(|(byte, _)| is_of_key(*byte)).unwrap_or((*byte, 1));
            unescaped.bytes.push(byte);
            unescaped.starts.push(at);
            at += length;
        }
        unescaped.starts.push(text.len());
        unescaped
    }

    /// Returns the range of the original text from which a range of `bytes` was decoded.
    pub fn range(&self, of: Range<usize>) -> Range<usize> {
        self.starts[of.start]..self.starts[of.end]
    }

    /// Returns the index of the first of `bytes` that was not before a place in the original text.
    pub fn first_from(&self, place: usize) -> usize {
        self.starts.partition_point(|start| *start < place).min(self.bytes.len())
    }
}

/// The character of the escape at the beginning of `text`, and the length of the escape.
pub(super) fn escape(text: &[u8]) -> Option<(u8, usize)> {
    match text.first()? {
        b'\\' => json(text),
        b'&' => reference(text),
        b'%' => percent(text),
        _ => None,
    }
}

/// The character of `%41`, or of `%2541` in a URL within a URL, and the length of its escape.
pub(super) fn percent(text: &[u8]) -> Option<(u8, usize)> {
    let digits = text.strip_prefix(b"%")?;
    let mut length = 0;
    // `%25` is a percent sign, which begins an escape itself.
    while length < LONGEST_ESCAPE_BYTES
        && digits[length..].starts_with(b"25")
        && is_hex(digits.get(length + 2..length + 4))
    {
        length += 2;
    }
    Some((hex(digits.get(length..length + 2))?, length + 3))
}

/// Returns the end of the escape that contains `at`, such as `\n`, `\u0022` or `%22`; `at` if there is none. Letters
/// and digits of an escape are not part of a secret after it.
pub(super) fn after_escape(text: &[u8], at: usize) -> usize {
    for (back, start) in (0..at).rev().take(LONGEST_ESCAPE_BYTES - 1).enumerate() {
        let length = match &text[start..] {
            [b'\\', b'u', digits @ ..] if is_hex(digits.get(..4)) => "\\u0022".len(),
            [b'\\', b'x', digits @ ..] if is_hex(digits.get(..2)) => "\\x22".len(),
            [b'\\', b'b' | b'f' | b'n' | b'r' | b't' | b'/', ..] => 2,
            escape @ [b'%', ..] => percent(escape).map_or(0, |(_, length)| length),
            [byte, ..] if byte.is_ascii_alphanumeric() => continue,
            _ => 0,
        };
        return if length > back { start + length } else { at };
    }
    at
}

fn is_hex(digits: Option<&[u8]>) -> bool {
    digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
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
    let digits = digits.filter(|digits| is_hex(Some(digits)))?;
    u8::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()
}
