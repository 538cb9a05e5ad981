use super::{Attempt, Covered, Gap, KeyBounds, KeyName, Stamp};

/// What the evidence proves about one account's keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// In the order of time; only what happened in the account's life, and not after the audit.
    pub attempts: Vec<Attempt>,
    /// Requests that read the keys, likewise.
    pub key_reads: Vec<Attempt>,
    pub coverage: Vec<Covered>,
    /// Where the log may be silent, whatever else proves that no key was regenerated there.
    pub log_gaps: Vec<Gap>,
    /// Where either key may have been regenerated unseen.
    pub gaps: Vec<Gap>,
    /// Where key1, and where key2 may have been: a stamp covers its own key only.
    pub key_gaps: [Vec<Gap>; 2],
    /// `None` where the account did not exist at the audit instant.
    pub bounds: Option<KeyBounds>,
    /// In the order of time; read in the account's life, and not after the audit.
    pub stamps: Vec<Stamp>,
    /// Whether the bounds would be other ones without the stamps.
    pub leans_on_stamps: bool,
    /// Why no world fits. The bounds are then those without the stamps, and prove nothing.
    pub contradiction: Option<Contradiction>,
}

impl Proof {
    pub fn gaps_of(&self, key: KeyName) -> &[Gap] {
        let [key1, key2] = &self.key_gaps;
        match key {
            KeyName::Key1 => key1,
            KeyName::Key2 => key2,
        }
    }

    /// The newest reading of a key's stamp.
    pub fn stamp_of(&self, key: KeyName) -> Option<&Stamp> {
        self.stamps.iter().rev().find(|stamp| stamp.key == key)
    }
}

/// A least set of statements that cannot all be true: without any one of them, a world fits the rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contradiction {
    pub stamps: Vec<Stamp>,
    pub attempts: Vec<Attempt>,
    /// The account's date of creation is one of them.
    pub creation: bool,
    /// That the log shows every regeneration of the time it covers is one of them.
    pub coverage: bool,
}
