//! The steps of failures as a script for bash, which prints them, and does them only with `--act`.

use crate::model::{AuditedAccount, ControlOutcome, Finding, Report, Step, printable};
use crate::remedy::{self, Shell};

const PREAMBLE: &str = include_str!("preamble.sh");

const CLOSING: &str = r#"
if [ "$act" = no ]; then
    printf '\nNothing was done. With --act these steps are.\n'
fi
exit "$left"
"#;

pub(super) fn render(report: &Report) -> String {
    let mut text = format!(
        "#!/usr/bin/env bash\n# shellcheck disable=SC2317,SC2329  # not every script needs all of its functions\n# The steps that put right what {} {} found as of {}.\n#\n{PREAMBLE}",
        env!("CARGO_PKG_NAME"),
        env!("CARGO_PKG_VERSION"),
        report.as_of
    );
    for (number, audited) in (1..).zip(&report.accounts) {
        text += &account(report, audited, number);
    }
    text + CLOSING
}

/// A shell function for each account, so that the script can leave one account without the others.
fn account(report: &Report, audited: &AuditedAccount, number: usize) -> String {
    let mut lines: Vec<String> = (1..)
        .zip(&audited.plan)
        .map(|(number, planned)| line(report, audited, number, &planned.step))
        .collect();
    let is_open = |finding: &&Finding| finding.outcome == ControlOutcome::Open && !finding.is_waived();
    let open = audited.findings.iter().filter(is_open).flat_map(|finding| &finding.steps);
    lines.extend(open.filter(|step| !audited.has_planned(step)).map(shown));
    if lines.is_empty() {
        return String::new();
    }
    let id = &audited.account.id;
    let title =
        format!("Account {} (group {}, subscription {})", id.name(), id.resource_group(), id.subscription());
    let body: String = lines.iter().map(|line| format!("    {line}\n")).collect();
    let title = quoted(&title);
    format!("\naccount_{number}() {{\n    printf '\\n%s\\n' {title}\n{body}}}\naccount_{number}\n")
}

/// A step of the plan. What notes it in the state names the command, so that no other script of the same audit repeats it.
fn line(report: &Report, audited: &AuditedAccount, number: usize, step: &Step) -> String {
    let id = audited.account.id.folded();
    let text = quoted(&step.text);
    match command(step) {
        _ if step.is_alternative => shown(step),
        Some(command) => {
            let noted = quoted(&format!("{} {id} {command}", report.as_of));
            format!("by_command {noted} {text} {} {command}", quoted(&command))
        }
        None => {
            let noted = quoted(&format!("{} {id} {number} {}", report.as_of, step.text));
            format!("by_hand {noted} {text} || return 0")
        }
    }
}

fn shown(step: &Step) -> String {
    format!("shown {} {}", quoted(&step.text), quoted(&command(step).unwrap_or_default()))
}

fn command(step: &Step) -> Option<String> {
    remedy::command(step.argv.as_deref()?, Shell::Bash).ok()
}

/// One word of bash, with nothing in it that a terminal would take for its own.
fn quoted(text: &str) -> String {
    format!("'{}'", printable(text).replace('\'', r"'\''"))
}
