use super::{Chapter, ScriptStep, subject};
use crate::model::{Report, printable};
use crate::remedy::{self, Shell};

const PREAMBLE_IN_BASH: &str = include_str!("preamble.sh");

const CLOSING_IN_BASH: &str = r#"
if [ "$act" = no ]; then
    printf '\nNothing was done. Run this with --act to do these steps.\n'
fi
exit "$left"
"#;

pub(super) fn render<'a>(report: &Report, chapters: impl Iterator<Item = Chapter<'a>>) -> String {
    let head = format!(
        "#!/usr/bin/env bash\n# shellcheck disable=SC2317,SC2329  # not every script needs all of its functions\n# {}\n#\n{PREAMBLE_IN_BASH}",
        subject(report)
    );
    let chapters: String = chapters.map(|chapter| function(&chapter)).collect();
    [&head, &chapters, CLOSING_IN_BASH].concat()
}

/// A function for each account, so that the script can leave one account and continue with the others.
fn function(Chapter { number, title, steps }: &Chapter) -> String {
    let body: String = steps.iter().map(|step| format!("    {}\n", line(step))).collect();
    let title = quoted(title);
    format!("\naccount_{number}() {{\n    printf '\\n%s\\n' {title}\n{body}}}\naccount_{number}\n")
}

fn line(step: &ScriptStep) -> String {
    match step {
        ScriptStep::ByHand { note, text } => format!("by_hand {} {} || return 0", quoted(note), quoted(text)),
        ScriptStep::ByCommand { note, text, argv, asks } => {
            let (ask, command) = (if *asks { "--ask " } else { "" }, command(argv));
            let (note, text, shown) = (quoted(note), quoted(text), quoted(&command));
            format!("by_command {ask}{note} {text} {shown} {command} || return 0")
        }
        ScriptStep::Shown { text, argv } => {
            format!("shown {} {}", quoted(text), quoted(&argv.map(command).unwrap_or_default()))
        }
    }
}

/// The command for bash; empty if no command line can carry the arguments.
fn command(argv: &[String]) -> String {
    remedy::command(argv, Shell::Bash).unwrap_or_default()
}

/// One word of bash, which contains nothing that a terminal would act on.
fn quoted(text: &str) -> String {
    format!("'{}'", printable(text).replace('\'', r"'\''"))
}
