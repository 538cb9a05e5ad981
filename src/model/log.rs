//! One activity-log export: the facts about its events that show what the absence of an event proves.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::{InputId, Instant, Interval, ResourceId};

/// Administrative events that are further apart than this belong to two pieces. An unfiltered log of a subscription in
/// use never has so long a time without events.
const LONGEST_SILENCE: TimeDelta = TimeDelta::days(7);

/// Number of documents of one file that are judged individually. If a file has more, each contains very little, so
/// further documents prove only the events that they contain.
pub const MAX_DOCUMENTS: usize = 1_000;

/// Number of resource groups that are kept for each document and subscription (Azure allows 980). The first ones in the
/// order of their ids are kept, so that the order of events does not matter. Events in further groups count, but
/// provide no coverage for their group.
const MAX_GROUPS: usize = 1_000;

/// One file of events of any kind.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogExport {
    #[serde(skip, default = "first_input")]
    pub input: InputId,
    /// Events of every category.
    pub events: u64,
    pub source: LogSource,
    /// In the order of the file, at most [`MAX_DOCUMENTS`].
    pub documents: Vec<LogDocument>,
    /// Documents beyond [`MAX_DOCUMENTS`], whose events are in none of `documents`.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub further_documents: u64,
    /// The limit that cuts exports short at exactly as many events as this file has, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut_by: Option<String>,
    /// The hour and the subscription of the file, from the names of the folders in which diagnostic settings store it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blob: Option<BlobHour>,
    /// The service had more events than this file holds (`nextLink`).
    #[serde(default, skip_serializing_if = "is_false")]
    pub has_next_page: bool,
    /// Whether part of the file could not be read.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_damaged: bool,
    /// For a file that is cut or damaged, by case-folded subscription id: the span of the events that were read before
    /// the first damage. Empty if these were not newest first, because events may then be missing anywhere. At most one
    /// for each subscription with an event.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub before_damage: BTreeMap<String, Interval>,
}

/// An input that may be an activity log, and of which no event could be read.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnreadLog {
    #[serde(skip, default = "first_input")]
    pub input: InputId,
    /// The subscriptions that its text shows. If there is none, it may be a log of any. At most [`MAX_SHOWN`].
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub subscriptions: BTreeSet<ResourceId>,
    /// It has a form that is not read, so it may hold any number of events. Else it is cut off before the end of its first
    /// record, or an export that failed.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_refused: bool,
}

/// Subscriptions kept of an input that could not be read. One with more may be a log of any.
pub const MAX_SHOWN: usize = 1_000;

/// The origin of the events of an export.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LogSource {
    /// The activity-log service answered a list request (az, REST, PowerShell, SDKs); it keeps 90 days.
    #[default]
    Service,
    /// A diagnostic setting wrote it (storage, Event Hub). The setting selects each category separately.
    Stream,
    /// A query of Log Analytics, whose retention the workspace sets.
    LogAnalytics,
}

/// `resourceId=/SUBSCRIPTIONS/{id}/y=2026/m=11/d=22/h=05/m=00/PT1H.json`
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlobHour {
    pub subscription: ResourceId,
    /// Its first instant.
    pub start: Instant,
}

/// One JSON document or table of a file. A file of JSON lines is one document.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogDocument {
    /// Whether no event is newer than the one before it.
    pub is_newest_first: bool,
    /// Whether no event is older than the one before it.
    pub is_oldest_first: bool,
    /// By case-folded subscription id; at most one for each event of the document.
    pub spans: BTreeMap<String, Span>,
}

impl Default for LogDocument {
    fn default() -> LogDocument {
        LogDocument { is_newest_first: true, is_oldest_first: true, spans: BTreeMap::new() }
    }
}

/// One subscription's events in one document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Span {
    /// `/subscriptions/{id}`
    pub subscription: ResourceId,
    /// From the oldest to the newest event of any category.
    pub window: Interval,
    /// Number of events of any category.
    pub events: u64,
    /// Events that do not say their category.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub uncategorised: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub administrative: Option<Administrative>,
}

/// The Administrative events of a span. Only they can prove the absence of such events, because each category can be
/// selected separately.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Administrative {
    pub events: u64,
    /// In order of time, more than 7 days apart. Bounded by the years 0 to 9999: one for each week.
    pub pieces: Vec<Interval>,
    /// Whether an event is outside every resource group.
    pub is_outside_groups: bool,
    /// The resource groups that have events, at most `MAX_GROUPS`.
    pub groups: BTreeSet<ResourceId>,
    pub witnesses: Witnesses,
}

/// For each common filter, whether the log contains an event that the filter would have removed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is an observation of its own")]
pub struct Witnesses {
    /// A Started record.
    pub started: bool,
    /// A Succeeded record.
    pub succeeded: bool,
    /// A record of level Informational.
    pub informational: bool,
    /// An operation that is neither a write nor a delete.
    pub action: bool,
    /// An operation other than `listKeys/action`, of any provider.
    #[serde(default)]
    pub other_than_key_reads: bool,
    /// An event of Microsoft.CognitiveServices.
    pub cognitive_services: bool,
    /// The callers. An event without a caller does not count.
    pub callers: Variety,
    /// The resource providers. An event without one does not count.
    pub providers: Variety,
    /// The ids of the accounts, vaults and other top-level resources, and of scopes outside of these.
    pub resources: Variety,
}

