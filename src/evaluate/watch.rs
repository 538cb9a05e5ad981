//! Evaluates policies on separate threads, and abandons an evaluation that takes too long or too much memory.
//!
//! The engine's timer ends loops, but not a builtin that runs for seconds, and nothing in the engine counts memory. So
//! the thread that waits evaluates nothing: it abandons the thread of such an evaluation, which ends later or never, and
//! another thread then guards the memory of the program. `tests/it/hostile.rs` checks the limits.

use std::io::Write as _;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use std::{fmt, mem, process};

use super::{EvaluateError, STACK_BYTES};

/// The limit for one rule and one account: longer than any sane policy takes, and short enough to wait for. Beyond it,
/// the evaluation fails with [`EvaluateError::TooLong`].
pub(super) const EVALUATION_LIMIT: Duration = Duration::from_secs(5);

/// The limit for parsing, analysing and preparing all policies, which takes longer the more of them there are.
pub(super) const READING_LIMIT: Duration = Duration::from_secs(30);

/// The time beyond a limit in which the engine's own timer can still end the evaluation: its error names the place.
const TIMER_GRACE: Duration = Duration::from_secs(1);

/// The growth of the program that is allowed while one rule is evaluated. Beyond it, the evaluation fails with
/// [`EvaluateError::TooLarge`].
const MAX_GROWTH_BYTES: usize = 1 << 30;

/// The growth of the program that is allowed while an abandoned evaluation still runs: enough to write a report at the
/// same time. Beyond it, the program aborts.
const MAX_ABANDONED_GROWTH_BYTES: usize = 3 << 30;

/// No rule of a sane policy takes this long. The memory of a faster evaluation is not checked.
const SLOW_AFTER: Duration = Duration::from_millis(50);

/// The time between two checks of the evaluations: short compared with every limit, and too long to cost anything.
const CHECK_INTERVAL: Duration = Duration::from_millis(10);

/// Pieces of work that a thread takes at once: few enough for even shares, and enough to be worth a message.
const CHUNK_PIECES: usize = 32;

const _: () = {
    // The memory of an evaluation is checked long before its time is over.
    assert!(CHECK_INTERVAL.as_millis() < SLOW_AFTER.as_millis());
    assert!(SLOW_AFTER.as_millis() < EVALUATION_LIMIT.as_millis());
    assert!(EVALUATION_LIMIT.as_millis() < READING_LIMIT.as_millis());
    assert!(MAX_GROWTH_BYTES < MAX_ABANDONED_GROWTH_BYTES);
};

/// The work that a limit applies to.
#[derive(Clone, Debug)]
pub enum Watched {
    Rule(WatchedRule),
    /// The work in words.
    Other(String),
}

/// The evaluation of a control's rule for one account or another subject.
#[derive(Clone, Debug)]
pub struct WatchedRule {
    pub control: String,
    pub rule: &'static str,
    pub subject: String,
}

impl fmt::Display for Watched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Watched::Rule(rule) => write!(f, "the evaluation of {} for {}", rule.control, rule.subject),
            Watched::Other(what) => f.write_str(what),
        }
    }
}

/// Limits the evaluations of one thread: that thread sets them, and the waiting thread checks them. The lock is held
/// only to set or to check one, and never together with another lock.
#[derive(Clone, Default)]
pub(super) struct Watchdog {
    present: Arc<Mutex<Option<WatchedEvaluation>>>,
    /// The piece of work that the thread does. Relaxed, since only the thread changes it, and the lock orders it before
    /// each evaluation of the piece.
    piece: Arc<AtomicUsize>,
    /// Nobody needs the results of the thread. Relaxed, since it only saves work.
    is_abandoned: Arc<AtomicBool>,
}

struct WatchedEvaluation {
    since: Instant,
    limit: Duration,
    what: Watched,
    /// The program's size in bytes when the evaluation was first found slow.
    size: Option<usize>,
}

/// An evaluation that exceeded a limit.
struct ExceededLimit {
    error: EvaluateError,
    /// The size of the program, as in [`WatchedEvaluation`].
    size: Option<usize>,
}

impl Watchdog {
    /// Evaluates `what` under watch.
    pub(super) fn watch<T>(&self, what: Watched, evaluate: impl FnOnce() -> T) -> T {
        self.watch_within(what, EVALUATION_LIMIT, evaluate)
    }

