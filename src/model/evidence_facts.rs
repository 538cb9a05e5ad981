//! `rotaudit.evidence-facts/1`: what is to be said of the evidence itself, as controls about it read it in `input`.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Attempt, Input, Instant, KeyMaterial, RecordFacts, ResourceId};

#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct EvidenceFacts {
    #[schemars(extend("const" = "rotaudit.evidence-facts/1"))]
    pub schema: &'static str,
    pub as_of: Instant,
    pub inputs: Vec<InputFacts>,
    pub unlisted_accounts: Vec<UnlistedAccountFacts>,
    pub key_material: Vec<KeyMaterialFacts>,
}

#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct InputFacts {
    pub path: String,
    pub format: String,
    pub records: u64,
    /// Left out where there are none. Only the first of them are among the key material.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lines_with_keys: Option<u64>,
}

/// An account of which the log has operations on keys, and that no list has.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct UnlistedAccountFacts {
    pub id: String,
    pub subscription_id: String,
    pub resource_group: String,
    pub name: String,
    /// In the order of time.
    pub records: Vec<RecordFacts>,
}

/// A line that holds a key, or several.
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
        inputs: &[Input],
        unlisted: &[(ResourceId, Vec<Attempt>)],
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
            inputs: inputs.iter().map(InputFacts::new).collect(),
            unlisted_accounts: unlisted
                .iter()
                .map(|(id, attempts)| UnlistedAccountFacts::new(id, attempts))
                .collect(),
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

impl UnlistedAccountFacts {
    fn new(id: &ResourceId, attempts: &[Attempt]) -> UnlistedAccountFacts {
        let mut records: Vec<_> = attempts.iter().flat_map(|attempt| &attempt.records).collect();
        records.sort();
        UnlistedAccountFacts {
            id: id.as_str().to_owned(),
            subscription_id: id.subscription().to_owned(),
            resource_group: id.resource_group().to_owned(),
            name: id.name().to_owned(),
            records: records.into_iter().map(RecordFacts::new).collect(),
        }
    }
}
