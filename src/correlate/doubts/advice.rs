//! Advice that settles doubts about the logs: one note for all subscriptions, with the options and commands filled in.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use super::Evidence;
use crate::model::{Declaration, Instant, Interval, NO_HISTORY, Note, ResourceId, Scope, Severity};

/// Subscriptions that a note names.
const MAX_NAMED: usize = 5;

/// As much as Azure keeps, less the time until a command is run.
const REACHABLE: TimeDelta = TimeDelta::minutes(90 * 24 * 60 - 60);

/// The windows in which the logs of subscriptions prove no absence unless somebody states that they are complete.
#[derive(Debug, Default)]
pub(super) struct Unstated(BTreeMap<ResourceId, Interval>);

impl Unstated {
    /// Takes in a window, unless a statement is about the subscription or something in it.
    pub(super) fn add(&mut self, subscription: &ResourceId, window: Interval, evidence: Evidence<'_>) {
        let stated = [evidence.declarations, evidence.assumed_complete];
        if stated.into_iter().flatten().any(|stated| is_about(stated, subscription)) {
            return;
        }
        let known = self.0.entry(subscription.clone()).or_insert(window);
        *known = Interval { start: known.start.min(window.start), end: known.end.max(window.end) };
    }

    /// How to state it, if somebody knows it.
    pub(super) fn note(self) -> Option<Note> {
        let option = |(subscription, window): (&ResourceId, &Interval)| {
            format!("--coverage {}={}..{}", subscription.name(), window.start, window.end)
        };
        let options: Vec<String> = self.0.iter().take(MAX_NAMED).map(option).collect();
        let more = match self.0.len().saturating_sub(MAX_NAMED) {
            0 => String::new(),
            more => format!(" and likewise for {more} more subscriptions"),
        };
        let (logs, are_complete) = match self.0.len() {
            0 => return None,
            1 => (
                "the log of 1 subscription proves no absence by itself".to_owned(),
                "it is complete from its first to its last event",
            ),
            count => (
                format!("the logs of {count} subscriptions prove no absence by themselves"),
                "each is complete from its first to its last event",
            ),
        };
        let text = format!(
            "{logs}; if {are_complete}, state it: {}{more}, or --assume-complete for all logs",
            options.join(" ")
        );
        Some(Note::new(Severity::Warning, text))
    }
}

fn is_about(stated: &Declaration, subscription: &ResourceId) -> bool {
    match &stated.scope {
        Scope::Everything => true,
        Scope::Within(scope) => subscription.contains(scope),
    }
}

/// That subscriptions have no log, with the command that exports one; `has_history` is whether any input shows when
/// something happened to a key.
pub(super) fn no_log_of(subscriptions: &[&ResourceId], has_history: bool, as_of: Instant) -> Option<Note> {
    let first = subscriptions.first()?;
    let names: Vec<&str> = subscriptions.iter().take(MAX_NAMED).map(|one| one.name()).collect();
    let more = match subscriptions.len().saturating_sub(MAX_NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let text = match (has_history, subscriptions.len()) {
        (false, _) => NO_HISTORY.to_owned(),
        (true, 1) => format!("no activity log of subscription {} is among the inputs", first.name()),
        (true, count) => {
            format!(
                "no activity log of {count} subscriptions is among the inputs: {}{more}",
                names.join(", ")
            )
        }
    };
    let others = match subscriptions.len() {
        1 => String::new(),
        _ if has_history => " and likewise for the others".to_owned(),
        2 => format!(" and likewise for {}", names[1]),
        _ => format!(" and likewise for {}{more}", names[1..].join(", ")),
    };
    let help = format!(
        "export the log: az monitor activity-log list --subscription {} --start-time {} --end-time {as_of} --max-events 100000 \
         --output json{others}; or run the script that `rotaudit export-script` prints",
        first.name(),
        as_of.minus(REACHABLE)
    );
    Some(Note::new(Severity::Warning, text).help(help))
}
