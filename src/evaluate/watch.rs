//! Evaluates policies on threads of its own, and gives up if an evaluation takes too long or too much memory.
//!
//! The engine's timer ends loops, but not a builtin that runs for seconds, and nothing in the engine counts memory. So
//! the thread that waits evaluates nothing: when it gives up, the program ends, even if other threads still work.
//! `tests/it/hostile.rs` checks both limits.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::{EvaluateError, STACK_BYTES};

/// For one rule and one account: longer than any sane policy takes, and short enough to wait for. An evaluation that takes
/// longer ends the program with [`EvaluateError::TooLong`].
pub(super) const EVALUATION_LIMIT: Duration = Duration::from_secs(5);

/// For parsing, analysing and preparing all policies, which takes longer the more of them there are.
pub(super) const READING_LIMIT: Duration = Duration::from_secs(30);

/// The time beyond a limit in which the engine's own timer can still end the evaluation: its error names the place.
const TIMER_GRACE: Duration = Duration::from_secs(1);

/// The growth of the program that is allowed while one rule is evaluated. Beyond it, the program ends with
/// [`EvaluateError::TooLarge`].
const MAX_GROWTH_BYTES: usize = 1 << 30;

/// No rule of a sane policy takes so long. The memory of a faster evaluation is not looked at.
const SLOW_AFTER: Duration = Duration::from_millis(50);

/// Between two looks at the evaluations: short against every limit, and too rare to cost anything.
const CHECK_INTERVAL: Duration = Duration::from_millis(10);

/// Pieces of work that a thread takes at once: few enough for even shares, and enough to be worth a message.
const CHUNK_PIECES: usize = 32;

const _: () = {
    // The memory of an evaluation is looked at long before its time is over.
    assert!(CHECK_INTERVAL.as_millis() < SLOW_AFTER.as_millis());
    assert!(SLOW_AFTER.as_millis() < EVALUATION_LIMIT.as_millis());
    assert!(EVALUATION_LIMIT.as_millis() < READING_LIMIT.as_millis());
};

/// Limits the evaluations of one thread: that thread sets them, and the waiting thread checks them. The lock is held
/// only to set or to check one, and never together with another lock.
#[derive(Clone, Default)]
pub(super) struct Watchdog {
    present: Arc<Mutex<Option<WatchedEvaluation>>>,
}

struct WatchedEvaluation {
    since: Instant,
    limit: Duration,
    what: String,
    /// The program's size in bytes when the evaluation was first found slow.
    size: Option<usize>,
}

impl Watchdog {
    /// Evaluates `what` under watch.
    pub(super) fn watch<T>(&self, what: impl Fn() -> String, evaluate: impl FnOnce() -> T) -> T {
        self.watch_within(what(), EVALUATION_LIMIT, evaluate)
    }

    /// Parses, analyses or prepares policies under watch.
    pub(super) fn watch_reading<T>(&self, read: impl FnOnce() -> T) -> T {
        self.watch_reading_within(READING_LIMIT, read)
    }

    pub(super) fn watch_reading_within<T>(&self, limit: Duration, read: impl FnOnce() -> T) -> T {
        self.watch_within("the reading of the policies".to_owned(), limit, read)
    }

    fn watch_within<T>(&self, what: String, limit: Duration, work: impl FnOnce() -> T) -> T {
        self.set(Some(WatchedEvaluation { since: Instant::now(), limit, what, size: None }));
        let result = work();
        self.set(None);
        result
    }

    fn set(&self, evaluation: Option<WatchedEvaluation>) {
        *self.present.lock().unwrap_or_else(PoisonError::into_inner) = evaluation;
    }

    fn check(&self) -> Result<(), EvaluateError> {
        let mut present = self.present.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(evaluation) = present.as_mut().filter(|present| present.since.elapsed() >= SLOW_AFTER)
        else {
            return Ok(());
        };
        if evaluation.since.elapsed() > evaluation.limit.saturating_add(TIMER_GRACE) {
            return Err(EvaluateError::TooLong {
                what: evaluation.what.clone(),
                seconds: evaluation.limit.as_secs(),
            });
        }
        // A system that does not say how large the program is leaves the limit of time alone.
        let Some(memory) = memory_stats::memory_stats() else { return Ok(()) };
        let before = *evaluation.size.get_or_insert(memory.physical_mem);
        if memory.physical_mem.saturating_sub(before) > MAX_GROWTH_BYTES {
            return Err(EvaluateError::TooLarge {
                what: evaluation.what.clone(),
                mebibytes: MAX_GROWTH_BYTES >> 20,
            });
        }
        Ok(())
    }
}

