//! Selects the accounts to audit from all account lists.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::TimeDelta;
use foldhash::fast::RandomState;

use super::unordered::Dropped;
use crate::model::{
    Account, CLOCK_DIFFERENCE, Collected, CollectedKind, DeletedAccount, Input, InputId, Instant, Interval,
    LocalAuthSource, Note, Place, ResourceId, Severity, UNKNOWN_KIND,
};

/// The accounts of all lists.
#[derive(Debug, Default)]
pub struct Inventory {
    pub accounts: Vec<Account>,
    /// Accounts that an older list has and the newest list of their subscription lacks, with that list's date.
    pub gone: Vec<(Account, Instant)>,
    /// The date of the newest list of each subscription, up to the audit.
    pub newest_lists: BTreeMap<ResourceId, Instant>,
    pub notes: Vec<Note>,
}

/// Sets the date of each account to that of its list, from a manifest or else `listed_at`. Removes accounts that a
/// newer list of their subscription lacks, because an archive can contain the lists of several years.
pub fn dated(
    mut accounts: Vec<Account>,
    collected: &[Collected],
    inputs: &[Input],
    listed_at: Option<Instant>,
    as_of: Instant,
) -> Inventory {
    let lists = lists(collected, inputs);
    let mut dates: BTreeMap<InputId, Instant> = BTreeMap::new();
    for list in &lists {
        // The same bytes may have been exported several times: the newest list up to the audit counts.
        let rank = |at: Instant| if at <= as_of { (true, at.since(as_of)) } else { (false, as_of.since(at)) };
        let date = dates.entry(list.input).or_insert(list.taken_at);
        *date = if rank(*date) < rank(list.taken_at) { list.taken_at } else { *date };
    }
    let mut notes = Vec::new();
    for account in &mut accounts {
        let by_manifest = dates.get(&account.region.start.input).copied();
        account.vouched_at = by_manifest;
        account.listed_at = by_manifest.or(listed_at);
        notes.extend(created_after_list(account));
    }
    add_arrivals(&mut accounts, &lists, as_of);
    let mut newest: BTreeMap<ResourceId, Instant> = BTreeMap::new();
    let has_unscoped = lists.iter().any(|list| list.scope.is_none());
    let of_lists = if has_unscoped { subscriptions_of_lists(&accounts) } else { BTreeMap::new() };
    for list in lists.iter().filter(|list| list.taken_at <= as_of) {
        // A list without a stated scope counts as a list of each subscription that it has accounts of.
        let listed = of_lists.get(&list.input).filter(|_| list.scope.is_none());
        for scope in list.scope.into_iter().cloned().chain(listed.into_iter().flatten().cloned()) {
            let newest = newest.entry(scope).or_insert(list.taken_at);
            *newest = list.taken_at.max(*newest);
        }
    }
    if newest.is_empty() {
        return Inventory { accounts, notes, ..Inventory::default() };
    }
    let mut last_seen: BTreeMap<ResourceId, Instant> = BTreeMap::new();
    for account in &accounts {
        // A list of unknown date may be the newest.
        let seen = account.listed_at.unwrap_or(as_of);
        let last = last_seen.entry(account.id.clone()).or_insert(seen);
        *last = seen.max(*last);
    }
    let newer_list = |account: &Account| {
        let subscription = ResourceId::of_subscription(account.id.subscription())?;
        let newest = newest.get(&subscription).copied()?;
        last_seen.get(&account.id).is_some_and(|last| *last < newest).then_some(newest)
    };
    let mut inventory = Inventory { notes, ..Inventory::default() };
    for account in accounts {
        match newer_list(&account) {
            Some(newer) => inventory.gone.push((account, newer)),
            None => inventory.accounts.push(account),
        }
    }
    inventory.newest_lists = newest;
    // Keeps the newest record of each account.
    inventory.gone.sort_by(|(one, _), (other, _)| {
        (&one.id, other.listed_at, one.region.start).cmp(&(&other.id, one.listed_at, other.region.start))
    });
    inventory.gone.dedup_by(|(account, _), (known, _)| account.id == known.id);
    inventory
}

