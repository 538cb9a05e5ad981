//! Where the tokens of a JSON text begin, found 64 bytes at a time, by the widest instructions that the processor has.

#![expect(
    clippy::inline_always,
    reason = "what is called by another instruction set's code has to be part of it"
)]

use fearless_simd::prelude::*;
use fearless_simd::{Level, dispatch, u8x64};

const WIDTH: usize = 64;

/// A bit for each byte at which a bracket, a comma, a colon, a string, a number or a literal begins, outside of strings.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Tokens {
    pub(super) starts: Vec<u64>,
    /// A bit for each backslash, wherever it stands.
    pub(super) backslashes: Vec<u64>,
    /// Whether an escape anywhere may stand for a character that has no need of one: as a name, such a string may be any.
    pub(super) has_disguises: bool,
}

/// A control character in a string, or an escape that is none.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BadString;

/// What 64 bytes are, a bit for each byte.
struct Classes {
    quote: u64,
    backslash: u64,
    /// `{ } [ ] : ,`
    punctuation: u64,
    /// Neither that, nor U+0020 or anything below.
    scalar: u64,
    line_feed: u64,
    /// Whether another control character than a line feed is there.
    has_other_control: bool,
}

impl Tokens {
    /// Finds the tokens of `text`, which begins outside of every string.
    pub(super) fn find(&mut self, text: &[u8]) -> Result<(), BadString> {
        self.find_at(Level::new(), text)
    }

    /// By the instructions of a level of processors.
    fn find_at(&mut self, level: Level, text: &[u8]) -> Result<(), BadString> {
        dispatch!(level, simd => self.find_by(simd, text))
    }

    #[inline(always)]
    fn find_by<S: Simd>(&mut self, simd: S, text: &[u8]) -> Result<(), BadString> {
        self.starts.clear();
        self.backslashes.clear();
        self.has_disguises = false;
        let mut carry = Carry::default();
        let (blocks, rest) = text.as_chunks::<WIDTH>();
        for (index, block) in blocks.iter().enumerate() {
            self.block(&mut carry, u8x64::from_slice(simd, block), text, index * WIDTH)?;
        }
        if !rest.is_empty() {
            let mut last = [b' '; WIDTH];
            last[..rest.len()].copy_from_slice(rest);
            self.block(&mut carry, u8x64::from_slice(simd, &last), text, blocks.len() * WIDTH)?;
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

/// What one block tells the next.
#[derive(Default)]
struct Carry {
    /// All ones inside a string.
    in_string: u64,
    /// One where the first byte is escaped.
    escaped: u64,
    /// One where the byte before belongs to a number or a literal.
    scalar: u64,
}

impl Carry {
    /// Where tokens begin, and what is inside of strings.
    #[inline(always)]
    fn starts(&mut self, classes: &Classes, escaped: u64) -> (u64, u64) {
        let quote = classes.quote & !escaped;
        let in_string = prefix_xor(quote) ^ self.in_string;
        // The sign bit, everywhere.
        self.in_string = (in_string.cast_signed() >> 63).cast_unsigned();
        let unquoted = classes.scalar & !quote;
        let follows = (unquoted << 1) | self.scalar;
        self.scalar = unquoted >> 63;
        let inside = in_string ^ quote;
        ((classes.punctuation | (classes.scalar & !follows)) & !inside, in_string)
    }

    /// The bytes behind a backslash that is not escaped itself.
    #[inline(always)]
    fn escaped(&mut self, backslash: u64) -> u64 {
        const ODD: u64 = 0xAAAA_AAAA_AAAA_AAAA;
        if backslash == 0 {
            return std::mem::take(&mut self.escaped);
        }
        // Runs of backslashes are told apart by whether they begin at an even or at an odd place: by Lemire and Langdale,
        // "Parsing Gigabytes of JSON per Second" (2019).
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

/// Checks the escapes whose letters are marked, and tells whether any is a disguise.
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
        // Brackets differ from braces in one bit.
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

/// Each bit the parity of itself and all below: ones from an opening quote up to the closing one, which is left out.
#[inline(always)]
fn prefix_xor(mut bits: u64) -> u64 {
    for shift in [1, 2, 4, 8, 16, 32] {
        bits ^= bits << shift;
    }
    bits
}

#[cfg(test)]
mod tests;
