//! The texts of an event, whoever decoded them, and what they say together.

use super::EventId;
use crate::model::{Instant, Status};
use crate::read::decode::Unusable;

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
    StatusValue,
    SubStatus,
    SubStatusValue,
    Caller,
    Category,
    CategoryValue,
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

    pub(super) fn resource(&self) -> Result<&'r str, Unusable> {
        self.known(TextMember::UnderscoredResourceId)
            .or_else(|| self.known(TextMember::ResourceId))
            .or_else(|| self.event_id().map(|id| id.resource))
            .ok_or_else(|| Unusable::record("the event has no resourceId"))
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
                .ok_or_else(|| Unusable::record("the event has no eventTimestamp")),
        }
    }

    pub(super) fn status_text(&self) -> Option<&'r str> {
        self.known(TextMember::StatusValue).or_else(|| self.known(TextMember::Status))
    }

    pub(super) fn status(&self, is_server_error: impl FnOnce() -> bool) -> Option<Status> {
        let text = self.status_text()?;
        let is = |names: [&str; 2]| names.into_iter().any(|name| text.eq_ignore_ascii_case(name));
        Some(match () {
            () if is(["succeeded", "success"]) => Status::Succeeded,
            () if is(["started", "start"]) => Status::Started,
            () if !is(FAILURES) => Status::Other,
            () if is_server_error() => Status::ServerError,
            () => Status::Failed,
        })
    }

    pub(super) fn is_failure(&self) -> bool {
        self.status_text()
            .is_some_and(|status| FAILURES.iter().any(|failure| status.eq_ignore_ascii_case(failure)))
    }

    /// What the event's own id says.
    fn event_id(&self) -> Option<EventId<'r>> {
        self.get(TextMember::Id).and_then(EventId::parse)
    }
}

/// `az` prints every value of Log Analytics by way of Python's `str()`, and so `None` for nothing.
pub(super) fn is_known(text: &str) -> bool {
    !matches!(text, "" | "None")
}

const FAILURES: [&str; 2] = ["failed", "failure"];
