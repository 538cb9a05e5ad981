//! The layout of `--help`: examples first, then the options, and the exit statuses last.

use clap::Command;

use crate::prove::readable_forms;

pub(super) const TEMPLATE: &str =
    "{about-with-newline}\n{usage-heading} {usage}\n\n{before-help}{all-args}{after-help}";

/// The forms of exports: the name that reports give to each, and what makes it.
pub(super) fn forms() -> String {
    let mut text = "Exports that are read, recognized by their content:".to_owned();
    for (name, made_by) in readable_forms() {
        let made_by = made_by.replace("\\|", "|").replace(['`', '*'], "").replace('…', "...");
        text += &format!("\n  {name}\n      {made_by}");
    }
    text
}

/// The command and its subcommands with their examples at the end, since manual pages show nothing before the options.
pub(super) fn with_examples(command: Command) -> Command {
    let after = command.get_after_long_help().or(command.get_after_help());
    let texts: Vec<String> =
        command.get_before_help().into_iter().chain(after).map(ToString::to_string).collect();
    let command = if texts.is_empty() { command } else { command.after_long_help(texts.join("\n\n")) };
    command.mut_subcommands(with_examples)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::cli::Cli;

    const MAX_HELP: usize = 80;

    fn all(command: &Command) -> Vec<&Command> {
        std::iter::once(command).chain(command.get_subcommands().flat_map(all)).collect()
    }

    #[test]
    fn every_option_has_a_short_help_that_begins_with_a_capital() {
        let cli = Cli::command();
        let mut options = 0;
        for argument in all(&cli).into_iter().flat_map(Command::get_arguments) {
            let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
            let id = argument.get_id();
            assert!((1..=MAX_HELP).contains(&help.chars().count()), "{id}: {help}");
            assert!(help.starts_with(char::is_uppercase) && !help.ends_with('.'), "{id}: {help}");
            options += 1;
        }
        assert!(options > 50, "only {options} options");
    }

    #[test]
    fn help_begins_with_examples_and_ends_with_the_sandbox_and_the_exit_statuses() {
        let mut cli = Cli::command();
        cli.build();
        let audit = cli.find_subcommand_mut("audit").expect("the command");
        for text in [audit.render_help().to_string(), audit.render_long_help().to_string()] {
            let places = [
                "Usage:",
                "Examples:",
                "<PATH>...",
                "--format",
                "--allow-unproven",
                "--no-sandbox",
                "Exit status:",
            ];
            let places: Vec<_> = places.iter().map(|part| text.rfind(part).map(|at| (at, *part))).collect();
            assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{places:?} of {text}");
        }
        assert!(audit.render_long_help().to_string().contains("accounts/az\n"));
    }
}
