//! Compares attempts with the requests that they come from, for any records that exports leave out, and checks properties.
//!
//! Requests are invented first, then their records in the log, then copies of these records in several exports. A copy
//! may lack an id, the caller, or the key, if another copy has them, and all exports but one lack the digits below the
//! millisecond. The attempts must be the same as the requests.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::TimeDelta;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use rotaudit::correlate::attempts;
use rotaudit::model::{
    Attempt, InputId, Instant, KeyEvent, KeyName, KeyOperation, LogId, NamedKey, Outcome, Place, ResourceId,
    Status,
};

use crate::support::cases;

/// A record in the log about a request at one instant, and its copies in exports.
#[derive(Clone, Debug)]
struct Line {
    at: Instant,
    status: Status,
    key: Option<KeyName>,
    copies: Vec<Copied>,
    /// No export kept the operation id of this record, unless the id is needed.
    has_lost_operation: bool,
}

/// The members of a record that an export keeps.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is kept or not, independently of the others")]
struct Copied {
    event_id: bool,
    operation_id: bool,
    key: bool,
    caller: bool,
    is_in_upper_case: bool,
}

#[derive(Clone, Debug)]
struct Request {
    /// Several requests can have one.
    correlation: u8,
    caller: Option<String>,
    lines: Vec<Line>,
}

/// Returns an instant of whole milliseconds and tenths of a millisecond. The tenths decide whether exports cut anything
/// off.
fn at(millisecond: i64, tenths: i64) -> Instant {
    // The base is not a multiple of a second, because such an instant could be any of the instants after a cut.
    let base = Instant::parse_argument("2026-06-01T00:00:00.1Z").expect("a time");
    base.plus(TimeDelta::milliseconds(millisecond)).plus(TimeDelta::microseconds(100 * tenths))
}

fn event(at: Instant, status: Status, key: Option<KeyName>) -> KeyEvent {
    let account = "/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/a";
    KeyEvent {
        operation: KeyOperation::Regenerate,
        resource: ResourceId::parse(account).expect("an account's id"),
        at,
        status,
        key: key.map_or(NamedKey::Unnamed, NamedKey::Named),
        operation_id: None,
        correlation_id: None,
        event_data_id: None,
        caller: None,
        disables_local_auth: false,
        place: Place { input: InputId(0), line: 1, column: 1 },
    }
}

impl Request {
    fn outcome(&self) -> Outcome {
        let has = |status| self.lines.iter().any(|line| line.status == status);
        if has(Status::Succeeded) {
            Outcome::Succeeded
        } else if has(Status::Failed) {
            Outcome::Failed
        } else {
            Outcome::Uncertain
        }
    }

    fn at(&self) -> Instant {
        let success = self.lines.iter().find(|line| line.status == Status::Succeeded);
        let latest = self.lines.iter().map(|line| line.at).max().expect("a line");
        success.map_or(latest, |line| line.at)
    }

    fn key(&self) -> Option<KeyName> {
        let named: BTreeSet<KeyName> = self.lines.iter().filter_map(|line| line.key).collect();
        if named.len() > 1 { None } else { named.first().copied() }
    }

    fn essence(&self) -> Essence {
        let mut records: Vec<_> = self.lines.iter().map(|line| (line.at, line.status)).collect();
        records.sort_unstable();
        (self.at(), self.outcome(), self.key(), self.caller.clone(), records)
    }
}

/// An attempt without the places of its records.
type Essence = (Instant, Outcome, Option<KeyName>, Option<String>, Vec<(Instant, Status)>);

fn essence(attempts: &[Attempt]) -> Vec<Essence> {
    let of_one = |attempt: &Attempt| {
        let records = attempt.records.iter().map(|record| (record.at, record.status)).collect();
        (attempt.at, attempt.outcome, attempt.key, attempt.caller.as_deref().map(str::to_owned), records)
    };
    let mut essence: Vec<Essence> = attempts.iter().map(of_one).collect();
    essence.sort_unstable();
    essence
}

/// All copies of all requests' records, each with the number of its record. Every record has a copy in the precise input.
fn copies(requests: &[Request], precise: usize) -> Vec<(usize, KeyEvent)> {
    let mut copies = Vec::new();
    let mut number = 0;
    for (operation, request) in requests.iter().enumerate() {
        let shares = |other: &&Request| other.correlation == request.correlation;
        let is_alone = requests.iter().filter(shares).count() == 1;
        for line in &request.lines {
            for (index, copied) in line.copies.iter().enumerate() {
                // If no other copy has a member, the first one has it.
                let keeps =
                    |what: fn(&Copied) -> bool| what(copied) || (index == 0 && !line.copies.iter().any(what));
                let spelled =
                    |id: String| LogId::from(&*if copied.is_in_upper_case { id.to_uppercase() } else { id });
                let mut event = event(line.at, line.status, line.key.filter(|_| keeps(|copied| copied.key)));
                event.place.input = InputId((precise + index) % 3);
                if index > 0 {
                    event.at = line.at.whole_milliseconds();
                }
                event.correlation_id = Some(spelled(format!("correlation-{}", request.correlation)));
                let has_operation =
                    keeps(|copied| copied.operation_id) && !(is_alone && line.has_lost_operation);
                event.operation_id = has_operation.then(|| spelled(guid(operation)));
                event.event_data_id = copied.event_id.then(|| spelled(format!("event-{number}")));
                let caller = request.caller.as_deref().filter(|_| keeps(|copied| copied.caller));
                event.caller = caller.map(Arc::from);
                copies.push((number, event));
            }
            number += 1;
        }
    }
    distinguished(copies)
}

