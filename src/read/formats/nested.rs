//! Finds events and accounts deep inside a record that is neither. Tools that collect logs wrap them in such records.
//!
//! Such records are not read. Invariant: a record that contains one is never taken for one of another log
//! (`tests/cases/log/wrapped-…`).

mod texts;
mod values;

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::read::formats::activity::is_flattened;
use crate::read::formats::advice::FLATTENED_HELP;
use crate::read::formats::decode::Unusable;
use texts::{NamedMembers, json_of_base64, names_event, names_record};
pub(in crate::read) use values::is_row_of_event;
use values::{ValueKind, Values};

/// Nesting depth of texts that are searched as JSON. It is limited so that the time is proportional to the length of
/// the text. In deeper texts, only names of members show an event or an account.
const MAX_NESTED_TEXTS: u8 = 4;

/// Names of the members of an event that have no other meaning, as the decoder spells them.
const SPELLINGS: [&str; 10] = [
    "operationName",
    "OperationName",
    "operation_name",
    "OperationNameValue",
    "eventTimestamp",
    "EventTimestamp",
    "event_timestamp",
    "eventDataId",
    "EventDataId",
    "event_data_id",
];

/// Returns the fault of a record that is no event or account of a form that is read, if it contains events or accounts
/// in any member or JSON text, or is an event whose members have other names or are missing.
pub(in crate::read) fn fault(bytes: &[u8]) -> Option<Unusable> {
    let found = search(str::from_utf8(bytes).ok()?, Search { texts: MAX_NESTED_TEXTS, is_record: true });
    if found.kind == ValueKind::RenamedEvent {
        let what =
            "members of the event are missing or have other names than in an export, so it cannot be read";
        let help = "export again without renaming or leaving out members: no `project`, `--query` or jq";
        return Some(Unusable::export(what, help));
    }
    (found.holds_record && !found.has_operation).then(|| found.fault())
}

/// Returns the fault of a member's value that is an event or an account, or contains one.
pub(in crate::read) fn fault_of_member(value: &str) -> Option<Unusable> {
    let found = search(value, Search { texts: MAX_NESTED_TEXTS, is_record: false });
    (found.is_record || found.holds_record).then(|| found.fault())
}

/// Searches the JSON values of a text. From the first place on that cannot be read, only names of members show an event
/// or an account.
fn search(text: &str, how: Search) -> Found {
    let mut json = serde_json::Deserializer::from_str(text);
    let mut found = Found::default();
    while json.end().is_err() {
        let Ok(next) = how.deserialize(&mut json) else {
            found.holds_record |= names_record(text);
            break;
        };
        found.is_record |= next.is_record;
        found.holds_record |= next.holds_record;
        found.has_operation |= next.has_operation;
        if next.kind == ValueKind::RenamedEvent {
            found.kind = next.kind;
        }
        found.spelling = found.spelling.max(next.spelling);
    }
    found
}

/// How events and accounts are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Spelling {
    #[default]
    Json,
    /// As the text that PowerShell writes instead of an object.
    OfPowerShell,
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
    /// How the events and accounts in it are written.
    spelling: Spelling,
    kind: ValueKind,
    /// The members in the value, if it is a line of JSON.
    line: NamedMembers,
}

impl Found {
    fn include(&mut self, inner: Found) {
        self.holds_record |= inner.is_record || inner.holds_record;
        self.spelling = self.spelling.max(inner.spelling);
    }

    fn fault(self) -> Unusable {
        if self.spelling == Spelling::OfPowerShell {
            let what = "the record has the text of PowerShell objects instead of events or accounts";
            return Unusable::export(what, FLATTENED_HELP);
        }
        Unusable::export(
            "the record wraps events or accounts, which are not read there",
            "export again without the wrapper, so that each event or account is a line or an element of one list",
        )
    }
}

#[derive(Clone, Copy)]
struct Search {
    texts: u8,
    /// Whether the value is the record itself and not inside it.
    is_record: bool,
}

