//! A cache of parsed resource ids, because a log names the same resources often.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::RandomState;

use crate::model::ResourceId;

/// Number of ids in the cache; when it is full, it is emptied. With [`MAX_ID_BYTES`], it bounds the memory for every
/// log.
const MAX_IDS: usize = 4096;

/// Size limit of an id in the cache. A longer one is parsed each time.
const MAX_ID_BYTES: usize = 1024;

/// Recently used ids; `None` for texts that are not the id of anything in a subscription. At most [`MAX_IDS`], each of
/// at most [`MAX_ID_BYTES`].
#[derive(Debug, Default)]
pub(in crate::read) struct Ids(HashMap<Box<str>, Option<ReachedResource>, RandomState>);

/// A resource, and its reach.
#[derive(Clone, Debug)]
pub(in crate::read) struct ReachedResource {
    pub id: Arc<ResourceId>,
    pub reach: ResourceReach,
}

/// The accounts that an event of a resource can affect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::read) enum ResourceReach {
    Account,
    /// All accounts of a resource group.
    Group,
    /// All accounts of a subscription.
    Subscription,
    /// The id contains a name that no account, group or subscription can have, so it does not show which accounts are
    /// affected.
    Unreadable,
    /// The resource is not one that affects an account.
    None,
}

impl ResourceReach {
    pub(in crate::read) fn of(id: &ResourceId) -> ResourceReach {
        let segments = id.folded().split('/').count();
        let reach = match segments {
            3 => ResourceReach::Subscription,
            5 if !id.resource_group().is_empty() => ResourceReach::Group,
            _ if id.is_account() => ResourceReach::Account,
            // A slash that is percent-encoded hides the segments.
            _ if id.folded().contains("%2f") => return ResourceReach::Unreadable,
            _ => return ResourceReach::None,
        };
        if id.has_possible_names() { reach } else { ResourceReach::Unreadable }
    }
}

impl Ids {
    /// Returns the resource of an id, from the cache if possible.
    pub(in crate::read) fn parse(&mut self, text: &str) -> Option<ReachedResource> {
        if let Some(known) = self.0.get(text) {
            return known.clone();
        }
        let id = ResourceId::parse(text)
            .map(|id| ReachedResource { reach: ResourceReach::of(&id), id: Arc::new(id) });
        if text.len() > MAX_ID_BYTES {
            return id;
        }
        if self.0.len() == MAX_IDS {
            self.0.clear();
        }
        self.0.insert(text.into(), id.clone());
        id
    }
}
