use super::{Chapter, ScriptStep, subject};
use crate::model::{Report, printable};
use crate::powershell::{self, RUN_AZ};
use crate::remedy::{self, Shell};

const PREAMBLE_IN_PWSH: &str = include_str!("preamble.ps1");

const CLOSING_IN_PWSH: &str = "
    if (-not $Act) {
        Write-Host ''
        Write-Host 'Nothing was done. Run this with -Act to do these steps.'
    }
    $script:Status = $script:Left
} catch {
    Stop-Script $_.Exception.Message 1
} finally {
    # Ctrl-C ends the block above, and runs this one.
    exit $script:Status
}
";

pub(super) fn render<'a>(report: &Report, chapters: impl Iterator<Item = Chapter<'a>>) -> String {
    let preamble =
        PREAMBLE_IN_PWSH.replace("@SUBJECT@", &subject(report)).replace("@RUN_AZ@", RUN_AZ.trim_end());
    let (functions, calls): (String, String) = chapters
        .map(|chapter| (function(&chapter), format!("    Repair-Account{}\n", chapter.number)))
        .unzip();
    [&preamble, &functions, "\ntry {\n", &calls, CLOSING_IN_PWSH].concat()
}

/// A function for each account, so that the script can leave one account and continue with the others.
fn function(Chapter { number, title, steps }: &Chapter) -> String {
    let body: String = steps.iter().map(|step| format!("    {}\n", line(step))).collect();
    let title = literal(title);
    format!("\nfunction Repair-Account{number} {{\n    Write-Host ''\n    Write-Host {title}\n{body}}}\n")
}

fn line(step: &ScriptStep) -> String {
    match step {
        ScriptStep::ByHand { note, text } => by_hand(note, text),
        ScriptStep::ByCommand { note, text, argv, asks }
            if argv.iter().all(|word| powershell::can_pass(word)) =>
        {
            let words: Vec<String> = argv.iter().map(|word| powershell::literal(word)).collect();
            let shown = literal(&shown(argv));
            let (note, text, words) = (literal(note), literal(text), words.join(", "));
            let ask = if *asks { " -Ask" } else { "" };
            format!("if (-not (Invoke-Step {note} {text} {shown} @({words}){ask})) {{ return }}")
        }
        ScriptStep::ByCommand { note, text, argv, .. } => {
            let text =
                format!("{text} PowerShell on Windows cannot run its command. In bash: {}", bash(argv));
            by_hand(note, &text)
        }
        ScriptStep::Shown { text, argv } => {
            let command = argv.map(shown).unwrap_or_default();
            format!("Show-Step {} {}", literal(text), literal(&command))
        }
    }
}

fn by_hand(note: &str, text: &str) -> String {
    format!("if (-not (Confirm-Step {} {})) {{ return }}", literal(note), literal(text))
}

/// The command quoted for PowerShell, or for bash if it cannot be pasted into PowerShell.
fn shown(argv: &[String]) -> String {
    remedy::command(argv, Shell::Pwsh).unwrap_or_else(|_| match bash(argv) {
        command if command.is_empty() => command,
        command => format!("{command}   # cannot be pasted into PowerShell; quoted for bash"),
    })
}

/// The command for bash; empty if no command line can carry the arguments.
fn bash(argv: &[String]) -> String {
    remedy::command(argv, Shell::Bash).unwrap_or_default()
}

/// An expression whose value contains nothing that a terminal would act on.
fn literal(text: &str) -> String {
    powershell::literal(&printable(text))
}
