//! From records to what they prove: attempts, coverage, and each key's exact bounds. Pure functions: no file, no
//! clock.

mod attempts;
mod bounds;
mod contradiction;
mod coverage;
mod doubts;
mod inventory;
mod manifest;
mod moves;
mod sheets;
pub mod stamped;
mod unlisted;

use std::collections::HashMap;

use chrono::TimeDelta;
use foldhash::fast::RandomState;

pub use attempts::{attempts, key_reads};
pub use bounds::{bounds, gaps};
pub use contradiction::contradiction;
pub use coverage::{Coverage, Evidence, by_etag};
pub use doubts::{doubts, repetitions};
pub use inventory::{dated, inventory};
pub use manifest::manifests;
pub use moves::{Moves, Residence, along, doubts_about_moves, moves};
pub use sheets::stamps;
pub use unlisted::unlisted;

use crate::model::{
    Account, Basis, Covered, Gap, Instant, KeyEvent, KeyName, KeyOperation, Proof, ResourceId, Stamp, Verdict,
};
use stamped::Known;

/// Key events by account; what is said of all of them has to be sorted first.
pub type EventsByAccount = HashMap<ResourceId, Vec<KeyEvent>, RandomState>;

/// Key events up to `as_of`, by account, and how many later ones were left out.
pub fn by_account(events: Vec<KeyEvent>, as_of: Instant) -> (EventsByAccount, usize) {
    let mut accounts = EventsByAccount::default();
    let mut later = 0;
    for event in events {
        if event.at > as_of {
            later += usize::from(event.operation != KeyOperation::Delete);
        } else if let Some(known) = accounts.get_mut(&event.resource) {
            known.push(event);
        } else {
            accounts.insert(event.resource.clone(), vec![event]);
        }
    }
    (accounts, later)
}

/// Joins one account's events and stamps, none of them after `as_of`, and the coverage that reaches it.
pub fn prove(
    account: &Account,
    events: Vec<KeyEvent>,
    stamps: Vec<Stamp>,
    coverage: Vec<Covered>,
    as_of: Instant,
    tolerance: TimeDelta,
) -> Proof {
    let created = account.keys_created_at();
    let (reads, regenerations) = events.into_iter().partition(|event| event.operation == KeyOperation::List);
    let mut key_reads = key_reads(reads);
    let mut attempts = attempts(regenerations);
    // An older account of the same name had these.
    for requests in [&mut attempts, &mut key_reads] {
        requests.retain(|attempt| created.is_none_or(|created| attempt.at > created));
    }
    let mut proof = Proof {
        attempts,
        key_reads,
        log_gaps: log_gaps(account, &coverage, as_of, tolerance),
        coverage,
        gaps: Vec::new(),
        key_gaps: [Vec::new(), Vec::new()],
        bounds: None,
        stamps,
        leans_on_stamps: false,
        contradiction: None,
    };
    if !account.existed_at(as_of) {
        return proof;
    }
    let mut gaps = gaps(created, &proof.coverage, as_of, tolerance);
    if let (None, Some(end)) = (account.created_at, account.created_by) {
        // Up to there the account may have been created, which sets its keys and is no regeneration.
        gaps.push(Gap { start: None, end: end.min(as_of) });
        gaps = Gap::joined(gaps);
    }
    let unstamped = bounds(created, &proof.attempts, &gaps, as_of);
    proof.bounds = Some(unstamped);
    proof.key_gaps = [gaps.clone(), gaps.clone()];
    let (attempts, stamps) = (&proof.attempts, &proof.stamps);
    let known = Known { created, attempts, gaps: &gaps, stamps, as_of, tolerance };
    // Without stamps the closed forms are the same, and quicker.
    let stamped = if stamps.is_empty() { Some(unstamped) } else { stamped::bounds(&known) };
    match stamped {
        Some(stamped) => {
            proof.leans_on_stamps = stamped != unstamped;
            proof.bounds = Some(stamped);
            proof.key_gaps = KeyName::BOTH.map(|key| stamped::unseen(&known, key));
            proof.attempts = stamped::named(&known);
        }
        None => proof.contradiction = Some(contradiction(&known)),
    }
    let [key1, key2] = &proof.key_gaps;
    proof.gaps = Gap::joined([key1.clone(), key2.clone()].concat());
    proof
}

/// Neither a stamp nor an etag tells of what left the keys as they were, so only logs count, and only from when the
/// account can have existed.
fn log_gaps(account: &Account, coverage: &[Covered], as_of: Instant, tolerance: TimeDelta) -> Vec<Gap> {
    let logged: Vec<Covered> =
        coverage.iter().filter(|covered| covered.basis != Basis::Etag).copied().collect();
    if account.existed_at(as_of) {
        gaps(account.keys_created_at(), &logged, as_of, tolerance)
    } else {
        Vec::new()
    }
}

/// What holds for the account in every world.
pub fn verdict(account: &Account, proof: &Proof, as_of: Instant, max_age: TimeDelta) -> Verdict {
    match &proof.bounds {
        Some(bounds) if account.local_auth_disabled != Some(true) => match proof.contradiction {
            Some(_) => Verdict::Unproven,
            None => bounds.verdict(as_of, max_age),
        },
        _ => Verdict::NotApplicable,
    }
}
