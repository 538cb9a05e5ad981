//! The steps of all listed accounts together: each distinct command once, and one command for many accounts.

use std::collections::{BTreeMap, BTreeSet};

use super::page::Page;
use crate::model::{
    AuditedAccount, ControlOutcome, Finding, Instant, Report, Step, VERDICT_CONTROL, Verdict, counted,
    subscription_in_command,
};
use crate::remedy::{self, Shell};
use crate::report::listing::Listing;
use crate::report::stamps;
use crate::report::subscriptions::named;
use crate::report::words::counts;

/// The maximum number of lines of one kind; `rotaudit explain` shows all of them for one account.
const MAX_LINES_OF_A_KIND: usize = 5;

/// Options of `az monitor activity-log list`.
const START_OPTION: &str = "--start-time";
const END_OPTION: &str = "--end-time";

/// The actions that settle the unproven accounts, and the open findings of controls that are not built in. Each map has
/// at most one element for each account or subscription.
#[derive(Default)]
struct Actions<'a> {
    /// The accounts in whose keys the months must be read.
    stamps: BTreeMap<&'a str, &'a AuditedAccount>,
    /// Windows of activity logs, by subscription.
    logs: BTreeMap<&'a str, LogExportStep<'a>>,
    /// Other commands with their text and the number of accounts.
    commands: BTreeMap<&'a str, (&'a str, usize)>,
    /// Steps without a command, with the number of accounts.
    texts: BTreeMap<&'a str, usize>,
}

/// One export that covers the windows of several accounts.
struct LogExportStep<'a> {
    argv: &'a [String],
    start: Instant,
    end: Instant,
    accounts: BTreeSet<&'a str>,
}

/// Writes what to do about the listed accounts; nothing if there is nothing to do.
pub(super) fn write(page: &mut Page, report: &Report, listing: &Listing, shell: Shell) {
    let accounts: Vec<&AuditedAccount> =
        report.accounts.iter().filter(|audited| listing.has_subscription_of(audited)).collect();
    // The script has the steps of all accounts, also of those that are not listed.
    let fix = fix(report);
    let actions = Actions::of(report, &accounts);
    if fix.is_none() && actions.is_empty() {
        return;
    }
    page.add_heading("What to do");
    if let Some((commands, accounts)) = fix {
        let way = match shell {
            Shell::Bash => {
                "Add -o fix.sh to this command: the script shows the steps, and acts only with --act."
            }
            Shell::Pwsh => {
                "Add -o fix.ps1 to this command: the script shows the steps, and acts only with -Act."
            }
            Shell::Cmd => "Add -v to this command: it shows the steps of each account.",
        };
        let [commands, accounts] = [counted(commands, "command"), counted(accounts, "account")];
        page.add_line(2, &format!("Fix what failed: {commands} for {accounts}. {way}"));
    }
    actions.write(page, report, shell);
}

/// Returns the number of commands that fix failures, and the number of accounts that have such commands.
fn fix(report: &Report) -> Option<(usize, usize)> {
    let commands_of = |audited: &AuditedAccount| {
        let steps = audited.plan.iter().map(|planned| &planned.step);
        steps.filter(|step| !step.is_alternative && step.command.is_some()).count()
    };
    let commands: Vec<usize> = report.accounts.iter().map(commands_of).filter(|count| *count > 0).collect();
    (!commands.is_empty()).then(|| (commands.iter().sum(), commands.len()))
}

