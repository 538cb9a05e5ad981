//! The texts of an event from either decoder, and the facts in them.

use super::{EventId, is_administrative, is_category, is_flattened, operation};
use crate::model::{Instant, LogId, Status};
use crate::read::formats::advice::SHORTENED_HELP;
use crate::read::formats::decode::Unusable;

/// A member that contains a text, under any of its names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TextMember {
    EventTimestamp,
    TimeGenerated,
    /// `_OriginalTimeGenerated` of a row that a search job found.
    OriginalTime,
    /// `_BinStartTime` of a row that a summary rule made.
    BinStart,
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
    /// `Level` in PowerShell and Log Analytics.
    CapitalLevel,
    LevelValue,
    TableName,
    ResourceProviderName,
    ResourceProviderValue,
    OperationId,
    CorrelationId,
    /// Must be the last one, because [`Texts`] has one place for each member up to this one.
    EventDataId,
}

/// The texts of one event.
#[derive(Debug, Default)]
pub(super) struct Texts<'r>([Option<&'r str>; TextMember::EventDataId as usize + 1]);

impl<'r> Texts<'r> {
    pub(super) fn set(&mut self, member: TextMember, text: Option<&'r str>) {
        self.0[member as usize] = text;
    }

    /// Returns the text unless it is empty.
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

    pub(super) fn operation_id(&self) -> Option<LogId> {
        self.known(TextMember::OperationId).map(LogId::from)
    }

    pub(super) fn correlation_id(&self) -> Option<LogId> {
        self.known(TextMember::CorrelationId).map(LogId::from)
    }

    pub(super) fn event_data_id(&self) -> Option<LogId> {
        let own = || self.event_id().map(|id| id.event_data_id);
        self.known(TextMember::EventDataId).or_else(own).map(LogId::from)
    }

    /// Returns whether the record is from a stream of a diagnostic setting.
    pub(super) fn is_streamed(&self) -> bool {
        self.get(TextMember::Time).is_some()
    }

    /// Returns whether the record is a row of Log Analytics.
    fn is_row(&self) -> bool {
        self.get(TextMember::TimeGenerated).is_some()
    }

    /// Returns whether a record whose operation cannot be read is of another log, by the rules of its form.
    pub(super) fn is_of_other_stream(&self) -> bool {
        let category = self.category();
        match category {
            // Other records without the members of events may be from another kind of file.
            None => self.is_metric() && (self.is_streamed() || self.is_row()),
            Some(category) if self.is_streamed() => !is_administrative(category),
            Some(category) => self.is_row_of_unnamed_table() && !is_category(category),
        }
    }

    /// Returns whether the record has none of the members that every event has, like a metric.
    fn is_metric(&self) -> bool {
        let has_time = self.get(TextMember::EventTimestamp).is_some();
        let has_id = self.known(TextMember::EventDataId).is_some() || self.event_id().is_some();
        self.operation().is_none() && self.status_text().is_none() && !has_time && !has_id
    }

    /// Returns whether the record is a row of Log Analytics without the name of its table, and without the column that
    /// only the activity log has.
    fn is_row_of_unnamed_table(&self) -> bool {
        self.known(TextMember::TableName).is_none()
            && self.is_row()
            && self.known(TextMember::OperationNameValue).is_none()
    }

    /// Returns whether the record is a row of another table than that of the activity log. A row with the column that
    /// only the activity log has is of a copy of it, and an operation that matters to a key is read from any table.
    pub(super) fn is_of_other_table(&self) -> bool {
        self.known(TextMember::TableName).is_some_and(is_other_table)
            && self.is_row()
            && self.known(TextMember::OperationNameValue).is_none()
            && !self.operation().is_some_and(operation::may_matter)
    }

    /// Returns whether the level, which is a word or a number, is informational.
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

    /// Returns the time of the event. `TimeGenerated` of a row that a search job or a summary rule made is the time of
    /// the job or of the rule.
    pub(super) fn at(&self) -> Result<Instant, Unusable> {
        let is_made = self.known(TextMember::BinStart).is_some()
            || self.known(TextMember::TableName).is_some_and(is_table_of_search_job);
        if is_made
            && self.get(TextMember::EventTimestamp).is_none()
            && self.get(TextMember::OriginalTime).is_none()
        {
            return Err(Unusable::export(
                "the row was made by a search job or a summary rule, and has no _OriginalTimeGenerated",
                "export the rows with all their columns, or from the table AzureActivity",
            ));
        }
        let times = [
            ("eventTimestamp", TextMember::EventTimestamp),
            ("_OriginalTimeGenerated", TextMember::OriginalTime),
            ("TimeGenerated", TextMember::TimeGenerated),
            ("time", TextMember::Time),
        ];
        match times.into_iter().find_map(|(name, member)| Some((name, self.get(member)?))) {
            Some((name, text)) => Instant::parse_exported(text).ok_or_else(|| {
                let what = "is not a time (RFC 3339 with its offset, years 2000 to 9999)";
                Unusable::record(format!("its {name} {what}"))
            }),
            None => self
                .event_id()
                .and_then(|id| id.at)
                .ok_or_else(|| Unusable::export("the event has no eventTimestamp", SHORTENED_HELP)),
        }
    }

