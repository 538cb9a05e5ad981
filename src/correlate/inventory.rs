//! The accounts to audit, out of all account lists.

use std::collections::BTreeMap;

use crate::model::{Account, Note, ResourceId, Severity};

/// One account for each id. Where lists contradict each other, that is an error, and only what no list denies is
/// believed: no date of creation, and no disabled keys, that another list does not confirm.
pub fn inventory(mut accounts: Vec<Account>) -> (BTreeMap<ResourceId, Account>, Vec<Note>) {
    accounts.sort_by_key(|account| account.region.start);
    let mut inventory: BTreeMap<ResourceId, Account> = BTreeMap::new();
    let mut notes = Vec::new();
    for account in accounts {
        let Some(known) = inventory.get_mut(&account.id) else {
            inventory.insert(account.id.clone(), account);
            continue;
        };
        if !known.agrees_with(&account) {
            let text = format!("the account {} was listed before, with different contents", account.id);
            let place = account.region.start;
            notes.push(
                Note::new(Severity::Error, text)
                    .of(place.input)
                    .at_line(place.line)
                    .help("keep the list that is of the audit's day, and leave the other out"),
            );
            known.created_at = known.created_at.filter(|created| account.created_at == Some(*created));
            known.is_migrated |= account.is_migrated;
            known.local_auth_disabled =
                known.local_auth_disabled.filter(|disabled| account.local_auth_disabled == Some(*disabled));
        }
    }
    (inventory, notes)
}
