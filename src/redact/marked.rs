//! Finds keys of the newer form by the mark inside them: Microsoft's `LegacyCommonAnnotatedSecurityKey`.
//!
//! 52 random characters precede the mark. A key is found if at least the last 12 of them are present. So a key that was
//! cut is found, but the mark alone, which stamp sheets contain, is not. A key is found however its characters are
//! escaped: by JSON (also JSON in JSON), XML or HTML, and in a URL. It is also found in base 64, alone or in a text.

use std::ops::Range;

use super::encoded::AroundMark;
use super::escapes::{MAX_BACKSLASHES, Unescaped, after_escape};
use super::signs::{Sign, Signs};

/// The random characters of a key, all of them in front of the mark.
const SECRET_CHARACTERS: usize = 52;
/// Least number of these characters next to the mark that count as a key.
const MIN_SECRET_CHARACTERS: usize = 12;
/// Number of characters from the mark to the end of the key; a key with a padded checksum has more.
const CHARACTERS_FROM_MARK: usize = 32;
const MAX_CHARACTERS_FROM_MARK: usize = 36;

/// Longer than any key, even if each of its characters is escaped.
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

/// Returns the keys in a text in which no letters are escaped. Programs that write JSON, XML or URLs do not escape
/// letters, but some escape the `+` and `/` at the end of a key.
pub(super) fn in_plain(text: &[u8], signs: &Signs) -> Vec<MarkedKey> {
    let mut keys = as_written(text, signs);
    for key in &mut keys {
        if text.get(key.range.end).is_some_and(|next| b"\\&%".contains(next)) {
            *key = with_escaped_tail(text, key);
        }
    }
    let encoded = signs.iter().filter(|(_, sign)| *sign == Sign::EncodedMark);
    keys.extend(encoded.filter_map(|(mark, _)| in_base_64(text, &mark)));
    keys.sort_by_key(|key| key.range.start);
    keys
}

/// The key whose mark in base 64 is at `mark`.
fn in_base_64(text: &[u8], mark: &Range<usize>) -> Option<MarkedKey> {
    let around = AroundMark::of(text, mark)?;
    let keys = as_written(&around.bytes, &Signs::of(&around.bytes)).into_iter();
    let mut keys = keys.map(|key| MarkedKey { range: around.range(&key.range), ..key });
    keys.find(|key| key.range.contains(&mark.start))
}

/// Returns the key that begins like `key` and can end with escaped characters.
fn with_escaped_tail(text: &[u8], key: &MarkedKey) -> MarkedKey {
    let start = key.range.start;
    let unescaped = Unescaped::of(&text[start..text.len().min(start + MAX_KEY_BYTES)]);
    let keys = as_written(&unescaped.bytes, &Signs::of(&unescaped.bytes));
    let longer = keys.into_iter().next().map(|key| outside(&unescaped, key));
    longer
        .map_or_else(|| key.clone(), |longer| MarkedKey { range: start..start + longer.range.end, ..longer })
}

/// Converts the range of a key in the unescaped text to its range in the original text.
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

/// Returns the number of characters of a key from the mark on.
fn length_from_mark(text: &[u8]) -> usize {
    let is_of_key = |byte: &&u8| byte.is_ascii_alphanumeric() || b"+/=".contains(byte);
    let length = text.iter().take(MAX_CHARACTERS_FROM_MARK).take_while(is_of_key).count();
    let is_padded = text.get(MAX_CHARACTERS_FROM_MARK - 2..MAX_CHARACTERS_FROM_MARK) == Some(b"==");
    if is_padded { length } else { length.min(CHARACTERS_FROM_MARK) }
}

/// Whether the text from the mark on has a kind, a year, a month and everything else up to the checksum.
fn is_complete_from_mark(text: &[u8]) -> bool {
    let has = |index: usize, is_it: fn(u8) -> bool| text.get(index).is_some_and(|byte| is_it(*byte));
    text.len() >= CHARACTERS_FROM_MARK
        && has(5, |kind| b"9DH".contains(&kind))
        && has(6, |year| year.is_ascii_alphanumeric())
        && has(7, |month| (b'A'..=b'L').contains(&month))
}

#[cfg(test)]
mod tests;
