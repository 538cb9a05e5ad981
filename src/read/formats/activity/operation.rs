//! The names of operations: which are readable, and which matter to keys.

use std::borrow::Cow;

use crate::model::KeyOperation;

const REGENERATE_KEY: &str = "Microsoft.CognitiveServices/accounts/regenerateKey/action";
const LIST_KEYS: &str = "Microsoft.CognitiveServices/accounts/listKeys/action";
const DELETE_ACCOUNT: &str = "Microsoft.CognitiveServices/accounts/delete";
const WRITE_ACCOUNT: &str = "Microsoft.CognitiveServices/accounts/write";

/// The resource of its events is the group that the resources leave.
const MOVE_RESOURCES: &str = "Microsoft.Resources/subscriptions/resourceGroups/moveResources/action";
const DELETE_GROUP: &str = "Microsoft.Resources/subscriptions/resourceGroups/delete";

/// Verbs in the names of actions that set a key.
const RENEWALS: [&str; 5] = ["regenerate", "rotate", "renew", "reset", "roll"];

/// Returns the name without white space around it, without a slash at its end, and with percent-encoding decoded.
pub(super) fn normal(text: &str) -> Cow<'_, str> {
    let decoded = if text.contains('%') { decoded(text) } else { None };
    match decoded {
        Some(decoded) => Cow::Owned(trimmed(&decoded).to_owned()),
        None => Cow::Borrowed(trimmed(text)),
    }
}

fn trimmed(text: &str) -> &str {
    let text = text.trim();
    text.strip_suffix('/').unwrap_or(text).trim_end()
}

/// Returns `None` if the text is not percent-encoded.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first == b'%' {
            let digits = str::from_utf8(rest.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &rest[2..];
        } else {
            bytes.push(*first);
        }
    }
    String::from_utf8(bytes).ok()
}

/// Returns whether a text looks like a name and not like display text, which may contain a slash ("Create or
/// Update/Validate …") but then also spaces.
///
/// This check is quick, and enough for events that cannot matter to a key.
pub(super) fn is_plausible(text: &str) -> bool {
    memchr::memchr(b'/', text.as_bytes()).is_some() && memchr::memchr(b' ', text.as_bytes()).is_none()
}

/// Returns whether a text is the name of an operation: three or more segments, the first of which has a dot. Any other
/// text can mean any operation.
pub(super) fn is_readable(text: &str) -> bool {
    let mut dots = 0;
    let (mut segments, mut length) = (1, 0_usize);
    for byte in text.bytes() {
        match byte {
            b'/' if length == 0 => return false,
            b'/' => (segments, length) = (segments + 1, 0),
            b'.' | b'_' | b'-' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => {
                dots += usize::from(byte == b'.' && segments == 1);
                length += 1;
            }
            _ => return false,
        }
    }
    segments >= 3 && length > 0 && dots > 0
}

pub(super) fn of_key(operation: &str) -> Option<KeyOperation> {
    if operation.eq_ignore_ascii_case(REGENERATE_KEY) {
        Some(KeyOperation::Regenerate)
    } else if operation.eq_ignore_ascii_case(LIST_KEYS) {
        Some(KeyOperation::List)
    } else if operation.eq_ignore_ascii_case(DELETE_ACCOUNT) || is_of_group(operation) {
        Some(KeyOperation::Delete)
    } else if operation.eq_ignore_ascii_case(WRITE_ACCOUNT) {
        Some(KeyOperation::Write)
    } else {
        None
    }
}

/// Whether it deletes a resource group, and with it the accounts in it.
pub(super) fn is_of_group(operation: &str) -> bool {
    operation.eq_ignore_ascii_case(DELETE_GROUP)
}

pub(super) fn is_move(operation: &str) -> bool {
    operation.eq_ignore_ascii_case(MOVE_RESOURCES)
}

