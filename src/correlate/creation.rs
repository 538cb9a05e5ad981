//! Determines when an account's keys were created, what has happened to the account since, and what this leaves
//! undecided.

use chrono::TimeDelta;

use super::Limits;
use super::attempts::Requests;
use super::moment::{Moment, Stretch};
use super::worlds::Creation;
use crate::model::{
    Account, Attempt, CLOCK_DIFFERENCE, DeletedAccount, Instant, KeyEvent, Outcome, Place, Stamp,
    Undecidable, UndecidableReason, counted,
};

/// The time after a deletion in which the state of the keys is unknown: the account may be recovered, or another
/// account may be moved to its id.
const AFTER_DELETION: TimeDelta = TimeDelta::hours(48);

/// The unit to which the date of a resource can be cut.
const DATE_PRECISION: TimeDelta = TimeDelta::seconds(1);

/// An account's life: its requests without those of earlier accounts of the same name.
#[derive(Debug)]
pub(super) struct Life {
    pub creation: Creation,
    /// In the order of time.
    pub attempts: Vec<Attempt>,
    pub key_reads: Vec<Attempt>,
    pub failed_key_reads: Vec<Attempt>,
    pub stamps: Vec<Stamp>,
    pub left_out_stamps: usize,
    /// A gap even if the log covers it: before a migration, or up to 48 hours after a deletion.
    pub forced_gap: Option<Stretch>,
    pub undecidable: Vec<Undecidable>,
    /// The newest request about an earlier account of the same name, and the creation of this account.
    pub earlier: Option<(Attempt, Instant)>,
    /// Whether there is a deletion between the two.
    pub is_earlier_deleted: bool,
    /// The dates of the lists that show local authentication, without those after which it may have been switched on, as
    /// far as the account's own records show.
    pub local_auth_dates: Vec<Option<Instant>>,
}

impl Life {
    pub(super) fn of(
        account: &Account,
        requests: Requests,
        deleted: &[DeletedAccount],
        stamps: Vec<Stamp>,
        as_of: Instant,
    ) -> Life {
        let created = account.created_at;
        let Requests {
            regenerations,
            key_reads,
            failed_key_reads,
            writes,
            deletions,
            group_deletions,
            unreadable,
        } = requests;
        // A request at the instant of the creation, or before it by less than the clock difference, is not proof of an
        // earlier account. It does not count for this account either, unless the account was migrated: then nothing
        // depends on the creation date.
        let bound = created.map(|created| created.minus(CLOCK_DIFFERENCE));
        let earlier = regenerations.iter().chain(&key_reads);
        let earlier = earlier.filter(|request| bound.is_some_and(|bound| request.at <= bound));
        let earlier = earlier.max_by_key(|request| request.at).cloned().zip(created);
        let since = if account.is_migrated { bound } else { created };
        let is_own = |request: &Attempt| since.is_none_or(|since| request.at > since);
        let own = |requests: Vec<Attempt>| requests.into_iter().filter(is_own).collect::<Vec<_>>();
        let is_after_creation = |at: Instant| created.is_none_or(|created| at > created);
        let listed: Vec<Deletion> =
            deleted.iter().filter_map(|record| Deletion::listed(record, account, as_of)).collect();
        let is_earlier_deleted = earlier.as_ref().is_some_and(|(request, created)| {
            let of_log = deletions.iter().chain(&group_deletions).map(|deletion| deletion.at);
            let mut deleted = of_log.chain(listed.iter().map(|deletion| deletion.at));
            deleted.any(|at| request.at <= at && at <= *created)
        });
        // An operation that cannot be read may be a deletion without an outcome.
        let of_account = deletions.iter().map(|request| Deletion::of(request, Cause::Account));
        let of_group = group_deletions.iter().map(|request| Deletion::of(request, Cause::Group));
        let unreadable = unreadable.iter().map(Deletion::possible);
        let deletions = of_account.chain(of_group).chain(unreadable).chain(listed);
        let deletion = deletions.filter(|deletion| is_after_creation(deletion.at)).max();

        // Of contradicting lists, each is an upper bound only for the account that it shows.
        let listed = account.listed_at.filter(|_| !account.is_creation_contradicted);
        let created_by = [account.created_by, listed].into_iter().flatten().fold(as_of, Instant::min);

        // Azure dates the resource just after the first record of its creation, and az cuts that date.
        let first = writes.iter().map(|write| write.first_at);
        let first = first.filter(|at| *at <= created_by.plus(DATE_PRECISION)).map(|at| at.min(created_by));
        let written: Vec<Instant> =
            writes.iter().map(|write| write.at).filter(|at| *at <= created_by).chain(first).collect();

        let mut attempts = own(regenerations);
        // If the creation is unknown, a migration can have been the latest of these writes.
        let migrated = created.or_else(|| written.iter().copied().max()).filter(|_| account.is_migrated);
        let deleted_until = deletion.map(|deletion| deletion.at.plus(AFTER_DELETION));
        // The gap begins at the creation, because the gaps are clipped to the life of the account.
        let forced_gap =
            migrated.max(deleted_until).map(|until| Stretch { start: Moment::MIN, end: Moment::at(until) });
        for attempt in attempts.iter_mut().filter(|attempt| Some(attempt.at) <= deleted_until) {
            if attempt.outcome == Outcome::Succeeded {
                attempt.outcome = Outcome::Uncertain;
            }
        }
        let known = stamps.len();
        let stamps: Vec<Stamp> = stamps
            .into_iter()
            .filter(|stamp| is_after_creation(stamp.taken_at))
            .filter(|stamp| deletion.is_none_or(|deletion| deletion.at < stamp.taken_at))
            .collect();
        let creation = match created {
            Some(_) if account.is_migrated => Creation::Elsewhere,
            Some(created) => Creation::At(created),
            None => {
                // Each of the contradicting lists says when the account was created, so it may have been then, even if
                // the log shows no write; `created_by` is the latest of these instants.
                let listed = account.is_creation_contradicted.then_some(created_by);
                let writes = written.into_iter().chain(listed).collect();
                Creation::Unknown { by: created_by, writes, is_migrated: account.is_migrated }
            }
        };
        let (local_auth_dates, local_auth_doubts) = local_auth(account, &writes, is_after_creation, as_of);
        let undecidable = [
            created_after_audit(account, as_of),
            deletion.and_then(|deletion| deleted_after_list(account, deletion)),
            local_auth_doubts.into_iter().next().filter(|_| local_auth_dates.is_empty()),
            account.is_local_auth_contradicted.then(lists_contradict),
            account.is_local_auth_unreadable.then(|| local_auth_unreadable(account)),
        ];
        Life {
            creation,
            attempts,
            key_reads: own(key_reads),
            failed_key_reads: own(failed_key_reads),
            left_out_stamps: known - stamps.len(),
            stamps,
            forced_gap,
            undecidable: undecidable.into_iter().flatten().collect(),
            earlier,
            is_earlier_deleted,
            local_auth_dates,
        }
    }
}

