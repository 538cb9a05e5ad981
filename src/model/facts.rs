//! `rotaudit.facts/1`: what the evidence proves about one account, as policies read it in `input`.
//!
//! A fact that is not known is left out and never `null`, which is truthy in Rego.

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::{
    Account, AsOfBasis, Attempt, AttemptRecord, Basis, Bounds, CallerKind, Contradiction, Gap, Instant,
    Judgement, KeptProperties, KeyBounds, KeyName, Month, Outcome, Proof, Reliance, Stamp, Status,
    SubscriptionStay, Unchanged, Undecidable, UndecidableReason, days_between,
};

// Its lists are as long as those of the proof that it is made of.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Facts {
    #[schemars(extend("const" = "rotaudit.facts/1"))]
    pub schema: &'static str,
    pub as_of: Instant,
    /// The source of the audit instant: given, the end of the evidence, or the clock.
    pub as_of_basis: AsOfBasis,
    /// The instant at which the proven minimum age of the oldest key is greatest. Minimum ages are as of it, maximum
    /// ages as of `as_of`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub judged_at: Option<Instant>,
    /// What the verdict at the limit depends on, if it is definite.
    pub rests_on: Vec<Reliance>,
    /// Why the account is unproven, regardless of the ages of its keys.
    pub undecidable: Vec<UndecidableFacts>,
    pub account: AccountFacts,
    pub keys: Vec<KeyFacts>,
    pub oldest_key: OldestKeyFacts,
    pub coverage: Vec<CoverageFacts>,
    pub gaps: Vec<GapFacts>,
    /// Periods in which events may be missing from the log. Other evidence than logs may prove that no key was
    /// regenerated in them, but proves nothing about failed attempts or about who read the keys.
    pub log_gaps: Vec<GapFacts>,
    pub attempts: Vec<AttemptFacts>,
    /// Requests that read both keys, in the order of time; those that failed are left out.
    pub key_reads: Vec<KeyReadFacts>,
    /// Requests to read both keys that failed, in the order of time.
    pub failed_key_reads: Vec<KeyReadFacts>,
    pub stamps: Vec<StampFacts>,
    /// If it is not empty, no world fits the evidence, and the ages are those without the stamps.
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
    /// The last write to the account, from its etag, which Azure does not document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub written_at: Option<Instant>,
    pub tags: BTreeMap<String, String>,
    /// If the account was moved between subscriptions: when it was in which, in the order of time.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stays: Vec<StayFacts>,
    /// The export's properties of the account, with its `sku` and its `identity`, under the names of the REST API. A
    /// member without a value is left out. Unknown for lists without properties, evidence files, and beyond 64 KiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub properties: Option<BTreeMap<String, Value>>,
    /// The length of properties that are left out because they take more than 64 KiB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub omitted_properties_bytes: Option<usize>,
}

