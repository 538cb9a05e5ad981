//! Accounts that the log speaks of and no list has.

use std::collections::{BTreeMap, HashSet};

use foldhash::fast::RandomState;

use super::EventsByAccount;
use super::attempts::{attempts, deleted_at, key_reads};
use super::moves::Moves;
use crate::model::{Account, Attempt, Instant, KeyEvent, ResourceId};

/// The accounts of which the log has operations on keys up to `as_of`, each with these, that no list has, be it an older
/// one or one of deleted accounts, under whatever id they stood; but for those that the log shows deleted since.
pub fn unlisted(
    events: &EventsByAccount,
    inventory: &[Account],
    listed: &HashSet<ResourceId, RandomState>,
    moves: &Moves<'_>,
    as_of: Instant,
) -> Vec<(ResourceId, Vec<Attempt>)> {
    let mut unlisted: BTreeMap<&ResourceId, &Vec<KeyEvent>> =
        events.iter().filter(|(id, _)| !listed.contains(id)).collect();
    if !unlisted.is_empty() && !moves.is_empty() {
        for residence in inventory.iter().flat_map(|account| moves.residences(account, as_of)) {
            unlisted.remove(&residence.id);
        }
    }
    let requests = |events: &[KeyEvent]| {
        let deleted_at = deleted_at(events.to_vec());
        let mut requests = [attempts(events.to_vec()), key_reads(events.to_vec())].concat();
        if requests.iter().all(|request| deleted_at.is_some_and(|deleted_at| request.at <= deleted_at)) {
            requests.clear();
        }
        requests
    };
    let known = unlisted.into_iter().map(|(id, events)| (id.clone(), requests(events)));
    known.filter(|(_, requests)| !requests.is_empty()).collect()
}
