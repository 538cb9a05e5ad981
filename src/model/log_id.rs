//! The ids by which records of the activity log belong together.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

/// Length of a GUID with hyphens and without braces.
const GUID_BYTES: usize = 36;

/// An operation id, a correlation id or an event data id. Two that differ only in the case of ASCII letters are equal.
///
/// Azure's are GUIDs. These take 16 bytes each instead of 36 elsewhere in memory, because a log can have millions.
#[derive(Clone, Debug)]
pub struct LogId(Spelling);

#[derive(Clone, Debug)]
enum Spelling {
    Guid(Uuid),
    /// As written.
    Text(Box<str>),
}

impl From<&str> for LogId {
    fn from(text: &str) -> LogId {
        let guid = (text.len() == GUID_BYTES).then(|| Uuid::try_parse(text).ok()).flatten();
        LogId(guid.map_or_else(|| Spelling::Text(text.into()), Spelling::Guid))
    }
}

impl fmt::Display for LogId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Spelling::Guid(guid) => guid.fmt(f),
            Spelling::Text(text) => f.write_str(text),
        }
    }
}

impl Serialize for LogId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for LogId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<LogId, D::Error> {
        String::deserialize(deserializer).map(|text| LogId::from(text.as_str()))
    }
}

impl Ord for LogId {
    fn cmp(&self, other: &LogId) -> Ordering {
        match (&self.0, &other.0) {
            (Spelling::Guid(one), Spelling::Guid(other)) => one.cmp(other),
            (Spelling::Guid(_), Spelling::Text(_)) => Ordering::Less,
            (Spelling::Text(_), Spelling::Guid(_)) => Ordering::Greater,
            (Spelling::Text(one), Spelling::Text(other)) => folded(one).cmp(folded(other)),
        }
    }
}

impl PartialOrd for LogId {
    fn partial_cmp(&self, other: &LogId) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for LogId {
    fn eq(&self, other: &LogId) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for LogId {}

impl Hash for LogId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match &self.0 {
            Spelling::Guid(guid) => guid.hash(state),
            Spelling::Text(text) => folded(text).for_each(|byte| state.write_u8(byte)),
        }
    }
}

fn folded(text: &str) -> impl Iterator<Item = u8> {
    text.bytes().map(|byte| byte.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::LogId;

    #[test]
    fn ids_are_equal_without_case_and_only_guids_are_respelled() {
        for (text, shown) in [
            ("3D6F0C1A-92b4-4e57-8a1d-6c0be27f4d95", "3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95"),
            ("Deploy-7", "Deploy-7"),
            ("{3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95}", "{3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95}"),
            ("3d6f0c1a92b44e578a1d6c0be27f4d95", "3d6f0c1a92b44e578a1d6c0be27f4d95"),
            ("3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d9Ö", "3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d9Ö"),
            ("", ""),
        ] {
            assert_eq!(LogId::from(text).to_string(), shown);
            let spellings: HashSet<LogId> =
                [text.to_owned(), text.to_ascii_lowercase(), text.to_ascii_uppercase()]
                    .iter()
                    .map(|spelling| LogId::from(spelling.as_str()))
                    .collect();
            assert_eq!(spellings.len(), 1, "{text}");
        }
        let differ =
            ["a", "b", "ab", "3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95", "3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d96"];
        assert_eq!(differ.map(LogId::from).into_iter().collect::<HashSet<_>>().len(), differ.len());
    }
}
