//! `rotaudit.evidence-facts/1`: the facts about the evidence itself, as controls read them in `input`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::{
    AsOfBasis, Attempt, Input, Instant, KeyMaterial, Place, ProvenAccount, RecordFacts, ResourceId, Verdict,
};

/// An account that the evidence shows and that the account lists lack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unlisted {
    pub id: ResourceId,
    pub reason: UnlistedReason,
    /// The operations on its keys in the log, or else its creation: for an account that a newer list lacks, those after
    /// its deletion or move.
    pub requests: Vec<Attempt>,
    /// The record of the older list that has it, and the date of the newer list that lacks it.
    pub listed: Option<(Place, Instant)>,
}

/// How the evidence shows an account that the lists lack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UnlistedReason {
    /// The log has operations on its keys.
    KeyOperations,
    /// The log has its creation, or a later write, and no operation on its keys.
    Written,
    /// An older list has it, and the newest list of its subscription does not.
    MissingFromNewerList,
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct EvidenceFacts {
    #[schemars(extend("const" = "rotaudit.evidence-facts/1"))]
    pub schema: &'static str,
    pub as_of: Instant,
    /// The source of the audit instant: given, the end of the evidence, or the clock.
    pub as_of_basis: AsOfBasis,
    pub inputs: Vec<InputFacts>,
    /// The listed accounts of the kinds in scope, sorted by id.
    pub accounts: Vec<ListedAccountFacts>,
    pub unlisted_accounts: Vec<UnlistedAccountFacts>,
    pub key_material: Vec<KeyMaterialFacts>,
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct InputFacts {
    pub path: String,
    pub format: String,
    pub records: u64,
    /// Left out if there are none. Only the first of these lines are among the key material.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lines_with_keys: Option<u64>,
}

/// A listed account of a kind in scope.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ListedAccountFacts {
    pub id: String,
    pub kind: String,
    /// The verdict on the age of its keys, without waivers.
    pub verdict: Verdict,
    pub tags: BTreeMap<String, String>,
}

/// An account that the evidence shows and that the account lists lack.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct UnlistedAccountFacts {
    pub reason: UnlistedReason,
    pub id: String,
    pub subscription_id: String,
    pub resource_group: String,
    pub name: String,
    /// The records of the log, in the order of time: for an account that a newer list lacks, those after its deletion or
    /// move.
    pub records: Vec<RecordFacts>,
    /// For an account that a newer list lacks, the older list's position in the list of inputs, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// The date of the newer list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub newer_list_at: Option<Instant>,
}

/// A line that contains one or more keys.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct KeyMaterialFacts {
    /// The input's position in the list of inputs, from 0.
    pub input: usize,
    pub line: u64,
    pub what: String,
}

impl EvidenceFacts {
    pub const SCHEMA: &str = "rotaudit.evidence-facts/1";

    pub fn new(
        as_of: Instant,
        as_of_basis: AsOfBasis,
        inputs: &[Input],
        accounts: &[ProvenAccount],
        unlisted: &[Unlisted],
        key_material: &[KeyMaterial],
    ) -> EvidenceFacts {
        let of_file = |material: &KeyMaterial| {
            let input = material.input.0;
            let lines = material.lines.iter();
            lines
                .map(|line| KeyMaterialFacts { input, line: line.line, what: line.what.clone() })
                .collect::<Vec<_>>()
        };
        let mut facts = EvidenceFacts {
            schema: EvidenceFacts::SCHEMA,
            as_of,
            as_of_basis,
            inputs: inputs.iter().map(InputFacts::new).collect(),
            accounts: accounts.iter().map(ListedAccountFacts::new).collect(),
            unlisted_accounts: unlisted.iter().map(UnlistedAccountFacts::new).collect(),
            key_material: key_material.iter().flat_map(of_file).collect(),
        };
        for material in key_material {
            if let Some(input) = facts.inputs.get_mut(material.input.0) {
                input.lines_with_keys = Some(material.count);
            }
        }
        facts
    }
}

impl InputFacts {
    fn new(input: &Input) -> InputFacts {
        InputFacts {
            path: input.path.clone(),
            format: input.format.clone(),
            records: input.records,
            lines_with_keys: None,
        }
    }
}

impl ListedAccountFacts {
    fn new(ProvenAccount { account, proof }: &ProvenAccount) -> ListedAccountFacts {
        ListedAccountFacts {
            id: account.id.as_str().to_owned(),
            kind: account.kind.clone(),
            verdict: proof.verdict,
            tags: account.tags.clone(),
        }
    }
}

impl UnlistedAccountFacts {
    fn new(unlisted: &Unlisted) -> UnlistedAccountFacts {
        let Unlisted { id, reason, requests, listed } = unlisted;
        let mut records: Vec<_> = requests.iter().flat_map(|request| &request.records).collect();
        records.sort();
        UnlistedAccountFacts {
            reason: *reason,
            id: id.as_str().to_owned(),
            subscription_id: id.subscription().to_owned(),
            resource_group: id.resource_group().to_owned(),
            name: id.name().to_owned(),
            records: records.into_iter().map(RecordFacts::new).collect(),
            input: listed.map(|(place, _)| place.input.0),
            line: listed.map(|(place, _)| place.line),
            newer_list_at: listed.map(|(_, newer)| newer),
        }
    }
}
