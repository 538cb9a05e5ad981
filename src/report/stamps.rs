//! One command that reads the months of many accounts' keys.

use std::collections::BTreeSet;

use crate::model::AuditedAccount;
use crate::remedy::{self, Shell};

/// If there are more accounts than this, they are selected by their subscriptions.
const MAX_SELECTED_ACCOUNTS: usize = 10;

/// Whether `argv` is a command that reads the months of one account's keys.
pub(super) fn is_reading(argv: &[String]) -> bool {
    argv.iter().take(4).eq(["rotaudit", "export-script", "--key-stamps", "--account"])
}

/// Words to follow "one script". They name the other exports that the command also makes for this many accounts.
pub(super) fn also(accounts: usize) -> &'static str {
    if accounts > MAX_SELECTED_ACCOUNTS { " exports their subscriptions again and" } else { "" }
}

/// The command for all these accounts: by their ids if they are few, else by their subscriptions.
pub(super) fn reading<'a>(
    accounts: impl Iterator<Item = &'a AuditedAccount>,
    shell: Shell,
) -> Option<String> {
    let ids: Vec<_> = accounts.map(|audited| &audited.account.id).collect();
    let (option, values): (&str, BTreeSet<&str>) = if ids.len() <= MAX_SELECTED_ACCOUNTS {
        ("--account", ids.iter().map(|id| id.as_str()).collect())
    } else {
        ("--subscription", ids.iter().map(|id| id.folded_subscription()).collect())
    };
    let mut argv: Vec<String> = ["rotaudit", "export-script", "--key-stamps"].map(str::to_owned).into();
    argv.extend(values.into_iter().flat_map(|value| [option.to_owned(), value.to_owned()]));
    (!ids.is_empty()).then(|| remedy::command(&argv, shell).ok()).flatten()
}
