//! The events that most of a log is made of, decoded while their grammar is checked.
//!
//! Nothing is decided here: what is in any way particular (a move, a failure, an escape, a member that occurs twice or
//! is of an unusual type) is left to the decoder of all records.

use std::sync::LazyLock;

use super::claims::{Caller, Identity};
use super::texts::{TextMember, Texts};
use super::{Decoded, Kind, event, failure, key_event, operation};
use crate::model::{Place, Status};
use crate::read::embedded::{self, RequestBody};
use crate::read::ids::Ids;
use crate::read::scan::{ENVELOPES, Members, Spelled, Unsure, Walk};

/// What the members that matter stand for. Each may occur once, under one of its names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slot {
    Text(TextMember),
    Identity,
    Properties,
    ParsedProperties,
}

const NAMES: [(&str, Slot); 53] = [
    ("event_timestamp", Slot::Text(TextMember::EventTimestamp)),
    ("eventTimestamp", Slot::Text(TextMember::EventTimestamp)),
    ("EventTimestamp", Slot::Text(TextMember::EventTimestamp)),
    ("TimeGenerated", Slot::Text(TextMember::TimeGenerated)),
    ("time", Slot::Text(TextMember::Time)),
    ("operation_name", Slot::Text(TextMember::OperationName)),
    ("operationName", Slot::Text(TextMember::OperationName)),
    ("OperationName", Slot::Text(TextMember::OperationName)),
    ("OperationNameValue", Slot::Text(TextMember::OperationNameValue)),
    ("resource_id", Slot::Text(TextMember::ResourceId)),
    ("resourceId", Slot::Text(TextMember::ResourceId)),
    ("ResourceId", Slot::Text(TextMember::ResourceId)),
    ("_ResourceId", Slot::Text(TextMember::UnderscoredResourceId)),
    ("id", Slot::Text(TextMember::Id)),
    ("Id", Slot::Text(TextMember::Id)),
    ("status", Slot::Text(TextMember::Status)),
    ("Status", Slot::Text(TextMember::Status)),
    ("resultType", Slot::Text(TextMember::ResultType)),
    ("ActivityStatus", Slot::Text(TextMember::ActivityStatus)),
    ("ActivityStatusValue", Slot::Text(TextMember::StatusValue)),
    ("sub_status", Slot::Text(TextMember::SubStatus)),
    ("subStatus", Slot::Text(TextMember::SubStatus)),
    ("SubStatus", Slot::Text(TextMember::SubStatus)),
    ("resultSignature", Slot::Text(TextMember::SubStatus)),
    ("ActivitySubstatus", Slot::Text(TextMember::SubStatus)),
    ("ActivitySubstatusValue", Slot::Text(TextMember::SubStatusValue)),
    ("caller", Slot::Text(TextMember::Caller)),
    ("Caller", Slot::Text(TextMember::Caller)),
    ("identity", Slot::Identity),
    ("category", Slot::Text(TextMember::Category)),
    ("Category", Slot::Text(TextMember::Category)),
    ("CategoryValue", Slot::Text(TextMember::CategoryValue)),
    ("level", Slot::Text(TextMember::Level)),
    ("Level", Slot::Text(TextMember::CapitalLevel)),
    ("LevelValue", Slot::Text(TextMember::LevelValue)),
    ("Type", Slot::Text(TextMember::TableName)),
    ("resource_provider_name", Slot::Text(TextMember::ResourceProviderName)),
    ("resourceProviderName", Slot::Text(TextMember::ResourceProviderName)),
    ("ResourceProviderName", Slot::Text(TextMember::ResourceProviderName)),
    ("ResourceProvider", Slot::Text(TextMember::ResourceProviderName)),
    ("ResourceProviderValue", Slot::Text(TextMember::ResourceProviderValue)),
    ("operation_id", Slot::Text(TextMember::OperationId)),
    ("operationId", Slot::Text(TextMember::OperationId)),
    ("OperationId", Slot::Text(TextMember::OperationId)),
    ("correlation_id", Slot::Text(TextMember::CorrelationId)),
    ("correlationId", Slot::Text(TextMember::CorrelationId)),
    ("CorrelationId", Slot::Text(TextMember::CorrelationId)),
    ("event_data_id", Slot::Text(TextMember::EventDataId)),
    ("eventDataId", Slot::Text(TextMember::EventDataId)),
    ("EventDataId", Slot::Text(TextMember::EventDataId)),
    ("properties", Slot::Properties),
    ("Properties", Slot::Properties),
    ("Properties_d", Slot::ParsedProperties),
];

