//! Turns argument arrays into commands, quoted so that a shell hands them on unchanged. Arguments that no quoting can
//! carry are refused. `tests/it/quoting.rs` checks both with real shells. Merges the steps of an account into one plan.

mod bash;
mod cmd;
mod plan;
mod pwsh;

use thiserror::Error;

use crate::model::Step;
pub use plan::plan;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shell {
    #[default]
    Bash,
    Pwsh,
    Cmd,
}

impl Shell {
    pub fn as_str(self) -> &'static str {
        match self {
            Shell::Bash => "bash",
            Shell::Pwsh => "pwsh",
            Shell::Cmd => "cmd",
        }
    }
}

/// The reason why an argument array cannot be a command.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Unquotable {
    #[error("an argument of it holds a zero byte, which no command line can carry")]
    Nul,
    #[error("az reads the value {0:?} as the name of a file, even if it is quoted")]
    FileReference(String),
    #[error("cmd cannot quote {0:?}: ask for it with --shell bash or --shell pwsh")]
    Cmd(String),
    #[error("PowerShell on Windows would hand on {0:?} changed: ask for it with --shell bash")]
    Pwsh(String),
}

/// One line that runs `argv` in `shell`. It holds no control characters, so it can be shown and pasted safely.
pub fn command(argv: &[String], shell: Shell) -> Result<String, Unquotable> {
    for argument in argv {
        if argument.contains('\0') {
            return Err(Unquotable::Nul);
        }
        if reads_a_file(argument) {
            return Err(Unquotable::FileReference(argument.clone()));
        }
    }
    let program = argv.first().map_or("", String::as_str);
    let quoted: Result<Vec<String>, Unquotable> = argv
        .iter()
        .map(|argument| match shell {
            Shell::Bash => Ok(bash::quote(argument)),
            Shell::Pwsh => pwsh::quote(argument, program),
            Shell::Cmd => cmd::quote(argument),
        })
        .collect();
    Ok(quoted?.join(" "))
}

/// Fills in a step's command; if there cannot be one, its text says why.
pub fn fill_in(step: &mut Step, shell: Shell) {
    if let Some(argv) = &step.argv {
        match command(argv, shell) {
            Ok(command) => step.command = Some(command),
            Err(why) => step.text = format!("{} There is no command for it: {why}.", step.text),
        }
    }
}

/// The Azure CLI replaces `@file`, alone or after an option's `=`, by the file's contents.
fn reads_a_file(argument: &str) -> bool {
    let value = argument.split_once('=').map_or(argument, |(_, value)| value);
    value.starts_with('@') && value.len() > 1
}