/// Does one piece of work.
pub(super) fn run_one<T: Send + 'static>(
    work: impl FnOnce(&Watchdog) -> Result<T, EvaluateError> + Send + 'static,
) -> Result<T, EvaluateError> {
    let mut work = Some(work);
    let mut done = run_all(
        1,
        vec![move |_, watchdog: &Watchdog| match work.take() {
            Some(work) => work(watchdog),
            None => Err(EvaluateError::BrokeOff),
        }],
    )?;
    done.pop().ok_or(EvaluateError::BrokeOff)
}

/// Does the pieces of work from 0 to `count`, which the `workers` share. The results are in the order of the pieces. If
/// several pieces fail, the error is that of the first one, however the threads were scheduled.
pub(super) fn run_all<T, W>(count: usize, workers: Vec<W>) -> Result<Vec<T>, EvaluateError>
where
    T: Send + 'static,
    W: FnMut(usize, &Watchdog) -> Result<T, EvaluateError> + Send + 'static,
{
    let watchdogs: Vec<Watchdog> = workers.iter().map(|_| Watchdog::default()).collect();
    let pieces = Arc::new(Pieces { count, next: AtomicUsize::new(0), has_failed: AtomicBool::new(false) });
    let (sender, receiver) = mpsc::channel();
    let mut threads = Vec::new();
    for (worker, watchdog) in workers.into_iter().zip(&watchdogs) {
        threads.push(start(worker, watchdog.clone(), Arc::clone(&pieces), sender.clone())?);
    }
    drop(sender);
    // One for each CHUNK_PIECES pieces of work, and so no more than there are accounts.
    let mut chunks = Vec::new();
    loop {
        match receiver.recv_timeout(CHECK_INTERVAL) {
            Ok(chunk) => chunks.push(chunk),
            Err(RecvTimeoutError::Timeout) => watchdogs.iter().try_for_each(Watchdog::check)?,
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    for thread in threads {
        thread.join().map_err(|_| EvaluateError::BrokeOff)?;
    }
    chunks.sort_by_key(|(start, _)| *start);
    let mut results = Vec::with_capacity(count);
    for (_, chunk) in chunks {
        results.extend(chunk?);
    }
    Ok(results)
}

/// The pieces of work that are left.
///
/// All accesses are relaxed. `next` only hands out distinct numbers, and `has_failed` only saves work: a thread that sees
/// it late does pieces that nobody needs. The results themselves go through the channel, which orders them.
struct Pieces {
    count: usize,
    /// The first piece that no thread has taken. It exceeds `count` by at most one chunk for each thread.
    next: AtomicUsize,
    has_failed: AtomicBool,
}

type Chunk<T> = (usize, Result<Vec<T>, EvaluateError>);

fn start<T, W>(
    mut worker: W,
    watchdog: Watchdog,
    pieces: Arc<Pieces>,
    sender: Sender<Chunk<T>>,
) -> Result<JoinHandle<()>, EvaluateError>
where
    T: Send + 'static,
    W: FnMut(usize, &Watchdog) -> Result<T, EvaluateError> + Send + 'static,
{
    let work = move || {
        while !pieces.has_failed.load(Ordering::Relaxed) {
            let start = pieces.next.fetch_add(CHUNK_PIECES, Ordering::Relaxed);
            if start >= pieces.count {
                break;
            }
            let end = pieces.count.min(start + CHUNK_PIECES);
            let results: Result<Vec<T>, EvaluateError> =
                (start..end).map(|piece| worker(piece, &watchdog)).collect();
            if results.is_err() {
                pieces.has_failed.store(true, Ordering::Relaxed);
            }
            // Nobody listens if the waiting thread gave up.
            drop(sender.send((start, results)));
        }
    };
    thread::Builder::new()
        .stack_size(STACK_BYTES)
        .spawn(work)
        .map_err(|error| EvaluateError::NoThread { what: error.to_string() })
}
