//! Activity-log events, in every shape in which Azure and its tools give them.
//!
//! They differ in the names of their members more than in what these hold: `az`, REST and the SDKs
//! (`eventTimestamp`, `event_timestamp`), PowerShell (`EventTimestamp`), diagnostic settings (`time`, `resultType`) and
//! Log Analytics (`TimeGenerated`, `OperationNameValue`).

mod claims;
mod quick;
mod texts;

use std::sync::Arc;

use serde::Deserialize;

use super::decode::{Text, Unusable, decode};
use super::embedded::{Identity, Properties};
use super::ids::Ids;
use crate::model::{Instant, KeyEvent, KeyOperation, MoveRecord, NamedKey, Place, ResourceId, Status};
use claims::Caller;
pub(super) use quick::Ordinary;
use texts::{TextMember, Texts};

const REGENERATE_KEY: &str = "Microsoft.CognitiveServices/accounts/regenerateKey/action";
const LIST_KEYS: &str = "Microsoft.CognitiveServices/accounts/listKeys/action";
const DELETE_ACCOUNT: &str = "Microsoft.CognitiveServices/accounts/delete";

/// Its resource is the group that the resources leave.
const MOVE_RESOURCES: &str = "Microsoft.Resources/subscriptions/resourceGroups/moveResources/action";

/// Failures after which the key may have changed all the same: the service broke, or nobody waited for it.
const SERVER_ERRORS: [&str; 9] = [
    "requesttimeout",
    "internalservererror",
    "notimplemented",
    "badgateway",
    "serviceunavailable",
    "gatewaytimeout",
    "httpversionnotsupported",
    "insufficientstorage",
    "loopdetected",
];

#[derive(Default, Deserialize)]
struct EventRecord<'a> {
    #[serde(borrow, default, alias = "eventTimestamp", alias = "EventTimestamp")]
    event_timestamp: Text<'a>,
    #[serde(borrow, default, rename = "TimeGenerated")]
    time_generated: Text<'a>,
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
    #[serde(borrow, default, alias = "Status", alias = "resultType", alias = "ActivityStatus")]
    status: Text<'a>,
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
    properties: Properties<'a>,
    #[serde(borrow, default, rename = "Properties_d")]
    parsed_properties: Properties<'a>,
}

/// One event: what coverage is judged by, and the key event in it if it is one.
#[derive(Debug)]
pub(super) struct Event<'r> {
    pub at: Instant,
    /// `None` for events outside every subscription.
    pub resource: Option<Arc<ResourceId>>,
    pub operation: &'r str,
    pub caller: Caller<'r>,
    pub category: Option<&'r str>,
    /// Where the export names it.
    provider: Option<&'r str>,
    /// `None` where the export leaves the status out.
    pub status: Option<Status>,
    /// From a stream that diagnostic settings fill, each category as it was chosen.
    pub is_streamed: bool,
    pub key_event: Option<Box<KeyEvent>>,
    pub move_record: Option<Box<MoveRecord>>,
}

impl Event<'_> {
    /// The namespace of the resource provider, in any case.
    pub(super) fn provider(&self) -> Option<&str> {
        let of_operation = || self.operation.split('/').next();
        let of_resource = || self.resource.as_ref().and_then(|resource| resource.provider());
        self.provider.or_else(of_resource).or_else(of_operation)
    }

    /// Whether it need not name its operation: what is of another category, as service health is, and not about an account.
    fn may_be_nameless(&self) -> bool {
        let is_other = |category: &str| !category.eq_ignore_ascii_case("Administrative");
        let is_elsewhere =
            |resource: &Arc<ResourceId>| resource.provider() != Some("microsoft.cognitiveservices");
        self.category.is_some_and(is_other) && self.resource.as_ref().is_some_and(is_elsewhere)
    }
}

/// What a record of a log turned out to be.
#[derive(Debug)]
pub(super) enum Decoded<'r> {
    Event(Event<'r>),
    /// A record of another log (of sign-ins, of a resource, of metrics) that shares the stream.
    OtherStream,
}

/// Reads a record that begins at `place`, and hands on what it is.
pub(super) fn read<T>(
    bytes: &[u8],
    place: Place,
    ids: &mut Ids,
    taken: impl FnOnce(Decoded<'_>) -> T,
) -> Result<T, Unusable> {
    let record: EventRecord<'_> = decode(bytes)?;
    record.decoded(bytes, place, ids).map(taken)
}

/// What every event has.
fn event<'r>(
    texts: &Texts<'r>,
    operation: &'r str,
    caller: Caller<'r>,
    ids: &mut Ids,
    is_server_error: impl FnOnce() -> bool,
) -> Result<Event<'r>, Unusable> {
    Ok(Event {
        at: texts.at()?,
        resource: ids.parse(texts.resource()?),
        operation,
        caller,
        category: texts.category(),
        provider: texts.provider(),
        status: texts.status(is_server_error),
        is_streamed: texts.is_streamed(),
        key_event: None,
        move_record: None,
    })
}

/// What an event tells of a key, which its properties name or not.
fn key_event(
    operation: KeyOperation,
    texts: &Texts<'_>,
    event: &Event<'_>,
    key: NamedKey,
    place: Place,
) -> Result<KeyEvent, Unusable> {
    let resource = event.resource.as_deref().filter(|resource| resource.is_account()).cloned();
    Ok(KeyEvent {
        operation,
        resource: resource.ok_or_else(|| {
            Unusable::record(match operation {
                KeyOperation::Regenerate => {
                    "a key was regenerated, but its resourceId is not that of an account"
                }
                KeyOperation::List => "keys were listed, but its resourceId is not that of an account",
                KeyOperation::Delete => "an account was deleted, but its resourceId is not that of one",
            })
        })?,
        at: event.at,
        status: event.status.unwrap_or(Status::Other),
        key,
        operation_id: texts.operation_id(),
        correlation_id: texts.correlation_id(),
        event_data_id: texts.event_data_id(),
        caller: event.caller.get().map(str::to_owned),
        place,
    })
}

