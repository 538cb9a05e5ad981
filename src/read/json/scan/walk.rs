//! Walks from token to token: checks the grammar, and finds the ends of values.

use super::ScanState;
use super::tokens::{BLOCK_BYTES, Tokens};
use crate::read::json::piece::Container;

/// Nesting depth up to which [`Walk::nested`] accepts values. Deeper ones return [`Unsure`], and are read by the slower
/// way, which has no such limit.
const MAX_DEPTH: u32 = 60;

const _: () = assert!(MAX_DEPTH < u64::BITS, "`nested` has one bit for each open container");

/// Number of digits up to which a number is accepted as text. Every number of 19 digits is less than 2^64.
const MAX_NUMBER_DIGITS: usize = 19;

const _: () = assert!(MAX_NUMBER_DIGITS <= u64::MAX.ilog10() as usize);

/// The result of a fast path that does not accept its input, because it is invalid, incomplete or only unusual. The
/// caller must fall back to the general way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::read) struct Unsure;

/// A place between two tokens of a text.
#[derive(Clone, Copy, Debug)]
pub(in crate::read) struct Walk<'t> {
    text: &'t str,
    tokens: &'t Tokens,
    /// Bits of the tokens in the current 64 bytes that are still to be passed.
    word: u64,
    index: usize,
}

/// A string, a number or a literal as it is spelled in the text.
#[derive(Clone, Copy, Debug)]
pub(in crate::read) struct Spelled<'t> {
    text: &'t str,
    tokens: &'t Tokens,
    start: usize,
    /// Offset of the next token.
    end: usize,
}

impl<'t> Spelled<'t> {
    /// Returns the text with quotes and escapes.
    #[inline]
    pub(in crate::read) fn raw(&self) -> &'t str {
        self.text.get(self.start..self.last()).unwrap_or_default()
    }

    /// Returns the text between the quotes of a string; `None` for another value.
    #[inline]
    pub(in crate::read) fn quoted(&self) -> Option<&'t str> {
        self.text.get(self.start + 1..self.last() - 1).filter(|_| self.is_string())
    }

    /// Returns the envelope that a member of this name makes of a top-level object, if its value is an array.
    #[inline]
    pub(in crate::read) fn envelope(&self) -> Option<Container> {
        Container::of_envelope(self.raw().as_bytes())
    }

    #[inline]
    pub(in crate::read) fn is_string(&self) -> bool {
        self.text.as_bytes().get(self.start) == Some(&b'"')
    }

    /// Returns the offset after the last byte. `end` cannot be used for this, because space may precede the next token.
    #[inline]
    fn last(&self) -> usize {
        let bytes = self.text.as_bytes();
        let mut end = self.end;
        while end > self.start + 1 && matches!(bytes.get(end - 1), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            end -= 1;
        }
        end
    }

    /// Returns the value of a name; [`Unsure`] if it may be spelled with escapes.
    #[inline]
    pub(in crate::read) fn plain_name(&self) -> Result<&'t str, Unsure> {
        self.quoted().filter(|_| self.is_undisguised()).ok_or(Unsure)
    }

    /// Returns a string without escapes or a whole number as text, and `None` for `null`. Returns [`Unsure`] for
    /// everything else.
    #[inline]
    pub(in crate::read) fn plain_text(&self) -> Result<Option<&'t str>, Unsure> {
        if !self.is_string() {
            let raw = self.raw();
            let is_number = raw.len() <= MAX_NUMBER_DIGITS && raw.bytes().all(|byte| byte.is_ascii_digit());
            return if raw == "null" { Ok(None) } else { is_number.then_some(Some(raw)).ok_or(Unsure) };
        }
        self.quoted().filter(|_| self.is_plain()).map(Some).ok_or(Unsure)
    }

    /// Returns whether the value, as a name, is certainly the text as spelled.
    #[inline]
    pub(in crate::read) fn is_undisguised(&self) -> bool {
        !self.tokens.has_disguises || self.is_plain()
    }

    /// Returns whether it contains no escape.
    #[inline]
    pub(in crate::read) fn is_plain(&self) -> bool {
        self.is_plain_up_to(self.end)
    }

    /// Returns whether the text contains no escape from its first byte up to `end`, which is after it.
    #[inline]
    pub(in crate::read) fn is_plain_up_to(&self, end: usize) -> bool {
        // A mask of the bytes from `start` on in its word, and one of the bytes up to `end - 1` in its word.
        let (first, last) = (self.start / BLOCK_BYTES, (end - 1) / BLOCK_BYTES);
        let from = u64::MAX << (self.start % BLOCK_BYTES);
        let to = u64::MAX >> (BLOCK_BYTES - 1 - (end - 1) % BLOCK_BYTES);
        match self.tokens.backslashes.get(first..=last) {
            Some([only]) => only & from & to == 0,
            Some([first, between @ .., last]) => {
                first & from == 0 && last & to == 0 && between.iter().all(|word| *word == 0)
            }
            _ => false,
        }
    }
}

