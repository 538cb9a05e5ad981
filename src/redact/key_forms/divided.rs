//! Keys of the older form that a line break divides into two parts.

use std::ops::Range;

use memchr::{memchr_iter, memrchr};

use super::{DIGITS, MAX_CONTEXT_BYTES, MAX_RUN_DIGITS};
use crate::redact::escapes::after_escape;

const HEXADECIMAL_DIGITS: &[u8] = b"0123456789abcdefABCDEF";
/// Characters between a part and the end of its line: quotes, and signs that continue a line or a string.
const LINE_ENDS: &[u8] = b" \t\r\"'\\`^=+&_.";
/// Characters between the begin of a line and a part: indentation, quotes, and signs that continue a string or quote a
/// mail.
const LINE_BEGINS: &[u8] = b" \t\"'+&.>";
/// The maximum number of such characters.
const MAX_SIGNS: usize = 40;

/// Whether a line whose last byte this is can end with a part.
const CAN_END: [bool; 256] = {
    let mut can_end = [false; 256];
    let mut rest = HEXADECIMAL_DIGITS;
    while let [byte, others @ ..] = rest {
        can_end[*byte as usize] = true;
        rest = others;
    }
    let mut rest = LINE_ENDS;
    while let [byte, others @ ..] = rest {
        can_end[*byte as usize] = true;
        rest = others;
    }
    can_end
};

/// The two parts of what may be a key.
pub(super) struct Parts {
    pub first: Range<usize>,
    pub second: Range<usize>,
}

/// Returns the parts of 32 digits whose first part begins in `new`, after other text in its line. If that part is alone
/// in its line, both can be values of their own.
pub(super) fn parts(text: &[u8], new: &Range<usize>) -> impl Iterator<Item = Parts> {
    let end = text.len().min(new.end + DIGITS + MAX_SIGNS);
    let new = new.clone();
    memchr_iter(b'\n', &text[new.start.min(end)..end])
        .filter_map(move |at| around(text, new.start + at).filter(|parts| new.contains(&parts.first.start)))
}

/// The parts before and after the line break at `at`.
fn around(text: &[u8], at: usize) -> Option<Parts> {
    let is_digit = |byte: &&u8| byte.is_ascii_hexdigit();
    let before = &text[..at];
    // Nearly every line of JSON ends otherwise, so this is asked first.
    if !CAN_END[usize::from(*before.last()?)] {
        return None;
    }
    let end = at - before.iter().rev().take(MAX_SIGNS).take_while(|byte| LINE_ENDS.contains(byte)).count();
    let after = &text[at + 1..];
    let begin = after.iter().take(MAX_SIGNS).take_while(|byte| LINE_BEGINS.contains(byte)).count();
    let second = after[begin..].iter().take(DIGITS).take_while(is_digit).count();
    if second == 0 || second == DIGITS {
        return None;
    }
    let digits = text[..end].iter().rev().take(MAX_RUN_DIGITS).take_while(is_digit).count();
    // Digits of an escape in front do not count.
    let start = after_escape(text, end - digits).min(end);
    let parts = Parts { first: start..end, second: at + 1 + begin..at + 1 + begin + second };
    let is_ended = !text
        .get(parts.second.end)
        .is_some_and(|next| next.is_ascii_alphanumeric() || b"_-:=".contains(next));
    let is_after_text = || {
        let line = &text[parts.first.start.saturating_sub(MAX_CONTEXT_BYTES)..parts.first.start];
        let line = &line[memrchr(b'\n', line).map_or(0, |end| end + 1)..];
        line.iter().any(u8::is_ascii_alphanumeric)
    };
    (parts.first.len() + second == DIGITS && !parts.first.is_empty() && is_ended && is_after_text())
        .then_some(parts)
}
