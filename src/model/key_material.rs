use super::InputId;

/// Where live keys stand in one file, and nothing of the keys themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyMaterial {
    pub input: InputId,
    /// The first lines that hold a key, in order.
    pub lines: Vec<KeyLine>,
    /// How many lines hold one, those that are not told one by one included.
    pub count: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyLine {
    pub line: u64,
    /// What stands there, in words.
    pub what: String,
}
