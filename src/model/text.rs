//! Prepares text for display: text of exports, which anyone may have written, and words that the user misspelt.

use crate::redact::{self, is_hidden};

/// Returns `text` without the keys in it, and with every hidden character spelled out like `\u{1b}`.
pub fn printable(text: &str) -> String {
    let text = redact::text(text);
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return text.into_owned(); // Nearly all text.
    }
    text.chars().fold(String::with_capacity(text.len()), |mut shown, character| {
        if is_hidden(character) {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
        shown
    })
}

/// Like [`printable`], for a text of several lines.
pub fn printable_lines(text: &str) -> String {
    text.split('\n').map(printable).collect::<Vec<String>>().join("\n")
}

/// Returns a text of which an error shows an excerpt, with a question mark for each byte of a hidden character, so that
/// every offset in it stays the same.
pub fn printable_source(text: &str) -> String {
    let shown = |character: char| {
        if is_hidden(character) && !matches!(character, '\n' | '\r' | '\t') {
            "?".repeat(character.len_utf8())
        } else {
            character.to_string()
        }
    };
    text.chars().map(shown).collect()
}

/// Returns a number with its noun, in the plural unless the number is one: "1 account", "2 accounts".
pub fn counted(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

/// Returns the element of `known` that a misspelt `word` most probably means.
pub fn near<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let word = word.to_lowercase();
    let distance = |name: &str| strsim::damerau_levenshtein(&word, &name.to_lowercase());
    let nearest = known.iter().min_by_key(|name| distance(name))?;
    (distance(nearest) * 3 <= word.chars().count().max(3)).then_some(nearest)
}