/// A time in which the account was in a subscription, whose activity log then has its events.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct StayFacts {
    pub subscription_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<Instant>,
    /// Of its end and of its start.
    pub age_days: AgeDays,
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct KeyFacts {
    pub name: KeyName,
    /// The month encoded in the key, by the newest reading.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stamp: Option<Month>,
    pub set_at: SetAt,
    /// The instant since which the key is proven unchanged, as of `judged_at`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unchanged_since: Option<Instant>,
    pub age_days: AgeDays,
    /// Periods in which this key may have been regenerated unseen.
    pub gaps: Vec<GapFacts>,
    /// The attempts that name this key.
    pub attempts: Vec<AttemptFacts>,
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct OldestKeyFacts {
    pub set_at: SetAt,
    /// The instant since which the oldest key is proven unchanged, as of `judged_at`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unchanged_since: Option<Instant>,
    pub age_days: AgeDays,
}

#[derive(Clone, Copy, Debug, Default, Serialize, JsonSchema)]
pub struct SetAt {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub earliest: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latest: Option<Instant>,
}

/// Ages in days of 24 hours; whole only if the age is.
#[derive(Clone, Copy, Debug, Default, Serialize, JsonSchema)]
pub struct AgeDays {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<f64>,
    /// Of keys: `min` with the last gap shortened by the tolerance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_with_tolerance: Option<f64>,
}

/// Why the account is unproven, regardless of the ages of its keys.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct UndecidableFacts {
    pub reason: UndecidableReason,
    pub message: String,
    /// The record that it rests on: the input's position in the report's list of inputs, from 0, and its line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
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
    pub caller: Option<Arc<str>>,
    /// By the form of `caller`: a user principal name or an email address, or a GUID. Left out for any other form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caller_kind: Option<CallerKind>,
    pub records: Vec<RecordFacts>,
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct KeyReadFacts {
    pub at: Instant,
    pub age_days: f64,
    pub outcome: Outcome,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caller: Option<Arc<str>>,
    /// By the form of `caller`: a user principal name or an email address, or a GUID. Left out for any other form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caller_kind: Option<CallerKind>,
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

/// The month encoded in a key, as it was read at an instant.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct StampFacts {
    pub key: KeyName,
    pub month: Month,
    pub taken_at: Instant,
    /// The input's position in the report's list of inputs, from 0.
    pub input: usize,
    pub line: u64,
}

/// Statements that cannot all be true: these stamps, the records of these attempts in the log, and possibly the date of
/// creation and the completeness of the log.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ContradictionFacts {
    pub stamps: Vec<StampFacts>,
    pub attempts: Vec<AttemptFacts>,
    pub creation: bool,
    pub coverage: bool,
}

impl Facts {
    pub fn new(account: &Account, proof: &Proof, as_of: Instant, as_of_basis: AsOfBasis) -> Facts {
        let attempts: Vec<AttemptFacts> =
            proof.attempts.iter().map(|attempt| AttemptFacts::new(attempt, as_of)).collect();
        let key = |name: KeyName| {
            let age = KeyAge::of(proof, as_of, name);
            let own = attempts.iter().filter(|attempt| attempt.key == Some(name)).cloned().collect();
            KeyFacts {
                name,
                stamp: proof.stamp_of(name).map(|stamp| stamp.month),
                set_at: age.set_at,
                unchanged_since: age.unchanged_since,
                age_days: age.age_days,
                gaps: gap_facts(proof.gaps_of(name), as_of),
                attempts: own,
            }
        };
        let keys = KeyName::BOTH.map(key).into();
        let oldest = KeyAge::of_oldest(proof, as_of);
        let id = &account.id;
        Facts {
            schema: "rotaudit.facts/1",
            as_of,
            as_of_basis,
            judged_at: proof.judgement.map(|judgement| judgement.at),
            rests_on: proof.rests_on.clone(),
            undecidable: proof.undecidable.iter().map(UndecidableFacts::new).collect(),
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
                stays: proof.stays.iter().map(|stay| StayFacts::new(stay, as_of)).collect(),
                properties: account.properties.as_ref().and_then(KeptProperties::known),
                omitted_properties_bytes: account.properties.as_ref().and_then(KeptProperties::omitted_bytes),
            },
            keys,
            oldest_key: OldestKeyFacts {
                set_at: oldest.set_at,
                unchanged_since: oldest.unchanged_since,
                age_days: oldest.age_days,
            },
            coverage: CoverageFacts::all(proof, as_of),
            gaps: gap_facts(&proof.gaps, as_of),
            log_gaps: gap_facts(&proof.log_gaps, as_of),
            attempts,
            key_reads: key_read_facts(&proof.key_reads, as_of),
            failed_key_reads: key_read_facts(&proof.failed_key_reads, as_of),
            stamps: proof.stamps.iter().map(StampFacts::new).collect(),
            contradictions: proof
                .contradiction
                .iter()
                .map(|contradiction| ContradictionFacts::new(contradiction, as_of))
                .collect(),
        }
    }
}

