//! `rotaudit.facts/1`: what the evidence proves about one account, as policies read it in `input`.
//!
//! A fact that is not known is left out and never `null`, which is truthy in Rego.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Account, Attempt, Basis, Bounds, Gap, Instant, KeyName, Outcome, Proof, Status, days_between};

#[derive(Clone, Debug, Serialize)]
pub struct Facts {
    pub schema: &'static str,
    pub as_of: Instant,
    pub account: AccountFacts,
    pub keys: Vec<KeyFacts>,
    pub oldest_key: OldestKeyFacts,
    pub coverage: Vec<CoverageFacts>,
    pub gaps: Vec<GapFacts>,
    pub attempts: Vec<AttemptFacts>,
}

#[derive(Clone, Debug, Serialize)]
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
    pub tags: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Serialize)]
pub struct KeyFacts {
    pub name: KeyName,
    pub set_at: SetAt,
    pub age_days: AgeDays,
    /// The attempts that name this key.
    pub attempts: Vec<AttemptFacts>,
}

#[derive(Clone, Debug, Serialize)]
pub struct OldestKeyFacts {
    pub set_at: SetAt,
    pub age_days: AgeDays,
}

#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct SetAt {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub earliest: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latest: Option<Instant>,
}

/// Ages in days of 24 hours; whole only where the age is.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct AgeDays {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
}

#[derive(Clone, Copy, Debug, Serialize)]
pub struct CoverageFacts {
    pub start: Instant,
    pub end: Instant,
    pub basis: Basis,
}

#[derive(Clone, Copy, Debug, Serialize)]
pub struct GapFacts {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<Instant>,
    pub end: Instant,
    /// Of its end and of its start.
    pub age_days: AgeDays,
}

#[derive(Clone, Debug, Serialize)]
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

#[derive(Clone, Debug, Serialize)]
pub struct RecordFacts {
    pub at: Instant,
    pub status: Status,
    /// The input's position in the report's list of inputs, from 0.
    pub input: usize,
    pub line: u64,
}

impl Facts {
    pub fn new(account: &Account, proof: &Proof, as_of: Instant) -> Facts {
        let attempts: Vec<AttemptFacts> =
            proof.attempts.iter().map(|attempt| AttemptFacts::new(attempt, as_of)).collect();
        let key = |name: KeyName| {
            let (set_at, age_days) = known(proof.bounds.map(|bounds| bounds.of(name)), as_of);
            let own = attempts.iter().filter(|attempt| attempt.key == Some(name)).cloned().collect();
            KeyFacts { name, set_at, age_days, attempts: own }
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
                tags: account.tags.clone(),
            },
            keys,
            oldest_key: OldestKeyFacts { set_at, age_days },
            coverage: proof
                .coverage
                .iter()
                .map(|covered| CoverageFacts {
                    start: covered.interval.start,
                    end: covered.interval.end,
                    basis: covered.basis,
                })
                .collect(),
            gaps: proof.gaps.iter().map(|gap| GapFacts::new(gap, as_of)).collect(),
            attempts,
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
            records: attempt
                .records
                .iter()
                .map(|record| RecordFacts {
                    at: record.at,
                    status: record.status,
                    input: record.place.input.0,
                    line: record.place.line,
                })
                .collect(),
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

fn known(bounds: Option<Bounds>, as_of: Instant) -> (SetAt, AgeDays) {
    let earliest = bounds.and_then(|bounds| bounds.earliest);
    let latest = bounds.map(|bounds| bounds.latest);
    let days = |instant| days_between(instant, as_of);
    (SetAt { earliest, latest }, AgeDays { min: latest.map(days), max: earliest.map(days) })
}