/// Digits of which every number is less than 2^64.
const LONGEST_NUMBER: usize = 19;

type Named = (&'static str, Slot);

/// By the length of the name: few are as long as each other.
static BY_LENGTH: LazyLock<[Vec<Named>; 24]> = LazyLock::new(|| {
    let of_length = |length| NAMES.into_iter().filter(|(name, _)| name.len() == length).collect();
    std::array::from_fn(of_length)
});

/// Decodes ordinary events, which have their members in the order in which the one before had them.
#[derive(Debug, Default)]
pub(in crate::read) struct Ordinary<'t> {
    names: Vec<(&'t str, Option<Slot>)>,
    readable: Readable<'t>,
}

/// Names of operations that were found to be readable and to set no key: a log has the same few again and again.
#[derive(Debug, Default)]
struct Readable<'t> {
    known: [&'t str; 8],
    next: usize,
}

impl<'t> Readable<'t> {
    fn has(&mut self, operation: &'t str) -> bool {
        if self.known.contains(&operation) {
            return true;
        }
        let is_readable = operation::is_readable(operation) && !operation::renews_key(operation);
        if is_readable {
            self.known[self.next] = operation;
            self.next = (self.next + 1) % self.known.len();
        }
        is_readable
    }
}

impl<'t> Ordinary<'t> {
    /// What the record is whose brace `walk` has passed, where nothing about it is particular. It begins at a `place`.
    pub(in crate::read) fn read(
        &mut self,
        walk: &mut Walk<'t>,
        ids: &mut Ids,
        place: impl FnOnce() -> Place,
    ) -> Result<Decoded<'t>, Unsure> {
        let mut record = Record {
            texts: Texts::default(),
            identity: Identity::default(),
            properties: PlainProperties::default(),
            parsed_properties: PlainProperties::default(),
            has_properties_as_text: false,
            shown_codes: [None; 2],
            seen: 0,
            names: &mut self.names,
            next: 0,
        };
        walk.object(&mut record)?;
        let Record {
            texts,
            identity,
            properties,
            parsed_properties,
            has_properties_as_text,
            shown_codes,
            ..
        } = record;
        let operation = match Kind::of(&texts) {
            Kind::Named(operation) => operation,
            Kind::OtherStream => return Ok(Decoded::OtherStream),
            Kind::Nameless => return Err(Unsure),
        };
        if operation::is_move(operation) || operation.ends_with('/') || texts.is_failure() {
            return Err(Unsure);
        }
        let caller = Caller::of(texts.caller(), &identity);
        // No failure comes so far.
        let failure = || Status::FailedWithoutCode;
        let mut event = event(&texts, operation, caller, ids, failure).map_err(|_| Unsure)?;
        if let Some(operation) = operation::of_key(operation) {
            let codes = [
                texts.get(TextMember::SubStatus),
                texts.get(TextMember::SubStatusValue),
                properties.status_code,
                parsed_properties.status_code,
            ];
            let mut codes = codes.into_iter().chain(shown_codes).flatten();
            if has_properties_as_text || !codes.all(failure::is_absent) {
                return Err(Unsure);
            }
            let body = properties.body()?.and(parsed_properties.body()?);
            let of_key = key_event(operation, &texts, &event, body, place()).map_err(|_| Unsure)?;
            if super::fault(&texts, body).is_some() {
                return Err(Unsure);
            }
            event.key_event = Some(Box::new(of_key));
        } else if event.may_matter() && !self.readable.has(operation) {
            return Err(Unsure);
        }
        Ok(Decoded::Event(event))
    }
}

