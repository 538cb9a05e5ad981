//! Every instruction set finds the same tokens.

use fearless_simd::Level;
use proptest::prelude::*;

use super::Tokens;

fn found_at(level: Level, text: &str) -> Option<Tokens> {
    let mut tokens = Tokens::default();
    tokens.find_at(level, text.as_bytes()).ok().map(|()| tokens)
}

fn part() -> impl Strategy<Value = String> {
    prop_oneof![
        30 => "[\"{}\\[\\]:, a-z0-9é/-]{0,9}",
        10 => "\\\\{0,3}\\\\[\"\\\\/bfnrt]",
        5 => "\\\\u00e9",
        1 => "[\\x01\\x1f\\t\\r\\n]",
        1 => "\\\\[ax]",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn every_instruction_set_finds_the_same_tokens(parts in proptest::collection::vec(part(), 0..40)) {
        let text = parts.concat();
        prop_assert_eq!(found_at(Level::new(), &text), found_at(Level::baseline(), &text));
    }
}
