//! Decodes activity-log events, in every form in which Azure and its tools write them.
//!
//! The forms differ in the names of their members more than in the values: `az`, REST and the SDKs (`eventTimestamp`,
//! `event_timestamp`), PowerShell (`EventTimestamp`), diagnostic settings (`time`, `resultType`) and Log Analytics
//! (`TimeGenerated`, `OperationNameValue`).

mod claims;
mod failure;
mod key_event;
mod operation;
mod quick;
mod salvage;
mod texts;

use serde::Deserialize;

use crate::model::{Instant, KeyEvent, MoveRecord, Place, ResourceId, Status};
use crate::read::formats::advice::{FLATTENED_HELP, SHORTENED_HELP};
use crate::read::formats::decode::{Text, Unusable, decode};
use crate::read::formats::embedded::{EventLevel, EventProperties, Identity, RequestBody};
use crate::read::formats::ids::{Ids, ReachedResource, ResourceReach};
use claims::Caller;
use key_event::{fault, key_event, renewal};
pub(in crate::read) use operation::is_flattened;
pub(in crate::read) use quick::Ordinary;
pub(in crate::read) use salvage::{Salvage, salvage};
use texts::{TextMember, Texts};

/// Category of operations on resources, and its names in streams from before 2020.
const ADMINISTRATIVE: [&str; 4] = ["Administrative", "Write", "Delete", "Action"];

/// The other categories of the activity log.
const OTHER_CATEGORIES: [&str; 7] =
    ["ServiceHealth", "ResourceHealth", "Alert", "Autoscale", "Recommendation", "Security", "Policy"];

#[derive(Default, Deserialize)]
struct EventRecord<'a> {
    #[serde(borrow, default, alias = "eventTimestamp", alias = "EventTimestamp")]
    event_timestamp: Text<'a>,
    #[serde(borrow, default, rename = "TimeGenerated")]
    time_generated: Text<'a>,
    #[serde(borrow, default, rename = "_OriginalTimeGenerated")]
    original_time: Text<'a>,
    #[serde(borrow, default, rename = "_BinStartTime")]
    bin_start: Text<'a>,
    #[serde(borrow, default)]
    time: Text<'a>,
    #[serde(borrow, default, alias = "operationName", alias = "OperationName")]
    operation_name: Text<'a>,
    #[serde(borrow, default, rename = "OperationNameValue")]
    operation_name_value: Text<'a>,
    #[serde(borrow, default, alias = "resourceId", alias = "ResourceId")]
    resource_id: Text<'a>,
    #[serde(borrow, default, rename = "_ResourceId")]
    underscored_resource_id: Text<'a>,
    #[serde(borrow, default, alias = "Id")]
    id: Text<'a>,
    #[serde(borrow, default, alias = "Status")]
    status: Text<'a>,
    #[serde(borrow, default, rename = "resultType")]
    result_type: Text<'a>,
    #[serde(borrow, default, rename = "ActivityStatus")]
    activity_status: Text<'a>,
    #[serde(borrow, default, rename = "ActivityStatusValue")]
    status_value: Text<'a>,
    #[serde(
        borrow,
        default,
        alias = "subStatus",
        alias = "SubStatus",
        alias = "resultSignature",
        alias = "ActivitySubstatus"
    )]
    sub_status: Text<'a>,
    #[serde(borrow, default, rename = "ActivitySubstatusValue")]
    sub_status_value: Text<'a>,
    #[serde(borrow, default, alias = "Caller")]
    caller: Text<'a>,
    #[serde(borrow, default)]
    identity: Identity<'a>,
    #[serde(borrow, default, alias = "Category")]
    category: Text<'a>,
    #[serde(borrow, default, rename = "CategoryValue")]
    category_value: Text<'a>,
    #[serde(borrow, default)]
    level: EventLevel<'a>,
    #[serde(borrow, default, rename = "Level")]
    capital_level: EventLevel<'a>,
    #[serde(borrow, default, rename = "LevelValue")]
    level_value: EventLevel<'a>,
    /// Table of a row in Log Analytics.
    #[serde(borrow, default, rename = "Type")]
    table_name: Text<'a>,
    #[serde(
        borrow,
        default,
        alias = "resourceProviderName",
        alias = "ResourceProviderName",
        alias = "ResourceProvider"
    )]
    resource_provider_name: Text<'a>,
    #[serde(borrow, default, rename = "ResourceProviderValue")]
    resource_provider_value: Text<'a>,
    #[serde(borrow, default, alias = "operationId", alias = "OperationId")]
    operation_id: Text<'a>,
    #[serde(borrow, default, alias = "correlationId", alias = "CorrelationId")]
    correlation_id: Text<'a>,
    #[serde(borrow, default, alias = "eventDataId", alias = "EventDataId")]
    event_data_id: Text<'a>,
    #[serde(borrow, default, alias = "Properties")]
    properties: EventProperties<'a>,
    #[serde(borrow, default, rename = "Properties_d")]
    parsed_properties: EventProperties<'a>,
}

