//! The values are those that regorus makes of the same facts as JSON.

use std::collections::BTreeMap;

use proptest::prelude::*;
use regorus::Value;
use serde::Serialize;

use super::FactValues;
use crate::model::{Instant, KeyName, Outcome};

#[derive(Debug, Serialize)]
struct Sample {
    number: f64,
    count: usize,
    change: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    kept: Option<bool>,
    at: Instant,
    names: Vec<KeyName>,
    outcome: Outcome,
    tags: BTreeMap<String, String>,
    within: Option<Box<Sample>>,
}

fn sample() -> impl Strategy<Value = Sample> {
    let leaf = (
        any::<f64>(),
        any::<usize>(),
        any::<i64>(),
        any::<Option<String>>(),
        any::<Option<bool>>(),
        any::<u32>(),
        any::<bool>(),
        proptest::collection::btree_map(".{0,3}", ".{0,9}", 0..4),
    )
        .prop_map(|(number, count, change, text, kept, ticks, is_one, tags)| Sample {
            number,
            count,
            change,
            text,
            kept,
            at: Instant::from_ticks(639_000_000_000_000_000 + i64::from(ticks)).expect("a time"),
            names: KeyName::BOTH.into_iter().take(usize::from(is_one) + 1).collect(),
            outcome: if is_one { Outcome::Failed } else { Outcome::Succeeded },
            tags,
            within: None,
        });
    leaf.prop_recursive(3, 4, 1, |inner| {
        (inner.clone(), inner).prop_map(|(outer, within)| Sample { within: Some(Box::new(within)), ..outer })
    })
}

proptest! {
    #[test]
    fn facts_are_what_they_are_as_json(samples in proptest::collection::vec(sample(), 1..4)) {
        let mut values = FactValues::default();
        for sample in &samples {
            let json = serde_json::to_value(sample).expect("JSON");
            let (value, expected) = (values.build(sample).expect("a value"), Value::from(json));
            prop_assert_eq!(value.to_string(), expected.to_string());
            prop_assert_eq!(value, expected);
        }
    }
}
