//! The forms of the members of metadata, to word the errors of the YAML parser for readers who do not know its types.

use crate::model::{near, printable};

const TEXT: &str = "text";
const LIST: &str = "a list";
const TRUE_OR_FALSE: &str = "true or false";

/// The members in the order of the metadata: the name, its form, and an example if the form needs one.
const FORMS: [(&str, &str, &str); 21] = [
    ("scope", TEXT, "package"),
    ("title", TEXT, ""),
    ("description", TEXT, ""),
    ("schemas", LIST, "[{input: schema.rotaudit.account}]"),
    ("related_resources", LIST, "[https://example.com/rule]"),
    ("custom", "a block of members", "{id: ACME001, name: OwnerTag, level: warning}"),
    ("id", TEXT, "ACME001"),
    ("name", TEXT, "OwnerTag"),
    ("level", "error, warning or note", ""),
    ("about", "account or evidence", ""),
    ("default", TRUE_OR_FALSE, ""),
    ("indicator", TRUE_OR_FALSE, ""),
    ("remediation", TEXT, ""),
    ("commands", LIST, "[\"az resource show --ids ACCOUNT_ID\"]"),
    ("passes", TEXT, ""),
    ("precision", "very-high, high, medium or low", ""),
    ("tags", LIST, "[keys, rotation]"),
    ("parameters", "a meaning for each name", "{limit: The limit in days.}"),
    ("frameworks", "a list of requirements for each framework", "{CIS Controls: [\"3.11\"]}"),
    ("replaces", TEXT, "KR001"),
    ("organizations", LIST, "[Acme]"),
];

/// Rewords the parser's message for the expected form. `block` contains the lines up to the one with the error.
pub(super) fn in_words(message: &str, block: &[&str]) -> String {
    if let Some(name) = message.strip_prefix("duplicate mapping key: ") {
        let name = name.split(',').next().unwrap_or_default();
        return format!("`{}` is written twice", printable(name));
    }
    if let Some(name) = message.strip_prefix("missing field ") {
        return format!("{name} is missing");
    }
    if let Some(rest) = message.strip_prefix("unknown field `") {
        let name = rest.split('`').next().unwrap_or_default();
        let known: Vec<&str> = FORMS.iter().map(|(known, ..)| *known).collect();
        return match near(name, &known) {
            Some(meant) => format!("unknown member `{}`: did you mean `{meant}`?", printable(name)),
            None => message.replacen("field", "member", 1),
        };
    }
    if message.contains("mapping values are not allowed") {
        return "a text that contains `: ` must be in quotes".to_owned();
    }
    if message.contains("found a tab") {
        return "the lines must be indented with spaces, not with tabs".to_owned();
    }
    let is_form = message.starts_with("expected ")
        || message.starts_with("unknown variant ")
        || message.starts_with("invalid ")
        || ["untagged", "tagged"].iter().any(|word| message.contains(word));
    let Some((name, form, example)) = member(block).filter(|_| is_form) else {
        return if is_form {
            "the metadata must be members like `title: …`".to_owned()
        } else {
            message.to_owned()
        };
    };
    let given = message.strip_prefix("unknown variant `").and_then(|rest| rest.split('`').next());
    let given = given.map(|given| format!(", not {}", printable(given))).unwrap_or_default();
    let example = if example.is_empty() { String::new() } else { format!(", like `{name}: {example}`") };
    format!("`{name}` must be {form}{given}{example}")
}

/// The member with a known form in the last line, or the one that contains this line.
fn member(block: &[&str]) -> Option<(&'static str, &'static str, &'static str)> {
    let mut indent = usize::MAX;
    for line in block.iter().rev().filter(|line| !line.trim().is_empty()) {
        let text = line.trim_start();
        let own = line.len() - text.len();
        // A list may be indented like the member that has it.
        if own >= indent && !(own == indent && is_member(text)) {
            continue;
        }
        let name = text.split(':').next().unwrap_or_default().trim_matches(['"', '\'', ' ']);
        if let Some(form) = FORMS.iter().find(|(known, ..)| *known == name).filter(|_| is_member(text)) {
            return Some(*form);
        }
        indent = own;
    }
    None
}

fn is_member(text: &str) -> bool {
    !text.starts_with('-') && text.contains(':')
}

#[cfg(test)]
mod tests {
    use super::in_words;

    #[test]
    fn errors_of_the_parser_name_the_member_and_its_form() {
        let tags = "`tags` must be a list, like `tags: [keys, rotation]`";
        let sequence = "expected sequence start";
        for (message, block, expected) in [
            (sequence, &["custom:", "  tags: keys"][..], tags),
            (sequence, &["custom:", "  tags:", "    - [a]"], tags),
            (sequence, &["custom:", "  tags:", "  - [a]"], tags),
            (
                "expected string scalar",
                &["custom:", "  parameters:", "    limit: [1]"],
                "`parameters` must be a meaning for each name, like `parameters: {limit: The limit in days.}`",
            ),
            (
                "data did not match any variant of untagged enum Frameworks",
                &["custom:", "  frameworks: CIS 1.2"],
                "`frameworks` must be a list of requirements for each framework, like `frameworks: {CIS Controls: \
                 [\"3.11\"]}`",
            ),
            (
                "unknown variant `high`, expected one of note, warning, error",
                &["custom:", "  level: high"],
                "`level` must be error, warning or note, not high",
            ),
            (
                "duplicate mapping key: level, set DuplicateKeyPolicy in Options if acceptable",
                &["custom:", "  level: note", "  level: note"],
                "`level` is written twice",
            ),
            (
                "unknown field `levle`, expected one of id, name, level",
                &["custom:", "  levle: note"],
                "unknown member `levle`: did you mean `level`?",
            ),
            (
                "unknown field `colour`, expected one of id, name",
                &["custom:", "  colour: red"],
                "unknown member `colour`, expected one of id, name",
            ),
            ("missing field `level`", &["custom:", "  id: A"], "`level` is missing"),
            ("expected mapping start", &["- title"], "the metadata must be members like `title: …`"),
            ("unclosed quote", &["title: \"a"], "unclosed quote"),
        ] {
            assert_eq!(in_words(message, block), expected);
        }
    }
}
