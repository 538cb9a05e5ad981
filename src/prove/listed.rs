//! The accounts of all lists, and those that the lists lack.

use std::collections::BTreeMap;
use std::mem;

use super::{ProofQuestion, notes};
use crate::correlate::{self, DeletedById, Events, Existence, Inventory, Moves};
use crate::model::{Account, Instant, Note, ResourceId, Unlisted};
use crate::read::Exports;
use crate::threads;

/// The accounts of all lists, of all kinds, and the records about accounts. No collection here has more elements than
/// the exports have records.
pub(super) struct ListedAccounts {
    /// One for each id, sorted by id.
    pub(super) accounts: Vec<Account>,
    /// The accounts of older lists that the newest list of their subscription lacks, with the date of that list.
    pub(super) gone: Vec<(Account, Instant)>,
    newest_lists: BTreeMap<ResourceId, Instant>,
    pub(super) events: Events,
    /// The records in lists of deleted accounts.
    pub(super) deleted: DeletedById,
    pub(super) notes: Vec<Note>,
}

/// The accounts that the evidence shows and that the lists lack.
pub(super) struct NotListed {
    /// Sorted by id.
    pub(super) accounts: Vec<Unlisted>,
    pub(super) notes: Vec<Note>,
}

impl ListedAccounts {
    /// Takes the accounts and the records about them out of the exports.
    pub(super) fn take(exports: &mut Exports, question: &ProofQuestion, as_of: Instant) -> ListedAccounts {
        let deleted = correlate::deleted_by_id(mem::take(&mut exports.deleted));
        let accounts = mem::take(&mut exports.accounts);
        let Inventory { accounts, gone, newest_lists, mut notes } =
            correlate::dated(accounts, &exports.collected, &exports.inputs, question.listed_at, as_of);
        notes.extend(correlate::repetitions(&exports.key_events));
        let key_events = mem::take(&mut exports.key_events);
        let ((accounts, contradictions), events) = threads::both(
            question.reading.jobs,
            || correlate::inventory(accounts, as_of, question.reading.keeps_properties),
            || Events::until(as_of, key_events),
        );
        notes.extend(contradictions);
        ListedAccounts { accounts, gone, newest_lists, events, deleted, notes }
    }

    /// Finds the accounts that the records or older lists show, and that the newest lists lack.
    pub(super) fn not_listed(&self, moves: &Moves<'_>, as_of: Instant) -> NotListed {
        let ListedAccounts { accounts, gone, newest_lists, events, deleted, .. } = self;
        let existence = Existence { accounts, gone, newest_lists, events, deleted, moves, as_of };
        let mut unlisted = existence.unlisted();
        let missing = existence.missing_from_newer_lists();
        let notes = notes::on_gone(gone.len(), missing.len());
        unlisted.extend(missing);
        unlisted.sort_by(|one, other| one.id.cmp(&other.id));
        NotListed { accounts: unlisted, notes }
    }
}
