//! From token to token: checks the grammar, and tells where values end.

use std::ops::Range;

use super::tokens::Tokens;
use super::{ENVELOPES, State};

/// Deeper values are left to whoever reads JSON without a limit.
const DEEPEST: u32 = 60;

/// What this reader does not vouch for: it is no JSON, or it is not all there, or it is too unusual.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::read) struct Unsure;

/// A place between two tokens of a text.
#[derive(Clone, Copy, Debug)]
pub(in crate::read) struct Walk<'t> {
    text: &'t str,
    tokens: &'t Tokens,
    /// The tokens of the present word that are still to come.
    word: u64,
    index: usize,
}

/// A member of an object.
#[derive(Clone, Copy, Debug)]
pub(in crate::read) struct Member<'t> {
    /// Without quotes, as it is spelled.
    pub name: &'t str,
    pub value: &'t str,
    /// Whether the name is spelled without escapes.
    pub is_plainly_named: bool,
    /// Whether there is no escape in the value.
    pub is_plain: bool,
    /// Behind the value's first token.
    inside: Walk<'t>,
}

impl<'t> Member<'t> {
    /// Of a value that is an object, into `members`.
    pub(in crate::read) fn members(&self, members: &mut Vec<Member<'t>>) -> Result<(), Unsure> {
        let mut walk = self.inside;
        members.clear();
        walk.object(members).map(drop)
    }
}

