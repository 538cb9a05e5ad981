use serde::{Deserialize, Serialize};

use super::InputId;

/// Where live keys stand in one file, and nothing of the keys themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyMaterial {
    #[serde(skip)]
    pub input: InputId,
    /// The first lines that hold a key, in order.
    pub lines: Vec<KeyLine>,
    /// How many lines hold one, those that are not told one by one included.
    pub count: u64,
}

impl KeyMaterial {
    /// Adds a line, unless it is known to hold a key; where so many are told one by one, it is only counted.
    pub fn add(&mut self, line: u64, what: &str, told: usize) {
        if let Err(place) = self.lines.binary_search_by_key(&line, |known| known.line) {
            self.count += 1;
            if self.lines.len() < told {
                self.lines.insert(place, KeyLine { line, what: what.to_owned() });
            }
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyLine {
    pub line: u64,
    /// What stands there, in words.
    pub what: String,
}
