//! Finds the signs that a text may contain a secret, in two quick searches, because few texts have any of them.

use std::ops::Range;
use std::sync::LazyLock;

use memchr::memchr3_iter;
use regex::bytes::Regex;

use super::encoded::{self, MARKS};
use super::escapes::{escape, hex};

/// A text that shows that a secret may be next to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    /// The mark inside a key of the newer form.
    Mark,
    /// That mark in base 64.
    EncodedMark,
    /// 32 hexadecimal digits in base 64, with the equals sign at their end.
    EncodedDigits,
    /// The name of a key in a connection string, and its equals sign.
    ConnectionString,
    /// The name of a signature in a URL, and its equals sign.
    Signature,
    /// The first characters of a token's header and of its claims: `{"` in base 64.
    Token,
}

/// Names of keys in connection strings, of which Azure ignores the case, by their ends.
const CONNECTION_KEYS: [&str; 4] = ["accountkey", "accesskey", "sharedkey", "sharedsecret"];

/// `\u00` begins an escape in JSON. All alternatives are literals, so one search with vector instructions finds them.
static SIGNS: LazyLock<Regex> = LazyLock::new(|| {
    let marks = MARKS.map(|(mark, _)| mark).join("|");
    Regex::new(&format!(r"(?-u)\\u00|JQQJ9|eyJ|{marks}")).expect("the pattern is part of the program")
});

/// The signs in a text.
#[derive(Debug)]
pub(super) struct Signs {
    /// Whether a letter or a digit is escaped, which no common program does.
    pub has_escaped_letters: bool,
    /// In order of each kind. They can overlap: `eyJ` and `JQQJ9`. At most one for each byte of the text.
    found: Vec<(Range<usize>, Sign)>,
}

impl Signs {
    pub(super) fn of(text: &[u8]) -> Signs {
        let mut signs = Signs { has_escaped_letters: false, found: Vec::new() };
        // An equals sign is rare in logs, so names in any case are found by it.
        for at in memchr3_iter(b'%', b'&', b'=', text) {
            let Some((byte, length)) = (if text[at] == b'=' { Some((b'=', 1)) } else { escape(&text[at..]) })
            else {
                continue;
            };
            signs.add(text, at..at + length, byte);
        }
        let mut from = 0;
        while let Some(found) = SIGNS.find_at(text, from) {
            from = found.start() + 1;
            let sign = match found.as_bytes()[0] {
                b'\\' => {
                    let end = found.end() + 2;
                    if let Some(byte) = hex(text.get(found.end()..end)) {
                        signs.add(text, found.start()..end, byte);
                    }
                    continue;
                }
                b'J' => Sign::Mark,
                b'e' => Sign::Token,
                _ => Sign::EncodedMark,
            };
            signs.found.push((found.range(), sign));
        }
        signs
    }

    /// Adds what an escaped letter or an equals sign shows.
    fn add(&mut self, text: &[u8], range: Range<usize>, byte: u8) {
        self.has_escaped_letters |= byte.is_ascii_alphanumeric();
        if byte == b'='
            && let Some((start, sign)) = before_equals(&text[..range.start])
        {
            self.found.push((start..range.end, sign));
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (Range<usize>, Sign)> {
        self.found.iter().cloned()
    }
}

/// The name or the digits in base 64 at the end of `text`, and where they begin.
fn before_equals(text: &[u8]) -> Option<(usize, Sign)> {
    let text = text.trim_ascii_end();
    let ends = |name: &str| {
        let start = text.len().checked_sub(name.len())?;
        text[start..].eq_ignore_ascii_case(name.as_bytes()).then_some(start)
    };
    let name = match text.last()? {
        b'g' | b'G' => ends("sig").map(|start| (start, Sign::Signature)),
        b'y' | b'Y' | b't' | b'T' => {
            CONNECTION_KEYS.into_iter().find_map(ends).map(|start| (start, Sign::ConnectionString))
        }
        _ => None,
    };
    name.or_else(|| encoded::begin_of_digits(text).map(|start| (start, Sign::EncodedDigits)))
}
