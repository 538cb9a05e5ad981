//! Advice that settles doubts about the logs: one note for all subscriptions, with the options and commands filled in.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;

use super::Evidence;
use crate::model::{
    Declaration, Instant, Interval, NO_HISTORY, Note, NoteTopic, ResourceId, Scope, Severity,
    subscription_in_command,
};

/// Subscriptions, or resource groups, that a note names.
pub(super) const MAX_NAMED: usize = 5;

/// The window that a suggested command exports: what Azure keeps, less an hour until the command is run.
const REACHABLE: TimeDelta = TimeDelta::minutes(90 * 24 * 60 - 60);

/// The windows in which the logs of subscriptions do not prove the absence of events, unless someone states that the
/// logs are complete.
#[derive(Debug, Default)]
pub(super) struct Unstated(BTreeMap<ResourceId, Interval>);

impl Unstated {
    /// Adds a window, unless a statement is about the subscription or something in it.
    pub(super) fn add(&mut self, subscription: &ResourceId, window: Interval, evidence: Evidence<'_>) {
        let stated = [evidence.declarations, evidence.assumed_complete];
        if stated.into_iter().flatten().any(|stated| is_about(stated, subscription)) {
            return;
        }
        let known = self.0.entry(subscription.clone()).or_insert(window);
        *known = Interval { start: known.start.min(window.start), end: known.end.max(window.end) };
    }

    /// Returns the note that shows how to state that the logs are complete.
    pub(super) fn note(mut self) -> Option<Note> {
        for window in self.0.values_mut() {
            // `--coverage` rejects a leap second. The window without it claims no more than the log spans.
            *window =
                Interval { start: window.start.after_leap_second(), end: window.end.before_leap_second() };
        }
        // `--coverage` rejects a window of one instant, which is all that one event spans.
        self.0.retain(|_, window| window.start < window.end);
        let option = |(subscription, window): (&ResourceId, &Interval)| {
            format!(
                "--coverage {}={}..{}",
                subscription_in_command(subscription.name()),
                window.start,
                window.end
            )
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

/// Listed subscriptions without a log.
#[derive(Clone, Copy)]
pub(super) struct MissingLogs<'a> {
    pub(super) subscriptions: &'a [&'a ResourceId],
    /// Whether any input shows when something happened to a key.
    pub(super) has_history: bool,
    pub(super) as_of: Instant,
}

impl MissingLogs<'_> {
    /// That subscriptions have no log, with the command that exports one; `None` if there are none.
    pub(super) fn note(self) -> Option<Note> {
        let text = match (self.has_history, self.subscriptions) {
            (_, []) => return None,
            (false, _) => return self.as_cause(NO_HISTORY.to_owned()),
            (true, [one]) => format!("no activity log of subscription {} is among the inputs", one.name()),
            (true, several) => format!(
                "no activity log of {} subscriptions is among the inputs: {}",
                several.len(),
                names(several)
            ),
        };
        self.with_command(text)
    }

    /// The same if all logs are of `others`, which no account list is of: probably the wrong log was exported.
    pub(super) fn note_next_to(self, others: &BTreeSet<&ResourceId>) -> Option<Note> {
        let listed = match self.subscriptions {
            [] => return None,
            [one] => format!("the listed subscription {}", one.name()),
            several => format!("the {} listed subscriptions", several.len()),
        };
        let others: Vec<&ResourceId> = others.iter().copied().collect();
        let of = if others.len() == 1 {
            "the log is of subscription"
        } else {
            "the logs are of the subscriptions"
        };
        self.as_cause(format!("no log of {listed} is among the inputs; {of} {}", names(&others)))
    }

    fn as_cause(self, text: String) -> Option<Note> {
        Some(Note { topic: NoteTopic::Cause, ..self.with_command(text)? })
    }

    fn with_command(self, text: String) -> Option<Note> {
        let MissingLogs { subscriptions, has_history, as_of } = self;
        let (first, rest) = subscriptions.split_first()?;
        let others = match rest {
            [] => String::new(),
            _ if has_history => " and likewise for the others".to_owned(),
            rest => format!(" and likewise for {}", names(rest)),
        };
        let help = format!(
            "export the log: az monitor activity-log list --subscription {} --start-time {} --end-time {} --max-events 100000 \
             --output json{others}; or run the script that `rotaudit export-script` prints",
            subscription_in_command(first.name()),
            as_of.minus(REACHABLE),
            as_of.after_leap_second()
        );
        Some(Note::new(Severity::Warning, text).help(help))
    }
}

/// The first of the subscriptions, and the number of the others.
fn names(subscriptions: &[&ResourceId]) -> String {
    let names: Vec<&str> = subscriptions.iter().take(MAX_NAMED).map(|one| one.name()).collect();
    match subscriptions.len().saturating_sub(MAX_NAMED) {
        0 => names.join(", "),
        more => format!("{} and {more} more", names.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_export_until_a_leap_second_ends_at_the_next_minute() {
        let subscription =
            ResourceId::of_subscription("3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95").expect("an id");
        let as_of = Instant::parse("2026-11-22T23:59:60.25Z").expect("a leap second");
        let missing = MissingLogs { subscriptions: &[&subscription], has_history: true, as_of };
        let note = missing.note().expect("a note").with_help();
        assert!(note.contains("--end-time 2026-11-23T00:00:00Z --max-events"), "{note}");
        assert!(!note.contains(":60"), "{note}");
    }
}
