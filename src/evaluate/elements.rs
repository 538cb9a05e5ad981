//! The elements that a control's rules yield, and the finding that they result in.

use serde::Deserialize;

use crate::model::{ControlOutcome, EvidenceRecord, Finding, KeyName, Step};

/// An element of one of a control's rules.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Element {
    pub(super) message: String,
    /// Of a control about the evidence: what the element is about.
    #[serde(default)]
    pub(super) subject: String,
    #[serde(default)]
    pub(super) keys: Vec<KeyName>,
    #[serde(default)]
    pub(super) evidence: Vec<EvidenceRecord>,
    #[serde(default)]
    pub(super) steps: Vec<Step>,
}

pub(super) fn finding(control: usize, outcome: ControlOutcome, elements: Vec<Element>) -> Finding {
    let messages: Vec<&str> = elements.iter().map(|element| element.message.as_str()).collect();
    let message = messages.join(" ");
    let mut finding = Finding {
        control,
        outcome,
        message,
        keys: Vec::new(),
        steps: Vec::new(),
        evidence: Vec::new(),
        waivers: Vec::new(),
        compared: None,
    };
    for element in elements {
        finding.keys.extend(element.keys);
        finding.steps.extend(element.steps);
        finding.evidence.extend(element.evidence);
    }
    finding
}