    fn status_text(&self) -> Option<&'r str> {
        self.statuses().next()
    }

    /// Returns the texts of all members with a status. Next to its value, `ActivityStatus` is text for people in any
    /// language, which counts only if it is a known word.
    fn statuses(&self) -> impl Iterator<Item = &'r str> {
        let is_for_people = self.known(TextMember::StatusValue).is_some();
        STATUSES.into_iter().filter_map(move |member| {
            let is_text = is_for_people && member == TextMember::ActivityStatus;
            self.known(member).filter(|status| !is_text || is_known_status(status))
        })
    }

    /// Returns whether the status has a value that cannot be one.
    pub(super) fn has_unreadable_status(&self) -> bool {
        let mut statuses = self.statuses().peekable();
        if statuses.peek().is_none() {
            return STATUSES.into_iter().any(|member| self.0[member as usize] == Some(""));
        }
        // One of several can contradict the others.
        statuses.any(|status| !is_status(status))
    }

    /// Returns whether an id has a value that cannot be one.
    pub(super) fn has_unreadable_id(&self) -> bool {
        let ids = [TextMember::OperationId, TextMember::CorrelationId, TextMember::EventDataId];
        ids.into_iter().any(|member| self.known(member).is_some_and(is_flattened))
    }

    /// Returns the status, with that of `failure` for a failed request. If two members with a status contradict each
    /// other, it is [`Status::Contradictory`].
    pub(super) fn status(&self, failure: impl FnOnce() -> Status) -> Option<Status> {
        let mut statuses = self.statuses().map(StatedStatus::of);
        let stated = statuses.next()?;
        if statuses.any(|other| other != stated) {
            return Some(Status::Contradictory);
        }
        Some(match stated {
            StatedStatus::Started => Status::Started,
            StatedStatus::Succeeded => Status::Succeeded,
            StatedStatus::Failed => failure(),
            StatedStatus::Other => Status::Other,
        })
    }

    pub(super) fn is_failure(&self) -> bool {
        self.status_text().is_some_and(|status| StatedStatus::of(status) == StatedStatus::Failed)
    }

    /// Returns the parts of the event's own id.
    fn event_id(&self) -> Option<EventId<'r>> {
        self.get(TextMember::Id).and_then(EventId::parse)
    }
}

const STATUSES: [TextMember; 4] =
    [TextMember::StatusValue, TextMember::ActivityStatus, TextMember::ResultType, TextMember::Status];

/// Returns whether a text is a value. `az` prints values of Log Analytics with Python's `str()`, so an absent one is
/// `None`.
pub(super) fn is_known(text: &str) -> bool {
    !matches!(text, "" | "None")
}

/// Returns whether a row of Log Analytics is of another table than that of the activity log. A text that cannot be the
/// name of a table does not show this.
pub(super) fn is_other_table(name: &str) -> bool {
    let name = name.trim();
    let is_name = name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    is_name && !is_activity_table(name)
}

/// Returns whether a table is the activity log, or was made of it: `AzureActivity_RST` is restored, `_SRCH` the result of
/// a search job, and `_CL` a custom table.
fn is_activity_table(name: &str) -> bool {
    let (own, suffix) = name.split_at_checked(ACTIVITY_TABLE.len()).unwrap_or((name, ""));
    own.eq_ignore_ascii_case(ACTIVITY_TABLE) && (suffix.is_empty() || suffix.starts_with('_'))
}

const ACTIVITY_TABLE: &str = "AzureActivity";

fn is_table_of_search_job(name: &str) -> bool {
    let name = name.trim();
    let suffix = name.len().checked_sub("_SRCH".len()).and_then(|start| name.get(start..));
    suffix.is_some_and(|suffix| suffix.eq_ignore_ascii_case("_SRCH"))
}

/// Returns whether a text can be a status: words like `Succeeded` or `In Progress`.
fn is_status(text: &str) -> bool {
    let text = text.trim();
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b' ')
}

/// Returns whether a text is a status that Azure writes, and not its translation.
fn is_known_status(text: &str) -> bool {
    let is_word = |word: &&str| text.trim().eq_ignore_ascii_case(word);
    StatedStatus::of(text) != StatedStatus::Other || OTHER_STATUSES.iter().any(is_word)
}

/// Statuses that are neither a start nor an outcome that is sure.
const OTHER_STATUSES: [&str; 6] = ["Accept", "Accepted", "Active", "Canceled", "Cancelled", "In Progress"];

const INFORMATIONAL: [&str; 3] = ["Informational", "Information", "4"];

/// The number that PowerShell writes for the same level: its library counts from `Critical` = 0, all others from
/// `LogAlways` = 0.
const INFORMATIONAL_IN_POWERSHELL: &str = "3";

/// The meaning of the status word of an event.
#[derive(Clone, Copy, PartialEq, Eq)]
enum StatedStatus {
    Started,
    Succeeded,
    Failed,
    Other,
}

impl StatedStatus {
    fn of(text: &str) -> StatedStatus {
        let text = text.trim();
        let is = |names: [&str; 2]| names.into_iter().any(|name| text.eq_ignore_ascii_case(name));
        match () {
            () if is(["succeeded", "success"]) => StatedStatus::Succeeded,
            () if is(["started", "start"]) => StatedStatus::Started,
            () if is(["failed", "failure"]) => StatedStatus::Failed,
            () => StatedStatus::Other,
        }
    }
}
