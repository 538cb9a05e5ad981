//! The completions for shells and the pages for `man`, from the definition of the command line.

use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, CommandFactory};
use clap_complete::Shell;

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
        String::from_utf8_lossy(&script).into_owned()
    }
}

#[derive(Debug, Args)]
pub struct ManArgs {
    /// Write the pages of the program and of all commands to this folder
    #[arg(long = "dir", value_name = "DIR")]
    pub folder: Option<PathBuf>,
}

/// The program's page.
pub fn man_page() -> io::Result<String> {
    // As generate_to has it, so that the page is the same.
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
