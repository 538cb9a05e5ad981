//! The errors of the YAML parser about a file of waivers, in words for readers who do not know its types.

use crate::model::{near, printable};

/// The members of the file and of a waiver.
const MEMBERS: [&str; 8] =
    ["waivers", "control", "resource", "key", "expires", "justification", "approver", "ticket"];

const NO_MEMBER: &str = "the file must begin with `waivers:`";

/// Returns a message that says how to fix what the parser found in a line of `text`, from 1.
pub(super) fn in_words(message: &str, text: &str, line: u64) -> String {
    let message = message.lines().next().unwrap_or_default();
    let message = message.split(" at line ").next().unwrap_or_default();
    let is_content = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    let mut contents = text.lines().filter(is_content);
    let first = contents.next();
    let given = line.checked_sub(1).and_then(|line| text.lines().nth(usize::try_from(line).ok()?));
    if let Some(name) = message.strip_prefix("missing field ") {
        return format!("{name} is missing");
    }
    if let Some(name) = message.strip_prefix("duplicate mapping key: ") {
        let name = name.split(',').next().unwrap_or_default();
        return format!("`{}` is written twice", printable(name));
    }
    if let Some(rest) = message.strip_prefix("unknown field `") {
        let name = rest.split('`').next().unwrap_or_default();
        let meant = near(name, &MEMBERS).map(|meant| format!(": did you mean `{meant}`?"));
        return format!("unknown member `{}`{}", printable(name), meant.unwrap_or_default());
    }
    if message.starts_with("unknown variant ") {
        return "`key` must be key1 or key2".to_owned();
    }
    if message.contains("alias") {
        return "put a value that begins with * in quotes".to_owned();
    }
    match message {
        "expected mapping start" if given == first => NO_MEMBER.to_owned(),
        "expected mapping start" => "a waiver must have members like `control: KR001`".to_owned(),
        "expected sequence start" => {
            "`waivers` must be a list; begin each waiver with a dash, like `- control: KR001`".to_owned()
        }
        _ if first.is_none() => NO_MEMBER.to_owned(),
        _ => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::in_words;

    #[test]
    fn errors_of_the_parser_name_what_is_right() {
        for (message, text, line, expected) in [
            (
                "unexpected end of input at line 2, column 1",
                "# none\n\n",
                2,
                "the file must begin with `waivers:`",
            ),
            (
                "expected mapping start at line 2, column 1",
                "# mine\n- control: KR001\n",
                2,
                "the file must begin with `waivers:`",
            ),
            (
                "expected mapping start at line 2, column 3",
                "waivers:\n- KR001\n",
                2,
                "a waiver must have members like `control: KR001`",
            ),
            (
                "duplicate mapping key: key, set DuplicateKeyPolicy in Options if acceptable",
                "waivers:\n- key: key1\n  key: key2\n",
                3,
                "`key` is written twice",
            ),
            (
                "unknown field `waiver`, expected one of waivers at line 1, column 1",
                "waiver:\n",
                1,
                "unknown member `waiver`: did you mean `waivers`?",
            ),
            (
                "expected sequence start at line 1, column 8",
                "waivers:\n",
                1,
                "`waivers` must be a list; begin each waiver with a dash, like `- control: KR001`",
            ),
            ("unclosed quote at line 3, column 1", "waivers:\n- control: \"KR\n", 3, "unclosed quote"),
        ] {
            assert_eq!(in_words(message, text, line), expected);
        }
    }
}
