//! The library of the fuzzers in `fuzz`: those modules of the integration tests that they share.
#![allow(dead_code, unused_imports, reason = "the tests use what the fuzzers do not")]

mod formats;
mod fuzz;
mod sarif;
mod support;

/// Tries the bytes with a fuzzer.
///
/// # Panics
///
/// If a property does not hold.
pub fn hold(fuzzer: &str, bytes: &[u8]) {
    fuzz::hold(fuzzer, bytes);
}