/// One event: the facts that determine coverage, and the key event in it, if any.
#[derive(Debug)]
pub(in crate::read) struct ActivityEvent<'r> {
    pub at: Instant,
    /// `None` for events outside every subscription.
    pub resource: Option<ResourceId>,
    /// `None` for a resource that is outside every subscription or cannot be read.
    reach: Option<ResourceReach>,
    pub operation: &'r str,
    pub caller: Caller<'r>,
    pub category: Option<&'r str>,
    /// `None` if the export does not name it.
    provider: Option<&'r str>,
    /// `None` if the export omits the status.
    pub status: Option<Status>,
    pub is_informational: bool,
    /// Whether the action is unknown, and its name suggests that it sets a key.
    pub is_renewal: bool,
    /// Whether the properties are the text that PowerShell writes instead of an object, so that the request is lost.
    pub is_flattened: bool,
    /// Fault of a part that cannot be read and matters to a key.
    pub fault: Option<&'static str>,
    pub key_event: Option<Box<KeyEvent>>,
    pub move_record: Option<Box<MoveRecord>>,
}

impl ActivityEvent<'_> {
    /// Returns the namespace of the resource provider. Its case varies.
    pub(in crate::read) fn provider(&self) -> Option<&str> {
        let of_operation = || self.operation.split('/').next();
        let of_resource = || self.resource.as_ref().and_then(|resource| resource.provider());
        self.provider.or_else(of_resource).or_else(of_operation)
    }

    pub(in crate::read) fn is_administrative(&self) -> bool {
        self.category.is_some_and(is_administrative)
    }

    /// Returns whether the operation changes a resource by other means than writing or deleting it.
    pub(in crate::read) fn is_action(&self) -> bool {
        let last = self.operation.rsplit('/').next().unwrap_or_default();
        !last.eq_ignore_ascii_case("write") && !last.eq_ignore_ascii_case("delete")
    }

    /// Returns whether the operation reads the keys of a resource of any provider.
    pub(in crate::read) fn is_key_read(&self) -> bool {
        operation::ends_with(self.operation, ["listKeys", "action"])
    }

    /// Returns whether the event can matter to an account. Only then must its operation be readable.
    fn may_matter(&self) -> bool {
        self.reach != Some(ResourceReach::None)
    }
}

/// One decoded record of a log.
#[derive(Debug)]
pub(in crate::read) enum DecodedRecord<'r> {
    Event(ActivityEvent<'r>),
    /// A record of another log (sign-ins, a resource, metrics) that shares the stream. `is_named` is whether it has an
    /// operation; a record without one can be anything.
    OtherStream {
        is_named: bool,
    },
}

fn is_administrative(category: &str) -> bool {
    ADMINISTRATIVE.iter().any(|name| category.eq_ignore_ascii_case(name))
}

/// Returns whether events of the category never describe an operation on a resource.
fn is_other_category(category: &str) -> bool {
    OTHER_CATEGORIES.iter().any(|name| category.eq_ignore_ascii_case(name))
}

fn is_category(category: &str) -> bool {
    is_administrative(category) || is_other_category(category)
}

/// The kind of a record, by the name of its operation or the value instead of it.
enum RecordKind<'r> {
    Named(&'r str),
    /// A record with a display text instead of its operation, or without one.
    Nameless,
    OtherStream,
}