impl<'t> Walk<'t> {
    /// `tokens` are those of `text`.
    pub(super) fn new(text: &'t str, tokens: &'t Tokens) -> Walk<'t> {
        Walk { text, tokens, word: tokens.starts.first().copied().unwrap_or_default(), index: 0 }
    }

    /// The next token, and its first byte.
    #[inline]
    pub(super) fn next(&mut self) -> Option<(usize, u8)> {
        while self.word == 0 {
            self.index += 1;
            self.word = *self.tokens.starts.get(self.index)?;
        }
        let at = self.index * 64 + self.word.trailing_zeros() as usize;
        self.word &= self.word - 1;
        Some((at, *self.text.as_bytes().get(at)?))
    }

    #[inline]
    fn token(&mut self) -> Result<(usize, u8), Unsure> {
        self.next().ok_or(Unsure)
    }

    /// Passes the next token if it is this one.
    pub(super) fn passes(&mut self, wanted: u8) -> bool {
        let before = *self;
        let is_wanted = self.next().is_some_and(|(_, byte)| byte == wanted);
        if !is_wanted {
            *self = before;
        }
        is_wanted
    }

    /// Whether the object whose brace is passed begins with an array of records; if so, its bracket is passed, too.
    pub(super) fn opens_envelope(&mut self) -> bool {
        let before = *self;
        let opens = self.envelope();
        if opens.is_none() {
            *self = before;
        }
        opens.is_some()
    }

    fn envelope(&mut self) -> Option<()> {
        let (name, b'"') = self.next()? else { return None };
        let (colon, b':') = self.next()? else { return None };
        let (_, b'[') = self.next()? else { return None };
        let name = self.string(name..colon).ok()?;
        ENVELOPES.contains(&name).then_some(())
    }

    /// The state behind the bracket that closes an array of records. Of an envelope nothing else is to follow.
    pub(super) fn behind_array(&mut self, is_enveloped: bool) -> Result<State, Unsure> {
        if !is_enveloped || self.passes(b'}') { Ok(State::Document) } else { Err(Unsure) }
    }

    /// The rest of an object whose brace is passed: its members, and where it ends.
    pub(super) fn object(&mut self, members: &mut Vec<Member<'t>>) -> Result<usize, Unsure> {
        let (mut at, mut byte) = self.token()?;
        if byte == b'}' {
            return Ok(at + 1);
        }
        loop {
            if byte != b'"' {
                return Err(Unsure);
            }
            let (colon, b':') = self.token()? else { return Err(Unsure) };
            let name = self.string(at..colon)?;
            let (start, first) = self.token()?;
            let inside = *self;
            self.value(start, first)?;
            let (next, after) = self.token()?;
            members.push(Member {
                name,
                value: self.text.get(start..next).ok_or(Unsure)?.trim_ascii_end(),
                is_plainly_named: self.is_plain(at..colon),
                is_plain: self.is_plain(start..next),
                inside,
            });
            match after {
                b'}' => return Ok(next + 1),
                b',' => (at, byte) = self.token()?,
                _ => return Err(Unsure),
            }
        }
    }

    /// What stands between the quotes of a string that ends before the next token.
    fn string(&self, range: Range<usize>) -> Result<&'t str, Unsure> {
        let quoted = self.text.get(range).ok_or(Unsure)?.trim_ascii_end();
        quoted.strip_prefix('"').and_then(|text| text.strip_suffix('"')).ok_or(Unsure)
    }

    /// Whether there is no backslash in a range that is not empty.
    #[inline]
    fn is_plain(&self, range: Range<usize>) -> bool {
        let (first, last) = (range.start / 64, (range.end - 1) / 64);
        let from = u64::MAX << (range.start % 64);
        let to = u64::MAX >> (63 - (range.end - 1) % 64);
        match self.tokens.backslashes.get(first..=last) {
            Some([only]) => only & from & to == 0,
            Some([first, between @ .., last]) => {
                first & from == 0 && last & to == 0 && between.iter().all(|word| *word == 0)
            }
            _ => false,
        }
    }

    /// Passes the rest of a value whose first token is passed.
    #[inline]
    pub(super) fn value(&mut self, start: usize, first: u8) -> Result<(), Unsure> {
        match first {
            b'"' => Ok(()),
            b'{' | b'[' => self.nested(first == b'{'),
            _ => self.scalar(start),
        }
    }

    fn nested(&mut self, is_object: bool) -> Result<(), Unsure> {
        // A bit for each container that is open, the innermost the lowest: whether it is an object.
        let mut objects = u64::from(is_object);
        let mut depth = 1;
        'opened: loop {
            let (mut at, mut byte) = self.token()?;
            let mut is_closed = byte == if objects & 1 == 1 { b'}' } else { b']' };
            loop {
                if !is_closed {
                    if objects & 1 == 1 {
                        let (_, b':') = (if byte == b'"' { self.token()? } else { return Err(Unsure) })
                        else {
                            return Err(Unsure);
                        };
                        (at, byte) = self.token()?;
                    }
                    match byte {
                        b'"' => {}
                        b'{' | b'[' => {
                            objects = objects << 1 | u64::from(byte == b'{');
                            depth += 1;
                            if depth > DEEPEST {
                                return Err(Unsure);
                            }
                            continue 'opened;
                        }
                        _ => self.scalar(at)?,
                    }
                    byte = self.token()?.1;
                }
                // Behind a value, or at the end of an empty container.
                while is_closed || byte != b',' {
                    if byte != if objects & 1 == 1 { b'}' } else { b']' } {
                        return Err(Unsure);
                    }
                    is_closed = false;
                    objects >>= 1;
                    depth -= 1;
                    if depth == 0 {
                        return Ok(());
                    }
                    byte = self.token()?.1;
                }
                (at, byte) = self.token()?;
            }
        }
    }

    /// A number or a literal that begins at `start`, up to what ends it.
    fn scalar(&self, start: usize) -> Result<(), Unsure> {
        let text = &self.text.as_bytes()[start..];
        let length = match text {
            [b't', b'r', b'u', b'e', ..] | [b'n', b'u', b'l', b'l', ..] => 4,
            [b'f', b'a', b'l', b's', b'e', ..] => 5,
            _ => number(text).ok_or(Unsure)?,
        };
        match text.get(length) {
            None | Some(b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t') => Ok(()),
            Some(_) => Err(Unsure),
        }
    }
}

/// How long the number is that a text begins with (RFC 8259, section 6).
fn number(text: &[u8]) -> Option<usize> {
    let digits = |from: usize| text[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let sign = usize::from(text.first() == Some(&b'-'));
    let whole = digits(sign);
    if whole == 0 || (whole > 1 && text[sign] == b'0') {
        return None;
    }
    let mut end = sign + whole;
    if text.get(end) == Some(&b'.') {
        let fraction = digits(end + 1);
        end += 1 + fraction;
        if fraction == 0 {
            return None;
        }
    }
    if matches!(text.get(end), Some(b'e' | b'E')) {
        end += 1 + usize::from(matches!(text.get(end + 1), Some(b'+' | b'-')));
        let exponent = digits(end);
        end += exponent;
        if exponent == 0 {
            return None;
        }
    }
    Some(end)
}
