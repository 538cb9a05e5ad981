//! The accounts to audit, out of all account lists.

use std::collections::BTreeMap;

use crate::model::{Account, Collected, CollectedKind, Input, InputId, Instant, Note, ResourceId, Severity};

/// Says of each account when its list was exported, where a manifest tells, and leaves out those that a newer list of
/// their subscription has no more: an archive holds the lists of years.
pub fn dated(
    mut accounts: Vec<Account>,
    collected: &[Collected],
    inputs: &[Input],
    as_of: Instant,
) -> (Vec<Account>, Vec<Note>) {
    let mut exported: BTreeMap<InputId, Instant> = BTreeMap::new();
    let mut newest: BTreeMap<&ResourceId, Instant> = BTreeMap::new();
    for collected in collected {
        let CollectedKind::Accounts { scope } = &collected.what else { continue };
        let Some(id) = collected.input else { continue };
        let sha256 = inputs.get(id.0).and_then(|input| input.sha256.as_ref());
        let is_listed = sha256.is_some() && sha256 == collected.sha256.as_ref();
        if !is_listed || collected.complete.is_err() {
            continue;
        }
        exported.insert(id, collected.taken_at);
        if let Some(scope) = scope.as_ref().filter(|_| collected.taken_at <= as_of) {
            let newest = newest.entry(scope).or_insert(collected.taken_at);
            *newest = collected.taken_at.max(*newest);
        }
    }
    for account in &mut accounts {
        account.exported_at = exported.get(&account.region.start.input).copied();
    }
    if newest.is_empty() {
        return (accounts, Vec::new());
    }
    let last_seen: BTreeMap<ResourceId, Option<Instant>> =
        accounts.iter().fold(BTreeMap::new(), |mut seen, account| {
            let last: &mut Option<Instant> = seen.entry(account.id.clone()).or_default();
            // A list of unknown date may be the newest.
            *last = account
                .exported_at
                .map_or(Some(as_of), |exported| Some(last.map_or(exported, |last| last.max(exported))));
            seen
        });
    let is_gone = |account: &Account| {
        let subscription = ResourceId::of_subscription(account.id.subscription());
        let newest = subscription.as_ref().and_then(|subscription| newest.get(subscription).copied());
        last_seen.get(&account.id).copied().flatten() < newest
    };
    let (gone, left): (Vec<Account>, Vec<Account>) = accounts.into_iter().partition(is_gone);
    let mut notes = Vec::new();
    if !gone.is_empty() {
        let text = format!(
            "{} records of accounts of older lists were left out: the newest list of their subscription has them no more",
            gone.len()
        );
        notes.push(Note::new(Severity::Info, text));
    }
    (left, notes)
}

/// One account for each id, in the order of the ids: of lists whose dates are known the newest that is not after the audit. Where other lists
/// contradict each other, that is an error, and only what no list denies is believed: no date of creation, and no
/// disabled keys, that another list does not confirm.
pub fn inventory(mut accounts: Vec<Account>, as_of: Instant) -> (Vec<Account>, Vec<Note>) {
    // Of each id the best first: up to the audit the newest, and past it the oldest.
    let rank = |account: &Account| {
        let rank = account
            .exported_at
            .map(|at| if at <= as_of { (0, as_of.seconds_since(at)) } else { (1, at.seconds_since(as_of)) });
        (rank, account.region.start)
    };
    accounts.sort_by(|one, other| one.id.cmp(&other.id).then_with(|| rank(one).cmp(&rank(other))));
    let mut notes = Vec::new();
    accounts.dedup_by(|account, known| {
        if account.id != known.id {
            return false;
        }
        let is_superseded = known.exported_at.is_some()
            && account.exported_at.is_some()
            && known.exported_at != account.exported_at;
        if !is_superseded && !known.agrees_with(account) {
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
        true
    });
    (accounts, notes)
}
