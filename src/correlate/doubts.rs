//! Doubts about the exports that an auditor should know before relying on them.

mod advice;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::TimeDelta;
use foldhash::fast::RandomState;

use advice::{MAX_NAMED, MissingLogs, Unstated};

use super::coverage::{Evidence, Observation, absent_hours, observations};
use crate::model::{
    Account, Declaration, Instant, Interval, KeyEvent, LogExport, LogId, LogSource, Note, ResourceId, Scope,
    Severity, counted,
};

const ADMINISTRATIVE: &str =
    "the diagnostic setting may leave that category out: export the log from Azure Monitor, which has it";

/// The window that `az monitor activity-log list` looks at unless it is given a start.
const DEFAULT_WINDOW: TimeDelta = TimeDelta::hours(6);

/// Hour files without an Administrative record for so long at the end are doubtful.
const LONGEST_END_OF_OTHERS: TimeDelta = TimeDelta::hours(48);

/// Number of days that common collectors export, of the 90 that Azure keeps.
const COMMON_DAYS: i64 = 89;

/// Doubts about the documents of one file that are listed individually.
const MAX_DOUBTS_OF_A_FILE: usize = 10;

/// Returns the doubts about the exports. `inventory` has the subscriptions of `accounts`; `has_readings` is whether keys
/// were read.
pub fn doubts(
    evidence: Evidence<'_>,
    inventory: &[ResourceId],
    accounts: &[Account],
    has_readings: bool,
) -> Vec<Note> {
    let logs = evidence.logs.iter().filter(|log| log.blob.is_none());
    let mut unstated = Unstated::default();
    let mut notes: Vec<Note> = logs.flat_map(|log| of_log(log, evidence, inventory, &mut unstated)).collect();
    notes.extend(unstated.note());
    notes.extend(of_blobs(evidence, inventory));
    notes.extend(of_collection(evidence, inventory, has_readings));
    notes.extend(of_parts(evidence.declarations, inventory, accounts));
    notes
}

/// Returns the doubts about the files of each subscription's diagnostic setting, taken together. Each file contains one
/// hour, and what its few events have in common does not show how it was made.
fn of_blobs(evidence: Evidence<'_>, inventory: &[ResourceId]) -> Vec<Note> {
    let mut blobs: BTreeMap<&ResourceId, Vec<&LogExport>> = BTreeMap::new();
    for log in evidence.logs {
        if let Some(blob) = &log.blob {
            blobs.entry(&blob.subscription).or_default().push(log);
        }
    }
    let mut notes = Vec::new();
    for (subscription, hours) in blobs {
        let of = |count: usize| format!("{count} hour files of subscription {}", subscription.name());
        if !hours.iter().any(|log| log.is_administrative()) {
            let text = format!(
                "{} hold no record of the category Administrative, so they cover nothing",
                of(hours.len())
            );
            notes.push(Note::new(Severity::Warning, text).help(ADMINISTRATIVE));
        }
        notes.extend(of_last_hours(subscription, &hours));
        if !inventory.contains(subscription) {
            let text = format!("there are {}, of which no account is listed", of(hours.len()));
            notes.push(Note::new(Severity::Info, text));
        }
        let is_later = |log: &&&LogExport| log.newest().is_some_and(|newest| newest > evidence.as_of);
        let later = hours.iter().filter(is_later).count();
        if later > 0 {
            let text = format!("{} have events after {}, which were left out", of(later), evidence.as_of);
            notes.push(Note::new(Severity::Info, text));
        }
    }
    for (subscription, gaps) in absent_hours(evidence.logs) {
        for Interval { start, end } in gaps {
            let text = format!(
                "the hour files of subscription {} from {start} to {end} are missing or unreadable; more than 48 hours \
                 without a file are not taken for quiet hours",
                subscription.name()
            );
            notes.push(Note::new(Severity::Warning, text).help("copy all hours out of the storage account"));
        }
    }
    notes
}

/// The doubt about hours after the last one with an Administrative record, which cover nothing. A few of them are ordinary.
fn of_last_hours(subscription: &ResourceId, hours: &[&LogExport]) -> Option<Note> {
    let start = |log: &&LogExport| log.blob.as_ref().map(|blob| blob.start);
    let last = hours.iter().filter(|log| log.is_administrative()).filter_map(start).max()?;
    let newest = hours.iter().filter_map(start).max()?;
    (last.plus(LONGEST_END_OF_OTHERS) < newest).then(|| {
        let text = format!(
            "the hour files of subscription {} after {} hold no record of the category Administrative, so they cover nothing",
            subscription.name(),
            last.plus(TimeDelta::hours(1))
        );
        Note::new(Severity::Warning, text).help(ADMINISTRATIVE)
    })
}

