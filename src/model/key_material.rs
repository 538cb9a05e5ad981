use serde::{Deserialize, Serialize};

use super::InputId;

/// The lines of one file that hold live keys, without any part of the keys.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyMaterial {
    #[serde(skip)]
    pub input: InputId,
    /// The first lines that hold a key, in order; at most as many as [`KeyMaterial::add`] lists.
    pub lines: Vec<KeyLine>,
    /// The number of lines that hold a key, including those that are not listed individually.
    pub count: u64,
}

impl KeyMaterial {
    /// Adds a line, unless it is known to hold a key. After `listed` lines, further ones are only counted.
    pub fn add(&mut self, line: u64, what: &str, listed: usize) {
        if let Err(place) = self.lines.binary_search_by_key(&line, |known| known.line) {
            self.count += 1;
            if self.lines.len() < listed {
                self.lines.insert(place, KeyLine { line, what: what.to_owned() });
            }
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyLine {
    pub line: u64,
    /// A description of the key, in words.
    pub what: String,
}
