//! When a key was last set, in words: up to the instant at which the account is judged, if the key was too old then.
//!
//! After that instant there is no evidence, so a key that was too old then may have been set again unseen. The bounds as of
//! the audit include that, and seem to contradict the verdict.

use chrono::TimeDelta;

use crate::model::{Bounds, Instant, Judgement, Proof, Unchanged};

/// The bounds of a key, or of the older one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SetUntil {
    pub(crate) bounds: Bounds,
    /// The bounds are right unless the key was set after this instant; `None` if they are right in any case.
    pub(crate) unless_after: Option<Instant>,
}

impl SetUntil {
    /// `unchanged` selects what the account's judgement says about the key.
    pub(crate) fn of(
        proof: &Proof,
        bounds: Bounds,
        unchanged: impl Fn(&Judgement) -> Unchanged,
        max_age: TimeDelta,
    ) -> SetUntil {
        let too_old = proof.judgement.filter(|judgement| {
            let Unchanged { since, since_with_tolerance } = unchanged(judgement);
            proof.contradiction.is_none()
                && since < bounds.latest
                && since_with_tolerance < judgement.at.minus(max_age)
        });
        match too_old {
            Some(judgement) => SetUntil {
                bounds: Bounds { latest: unchanged(&judgement).since, ..bounds },
                unless_after: Some(judgement.at),
            },
            None => SetUntil { bounds, unless_after: None },
        }
    }

    /// The exception, after the bounds; empty without one.
    pub(crate) fn exception_in_words(self, instant: impl Fn(Instant) -> String) -> String {
        self.unless_after.map_or_else(String::new, |after| {
            format!(
                ", unless it was regenerated after {}, when the evidence about the account ends",
                instant(after)
            )
        })
    }
}
