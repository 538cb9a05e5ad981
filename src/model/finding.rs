use serde::Deserialize;

use super::{Compared, InputId, KeyName, Level, sha256};

/// A control's answer, and how grave it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ControlOutcome {
    /// Proven to be at fault, and how grave that is.
    Fail(Level),
    /// The evidence allows both.
    Open,
    Pass,
    NotApplicable,
}

impl ControlOutcome {
    pub fn level(self) -> Option<Level> {
        match self {
            ControlOutcome::Fail(level) => Some(level),
            ControlOutcome::Open | ControlOutcome::Pass | ControlOutcome::NotApplicable => None,
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            ControlOutcome::Fail(_) => "fail",
            ControlOutcome::Open => "open",
            ControlOutcome::Pass => "pass",
            ControlOutcome::NotApplicable => "notApplicable",
        }
    }
}

/// One control's answer for one account, or about the evidence; a clean answer is one too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The control's position in the report's list of controls.
    pub control: usize,
    pub outcome: ControlOutcome,
    /// Empty where there is nothing to say.
    pub message: String,
    /// The keys that it is about, where the control says.
    pub keys: Vec<KeyName>,
    pub steps: Vec<Step>,
    pub evidence: Vec<EvidenceRecord>,
    /// Positions in the report's waivers, which together hold for all of it; empty where it counts.
    pub waivers: Vec<usize>,
    /// Where there is a baseline.
    pub compared: Option<Compared>,
}

impl Finding {
    pub fn is_waived(&self) -> bool {
        !self.waivers.is_empty()
    }
}

/// The name of [`fingerprint`] in SARIF.
pub const FINGERPRINT: &str = "rotaudit/v1";

/// What tells a finding from all others, and is the same in every audit that finds it again.
pub fn fingerprint(control: &str, subject: &str) -> String {
    sha256(format!("{control}\n{subject}").as_bytes())
}

/// What a control about the evidence found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvidenceFinding {
    /// What it is about, the same whenever that is found again: an account's id, an input's path. Empty for an answer
    /// about all of the evidence.
    pub subject: String,
    pub finding: Finding,
}

/// One thing to do, in order, with the command that does it where there is one.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    pub text: String,
    #[serde(default)]
    pub argv: Option<Vec<String>>,
    /// It stands for all other steps, and is not to be done after them.
    #[serde(default, rename = "alternative")]
    pub is_alternative: bool,
    /// `argv`, quoted for the shell that was asked for. Only the program quotes, never a policy.
    #[serde(skip)]
    pub command: Option<String>,
}

/// A record that the answer rests on.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename = "Evidence", deny_unknown_fields)]
pub struct EvidenceRecord {
    pub input: InputId,
    pub line: u64,
    pub text: String,
}