/// An operation id of the form that Azure's have.
fn guid(operation: usize) -> String {
    format!("abcdef00-0000-4000-8000-{operation:012}")
}

/// Returns the copies. A record has its id if nothing else distinguishes it from another one.
fn distinguished(mut copies: Vec<(usize, KeyEvent)>) -> Vec<(usize, KeyEvent)> {
    let differ =
        |one: &Option<LogId>, other: &Option<LogId>| one.is_some() && other.is_some() && one != other;
    let is_cut = |at: Instant| at == at.whole_milliseconds();
    let are_apart = |one: &KeyEvent, other: &KeyEvent| {
        one.status != other.status
            || one.at.whole_milliseconds() != other.at.whole_milliseconds()
            || (one.at != other.at && !is_cut(one.at) && !is_cut(other.at))
            || (one.at != other.at && one.place.input == other.place.input)
            || differ(&one.correlation_id, &other.correlation_id)
            || differ(&one.operation_id, &other.operation_id)
            || differ(&one.event_data_id, &other.event_data_id)
    };
    for one in 0..copies.len() {
        for other in 0..one {
            if copies[one].0 != copies[other].0 && !are_apart(&copies[one].1, &copies[other].1) {
                for index in [one, other] {
                    let (record, copy) = &mut copies[index];
                    copy.event_data_id = Some(LogId::from(&*format!("event-{record}")));
                }
            }
        }
    }
    copies
}

fn key() -> impl Strategy<Value = Option<KeyName>> {
    select(vec![None, Some(KeyName::Key1), Some(KeyName::Key2)])
}

fn line(status: impl Strategy<Value = Status>) -> impl Strategy<Value = Line> {
    let copied = prop::array::uniform5(any::<bool>()).prop_map(
        |[event_id, operation_id, key, caller, is_in_upper_case]| Copied {
            event_id,
            operation_id,
            key,
            caller,
            is_in_upper_case,
        },
    );
    (0..4i64, 0..3i64, status, key(), prop::collection::vec(copied, 1..4), any::<bool>()).prop_map(
        |(millisecond, tenths, status, key, copies, has_lost_operation)| Line {
            at: at(millisecond, tenths),
            status,
            key,
            copies,
            has_lost_operation,
        },
    )
}

fn request() -> impl Strategy<Value = Request> {
    let end = select(vec![Status::Succeeded, Status::Failed, Status::ServerError, Status::Other]);
    // Several starts under one id are several requests.
    let starts = prop::collection::vec(line(Just(Status::Started)), 0..2);
    let caller = prop::option::of(select(vec!["ann".to_owned(), "ben".to_owned()]));
    (0..3u8, caller, starts, prop::option::of(line(end))).prop_filter_map(
        "a request without a record",
        |(correlation, caller, mut lines, end)| {
            // A request starts before it ends.
            lines.sort_by_key(|line: &Line| line.at);
            let end = end.map(|end: Line| Line { at: at(5, 0).max(end.at), ..end });
            lines.extend(end);
            (!lines.is_empty()).then_some(Request { correlation, caller, lines })
        },
    )
}

/// A record of the log, with or without the ids that join it to others.
fn record() -> impl Strategy<Value = KeyEvent> {
    let status =
        select(vec![Status::Started, Status::Succeeded, Status::Failed, Status::ServerError, Status::Other]);
    let id = |of: &'static str, different: u8| {
        prop::option::of(0..different)
            .prop_map(move |id: Option<u8>| id.map(|id| LogId::from(&*format!("{of}-{id}"))))
    };
    (0..9i64, status, key(), id("operation", 3), id("correlation", 3), id("event", 6)).prop_map(
        |(millisecond, status, key, operation_id, correlation_id, event_data_id)| KeyEvent {
            operation_id,
            correlation_id,
            event_data_id,
            ..event(at(millisecond, 0), status, key)
        },
    )
}

proptest! {
    #![proptest_config(cases(500, 2_000))]

    #[test]
    fn the_attempts_are_the_requests(requests in prop::collection::vec(request(), 0..4), precise in 0..3usize) {
        let records = copies(&requests, precise).into_iter().map(|(_, event)| event).collect();
        let mut expected: Vec<Essence> = requests.iter().map(Request::essence).collect();
        expected.sort_unstable();
        prop_assert_eq!(essence(&attempts(records)), expected);
    }

    #[test]
    fn order_and_duplication_of_records_change_nothing(
        (records, again, shuffled) in prop::collection::vec(record(), 0..12).prop_flat_map(|records| {
            let again = subsequence(records.clone(), 0..=records.len());
            (Just(records.clone()), again, Just(records).prop_shuffle())
        })
    ) {
        let expected = essence(&attempts(records));
        prop_assert_eq!(essence(&attempts(shuffled.into_iter().chain(again).collect())), expected);
    }
}
