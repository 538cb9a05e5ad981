//! The options for the criteria of the audit, and for the form of commands.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::values::{CountedUnit, whole};
use crate::audit::Criteria;
use crate::model::KeyName;
use crate::policy::{LONGEST_MAX_AGE_DAYS, PolicySelection};
use crate::remedy::Shell;

/// Whose policies.
#[derive(Debug, Args)]
pub struct PolicyArgs {
    /// Add a Rego file, or a folder of them without *_test.rego (repeatable)
    #[arg(long = "policy", value_name = "PATH")]
    pub(super) policies: Vec<PathBuf>,

    /// Leave out the built-in controls
    #[arg(long)]
    no_builtin_policies: bool,
}

#[derive(Debug, Args)]
pub(super) struct CriteriaArgs {
    #[command(flatten)]
    pub(super) pack: PolicyArgs,

    /// Maximum age of a key, in days of 24 hours [default: 90, or from --params]
    #[arg(long, value_name = "DAYS", value_parser = whole(CountedUnit::Days, 1..=LONGEST_MAX_AGE_DAYS))]
    max_age: Option<u32>,

    /// YAML or JSON file with parameters of policies (data.params)
    #[arg(long, value_name = "FILE")]
    pub(super) params: Option<PathBuf>,

    /// Evaluate only this control, even if it is off by default (repeatable)
    #[arg(long = "control", value_name = "ID")]
    controls: Vec<String>,

    /// YAML file of waivers: waived findings are reported, but do not fail the audit
    #[arg(long, value_name = "FILE")]
    pub(super) waivers: Option<PathBuf>,

    /// Key that applications use now; it is regenerated last
    #[arg(long, value_enum, value_name = "KEY", help_heading = "Remediation")]
    in_use_key: Option<KeyArg>,

    /// Shell to quote commands for and to write scripts in [default: bash]
    #[arg(long, value_enum, help_heading = "Remediation")]
    shell: Option<ShellArg>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum KeyArg {
    Key1,
    Key2,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ShellArg {
    Bash,
    Pwsh,
    Cmd,
}

impl From<PolicyArgs> for PolicySelection {
    fn from(arguments: PolicyArgs) -> PolicySelection {
        PolicySelection {
            paths: arguments.policies,
            no_builtin: arguments.no_builtin_policies,
            with_tests: false,
        }
    }
}

impl CriteriaArgs {
    /// The shell that was given.
    pub(super) fn shell(&self) -> Option<Shell> {
        self.shell.map(|shell| match shell {
            ShellArg::Bash => Shell::Bash,
            ShellArg::Pwsh => Shell::Pwsh,
            ShellArg::Cmd => Shell::Cmd,
        })
    }
}

impl From<CriteriaArgs> for Criteria {
    fn from(arguments: CriteriaArgs) -> Criteria {
        let shell = arguments.shell().unwrap_or_default();
        Criteria {
            policies: arguments.pack.into(),
            controls: arguments.controls,
            params: arguments.params,
            max_age_days: arguments.max_age,
            waivers: arguments.waivers,
            in_use_key: arguments.in_use_key.map(|key| match key {
                KeyArg::Key1 => KeyName::Key1,
                KeyArg::Key2 => KeyName::Key2,
            }),
            shell,
        }
    }
}
