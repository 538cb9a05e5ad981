//! Accounts that the evidence shows and that the account lists lack.

use std::collections::{BTreeMap, HashSet};

use foldhash::fast::RandomState;

use super::EventsByResource;
use super::attempts::Requests;
use super::moves::Moves;
use crate::model::{Account, Attempt, Instant, KeyEvent, Outcome, ResourceId, Unlisted, UnlistedReason};

/// The accounts of which the log has operations on keys or writes up to `as_of`, each with these, that no list has, not
/// even an older one or one of deleted accounts, under any id; without those that the log shows deleted
/// since.
pub fn unlisted(
    events: &EventsByResource,
    inventory: &[Account],
    listed: &HashSet<ResourceId, RandomState>,
    moves: &Moves<'_>,
    as_of: Instant,
) -> Vec<Unlisted> {
    let mut unlisted: BTreeMap<&ResourceId, Vec<KeyEvent>> = events
        .iter()
        .filter(|(id, _)| !listed.contains(id))
        .map(|(id, events)| (id, events.clone()))
        .collect();
    if !unlisted.is_empty() && !moves.is_empty() {
        for residence in inventory.iter().flat_map(|account| moves.residences(account, as_of)) {
            if let Some(events) = unlisted.get_mut(&residence.id) {
                events.retain(|event| event.at < residence.since || residence.window.end < event.at);
            }
        }
    }
    unlisted.into_iter().filter_map(|(id, events)| of_account(id, events)).collect()
}

fn of_account(id: &ResourceId, events: Vec<KeyEvent>) -> Option<Unlisted> {
    let Requests { regenerations, key_reads, writes, deletions, .. } = Requests::of(events);
    let deleted = deleted_at(&deletions);
    let is_later = |request: &Attempt| deleted.is_none_or(|deleted| request.at > deleted);
    let on_keys = [regenerations, key_reads].concat();
    let (reason, requests) = if on_keys.is_empty() {
        (UnlistedReason::Written, writes)
    } else {
        (UnlistedReason::KeyOperations, on_keys)
    };
    let is_there = requests.iter().any(is_later);
    is_there.then(|| Unlisted { id: id.clone(), reason, requests, listed: None })
}

/// When the account was last deleted, if the log shows it.
fn deleted_at(deletions: &[Attempt]) -> Option<Instant> {
    let succeeded = deletions.iter().filter(|deletion| deletion.outcome == Outcome::Succeeded);
    succeeded.map(|deletion| deletion.at).max()
}

/// The accounts that an older list has and the newest list of their subscription lacks, unless the log or a list of
/// deleted accounts shows how they went.
pub fn missing_from_newer_lists(
    gone: &[(Account, Instant)],
    events: &EventsByResource,
    deleted: &HashSet<ResourceId, RandomState>,
    moves: &Moves<'_>,
    as_of: Instant,
) -> Vec<Unlisted> {
    let is_explained = |account: &Account, newer: Instant| {
        let own = events.get(&account.id).into_iter().flatten().cloned().collect();
        let since = account.listed_at.unwrap_or(Instant::MIN);
        let Requests { deletions, .. } = Requests::of(own);
        let is_deleted = deletions.iter().any(|deletion| {
            deletion.outcome == Outcome::Succeeded && since < deletion.at && deletion.at <= newer
        });
        let is_moved = !moves.is_empty()
            && !moves
                .residences(account, as_of)
                .iter()
                .any(|residence| residence.id == account.id && residence.window.end == as_of);
        is_deleted || is_moved || deleted.contains(&account.id)
    };
    let missing = gone.iter().filter(|(account, newer)| !is_explained(account, *newer));
    missing
        .map(|(account, newer)| Unlisted {
            id: account.id.clone(),
            reason: UnlistedReason::MissingFromNewerList,
            requests: Vec::new(),
            listed: Some((account.region.start, *newer)),
        })
        .collect()
}