/// Sets the time in which accounts came to their ids, by the lists of a subscription that lack them. Lists after the
/// audit show nothing about the time before it.
fn add_arrivals(accounts: &mut [Account], lists: &[DatedList<'_>], as_of: Instant) {
    let mut dates: BTreeMap<&str, BTreeSet<Instant>> = BTreeMap::new();
    // The same bytes can be the list of several dates.
    let mut of_lists: BTreeMap<InputId, BTreeSet<Instant>> = BTreeMap::new();
    for list in lists.iter().filter(|list| list.taken_at <= as_of) {
        of_lists.entry(list.input).or_default().insert(list.taken_at);
        if let Some(scope) = list.scope {
            dates.entry(scope.folded_subscription()).or_default().insert(list.taken_at);
        }
    }
    dates.retain(|_, dates| dates.len() > 1);
    if dates.is_empty() {
        return;
    }
    let mut seen: BTreeMap<ResourceId, BTreeSet<Instant>> = BTreeMap::new();
    for account in accounts.iter().filter(|account| dates.contains_key(account.id.folded_subscription())) {
        let of_list = of_lists.get(&account.region.start.input).into_iter().flatten();
        seen.entry(account.id.clone()).or_default().extend(of_list.copied().chain(account.listed_at));
    }
    for account in accounts {
        let Some(seen) = seen.get(&account.id) else { continue };
        let of_subscription = dates.get(account.id.folded_subscription()).into_iter().flatten();
        let missing = of_subscription.filter(|date| !seen.contains(*date));
        let missing = missing.filter(|date| account.created_at.is_none_or(|created| created < **date));
        let mut came = missing.filter_map(|lacking| {
            let having = seen.range(*lacking..).find(|date| **date <= as_of)?;
            Interval::new(*lacking, *having)
        });
        account.came = came.next_back();
    }
}

/// A creation date after the date of the list shows that one of the two is wrong, so the creation is unknown, and neither
/// date bounds it.
fn created_after_list(account: &mut Account) -> Option<Note> {
    let listed = account.listed_at?;
    let created = account.created_at.filter(|created| is_after_list(account, *created))?;
    account.created_at = None;
    account.created_by = account.created_by.max(Some(created));
    account.is_creation_contradicted = true;
    let text = format!(
        "the account {} was created on {created} by this record, but the list was exported on {listed}",
        account.id
    );
    let place = account.region.start;
    let help = "correct the date of the list, or export it again; until then, the creation date is unknown";
    Some(Note::new(Severity::Error, text).of(place.input).at_line(place.line).help(help))
}

/// Whether an instant is later than the account's list.
fn is_after_list(account: &Account, at: Instant) -> bool {
    account.listed_at.is_some_and(|listed| at > listed.plus(CLOCK_DIFFERENCE))
}

/// A list that a manifest vouches for.
pub(super) struct DatedList<'a> {
    pub(super) input: InputId,
    pub(super) scope: Option<&'a ResourceId>,
    pub(super) taken_at: Instant,
}

/// Returns the lists that manifests vouch for. A manifest vouches for bytes, regardless of the name of the file.
pub(super) fn lists<'a>(collected: &'a [Collected], inputs: &[Input]) -> Vec<DatedList<'a>> {
    let by_digest = by_digest(inputs);
    let list = |collected: &'a Collected| {
        let CollectedKind::Accounts { scope } = &collected.what else { return Vec::new() };
        let sha256 = collected.sha256.as_deref().filter(|_| collected.complete.is_ok());
        let vouched_for = sha256.and_then(|sha256| by_digest.get(sha256)).into_iter().flatten();
        let taken_at = collected.taken_at;
        vouched_for.map(|input| DatedList { input: *input, scope: scope.as_ref(), taken_at }).collect()
    };
    collected.iter().flat_map(list).collect()
}

fn by_digest(inputs: &[Input]) -> BTreeMap<&str, Vec<InputId>> {
    let mut by_digest: BTreeMap<&str, Vec<InputId>> = BTreeMap::new();
    for (index, input) in inputs.iter().enumerate() {
        if let Some(sha256) = &input.sha256 {
            by_digest.entry(sha256).or_default().push(InputId(index));
        }
    }
    by_digest
}

