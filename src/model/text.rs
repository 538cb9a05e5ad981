//! Text that a screen shows: from exports, which anyone may have written, or misspelt by the user.

use crate::redact;

/// Whether a character moves the cursor, reorders the line, or is invisible: controls (C0, C1), line and paragraph
/// separators, bidirectional controls, zero-width characters and tags.
pub fn is_hidden(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_control(); // That is nearly all of a report.
    }
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e0fff}')
}

/// `text` without the keys in it, and with every hidden character spelled out, as `\u{1b}`.
pub fn printable(text: &str) -> String {
    let text = redact::text(text);
    text.chars().fold(String::with_capacity(text.len()), |mut shown, character| {
        if is_hidden(character) {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
        shown
    })
}

/// The one of `known` that a misspelt `word` most probably means.
pub fn near<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let word = word.to_lowercase();
    let distance = |name: &str| strsim::damerau_levenshtein(&word, &name.to_lowercase());
    let nearest = known.iter().min_by_key(|name| distance(name))?;
    (distance(nearest) * 3 <= word.chars().count().max(3)).then_some(nearest)
}
