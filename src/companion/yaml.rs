//! The errors of the YAML parser in words for readers who do not know its interface.

/// Returns the parser's message without the place that ends it, reworded if it names settings or functions of the parser.
pub fn in_words(message: &str) -> String {
    let message = message.lines().next().unwrap_or_default();
    let message = message.rsplit_once(" at line ").map_or(message, |(message, _)| message);
    if let Some(name) = message.strip_prefix("duplicate mapping key: ") {
        let name = name.rsplit_once(", set ").map_or(name, |(name, _)| name);
        return format!("`{name}` is written twice");
    }
    for (part, words) in [
        ("duplicate mapping key", "a member is written twice"),
        ("multiple YAML documents", "the file has several YAML documents (`---`), but must have one"),
        ("null into string", "a text is empty"),
        ("mapping values are not allowed", "a text that contains `: ` must be in quotes"),
        ("found a tab", "the lines must be indented with spaces, not with tabs"),
        ("tabs disallowed", "the lines must be indented with spaces, not with tabs"),
        ("recursion limit", "the values are nested too deeply, or there are too many"),
        ("budget breached", "the values are nested too deeply, or there are too many"),
        ("alias", "put a value that begins with * in quotes"),
    ] {
        if message.contains(part) {
            return words.to_owned();
        }
    }
    message.to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value};

    use super::in_words;

    #[test]
    fn no_message_names_the_interface_of_the_parser() {
        for (text, expected) in [
            ("a: 1\na: 2\n", "`a` is written twice"),
            ("\"a, set b\": 1\n\"a, set b\": 2\n", "`a, set b` is written twice"),
            ("a: 1\n---\nb: 1\n", "the file has several YAML documents (`---`), but must have one"),
            ("a: b: c\n", "a text that contains `: ` must be in quotes"),
            ("a:\n\tb: 1\n", "the lines must be indented with spaces, not with tabs"),
            ("a: *b\n", "put a value that begins with * in quotes"),
            ("a: **/b\n", "put a value that begins with * in quotes"),
        ] {
            let error = serde_saphyr::from_str::<Map<String, Value>>(text).expect_err(text);
            assert_eq!(in_words(&error.without_snippet().to_string()), expected);
        }
        let deep = "[".repeat(5_000);
        let error = serde_saphyr::from_str::<Value>(&deep).expect_err("a depth");
        let words = in_words(&error.without_snippet().to_string());
        assert_eq!(words, "the values are nested too deeply, or there are too many");
    }
}
