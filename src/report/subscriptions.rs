//! Subscriptions as people know them: by name, if a list of subscriptions was given.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::Report;

/// People would not recognise a shorter beginning of an id.
const MIN_PREFIX_CHARS: usize = 4;

/// A short label for each subscription of the audited accounts, by its id in lower case: its name, and the unique
/// beginning of its id with `ellipsis`.
pub(super) fn labels<'a>(report: &'a Report, ellipsis: &str) -> BTreeMap<&'a str, String> {
    let ids: BTreeSet<&str> =
        report.accounts.iter().map(|audited| audited.account.id.folded_subscription()).collect();
    let beginning = |id: &str, length: usize| id.chars().take(length).collect::<String>();
    let longest = ids.iter().map(|id| id.chars().count()).max().unwrap_or(MIN_PREFIX_CHARS);
    let is_unique = |length: &usize| {
        ids.iter().map(|id| beginning(id, *length)).collect::<BTreeSet<_>>().len() == ids.len()
    };
    let length = (MIN_PREFIX_CHARS..longest).find(is_unique).unwrap_or(longest);
    let label = |id: &'a str| {
        let label = beginning(id, length);
        let label = if label.len() < id.len() { format!("{label}{ellipsis}") } else { label };
        report.subscription_names.of(id).map_or(label.clone(), |name| format!("{name} ({label})"))
    };
    ids.iter().map(|id| (*id, label(id))).collect()
}

/// A subscription in full: "Contoso-Prod (3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95)".
pub(super) fn named(report: &Report, subscription: &str) -> String {
    let name = report.subscription_names.of(&subscription.to_ascii_lowercase());
    name.map_or_else(|| subscription.to_owned(), |name| format!("{name} ({subscription})"))
}
