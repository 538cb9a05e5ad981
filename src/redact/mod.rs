//! Keeps API keys out of everything that is written.
//!
//! Text from outside is redacted when it comes in: exports by [`crate::read`], everything else by [`text`]. What leaves
//! the process passes a [`Door`], which removes what was missed. May use nothing else of the crate. Its invariant: no 12
//! consecutive characters of the secret part of a known key pass a door, however the text is cut into writes
//! (`door/tests.rs`, `tests/it/secrets.rs`).

mod door;
mod found;
mod marked;

use std::borrow::Cow;

pub use door::{Door, has_removed_keys, standard_output, to_standard_error};
pub use found::remember;
pub use marked::{MAX_KEY_BYTES, MarkedKey, Unescaped, has_escaped_letters, marked_keys};

/// `text` with every key of the newer form, complete or in part, and every part of a remembered key, replaced by as many
/// asterisks.
pub fn text(text: &str) -> Cow<'_, str> {
    let secrets = secrets(text.as_bytes());
    if secrets.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut redacted = text.as_bytes().to_vec();
    for secret in secrets {
        redacted[secret].fill(b'*');
    }
    // Secrets are made of ASCII only, so the rest of the text is as it was.
    Cow::Owned(String::from_utf8(redacted).unwrap_or_else(|_| "*".repeat(text.len())))
}

/// The ranges of `text` that must not be written.
fn secrets(text: &[u8]) -> Vec<std::ops::Range<usize>> {
    let mut secrets: Vec<_> = marked_keys(text).into_iter().map(|key| key.range).collect();
    secrets.extend(found::remembered(text));
    secrets
}
