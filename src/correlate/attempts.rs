//! Joins the records of requests about an account: regenerations of keys into attempts, and likewise readings of keys,
//! writes and deletions of the account.

use std::collections::{BTreeMap, HashMap};

use chrono::TimeDelta;

use crate::model::{
    Attempt, AttemptRecord, InputId, Instant, KeyEvent, KeyName, KeyOperation, LogId, NamedKey, Outcome,
    Place, Status,
};

/// The requests of one account; each list is in the order of time. They depend neither on the order of the records nor
/// on how often a record is repeated.
#[derive(Debug, Default)]
pub(super) struct Requests {
    pub regenerations: Vec<Attempt>,
    /// Without those that failed: they read nothing.
    pub key_reads: Vec<Attempt>,
    pub failed_key_reads: Vec<Attempt>,
    /// Without those that failed.
    pub writes: Vec<Attempt>,
    /// Without those that failed.
    pub deletions: Vec<Attempt>,
    /// Deletions of the account's resource group, without those that failed. Their records can share an id with those
    /// of `deletions`.
    pub group_deletions: Vec<Attempt>,
    /// Records whose operation cannot be read; these are not joined.
    pub unreadable: Vec<KeyEvent>,
}

impl Requests {
    pub(super) fn of(events: Vec<KeyEvent>) -> Requests {
        let (mut unreadable, events): (Vec<KeyEvent>, Vec<KeyEvent>) =
            events.into_iter().partition(|event| event.operation == KeyOperation::Unreadable);
        unreadable.sort_by_key(|event| (event.at, event.place));
        let coarseness = Coarseness::of(&events);
        let is_of_group =
            |event: &KeyEvent| event.operation == KeyOperation::Delete && !event.resource.is_account();
        let (group_deletions, events): (Vec<KeyEvent>, Vec<KeyEvent>) =
            events.into_iter().partition(is_of_group);
        let mut by_operation: [Vec<KeyEvent>; 4] = Default::default();
        for event in events {
            by_operation[event.operation as usize].push(event);
        }
        let [regenerations, key_reads, deletions, writes] =
            by_operation.map(|events| joined_by_id(events, &coarseness));
        let (failed_key_reads, key_reads) =
            key_reads.into_iter().partition(|read| read.outcome == Outcome::Failed);
        let effective = |mut requests: Vec<Attempt>| {
            requests.retain(|request| request.outcome != Outcome::Failed);
            requests
        };
        Requests {
            regenerations,
            key_reads,
            failed_key_reads,
            writes: effective(writes),
            deletions: effective(deletions),
            group_deletions: effective(joined_by_id(group_deletions, &coarseness)),
            unreadable,
        }
    }
}

/// Joins the records of one kind of operation into attempts, in the order of time. Requests of different operations can
/// share an id, so `events` must all be of one operation.
pub fn attempts(events: Vec<KeyEvent>) -> Vec<Attempt> {
    let coarseness = Coarseness::of(&events);
    joined_by_id(events, &coarseness)
}

fn joined_by_id(events: Vec<KeyEvent>, coarseness: &Coarseness) -> Vec<Attempt> {
    let mut attempts: Vec<Attempt> =
        by_request(without_copies(events, coarseness)).into_values().flat_map(of_request).collect();
    attempts.sort_by(|one, other| (one.at, &one.records).cmp(&(other.at, &other.records)));
    attempts
}

/// Merges the records that are copies of one event. Copies arise if exports overlap or a log is written twice, and
/// exports differ in the precision of times. In doubt, two events remain: an attempt too many only weakens verdicts,
/// but a lost one makes them false.
fn without_copies(mut records: Vec<KeyEvent>, units: &Coarseness) -> Vec<KeyEvent> {
    if records.len() < 2 {
        return records;
    }
    // The order of the inputs must not matter, so the most precise records come first, and those with ids before those
    // without.
    records.sort_by_cached_key(|record| {
        let ids = [&record.event_data_id, &record.operation_id, &record.correlation_id];
        let lacks = ids.map(Option::is_none);
        (
            coarseness(record.at),
            lacks,
            record.at,
            record.status,
            ids.map(Clone::clone),
            record.place,
            record.key,
        )
    });
    let mut events: Vec<Event> = Vec::new();
    // The time of a copy, which may be truncated or rounded, differs by at most one second.
    let mut by_second: HashMap<(i64, Status), Vec<usize>> = HashMap::new();
    for record in records {
        let second = record.at.whole_seconds();
        let near = [second - 1, second, second + 1].into_iter();
        let near =
            near.filter_map(|second| by_second.get(&(second, stated(record.status)))).flatten().copied();
        let best = near
            .filter(|event| events[*event].may_have(&record, units))
            .min_by_key(|event| (events[*event].has_record_of(record.place.input), *event));
        if let Some(event) = best {
            events[event].take(record);
        } else {
            by_second.entry((second, stated(record.status))).or_default().push(events.len());
            events.push(Event::new(record));
        }
    }
    events.into_iter().map(|event| event.merged).collect()
}

