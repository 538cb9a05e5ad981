//! The command for those who export.

use clap::{Args, ValueEnum};

use crate::export_script::{AccountId, ScriptShell, Selection, SubscriptionId};

use super::values::{Unit, parse_account, parse_subscription, whole};

const WHAT_IT_DOES: &str = "\
Whoever has the Reader role runs the script. It writes, into a new folder, the accounts and the activity log of each
subscription, and a manifest that says what was exported and declares the logs' coverage. It changes nothing.

With --key-stamps it also reads off the month that each key carries, with no key in what it writes. That needs the right
to list keys, and leaves listKeys events in the activity log. docs/collecting.md and docs/key-stamps.md have the details.";

#[derive(Debug, Args)]
#[command(after_help = WHAT_IT_DOES)]
pub struct ExportScriptArgs {
    /// The shell that the script is for
    #[arg(long, value_enum, default_value_t)]
    shell: ScriptShellArg,

    /// A subscription's id; repeatable [default: every enabled one]
    #[arg(long = "subscription", value_name = "ID", value_parser = parse_subscription)]
    subscriptions: Vec<SubscriptionId>,

    /// How far back the activity log is to reach; Azure keeps 90 days
    #[arg(long, value_name = "DAYS", default_value_t = 90, value_parser = whole(Unit::Days, 1..=90))]
    days: u32,

    /// Also read off the month that each key carries
    #[arg(long)]
    key_stamps: bool,

    /// Read off the keys' months of this account (its ARM id), and export nothing else; repeatable
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
    pub fn into_selection(self) -> (ScriptShell, Selection) {
        let shell = match self.shell {
            ScriptShellArg::Bash => ScriptShell::Bash,
            ScriptShellArg::Pwsh => ScriptShell::Pwsh,
        };
        let mut subscriptions = self.subscriptions;
        subscriptions.sort();
        subscriptions.dedup();
        let selection = Selection {
            subscriptions,
            days: self.days,
            key_stamps: self.key_stamps,
            accounts: self.accounts,
        };
        (shell, selection)
    }
}
