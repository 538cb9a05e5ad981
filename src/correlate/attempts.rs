//! Joins the records of operations on keys: regenerations into attempts, one for each request, and likewise the
//! readings of keys.

use std::collections::BTreeMap;

use crate::model::{
    Attempt, AttemptRecord, Instant, KeyEvent, KeyName, KeyOperation, NamedKey, Outcome, Status,
};

/// The attempts to regenerate the keys of one account, in the order of time. The order and the duplication of `events`
/// change nothing.
pub fn attempts(events: Vec<KeyEvent>) -> Vec<Attempt> {
    requests(events, KeyOperation::Regenerate)
}

/// The requests that read the keys of one account, in the order of time; one that failed read nothing.
pub fn key_reads(events: Vec<KeyEvent>) -> Vec<Attempt> {
    let mut reads = requests(events, KeyOperation::List);
    reads.retain(|read| read.outcome != Outcome::Failed);
    reads
}

/// When the account was last deleted, as far as its events tell.
pub(super) fn deleted_at(events: Vec<KeyEvent>) -> Option<Instant> {
    let deletions = requests(events, KeyOperation::Delete).into_iter();
    deletions.filter(|deletion| deletion.outcome == Outcome::Succeeded).map(|deletion| deletion.at).max()
}

/// Requests of different operations can share an id, and are several all the same.
fn requests(mut events: Vec<KeyEvent>, operation: KeyOperation) -> Vec<Attempt> {
    events.retain(|event| event.operation == operation);
    let mut attempts: Vec<Attempt> = by_request(without_duplicates(events))
        .into_values()
        .flat_map(|records| of_request(&records))
        .collect();
    attempts.sort_by(|one, other| (one.at, &one.records).cmp(&(other.at, &other.records)));
    attempts
}

/// The same event stands in overlapping exports, and in logs that are written twice. It is known by its
/// `eventDataId`; where one of the two has none, by all else that every export keeps. Some keep milliseconds only.
fn without_duplicates(mut events: Vec<KeyEvent>) -> Vec<KeyEvent> {
    let content =
        |event: &KeyEvent| (event.at.whole_milliseconds(), event.status, fold(event.correlation_id.as_ref()));
    // Those with ids come first, so that those without find them, whatever the order of the inputs.
    events.sort_by_cached_key(|event| {
        let ids = [fold(event.event_data_id.as_ref()), fold(event.operation_id.as_ref())];
        (ids.clone().map(|id| id.is_none()), content(event), event.at, ids, event.place, event.key)
    });
    let mut kept: Vec<KeyEvent> = Vec::new();
    let mut with_content: BTreeMap<(Instant, Status, Option<String>), Vec<usize>> = BTreeMap::new();
    for event in events {
        let twins = with_content.entry(content(&event)).or_default();
        let twin = twins.iter().find(|twin| {
            let twin = &kept[**twin];
            same_instant(twin, &event)
                && may_be_same(twin.event_data_id.as_ref(), event.event_data_id.as_ref())
                && may_be_same(twin.operation_id.as_ref(), event.operation_id.as_ref())
        });
        if let Some(twin) = twin {
            merge(&mut kept[*twin], event);
        } else {
            twins.push(kept.len());
            kept.push(event);
        }
    }
    kept
}

/// Of two events in one millisecond: one export cuts time off there that another does not, and neither does both.
fn same_instant(one: &KeyEvent, other: &KeyEvent) -> bool {
    let is_cut = |event: &KeyEvent| event.at.whole_milliseconds() == event.at;
    one.at == other.at || (one.place.input != other.place.input && (is_cut(one) || is_cut(other)))
}

fn may_be_same(one: Option<&String>, other: Option<&String>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => one.eq_ignore_ascii_case(other),
        _ => true,
    }
}

/// Exports leave different things out of one event.
fn merge(kept: &mut KeyEvent, twin: KeyEvent) {
    kept.at = kept.at.max(twin.at);
    kept.key = kept.key.and(twin.key);
    kept.place = kept.place.min(twin.place);
    kept.operation_id = kept.operation_id.take().or(twin.operation_id);
    kept.caller = kept.caller.take().into_iter().chain(twin.caller).min();
}

/// What the records of one request have in common.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Request {
    Operation(String),
    Correlation(String),
    /// A record that nothing joins to another.
    Alone(usize),
}

