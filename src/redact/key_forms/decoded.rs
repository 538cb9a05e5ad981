//! The text around digits, without the escapes of quotes, blanks and signs.

use crate::redact::escapes::{hex, percent};

/// Longer than a reference such as `&#x0022;`.
const LONGEST_REFERENCE_BYTES: usize = 10;
/// Longer than the numbers of a color of a terminal.
const MAX_COLOR_BYTES: usize = 20;
/// `\u30ad`.
const ESCAPED_LETTER_BYTES: usize = 6;
/// Each `\` of an escape doubles with each string of JSON around it.
const MAX_NESTED_BACKSLASHES: usize = 64;

/// The last `most` bytes of `text`, decoded. JSON (in JSON …), XML, HTML and URLs escape characters, CSV doubles quotes,
/// terminals color them, and office programs replace them by look-alikes.
pub(super) fn end_of(text: &[u8], most: usize) -> Vec<u8> {
    let mut rest = &text[text.len().saturating_sub(most)..];
    if !rest.iter().copied().any(begins_escape) {
        return rest.to_vec();
    }
    let mut decoded = Vec::new();
    while let Some((byte, length)) = last(rest) {
        let length = if let Some(letter) = escaped_letter(rest) {
            decoded.extend(letter.encode_utf8(&mut [0; 4]).bytes().rev());
            ESCAPED_LETTER_BYTES + backslashes(&rest[..rest.len() - ESCAPED_LETTER_BYTES])
        } else {
            decoded.extend(byte);
            length
        };
        rest = &rest[..rest.len() - length.min(rest.len())];
    }
    decoded.reverse();
    decoded
}

/// The letter of `\u30ad` at the end of `text`, which no quote, blank or sign of names looks like.
fn escaped_letter(text: &[u8]) -> Option<char> {
    let (front, digits) = text.split_last_chunk::<4>()?;
    let number = front.ends_with(b"\\u").then(|| str::from_utf8(digits).ok()).flatten()?;
    let character = char::from_u32(u32::from_str_radix(number, 16).ok()?)?;
    (character.is_alphabetic() && !character.is_ascii()).then_some(character)
}

/// Whether an escape of [`last`] can begin with the byte.
fn begins_escape(byte: u8) -> bool {
    matches!(byte, b'\\' | b'&' | b'%' | b'\x1b' | 0x80..)
}

/// The first `most` bytes of `text`, decoded.
pub(super) fn begin_of(text: &[u8], most: usize) -> Vec<u8> {
    end_of(&text[..text.len().min(most)], most)
}

/// The last character of `text`, and its length or that of its escape. A character `None` is dropped.
fn last(text: &[u8]) -> Option<(Option<u8>, usize)> {
    let (byte, before) = text.split_last()?;
    let escape = match byte {
        b'"' | b'\'' | b'/' | b'`' => Some((Some(*byte), 1 + backslashes(before))),
        b'n' | b'r' | b't' if before.ends_with(b"\\") => {
            let blank = if *byte == b'n' { b'\n' } else { b' ' };
            Some((Some(blank), 1 + backslashes(before)))
        }
        b';' => reference(before),
        b'm' => color(before),
        0x80.. => look_alike(text),
        byte if byte.is_ascii_hexdigit() => hexadecimal(text),
        _ => None,
    };
    Some(escape.unwrap_or((Some(*byte), 1)))
}

fn backslashes(text: &[u8]) -> usize {
    text.iter().rev().take(MAX_NESTED_BACKSLASHES).take_while(|byte| **byte == b'\\').count()
}

/// `\u0022`, `\x22`, `%22` or `%2522`.
fn hexadecimal(text: &[u8]) -> Option<(Option<u8>, usize)> {
    let front = &text[..text.len().checked_sub(2)?];
    // Most digits are letters of words.
    if !b"0x%5".contains(front.last()?) {
        return None;
    }
    let byte = hex(text.get(front.len()..))?;
    for escape in ["\\u00", "\\x"] {
        if front.ends_with(escape.as_bytes()) {
            let length = 2 + escape.len();
            return Some((Some(blank_or(byte)), length + backslashes(&text[..text.len() - length])));
        }
    }
    let start = front.iter().rev().take(LONGEST_REFERENCE_BYTES).position(|byte| *byte == b'%')?;
    let length = start + 1 + 2;
    let (byte, _) = percent(&text[text.len() - length..]).filter(|(_, of)| *of == length)?;
    Some((Some(blank_or(byte)), length))
}