/// An event, and the records that are copies of it.
struct Event {
    /// With the instant of its most precise record.
    merged: KeyEvent,
    /// The place and the instant of each record.
    records: Vec<(Place, Instant)>,
}

impl Event {
    fn new(record: KeyEvent) -> Event {
        Event { records: vec![(record.place, record.at)], merged: record }
    }

    fn has_record_of(&self, input: InputId) -> bool {
        self.records.iter().any(|(place, _)| place.input == input)
    }

    /// Whether the record can be a copy of the event; it must not be more precise. Two records of one input with
    /// different instants are two events, even if a third record resembles both.
    fn may_have(&self, record: &KeyEvent, units: &Coarseness) -> bool {
        let is_same_or_elsewhere =
            |(place, at): &(Place, Instant)| place.input != record.place.input || *at == record.at;
        is_copy(self.merged.at, record.at, units.of_input(record.place.input))
            && self.records.iter().all(is_same_or_elsewhere)
            && self.has_ids_of(record)
    }

    /// Whether the record has at least one id in common with the event, and no id that differs. If neither has any id,
    /// the record must be the same one, or be from another input and have the same instant.
    fn has_ids_of(&self, record: &KeyEvent) -> bool {
        let ids = [
            (&self.merged.event_data_id, &record.event_data_id),
            (&self.merged.operation_id, &record.operation_id),
            (&self.merged.correlation_id, &record.correlation_id),
        ];
        let mut common = ids.into_iter().filter_map(|(one, other)| Some((one.as_ref()?, other.as_ref()?)));
        let has_none = ids.into_iter().all(|(one, other)| one.is_none() && other.is_none());
        let is_itself = || self.records.contains(&(record.place, record.at));
        let is_twin = || self.merged.at == record.at && !self.has_record_of(record.place.input);
        if has_none {
            is_itself() || is_twin()
        } else {
            common.clone().next().is_some() && common.all(|(one, other)| one == other)
        }
    }

    /// Merges a copy into the event. A copy can have members that the other records lack, because exports leave out
    /// different ones.
    fn take(&mut self, record: KeyEvent) {
        self.records.push((record.place, record.at));
        let merged = &mut self.merged;
        merged.status = merged.status.min(record.status);
        merged.key = merged.key.and(record.key);
        merged.place = merged.place.min(record.place);
        merged.event_data_id = merged.event_data_id.take().or(record.event_data_id);
        merged.operation_id = merged.operation_id.take().or(record.operation_id);
        merged.correlation_id = merged.correlation_id.take().or(record.correlation_id);
        merged.caller = merged.caller.take().into_iter().chain(record.caller).min();
        merged.disables_local_auth |= record.disables_local_auth;
    }
}

/// Returns the status without regard to its code. Some exports leave the code out, so a failure with a code can be a
/// copy of one without.
fn stated(status: Status) -> Status {
    if status == Status::FailedWithoutCode { Status::Failed } else { status }
}

/// The units to which exports truncate or round instants: Python microseconds, JavaScript and the CSV of Log Analytics
/// milliseconds, spreadsheets seconds. az and REST keep 100 ns.
const UNITS: [TimeDelta; 3] = [TimeDelta::microseconds(1), TimeDelta::milliseconds(1), TimeDelta::seconds(1)];

/// Returns how many of the units the instant is a multiple of. An export does not show whether it truncated the
/// instant.
fn coarseness(at: Instant) -> usize {
    UNITS.into_iter().filter(|unit| at.cut_to(*unit) == at).count()
}

/// For each input, how many of the units all instants of its records are multiples of. A record of an input with
/// milliseconds can be at a whole second by chance. It is then no copy of a record that is half a second away.
struct Coarseness(HashMap<InputId, usize>);

impl Coarseness {
    fn of(records: &[KeyEvent]) -> Coarseness {
        let mut of_inputs = HashMap::new();
        // A single record is compared with none.
        for record in records.iter().filter(|_| records.len() > 1) {
            let own = coarseness(record.at);
            let least = of_inputs.entry(record.place.input).or_insert(own);
            *least = own.min(*least);
        }
        Coarseness(of_inputs)
    }

    /// The input must have one of the records.
    fn of_input(&self, input: InputId) -> usize {
        self.0[&input]
    }
}

/// Whether `copy` is the instant itself, or the instant cut or rounded to one of the first `units` units.
fn is_copy(at: Instant, copy: Instant, units: usize) -> bool {
    let mut units = UNITS.into_iter().take(units);
    at == copy || units.any(|unit| copy == at.cut_to(unit) || copy == at.rounded_to(unit))
}

