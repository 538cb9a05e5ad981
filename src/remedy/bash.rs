use crate::model::is_hidden;

/// `'…'`, or `$'…'` with the bytes of hidden characters written as escapes, or no quotes if none are needed.
pub(super) fn quote(argument: &str) -> String {
    if !argument.is_empty() && argument.chars().all(is_plain) {
        argument.to_owned()
    } else if argument.chars().any(is_hidden) {
        format!("$'{}'", argument.chars().map(escaped).collect::<String>())
    } else {
        format!("'{}'", argument.replace('\'', r"'\''"))
    }
}

fn is_plain(character: char) -> bool {
    character.is_ascii_alphanumeric() || "-_./:=,+@".contains(character)
}

/// By bytes and not by code point, which bash would encode for the locale.
fn escaped(character: char) -> String {
    match character {
        '\'' | '\\' => format!("\\{character}"),
        hidden if is_hidden(hidden) => {
            hidden.to_string().bytes().map(|byte| format!("\\x{byte:02x}")).collect()
        }
        shown => shown.to_string(),
    }
}
