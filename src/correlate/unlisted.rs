//! Accounts that the evidence shows and that the account lists lack.

use std::collections::{BTreeMap, HashSet};

use foldhash::fast::RandomState;

use super::attempts::Requests;
use super::moves::Moves;
use super::{DeletedById, Events};
use crate::model::{
    Account, Attempt, DeletedAccount, Instant, KeyEvent, Outcome, ResourceId, Unlisted, UnlistedReason,
};

/// The accounts of which the log has operations on keys or writes up to `as_of`, each with these, that no list has, not
/// even an older one, under any id; without those that the log or a list of deleted accounts shows deleted since.
pub fn unlisted(
    events: &Events,
    inventory: &[Account],
    listed: &HashSet<ResourceId, RandomState>,
    deleted: &DeletedById,
    moves: &Moves<'_>,
    as_of: Instant,
) -> Vec<Unlisted> {
    // A deletion without a date may have been after all of them.
    let is_explained = |id: &ResourceId| {
        listed.contains(id) || records(deleted, id).iter().any(|record| record.deleted_at.is_none())
    };
    let mut unlisted: BTreeMap<&ResourceId, Vec<KeyEvent>> = events
        .of_accounts
        .iter()
        .filter(|(id, _)| !is_explained(id))
        .map(|(id, events)| (id, events.clone()))
        .collect();
    if !unlisted.is_empty() && !moves.is_empty() {
        for residence in inventory.iter().flat_map(|account| moves.residences(account, as_of)) {
            if let Some(events) = unlisted.get_mut(&residence.id) {
                events.retain(|event| event.at < residence.since || residence.window.end < event.at);
            }
        }
    }
    let with_its_groups = |(id, mut own): (&ResourceId, Vec<KeyEvent>)| {
        own.extend(events.around(id).cloned());
        let deleted = records(deleted, id).iter().filter_map(|record| record.deleted_at).max();
        of_account(id, own, deleted)
    };
    unlisted.into_iter().filter_map(with_its_groups).collect()
}

fn records<'a>(deleted: &'a DeletedById, id: &ResourceId) -> &'a [DeletedAccount] {
    deleted.get(id).map(Vec::as_slice).unwrap_or_default()
}

/// `deleted` is the date of a list of deleted accounts.
fn of_account(id: &ResourceId, events: Vec<KeyEvent>, deleted: Option<Instant>) -> Option<Unlisted> {
    let Requests { regenerations, key_reads, writes, deletions, group_deletions, .. } = Requests::of(events);
    let deleted = deleted_at(deletions.iter().chain(&group_deletions)).max(deleted);
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
fn deleted_at<'a>(deletions: impl Iterator<Item = &'a Attempt>) -> Option<Instant> {
    let succeeded = deletions.filter(|deletion| deletion.outcome == Outcome::Succeeded);
    succeeded.map(|deletion| deletion.at).max()
}

/// The accounts that an older list has and the newest list of their subscription lacks, unless the log or a list of
/// deleted accounts shows how they went.
pub fn missing_from_newer_lists(
    gone: &[(Account, Instant)],
    events: &Events,
    deleted: &DeletedById,
    moves: &Moves<'_>,
    as_of: Instant,
) -> Vec<Unlisted> {
    let is_explained = |account: &Account, newer: Instant| {
        let own = events.of_accounts.get(&account.id).into_iter().flatten();
        let since = account.listed_at.unwrap_or(Instant::MIN);
        let Requests { deletions, group_deletions, .. } =
            Requests::of(own.chain(events.around(&account.id)).cloned().collect());
        let is_deleted = deletions.iter().chain(&group_deletions).any(|deletion| {
            deletion.outcome == Outcome::Succeeded && since < deletion.at && deletion.at <= newer
        });
        let is_moved = !moves.is_empty()
            && !moves
                .residences(account, as_of)
                .iter()
                .any(|residence| residence.id == account.id && residence.window.end == as_of);
        let mut records = records(deleted, &account.id).iter();
        let is_between = |deleted: Instant| since < deleted && deleted <= newer;
        let is_listed = records.any(|record| record.deleted_at.is_none_or(is_between));
        is_deleted || is_moved || is_listed
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
