//! The events that most of a log is made of, decoded from the tokens that were scanned anyway.
//!
//! Nothing is decided here: what is in any way particular (a key event, a move, a failure, an escape, a member that
//! occurs twice or is of an unusual type) is left to the decoder of all records.

use std::borrow::Cow;
use std::sync::LazyLock;

use super::{Decoded, EventRecord, MOVE_RESOURCES, decoded, key_operation};
use crate::model::{InputId, Place};
use crate::read::decode::Text;
use crate::read::embedded::{CALLER_CLAIMS, Identity};
use crate::read::scan::{Member, Record, Unsure};

/// The members that matter, by what they stand for. Each may occur once, under one of its names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slot {
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
    Identity,
    Category,
    CategoryValue,
    ResourceProviderName,
    ResourceProviderValue,
    OperationId,
    CorrelationId,
    EventDataId,
    Properties,
    ParsedProperties,
}

const NAMES: [(&str, Slot); 49] = [
    ("event_timestamp", Slot::EventTimestamp),
    ("eventTimestamp", Slot::EventTimestamp),
    ("EventTimestamp", Slot::EventTimestamp),
    ("TimeGenerated", Slot::TimeGenerated),
    ("time", Slot::Time),
    ("operation_name", Slot::OperationName),
    ("operationName", Slot::OperationName),
    ("OperationName", Slot::OperationName),
    ("OperationNameValue", Slot::OperationNameValue),
    ("resource_id", Slot::ResourceId),
    ("resourceId", Slot::ResourceId),
    ("ResourceId", Slot::ResourceId),
    ("_ResourceId", Slot::UnderscoredResourceId),
    ("id", Slot::Id),
    ("Id", Slot::Id),
    ("status", Slot::Status),
    ("Status", Slot::Status),
    ("resultType", Slot::Status),
    ("ActivityStatus", Slot::Status),
    ("ActivityStatusValue", Slot::StatusValue),
    ("sub_status", Slot::SubStatus),
    ("subStatus", Slot::SubStatus),
    ("SubStatus", Slot::SubStatus),
    ("resultSignature", Slot::SubStatus),
    ("ActivitySubstatus", Slot::SubStatus),
    ("ActivitySubstatusValue", Slot::SubStatusValue),
    ("caller", Slot::Caller),
    ("Caller", Slot::Caller),
    ("identity", Slot::Identity),
    ("category", Slot::Category),
    ("Category", Slot::Category),
    ("CategoryValue", Slot::CategoryValue),
    ("resource_provider_name", Slot::ResourceProviderName),
    ("resourceProviderName", Slot::ResourceProviderName),
    ("ResourceProviderName", Slot::ResourceProviderName),
    ("ResourceProvider", Slot::ResourceProviderName),
    ("ResourceProviderValue", Slot::ResourceProviderValue),
    ("operation_id", Slot::OperationId),
    ("operationId", Slot::OperationId),
    ("OperationId", Slot::OperationId),
    ("correlation_id", Slot::CorrelationId),
    ("correlationId", Slot::CorrelationId),
    ("CorrelationId", Slot::CorrelationId),
    ("event_data_id", Slot::EventDataId),
    ("eventDataId", Slot::EventDataId),
    ("EventDataId", Slot::EventDataId),
    ("properties", Slot::Properties),
    ("Properties", Slot::Properties),
    ("Properties_d", Slot::ParsedProperties),
];

type Named = (&'static str, Slot);

/// By the length of the name: few are as long as each other.
static BY_LENGTH: LazyLock<[Vec<Named>; 24]> = LazyLock::new(|| {
    let of_length = |length| NAMES.into_iter().filter(|(name, _)| name.len() == length).collect();
    std::array::from_fn(of_length)
});

/// What the record is, where nothing about it is particular.
pub(in crate::read) fn quick<'t>(record: &Record<'_, 't>) -> Option<Decoded<'t>> {
    let event = event(record.members).ok()?;
    let is_particular =
        |operation| key_operation(operation).is_some() || operation.eq_ignore_ascii_case(MOVE_RESOURCES);
    if event.operation().is_some_and(is_particular) || event.status_text().is_some_and(is_failure) {
        return None;
    }
    // Only key events and moves keep the place.
    decoded(event, record.bytes, Place { input: InputId(0), line: 0, column: 0 }).ok()
}

fn is_failure(status: &str) -> bool {
    status.eq_ignore_ascii_case("failed") || status.eq_ignore_ascii_case("failure")
}

fn event<'t>(members: &[Member<'t>]) -> Result<EventRecord<'t>, Unsure> {
    let mut event = EventRecord::default();
    let mut inner = Vec::new();
    let mut seen = 0_u32;
    for member in members {
        let Some(slot) = slot(member)? else { continue };
        let bit = 1 << slot as u32;
        if seen & bit != 0 {
            return Err(Unsure);
        }
        seen |= bit;
        match slot {
            Slot::Identity => event.identity = identity(member, &mut inner)?,
            Slot::Properties | Slot::ParsedProperties => plain_properties(member, &mut inner)?,
            _ => *event.text_of(slot).ok_or(Unsure)? = text(member, &mut inner)?,
        }
    }
    Ok(event)
}