fn by_request(events: Vec<KeyEvent>) -> BTreeMap<Request, Vec<KeyEvent>> {
    let operations = operations_by_correlation(&events);
    let mut requests: BTreeMap<Request, Vec<KeyEvent>> = BTreeMap::new();
    for (index, event) in events.into_iter().enumerate() {
        let by_correlation = |correlation: String| match operations.get(&correlation) {
            Some(Some(operation)) => Request::Operation(operation.clone()),
            Some(None) | None => Request::Correlation(correlation),
        };
        let request = fold(event.operation_id.as_ref())
            .map(Request::Operation)
            .or_else(|| fold(event.correlation_id.as_ref()).map(by_correlation))
            .unwrap_or(Request::Alone(index));
        requests.entry(request).or_default().push(event);
    }
    requests
}

/// The one operation of each correlation id, for records of exports that keep no operation ids; `None` where several
/// operations share it.
fn operations_by_correlation(events: &[KeyEvent]) -> BTreeMap<String, Option<String>> {
    let mut operations: BTreeMap<String, Option<String>> = BTreeMap::new();
    for event in events {
        let ids = (fold(event.correlation_id.as_ref()), fold(event.operation_id.as_ref()));
        let (Some(correlation), Some(operation)) = ids else { continue };
        operations
            .entry(correlation)
            .and_modify(|known| {
                if known.as_deref() != Some(operation.as_str()) {
                    *known = None;
                }
            })
            .or_insert(Some(operation));
    }
    operations
}

fn fold(id: Option<&String>) -> Option<String> {
    id.map(|id| id.to_ascii_lowercase())
}

/// One request is one attempt; but several successes at different times under one id were several.
fn of_request(records: &[KeyEvent]) -> Vec<Attempt> {
    let mut successes: Vec<Instant> =
        records.iter().filter(|record| record.status == Status::Succeeded).map(|record| record.at).collect();
    successes.sort_unstable();
    successes.dedup();
    let attempt = |at: Instant, outcome: Outcome, key: Option<KeyName>| {
        let mut joined: Vec<AttemptRecord> = records
            .iter()
            .map(|record| AttemptRecord { at: record.at, status: record.status, place: record.place })
            .collect();
        joined.sort_unstable();
        let caller = records.iter().filter_map(|record| record.caller.clone()).min();
        Attempt { at, outcome, key, caller, records: joined }
    };
    match successes[..] {
        [] => {
            let latest = records.iter().map(|record| record.at).max();
            let any = |status| records.iter().any(|record| record.status == status);
            let failed = any(Status::Failed) && !any(Status::ServerError);
            let outcome = if failed { Outcome::Failed } else { Outcome::Uncertain };
            latest.map(|at| attempt(at, outcome, named_key(records))).into_iter().collect()
        }
        [at] => vec![attempt(at, Outcome::Succeeded, named_key(records))],
        _ => successes
            .iter()
            .map(|at| attempt(*at, Outcome::Succeeded, named_key_of_success(records, *at, successes.len())))
            .collect(),
    }
}

/// The key that the records of one request name. It stands on the *Started* record; of several such records, one
/// that does not name it may have been about the other key.
fn named_key(records: &[KeyEvent]) -> Option<KeyName> {
    let mut started = records.iter().filter(|record| record.status == Status::Started);
    let silent = started.clone().any(|record| record.key == NamedKey::Unnamed) && started.nth(1).is_some();
    if silent {
        return None;
    }
    records.iter().fold(NamedKey::Unnamed, |key, record| key.and(record.key)).key()
}

/// The key of one of several successes under one id: its own record's; else that of the whole request, but only
/// where there is a *Started* record for every success, and all name the same key.
fn named_key_of_success(records: &[KeyEvent], at: Instant, successes: usize) -> Option<KeyName> {
    let own = records
        .iter()
        .filter(|record| record.status == Status::Succeeded && record.at == at)
        .fold(NamedKey::Unnamed, |key, record| key.and(record.key));
    let started = records.iter().filter(|record| record.status == Status::Started).count();
    match own {
        NamedKey::Unnamed if started >= successes => named_key(records),
        NamedKey::Unnamed | NamedKey::Conflicting => None,
        NamedKey::Named(key) => Some(key),
    }
}

/// A name for the request that a record belongs to, for records that keep one kind of id throughout.
pub(super) fn same_request(operation: Option<&String>, correlation: Option<&String>, index: usize) -> String {
    fold(operation)
        .map(|id| format!("operation {id}"))
        .or_else(|| fold(correlation).map(|id| format!("correlation {id}")))
        .unwrap_or_else(|| format!("record {index}"))
}
