//! The keys that were found in this run, so that a door knows them also where nothing near them shows what they are.

use std::collections::HashSet;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{PoisonError, RwLock};

use foldhash::fast::RandomState;

/// No so many consecutive characters of a key may be written.
const WINDOW_BYTES: usize = 12;
/// Windows with fewer different characters are in ids and numbers, too.
const MIN_DIFFERENT_BYTES: usize = 5;
/// About 20,000 keys. Of further keys only the newer form is known to a door.
const MAX_WINDOWS: usize = 1 << 20;

type Window = [u8; WINDOW_BYTES];

/// For the process, so that no way of writing can forget it. At most [`MAX_WINDOWS`].
static WINDOWS: RwLock<Option<HashSet<Window, RandomState>>> = RwLock::new(None);
/// Whether there is any, which is known without the lock. A thread that sees the change late cannot know the key either:
/// what is written of a key was read by the thread that remembered it, or after that was joined.
static HAS_WINDOWS: AtomicBool = AtomicBool::new(false);

/// Remembers a key, without escapes.
pub fn remember(key: &[u8]) {
    let windows = key.windows(WINDOW_BYTES).filter_map(|window| Window::try_from(window).ok());
    let windows: Vec<Window> = windows.filter(is_particular).collect();
    if windows.is_empty() {
        return;
    }
    let mut known = WINDOWS.write().unwrap_or_else(PoisonError::into_inner);
    let known = known.get_or_insert_default();
    if known.len() + windows.len() <= MAX_WINDOWS {
        known.extend(windows);
    }
    HAS_WINDOWS.store(true, Ordering::Release);
}

fn is_particular(window: &Window) -> bool {
    let mut bytes = *window;
    bytes.sort_unstable();
    1 + bytes.windows(2).filter(|pair| pair[0] != pair[1]).count() >= MIN_DIFFERENT_BYTES
}

/// The parts of remembered keys in `text`, in order.
pub(super) fn remembered(text: &[u8]) -> Vec<Range<usize>> {
    if !HAS_WINDOWS.load(Ordering::Acquire) {
        return Vec::new();
    }
    let known = WINDOWS.read().unwrap_or_else(PoisonError::into_inner);
    let Some(known) = known.as_ref() else { return Vec::new() };
    let mut parts: Vec<Range<usize>> = Vec::new();
    for (start, window) in text.windows(WINDOW_BYTES).enumerate() {
        if Window::try_from(window).is_ok_and(|window| known.contains(&window)) {
            match parts.last_mut().filter(|last| last.end >= start) {
                Some(last) => last.end = start + WINDOW_BYTES,
                None => parts.push(start..start + WINDOW_BYTES),
            }
        }
    }
    parts
}
