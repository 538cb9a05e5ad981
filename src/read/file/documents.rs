//! The documents of one file's log, which are gathered event by event.

use std::collections::BTreeMap;
use std::mem;

use crate::model::{Instant, Interval, LogDocument, MAX_DOCUMENTS};
use crate::read::file::known::Known;
use crate::read::formats::activity::ActivityEvent;
use crate::read::formats::span::{Gathered, SeenBefore};
use crate::read::json::piece::Container;

#[derive(Debug, Default)]
pub(in crate::read) struct Documents {
    /// In the order of their first events, at most [`MAX_DOCUMENTS`].
    kept: Vec<GatheredDocument>,
    further: u64,
    /// The document of all records that are in no list of their own.
    lines: DocumentSlot,
    /// The document of the list that was opened last.
    list: DocumentSlot,
    /// Of all events of the file.
    order: Order,
}

/// Where the events of a document go.
#[derive(Clone, Copy, Debug, Default)]
enum DocumentSlot {
    /// It has no event so far.
    #[default]
    Empty,
    Kept(usize),
    /// It is beyond [`MAX_DOCUMENTS`].
    Further,
}

/// One document.
#[derive(Debug)]
struct GatheredDocument {
    is_of_lines: bool,
    order: Order,
    /// By case-folded subscription id.
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
    /// Another list begins, and with it a document if it is one of its own.
    pub(in crate::read) fn open(&mut self, container: Container) {
        if container.is_of_lines() {
            return;
        }
        if let DocumentSlot::Kept(index) = mem::take(&mut self.list) {
            // Nothing is added to it any more.
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

    /// Takes in what a later part of the file holds, which opens no list of its own: it has lines and the end of the
    /// present list at most.
    pub(in crate::read) fn append(&mut self, later: Documents) {
        self.order.append(later.order);
        for part in later.kept {
            if let Some(document) = self.document(part.is_of_lines) {
                document.append(part);
            }
        }
    }

    /// Hands over to the next part what this one has seen.
    pub(in crate::read) fn pass_on(&mut self, known: &mut Known) {
        for document in &mut self.kept {
            for (subscription, gathered) in &mut document.spans {
                known.keep(document.is_of_lines, subscription, mem::take(&mut gathered.seen));
            }
        }
    }

    /// By case-folded subscription id, the span of the events so far; empty if they are not newest first.
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

    /// The documents, and how many more there are.
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
