//! Events of which only the time can be read: they may be of any account of the subscriptions that their log has.

use std::collections::{BTreeMap, BTreeSet};

use super::Exports;
use super::activity::unreadable;
use crate::model::{InputId, ResourceId, UnplacedEvent};

/// Of further ones, only the damage to their file counts, so that a file of nothing else takes no more memory.
pub(super) const MOST: usize = 1_000;

impl Exports {
    /// Takes each of them for an event of every subscription of its log; if the log names none, of every subscription
    /// that has an account. So it needs all files, and evidence files keep such events as they are.
    pub fn place(&mut self) {
        if self.unplaced.is_empty() {
            return;
        }
        let mut of_log: BTreeMap<InputId, BTreeSet<ResourceId>> = BTreeMap::new();
        for log in &self.logs {
            let of_hour = log.blob.iter().map(|blob| blob.subscription.clone());
            let named = log.spans().map(|span| span.subscription.clone()).chain(of_hour).collect();
            of_log.insert(log.input, named);
        }
        let of_accounts = self.accounts.iter().map(|account| account.id.subscription());
        let of_accounts: BTreeSet<ResourceId> = of_accounts.filter_map(ResourceId::of_subscription).collect();
        for UnplacedEvent { at, place } in std::mem::take(&mut self.unplaced) {
            let named = of_log.get(&place.input).filter(|named| !named.is_empty()).unwrap_or(&of_accounts);
            self.key_events.extend(named.iter().map(|id| unreadable(id.clone(), at, place)));
        }
        self.key_events.sort_by_key(|event| event.place);
    }
}
