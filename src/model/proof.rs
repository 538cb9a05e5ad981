use super::{Attempt, Covered, Gap, KeyBounds};

/// What the evidence proves about one account's keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// In the order of time; only what happened in the account's life, and not after the audit.
    pub attempts: Vec<Attempt>,
    pub coverage: Vec<Covered>,
    pub gaps: Vec<Gap>,
    /// `None` where the account did not exist at the audit instant.
    pub bounds: Option<KeyBounds>,
}
