use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::Place;

/// The name that a list of subscriptions gives to one of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubscriptionName {
    /// In lower case.
    pub subscription: String,
    pub name: String,
    pub place: Place,
}

/// The word for a subscription that the reader of a command must fill in.
const PLACEHOLDER: &str = "SUBSCRIPTION";

/// The id of a subscription, for a command that is not quoted because the reader's shell is unknown: every shell reads a
/// GUID as it is written. A log can contain anything else as an id, and then this is a placeholder.
/// `subscription_in_command` in `policies/lib/remediation.rego` must change with it.
pub fn subscription_in_command(id: &str) -> &str {
    if is_guid(id) { id } else { PLACEHOLDER }
}

pub fn is_guid(text: &str) -> bool {
    let groups: Vec<usize> = text.split('-').map(str::len).collect();
    groups == [8, 4, 4, 4, 12] && text.chars().all(|one| one.is_ascii_hexdigit() || one == '-')
}

/// The names of subscriptions, by their ids in lower case; at most one for each record of a list of subscriptions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SubscriptionNames(BTreeMap<String, String>);

impl SubscriptionNames {
    /// If lists of different dates give a subscription several names, it has them all, so that the order of the inputs
    /// does not matter.
    pub fn new(names: Vec<SubscriptionName>) -> SubscriptionNames {
        let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for SubscriptionName { subscription, name, .. } in names {
            all.entry(subscription).or_default().insert(name);
        }
        let joined = |names: BTreeSet<String>| names.into_iter().collect::<Vec<_>>().join(" or ");
        SubscriptionNames(
            all.into_iter().map(|(subscription, names)| (subscription, joined(names))).collect(),
        )
    }

    /// The name of a subscription, whose id is in lower case.
    pub fn of(&self, subscription: &str) -> Option<&str> {
        self.0.get(subscription).map(String::as_str)
    }
}
