use chrono::TimeDelta;
use serde::Serialize;

use super::{Instant, KeyName};

/// When a key was last set, over every world that the evidence allows: infimum and supremum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// `None`: arbitrarily long ago.
    pub earliest: Option<Instant>,
    pub latest: Instant,
}

/// The bounds of each key and of the one that was set first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyBounds {
    pub key1: Bounds,
    pub key2: Bounds,
    pub oldest: Bounds,
}

impl KeyBounds {
    pub fn of(&self, key: KeyName) -> Bounds {
        match key {
            KeyName::Key1 => self.key1,
            KeyName::Key2 => self.key2,
        }
    }

    /// What holds in every world for an account whose keys can be used.
    pub fn verdict(&self, as_of: Instant, max_age: TimeDelta) -> Verdict {
        let limit = as_of.minus(max_age);
        if self.oldest.latest < limit {
            Verdict::Overdue
        } else if self.oldest.earliest.is_some_and(|earliest| earliest >= limit) {
            Verdict::Compliant
        } else {
            Verdict::Unproven
        }
    }
}

/// An auditor's word for an account. The order is the one of reports: worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Overdue,
    Unproven,
    Compliant,
    NotApplicable,
}

impl Verdict {
    pub fn in_words(self) -> &'static str {
        match self {
            Verdict::Overdue => "overdue",
            Verdict::Unproven => "unproven",
            Verdict::Compliant => "compliant",
            Verdict::NotApplicable => "not applicable",
        }
    }
}
