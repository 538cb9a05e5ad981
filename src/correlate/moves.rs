//! Under which ids an account stood, and when: a move into another group or subscription changes the id, and earlier
//! events stand under the old one.

use std::collections::BTreeMap;

use super::EventsByAccount;
use super::attempts::same_request;
use super::coverage::{Coverage, joined};
use crate::model::{
    Account, Covered, Instant, Interval, KeyEvent, Move, MoveRecord, MoveRequest, Note, ResourceId, Severity,
    Status,
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
    let mut moves: Vec<Move> = requests.values().filter_map(|records| of_request(records)).collect();
    moves.sort();
    moves
}

fn of_request(records: &[MoveRecord]) -> Option<Move> {
    let any = |status| records.iter().any(|record| record.status == status);
    let is_certain = any(Status::Succeeded);
    if !is_certain && any(Status::Failed) && !any(Status::ServerError) {
        return None;
    }
    let latest = records.iter().max_by_key(|record| record.at)?.clone();
    let target = records.iter().find_map(|record| record.request.target.clone());
    let resources = records.iter().find_map(|record| record.request.resources.clone());
    Some(Move {
        at: latest.at,
        is_certain,
        source: latest.source,
        request: MoveRequest { target, resources },
        place: latest.place,
    })
}

/// The id under which an account stood in a window of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Residence {
    pub id: ResourceId,
    pub window: Interval,
}

/// Moves, found by the groups that they lead to.
#[derive(Debug)]
pub struct Moves<'a> {
    by_target: BTreeMap<&'a ResourceId, Vec<&'a Move>>,
    by_resource: BTreeMap<&'a ResourceId, Vec<&'a Move>>,
    /// That do not tell what went where.
    untold: Vec<&'a Move>,
}

impl<'a> Moves<'a> {
    pub fn new(moves: &'a [Move]) -> Moves<'a> {
        let mut sorted =
            Moves { by_target: BTreeMap::new(), by_resource: BTreeMap::new(), untold: Vec::new() };
        for one in moves {
            match &one.request.target {
                Some(target) => sorted.by_target.entry(target).or_default().push(one),
                None => sorted.untold.push(one),
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

    /// Where the account stood, as far as that can be told. The inventory may be older than a move: then the account
    /// stands elsewhere since.
    pub fn residences(&self, account: &Account, as_of: Instant) -> Vec<Residence> {
        let created = account.created_at.unwrap_or(Instant::MIN);
        let mut residences = Vec::new();
        let arrived = self.arrival(&account.id, created, as_of).map_or(created, |(at, _)| at);
        let mut until = as_of;
        if let Some(left) = self.departure(&account.id, arrived) {
            until = left.at;
            residences.extend(self.afterwards(&account.id, left, as_of));
        }
        let mut id = account.id.clone();
        loop {
            let arrival = self.arrival(&id, created, until);
            let from = arrival.as_ref().map_or(Instant::MIN, |(at, _)| *at);
            residences.extend(Interval::new(from, until).map(|window| Residence { id: id.clone(), window }));
            match arrival {
                Some((at, Some(before))) if at < until => (id, until) = (before, at),
                _ => return residences,
            }
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
            && let Some(next) = left.request.target.as_ref().and_then(|target| id.in_group(target))
        {
            let again = self.departure(&next, left.at);
            let until = again.map_or(as_of, |again| again.at);
            residences
                .extend(Interval::new(left.at, until).map(|window| Residence { id: next.clone(), window }));
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

    /// The latest move up to `until` by which the resource may have come to its id, and its id before, if that can be
    /// told.
    fn arrival(
        &self,
        id: &ResourceId,
        created: Instant,
        until: Instant,
    ) -> Option<(Instant, Option<ResourceId>)> {
        let group = id.group()?;
        let told = self.by_target.get(&group).into_iter().flatten().copied();
        let untold = self.untold.iter().copied().filter(|one| one.source != group);
        let brought =
            told.chain(untold).filter(|one| one.at > created && one.at <= until).filter_map(|one| {
                let Some(resources) = &one.request.resources else { return Some((one.at, None)) };
                let before = resources.iter().find(|resource| resource.names_same(id))?;
                Some((
                    one.at,
                    one.is_certain.then(|| before.clone()).filter(|_| one.request.target.is_some()),
                ))
            });
        brought.max_by(|(one, _), (other, _)| one.cmp(other))
    }
}

/// What moves leave open.
pub fn doubts_about_moves(moves: &[Move]) -> Vec<Note> {
    let untold = moves.iter().filter(|one| one.request.target.is_none() || one.request.resources.is_none());
    untold
        .map(|one| {
            let text = format!(
                "resources were moved out of {} on {}, and the log does not tell which or where to: accounts that may have \
                 come by that are covered only from then on",
                one.source, one.at
            );
            Note::new(Severity::Warning, text)
                .of(one.place.input)
                .at_line(one.place.line)
                .help("export the whole log around it: the record of its start names the resources and the target")
        })
        .collect()
}

/// The events of an account and the coverage that reaches it, wherever it stood.
pub fn along(
    residences: &[Residence],
    events: &EventsByAccount,
    evidence: &Coverage,
) -> (Vec<KeyEvent>, Vec<Covered>) {
    let mut found = Vec::new();
    let mut coverage = Vec::new();
    for Residence { id, window } in residences {
        let own = events.get(id).into_iter().flatten().filter(|event| window.contains(event.at));
        found.extend(own.cloned());
        coverage.extend(evidence.of(id).into_iter().filter_map(|covered| {
            let interval = covered.interval.from(window.start)?.until(window.end)?;
            Some(Covered { interval, ..covered })
        }));
    }
    (found, joined(coverage))
}
