use super::Unquotable;
use crate::model::has_action;

/// `"…"` if it suffices. cmd expands `%` and `!` inside quotes, ends them at any `"`, and `az` is a batch file that has
/// its arguments expanded twice: an argument that may not arrive unchanged is refused.
pub(super) fn quote(argument: &str) -> Result<String, Unquotable> {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "-_./:".contains(character);
    let cannot = |character: char| "\"%!".contains(character);
    if argument.chars().any(cannot) || has_action(argument) || argument.ends_with('\\') {
        Err(Unquotable::Cmd(argument.to_owned()))
    } else if !argument.is_empty() && argument.chars().all(is_plain) {
        Ok(argument.to_owned())
    } else {
        Ok(format!("\"{argument}\""))
    }
}
