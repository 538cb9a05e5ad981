//! Defers signals that end the program while a file is written, so that the file is then complete or gone.

/// Does the work, and defers signals until it is done, including the work of threads that it starts. Any other thread
/// would handle a signal at once, so there must be no other thread.
#[cfg(unix)]
pub(super) fn uninterrupted<T>(work: impl FnOnce() -> T) -> T {
    use nix::sys::signal::{SigSet, SigmaskHow};

    let before = SigSet::all().thread_swap_mask(SigmaskHow::SIG_BLOCK);
    let done = work();
    if let Ok(before) = before {
        // This cannot fail, since the mask was in force before.
        let _ = before.thread_set_mask();
    }
    done
}

/// Does the work.
#[cfg(not(unix))]
pub(super) fn uninterrupted<T>(work: impl FnOnce() -> T) -> T {
    work()
}
