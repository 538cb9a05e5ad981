//! Keys of the newer form, which a mark inside them shows: Microsoft's `LegacyCommonAnnotatedSecurityKey`.
//!
//! 52 random characters are in front of the mark. A key counts from 12 of them on, so that one that was cut is found,
//! and the mark alone, which stamp sheets hold, is not. It is found however its characters are escaped: by JSON (also
//! JSON in JSON), XML or HTML, and in a URL.

use std::ops::Range;

use super::escapes::{MAX_BACKSLASHES, Unescaped, after_escape};
use super::signs::{Sign, Signs};

/// The random characters of a key, all of them in front of the mark.
const SECRET_CHARACTERS: usize = 52;
/// So many of them next to the mark are secret.
const MIN_SECRET_CHARACTERS: usize = 12;
/// From the mark to the end of the key; some keys have a padded checksum.
const CHARACTERS_FROM_MARK: usize = 32;
const MAX_CHARACTERS_FROM_MARK: usize = 36;

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
    let signs = Signs::of(text);
    if !signs.has_escaped_letters {
        return in_plain(text, &signs);
    }
    let text = Unescaped::of(text);
    in_plain(&text.bytes, &Signs::of(&text.bytes)).into_iter().map(|key| outside(&text, key)).collect()
}

/// The keys in a text that escapes no letters. Programs that write JSON, XML or URLs do not, but some escape the `+` and
/// `/` at a key's end.
pub(super) fn in_plain(text: &[u8], signs: &Signs) -> Vec<MarkedKey> {
    let mut keys = as_written(text, signs);
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
    let keys = as_written(&unescaped.bytes, &Signs::of(&unescaped.bytes));
    let longer = keys.into_iter().next().map(|key| outside(&unescaped, key));
    longer
        .map_or_else(|| key.clone(), |longer| MarkedKey { range: start..start + longer.range.end, ..longer })
}

/// A key of the unescaped text as it is in the text.
fn outside(text: &Unescaped, key: MarkedKey) -> MarkedKey {
    MarkedKey { range: text.range(key.range), ..key }
}

/// The keys in a text without escapes.
fn as_written(text: &[u8], signs: &Signs) -> Vec<MarkedKey> {
    let mut from = 0;
    let key = |mark: usize| {
        let before = text.get(from..mark).unwrap_or_default();
        let secret = before.iter().rev().take(SECRET_CHARACTERS);
        let secret = secret.take_while(|byte| byte.is_ascii_alphanumeric()).count();
        let secret = mark - after_escape(text, mark - secret).min(mark);
        if secret < MIN_SECRET_CHARACTERS {
            return None;
        }
        let rest = &text[mark..];
        let end = mark + length_from_mark(rest);
        from = end;
        let is_complete = secret == SECRET_CHARACTERS && is_complete_from_mark(&text[mark..end]);
        Some(MarkedKey { range: mark - secret..end, is_complete })
    };
    let marks = signs.iter().filter(|(_, sign)| *sign == Sign::Mark);
    marks.map(|(mark, _)| mark.start).filter_map(key).collect()
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

#[cfg(test)]
mod tests;
