//! The ids that an account had, and when: a move into another group or subscription changes the id, and earlier events
//! have the old one.

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

/// The moves of one id: several if the records have several bodies, of which nothing shows how each ended.
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
    /// When the move there started: events may be under the new id before the move has ended.
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

/// Moves, found by the groups that they lead to.
#[derive(Debug)]
pub struct Moves<'a> {
    by_target: BTreeMap<&'a ResourceId, Vec<&'a Move>>,
    by_resource: BTreeMap<&'a ResourceId, Vec<&'a Move>>,
    /// Moves that do not show where to.
    untold: Vec<&'a Move>,
    /// Moves that do not show what was moved, by the group that it left.
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

    /// The places of the account, as far as they are known. The inventory can be older than a move: then the account is at
    /// another place since.
    pub fn residences(&self, account: &Account, as_of: Instant) -> Vec<Residence> {
        let created = account.created_at.unwrap_or(Instant::MIN);
        let mut residences = Vec::new();
        let arrived = self.arrival(&account.id, created, as_of).map_or(created, |(arrival, _)| arrival.at);
        let mut until = as_of;
        let listed = account.listed_at.unwrap_or(Instant::MIN);
        // A list that is newer than a move shows that the account did not leave by it, if the move names nothing.
        let unnamed = account.id.group().and_then(|group| self.unnamed.get(&group)).into_iter().flatten();
        let unnamed = unnamed.copied().find(|one| one.at > arrived && one.at > listed);
        let left = self.departure(&account.id, arrived).into_iter().chain(unnamed).min_by_key(|one| one.at);
        if let Some(left) = left {
            until = left.at;
            residences.extend(self.afterwards(&account.id, left, as_of));
        }
        let mut id = account.id.clone();
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

    /// Whether the account stood at its id, and nobody else did, at an instant that is not the audit's future.
    pub fn stood_there(&self, account: &Account, at: Instant, as_of: Instant) -> bool {
        let is_then = |window: Interval| window.start < at && at <= window.end;
        self.residences(account, as_of)
            .into_iter()
            .any(|residence| residence.id == account.id && is_then(residence.window))
    }

    /// Where a resource stood since it left its id, move after move.
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

    /// The latest move up to `until` that can have given the resource its id, and its id before, if that is
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

/// Doubts that moves leave open.
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

/// The events of an account and the coverage that reaches it, under each id that it had.
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
