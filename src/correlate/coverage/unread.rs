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

/// The subscriptions whose logs prove no absence, unless a manifest or the hours of storage vouch for them: an event that
/// they lack may be in a file that could not be read.
#[derive(Clone, Debug, Default)]
pub struct UnreadSubscriptions {
    is_any: bool,
    /// At most [`MAX_SHOWN`](crate::model::MAX_SHOWN) for each input.
    named: BTreeSet<ResourceId>,
}

impl UnreadSubscriptions {
    /// Returns the subscriptions, and a note for each file.
    pub fn of(files: UnreadFiles<'_>) -> (UnreadSubscriptions, Vec<Note>) {
        let mut unread = UnreadSubscriptions { is_any: files.has_others, named: BTreeSet::new() };
        let mut notes = Vec::new();
        for log in files.logs {
            let Some(of_log) = files.subscriptions(log) else { continue };
            unread.is_any |= of_log.is_empty();
            notes.push(doubt("it", &of_log).of(log.input));
            unread.named.extend(of_log);
        }
        if files.has_others {
            notes.push(doubt("a file that cannot be read", &BTreeSet::new()));
        }
        (unread, notes)
    }

    /// Returns whether a file that could not be read may be a log of the scope's subscription.
    pub(super) fn has(&self, scope: &ResourceId) -> bool {
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

fn doubt(file: &str, subscriptions: &BTreeSet<ResourceId>) -> Note {
    let of = match subscriptions.first() {
        None => "of any subscription".to_owned(),
        Some(only) if subscriptions.len() == 1 => format!("of subscription {}", only.name()),
        Some(_) => format!("of {} subscriptions", subscriptions.len()),
    };
    let text = format!(
        "{file} may be an activity log {of}, so other logs {of} prove that a key was not regenerated only if a manifest or \
         the hours of storage vouch for them"
    );
    Note::new(Severity::Warning, text).help("export it again as JSON, or leave it out if it is not a log")
}
