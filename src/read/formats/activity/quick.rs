//! Decodes ordinary events, which are most of a log, while their grammar is checked.
//!
//! Everything special (a move, a failure, an escape, a member that occurs twice or has an unusual type) returns
//! [`Unsure`], and [`super::read`] decodes the record instead. Invariant: if an event is decoded here, the result is
//! that of [`super::read`] (`quick/tests.rs`).

use std::sync::LazyLock;

use super::claims::{Caller, IdentityClaims};
use super::texts::{TextMember, Texts};
use super::{DecodedRecord, RecordKind, event, failure, key_event, operation};
use crate::model::{Place, Status};
use crate::read::formats::embedded::{self, RequestBody};
use crate::read::formats::ids::Ids;
use crate::read::json::scan::{MemberVisitor, Spelled, Unsure, Walk};

/// The meaning of a member that matters. Each may occur once, under one of its names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum MemberSlot {
    Text(TextMember),
    Identity,
    Properties,
    ParsedProperties,
}

/// Every name of a member that matters. Must be the names that `EventRecord` decodes; `quick/tests.rs` compares them.
const NAMES: [(&str, MemberSlot); 55] = [
    ("event_timestamp", MemberSlot::Text(TextMember::EventTimestamp)),
    ("eventTimestamp", MemberSlot::Text(TextMember::EventTimestamp)),
    ("EventTimestamp", MemberSlot::Text(TextMember::EventTimestamp)),
    ("TimeGenerated", MemberSlot::Text(TextMember::TimeGenerated)),
    ("_OriginalTimeGenerated", MemberSlot::Text(TextMember::OriginalTime)),
    ("_BinStartTime", MemberSlot::Text(TextMember::BinStart)),
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

/// Number of lengths in [`BY_LENGTH`], from 0. Every name is shorter.
const NAME_LENGTHS: usize = 24;

const _: () = {
    let mut index = 0;
    while index < NAMES.len() {
        assert!(NAMES[index].0.len() < NAME_LENGTHS);
        index += 1;
    }
};

/// Members by the length of their names, since few have the same length.
static BY_LENGTH: LazyLock<[Vec<Named>; NAME_LENGTHS]> = LazyLock::new(|| {
    let of_length = |length| NAMES.into_iter().filter(|(name, _)| name.len() == length).collect();
    std::array::from_fn(of_length)
});

/// Decodes ordinary events. They mostly have the same members in the same order as the event before.
#[derive(Debug, Default)]
pub(in crate::read) struct Ordinary<'t> {
    /// Names of the members of the last event, in order. At most as many as one record has.
    names: Vec<(&'t str, Option<MemberSlot>)>,
    readable: Readable<'t>,
}

/// A cache of names of operations that are readable and do not set a key, because a log repeats the same few names.
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
    /// Decodes the record whose opening brace `walk` has passed, if nothing about it is special. `place` returns the
    /// place where it begins.
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
            shown_codes: [None; 2],
            seen: 0,
            names: &mut self.names,
            next: 0,
        };
        walk.object(&mut record)?;
        let QuickRecord {
            texts,
            identity,
            properties,
            parsed_properties,
            has_properties_as_text,
            shown_codes,
            ..
        } = record;
        let operation = match RecordKind::of(&texts) {
            RecordKind::Named(operation) => operation,
            // Falls back, because a record without an operation can be one of another family, or contain others.
            RecordKind::OtherStream if texts.operation().is_none() => return Err(Unsure),
            RecordKind::OtherStream => return Ok(DecodedRecord::OtherStream { is_named: true }),
            // Falls back, because the operation may be percent-encoded, or the record may be invalid.
            RecordKind::Nameless => return Err(Unsure),
        };
        // Falls back, because these need members that are not kept here, or a normalized name.
        if operation::is_move(operation) || operation.ends_with('/') || texts.is_failure() {
            return Err(Unsure);
        }
        let caller = Caller::of(texts.caller(), &identity);
        // Failures have returned `Unsure` above.
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
            // Falls back, because the text may contain the body of the request, or a code may contradict the status.
            if has_properties_as_text || !codes.all(failure::is_absent) {
                return Err(Unsure);
            }
            let body = properties.body()?.and(parsed_properties.body()?);
            let of_key = key_event(operation, &texts, &event, body, place(), ids).map_err(|_| Unsure)?;
            // Falls back, because the general decoder adds the fault to the event.
            if super::fault(&texts, body).is_some() {
                return Err(Unsure);
            }
            event.key_event = Some(Box::new(of_key));
        // Falls back, because the operation may set a key, or not be readable.
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
    /// The codes of the request's outcome, as they are displayed.
    shown_codes: [Option<&'t str>; 2],
    /// One bit for each [`MemberSlot::number`] of a member that occurred.
    seen: u32,
    names: &'r mut Vec<(&'t str, Option<MemberSlot>)>,
    next: usize,
}

