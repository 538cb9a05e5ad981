//! One result of `policy check` or `policy test`, as SARIF and JUnit show it.

/// The kind of an entry, which selects its SARIF rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::authoring) enum EntryKind {
    Problem,
    Test,
    Coverage,
}

impl EntryKind {
    pub(super) fn rule(self) -> &'static str {
        match self {
            EntryKind::Problem => "policy-problem",
            EntryKind::Test => "policy-test",
            EntryKind::Coverage => "policy-coverage",
        }
    }

    pub(super) fn title(self) -> &'static str {
        match self {
            EntryKind::Problem => "A policy must do what it says, and be evaluable",
            EntryKind::Test => "Every test of a policy must pass",
            EntryKind::Coverage => "Tests should evaluate every line of a policy",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::authoring) enum EntryOutcome {
    Pass,
    Note,
    Warning,
    Error,
}

#[derive(Clone, Debug)]
pub(in crate::authoring) struct Entry {
    pub kind: EntryKind,
    pub outcome: EntryOutcome,
    /// `None` if the entry is about all policies.
    pub place: Option<EntryPlace>,
    /// The name of the test; empty for other entries.
    pub name: String,
    pub message: String,
    /// The output of the test.
    pub output: Vec<String>,
}

#[derive(Clone, Debug)]
pub(in crate::authoring) struct EntryPlace {
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The column in characters, counted from 1.
    pub column: Option<usize>,
}

impl Entry {
    /// An entry without a name and without output.
    pub(in crate::authoring) fn new(
        kind: EntryKind,
        outcome: EntryOutcome,
        place: Option<EntryPlace>,
        message: String,
    ) -> Entry {
        Entry { kind, outcome, place, name: String::new(), message, output: Vec::new() }
    }
}
