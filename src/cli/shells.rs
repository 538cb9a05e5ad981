//! The completions for shells and the pages for `man`, from the definition of the command line.

use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, Command, CommandFactory};
use clap_complete::Shell;

use crate::powershell::literal;

use super::Cli;
use super::help::{TEMPLATE, with_examples};

const NAME: &str = "rotaudit";

const HOW_TO_USE: &str = "\
Examples:
  bash        rotaudit completions bash > ~/.local/share/bash-completion/completions/rotaudit
  zsh         rotaudit completions zsh > ~/.zfunc/_rotaudit, with ~/.zfunc in fpath before compinit
  fish        rotaudit completions fish > ~/.config/fish/completions/rotaudit.fish
  PowerShell  rotaudit completions powershell | Out-String | Invoke-Expression, in $PROFILE
  Elvish      eval (rotaudit completions elvish | slurp), in rc.elv";

#[derive(Debug, Args)]
#[command(help_template = TEMPLATE, before_help = HOW_TO_USE)]
pub struct CompletionsArgs {
    /// Shell that the script is for
    #[arg(value_enum)]
    shell: Shell,
}

impl CompletionsArgs {
    /// The script for the shell.
    pub fn script(&self) -> String {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), NAME, &mut script);
        let script = String::from_utf8_lossy(&script).into_owned();
        if self.shell == Shell::PowerShell { with_values(&script) } else { script }
    }
}

/// The line of the PowerShell script before which the commands and options begin.
const BEFORE_OPTIONS: &str = "    $completions = @(switch ($command) {\n";

/// Adds the values of options to the script for PowerShell, which offers only options after `--format`.
///
/// The other engine of `clap_complete` offers values in every shell. But in PowerShell it runs the line that is being
/// completed: Tab after `$(…)` or `(…)` runs what is in the parentheses.
fn with_values(script: &str) -> String {
    let mut code = "    $before = @($commandElements | Where-Object { $_.Extent.EndOffset -lt $cursorPosition })[-1].Extent.Text\n    \
                    $values = @(\n"
        .to_owned();
    add_values(&Cli::command(), NAME, &mut code);
    code += "    )\n    if ($values) {\n        return $values | Where-Object { $_.StartsWith($wordToComplete) } | ForEach-Object {\n            \
             [CompletionResult]::new($_, $_, [CompletionResultType]::ParameterValue, $_)\n        }\n    }\n\n";
    script.replacen(BEFORE_OPTIONS, &(code + BEFORE_OPTIONS), 1)
}

/// Adds a line for each option of the command, and of those below it, that takes one of several values. `path` is the
/// command with those above it, joined by semicolons as in the script. Words that are not commands may follow it there.
fn add_values(command: &Command, path: &str, code: &mut String) {
    for option in command.get_arguments().filter(|option| option.get_action().takes_values()) {
        let values: Vec<String> =
            option.get_possible_values().iter().map(|value| literal(value.get_name())).collect();
        let long = option.get_long().map(|name| literal(&format!("--{name}")));
        let short = option.get_short().map(|name| literal(&format!("-{name}")));
        let names: Vec<String> = long.into_iter().chain(short).collect();
        if !values.is_empty() && !names.is_empty() {
            *code += &format!(
                "        if ($before -cin {} -and \"$command;\".StartsWith('{path};')) {{ {} }}\n",
                names.join(", "),
                values.join(", ")
            );
        }
    }
    for subcommand in command.get_subcommands() {
        add_values(subcommand, &format!("{path};{}", subcommand.get_name()), code);
    }
}

#[derive(Debug, Args)]
pub struct ManArgs {
    /// Write the pages of the program and of all commands to this folder
    #[arg(long = "dir", value_name = "DIR")]
    pub folder: Option<PathBuf>,
}

/// The manual page of the program.
pub fn man_page() -> io::Result<String> {
    // The same steps as in `generate_to`, so that the page is the same.
    let mut command = with_examples(Cli::command().disable_help_subcommand(true));
    command.build();
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page)?;
    Ok(String::from_utf8_lossy(&page).into_owned())
}

/// Writes a page for the program, and one for each command.
pub fn write_man_pages(folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    clap_mangen::generate_to(with_examples(Cli::command().disable_help_subcommand(true)), folder)
}