/// What a member stands for, if it matters; none where it is not spelled plainly.
fn slot(member: &Member<'_>) -> Result<Option<Slot>, Unsure> {
    let name = member.name;
    let first = name.as_bytes().first();
    let is_name = |known: &str| known.as_bytes().first() == first && known == name;
    let named = BY_LENGTH.get(name.len()).into_iter().flatten().find(|(known, _)| is_name(known));
    if member.is_plainly_named { Ok(named.map(|(_, slot)| *slot)) } else { Err(Unsure) }
}

impl<'a> EventRecord<'a> {
    fn text_of(&mut self, slot: Slot) -> Option<&mut Text<'a>> {
        Some(match slot {
            Slot::EventTimestamp => &mut self.event_timestamp,
            Slot::TimeGenerated => &mut self.time_generated,
            Slot::Time => &mut self.time,
            Slot::OperationName => &mut self.operation_name,
            Slot::OperationNameValue => &mut self.operation_name_value,
            Slot::ResourceId => &mut self.resource_id,
            Slot::UnderscoredResourceId => &mut self.underscored_resource_id,
            Slot::Id => &mut self.id,
            Slot::Status => &mut self.status,
            Slot::StatusValue => &mut self.status_value,
            Slot::SubStatus => &mut self.sub_status,
            Slot::SubStatusValue => &mut self.sub_status_value,
            Slot::Caller => &mut self.caller,
            Slot::Category => &mut self.category,
            Slot::CategoryValue => &mut self.category_value,
            Slot::ResourceProviderName => &mut self.resource_provider_name,
            Slot::ResourceProviderValue => &mut self.resource_provider_value,
            Slot::OperationId => &mut self.operation_id,
            Slot::CorrelationId => &mut self.correlation_id,
            Slot::EventDataId => &mut self.event_data_id,
            Slot::Identity | Slot::Properties | Slot::ParsedProperties => return None,
        })
    }
}

fn text<'t>(member: &Member<'t>, inner: &mut Vec<Member<'t>>) -> Result<Text<'t>, Unsure> {
    if !member.value.starts_with('{') {
        return Ok(Text { value: plain(member)?, localized: None });
    }
    member.members(inner)?;
    let mut text = Text::default();
    let mut has_value = false;
    for member in inner.iter() {
        match member.name {
            _ if !member.is_plainly_named => return Err(Unsure),
            "value" | "Value" if has_value => return Err(Unsure),
            "value" | "Value" => {
                has_value = true;
                text.value = plain(member)?;
            }
            "localizedValue" | "LocalizedValue" | "localized_value" => text.localized = plain(member)?,
            _ => {}
        }
    }
    Ok(text)
}

/// A string without escapes, or `null`.
fn plain<'t>(member: &Member<'t>) -> Result<Option<Cow<'t, str>>, Unsure> {
    if member.value == "null" {
        return Ok(None);
    }
    let text =
        member.value.strip_prefix('"').and_then(|text| text.strip_suffix('"')).filter(|_| member.is_plain);
    text.map(|text| Some(Cow::Borrowed(text))).ok_or(Unsure)
}

/// A string that is valid whoever reads it: half a surrogate pair is an error only to those who unescape it.
fn is_string_or_null(member: &Member<'_>) -> bool {
    let is_valid = || member.is_plain || !member.value.contains("\\u");
    member.value == "null" || (member.value.starts_with('"') && is_valid())
}

/// Only key events, moves and failures need what properties hold; here it is only seen that they are as usual.
fn plain_properties<'t>(member: &Member<'t>, inner: &mut Vec<Member<'t>>) -> Result<(), Unsure> {
    if is_string_or_null(member) {
        return Ok(());
    }
    if !member.value.starts_with('{') {
        return Err(Unsure);
    }
    member.members(inner)?;
    let is_usual = |member: &Member<'_>| match member.name {
        _ if !member.is_plainly_named => false,
        name if name.eq_ignore_ascii_case("requestbody") => is_string_or_null(member),
        name if name.eq_ignore_ascii_case("statusCode") => plain(member).is_ok(),
        name => !name.eq_ignore_ascii_case("content"),
    };
    if inner.iter().all(is_usual) { Ok(()) } else { Err(Unsure) }
}

fn identity<'t>(member: &Member<'t>, inner: &mut Vec<Member<'t>>) -> Result<Identity<'t>, Unsure> {
    if is_string_or_null(member) {
        return Ok(Identity::default());
    }
    if !member.value.starts_with('{') {
        return Err(Unsure);
    }
    member.members(inner)?;
    let mut claims = None;
    for member in inner.iter() {
        match member.name {
            _ if !member.is_plainly_named => return Err(Unsure),
            "claims" if claims.is_none() && member.value.starts_with('{') => claims = Some(*member),
            "claims" => return Err(Unsure),
            _ => {}
        }
    }
    let Some(claims) = claims else { return Ok(Identity::default()) };
    claims.members(inner)?;
    let mut callers = [const { None }; CALLER_CLAIMS.len()];
    for member in inner.iter() {
        if !member.is_plainly_named {
            return Err(Unsure);
        }
        if let Some(claim) = CALLER_CLAIMS.iter().position(|claim| *claim == member.name) {
            callers[claim] = plain(member)?;
        }
    }
    Ok(Identity { caller: callers.into_iter().flatten().next() })
}

#[cfg(test)]
mod tests;
