//! What an auditor should know of the exports before relying on them.

use std::collections::{BTreeMap, HashMap};

use chrono::TimeDelta;
use foldhash::fast::RandomState;

use super::coverage::{Evidence, silence_doubt};
use crate::model::{Instant, KeyEvent, LogExport, Note, ResourceId, Scope, Severity};

const DECLARE: &str = "if it is whole, say so with --coverage SCOPE=START..END";

const ADMINISTRATIVE: &str =
    "the diagnostic setting may leave that category out: export the log from Azure Monitor, which has it";

/// What `az monitor activity-log list` looks at unless it is told when to begin.
const DEFAULT_WINDOW: TimeDelta = TimeDelta::hours(6);

/// What common collectors take of the 90 days that Azure keeps.
const COMMON_DAYS: i64 = 89;

/// What an auditor should know of the exports before relying on them.
pub fn doubts(evidence: Evidence<'_>, inventory: &[ResourceId]) -> Vec<Note> {
    let logs = evidence.logs.iter().filter(|log| log.blob.is_none());
    let mut notes: Vec<Note> = logs.flat_map(|log| of_log(log, evidence.as_of, inventory)).collect();
    notes.extend(of_blobs(evidence, inventory));
    notes.extend(of_collection(evidence, inventory));
    notes
}

/// What the files of a subscription's diagnostic setting tell, all taken together: each holds one hour, and what its
/// few events have in common says nothing of how it was made.
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
        if !hours.iter().any(|log| log.is_administrative) {
            let text = format!(
                "{} hold no record of the category Administrative, so they cover nothing",
                of(hours.len())
            );
            notes.push(Note::new(Severity::Warning, text).help(ADMINISTRATIVE));
        }
        if !inventory.contains(subscription) {
            let text = format!("there are {}, of which no account is listed", of(hours.len()));
            notes.push(Note::new(Severity::Info, text));
        }
        let is_later = |log: &&&LogExport| log.spans.values().any(|span| span.last > evidence.as_of);
        let later = hours.iter().filter(is_later).count();
        if later > 0 {
            let text = format!("{} have events after {}, which were left out", of(later), evidence.as_of);
            notes.push(Note::new(Severity::Info, text));
        }
    }
    notes
}

/// What one export's events tell of how it was made.
fn of_log(log: &LogExport, as_of: Instant, inventory: &[ResourceId]) -> Vec<Note> {
    let mut notes = Vec::new();
    let note = |severity, text: String| Note::new(severity, text).of(log.input);
    for span in log.spans.values() {
        let subscription = span.scope.subscription();
        let reach = format!("its events of subscription {subscription}");
        if let Some(doubt) = silence_doubt(log, span) {
            let text = format!("{reach} prove what they show and no absence: {doubt}");
            notes.push(note(Severity::Warning, text).help(DECLARE));
        } else if span.scope.folded().split('/').count() > 3 {
            let text = format!("{reach} all lie in {}, so they prove nothing outside it", span.scope);
            notes.push(note(Severity::Warning, text).help(DECLARE));
        }
        if !inventory.iter().any(|known| known.contains(&span.scope)) {
            let text = format!("it is a log of subscription {subscription}, of which no account is listed");
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
    if !log.is_newest_first && !log.is_oldest_first {
        let text = "its events are in no order of time, so it may have been put together of several exports";
        notes.push(note(Severity::Info, text.to_owned()));
    }
    notes.extend(of_window(log, as_of).into_iter().map(|(severity, text)| note(severity, text)));
    notes
}

/// What the window of an export's events looks like.
fn of_window(log: &LogExport, as_of: Instant) -> Vec<(Severity, String)> {
    let first = log.spans.values().map(|span| span.first).min();
    let last = log.spans.values().map(|span| span.last).max();
    let (Some(first), Some(last)) = (first, last) else { return Vec::new() };
    let mut said = Vec::new();
    if log.is_list && log.events > 1 && last <= first.plus(DEFAULT_WINDOW) {
        let text = "all its events lie within 6 hours, which is all that az looks at unless it is given both \
                    --start-time and --end-time";
        said.push((Severity::Warning, text.to_owned()));
    }
    let days = (last.plus(TimeDelta::hours(12))).whole_days_since(first);
    if days == COMMON_DAYS {
        let text = "it reaches back 89 days, as common collectors do; Azure keeps 90, and the tolerance of coverage stands \
                    in for the rest";
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

/// What the exports lack or have twice, taken together.
fn of_collection(evidence: Evidence<'_>, inventory: &[ResourceId]) -> Vec<Note> {
    let Evidence { logs, declarations, .. } = evidence;
    let mut notes = Vec::new();
    for subscription in inventory {
        let declared = declarations.iter().any(|declaration| match &declaration.scope {
            Scope::Everything => true,
            Scope::Within(scope) => subscription.contains(scope),
        });
        let is_of = |log: &LogExport| match &log.blob {
            Some(blob) => blob.subscription == *subscription,
            None => log.spans.values().any(|span| subscription.contains(&span.scope)),
        };
        if !declared && !logs.iter().any(is_of) {
            let text = format!("no activity log of subscription {} is among the inputs", subscription.name());
            notes.push(Note::new(Severity::Warning, text));
        }
    }
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

/// What the records of key operations say twice, and where they say two things at once.
pub fn repetitions(events: &[KeyEvent]) -> Vec<Note> {
    let mut known: HashMap<String, &KeyEvent, RandomState> = HashMap::default();
    let mut repeated = 0;
    let mut notes = Vec::new();
    for event in events {
        let Some(id) = event.event_data_id.as_ref().map(|id| id.to_ascii_lowercase()) else { continue };
        let Some(first) = known.get(&id) else {
            known.insert(id, event);
            continue;
        };
        let same_time = first.at.whole_milliseconds() == event.at.whole_milliseconds();
        if same_time && first.status == event.status && first.resource == event.resource {
            repeated += 1;
        } else {
            let text =
                "the record has the eventDataId of another, which it contradicts; both count as they stand";
            notes.push(Note::new(Severity::Warning, text).of(event.place.input).at_line(event.place.line));
        }
    }
    if repeated > 0 {
        let text = format!(
            "{repeated} records of key operations stand in the exports more than once, and count once"
        );
        notes.push(Note::new(Severity::Info, text));
    }
    notes
}
