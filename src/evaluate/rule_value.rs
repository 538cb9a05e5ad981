//! Reads what a rule yields without JSON in between, because each account has several findings.

use regorus::Value;
use serde::de::value::{Error, MapDeserializer, SeqDeserializer};
use serde::de::{Deserializer, Error as _, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;

/// Deserializes the value of a rule. Refuses types that findings do not contain: the caller then reads the same value
/// as JSON, whose error names the place.
#[derive(Clone, Copy)]
pub(super) struct RuleValue<'v>(pub &'v Value);

fn unusual() -> Error {
    Error::custom("findings do not contain this")
}

impl<'v> IntoDeserializer<'v> for RuleValue<'v> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for RuleValue<'de> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let is_named = |(name, _): (&Value, &Value)| matches!(name, Value::String(_));
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Number(number) => visitor.visit_u64(number.as_u64().ok_or_else(unusual)?),
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Array(elements) => {
                SeqDeserializer::new(elements.iter().map(RuleValue)).deserialize_any(visitor)
            }
            Value::Set(elements) => {
                SeqDeserializer::new(elements.iter().map(RuleValue)).deserialize_any(visitor)
            }
            Value::Object(members) if members.iter().all(is_named) => {
                let members = members.iter().map(|(name, value)| (RuleValue(name), RuleValue(value)));
                MapDeserializer::new(members).deserialize_any(visitor)
            }
            Value::Object(_) | Value::Undefined => Err(unusual()),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self.0 {
            Value::String(text) => visitor.visit_enum(text.as_ref().into_deserializer()),
            _ => Err(unusual()),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map
        struct identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use regorus::Value;
    use serde::Deserialize;

    use super::RuleValue;
    use crate::evaluate::elements::{Element, finding};
    use crate::model::ControlOutcome;

    fn read(json: &str) -> Result<Vec<Element>, serde::de::value::Error> {
        Vec::deserialize(RuleValue(&Value::from_json_str(json).expect("a value")))
    }

    #[test]
    fn the_value_of_a_rule_is_read_as_its_json_is() {
        let json = r#"[
            {"message": "a", "subject": "s", "keys": ["key2", "key1"], "evidence": [{"input": 1, "line": 7, "text": "t"}]},
            {"message": "b", "steps": [{"text": "c", "argv": ["d", ""]}, {"text": "e", "argv": null, "alternative": true}]}
        ]"#;
        let of_json: Vec<Element> = serde_json::from_str(json).expect("elements");
        let of_value = read(json).expect("elements");
        let finding = |elements| finding(0, ControlOutcome::Open, elements);
        assert_eq!(finding(of_value), finding(of_json));
    }

    #[test]
    fn a_value_that_is_no_finding_is_refused() {
        for json in [
            r#"{"message": "a"}"#,
            r#"[{"message": 1}]"#,
            r#"[{"massage": "a"}]"#,
            r#"[{"message": "a", "keys": ["key3"]}]"#,
            r#"[{"message": "a", "evidence": [{"input": -1, "line": 7, "text": "t"}]}]"#,
            "[null]",
        ] {
            assert!(read(json).is_err(), "{json}");
        }
    }
}
