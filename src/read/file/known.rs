//! What is known from the parts of a file before: it makes the next one quicker to read, and no other.

use std::collections::HashMap;
use std::mem;

use foldhash::fast::RandomState;

use crate::read::formats::ids::Ids;
use crate::read::formats::span::SeenBefore;

/// Subscriptions remembered for each kind of document. Of further ones nothing is remembered, so that each thread needs
/// no more memory, however many a log names.
const MAX_SUBSCRIPTIONS: usize = 4096;

#[derive(Debug, Default)]
pub(in crate::read) struct Known {
    pub ids: Ids,
    of_lines: HashMap<String, SeenBefore, RandomState>,
    of_list: HashMap<String, SeenBefore, RandomState>,
}

impl Known {
    /// Takes what earlier parts of the document showed of a subscription.
    pub(in crate::read) fn seen(&mut self, is_of_lines: bool, subscription: &str) -> SeenBefore {
        self.of(is_of_lines).get_mut(subscription).map(mem::take).unwrap_or_default()
    }

    /// Keeps it for the next part.
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
