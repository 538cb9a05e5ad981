//! Decodes an answer of `Invoke-AzRestMethod` or `Invoke-WebRequest`, as `ConvertTo-Json` writes it: `Content` contains
//! the service's answer as text.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::value::RawValue;

use crate::read::formats::decode::{Unusable, decode};
use crate::read::json::piece::Position;

/// An answer of a service.
pub(in crate::read) enum Response<'a> {
    Content(String, Escaped<'a>),
    /// The service refused the request, with this status.
    Refused(String),
}

/// Decodes an answer that begins at `start`.
pub(in crate::read) fn read(bytes: &[u8], start: Position) -> Result<Response<'_>, Unusable> {
    let members: BTreeMap<Cow<'_, str>, &RawValue> = decode(bytes)?;
    let status = members.get("StatusCode").map_or("", |status| status.get());
    let status = status.trim_matches('"');
    if !matches!(status, "200" | "OK") {
        let is_code = status.len() == 3 && status.bytes().all(|byte| byte.is_ascii_digit());
        return Ok(Response::Refused(if is_code {
            format!("status {status}")
        } else {
            "an error".to_owned()
        }));
    }
    let raw = members.get("Content").map_or("", |content| content.get());
    let content: String =
        decode(raw.as_bytes()).map_err(|_| Unusable::record("the Content of the answer is not text"))?;
    if !content.trim_start().starts_with(['{', '[']) {
        let what = "the Content of the answer is not JSON, so its records are lost";
        return Err(Unusable::record(what));
    }
    let offset = raw.as_ptr().addr() - bytes.as_ptr().addr();
    let outer = start.after(&bytes[..=offset]);
    Ok(Response::Content(
        content,
        Escaped { raw: raw.get(1..).unwrap_or_default(), inner: Position::START, outer },
    ))
}

/// Maps places in a text to places in the file that contains it as a JSON string.
pub(in crate::read) struct Escaped<'a> {
    /// The string from the current place on.
    raw: &'a str,
    inner: Position,
    outer: Position,
}

impl Escaped<'_> {
    /// Returns the place in the file of a place in the text, which must not be before that of an earlier call.
    pub(in crate::read) fn outer(&mut self, inner: Position) -> Position {
        while (self.inner.line, self.inner.column) < (inner.line, inner.column) && !self.raw.is_empty() {
            let (length, is_line) = match self.raw.as_bytes() {
                [b'\\', b'u', ..]
                    if self.raw.get(1..5).is_some_and(|digits| digits.eq_ignore_ascii_case("u000")) =>
                {
                    (6, self.raw.get(5..6).is_some_and(|digit| digit.eq_ignore_ascii_case("a")))
                }
                // Two escapes encode one character beyond the first plane.
                [b'\\', b'u', b'd' | b'D', b'8'..=b'9' | b'a'..=b'b' | b'A'..=b'B', ..] => (12, false),
                [b'\\', b'u', ..] => (6, false),
                [b'\\', next, ..] => (2, *next == b'n'),
                _ => (self.raw.chars().next().map_or(1, char::len_utf8), false),
            };
            let passed = self.raw.get(..length).unwrap_or(self.raw);
            self.outer = self.outer.after(passed.as_bytes());
            self.raw = &self.raw[passed.len()..];
            self.inner = if is_line {
                Position { line: self.inner.line + 1, column: 1 }
            } else {
                Position { column: self.inner.column + 1, ..self.inner }
            };
        }
        self.outer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_those_in_the_file() {
        let text = r#"{"StatusCode": 200,
 "Content": "[\n\u00e9\ud83d\udd11\"x\u000ay"}"#;
        let Ok(Response::Content(content, mut escaped)) = read(text.as_bytes(), Position::START) else {
            panic!("an answer")
        };
        assert_eq!(content, "[\né🔑\"x\ny");
        for (line, column, outer) in
            [(1, 1, 14), (1, 2, 15), (2, 1, 17), (2, 2, 23), (2, 3, 35), (2, 4, 37), (3, 1, 44)]
        {
            let place = escaped.outer(Position { line, column });
            assert_eq!(place, Position { line: 2, column: outer }, "{line}:{column}");
        }
    }

    #[test]
    fn another_status_is_a_refusal() {
        for (status, expected) in [("429", "status 429"), ("\"NotFound\"", "an error"), ("null", "an error")]
        {
            let text = format!("{{\"StatusCode\": {status}, \"Content\": \"{{}}\"}}");
            let read = read(text.as_bytes(), Position::START);
            assert!(matches!(read, Ok(Response::Refused(what)) if what == expected), "{status}");
        }
    }
}