/// Returns doubts about one export, from signs in its events of how it was made.
fn of_log(
    log: &LogExport,
    evidence: Evidence<'_>,
    inventory: &[ResourceId],
    unstated: &mut Unstated,
) -> Vec<Note> {
    let note = |severity, text: String| Note::new(severity, text).of(log.input);
    let mut notes = doubts_about_silence(log, evidence, unstated);
    let subscriptions: BTreeSet<&ResourceId> = log.spans().map(|span| &span.subscription).collect();
    for subscription in subscriptions {
        if !inventory.contains(subscription) {
            let text =
                format!("it is a log of subscription {}, of which no account is listed", subscription.name());
            notes.push(note(Severity::Info, text));
        }
    }
    if let Some(who) = &log.cut_by {
        let text = format!("it holds exactly {} events, the most that {who}", log.events);
        notes.push(note(Severity::Warning, text));
    }
    if log.has_next_page {
        let text = "the log has further pages (nextLink), so it ends where this page ends";
        notes.push(
            note(Severity::Warning, text.to_owned()).help("export all pages: az follows them by itself"),
        );
    }
    let is_ordered = |log: &LogExport| {
        log.documents.iter().all(|document| document.is_newest_first || document.is_oldest_first)
    };
    if !is_ordered(log) {
        let text = "its events are not in time order, so it may combine several exports";
        notes.push(note(Severity::Info, text.to_owned()));
    }
    notes.extend(of_window(log, evidence.as_of).into_iter().map(|(severity, text)| note(severity, text)));
    notes
}

/// Returns why documents of the log do not prove the absence of events by themselves. Documents that a statement
/// declares complete are left out.
fn doubts_about_silence(log: &LogExport, evidence: Evidence<'_>, unstated: &mut Unstated) -> Vec<Note> {
    let mut doubts: BTreeSet<String> = BTreeSet::new();
    for (span, observation) in observations(log) {
        let stated = [evidence.declarations, evidence.assumed_complete];
        if stated.into_iter().flatten().any(|stated| covers(stated, &span.subscription, span.window)) {
            continue;
        }
        let subscription = span.subscription.name();
        let reach = format!("its events of subscription {subscription}");
        let before = doubts.len();
        match observation {
            Observation::Doubtful(doubt) => {
                doubts.insert(format!("{reach} prove what they show and no absence: {doubt}"));
            }
            Observation::Complete { administrative, scopes } => {
                if !scopes.contains(&span.subscription) {
                    doubts.insert(format!("all {reach} {}", only_in(&scopes)));
                }
                for pair in administrative.pieces.windows(2) {
                    let text = format!(
                        "{reach} have none from {} to {}, so they cover nothing there",
                        pair[0].end, pair[1].start
                    );
                    doubts.insert(text);
                }
            }
        }
        // If the export was cut, nobody can state that it is complete: it must be exported again.
        let is_cut = log.is_cut() || log.cut_by.is_some();
        if doubts.len() > before && !is_cut {
            unstated.add(&span.subscription, span.window, evidence);
        }
    }
    let count = doubts.len();
    let mut notes: Vec<Note> = doubts
        .into_iter()
        .take(MAX_DOUBTS_OF_A_FILE)
        .map(|text| Note::new(Severity::Warning, text).of(log.input))
        .collect();
    if count > MAX_DOUBTS_OF_A_FILE {
        let text = format!("{} more doubts like these about its documents", count - MAX_DOUBTS_OF_A_FILE);
        notes.push(Note::new(Severity::Warning, text).of(log.input));
    }
    notes
}

