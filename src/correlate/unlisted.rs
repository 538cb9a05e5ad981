//! Accounts that the evidence shows and that the account lists lack.

use std::collections::{BTreeMap, HashSet};

use foldhash::fast::RandomState;

use super::attempts::Requests;
use super::moves::{Moves, Stay};
use super::{DeletedById, Events};
use crate::model::{
    Account, Attempt, DeletedAccount, Instant, KeyEvent, Outcome, ResourceId, Unlisted, UnlistedReason,
};

/// The evidence that shows which accounts there are.
#[derive(Clone, Copy, Debug)]
pub struct Existence<'a> {
    /// One for each id, sorted by id.
    pub accounts: &'a [Account],
    /// The accounts that an older list has and the newest list of their subscription lacks, with the date of that list.
    /// One for each id, sorted by id.
    pub gone: &'a [(Account, Instant)],
    /// The date of the newest list of each subscription.
    pub newest_lists: &'a BTreeMap<ResourceId, Instant>,
    pub events: &'a Events,
    pub deleted: &'a DeletedById,
    pub moves: &'a Moves<'a>,
    pub as_of: Instant,
}

impl<'a> Existence<'a> {
    /// The accounts of which the log has operations on keys or writes up to `as_of`, each with these, that no list has
    /// under any id; without those that the log or a list of deleted accounts shows deleted since. If an older list has
    /// the account, its deletion or move explains only what is not later.
    pub fn unlisted(self) -> Vec<Unlisted> {
        let listed: HashSet<&ResourceId, RandomState> =
            self.accounts.iter().map(|account| &account.id).collect();
        let mut unlisted: BTreeMap<&ResourceId, Vec<&KeyEvent>> = BTreeMap::new();
        for (id, events) in &self.events.of_accounts {
            if listed.contains(id) {
                continue;
            }
            let gone = self.gone(id);
            // An account without an explanation is reported for the newer list.
            let is_reported = gone.is_some_and(|(account, newer)| !self.is_explained(account, *newer));
            if is_reported || self.is_deleted_at_an_unknown_time(id, gone) {
                continue;
            }
            let mut events: Vec<&KeyEvent> = events.iter().map(AsRef::as_ref).collect();
            if let Some((account, _)) = gone {
                let stays = self.moves.stays(&account.id, Instant::MIN);
                let ends: Vec<Instant> =
                    stays.into_iter().filter(|stay| stay.id == *id).filter_map(|stay| stay.until).collect();
                events.retain(|event| ends.iter().all(|end| event.at > *end));
            }
            unlisted.insert(id, events);
        }
        if !unlisted.is_empty() && !self.moves.is_empty() {
            let residences = |account: &Account| self.moves.residences(account, self.as_of);
            for residence in self.accounts.iter().flat_map(residences) {
                if let Some(events) = unlisted.get_mut(&residence.id) {
                    events.retain(|event| event.at < residence.since || residence.window.end < event.at);
                }
            }
        }
        let with_its_groups = |(id, own): (&ResourceId, Vec<&KeyEvent>)| {
            self.of_account(id, own.into_iter().chain(self.events.around(id)).cloned().collect())
        };
        unlisted.into_iter().filter_map(with_its_groups).collect()
    }

    fn of_account(self, id: &ResourceId, events: Vec<KeyEvent>) -> Option<Unlisted> {
        let Requests { regenerations, key_reads, writes, deletions, group_deletions, .. } =
            Requests::of(events);
        let listed = self.deleted_records(id).iter().filter_map(|record| record.deleted_at);
        let listed = listed.filter(|deleted| *deleted <= self.as_of);
        let deleted = succeeded(&deletions, &group_deletions).chain(listed).max();
        let is_later = |request: &Attempt| deleted.is_none_or(|deleted| request.at > deleted);
        let on_keys = [regenerations, key_reads].concat();
        let reasons = [(UnlistedReason::KeyOperations, on_keys), (UnlistedReason::Written, writes)];
        let (reason, mut requests) =
            reasons.into_iter().find(|(_, requests)| requests.iter().any(is_later))?;
        let gone = self.gone(id);
        if gone.is_some() {
            requests.retain(is_later);
        }
        let listed = gone.map(|(account, newer)| (account.region.start, *newer));
        Some(Unlisted { id: id.clone(), reason, requests, listed })
    }

