//! What events hold inside their members, as an object or as a string with an object's JSON in it.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::decode::Text;
use crate::model::{KeyName, MoveRequest, NamedKey, ResourceId};

/// Something that stands as an object or as a string. Whatever else stands in its place (nothing, `""`, a list) holds
/// nothing that matters here.
trait Embedded<'a>: Default {
    fn member<A: MapAccess<'a>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error>;
    fn from_string(text: &str) -> Self;
}

/// The members of an event's `properties` that matter here.
#[derive(Debug, Default)]
pub(super) struct Properties<'a> {
    pub key: NamedKey,
    /// Of a move of resources.
    pub request: Option<MoveRequest>,
    pub status_code: Option<Cow<'a, str>>,
}

impl<'a> Properties<'a> {
    /// One event's properties can stand in two members, or one inside the other.
    pub(super) fn and(self, other: Properties<'a>) -> Properties<'a> {
        Properties {
            key: self.key.and(other.key),
            request: self.request.or(other.request),
            status_code: self.status_code.or(other.status_code),
        }
    }
}

impl<'a> Embedded<'a> for Properties<'a> {
    fn member<A: MapAccess<'a>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        if name.eq_ignore_ascii_case("requestbody") {
            let body = map.next_value::<RequestBody>()?;
            self.key = self.key.and(body.key);
            self.request = (body.request != MoveRequest::default()).then_some(body.request);
        } else if name.eq_ignore_ascii_case("statusCode") {
            self.status_code = map.next_value::<Text<'a>>()?.value;
        } else if name.eq_ignore_ascii_case("content") {
            // As Get-AzActivityLog has it.
            *self = std::mem::take(self).and(map.next_value::<Properties<'a>>()?);
        } else {
            map.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }

    fn from_string(text: &str) -> Properties<'a> {
        let inner: Properties<'_> = serde_json::from_str(text).unwrap_or_default();
        Properties {
            key: inner.key,
            request: inner.request,
            status_code: inner.status_code.map(|code| Cow::Owned(code.into_owned())),
        }
    }
}

/// The key that a request's body names, or the resources and where they go.
#[derive(Debug, Default)]
struct RequestBody {
    key: NamedKey,
    request: MoveRequest,
}

impl<'a> Embedded<'a> for RequestBody {
    fn member<A: MapAccess<'a>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        if name.eq_ignore_ascii_case("keyName") {
            let named = map.next_value::<Text<'a>>()?;
            self.key =
                self.key.and(named.get().and_then(KeyName::parse).map_or(NamedKey::Unnamed, NamedKey::Named));
        } else if name.eq_ignore_ascii_case("targetResourceGroup") {
            self.request.target = map.next_value::<Text<'a>>()?.get().and_then(ResourceId::parse);
        } else if name.eq_ignore_ascii_case("resources") {
            // Whatever is no list of ids tells nothing.
            let ids: Option<Vec<String>> = serde_json::from_value(map.next_value()?).ok();
            self.request.resources =
                ids.and_then(|ids| ids.iter().map(|id| ResourceId::parse(id)).collect::<Option<Vec<_>>>());
        } else {
            map.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }

    fn from_string(text: &str) -> RequestBody {
        serde_json::from_str(text).unwrap_or_default()
    }
}

/// The key that a request's body names, which is JSON; none where it cannot be decoded.
pub(super) fn requested_key(body: &str) -> Option<NamedKey> {
    serde_json::from_str(body).ok().map(|RequestBody { key, .. }| key)
}

/// Who sent a request, as diagnostic logs tell it: `identity.claims`.
#[derive(Debug, Default)]
pub(super) struct Identity<'a> {
    pub caller: Option<Cow<'a, str>>,
}

/// The claims that tell a caller, of a person and of an application, the most telling first.
pub(super) const CALLER_CLAIMS: [&str; 4] = [
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

    fn from_string(_: &str) -> Identity<'a> {
        // A name alone, as other logs in the same stream have it.
        Identity::default()
    }
}

/// In the order of [`CALLER_CLAIMS`].
#[derive(Debug, Default)]
struct Claims<'a>([Option<Cow<'a, str>>; 4]);

impl<'a> Embedded<'a> for Claims<'a> {
    fn member<A: MapAccess<'a>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        match CALLER_CLAIMS.iter().position(|claim| *claim == name) {
            Some(claim) => self.0[claim] = map.next_value::<Text<'a>>()?.value,
            None => drop(map.next_value::<IgnoredAny>()?),
        }
        Ok(())
    }

    fn from_string(_: &str) -> Claims<'a> {
        Claims::default()
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
