//! The errors of the YAML parser about a file of waivers, in words for readers who do not know its types.

use crate::companion::yaml;
use crate::model::{near, printable};

/// The members of the file and of a waiver.
const MEMBERS: [&str; 8] =
    ["waivers", "control", "resource", "key", "expires", "justification", "approver", "ticket"];

const NO_MEMBER: &str = "the file must begin with `waivers:`";

/// Returns a message that says how to fix what the parser found in a line of `text`, from 1.
pub(super) fn in_words(message: &str, text: &str, line: u64) -> String {
    let message = yaml::in_words(message);
    let is_content = |line: &&str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    let mut contents = text.lines().filter(is_content);
    let first = contents.next();
    let given = line.checked_sub(1).and_then(|line| text.lines().nth(usize::try_from(line).ok()?));
    if let Some(name) = message.strip_prefix("missing field ") {
        return format!("{name} is missing");
    }
    if let Some(rest) = message.strip_prefix("unknown field `") {
        let name = rest.split('`').next().unwrap_or_default();
        let meant = near(name, &MEMBERS).map(|meant| format!(": did you mean `{meant}`?"));
        return format!("unknown member `{}`{}", printable(name), meant.unwrap_or_default());
    }
    if message.starts_with("unknown variant ") {
        return "`key` must be key1 or key2".to_owned();
    }
    let member = given.and_then(member);
    match message.as_str() {
        "a text is empty" => member.map_or(message, |name| format!("`{name}` is empty")),
        "expected string scalar" => {
            member.map_or_else(|| "expected a text".to_owned(), |name| format!("`{name}` must be text"))
        }
        "expected mapping start" if given == first => NO_MEMBER.to_owned(),
        "expected mapping start" => "a waiver must have members like `control: KR001`".to_owned(),
        "expected sequence start" => {
            "`waivers` must be a list; begin each waiver with a dash, like `- control: KR001`".to_owned()
        }
        _ if first.is_none() => NO_MEMBER.to_owned(),
        _ => message,
    }
}

/// The member of a waiver that begins in the line.
fn member(line: &str) -> Option<&'static str> {
    let (name, _) = line.trim_start_matches([' ', '-']).split_once(':')?;
    MEMBERS.into_iter().find(|member| *member == name.trim_end().trim_matches(['"', '\'']))
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
            (
                "cannot deserialize null into string; use Option<String> at line 2, column 3",
                "waivers:\n- expires:\n  control: KR001\n",
                2,
                "`expires` is empty",
            ),
            (
                "expected string scalar at line 2, column 12",
                "waivers:\n- control: [KR001]\n",
                2,
                "`control` must be text",
            ),
            ("unclosed quote at line 3, column 1", "waivers:\n- control: \"KR\n", 3, "unclosed quote"),
        ] {
            assert_eq!(in_words(message, text, line), expected);
        }
    }
}