fn blank_or(byte: u8) -> u8 {
    const NO_BREAK_SPACE: u8 = 0xA0;
    if byte == NO_BREAK_SPACE { b' ' } else { byte }
}

/// `&quot;`, `&#34;` or `&#x22;`, of which the last character is not in `before`.
fn reference(before: &[u8]) -> Option<(Option<u8>, usize)> {
    let length = 1 + before.iter().rev().take(LONGEST_REFERENCE_BYTES).position(|byte| *byte == b'&')?;
    let name = str::from_utf8(&before[before.len() - length + 1..]).ok()?;
    let byte = match name {
        "quot" => b'"',
        "apos" => b'\'',
        "lt" => b'<',
        "gt" => b'>',
        "amp" => b'&',
        "nbsp" => b' ',
        _ => {
            let digits = name.strip_prefix('#')?;
            let hex = digits.strip_prefix(['x', 'X']);
            let radix = if hex.is_some() { 16 } else { 10 };
            blank_or(u8::from_str_radix(hex.unwrap_or(digits), radix).ok()?)
        }
    };
    Some((Some(byte), length + 1))
}

/// `␛[0;32m`, also escaped, of which the last character is not in `before`.
fn color(before: &[u8]) -> Option<(Option<u8>, usize)> {
    let is_number = |byte: &&u8| byte.is_ascii_digit() || **byte == b';';
    let numbers = before.iter().rev().take(MAX_COLOR_BYTES).take_while(is_number).count();
    let front = before[..before.len() - numbers].strip_suffix(b"[")?;
    let escape = ["\x1b", "\\u001b", "\\u001B", "\\e", "\\033", "\\x1b"];
    let escape = escape.into_iter().find(|escape| front.ends_with(escape.as_bytes()))?;
    Some((None, escape.len() + 1 + numbers + 1))
}

/// Decodes the characters that office programs and Asian keyboards write for quotes, blanks and signs.
fn look_alike(text: &[u8]) -> Option<(Option<u8>, usize)> {
    let start = text.iter().rposition(|byte| *byte >= 0xC0)?;
    let character = str::from_utf8(&text[start..]).ok()?;
    let byte = match character.chars().next()? {
        '\u{2018}' | '\u{2019}' => Some(b'\''),
        '\u{201c}' | '\u{201d}' | '\u{ab}' | '\u{bb}' => Some(b'"'),
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{3000}' => Some(b' '),
        '\u{2010}'..='\u{2015}' | '\u{2022}' | '\u{2500}' | '\u{2501}' => Some(b'-'),
        '\u{ff1a}' => Some(b':'),
        '\u{ff1d}' | '\u{2192}' | '\u{21d2}' => Some(b'='),
        '\u{2028}' | '\u{2029}' => Some(b'\n'),
        '\u{2502}' | '\u{2503}' => Some(b'|'),
        '\u{250c}'..='\u{254b}' => Some(b'+'),
        '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}' => None,
        _ => return None,
    };
    Some((byte, text.len() - start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_in_front_are_decoded() {
        for (text, decoded) in [
            (r#"{\"key1\":\""#, r#"{"key1":""#),
            (r#"{\\\"key1\\\":\\\""#, r#"{"key1":""#),
            (r"{\u0022key1\u0022:\\u0022", r#"{"key1":""#),
            (r"a\r\n\tkey1 \u003d \u0027", "a \n key1 = '"),
            ("%22key1%22%3A%2522", r#""key1":""#),
            ("&lt;key1&gt;", "<key1>"),
            ("&quot;key1&#34;:&#x22;", r#""key1":""#),
            ("\u{1b}[34;1m\"key1\"\u{1b}[39m: \u{1b}[0;32m\"", r#""key1": ""#),
            ("\u{201c}key1\u{201d}\u{a0}\u{ff1a}\u{feff}", r#""key1" :"#),
            ("é&x;100%m", "é&x;100%m"),
            (r"Schl\u00fcssel \\u30AD\u30fc", "Schlüssel キー"),
        ] {
            assert_eq!(String::from_utf8_lossy(&end_of(text.as_bytes(), 100)), decoded);
        }
    }

    #[test]
    fn a_text_that_is_cut_anywhere_is_no_panic() {
        let text = "\\\\u0022%2522&#x22;\u{201c}\u{1b}[0m\u{feff}%m;".as_bytes();
        for start in 0..text.len() {
            for end in start..text.len() {
                end_of(&text[start..end], 100);
                begin_of(&text[start..end], 3);
            }
        }
    }
}
