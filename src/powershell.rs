//! PowerShell that several scripts contain: the function that runs `az`, and texts as literals.
//!
//! It is plain ASCII, since Windows PowerShell 5.1 reads a file without a byte-order mark in the code page of the system.
//! It uses nothing that 5.1 lacks.

/// The function `Invoke-Az`. The script that contains it sets `$AzPath` to the path of az, from `Get-Command`.
pub const RUN_AZ: &str = include_str!("powershell/run_az.ps1");

/// Whether `Invoke-Az` passes the argument unchanged. The pattern in `run_az.ps1` must change with it.
pub fn can_pass(argument: &str) -> bool {
    !argument.contains(['"', '%']) && !argument.contains(char::is_control) && !argument.ends_with('\\')
}

/// Returns an expression with the text as its value.
pub fn literal(text: &str) -> String {
    if text.bytes().all(|byte| byte == b' ' || byte.is_ascii_graphic()) {
        return format!("'{}'", text.replace('\'', "''"));
    }
    let mut expression = "('".to_owned();
    for unit in text.encode_utf16() {
        match u8::try_from(unit) {
            Ok(b'\'') => expression += "''",
            Ok(byte) if byte == b' ' || byte.is_ascii_graphic() => expression.push(char::from(byte)),
            _ => expression += &format!("' + [char]0x{unit:04X} + '"),
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
        ] {
            assert_eq!(literal(text), expression);
        }
    }

    #[test]
    fn the_function_is_plain_ascii() {
        assert!(RUN_AZ.is_ascii());
    }
}
