//! What fails an audit.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::model::{Gate, GateLevel};

#[derive(Debug, Args)]
pub(super) struct GateArgs {
    /// An earlier SARIF report of rotaudit: say what is new since then, changed or gone
    #[arg(long, value_name = "SARIF")]
    pub baseline: Option<PathBuf>,

    /// Only what is new since the baseline, or worse than it was then, fails the gate
    #[arg(long, requires = "baseline")]
    pub fail_on_new: bool,

    /// Least level of a finding that fails the audit
    #[arg(long, value_enum, value_name = "LEVEL", default_value_t)]
    pub fail_on: FailOn,

    /// Unproven accounts do not fail the audit
    #[arg(long)]
    pub allow_unproven: bool,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(super) enum FailOn {
    Error,
    #[default]
    Warning,
    Note,
    Never,
}

impl GateArgs {
    pub(super) fn gate(&self) -> Gate {
        Gate { fail_on: self.fail_on.into(), allow_unproven: self.allow_unproven }
    }
}

impl From<FailOn> for GateLevel {
    fn from(level: FailOn) -> GateLevel {
        match level {
            FailOn::Error => GateLevel::Error,
            FailOn::Warning => GateLevel::Warning,
            FailOn::Note => GateLevel::Note,
            FailOn::Never => GateLevel::Never,
        }
    }
}