/// The id that the records of one request have in common.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum RequestId {
    Operation(LogId),
    Correlation(LogId),
    /// The index of a record that has no id, so it is not joined with any other.
    Alone(usize),
}

impl RequestId {
    /// All records of a request must have the same kind of id.
    pub(super) fn of(operation: Option<LogId>, correlation: Option<LogId>, index: usize) -> RequestId {
        let by_correlation = || correlation.map(RequestId::Correlation);
        operation.map(RequestId::Operation).or_else(by_correlation).unwrap_or(RequestId::Alone(index))
    }
}

fn by_request(events: Vec<KeyEvent>) -> BTreeMap<RequestId, Vec<KeyEvent>> {
    let operations = operations_by_correlation(&events);
    let of_event = |(index, event): (usize, &KeyEvent)| {
        let of_correlation = || operations.get(event.correlation_id.as_ref()?)?.cloned();
        let operation = event.operation_id.clone().or_else(of_correlation);
        RequestId::of(operation, event.correlation_id.clone(), index)
    };
    let ids: Vec<RequestId> = events.iter().enumerate().map(of_event).collect();
    let mut requests: BTreeMap<RequestId, Vec<KeyEvent>> = BTreeMap::new();
    for (request, event) in ids.into_iter().zip(events) {
        requests.entry(request).or_default().push(event);
    }
    requests
}

/// Returns the operation id that belongs to each correlation id, for records of exports that keep no operation ids;
/// `None` if several operations share the correlation id.
fn operations_by_correlation(events: &[KeyEvent]) -> BTreeMap<&LogId, Option<&LogId>> {
    let mut operations: BTreeMap<&LogId, Option<&LogId>> = BTreeMap::new();
    for event in events {
        let ids = (event.correlation_id.as_ref(), event.operation_id.as_ref());
        let (Some(correlation), Some(operation)) = ids else { continue };
        operations
            .entry(correlation)
            .and_modify(|known| *known = known.filter(|known| *known == operation))
            .or_insert(Some(operation));
    }
    operations
}

/// Returns the attempts that the records of one id describe: one, unless the records show several. Many requests can
/// share one correlation id, for example in one run of Terraform. An attempt too many only weakens verdicts, but a lost
/// one makes them false.
fn of_request(mut records: Vec<KeyEvent>) -> Vec<Attempt> {
    records.sort_by_key(|record| (record.at, record.status != Status::Started, record.place));
    if let Some(attempts) = alternating(&records) {
        return attempts;
    }
    let count =
        |statuses: &[Status]| records.iter().filter(|record| statuses.contains(&record.status)).count();
    let started = count(&[Status::Started]);
    let [succeeded, failed] = [count(&[Status::Succeeded]), count(&[Status::Failed])];
    let unclear = count(&UNCLEAR);
    // A failure without a code is a copy of one with a code, or a record of the same request.
    let is_open = records.iter().any(|record| record.status.outweighs_failure());
    let unclear = if failed > 0 && !is_open { 0 } else { unclear };
    if started <= 1 && succeeded <= 1 && unclear <= 1 && succeeded + unclear <= 1 {
        return vec![joined(&records)];
    }
    let mut attempts: Vec<Attempt> = Vec::new();
    for success in records.iter().filter(|record| record.status == Status::Succeeded) {
        let key = match success.key {
            NamedKey::Unnamed if succeeded == 1 => named_key(&records, success.at),
            NamedKey::Unnamed => named_by_starts(&records, success.at, succeeded),
            named => named.key(),
        };
        attempts.push(attempt(&records, success.at, Outcome::Succeeded, key));
    }
    // Requests whose outcome leaves open whether they had an effect, and those that started and have none. It is not
    // known which records are of the latter, so each that can be their latest one is an attempt.
    let latest = records.last().map_or(Instant::MIN, |record| record.at);
    let of_all = named_by_starts(&records, latest, 0);
    let is_unfinished = started > succeeded + failed + unclear;
    let is_open = |record: &&KeyEvent| {
        if has_outcome(record) { unclear > 0 && UNCLEAR.contains(&record.status) } else { is_unfinished }
    };
    let open = records.iter().filter(is_open);
    attempts.extend(open.map(|record| attempt(&records, record.at, Outcome::Uncertain, of_all)));
    if attempts.is_empty() {
        attempts.push(joined(&records));
    }
    attempts
}

/// Outcomes that leave open whether a request had an effect.
const UNCLEAR: [Status; 3] = [Status::ServerError, Status::Contradictory, Status::FailedWithoutCode];

