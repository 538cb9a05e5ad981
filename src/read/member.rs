//! Members of a record that may be of another JSON type than Azure gives them: then the member is unknown, and the record
//! stays.

use serde::de::{Deserialize, DeserializeOwned, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

/// Longer texts are not shown: they may be anything.
const LONGEST_SHOWN: usize = 20;

/// A member's value.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) enum Member<T> {
    /// It is left out or `null`.
    #[default]
    Absent,
    Known(T),
    /// It is of another type, and looks like this.
    Unreadable(String),
}

impl<T> Member<T> {
    pub(super) fn get(&self) -> Option<&T> {
        match self {
            Member::Known(value) => Some(value),
            Member::Absent | Member::Unreadable(_) => None,
        }
    }

    /// The value, and with the name how it looks if it is of another type.
    pub(super) fn or_fault(self, name: &'static str, faults: &mut Vec<Fault>) -> Option<T> {
        match self {
            Member::Known(value) => Some(value),
            Member::Absent => None,
            Member::Unreadable(shown) => {
                faults.push(Fault { name, shown });
                None
            }
        }
    }
}

impl Member<String> {
    /// The text without white space around it, if it is one that the member can have. Any other text cannot be read.
    pub(super) fn readable_if(self, is_readable: impl FnOnce(&str) -> bool) -> Member<String> {
        match self {
            Member::Known(text) if is_readable(text.trim()) => Member::Known(text.trim().to_owned()),
            Member::Known(text) => Member::Unreadable(shown(&Value::from(text).to_string())),
            Member::Absent | Member::Unreadable(_) => self,
        }
    }
}

/// A member that cannot be read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub name: &'static str,
    pub shown: String,
}

impl Fault {
    /// A text that is not what the member holds.
    pub(super) fn of_text(name: &'static str, text: &str) -> Fault {
        Fault { name, shown: shown(&Value::from(text).to_string()) }
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Member<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?;
        Ok(match serde_json::from_str(raw.get()) {
            Ok(None) => Member::Absent,
            Ok(Some(value)) => Member::Known(value),
            Err(_) => Member::Unreadable(shown(raw.get())),
        })
    }
}

/// A value, in short. A long text may be a secret.
fn shown(json: &str) -> String {
    match json.as_bytes().first() {
        Some(b'{') => "an object".to_owned(),
        Some(b'[') => "a list".to_owned(),
        Some(b'"') if json.len() > LONGEST_SHOWN + 2 => {
            format!("a text of {} characters", json.chars().count().saturating_sub(2))
        }
        _ => json.chars().take(LONGEST_SHOWN + 2).collect(),
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
