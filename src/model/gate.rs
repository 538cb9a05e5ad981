//! The gate that an audit must pass, and the outcome of an audit.

use super::Level;

/// The lowest level of a finding that fails the audit.
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

    pub(super) fn fails(self, level: Level) -> bool {
        match self {
            GateLevel::Error => level >= Level::Error,
            GateLevel::Warning => level >= Level::Warning,
            GateLevel::Note => level >= Level::Note,
            GateLevel::Never => false,
        }
    }
}

/// The conditions under which an audit fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gate {
    pub fail_on: GateLevel,
    pub allow_unproven: bool,
}

/// The outcome of an audit.
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
    /// The exit status of the program; `cli.rs` documents the numbers.
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