impl<'r> RecordKind<'r> {
    fn of(texts: &Texts<'r>) -> RecordKind<'r> {
        if texts.is_of_other_table() {
            return RecordKind::OtherStream;
        }
        let operation = texts.operation();
        match operation.filter(|operation| operation::is_plausible(operation)) {
            Some(operation) => RecordKind::Named(operation),
            None if texts.is_of_other_stream() => RecordKind::OtherStream,
            None => RecordKind::Nameless,
        }
    }
}

fn other_stream<'r>(texts: &Texts<'_>) -> DecodedRecord<'r> {
    DecodedRecord::OtherStream { is_named: texts.operation().is_some() }
}

/// Returns the fault of an event whose operation cannot be read.
fn nameless(operation: Option<&str>) -> Unusable {
    match operation {
        None => Unusable::export("the event has no operationName", SHORTENED_HELP),
        Some(operation) if operation::is_flattened(operation) => Unusable::export(
            "the event has the text of a PowerShell object instead of its operation, so it may be a regeneration",
            FLATTENED_HELP,
        ),
        Some(_) => Unusable::export(
            "the event names its operation by display text only, so it may be a regeneration",
            SHORTENED_HELP,
        ),
    }
}

/// Decodes a record that begins at `place`, and passes the result to `taken`.
pub(in crate::read) fn read<T>(
    bytes: &[u8],
    place: Place,
    ids: &mut Ids,
    taken: impl FnOnce(DecodedRecord<'_>) -> T,
) -> Result<T, Unusable> {
    let record: EventRecord<'_> = decode(bytes)?;
    let mut texts = record.texts();
    let operation = texts.operation().map(operation::normal);
    texts.set_operation(operation.as_deref());
    record.decoded(&texts, place, ids).map(taken)
}

/// Returns whether the decoder takes a record for one of another log.
pub(in crate::read) fn is_of_other_log(bytes: &[u8], place: Place) -> bool {
    let is_other = |decoded: DecodedRecord<'_>| matches!(decoded, DecodedRecord::OtherStream { .. });
    read(bytes, place, &mut Ids::default(), is_other).unwrap_or_default()
}

/// Returns whether a text is the name of an operation.
pub(in crate::read) fn is_operation(text: &str) -> bool {
    operation::is_readable(&operation::normal(text))
}

/// Decodes the parts that every event has.
fn event<'r>(
    texts: &Texts<'r>,
    operation: &'r str,
    caller: Caller<'r>,
    ids: &mut Ids,
    failure: impl FnOnce() -> Status,
) -> Result<ActivityEvent<'r>, Unusable> {
    let resource = ids.parse(texts.resource()?);
    let reach = resource.as_ref().map(|resource| resource.reach);
    Ok(ActivityEvent {
        at: texts.at()?,
        resource: resource.map(|ReachedResource { id, .. }| id),
        reach,
        operation,
        caller,
        category: texts.category(),
        provider: texts.provider(),
        status: texts.status(failure),
        is_informational: texts.is_informational(),
        is_renewal: false,
        is_flattened: false,
        fault: None,
        key_event: None,
        move_record: None,
    })
}

