//! PowerShell that several scripts contain: the function that runs `az`, and texts as literals.
//!
//! It is plain ASCII, since Windows PowerShell 5.1 reads a file without a byte-order mark in the code page of the system.
//! It uses nothing that 5.1 lacks.

use crate::redact::{begins_action, has_action};

/// The function `Invoke-Az`. The script that contains it sets `$AzPath` to the path of az, from `Get-Command`.
pub const RUN_AZ: &str = include_str!("powershell/run_az.ps1");

/// Whether `Invoke-Az` passes the argument unchanged. The pattern in `run_az.ps1` must change with it.
pub fn can_pass(argument: &str) -> bool {
    !argument.contains(['"', '%']) && !argument.contains(char::is_control) && !argument.ends_with('\\')
}

/// Returns an expression with the text as its value. No line of the expression is a command to the log of a CI system:
/// the filter at every output would escape such a command, and so change the value.
pub fn literal(text: &str) -> String {
    let is_plain = |character: char| character == ' ' || character.is_ascii_graphic();
    if text.chars().all(is_plain) && !has_action(text) {
        return format!("'{}'", text.replace('\'', "''"));
    }
    let mut expression = "('".to_owned();
    for (at, character) in text.char_indices() {
        match character {
            _ if begins_action(&text[at..]) || !is_plain(character) => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    expression += &format!("' + [char]0x{unit:04X} + '");
                }
            }
            '\'' => expression += "''",
            _ => expression.push(character),
        }
    }
    expression + "')"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_literal_is_plain_ascii_and_begins_with_a_string() {
        for (text, expression) in [
            ("", "''"),
            ("it's $(x)", "'it''s $(x)'"),
            ("Größe", "('Gr' + [char]0x00F6 + '' + [char]0x00DF + 'e')"),
            ("\u{2019}'\n", "('' + [char]0x2019 + '''' + [char]0x000A + '')"),
            ("😀", "('' + [char]0xD83D + '' + [char]0xDE00 + '')"),
            ("a##[group]b", "('a' + [char]0x0023 + '#[group]b')"),
        ] {
            assert_eq!(literal(text), expression);
        }
    }

    #[test]
    fn the_function_is_plain_ascii() {
        assert!(RUN_AZ.is_ascii());
    }
}