struct Record<'r, 't> {
    texts: Texts<'t>,
    identity: Identity<'t>,
    properties: PlainProperties<'t>,
    parsed_properties: PlainProperties<'t>,
    has_properties_as_text: bool,
    /// The codes of how the request ended, as they are shown to people.
    shown_codes: [Option<&'t str>; 2],
    /// A bit for each slot.
    seen: u32,
    names: &'r mut Vec<(&'t str, Option<Slot>)>,
    next: usize,
}

impl<'t> Record<'_, 't> {
    /// What the next member stands for, if it matters.
    fn slot(&mut self, name: Spelled<'t>) -> Result<Option<Slot>, Unsure> {
        let spelled = name.quoted().ok_or(Unsure)?;
        let slot = match self.names.get(self.next) {
            Some((known, slot)) if *known == spelled => *slot,
            _ => {
                let slot = slot(name)?;
                self.names.truncate(self.next);
                self.names.push((spelled, slot));
                slot
            }
        };
        self.next += 1;
        if let Some(slot) = slot {
            let bit = 1 << slot.number();
            if self.seen & bit != 0 {
                return Err(Unsure);
            }
            self.seen |= bit;
        }
        Ok(slot)
    }
}

impl Slot {
    fn number(self) -> u32 {
        match self {
            Slot::Identity => 31,
            Slot::Properties => 30,
            Slot::ParsedProperties => 29,
            Slot::Text(member) => member as u32,
        }
    }
}

/// What a member stands for, if it matters; unsure where it is not spelled plainly.
fn slot(name: Spelled<'_>) -> Result<Option<Slot>, Unsure> {
    let text = plain_name(name)?;
    let of_length = BY_LENGTH.get(text.len()).into_iter().flatten();
    Ok(of_length.into_iter().find(|(known, _)| *known == text).map(|(_, slot)| *slot))
}

impl<'t> Members<'t> for Record<'_, 't> {
    fn scalar(&mut self, name: Spelled<'t>, value: Spelled<'t>) -> Result<(), Unsure> {
        match self.slot(name)? {
            None => {}
            Some(Slot::Text(member)) => self.texts.set(member, plain(value)?),
            // Claims as text are for the decoder of all records.
            Some(Slot::Identity) if value.raw().contains('{') => return Err(Unsure),
            Some(Slot::Identity) => string_or_null(value)?,
            Some(Slot::Properties | Slot::ParsedProperties) => {
                string_or_null(value)?;
                if value.quoted().is_some_and(operation::is_flattened) {
                    return Err(Unsure);
                }
                self.has_properties_as_text |= value.is_string();
            }
        }
        Ok(())
    }

    fn container(&mut self, name: Spelled<'t>, inside: &mut Walk<'t>, is_object: bool) -> Result<(), Unsure> {
        match self.slot(name)? {
            // Perhaps no event, but an envelope.
            None if name.quoted().is_some_and(|name| ENVELOPES.contains(&name)) => Err(Unsure),
            None => inside.nested(is_object),
            Some(_) if !is_object => Err(Unsure),
            Some(Slot::Text(member)) => {
                let mut text = Text::default();
                inside.object(&mut text)?;
                match member {
                    TextMember::SubStatus => self.shown_codes[0] = text.shown,
                    TextMember::SubStatusValue => self.shown_codes[1] = text.shown,
                    _ => {}
                }
                // As the decoder of all records has an object without a value.
                self.texts.set(member, if text.has_value { text.value } else { Some("") });
                Ok(())
            }
            Some(Slot::Identity) => inside.object(&mut self.identity).map(drop),
            Some(Slot::Properties) => inside.object(&mut self.properties).map(drop),
            Some(Slot::ParsedProperties) => inside.object(&mut self.parsed_properties).map(drop),
        }
    }
}

