use super::{ControlOutcome, Finding, Report};

/// What became of a finding since the baseline (SARIF §3.27.24).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BaselineState {
    New,
    /// Its outcome or its level is another.
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

/// A finding beside that of the baseline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compared {
    pub state: BaselineState,
    /// It was as bad then, and not waived.
    pub is_known: bool,
}

/// The earlier report that an audit is compared with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Baseline {
    /// The file's name, without the folders that lead to it.
    pub file: String,
    /// Its results that there are no more.
    pub absent: Vec<AbsentResult>,
    /// Whether what is known fails no gate.
    pub fail_on_new: bool,
}

impl Baseline {
    /// Whether the gate leaves the finding out.
    pub fn excuses(&self, finding: &Finding) -> bool {
        self.fail_on_new && finding.compared.is_some_and(|compared| compared.is_known)
    }
}

/// How many findings there are beside the baseline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BaselineCounts {
    pub new: usize,
    pub updated: usize,
    pub unchanged: usize,
    /// What failed or was open, and does so no more.
    pub gone: usize,
}

impl BaselineCounts {
    /// None without a baseline.
    pub fn of(report: &Report) -> Option<BaselineCounts> {
        let baseline = report.baseline.as_ref()?;
        let is_indicator =
            |id: &str| report.controls.iter().any(|control| control.id == id && control.is_indicator);
        let was_trouble = |result: &&AbsentResult| is_trouble(result.outcome, is_indicator(&result.control));
        let gone = baseline.absent.iter().filter(was_trouble).count();
        let mut changes = BaselineCounts { gone, ..BaselineCounts::default() };
        for finding in report.all_findings() {
            let is_trouble = is_trouble(finding.outcome, report.controls[finding.control].is_indicator);
            match (finding.compared.map(|compared| compared.state), is_trouble) {
                (Some(BaselineState::New), true) => changes.new += 1,
                (Some(BaselineState::Updated), true) => changes.updated += 1,
                (Some(BaselineState::Unchanged), true) => changes.unchanged += 1,
                (Some(BaselineState::Updated), false) => changes.gone += 1,
                _ => {}
            }
        }
        Some(changes)
    }
}

/// That an indicator is open means little.
fn is_trouble(outcome: ControlOutcome, is_indicator: bool) -> bool {
    matches!(outcome, ControlOutcome::Fail(_)) || outcome == ControlOutcome::Open && !is_indicator
}

/// A result of the baseline, as far as it is told again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AbsentResult {
    pub control: String,
    pub outcome: ControlOutcome,
    /// As it stands in SARIF.
    pub message: String,
    /// Where it stood.
    pub uri: String,
    pub line: u64,
    /// The account's id; empty for what was about the evidence.
    pub resource: String,
    pub fingerprint: String,
}
