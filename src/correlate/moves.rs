//! Determines which ids an account had, and when. A move into another group or subscription changes the id, and earlier
//! events have the old one.

use std::collections::{BTreeMap, BTreeSet};

use super::Events;
use super::attempts::same_request;
use super::coverage::{Coverage, CoveredResidence};
use crate::model::{
    Account, Instant, Interval, KeyEvent, Move, MoveRecord, MoveRequest, Note, ResourceId, Severity, Status,
};

/// The moves that succeeded or may have, up to `as_of`, in the order of time.
pub fn moves(mut records: Vec<MoveRecord>, as_of: Instant) -> Vec<Move> {
    records.retain(|record| record.at <= as_of);
    records.sort();
    let mut requests: BTreeMap<(String, ResourceId), Vec<MoveRecord>> = BTreeMap::new();
    for (index, record) in records.into_iter().enumerate() {
        let request = same_request(record.operation_id.as_ref(), record.correlation_id.as_ref(), index);
        requests.entry((request, record.source.clone())).or_default().push(record);
    }
    let mut moves: Vec<Move> = requests.values().flat_map(|records| of_request(records)).collect();
    moves.sort();
    moves
}

/// Returns the moves of one request: several if the records have different bodies, because nothing shows which of these
/// succeeded.
fn of_request(records: &[MoveRecord]) -> Vec<Move> {
    let any = |status| records.iter().any(|record| record.status == status);
    let has_succeeded = any(Status::Succeeded);
    let is_open = records.iter().any(|record| record.status.outweighs_failure());
    if !has_succeeded && any(Status::Failed) && !is_open {
        return Vec::new();
    }
    let succeeded = records.iter().filter(|record| record.status == Status::Succeeded);
    let ended = succeeded.max_by_key(|record| record.at).or(records.iter().max_by_key(|record| record.at));
    let started = records.iter().map(|record| record.at).min();
    let Some((ended, started_at)) = ended.zip(started) else { return Vec::new() };
    let bodies: BTreeSet<&MoveRequest> = records
        .iter()
        .map(|record| &record.request)
        .filter(|request| **request != MoveRequest::default())
        .collect();
    let is_certain = has_succeeded && bodies.len() <= 1;
    let of_body = |request: MoveRequest| Move {
        at: ended.at,
        started_at,
        is_certain,
        source: ended.source.clone(),
        request,
        place: ended.place,
    };
    if bodies.is_empty() {
        vec![of_body(MoveRequest::default())]
    } else {
        bodies.into_iter().cloned().map(of_body).collect()
    }
}

/// The id that an account had in a window of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Residence {
    pub id: ResourceId,
    pub window: Interval,
    /// When the move to this id started. Events may have the new id before the move has ended.
    pub since: Instant,
}

/// The time that a resource was at an id, by moves that name it and that succeeded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stay {
    pub id: ResourceId,
    pub since: Instant,
    /// `None` if no such move took it away.
    pub until: Option<Instant>,
}

/// Moves, by their targets and by the resources that they moved.
#[derive(Debug)]
pub struct Moves<'a> {
    by_target: BTreeMap<&'a ResourceId, Vec<&'a Move>>,
    by_resource: BTreeMap<&'a ResourceId, Vec<&'a Move>>,
    /// Moves that do not show their target.
    untold: Vec<&'a Move>,
    /// Moves that do not show which resources were moved, by their source group.
    unnamed: BTreeMap<&'a ResourceId, Vec<&'a Move>>,
}

