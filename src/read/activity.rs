//! Activity-log events, as `az monitor activity-log list` and the REST API give them.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::decode::{Text, Unusable, decode};
use crate::model::{Instant, KeyEvent, KeyName, NamedKey, Place, ResourceId, Status};

const REGENERATE_KEY: &str = "Microsoft.CognitiveServices/accounts/regenerateKey/action";

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

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct EventRecord<'a> {
    #[serde(borrow, default)]
    event_timestamp: Text<'a>,
    #[serde(borrow, default)]
    operation_name: Text<'a>,
    #[serde(borrow, default)]
    resource_id: Text<'a>,
    #[serde(borrow, default)]
    id: Text<'a>,
    #[serde(borrow, default)]
    status: Text<'a>,
    #[serde(borrow, default)]
    sub_status: Text<'a>,
    #[serde(borrow, default)]
    caller: Text<'a>,
    #[serde(borrow, default)]
    category: Text<'a>,
    #[serde(borrow, default)]
    resource_provider_name: Text<'a>,
    #[serde(borrow, default)]
    operation_id: Text<'a>,
    #[serde(borrow, default)]
    correlation_id: Text<'a>,
    #[serde(borrow, default)]
    event_data_id: Text<'a>,
    #[serde(borrow, default)]
    properties: Properties<'a>,
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
    pub key_event: Option<KeyEvent>,
}

pub(super) fn read(bytes: &[u8], place: Place) -> Result<Event<'_>, Unusable> {
    let record: EventRecord<'_> = decode(bytes)?;
    let operation =
        record.operation_name.get().ok_or_else(|| Unusable::record("the event has no operationName"))?;
    let from_id = record.id.get().and_then(EventId::parse);
    let at = match record.event_timestamp.get() {
        Some(text) => Instant::parse(text).ok_or_else(|| {
            Unusable::record(
                "its eventTimestamp is not a time (RFC 3339 with its offset, years 0000 to 9999)",
            )
        })?,
        None => from_id
            .as_ref()
            .and_then(|id| id.at)
            .ok_or_else(|| Unusable::record("the event has no eventTimestamp"))?,
    };
    let resource = record
        .resource_id
        .get()
        .or(from_id.as_ref().map(|id| id.resource))
        .ok_or_else(|| Unusable::record("the event has no resourceId"))?;
    let resource = ResourceId::parse(resource);
    let status = record.status.get().map(|status| record.status_of(status));
    let key_event = if operation.eq_ignore_ascii_case(REGENERATE_KEY) {
        let resource = resource.clone().filter(ResourceId::is_account).ok_or_else(|| {
            Unusable::record("a key was regenerated, but its resourceId is not that of an account")
        })?;
        Some(KeyEvent {
            resource,
            at,
            status: status.unwrap_or(Status::Other),
            key: record.properties.key,
            operation_id: record.operation_id.to_owned(),
            correlation_id: record.correlation_id.to_owned(),
            event_data_id: record
                .event_data_id
                .get()
                .or(from_id.as_ref().map(|id| id.event_data_id))
                .map(str::to_owned),
            caller: record.caller.to_owned(),
            place,
        })
    } else {
        None
    };
    let provider = record
        .resource_provider_name
        .get()
        .or_else(|| resource.as_ref().and_then(ResourceId::provider))
        .or_else(|| operation.split('/').next())
        .map(str::to_ascii_lowercase);
    Ok(Event {
        at,
        resource,
        operation: record.operation_name.value.unwrap_or_default(),
        caller: record.caller.value.filter(|caller| !caller.is_empty()),
        category: record.category.value.filter(|category| !category.is_empty()),
        provider,
        status,
        key_event,
    })
}