pub(super) fn plain_name(name: Spelled<'_>) -> Result<&str, Unsure> {
    name.quoted().filter(|_| name.is_undisguised()).ok_or(Unsure)
}

/// A string without escapes, a whole number, or `null`.
pub(super) fn plain(value: Spelled<'_>) -> Result<Option<&str>, Unsure> {
    if !value.is_string() {
        let raw = value.raw();
        let is_number = raw.len() <= LONGEST_NUMBER && raw.bytes().all(|byte| byte.is_ascii_digit());
        return if raw == "null" { Ok(None) } else { is_number.then_some(Some(raw)).ok_or(Unsure) };
    }
    value.quoted().filter(|_| value.is_plain()).map(Some).ok_or(Unsure)
}

/// A string that is valid whoever reads it: half a surrogate pair is an error only to those who unescape it.
fn string_or_null(value: Spelled<'_>) -> Result<(), Unsure> {
    let raw = value.raw();
    let is_valid = || value.is_plain() || !raw.contains("\\u");
    if raw == "null" || (raw.starts_with('"') && is_valid()) { Ok(()) } else { Err(Unsure) }
}

/// A text that is an object.
#[derive(Default)]
struct Text<'t> {
    value: Option<&'t str>,
    has_value: bool,
    /// As it is shown to people, with its escapes.
    shown: Option<&'t str>,
}

impl<'t> Members<'t> for Text<'t> {
    fn scalar(&mut self, name: Spelled<'t>, value: Spelled<'t>) -> Result<(), Unsure> {
        match plain_name(name)? {
            "value" | "Value" if self.has_value => return Err(Unsure),
            "value" | "Value" => {
                self.has_value = true;
                self.value = plain(value)?;
            }
            "localizedValue" | "LocalizedValue" | "localized_value" => {
                string_or_null(value)?;
                self.shown = value.quoted();
            }
            _ => {}
        }
        Ok(())
    }

    fn container(&mut self, _: Spelled<'t>, _: &mut Walk<'t>, _: bool) -> Result<(), Unsure> {
        Err(Unsure)
    }
}

/// Only moves and failures need more of what properties hold than a request's body and its code; here it is only seen
/// that the rest is as usual.
#[derive(Default)]
struct PlainProperties<'t> {
    /// As JSON.
    request: Option<&'t str>,
    status_code: Option<&'t str>,
}

impl PlainProperties<'_> {
    fn body(&self) -> Result<RequestBody, Unsure> {
        self.request
            .map_or(Ok(RequestBody::default()), |request| embedded::request_body(request).ok_or(Unsure))
    }
}

impl<'t> Members<'t> for PlainProperties<'t> {
    fn scalar(&mut self, name: Spelled<'t>, value: Spelled<'t>) -> Result<(), Unsure> {
        match plain_name(name)? {
            name if name.eq_ignore_ascii_case("requestbody") => {
                string_or_null(value)?;
                if self.request.replace(value.raw()).is_some() { Err(Unsure) } else { Ok(()) }
            }
            name if name.eq_ignore_ascii_case("statusCode") => {
                self.status_code = plain(value)?.or(self.status_code);
                Ok(())
            }
            name if name.eq_ignore_ascii_case("content") => Err(Unsure),
            _ => Ok(()),
        }
    }

    fn container(&mut self, name: Spelled<'t>, inside: &mut Walk<'t>, is_object: bool) -> Result<(), Unsure> {
        let name = plain_name(name)?;
        let matters = ["requestbody", "statusCode", "content"];
        if matters.into_iter().any(|known| name.eq_ignore_ascii_case(known)) {
            return Err(Unsure);
        }
        inside.nested(is_object)
    }
}

#[cfg(test)]
mod tests;
