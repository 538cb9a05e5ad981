//! Keys of the newer form, which a mark inside them shows: Microsoft's `LegacyCommonAnnotatedSecurityKey`.
//!
//! 52 random characters are in front of the mark. A key counts from 12 of them on, so that one that was cut is found,
//! and the mark alone, which stamp sheets hold, is not. It is found however its characters are escaped: by JSON (also
//! JSON in JSON), XML or HTML, and in a URL.

use std::ops::Range;

use memchr::memchr_iter;
use memchr::memmem::{self, Finder};

/// The random characters of a key, all of them in front of the mark.
const SECRET_CHARACTERS: usize = 52;
/// So many of them next to the mark are secret.
const MIN_SECRET_CHARACTERS: usize = 12;
const MARK: &[u8] = b"JQQJ9";
/// From the mark to the end of the key; some keys have a padded checksum.
const CHARACTERS_FROM_MARK: usize = 32;
const MAX_CHARACTERS_FROM_MARK: usize = 36;

/// Backslashes in front of one escape: JSON in JSON in JSON in JSON has eight.
const MAX_BACKSLASHES: usize = 8;
/// Digits of a character reference, with zeros in front.
const MAX_REFERENCE_BYTES: usize = 8;

/// Longer than any key, each of its characters escaped.
pub(super) const MAX_KEY_BYTES: usize = 2048;

const _: () = assert!(
    MAX_KEY_BYTES > (SECRET_CHARACTERS + MAX_CHARACTERS_FROM_MARK) * (MAX_BACKSLASHES + "u0041".len())
);

/// A key in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct MarkedKey {
    /// Its bytes, escapes included.
    pub range: Range<usize>,
    /// Whether it is complete.
    pub is_complete: bool,
}

/// The keys in `text`, in order.
pub(super) fn marked_keys(text: &[u8]) -> Vec<MarkedKey> {
    if has_escaped_letters(text) {
        let text = Unescaped::of(text);
        return in_plain(&text.bytes).into_iter().map(|key| text.outside(key)).collect();
    }
    // Programs that write JSON, XML or URLs escape no letters, but some escape the `+` and `/` at a key's end.
    let mut keys = in_plain(text);
    for key in &mut keys {
        if text.get(key.range.end).is_some_and(|next| b"\\&%".contains(next)) {
            *key = with_escaped_tail(text, key);
        }
    }
    keys
}

/// The key that begins in `key`, and ends with characters that may be escaped.
fn with_escaped_tail(text: &[u8], key: &MarkedKey) -> MarkedKey {
    let start = key.range.start;
    let unescaped = Unescaped::of(&text[start..text.len().min(start + MAX_KEY_BYTES)]);
    let longer = in_plain(&unescaped.bytes).into_iter().next().map(|key| unescaped.outside(key));
    longer
        .map_or_else(|| key.clone(), |longer| MarkedKey { range: start..start + longer.range.end, ..longer })
}

/// The keys in a text without escapes.
fn in_plain(text: &[u8]) -> Vec<MarkedKey> {
    let mut from = 0;
    let key = |mark: usize| {
        let before = text.get(from..mark).unwrap_or_default();
        let secret = before.iter().rev().take(SECRET_CHARACTERS);
        let secret = secret.take_while(|byte| byte.is_ascii_alphanumeric()).count();
        if secret < MIN_SECRET_CHARACTERS {
            return None;
        }
        let rest = &text[mark..];
        let end = mark + length_from_mark(rest);
        from = end;
        let is_complete = secret == SECRET_CHARACTERS && is_complete_from_mark(&text[mark..end]);
        Some(MarkedKey { range: mark - secret..end, is_complete })
    };
    Finder::new(MARK).find_iter(text).filter_map(key).collect()
}

/// How many characters of a key there are from the mark on.
fn length_from_mark(text: &[u8]) -> usize {
    let is_of_key = |byte: &&u8| byte.is_ascii_alphanumeric() || b"+/=".contains(byte);
    let length = text.iter().take(MAX_CHARACTERS_FROM_MARK).take_while(is_of_key).count();
    let is_padded = text.get(MAX_CHARACTERS_FROM_MARK - 2..MAX_CHARACTERS_FROM_MARK) == Some(b"==");
    if is_padded { length } else { length.min(CHARACTERS_FROM_MARK) }
}

/// Kind, year, month, and everything up to the checksum.
fn is_complete_from_mark(text: &[u8]) -> bool {
    let has = |index: usize, is_it: fn(u8) -> bool| text.get(index).is_some_and(|byte| is_it(*byte));
    text.len() >= CHARACTERS_FROM_MARK
        && has(5, |kind| b"9DH".contains(&kind))
        && has(6, |year| year.is_ascii_alphanumeric())
        && has(7, |month| (b'A'..=b'L').contains(&month))
}

/// Whether a letter or a digit is escaped in `text`, which no common program does.
pub(super) fn has_escaped_letters(text: &[u8]) -> bool {
    let starts = |mark: &'static [u8]| memmem::find_iter(text, mark);
    let is_letter = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
    starts(b"\\u00").any(|start| is_letter(hex(text.get(start + 4..start + 6))))
        || starts(b"&#").any(|start| is_letter(reference(&text[start..]).map(|(byte, _)| byte)))
        || memchr_iter(b'%', text).any(|start| is_letter(hex(text.get(start + 1..start + 3))))
}

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

    fn outside(&self, key: MarkedKey) -> MarkedKey {
        MarkedKey { range: self.range(key.range), ..key }
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
fn reference(text: &[u8]) -> Option<(u8, usize)> {
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

fn hex(digits: Option<&[u8]>) -> Option<u8> {
    let digits = digits.filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))?;
    u8::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests;
