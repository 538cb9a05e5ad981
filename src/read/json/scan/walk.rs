//! From token to token: checks the grammar, and tells where values end.

use super::tokens::Tokens;
use super::{ENVELOPES, ScanState};
use crate::read::json::piece::Container;

/// Deeper values are left to whoever reads JSON without a limit.
const DEEPEST: u32 = 60;

/// Every number of so many digits is less than 2^64.
const MAX_NUMBER_DIGITS: usize = 19;

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

/// A string, a number or a literal as it is spelled, between two places of a text.
#[derive(Clone, Copy, Debug)]
pub(in crate::read) struct Spelled<'t> {
    text: &'t str,
    tokens: &'t Tokens,
    start: usize,
    /// Where the next token begins.
    end: usize,
}

impl<'t> Spelled<'t> {
    /// Quotes and escapes included.
    #[inline]
    pub(in crate::read) fn raw(&self) -> &'t str {
        self.text.get(self.start..self.last()).unwrap_or_default()
    }

    /// What stands between the quotes of a string.
    #[inline]
    pub(in crate::read) fn quoted(&self) -> Option<&'t str> {
        self.text.get(self.start + 1..self.last() - 1).filter(|_| self.is_string())
    }

    #[inline]
    pub(in crate::read) fn is_string(&self) -> bool {
        self.text.as_bytes().get(self.start) == Some(&b'"')
    }

    /// Behind its last byte: space may follow.
    #[inline]
    fn last(&self) -> usize {
        let bytes = self.text.as_bytes();
        let mut end = self.end;
        while end > self.start + 1 && matches!(bytes.get(end - 1), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            end -= 1;
        }
        end
    }

    /// What a name is; unsure of one that escapes may disguise.
    #[inline]
    pub(in crate::read) fn plain_name(&self) -> Result<&'t str, Unsure> {
        self.quoted().filter(|_| self.is_undisguised()).ok_or(Unsure)
    }

    /// A string without escapes or a whole number; `None` for `null`, and unsure of everything else.
    #[inline]
    pub(in crate::read) fn plain_text(&self) -> Result<Option<&'t str>, Unsure> {
        if !self.is_string() {
            let raw = self.raw();
            let is_number = raw.len() <= MAX_NUMBER_DIGITS && raw.bytes().all(|byte| byte.is_ascii_digit());
            return if raw == "null" { Ok(None) } else { is_number.then_some(Some(raw)).ok_or(Unsure) };
        }
        self.quoted().filter(|_| self.is_plain()).map(Some).ok_or(Unsure)
    }

    /// Whether it is, as a name, certainly no other than the one it is spelled as.
    #[inline]
    pub(in crate::read) fn is_undisguised(&self) -> bool {
        !self.tokens.has_disguises || self.is_plain()
    }

    /// Whether there is no escape in it.
    #[inline]
    pub(in crate::read) fn is_plain(&self) -> bool {
        self.is_plain_up_to(self.end)
    }

    /// Whether there is no escape in it and in all that follows, up to a place behind it.
    #[inline]
    pub(in crate::read) fn is_plain_up_to(&self, end: usize) -> bool {
        let (first, last) = (self.start / 64, (end - 1) / 64);
        let from = u64::MAX << (self.start % 64);
        let to = u64::MAX >> (63 - (end - 1) % 64);
        match self.tokens.backslashes.get(first..=last) {
            Some([only]) => only & from & to == 0,
            Some([first, between @ .., last]) => {
                first & from == 0 && last & to == 0 && between.iter().all(|word| *word == 0)
            }
            _ => false,
        }
    }
}

/// Whoever is shown the members of an object, one after the other.
pub(in crate::read) trait MemberVisitor<'t> {
    /// A member whose value is a string, a number or a literal.
    fn scalar(&mut self, name: Spelled<'t>, value: Spelled<'t>) -> Result<(), Unsure>;

    /// A member whose value is an object or an array: `inside` has passed its first token, and is to pass all of it.
    fn container(&mut self, name: Spelled<'t>, inside: &mut Walk<'t>, is_object: bool) -> Result<(), Unsure>;
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

    /// The envelope that the object is whose brace is passed, if it begins with an array of records, whose bracket is
    /// passed then.
    pub(super) fn opens_envelope(&mut self) -> Option<Container> {
        let before = *self;
        let opens = self.envelope();
        if opens.is_none() {
            *self = before;
        }
        opens
    }

    fn envelope(&mut self) -> Option<Container> {
        let (name, b'"') = self.next()? else { return None };
        let (colon, b':') = self.next()? else { return None };
        let (_, b'[') = self.next()? else { return None };
        let name = self.spelled(name, colon).quoted()?;
        match name {
            "records" => Some(Container::Batch),
            name => ENVELOPES.contains(&name).then_some(Container::Envelope),
        }
    }

    /// The state behind the bracket that closes an array of records. Of an envelope nothing else is to follow.
    pub(super) fn behind_array(&mut self, container: Container) -> Result<ScanState, Unsure> {
        if !container.is_envelope() || self.passes(b'}') { Ok(ScanState::Document) } else { Err(Unsure) }
    }

    /// The rest of an object whose brace is passed: shows its members, and tells where it ends.
    #[inline]
    pub(in crate::read) fn object(&mut self, members: &mut impl MemberVisitor<'t>) -> Result<usize, Unsure> {
        let (mut at, mut byte) = self.token()?;
        if byte == b'}' {
            return Ok(at + 1);
        }
        loop {
            if byte != b'"' {
                return Err(Unsure);
            }
            let (colon, b':') = self.token()? else { return Err(Unsure) };
            let name = self.spelled(at, colon);
            let (start, first) = self.token()?;
            let (next, after) = if matches!(first, b'{' | b'[') {
                members.container(name, self, first == b'{')?;
                self.token()?
            } else {
                if first != b'"' {
                    self.scalar(start)?;
                }
                let (next, after) = self.token()?;
                members.scalar(name, self.spelled(start, next))?;
                (next, after)
            };
            match after {
                b'}' => return Ok(next + 1),
                b',' => (at, byte) = self.token()?,
                _ => return Err(Unsure),
            }
        }
    }

    #[inline]
    fn spelled(&self, start: usize, end: usize) -> Spelled<'t> {
        Spelled { text: self.text, tokens: self.tokens, start, end }
    }

    /// Passes the rest of an object or an array whose first token is passed.
    pub(in crate::read) fn nested(&mut self, is_object: bool) -> Result<(), Unsure> {
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
