use schemars::JsonSchema;
use serde::Serialize;

use super::{Attempt, Covered, Gap, Instant, Judgement, KeyBounds, KeyName, Place, Stamp, Verdict};

/// The proof about the keys of one account. Its lists have at most one element for each record, reading or window of
/// the account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proof {
    /// The verdict for the maximum age that was set.
    pub verdict: Verdict,
    /// The assumptions that the verdict depends on, if it is *overdue* or *compliant*, in the order of [`Reliance`], each
    /// once.
    pub rests_on: Vec<Reliance>,
    /// Why the account is unproven, regardless of the bounds.
    pub undecidable: Vec<Undecidable>,
    /// The attempts in the account's life up to the audit, in the order of time.
    pub attempts: Vec<Attempt>,
    /// Requests that read the keys, in the order of time, in the account's life and not after the audit.
    pub key_reads: Vec<Attempt>,
    /// Failed requests to read the keys, within the same limits. No verdict depends on them.
    pub failed_key_reads: Vec<Attempt>,
    /// At most one for each document of a log and for each statement about the account.
    pub coverage: Vec<Covered>,
    /// Periods in which the log may be silent, even if other evidence proves that no key was regenerated in them.
    pub log_gaps: Vec<Gap>,
    /// Periods in which either key may have been regenerated unseen.
    pub gaps: Vec<Gap>,
    /// Periods in which key1, or key2, may have been regenerated unseen. They can differ, because a reading covers only
    /// its own key.
    pub key_gaps: [Vec<Gap>; 2],
    /// The stays of an account that was moved between subscriptions, in the order of time; otherwise empty.
    pub stays: Vec<SubscriptionStay>,
    /// `None` if the account did not exist at the audit instant.
    pub bounds: Option<KeyBounds>,
    /// `None` if the account did not exist at the audit instant.
    pub judgement: Option<Judgement>,
    /// The stamps that were read in the account's life, in the order of time.
    pub stamps: Vec<Stamp>,
    /// Number of stamps that were left out because they may be of an earlier account of the same name.
    pub left_out_stamps: usize,
    /// Whether the inferred coverage was dropped, because readings show a change that the log lacks.
    pub is_coverage_refuted: bool,
    /// The reason why no world fits. The bounds are then those without readings, and prove nothing.
    pub contradiction: Option<Contradiction>,
}

/// A time in which an account was in a subscription, whose activity log then has its events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubscriptionStay {
    pub subscription_id: String,
    /// `None` before the first move.
    pub start: Option<Instant>,
    /// `None` after the last move.
    pub end: Option<Instant>,
}

impl SubscriptionStay {
    /// Returns the part of a gap in this time.
    pub fn part_of(&self, gap: Gap) -> Option<Gap> {
        let start = gap.start.max(self.start);
        let end = self.end.map_or(gap.end, |end| end.min(gap.end));
        start.is_none_or(|start| start < end).then_some(Gap { start, end })
    }
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

/// An assumption or a kind of evidence that a definite verdict depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Reliance {
    Declared,
    AssumedComplete,
    Path,
    Observed,
    Etag,
    Stamps,
    Fingerprints,
    Tolerance,
}

impl Reliance {
    pub fn as_str(self) -> &'static str {
        match self {
            Reliance::Declared => "declared",
            Reliance::AssumedComplete => "assumed-complete",
            Reliance::Path => "path",
            Reliance::Observed => "observed",
            Reliance::Etag => "etag",
            Reliance::Stamps => "stamps",
            Reliance::Fingerprints => "fingerprints",
            Reliance::Tolerance => "tolerance",
        }
    }

    /// The assumption, to be read after "if".
    pub fn assumption(self) -> &'static str {
        match self {
            Reliance::Declared => "the log is complete as declared",
            Reliance::AssumedComplete => "the log is unfiltered as assumed",
            Reliance::Path => "the blobs of the log are complete (path)",
            Reliance::Observed => "the log is complete (observed)",
            Reliance::Etag => "the etag moves when a key is regenerated",
            Reliance::Stamps => "the key stamps are right",
            Reliance::Fingerprints => "the key fingerprints are right",
            Reliance::Tolerance => "nothing happened within the tolerance before the evidence begins",
        }
    }
}

/// Why an account is unproven, regardless of its bounds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undecidable {
    pub reason: UndecidableReason,
    /// A full sentence.
    pub message: String,
    /// The record that it rests on, if there is one.
    pub record: Option<Place>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UndecidableReason {
    /// The log shows that the account was deleted, and no list dated later has it.
    DeletedAfterList,
    /// The account was created after the audit, and an earlier one of its name is in no list.
    EarlierAccount,
    /// The log shows operations before the creation, without a gap or a deletion in between.
    CreationContradictsLog,
    /// Local authentication was off when the list was made, and the account was written since.
    LocalAuthUncertain,
    /// Lists without a date differ in what the audit uses.
    ListsContradict,
    /// The evidence contradicts itself.
    Contradictory,
}

impl UndecidableReason {
    pub fn as_str(self) -> &'static str {
        match self {
            UndecidableReason::DeletedAfterList => "deleted_after_list",
            UndecidableReason::EarlierAccount => "earlier_account",
            UndecidableReason::CreationContradictsLog => "creation_contradicts_log",
            UndecidableReason::LocalAuthUncertain => "local_auth_uncertain",
            UndecidableReason::ListsContradict => "lists_contradict",
            UndecidableReason::Contradictory => "contradictory",
        }
    }
}

/// A minimal set of statements that cannot all be true: if any one of them is removed, a world fits the rest. It has at
/// most the stamps and the attempts of the proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contradiction {
    pub stamps: Vec<Stamp>,
    pub attempts: Vec<Attempt>,
    /// Whether the account's date of creation is one of them.
    pub creation: bool,
    /// Whether the completeness of the log is one of them: that it shows every regeneration in the time that it covers.
    pub coverage: bool,
}
