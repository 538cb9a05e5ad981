//! Computes what the records prove: attempts, coverage, and the exact bounds of each key. All functions are pure: they
//! use neither files nor the clock.

mod attempts;
mod bounds;
mod contradiction;
mod coverage;
mod creation;
mod doubts;
mod failed_lists;
mod inventory;
mod judge;
mod moment;
mod moves;
mod readings;
mod unlisted;
mod unordered;
mod worlds;

use std::collections::{BTreeSet, HashMap};
use std::mem;

use chrono::TimeDelta;
use foldhash::fast::RandomState;

pub use attempts::attempts;
pub use coverage::{
    Coverage, CoveredResidence, Evidence, StatedLogs, UnreadFiles, UnreadSubscriptions, by_etag,
};
pub use doubts::{doubts, refuted, repetitions};
pub use failed_lists::CollectedLists;
pub use inventory::{
    DeletedById, Inventory, dated, dates_of_lists, deleted_by_id, inventory,
    remove_lists_of_other_subscriptions,
};
pub use moves::{Moves, Residence, along, doubts_about_moves, moves};
pub use readings::stamps;
pub use unlisted::Existence;

use crate::model::{
    Account, Attempt, Basis, Contradiction, CoverageClass, Covered, DeletedAccount, Gap, Instant, KeyEvent,
    KeyName, KeyOperation, Place, Proof, Reliance, ResourceId, Stamp, SubscriptionStay, Undecidable,
    UndecidableReason, Verdict,
};
use attempts::Requests;
use bounds::{bans, unseen};
use coverage::{Selection, covered};
use creation::Life;
use judge::{Case, Part};
use moment::{Moment, Stretch, contain};
use worlds::{KeyEvidence, Statement};

/// Records of requests, by their resource. The map has no defined order, so anything that is reported about several
/// resources must be sorted first.
pub type EventsByResource = HashMap<ResourceId, Vec<Box<KeyEvent>>, RandomState>;

/// Records up to the audit.
#[derive(Debug, Default)]
pub struct Events {
    /// By account.
    pub of_accounts: EventsByResource,
    /// Records of resource groups and subscriptions. Those whose operation cannot be read concern every account in
    /// them.
    pub of_scopes: EventsByResource,
    /// Number of later records of operations on keys, which were left out.
    pub later: usize,
    /// Places of later records whose operation cannot be read, which were left out, too. One record may be of several
    /// subscriptions.
    pub later_unreadable: BTreeSet<Place>,
}

impl Events {
    pub fn until(as_of: Instant, events: Vec<Box<KeyEvent>>) -> Events {
        let mut sorted = Events::default();
        // An account has a few records of its keys.
        sorted.of_accounts.reserve(events.len() / 4);
        for event in events {
            if event.at > as_of {
                let is_of_keys = matches!(event.operation, KeyOperation::Regenerate | KeyOperation::List);
                sorted.later += usize::from(is_of_keys);
                if event.operation == KeyOperation::Unreadable {
                    sorted.later_unreadable.insert(event.place);
                }
                continue;
            }
            let of_kind =
                if event.resource.is_account() { &mut sorted.of_accounts } else { &mut sorted.of_scopes };
            match of_kind.get_mut(&event.resource) {
                Some(known) => known.push(event),
                None => drop(of_kind.insert(event.resource.clone(), vec![event])),
            }
        }
        sorted
    }

    /// The records of the account, and of the scopes that it is in.
    pub fn about(&self, account: &ResourceId) -> impl Iterator<Item = &KeyEvent> {
        let own = self.of_accounts.get(account).into_iter().flatten().map(AsRef::as_ref);
        own.chain(self.around(account))
    }

    /// The records of the scopes that the account is in.
    pub fn around(&self, account: &ResourceId) -> impl Iterator<Item = &KeyEvent> {
        let scopes = [account.group(), ResourceId::of_subscription(account.subscription())];
        let scopes = scopes.into_iter().flatten().filter(|_| !self.of_scopes.is_empty());
        scopes.flat_map(|scope| self.of_scopes.get(&scope).into_iter().flatten()).map(AsRef::as_ref)
    }
}

/// All evidence about one account.
#[derive(Clone, Debug, Default)]
pub struct AccountEvidence {
    /// Records of requests about it, in any order, under any id that it had.
    pub events: Vec<KeyEvent>,
    /// Records of its id in lists of deleted accounts.
    pub deleted: Vec<DeletedAccount>,
    /// In the order of time, including stamps that were read after the audit.
    pub stamps: Vec<Stamp>,
    /// Its coverage, for each id that it had.
    pub residences: Vec<CoveredResidence>,
    /// The newest record of its subscription in any log, up to the audit.
    pub newest_record: Option<Instant>,
}