    /// Parses, analyses or prepares policies under watch.
    pub(super) fn watch_reading<T>(&self, read: impl FnOnce() -> T) -> T {
        self.watch_reading_within(READING_LIMIT, read)
    }

    pub(super) fn watch_reading_within<T>(&self, limit: Duration, read: impl FnOnce() -> T) -> T {
        self.watch_within(Watched::Other("the reading of the policies".to_owned()), limit, read)
    }

    fn watch_within<T>(&self, what: Watched, limit: Duration, work: impl FnOnce() -> T) -> T {
        self.set(Some(WatchedEvaluation { since: Instant::now(), limit, what, size: None }));
        let result = work();
        self.set(None);
        result
    }

    fn set(&self, evaluation: Option<WatchedEvaluation>) {
        *self.present.lock().unwrap_or_else(PoisonError::into_inner) = evaluation;
    }

    /// Returns the limit that the present evaluation exceeds.
    fn check(&self) -> Option<ExceededLimit> {
        let mut present = self.present.lock().unwrap_or_else(PoisonError::into_inner);
        let evaluation = present.as_mut().filter(|present| present.since.elapsed() >= SLOW_AFTER)?;
        let what = || evaluation.what.clone();
        if evaluation.since.elapsed() > evaluation.limit.saturating_add(TIMER_GRACE) {
            let error = EvaluateError::TooLong { what: what(), seconds: evaluation.limit.as_secs() };
            return Some(ExceededLimit { error, size: evaluation.size });
        }
        // If the system does not report the size of the program, only the time limit applies.
        let size = program_size()?;
        if size.saturating_sub(evaluation.size.unwrap_or(size)) > MAX_GROWTH_BYTES {
            let error = EvaluateError::TooLarge { what: what(), mebibytes: MAX_GROWTH_BYTES >> 20 };
            return Some(ExceededLimit { error, size: evaluation.size });
        }
        evaluation.size.get_or_insert(size);
        None
    }
}

