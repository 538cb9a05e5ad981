use super::Unquotable;
use crate::model::has_action;

/// The program of the Azure CLI: on Windows, a batch file.
const AZ: &str = "az";

/// `'…'`, or no quotes if none are needed.
///
/// On Windows `az` is a batch file: PowerShell composes a line for cmd out of the arguments, with quotes only around
/// those that contain white space, and cmd reads that line again. An argument with characters that cmd would interpret
/// is refused, since it could be run as a command. A parenthesis without quotes ends a block of the batch file. No form
/// of the argument adds quotes on Windows and arrives unchanged elsewhere.
pub(super) fn quote(argument: &str, program: &str) -> Result<String, Unquotable> {
    let cannot = argument.contains(['"', '%', '&', '|', '<', '>', '^']) || has_action(argument);
    let ends_block = program == AZ && argument.contains(['(', ')']) && !argument.contains(' ');
    if argument.is_empty() || cannot || argument.ends_with('\\') || ends_block {
        Err(Unquotable::Pwsh(argument.to_owned()))
    } else if is_option(argument) || is_plain(argument) {
        Ok(argument.to_owned())
    } else {
        Ok(literal(argument))
    }
}

fn is_option(argument: &str) -> bool {
    argument.strip_prefix("--").is_some_and(|name| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
    })
}

fn is_plain(argument: &str) -> bool {
    argument.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '/')
        && argument.chars().all(|character| character.is_ascii_alphanumeric() || "-_./:".contains(character))
}

/// PowerShell takes typographic single quotes for plain ones.
fn literal(text: &str) -> String {
    let doubled = text.chars().flat_map(|character| {
        let times = if "'\u{2018}\u{2019}\u{201a}\u{201b}".contains(character) { 2 } else { 1 };
        std::iter::repeat_n(character, times)
    });
    format!("'{}'", doubled.collect::<String>())
}