/// That all events are in these resource groups, or are about one resource.
fn only_in(scopes: &[ResourceId]) -> String {
    if let [one] = scopes
        && one.group().as_ref() != Some(one)
    {
        return format!("are about {one}, so they prove nothing about other resources");
    }
    let names: Vec<&str> = scopes.iter().map(ResourceId::name).take(MAX_NAMED).collect();
    let more = match scopes.len().saturating_sub(MAX_NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!(
        "are in {} ({}{more}), so they prove nothing about other resource groups",
        counted(scopes.len(), "resource group"),
        names.join(", ")
    )
}

/// Whether a statement is about all of a window.
fn covers(stated: &Declaration, subscription: &ResourceId, window: Interval) -> bool {
    let is_within = stated.interval.start <= window.start && window.end <= stated.interval.end;
    is_within && stated.scope.contains(subscription)
}

/// Returns doubts that result from the window of an export's events.
fn of_window(log: &LogExport, as_of: Instant) -> Vec<(Severity, String)> {
    let first = log.spans().map(|span| span.window.start).min();
    let (Some(first), Some(last)) = (first, log.newest()) else { return Vec::new() };
    let mut said = Vec::new();
    if log.source == LogSource::Service && log.events > 1 && last <= first.plus(DEFAULT_WINDOW) {
        let text = "all its events lie within 6 hours, which is all that az looks at unless it is given both \
                    --start-time and --end-time";
        said.push((Severity::Warning, text.to_owned()));
    }
    let days = (last.plus(TimeDelta::hours(12))).whole_days_since(first);
    if days == COMMON_DAYS {
        let text = "it reaches back 89 days, as common collectors do; Azure keeps 90";
        said.push((Severity::Info, text.to_owned()));
    }
    if last > as_of {
        said.push((
            Severity::Info,
            format!("it has events up to {last}, and those after {as_of} were left out"),
        ));
    }
    said
}

/// Returns the doubts about all exports together: subscriptions without a log, and declarations for subscriptions
/// without a listed account.
fn of_collection(evidence: Evidence<'_>, inventory: &[ResourceId], has_readings: bool) -> Vec<Note> {
    let Evidence { logs, declarations, .. } = evidence;
    let mut notes = Vec::new();
    let is_without_log = |subscription: &&ResourceId| {
        let declared = declarations.iter().any(|declaration| match &declaration.scope {
            Scope::Everything => true,
            Scope::Within(scope) => subscription.contains(scope),
        });
        let is_of = |log: &LogExport| match &log.blob {
            Some(blob) => blob.subscription == **subscription,
            None => log.spans().any(|span| span.subscription == **subscription),
        };
        !declared && !logs.iter().any(is_of)
    };
    let without_log: Vec<&ResourceId> = inventory.iter().filter(is_without_log).collect();
    let has_history = has_readings || !logs.is_empty() || !declarations.is_empty();
    let missing = MissingLogs { subscriptions: &without_log, has_history, as_of: evidence.as_of };
    let others = others(logs, inventory);
    let is_without_any = without_log.len() == inventory.len() && !has_readings && declarations.is_empty();
    notes.extend(if is_without_any && !others.is_empty() {
        missing.note_next_to(&others)
    } else {
        missing.note()
    });
    for declaration in declarations {
        if let Scope::Within(scope) = &declaration.scope
            && inventory.iter().all(|known| !known.contains(scope))
        {
            let text =
                format!("coverage is declared for {scope}, in a subscription of which no account is listed");
            notes.push(Note::new(Severity::Warning, text));
        }
    }
    notes
}

/// Returns the doubts about declarations for a part of a listed subscription in which no account is listed.
fn of_parts(declarations: &[Declaration], inventory: &[ResourceId], accounts: &[Account]) -> Vec<Note> {
    let parts: BTreeSet<&ResourceId> = declarations
        .iter()
        .filter_map(|declaration| match &declaration.scope {
            Scope::Within(scope) if !inventory.contains(scope) => Some(scope),
            Scope::Within(_) | Scope::Everything => None,
        })
        .filter(|scope| inventory.iter().any(|known| known.contains(scope)))
        .collect();
    if parts.is_empty() {
        return Vec::new();
    }
    let ids = accounts.iter().map(|account| &account.id);
    let scopes: BTreeSet<ResourceId> =
        ids.flat_map(|id| id.group().into_iter().chain([id.clone()])).collect();
    let without_account = parts.into_iter().filter(|part| !scopes.contains(part));
    let note = |part: &ResourceId| {
        let text = format!("coverage is declared for {part}, in which no account is listed");
        let help = "make sure that the name is right, or add the account list that it is about";
        Note::new(Severity::Warning, text).help(help)
    };
    without_account.map(note).collect()
}

/// The subscriptions that the logs are of and that no account list is of.
fn others<'a>(logs: &'a [LogExport], inventory: &[ResourceId]) -> BTreeSet<&'a ResourceId> {
    let of_blobs = logs.iter().filter_map(|log| Some(&log.blob.as_ref()?.subscription));
    let of_spans = logs.iter().flat_map(LogExport::spans).map(|span| &span.subscription);
    of_blobs.chain(of_spans).filter(|subscription| !inventory.contains(subscription)).collect()
}

/// Records of requests that are repeated, and records that contradict each other.
pub fn repetitions(events: &[Box<KeyEvent>]) -> Vec<Note> {
    let mut known: HashMap<&LogId, &KeyEvent, RandomState> = HashMap::default();
    let mut repeated = 0;
    let mut notes = Vec::new();
    for event in events {
        let Some(id) = &event.event_data_id else { continue };
        let Some(first) = known.get(id) else {
            known.insert(id, event);
            continue;
        };
        let same_time = first.at.whole_milliseconds() == event.at.whole_milliseconds();
        if same_time && first.status == event.status && first.resource == event.resource {
            repeated += 1;
        } else {
            let text = "the record has the eventDataId of another one, which it contradicts; both count";
            notes.push(Note::new(Severity::Warning, text).of(event.place.input).at_line(event.place.line));
        }
    }
    if repeated > 0 {
        let text =
            format!("{repeated} records of key operations are in the exports more than once, and count once");
        notes.push(Note::new(Severity::Info, text));
    }
    notes
}

/// Returns the note that the readings of an account show a change that the inferred coverage of its subscription's logs
/// excludes.
pub fn refuted(account: &ResourceId, logs: &[LogExport]) -> Note {
    let is_of = |log: &&LogExport| match &log.blob {
        Some(blob) => blob.subscription.folded_subscription() == account.folded_subscription(),
        None => {
            log.spans().any(|span| span.subscription.folded_subscription() == account.folded_subscription())
        }
    };
    let text = format!(
        "the readings of {account} show a change of a key that the log lacks, so what the log covers by observation does \
         not count for this account"
    );
    let note = Note::new(Severity::Warning, text).help("export the log again, completely and unfiltered");
    match logs.iter().find(is_of) {
        Some(log) => note.of(log.input),
        None => note,
    }
}
