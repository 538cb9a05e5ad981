//! The events that most of a log is made of, decoded while their grammar is checked.
//!
//! Nothing is decided here: what is in any way particular (a move, a failure, an escape, a member that occurs twice or
//! is of an unusual type) is left to the decoder of all records.

use std::sync::LazyLock;

use super::claims::{Caller, IdentityClaims};
use super::texts::{TextMember, Texts};
use super::{DecodedRecord, RecordKind, event, key_event, operation};
use crate::model::{Place, Status};
use crate::read::formats::embedded::{self, RequestBody};
use crate::read::formats::ids::Ids;
use crate::read::json::scan::{ENVELOPES, MemberVisitor, Spelled, Unsure, Walk};

/// What the members that matter stand for. Each may occur once, under one of its names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum MemberSlot {
    Text(TextMember),
    Identity,
    Properties,
    ParsedProperties,
}

const NAMES: [(&str, MemberSlot); 53] = [
    ("event_timestamp", MemberSlot::Text(TextMember::EventTimestamp)),
    ("eventTimestamp", MemberSlot::Text(TextMember::EventTimestamp)),
    ("EventTimestamp", MemberSlot::Text(TextMember::EventTimestamp)),
    ("TimeGenerated", MemberSlot::Text(TextMember::TimeGenerated)),
    ("time", MemberSlot::Text(TextMember::Time)),
    ("operation_name", MemberSlot::Text(TextMember::OperationName)),
    ("operationName", MemberSlot::Text(TextMember::OperationName)),
    ("OperationName", MemberSlot::Text(TextMember::OperationName)),
    ("OperationNameValue", MemberSlot::Text(TextMember::OperationNameValue)),
    ("resource_id", MemberSlot::Text(TextMember::ResourceId)),
    ("resourceId", MemberSlot::Text(TextMember::ResourceId)),
    ("ResourceId", MemberSlot::Text(TextMember::ResourceId)),
    ("_ResourceId", MemberSlot::Text(TextMember::UnderscoredResourceId)),
    ("id", MemberSlot::Text(TextMember::Id)),
    ("Id", MemberSlot::Text(TextMember::Id)),
    ("status", MemberSlot::Text(TextMember::Status)),
    ("Status", MemberSlot::Text(TextMember::Status)),
    ("resultType", MemberSlot::Text(TextMember::ResultType)),
    ("ActivityStatus", MemberSlot::Text(TextMember::ActivityStatus)),
    ("ActivityStatusValue", MemberSlot::Text(TextMember::StatusValue)),
    ("sub_status", MemberSlot::Text(TextMember::SubStatus)),
    ("subStatus", MemberSlot::Text(TextMember::SubStatus)),
    ("SubStatus", MemberSlot::Text(TextMember::SubStatus)),
    ("resultSignature", MemberSlot::Text(TextMember::SubStatus)),
    ("ActivitySubstatus", MemberSlot::Text(TextMember::SubStatus)),
    ("ActivitySubstatusValue", MemberSlot::Text(TextMember::SubStatusValue)),
    ("caller", MemberSlot::Text(TextMember::Caller)),
    ("Caller", MemberSlot::Text(TextMember::Caller)),
    ("identity", MemberSlot::Identity),
    ("category", MemberSlot::Text(TextMember::Category)),
    ("Category", MemberSlot::Text(TextMember::Category)),
    ("CategoryValue", MemberSlot::Text(TextMember::CategoryValue)),
    ("level", MemberSlot::Text(TextMember::Level)),
    ("Level", MemberSlot::Text(TextMember::CapitalLevel)),
    ("LevelValue", MemberSlot::Text(TextMember::LevelValue)),
    ("Type", MemberSlot::Text(TextMember::TableName)),
    ("resource_provider_name", MemberSlot::Text(TextMember::ResourceProviderName)),
    ("resourceProviderName", MemberSlot::Text(TextMember::ResourceProviderName)),
    ("ResourceProviderName", MemberSlot::Text(TextMember::ResourceProviderName)),
    ("ResourceProvider", MemberSlot::Text(TextMember::ResourceProviderName)),
    ("ResourceProviderValue", MemberSlot::Text(TextMember::ResourceProviderValue)),
    ("operation_id", MemberSlot::Text(TextMember::OperationId)),
    ("operationId", MemberSlot::Text(TextMember::OperationId)),
    ("OperationId", MemberSlot::Text(TextMember::OperationId)),
    ("correlation_id", MemberSlot::Text(TextMember::CorrelationId)),
    ("correlationId", MemberSlot::Text(TextMember::CorrelationId)),
    ("CorrelationId", MemberSlot::Text(TextMember::CorrelationId)),
    ("event_data_id", MemberSlot::Text(TextMember::EventDataId)),
    ("eventDataId", MemberSlot::Text(TextMember::EventDataId)),
    ("EventDataId", MemberSlot::Text(TextMember::EventDataId)),
    ("properties", MemberSlot::Properties),
    ("Properties", MemberSlot::Properties),
    ("Properties_d", MemberSlot::ParsedProperties),
];

