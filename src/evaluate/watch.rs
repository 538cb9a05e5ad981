//! Evaluates on threads of its own, and gives up on what takes too long or too much.
//!
//! The engine's timer ends loops, but no builtin that runs for seconds, and nothing in it counts memory. So nothing is
//! evaluated on the thread that waits: when that gives up, the program ends, whatever the others are still at.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::{EvaluateError, STACK_BYTES};

/// Longer than any sane policy takes for one account, and short enough to wait for.
pub(super) const EVALUATION_LIMIT: Duration = Duration::from_secs(5);

/// Reading policies takes as long as there is to read.
pub(super) const READING_LIMIT: Duration = Duration::from_secs(30);

/// What the engine's own timer has left to give a better account of where the time went.
const TIMER_GRACE: Duration = Duration::from_secs(1);

/// How much the program may grow while one rule is evaluated.
const MAX_GROWTH_BYTES: usize = 1 << 30;

/// No rule of a sane policy takes so long; only then is memory looked at.
const SLOW_AFTER: Duration = Duration::from_millis(50);

const CHECK_INTERVAL: Duration = Duration::from_millis(10);

/// Few enough to share the work out evenly, and enough to be worth a message.
const CHUNK_PIECES: usize = 32;

/// What a thread is evaluating.
#[derive(Clone, Default)]
pub(super) struct Beat {
    present: Arc<Mutex<Option<WatchedEvaluation>>>,
}

#[derive(Clone)]
struct WatchedEvaluation {
    since: Instant,
    limit: Duration,
    what: String,
    /// The program's size when it was first found slow.
    size: Option<usize>,
}

impl Beat {
    /// Evaluates `what` under watch.
    pub(super) fn during<T>(&self, what: impl Fn() -> String, evaluate: impl FnOnce() -> T) -> T {
        self.watched(what(), EVALUATION_LIMIT, evaluate)
    }

    /// Parses, analyses or prepares policies under watch.
    pub(super) fn during_reading<T>(&self, read: impl FnOnce() -> T) -> T {
        self.during_reading_within(READING_LIMIT, read)
    }

    pub(super) fn during_reading_within<T>(&self, limit: Duration, read: impl FnOnce() -> T) -> T {
        self.watched("the reading of the policies".to_owned(), limit, read)
    }

    fn watched<T>(&self, what: String, limit: Duration, work: impl FnOnce() -> T) -> T {
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
pub(super) fn one<T: Send + 'static>(
    work: impl FnOnce(&Beat) -> Result<T, EvaluateError> + Send + 'static,
) -> Result<T, EvaluateError> {
    let mut work = Some(work);
    let mut done = all(
        1,
        vec![move |_, beat: &Beat| match work.take() {
            Some(work) => work(beat),
            None => Err(EvaluateError::BrokeOff),
        }],
    )?;
    done.pop().ok_or(EvaluateError::BrokeOff)
}

/// Does the pieces of work from 0 to `count`, in which the `workers` share; in the order of the pieces, and where
/// several fail, it is the first of them that counts, however the threads were scheduled.
pub(super) fn all<T, W>(count: usize, workers: Vec<W>) -> Result<Vec<T>, EvaluateError>
where
    T: Send + 'static,
    W: FnMut(usize, &Beat) -> Result<T, EvaluateError> + Send + 'static,
{
    let beats: Vec<Beat> = workers.iter().map(|_| Beat::default()).collect();
    let pieces = Arc::new(Pieces { count, next: AtomicUsize::new(0), has_failed: AtomicBool::new(false) });
    let (sender, receiver) = mpsc::channel();
    let mut threads = Vec::new();
    for (worker, beat) in workers.into_iter().zip(&beats) {
        threads.push(start(worker, beat.clone(), Arc::clone(&pieces), sender.clone())?);
    }
    drop(sender);
    let mut chunks = Vec::new();
    loop {
        match receiver.recv_timeout(CHECK_INTERVAL) {
            Ok(chunk) => chunks.push(chunk),
            Err(RecvTimeoutError::Timeout) => beats.iter().try_for_each(Beat::check)?,
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

/// What is still to do.
struct Pieces {
    count: usize,
    next: AtomicUsize,
    has_failed: AtomicBool,
}

type Chunk<T> = (usize, Result<Vec<T>, EvaluateError>);

fn start<T, W>(
    mut worker: W,
    beat: Beat,
    pieces: Arc<Pieces>,
    sender: Sender<Chunk<T>>,
) -> Result<JoinHandle<()>, EvaluateError>
where
    T: Send + 'static,
    W: FnMut(usize, &Beat) -> Result<T, EvaluateError> + Send + 'static,
{
    let work = move || {
        while !pieces.has_failed.load(Ordering::Relaxed) {
            let start = pieces.next.fetch_add(CHUNK_PIECES, Ordering::Relaxed);
            if start >= pieces.count {
                break;
            }
            let end = pieces.count.min(start + CHUNK_PIECES);
            let results: Result<Vec<T>, EvaluateError> =
                (start..end).map(|piece| worker(piece, &beat)).collect();
            if results.is_err() {
                pieces.has_failed.store(true, Ordering::Relaxed);
            }
            // Nobody listens where the waiting thread gave up.
            drop(sender.send((start, results)));
        }
    };
    thread::Builder::new()
        .stack_size(STACK_BYTES)
        .spawn(work)
        .map_err(|error| EvaluateError::NoThread { what: error.to_string() })
}