/// Removes the statements of manifests on account lists that contain accounts of another subscription than stated, and
/// returns a note on each.
pub fn remove_lists_of_other_subscriptions(
    collected: &mut Vec<Collected>,
    inputs: &[Input],
    accounts: &[Account],
) -> Vec<Note> {
    if !collected.iter().any(|entry| matches!(entry.what, CollectedKind::Accounts { scope: Some(_) })) {
        return Vec::new();
    }
    let by_digest = by_digest(inputs);
    let of_lists = subscriptions_of_lists(accounts);
    let mut notes = Vec::new();
    collected.retain(|entry| {
        let CollectedKind::Accounts { scope: Some(scope) } = &entry.what else { return true };
        let lists = entry.sha256.as_deref().and_then(|sha256| by_digest.get(sha256));
        let mut listed = lists.into_iter().flatten().filter_map(|list| of_lists.get(list)).flatten();
        let stated = scope.folded_subscription();
        let Some(other) = listed.find(|listed| listed.folded_subscription() != stated) else { return true };
        let text = format!(
            "{} holds accounts of {other}, and not only of the scope {scope}, so its manifest declares nothing",
            entry.file
        );
        let note = Note::new(Severity::Error, text).help("give the files as they were collected");
        notes.push(note.of(entry.place.input).at_line(entry.place.line));
        false
    });
    notes
}

/// Returns the subscriptions of the accounts in each list.
fn subscriptions_of_lists(accounts: &[Account]) -> BTreeMap<InputId, BTreeSet<ResourceId>> {
    let list_of = |account: &Account| account.region.start.input;
    let is_alike = |one: &Account, other: &Account| {
        list_of(one) == list_of(other) && one.id.subscription() == other.id.subscription()
    };
    let mut of_lists: BTreeMap<InputId, BTreeSet<ResourceId>> = BTreeMap::new();
    // Most lists are of one subscription, so one of their accounts suffices.
    for alike in accounts.chunk_by(is_alike) {
        let subscription = ResourceId::of_subscription(alike[0].id.subscription());
        of_lists.entry(list_of(&alike[0])).or_default().extend(subscription);
    }
    of_lists
}

/// When each list that a manifest vouches for was taken.
pub fn dates_of_lists(collected: &[Collected], inputs: &[Input]) -> Vec<(InputId, Instant)> {
    lists(collected, inputs).into_iter().map(|list| (list.input, list.taken_at)).collect()
}

/// One account for each id, in the order of the ids: of lists with dates, the newest that is not after the audit. Lists
/// without dates add to it what it lacks, which then has no date either. If they contradict it or each other in what the
/// audit uses, that is an error, and the verdicts are computed with that property unknown. Details that only policies of the user's own read are dropped; `are_details_read` selects whether
/// there are such policies, so that this is reported.
pub fn inventory(
    mut accounts: Vec<Account>,
    as_of: Instant,
    are_details_read: bool,
) -> (Vec<Account>, Vec<Note>) {
    // Of each id the best record first: up to the audit the newest, and past it the oldest; then those without a date, the
    // later one in the order of paths first.
    let rank = |account: &Account| match account.listed_at {
        Some(at) if at <= as_of => (0, as_of.since(at)),
        Some(at) => (1, at.since(as_of)),
        None => (2, TimeDelta::zero()),
    };
    accounts.sort_by(|one, other| {
        one.id
            .cmp(&other.id)
            .then_with(|| rank(one).cmp(&rank(other)))
            .then_with(|| other.region.start.cmp(&one.region.start))
    });
    let mut notes = Vec::new();
    let mut changed: BTreeSet<(ResourceId, Place)> = BTreeSet::new();
    let mut dropped = Dropped::default();
    accounts.dedup_by(|account, known| {
        if account.id != known.id {
            return false;
        }
        known.id.respell(&account.id);
        let is_superseded =
            known.listed_at.is_some() && account.listed_at.is_some() && known.listed_at != account.listed_at;
        let vouched = account.vouched_at.filter(|at| !is_superseded || *at <= as_of);
        known.vouched_at = known.vouched_at.max(vouched);
        if is_superseded {
            return true;
        }
        let has_agreed = known.agrees_with(account);
        dropped.merge(known, account);
        let differences = contradict(known, account);
        if differences.is_empty() {
            if !has_agreed {
                changed.insert((known.id.clone(), known.region.start));
            }
        } else {
            let text = format!(
                "the account {} is listed here and elsewhere, and the two records contradict each other about its {}",
                account.id,
                differences.join(" and its ")
            );
            let note = Note::new(Severity::Error, text)
                .help("keep the list from the day of the audit, and leave out the other one");
            notes.extend([known.region.start, account.region.start].map(|place| {
                note.clone().of(place.input).at_line(place.line)
            }));
        }
        true
    });
    let is_reported = |(id, place): &(ResourceId, Place)| !are_details_read || !dropped.has(id, *place);
    notes.extend(changed.into_iter().filter(is_reported).map(|(id, place)| {
        let text = format!(
            "the account {id} is in two lists that differ only in details that no verdict depends on; this record counts"
        );
        Note::new(Severity::Info, text).of(place.input).at_line(place.line)
    }));
    if are_details_read {
        notes.extend(dropped.notes());
    }
    (accounts, notes)
}

