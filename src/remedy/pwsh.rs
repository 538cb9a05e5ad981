use crate::model::is_hidden;

/// `'…'`, or for hidden characters an expression that joins such strings with `[char]` codes, which Windows
/// PowerShell understands, too.
pub(super) fn quote(argument: &str) -> String {
    let is_option = argument.strip_prefix("--").is_some_and(|name| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
    });
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "_./:".contains(character);
    let starts_plain = argument.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '/');
    if is_option
        || (starts_plain && argument.chars().all(|character| is_plain(character) || character == '-'))
    {
        argument.to_owned()
    } else if argument.chars().any(is_hidden) {
        joined(argument)
    } else {
        literal(argument)
    }
}

/// PowerShell takes typographic single quotes for plain ones.
fn literal(text: &str) -> String {
    let doubled = text.chars().flat_map(|character| {
        let times = if "'\u{2018}\u{2019}\u{201a}\u{201b}".contains(character) { 2 } else { 1 };
        std::iter::repeat_n(character, times)
    });
    format!("'{}'", doubled.collect::<String>())
}

fn joined(text: &str) -> String {
    let mut parts = vec!["''".to_owned()];
    let mut shown = String::new();
    for character in text.chars() {
        if is_hidden(character) {
            if !shown.is_empty() {
                parts.push(literal(&std::mem::take(&mut shown)));
            }
            // A character beyond the basic plane is two UTF-16 units here, as everywhere in .NET.
            parts.extend(character.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("[char]{unit}")));
        } else {
            shown.push(character);
        }
    }
    if !shown.is_empty() {
        parts.push(literal(&shown));
    }
    format!("({})", parts.join("+"))
}
