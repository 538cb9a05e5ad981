//! The command for those who export.

use clap::{Args, ValueEnum};

use crate::export_script::{AccountId, ExportSelection, ScriptShell, SubscriptionId};

use super::help::TEMPLATE;
use super::values::{CountedUnit, parse_account, parse_subscription, whole};

const EXPORT_SCRIPT_EXAMPLES: &str = "\
Examples:
  rotaudit export-script > export.sh                  then: bash export.sh exports
  rotaudit export-script --shell pwsh > export.ps1    then: ./export.ps1 exports
  rotaudit export-script --key-stamps > export.sh     also reads the month in each key";

const WHAT_IT_DOES: &str = "\
The script needs the Reader role. It writes the accounts and the activity log of each subscription to a new folder, with a \
manifest that lists the exports and declares the coverage of the logs. It changes nothing in Azure.

With --key-stamps, it also reads the month in each key, and writes no key. This needs the right to list keys, and leaves \
listKeys events in the activity log. docs/collecting.md and docs/key-stamps.md have the details.";

#[derive(Debug, Args)]
#[command(help_template = TEMPLATE, before_help = EXPORT_SCRIPT_EXAMPLES, after_help = WHAT_IT_DOES)]
pub struct ExportScriptArgs {
    /// Shell that runs the script
    #[arg(long, value_enum, default_value_t)]
    shell: ScriptShellArg,

    /// Export only this subscription (repeatable) [default: every enabled one]
    #[arg(long = "subscription", value_name = "ID", value_parser = parse_subscription)]
    subscriptions: Vec<SubscriptionId>,

    /// Days of activity log to export; Azure keeps 90
    #[arg(long, value_name = "DAYS", default_value_t = 90, value_parser = whole(CountedUnit::Days, 1..=90))]
    days: u32,

    /// Also read the month in each key
    #[arg(long)]
    key_stamps: bool,

    /// Read only the months of this account's keys, by its ARM id (repeatable)
    #[arg(
        long = "account", value_name = "ID", value_parser = parse_account,
        requires = "key_stamps", conflicts_with_all = ["subscriptions", "days"]
    )]
    accounts: Vec<AccountId>,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum ScriptShellArg {
    #[default]
    Bash,
    Pwsh,
}

impl ExportScriptArgs {
    pub fn into_selection(self) -> (ScriptShell, ExportSelection) {
        let shell = match self.shell {
            ScriptShellArg::Bash => ScriptShell::Bash,
            ScriptShellArg::Pwsh => ScriptShell::Pwsh,
        };
        let mut subscriptions = self.subscriptions;
        subscriptions.sort();
        subscriptions.dedup();
        let selection = ExportSelection {
            subscriptions,
            days: self.days,
            key_stamps: self.key_stamps,
            accounts: self.accounts,
        };
        (shell, selection)
    }
}
