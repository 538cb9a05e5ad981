//! The search for keys in everything that a script wrote or printed, in each form that a shell might give them.

use std::collections::HashSet;

/// Fewer consecutive characters than this of a key reveal nothing.
const FRAGMENT: usize = 12;

/// Whether a text contains a fragment of a key: as characters, in UTF-16, or as numbers of its bytes, decimal or
/// hexadecimal, with anything between them that is not a digit.
pub(crate) fn has_key(text: &[u8], keys: &[String]) -> bool {
    let fragments = |form: fn(u8) -> Vec<u16>| -> HashSet<Vec<u16>> {
        let windows = keys.iter().flat_map(|key| key.as_bytes().windows(FRAGMENT));
        windows.map(|window| window.iter().flat_map(|byte| form(*byte)).collect()).collect()
    };
    let has = |units: &[u16], fragments: &HashSet<Vec<u16>>| {
        let length = fragments.iter().next().map_or(1, Vec::len);
        units.windows(length).any(|window| fragments.contains(window))
    };
    let characters = fragments(|byte| vec![u16::from(byte)]);
    let utf16 = fragments(|byte| vec![u16::from(byte), 0]);
    let hexadecimal = fragments(|byte| format!("{byte:02x}").bytes().map(u16::from).collect());
    let units: Vec<u16> = text.iter().copied().map(u16::from).collect();
    has(&units, &characters)
        || has(&units, &utf16)
        || has(&decimal_numbers(text), &characters)
        || has(&hexadecimal_digits(text), &hexadecimal)
}

fn decimal_numbers(text: &[u8]) -> Vec<u16> {
    let numbers = text.split(|byte| !byte.is_ascii_digit()).filter(|digits| !digits.is_empty());
    // A number that is too large is not a byte.
    numbers
        .map(|digits| str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok()).unwrap_or(u16::MAX))
        .collect()
}

/// The digits in lower case, without those of the prefix `0x`.
fn hexadecimal_digits(text: &[u8]) -> Vec<u16> {
    let lower = text.to_ascii_lowercase();
    let is_prefix = |index: usize| lower[index] == b'0' && lower.get(index + 1) == Some(&b'x');
    let digits = (0..lower.len()).filter(|index| lower[*index].is_ascii_hexdigit() && !is_prefix(*index));
    digits.map(|index| u16::from(lower[index])).collect()
}

#[test]
fn a_key_is_found_in_every_form() {
    let key = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    let keys = [key.to_owned()];
    let joined = |form: fn(&u8) -> String, separator: &str| {
        key.as_bytes()[5..17].iter().map(form).collect::<Vec<_>>().join(separator)
    };
    for text in [
        format!("$x = '{}'", &key[3..15]),
        format!("$x = '{} …'", joined(u8::to_string, " ")),
        joined(|byte| format!("{byte:02X}"), "-"),
        joined(|byte| format!("0x{byte:02x}"), ", "),
        joined(|byte| format!("{byte:02x}"), ""),
    ] {
        assert!(has_key(text.as_bytes(), &keys), "{text}");
    }
    let utf16: Vec<u8> = key[20..32].encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(has_key(&utf16, &keys));
    assert!(!has_key(&key.as_bytes()[..11], &keys));
}
