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
pub(super) struct Ids(HashMap<Box<str>, Option<Arc<ResourceId>>, RandomState>);

impl Ids {
    pub(super) fn parse(&mut self, text: &str) -> Option<Arc<ResourceId>> {
        if let Some(known) = self.0.get(text) {
            return known.clone();
        }
        let id = ResourceId::parse(text).map(Arc::new);
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
