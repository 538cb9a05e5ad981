//! Finds the tokens of a JSON text, 64 bytes at a time, with the widest instructions of the processor.
//!
//! Invariant: the result is the same for every instruction set (`tokens/tests.rs`).

#![expect(
    clippy::inline_always,
    reason = "what is called by another instruction set's code has to be part of it"
)]

use fearless_simd::prelude::*;
use fearless_simd::{Level, dispatch, u8x64};

/// Number of bytes that are classified at a time: one for each bit of a word.
pub(super) const BLOCK_BYTES: usize = 64;

const _: () = assert!(BLOCK_BYTES == u64::BITS as usize);

/// The tokens of a text.
#[derive(Debug, Default, PartialEq, Eq)]
/// One bit for each byte at which a bracket, a comma, a colon, a string, a number or a literal begins, outside of
/// strings. One word for each 64 bytes of text.
pub(super) struct Tokens {
    pub(super) starts: Vec<u64>,
    /// One bit for each backslash, inside and outside of strings. As many words as `starts`.
    pub(super) backslashes: Vec<u64>,
    /// Whether any escape encodes a character that could be written without one (`\u`, `\/`). If so, a name may be
    /// spelled differently from its value.
    pub(super) has_disguises: bool,
}

/// A control character in a string, or an invalid escape.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BadString;

/// The classes of 64 bytes, one bit for each byte.
struct Classes {
    quote: u64,
    backslash: u64,
    /// `{ } [ ] : ,`
    punctuation: u64,
    /// Bytes above U+0020 that are not punctuation: quotes and parts of strings, numbers and literals.
    scalar: u64,
    line_feed: u64,
    /// Whether a control character other than a line feed is present.
    has_other_control: bool,
}

impl Tokens {
    /// Finds the tokens of `text`, which begins outside of a string.
    pub(super) fn find(&mut self, text: &[u8]) -> Result<(), BadString> {
        self.find_at(Level::new(), text)
    }

    /// Finds the tokens with the instructions of `level`.
    fn find_at(&mut self, level: Level, text: &[u8]) -> Result<(), BadString> {
        dispatch!(level, simd => self.find_by(simd, text))
    }

    #[inline(always)]
    fn find_by<S: Simd>(&mut self, simd: S, text: &[u8]) -> Result<(), BadString> {
        self.starts.clear();
        self.backslashes.clear();
        self.has_disguises = false;
        let mut carry = Carry::default();
        let (blocks, rest) = text.as_chunks::<BLOCK_BYTES>();
        for (index, block) in blocks.iter().enumerate() {
            self.block(&mut carry, u8x64::from_slice(simd, block), text, index * BLOCK_BYTES)?;
        }
        if !rest.is_empty() {
            let mut last = [b' '; BLOCK_BYTES];
            last[..rest.len()].copy_from_slice(rest);
            self.block(&mut carry, u8x64::from_slice(simd, &last), text, blocks.len() * BLOCK_BYTES)?;
        }
        Ok(())
    }

    #[inline(always)]
    fn block<S: Simd>(
        &mut self,
        carry: &mut Carry,
        bytes: u8x64<S>,
        text: &[u8],
        offset: usize,
    ) -> Result<(), BadString> {
        let classes = Classes::of(bytes);
        let escaped = carry.escaped(classes.backslash);
        let (starts, in_string) = carry.starts(&classes, escaped);
        let bad = if classes.has_other_control {
            let blank = bytes.simd_eq(b'\t') | bytes.simd_eq(b'\n') | bytes.simd_eq(b'\r');
            bytes.simd_le(0x1f).to_bitmask() & (in_string | !blank.to_bitmask())
        } else {
            classes.line_feed & in_string
        };
        if bad != 0 {
            return Err(BadString);
        }
        if escaped & in_string != 0 {
            self.has_disguises |= escapes(escaped & in_string, text, offset)?;
        }
        self.starts.push(starts);
        self.backslashes.push(classes.backslash);
        Ok(())
    }
}

/// The state that one block of 64 bytes passes to the next.
#[derive(Default)]
struct Carry {
    /// All ones if the block ends inside a string, otherwise 0.
    in_string: u64,
    /// 1 if the first byte of the next block is escaped, otherwise 0.
    escaped: u64,
    /// 1 if the last byte belongs to a number or a literal, otherwise 0.
    scalar: u64,
}

