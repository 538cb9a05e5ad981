//! Damage that disks, editors and adversaries do to a file.

use proptest::prelude::*;
use proptest::sample::{Index, select};

/// One thing that happens to a file.
#[derive(Clone, Debug)]
pub(crate) enum Damage {
    Cut(Index),
    Flip(Index, u8),
    Drop(Index, usize),
    Repeat(Index, usize),
    Insert(Index, &'static str),
    /// Bytes of another export, from some place in it, are added at the end.
    Append(Index, Index),
}

const INSERTED: [&str; 16] = [
    "\"",
    "\\",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "null",
    "1e999",
    "\\u0000",
    "\\ud800",
    "\u{feff}",
    "\r\n",
    "\"schema\":\"rotaudit.key-stamps/1\",",
    "\"value\":[",
];

pub(crate) fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        any::<Index>().prop_map(Damage::Cut),
        (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Damage::Flip(at, byte)),
        (any::<Index>(), 1..200_usize).prop_map(|(at, length)| Damage::Drop(at, length)),
        (any::<Index>(), 1..200_usize).prop_map(|(at, length)| Damage::Repeat(at, length)),
        (any::<Index>(), select(INSERTED.to_vec())).prop_map(|(at, text)| Damage::Insert(at, text)),
        (any::<Index>(), any::<Index>()).prop_map(|(file, at)| Damage::Append(file, at)),
    ]
}

/// Returns the bytes of an export with this damage; `others` gives other exports.
pub(crate) fn damaged(mut bytes: Vec<u8>, damages: &[Damage], others: impl Fn(&Index) -> Vec<u8>) -> Vec<u8> {
    for damage in damages {
        if bytes.is_empty() {
            return bytes;
        }
        match damage {
            Damage::Cut(at) => bytes.truncate(at.index(bytes.len())),
            Damage::Flip(at, byte) => {
                let at = at.index(bytes.len());
                bytes[at] = *byte;
            }
            Damage::Drop(at, length) => {
                let at = at.index(bytes.len());
                bytes.drain(at..(at + length).min(bytes.len()));
            }
            Damage::Repeat(at, length) => {
                let at = at.index(bytes.len());
                let part = bytes[at..(at + length).min(bytes.len())].to_vec();
                bytes.splice(at..at, part);
            }
            Damage::Insert(at, text) => {
                let at = at.index(bytes.len());
                bytes.splice(at..at, text.bytes());
            }
            Damage::Append(file, at) => {
                let other = others(file);
                if !other.is_empty() {
                    bytes.extend(&other[at.index(other.len())..]);
                }
            }
        }
    }
    bytes
}
