use data_encoding::BASE64;

use super::*;

/// A key that never belonged to anyone.
const KEY: &str = "9hQ3Zx7LkVb2Nn5RtYw8Uj4Mc6Pd1Fs0GaEoIiHpTqXvBzCyWrSlJQQJ99CIACYeBjFXJ3w3AAABACOGabcd";

fn found(text: &str) -> Vec<(&str, bool)> {
    let keys = marked_keys(text.as_bytes());
    keys.into_iter().map(|key| (&text[key.range], key.is_complete)).collect()
}

#[test]
fn a_complete_key_is_found_between_any_characters() {
    for (before, after) in [("", ""), ("\"", "\""), ("k=", "&x"), ("é", "é"), ("\\n", "\\n"), ("%22", "%22")]
    {
        assert_eq!(found(&format!("{before}{KEY}{after}")), [(KEY, true)], "{before}");
    }
    let padded = format!("{KEY}0a==");
    assert_eq!(found(&format!("\"{padded}\"")), [(padded.as_str(), true)]);
    assert_eq!(found(&format!("{KEY}{KEY}")), [(KEY, true), (KEY, true)]);
}

#[test]
fn a_key_is_found_if_its_mark_begins_in_the_sign_of_a_token() {
    let key = format!("{}ey{}", &KEY[..50], &KEY[52..]);
    assert_eq!(found(&key), [(key.as_str(), true)]);
}

#[test]
fn a_key_that_was_cut_is_found_from_twelve_secret_characters_on() {
    assert_eq!(found(&KEY[1..]), [(&KEY[1..], false)]);
    assert_eq!(found(&KEY[..83]), [(&KEY[..83], false)]);
    assert_eq!(found(&KEY[..57]), [(&KEY[..57], false)]);
    assert_eq!(found(&KEY[40..60]), [(&KEY[40..60], false)]);
    assert!(found(&KEY[41..]).is_empty());
    assert!(found("\"key1\": \"JQQJ99CI\"").is_empty());
}

/// Otherwise JSON would be invalid after the key is removed.
#[test]
fn the_letters_of_an_escape_in_front_are_not_part_of_a_key() {
    let cut = &KEY[1..];
    for before in ["\\n", "\\\\n", "\\u0022", "\\\\\\u0022", "%22", "x\\t"] {
        assert_eq!(found(&format!("{before}{cut}")), [(cut, false)], "{before}");
        assert_eq!(found(&format!("{before}{KEY}")), [(KEY, true)], "{before}");
    }
    let escaped = format!("{}\\u{:04x}{}", &KEY[1..20], KEY.as_bytes()[20], &KEY[21..]);
    assert_eq!(found(&format!("\\n{escaped}")), [(escaped.as_str(), false)]);
    // Nine backslashes are four pairs and the first byte of an escape.
    let escaped = format!("{}\\u{:04x}{}", "\\".repeat(8), KEY.as_bytes()[0], &KEY[1..]);
    assert_eq!(found(&escaped), [(&escaped[2..], true)]);
}

#[test]
fn a_key_is_found_with_any_of_its_characters_escaped() {
    for place in [0, 20, 51, 52, 56, 60, 83] {
        let letter = KEY.as_bytes()[place];
        for escape in [
            format!("\\u{letter:04x}"),
            format!("\\\\u{letter:04X}"),
            format!("\\\\\\\\u{letter:04x}"),
            format!("%{letter:02X}"),
            format!("&#{letter};"),
            format!("&#x{letter:x};"),
            format!("&#x000{letter:x};"),
        ] {
            let key = format!("{}{escape}{}", &KEY[..place], &KEY[place + 1..]);
            assert_eq!(found(&format!("\"{key}\"")), [(key.as_str(), true)], "{key}");
        }
    }
    let tail = format!("{}\\u002b\\/", &KEY[..82]);
    assert_eq!(found(&format!("\"{tail}\"")), [(tail.as_str(), true)]);
    let all: String = KEY.bytes().map(|letter| format!("\\\\\\\\u{letter:04x}")).collect();
    assert_eq!(found(&all), [(all.as_str(), true)]);
}

#[test]
fn marks_that_overlap_are_no_panic() {
    found(&format!("{}JQQJ9JQQJ9JQQJ9", "a".repeat(60)));
    found("JQQJ9");
    found("\\u00&#x;&#;%4&#99999999;\\u00");
}

#[test]
fn a_key_in_base_64_is_found_wherever_it_begins() {
    for before in ["", "a", "ab", "{\"key\": \"", "KEY="] {
        for after in ["", "\"}", " é"] {
            let text = BASE64.encode(format!("{before}{KEY}{after}").as_bytes());
            for text in [text.clone(), format!("x: {text}\\n"), format!("\\n{text}")] {
                let found = found(&text);
                let [(key, true)] = found[..] else { panic!("{text}: {found:?}") };
                assert!(
                    key.len() >= KEY.len() * 4 / 3 && key.len() <= KEY.len() * 4 / 3 + 4,
                    "{text}: {key}"
                );
            }
        }
    }
    let whole = BASE64.encode(KEY.as_bytes());
    assert_eq!(found(&whole), [(whole.as_str(), true)]);
    // The `base64` command begins a new line after 76 characters.
    assert_eq!(found(&format!("{}\n{}", &whole[..76], &whole[76..])), [(&whole[..76], false)]);
    assert_eq!(found(&whole[52..]), [(&whole[52..], false)]);
    assert!(found(&whole[56..]).is_empty());
    for text in ["pRUUo5", "KUVFKO", "SlFRSj", "aSlFRSjpRUUo5KUVFKO", "\\u00SlFRSj", "\\pRUUo5"] {
        assert!(found(text).is_empty(), "{text}");
    }
}
