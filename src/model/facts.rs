//! `rotaudit.facts/1`: what the evidence proves about one account, as policies read it in `input`.
//!
//! A fact that is not known is left out and never `null`, which is truthy in Rego.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::{
    Account, Attempt, AttemptRecord, Basis, Bounds, Contradiction, Gap, Instant, KeyName, Month, Outcome,
    Proof, Stamp, Status, days_between,
};

#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Facts {
    #[schemars(extend("const" = "rotaudit.facts/1"))]
    pub schema: &'static str,
    pub as_of: Instant,
    pub account: AccountFacts,
    pub keys: Vec<KeyFacts>,
    pub oldest_key: OldestKeyFacts,
    pub coverage: Vec<CoverageFacts>,
    pub gaps: Vec<GapFacts>,
    /// Where the log may be silent: other evidence than logs may prove that no key was regenerated there, and proves
    /// nothing of failed attempts and of who read the keys.
    pub log_gaps: Vec<GapFacts>,
    pub attempts: Vec<AttemptFacts>,
    /// Requests that read both keys, in the order of time; those that failed are left out.
    pub key_reads: Vec<KeyReadFacts>,
    pub stamps: Vec<StampFacts>,
    /// Whether the ages would be other ones without the stamps.
    pub leans_on_stamps: bool,
    /// Where it is not empty, no world fits the evidence, and the ages are those without the stamps.
    pub contradictions: Vec<ContradictionFacts>,
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct AccountFacts {
    pub id: String,
    pub subscription_id: String,
    pub resource_group: String,
    pub name: String,
    pub kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local_auth_disabled: Option<bool>,
    /// By the etag, of which Azure's documentation says nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub written_at: Option<Instant>,
    pub tags: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct KeyFacts {
    pub name: KeyName,
    /// The month that the key carries, by the newest reading.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stamp: Option<Month>,
    pub set_at: SetAt,
    pub age_days: AgeDays,
    /// Where this key may have been regenerated unseen.
    pub gaps: Vec<GapFacts>,
    /// The attempts that name this key.
    pub attempts: Vec<AttemptFacts>,
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct OldestKeyFacts {
    pub set_at: SetAt,
    pub age_days: AgeDays,
}

#[derive(Clone, Copy, Debug, Default, Serialize, JsonSchema)]
pub struct SetAt {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub earliest: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latest: Option<Instant>,
}

/// Ages in days of 24 hours; whole only where the age is.
#[derive(Clone, Copy, Debug, Default, Serialize, JsonSchema)]
pub struct AgeDays {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
}

#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct CoverageFacts {
    pub start: Instant,
    pub end: Instant,
    pub basis: Basis,
    /// The one key that a stamp covers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<KeyName>,
}

#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct GapFacts {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<Instant>,
    pub end: Instant,
    /// Of its end and of its start.
    pub age_days: AgeDays,
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct AttemptFacts {
    pub at: Instant,
    pub age_days: f64,
    pub outcome: Outcome,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<KeyName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caller: Option<String>,
    pub records: Vec<RecordFacts>,
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct KeyReadFacts {
    pub at: Instant,
    pub age_days: f64,
    pub outcome: Outcome,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caller: Option<String>,
    pub records: Vec<RecordFacts>,
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct RecordFacts {
    pub at: Instant,
    pub status: Status,
    /// The input's position in the report's list of inputs, from 0.
    pub input: usize,
    pub line: u64,
}

/// The month that a key carries, read at an instant.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct StampFacts {
    pub key: KeyName,
    pub month: Month,
    pub taken_at: Instant,
    /// The input's position in the report's list of inputs, from 0.
    pub input: usize,
    pub line: u64,
}

/// Statements that cannot all be true: these stamps, what the log says of these attempts, and as may be the date of
/// creation and the log's silence.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ContradictionFacts {
    pub stamps: Vec<StampFacts>,
    pub attempts: Vec<AttemptFacts>,
    pub creation: bool,
    pub coverage: bool,
}

impl Facts {
    pub fn new(account: &Account, proof: &Proof, as_of: Instant) -> Facts {
        let attempts: Vec<AttemptFacts> =
            proof.attempts.iter().map(|attempt| AttemptFacts::new(attempt, as_of)).collect();
        let key = |name: KeyName| {
            let (set_at, age_days) = known(proof.bounds.map(|bounds| bounds.of(name)), as_of);
            let own = attempts.iter().filter(|attempt| attempt.key == Some(name)).cloned().collect();
            KeyFacts {
                name,
                stamp: proof.stamp_of(name).map(|stamp| stamp.month),
                set_at,
                age_days,
                gaps: gap_facts(proof.gaps_of(name), as_of),
                attempts: own,
            }
        };
        let keys = KeyName::BOTH.map(key).into();
        let (set_at, age_days) = known(proof.bounds.map(|bounds| bounds.oldest), as_of);
        let id = &account.id;
        Facts {
            schema: "rotaudit.facts/1",
            as_of,
            account: AccountFacts {
                id: id.as_str().to_owned(),
                subscription_id: id.subscription().to_owned(),
                resource_group: id.resource_group().to_owned(),
                name: id.name().to_owned(),
                kind: account.kind.clone(),
                location: account.location.clone(),
                created_at: account.created_at,
                local_auth_disabled: account.local_auth_disabled,
                written_at: account.written_at,
                tags: account.tags.clone(),
            },
            keys,
            oldest_key: OldestKeyFacts { set_at, age_days },
            coverage: CoverageFacts::all(proof),
            gaps: gap_facts(&proof.gaps, as_of),
            log_gaps: gap_facts(&proof.log_gaps, as_of),
            attempts,
            key_reads: proof.key_reads.iter().map(|read| KeyReadFacts::new(read, as_of)).collect(),
            stamps: proof.stamps.iter().map(StampFacts::new).collect(),
            leans_on_stamps: proof.leans_on_stamps,
            contradictions: proof
                .contradiction
                .iter()
                .map(|contradiction| ContradictionFacts::new(contradiction, as_of))
                .collect(),
        }
    }
}

impl CoverageFacts {
    /// By logs, and then by stamps.
    pub fn all(proof: &Proof) -> Vec<CoverageFacts> {
        let logged = proof.coverage.iter().map(|covered| CoverageFacts {
            start: covered.interval.start,
            end: covered.interval.end,
            basis: covered.basis,
            key: None,
        });
        let stamps = proof.stamps.iter().filter(|_| proof.contradiction.is_none());
        let stamped = stamps.map(|stamp| CoverageFacts {
            start: stamp.quiet().start,
            end: stamp.quiet().end,
            basis: Basis::Stamp,
            key: Some(stamp.key),
        });
        logged.chain(stamped).collect()
    }
}

impl StampFacts {
    fn new(stamp: &Stamp) -> StampFacts {
        StampFacts {
            key: stamp.key,
            month: stamp.month,
            taken_at: stamp.taken_at,
            input: stamp.place.input.0,
            line: stamp.place.line,
        }
    }
}

impl ContradictionFacts {
    fn new(contradiction: &Contradiction, as_of: Instant) -> ContradictionFacts {
        let attempts = contradiction.attempts.iter();
        ContradictionFacts {
            stamps: contradiction.stamps.iter().map(StampFacts::new).collect(),
            attempts: attempts.map(|attempt| AttemptFacts::new(attempt, as_of)).collect(),
            creation: contradiction.creation,
            coverage: contradiction.coverage,
        }
    }
}

impl AttemptFacts {
    fn new(attempt: &Attempt, as_of: Instant) -> AttemptFacts {
        AttemptFacts {
            at: attempt.at,
            age_days: days_between(attempt.at, as_of),
            outcome: attempt.outcome,
            key: attempt.key,
            caller: attempt.caller.clone(),
            records: attempt.records.iter().map(RecordFacts::new).collect(),
        }
    }
}

impl KeyReadFacts {
    fn new(read: &Attempt, as_of: Instant) -> KeyReadFacts {
        let AttemptFacts { at, age_days, outcome, caller, records, .. } = AttemptFacts::new(read, as_of);
        KeyReadFacts { at, age_days, outcome, caller, records }
    }
}

impl RecordFacts {
    pub fn new(record: &AttemptRecord) -> RecordFacts {
        RecordFacts {
            at: record.at,
            status: record.status,
            input: record.place.input.0,
            line: record.place.line,
        }
    }
}

impl GapFacts {
    fn new(gap: &Gap, as_of: Instant) -> GapFacts {
        let age_days = AgeDays {
            min: Some(days_between(gap.end, as_of)),
            max: gap.start.map(|start| days_between(start, as_of)),
        };
        GapFacts { start: gap.start, end: gap.end, age_days }
    }
}

fn gap_facts(gaps: &[Gap], as_of: Instant) -> Vec<GapFacts> {
    gaps.iter().map(|gap| GapFacts::new(gap, as_of)).collect()
}

fn known(bounds: Option<Bounds>, as_of: Instant) -> (SetAt, AgeDays) {
    let earliest = bounds.and_then(|bounds| bounds.earliest);
    let latest = bounds.map(|bounds| bounds.latest);
    let days = |instant| days_between(instant, as_of);
    (SetAt { earliest, latest }, AgeDays { min: latest.map(days), max: earliest.map(days) })
}
