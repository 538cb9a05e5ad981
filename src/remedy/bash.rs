use crate::model::{begins_action, has_action};

/// `'…'`, or `$'…'` with the bytes of characters that a terminal or a log would act on written as escapes, or no quotes
/// if none are needed.
pub(super) fn quote(argument: &str) -> String {
    if !argument.is_empty() && argument.chars().all(is_plain) {
        argument.to_owned()
    } else if has_action(argument) {
        let escaped = argument.char_indices().map(|(at, character)| escaped(&argument[at..], character));
        format!("$'{}'", escaped.collect::<String>())
    } else {
        format!("'{}'", argument.replace('\'', r"'\''"))
    }
}

fn is_plain(character: char) -> bool {
    character.is_ascii_alphanumeric() || "-_./:=,+@".contains(character)
}

/// Escapes the first character of `text` by its bytes, because bash would encode a code point for the locale.
fn escaped(text: &str, first: char) -> String {
    match first {
        '\'' | '\\' => format!("\\{first}"),
        _ if begins_action(text) => first.to_string().bytes().map(|byte| format!("\\x{byte:02x}")).collect(),
        _ => first.to_string(),
    }
}
