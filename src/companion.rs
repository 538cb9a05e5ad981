//! Files that accompany an audit and are not exports: waivers, parameters, a baseline, policies and facts.
//!
//! Each is read completely, up to a limit, and without the keys in it. This module may use [`crate::redact`] only. Its
//! invariant: no text of such a file reaches the rest of the program with a key in it (`tests/it/keys.rs`).

pub mod yaml;

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::redact;

/// The limit for waivers and parameters, larger than those of any tenant.
pub const MAX_BYTES: u64 = 64 << 20;
/// The limit for a policy, larger than any that a person writes.
pub const MAX_POLICY_BYTES: u64 = 4 << 20;
/// The limit for a baseline and for facts, larger than the SARIF or the facts of 200,000 accounts.
pub const MAX_BASELINE_BYTES: u64 = 1 << 30;

/// Returns the text of a file of at most `max_bytes`, without a byte-order mark and without keys.
pub fn read(path: &Path, max_bytes: u64) -> io::Result<String> {
    text(File::open(path)?, max_bytes)
}

/// Returns the same for an open source.
pub fn text(source: impl Read, max_bytes: u64) -> io::Result<String> {
    let mut text = String::new();
    if source.take(max_bytes + 1).read_to_string(&mut text)? as u64 > max_bytes {
        let limit = max_bytes >> 20;
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("it is larger than {limit} MiB")));
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    Ok(redact::yaml(text).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_above_the_limit_is_an_error() {
        assert_eq!(text(&b"\xEF\xBB\xBFabc"[..], 6).expect("a text"), "abc");
        let error = text(io::repeat(b'a'), 1 << 20).expect_err("a limit");
        assert_eq!(error.to_string(), "it is larger than 1 MiB");
    }

    #[test]
    fn a_key_is_removed() {
        let key = "4f1d2c3b5a69788796a5b4c3d2e1f00f";
        let text = text(format!("api-key: {key}\n").as_bytes(), 100).expect("a text");
        assert_eq!(text, format!("api-key: {}\n", "x".repeat(32)));
    }
}
