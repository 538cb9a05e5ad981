//! Coverage that a person or a manifest states, checked against the logs that are there.

use std::collections::BTreeSet;

use chrono::TimeDelta;

use super::join::RECEIPT_DELAY;
use super::unread::UnreadSubscriptions;
use crate::model::{
    CLOCK_DIFFERENCE, Collected, CollectedKind, Declaration, Input, InputId, Instant, Interval, LogExport,
    LogSource, Note, ResourceId, Scope, Severity, subscription_in_command,
};

/// The period for which the activity-log service keeps events.
const SERVICE_RETENTION: TimeDelta = TimeDelta::days(90);

/// A declared end this much later than the newest event is doubtful.
const LONGEST_SILENT_END: TimeDelta = TimeDelta::days(7);

/// Number of empty logs that one note names; all are counted.
const MAX_NAMED_LOGS: usize = 5;

/// The inputs that statements are about.
#[derive(Clone, Copy, Debug)]
pub struct StatedLogs<'a> {
    pub logs: &'a [LogExport],
    pub unread: &'a UnreadSubscriptions,
    pub collected: &'a [Collected],
    pub inputs: &'a [Input],
    /// The subscriptions of the accounts.
    pub subscriptions: &'a [ResourceId],
}

impl<'a> StatedLogs<'a> {
    /// Returns the coverage that manifests declare: the requested window of each log that was exported completely. A
    /// manifest vouches only for the bytes that it lists.
    pub fn of_manifests(self) -> (Vec<Declaration>, Vec<Note>) {
        let mut declarations = Vec::new();
        let mut notes = Vec::new();
        let mut empty_logs: Vec<&Collected> = Vec::new();
        for collected in self.collected {
            let place = collected.place;
            let mut note = |note: Note| notes.push(note.of(place.input).at_line(place.line));
            match self.of_collected(collected, &mut note) {
                Ok(declaration) => {
                    if declaration.is_some() && self.may_be_empty_log(collected.input) {
                        empty_logs.push(collected);
                    }
                    declarations.extend(declaration);
                }
                Err(refusal) => note(refusal),
            }
        }
        notes.extend(empty_by_manifest(&empty_logs));
        (declarations, notes)
    }

    fn of_collected(
        self,
        collected: &Collected,
        note: &mut impl FnMut(Note),
    ) -> Result<Option<Declaration>, Note> {
        let file = &collected.file;
        if collected.complete.is_err() && matches!(collected.what, CollectedKind::Accounts { .. }) {
            // A complete list may supersede it: see `CollectedLists`.
            return Ok(None);
        }
        let id = is_available(collected, self.inputs)?;
        let CollectedKind::ActivityLog { scope, window, max_events } = &collected.what else {
            return Ok(None);
        };
        let log = self.logs.iter().find(|log| log.input == id);
        if log.is_some_and(|log| log.events >= *max_events) {
            let text =
                format!("{file} holds as many events as the export was limited to, so it may be cut short");
            return Err(Note::new(Severity::Warning, text).help("export it again with a higher --max-events"));
        }
        if log.is_none() && !self.may_be_empty_log(Some(id)) {
            let text = format!("{file} could not be read completely, so its manifest declares nothing");
            return Err(Note::new(Severity::Warning, text));
        }
        if log.is_some_and(|log| !is_log_of(log, scope) && log.spans().next().is_some()) {
            let text =
                format!("{file} holds no event of the scope {scope}, so its manifest declares nothing");
            return Err(Note::new(Severity::Warning, text).help("give the files as they were collected"));
        }
        let newest = log.and_then(LogExport::newest);
        if let Some(newest) = newest.filter(|newest| *newest > collected.taken_at.plus(CLOCK_DIFFERENCE)) {
            let text = format!(
                "{file} holds an event of {newest}, after {}, when it was taken by its manifest, so the manifest declares \
                 nothing",
                collected.taken_at
            );
            return Err(Note::new(Severity::Warning, text).help("give the files as they were collected"));
        }
        // An export does not vouch for the time after it was taken, nor for events that its source no longer keeps.
        let mut vouched = Interval { start: window.start, end: window.end.min(collected.taken_at) };
        if log.is_none_or(|log| log.source == LogSource::Service) {
            vouched.start = vouched.start.max(collected.taken_at.minus(SERVICE_RETENTION));
        }
        let Some(mut interval) = Interval::new(vouched.start, vouched.end) else {
            let text = format!(
                "the window of {file} ends before its source's retention begins: it declares nothing"
            );
            return Err(Note::new(Severity::Warning, text));
        };
        if interval != *window {
            let text = format!(
                "the window of {file} counts from {} to {}: no export vouches for an instant after it was taken, nor \
                 for more than the 90 days that Azure keeps",
                interval.start, interval.end
            );
            note(Note::new(Severity::Info, text));
        }
        if let Some(log) = log.filter(|log| log.is_cut()) {
            let read = log.before_damage.get(scope.folded_subscription());
            let read = read.and_then(|read| read.from(interval.start)?.until(interval.end));
            let text = format!(
                "{file} could not be read completely, so its manifest declares nothing beyond the events that were read"
            );
            note(Note::new(Severity::Warning, text));
            match read {
                Some(read) => interval = read,
                None => return Ok(None),
            }
        }
        if let Some(doubt) = newest.and_then(|newest| silent_end(interval.end, newest, file)) {
            note(doubt);
        }
        let scope = Scope::Within(scope.clone());
        Ok(Some(Declaration { scope, interval, manifest: Some(collected.place.input) }))
    }