impl<'a> Actions<'a> {
    fn of(report: &Report, accounts: &[&'a AuditedAccount]) -> Actions<'a> {
        let mut actions = Actions::default();
        for audited in accounts {
            let is_unproven = audited.proof.verdict == Verdict::Unproven;
            let is_open = |finding: &&Finding| {
                let control = &report.controls[finding.control];
                // A waiver can leave the verdict's finding open for one key of an overdue account.
                let is_separate = !control.is_builtin() || control.id == VERDICT_CONTROL;
                let is_asked_for = is_unproven || is_separate && counts(report, finding);
                is_asked_for && finding.outcome == ControlOutcome::Open && !finding.is_waived()
            };
            let mut seen: BTreeSet<&str> = BTreeSet::new();
            for step in audited.findings.iter().filter(is_open).flat_map(|finding| &finding.steps) {
                if seen.insert(step.command.as_deref().unwrap_or(&step.text)) {
                    actions.add(audited, step);
                }
            }
        }
        actions
    }

    fn add(&mut self, audited: &'a AuditedAccount, step: &'a Step) {
        let argv = step.argv.as_deref().unwrap_or_default();
        let id = audited.account.id.as_str();
        match (step.command.as_deref(), LogWindow::of(argv)) {
            (Some(_), _) if stamps::is_reading(argv) => {
                self.stamps.insert(id, audited);
            }
            (Some(_), Some(window)) => {
                let log = self.logs.entry(window.subscription).or_insert_with(|| LogExportStep {
                    argv,
                    start: window.start,
                    end: window.end,
                    accounts: BTreeSet::new(),
                });
                log.start = log.start.min(window.start);
                log.end = log.end.max(window.end);
                log.accounts.insert(id);
            }
            (Some(command), None) => self.commands.entry(command).or_insert((&step.text, 0)).1 += 1,
            (None, _) => *self.texts.entry(&step.text).or_default() += 1,
        }
    }

    fn is_empty(&self) -> bool {
        self.stamps.is_empty() && self.logs.is_empty() && self.commands.is_empty() && self.texts.is_empty()
    }

    fn write(&self, page: &mut Page, report: &Report, shell: Shell) {
        let reading = stamps::reading(self.stamps.values().copied(), shell);
        let export = if reading.is_some() { "Or export" } else { "Export" };
        if let Some(command) = reading {
            page.add_line(2, &format!(
                "Settle {}: one script{} reads the month of each key (no key leaves), and its sheet is an input of the next audit.",
                counted(self.stamps.len(), "unproven account"),
                stamps::also(self.stamps.len())
            ));
            page.add_command(6, &command);
        }
        for (subscription, log) in self.logs.iter().take(MAX_LINES_OF_A_KIND) {
            if let Ok(command) = remedy::command(&log.argv(), shell) {
                page.add_line(2, &format!(
                    "{export} the activity log of subscription {} ({}). If the export ends without an error, audit it with --coverage {}={}..{}",
                    named(report, subscription),
                    counted(log.accounts.len(), "account"),
                    subscription_in_command(subscription),
                    log.start,
                    log.end
                ));
                page.add_command(6, &command);
            }
        }
        write_rest(page, self.logs.len(), "subscription");
        for (command, (text, accounts)) in self.commands.iter().take(MAX_LINES_OF_A_KIND) {
            page.add_line(2, &format!("{text} ({})", counted(*accounts, "account")));
            page.add_command(6, command);
        }
        write_rest(page, self.commands.len(), "command");
        for (text, accounts) in self.texts.iter().take(MAX_LINES_OF_A_KIND) {
            page.add_line(2, &format!("{text} ({})", counted(*accounts, "account")));
        }
        write_rest(page, self.texts.len(), "step");
    }
}

/// The window that a command exports from the activity log of a subscription.
struct LogWindow<'a> {
    subscription: &'a str,
    start: Instant,
    end: Instant,
}

impl LogWindow<'_> {
    /// Returns `None` if `argv` is not such an export, or if its times are not instants.
    fn of(argv: &[String]) -> Option<LogWindow<'_>> {
        let text = |option: &str| {
            let position = argv.iter().position(|argument| argument == option)?;
            argv.get(position + 1)
        };
        let value = |option: &str| Instant::parse(text(option)?);
        let is_export = argv.iter().take(4).eq(["az", "monitor", "activity-log", "list"]);
        if is_export {
            let subscription = text("--subscription")?;
            Some(LogWindow { subscription, start: value(START_OPTION)?, end: value(END_OPTION)? })
        } else {
            None
        }
    }
}

impl LogExportStep<'_> {
    /// The command for the window of all accounts.
    fn argv(&self) -> Vec<String> {
        let mut argv = self.argv.to_vec();
        for (option, value) in [(START_OPTION, self.start), (END_OPTION, self.end)] {
            let position = argv.iter().position(|argument| argument == option);
            if let Some(argument) = position.and_then(|position| argv.get_mut(position + 1)) {
                *argument = value.to_string();
            }
        }
        argv
    }
}

fn write_rest(page: &mut Page, all: usize, noun: &str) {
    let rest = all.saturating_sub(MAX_LINES_OF_A_KIND);
    if rest > 0 {
        page.add_line(
            2,
            &format!("and for {} more: -v shows the steps of each account", counted(rest, noun)),
        );
    }
}
