//! What fails an audit, and how the audit ended.

use std::collections::BTreeMap;

use super::{ControlOutcome, Finding, Level, Report};

/// The least level of a finding that fails the audit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GateLevel {
    Error,
    #[default]
    Warning,
    Note,
    Never,
}

impl GateLevel {
    pub fn as_str(self) -> &'static str {
        match self {
            GateLevel::Error => "error",
            GateLevel::Warning => "warning",
            GateLevel::Note => "note",
            GateLevel::Never => "never",
        }
    }

    fn fails(self, level: Level) -> bool {
        match self {
            GateLevel::Error => level >= Level::Error,
            GateLevel::Warning => level >= Level::Warning,
            GateLevel::Note => level >= Level::Note,
            GateLevel::Never => false,
        }
    }
}

/// What the user asked to fail on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gate {
    pub fail_on: GateLevel,
    pub allow_unproven: bool,
}

/// How an audit ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditOutcome {
    Pass,
    Fail,
    /// Evidence could not be read, or no account was in scope.
    Incomplete,
    /// Nothing failed, but something is open.
    Unproven,
}

impl AuditOutcome {
    /// Of the program; the numbers are documented.
    pub fn exit_status(self) -> u8 {
        match self {
            AuditOutcome::Pass => 0,
            AuditOutcome::Fail => 1,
            AuditOutcome::Incomplete => 2,
            AuditOutcome::Unproven => 3,
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            AuditOutcome::Pass => "PASS",
            AuditOutcome::Fail => "FAIL",
            AuditOutcome::Incomplete => "INCOMPLETE",
            AuditOutcome::Unproven => "UNPROVEN",
        }
    }
}

impl Report {
    /// *Incomplete* takes precedence over *fail*, and *fail* over *unproven*.
    pub fn outcome(&self) -> AuditOutcome {
        if !self.is_complete() || self.accounts.is_empty() {
            AuditOutcome::Incomplete
        } else if self.counting().any(|finding| self.fails_gate(finding)) {
            AuditOutcome::Fail
        } else if !self.gate.allow_unproven && self.counting().any(|finding| self.is_open_at_gate(finding)) {
            AuditOutcome::Unproven
        } else {
            AuditOutcome::Pass
        }
    }

    /// The number of findings that fail the gate, by the id of the control.
    pub fn failures_at_gate(&self) -> BTreeMap<&str, usize> {
        self.by_control(|finding| self.fails_gate(finding))
    }

    /// The number of failures that are too mild for the gate, likewise.
    pub fn failures_below_gate(&self) -> BTreeMap<&str, usize> {
        self.by_control(|finding| finding.outcome.level().is_some() && !self.fails_gate(finding))
    }

    /// The number of open findings that count, likewise.
    pub fn open_at_gate(&self) -> BTreeMap<&str, usize> {
        self.by_control(|finding| self.is_open_at_gate(finding))
    }

    fn by_control(&self, counts: impl Fn(&Finding) -> bool) -> BTreeMap<&str, usize> {
        let mut numbers = BTreeMap::new();
        for finding in self.counting().filter(|finding| counts(finding)) {
            *numbers.entry(self.controls[finding.control].id.as_str()).or_default() += 1;
        }
        numbers
    }

    fn fails_gate(&self, finding: &Finding) -> bool {
        finding.outcome.level().is_some_and(|level| self.gate.fail_on.fails(level))
    }

    /// An indicator's open answer does not count.
    fn is_open_at_gate(&self, finding: &Finding) -> bool {
        finding.outcome == ControlOutcome::Open && !self.controls[finding.control].is_indicator
    }
}
