//! Short labels of subscriptions.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::Report;

/// A shorter beginning of an id is not recognised again.
const LEAST: usize = 4;

/// Each subscription of the audited accounts, in lower case, with the beginning of its id that no other has, and
/// `ellipsis`.
pub(super) fn labels<'a>(report: &'a Report, ellipsis: &str) -> BTreeMap<&'a str, String> {
    let ids: BTreeSet<&str> =
        report.accounts.iter().map(|audited| audited.account.id.folded_subscription()).collect();
    let beginning = |id: &str, length: usize| id.chars().take(length).collect::<String>();
    let longest = ids.iter().map(|id| id.chars().count()).max().unwrap_or(LEAST);
    let is_unique = |length: &usize| {
        ids.iter().map(|id| beginning(id, *length)).collect::<BTreeSet<_>>().len() == ids.len()
    };
    let length = (LEAST..longest).find(is_unique).unwrap_or(longest);
    let label = |id: &'a str| {
        let label = beginning(id, length);
        if label.len() < id.len() { format!("{label}{ellipsis}") } else { label }
    };
    ids.iter().map(|id| (*id, label(id))).collect()
}
