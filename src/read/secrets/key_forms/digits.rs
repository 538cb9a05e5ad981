//! Where hexadecimal digits stand close together, found 64 bytes at a time.

#![expect(
    clippy::inline_always,
    reason = "what is called by another instruction set's code has to be part of it"
)]

use fearless_simd::prelude::*;
use fearless_simd::{Level, dispatch, u8x64};

const WIDTH: usize = 64;

/// So many in a row are told, and stand in every 31 that are in a row.
pub(super) const TOLD: usize = 16;

/// The places in `text`, counted in [`TOLD`] bytes, at which so many bytes are digits, all of them.
pub(super) fn runs(text: &[u8]) -> Vec<usize> {
    runs_at(Level::new(), text)
}

/// By the instructions of a level of processors.
fn runs_at(level: Level, text: &[u8]) -> Vec<usize> {
    let mut runs = Vec::new();
    dispatch!(level, simd => find(simd, text, &mut runs));
    runs
}

#[inline(always)]
fn find<S: Simd>(simd: S, text: &[u8], runs: &mut Vec<usize>) {
    let (blocks, rest) = text.as_chunks::<WIDTH>();
    for (index, block) in blocks.iter().enumerate() {
        in_block(u8x64::from_slice(simd, block), index, runs);
    }
    let mut last = [b' '; WIDTH];
    last[..rest.len()].copy_from_slice(rest);
    in_block(u8x64::from_slice(simd, &last), blocks.len(), runs);
}

#[inline(always)]
fn in_block<S: Simd>(bytes: u8x64<S>, index: usize, runs: &mut Vec<usize>) {
    // What is below wraps around, and is then above.
    let decimal = (bytes - b'0').simd_lt(10);
    let letter = ((bytes | 0x20) - b'a').simd_lt(6);
    let digits = (decimal | letter).to_bitmask();
    if has_all_ones(digits) {
        let lanes = digits.to_le_bytes();
        let all = lanes.as_chunks::<2>().0.iter().enumerate().filter(|(_, lane)| **lane == [0xFF; 2]);
        runs.extend(all.map(|(lane, _)| index * (WIDTH / TOLD) + lane));
    }
}

/// Whether any 16 bits in a row are all ones, counted from the lowest.
#[inline(always)]
fn has_all_ones(bits: u64) -> bool {
    const LOWEST: u64 = 0x0001_0001_0001_0001;
    // As one looks for a byte that is zero: Mycroft, 1987.
    (!bits).wrapping_sub(LOWEST) & bits & (LOWEST << 15) != 0
}

#[cfg(test)]
mod tests;
