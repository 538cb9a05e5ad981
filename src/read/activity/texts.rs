//! The texts of an event, whoever decoded them, and what they say together.

use super::{EventId, is_administrative, is_category, is_flattened};
use crate::model::{Instant, Status};
use crate::read::decode::Unusable;
use crate::read::forms::SHORTENED_HELP;

/// A member that holds a text, whatever it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TextMember {
    EventTimestamp,
    TimeGenerated,
    Time,
    OperationName,
    OperationNameValue,
    ResourceId,
    UnderscoredResourceId,
    Id,
    Status,
    ResultType,
    ActivityStatus,
    StatusValue,
    SubStatus,
    SubStatusValue,
    Caller,
    Category,
    CategoryValue,
    Level,
    /// `Level`, as PowerShell and Log Analytics have it.
    CapitalLevel,
    LevelValue,
    TableName,
    ResourceProviderName,
    ResourceProviderValue,
    OperationId,
    CorrelationId,
    EventDataId,
}

/// The texts of one event.
#[derive(Debug, Default)]
pub(super) struct Texts<'r>([Option<&'r str>; TextMember::EventDataId as usize + 1]);

impl<'r> Texts<'r> {
    pub(super) fn set(&mut self, member: TextMember, text: Option<&'r str>) {
        self.0[member as usize] = text;
    }

    /// Where there is one that is not empty.
    pub(super) fn get(&self, member: TextMember) -> Option<&'r str> {
        self.0[member as usize].filter(|text| !text.is_empty())
    }

    /// Replaces the name of the operation.
    pub(super) fn set_operation(&mut self, operation: Option<&'r str>) {
        let has_value = self.known(TextMember::OperationNameValue).is_some();
        let member = if has_value { TextMember::OperationNameValue } else { TextMember::OperationName };
        self.set(member, operation);
    }

    fn known(&self, member: TextMember) -> Option<&'r str> {
        self.0[member as usize].filter(|text| is_known(text))
    }

    pub(super) fn operation(&self) -> Option<&'r str> {
        self.known(TextMember::OperationNameValue).or_else(|| self.known(TextMember::OperationName))
    }

    pub(super) fn caller(&self) -> Option<&'r str> {
        self.known(TextMember::Caller)
    }

    pub(super) fn category(&self) -> Option<&'r str> {
        self.known(TextMember::CategoryValue).or_else(|| self.known(TextMember::Category))
    }

    pub(super) fn provider(&self) -> Option<&'r str> {
        self.known(TextMember::ResourceProviderValue).or_else(|| self.known(TextMember::ResourceProviderName))
    }

    pub(super) fn operation_id(&self) -> Option<String> {
        self.known(TextMember::OperationId).map(str::to_owned)
    }

    pub(super) fn correlation_id(&self) -> Option<String> {
        self.known(TextMember::CorrelationId).map(str::to_owned)
    }

    pub(super) fn event_data_id(&self) -> Option<String> {
        let own = || self.event_id().map(|id| id.event_data_id);
        self.known(TextMember::EventDataId).or_else(own).map(str::to_owned)
    }

    /// Whether it comes from a stream that diagnostic settings fill.
    pub(super) fn is_streamed(&self) -> bool {
        self.get(TextMember::Time).is_some()
    }

    /// Whether it is a row of Log Analytics.
    fn is_row(&self) -> bool {
        self.get(TextMember::TimeGenerated).is_some()
    }

    /// Whether a record whose operation cannot be read is of another log, by the rules of its form.
    pub(super) fn is_of_other_stream(&self) -> bool {
        let category = self.category();
        match category {
            // Anything else without what events have may be a record of another kind of file.
            None => self.is_metric() && (self.is_streamed() || self.is_row()),
            Some(category) if self.is_streamed() => !is_administrative(category),
            Some(category) => self.is_row_of_unnamed_table() && !is_category(category),
        }
    }

    /// Whether it has nothing that every event has.
    fn is_metric(&self) -> bool {
        let has_time = self.get(TextMember::EventTimestamp).is_some();
        let has_id = self.known(TextMember::EventDataId).is_some() || self.event_id().is_some();
        self.operation().is_none() && self.status_text().is_none() && !has_time && !has_id
    }

    /// Whether it is a row of Log Analytics without the name of its table, and without the column that only the activity
    /// log has.
    fn is_row_of_unnamed_table(&self) -> bool {
        self.known(TextMember::TableName).is_none()
            && self.is_row()
            && self.known(TextMember::OperationNameValue).is_none()
    }

    /// Whether it is a row of another table than that of the activity log.
    pub(super) fn is_of_other_table(&self) -> bool {
        self.known(TextMember::TableName).is_some_and(is_other_table) && self.is_row()
    }

    /// The level is a word or a number.
    pub(super) fn is_informational(&self) -> bool {
        let is = |member: TextMember, names: &[&str]| {
            let level = self.known(member);
            level.is_some_and(|level| names.iter().any(|name| level.eq_ignore_ascii_case(name)))
        };
        let is_of_powershell = || !self.is_row() && !self.is_streamed();
        is(TextMember::Level, &INFORMATIONAL)
            || is(TextMember::CapitalLevel, &INFORMATIONAL)
            || is(TextMember::LevelValue, &INFORMATIONAL)
            || (is(TextMember::CapitalLevel, &[INFORMATIONAL_IN_POWERSHELL]) && is_of_powershell())
    }

    pub(super) fn resource(&self) -> Result<&'r str, Unusable> {
        self.known(TextMember::UnderscoredResourceId)
            .or_else(|| self.known(TextMember::ResourceId))
            .or_else(|| self.event_id().map(|id| id.resource))
            .ok_or_else(|| Unusable::export("the event has no resourceId", SHORTENED_HELP))
    }

    pub(super) fn at(&self) -> Result<Instant, Unusable> {
        let times = [
            ("eventTimestamp", TextMember::EventTimestamp),
            ("TimeGenerated", TextMember::TimeGenerated),
            ("time", TextMember::Time),
        ];
        match times.into_iter().find_map(|(name, member)| Some((name, self.get(member)?))) {
            Some((name, text)) => Instant::parse_exported(text).ok_or_else(|| {
                let what = "is not a time (RFC 3339 with its offset, years 0000 to 9999)";
                Unusable::record(format!("its {name} {what}"))
            }),
            None => self
                .event_id()
                .and_then(|id| id.at)
                .ok_or_else(|| Unusable::export("the event has no eventTimestamp", SHORTENED_HELP)),
        }
    }

    fn status_text(&self) -> Option<&'r str> {
        STATUSES.into_iter().find_map(|member| self.known(member))
    }

    /// Whether there is something in place of the status that cannot be one.
    pub(super) fn has_unreadable_status(&self) -> bool {
        // A `status` next to the `resultType` can contradict it.
        let second = self.known(TextMember::ResultType).and(self.known(TextMember::Status));
        match self.status_text() {
            Some(first) => [Some(first), second].into_iter().flatten().any(|status| !is_status(status)),
            None => STATUSES.into_iter().any(|member| self.0[member as usize] == Some("")),
        }
    }

    /// Whether there is something in place of an id that cannot be one.
    pub(super) fn has_unreadable_id(&self) -> bool {
        let ids = [TextMember::OperationId, TextMember::CorrelationId, TextMember::EventDataId];
        ids.into_iter().any(|member| self.known(member).is_some_and(is_flattened))
    }

    /// `failure` is asked for the kind of a failure. A `status` that contradicts the `resultType` leaves
    /// it open.
    pub(super) fn status(&self, failure: impl FnOnce() -> Status) -> Option<Status> {
        let stated = Stated::of(self.status_text()?);
        if let (Some(result), Some(status)) =
            (self.known(TextMember::ResultType), self.known(TextMember::Status))
            && Stated::of(result) != Stated::of(status)
        {
            return Some(Status::Contradictory);
        }
        Some(match stated {
            Stated::Started => Status::Started,
            Stated::Succeeded => Status::Succeeded,
            Stated::Failed => failure(),
            Stated::Other => Status::Other,
        })
    }

    pub(super) fn is_failure(&self) -> bool {
        self.status_text().is_some_and(|status| Stated::of(status) == Stated::Failed)
    }

    /// What the event's own id says.
    fn event_id(&self) -> Option<EventId<'r>> {
        self.get(TextMember::Id).and_then(EventId::parse)
    }
}

