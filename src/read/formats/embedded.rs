//! Decodes values inside events that are an object, or a string that contains the JSON of an object.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::model::{KeyName, MoveRequest, NamedKey, ResourceId};
use crate::read::formats::activity::is_flattened;
use crate::read::formats::decode::Text;

/// A value that is an object or a string. Any other value (`null`, `""`, a list) contains nothing that matters here.
trait Embedded<'a>: Default {
    fn member<A: MapAccess<'a>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error>;
    fn from_string(text: &str) -> Self;

    fn from_number(_: u64) -> Self {
        Self::of_other_type()
    }

    /// Returns the result for a value that is not an object, a string, a number or `null`.
    fn of_other_type() -> Self {
        Self::default()
    }
}

/// Members of the `properties` of an event that matter here.
#[derive(Debug, Default)]
pub(in crate::read) struct EventProperties<'a> {
    pub body: RequestBody,
    /// Only for a move of resources.
    pub request: Option<MoveRequest>,
    pub status_code: Option<Cow<'a, str>>,
    /// Whether the properties are the text that PowerShell writes instead of an object.
    pub is_flattened: bool,
}

impl<'a> EventProperties<'a> {
    /// Merges the properties of one event, which can be in two members, or one inside the other.
    pub(in crate::read) fn and(self, other: EventProperties<'a>) -> EventProperties<'a> {
        EventProperties {
            body: self.body.and(other.body),
            request: self.request.or(other.request),
            status_code: self.status_code.or(other.status_code),
            is_flattened: self.is_flattened || other.is_flattened,
        }
    }
}

impl<'a> Embedded<'a> for EventProperties<'a> {
    fn member<A: MapAccess<'a>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        if name.eq_ignore_ascii_case("requestbody") {
            let WholeBody { body, request } = map.next_value()?;
            self.body = self.body.and(body);
            self.request = (request != MoveRequest::default()).then_some(request);
        } else if name.eq_ignore_ascii_case("statusCode") {
            self.status_code = map.next_value::<Text<'a>>()?.value;
        } else if name.eq_ignore_ascii_case("content") {
            // Get-AzActivityLog writes the properties inside a `Content`.
            *self = std::mem::take(self).and(map.next_value::<EventProperties<'a>>()?);
        } else {
            map.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }

    fn from_string(text: &str) -> EventProperties<'a> {
        let inner: EventProperties<'_> = match serde_json::from_str(text) {
            Ok(inner) => inner,
            Err(_) if is_object(text) => EventProperties::of_other_type(),
            Err(_) => EventProperties::default(),
        };
        let is_flattened = inner.is_flattened || is_flattened(text);
        let is_unreadable = inner.body.is_unreadable && !is_flattened;
        EventProperties {
            body: RequestBody { is_unreadable, ..inner.body },
            request: inner.request,
            status_code: inner.status_code.map(|code| Cow::Owned(code.into_owned())),
            is_flattened,
        }
    }

    fn of_other_type() -> EventProperties<'a> {
        EventProperties { body: RequestBody::UNREADABLE, ..EventProperties::default() }
    }
}

/// Facts about keys and the account in the body of a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::read) struct RequestBody {
    pub key: NamedKey,
    /// `properties.disableLocalAuth`. If several places state it, `true` only if all of them do.
    pub disables_local_auth: Option<bool>,
    /// Whether the body or its name of a key has a value that cannot be read.
    pub is_unreadable: bool,
}

impl RequestBody {
    const UNREADABLE: RequestBody =
        RequestBody { key: NamedKey::Unnamed, disables_local_auth: None, is_unreadable: true };

    /// Merges the bodies of one event, which can be in two members.
    pub(in crate::read) fn and(self, other: RequestBody) -> RequestBody {
        let (mine, theirs) = (self.disables_local_auth, other.disables_local_auth);
        RequestBody {
            key: self.key.and(other.key),
            disables_local_auth: match (mine, theirs) {
                (Some(mine), Some(theirs)) => Some(mine && theirs),
                (mine, theirs) => mine.or(theirs),
            },
            is_unreadable: self.is_unreadable || other.is_unreadable,
        }
    }
}

/// The body of a request. For a move, it also contains the resources and their target.
#[derive(Debug, Default)]
struct WholeBody {
    body: RequestBody,
    request: MoveRequest,
}

impl<'a> Embedded<'a> for WholeBody {
    fn member<A: MapAccess<'a>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        if name.eq_ignore_ascii_case("keyName") {
            let named = map.next_value::<Text<'a>>()?;
            let name = named.value.as_deref().map(str::trim);
            let key = name.and_then(KeyName::parse).map_or(NamedKey::Unnamed, NamedKey::Named);
            self.body.key = self.body.key.and(key);
            self.body.is_unreadable |= name.is_some_and(|name| name.is_empty() || is_flattened(name));
        } else if name.eq_ignore_ascii_case("properties") {
            self.body = self.body.and(map.next_value::<AccountSettings>()?.0);
        } else if name.eq_ignore_ascii_case("targetResourceGroup") {
            self.request.target = map.next_value::<Text<'a>>()?.get().and_then(ResourceId::parse);
        } else if name.eq_ignore_ascii_case("resources") {
            // A value that is not a list of ids names no resource.
            let ids: Option<Vec<String>> = serde_json::from_value(map.next_value()?).ok();
            self.request.resources =
                ids.and_then(|ids| ids.iter().map(|id| ResourceId::parse(id)).collect::<Option<Vec<_>>>());
        } else {
            map.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }

    fn from_string(text: &str) -> WholeBody {
        match serde_json::from_str(text) {
            Ok(body) => body,
            Err(_) if is_object(text) => WholeBody::of_other_type(),
            Err(_) => WholeBody::default(),
        }
    }

    fn of_other_type() -> WholeBody {
        WholeBody { body: RequestBody::UNREADABLE, request: MoveRequest::default() }
    }
}

