//! The corpora, without a fuzzer.

use std::fs;

use crate::support::root;
use crate::{TARGETS, hold};

/// Every input in a target's corpus, by its name.
fn corpus(target: &str) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(root().join("fuzz/corpus").join(target)).expect("a corpus");
    let mut inputs: Vec<(String, Vec<u8>)> = entries
        .map(|entry| entry.expect("an entry").path())
        .map(|path| (path.display().to_string(), fs::read(&path).expect("an input")))
        .collect();
    inputs.sort();
    inputs
}

#[test]
fn every_fuzzer_is_known_and_holds_for_its_corpus() {
    for (target, _) in TARGETS {
        let inputs = corpus(target);
        assert!(inputs.len() > 1, "{target} has no corpus");
        for (name, bytes) in inputs {
            eprintln!("{name}");
            hold(target, &bytes);
        }
        hold(target, &[]);
    }
    let mut fuzzers: Vec<String> = fs::read_dir(root().join("fuzz/fuzz_targets"))
        .expect("the fuzzers")
        .map(|entry| entry.expect("a fuzzer").file_name().to_string_lossy().replace(".rs", ""))
        .collect();
    fuzzers.sort();
    assert_eq!(fuzzers, TARGETS.map(|(name, _)| name));
}