/// Returns one attempt for each *Started* record, if there are several and each is followed by one outcome before the
/// next one. The last one may have no outcome yet. Returns `None` for any other records.
fn alternating(records: &[KeyEvent]) -> Option<Vec<Attempt>> {
    let requests: Vec<&[KeyEvent]> = records.chunk_by(|_, next| next.status != Status::Started).collect();
    let is_start = |request: &&[KeyEvent]| request[0].status == Status::Started;
    let outcomes = |request: &[KeyEvent]| request.iter().filter(|record| has_outcome(record)).count();
    let (last, complete) = requests.split_last()?;
    let is_alternating = !complete.is_empty()
        && requests.iter().all(is_start)
        && complete.iter().all(|request| outcomes(request) == 1)
        && outcomes(last) <= 1;
    // If an outcome and the next start have the same instant, their order is unknown.
    let is_ordered =
        records.windows(2).all(|pair| pair[0].at < pair[1].at || pair[1].status != Status::Started);
    (is_alternating && is_ordered).then(|| requests.into_iter().map(joined).collect())
}

/// Joins all records into one attempt.
fn joined(records: &[KeyEvent]) -> Attempt {
    let success =
        records.iter().filter(|record| record.status == Status::Succeeded).map(|record| record.at).min();
    let any = |status| records.iter().any(|record| record.status == status);
    let is_open = records.iter().any(|record| record.status.outweighs_failure());
    let outcome = match success {
        Some(_) => Outcome::Succeeded,
        None if any(Status::Failed) && !is_open => Outcome::Failed,
        None => Outcome::Uncertain,
    };
    let latest = records.iter().map(|record| record.at).max().unwrap_or(Instant::MIN);
    let at = success.unwrap_or(latest);
    attempt(records, at, outcome, named_key(records, at))
}

/// Returns the key that the records of one attempt name. The *Started* record contains it. If there are several such
/// records and one does not name a key, that one may have been about the other key, so the result is `None`. A
/// *Started* record after the outcome does not name the key.
fn named_key(records: &[KeyEvent], at: Instant) -> Option<KeyName> {
    let is_before = |record: &&KeyEvent| record.status != Status::Started || record.at <= at;
    let mut started = records.iter().filter(|record| record.status == Status::Started);
    let is_silent = started.clone().any(|record| record.key == NamedKey::Unnamed) && started.nth(1).is_some();
    if is_silent {
        return None;
    }
    let named = records.iter().filter(is_before).fold(NamedKey::Unnamed, |key, record| key.and(record.key));
    // If a later start names the other key, it is unknown which of the two starts the outcome belongs to.
    let all = records.iter().fold(NamedKey::Unnamed, |key, record| key.and(record.key));
    if all == NamedKey::Conflicting { None } else { named.key() }
}

/// Returns the key that all *Started* records name, if there are at least as many of them as successes, and at least
/// one is not later than the outcome.
fn named_by_starts(records: &[KeyEvent], at: Instant, successes: usize) -> Option<KeyName> {
    let started: Vec<&KeyEvent> = records.iter().filter(|record| record.status == Status::Started).collect();
    let first = started.first().filter(|started| started.at <= at)?.key.key()?;
    let is_named = started.iter().all(|record| record.key.key() == Some(first));
    (started.len() >= successes && is_named).then_some(first)
}

/// Whether every record that can contain the body of the request shows `disableLocalAuth: true`. If there are fewer
/// *Started* records than outcomes, one of them is missing; then the record of each outcome must show it, too.
fn disables_local_auth(records: &[KeyEvent]) -> bool {
    let is_start = |record: &&KeyEvent| record.status == Status::Started;
    let starts = records.iter().filter(is_start).count();
    let outcomes = records.iter().filter(|record| has_outcome(record));
    let has_all_starts = starts >= outcomes.clone().count();
    let with_body = records.iter().filter(|record| starts == 0 || is_start(record));
    with_body.chain(outcomes.filter(|_| !has_all_starts)).all(|record| record.disables_local_auth)
}

fn has_outcome(record: &KeyEvent) -> bool {
    !matches!(record.status, Status::Started | Status::Other)
}

fn attempt(records: &[KeyEvent], at: Instant, outcome: Outcome, key: Option<KeyName>) -> Attempt {
    let mut joined: Vec<AttemptRecord> = records
        .iter()
        .map(|record| AttemptRecord { at: record.at, status: record.status, place: record.place })
        .collect();
    joined.sort_unstable();
    Attempt {
        at,
        // A record after the success is a copy, or a record of another request. `first_at` must not be later than the
        // success.
        first_at: records.iter().map(|record| record.at).min().unwrap_or(at).min(at),
        outcome,
        key,
        caller: records.iter().filter_map(|record| record.caller.clone()).min(),
        disables_local_auth: disables_local_auth(records),
        records: joined,
    }
}
