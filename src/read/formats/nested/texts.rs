//! Texts that are not JSON themselves, as signs of an event or an account: lines of JSON, damaged JSON, and base 64.

use data_encoding::BASE64_NOPAD;

use super::folded;

/// Beginnings of JSON objects and lists in base 64. Two characters encode the bracket, and four bits of the next byte: a
/// space or a quote, the end of a line, or another bracket.
const ENCODED_BEGINNINGS: [&str; 6] = ["ey", "ew", "Wy", "Ww", "W3", "W1"];

/// The members of an event or an account that a text names, even if its quotes are escaped.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each one is a sign of its own")]
pub(super) struct NamedMembers {
    has_id: bool,
    has_type: bool,
    has_kind: bool,
    /// Whether there is the time of an event.
    has_time: bool,
}

impl NamedMembers {
    /// Returns the members in one of the texts into which tools split JSON, like a notebook: a line that begins with a
    /// name in quotes.
    pub(super) fn of_line(line: &str) -> NamedMembers {
        if line.starts_with('"') { NamedMembers::of(line) } else { NamedMembers::default() }
    }

    fn of(text: &str) -> NamedMembers {
        let is_value = |one: &char| !one.is_whitespace() && !['"', '\\'].contains(one);
        let text = folded(&text.chars().filter(is_value).collect::<String>());
        let has = |part: &str| text.contains(part);
        NamedMembers {
            has_id: has("id:/subscriptions/") && has("/microsoft.cognitiveservices/accounts/"),
            has_type: has("type:microsoft.cognitiveservices/accounts"),
            has_kind: has("kind:") || has("properties:"),
            has_time: has("eventtimestamp:20"),
        }
    }

    pub(super) fn include(&mut self, other: NamedMembers) {
        self.has_id |= other.has_id;
        self.has_type |= other.has_type;
        self.has_kind |= other.has_kind;
        self.has_time |= other.has_time;
    }

    /// Returns whether the members are of an event or an account.
    pub(super) fn are_of_record(self) -> bool {
        self.is_account() || self.has_time
    }

    fn is_account(self) -> bool {
        self.has_id && self.has_type && self.has_kind
    }
}

/// Returns whether a text that cannot be read as JSON contains the name of a member that only events have, or those of
/// an account.
pub(super) fn names_record(text: &str) -> bool {
    names_event(text) || NamedMembers::of(text).is_account()
}

/// Returns whether a text that cannot be read as JSON contains the name of a member that events have.
pub(super) fn names_event(text: &str) -> bool {
    let text = folded(text);
    ["operationname", "eventtimestamp", "eventdataid"].iter().any(|name| text.contains(name))
}

/// Decodes base 64 if it seems to be JSON: shorter than the text.
pub(super) fn json_of_base64(text: &str) -> Option<String> {
    let is_of_json = ENCODED_BEGINNINGS.iter().any(|start| text.starts_with(start));
    let encoded = is_of_json.then(|| text.trim_end_matches('='))?;
    String::from_utf8(BASE64_NOPAD.decode(encoded.as_bytes()).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_in_base64_is_decoded_and_other_words_are_not() {
        for json in [
            "{\"a\":1}",
            "{\"$schema\":1}",
            "{ \"a\":1}",
            "{\n}",
            "{\r\n}",
            "{\t}",
            "[{}]",
            "[[]]",
            "[ {}]",
            "[\n]",
            "[\"a\"]",
        ] {
            let encoded = data_encoding::BASE64.encode(json.as_bytes());
            assert_eq!(json_of_base64(&encoded).as_deref(), Some(json), "{encoded}");
        }
        for text in ["eyJ", "eyJhbGciOiJIUzI1NiJ9.e30.c2ln", "eye", "AAAA", ""] {
            assert_eq!(json_of_base64(text).filter(|json| json.contains('}')), None, "{text}");
        }
    }
}