impl Search {
    fn inside(self) -> Search {
        Search { is_record: false, ..self }
    }
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
        let (mut has_columns, mut has_rows) = (false, false);
        let mut is_row = false;
        let mut is_renamed = false;
        let mut values = Values::default();
        while let Some(name) = map.next_key::<Cow<'de, str>>()? {
            let value = map.next_value_seed(self.inside())?;
            found.include(value);
            if value.kind == ValueKind::Absent {
                continue;
            }
            let is_other_spelling = || !SPELLINGS.contains(&name.as_ref());
            let is_operation = matches!(value.kind, ValueKind::Operation { .. });
            match folded(&name).as_str() {
                // Custom tables add a letter for the type of the column.
                folded if folded == "operationname" || folded.starts_with("operationnamevalue") => {
                    found.has_operation = true;
                    names_operation |= is_operation;
                    is_renamed |= is_operation && is_other_spelling();
                }
                "eventtimestamp" | "eventdataid" => {
                    is_event = true;
                    is_renamed |= is_other_spelling();
                }
                "timegenerated" => {
                    (has_place, is_row) = (true, true);
                    values.include(value.kind);
                }
                "time" | "resourceid" | "resourceuri" => {
                    has_place = true;
                    values.include(value.kind);
                }
                "type" | "resourcetype" => {
                    has_type |= value.kind == ValueKind::AccountType;
                    values.is_of_known_log = true;
                }
                "id" => {
                    has_id = true;
                    values.include_id(value.kind);
                }
                "kind" | "properties" | "accounttype" => has_kind = true,
                "category" | "metricname" | "countername" | "timegrain" => values.is_of_known_log = true,
                "caller" | "correlationid" | "submissiontimestamp" => {
                    values.has_name_of_event = true;
                    values.include(value.kind);
                }
                "columns" => has_columns = value.kind == ValueKind::EventColumn,
                "rows" => has_rows = true,
                "name" | "columnname" if value.kind == ValueKind::EventColumn => found.kind = value.kind,
                // As in `{"value": …, "localizedValue": …}`.
                "value" if value.kind.is_text() => found.kind = value.kind,
                _ => values.include(value.kind),
            }
        }
        values.has_other |= has_kind;
        is_event |= found.has_operation && (names_operation || has_place);
        is_event |= (has_columns && has_rows) || values.has_event_id;
        let is_unknown_row =
            is_row && !values.is_of_known_log && !found.has_operation && values.has_account();
        is_renamed |= values.are_of_event() || is_unknown_row || (has_columns && has_rows);
        if self.is_record && is_renamed {
            found.kind = ValueKind::RenamedEvent;
        }
        found.is_record = is_event || (has_type && has_id && has_kind);
        Ok(found)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Found, A::Error> {
        let mut found = Found { kind: ValueKind::Absent, ..Found::default() };
        let mut values = Values::default();
        let mut lines = NamedMembers::default();
        while let Some(element) = elements.next_element_seed(self.inside())? {
            found.include(element);
            values.include(element.kind);
            lines.include(element.line);
            if found.kind != ValueKind::EventColumn {
                let is_column = element.kind == ValueKind::EventColumn;
                found.kind = if is_column { element.kind } else { ValueKind::Other };
            }
        }
        found.is_record = values.has_event_id;
        found.holds_record |= lines.are_of_record();
        if self.is_record && values.are_of_event() {
            found.kind = ValueKind::RenamedEvent;
        }
        Ok(found)
    }

    fn visit_str<E>(self, text: &str) -> Result<Found, E> {
        let text = text.trim();
        if is_flattened_record(text) {
            return Ok(Found { holds_record: true, spelling: Spelling::OfPowerShell, ..Found::default() });
        }
        // Text such as a level can be before the JSON.
        let inner = match (text.find(['{', '[']), self.texts.checked_sub(1)) {
            (Some(start), Some(texts)) => search(&text[start..], Search { texts, is_record: false }),
            (Some(_), None) => Found { holds_record: names_record(text), ..Found::default() },
            (None, texts) => match (json_of_base64(text), texts) {
                (Some(json), Some(texts)) => search(&json, Search { texts, is_record: false }),
                (Some(json), None) => Found { holds_record: names_record(&json), ..Found::default() },
                (None, _) => Found::default(),
            },
        };
        let line = NamedMembers::of_line(text);
        let mut found = Found { kind: ValueKind::of(text), line, ..Found::default() };
        found.include(inner);
        Ok(found)
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

/// Returns whether a text is an event or an account as PowerShell writes an object in text: `@{id=…; …}`.
fn is_flattened_record(text: &str) -> bool {
    let first = text.strip_prefix("@{").and_then(|members| members.split_once('='));
    let is_object =
        first.is_some_and(|(name, _)| name.bytes().all(|one| one.is_ascii_alphanumeric() || one == b'_'));
    let is_of_account = || text.to_ascii_lowercase().contains("/microsoft.cognitiveservices/accounts/");
    is_object && is_flattened(text) && (names_event(text) || is_of_account())
}

/// Returns a name as all tools would spell it: `operation_name` is `operationName`, and `_ResourceId` is `resourceId`.
fn folded(name: &str) -> String {
    name.chars().filter(|one| *one != '_').map(|one| one.to_ascii_lowercase()).collect()
}