fn first_place(request: &Attempt) -> Option<Place> {
    request.records.iter().map(|record| record.place).min()
}

/// A deletion that the evidence shows, or an event that may be one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Deletion {
    at: Instant,
    cause: Cause,
    place: Option<Place>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Cause {
    /// The operation of an event cannot be read.
    Unreadable,
    /// The log shows that the resource group was deleted.
    Group,
    /// The log shows that the account was deleted.
    Account,
    /// A list of deleted accounts has the account, with the date.
    Listed,
    /// A list of deleted accounts has the account, without a date. The deletion then counts at the audit, the latest
    /// possible instant.
    ListedUndated,
}

impl Deletion {
    fn of(request: &Attempt, cause: Cause) -> Deletion {
        Deletion { at: request.at, cause, place: first_place(request) }
    }

    /// Returns `None` if the deletion is later than the audit, or is that of an earlier account with this id.
    fn listed(record: &DeletedAccount, account: &Account, as_of: Instant) -> Option<Deletion> {
        let place = Some(record.place);
        if let Some(at) = record.deleted_at {
            return (at <= as_of).then_some(Deletion { at, cause: Cause::Listed, place });
        }
        (!record.is_before(account)).then_some(Deletion { at: as_of, cause: Cause::ListedUndated, place })
    }

    fn possible(record: &KeyEvent) -> Deletion {
        Deletion { at: record.at, cause: Cause::Unreadable, place: Some(record.place) }
    }
}

fn deleted_after_list(account: &Account, deletion: Deletion) -> Option<Undecidable> {
    let at = deletion.at;
    let is_dated = deletion.cause != Cause::ListedUndated;
    if is_dated && account.vouched_at.is_some_and(|listed| listed > at) {
        return None;
    }
    let message = match deletion.cause {
        Cause::Account => {
            format!(
                "The log shows that the account was deleted on {at}, and no account list dated later has it."
            )
        }
        Cause::Group => format!(
            "The log shows that the account's resource group was deleted on {at}, and no account list dated later has the \
             account."
        ),
        Cause::Listed => format!(
            "A list of deleted accounts shows that the account was deleted on {at}, and no account list dated later has it."
        ),
        Cause::ListedUndated => {
            "The account is in an account list and in a list of deleted accounts, which does not say \
                                 when it was deleted."
                .to_owned()
        }
        Cause::Unreadable => format!(
            "The operation of an event on {at} cannot be read, so the account may have been deleted, and no account list \
             dated later has it."
        ),
    };
    let reason = UndecidableReason::DeletedAfterList;
    Some(Undecidable { reason, message, record: deletion.place })
}

