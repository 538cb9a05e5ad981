//! Resource ids, each parsed once: a log names the same resources again and again.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::RandomState;

use crate::model::ResourceId;

/// However many resources there are, and however long whoever wrote the log made their ids, memory does not grow.
const KEPT: usize = 4096;
const LONGEST: usize = 1024;

/// The ids that were met lately; `None` for texts that are no id of anything in a subscription.
#[derive(Debug, Default)]
pub(in crate::read) struct Ids(HashMap<Box<str>, Option<ReachedResource>, RandomState>);

/// A resource, and whether an event of it can matter to an account.
#[derive(Clone, Debug)]
pub(in crate::read) struct ReachedResource {
    pub id: Arc<ResourceId>,
    pub reach: ResourceReach,
}

/// Which accounts an event of a resource can matter to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::read) enum ResourceReach {
    Account,
    /// All accounts of a resource group.
    Group,
    /// All accounts of a subscription.
    Subscription,
    /// It is something else: no account.
    None,
}

impl ResourceReach {
    pub(in crate::read) fn of(id: &ResourceId) -> ResourceReach {
        let segments = id.folded().split('/').count();
        match segments {
            3 => ResourceReach::Subscription,
            5 if !id.resource_group().is_empty() => ResourceReach::Group,
            _ if id.is_account() => ResourceReach::Account,
            _ => ResourceReach::None,
        }
    }
}

impl Ids {
    pub(in crate::read) fn parse(&mut self, text: &str) -> Option<ReachedResource> {
        if let Some(known) = self.0.get(text) {
            return known.clone();
        }
        let id = ResourceId::parse(text)
            .map(|id| ReachedResource { reach: ResourceReach::of(&id), id: Arc::new(id) });
        if text.len() > LONGEST {
            return id;
        }
        if self.0.len() == KEPT {
            self.0.clear();
        }
        self.0.insert(text.into(), id.clone());
        id
    }
}