/// The `properties` of an account that a request writes.
#[derive(Debug, Default)]
struct AccountSettings(RequestBody);

impl<'a> Embedded<'a> for AccountSettings {
    fn member<A: MapAccess<'a>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        if name.eq_ignore_ascii_case("disableLocalAuth") {
            // Only `true` turns local authentication off.
            let value: serde_json::Value = map.next_value()?;
            let settings = RequestBody {
                disables_local_auth: Some(value == serde_json::Value::Bool(true)),
                ..RequestBody::default()
            };
            self.0 = self.0.and(settings);
        } else {
            map.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }

    fn from_string(_: &str) -> AccountSettings {
        AccountSettings::default()
    }
}

/// Decodes the JSON of a request body; `None` if it is invalid.
pub(in crate::read) fn request_body(body: &str) -> Option<RequestBody> {
    serde_json::from_str(body).ok().map(|WholeBody { body, .. }| body)
}

/// Severity of an event: a word or a number. Other logs in the same stream have other types here.
#[derive(Debug, Default)]
pub(in crate::read) struct EventLevel<'a>(Option<Cow<'a, str>>);

impl EventLevel<'_> {
    pub(in crate::read) fn get(&self) -> Option<&str> {
        self.0.as_deref().filter(|text| !text.is_empty())
    }
}

impl<'a> Embedded<'a> for EventLevel<'a> {
    fn member<A: MapAccess<'a>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        match name {
            "value" | "Value" => self.0 = map.next_value::<EventLevel<'a>>()?.0,
            _ => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }

    fn from_string(text: &str) -> EventLevel<'a> {
        EventLevel(Some(Cow::Owned(text.to_owned())))
    }

    fn from_number(number: u64) -> EventLevel<'a> {
        EventLevel(Some(Cow::Owned(number.to_string())))
    }
}

/// Caller of a request in diagnostic logs: `identity.claims`.
#[derive(Debug, Default)]
pub(in crate::read) struct Identity<'a> {
    pub caller: Option<Cow<'a, str>>,
}

/// Claims that identify a caller, a person or an application. The most useful one is first.
pub(in crate::read) const CALLER_CLAIMS: [&str; 4] = [
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name",
    "appid",
    "http://schemas.microsoft.com/identity/claims/objectidentifier",
];

impl<'a> Embedded<'a> for Identity<'a> {
    fn member<A: MapAccess<'a>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        if name == "claims" {
            self.caller = map.next_value::<Claims<'a>>()?.0.into_iter().flatten().next();
        } else {
            map.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }

    fn from_string(text: &str) -> Identity<'a> {
        // Other logs in the same stream have a plain name here, which is not JSON.
        let identity: Identity<'_> = serde_json::from_str(text).unwrap_or_default();
        Identity { caller: identity.caller.map(|caller| Cow::Owned(caller.into_owned())) }
    }
}

/// Values in the order of [`CALLER_CLAIMS`].
#[derive(Debug, Default)]
struct Claims<'a>([Option<Cow<'a, str>>; CALLER_CLAIMS.len()]);

impl<'a> Embedded<'a> for Claims<'a> {
    fn member<A: MapAccess<'a>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        match CALLER_CLAIMS.iter().position(|claim| *claim == name) {
            Some(claim) => self.0[claim] = map.next_value::<Text<'a>>()?.value,
            None => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }

    fn from_string(text: &str) -> Claims<'a> {
        let claims: Claims<'_> = serde_json::from_str(text).unwrap_or_default();
        Claims(claims.0.map(|claim| claim.map(|claim| Cow::Owned(claim.into_owned()))))
    }
}

/// Returns whether a text was made from an object, as JSON or by PowerShell. Any other text contains nothing that
/// matters.
fn is_object(text: &str) -> bool {
    text.trim_start().starts_with(['{', '[']) || is_flattened(text)
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
        Ok(T::of_other_type())
    }

    fn visit_i64<E>(self, _: i64) -> Result<T, E> {
        Ok(T::of_other_type())
    }

    fn visit_u64<E>(self, number: u64) -> Result<T, E> {
        Ok(T::from_number(number))
    }

    fn visit_f64<E>(self, _: f64) -> Result<T, E> {
        Ok(T::of_other_type())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<T, A::Error> {
        while elements.next_element::<IgnoredAny>()?.is_some() {}
        Ok(T::of_other_type())
    }

    fn visit_unit<E>(self) -> Result<T, E> {
        Ok(T::default())
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for EventProperties<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(EmbeddedVisitor(PhantomData::<EventProperties<'de>>))
    }
}

impl<'de> Deserialize<'de> for WholeBody {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(EmbeddedVisitor(PhantomData))
    }
}

impl<'de> Deserialize<'de> for AccountSettings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(EmbeddedVisitor(PhantomData))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for EventLevel<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(EmbeddedVisitor(PhantomData::<EventLevel<'de>>))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Identity<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(EmbeddedVisitor(PhantomData::<Identity<'de>>))
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Claims<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(EmbeddedVisitor(PhantomData::<Claims<'de>>))
    }
}