    /// Returns the parts of a declaration on the command line that count for each subscription, and notes on the parts
    /// that do not. An empty log does not name its subscription, so the declaration must name it.
    pub fn of_declaration(self, declaration: &Declaration) -> (Vec<Declaration>, Vec<Note>) {
        let mut declarations = Vec::new();
        let mut notes = Vec::new();
        let (scopes, is_named): (Vec<ResourceId>, bool) = match &declaration.scope {
            Scope::Within(scope) => (vec![scope.clone()], true),
            Scope::Everything => (self.subscriptions.to_vec(), false),
        };
        let mut without_log: Vec<&ResourceId> = Vec::new();
        for scope in &scopes {
            if !self.has_log_of(scope) {
                let empty_logs = if is_named { self.empty_logs(scope) } else { Vec::new() };
                let Some(doubt) = empty_by_declaration(scope, &empty_logs) else {
                    without_log.push(scope);
                    continue;
                };
                notes.push(doubt);
            }
            let (intervals, reason) = self.readable(scope, declaration.interval);
            notes.extend(reason);
            let newest = self.of(scope).filter_map(|log| newest_of(log, scope)).max();
            if let (Some(newest), Some(last)) = (newest, intervals.iter().map(|interval| interval.end).max())
            {
                notes.extend(silent_end(last, newest, &scope.to_string()));
            }
            let declare =
                |interval| Declaration { scope: Scope::Within(scope.clone()), interval, manifest: None };
            declarations.extend(intervals.into_iter().map(declare));
        }
        notes.extend(not_counting(declaration, &without_log));
        (declarations, notes)
    }

