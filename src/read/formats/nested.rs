//! Finds events and accounts deep inside a record that is neither, as tools that collect logs wrap them.
//!
//! Such records are not read. Invariant: a record that contains one is never taken for one of another log
//! (`tests/cases/log/wrapped-…`).

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::read::formats::account::{is_account_type, is_deleted_account_type};
use crate::read::formats::activity::is_operation;
use crate::read::formats::decode::Unusable;

/// Number of texts inside one another that are searched as JSON, so that a text with texts inside takes a time in
/// proportion to its length. In deeper ones, only names of members show an event.
const MAX_NESTED_TEXTS: u8 = 4;

/// Returns whether a record without an operation contains an event or an account, in any member or JSON text.
pub(in crate::read) fn holds_records(bytes: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(bytes) else { return false };
    let found = search(text, MAX_NESTED_TEXTS);
    found.holds_record && !found.has_operation
}

/// Returns the fault of a record that contains others.
pub(in crate::read) fn unread() -> Unusable {
    Unusable::export(
        "the record wraps events or accounts, which are not read there",
        "export again without the wrapper, so that each event or account is a line or an element of one list",
    )
}

/// Searches the JSON values of a text. From the first place on that cannot be read, only names of members show an event.
fn search(text: &str, texts: u8) -> Found {
    let mut json = serde_json::Deserializer::from_str(text);
    let mut found = Found::default();
    while json.end().is_err() {
        let Ok(next) = (Search { texts }).deserialize(&mut json) else {
            found.holds_record |= names_event(text);
            break;
        };
        found.is_record |= next.is_record;
        found.holds_record |= next.holds_record;
        found.has_operation |= next.has_operation;
    }
    found
}

/// What the text of a value is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum ValueKind {
    Absent,
    Operation,
    AccountType,
    #[default]
    Other,
}

/// The signs in one value.
#[derive(Clone, Copy, Debug, Default)]
struct Found {
    /// Whether the value is an event or an account.
    is_record: bool,
    /// Whether the value contains an event or an account.
    holds_record: bool,
    /// Whether the value is an object with the name of an operation.
    has_operation: bool,
    kind: ValueKind,
}

#[derive(Clone, Copy)]
struct Search {
    texts: u8,
}

impl<'de> DeserializeSeed<'de> for Search {
    type Value = Found;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Found, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Search {
    type Value = Found;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Found, A::Error> {
        let mut found = Found::default();
        let (mut names_operation, mut has_place, mut is_event) = (false, false, false);
        let (mut has_type, mut has_id, mut has_kind) = (false, false, false);
        while let Some(name) = map.next_key::<Cow<'de, str>>()? {
            let value = map.next_value_seed(self)?;
            found.holds_record |= value.is_record || value.holds_record;
            if value.kind == ValueKind::Absent {
                continue;
            }
            match folded(&name).as_str() {
                "operationname" | "operationnamevalue" => {
                    found.has_operation = true;
                    names_operation |= value.kind == ValueKind::Operation;
                }
                "eventtimestamp" | "eventdataid" => is_event = true,
                "time" | "timegenerated" | "resourceid" | "resourceuri" => has_place = true,
                "type" | "resourcetype" => has_type |= value.kind == ValueKind::AccountType,
                "id" => has_id = true,
                "kind" | "properties" | "accounttype" => has_kind = true,
                // As in `{"value": …, "localizedValue": …}`.
                "value" if value.kind == ValueKind::Operation => found.kind = value.kind,
                _ => {}
            }
        }
        is_event |= found.has_operation && (names_operation || has_place);
        found.is_record = is_event || (has_type && has_id && has_kind);
        Ok(found)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Found, A::Error> {
        let mut found = Found::default();
        while let Some(element) = elements.next_element_seed(self)? {
            found.holds_record |= element.is_record || element.holds_record;
        }
        Ok(found)
    }

    fn visit_str<E>(self, text: &str) -> Result<Found, E> {
        let text = text.trim();
        // Something can be in front of the JSON, such as a level.
        let inner = match (text.find(['{', '[']), self.texts.checked_sub(1)) {
            (Some(start), Some(texts)) => search(&text[start..], texts),
            (Some(_), None) => Found { holds_record: names_event(text), ..Found::default() },
            (None, _) => Found::default(),
        };
        let kind = match text {
            "" | "None" => ValueKind::Absent,
            _ if is_operation(text) => ValueKind::Operation,
            _ if is_account_type(text) || is_deleted_account_type(text) => ValueKind::AccountType,
            _ => ValueKind::Other,
        };
        Ok(Found { kind, ..inner })
    }

    fn visit_unit<E>(self) -> Result<Found, E> {
        Ok(Found { kind: ValueKind::Absent, ..Found::default() })
    }

    fn visit_bool<E>(self, _: bool) -> Result<Found, E> {
        Ok(Found::default())
    }

    fn visit_i64<E>(self, _: i64) -> Result<Found, E> {
        Ok(Found::default())
    }

    fn visit_u64<E>(self, _: u64) -> Result<Found, E> {
        Ok(Found::default())
    }

    fn visit_f64<E>(self, _: f64) -> Result<Found, E> {
        Ok(Found::default())
    }
}

/// Returns whether a text that cannot be read as JSON contains the name of a member that events have.
fn names_event(text: &str) -> bool {
    let text = folded(text);
    ["operationname", "eventtimestamp", "eventdataid"].iter().any(|name| text.contains(name))
}

/// Returns a name as all tools would spell it: `operation_name` is `operationName`, and `_ResourceId` is `resourceId`.
fn folded(name: &str) -> String {
    name.chars().filter(|one| *one != '_').map(|one| one.to_ascii_lowercase()).collect()
}