/// An account of unknown creation that was created or recovered after the audit may not have existed at the audit.
fn created_after_audit(account: &Account, as_of: Instant) -> Option<Undecidable> {
    let at = account.created_by.filter(|at| account.created_at.is_none() && *at > as_of)?;
    Some(Undecidable {
        reason: UndecidableReason::EarlierAccount,
        message: format!(
            "It is not known when the account was created, and the account list has the date {at}, which is after the audit: \
             it may not have existed at the audit."
        ),
        record: Some(account.region.start),
    })
}

/// If local authentication is off, the dates of the lists that show it, and for the others the doubts. One list without a
/// doubt suffices.
fn local_auth(
    account: &Account,
    writes: &[Attempt],
    is_after_creation: impl Fn(Instant) -> bool,
    as_of: Instant,
) -> (Vec<Option<Instant>>, Vec<Undecidable>) {
    let mut dates = Vec::new();
    let mut doubts = Vec::new();
    let writes: Vec<&Attempt> = writes.iter().filter(|write| is_after_creation(write.at)).collect();
    for listed in account.local_auth_dates().filter(|_| account.local_auth_disabled == Some(true)) {
        let later = listed.filter(|listed| *listed > as_of);
        let doubt = match later {
            Some(later) => Some(local_auth_of_later_list(account, later)),
            None => local_auth_uncertain(listed, &writes),
        };
        match doubt {
            Some(doubt) => doubts.push(doubt),
            None => dates.push(listed),
        }
    }
    (dates, doubts)
}

/// Local authentication is off as of the list, and a later write may have switched it on.
fn local_auth_uncertain(listed: Option<Instant>, writes: &[&Attempt]) -> Option<Undecidable> {
    let is_later = |write: &&&Attempt| listed.is_none_or(|listed| write.at > listed);
    let write = writes.iter().rev().filter(is_later).find(|write| !write.disables_local_auth)?;
    let why = if listed.is_some() { "after that" } else { "and the list has no date" };
    Some(Undecidable {
        reason: UndecidableReason::LocalAuthUncertain,
        message: format!(
            "The account list shows that key access is switched off, but the log shows a write to the account on {}, \
             {why}: it may have switched key access on.",
            write.at
        ),
        record: first_place(write),
    })
}

/// Nothing after the audit is used, and the state of key access is known as of the list only.
fn local_auth_of_later_list(account: &Account, listed: Instant) -> Undecidable {
    Undecidable {
        reason: UndecidableReason::LocalAuthUncertain,
        message: format!(
            "The account list shows that key access was switched off on {listed}, which is after the audit: nothing shows \
             whether it was switched off at the audit."
        ),
        record: Some(account.region.start),
    }
}

/// The list is older than any evidence that an account may be judged by, and nothing later is about the account or its
/// subscription: nothing shows that it exists, and that key access stayed off. A list without a date may be new.
pub(super) fn local_auth_of_old_list(
    account: &Account,
    dates: &[Option<Instant>],
    newest_evidence: Option<Instant>,
    limits: &Limits,
) -> Option<Undecidable> {
    let first = limits.as_of.minus(limits.max_evidence_age);
    let is_old = |at: &Instant| *at < first;
    let listed = dates.first().copied().flatten()?;
    let are_old = dates.iter().all(|date| date.as_ref().is_some_and(is_old));
    if !are_old || newest_evidence.is_some_and(|at| !is_old(&at)) {
        return None;
    }
    let days = usize::try_from(limits.as_of.whole_days_since(listed)).unwrap_or_default();
    Some(Undecidable {
        reason: UndecidableReason::LocalAuthUncertain,
        message: format!(
            "The account list shows that key access was switched off on {listed}, but it is {} older than the audit \
             instant, and no later evidence is about the account or its subscription: list again.",
            counted(days, "day")
        ),
        record: Some(account.region.start),
    })
}

fn local_auth_unreadable(account: &Account) -> Undecidable {
    Undecidable {
        reason: UndecidableReason::LocalAuthUncertain,
        message: "The account list does not say in a readable form whether key access is switched off."
            .to_owned(),
        record: Some(account.region.start),
    }
}

fn lists_contradict() -> Undecidable {
    Undecidable {
        reason: UndecidableReason::ListsContradict,
        message: "Account lists without a date contradict each other about key access.".to_owned(),
        record: None,
    }
}
