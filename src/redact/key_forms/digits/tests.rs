use fearless_simd::Level;
use proptest::prelude::*;

use super::{FOUND, runs_at};

proptest! {
    #[test]
    fn runs_of_digits_are_told_wherever_they_begin(
        parts in proptest::collection::vec("[0-9A-Fa-f]{0,40}[/:@G`gxé\"]{0,9}", 0..20)
    ) {
        let text = parts.concat();
        let sixteens = text.as_bytes().chunks_exact(FOUND).enumerate();
        let digits = sixteens.filter(|(_, bytes)| bytes.iter().all(u8::is_ascii_hexdigit));
        let places: Vec<usize> = digits.map(|(place, _)| place).collect();
        for level in [Level::new(), Level::baseline()] {
            prop_assert_eq!(&runs_at(level, text.as_bytes()), &places);
        }
    }
}
