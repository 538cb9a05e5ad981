//! What holds whatever the bytes of an input are: what the fuzzers try, each a function of bytes, and how they do with
//! the corpora that fuzzing left in `fuzz/corpus`.
//!
//! `fuzz` has this module in its library (`lib.rs`), so a fuzzer and its replay are the same code. Bytes become tenants, names and
//! damage by the strategies of the other tests, with them for their seeds.

mod audit;
mod inside;
mod policy;
mod quoting;
mod read;
mod sarif;
mod waivers;

use std::slice;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

type Target = (&'static str, fn(&[u8]));

/// What each fuzzer tries, by its name.
const TARGETS: [Target; 6] = [
    ("audit", audit::hold),
    ("policy", policy::hold),
    ("quoting", quoting::hold),
    ("read", read::hold),
    ("sarif", sarif::hold),
    ("waivers", waivers::hold),
];

/// Tries the bytes with a fuzzer, and panics if a property does not hold.
pub(crate) fn hold(fuzzer: &str, bytes: &[u8]) {
    let (_, hold) = TARGETS.iter().find(|(name, _)| *name == fuzzer).expect("a fuzzer of that name");
    hold(bytes);
}

/// Bytes, of which every eight decide one part of what is made of them: to change some leaves the other parts as they
/// were. (Proptest can draw from bytes themselves, but halves what is left with each `prop_oneof!`, and is soon out.)
struct Parts<'a>(slice::Chunks<'a, u8>);

impl<'a> Parts<'a> {
    fn of(bytes: &'a [u8]) -> Parts<'a> {
        Parts(bytes.chunks(8))
    }

    fn draw<T>(&mut self, strategy: &impl Strategy<Value = T>) -> T {
        let mut seed = [0; 32];
        let part = self.0.next().unwrap_or_default();
        seed[..part.len()].copy_from_slice(part);
        let config = Config { failure_persistence: None, ..Config::default() };
        let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed));
        strategy.new_tree(&mut runner).expect("a strategy without filters").current()
    }

    /// One for each part that is left, up to so many.
    fn draw_rest<T>(&mut self, most: usize, strategy: &impl Strategy<Value = T>) -> Vec<T> {
        let count = self.0.len().min(most);
        (0..count).map(|_| self.draw(strategy)).collect()
    }
}

/// Every input in a target's corpus, by its name.
#[cfg(test)]
fn corpus(target: &str) -> Vec<(String, Vec<u8>)> {
    let entries =
        std::fs::read_dir(crate::support::root().join("fuzz/corpus").join(target)).expect("a corpus");
    let mut inputs: Vec<(String, Vec<u8>)> = entries
        .map(|entry| entry.expect("an entry").path())
        .map(|path| (path.display().to_string(), std::fs::read(&path).expect("an input")))
        .collect();
    inputs.sort();
    inputs
}

#[test]
fn every_fuzzer_is_known_and_holds_for_its_corpus() {
    for (target, _) in TARGETS {
        let inputs = corpus(target);
        assert!(inputs.len() > 1, "{target} has no corpus");
        let jobs = std::thread::available_parallelism().map_or(1, usize::from);
        rotaudit::threads::map(jobs, inputs, |(name, bytes)| {
            eprintln!("{name}");
            hold(target, &bytes);
        });
        hold(target, &[]);
    }
    let mut fuzzers: Vec<String> = std::fs::read_dir(crate::support::root().join("fuzz/fuzz_targets"))
        .expect("the fuzzers")
        .map(|entry| entry.expect("a fuzzer").file_name().to_string_lossy().replace(".rs", ""))
        .collect();
    fuzzers.sort();
    assert_eq!(fuzzers, TARGETS.map(|(name, _)| name));
}
