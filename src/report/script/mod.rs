//! The plans of all accounts, and what their open findings need, as a script. It prints the steps, and does them only if it
//! is asked to. The scripts for bash and PowerShell do the same, and note what was done in the same lines.

mod bash;
mod pwsh;

use crate::model::{AuditedAccount, ControlOutcome, Finding, Report, Step};
use crate::remedy::{self, Shell};

/// One step, as both scripts have it.
enum ScriptStep<'a> {
    /// A step to be done by hand, and the line that notes it.
    ByHand {
        note: String,
        text: &'a str,
    },
    ByCommand {
        note: String,
        text: &'a str,
        argv: &'a [String],
    },
    /// An alternative, or a step that fetches evidence.
    Shown {
        text: &'a str,
        argv: Option<&'a [String]>,
    },
}

/// The steps of one account.
struct Chapter<'a> {
    /// Its position among all accounts, from 1.
    number: usize,
    title: String,
    steps: Vec<ScriptStep<'a>>,
}

pub(super) fn render(report: &Report, shell: Shell) -> String {
    let chapters = (1..).zip(&report.accounts).map(|(number, audited)| chapter(report, audited, number));
    let chapters = chapters.filter(|chapter| !chapter.steps.is_empty());
    match shell {
        Shell::Pwsh => pwsh::render(report, chapters),
        // The command line refuses cmd.
        Shell::Bash | Shell::Cmd => bash::render(report, chapters),
    }
}

/// The first sentence of a script.
fn subject(report: &Report) -> String {
    format!(
        "The steps that fix what {} {} found as of {}.",
        env!("CARGO_PKG_NAME"),
        env!("CARGO_PKG_VERSION"),
        report.as_of
    )
}

fn chapter<'a>(report: &Report, audited: &'a AuditedAccount, number: usize) -> Chapter<'a> {
    let id = &audited.account.id;
    let planned = (1..).zip(&audited.plan);
    let planned = planned.map(|(number, planned)| planned_step(report, audited, number, &planned.step));
    let is_open = |finding: &&Finding| finding.outcome == ControlOutcome::Open && !finding.is_waived();
    let open = audited.findings.iter().filter(is_open).flat_map(|finding| &finding.steps);
    let open = open.filter(|step| !audited.has_planned(step)).map(shown);
    Chapter {
        number,
        title: format!(
            "Account {} (group {}, subscription {})",
            id.name(),
            id.resource_group(),
            id.subscription()
        ),
        steps: planned.chain(open).collect(),
    }
}

/// The note of a command names it, so that no script of the same audit repeats it, even if the plan has changed.
fn planned_step<'a>(
    report: &Report,
    audited: &AuditedAccount,
    number: usize,
    step: &'a Step,
) -> ScriptStep<'a> {
    let (id, text) = (audited.account.id.folded(), step.text.as_str());
    if step.is_alternative {
        return shown(step);
    }
    match step.argv.as_deref().zip(command(step, Shell::Bash)) {
        Some((argv, command)) => {
            ScriptStep::ByCommand { note: format!("{} {id} {command}", report.as_of), text, argv }
        }
        None => ScriptStep::ByHand { note: format!("{} {id} {number} {text}", report.as_of), text },
    }
}

fn shown(step: &Step) -> ScriptStep<'_> {
    ScriptStep::Shown { text: &step.text, argv: step.argv.as_deref() }
}

fn command(step: &Step, shell: Shell) -> Option<String> {
    remedy::command(step.argv.as_deref()?, shell).ok()
}