fn key_operation(operation: &str) -> Option<KeyOperation> {
    if operation.eq_ignore_ascii_case(REGENERATE_KEY) {
        Some(KeyOperation::Regenerate)
    } else if operation.eq_ignore_ascii_case(LIST_KEYS) {
        Some(KeyOperation::List)
    } else if operation.eq_ignore_ascii_case(DELETE_ACCOUNT) {
        Some(KeyOperation::Delete)
    } else {
        None
    }
}

impl EventRecord<'_> {
    fn texts(&self) -> Texts<'_> {
        let mut texts = Texts::default();
        for (member, text) in [
            (TextMember::EventTimestamp, &self.event_timestamp),
            (TextMember::TimeGenerated, &self.time_generated),
            (TextMember::Time, &self.time),
            (TextMember::OperationName, &self.operation_name),
            (TextMember::OperationNameValue, &self.operation_name_value),
            (TextMember::ResourceId, &self.resource_id),
            (TextMember::UnderscoredResourceId, &self.underscored_resource_id),
            (TextMember::Id, &self.id),
            (TextMember::Status, &self.status),
            (TextMember::StatusValue, &self.status_value),
            (TextMember::SubStatus, &self.sub_status),
            (TextMember::SubStatusValue, &self.sub_status_value),
            (TextMember::Caller, &self.caller),
            (TextMember::Category, &self.category),
            (TextMember::CategoryValue, &self.category_value),
            (TextMember::ResourceProviderName, &self.resource_provider_name),
            (TextMember::ResourceProviderValue, &self.resource_provider_value),
            (TextMember::OperationId, &self.operation_id),
            (TextMember::CorrelationId, &self.correlation_id),
            (TextMember::EventDataId, &self.event_data_id),
        ] {
            texts.set(member, text.get());
        }
        texts
    }

    fn decoded(&self, bytes: &[u8], place: Place, ids: &mut Ids) -> Result<Decoded<'_>, Unusable> {
        let texts = self.texts();
        let operation = match texts.operation() {
            Some(operation) if operation.contains('/') => operation,
            _ if texts.is_streamed() => return Ok(Decoded::OtherStream),
            None => "",
            // Some versions of PowerShell name operations for people, in their language, or by a type.
            Some(_) if memchr::memmem::find(bytes, b"\"OperationName").is_some() => {
                let what = "the event names its operation by display text only; export it with az, as JSON";
                return Err(Unusable::record(what));
            }
            Some(operation) => operation,
        };
        let claimed = || self.identity.caller.as_deref().filter(|caller| texts::is_known(caller));
        let caller = Caller::from(texts.caller().or_else(claimed));
        let mut event = event(&texts, operation, caller, ids, || self.is_server_error())?;
        if operation.is_empty() && !event.may_be_nameless() {
            return Err(Unusable::record("the event has no operationName"));
        }
        if let Some(operation) = key_operation(operation) {
            let key = self.properties.key.and(self.parsed_properties.key);
            event.key_event = Some(Box::new(key_event(operation, &texts, &event, key, place)?));
        }
        if operation.eq_ignore_ascii_case(MOVE_RESOURCES) {
            event.move_record = self.move_record(&texts, &event, place).map(Box::new);
        }
        Ok(Decoded::Event(event))
    }

    fn move_record(&self, texts: &Texts<'_>, event: &Event<'_>, place: Place) -> Option<MoveRecord> {
        let request = self.properties.request.as_ref().or(self.parsed_properties.request.as_ref());
        Some(MoveRecord {
            at: event.at,
            status: event.status.unwrap_or(Status::Other),
            operation_id: texts.operation_id(),
            correlation_id: texts.correlation_id(),
            source: event.resource.as_deref().cloned()?,
            request: request.cloned().unwrap_or_default(),
            place,
        })
    }

    fn is_server_error(&self) -> bool {
        let codes = [
            &self.sub_status_value.value,
            &self.sub_status.value,
            &self.sub_status.localized,
            &self.properties.status_code,
            &self.parsed_properties.status_code,
        ];
        codes.into_iter().flatten().any(|code| is_server_error(code))
    }
}

/// `500`, `InternalServerError`, `Failed.InternalServerError`, `Internal Server Error (HTTP Status Code: 500)`; likewise
/// 408 and all of 5xx.
fn is_server_error(code: &str) -> bool {
    let number = code.rsplit("HTTP Status Code:").next().unwrap_or(code).trim().trim_end_matches(')');
    let by_number = number.len() == 3 && number.bytes().all(|byte| byte.is_ascii_digit());
    let name = code.rsplit('.').find(|part| !part.is_empty()).unwrap_or_default();
    let letters: String =
        name.chars().filter(char::is_ascii_alphabetic).map(|c| c.to_ascii_lowercase()).collect();
    (by_number && (number == "408" || number.starts_with('5'))) || SERVER_ERRORS.contains(&letters.as_str())
}

/// `{resourceId}/events/{eventDataId}/ticks/{ticks}`: an event's own id holds what a `$select` left out.
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
