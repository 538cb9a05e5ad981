//! A cache of parsed resource ids and of callers, because a log names the same ones often.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use foldhash::fast::RandomState;

use crate::model::ResourceId;

/// Number of resources, and of callers, in the cache; when it is full, it is emptied. With [`MAX_ID_BYTES`], it bounds
/// the memory for every log.
const MAX_IDS: usize = 4096;

/// Size limit of an id or a caller in the cache. A longer one is parsed or copied each time.
const MAX_ID_BYTES: usize = 1024;

/// Recently used ids and callers.
#[derive(Debug, Default)]
pub(in crate::read) struct Ids {
    /// `None` for texts that are not the id of anything in a subscription. At most [`MAX_IDS`], each of at most
    /// [`MAX_ID_BYTES`].
    resources: HashMap<Box<str>, Option<ReachedResource>, RandomState>,
    /// At most [`MAX_IDS`], each of at most [`MAX_ID_BYTES`].
    callers: HashSet<Arc<str>, RandomState>,
}

/// A resource, and its reach.
#[derive(Clone, Debug)]
pub(in crate::read) struct ReachedResource {
    pub id: ResourceId,
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
        if let Some(known) = self.resources.get(text) {
            return known.clone();
        }
        let id = ResourceId::parse(text).map(|id| ReachedResource { reach: ResourceReach::of(&id), id });
        if text.len() > MAX_ID_BYTES {
            return id;
        }
        if self.resources.len() == MAX_IDS {
            self.resources.clear();
        }
        self.resources.insert(text.into(), id.clone());
        id
    }

    /// Returns a caller's name, which all records of a caller share.
    pub(in crate::read) fn caller(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.callers.get(name) {
            return Arc::clone(known);
        }
        let name: Arc<str> = name.into();
        if name.len() <= MAX_ID_BYTES {
            if self.callers.len() == MAX_IDS {
                self.callers.clear();
            }
            self.callers.insert(Arc::clone(&name));
        }
        name
    }
}
