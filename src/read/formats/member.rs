//! Members that may have another JSON type than Azure writes. Then the member is unknown, and the record is still used.

use std::mem;

use serde::de::{Deserialize, DeserializeOwned, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

/// Number of characters of an unreadable text that a note quotes; longer texts are only described. Shorter than any
/// key, because the text may be a key.
const MAX_QUOTED_CHARS: usize = 20;

/// The value of a member.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::read) enum Member<T> {
    /// The member is absent or `null`.
    #[default]
    Absent,
    Known(T),
    /// The member has another type; described in short.
    Unreadable(String),
    /// Two members with this meaning have different values.
    Contradicted,
}

impl<T> Member<T> {
    pub(in crate::read) fn get(&self) -> Option<&T> {
        match self {
            Member::Known(value) => Some(value),
            Member::Absent | Member::Unreadable(_) | Member::Contradicted => None,
        }
    }

    /// Returns whether there is a value, and it is not known.
    pub(in crate::read) fn is_lost(&self) -> bool {
        matches!(self, Member::Unreadable(_) | Member::Contradicted)
    }

    /// Adds the value of a member with the same meaning. `same` returns the value of both, or `None` if they differ.
    pub(in crate::read) fn join(&mut self, other: Member<T>, same: impl FnOnce(T, T) -> Option<T>) {
        *self = match (mem::take(self), other) {
            (Member::Known(one), Member::Known(other)) => {
                same(one, other).map_or(Member::Contradicted, Member::Known)
            }
            (Member::Known(one), Member::Absent) => Member::Known(one),
            (Member::Absent | Member::Known(_), other) => other,
            (lost, _) => lost,
        };
    }

    /// Returns the value. If it cannot be read, adds a fault with `name` to `faults` and returns `None`.
    pub(in crate::read) fn or_fault(self, name: &'static str, faults: &mut Vec<MemberFault>) -> Option<T> {
        match self {
            Member::Known(value) => Some(value),
            Member::Absent => None,
            Member::Unreadable(shown) => {
                faults.push(MemberFault::of_value(name, &shown));
                None
            }
            Member::Contradicted => {
                faults.push(MemberFault { name, what: "has different values in one record".to_owned() });
                None
            }
        }
    }
}

impl Member<String> {
    /// Removes the white space around a text. The member is unreadable if the rest is not `is_readable`.
    pub(in crate::read) fn readable_if(self, is_readable: impl FnOnce(&str) -> bool) -> Member<String> {
        match self {
            Member::Known(text) if is_readable(text.trim()) => Member::Known(text.trim().to_owned()),
            Member::Known(text) => Member::Unreadable(shown(&Value::from(text).to_string())),
            Member::Absent | Member::Unreadable(_) | Member::Contradicted => self,
        }
    }
}

/// A member that cannot be read.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::read) struct MemberFault {
    pub name: &'static str,
    /// The fault, as the part of a sentence after the name of the member and its account.
    pub what: String,
}

impl MemberFault {
    /// Returns the fault of a member whose value, described in short, is not one that Azure gives.
    pub(super) fn of_value(name: &'static str, shown: &str) -> MemberFault {
        MemberFault { name, what: format!("is {shown}, which is not a value that Azure gives") }
    }

    /// Returns the fault of a member whose text is not a possible value.
    pub(super) fn of_text(name: &'static str, text: &str) -> MemberFault {
        MemberFault::of_value(name, &shown(&Value::from(text).to_string()))
    }
}

impl<T: DeserializeOwned> Member<T> {
    pub(in crate::read) fn of(value: &RawValue) -> Member<T> {
        match serde_json::from_str(value.get()) {
            Ok(None) => Member::Absent,
            Ok(Some(known)) => Member::Known(known),
            Err(_) => Member::Unreadable(shown(value.get())),
        }
    }
}

impl Member<bool> {
    /// Reads a truth value of a column, which a query or CSV can make text. An empty text is an absent value.
    pub(in crate::read) fn of_cell(value: &RawValue) -> Member<bool> {
        let text: Member<String> = Member::of(value);
        match text.get().map(|text| text.trim().to_ascii_lowercase()).as_deref() {
            Some("") => Member::Absent,
            Some("true") => Member::Known(true),
            Some("false") => Member::Known(false),
            _ => Member::of(value),
        }
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Member<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        <&RawValue>::deserialize(deserializer).map(Member::of)
    }
}

/// Describes a value in short. A long text may be a secret, so it is not quoted.
fn shown(json: &str) -> String {
    match json.as_bytes().first() {
        Some(b'{') => "an object".to_owned(),
        Some(b'[') => "a list".to_owned(),
        Some(b'"') if json.len() > MAX_QUOTED_CHARS + 2 => {
            format!("a text of {} characters", json.chars().count().saturating_sub(2))
        }
        _ => json.chars().take(MAX_QUOTED_CHARS + 2).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_of_another_type_is_shown_in_short() {
        let long = format!("\"{}\"", "k".repeat(32));
        for (json, expected) in [
            ("true", Member::Known(true)),
            ("null", Member::Absent),
            ("\"true\"", Member::Unreadable("\"true\"".to_owned())),
            ("1", Member::Unreadable("1".to_owned())),
            ("[true]", Member::Unreadable("a list".to_owned())),
            ("{\"a\": 1}", Member::Unreadable("an object".to_owned())),
            (&*long, Member::Unreadable("a text of 32 characters".to_owned())),
        ] {
            let member: Member<bool> = serde_json::from_str(json).expect("a value");
            assert_eq!(member, expected, "{json}");
        }
    }
}
