//! Finds runs of hexadecimal digits, 64 bytes at a time.

#![expect(
    clippy::inline_always,
    reason = "a function must be part of the code that is compiled for an instruction set"
)]

use fearless_simd::prelude::*;
use fearless_simd::{Level, dispatch, u8x64};

const WIDTH: usize = 64;

/// Length of the blocks of digits that are found; they begin at a multiple of it. Every run of 31 digits contains such
/// a block.
pub(super) const FOUND: usize = 16;

/// Returns the indexes of the blocks of [`FOUND`] bytes in `text` that consist only of digits.
pub(super) fn runs(text: &[u8]) -> Vec<usize> {
    runs_at(Level::new(), text)
}

/// Uses the instructions of one level of processors.
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
    // A byte below the range wraps around, and is then above it.
    let decimal = (bytes - b'0').simd_lt(10);
    let letter = ((bytes | 0x20) - b'a').simd_lt(6);
    let digits = (decimal | letter).to_bitmask();
    if has_all_ones(digits) {
        let lanes = digits.to_le_bytes();
        let all = lanes.as_chunks::<2>().0.iter().enumerate().filter(|(_, lane)| **lane == [0xFF; 2]);
        runs.extend(all.map(|(lane, _)| index * (WIDTH / FOUND) + lane));
    }
}

/// Whether any group of 16 bits, counted from the lowest, has ones only.
#[inline(always)]
fn has_all_ones(bits: u64) -> bool {
    const LOWEST: u64 = 0x0001_0001_0001_0001;
    // Mycroft's test for a zero byte (1987), with 16 bits instead of 8.
    (!bits).wrapping_sub(LOWEST) & bits & (LOWEST << 15) != 0
}

#[cfg(test)]
mod tests;
