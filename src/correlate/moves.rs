//! Determines which ids an account had, and when. A move into another group or subscription changes the id, and earlier
//! events have the old one.

use std::collections::{BTreeMap, BTreeSet};

use super::Events;
use super::attempts::RequestId;
use super::coverage::{Coverage, CoveredResidence};
use crate::model::{
    Account, Instant, Interval, KeyEvent, Move, MoveRecord, MoveRequest, Note, ResourceId, Severity, Status,
};

/// The moves that succeeded or may have, up to `as_of`, in the order of time.
pub fn moves(mut records: Vec<MoveRecord>, as_of: Instant) -> Vec<Move> {
    records.retain(|record| record.at <= as_of);
    records.sort();
    let mut requests: BTreeMap<(RequestId, ResourceId), Vec<MoveRecord>> = BTreeMap::new();
    for (index, record) in records.into_iter().enumerate() {
        let request = RequestId::of(record.operation_id.clone(), record.correlation_id.clone(), index);
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

/// Returns the accounts that are listed at an id that a move left or led to; no more than the moves have resources.
fn listed(moves: &[Move], accounts: &[Account]) -> BTreeMap<ResourceId, Listed> {
    let mut listed = BTreeMap::new();
    for one in moves {
        for resource in one.request.resources.iter().flatten() {
            let target = one.request.target.as_ref().and_then(|target| resource.in_group(target));
            for id in [Some(resource.clone()), target].into_iter().flatten() {
                if let Ok(index) = accounts.binary_search_by(|account| account.id.cmp(&id)) {
                    listed.insert(id, Listed::of(&accounts[index]));
                }
            }
        }
    }
    listed
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

/// An account that a list has at an id that a move left or led to.
#[derive(Clone, Copy, Debug)]
struct Listed {
    created_at: Option<Instant>,
    listed_at: Option<Instant>,
}

impl Listed {
    fn of(account: &Account) -> Listed {
        Listed { created_at: account.created_at, listed_at: account.listed_at }
    }

    /// Whether the list is known to be older than the move, so that the move took this account away.
    fn is_before(self, one: &Move) -> bool {
        self.listed_at.is_some_and(|listed| listed <= one.at)
    }

    fn is_created_after(self, one: &Move) -> bool {
        self.created_at.is_some_and(|created| created > one.at)
    }

    /// Whether the dates show that the move made this account the one that is listed at its target.
    fn became(self, other: Listed, one: &Move) -> bool {
        let is_later = other.listed_at.is_some_and(|listed| listed >= one.started_at);
        let both_created = self.created_at.zip(other.created_at);
        self.is_before(one) && is_later && both_created.is_none_or(|(own, others)| own == others)
    }
}

/// Moves, by their targets and by the resources that they moved.
///
/// If the lists have an account at both ids of a move, they are two accounts, unless their dates show that they are one.
/// Then the evidence does not show which of them moved, so neither counts as having been at the id of the other.
#[derive(Debug)]
pub struct Moves<'a> {
    by_target: BTreeMap<&'a ResourceId, Vec<&'a Move>>,
    by_resource: BTreeMap<&'a ResourceId, Vec<&'a Move>>,
    /// Moves that do not show their target.
    untold: Vec<&'a Move>,
    /// Moves that do not show which resources were moved, by their source group.
    unnamed: BTreeMap<&'a ResourceId, Vec<&'a Move>>,
    /// The listed accounts at ids that a move left or led to.
    listed: BTreeMap<ResourceId, Listed>,
}

impl<'a> Moves<'a> {
    /// `accounts` are those of all lists, one for each id, sorted by id.
    pub fn new(moves: &'a [Move], accounts: &[Account]) -> Moves<'a> {
        let mut sorted = Moves {
            listed: listed(moves, accounts),
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
        let own = Listed::of(account);
        let created = account.created_at.unwrap_or(Instant::MIN);
        let mut residences = Vec::new();
        let arrival = self.arrival(&account.id, created, as_of).map(|(arrival, _)| arrival.at);
        let arrived = arrival.unwrap_or(created);
        let mut until = as_of;
        let listed = account.listed_at.unwrap_or(Instant::MIN);
        let departure = self.departure(&account.id, arrived);
        let is_another = departure.is_some_and(|left| self.is_another(account, left));
        if self.is_displaced(account) || is_another && account.listed_at.is_none() {
            return residences;
        }
        // A list with a later date than a move away shows that the account, or another one, came afterwards. Nothing
        // shows when, so only the time from the list on is known, and likewise after a list that lacks the account.
        let away = departure.filter(|left| is_another || left.is_certain && left.at < listed);
        let came = account.came.filter(|came| arrival.is_none_or(|arrival| arrival <= came.start));
        let since = away.map(|_| listed).max(came.map(|came| came.end));
        // If a move does not name its resources, a newer list shows that the account was not one of them.
        let unnamed = account.id.group().and_then(|group| self.unnamed.get(&group)).into_iter().flatten();
        let unnamed = unnamed.copied().find(|one| one.at > arrived && one.at > listed);
        let left = self.departure(&account.id, since.map_or(arrived, |since| since.max(arrived)));
        let left = left.into_iter().chain(unnamed).min_by_key(|one| one.at);
        if let Some(left) = left {
            until = left.at;
            residences.extend(self.afterwards(account, left, as_of));
        }
        let mut id = account.id.clone();
        if let Some(since) = since {
            residences.extend(Interval::new(since, until).map(|window| Residence { id, window, since }));
            return residences;
        }
        let has_brought = |one: &Move, before: &ResourceId| {
            let is_it = |other: &Listed| other.is_created_after(one) || other.became(own, one);
            *before == account.id || self.listed.get(before).is_none_or(is_it)
        };
        loop {
            let arrival = self.arrival(&id, created, until);
            // A move away before the creation was that of an earlier account, whose records end there.
            let start = if id == account.id { self.last_departure(&id, created) } else { None };
            let start = start.map_or(Instant::MIN, |left| left.at);
            let from = arrival.as_ref().map_or(start, |(arrival, _)| arrival.at);
            let since = arrival.as_ref().map_or(start, |(arrival, _)| arrival.started_at);
            let window = Interval::new(from, until);
            residences.extend(window.map(|window| Residence { id: id.clone(), window, since }));
            match arrival {
                Some((arrival, Some(before))) if arrival.at < until && has_brought(arrival, &before) => {
                    (id, until) = (before, arrival.at);
                }
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

    /// Returns the ids that the account had after it left its id, move after move.
    fn afterwards(&self, account: &Account, left: &'a Move, as_of: Instant) -> Vec<Residence> {
        let own = Listed::of(account);
        let has_become = |one: &Move, id: &ResourceId| {
            one.is_certain && self.listed.get(id).is_none_or(|other| own.became(*other, one))
        };
        let path = self.path(&account.id, left).into_iter().take_while(|(one, id)| has_become(one, id));
        let residences = path.filter_map(|(one, id)| {
            let until = self.departure(&id, one.at).map_or(as_of, |again| again.at);
            let window = Interval::new(one.at, until)?;
            Some(Residence { id, window, since: one.started_at })
        });
        residences.collect()
    }

    /// Returns the moves that took a resource along from `left` on, each with the id that it led to. Only the last one may
    /// be uncertain.
    fn path(&self, id: &ResourceId, left: &'a Move) -> Vec<(&'a Move, ResourceId)> {
        let mut path: Vec<(&Move, ResourceId)> = Vec::new();
        let mut left = Some(left);
        while let Some(one) = left.filter(|one| one.request.resources.is_some())
            && let Some(target) = &one.request.target
            && let Some(next) = path.last().map_or(id, |(_, id)| id).in_group(target)
        {
            // Each move is later than the one before.
            left = self.departure(&next, one.at).filter(|_| one.is_certain);
            path.push((one, next));
        }
        path
    }

    /// Whether the account is not known to be the one that the move took away, because the lists have an account at an id
    /// that this one led to.
    fn is_another(&self, account: &Account, left: &'a Move) -> bool {
        let is_listed = |(_, id): &(&Move, ResourceId)| self.listed.contains_key(id);
        !Listed::of(account).is_before(left) && self.path(&account.id, left).iter().any(is_listed)
    }

    /// Whether a move brought another account to the id of this one, after a list had this one there. So it left unseen.
    fn is_displaced(&self, account: &Account) -> bool {
        let Some((listed, group)) = account.listed_at.zip(account.id.group()) else { return false };
        let mut arrivals = self.by_target.get(&group).into_iter().flatten();
        let brought = arrivals.find(|one| {
            let mut resources = one.request.resources.iter().flatten();
            one.is_certain && one.started_at > listed && resources.any(|id| id.names_same(&account.id))
        });
        let left = self.departure(&account.id, listed);
        brought.is_some_and(|brought| left.is_none_or(|left| left.at > brought.at))
    }

    /// Returns a doubt for each move that named a listed account, if the lists also have an account at an id that the move
    /// led to, and neither their dates nor the creation of the first one show which one was moved.
    pub fn doubts_about_lists(&self) -> Vec<Note> {
        let moved = self.by_resource.iter().flat_map(|(id, moves)| moves.iter().map(move |one| (*id, *one)));
        let doubts = moved.filter_map(|(id, one)| {
            let old = self.listed.get(id)?;
            let mut path = self.path(id, one).into_iter();
            let (new_id, new) = path.find_map(|(_, id)| self.listed.get(&id).map(|new| (id, new)))?;
            let are_dated = old.listed_at.is_some() && new.listed_at.is_some();
            if old.is_created_after(one) || old.is_before(one) && are_dated {
                return None;
            }
            let text = format!(
                "the log shows a move of {id} on {}, and the account lists have an account both there and at {new_id}; it is \
                 unknown which one was moved, so what happened under one id does not count for the account at the other",
                one.at
            );
            let note = Note::new(Severity::Warning, text).of(one.place.input).at_line(one.place.line);
            let help = "give the manifests of the lists, or state with `--listed-at` when they were exported";
            Some(if are_dated { note } else { note.help(help) })
        });
        doubts.collect()
    }

    /// The first move after `since` that took the resource away.
    fn departure(&self, id: &ResourceId, since: Instant) -> Option<&'a Move> {
        self.by_resource.get(id)?.iter().copied().find(|one| one.at > since)
    }

    /// The last move up to `until` that is known to have taken a resource with this id away.
    fn last_departure(&self, id: &ResourceId, until: Instant) -> Option<&'a Move> {
        self.by_resource.get(id)?.iter().copied().rfind(|one| one.is_certain && one.at <= until)
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
        let is_then = |event: &&KeyEvent| *since <= event.at && event.at <= window.end;
        found.extend(events.about(id).filter(is_then).cloned());
        covered.push(CoveredResidence { id: id.clone(), window: *window, covered: evidence.of(id) });
    }
    (found, covered)
}