type Named = (&'static str, MemberSlot);

/// By the length of the name: few are as long as each other.
static BY_LENGTH: LazyLock<[Vec<Named>; 24]> = LazyLock::new(|| {
    let of_length = |length| NAMES.into_iter().filter(|(name, _)| name.len() == length).collect();
    std::array::from_fn(of_length)
});

/// Decodes ordinary events, which have their members in the order in which the one before had them.
#[derive(Debug, Default)]
pub(in crate::read) struct Ordinary<'t> {
    names: Vec<(&'t str, Option<MemberSlot>)>,
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
    ) -> Result<DecodedRecord<'t>, Unsure> {
        let mut record = QuickRecord {
            texts: Texts::default(),
            identity: IdentityClaims::default(),
            properties: PlainProperties::default(),
            parsed_properties: PlainProperties::default(),
            has_properties_as_text: false,
            seen: 0,
            names: &mut self.names,
            next: 0,
        };
        walk.object(&mut record)?;
        let QuickRecord { texts, identity, properties, parsed_properties, has_properties_as_text, .. } =
            record;
        let operation = match RecordKind::of(&texts) {
            RecordKind::Named(operation) => operation,
            RecordKind::OtherStream => return Ok(DecodedRecord::OtherStream),
            RecordKind::Nameless => return Err(Unsure),
        };
        if operation::is_move(operation) || operation.ends_with('/') || texts.is_failure() {
            return Err(Unsure);
        }
        let caller = Caller::of(texts.caller(), &identity);
        // No failure comes so far.
        let failure = || Status::FailedWithoutCode;
        let mut event = event(&texts, operation, caller, ids, failure).map_err(|_| Unsure)?;
        if let Some(operation) = operation::of_key(operation) {
            if has_properties_as_text {
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
        Ok(DecodedRecord::Event(event))
    }
}

struct QuickRecord<'r, 't> {
    texts: Texts<'t>,
    identity: IdentityClaims<'t>,
    properties: PlainProperties<'t>,
    parsed_properties: PlainProperties<'t>,
    has_properties_as_text: bool,
    /// A bit for each slot.
    seen: u32,
    names: &'r mut Vec<(&'t str, Option<MemberSlot>)>,
    next: usize,
}

