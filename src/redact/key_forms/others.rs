//! Secrets other than keys of Azure OpenAI, each recognized by the word before it.

use std::ops::Range;

use super::{KeyForm, decoded};
use crate::redact::escapes::{after_escape, escape};
use crate::redact::signs::{Sign, Signs};

/// Shorter than a secret of 32 bytes in base 64.
const MIN_VALUE_BYTES: usize = 40;
/// Longer than a key or a signature, however it is escaped. Each of the three parts of a token has at most this many
/// bytes.
const MAX_PART_BYTES: usize = 1300;
const _: () = assert!(3 * MAX_PART_BYTES + 2 < super::MAX_SECRET_BYTES);

/// The first characters of a token's header and of its claims: `{"` in base 64.
const TOKEN: &[u8] = b"eyJ";

/// Characters that can precede the name of a signature.
const BEFORE_SIGNATURE: &[u8] = b"?&;";

/// Longer than one of them that is escaped.
const MAX_ESCAPE_BYTES: usize = 12;

/// Quotes around a value, with their escapes, are shorter.
const MAX_QUOTE_BYTES: usize = 12;

/// The secrets in `text`, without the words in front of them.
pub(super) fn secrets(text: &[u8], signs: &Signs) -> impl Iterator<Item = (Range<usize>, KeyForm)> {
    signs.iter().filter_map(|(word, sign)| match sign {
        Sign::Mark | Sign::EncodedMark | Sign::EncodedDigits => None,
        Sign::ConnectionString => Some((value(text, word.end)?, KeyForm::ConnectionString)),
        Sign::Signature => {
            let before = decoded::end_of(&text[..word.start], MAX_ESCAPE_BYTES);
            let is_name = before.last().is_some_and(|byte| BEFORE_SIGNATURE.contains(byte));
            is_name
                .then(|| value(text, word.end))
                .flatten()
                .map(|value| (value, KeyForm::SharedAccessSignature))
        }
        Sign::Token => Some((token(text, word.start)?, KeyForm::BearerToken)),
    })
}

/// A value that begins at `start` or after blanks and quotes, as it is or as URLs and JSON escape it.
fn value(text: &[u8], start: usize) -> Option<Range<usize>> {
    // A backslash is passed as that before a quote, and can begin another escape: `\u0015`.
    let start = after_escape(text, start + quotes(&text[start..]));
    let is_of_value = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=_-".contains(&byte);
    let mut end = start;
    while end < start + MAX_PART_BYTES
        && let Some(byte) = text.get(end)
    {
        // Other escapes, such as that of a closing quote, are not part of the value.
        let (byte, length) = escape(&text[end..]).unwrap_or((*byte, 1));
        if !is_of_value(byte) {
            break;
        }
        end += length;
    }
    (end - start >= MIN_VALUE_BYTES).then_some(start..end)
}

/// The length of the blanks and quotes that `text` begins with, also escaped.
fn quotes(text: &[u8]) -> usize {
    let mut length = 0;
    while length < MAX_QUOTE_BYTES
        && let Some(byte) = text.get(length)
    {
        let rest = &text[length..];
        let (byte, of) = escape(rest).filter(|(byte, _)| b" \"'".contains(byte)).unwrap_or((*byte, 1));
        if !b" \"'\\".contains(&byte) {
            break;
        }
        length += of;
    }
    length
}

/// A token that begins at `start`: a header, claims and a signature.
fn token(text: &[u8], start: usize) -> Option<Range<usize>> {
    let is_after_letter = text[..start].last().is_some_and(u8::is_ascii_alphanumeric);
    if is_after_letter && after_escape(text, start - 1) != start {
        return None;
    }
    let part = |start: usize| {
        let length = length(&text[start..], |byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
        (length >= TOKEN.len()).then_some(start + length)
    };
    let claims = part(start)? + 1;
    let is_next = text.get(claims - 1) == Some(&b'.') && text[claims..].starts_with(TOKEN);
    let signature = is_next.then(|| part(claims)).flatten()? + 1;
    let end = (text.get(signature - 1) == Some(&b'.')).then(|| part(signature)).flatten()?;
    (end - start >= 2 * MIN_VALUE_BYTES).then_some(start..end)
}

fn length(text: &[u8], is_part: impl Fn(u8) -> bool) -> usize {
    text.iter().take(MAX_PART_BYTES).take_while(|byte| is_part(**byte)).count()
}
