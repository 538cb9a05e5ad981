//! Signals that end the program wait for a moment, so that a file which is made in it is whole or gone when they do.

/// Does the work, and then what signals asked for meanwhile. They wait for the threads that the work starts, too; any
/// other thread would take them at once, so it is for when there is none.
#[cfg(unix)]
pub(super) fn uninterrupted<T>(work: impl FnOnce() -> T) -> T {
    use nix::sys::signal::{SigSet, SigmaskHow};

    let before = SigSet::all().thread_swap_mask(SigmaskHow::SIG_BLOCK);
    let done = work();
    if let Ok(before) = before {
        // The mask was in force before, so it can be again.
        let _ = before.thread_set_mask();
    }
    done
}

/// Does the work.
#[cfg(not(unix))]
pub(super) fn uninterrupted<T>(work: impl FnOnce() -> T) -> T {
    work()
}
