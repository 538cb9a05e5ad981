use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Instant, Interval, Place, Region, ResourceId};

/// One Cognitive Services account, as an account export shows it.
///
/// Subscription, resource group and name come only from the id. Otherwise, a forged `name` could make an operator
/// regenerate the keys of another account.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct Account {
    pub id: ResourceId,
    /// [`UNKNOWN_KIND`] if the export does not say.
    pub kind: String,
    pub location: Option<String>,
    /// `properties.dateCreated`. It survives the recovery of a deleted account, as the keys do.
    pub created_at: Option<Instant>,
    /// The earlier one of `createdTime` and `systemData.createdAt`: the account was created at or before it. A recovery
    /// changes both, so they are not a creation date.
    pub created_by: Option<Instant>,
    /// `properties.isMigrated`: the account was made from an existing key, which may be older than the account.
    pub is_migrated: bool,
    /// The export does not say whether the account was migrated, or not in a readable form, so it counts as one that was.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_migration_unknown: bool,
    /// `properties.disableLocalAuth`; `None` if the export does not state it.
    pub local_auth_disabled: Option<bool>,
    /// Whether `properties.disableLocalAuth` has a value in the export that is neither `true` nor `false`.
    #[serde(default, skip_serializing_if = "is_false")]
    pub is_local_auth_unreadable: bool,
    /// Azure allows 50 tags. If a list has more, all of them are kept, so only the size of the list limits their
    /// number.
    pub tags: BTreeMap<String, String>,
    /// The export's remaining properties; `None` if it has none, or if no policy of the user's own can read them. Not
    /// part of evidence files, which must stay small.
    #[serde(skip)]
    pub properties: Option<KeptProperties>,
    /// The second of the last write to the account, from its etag. This is undocumented; a regeneration of a key was
    /// seen to change it.
    pub written_at: Option<Instant>,
    /// When the list was exported, by a manifest or by `--listed-at`.
    pub listed_at: Option<Instant>,
    /// The newest date up to the audit at which, by a manifest, a list had the account; without one, the date of the list
    /// after the audit. No older than `listed_at` if a manifest gives that date.
    #[serde(skip)]
    pub vouched_at: Option<Instant>,
    /// The time between a list that lacks an account of this id and the next one that has it, if it is after the creation.
    /// The account came to its id in between.
    #[serde(skip)]
    pub came: Option<Interval>,
    /// The lists that show `local_auth_disabled`.
    #[serde(skip)]
    pub local_auth_source: LocalAuthSource,
    /// Further kinds, if lists without a date contradict each other; at most one for each list.
    #[serde(skip)]
    pub other_kinds: Vec<String>,
    /// Lists without a date contradict each other about local authentication.
    #[serde(skip)]
    pub is_local_auth_contradicted: bool,
    /// Lists contradict each other about the creation, or the date of a list contradicts it, so no further list makes it
    /// known.
    #[serde(skip)]
    pub is_creation_contradicted: bool,
    pub region: Region,
}

/// The lists that show the local authentication of an account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LocalAuthSource {
    /// The list of `listed_at`.
    #[default]
    Own,
    /// Only a list without a date, unlike the one of `listed_at`.
    Undated,
    /// The list of `listed_at` and one without a date.
    Both,
}

/// The remaining properties of an account, as text so that those of many accounts take little memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeptProperties {
    /// A JSON object of at most [`KeptProperties::MAX_BYTES`].
    Known(Box<str>),
    /// Properties beyond the limit, by their length in bytes.
    TooLarge(usize),
    /// Properties in which a member occurs twice, or which contain a value that JSON parsers do not accept.
    Unreadable,
}

impl KeptProperties {
    /// Limit of the properties of one account as compact JSON. Fifty private endpoints take about half of it. Larger
    /// properties are left out, with a note.
    pub const MAX_BYTES: usize = 64 << 10;