impl Carry {
    /// Returns the bits at which tokens begin, and the bits inside strings.
    #[inline(always)]
    fn starts(&mut self, classes: &Classes, escaped: u64) -> (u64, u64) {
        let quote = classes.quote & !escaped;
        let in_string = prefix_xor(quote) ^ self.in_string;
        // An arithmetic shift copies the highest bit into all bits: whether the block ends inside a string.
        self.in_string = (in_string.cast_signed() >> 63).cast_unsigned();
        let unquoted = classes.scalar & !quote;
        // A byte after a scalar byte continues the same number or literal, also from the block before.
        let follows = (unquoted << 1) | self.scalar;
        self.scalar = unquoted >> 63;
        // `in_string` includes opening quotes and excludes closing ones. This is the reverse, so that an opening quote
        // begins a token and a closing one does not.
        let inside = in_string ^ quote;
        ((classes.punctuation | (classes.scalar & !follows)) & !inside, in_string)
    }

    /// Returns the bits of bytes after a backslash that is not escaped itself.
    #[inline(always)]
    fn escaped(&mut self, backslash: u64) -> u64 {
        const ODD: u64 = 0xAAAA_AAAA_AAAA_AAAA;
        if backslash == 0 {
            return std::mem::take(&mut self.escaped);
        }
        // A run of backslashes escapes the byte after it if its length is odd. Subtracting from the odd bits, with
        // borrow, finds the end of each run together with the parity of its start. Lemire and Langdale, "Parsing
        // Gigabytes of JSON per Second" (2019).
        let potential = backslash & !self.escaped;
        let maybe = potential << 1;
        let maybe_and_odd = maybe | ODD;
        let even_series = maybe_and_odd.wrapping_sub(potential);
        let codes = even_series ^ ODD;
        let escaped = codes ^ (backslash | self.escaped);
        self.escaped = (codes & backslash) >> 63;
        escaped
    }
}

/// Checks the escapes whose letters are marked. Returns whether any encodes a character that could be written without
/// an escape.
#[cold]
fn escapes(mut letters: u64, text: &[u8], offset: usize) -> Result<bool, BadString> {
    let mut has_disguises = false;
    while letters != 0 {
        let at = offset + letters.trailing_zeros() as usize;
        letters &= letters - 1;
        match text.get(at) {
            Some(b'"' | b'\\' | b'b' | b'f' | b'n' | b'r' | b't') => {}
            Some(b'/') => has_disguises = true,
            Some(b'u')
                if text
                    .get(at + 1..at + 5)
                    .is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) =>
            {
                has_disguises = true;
            }
            _ => return Err(BadString),
        }
    }
    Ok(has_disguises)
}

impl Classes {
    #[inline(always)]
    fn of<S: Simd>(bytes: u8x64<S>) -> Classes {
        // `[` and `{`, and `]` and `}`, differ only in bit 0x20.
        let folded = bytes | 0x20;
        let braces = folded.simd_eq(b'{') | folded.simd_eq(b'}');
        let punctuation = braces | bytes.simd_eq(b':') | bytes.simd_eq(b',');
        let line_feed = bytes.simd_eq(b'\n');
        Classes {
            quote: bytes.simd_eq(b'"').to_bitmask(),
            backslash: bytes.simd_eq(b'\\').to_bitmask(),
            punctuation: punctuation.to_bitmask(),
            scalar: (!(punctuation | bytes.simd_le(b' '))).to_bitmask(),
            line_feed: line_feed.to_bitmask(),
            has_other_control: (bytes.simd_le(0x1f) & !line_feed).any_true(),
        }
    }
}

/// Sets each bit to the parity of itself and all lower bits. For a mask of quotes, these are ones from an opening quote
/// up to, but not including, the closing one.
#[inline(always)]
fn prefix_xor(mut bits: u64) -> u64 {
    for shift in [1, 2, 4, 8, 16, 32] {
        bits ^= bits << shift;
    }
    bits
}

#[cfg(test)]
mod tests;
