//! Keeps API keys, and text on which a terminal or the log of a CI system would act, out of every output.
//!
//! Text from outside is redacted when it is read: exports by [`crate::read`], everything else by [`text`]. All output
//! passes a [`Door`], which removes keys that were missed, and spells out control characters and commands
//! ([`Notation`]). May use nothing else of the crate. Invariants: neither a remembered key nor 12 secret characters
//! next to the mark of a key pass a door, however the text is divided into writes (`door/tests.rs`,
//! `tests/it/keys.rs`), and no name acts as a command in the output (`tests/it/commands.rs`).

mod door;
mod encoded;
mod escapes;
mod found;
mod key_forms;
mod marked;
mod signs;
mod visible;

use std::borrow::Cow;
use std::ops::Range;

pub use door::{Door, has_removed_keys, standard_output, to_standard_error};
pub use escapes::Unescaped;
pub use key_forms::{Columns, KeyForm, MAX_CONTEXT_BYTES, MAX_ROW_BYTES, MAX_SECRET_BYTES, secrets};
use marked::MAX_KEY_BYTES;
pub use visible::{Notation, begins_action, has_action, is_hidden};

/// `text` with every secret and every remembered key replaced by as many asterisks.
pub fn text(text: &str) -> Cow<'_, str> {
    text_with(b'*', text)
}

/// Returns `text` with every secret and every remembered key replaced by as many `x`, so that YAML stays valid: an
/// asterisk would begin an alias.
pub fn yaml(text: &str) -> Cow<'_, str> {
    text_with(b'x', text)
}

fn text_with(filler: u8, text: &str) -> Cow<'_, str> {
    let known = secrets(text.as_bytes(), 0..text.len(), &Columns::default());
    let mut hidden = Vec::new();
    for (secret, form) in known {
        remember_if_complete(&text.as_bytes()[secret.clone()], form);
        hidden.push(secret);
    }
    hidden.extend(found::remembered(text.as_bytes()));
    if hidden.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut redacted = text.as_bytes().to_vec();
    for secret in hidden {
        redacted[secret].fill(filler);
    }
    // Secrets consist only of ASCII, so the text stays valid UTF-8.
    Cow::Owned(
        String::from_utf8(redacted).unwrap_or_else(|_| char::from(filler).to_string().repeat(text.len())),
    )
}

/// Remembers an escaped secret for the doors, if it is a complete API key, also as it is without base 64.
pub fn remember_if_complete(secret: &[u8], form: KeyForm) {
    if form.is_complete_key() {
        let key = Unescaped::of(secret).bytes;
        // Without the equals sign at the end of base 64, at which a command line is cut.
        found::remember(key.strip_suffix(b"=").unwrap_or(&key));
        if let Some(key) = encoded::decoded(&key) {
            found::remember(&key);
        }
    }
}

/// Returns the ranges of `text` that a door removes. Other secrets can be recognized only in the context in which they
/// were read.
fn unmistakable(text: &[u8]) -> Vec<Range<usize>> {
    let mut secrets: Vec<_> = marked::marked_keys(text).into_iter().map(|key| key.range).collect();
    secrets.extend(found::remembered(text));
    secrets
}