impl EventRecord<'_> {
    fn status_of(&self, status: &str) -> Status {
        match status.to_ascii_lowercase().as_str() {
            "succeeded" | "success" => Status::Succeeded,
            "started" | "start" => Status::Started,
            "failed" | "failure" if self.is_server_error() => Status::ServerError,
            "failed" | "failure" => Status::Failed,
            _ => Status::Other,
        }
    }

    fn is_server_error(&self) -> bool {
        let codes = [&self.sub_status.value, &self.sub_status.localized, &self.properties.status_code];
        codes.into_iter().flatten().any(|code| is_server_error(code))
    }
}

/// `500`, `InternalServerError`, `Internal Server Error (HTTP Status Code: 500)`; likewise 408 and all of 5xx.
fn is_server_error(code: &str) -> bool {
    let number = code.rsplit("HTTP Status Code:").next().unwrap_or(code).trim().trim_end_matches(')');
    let by_number = number.len() == 3 && number.bytes().all(|byte| byte.is_ascii_digit());
    let letters: String =
        code.chars().filter(char::is_ascii_alphabetic).map(|c| c.to_ascii_lowercase()).collect();
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

/// Something that an event holds as an object or as a string with the object's JSON in it. Whatever else stands in
/// its place (nothing, `""`, a list) holds nothing that matters here.
trait Embedded<'a>: Default {
    fn member<A: MapAccess<'a>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error>;
    fn from_string(text: &str) -> Self;
}

/// The members of an event's `properties` that matter here.
#[derive(Debug, Default)]
struct Properties<'a> {
    key: NamedKey,
    status_code: Option<Cow<'a, str>>,
}

impl<'a> Embedded<'a> for Properties<'a> {
    fn member<A: MapAccess<'a>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        if name.eq_ignore_ascii_case("requestbody") {
            self.key = self.key.and(map.next_value::<RequestBody>()?.key);
        } else if name.eq_ignore_ascii_case("statusCode") {
            self.status_code = map.next_value::<Text<'a>>()?.value;
        } else {
            map.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }

    fn from_string(text: &str) -> Properties<'a> {
        let inner: Properties<'_> = serde_json::from_str(text).unwrap_or_default();
        Properties {
            key: inner.key,
            status_code: inner.status_code.map(|code| Cow::Owned(code.into_owned())),
        }
    }
}

/// The key that a request's body names.
#[derive(Debug, Default)]
struct RequestBody {
    key: NamedKey,
}

impl<'a> Embedded<'a> for RequestBody {
    fn member<A: MapAccess<'a>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        if name.eq_ignore_ascii_case("keyName") {
            let named = map.next_value::<Text<'a>>()?;
            self.key =
                self.key.and(named.get().and_then(KeyName::parse).map_or(NamedKey::Unnamed, NamedKey::Named));
        } else {
            map.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }

    fn from_string(text: &str) -> RequestBody {
        serde_json::from_str(text).unwrap_or_default()
    }
}

struct EmbeddedVisitor<T>(PhantomData<T>);

impl<'de, T: Embedded<'de>> Visitor<'de> for EmbeddedVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("anything")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        let mut embedded = T::default();
        while let Some(name) = map.next_key::<Cow<'de, str>>()? {
            embedded.member(&name, &mut map)?;
        }
        Ok(embedded)
    }

    fn visit_str<E>(self, text: &str) -> Result<T, E> {
        Ok(T::from_string(text))
    }

    fn visit_bool<E>(self, _: bool) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_i64<E>(self, _: i64) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_u64<E>(self, _: u64) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_f64<E>(self, _: f64) -> Result<T, E> {
        Ok(T::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<T, A::Error> {
        while elements.next_element::<IgnoredAny>()?.is_some() {}
        Ok(T::default())
    }

    fn visit_unit<E>(self) -> Result<T, E> {
        Ok(T::default())
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Properties<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(EmbeddedVisitor(PhantomData::<Properties<'de>>))
    }
}

impl<'de> Deserialize<'de> for RequestBody {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(EmbeddedVisitor(PhantomData))
    }
}
