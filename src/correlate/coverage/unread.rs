//! The subscriptions that files which could not be read may be logs of.

use std::collections::BTreeSet;

use crate::model::{Collected, CollectedKind, Input, Note, ResourceId, Severity, UnreadLog};

/// The inputs of which it is asked what was not read.
#[derive(Clone, Copy, Debug)]
pub struct UnreadFiles<'a> {
    pub logs: &'a [UnreadLog],
    /// There are files that are not even inputs, because their content is not known.
    pub has_others: bool,
    pub collected: &'a [Collected],
    pub inputs: &'a [Input],
}

/// The subscriptions whose logs may lack an event that is in a file which could not be read.
#[derive(Clone, Debug, Default)]
pub struct UnreadSubscriptions {
    /// Of every such file: no statement without a manifest counts for them.
    lost: Subscriptions,
    /// Of files that may hold any number of events: what other logs of them show by themselves does not count either.
    refused: Subscriptions,
}

#[derive(Clone, Debug, Default)]
struct Subscriptions {
    is_any: bool,
    /// At most [`MAX_SHOWN`](crate::model::MAX_SHOWN) for each input.
    named: BTreeSet<ResourceId>,
}

impl UnreadSubscriptions {
    /// Returns the subscriptions, and a note for each file that limits what counts. `has_statements` is whether there is a
    /// statement without a manifest.
    pub fn of(files: UnreadFiles<'_>, has_statements: bool) -> (UnreadSubscriptions, Vec<Note>) {
        let mut unread = UnreadSubscriptions::default();
        let mut notes = Vec::new();
        for log in files.logs {
            let Some(of_log) = files.subscriptions(log) else { continue };
            unread.lost.add(&of_log);
            if log.is_refused {
                unread.refused.add(&of_log);
            }
            if log.is_refused || has_statements {
                notes.push(doubt("it", &of_log, log.is_refused).of(log.input));
            }
        }
        if files.has_others {
            unread.lost.is_any = true;
            unread.refused.is_any = true;
            notes.push(doubt("a file that cannot be read", &BTreeSet::new(), true));
        }
        (unread, notes)
    }

    /// Returns whether no statement without a manifest counts for the scope.
    pub(super) fn has(&self, scope: &ResourceId) -> bool {
        self.lost.has(scope)
    }

    /// Returns whether nothing counts that logs of the scope show by themselves.
    pub(super) fn has_refused(&self, scope: &ResourceId) -> bool {
        self.refused.has(scope)
    }
}

impl Subscriptions {
    fn add(&mut self, of_log: &BTreeSet<ResourceId>) {
        self.is_any |= of_log.is_empty();
        self.named.extend(of_log.iter().cloned());
    }

    fn has(&self, scope: &ResourceId) -> bool {
        let is_named =
            || ResourceId::of_subscription(scope.subscription()).is_some_and(|of| self.named.contains(&of));
        self.is_any || !self.named.is_empty() && is_named()
    }
}

impl UnreadFiles<'_> {
    /// The subscriptions that a file may be a log of, none for any; `None` if a manifest calls it something else. A
    /// manifest knows more of its bytes than their text shows.
    fn subscriptions(self, log: &UnreadLog) -> Option<BTreeSet<ResourceId>> {
        let sha256 = self.inputs.get(log.input.0).and_then(|input| input.sha256.as_ref());
        let entries =
            self.collected.iter().filter(|entry| sha256.is_some() && entry.sha256.as_ref() == sha256);
        let mut is_listed = false;
        let mut scopes = BTreeSet::new();
        for entry in entries {
            is_listed = true;
            if let CollectedKind::ActivityLog { scope, .. } = &entry.what {
                scopes.extend(ResourceId::of_subscription(scope.subscription()));
            }
        }
        match (is_listed, scopes.is_empty()) {
            (false, _) => Some(log.subscriptions.clone()),
            (true, true) => None,
            (true, false) => Some(scopes),
        }
    }
}

fn doubt(file: &str, subscriptions: &BTreeSet<ResourceId>, is_refused: bool) -> Note {
    let of = match subscriptions.first() {
        None => "of any subscription".to_owned(),
        Some(only) if subscriptions.len() == 1 => format!("of subscription {}", only.name()),
        Some(_) => format!("of {} subscriptions", subscriptions.len()),
    };
    let limit = if is_refused {
        format!(
            "so other logs {of} prove that a key was not regenerated only if a manifest or the hours of storage vouch for \
             them"
        )
    } else {
        format!("so --coverage and --assume-complete do not count for logs {of}")
    };
    Note::new(Severity::Warning, format!("{file} may be an activity log {of}, {limit}"))
        .help("export it again as JSON, or leave it out if it is not a log")
}