impl<'t> QuickRecord<'_, 't> {
    /// Returns the meaning of the next member, if it matters.
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
            // Falls back, because the general decoder rejects a member that occurs twice.
            if self.seen & bit != 0 {
                return Err(Unsure);
            }
            self.seen |= bit;
        }
        Ok(slot)
    }
}

impl MemberSlot {
    /// Returns the bit of this slot in [`QuickRecord::seen`]: those of texts count from 0, the others from 31 down.
    fn number(self) -> u32 {
        const { assert!((TextMember::EventDataId as u32) < 29, "texts and the other slots have different bits") };
        match self {
            MemberSlot::Identity => 31,
            MemberSlot::Properties => 30,
            MemberSlot::ParsedProperties => 29,
            MemberSlot::Text(member) => member as u32,
        }
    }
}

/// Returns the meaning of a member, if it matters; [`Unsure`] if its name may contain an escape.
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
            // Falls back, because claims as text need decoding.
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
            // Falls back, because this may be an envelope and not an event.
            None if name.envelope().is_some() => Err(Unsure),
            None => inside.nested(is_object),
            Some(_) if !is_object => Err(Unsure),
            Some(MemberSlot::Text(member)) => {
                let mut text = QuickText::default();
                inside.object(&mut text)?;
                match member {
                    TextMember::SubStatus => self.shown_codes[0] = text.shown,
                    TextMember::SubStatusValue => self.shown_codes[1] = text.shown,
                    _ => {}
                }
                // Must be the same as in `decode::Text`, where an object without a value is an empty text.
                self.texts.set(member, if text.has_value { text.value } else { Some("") });
                Ok(())
            }
            Some(MemberSlot::Identity) => inside.object(&mut self.identity).map(drop),
            Some(MemberSlot::Properties) => inside.object(&mut self.properties).map(drop),
            Some(MemberSlot::ParsedProperties) => inside.object(&mut self.parsed_properties).map(drop),
        }
    }
}

/// Accepts `null`, and strings that every decoder accepts: half a surrogate pair is an error only for a decoder that
/// removes escapes.
fn string_or_null(value: Spelled<'_>) -> Result<(), Unsure> {
    let raw = value.raw();
    let is_valid = || value.is_plain() || !raw.contains("\\u");
    if raw == "null" || (raw.starts_with('"') && is_valid()) { Ok(()) } else { Err(Unsure) }
}

/// A text in an object with a `value`.
#[derive(Default)]
struct QuickText<'t> {
    value: Option<&'t str>,
    has_value: bool,
    /// The displayed text, with its escapes.
    shown: Option<&'t str>,
}

impl<'t> MemberVisitor<'t> for QuickText<'t> {
    fn scalar(&mut self, name: Spelled<'t>, value: Spelled<'t>) -> Result<(), Unsure> {
        match name.plain_name()? {
            "value" | "Value" if self.has_value => return Err(Unsure),
            "value" | "Value" => {
                self.has_value = true;
                self.value = value.plain_text()?;
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

/// Decodes the body of a request, and checks that the other properties are as usual. Only moves and failures need more.
#[derive(Default)]
struct PlainProperties<'t> {
    /// The value as JSON.
    request: Option<&'t str>,
    status_code: Option<&'t str>,
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
            name if name.eq_ignore_ascii_case("statusCode") => {
                self.status_code = value.plain_text()?.or(self.status_code);
                Ok(())
            }
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
