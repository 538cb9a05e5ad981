use proptest::prelude::*;

use super::*;
use crate::redact::found::remember;
use crate::redact::text;

const NEWER: &str = "9hQ3Zx7LkVb2Nn5RtYw8Uj4Mc6Pd1Fs0GaEoIiHpTqXvBzCyWrSlJQQJ99CIACYeBjFXJ3w3AAABACOGabcd";
const OLDER: &str = "4f1d2c3b5a69788796a5b4c3d2e1f00f";

fn passed(text: &[u8], write: usize) -> Vec<u8> {
    let mut out = Vec::new();
    let mut door = Door::new(&mut out, Notation::Plain);
    text.chunks(write).for_each(|chunk| door.write_all(chunk).expect("a write"));
    door.flush().expect("a flush");
    out
}

/// No 12 consecutive characters of a key leave, and nothing else is changed.
fn assert_removed(before: &str, key: &str, after: &str, write: usize) {
    let text = format!("{before}{key}{after}");
    let expected = format!("{before}{}{after}", "*".repeat(key.len()));
    let passed = passed(text.as_bytes(), write);
    assert!(passed == expected.as_bytes(), "{}", String::from_utf8_lossy(&passed));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn a_key_is_removed_however_the_text_is_written(
        before in 0..200_000_usize,
        after in 0..5_000_usize,
        write in prop::sample::select(vec![1, 7, 500, 4096, 70_000, 300_000]),
        is_older in any::<bool>(),
    ) {
        remember(OLDER.as_bytes());
        let key = if is_older { OLDER } else { NEWER };
        assert_removed(&".".repeat(before), key, &" ".repeat(after), write);
    }
}

#[test]
fn a_remembered_key_is_removed_without_its_name() {
    remember(OLDER.as_bytes());
    assert_removed("id: ", OLDER, "", 1000);
    assert_eq!(text(&format!("x{OLDER}y")), format!("x{}y", "*".repeat(OLDER.len())));
}

#[test]
fn a_remembered_key_is_removed_in_capitals() {
    const KEY: &str = "7c19e0b24d83f65a9b0c7d1e2f3a4b58";
    remember(KEY.to_uppercase().as_bytes());
    assert_removed("id: ", KEY, "", 1000);
}

#[test]
fn an_escape_in_front_of_a_remembered_key_stays() {
    const KEY: &str = "0b7e2c91d4a85f3366e0c1b9a7d2f584";
    remember(KEY.as_bytes());
    let (first, rest) = KEY.split_at(1);
    assert_removed(&format!(r"\u000{first}"), rest, "", 1000);
}

/// Anyone can write text next to a mark into an export: that must not remove the same text elsewhere.
#[test]
fn text_that_looks_like_a_part_of_a_key_is_removed_only_there() {
    assert_eq!(text("CognitiveServicesJQQJ99CI"), "*".repeat(25));
    assert_eq!(
        text("AccountKey=Microsoft-CognitiveServices-accounts-of-production"),
        format!("AccountKey={}", "*".repeat(50))
    );
    let command = "az resource show --ids /providers/Microsoft.CognitiveServices/accounts/x";
    assert_eq!(passed(command.as_bytes(), 7), command.as_bytes());
    assert_eq!(text(command), command);
}

/// A key of zeros belongs to nobody, and every id of zeros contains it.
#[test]
fn a_key_of_few_different_characters_is_not_remembered() {
    remember(b"00000000000000000000000000000000");
    let id = "00000000-0000-0000-0000-000000000000";
    assert_eq!(passed(id.as_bytes(), 5), id.as_bytes());
}

/// The result is the same wherever the text is cut.
#[test]
fn text_is_spelled_out_however_it_is_written() {
    let (hostile, expected) =
        ("é##vso[x]\r\n ::error::\u{202e}\n", "é\\u{23}#vso[x]\r\n \\u{3a}:error::\\u{202e}\n");
    for write in [1, 7, 70_000] {
        let passed = passed(hostile.repeat(10_000).as_bytes(), write);
        assert!(passed == expected.repeat(10_000).as_bytes(), "written in pieces of {write}");
    }
}
