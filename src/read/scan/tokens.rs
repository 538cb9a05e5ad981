//! Where the tokens of a JSON text begin, found 64 bytes at a time.

use wide::u8x16;

const WIDTH: usize = 64;

/// A bit for each byte at which a bracket, a comma, a colon, a string, a number or a literal begins, outside of strings.
#[derive(Debug, Default)]
pub(super) struct Tokens {
    pub(super) starts: Vec<u64>,
    /// A bit for each backslash, wherever it stands.
    pub(super) backslashes: Vec<u64>,
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
    space: u64,
    /// Below U+0020, those that are space included.
    control: u64,
}

impl Tokens {
    /// Finds the tokens of `text`, which begins outside of every string.
    pub(super) fn find(&mut self, text: &[u8]) -> Result<(), BadString> {
        self.starts.clear();
        self.backslashes.clear();
        let mut carry = Carry::default();
        let (blocks, rest) = text.as_chunks::<WIDTH>();
        for (index, block) in blocks.iter().enumerate() {
            self.block(&mut carry, block, text, index * WIDTH)?;
        }
        if !rest.is_empty() {
            let mut last = [b' '; WIDTH];
            last[..rest.len()].copy_from_slice(rest);
            self.block(&mut carry, &last, text, blocks.len() * WIDTH)?;
        }
        Ok(())
    }

    fn block(
        &mut self,
        carry: &mut Carry,
        block: &[u8; WIDTH],
        text: &[u8],
        offset: usize,
    ) -> Result<(), BadString> {
        let classes = Classes::of(block);
        self.starts.push(carry.starts(&classes, text, offset)?);
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
    fn starts(&mut self, classes: &Classes, text: &[u8], offset: usize) -> Result<u64, BadString> {
        let escaped = self.escaped(classes.backslash);
        let quote = classes.quote & !escaped;
        let in_string = prefix_xor(quote) ^ self.in_string;
        // The sign bit, everywhere.
        self.in_string = (in_string.cast_signed() >> 63).cast_unsigned();
        if classes.control & in_string != 0 {
            return Err(BadString);
        }
        if escaped & in_string != 0 {
            escapes(escaped & in_string, text, offset)?;
        }
        let scalar = !(classes.punctuation | classes.space);
        let unquoted = scalar & !quote;
        let follows = (unquoted << 1) | self.scalar;
        self.scalar = unquoted >> 63;
        let inside = in_string ^ quote;
        Ok((classes.punctuation | (scalar & !follows)) & !inside)
    }

    /// The bytes behind a backslash that is not escaped itself.
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

/// Checks the escapes whose letters are marked.
#[cold]
fn escapes(mut letters: u64, text: &[u8], offset: usize) -> Result<(), BadString> {
    while letters != 0 {
        let at = offset + letters.trailing_zeros() as usize;
        letters &= letters - 1;
        match text.get(at) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {}
            Some(b'u')
                if text
                    .get(at + 1..at + 5)
                    .is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) => {}
            _ => return Err(BadString),
        }
    }
    Ok(())
}

impl Classes {
    fn of(block: &[u8; WIDTH]) -> Classes {
        let mut classes = Classes { quote: 0, backslash: 0, punctuation: 0, space: 0, control: 0 };
        let (lanes, _) = block.as_chunks::<16>();
        for (index, lane) in lanes.iter().enumerate() {
            let bytes = u8x16::new(*lane);
            let is = |byte: u8| bytes.simd_eq(u8x16::splat(byte));
            // Brackets differ from braces in one bit.
            let folded = bytes | u8x16::splat(0x20);
            let brace = folded.simd_eq(u8x16::splat(b'{')) | folded.simd_eq(u8x16::splat(b'}'));
            let line = is(b'\n') | is(b'\r') | is(b'\t');
            let control = bytes.min(u8x16::splat(0x1f)).simd_eq(bytes);
            let mask = |bytes: u8x16| u64::from(bytes.to_bitmask()) << (16 * index);
            classes.quote |= mask(is(b'"'));
            classes.backslash |= mask(is(b'\\'));
            classes.punctuation |= mask(brace | is(b':') | is(b','));
            classes.space |= mask(line | is(b' '));
            classes.control |= mask(control);
        }
        classes
    }
}

/// Each bit the parity of itself and all below: ones from an opening quote up to the closing one, which is left out.
fn prefix_xor(mut bits: u64) -> u64 {
    for shift in [1, 2, 4, 8, 16, 32] {
        bits ^= bits << shift;
    }
    bits
}