    /// The logs that are, or may be, of the scope's subscription.
    fn of(self, scope: &ResourceId) -> impl Iterator<Item = &'a LogExport> {
        let subscription = scope.folded_subscription().to_owned();
        self.logs.iter().filter(move |log| match &log.blob {
            Some(blob) => blob.subscription.folded_subscription() == subscription,
            None => has_events_of(log, &subscription),
        })
    }

    /// Returns the paths of the empty lists that may be the log of the scope's subscription: no manifest describes them
    /// as anything else.
    fn empty_logs(self, scope: &ResourceId) -> Vec<&'a str> {
        let is_other = |id: InputId, input: &Input| {
            self.collected.iter().any(|entry| {
                let is_listed = entry.input == Some(id);
                match &entry.what {
                    // With --no-hash, only the place of the file shows which one the manifest is about.
                    CollectedKind::Accounts { .. } => {
                        is_listed || (entry.sha256.is_some() && entry.sha256 == input.sha256)
                    }
                    CollectedKind::ActivityLog { scope: other, .. } => {
                        is_listed && other.folded_subscription() != scope.folded_subscription()
                    }
                    CollectedKind::KeyStamps => is_listed,
                }
            })
        };
        let ids = (0..self.inputs.len()).map(InputId).filter(|id| self.may_be_empty_log(Some(*id)));
        let may_be_log = ids.map(|id| (id, &self.inputs[id.0])).filter(|(id, input)| !is_other(*id, input));
        may_be_log.map(|(_, input)| input.path.as_str()).collect()
    }

    fn may_be_empty_log(self, id: Option<InputId>) -> bool {
        let input = id.and_then(|id| self.inputs.get(id.0));
        input.is_some_and(Input::may_be_empty_log)
    }

    fn has_log_of(self, scope: &ResourceId) -> bool {
        self.of(scope).next().is_some()
    }

    /// Returns the parts of a declared window that the files support. If part of a file is missing, the declaration
    /// counts only within the span of the events that were read.
    fn readable(self, scope: &ResourceId, declared: Interval) -> (Vec<Interval>, Option<Note>) {
        if self.unread.has(scope) {
            return (Vec::new(), None);
        }
        // A file without any readable event may be of any subscription.
        let unknown = self.logs.iter().filter(|log| log.blob.is_none() && log.spans().next().is_none());
        let files = self.of(scope).filter(|log| log.blob.is_none()).chain(unknown);
        let cut: Vec<&LogExport> = files.filter(|log| log.is_cut()).collect();
        let Some(first) = cut.first() else {
            return (self.without_damaged_hours(scope, declared), None);
        };
        // Each of these files may lack events that are older than those that were read, so the latest start counts.
        let read = cut.iter().map(|log| log.before_damage.get(scope.folded_subscription()).copied());
        let read = read.reduce(|one, other| {
            let (one, other) = (one?, other?);
            Some(Interval { start: one.start.max(other.start), end: one.end.max(other.end) })
        });
        let readable = read.flatten().and_then(|read| read.from(declared.start)?.until(declared.end));
        let text = format!(
            "events are missing from this file, so the coverage declared for {scope} counts for no more than its own \
             events span"
        );
        let note =
            Note::new(Severity::Warning, text).of(first.input).help("export the log again, completely");
        (readable.into_iter().collect(), Some(note))
    }

    /// Returns the window without the hours whose blob could not be read, and without the time just before each such
    /// hour, whose events may be in the same blob.
    fn without_damaged_hours(self, scope: &ResourceId, declared: Interval) -> Vec<Interval> {
        let damaged: BTreeSet<Instant> = self
            .of(scope)
            .filter(|log| log.is_cut())
            .filter_map(|log| log.blob.as_ref().map(|blob| blob.start))
            .collect();
        let mut left = Vec::new();
        let mut from = declared.start;
        for hour in damaged {
            left.extend(Interval::new(from, hour.minus(RECEIPT_DELAY).min(declared.end)));
            from = from.max(hour.plus(TimeDelta::hours(1)));
        }
        left.extend(Interval::new(from, declared.end));
        left
    }

    /// By `--assume-complete`: each file counts from its first to its last event, of each of its subscriptions, unless a
    /// file that could not be read may be a log of the subscription.
    pub fn assumed_complete(self) -> Vec<Declaration> {
        let of_file = |log: &LogExport| -> Vec<Declaration> {
            let subscriptions: BTreeSet<ResourceId> =
                log.spans().map(|span| span.subscription.clone()).collect();
            let window = |subscription: &ResourceId| {
                if log.is_cut() {
                    log.before_damage.get(subscription.folded_subscription()).copied()
                } else {
                    file_window(log, subscription)
                }
            };
            let declare = |subscription: ResourceId| {
                let interval = window(&subscription)?;
                Some(Declaration { scope: Scope::Within(subscription), interval, manifest: None })
            };
            let read = subscriptions.into_iter().filter(|subscription| !self.unread.has(subscription));
            read.filter_map(declare).collect()
        };
        self.logs.iter().flat_map(of_file).collect()
    }
}

/// Returns the doubt that an empty list is the log of a declared scope, or `None` if there is no empty list.
fn empty_by_declaration(scope: &ResourceId, empty_logs: &[&str]) -> Option<Note> {
    let files = named(empty_logs.iter().map(|path| (*path).to_owned()));
    let text = match empty_logs {
        [] => return None,
        [_] => {
            format!("{files} is an empty list, and counts as the log of {scope}, without events, as declared")
        }
        _ => format!(
            "one of these empty lists counts as the log of {scope}, without events, as declared: {files}"
        ),
    };
    let subscription = subscription_in_command(scope.subscription());
    let help = format!(
        "make sure that it is the output of az monitor activity-log list --subscription {subscription}, because an empty \
         list does not show what it lists"
    );
    Some(Note::new(Severity::Warning, text).help(help))
}

