use proptest::prelude::*;

use super::{TOLD, runs};

proptest! {
    #[test]
    fn runs_of_digits_are_told_wherever_they_begin(
        parts in proptest::collection::vec("[0-9A-Fa-f]{0,40}[/:@G`gxé\"]{0,9}", 0..20)
    ) {
        let text = parts.concat();
        let sixteens = text.as_bytes().chunks_exact(TOLD).enumerate();
        let digits = sixteens.filter(|(_, bytes)| bytes.iter().all(u8::is_ascii_hexdigit));
        prop_assert_eq!(runs(text.as_bytes()), digits.map(|(place, _)| place).collect::<Vec<_>>());
    }
}
