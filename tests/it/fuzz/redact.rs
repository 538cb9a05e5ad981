//! A text with a secret in it: redacted, it has no 12 consecutive characters of the secret, valid JSON stays valid, and
//! a door writes the same however the text is split into writes.

use std::io::Write;

use rotaudit::redact::{self, Door, Notation};
use serde_json::Value;

use crate::support::secrets::{FORMS, Secret, TELLING};

/// Only the first of the forms are recognized without context. The text around the others must not be part of them.
const SELF_EVIDENT_FORMS: usize = 12;
/// A door searches once it has 64 KiB, so only in a longer text does a cut make a difference.
const DOOR_BYTES: usize = 64 << 10;

/// The first four bytes select the form, the place, the nesting, and the secret with its padding. The others are the
/// text around the secret.
pub(super) fn hold(bytes: &[u8]) {
    let Some((&[form, place, depth, padding], text)) = bytes.split_first_chunk() else { return };
    let form = usize::from(form) % FORMS.len();
    let secret = FORMS[form].1(u64::from(padding));
    let text = String::from_utf8_lossy(text);
    // The text around the secret must not repeat it, since nothing there shows that it is a secret. An escape in front of
    // a repeated part can continue it with four digits.
    if has_part(&text, &secret, TELLING - 4) {
        return;
    }
    let place = (0..=text.len() * usize::from(place) / 255).rev().find(|place| text.is_char_boundary(*place));
    let (before, after) = text.split_at(place.unwrap_or_default());
    let apart = if form < SELF_EVIDENT_FORMS { "" } else { " " };
    let planted = format!("{before}{apart}{}{apart}{after}", secret.written);
    assert_hidden(&secret, &planted);
    stays_json(&text);
    stays_json(&planted);
    let quoted = |text: &str| Value::from(text).to_string();
    let inside = |text: &str| {
        let quoted = quoted(text);
        quoted[1..quoted.len() - 1].to_owned()
    };
    let mut document = format!("[\"{}{apart}{}{apart}{}\"]", inside(before), secret.written, inside(after));
    assert!(serde_json::from_str::<Value>(&document).is_ok(), "{document}");
    for _ in 0..depth % 4 {
        document = quoted(&document);
    }
    stays_json(&document);
    assert_hidden(&secret, &document);
    if depth >= 192 {
        let padding = DOOR_BYTES - usize::from(padding) * 16;
        assert_same_in_parts(
            &format!("{}{planted}{}", ".".repeat(padding), " ".repeat(DOOR_BYTES / 8)),
            bytes,
        );
    }
}

fn assert_hidden(secret: &Secret, text: &str) {
    let redacted = redact::text(text);
    assert_eq!(redacted.len(), text.len());
    assert!(!has_part(&redacted, secret, TELLING), "{text}\n{redacted}");
}

/// Whether the text contains that many consecutive characters of the secret.
fn has_part(text: &str, secret: &Secret, length: usize) -> bool {
    let is_in_text = |part: &[u8]| text.as_bytes().windows(length).any(|shown| shown == part);
    secret.characters.as_bytes().windows(length).any(is_in_text)
}

fn stays_json(text: &str) {
    if serde_json::from_str::<Value>(text).is_ok() {
        let redacted = redact::text(text);
        let read = serde_json::from_str::<Value>(&redacted);
        assert!(read.is_ok(), "{read:?}\n{text}\n{redacted}");
    }
}

/// Asserts that writes of these `sizes` give the same output.
fn assert_same_in_parts(text: &str, sizes: &[u8]) {
    let passed = |writes: &[&[u8]], notation| {
        let mut out = Vec::new();
        let mut door = Door::new(&mut out, notation);
        for write in writes {
            door.write_all(write).expect("a buffer");
        }
        door.flush().expect("a buffer");
        out
    };
    let (mut rest, mut writes) = (text.as_bytes(), Vec::new());
    for size in sizes.iter().cycle() {
        let (write, left) = rest.split_at(rest.len().min(1 + usize::from(*size) * 97));
        writes.push(write);
        rest = left;
        if rest.is_empty() {
            break;
        }
    }
    for notation in [Notation::Plain, Notation::Colored, Notation::Json] {
        let [whole, parts] = [passed(&[text.as_bytes()], notation), passed(&writes, notation)];
        assert!(whole == parts, "{}\n{}", String::from_utf8_lossy(&whole), String::from_utf8_lossy(&parts));
    }
}

/// Around every form of secret, after every name: an escape is whole or gone.
#[test]
fn an_escape_next_to_a_secret_is_never_cut() {
    const NAMES: [&str; 8] =
        ["", "?sig=", "&sig=", "AccountKey=", "key1=", r#"\"key1\": \""#, "sig%3D", r"AccountKey\u003D"];
    const ESCAPES: [&str; 16] = [
        "", r"\n", r"\b", r"\/", r#"\""#, r"\u0015", r"\u0022", r"\u0041", r"\\", r"\\n", r"\\\/",
        r"\\u0015", "%0a", "%22", "&#10;", "&#x22;",
    ];
    for (form, (_, secret)) in FORMS.iter().enumerate() {
        let secret = secret(7);
        for name in NAMES {
            for (before, after) in ESCAPES.iter().flat_map(|before| ESCAPES.map(|after| (before, after))) {
                let text = format!("[\"{name}{before}{}{after}\"]", secret.written);
                stays_json(&text);
                if form < SELF_EVIDENT_FORMS {
                    assert_hidden(&secret, &text);
                }
            }
        }
    }
}
