use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Instant, Place, Region, ResourceId};

/// One Cognitive Services account, as an account export shows it.
///
/// Subscription, resource group and name come from the id alone: a forged `name` would have another account's
/// keys regenerated.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Account {
    pub id: ResourceId,
    pub kind: String,
    pub location: Option<String>,
    /// `properties.dateCreated`. It survives the recovery of a deleted account, as the keys do.
    pub created_at: Option<Instant>,
    /// Where the creation is not known, an instant that it was not after: a recovery moves it, and nothing else.
    pub created_by: Option<Instant>,
    /// `properties.isMigrated`: the account was made from an existing key, which may be older than the account.
    pub is_migrated: bool,
    /// `properties.disableLocalAuth`; `None` where the export does not say.
    pub local_auth_disabled: Option<bool>,
    pub tags: BTreeMap<String, String>,
    /// The second of the last write to the account, by its etag. Undocumented; it was seen to move when a key was
    /// regenerated.
    pub written_at: Option<Instant>,
    /// When the list was exported, where a manifest tells.
    pub exported_at: Option<Instant>,
    pub region: Region,
}

impl Account {
    /// When creation set both keys; `None` where that is not known.
    pub fn keys_created_at(&self) -> Option<Instant> {
        self.created_at.filter(|_| !self.is_migrated)
    }

    pub fn existed_at(&self, instant: Instant) -> bool {
        self.created_at.is_none_or(|created| created <= instant)
    }

    /// Whether two exports say the same of the account, wherever they say it.
    pub fn agrees_with(&self, other: &Account) -> bool {
        let essence = |account: &Account| {
            (
                account.id.clone(),
                account.kind.clone(),
                account.location.clone(),
                account.created_at,
                account.is_migrated,
                account.local_auth_disabled,
                account.tags.clone(),
            )
        };
        essence(self) == essence(other)
    }
}

/// A deleted account, whose events explain themselves by that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeletedAccount {
    /// The id that it had.
    pub id: ResourceId,
    pub place: Place,
}
