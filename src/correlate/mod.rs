//! From records to what they prove: attempts, coverage, and each key's exact bounds. Pure functions: no file, no
//! clock.

mod attempts;
mod bounds;
mod coverage;
mod inventory;

use std::collections::BTreeMap;

use chrono::TimeDelta;

pub use attempts::attempts;
pub use bounds::{bounds, gaps};
pub use coverage::{Evidence, covered, doubts, windows};
pub use inventory::inventory;

use crate::model::{Account, Covered, Instant, KeyEvent, Proof, ResourceId, Verdict};

/// Key events up to `as_of`, by account, and how many later ones were left out.
pub fn by_account(events: Vec<KeyEvent>, as_of: Instant) -> (BTreeMap<ResourceId, Vec<KeyEvent>>, usize) {
    let mut accounts: BTreeMap<ResourceId, Vec<KeyEvent>> = BTreeMap::new();
    let mut later = 0;
    for event in events {
        if event.at <= as_of {
            accounts.entry(event.resource.clone()).or_default().push(event);
        } else {
            later += 1;
        }
    }
    (accounts, later)
}

/// Joins one account's events, none of them after `as_of`, and the coverage that reaches it.
pub fn prove(
    account: &Account,
    events: Vec<KeyEvent>,
    coverage: Vec<Covered>,
    as_of: Instant,
    tolerance: TimeDelta,
) -> Proof {
    let created = account.keys_created_at();
    let mut attempts = attempts(events);
    // An older account of the same name had these.
    attempts.retain(|attempt| created.is_none_or(|created| attempt.at > created));
    if !account.existed_at(as_of) {
        return Proof { attempts, coverage, gaps: Vec::new(), bounds: None };
    }
    let gaps = gaps(created, &coverage, as_of, tolerance);
    let bounds = Some(bounds(created, &attempts, &gaps, as_of));
    Proof { attempts, coverage, gaps, bounds }
}

/// What holds for the account in every world.
pub fn verdict(account: &Account, proof: &Proof, as_of: Instant, max_age: TimeDelta) -> Verdict {
    match &proof.bounds {
        Some(bounds) if account.local_auth_disabled != Some(true) => bounds.verdict(as_of, max_age),
        _ => Verdict::NotApplicable,
    }
}
