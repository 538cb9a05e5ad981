//! Builds key events from events of the log.

use super::texts::Texts;
use super::{ActivityEvent, operation};
use crate::model::{KeyEvent, KeyOperation, LogId, NamedKey, Place, ResourceId, Status};
use crate::read::formats::decode::Unusable;
use crate::read::formats::embedded::RequestBody;
use crate::read::formats::ids::{Ids, ResourceReach};

/// Returns the event about a key; `body` may name the key.
pub(super) fn key_event(
    of_key: KeyOperation,
    texts: &Texts<'_>,
    event: &ActivityEvent<'_>,
    body: RequestBody,
    place: Place,
    ids: &mut Ids,
) -> Result<KeyEvent, Unusable> {
    let is_of_group = operation::is_of_group(event.operation);
    let is_account = event.reach == Some(ResourceReach::Account);
    let resource = event.resource.as_ref();
    let is_unreadable = event.reach == Some(ResourceReach::Unreadable)
        || (is_of_group && resource.is_some_and(|resource| !resource.has_possible_names()));
    if is_unreadable {
        return Err(Unusable::record(
            "the resourceId of the event has a name that Azure does not allow, so it may be about any account",
        ));
    }
    let resource = if is_of_group {
        resource.and_then(ResourceId::group)
    } else {
        resource.filter(|_| is_account).cloned()
    };
    Ok(KeyEvent {
        operation: of_key,
        resource: resource.ok_or_else(|| {
            Unusable::record(match of_key {
                KeyOperation::Regenerate => {
                    "a key was regenerated, but its resourceId is not that of an account"
                }
                KeyOperation::List => "keys were listed, but its resourceId is not that of an account",
                KeyOperation::Delete if is_of_group => {
                    "a resource group was deleted, but its resourceId is not in one"
                }
                KeyOperation::Delete => "an account was deleted, but its resourceId is not that of one",
                KeyOperation::Write => "an account was written, but its resourceId is not that of one",
                KeyOperation::Unreadable => "the operation of the event cannot be read",
            })
        })?,
        at: event.at,
        status: event.status.unwrap_or(Status::Other),
        key: body.key,
        disables_local_auth: of_key == KeyOperation::Write && body.disables_local_auth == Some(true),
        operation_id: texts.operation_id(),
        correlation_id: texts.correlation_id(),
        event_data_id: texts.event_data_id(),
        caller: event.caller.get().map(|caller| ids.caller(caller)),
        place,
    })
}

/// Returns the fault of an event with a part that is present and cannot be read. The event is still used, and that part
/// is unknown.
pub(super) fn fault(texts: &Texts<'_>, body: RequestBody) -> Option<&'static str> {
    if texts.has_unreadable_status() {
        Some("the status of the event cannot be read, so its outcome is unknown")
    } else if texts.has_unreadable_id() {
        Some("an id of the event cannot be read, so it may belong to another request")
    } else if body.is_unreadable {
        Some("the request of the event cannot be read, so it may be about either key")
    } else {
        None
    }
}

/// Returns a regeneration of which only the operation's name is known.
pub(super) fn renewal(
    texts: &Texts<'_>,
    event: &ActivityEvent<'_>,
    place: Place,
    ids: &mut Ids,
) -> Result<KeyEvent, Unusable> {
    let of_key = key_event(KeyOperation::Regenerate, texts, event, RequestBody::default(), place, ids)?;
    // Known regenerations can share the ids of this one.
    let own = |id: LogId| LogId::from(format!("{} {id}", event.operation.to_ascii_lowercase()).as_str());
    Ok(KeyEvent {
        status: Status::Other,
        key: NamedKey::Unnamed,
        operation_id: of_key.operation_id.map(own),
        correlation_id: of_key.correlation_id.map(own),
        ..of_key
    })
}