impl CoverageFacts {
    /// Returns the coverage up to the audit: first that of logs, then that of stamps.
    pub fn all(proof: &Proof, as_of: Instant) -> Vec<CoverageFacts> {
        let logged = proof.coverage.iter().map(|covered| CoverageFacts {
            start: covered.interval.start,
            end: covered.interval.end,
            basis: covered.basis,
            key: None,
        });
        let stamps = proof.stamps.iter().filter(|_| proof.contradiction.is_none());
        let stamped = stamps.filter_map(|stamp| {
            let quiet = stamp.quiet().until(as_of)?;
            Some(CoverageFacts {
                start: quiet.start,
                end: quiet.end,
                basis: Basis::Stamp,
                key: Some(stamp.key),
            })
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
            caller_kind: attempt.caller.as_deref().and_then(CallerKind::of),
            records: attempt.records.iter().map(RecordFacts::new).collect(),
        }
    }
}

impl KeyReadFacts {
    fn new(read: &Attempt, as_of: Instant) -> KeyReadFacts {
        let AttemptFacts { at, age_days, outcome, caller, caller_kind, records, .. } =
            AttemptFacts::new(read, as_of);
        KeyReadFacts { at, age_days, outcome, caller, caller_kind, records }
    }
}

fn key_read_facts(reads: &[Attempt], as_of: Instant) -> Vec<KeyReadFacts> {
    reads.iter().map(|read| KeyReadFacts::new(read, as_of)).collect()
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

impl StayFacts {
    fn new(stay: &SubscriptionStay, as_of: Instant) -> StayFacts {
        let age_days = AgeDays {
            min: stay.end.map(|end| days_between(end, as_of)),
            max: stay.start.map(|start| days_between(start, as_of)),
            min_with_tolerance: None,
        };
        StayFacts {
            subscription_id: stay.subscription_id.clone(),
            start: stay.start,
            end: stay.end,
            age_days,
        }
    }
}

impl GapFacts {
    fn new(gap: &Gap, as_of: Instant) -> GapFacts {
        let age_days = AgeDays {
            min: Some(days_between(gap.end, as_of)),
            max: gap.start.map(|start| days_between(start, as_of)),
            min_with_tolerance: None,
        };
        GapFacts { start: gap.start, end: gap.end, age_days }
    }
}

fn gap_facts(gaps: &[Gap], as_of: Instant) -> Vec<GapFacts> {
    gaps.iter().map(|gap| GapFacts::new(gap, as_of)).collect()
}

/// When a key was set, and how old that makes it.
#[derive(Clone, Copy, Debug)]
pub struct KeyAge {
    pub set_at: SetAt,
    pub unchanged_since: Option<Instant>,
    pub age_days: AgeDays,
}

impl KeyAge {
    pub fn of(proof: &Proof, as_of: Instant, key: KeyName) -> KeyAge {
        KeyAge::new(proof, as_of, |bounds| bounds.of(key), |judgement| judgement.of(key))
    }

    pub fn of_oldest(proof: &Proof, as_of: Instant) -> KeyAge {
        KeyAge::new(proof, as_of, |bounds| bounds.oldest, |judgement| judgement.oldest)
    }

    /// Returns the age of the key that `bounds` and `judgement` select.
    fn new(
        proof: &Proof,
        as_of: Instant,
        bounds: impl Fn(&KeyBounds) -> Bounds,
        judgement: impl Fn(&Judgement) -> Unchanged,
    ) -> KeyAge {
        let bounds = proof.bounds.as_ref().map(bounds);
        let earliest = bounds.and_then(|bounds| bounds.earliest);
        let judged = proof.judgement.as_ref().map(|judged| (judged.at, judgement(judged)));
        KeyAge {
            set_at: SetAt { earliest, latest: bounds.map(|bounds| bounds.latest) },
            unchanged_since: judged.map(|(_, unchanged)| unchanged.since),
            age_days: AgeDays {
                min: judged.map(|(at, unchanged)| days_between(unchanged.since, at)),
                max: earliest.map(|earliest| days_between(earliest, as_of)),
                min_with_tolerance: judged
                    .map(|(at, unchanged)| days_between(unchanged.since_with_tolerance, at)),
            },
        }
    }
}

impl UndecidableFacts {
    fn new(undecidable: &Undecidable) -> UndecidableFacts {
        UndecidableFacts {
            reason: undecidable.reason,
            message: undecidable.message.clone(),
            input: undecidable.record.map(|place| place.input.0),
            line: undecidable.record.map(|place| place.line),
        }
    }
}
