//! Activity-log events, in every shape in which Azure and its tools give them.
//!
//! They differ in the names of their members more than in what these hold: `az`, REST and the SDKs
//! (`eventTimestamp`, `event_timestamp`), PowerShell (`EventTimestamp`), diagnostic settings (`time`, `resultType`) and
//! Log Analytics (`TimeGenerated`, `OperationNameValue`).

mod quick;

use std::borrow::Cow;

use serde::Deserialize;

use super::decode::{Text, Unusable, decode};
use super::embedded::{Identity, Properties};
use crate::model::{Instant, KeyEvent, KeyOperation, MoveRecord, Place, ResourceId, Status};
pub(super) use quick::quick;

const REGENERATE_KEY: &str = "Microsoft.CognitiveServices/accounts/regenerateKey/action";
const LIST_KEYS: &str = "Microsoft.CognitiveServices/accounts/listKeys/action";

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
pub(super) struct Event<'a> {
    pub at: Instant,
    /// `None` for events outside every subscription.
    pub resource: Option<ResourceId>,
    pub operation: Cow<'a, str>,
    pub caller: Option<Cow<'a, str>>,
    pub category: Option<Cow<'a, str>>,
    pub provider: Option<String>,
    /// `None` where the export leaves the status out.
    pub status: Option<Status>,
    /// From a stream that diagnostic settings fill, each category as it was chosen.
    pub is_streamed: bool,
    pub key_event: Option<KeyEvent>,
    pub move_record: Option<MoveRecord>,
}

/// What a record of a log turned out to be.
#[derive(Debug)]
pub(super) enum Decoded<'a> {
    Event(Box<Event<'a>>),
    /// A record of another log (of sign-ins, of a resource, of metrics) that shares the stream.
    OtherStream,
}

/// Reads a record that begins at `place`.
pub(super) fn read(bytes: &[u8], place: Place) -> Result<Decoded<'_>, Unusable> {
    decoded(decode(bytes)?, bytes, place)
}

fn decoded<'a>(record: EventRecord<'a>, bytes: &[u8], place: Place) -> Result<Decoded<'a>, Unusable> {
    let is_streamed = record.time.get().is_some();
    match record.operation() {
        Some(operation) if operation.contains('/') => {}
        _ if is_streamed => return Ok(Decoded::OtherStream),
        None => return Err(Unusable::record("the event has no operationName")),
        // Some versions of PowerShell name operations for people, in their language, or by a type.
        Some(_) if memchr::memmem::find(bytes, b"\"OperationName").is_some() => {
            let what = "the event names its operation by display text only; export it with az, as JSON";
            return Err(Unusable::record(what));
        }
        Some(_) => {}
    }
    let from_id = record.id.get().and_then(EventId::parse);
    let at = record.at(from_id.as_ref())?;
    let resource = first([&record.underscored_resource_id, &record.resource_id])
        .or(from_id.as_ref().map(|id| id.resource))
        .ok_or_else(|| Unusable::record("the event has no resourceId"))?;
    let resource = ResourceId::parse(resource);
    let status = record.status();
    let event_data_id = known(&record.event_data_id).or(from_id.as_ref().map(|id| id.event_data_id));
    let key_event = match record.operation().and_then(key_operation) {
        Some(operation) => Some(KeyEvent {
            operation,
            resource: resource.clone().filter(ResourceId::is_account).ok_or_else(|| {
                Unusable::record(match operation {
                    KeyOperation::Regenerate => {
                        "a key was regenerated, but its resourceId is not that of an account"
                    }
                    KeyOperation::List => "keys were listed, but its resourceId is not that of an account",
                })
            })?,
            at,
            status: status.unwrap_or(Status::Other),
            key: record.properties.key.and(record.parsed_properties.key),
            operation_id: known(&record.operation_id).map(str::to_owned),
            correlation_id: known(&record.correlation_id).map(str::to_owned),
            event_data_id: event_data_id.map(str::to_owned),
            caller: record.caller().map(str::to_owned),
            place,
        }),
        None => None,
    };
    let request = record.properties.request.clone().or(record.parsed_properties.request.clone());
    let move_record = match (record.operation(), &resource) {
        (Some(operation), Some(source)) if operation.eq_ignore_ascii_case(MOVE_RESOURCES) => {
            Some(MoveRecord {
                at,
                status: status.unwrap_or(Status::Other),
                operation_id: known(&record.operation_id).map(str::to_owned),
                correlation_id: known(&record.correlation_id).map(str::to_owned),
                source: source.clone(),
                request: request.unwrap_or_default(),
                place,
            })
        }
        _ => None,
    };
    let provider = first([&record.resource_provider_value, &record.resource_provider_name])
        .or_else(|| resource.as_ref().and_then(ResourceId::provider))
        .or_else(|| record.operation().and_then(|operation| operation.split('/').next()))
        .map(str::to_ascii_lowercase);
    Ok(Decoded::Event(Box::new(Event {
        at,
        resource,
        provider,
        status,
        is_streamed,
        key_event,
        move_record,
        operation: either(record.operation_name_value, record.operation_name).unwrap_or_default(),
        category: either(record.category_value, record.category),
        caller: either(record.caller, Text { value: record.identity.caller, localized: None }),
    })))
}

fn key_operation(operation: &str) -> Option<KeyOperation> {
    if operation.eq_ignore_ascii_case(REGENERATE_KEY) {
        Some(KeyOperation::Regenerate)
    } else if operation.eq_ignore_ascii_case(LIST_KEYS) {
        Some(KeyOperation::List)
    } else {
        None
    }
}

/// The first of some members that stand for one thing and is not empty.
fn first<'t>(texts: [&'t Text<'_>; 2]) -> Option<&'t str> {
    texts.into_iter().find_map(known)
}

/// `az` prints every value of Log Analytics by way of Python's `str()`, and so `None` for nothing.
fn known<'t>(text: &'t Text<'_>) -> Option<&'t str> {
    text.get().filter(|text| *text != "None")
}

fn either<'a>(one: Text<'a>, other: Text<'a>) -> Option<Cow<'a, str>> {
    [one, other].into_iter().find(|text| known(text).is_some()).and_then(|text| text.value)
}

impl EventRecord<'_> {
    fn operation(&self) -> Option<&str> {
        first([&self.operation_name_value, &self.operation_name])
    }

    fn caller(&self) -> Option<&str> {
        known(&self.caller).or(self.identity.caller.as_deref())
    }

    fn at(&self, from_id: Option<&EventId<'_>>) -> Result<Instant, Unusable> {
        let times = [
            ("eventTimestamp", &self.event_timestamp),
            ("TimeGenerated", &self.time_generated),
            ("time", &self.time),
        ];
        match times.into_iter().find_map(|(name, text)| Some((name, text.get()?))) {
            Some((name, text)) => Instant::parse_exported(text).ok_or_else(|| {
                let what = "is not a time (RFC 3339 with its offset, years 0000 to 9999)";
                Unusable::record(format!("its {name} {what}"))
            }),
            None => from_id
                .and_then(|id| id.at)
                .ok_or_else(|| Unusable::record("the event has no eventTimestamp")),
        }
    }

    fn status_text(&self) -> Option<&str> {
        first([&self.status_value, &self.status])
    }

    fn status(&self) -> Option<Status> {
        Some(match self.status_text()?.to_ascii_lowercase().as_str() {
            "succeeded" | "success" => Status::Succeeded,
            "started" | "start" => Status::Started,
            "failed" | "failure" if self.is_server_error() => Status::ServerError,
            "failed" | "failure" => Status::Failed,
            _ => Status::Other,
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
