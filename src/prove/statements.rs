//! The statements about logs that count: those of manifests, of `--coverage` and of `--assume-complete`.

use std::collections::HashSet;

use foldhash::fast::RandomState;

use super::ProofQuestion;
use crate::correlate::{StatedLogs, UnreadFiles, UnreadSubscriptions};
use crate::model::{Declaration, Note, ResourceId};
use crate::read::Exports;

/// The statements about the logs that count.
pub(super) struct Statements {
    /// At most one for each entry of a manifest and for each `--coverage`.
    pub(super) declarations: Vec<Declaration>,
    /// At most one for each scope of a log.
    pub(super) assumed_complete: Vec<Declaration>,
    pub(super) unread: UnreadSubscriptions,
    pub(super) notes: Vec<Note>,
}

impl Statements {
    pub(super) fn of(question: &ProofQuestion, exports: &Exports) -> Statements {
        let subscriptions = all_subscriptions(exports);
        let files = UnreadFiles {
            logs: &exports.unread_logs,
            has_others: exports.has_unreadable_files(),
            collected: &exports.collected,
            inputs: &exports.inputs,
        };
        let has_statements = question.assume_complete || !question.declarations.is_empty();
        let (unread, doubts) = UnreadSubscriptions::of(files, has_statements);
        let logs = StatedLogs {
            logs: &exports.logs,
            unread: &unread,
            collected: &exports.collected,
            inputs: &exports.inputs,
            subscriptions: &subscriptions,
        };
        let (mut declarations, mut notes) = logs.of_manifests();
        for (declaration, _) in &question.declarations {
            let (counting, doubts) = logs.of_declaration(declaration);
            declarations.extend(counting);
            notes.extend(doubts);
        }
        let assumed_complete = if question.assume_complete { logs.assumed_complete() } else { Vec::new() };
        // Without a log, nothing depends on what was not read.
        notes.extend(doubts.into_iter().filter(|_| !exports.logs.is_empty()));
        Statements { declarations, assumed_complete, unread, notes }
    }
}

/// Returns the subscriptions of all accounts and of all logs, because an account may have been moved from a
/// subscription that has no account left.
pub(super) fn all_subscriptions(exports: &Exports) -> Vec<ResourceId> {
    let mut known: HashSet<&str, RandomState> = HashSet::default();
    let first_of_each = exports
        .accounts
        .iter()
        .map(|account| &account.id)
        .filter(|id| known.insert(id.folded_subscription()));
    let of_accounts = first_of_each.filter_map(|id| ResourceId::of_subscription(id.subscription()));
    let of_spans = exports.logs.iter().flat_map(|log| log.spans().map(|span| span.subscription.clone()));
    let of_blobs = exports.logs.iter().filter_map(|log| Some(log.blob.as_ref()?.subscription.clone()));
    let distinct: HashSet<ResourceId, RandomState> = of_accounts.chain(of_spans).chain(of_blobs).collect();
    let mut subscriptions: Vec<ResourceId> = distinct.into_iter().collect();
    subscriptions.sort_unstable();
    subscriptions
}