/// How many values an attribute has over several events, compared without case.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Variety {
    #[default]
    None,
    One(String),
    Several,
}

impl Variety {
    pub fn include(&mut self, value: &str) {
        match self {
            Variety::None => *self = Variety::One(value.to_ascii_lowercase()),
            Variety::One(known) if !known.eq_ignore_ascii_case(value) => *self = Variety::Several,
            Variety::One(_) | Variety::Several => {}
        }
    }

    /// Merges the values of further events.
    pub fn merge(&mut self, other: &Variety) {
        match other {
            Variety::None => {}
            Variety::One(value) => self.include(value),
            Variety::Several => *self = Variety::Several,
        }
    }

    pub fn is_several(&self) -> bool {
        *self == Variety::Several
    }
}

impl Witnesses {
    /// Merges the witnesses of further events. The order does not matter.
    pub fn merge(&mut self, other: &Witnesses) {
        self.started |= other.started;
        self.succeeded |= other.succeeded;
        self.informational |= other.informational;
        self.action |= other.action;
        self.other_than_key_reads |= other.other_than_key_reads;
        self.cognitive_services |= other.cognitive_services;
        self.callers.merge(&other.callers);
        self.providers.merge(&other.providers);
        self.resources.merge(&other.resources);
    }
}

impl Administrative {
    /// Returns the facts before the first event.
    pub fn new() -> Administrative {
        Administrative {
            events: 0,
            pieces: Vec::new(),
            is_outside_groups: false,
            groups: BTreeSet::new(),
            witnesses: Witnesses::default(),
        }
    }

    /// Extends the pieces by an event.
    pub fn include(&mut self, at: Instant) {
        // Nearly every event of a log is a little before its first piece or a little after its last one.
        match self.pieces.first_mut() {
            Some(first) if first.contains(at) => return,
            Some(first) if at < first.start && first.start <= at.plus(LONGEST_SILENCE) => {
                first.start = at;
                return;
            }
            _ => {}
        }
        match self.pieces.last_mut() {
            Some(last) if last.end < at && at <= last.end.plus(LONGEST_SILENCE) => last.end = at,
            _ => self.extend(Interval { start: at, end: at }),
        }
    }

    /// Extends the pieces by a window of events that are close together.
    pub fn extend(&mut self, window: Interval) {
        let near = |piece: &Interval| {
            piece.start.minus(LONGEST_SILENCE) <= window.end
                && window.start <= piece.end.plus(LONGEST_SILENCE)
        };
        let first = self.pieces.partition_point(|piece| piece.end.plus(LONGEST_SILENCE) < window.start);
        let close = self.pieces[first..].iter().take_while(|piece| near(piece)).count();
        if close == 0 {
            self.pieces.insert(first, window);
            return;
        }
        let last = first + close - 1;
        let joined = Interval {
            start: self.pieces[first].start.min(window.start),
            end: self.pieces[last].end.max(window.end),
        };
        self.pieces[first] = joined;
        self.pieces.drain(first + 1..=last);
    }

    /// Records that a resource group, or a scope outside all groups, has an event.
    pub fn locate(&mut self, group: Option<&ResourceId>) {
        match group {
            None => self.is_outside_groups = true,
            Some(group) if self.groups.contains(group) => {}
            Some(group) => {
                self.groups.insert(group.clone());
                if self.groups.len() > MAX_GROUPS {
                    self.groups.pop_last();
                }
            }
        }
    }

    /// Takes in further events of the same document and subscription. The order does not matter.
    pub fn merge(&mut self, other: &Administrative) {
        self.events += other.events;
        for piece in &other.pieces {
            self.extend(*piece);
        }
        self.is_outside_groups |= other.is_outside_groups;
        for group in &other.groups {
            self.locate(Some(group));
        }
        self.witnesses.merge(&other.witnesses);
    }
}

impl Default for Administrative {
    fn default() -> Administrative {
        Administrative::new()
    }
}

impl Span {
    /// Takes in further events of the same document and subscription. The order does not matter.
    pub fn merge(&mut self, other: &Span) {
        self.window.start = self.window.start.min(other.window.start);
        self.window.end = self.window.end.max(other.window.end);
        self.events += other.events;
        self.uncategorised += other.uncategorised;
        if let Some(administrative) = &other.administrative {
            self.administrative.get_or_insert_default().merge(administrative);
        }
    }
}

impl LogExport {
    pub fn new(input: InputId, blob: Option<BlobHour>) -> LogExport {
        LogExport {
            input,
            events: 0,
            source: LogSource::default(),
            documents: Vec::new(),
            further_documents: 0,
            cut_by: None,
            blob,
            has_next_page: false,
            is_damaged: false,
            before_damage: BTreeMap::new(),
        }
    }

    /// The spans of all documents.
    pub fn spans(&self) -> impl Iterator<Item = &Span> {
        self.documents.iter().flat_map(|document| document.spans.values())
    }

    /// When its newest event happened.
    pub fn newest(&self) -> Option<Instant> {
        self.spans().map(|span| span.window.end).max()
    }

    /// Whether it holds a record of the category Administrative.
    pub fn is_administrative(&self) -> bool {
        self.spans().any(|span| span.administrative.is_some())
    }

    /// Whether events are missing from it.
    pub fn is_cut(&self) -> bool {
        self.is_damaged || self.has_next_page
    }
}

fn first_input() -> InputId {
    InputId(0)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_false(flag: &bool) -> bool {
    !*flag
}
