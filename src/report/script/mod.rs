//! The plans of all accounts, and what their open findings need, as a script. It prints the steps, each with the controls
//! that it is for, and does them only if it is asked to. It asks before a command of a control that is not built in, and before the first command of an account
//! that may change something. The scripts for bash and PowerShell do the same, and record what was done in the same lines.

mod bash;
mod pwsh;

use crate::model::{AuditedAccount, ControlOutcome, Finding, PlannedStep, Report, Step};
use crate::remedy::{self, Shell};
use crate::report::words::step_in_words;

/// One step, as both scripts have it.
enum ScriptStep<'a> {
    /// A step to be done by hand, and the line that records it.
    ByHand { note: String, text: String },
    ByCommand {
        note: String,
        text: String,
        argv: &'a [String],
        /// Whether the script asks before it runs the command.
        asks: bool,
    },
    /// An alternative, or a step that fetches evidence.
    Shown { text: String, argv: Option<&'a [String]> },
}

impl ScriptStep<'_> {
    fn asks(&self) -> bool {
        match self {
            ScriptStep::ByHand { .. } => true,
            ScriptStep::ByCommand { asks, .. } => *asks,
            ScriptStep::Shown { .. } => false,
        }
    }
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
    let mut has_asked = false;
    let planned = (1..).zip(&audited.plan).map(|(number, planned)| {
        let mut step = planned_step(report, audited, number, planned);
        if let ScriptStep::ByCommand { argv, asks, .. } = &mut step {
            let is_builtin = planned.controls.iter().all(|control| report.controls[*control].is_builtin());
            *asks = !is_builtin || !has_asked && !only_reads(argv);
        }
        has_asked |= step.asks();
        step
    });
    let planned: Vec<ScriptStep> = planned.collect();
    let open = open_steps(audited).into_iter().filter(|(step, _)| !audited.has_planned(step));
    let open = open.map(|(step, controls)| shown(report, step, &controls));
    Chapter {
        number,
        title: format!(
            "Account {} (group {}, subscription {})",
            id.name(),
            id.resource_group(),
            id.subscription()
        ),
        steps: planned.into_iter().chain(open).collect(),
    }
}

/// The steps of the open findings, each once, with the controls that have it.
fn open_steps(audited: &AuditedAccount) -> Vec<(&Step, Vec<usize>)> {
    let is_open = |finding: &&Finding| finding.outcome == ControlOutcome::Open && !finding.is_waived();
    let mut steps: Vec<(&Step, Vec<usize>)> = Vec::new();
    for finding in audited.findings.iter().filter(is_open) {
        for step in &finding.steps {
            match steps.iter_mut().find(|(known, _)| *known == step) {
                Some((_, controls)) if controls.contains(&finding.control) => {}
                Some((_, controls)) => controls.push(finding.control),
                None => steps.push((step, vec![finding.control])),
            }
        }
    }
    steps
}

/// The note of a command contains the command, so that no script of the same audit repeats it, even if the plan has
/// changed.
fn planned_step<'a>(
    report: &Report,
    audited: &AuditedAccount,
    number: usize,
    PlannedStep { step, controls }: &'a PlannedStep,
) -> ScriptStep<'a> {
    if step.is_alternative {
        return shown(report, step, controls);
    }
    let id = audited.account.id.folded();
    let text = step_in_words(report, &step.text, controls.iter().copied());
    match step.argv.as_deref().zip(command(step, Shell::Bash)) {
        Some((argv, command)) => {
            let note = format!("{} {id} {command}", report.as_of);
            // `chapter` sets `asks`, because it knows the steps before this one.
            ScriptStep::ByCommand { note, text, argv, asks: true }
        }
        None => ScriptStep::ByHand { note: format!("{} {id} {number} {}", report.as_of, step.text), text },
    }
}

/// Whether the command of a built-in control changes nothing, by its verb.
fn only_reads(argv: &[String]) -> bool {
    let mut words = argv.iter().take_while(|word| !word.starts_with('-'));
    words.next().is_some_and(|program| program == "az")
        && words.last().is_some_and(|verb| ["list", "show"].contains(&verb.as_str()))
}

fn shown<'a>(report: &Report, step: &'a Step, controls: &[usize]) -> ScriptStep<'a> {
    let text = step_in_words(report, &step.text, controls.iter().copied());
    ScriptStep::Shown { text, argv: step.argv.as_deref() }
}

fn command(step: &Step, shell: Shell) -> Option<String> {
    remedy::command(step.argv.as_deref()?, shell).ok()
}