impl<'a> Moves<'a> {
    pub fn new(moves: &'a [Move]) -> Moves<'a> {
        let mut sorted = Moves {
            by_target: BTreeMap::new(),
            by_resource: BTreeMap::new(),
            untold: Vec::new(),
            unnamed: BTreeMap::new(),
        };
        for one in moves {
            match &one.request.target {
                Some(target) => sorted.by_target.entry(target).or_default().push(one),
                None => sorted.untold.push(one),
            }
            if one.request.resources.is_none() {
                sorted.unnamed.entry(&one.source).or_default().push(one);
            }
            for resource in one.request.resources.iter().flatten() {
                sorted.by_resource.entry(resource).or_default().push(one);
            }
        }
        sorted
    }

    pub fn is_empty(&self) -> bool {
        self.by_target.is_empty() && self.untold.is_empty()
    }

    /// Returns the known ids of the account, each with its window. The inventory can be older than a move; then the
    /// account has had another id since the move.
    pub fn residences(&self, account: &Account, as_of: Instant) -> Vec<Residence> {
        let created = account.created_at.unwrap_or(Instant::MIN);
        let mut residences = Vec::new();
        let arrival = self.arrival(&account.id, created, as_of).map(|(arrival, _)| arrival.at);
        let arrived = arrival.unwrap_or(created);
        let mut until = as_of;
        let listed = account.listed_at.unwrap_or(Instant::MIN);
        // A list with a later date than a move away shows that the account, or another one, came afterwards. Nothing
        // shows when, so only the time from the list on is known, and likewise after a list that lacks the account.
        let away = self.departure(&account.id, arrived).filter(|left| left.is_certain && left.at < listed);
        let came = account.came.filter(|came| arrival.is_none_or(|arrival| arrival <= came.start));
        let since = away.map(|_| listed).max(came.map(|came| came.end));
        // If a move does not name its resources, a newer list shows that the account was not one of them.
        let unnamed = account.id.group().and_then(|group| self.unnamed.get(&group)).into_iter().flatten();
        let unnamed = unnamed.copied().find(|one| one.at > arrived && one.at > listed);
        let left = self.departure(&account.id, since.map_or(arrived, |since| since.max(arrived)));
        let left = left.into_iter().chain(unnamed).min_by_key(|one| one.at);
        if let Some(left) = left {
            until = left.at;
            residences.extend(self.afterwards(&account.id, left, as_of));
        }
        let mut id = account.id.clone();
        if let Some(since) = since {
            residences.extend(Interval::new(since, until).map(|window| Residence { id, window, since }));
            return residences;
        }
        loop {
            let arrival = self.arrival(&id, created, until);
            let from = arrival.as_ref().map_or(Instant::MIN, |(arrival, _)| arrival.at);
            let since = arrival.as_ref().map_or(Instant::MIN, |(arrival, _)| arrival.started_at);
            let window = Interval::new(from, until);
            residences.extend(window.map(|window| Residence { id: id.clone(), window, since }));
            match arrival {
                Some((arrival, Some(before))) if arrival.at < until => (id, until) = (before, arrival.at),
                _ => return residences,
            }
        }
    }

    /// Where a resource was since an instant at which it had the id, as far as moves that name it and their target are
    /// known to have succeeded. Never empty.
    pub fn stays(&self, id: &ResourceId, since: Instant) -> Vec<Stay> {
        let mut stays = Vec::new();
        let (mut id, mut since) = (id.clone(), since);
        // Each move is later than the one before.
        loop {
            let named = self.by_resource.get(&id).into_iter().flatten();
            let mut left = named.filter(|one| one.is_certain && one.at > since).filter_map(|one| {
                let target = one.request.target.as_ref()?;
                Some((one.at, id.in_group(target)?))
            });
            let Some((at, next)) = left.next() else {
                stays.push(Stay { id, since, until: None });
                return stays;
            };
            drop(left);
            stays.push(Stay { id, since, until: Some(at) });
            (id, since) = (next, at);
        }
    }

    /// Whether the account, and not another one, had its current id at `at`; `false` for an instant after the audit.
    pub fn stood_there(&self, account: &Account, at: Instant, as_of: Instant) -> bool {
        let is_then = |window: Interval| window.start < at && at <= window.end;
        self.residences(account, as_of)
            .into_iter()
            .any(|residence| residence.id == account.id && is_then(residence.window))
    }

    /// Returns the ids that a resource had after it left its id, move after move.
    fn afterwards(&self, id: &ResourceId, left: &Move, as_of: Instant) -> Vec<Residence> {
        let mut residences = Vec::new();
        let (mut id, mut left) = (id.clone(), left);
        while left.is_certain
            && left.request.resources.is_some()
            && let Some(next) = left.request.target.as_ref().and_then(|target| id.in_group(target))
        {
            let again = self.departure(&next, left.at);
            let until = again.map_or(as_of, |again| again.at);
            let window = Interval::new(left.at, until);
            let since = left.started_at;
            residences.extend(window.map(|window| Residence { id: next.clone(), window, since }));
            match again {
                Some(again) => (id, left) = (next, again),
                None => break,
            }
        }
        residences
    }

    /// The first move after `since` that took the resource away.
    fn departure(&self, id: &ResourceId, since: Instant) -> Option<&'a Move> {
        self.by_resource.get(id)?.iter().copied().find(|one| one.at > since)
    }

    /// Returns the latest move up to `until` that can have given the resource its id, and the previous id if it is
    /// known.
    fn arrival(
        &self,
        id: &ResourceId,
        created: Instant,
        until: Instant,
    ) -> Option<(&'a Move, Option<ResourceId>)> {
        let group = id.group()?;
        let told = self.by_target.get(&group).into_iter().flatten().copied();
        let untold = self.untold.iter().copied().filter(|one| one.source != group);
        let brought =
            told.chain(untold).filter(|one| one.at > created && one.at <= until).filter_map(|one| {
                let Some(resources) = &one.request.resources else { return Some((one, None)) };
                let before = resources.iter().find(|resource| resource.names_same(id))?;
                let before = one.is_certain.then(|| before.clone());
                Some((one, before.filter(|_| one.request.target.is_some())))
            });
        brought.max_by_key(|(one, before)| (one.at, before.clone()))
    }
}

/// Returns the doubts about moves that do not show their target or their resources.
pub fn doubts_about_moves(moves: &[Move]) -> Vec<Note> {
    let untold = moves.iter().filter(|one| one.request.target.is_none() || one.request.resources.is_none());
    untold
        .map(|one| {
            let text = format!(
                "resources were moved out of {} on {}, and the log shows neither which ones nor the target; accounts that may have \
                 been moved are covered only from then on",
                one.source, one.at
            );
            Note::new(Severity::Warning, text)
                .of(one.place.input)
                .at_line(one.place.line)
                .help("export the complete log around it: the record of its start names the resources and the target")
        })
        .collect()
}

/// Returns the events and the coverage of an account, under each id that it had.
pub fn along(
    residences: &[Residence],
    events: &Events,
    evidence: &Coverage,
) -> (Vec<KeyEvent>, Vec<CoveredResidence>) {
    let mut found = Vec::new();
    let mut covered = Vec::new();
    for Residence { id, window, since } in residences {
        let own = events.of_accounts.get(id).into_iter().flatten().chain(events.around(id));
        let is_then = |event: &&KeyEvent| *since <= event.at && event.at <= window.end;
        found.extend(own.filter(is_then).cloned());
        covered.push(CoveredResidence { window: *window, covered: evidence.of(id) });
    }
    (found, covered)
}
