use serde::Deserialize;

use super::{InputId, KeyName, Level, sha256};

/// A control's answer, and the level of a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ControlOutcome {
    /// A proven failure, and its level.
    Fail(Level),
    /// The evidence allows both a failure and a pass.
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

/// One control's answer for one account, or about the evidence. An answer without a problem is a finding, too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The control's position in the report's list of controls.
    pub control: usize,
    pub outcome: ControlOutcome,
    /// Empty if the control passed without comment.
    pub message: String,
    /// The keys that it is about, each once; empty if it is about both.
    pub keys: Vec<KeyName>,
    /// The control determines their number, and the watchdog limits the memory that it can use for them. The same
    /// applies to `evidence`.
    pub steps: Vec<Step>,
    pub evidence: Vec<EvidenceRecord>,
    /// If the control fails for one key only: the open answer about the other key. It remains if that failure is waived.
    pub also_open: Option<Box<Finding>>,
    /// Positions in the report's waivers that together apply to the complete finding; empty if the finding counts.
    pub waivers: Vec<usize>,
    /// `None` without a baseline.
    pub compared: Option<Compared>,
}

impl Finding {
    pub fn is_waived(&self) -> bool {
        !self.waivers.is_empty()
    }

    /// Whether the baseline has it, at least as severe, about the same keys, and not waived.
    pub fn is_known(&self) -> bool {
        self.compared.is_some_and(|compared| compared.is_known)
    }
}

/// The state of a finding compared with the baseline (SARIF §3.27.24).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BaselineState {
    New,
    /// Its outcome or its level differs, or it is about a further key.
    Updated,
    Unchanged,
}

impl BaselineState {
    pub fn as_str(self) -> &'static str {
        match self {
            BaselineState::New => "new",
            BaselineState::Updated => "updated",
            BaselineState::Unchanged => "unchanged",
        }
    }
}

/// The result of comparing a finding with the baseline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compared {
    pub state: BaselineState,
    /// The outcome in the baseline; `None` if the finding is new.
    pub earlier: Option<ControlOutcome>,
    /// The baseline has it, at least as severe, about the same keys, and not waived.
    pub is_known: bool,
}

/// The name of [`fingerprint`] in SARIF. The member of that name in `report/sarif/format.rs` must change with it.
pub const FINGERPRINT: &str = "rotaudit/v1";

/// Returns the identifier of a finding, which is the same in every audit that finds it again.
pub fn fingerprint(control: &str, subject: &str) -> String {
    sha256(format!("{control}\n{subject}").as_bytes())
}

/// A finding of a control about the evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvidenceFinding {
    /// The subject, the same in every audit that finds it again: an account's id, or an input's path. Empty for an
    /// answer about all evidence.
    pub subject: String,
    pub finding: Finding,
}

/// One of the steps, in order, that fix a finding, with its command if it has one.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    pub text: String,
    #[serde(default)]
    pub argv: Option<Vec<String>>,
    /// Whether the step replaces all other steps; it must not be done after them.
    #[serde(default, rename = "alternative")]
    pub is_alternative: bool,
    /// `argv`, quoted for the shell that was asked for. Only the program quotes, never a policy.
    #[serde(skip)]
    pub command: Option<String>,
}

/// A record that the answer depends on.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename = "Evidence", deny_unknown_fields)]
pub struct EvidenceRecord {
    pub input: InputId,
    pub line: u64,
    pub text: String,
}
