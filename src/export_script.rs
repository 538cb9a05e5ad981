//! The script that exports what an audit needs, for whoever has access to run. This program never runs it.

use std::io::{self, Write};

use crate::model::ResourceId;

/// The shells that a script can be written for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ScriptShell {
    #[default]
    Bash,
    Pwsh,
}

/// What the script is to read; nothing named stands for all that can be seen.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    pub subscriptions: Vec<SubscriptionId>,
    pub accounts: Vec<AccountId>,
}

/// A subscription's id, which holds nothing that a shell or az would take for its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubscriptionId(String);

impl SubscriptionId {
    pub fn parse(text: &str) -> Option<SubscriptionId> {
        let is_id = text.len() == 36 && text.chars().all(|one| one.is_ascii_hexdigit() || one == '-');
        is_id.then(|| SubscriptionId(text.to_owned()))
    }
}

/// An account's id, of the characters that Azure allows: none of them ends a quoted string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountId(String);

impl AccountId {
    pub fn parse(text: &str) -> Option<AccountId> {
        let id = ResourceId::parse(text).filter(ResourceId::is_account)?;
        let is_allowed = |one: char| one.is_alphanumeric() || "-_.()/".contains(one);
        let leads = [id.subscription(), id.resource_group(), id.name()].map(|part| part.starts_with('-'));
        (id.as_str().chars().all(is_allowed) && !leads.contains(&true))
            .then(|| AccountId(id.as_str().to_owned()))
    }
}

/// Writes the script to standard output. A reader that wants no more of it is no error.
pub fn print(shell: ScriptShell, selection: &Selection) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(render(shell, selection).as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
        _ => Ok(()),
    }
}

/// The text of the script.
fn render(shell: ScriptShell, selection: &Selection) -> String {
    let (template, separator) = match shell {
        ScriptShell::Bash => (include_str!("export_script/export.sh"), " "),
        ScriptShell::Pwsh => (include_str!("export_script/export.ps1"), ", "),
    };
    let quoted = |ids: Vec<&str>| -> String {
        ids.into_iter().map(|id| format!("'{id}'")).collect::<Vec<_>>().join(separator)
    };
    template
        .replace("@SUBSCRIPTIONS@", &quoted(selection.subscriptions.iter().map(|id| id.0.as_str()).collect()))
        .replace("@ACCOUNTS@", &quoted(selection.accounts.iter().map(|id| id.0.as_str()).collect()))
}