    /// The accounts that an older list has and the newest list of their subscription lacks, unless the log or a list of
    /// deleted accounts shows how they went.
    pub fn missing_from_newer_lists(self) -> Vec<Unlisted> {
        let missing = self.gone.iter().filter(|(account, newer)| !self.is_explained(account, *newer));
        missing
            .map(|(account, newer)| Unlisted {
                id: account.id.clone(),
                reason: UnlistedReason::MissingFromNewerList,
                requests: Vec::new(),
                listed: Some((account.region.start, *newer)),
            })
            .collect()
    }

    /// Whether the evidence shows why the newer list lacks the account: its deletion between the two lists, or moves that
    /// name it. After a move it must be in the newest list of the subscription that it went to, if that list is later.
    fn is_explained(self, account: &Account, newer: Instant) -> bool {
        let listed_at = account.listed_at.unwrap_or(Instant::MIN);
        for Stay { id, since, until } in self.moves.stays(&account.id, listed_at) {
            let newest = if id == account.id { Some(newer) } else { self.newest_list(&id) };
            let is_then = |list: &Instant| since < *list && until.is_none_or(|until| *list <= until);
            if let Some(lacking) = newest.filter(is_then).filter(|_| !self.is_listed(&id)) {
                return self.is_deleted_between(&id, since, lacking, account);
            }
        }
        true
    }

    fn is_deleted_between(self, id: &ResourceId, since: Instant, newer: Instant, account: &Account) -> bool {
        let is_between = |deleted: Instant| since < deleted && deleted <= newer;
        let mut records = self.deleted_records(id).iter().filter(|record| !record.is_before(account));
        let is_listed = records.any(|record| record.deleted_at.is_none_or(is_between));
        is_listed || {
            let Requests { deletions, group_deletions, .. } =
                Requests::of(self.events.about(id).cloned().collect());
            succeeded(&deletions, &group_deletions).any(is_between)
        }
    }

    /// Whether a list has the account as deleted, without a date: that may have been after all of its records.
    fn is_deleted_at_an_unknown_time(self, id: &ResourceId, gone: Option<&(Account, Instant)>) -> bool {
        let mut records = self.deleted_records(id).iter();
        records.any(|record| {
            record.deleted_at.is_none() && gone.is_none_or(|(account, _)| !record.is_before(account))
        })
    }

    fn deleted_records(self, id: &ResourceId) -> &'a [DeletedAccount] {
        self.deleted.get(id).map(Vec::as_slice).unwrap_or_default()
    }

    fn is_listed(self, id: &ResourceId) -> bool {
        self.accounts.binary_search_by(|account| account.id.cmp(id)).is_ok()
    }

    fn gone(self, id: &ResourceId) -> Option<&'a (Account, Instant)> {
        let index = self.gone.binary_search_by(|(account, _)| account.id.cmp(id)).ok()?;
        self.gone.get(index)
    }

    fn newest_list(self, id: &ResourceId) -> Option<Instant> {
        self.newest_lists.get(&ResourceId::of_subscription(id.subscription())?).copied()
    }
}

/// The instants of the deletions that succeeded.
fn succeeded<'a>(
    deletions: &'a [Attempt],
    group_deletions: &'a [Attempt],
) -> impl Iterator<Item = Instant> + 'a {
    let all = deletions.iter().chain(group_deletions);
    all.filter(|deletion| deletion.outcome == Outcome::Succeeded).map(|deletion| deletion.at)
}
