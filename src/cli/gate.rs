//! The options for the gate, which can fail an audit.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::model::{Gate, GateLevel};

#[derive(Debug, Args)]
pub(super) struct GateArgs {
    /// Earlier SARIF report: show what is new, changed or gone since then
    #[arg(long, value_name = "SARIF")]
    pub baseline: Option<PathBuf>,

    /// Fail only on findings that are new or worse since the baseline
    #[arg(long, requires = "baseline")]
    pub fail_on_new: bool,

    /// Fail the audit on findings at or above this level
    #[arg(long, value_enum, value_name = "LEVEL", default_value_t)]
    pub fail_on: FailOn,

    /// Do not fail the audit if accounts are unproven
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