const STATUSES: [TextMember; 4] =
    [TextMember::StatusValue, TextMember::ActivityStatus, TextMember::ResultType, TextMember::Status];

/// `az` prints every value of Log Analytics by way of Python's `str()`, and so `None` for nothing.
pub(super) fn is_known(text: &str) -> bool {
    !matches!(text, "" | "None")
}

/// Whether a row of Log Analytics is of another table than the activity log's. A text that cannot be the name of a table
/// says nothing.
pub(super) fn is_other_table(name: &str) -> bool {
    let name = name.trim();
    let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    is_name && !name.eq_ignore_ascii_case("AzureActivity")
}

/// Whether it can be a status: words like `Succeeded` or `In Progress`.
fn is_status(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b' ')
}

const INFORMATIONAL: [&str; 3] = ["Informational", "Information", "4"];

/// Its library counts levels from `Critical` = 0, all others from `LogAlways` = 0.
const INFORMATIONAL_IN_POWERSHELL: &str = "3";

/// The meaning of the word that an event has for its status.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stated {
    Started,
    Succeeded,
    Failed,
    Other,
}

impl Stated {
    fn of(text: &str) -> Stated {
        let text = text.trim();
        let is = |names: [&str; 2]| names.into_iter().any(|name| text.eq_ignore_ascii_case(name));
        match () {
            () if is(["succeeded", "success"]) => Stated::Succeeded,
            () if is(["started", "start"]) => Stated::Started,
            () if is(["failed", "failure"]) => Stated::Failed,
            () => Stated::Other,
        }
    }
}
