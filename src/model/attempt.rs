//! Regenerations of keys: the records of the activity log, and the attempts that they join into.

use std::fmt;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Instant, LogId, Place, ResourceId};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum KeyName {
    Key1,
    Key2,
}

impl KeyName {
    pub const BOTH: [KeyName; 2] = [KeyName::Key1, KeyName::Key2];

    /// `Key1` and `Key2` in any case: the only names that the service's API knows.
    pub fn parse(text: &str) -> Option<KeyName> {
        KeyName::BOTH.into_iter().find(|key| key.as_str().eq_ignore_ascii_case(text))
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            KeyName::Key1 => "key1",
            KeyName::Key2 => "key2",
        }
    }
}

impl Status {
    /// Whether a record with this status prevents another record from proving that the request failed without effect.
    pub fn outweighs_failure(self) -> bool {
        matches!(self, Status::ServerError | Status::Contradictory)
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The key that one record names, or that several records name together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NamedKey {
    #[default]
    Unnamed,
    Named(KeyName),
    /// Both keys are named, so it is not known which one was meant.
    Conflicting,
}

impl NamedKey {
    #[must_use]
    pub fn and(self, other: NamedKey) -> NamedKey {
        match (self, other) {
            (NamedKey::Unnamed, named) | (named, NamedKey::Unnamed) => named,
            (mine, theirs) if mine == theirs => mine,
            _ => NamedKey::Conflicting,
        }
    }

    pub fn key(self) -> Option<KeyName> {
        match self {
            NamedKey::Named(key) => Some(key),
            NamedKey::Unnamed | NamedKey::Conflicting => None,
        }
    }
}

/// The status of a request, as one of its records states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Started,
    Succeeded,
    /// Failed with a code that proves that it had no effect: 400 to 499, except 408 and 499.
    Failed,
    /// Failed by a server error or a timeout: the key may have changed.
    ServerError,
    /// The record states both that the request succeeded and that it failed or had not ended: the key may have changed.
    Contradictory,
    /// Failed without a code that is known: the key may have changed.
    FailedWithoutCode,
    /// Accepted, cancelled, anything else, or not stated.
    Other,
}

/// The operation on an account or on its keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyOperation {
    #[default]
    Regenerate,
    /// Both keys were read.
    List,
    /// The account was deleted, and its keys with it.
    Delete,
    /// The account was created or updated.
    Write,
    /// The record's operation cannot be read, so it may be any operation, even a deletion. Its resource is an account,
    /// a resource group, or a subscription.
    Unreadable,
}

impl KeyOperation {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
    fn is_regenerate(&self) -> bool {
        *self == KeyOperation::Regenerate
    }
}

/// One record of an operation on an account or its keys, from any activity-log export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyEvent {
    #[serde(default, skip_serializing_if = "KeyOperation::is_regenerate")]
    pub operation: KeyOperation,
    pub resource: ResourceId,
    pub at: Instant,
    pub status: Status,
    pub key: NamedKey,
    pub operation_id: Option<LogId>,
    pub correlation_id: Option<LogId>,
    pub event_data_id: Option<LogId>,
    pub caller: Option<Arc<str>>,
    /// Whether the body of a write shows `disableLocalAuth: true`.
    #[serde(default, skip_serializing_if = "is_false")]
    pub disables_local_auth: bool,
    pub place: Place,
}

impl KeyEvent {
    /// Returns an event that may be any operation, even a deletion, on the accounts of `resource`.
    pub fn unreadable(resource: ResourceId, at: Instant, place: Place) -> KeyEvent {
        KeyEvent {
            operation: KeyOperation::Unreadable,
            resource,
            at,
            status: Status::Other,
            key: NamedKey::Unnamed,
            operation_id: None,
            correlation_id: None,
            event_data_id: None,
            caller: None,
            disables_local_auth: false,
            place,
        }
    }
}

/// An event of which only the time can be read. It may be any operation on any account in the subscriptions of its log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnplacedEvent {
    pub at: Instant,
    pub place: Place,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_false(flag: &bool) -> bool {
    !*flag
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    Succeeded,
    Failed,
    Uncertain,
}

/// The kind of a caller, by the form in which the activity log names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum CallerKind {
    /// Named by a user principal name or an email address.
    User,
    /// Named by a GUID: a service principal or a managed identity.
    Application,
}

impl CallerKind {
    /// `None` for a name of any other form.
    pub fn of(caller: &str) -> Option<CallerKind> {
        if uuid::Uuid::try_parse(caller).is_ok() {
            return Some(CallerKind::Application);
        }
        let (user, domain) = caller.rsplit_once('@')?;
        (!user.is_empty() && !domain.is_empty()).then_some(CallerKind::User)
    }
}

/// One request to regenerate a key, to read both keys, or to write or delete the account, joined from all its records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The time of the record that shows success, or else of the latest record.
    pub at: Instant,
    /// The time of its first record. If the request set a key, it did so between `first_at` and `at`.
    pub first_at: Instant,
    pub outcome: Outcome,
    pub key: Option<KeyName>,
    pub caller: Option<Arc<str>>,
    /// Whether the bodies in the records of a write show `disableLocalAuth: true`.
    pub disables_local_auth: bool,
    /// At most all records about the account in all logs; no constant limits the number of records of one request.
    pub records: Vec<AttemptRecord>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AttemptRecord {
    pub at: Instant,
    pub status: Status,
    pub place: Place,
}

#[cfg(test)]
mod tests {
    use super::CallerKind;

    #[test]
    fn the_form_of_a_caller_shows_its_kind() {
        for (caller, kind) in [
            ("anna@contoso.com", Some(CallerKind::User)),
            ("live.com#anna@example.org", Some(CallerKind::User)),
            ("04b07795-8ddb-461a-bbee-02f9e1bf7b46", Some(CallerKind::Application)),
            ("04B07795-8DDB-461A-BBEE-02F9E1BF7B46", Some(CallerKind::Application)),
            ("Microsoft.RecoveryServices", None),
            ("@contoso.com", None),
            ("anna@", None),
            ("", None),
        ] {
            assert_eq!(CallerKind::of(caller), kind, "{caller}");
        }
    }
}
