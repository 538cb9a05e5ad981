//! The script that exports the evidence for an audit. A person with access runs it; this program never does.
//! `tests/it/export_script.rs` runs it against a simulated `az`.

use std::io::{self, Write};

use crate::model::ResourceId;
use crate::powershell;
use crate::redact::{self, Notation};

/// The shells that a script can be written for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ScriptShell {
    #[default]
    Bash,
    Pwsh,
}

/// The data that the script reads.
#[derive(Clone, Debug)]
pub struct ExportSelection {
    /// The subscriptions to read; if there are none, every enabled one.
    pub subscriptions: Vec<SubscriptionId>,
    /// The number of days of activity log to read.
    pub days: u32,
    /// Whether the script also reads the months in keys.
    pub key_stamps: bool,
    /// If any is named, the script reads only the months of these accounts' keys.
    pub accounts: Vec<AccountId>,
}

/// A subscription's id in lower case. It contains nothing that has a meaning for a shell, for az or in a file's name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SubscriptionId(String);

impl SubscriptionId {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn parse(text: &str) -> Option<SubscriptionId> {
        // Five groups of hexadecimal digits.
        let is_dash = |index: usize| matches!(index, 8 | 13 | 18 | 23);
        let is_right = |(index, one): (usize, u8)| {
            if is_dash(index) { one == b'-' } else { one.is_ascii_hexdigit() }
        };
        let is_id = text.len() == 36 && text.bytes().enumerate().all(is_right);
        is_id.then(|| SubscriptionId(text.to_ascii_lowercase()))
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

/// Writes the script to standard output. A reader that stops early is not an error.
pub fn print(shell: ScriptShell, selection: &ExportSelection) -> io::Result<()> {
    let mut out = redact::standard_output(Notation::Plain);
    match out.write_all(render(shell, selection).as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
        _ => Ok(()),
    }
}

/// The text of the script.
fn render(shell: ScriptShell, selection: &ExportSelection) -> String {
    let (template, separator) = match shell {
        ScriptShell::Bash => (include_str!("export_script/export.sh"), " "),
        ScriptShell::Pwsh => (include_str!("export_script/export.ps1"), ", "),
    };
    let quote = |id: &str| match shell {
        ScriptShell::Bash => format!("'{id}'"),
        ScriptShell::Pwsh => powershell::literal(id),
    };
    let quoted = |ids: Vec<&str>| ids.into_iter().map(quote).collect::<Vec<_>>().join(separator);
    sections(template, selection)
        .replace("@RUN_AZ@", powershell::RUN_AZ)
        .replace("@VERSION@", env!("CARGO_PKG_VERSION"))
        .replace("@DAYS@", &selection.days.to_string())
        .replace("@SUBSCRIPTIONS@", &quoted(selection.subscriptions.iter().map(|id| id.0.as_str()).collect()))
        .replace("@ACCOUNTS@", &quoted(selection.accounts.iter().map(|id| id.0.as_str()).collect()))
}

/// The template without the sections that the selection does not need, so that there is less to read before it is run.
/// A section is between the lines `#[name]` and `#[/name]`; one inside another needs both.
fn sections(template: &str, selection: &ExportSelection) -> String {
    let is_wanted = |section: &str| match section {
        "exports" => selection.accounts.is_empty(),
        "named" => !selection.accounts.is_empty(),
        _ => selection.key_stamps,
    };
    let mut open: Vec<&str> = Vec::new();
    let mut text = String::with_capacity(template.len());
    for line in template.lines() {
        match line.strip_prefix("#[").and_then(|line| line.strip_suffix(']')) {
            Some(mark) if mark.starts_with('/') => drop(open.pop()),
            Some(section) => open.push(section),
            None if open.iter().all(|section| is_wanted(section)) => text += &format!("{line}\n"),
            None => {}
        }
    }
    text
}
