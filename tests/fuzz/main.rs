//! What holds whatever the bytes of an input are: what the fuzzers try, each a function of bytes, and how they do with
//! the corpora that fuzzing left in `fuzz/corpus`.
//!
//! `fuzz` has this file for its library, so a fuzzer and its replay are the same code. Bytes become tenants, names and
//! damage by the strategies of the other tests, which draw from them instead of from chance.

pub mod audit;
mod inside;
pub mod policy;
pub mod quoting;
pub mod read;
pub mod sarif;
pub mod waivers;

#[path = "../formats/answer.rs"]
#[expect(dead_code, reason = "each test program uses a part of it")]
mod answer;
#[path = "../support/damage.rs"]
mod damages;
#[path = "../sarif/exports.rs"]
#[expect(dead_code, reason = "each test program uses a part of it")]
mod exports;
#[path = "../formats/files.rs"]
mod files;
#[path = "../formats/inventories.rs"]
#[expect(dead_code, reason = "each test program uses a part of it")]
mod inventories;
#[path = "../sarif/log.rs"]
mod log;
#[path = "../formats/logs.rs"]
mod logs;
#[path = "../formats/packing.rs"]
mod packing;
#[path = "../sarif/rules.rs"]
mod rules;
#[path = "../support/shells.rs"]
mod shells;
#[path = "../support/mod.rs"]
mod support;
#[path = "../sarif/table.rs"]
#[expect(dead_code, reason = "that rules notice what breaks them is what tests/sarif is about")]
mod table;
#[path = "../formats/tenant.rs"]
mod tenant;
#[path = "../sarif/text.rs"]
mod text;

#[cfg(test)]
mod corpus;

use std::sync::LazyLock;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// What each fuzzer tries, by its name.
pub const TARGETS: [(&str, fn(&[u8])); 6] = [
    ("audit", audit::hold),
    ("policy", policy::hold),
    ("quoting", quoting::hold),
    ("read", read::hold),
    ("sarif", sarif::hold),
    ("waivers", waivers::hold),
];

/// What follows the bytes, where a strategy draws more: of zeros, it would wait for another number for ever.
static MORE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    (1..=1_u32 << 16).map(|number| number.wrapping_mul(0x9E37_79B1).to_be_bytes()[0]).collect()
});

/// What a strategy draws from the bytes. Nothing where it gives up.
fn drawn<T>(strategy: &impl Strategy<Value = T>, bytes: &[u8]) -> Option<T> {
    let config = Config { failure_persistence: None, ..Config::default() };
    let source = TestRng::from_seed(RngAlgorithm::PassThrough, &[bytes, &MORE].concat());
    let mut runner = TestRunner::new_with_rng(config, source);
    Some(strategy.new_tree(&mut runner).ok()?.current())
}