/// Returns whether the last two segments of an operation are these, in any case.
pub(super) fn ends_with(operation: &str, [before, last]: [&str; 2]) -> bool {
    let mut segments = operation.rsplit('/');
    [last, before]
        .into_iter()
        .all(|expected| segments.next().is_some_and(|segment| segment.eq_ignore_ascii_case(expected)))
}

/// Returns whether an operation is unknown to this program, and a segment below its type suggests that it sets a key,
/// like `accounts/rotateKeys/action` or `accounts/regenerateKey`. A `read` sets none.
pub(super) fn renews_key(operation: &str) -> bool {
    let suggests = |segment: &str| {
        let name = segment.to_ascii_lowercase();
        name.contains("key") && RENEWALS.into_iter().any(|verb| name.contains(verb))
    };
    let is_read = || operation.rsplit('/').next().is_some_and(|last| last.eq_ignore_ascii_case("read"));
    operation.split('/').skip(2).any(suggests)
        && !operation.eq_ignore_ascii_case(REGENERATE_KEY)
        && !is_read()
}

/// Returns whether an event of the operation can matter to a key or to the account that has it.
pub(super) fn may_matter(operation: &str) -> bool {
    of_key(operation).is_some() || is_move(operation) || renews_key(operation)
}

/// Returns whether a text is one that PowerShell writes instead of an object: `@{…}`, or the name of a type.
pub(in crate::read) fn is_flattened(text: &str) -> bool {
    text.starts_with("@{") || text.starts_with("System.") || text.ends_with(".LocalizableString")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_name_is_normalized() {
        for written in [
            REGENERATE_KEY,
            " Microsoft.CognitiveServices/accounts/regenerateKey/action\r\n",
            "Microsoft.CognitiveServices/accounts/regenerateKey/action/ ",
            "Microsoft.CognitiveServices%2Faccounts%2fregenerateKey/action%20",
            "%4Dicrosoft.CognitiveServices/accounts/regenerateKey/action%2F",
        ] {
            assert_eq!(normal(written), REGENERATE_KEY, "{written:?}");
        }
        assert_eq!(normal("100 %"), "100 %");
        assert_eq!(normal("%zz/%"), "%zz/%");
    }

    #[test]
    fn a_name_has_three_segments_and_a_provider() {
        for (text, expected) in [
            (REGENERATE_KEY, true),
            ("Microsoft.X_1/y-z/read", true),
            ("", false),
            ("a/b/c", false),
            ("Microsoft.X/read", false),
            ("Microsoft.X//read", false),
            ("/Microsoft.X/y/read", false),
            ("Microsoft.X/y/read/", false),
            ("Microsoft.X/y/read this", false),
            ("Microsoft.X/y/erneuerä", false),
            ("@{value=Microsoft.X/y/read}", false),
            ("System.Object[]", false),
            ("System.Collections.Generic.Dictionary`2[System.String,System.String]", false),
        ] {
            assert_eq!(is_readable(text), expected, "{text}");
        }
    }

    #[test]
    fn an_action_that_renews_keys_is_known_by_its_name() {
        for (text, expected) in [
            ("Microsoft.CognitiveServices/accounts/rotateKeys/action", true),
            ("MICROSOFT.COGNITIVESERVICES/ACCOUNTS/RESETACCESSKEY/ACTION", true),
            ("Microsoft.CognitiveServices/accounts/rollPrimaryKey/action", true),
            ("Microsoft.CognitiveServices/accounts/regenerateKey", true),
            ("Microsoft.CognitiveServices/accounts/regenerateKey/start/action", true),
            ("Microsoft.CognitiveServices/accounts/regenerateKey/write", true),
            (REGENERATE_KEY, false),
            (LIST_KEYS, false),
            ("Microsoft.CognitiveServices/accounts/rotateKeys/read", false),
            ("Microsoft.RotateKeys/regenerateKeys/write", false),
            ("Microsoft.CognitiveServices/accounts/rotate/action", false),
        ] {
            assert_eq!(renews_key(text), expected, "{text}");
        }
    }
}
