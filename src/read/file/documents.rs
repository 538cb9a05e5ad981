//! Collects the documents of the log in one file, event by event.

use std::collections::BTreeMap;
use std::mem;

use crate::model::{Instant, Interval, LogDocument, MAX_DOCUMENTS};
use crate::read::file::known::Known;
use crate::read::formats::activity::ActivityEvent;
use crate::read::formats::span::{Gathered, SeenBefore};
use crate::read::json::piece::Container;

/// The documents of one log.
#[derive(Debug, Default)]
pub(in crate::read) struct Documents {
    /// In the order of their first events. At most [`MAX_DOCUMENTS`].
    kept: Vec<GatheredDocument>,
    further: u64,
    /// Document of all records that are in no list of their own.
    lines: DocumentSlot,
    /// Document of the list that was opened last.
    list: DocumentSlot,
    /// Order of all events of the file.
    order: Order,
}

/// The place of a document, to which its events are added.
#[derive(Clone, Copy, Debug, Default)]
enum DocumentSlot {
    /// The document has no event so far.
    #[default]
    Empty,
    Kept(usize),
    /// The document is beyond [`MAX_DOCUMENTS`], and is only counted.
    Further,
}

/// One document, while it is collected.
#[derive(Debug)]
struct GatheredDocument {
    is_of_lines: bool,
    order: Order,
    /// By case-folded subscription id. One for each subscription in the document; their number is not bounded
    /// otherwise.
    spans: BTreeMap<String, Gathered>,
}

/// The order of events in time.
#[derive(Clone, Copy, Debug)]
struct Order {
    is_newest_first: bool,
    is_oldest_first: bool,
    first: Option<Instant>,
    last: Option<Instant>,
}

impl Documents {
    /// Begins another document if the list is a document of its own.
    pub(in crate::read) fn open(&mut self, container: Container) {
        if container.is_of_lines() {
            return;
        }
        if let DocumentSlot::Kept(index) = mem::take(&mut self.list) {
            // The previous list is complete, so its cache is not needed any more.
            self.kept[index].spans.values_mut().for_each(|gathered| gathered.seen = SeenBefore::default());
        }
    }

    pub(in crate::read) fn include(
        &mut self,
        event: &ActivityEvent<'_>,
        container: Container,
        known: &mut Known,
    ) {
        self.order.include(event.at);
        if let Some(document) = self.document(container.is_of_lines()) {
            document.include(event, known);
        }
    }

    fn document(&mut self, is_of_lines: bool) -> Option<&mut GatheredDocument> {
        let slot = if is_of_lines { &mut self.lines } else { &mut self.list };
        if let DocumentSlot::Empty = slot {
            if self.kept.len() < MAX_DOCUMENTS {
                *slot = DocumentSlot::Kept(self.kept.len());
                self.kept.push(GatheredDocument::new(is_of_lines));
            } else {
                *slot = DocumentSlot::Further;
                self.further += 1;
            }
        }
        match *slot {
            DocumentSlot::Kept(index) => self.kept.get_mut(index),
            DocumentSlot::Empty | DocumentSlot::Further => None,
        }
    }

    /// Merges a later part of the file.
    ///
    /// The part must not open a list of its own: it has only lines, and the rest of the current list. `parallel.rs`
    /// falls back otherwise.
    pub(in crate::read) fn append(&mut self, later: Documents) {
        self.order.append(later.order);
        for part in later.kept {
            if let Some(document) = self.document(part.is_of_lines) {
                document.append(part);
            }
        }
    }

    /// Moves the caches of this part to `known`, for the next part.
    pub(in crate::read) fn pass_on(&mut self, known: &mut Known) {
        for document in &mut self.kept {
            for (subscription, gathered) in &mut document.spans {
                known.keep(document.is_of_lines, subscription, mem::take(&mut gathered.seen));
            }
        }
    }

    /// Returns the span of the events so far, by case-folded subscription id. Returns nothing if the events are not
    /// newest first.
    pub(in crate::read) fn so_far(&self) -> BTreeMap<String, Interval> {
        let mut windows: BTreeMap<String, Interval> = BTreeMap::new();
        if !self.order.is_newest_first {
            return windows;
        }
        for (subscription, gathered) in self.kept.iter().flat_map(|document| &document.spans) {
            let window = gathered.span.window;
            let known = windows.entry(subscription.clone()).or_insert(window);
            *known = Interval { start: known.start.min(window.start), end: known.end.max(window.end) };
        }
        windows
    }

    /// Returns the documents, and the number of further ones.
    pub(in crate::read) fn finish(self) -> (Vec<LogDocument>, u64) {
        (self.kept.into_iter().map(GatheredDocument::finish).collect(), self.further)
    }
}

impl GatheredDocument {
    fn new(is_of_lines: bool) -> GatheredDocument {
        GatheredDocument { is_of_lines, order: Order::default(), spans: BTreeMap::new() }
    }

    fn include(&mut self, event: &ActivityEvent<'_>, known: &mut Known) {
        self.order.include(event.at);
        let Some(resource) = &event.resource else { return };
        let subscription = resource.folded_subscription();
        if let Some(gathered) = self.spans.get_mut(subscription) {
            gathered.include(event, resource);
        } else {
            let seen = known.seen(self.is_of_lines, subscription);
            let gathered = Gathered::begin(event, resource, seen);
            self.spans.extend(gathered.map(|gathered| (subscription.to_owned(), gathered)));
        }
    }

    fn append(&mut self, later: GatheredDocument) {
        self.order.append(later.order);
        for (subscription, gathered) in later.spans {
            match self.spans.get_mut(&subscription) {
                Some(known) => known.span.merge(&gathered.span),
                None => drop(self.spans.insert(subscription, gathered)),
            }
        }
    }

    fn finish(self) -> LogDocument {
        let spans = self.spans.into_iter();
        LogDocument {
            is_newest_first: self.order.is_newest_first,
            is_oldest_first: self.order.is_oldest_first,
            spans: spans.map(|(subscription, gathered)| (subscription, gathered.span)).collect(),
        }
    }
}

impl Default for Order {
    fn default() -> Order {
        Order { is_newest_first: true, is_oldest_first: true, first: None, last: None }
    }
}

impl Order {
    fn include(&mut self, at: Instant) {
        if let Some(last) = self.last {
            self.is_newest_first &= at <= last;
            self.is_oldest_first &= at >= last;
        } else {
            self.first = Some(at);
        }
        self.last = Some(at);
    }

    fn append(&mut self, later: Order) {
        self.is_newest_first &= later.is_newest_first;
        self.is_oldest_first &= later.is_oldest_first;
        if let (Some(last), Some(first)) = (self.last, later.first) {
            self.is_newest_first &= first <= last;
            self.is_oldest_first &= first >= last;
        }
        self.first = self.first.or(later.first);
        self.last = later.last.or(self.last);
    }
}
