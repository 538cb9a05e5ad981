//! A cache carried from one part of a file to the next: parsed resource ids and subscription spans. It changes speed
//! only, never results (`parallel/tests.rs`).

use std::collections::HashMap;
use std::mem;

use foldhash::fast::RandomState;

use crate::read::formats::ids::Ids;
use crate::read::formats::span::SeenBefore;

/// Number of subscriptions that are cached for each kind of document. Further ones are not cached, so that the memory
/// of each thread is bounded for every log.
const MAX_SUBSCRIPTIONS: usize = 4096;

#[derive(Debug, Default)]
pub(in crate::read) struct Known {
    pub ids: Ids,
    /// By case-folded subscription id. At most [`MAX_SUBSCRIPTIONS`], as in `of_list`.
    of_lines: HashMap<String, SeenBefore, RandomState>,
    of_list: HashMap<String, SeenBefore, RandomState>,
}

impl Known {
    /// Takes the cache of a subscription, as earlier parts of the document left it.
    pub(in crate::read) fn seen(&mut self, is_of_lines: bool, subscription: &str) -> SeenBefore {
        self.of(is_of_lines).get_mut(subscription).map(mem::take).unwrap_or_default()
    }

    /// Stores the cache of a subscription for the next part.
    pub(in crate::read) fn keep(&mut self, is_of_lines: bool, subscription: &str, seen: SeenBefore) {
        let known = self.of(is_of_lines);
        if let Some(kept) = known.get_mut(subscription) {
            *kept = seen;
        } else if known.len() < MAX_SUBSCRIPTIONS {
            known.insert(subscription.to_owned(), seen);
        }
    }

    fn of(&mut self, is_of_lines: bool) -> &mut HashMap<String, SeenBefore, RandomState> {
        if is_of_lines { &mut self.of_lines } else { &mut self.of_list }
    }
}
