//! Work in which threads share, and whose results come in the order of the work, however the threads were scheduled.

use std::any::Any;
use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::{iter, thread};

/// Items that a thread takes at once, since for each it would wait for the others.
const MAX_SHARE_ITEMS: usize = 64;

/// How often each thread at least takes items, so that all are done at about the same time.
const MIN_SHARES: usize = 8;

/// What `work` makes of each of `items`, on so many threads.
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

/// Works on each of `items`, on so many threads, and takes what comes of it in, one after the other, until that fails.
pub fn in_turn<T, R, E: Send>(
    jobs: usize,
    mut items: impl Iterator<Item = T> + Send,
    work: impl Fn(T) -> R + Sync,
    mut take: impl FnMut(R) -> Result<(), E> + Send,
) -> Result<(), E> {
    let threads = items.size_hint().1.map_or(jobs, |most| most.min(jobs));
    relay(threads, || (), |()| items.next(), |(), item| work(item), |(), done| take(done))
}

/// Works on whatever `next` gives, on so many threads, each with `tools` of its own, and takes what comes of it in, in
/// the order in which it was given, until that fails.
/// No thread goes on before its last is taken in, so that no more of them are in memory than there are threads.
pub fn relay<S, T, R, E: Send>(
    threads: usize,
    tools: impl Fn() -> S + Sync,
    next: impl FnMut(&mut S) -> Option<T> + Send,
    work: impl Fn(&mut S, T) -> R + Sync,
    take: impl FnMut(&mut S, R) -> Result<(), E> + Send,
) -> Result<(), E> {
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
            // One that cannot be started leaves its share to the others.
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
    /// How many items were given.
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
    /// The number of the item whose turn it is to be taken in.
    turn: usize,
    take: F,
    ended: Option<End<E>>,
}

/// Why not all was taken in.
enum End<E> {
    Failed(E),
    Panicked(Box<dyn Any + Send>),
}

/// What panics ends the work of all threads, none of which may go on waiting for it.
fn watched<R, E>(act: impl FnOnce() -> R) -> Result<R, End<E>> {
    catch_unwind(AssertUnwindSafe(act)).map_err(End::Panicked)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Does one thing beside the other, unless there is one thread only.
///
/// # Panics
///
/// Where one of the two does.
pub fn both<A: Send, B>(jobs: usize, one: impl FnOnce() -> A + Send, other: impl FnOnce() -> B) -> (A, B) {
    // Whoever comes first does it: a thread, or, where none can be started, this one.
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
        fn any_number_of_threads_does_all_of_it_in_order(count in 0_usize..1000, jobs in 0_usize..9) {
            let results = map(jobs, (0..count).collect(), |item| item * 2);
            prop_assert_eq!(results, (0..count).map(|item| item * 2).collect::<Vec<_>>());
            prop_assert_eq!(both(jobs, || count, || jobs), (count, jobs));
        }

        #[test]
        fn nothing_is_taken_in_behind_what_fails(count in 1_usize..100, last in 0_usize..100, jobs in 1_usize..9) {
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
    fn what_panics_is_not_lost() {
        let broken = |item: usize| if item == 999 { panic!("999") } else { item };
        let taken = |item: usize| (item < 1000).then_some(()).ok_or(item);
        assert!(catch_unwind(|| map(2, (0..1000).collect(), broken)).is_err());
        assert!(catch_unwind(|| in_turn(2, (0..1000).map(broken), |item| item, taken)).is_err());
        assert!(catch_unwind(|| in_turn(2, 0..1000, |item| item, |item| taken(broken(item)))).is_err());
    }
}