impl<'t> QuickRecord<'_, 't> {
    /// What the next member stands for, if it matters.
    fn slot(&mut self, name: Spelled<'t>) -> Result<Option<MemberSlot>, Unsure> {
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

impl MemberSlot {
    fn number(self) -> u32 {
        match self {
            MemberSlot::Identity => 31,
            MemberSlot::Properties => 30,
            MemberSlot::ParsedProperties => 29,
            MemberSlot::Text(member) => member as u32,
        }
    }
}

/// What a member stands for, if it matters; unsure where it is not spelled plainly.
fn slot(name: Spelled<'_>) -> Result<Option<MemberSlot>, Unsure> {
    let text = name.plain_name()?;
    let of_length = BY_LENGTH.get(text.len()).into_iter().flatten();
    Ok(of_length.into_iter().find(|(known, _)| *known == text).map(|(_, slot)| *slot))
}

impl<'t> MemberVisitor<'t> for QuickRecord<'_, 't> {
    fn scalar(&mut self, name: Spelled<'t>, value: Spelled<'t>) -> Result<(), Unsure> {
        match self.slot(name)? {
            None => {}
            Some(MemberSlot::Text(member)) => self.texts.set(member, value.plain_text()?),
            // Claims as text are for the decoder of all records.
            Some(MemberSlot::Identity) if value.raw().contains('{') => return Err(Unsure),
            Some(MemberSlot::Identity) => string_or_null(value)?,
            Some(MemberSlot::Properties | MemberSlot::ParsedProperties) => {
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
            Some(MemberSlot::Text(member)) => {
                let mut text = QuickText::default();
                inside.object(&mut text)?;
                // As the decoder of all records has an object without a value.
                self.texts.set(member, if text.has_value { text.value } else { Some("") });
                Ok(())
            }
            Some(MemberSlot::Identity) => inside.object(&mut self.identity).map(drop),
            Some(MemberSlot::Properties) => inside.object(&mut self.properties).map(drop),
            Some(MemberSlot::ParsedProperties) => inside.object(&mut self.parsed_properties).map(drop),
        }
    }
}

/// A string that is valid whoever reads it: half a surrogate pair is an error only to those who unescape it.
fn string_or_null(value: Spelled<'_>) -> Result<(), Unsure> {
    let raw = value.raw();
    let is_valid = || value.is_plain() || !raw.contains("\\u");
    if raw == "null" || (raw.starts_with('"') && is_valid()) { Ok(()) } else { Err(Unsure) }
}

/// A text that is an object.
#[derive(Default)]
struct QuickText<'t> {
    value: Option<&'t str>,
    has_value: bool,
}

impl<'t> MemberVisitor<'t> for QuickText<'t> {
    fn scalar(&mut self, name: Spelled<'t>, value: Spelled<'t>) -> Result<(), Unsure> {
        match name.plain_name()? {
            "value" | "Value" if self.has_value => return Err(Unsure),
            "value" | "Value" => {
                self.has_value = true;
                self.value = value.plain_text()?;
            }
            "localizedValue" | "LocalizedValue" | "localized_value" => string_or_null(value)?,
            _ => {}
        }
        Ok(())
    }

    fn container(&mut self, _: Spelled<'t>, _: &mut Walk<'t>, _: bool) -> Result<(), Unsure> {
        Err(Unsure)
    }
}

/// Only moves and failures need more of what properties hold than a request's body; here it is only seen that the rest
/// is as usual.
#[derive(Default)]
struct PlainProperties<'t> {
    /// As JSON.
    request: Option<&'t str>,
}

impl PlainProperties<'_> {
    fn body(&self) -> Result<RequestBody, Unsure> {
        self.request
            .map_or(Ok(RequestBody::default()), |request| embedded::request_body(request).ok_or(Unsure))
    }
}

impl<'t> MemberVisitor<'t> for PlainProperties<'t> {
    fn scalar(&mut self, name: Spelled<'t>, value: Spelled<'t>) -> Result<(), Unsure> {
        match name.plain_name()? {
            name if name.eq_ignore_ascii_case("requestbody") => {
                string_or_null(value)?;
                if self.request.replace(value.raw()).is_some() { Err(Unsure) } else { Ok(()) }
            }
            name if name.eq_ignore_ascii_case("statusCode") => value.plain_text().map(drop),
            name if name.eq_ignore_ascii_case("content") => Err(Unsure),
            _ => Ok(()),
        }
    }

    fn container(&mut self, name: Spelled<'t>, inside: &mut Walk<'t>, is_object: bool) -> Result<(), Unsure> {
        let name = name.plain_name()?;
        let matters = ["requestbody", "statusCode", "content"];
        if matters.into_iter().any(|known| name.eq_ignore_ascii_case(known)) {
            return Err(Unsure);
        }
        inside.nested(is_object)
    }
}

#[cfg(test)]
mod tests;
