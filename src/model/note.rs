use serde::{Deserialize, Serialize};

use super::InputId;

/// The text of the note that the inputs are only account lists.
pub const NO_HISTORY: &str = "neither an event of an activity log nor a key reading is among the inputs, so nothing shows when a key was \
     regenerated";

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Evidence could not be read completely, or a control could not be evaluated, so the audit is not complete.
    Error,
    /// A doubt about what the evidence is worth.
    Warning,
    /// A remark, for example on evidence that was left out.
    Info,
}

impl Severity {
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "note",
        }
    }
}

/// The subject of a note.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoteTopic {
    #[default]
    Evidence,
    Policies,
    /// The evidence, if this is the one cause why accounts are unproven.
    Cause,
    /// A limit of all evidence, even if nothing is wrong with it. Reports for people show it next to the coverage.
    Limit,
}

/// A statement about the evidence or the policies that a reader of the report must know.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Note {
    #[serde(skip)]
    pub input: Option<InputId>,
    #[serde(skip)]
    pub topic: NoteTopic,
    pub line: Option<u64>,
    pub severity: Severity,
    pub text: String,
    /// The advice for the reader of the note.
    pub help: Option<String>,
}

impl Note {
    pub fn new(severity: Severity, text: impl Into<String>) -> Note {
        Note { input: None, topic: NoteTopic::Evidence, line: None, severity, text: text.into(), help: None }
    }

    /// The text, and what to do about it.
    pub fn with_help(&self) -> String {
        self.help.as_ref().map_or_else(|| self.text.clone(), |help| format!("{}; {help}", self.text))
    }

    #[must_use]
    pub fn at_line(mut self, line: u64) -> Note {
        self.line = Some(line);
        self
    }

    #[must_use]
    pub fn of(mut self, input: InputId) -> Note {
        self.input = Some(input);
        self
    }

    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Note {
        self.help = Some(help.into());
        self
    }
}