/// Receives the members of an object, in order.
pub(in crate::read) trait MemberVisitor<'t> {
    /// Receives a member whose value is a string, a number or a literal.
    fn scalar(&mut self, name: Spelled<'t>, value: Spelled<'t>) -> Result<(), Unsure>;

    /// Receives a member whose value is an object or an array. `inside` has passed its first token, and must have
    /// passed all of it on return.
    fn container(&mut self, name: Spelled<'t>, inside: &mut Walk<'t>, is_object: bool) -> Result<(), Unsure>;
}

impl<'t> Walk<'t> {
    /// Returns the walk at the beginning of `text`, whose tokens are `tokens`.
    pub(super) fn new(text: &'t str, tokens: &'t Tokens) -> Walk<'t> {
        Walk { text, tokens, word: tokens.starts.first().copied().unwrap_or_default(), index: 0 }
    }

    /// Passes the next token, and returns its offset and its first byte.
    #[inline]
    pub(super) fn next(&mut self) -> Option<(usize, u8)> {
        while self.word == 0 {
            self.index += 1;
            self.word = *self.tokens.starts.get(self.index)?;
        }
        let at = self.index * BLOCK_BYTES + self.word.trailing_zeros() as usize;
        // Clears the lowest bit, which is the token that is passed.
        self.word &= self.word - 1;
        Some((at, *self.text.as_bytes().get(at)?))
    }

    #[inline]
    fn token(&mut self) -> Result<(usize, u8), Unsure> {
        self.next().ok_or(Unsure)
    }

    /// Passes the next token if it is `wanted`, and returns whether it is.
    pub(super) fn passes(&mut self, wanted: u8) -> bool {
        let before = *self;
        let is_wanted = self.next().is_some_and(|(_, byte)| byte == wanted);
        if !is_wanted {
            *self = before;
        }
        is_wanted
    }

    /// Passes the beginning of an envelope, up to the bracket of its records, and returns which envelope it is. The
    /// opening brace must have been passed.
    ///
    /// Returns `None`, and passes nothing, if the object does not begin with an array of records.
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
        self.spelled(name, colon).envelope()
    }

    /// Returns the state after the bracket that closes an array of records. If an envelope continues after its records,
    /// the result is [`Unsure`].
    pub(super) fn after_array(&mut self, container: Container) -> Result<ScanState, Unsure> {
        if !container.is_envelope() || self.passes(b'}') { Ok(ScanState::Document) } else { Err(Unsure) }
    }

    /// Passes the rest of an object whose opening brace is passed, and its members to `members`. Returns the offset of
    /// its end.
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
        // One bit for each open container, the innermost one lowest: 1 for an object, 0 for an array.
        let mut objects = u64::from(is_object);
        let mut depth = 1;
        // Each round enters a container: its first token may close it. The inner loop passes the values after that, and
        // continues out here if one of them is another container.
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
                            if depth > MAX_DEPTH {
                                return Err(Unsure);
                            }
                            continue 'opened;
                        }
                        _ => self.scalar(at)?,
                    }
                    byte = self.token()?.1;
                }
                // After a value, or at the end of an empty container. Each round closes a container.
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

    /// Checks the number or literal that begins at `start`, and that it ends there.
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

/// Returns the length of the number at the beginning of a text (RFC 8259, section 6); `None` if it is not a valid one.
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