impl EventRecord<'_> {
    fn texts(&self) -> Texts<'_> {
        let mut texts = Texts::default();
        for (member, text) in [
            (TextMember::EventTimestamp, &self.event_timestamp),
            (TextMember::TimeGenerated, &self.time_generated),
            (TextMember::OriginalTime, &self.original_time),
            (TextMember::BinStart, &self.bin_start),
            (TextMember::Time, &self.time),
            (TextMember::OperationName, &self.operation_name),
            (TextMember::OperationNameValue, &self.operation_name_value),
            (TextMember::ResourceId, &self.resource_id),
            (TextMember::UnderscoredResourceId, &self.underscored_resource_id),
            (TextMember::Id, &self.id),
            (TextMember::Status, &self.status),
            (TextMember::ResultType, &self.result_type),
            (TextMember::ActivityStatus, &self.activity_status),
            (TextMember::StatusValue, &self.status_value),
            (TextMember::SubStatus, &self.sub_status),
            (TextMember::SubStatusValue, &self.sub_status_value),
            (TextMember::Caller, &self.caller),
            (TextMember::Category, &self.category),
            (TextMember::CategoryValue, &self.category_value),
            (TextMember::TableName, &self.table_name),
            (TextMember::ResourceProviderName, &self.resource_provider_name),
            (TextMember::ResourceProviderValue, &self.resource_provider_value),
            (TextMember::OperationId, &self.operation_id),
            (TextMember::CorrelationId, &self.correlation_id),
            (TextMember::EventDataId, &self.event_data_id),
        ] {
            texts.set(member, text.value.as_deref());
        }
        texts.set(TextMember::Level, self.level.get());
        texts.set(TextMember::CapitalLevel, self.capital_level.get());
        texts.set(TextMember::LevelValue, self.level_value.get());
        texts
    }

    fn decoded<'r>(
        &'r self,
        texts: &Texts<'r>,
        place: Place,
        ids: &mut Ids,
    ) -> Result<DecodedRecord<'r>, Unusable> {
        let (operation, is_named) = match RecordKind::of(texts) {
            RecordKind::Named(operation) => (operation, true),
            RecordKind::Nameless => (texts.operation().unwrap_or_default(), false),
            RecordKind::OtherStream => return Ok(other_stream(texts)),
        };
        let claimed = || self.identity.caller.as_deref().filter(|caller| texts::is_known(caller));
        let caller = Caller::from(texts.caller().or_else(claimed));
        let mut event = event(texts, operation, caller, ids, || failure::status(self.codes()))?;
        let is_readable = is_named && (!event.may_matter() || operation::is_readable(operation));
        if !is_readable {
            return match texts.category() {
                _ if texts.is_of_other_stream() => Ok(other_stream(texts)),
                Some(category) if is_other_category(category) => Ok(DecodedRecord::Event(event)),
                _ => Err(nameless(texts.operation())),
            };
        }
        let of_key = operation::of_key(operation);
        let is_move = operation::is_move(operation);
        let is_success = event.status == Some(Status::Succeeded);
        if (of_key.is_some() || is_move) && is_success && failure::is_stated(self.codes()) {
            event.status = Some(Status::Contradictory);
        }
        if let Some(operation) = of_key {
            let body = self.properties.body.and(self.parsed_properties.body);
            event.key_event = Some(Box::new(key_event(operation, texts, &event, body, place, ids)?));
            event.fault = fault(texts, body);
        } else if matches!(event.reach, Some(ResourceReach::Account | ResourceReach::Unreadable))
            && operation::renews_key(operation)
        {
            event.key_event = Some(Box::new(renewal(texts, &event, place, ids)?));
            event.is_renewal = true;
        }
        event.is_flattened = self.properties.is_flattened || self.parsed_properties.is_flattened;
        if is_move {
            event.move_record = self.move_record(texts, &event, place).map(Box::new);
            event.fault = fault(texts, RequestBody::default());
        }
        Ok(DecodedRecord::Event(event))
    }

    fn move_record(&self, texts: &Texts<'_>, event: &ActivityEvent<'_>, place: Place) -> Option<MoveRecord> {
        let request = self.properties.request.as_ref().or(self.parsed_properties.request.as_ref());
        Some(MoveRecord {
            at: event.at,
            status: event.status.unwrap_or(Status::Other),
            operation_id: texts.operation_id(),
            correlation_id: texts.correlation_id(),
            source: event.resource.clone()?,
            request: request.cloned().unwrap_or_default(),
            place,
        })
    }

    /// Returns the codes of the outcome of the request, in addition to the status.
    fn codes(&self) -> impl Iterator<Item = &str> + Clone {
        let codes = [
            &self.sub_status_value.value,
            &self.sub_status.value,
            &self.sub_status_value.localized,
            &self.sub_status.localized,
            &self.properties.status_code,
            &self.parsed_properties.status_code,
        ];
        codes.into_iter().flatten().map(AsRef::as_ref)
    }
}

/// The parts of an event's own id, `{resourceId}/events/{eventDataId}/ticks/{ticks}`. They replace members that a
/// `$select` left out.
struct EventId<'a> {
    resource: &'a str,
    event_data_id: &'a str,
    at: Option<Instant>,
}

impl<'a> EventId<'a> {
    fn parse(id: &'a str) -> Option<EventId<'a>> {
        let (resource, event) = id.rsplit_once("/events/")?;
        let (event_data_id, ticks) = event.split_once("/ticks/")?;
        Some(EventId { resource, event_data_id, at: ticks.parse().ok().and_then(Instant::from_ticks) })
    }
}
