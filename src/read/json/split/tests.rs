use std::io;

use proptest::prelude::*;

use super::*;

/// A source that returns a few bytes at a time, like a slow pipe.
struct Trickle<'a>(&'a [u8], usize);

impl Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.1.min(self.0.len()).min(buffer.len());
        buffer[..length].copy_from_slice(&self.0[..length]);
        self.0 = &self.0[length..];
        Ok(length)
    }
}

/// Returns every piece as text with its place, and the error that ended the cutting.
fn cut(text: &str, step: usize) -> Vec<String> {
    let mut splitter = Splitter::new(Trickle(text.as_bytes(), step));
    let mut pieces = Vec::new();
    let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let end = splitter.for_each(|piece| {
        pieces.push(match piece {
            Piece::Opening { .. } => return,
            Piece::Record { bytes, container, start, end } => format!(
                "{container:?} {}:{}-{}:{} {}",
                start.line,
                start.column,
                end.line,
                end.column,
                shown(bytes)
            ),
            Piece::Member { name, value, start } => {
                format!("member {}:{} {}={}", start.line, start.column, shown(name), shown(value))
            }
        });
    });
    match end {
        Ok(()) => {}
        Err(Broken::Truncated { at, record }) => {
            pieces.push(format!("truncated {}:{} {:?}", at.line, at.column, record.map(|from| from.line)));
        }
        Err(Broken::Syntax { at, expected }) => {
            pieces.push(format!("{}:{} expected {expected}", at.line, at.column));
        }
        Err(other) => pieces.push(format!("{other:?}")),
    }
    pieces
}

#[test]
fn every_container_is_cut_into_records_with_their_places() {
    for (text, pieces) in [
        ("", vec![]),
        (" \r\n ", vec![]),
        ("[]", vec![]),
        (
            "[1, {\"a\": \"é]\"},\n null]",
            vec!["Array 1:2-1:3 1", "Array 1:5-1:16 {\"a\": \"é]\"}", "Array 2:2-2:6 null"],
        ),
        ("{\"a\":1}\n{\"a\":[2]}", vec!["Document 1:1-1:8 {\"a\":1}", "Document 2:1-2:10 {\"a\":[2]}"]),
        ("{}", vec!["Document 1:1-1:3 {}"]),
        (
            "{\"nextLink\":\"x\",\"value\":[{}],\"count\":1}",
            vec!["member 1:13 \"nextLink\"=\"x\"", "Envelope 1:26-1:28 {}", "member 1:38 \"count\"=1"],
        ),
        ("{\"value\":{}}", vec!["Document 1:1-1:13 {\"value\":{}}"]),
        ("{\"a\":{\"value\":[1]}}", vec!["Document 1:1-1:20 {\"a\":{\"value\":[1]}}"]),
        ("[\"\\\"]\\\\\"]", vec!["Array 1:2-1:9 \"\\\"]\\\\\""]),
    ] {
        assert_eq!(cut(text, 1 << 20), pieces, "{text}");
    }
}

#[test]
fn pieces_before_a_syntax_error_are_kept() {
    for (text, pieces) in [
        ("[1, {\"a\":\n\"b", vec!["Array 1:2-1:3 1", "truncated 2:3 Some(1)"]),
        ("[1", vec!["Array 1:2-1:3 1", "truncated 1:3 None"]),
        ("[1,", vec!["Array 1:2-1:3 1", "truncated 1:4 None"]),
        ("[1 2]", vec!["Array 1:2-1:3 1", "1:4 expected a comma or the end of the array"]),
        ("[1,]", vec!["Array 1:2-1:3 1", "1:4 expected a value"]),
        (
            "{\"value\":[1] \"x\"",
            vec!["Envelope 1:11-1:12 1", "1:14 expected a comma or the end of the object"],
        ),
        ("{\"value\":[1]", vec!["Envelope 1:11-1:12 1", "truncated 1:13 None"]),
        ("{a:1}", vec!["1:2 expected a member's name in quotes"]),
        ("Authorization : x", vec!["1:1 expected a value"]),
    ] {
        assert_eq!(cut(text, 1 << 20), pieces, "{text}");
    }
}

#[test]
fn a_record_above_the_size_limit_is_an_error() {
    let endless = io::repeat(b'[');
    let mut splitter = Splitter::new(endless);
    let end = splitter.for_each(|piece| {
        assert!(matches!(piece, Piece::Opening { .. }), "there is no record, but {piece:?}");
    });
    assert!(matches!(end, Err(Broken::TooLarge { .. })), "{end:?}");
}

proptest! {
    #[test]
    fn short_reads_give_the_same_pieces(text in "[\\[\\]{}:,\"\\\\ \n1aé]{0,40}", step in 1usize..5) {
        prop_assert_eq!(cut(&text, step), cut(&text, 1 << 20));
    }

    /// A list written by `serde_json` is cut exactly into its values.
    #[test]
    fn every_valid_list_is_cut_into_its_elements(values in prop::collection::vec(any::<Vec<(String, i64)>>(), 0..6)) {
        let object = |members: Vec<(String, i64)>| -> serde_json::Value {
            members.into_iter().map(|(name, value)| (name, serde_json::Value::from(value))).collect()
        };
        let values: Vec<serde_json::Value> = values.into_iter().map(object).collect();
        let text = serde_json::to_string_pretty(&values).expect("JSON");
        let mut splitter = Splitter::new(text.as_bytes());
        let mut found = Vec::new();
        let end = splitter.for_each(|piece| {
            if let Piece::Record { bytes, .. } = piece {
                found.push(serde_json::from_slice::<serde_json::Value>(bytes).expect("a value"));
            }
        });
        prop_assert!(end.is_ok());
        prop_assert_eq!(found, values);
    }
}
