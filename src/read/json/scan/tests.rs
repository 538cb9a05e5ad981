//! Text that the scanner accepts is JSON, and its records are those of `serde_json`.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;

use super::{Container, MemberVisitor, Records, ScanState, ScannedRecord, Scanner, Spelled, Unsure, Walk};

/// Collects the records, with the names of their members.
#[derive(Default)]
struct Kept {
    names: Vec<String>,
    records: Vec<(String, Vec<String>)>,
}

impl<'t> Records<'t> for Kept {
    fn open(&mut self, _: Container) -> Result<(), Unsure> {
        Ok(())
    }

    fn read_ordinary(&mut self, _: usize, _: Container, walk: &mut Walk<'t>) -> Result<(), Unsure> {
        self.names.clear();
        walk.object(self)?;
        Err(Unsure)
    }

    fn read_any(&mut self, record: ScannedRecord<'t>) {
        let bytes = String::from_utf8_lossy(record.bytes).into_owned();
        self.records.push((bytes, std::mem::take(&mut self.names)));
    }
}

impl<'t> MemberVisitor<'t> for Kept {
    fn scalar(&mut self, name: Spelled<'t>, _: Spelled<'t>) -> Result<(), Unsure> {
        self.names.extend(name.quoted().map(str::to_owned));
        Ok(())
    }

    fn container(&mut self, name: Spelled<'t>, inside: &mut Walk<'t>, is_object: bool) -> Result<(), Unsure> {
        self.names.extend(name.quoted().map(str::to_owned));
        inside.nested(is_object)
    }
}

/// Returns the records of a text that the scanner accepts, with the names of their members.
fn scanned(text: &[u8]) -> Option<Vec<(String, Vec<String>)>> {
    let mut kept = Kept::default();
    let mut scanner = Scanner::default();
    let end = scanner.scan(text, ScanState::Document, &mut kept);
    end.ok().filter(|end| end.state == ScanState::Document).map(|_| kept.records)
}

/// Returns the top-level objects, and the elements of top-level arrays.
fn records(text: &[u8]) -> Option<Vec<Value>> {
    let mut records = Vec::new();
    for value in serde_json::Deserializer::from_slice(text).into_iter::<Value>() {
        match value.ok()? {
            Value::Array(elements) => records.extend(elements),
            other => records.push(other),
        }
    }
    Some(records)
}

fn check(text: &[u8]) -> Result<(), TestCaseError> {
    let Some(scanned) = scanned(text) else { return Ok(()) };
    // The scanner accepts numbers that are too large for `serde_json`, because it does not convert them.
    let Some(expected) = records(text) else {
        let has_exponent = text.iter().any(|byte| matches!(byte, b'e' | b'E'));
        let has_surrogate = text.windows(2).any(|pair| pair == b"\\u");
        prop_assert!(has_exponent || has_surrogate, "{}", String::from_utf8_lossy(text));
        return Ok(());
    };
    prop_assert_eq!(scanned.len(), expected.len());
    for ((bytes, names), expected) in scanned.iter().zip(expected) {
        prop_assert_eq!(serde_json::from_str::<Value>(bytes).ok(), Some(expected.clone()));
        let members = expected.as_object().map(serde_json::Map::len);
        prop_assert!(members.is_some_and(|members| members <= names.len()));
    }
    Ok(())
}

/// JSON values, and texts that look like them.
fn value() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just(String::new()),
        select(vec![
            "true",
            "false",
            "null",
            "0",
            "-1",
            "1.5",
            "1e5",
            "-0.0E-1",
            "01",
            "1.",
            "-",
            "tru",
            "nulll",
            "1 2",
            "\"",
            "\"\\\"",
            "\"\\u00e9\"",
            "\"\\u00\"",
            "\"\\x\"",
            "\"\\\\\"",
            "\"a{b}[c],:\"",
            "\"é\"",
            "\"\t\"",
            "{}",
            "[]",
            "[,]",
            "{,}",
            "\"a\"b",
            "{\"a\"}",
            "\"\\\\\\\"\"",
        ])
        .prop_map(str::to_owned),
        "\"[a-z\\\\\"{}]{0,70}\"",
    ];
    leaf.prop_recursive(6, 60, 6, |inner| {
        let space = select(vec!["", " ", "\n  ", "\r\n", "\t", "\u{b}"]);
        let member = (inner.clone(), select(vec!["\"a\"", "\"b\\n\"", "\"\"", "a", "1"]), space.clone())
            .prop_map(|(value, name, space)| format!("{name}{space}:{space}{value}"));
        prop_oneof![
            (proptest::collection::vec(inner, 0..6), space.clone())
                .prop_map(|(values, space)| format!("[{space}{}{space}]", values.join(&format!("{space},")))),
            (proptest::collection::vec(member, 0..6), space).prop_map(|(members, space)| format!(
                "{{{space}{}{space}}}",
                members.join(&format!(",{space}"))
            )),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4_000))]

    #[test]
    fn accepted_text_is_json(values in proptest::collection::vec(value(), 1..4)) {
        check(values.join("\n").as_bytes())?;
    }

    #[test]
    fn damaged_text_is_accepted_only_if_it_is_json(
        value in value(),
        place in any::<proptest::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut text = format!("{{\"a\": {value}, \"b\": \"\\\\ \\\" \"}}").into_bytes();
        let place = place.index(text.len());
        text[place] = byte;
        check(&text)?;
    }
}

#[test]
fn ordinary_texts_are_accepted() {
    let event = serde_json::json!({
        "eventTimestamp": "2026-11-01T00:00:00.1234567Z",
        "claims": { "name": "Zoë \"Z\" \\ \u{1}", "groups": ["a", "b", 1.5e-7, -0, true, false, null, {}, []] },
    });
    let (compact, pretty) = (event.to_string(), serde_json::to_string_pretty(&event).expect("JSON"));
    for (text, count) in [
        (format!("{compact}\n{compact}\n"), 2),
        (format!("[{compact},{compact}]"), 2),
        (format!("[\n  {pretty},\r\n  {pretty}\n]\n"), 2),
        (format!("{{\"value\": [{compact}, {compact}]}}"), 2),
        (format!("{{\"records\":[{compact}]}}\n{{\"records\":[]}}\n"), 1),
        ("[]".to_owned(), 0),
        (String::new(), 0),
    ] {
        assert_eq!(scanned(text.as_bytes()).map(|records| records.len()), Some(count), "{text}");
    }
}

#[test]
fn texts_other_than_lists_of_events_are_left_to_the_splitter() {
    let deep = format!("{{\"a\": {}1{}}}", "[".repeat(100), "]".repeat(100));
    for text in [
        "1",
        "\"a\"",
        "[1]",
        "{\"a\": 1",
        "[{}",
        "{\"value\": [], \"nextLink\": \"x\"}",
        "{}]",
        "{\"a\": [], \"data\": [{}]}",
        &deep,
    ] {
        assert_eq!(scanned(text.as_bytes()), None, "{text}");
    }
}
