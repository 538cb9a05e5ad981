//! The elements that a control's rules yield, and the finding that they result in.

use std::collections::BTreeSet;

use regorus::Value;
use serde::Deserialize;

use super::SUBJECT;

use crate::model::{ControlOutcome, EvidenceRecord, Finding, KeyName, Step, printable};

/// An element of one of a control's rules.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Element {
    pub(super) message: String,
    /// The thing that the element is about, in a control about the evidence. There, [`subject_fault`] requires it.
    #[serde(default)]
    pub(super) subject: String,
    #[serde(default)]
    pub(super) keys: Vec<KeyName>,
    #[serde(default)]
    pub(super) evidence: Vec<EvidenceRecord>,
    #[serde(default)]
    pub(super) steps: Vec<Step>,
}

/// Returns the fault if an element of a control about the evidence has no subject, or the same subject as another one.
/// The fingerprints of their findings would then be the same.
pub(super) fn subject_fault(elements: &[Element]) -> Option<String> {
    let mut known = BTreeSet::new();
    elements.iter().find_map(|Element { subject, .. }| {
        if subject.trim().is_empty() {
            return Some(format!("an element without a {SUBJECT}"));
        }
        (!known.insert(subject))
            .then(|| format!("several elements with the {SUBJECT} \"{}\"", printable(subject)))
    })
}

pub(super) const ELEMENT_HELP: &str = "an element is an object like {\"message\": \"…\"}";

/// The fault of a value that is not a set of elements; `error` is the error of reading it.
pub(super) fn element_fault(value: &Value, error: &serde_json::Error) -> String {
    let kind = |element: &Value| match element {
        Value::Null => Some("null"),
        Value::Bool(_) => Some("a boolean"),
        Value::Number(_) => Some("a number"),
        Value::String(_) => Some("a string"),
        Value::Array(_) => Some("an array"),
        Value::Set(_) => Some("a set"),
        Value::Object(_) | Value::Undefined => None,
    };
    let other = value.as_set().ok().and_then(|elements| elements.iter().find_map(kind));
    if let Some(kind) = other {
        return format!("{kind} instead of an object");
    }
    // The line and the column are those of the value, which no reader sees.
    let text = error.to_string();
    let what = text.rsplit_once(" at line ").map_or(text.as_str(), |(what, _)| what);
    format!("an element with an error: {what}")
}

pub(super) fn finding(control: usize, outcome: ControlOutcome, elements: Vec<Element>) -> Finding {
    let messages: Vec<&str> = elements.iter().map(|element| element.message.as_str()).collect();
    let message = messages.join(" ");
    let mut finding = Finding {
        control,
        outcome,
        message,
        keys: keys_of(&elements),
        steps: Vec::new(),
        evidence: Vec::new(),
        also_open: None,
        waivers: Vec::new(),
        compared: None,
    };
    for element in elements {
        finding.steps.extend(element.steps);
        finding.evidence.extend(element.evidence);
    }
    finding.steps = in_order(finding.steps);
    finding
}

/// Returns the keys that the elements are about, each once; none if an element names no key, because it is about both.
pub(super) fn keys_of(elements: &[Element]) -> Vec<KeyName> {
    if elements.iter().any(|element| element.keys.is_empty()) {
        return Vec::new();
    }
    let keys: BTreeSet<KeyName> = elements.iter().flat_map(|element| &element.keys).copied().collect();
    keys.into_iter().collect()
}

/// The steps of several elements, each once, and those that replace all others last.
fn in_order(steps: Vec<Step>) -> Vec<Step> {
    let mut known = BTreeSet::new();
    let is_new = |step: &Step| known.insert((step.is_alternative, step.text.clone(), step.argv.clone()));
    let steps: Vec<Step> = steps.into_iter().filter(is_new).collect();
    let (alternatives, mut steps): (Vec<Step>, Vec<Step>) =
        steps.into_iter().partition(|step| step.is_alternative);
    steps.extend(alternatives);
    steps
}

#[cfg(test)]
mod tests {
    use super::{Element, keys_of};
    use crate::model::KeyName;

    #[test]
    fn elements_are_about_both_keys_if_one_of_them_names_none() {
        let element = |keys: &str| -> Element {
            serde_json::from_str(&format!(r#"{{"message": "m", "keys": {keys}}}"#)).expect("an element")
        };
        let keys =
            |elements: &[&str]| keys_of(&elements.iter().map(|keys| element(keys)).collect::<Vec<_>>());
        assert_eq!(keys(&[r#"["key2"]"#, r#"["key1", "key2"]"#]), KeyName::BOTH);
        assert_eq!(keys(&[r#"["key2"]"#, r#"["key2"]"#]), [KeyName::Key2]);
        assert_eq!(keys(&[r#"["key2"]"#, "[]"]), []);
    }
}
