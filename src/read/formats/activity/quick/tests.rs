//! Records that the fast path decodes have the same result as in the general decoder.

use proptest::prelude::*;
use proptest::sample::select;
use serde::Deserialize;
use serde::de::value::{Error, MapDeserializer};
use serde::de::{Deserializer, Visitor};

use super::super::EventRecord;
use super::{NAMES, Ordinary};
use crate::model::{InputId, Place};
use crate::read::formats::activity;
use crate::read::formats::ids::Ids;
use crate::read::json::piece::Container;
use crate::read::json::scan::{Records, ScanState, ScannedRecord, Scanner, Unsure, Walk};

const ACCOUNT: &str = "/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/a";

const NOWHERE: Place = Place { input: InputId(0), line: 0, column: 0 };

/// Compares the fast result of each record with the general one, and counts the fast ones.
#[derive(Default)]
struct Read<'t> {
    ordinary: Ordinary<'t>,
    last: Option<String>,
    count: usize,
}

impl<'t> Records<'t> for Read<'t> {
    fn open(&mut self, _: Container) -> Result<(), Unsure> {
        Ok(())
    }

    fn read_ordinary(&mut self, _: usize, _: Container, walk: &mut Walk<'t>) -> Result<(), Unsure> {
        let decoded = self.ordinary.read(walk, &mut Ids::default(), || NOWHERE);
        self.last = decoded.ok().map(|decoded| format!("{decoded:?}"));
        // Falls back, so that the record is passed to `read_any` too.
        Err(Unsure)
    }

    fn read_any(&mut self, record: ScannedRecord<'t>) {
        let Some(quick) = self.last.take() else { return };
        let exact =
            activity::read(record.bytes, NOWHERE, &mut Ids::default(), |decoded| format!("{decoded:?}"));
        assert_eq!(exact, Ok(quick));
        self.count += 1;
    }
}

/// Returns the number of records that the fast path decodes, if the scanner accepts the text. Panics if one of them
/// differs from the general decoder.
fn quick(records: &str) -> Option<usize> {
    let mut read = Read::default();
    let mut scanner = Scanner::default();
    let end = scanner.scan(records.as_bytes(), ScanState::Document, &mut read);
    end.ok().map(|_| read.count)
}

fn is_quick(record: &str) -> bool {
    quick(record) == Some(1)
}

/// Returns the member names that the general decoder knows.
fn known_names() -> Vec<&'static str> {
    struct Names<'n>(&'n mut Vec<&'static str>);
    impl<'de> Deserializer<'de> for Names<'_> {
        type Error = Error;

        fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            visitor.visit_map(MapDeserializer::<_, Error>::new(std::iter::empty::<(&str, &str)>()))
        }

        fn deserialize_struct<V: Visitor<'de>>(
            self,
            _: &'static str,
            fields: &'static [&'static str],
            visitor: V,
        ) -> Result<V::Value, Error> {
            self.0.extend(fields);
            self.deserialize_any(visitor)
        }

        serde::forward_to_deserialize_any! {
            bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
            unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
        }
    }
    let mut names = Vec::new();
    EventRecord::deserialize(Names(&mut names)).expect("a record without members");
    names
}

#[test]
fn both_decoders_know_the_same_names() {
    let mut quick: Vec<&str> = NAMES.iter().map(|(name, _)| *name).collect();
    let mut exact = known_names();
    quick.sort_unstable();
    exact.sort_unstable();
    assert_eq!(quick, exact);
}

