use chrono::TimeDelta;
use schemars::JsonSchema;
use serde::Serialize;

use super::{Instant, KeyName};

/// When a key was last set, over every world that the evidence allows: infimum and supremum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Over the worlds under stated coverage. `None`: arbitrarily long ago.
    pub earliest: Option<Instant>,
    /// Over the worlds under all coverage.
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
}

/// The instant since which a key is proven unchanged, as of the instant that the account is judged at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unchanged {
    pub since: Instant,
    /// The same with the last gap shortened by the tolerance.
    pub since_with_tolerance: Instant,
}

/// The basis of an overdue verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// The instant at which the proven minimum age of the oldest key is greatest.
    pub at: Instant,
    pub key1: Unchanged,
    pub key2: Unchanged,
    pub oldest: Unchanged,
}

impl Judgement {
    pub fn of(&self, key: KeyName) -> Unchanged {
        match key {
            KeyName::Key1 => self.key1,
            KeyName::Key2 => self.key2,
        }
    }
}

/// The verdict on an account, in an auditor's words. The order is that of reports: worst first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Overdue,
    #[default]
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

    /// Returns the verdict that the bounds of the oldest key imply, for an account whose keys can be used and that is
    /// judged `at` an instant. *Compliant* takes precedence over *overdue*.
    pub fn of(
        oldest: Bounds,
        at: Instant,
        unchanged: Unchanged,
        as_of: Instant,
        max_age: TimeDelta,
    ) -> Verdict {
        let limit = as_of.minus(max_age);
        if oldest.earliest.is_some_and(|earliest| earliest >= limit) {
            Verdict::Compliant
        } else if unchanged.since_with_tolerance < at.minus(max_age) {
            Verdict::Overdue
        } else {
            Verdict::Unproven
        }
    }
}
