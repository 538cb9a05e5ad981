//! Remembers the keys that were found in this run, so that a door recognizes them even if nothing next to them shows
//! what they are.
//!
//! Only complete keys are remembered, and they are removed completely. Otherwise, text that only looks like a part of a
//! key, which anyone can write into an export, would cause other text to be removed from every output.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{PoisonError, RwLock};

use foldhash::fast::RandomState;

use super::escapes::after_escape;

/// Number of first bytes by which keys are looked up.
const PREFIX_BYTES: usize = 16;
/// A key with fewer different characters, such as zeros, is an example.
const MIN_DIFFERENT_BYTES: usize = 5;
/// Digits count twice. Of further keys, a door knows only the newer form.
const MAX_KEYS: usize = 200_000;

type Prefix = [u8; PREFIX_BYTES];
type Keys = HashMap<Prefix, Vec<Vec<u8>>, RandomState>;

/// The keys by their first bytes. They are global to the process, so that every output is checked for them. At most
/// [`MAX_KEYS`].
static KEYS: RwLock<(Option<Keys>, usize)> = RwLock::new((None, 0));
/// Whether there is any key; this can be read without the lock. A thread that sees the change late cannot write the
/// key: a thread that writes a key remembered it itself, or joined the thread that did.
static HAS_KEYS: AtomicBool = AtomicBool::new(false);

/// Remembers a complete key, without escapes. Digits are the same key in capitals, for example in an id that is written
/// in lower case.
pub(super) fn remember(key: &[u8]) {
    if key.iter().all(u8::is_ascii_hexdigit) {
        remember_as(&key.to_ascii_lowercase());
        remember_as(&key.to_ascii_uppercase());
    } else {
        remember_as(key);
    }
}

fn remember_as(key: &[u8]) {
    let Some(prefix) = key.first_chunk().copied().filter(|_| is_particular(key)) else { return };
    let mut known = KEYS.write().unwrap_or_else(PoisonError::into_inner);
    let (keys, count) = &mut *known;
    let of_prefix = keys.get_or_insert_default().entry(prefix).or_default();
    if *count < MAX_KEYS && !of_prefix.iter().any(|known| known == key) {
        of_prefix.push(key.to_vec());
        *count += 1;
    }
    HAS_KEYS.store(true, Ordering::Release);
}

fn is_particular(key: &[u8]) -> bool {
    let mut bytes = key.to_vec();
    bytes.sort_unstable();
    bytes.dedup();
    bytes.len() >= MIN_DIFFERENT_BYTES
}

/// The remembered keys in `text`, in order.
pub(super) fn remembered(text: &[u8]) -> Vec<Range<usize>> {
    if !HAS_KEYS.load(Ordering::Acquire) {
        return Vec::new();
    }
    let known = KEYS.read().unwrap_or_else(PoisonError::into_inner);
    let Some(keys) = &known.0 else { return Vec::new() };
    let starts = text.windows(PREFIX_BYTES).enumerate();
    let key_at = |(start, prefix): (usize, &[u8])| {
        let of_prefix = keys.get(&Prefix::try_from(prefix).ok()?)?;
        let longest = of_prefix.iter().filter(|key| text[start..].starts_with(key)).map(Vec::len).max()?;
        // An escape whose end looks like the beginning of the key is kept complete, so that JSON stays valid.
        Some(after_escape(text, start)..start + longest)
    };
    starts.filter_map(key_at).collect()
}