/// A member with any name that matters, and any kind of value.
fn member() -> impl Strategy<Value = String> {
    let mut names: Vec<&str> = NAMES.iter().map(|(name, _)| *name).collect();
    names.extend(["claims", "level", "operation\\u004eame", "tenantId"]);
    let values = vec![
        "null",
        "\"\"",
        "\"None\"",
        "1",
        "-1",
        "1.5",
        "true",
        "[]",
        "{}",
        "\"text\"",
        "\"é\"",
        "\"a\\\"b\"",
        "\"\\ud800\"",
        "{\"value\": \"text\"}",
        "{\"value\": null, \"localizedValue\": \"Text\"}",
        "{\"value\": \"a\", \"value\": \"b\"}",
        "{\"Value\": 5}",
        "{\"value\": {\"value\": \"x\"}}",
        "{\"v\\u0061lue\": \"x\"}",
        "\"Microsoft.Compute/virtualMachines/write\"",
        "{\"value\": \"Microsoft.CognitiveServices/accounts/regenerateKey/action\"}",
        "\"Succeeded\"",
        "\"Failed\"",
        "{\"value\": \"Failure\"}",
        "\"2026-11-01T00:00:00Z\"",
        "\"/subscriptions/s/resourceGroups/g\"",
        "\"/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/a\"",
        "\"/subscriptions/s/events/e/ticks/639100000000000000\"",
        "{\"claims\": {\"appid\": \"app\"}}",
        "{\"claims\": {\"appid\": 1}}",
        "{\"claims\": {\"appid\": \"a\", \"appid\": \"b\"}}",
        "{\"claims\": {\"appid\": null, \"_claim_sources\": \"{\\\"src1\\\":{}}\"}}",
        "{\"claims\": {\"groups\": [\"a\"], \"appid\": \"None\"}}",
        "{\"claims\": null}",
        "{\"claims\": {\"ap\\u0070id\": \"a\"}}",
        "{\"claims\": {\"appid\": \"a\", \"http:\\/\\/schemas.xmlsoap.org/ws/2005/05/identity/claims/upn\": \"b\"}}",
        "{\"requestbody\": \"{\\\"keyName\\\": 1}\"}",
        "{\"requestbody\": \"{\\\"KeyName\\\": \\\"Key1\\\"}\", \"x\": null}",
        "{\"RequestBody\": \"{\\\"keyName\\\": \\\"key2\\\"}\"}",
        "{\"requestbody\": \"{}\", \"requestBody\": \"{\\\"keyName\\\": \\\"key2\\\"}\"}",
        "{\"requestbody\": \"{\"}",
        "{\"requestbody\": null}",
        "\"{\\\"requestbody\\\": \\\"{}\\\"}\"",
        "{\"requestBody\": {\"keyName\": [1]}}",
        "{\"statusCode\": 2.5}",
        "{\"statusCode\": \"OK\", \"x\": [1]}",
        "{\"statusCode\": \"Conflict\"}",
        "\"409\"",
        "\"Succeeded.OK\"",
        "{\"value\": \"\", \"localizedValue\": \"Conflict (HTTP Status Code: 409)\"}",
        "{\"Content\": {\"statusCode\": []}}",
        "{\"requestbody\": \"\\ud800\"}",
        "{\"\\ud800\": 1}",
    ];
    (select(names), select(values)).prop_map(|(name, value)| format!("\"{name}\": {value}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]

    #[test]
    fn both_decoders_agree_on_random_events(
        members in proptest::collection::vec(member(), 0..6),
        time in select(vec!["eventTimestamp", "TimeGenerated", "time"]),
        (operation, resource) in select(vec![
            ("A.b/c/d", "/subscriptions/s"),
            ("a/b", "/subscriptions/s"),
            ("a/b", "/subscriptions/s/providers/A.b/c/d"),
            ("A.b/c/d/", ACCOUNT),
            ("A.b/rotateKeys/action", ACCOUNT),
            ("", ACCOUNT),
            ("MICROSOFT.COGNITIVESERVICES/ACCOUNTS/REGENERATEKEY/ACTION", ACCOUNT),
            ("Microsoft.CognitiveServices/accounts/listKeys/action", ACCOUNT),
            ("Microsoft.Resources/subscriptions/resourceGroups/delete", "/subscriptions/s/resourceGroups/g"),
        ]),
    ) {
        let plain = format!(
            "{{\"{time}\": \"2026-11-01T00:00:00Z\", \"operationName\": \"{operation}\", \"resourceId\": \"{resource}\""
        );
        let members: String = members.iter().map(|member| format!(", {member}")).collect();
        let without = format!("{{\"level\": 1{members}}}");
        quick(&format!("{plain}{members}}}\n{plain}}}\n{without}\n{plain}{members}}}"));
    }
}

#[test]
fn ordinary_events_are_decoded_quickly() {
    let az = r#"{"eventTimestamp": "2026-11-01T00:00:00Z", "operationName": {"value": "A.b/c/d", "localizedValue": "A B"},
        "status": {"value": "Succeeded"}, "resourceId": "/subscriptions/s", "caller": "a@b.c", "claims": {"x": "y"},
        "properties": {"requestbody": "{\"a\": \"b\"}", "statusCode": "OK"}, "category": null}"#;
    let line = r#"{"time": "2026-11-01T00:00:00Z", "operationName": "A.B/C/D", "resultType": "Success", "resourceId":
        "/SUBSCRIPTIONS/S", "identity": {"authorization": {}, "claims": {"appid": "x"}}, "properties": {"a": {}}}"#;
    assert!(is_quick(az) && is_quick(line));
    let regeneration = az
        .replace("A.b/c/d", "Microsoft.CognitiveServices/accounts/regenerateKey/action")
        .replace(r#"\"a\": \"b\""#, r#"\"keyName\": \"Key1\""#);
    assert!(!is_quick(&regeneration) && is_quick(&regeneration.replace("/subscriptions/s", ACCOUNT)));
    assert!(!is_quick(&az.replace("Succeeded", "Failed")));
    assert!(!is_quick(&az.replace("A.b/c/d", "a/b")), "an operation that cannot be read");
    assert!(is_quick(&az.replace("A.b/c/d", "a/b").replace("/s\"", "/s/providers/A.b/c/d\"")));
}
