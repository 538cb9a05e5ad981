use super::{ControlOutcome, Finding};

/// The earlier report that an audit is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Baseline {
    /// The file's name, without the folders that lead to it.
    pub file: String,
    /// Baseline results that are gone: at most as many as the file has results.
    pub absent: Vec<AbsentResult>,
    /// Whether only new findings can fail the gate.
    pub fail_on_new: bool,
}

impl Baseline {
    /// Whether the gate ignores the finding.
    pub fn excuses(&self, finding: &Finding) -> bool {
        self.fail_on_new && finding.is_known()
    }
}

/// The number of failures and of open results, compared with the baseline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BaselineCounts {
    pub new: usize,
    pub updated: usize,
    pub unchanged: usize,
    /// Results that were failed or open in the baseline, and no longer are.
    pub gone: usize,
}

/// The numbers of failures and of open results that are not waived, as the gate for new findings counts them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SinceBaseline {
    /// The baseline does not have them, or it has them less severe, waived, or without one of their keys.
    pub new: usize,
    pub known: usize,
    /// As in [`BaselineCounts`].
    pub gone: usize,
}

/// A result of the baseline that the audit does not find again, with the parts that a report repeats.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AbsentResult {
    pub control: String,
    pub outcome: ControlOutcome,
    /// In the spelling of SARIF.
    pub message: String,
    /// The place of the result in the baseline.
    pub uri: String,
    pub line: u64,
    /// The account's id; empty if the result was about the evidence.
    pub resource: String,
    pub fingerprint: String,
}
