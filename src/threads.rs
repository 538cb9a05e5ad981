//! Shares work among threads, and hands on the results in the order of the work, however the threads were scheduled.
//! The tests below check that.

use std::any::Any;
use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::{iter, thread};

/// Items that a thread takes at once, since it waits for the others after each share.
const MAX_SHARE_ITEMS: usize = 64;

/// The minimum number of shares of each thread, so that all threads end at about the same time.
const MIN_SHARES: usize = 8;

/// Applies `work` to each of `items` on `jobs` threads, and returns the results in the order of the items.
pub fn map<T: Send, R: Send>(jobs: usize, items: Vec<T>, work: impl Fn(T) -> R + Sync) -> Vec<R> {
    let count = items.len();
    let taken = (count / (jobs.max(1) * MIN_SHARES)).clamp(1, MAX_SHARE_ITEMS);
    let mut items = items.into_iter();
    let shares = iter::from_fn(|| {
        let share: Vec<T> = items.by_ref().take(taken).collect();
        (!share.is_empty()).then_some(share)
    });
    let mut results = Vec::with_capacity(count);
    let work_share = |share: Vec<T>| share.into_iter().map(&work).collect::<Vec<R>>();
    let take = |done: Vec<R>| -> Result<(), Infallible> {
        results.extend(done);
        Ok(())
    };
    let Ok(()) = in_turn(jobs.min(count), shares, work_share, take);
    results
}

/// Applies `work` to each of `items` on `jobs` threads, and `take` to the results in the order of the items, until
/// `take` fails.
pub fn in_turn<T, R, E: Send>(
    jobs: usize,
    mut items: impl Iterator<Item = T> + Send,
    work: impl Fn(T) -> R + Sync,
    mut take: impl FnMut(R) -> Result<(), E> + Send,
) -> Result<(), E> {
    let threads = items.size_hint().1.map_or(jobs, |most| most.min(jobs));
    relay(threads, || (), |()| items.next(), |(), item| work(item), |(), done| take(done))
}

/// Applies `work` to each item that `next` gives, on `threads` threads, each with its own `tools`, and `take` to the
/// results in the order of the items, until `take` fails. A thread takes its next item after its last result was taken,
/// so that there are never more results in memory than threads.
pub fn relay<S, T, R, E: Send>(
    threads: usize,
    tools: impl Fn() -> S + Sync,
    next: impl FnMut(&mut S) -> Option<T> + Send,
    work: impl Fn(&mut S, T) -> R + Sync,
    take: impl FnMut(&mut S, R) -> Result<(), E> + Send,
) -> Result<(), E> {
    // No thread holds both locks: it unlocks `source` before it works, and locks `progress` after that. So they cannot
    // block each other, and `next` and `take` may run at the same time.
    let source = Mutex::new(WorkSource { given: 0, next });
    let progress = Mutex::new(RelayProgress { turn: 0, take, ended: None });
    let changed = Condvar::new();
    let share = || {
        let mut tools = tools();
        loop {
            let (number, item) = lock(&source).give(&mut tools);
            let done = match item {
                Ok(None) => break,
                Ok(Some(item)) => watched(|| work(&mut tools, item)),
                Err(end) => Err(end),
            };
            let mut progress = lock(&progress);
            // A lost notification is impossible: `turn` and `ended` change only under the lock that the wait releases.
            while progress.turn != number && progress.ended.is_none() {
                progress = changed.wait(progress).unwrap_or_else(PoisonError::into_inner);
            }
            if progress.ended.is_some() {
                break;
            }
            progress.turn += 1;
            let taken = done.and_then(|done| watched(|| (progress.take)(&mut tools, done)));
            progress.ended = taken.and_then(|taken| taken.map_err(End::Failed)).err();
            changed.notify_all();
        }
    };
    thread::scope(|scope| {
        for _ in 1..threads {
            // A thread that cannot be started leaves its share to the others.
            drop(thread::Builder::new().spawn_scoped(scope, share));
        }
        share();
    });
    match progress.into_inner().unwrap_or_else(PoisonError::into_inner).ended {
        None => Ok(()),
        Some(End::Failed(error)) => Err(error),
        Some(End::Panicked(panic)) => resume_unwind(panic),
    }
}

struct WorkSource<F> {
    /// The number of items that were given.
    given: usize,
    next: F,
}

impl<F> WorkSource<F> {
    /// The next item and its number.
    fn give<S, T, E>(&mut self, tools: &mut S) -> (usize, Result<Option<T>, End<E>>)
    where
        F: FnMut(&mut S) -> Option<T>,
    {
        let number = self.given;
        let item = watched(|| (self.next)(tools));
        self.given += usize::from(!matches!(item, Ok(None)));
        (number, item)
    }
}

struct RelayProgress<F, E> {
    /// The number of the item whose result is taken next.
    turn: usize,
    take: F,
    ended: Option<End<E>>,
}

/// The reason why a result was not taken.
enum End<E> {
    Failed(E),
    Panicked(Box<dyn Any + Send>),
}

/// Catches a panic, which ends the work of all threads: none of them may wait for the result that it prevents.
fn watched<R, E>(act: impl FnOnce() -> R) -> Result<R, End<E>> {
    catch_unwind(AssertUnwindSafe(act)).map_err(End::Panicked)
}

/// A panic under a lock is caught by [`watched`] before it reaches the guard, so the value of a poisoned lock is
/// complete.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Does both at the same time, unless `jobs` is one.
///
/// # Panics
///
/// If one of the two panics.
pub fn both<A: Send, B>(jobs: usize, one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B) -> (A, B) {
    // The first thread to take it runs it: the new thread, or this one if no thread can be started.
    let one = Mutex::new(Some(one));
    let begin = || lock(&one).take();
    thread::scope(|scope| {
        let work = || begin().map(|one| one());
        let beside = (jobs > 1).then(|| thread::Builder::new().spawn_scoped(scope, work).ok()).flatten();
        let other = other();
        let done = beside.and_then(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)));
        (done.or_else(work).expect("done by one or the other"), other)
    })
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn results_are_in_order_for_every_number_of_threads(count in 0_usize..1000, jobs in 0_usize..9) {
            let results = map(jobs, (0..count).collect(), |item| item * 2);
            prop_assert_eq!(results, (0..count).map(|item| item * 2).collect::<Vec<_>>());
            prop_assert_eq!(both(jobs, || count, || jobs), (count, jobs));
        }

        #[test]
        fn no_result_after_a_failure_is_taken_in(count in 1_usize..100, last in 0_usize..100, jobs in 1_usize..9) {
            let mut taken = Vec::new();
            let take = |item| {
                taken.push(item);
                if item == last { Err(item) } else { Ok(()) }
            };
            let ended = in_turn(jobs, 0..count, |item| item, take);
            prop_assert_eq!(ended, if last < count { Err(last) } else { Ok(()) });
            prop_assert_eq!(taken, (0..count.min(last + 1)).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_panic_in_any_thread_reaches_the_caller() {
        let broken = |item: usize| if item == 999 { panic!("999") } else { item };
        let taken = |item: usize| (item < 1000).then_some(()).ok_or(item);
        assert!(catch_unwind(|| map(2, (0..1000).collect(), broken)).is_err());
        assert!(catch_unwind(|| in_turn(2, (0..1000).map(broken), |item| item, taken)).is_err());
        assert!(catch_unwind(|| in_turn(2, 0..1000, |item| item, |item| taken(broken(item)))).is_err());
    }
}
