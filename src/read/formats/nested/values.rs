//! The values of a record as signs of an event, even if the names of its members are unknown.

use super::folded;
use crate::model::{ResourceId, is_guid};
use crate::read::formats::account::{is_account_type, is_deleted_account_type};
use crate::read::formats::activity::is_operation;
use crate::read::formats::words;

/// Last segments of the names of operations that change something.
const VERBS: [&str; 3] = ["/action", "/write", "/delete"];

/// The words for the status of an event that Azure writes.
const STATUSES: [&str; 4] = ["Started", "Accepted", "Succeeded", "Failed"];

/// Number of characters of a GUID.
const GUID_LEN: usize = 36;

/// What the text of a value is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum ValueKind {
    Absent,
    Operation {
        /// Whether it changes something, which no type of a resource seems to do.
        is_change: bool,
    },
    /// The portal's name of the operation that regenerates a key.
    Regeneration,
    AccountType,
    ResourceId {
        is_account: bool,
    },
    /// The id that Azure gives to an event.
    EventId,
    Time,
    Status,
    /// The id of a request, or the name of its caller.
    Caller,
    /// A column that only events have, or a list of columns with one.
    EventColumn,
    /// A record that is an event, and whose members have other names than those of the decoder.
    RenamedEvent,
    Text,
    /// A value that is not a text.
    #[default]
    Other,
}

impl ValueKind {
    pub(super) fn of(text: &str) -> ValueKind {
        if matches!(text, "" | "None") {
            ValueKind::Absent
        } else if is_event_id(text) {
            ValueKind::EventId
        } else if is_operation(text) {
            let ends = |verb: &&str| {
                let end = text.len().checked_sub(verb.len()).and_then(|start| text.get(start..));
                end.is_some_and(|end| end.eq_ignore_ascii_case(verb))
            };
            ValueKind::Operation { is_change: VERBS.iter().any(ends) }
        } else if is_account_type(text) || is_deleted_account_type(text) {
            ValueKind::AccountType
        } else if let Some(id) = text.starts_with('/').then(|| ResourceId::parse(text)).flatten() {
            ValueKind::ResourceId { is_account: id.is_account() }
        } else if is_event_column(text) {
            ValueKind::EventColumn
        } else if is_time(text) {
            ValueKind::Time
        } else if STATUSES.contains(&text) {
            ValueKind::Status
        } else if words::is_display_of_regeneration(text) {
            ValueKind::Regeneration
        } else if text.len() == GUID_LEN && is_guid(text) || text.contains('@') && !text.contains(' ') {
            ValueKind::Caller
        } else {
            ValueKind::Text
        }
    }

    /// Returns whether the value is a text, of any kind.
    pub(super) fn is_text(self) -> bool {
        !matches!(self, ValueKind::Absent | ValueKind::Other | ValueKind::RenamedEvent)
    }
}

/// The signs of an event among the values of a record, even if their names are unknown.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each one is a sign of its own")]
pub(super) struct Values {
    has_change: bool,
    has_resource: bool,
    has_account: bool,
    pub has_event_id: bool,
    has_time: bool,
    has_status: bool,
    /// Whether a member has a name that only events have.
    pub has_name_of_event: bool,
    /// Whether a member shows that the record is a resource, or of a log that is known not to be an activity log.
    pub is_of_known_log: bool,
    has_text: bool,
    /// Whether there is a value that a selection of an event's texts does not have.
    pub has_other: bool,
}

impl Values {
    pub(super) fn include(&mut self, kind: ValueKind) {
        match kind {
            ValueKind::Operation { is_change } => {
                self.has_change |= is_change;
                self.has_text |= !is_change;
            }
            ValueKind::Regeneration => self.has_change = true,
            ValueKind::ResourceId { is_account } => {
                self.has_resource = true;
                self.has_account |= is_account;
                self.has_other |= !is_account;
            }
            ValueKind::EventId => self.has_event_id = true,
            ValueKind::Time => self.has_time = true,
            ValueKind::Status => self.has_status = true,
            ValueKind::Absent | ValueKind::Caller => {}
            ValueKind::Text => self.has_text = true,
            ValueKind::AccountType | ValueKind::EventColumn | ValueKind::RenamedEvent | ValueKind::Other => {
                self.has_other = true;
            }
        }
    }

    /// Includes the id of the record, which is not the id of the resource that an event is about.
    pub(super) fn include_id(&mut self, kind: ValueKind) {
        self.has_event_id |= kind == ValueKind::EventId;
        self.has_other |= kind != ValueKind::EventId;
    }

    pub(super) fn has_account(&self) -> bool {
        self.has_account
    }

    /// Returns whether the record is an event, or what a selection of members left of one.
    pub(super) fn are_of_event(&self) -> bool {
        let is_change_somewhere =
            self.has_change && (self.has_resource || self.has_time && !self.is_of_known_log);
        let is_about_account = self.has_account && (self.has_time || self.has_status);
        let is_only_of_event = !self.has_text
            && (self.has_time || self.has_status)
            && (self.has_time && self.has_status || self.has_name_of_event);
        self.has_event_id
            || is_change_somewhere
            || !self.has_other && !self.is_of_known_log && (is_about_account || is_only_of_event)
    }
}

/// Returns whether the cells of a row without the names of its columns are what is left of an event.
pub(in crate::read) fn is_row_of_event<'t>(cells: impl Iterator<Item = &'t str>) -> bool {
    let mut values = Values::default();
    for cell in cells {
        values.include(ValueKind::of(cell));
    }
    values.are_of_event()
}

/// Returns whether a text is the id of an event: `…/events/{id}/ticks/{ticks}`.
fn is_event_id(text: &str) -> bool {
    let mut segments = text.rsplit('/');
    let [ticks, word, id, events] = [(); 4].map(|()| segments.next().unwrap_or_default());
    word.eq_ignore_ascii_case("ticks")
        && events.eq_ignore_ascii_case("events")
        && !id.is_empty()
        && !ticks.is_empty()
        && ticks.bytes().all(|one| one.is_ascii_digit())
}

/// Returns whether a text begins with a time as Azure writes it: `2026-11-23T00:00:00`.
fn is_time(text: &str) -> bool {
    let is_form = |(index, byte): (usize, u8)| match index {
        4 | 7 => byte == b'-',
        10 => byte == b'T',
        13 | 16 => byte == b':',
        _ => byte.is_ascii_digit(),
    };
    (20..=40).contains(&text.len()) && text.bytes().enumerate().take(19).all(is_form)
}

/// Returns whether a text is the name of a column that only tables of events have.
fn is_event_column(text: &str) -> bool {
    let names = ["operationname", "operationnamevalue", "eventdataid", "eventtimestamp"];
    let may_be = text.len() < 30 && text.starts_with(['o', 'O', 'e', 'E']);
    may_be && names.contains(&folded(text).as_str())
}