/// The size of the program in bytes.
fn program_size() -> Option<usize> {
    memory_stats::memory_stats().map(|memory| memory.physical_mem)
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
/// several pieces fail, the error is that of the first one, however the threads were scheduled: the pieces before one that
/// fails are always done, or fail as well.
///
/// The memory of the program cannot be counted by thread. So if two evaluations are slow at the same time, the memory
/// of one can count toward the limit of the other.
pub(super) fn run_all<T, W>(count: usize, workers: Vec<W>) -> Result<Vec<T>, EvaluateError>
where
    T: Send + 'static,
    W: FnMut(usize, &Watchdog) -> Result<T, EvaluateError> + Send + 'static,
{
    let pieces = Arc::new(Pieces { count, next: AtomicUsize::new(0), has_failed: AtomicBool::new(false) });
    let (sender, receiver) = mpsc::channel();
    let mut threads = Vec::new();
    for worker in workers {
        let watchdog = Watchdog::default();
        let thread = start(worker, watchdog.clone(), Arc::clone(&pieces), sender.clone())?;
        threads.push((thread, watchdog));
    }
    drop(sender);
    // At most one for each CHUNK_PIECES pieces of work, and one for each thread.
    let mut chunks: Vec<Chunk<T>> = Vec::new();
    let mut checked = Instant::now();
    loop {
        match receiver.recv_timeout(CHECK_INTERVAL) {
            Ok(chunk) => chunks.push(chunk),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        // Other threads can send so often that there is never a timeout.
        if checked.elapsed() < CHECK_INTERVAL {
            continue;
        }
        checked = Instant::now();
        for (thread, watchdog) in mem::take(&mut threads) {
            let Some(exceeded) = watchdog.check() else {
                threads.push((thread, watchdog));
                continue;
            };
            watchdog.is_abandoned.store(true, Ordering::Relaxed);
            pieces.has_failed.store(true, Ordering::Relaxed);
            chunks.push((watchdog.piece.load(Ordering::Relaxed), Err(exceeded.error)));
            guard(thread, exceeded.size, MAX_ABANDONED_GROWTH_BYTES, abort)?;
        }
        // Abandoned threads keep the channel open.
        if threads.iter().all(|(thread, _)| thread.is_finished()) {
            chunks.extend(receiver.try_iter());
            break;
        }
    }
    for (thread, _) in threads {
        thread.join().map_err(|_| EvaluateError::BrokeOff)?;
    }
    chunks.sort_by_key(|(start, _)| *start);
    let mut results = Vec::with_capacity(count);
    for (_, chunk) in chunks {
        results.extend(chunk?);
    }
    Ok(results)
}

/// Watches the program until the abandoned thread ends, and calls `end` if the program grows by more than `max_growth`
/// bytes beyond `size`.
fn guard(
    abandoned: JoinHandle<()>,
    size: Option<usize>,
    max_growth: usize,
    end: impl FnOnce() + Send + 'static,
) -> Result<JoinHandle<()>, EvaluateError> {
    let size = size.or_else(program_size);
    let is_too_large = move || {
        let growth = program_size().zip(size).map(|(now, before)| now.saturating_sub(before));
        growth.is_some_and(|growth| growth > max_growth)
    };
    let watch = move || {
        while !abandoned.is_finished() {
            if is_too_large() {
                end();
                break;
            }
            thread::sleep(CHECK_INTERVAL);
        }
    };
    spawn(thread::Builder::new(), watch)
}

/// Ends the program at once, like the standard library if memory runs out.
fn abort() {
    let mebibytes = MAX_ABANDONED_GROWTH_BYTES >> 20;
    let message = format!(
        "an evaluation that exceeded its limit took more than {mebibytes} MiB of memory; the audit stopped"
    );
    // The program ends, even if the reason cannot be written.
    drop(writeln!(std::io::stderr(), "{message}"));
    process::abort();
}

/// Starts a thread that handles no signal that ends the program: the program must be able to defer these while it writes a
/// report, and an abandoned thread can still run then.
fn spawn(
    builder: thread::Builder,
    work: impl FnOnce() + Send + 'static,
) -> Result<JoinHandle<()>, EvaluateError> {
    let work = move || {
        #[cfg(unix)]
        block_signals();
        work();
    };
    builder.spawn(work).map_err(|error| EvaluateError::NoThread { what: error.to_string() })
}

#[cfg(unix)]
fn block_signals() {
    use nix::sys::signal::{SigSet, Signal};

    let ending = [Signal::SIGHUP, Signal::SIGINT, Signal::SIGQUIT, Signal::SIGTERM];
    // This cannot fail, since these signals exist.
    let _ = ending.into_iter().collect::<SigSet>().thread_block();
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
            let do_piece = |piece| {
                // Nobody needs the result: the piece already failed.
                if watchdog.is_abandoned.load(Ordering::Relaxed) {
                    return Err(EvaluateError::BrokeOff);
                }
                watchdog.piece.store(piece, Ordering::Relaxed);
                worker(piece, &watchdog)
            };
            let results: Result<Vec<T>, EvaluateError> = (start..end).map(do_piece).collect();
            if watchdog.is_abandoned.load(Ordering::Relaxed) {
                break;
            }
            if results.is_err() {
                pieces.has_failed.store(true, Ordering::Relaxed);
            }
            // Nobody listens if the waiting thread gave up.
            drop(sender.send((start, results)));
        }
    };
    spawn(thread::Builder::new().stack_size(STACK_BYTES), work)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEBIBYTE: usize = 1 << 20;

    /// Guards a thread that takes 64 MiB, and returns whether the program would end.
    fn ends(max_growth: usize) -> bool {
        let (release, released) = mpsc::channel::<()>();
        let size = program_size();
        let work = move || {
            let taken = std::hint::black_box(vec![1_u8; 64 * MEBIBYTE]);
            released.recv().expect_err("the sender is dropped");
            drop(taken);
        };
        let (ending, ended) = mpsc::channel();
        let end = move || ending.send(()).expect("a receiver");
        let guard = guard(thread::spawn(work), size, max_growth, end).expect("a thread");
        if max_growth < MEBIBYTE * 64 {
            // It ends although the thread still runs.
            guard.join().expect("the guard ends");
            drop(release);
        } else {
            drop(release);
            guard.join().expect("the guard ends with the thread");
        }
        ended.try_recv().is_ok()
    }

    #[test]
    fn an_abandoned_thread_that_takes_too_much_memory_ends_the_program() {
        assert!(ends(16 * MEBIBYTE));
        assert!(!ends(usize::MAX));
    }
}