    /// Keeps the properties as text; `None` if they cannot be written as JSON.
    pub fn new(properties: &Map<String, Value>) -> Option<KeptProperties> {
        let text = serde_json::to_string(properties).ok()?;
        Some(if text.len() > KeptProperties::MAX_BYTES {
            KeptProperties::TooLarge(text.len())
        } else {
            KeptProperties::Known(text.into())
        })
    }

    /// Returns the members, if the properties were kept.
    pub fn known(&self) -> Option<BTreeMap<String, Value>> {
        match self {
            KeptProperties::Known(text) => serde_json::from_str(text).ok(),
            KeptProperties::TooLarge(_) | KeptProperties::Unreadable => None,
        }
    }

    /// Drops the members that another record of the account contradicts, and adds their names to `contradicted`. A
    /// member that only one of the records has is not a contradiction. If the properties of either record were left
    /// out, they cannot be compared, and the result is left out, too.
    pub fn merge(&mut self, other: &KeptProperties, contradicted: &mut BTreeSet<String>) {
        if self == other {
            return;
        }
        let (Some(mut known), Some(others)) = (self.known(), other.known()) else {
            if self.known().is_some() {
                self.clone_from(other);
            }
            return;
        };
        for (name, value) in others {
            if known.get(&name).is_some_and(|known| *known != value) {
                contradicted.insert(name);
            } else {
                known.insert(name, value);
            }
        }
        known.retain(|name, _| !contradicted.contains(name));
        if let Some(merged) = KeptProperties::new(&known.into_iter().collect()) {
            *self = merged;
        }
    }

    /// Returns the length of properties that are left out.
    pub fn omitted_bytes(&self) -> Option<usize> {
        match self {
            KeptProperties::TooLarge(bytes) => Some(*bytes),
            KeptProperties::Known(_) | KeptProperties::Unreadable => None,
        }
    }
}

/// The kinds of accounts that an audit has in scope by default.
pub const DEFAULT_KINDS: [&str; 2] = ["OpenAI", "AIServices"];

/// The kind of an account whose kind is not known; it may be any.
pub const UNKNOWN_KIND: &str = "unknown";

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_false(flag: &bool) -> bool {
    !*flag
}

impl Account {
    /// The instant at which the creation set both keys; `None` if it is not known.
    pub fn keys_created_at(&self) -> Option<Instant> {
        self.created_at.filter(|_| !self.is_migrated)
    }

    /// The dates of the lists that show the local authentication; `None` for lists without a date.
    pub fn local_auth_dates(&self) -> impl Iterator<Item = Option<Instant>> {
        let own = (self.local_auth_source != LocalAuthSource::Undated).then_some(self.listed_at);
        let undated = (self.local_auth_source != LocalAuthSource::Own).then_some(None);
        own.into_iter().chain(undated)
    }

    pub fn existed_at(&self, instant: Instant) -> bool {
        self.created_at.is_none_or(|created| created <= instant)
    }

    /// Whether two records of the account agree, wherever they are.
    pub fn agrees_with(&self, other: &Account) -> bool {
        let essence = |account: &Account| {
            (
                account.id.clone(),
                account.kind.clone(),
                account.location.clone(),
                account.created_at,
                (account.is_migrated, account.is_migration_unknown),
                account.local_auth_disabled,
                account.tags.clone(),
            )
        };
        essence(self) == essence(other)
    }
}

/// A deleted account. Its events before the deletion are expected, even if no account list has the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeletedAccount {
    /// The id that it had.
    pub id: ResourceId,
    /// `properties.dateCreated`, which differs from that of a later account with the same id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Instant>,
    /// `properties.deletionDate`; older versions of the API leave it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<Instant>,
    pub place: Place,
}

impl DeletedAccount {
    /// Whether it is known to be an earlier account of the same name, which was created before.
    pub fn is_before(&self, account: &Account) -> bool {
        let is_before = |(one, own): (Instant, Instant)| one < own && one.most_precise(own).is_none();
        self.created_at.zip(account.created_at).is_some_and(is_before)
    }
}
