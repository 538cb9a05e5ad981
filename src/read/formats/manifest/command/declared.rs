//! The declaration of a manifest, with which a command is compared.

use super::times::Range;
use crate::model::{Instant, Interval, ResourceId, is_guid};

/// The declaration of a manifest about a log or an account list.
pub(in crate::read::formats::manifest) struct Declared<'a> {
    pub scope: Option<&'a ResourceId>,
    /// The time that a log covers. `None` for an account list.
    pub window: Option<Interval>,
    pub taken_at: Instant,
}

impl Declared<'_> {
    /// Returns whether the subscription of the scope may be this one. A subscription can also be named, which
    /// contradicts nothing.
    pub(super) fn is_in_subscription(&self, subscription: &str) -> bool {
        let is_same = |scope: &ResourceId| scope.subscription().eq_ignore_ascii_case(subscription);
        !is_guid(subscription) || self.scope.is_none_or(is_same)
    }

    /// Returns whether all of the scope is in the resource group of this name.
    pub(super) fn is_in_group(&self, name: &str) -> bool {
        self.scope.and_then(ResourceId::group).is_some_and(|group| group.is_named(name))
    }

    pub(super) fn is_account(&self) -> bool {
        self.scope.is_some_and(ResourceId::is_account)
    }

    /// Returns how a command that lists a subscription contradicts the scope, if it does.
    pub(super) fn contradiction_of(&self, subscription: &str) -> Option<String> {
        let scope = self.scope.filter(|_| !self.is_in_subscription(subscription))?;
        Some(format!(
            "its command asks for the subscription {subscription} instead of {}",
            scope.subscription()
        ))
    }

    /// Returns how the times that a command asks for leave a part of the window out, if they do. Events after the
    /// export cannot be asked for.
    pub(super) fn contradiction_of_times(&self, asked: &[Range]) -> Option<String> {
        let window = self.window?;
        Range::contradiction(asked, Interval { end: window.end.min(self.taken_at), ..window })
    }
}

/// The reason if a part of the command selects a part of the export.
pub(super) fn selects_part(part: &str) -> String {
    format!("{part} in its command selects a part of it")
}
