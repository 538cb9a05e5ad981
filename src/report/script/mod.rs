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
    let counts = |finding: &&Finding| !finding.is_waived() && !finding.steps.is_empty();
    let failed = |finding: &&Finding| matches!(finding.outcome, ControlOutcome::Fail(_));
    let findings = || audited.findings.iter().filter(counts);
    let mut lines = Vec::new();
    let mut before: Vec<&Step> = Vec::new();
    for finding in findings().filter(failed) {
        // The steps of one finding are done all or not at all, since their order keeps them safe.
        if !finding.steps.iter().all(|step| before.contains(&step)) {
            lines.extend(plan(report, audited, finding));
            before.extend(&finding.steps);
        }
    }
    for finding in findings().filter(|finding| finding.outcome == ControlOutcome::Open) {
        lines.extend(finding.steps.iter().map(shown));
    }
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

/// The steps of a finding. Nothing is regenerated without a step by hand directly before it: there applications move to
/// the other key.
fn plan(report: &Report, audited: &AuditedAccount, finding: &Finding) -> Vec<String> {
    let control = &report.controls[finding.control].id;
    let number = |lines: &[String]| {
        quoted(&format!("{} {control} {} {}", report.as_of, audited.account.id.folded(), lines.len() + 1))
    };
    let mut lines = Vec::new();
    let mut is_confirmed = false;
    for step in &finding.steps {
        let text = quoted(&step.text);
        if step.is_alternative {
            lines.push(shown(step));
        } else if let Some((argv, command)) = command(step) {
            if is_regeneration(argv) && !is_confirmed {
                let text = quoted("Make sure that no application uses the key that is regenerated next.");
                lines.push(format!("by_hand {} {text} || return 0", number(&lines)));
            }
            lines.push(format!("by_command {} {text} {} {command}", number(&lines), quoted(&command)));
            is_confirmed = false;
        } else {
            lines.push(format!("by_hand {} {text} || return 0", number(&lines)));
            is_confirmed = true;
        }
    }
    lines
}

fn shown(step: &Step) -> String {
    let command = command(step).map(|(_, command)| command).unwrap_or_default();
    format!("shown {} {}", quoted(&step.text), quoted(&command))
}

fn command(step: &Step) -> Option<(&[String], String)> {
    let argv = step.argv.as_deref()?;
    Some((argv, remedy::command(argv, Shell::Bash).ok()?))
}

fn is_regeneration(argv: &[String]) -> bool {
    argv.windows(2).any(|words| words[0] == "keys" && words[1] == "regenerate")
}

/// One word of bash, with nothing in it that a terminal would take for its own.
fn quoted(text: &str) -> String {
    format!("'{}'", printable(text).replace('\'', r"'\''"))
}
