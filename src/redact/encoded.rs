//! Keys in base 64, as secrets of Kubernetes contain them.
//!
//! A key consists of characters whose code in base 64 has only letters and digits.

use std::ops::Range;

use data_encoding::{BASE64, BASE64_NOPAD};

use super::escapes::after_escape;

/// Characters of 32 hexadecimal digits in base 64, without the `=` at the end.
const ENCODED_DIGITS: usize = 43;
/// The first of these characters, for any first digit.
const FIRST_CHARACTERS: &[u8] = b"MNOQRYZ";

/// The mark of a newer key in base 64, with the number of characters of its first group of four before it. It depends
/// on the place of the mark in a group of three characters.
pub(super) const MARKS: [(&str, usize); 3] = [("SlFRSj", 0), ("pRUUo5", 2), ("KUVFKO", 3)];

/// More characters than the secret part of a key has before these marks, and than the rest has from there on.
const MAX_BEFORE_MARK: usize = 76;
const MAX_FROM_MARK: usize = 56;
/// Characters of base 64 that encode [`GROUP_BYTES`] bytes.
const GROUP_CHARACTERS: usize = 4;
const GROUP_BYTES: usize = 3;

/// Returns where 32 hexadecimal digits in base 64 begin that end before an equals sign at the end of `text`.
pub(super) fn begin_of_digits(text: &[u8]) -> Option<usize> {
    let start = text.len().checked_sub(ENCODED_DIGITS)?;
    let (before, encoded) = text.split_at(start);
    if !FIRST_CHARACTERS.contains(encoded.first()?) {
        return None;
    }
    let is_in_word = before.last().is_some_and(|byte| byte.is_ascii_alphanumeric() || b"+/_-".contains(byte));
    if is_in_word && after_escape(text, start - 1) != start {
        return None;
    }
    let digits = BASE64_NOPAD.decode(encoded).ok()?;
    digits.iter().all(u8::is_ascii_hexdigit).then_some(start)
}

/// The characters in base 64 around a mark, decoded.
pub(super) struct AroundMark {
    pub bytes: Vec<u8>,
    encoded: Range<usize>,
}

impl AroundMark {
    pub(super) fn of(text: &[u8], mark: &Range<usize>) -> Option<AroundMark> {
        let (_, skipped) = MARKS.iter().find(|(encoded, _)| encoded.as_bytes() == &text[mark.clone()])?;
        let is_encoded = |byte: &&u8| byte.is_ascii_alphanumeric();
        let before = text[..mark.start].iter().rev().take(MAX_BEFORE_MARK).take_while(is_encoded).count();
        let begin = after_escape(text, mark.start - before).min(mark.start);
        let start = begin + (mark.start - begin).checked_sub(*skipped)? % GROUP_CHARACTERS;
        let after = text[mark.start..].iter().take(MAX_FROM_MARK).take_while(is_encoded).count();
        let encoded = start..mark.start + after;
        let groups = encoded.len() - encoded.len() % GROUP_CHARACTERS;
        let bytes = BASE64_NOPAD.decode(&text[encoded.clone()]);
        // The characters are cut, or other ones follow.
        let bytes = bytes.or_else(|_| BASE64_NOPAD.decode(&text[start..start + groups])).ok()?;
        Some(AroundMark { bytes, encoded })
    }

    /// Returns the characters that encode a range of `bytes`.
    pub(super) fn range(&self, of: &Range<usize>) -> Range<usize> {
        let start = self.encoded.start + of.start * GROUP_CHARACTERS / GROUP_BYTES;
        let end = self.encoded.start + (of.end * GROUP_CHARACTERS).div_ceil(GROUP_BYTES);
        // The last group can be incomplete.
        start..if of.end == self.bytes.len() { self.encoded.end } else { end }
    }
}

/// The key that is encoded in a secret, if there is one.
pub(super) fn decoded(secret: &[u8]) -> Option<Vec<u8>> {
    let key = BASE64.decode(secret).ok()?;
    let is_of_key = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=".contains(byte);
    key.iter().all(is_of_key).then_some(key)
}