/// Makes unknown what two records contradict each other about, and names it. What only one of them knows is no
/// contradiction, and is as of the date of its list. `other` is of the same date, or of none.
fn contradict(known: &mut Account, other: &Account) -> Vec<&'static str> {
    let mut differences = Vec::new();
    let is_of_one_date = known.listed_at == other.listed_at;
    if known.kind == UNKNOWN_KIND {
        known.kind.clone_from(&other.kind);
    } else if other.kind != UNKNOWN_KIND && !known.kind.eq_ignore_ascii_case(&other.kind) {
        differences.push("kind");
        known.other_kinds.push(other.kind.clone());
    }
    let both_created = known.created_at.zip(other.created_at);
    // Tools cut the digits of a second, so a date can have fewer of them in one list.
    let same_creation = both_created.and_then(|(one, other)| one.most_precise(other));
    let is_migration_known = !known.is_migration_unknown && !other.is_migration_unknown;
    let is_migrated_in_one = is_migration_known && known.is_migrated != other.is_migrated;
    let is_created_later = other.created_at.is_some_and(|created| is_after_list(known, created));
    let is_contradicted = both_created.is_some() && (same_creation.is_none() || is_migrated_in_one);
    if is_contradicted || is_created_later {
        differences.push("creation");
        let bounds = [known.created_by, other.created_by, known.created_at, other.created_at];
        // The account was created at or before the latest of these dates.
        known.created_by = bounds.into_iter().flatten().max();
        known.created_at = same_creation;
        known.is_creation_contradicted = known.created_at.is_none();
    } else if known.is_creation_contradicted || other.is_creation_contradicted {
        let bounds = [known.created_by, other.created_by, known.created_at, other.created_at];
        known.created_by = bounds.into_iter().flatten().max();
        known.created_at = None;
        known.is_creation_contradicted = true;
    } else {
        known.created_at = same_creation.or(known.created_at).or(other.created_at);
        known.created_by = if is_of_one_date {
            known.created_by.max(other.created_by)
        } else {
            known.created_by.or(other.created_by.filter(|by| !is_after_list(known, *by)))
        };
    }
    known.is_migrated = match (known.is_migration_unknown, other.is_migration_unknown) {
        (true, false) => other.is_migrated,
        (false, true) => known.is_migrated,
        _ => known.is_migrated || other.is_migrated,
    };
    known.is_migration_unknown &= other.is_migration_unknown;
    known.is_local_auth_unreadable |= other.is_local_auth_unreadable;
    match (known.local_auth_disabled, other.local_auth_disabled) {
        (Some(one), Some(another)) if one != another => {
            differences.push("key access");
            known.local_auth_disabled = None;
            known.is_local_auth_contradicted = true;
        }
        _ if known.is_local_auth_contradicted => {}
        (_, None) => {}
        (one, another) => {
            known.local_auth_disabled = another;
            known.local_auth_source = match (one, known.local_auth_source) {
                (_, source) if is_of_one_date => source,
                (None, _) | (_, LocalAuthSource::Undated) => LocalAuthSource::Undated,
                (_, LocalAuthSource::Own | LocalAuthSource::Both) => LocalAuthSource::Both,
            };
        }
    }
    differences
}

/// The records of all lists of deleted accounts, by the id that the account had.
pub type DeletedById = HashMap<ResourceId, Vec<DeletedAccount>, RandomState>;

pub fn deleted_by_id(deleted: Vec<DeletedAccount>) -> DeletedById {
    let mut by_id = DeletedById::default();
    for account in deleted {
        by_id.entry(account.id.clone()).or_default().push(account);
    }
    by_id
}
