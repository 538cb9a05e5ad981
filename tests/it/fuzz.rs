//! The properties that the fuzzers check for any bytes, each a function of bytes, and their replay: with the inputs in
//! `fuzz/regressions`, of which each once revealed a fault, and with the corpora in `fuzz/corpora`.
//!
//! `fuzz` has this module in its library (`lib.rs`), so a fuzzer and its replay are the same code. Bytes are the seeds from
//! which the strategies of the other tests make tenants, names and damage.

mod archives;
mod audit;
mod inside;
mod policy;
mod quoting;
mod read;
mod redact;
mod sarif;
mod waivers;

use std::slice;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

type Target = (&'static str, fn(&[u8]));

/// The property of each fuzzer, by its name.
const TARGETS: [Target; 8] = [
    ("archives", archives::hold),
    ("audit", audit::hold),
    ("policy", policy::hold),
    ("quoting", quoting::hold),
    ("read", read::hold),
    ("redact", redact::hold),
    ("sarif", sarif::hold),
    ("waivers", waivers::hold),
];

/// Runs a fuzzer on the bytes, and panics if a property does not hold.
pub(crate) fn hold(fuzzer: &str, bytes: &[u8]) {
    let (_, hold) = TARGETS.iter().find(|(name, _)| *name == fuzzer).expect("a fuzzer of that name");
    hold(bytes);
}

/// Bytes of which every eight decide one part of the generated value, so that changing some of them leaves the other
/// parts unchanged. (Proptest itself can draw from bytes, but halves the rest at each `prop_oneof!`, and soon has none
/// left.)
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

    /// Draws one value for each part that is left, at most `most` values.
    fn draw_rest<T>(&mut self, most: usize, strategy: &impl Strategy<Value = T>) -> Vec<T> {
        let count = self.0.len().min(most);
        (0..count).map(|_| self.draw(strategy)).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};
    use std::io::Read;
    use std::path::PathBuf;

    use super::{TARGETS, hold};
    use crate::support::{is_thorough, root};

    /// An input, with a name that shows its origin.
    type Input = (String, Vec<u8>);

    fn archive(target: &str) -> tar::Archive<impl Read> {
        let path = root().join("fuzz/corpora").join(format!("{target}.tar.zst"));
        let file = File::open(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        tar::Archive::new(zstd::Decoder::new(file).expect("a zstd decoder"))
    }

    /// The target's corpus, unpacked in memory.
    fn corpus(target: &str) -> Vec<Input> {
        let mut archive = archive(target);
        let entries = archive.entries().expect("an archive");
        let input = |entry: Result<tar::Entry<'_, _>, std::io::Error>| {
            let mut entry = entry.expect("an entry");
            let name = format!("{target}: {}", entry.path().expect("a name").display());
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).expect("an input");
            (name, bytes)
        };
        entries.map(input).collect()
    }

    fn files(folder: &str) -> Vec<PathBuf> {
        let folder = root().join("fuzz").join(folder);
        let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
        let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
        files.sort();
        files
    }

    fn regressions(target: &str) -> Vec<Input> {
        let input = |path: PathBuf| (path.display().to_string(), fs::read(&path).expect("an input"));
        files(&format!("regressions/{target}")).into_iter().map(input).collect()
    }

    #[test]
    fn every_fuzzer_is_known_and_holds_for_its_corpus() {
        for (target, _) in TARGETS {
            let corpus = corpus(target);
            assert!(corpus.len() > 100, "the corpus of {target} has only {} inputs", corpus.len());
            let step = if is_thorough() { 1 } else { 10 };
            let inputs: Vec<Input> =
                regressions(target).into_iter().chain(corpus.into_iter().step_by(step)).collect();
            let jobs = std::thread::available_parallelism().map_or(1, usize::from);
            rotaudit::threads::map(jobs, inputs, |(name, bytes)| {
                eprintln!("{name}");
                hold(target, &bytes);
            });
            hold(target, &[]);
        }
        let names = |folder| -> Vec<String> {
            let stem = |file: &PathBuf| file.file_name().expect("a name").to_string_lossy().into_owned();
            files(folder).iter().map(stem).collect()
        };
        assert_eq!(names("fuzz_targets"), TARGETS.map(|(name, _)| format!("{name}.rs")));
        assert_eq!(names("corpora"), TARGETS.map(|(name, _)| format!("{name}.tar.zst")));
        for folder in names("regressions") {
            assert!(TARGETS.iter().any(|(name, _)| *name == folder), "fuzz/regressions/{folder}: no fuzzer");
            assert!(!regressions(&folder).is_empty(), "fuzz/regressions/{folder} is empty");
        }
    }

    /// Otherwise, packing the same corpus again would make a different archive.
    #[test]
    fn the_archive_of_a_corpus_has_sorted_names_and_no_times_or_owners() {
        for (target, _) in TARGETS {
            let mut archive = archive(target);
            let mut last = PathBuf::new();
            for entry in archive.entries().expect("an archive") {
                let entry = entry.expect("an entry");
                let name = entry.path().expect("a name").into_owned();
                assert!(last < name, "{target}: {} is after {}", name.display(), last.display());
                let header = entry.header();
                let numbers = [header.mtime(), header.uid(), header.gid(), header.mode().map(u64::from)];
                let numbers = numbers.map(|number| number.expect("a number"));
                assert_eq!(numbers, [0, 0, 0, 0o644], "{target}: {}", name.display());
                last = name;
            }
        }
    }
}