/// The limits that a verdict is measured by.
#[derive(Clone, Debug)]
pub struct Limits {
    /// The audit instant. Except for readings, later evidence is not used.
    pub as_of: Instant,
    pub max_age: TimeDelta,
    pub tolerance: TimeDelta,
    pub max_evidence_age: TimeDelta,
}

/// Returns what the evidence proves about the keys of one account.
pub fn prove(account: &Account, evidence: AccountEvidence, limits: &Limits) -> Proof {
    let AccountEvidence { mut events, deleted, stamps, residences, newest_record } = evidence;
    let as_of = limits.as_of;
    events.retain(|event| event.at <= as_of);
    let newest_own =
        events.iter().map(|event| event.at).chain(stamps.iter().map(|stamp| stamp.taken_at)).max();
    let mut life = Life::of(account, Requests::of(events), &deleted, stamps, as_of);
    let mut undecidable = std::mem::take(&mut life.undecidable);
    let mut coverage: Vec<Covered> =
        residences.iter().flat_map(|residence| residence.covered.iter().copied()).collect();
    if !account.existed_at(as_of) {
        undecidable.clear();
        undecidable.extend(life.earlier.as_ref().map(|(request, _)| earlier_account(account, request)));
        return Proof {
            verdict: if undecidable.is_empty() { Verdict::NotApplicable } else { Verdict::Unproven },
            undecidable,
            attempts: life.attempts,
            key_reads: life.key_reads,
            failed_key_reads: life.failed_key_reads,
            coverage,
            stamps: life.stamps,
            left_out_stamps: life.left_out_stamps,
            ..Proof::default()
        };
    }
    let ends = coverage.iter().map(|covered| covered.interval.end);
    let newest_evidence = ends.chain(newest_own).chain(newest_record).max();
    let is_known = undecidable.iter().any(|known| known.reason == UndecidableReason::LocalAuthUncertain);
    if !is_known {
        undecidable.extend(creation::local_auth_of_old_list(
            account,
            &life.local_auth_dates,
            newest_evidence,
            limits,
        ));
    }
    let of_stamps = readings::statements(&life.stamps, as_of);
    let statements: Vec<Statement> = of_stamps.iter().map(|(statement, _)| *statement).collect();
    let case = Case { life: &life, statements: &statements, residences: &residences, limits };

    let mut contradiction = creation_contradicts_log(account, &life, &residences, as_of);
    undecidable.extend(contradiction.as_ref().and_then(|contradiction| {
        contradiction.attempts.first().map(|request| creation_contradicted(account, request))
    }));
    let evaluation = case.evaluate(Part::ALL);
    if evaluation.is_none() {
        undecidable.push(contradictory());
        contradiction = Some(contradiction::contradiction(&case, &of_stamps));
    }
    let is_contradictory = evaluation.is_none();
    // Without readings, the evidence cannot contradict itself.
    let Some(evaluation) = evaluation.or_else(|| case.evaluate(Part::ALL.without(Reliance::Stamps))) else {
        return Proof {
            undecidable,
            verdict: Verdict::Unproven,
            coverage,
            contradiction,
            ..Proof::default()
        };
    };
    if evaluation.is_coverage_refuted {
        coverage.retain(|covered| covered.class == CoverageClass::Stated);
    }
    let verdict = if !undecidable.is_empty() {
        Verdict::Unproven
    } else if account.local_auth_disabled == Some(true) {
        Verdict::NotApplicable
    } else {
        case.verdict(&evaluation)
    };
    let rests_on = case.rests_on(&evaluation, verdict);
    let known = case.evidence(&evaluation.gaps, if is_contradictory { &[] } else { &statements });
    let key_gaps = KeyName::BOTH.map(|key| gaps_until(&unseen(&known, key), as_of));
    let logged = Selection::ALL.without(Basis::Etag);
    let log_gaps = gaps_until(&case.gaps_of(&covered(&residences, logged, as_of)), as_of);
    Proof {
        verdict,
        rests_on,
        undecidable,
        attempts: named(&known),
        key_reads: life.key_reads.clone(),
        failed_key_reads: life.failed_key_reads.clone(),
        coverage: coverage::shown(coverage),
        log_gaps,
        stays: stays(&residences),
        gaps: Gap::joined(key_gaps.concat()),
        key_gaps,
        bounds: Some(evaluation.bounds),
        judgement: Some(evaluation.judgement),
        left_out_stamps: life.left_out_stamps,
        is_coverage_refuted: evaluation.is_coverage_refuted,
        contradiction,
        stamps: life.stamps,
    }
}

