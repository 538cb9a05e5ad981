//! What shows that a text may hold a secret, found in two searches: few texts have any of it.

use std::ops::Range;
use std::sync::LazyLock;

use memchr::memchr2_iter;
use regex::bytes::Regex;

use super::escapes::{hex, reference};

/// A text that shows that a secret may be next to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// The mark inside a key of the newer form.
    Mark,
    /// The name of a key in a connection string.
    ConnectionString,
    /// The name of a signature in a URL.
    Signature,
    /// The first characters of a token's header and of its claims: `{"` in base 64.
    Token,
}

/// `\u00` begins an escape of JSON. Alternatives of literals only are searched at once, by vector instructions.
static SIGNS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?-u)\\u00|JQQJ9|AccountKey=|SharedAccessKey=|sig=|eyJ")
        .expect("the pattern is part of the program")
});

/// The signs in a text.
#[derive(Debug)]
pub(super) struct Signs {
    /// Whether a letter or a digit is escaped, which no common program does.
    pub has_escaped_letters: bool,
    /// In order. They can overlap: `eyJ` and `JQQJ9`. At most one for each byte of the text.
    found: Vec<(Range<usize>, Sign)>,
}

impl Signs {
    pub(super) fn of(text: &[u8]) -> Signs {
        let is_letter = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
        let is_hex_letter = |start: usize| is_letter(hex(text.get(start..start + 2)));
        let is_escaped_letter = |start: usize| match text[start] {
            b'%' => is_hex_letter(start + 1),
            _ => is_letter(reference(&text[start..]).map(|(byte, _)| byte)),
        };
        let mut signs = Signs {
            has_escaped_letters: memchr2_iter(b'%', b'&', text).any(is_escaped_letter),
            found: Vec::new(),
        };
        let mut from = 0;
        while let Some(found) = SIGNS.find_at(text, from) {
            from = found.start() + 1;
            let sign = match found.as_bytes()[0] {
                b'\\' => {
                    signs.has_escaped_letters |= is_hex_letter(found.end());
                    continue;
                }
                b'J' => Sign::Mark,
                b's' => Sign::Signature,
                b'e' => Sign::Token,
                _ => Sign::ConnectionString,
            };
            signs.found.push((found.range(), sign));
        }
        signs
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (Range<usize>, Sign)> {
        self.found.iter().cloned()
    }
}