/// Returns the note on the empty lists that manifests list as logs.
fn empty_by_manifest(empty_logs: &[&Collected]) -> Option<Note> {
    let of_scope = |log: &&Collected| {
        let scope = log.what.scope().map(ToString::to_string).unwrap_or_default();
        format!("{} ({scope})", log.file)
    };
    let files = named(empty_logs.iter().map(of_scope));
    let text = match empty_logs {
        [] => return None,
        [_] => format!("by its manifest, this empty list counts as a log without events: {files}"),
        logs => {
            format!("by their manifests, {} empty lists count as logs without events: {files}", logs.len())
        }
    };
    Some(Note::new(Severity::Info, text))
}

/// Returns the first of the names, and the number of further ones.
fn named(names: impl ExactSizeIterator<Item = String>) -> String {
    let further = names.len().saturating_sub(MAX_NAMED_LOGS);
    let first: Vec<String> = names.take(MAX_NAMED_LOGS).collect();
    let first = first.join(", ");
    if further > 0 { format!("{first} and {further} more") } else { first }
}

/// Returns the note that a declaration does not count for scopes whose subscription has no log.
fn not_counting(declaration: &Declaration, without_log: &[&ResourceId]) -> Option<Note> {
    let text = match without_log {
        [] => return None,
        [scope] => format!(
            "coverage is declared for {scope}, but no log of its subscription is among the inputs, so the declaration does not \
             count"
        ),
        scopes => format!(
            "coverage is declared for {} subscriptions without a log among the inputs, so the declaration does not count \
             for them",
            scopes.len()
        ),
    };
    let Interval { start, end } = declaration.interval;
    let empty = match declaration.scope {
        Scope::Everything => {
            format!(
                "; for an empty log, name its subscription: --coverage {}={start}..{end}",
                subscription_in_command(without_log[0].name())
            )
        }
        Scope::Within(_) => String::new(),
    };
    Some(Note::new(Severity::Warning, text).help(format!("add the logs that it is about{empty}")))
}

/// Returns the input that a manifest lists, if it is among the inputs, unchanged and completely exported. Otherwise
/// returns a note with the reason.
fn is_available(collected: &Collected, inputs: &[Input]) -> Result<InputId, Note> {
    let file = &collected.file;
    if let Err(why) = &collected.complete {
        let what = match &collected.what {
            CollectedKind::Accounts { .. } => "the account list".to_owned(),
            CollectedKind::ActivityLog { scope, .. } => format!("the activity log of {scope}"),
            CollectedKind::KeyStamps => "the stamp sheet".to_owned(),
        };
        let text = format!("{what} was not exported to its end: {why}");
        return Err(Note::new(Severity::Warning, text).help("run the export script again where it failed"));
    }
    let Some(id) = collected.input else {
        let text = format!("the manifest lists {file}, which is not among the inputs");
        return Err(Note::new(Severity::Error, text).help("give the whole folder of the collection"));
    };
    let input = inputs.get(id.0);
    let sha256 = input.and_then(|input| input.sha256.as_ref());
    if input.is_some() && sha256.is_none() {
        let text =
            format!("the SHA-256 of {file} was not taken (--no-hash), so its manifest declares nothing");
        return Err(Note::new(Severity::Warning, text).help("leave --no-hash out"));
    }
    if sha256 != collected.sha256.as_ref() {
        let text = format!("{file} is not the file that the manifest lists: it has another SHA-256");
        return Err(Note::new(Severity::Error, text).help("give the files as they were collected"));
    }
    Ok(id)
}

fn has_events_of(log: &LogExport, subscription: &str) -> bool {
    log.documents.iter().any(|document| document.spans.contains_key(subscription))
}

fn is_log_of(log: &LogExport, scope: &ResourceId) -> bool {
    has_events_of(log, scope.folded_subscription())
}

/// From the first to the last event of the scope's subscription in a file.
fn file_window(log: &LogExport, scope: &ResourceId) -> Option<Interval> {
    let documents = log.documents.iter();
    let windows = documents.filter_map(|document| document.spans.get(scope.folded_subscription()));
    windows
        .map(|span| span.window)
        .reduce(|one, other| Interval { start: one.start.min(other.start), end: one.end.max(other.end) })
}

fn newest_of(log: &LogExport, scope: &ResourceId) -> Option<Instant> {
    file_window(log, scope).map(|window| window.end)
}

/// The doubt about a window that ends long after the newest event of its log.
fn silent_end(end: Instant, newest: Instant, what: &str) -> Option<Note> {
    (newest.plus(LONGEST_SILENT_END) < end).then(|| {
        let text = format!(
            "coverage is declared for {what} up to {end}, but the newest event of its log happened on {newest}"
        );
        Note::new(Severity::Warning, text).help("make sure that the log is of that window")
    })
}
