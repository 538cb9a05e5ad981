//! What is known from the parts of a file before: it makes the next one quicker to read, and no other.

use std::collections::{BTreeMap, HashMap};

use foldhash::fast::RandomState;

use super::activity::Event;
use super::ids::Ids;
use super::span;
use crate::model::{ResourceId, Span};

/// Subscriptions whose spans are kept: however many whoever wrote a log names, each thread needs no more memory.
const KEPT: usize = 4096;

#[derive(Debug, Default)]
pub(super) struct Known {
    pub ids: Ids,
    /// By subscription.
    spans: HashMap<String, Span, RandomState>,
}

impl Known {
    /// The span of an event, which may know already what the subscription's events have in common no more: the span
    /// before it is joined with it in the end, and joining that twice is joining it once.
    pub(super) fn begin(&self, subscription: &str, event: &Event<'_>, resource: &ResourceId) -> Span {
        match self.spans.get(subscription) {
            Some(earlier) => span::resume(earlier, event, resource),
            None => span::begin(event, resource),
        }
    }

    /// Keeps the spans of a part.
    pub(super) fn keep(&mut self, spans: &BTreeMap<String, Span>) {
        for (subscription, span) in spans {
            if let Some(known) = self.spans.get_mut(subscription) {
                if !span::have_same_in_common(known, span) {
                    known.clone_from(span);
                }
            } else if self.spans.len() < KEPT {
                self.spans.insert(subscription.clone(), span.clone());
            }
        }
    }
}