/// Returns in which subscriptions the account was, if there are several.
fn stays(residences: &[CoveredResidence]) -> Vec<SubscriptionStay> {
    let mut in_order: Vec<&CoveredResidence> = residences.iter().collect();
    in_order.sort_by_key(|residence| residence.window.start);
    let is_same = |one: &&CoveredResidence, next: &&CoveredResidence| {
        one.id.folded_subscription() == next.id.folded_subscription()
    };
    let together: Vec<&[&CoveredResidence]> = in_order.chunk_by(is_same).collect();
    let ends = together.iter().skip(1).map(|next| Some(next[0].window.start)).chain([None]);
    let mut start = None;
    let stays = together.iter().zip(ends).map(|(stay, end)| SubscriptionStay {
        subscription_id: stay[0].id.subscription().to_owned(),
        start: mem::replace(&mut start, end),
        end,
    });
    if together.len() > 1 { stays.collect() } else { Vec::new() }
}

/// The gaps up to an instant.
fn gaps_until(gaps: &[Stretch], as_of: Instant) -> Vec<Gap> {
    let until = Stretch { start: Moment::MIN, end: Moment::at(as_of) };
    let known = gaps.iter().filter_map(|gap| gap.intersection(until));
    known
        .map(|gap| Gap {
            start: (gap.start > Moment::MIN).then(|| gap.start.instant()),
            end: gap.end.instant(),
        })
        .collect()
}

/// Returns the attempts. If the readings of one key rule out that an unnamed attempt set that key, the attempt gets the
/// name of the other key.
fn named(evidence: &KeyEvidence<'_>) -> Vec<Attempt> {
    let bans = KeyName::BOTH.map(|key| bans(evidence, key));
    let name = |attempt: &Attempt| {
        let is_possible = |key: &KeyName| !contain(&bans[*key as usize], Moment::at(attempt.at));
        let possible: Vec<KeyName> = KeyName::BOTH.into_iter().filter(is_possible).collect();
        match (attempt.key, &possible[..]) {
            (None, [key]) => Attempt { key: Some(*key), ..attempt.clone() },
            _ => attempt.clone(),
        }
    };
    evidence.attempts.iter().map(name).collect()
}

/// Returns a contradiction if stated coverage extends from a request to a later creation, without a gap or a deletion
/// in between. The log would show the end of the account that the request was about, so the creation date is wrong. For
/// a migrated account, nothing depends on that date.
fn creation_contradicts_log(
    account: &Account,
    life: &Life,
    residences: &[CoveredResidence],
    as_of: Instant,
) -> Option<Contradiction> {
    let (request, created) =
        life.earlier.as_ref().filter(|_| !account.is_migrated && !life.is_earlier_deleted)?;
    let between = Stretch::new(Moment::after(request.at), Moment::at(*created))?;
    let stated = covered(residences, Selection::STATED, as_of);
    let is_unbroken =
        stated.iter().any(|stretch| stretch.start <= between.start && between.end <= stretch.end);
    is_unbroken.then(|| Contradiction {
        stamps: Vec::new(),
        attempts: vec![request.clone()],
        creation: true,
        coverage: true,
    })
}

fn place_of(request: &Attempt) -> Option<Place> {
    request.records.iter().map(|record| record.place).min()
}

fn creation_contradicted(account: &Account, request: &Attempt) -> Undecidable {
    let created = account.created_at.map(|created| created.to_string()).unwrap_or_default();
    Undecidable {
        reason: UndecidableReason::CreationContradictsLog,
        message: format!(
            "The log shows a request about the account's keys on {}, and no deletion between then and {created}, when the \
             account was created by its list.",
            request.at
        ),
        record: place_of(request),
    }
}

fn earlier_account(account: &Account, request: &Attempt) -> Undecidable {
    let created = account.created_at.map(|created| created.to_string()).unwrap_or_default();
    Undecidable {
        reason: UndecidableReason::EarlierAccount,
        message: format!(
            "The account was created after the audit, on {created}, and the log shows a request about the keys of an \
             earlier account of this name on {}, which is in no list.",
            request.at
        ),
        record: place_of(request),
    }
}

fn contradictory() -> Undecidable {
    Undecidable {
        reason: UndecidableReason::Contradictory,
        message: "The records and readings of the account contradict each other (KR010).".to_owned(),
        record: None,
    }
}
