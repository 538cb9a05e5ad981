//! Spells out text on which a terminal or the log of a CI system would act, so that no name from a file moves the
//! cursor, reorders a line or acts as a command.

use std::borrow::Cow;

use memchr::memrchr;

/// Maximum number of bytes of a command or a color after its sign. Pieces of a text overlap by more, so the division of
/// a text into pieces does not change the result.
const MAX_NAME_BYTES: usize = 64;

/// Number of bytes that are checked together, by vector instructions. Nearly all blocks of a report have nothing to
/// spell out.
const BLOCK_BYTES: usize = 256;

/// How a character is spelled out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Notation {
    /// `\u{1b}`, in text for people.
    #[default]
    Plain,
    /// The same, but with the colors of this program, for text in which every name is spelled out already.
    Colored,
    /// `\u001b`, in JSON, where the value stays the same.
    Json,
}

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

/// Whether a terminal or the log of a CI system would act on the first character of `text`, wherever in a line that is.
pub fn begins_action(text: &str) -> bool {
    text.starts_with(is_hidden) || begins_command(text.as_bytes())
}

/// Whether a terminal or the log of a CI system would act on any character of `text`.
pub fn has_action(text: &str) -> bool {
    text.char_indices().any(|(at, _)| begins_action(&text[at..]))
}

/// Whether `text` begins like a command of Azure Pipelines (`##vso[`), GitHub (`##[`) or the like, which they find
/// anywhere in a line.
fn begins_command(text: &[u8]) -> bool {
    let Some(name) = text.strip_prefix(b"##") else { return false };
    let end = name.iter().take(MAX_NAME_BYTES).position(|byte| !byte.is_ascii_alphabetic());
    end.is_some_and(|end| name[end] == b'[')
}

/// Whether `text` begins like a command of GitHub at the beginning of a line (`::error`).
fn begins_line_command(text: &[u8]) -> bool {
    text.strip_prefix(b"::").and_then(<[u8]>::first).is_some_and(u8::is_ascii_alphabetic)
}

/// Whether `text` begins with a sequence that only sets a color or a weight, as this program writes them.
fn begins_color(text: &[u8]) -> bool {
    let Some(codes) = text.strip_prefix(b"\x1b[") else { return false };
    let end = codes.iter().take(MAX_NAME_BYTES).position(|byte| !byte.is_ascii_digit() && *byte != b';');
    end.is_some_and(|end| codes[end] == b'm')
}

/// Spells out a text that comes in pieces.
#[derive(Debug)]
pub(super) struct Speller {
    notation: Notation,
    has_begun: bool,
    /// Whether the current line contains only white space so far.
    is_line_empty: bool,
}

impl Speller {
    pub(super) fn new(notation: Notation) -> Speller {
        Speller { notation, has_begun: false, is_line_empty: true }
    }

    /// Returns `text[..end]` spelled out, and the number of bytes that this covers, which is a little more than `end`
    /// if a character crosses it. The rest of `text` is only inspected.
    pub(super) fn spell<'t>(&mut self, text: &'t [u8], end: usize) -> (Cow<'t, [u8]>, usize) {
        let mut spelled = Vec::new();
        let (mut copied, mut at) = (0, 0);
        let mut block_end = 0;
        while at < end {
            if at >= block_end {
                block_end = end.min(at + BLOCK_BYTES);
                if is_quiet(&text[at..block_end], text.get(block_end)) {
                    self.pass(&text[at..block_end]);
                    at = block_end;
                    continue;
                }
            }
            if !self.is_line_empty {
                at += text[at..block_end].iter().position(|byte| !is_plain(*byte)).unwrap_or(block_end - at);
                if at == block_end {
                    continue;
                }
            }
            let (length, hidden) = self.look_at(&text[at..]);
            if let Some(hidden) = hidden {
                spelled.extend_from_slice(&text[copied..at]);
                spelled.extend_from_slice(self.notation.spell(hidden).as_bytes());
                copied = at + length;
            }
            at += length;
        }
        if copied == 0 {
            return (Cow::Borrowed(&text[..at]), at);
        }
        spelled.extend_from_slice(&text[copied..at]);
        (Cow::Owned(spelled), at)
    }

    /// Updates the state after a block with nothing to spell out.
    fn pass(&mut self, block: &[u8]) {
        let line = memrchr(b'\n', block).map(|end| &block[end + 1..]);
        self.is_line_empty = (self.is_line_empty || line.is_some())
            && line.unwrap_or(block).iter().all(|byte| b" \t".contains(byte));
        self.has_begun = true;
    }

    /// Returns the length of the first piece of `text`, and the character to spell out instead of it.
    fn look_at(&mut self, text: &[u8]) -> (usize, Option<char>) {
        let has_begun = std::mem::replace(&mut self.has_begun, true);
        let is_line_empty = std::mem::replace(&mut self.is_line_empty, false);
        match text {
            [b'\n', ..] | [b'\r', b'\n', ..] => {
                self.is_line_empty = true;
                (text.iter().position(|byte| *byte == b'\n').map_or(1, |end| end + 1), None)
            }
            [b'\t' | b' ', ..] => {
                self.is_line_empty = is_line_empty;
                (1, None)
            }
            [b'#', ..] if begins_command(text) => (1, Some('#')),
            [b':', ..] if is_line_empty && begins_line_command(text) => (1, Some(':')),
            [b'\x1b', ..] if self.notation == Notation::Colored && begins_color(text) => {
                self.is_line_empty = is_line_empty;
                let end = text.iter().position(|byte| *byte == b'm');
                (end.map_or(1, |end| end + 1), None)
            }
            _ => {
                let Some(character) = first_character(text) else {
                    return (1, Some(char::REPLACEMENT_CHARACTER));
                };
                self.is_line_empty = is_line_empty && character.is_whitespace();
                let is_mark = !has_begun && character == '\u{feff}';
                (character.len_utf8(), Some(character).filter(|one| is_hidden(*one) && !is_mark))
            }
        }
    }
}

impl Notation {
    fn spell(self, character: char) -> String {
        match self {
            Notation::Plain | Notation::Colored => character.escape_unicode().to_string(),
            Notation::Json => {
                character.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect()
            }
        }
    }
}

/// Whether nothing in `block` must be spelled out, wherever in a line it begins. `next` is the byte after the block.
fn is_quiet(block: &[u8], next: Option<&u8>) -> bool {
    // There are no branches here, so that the compiler generates vector instructions.
    let acts = |byte: u8| u8::from(!is_plain(byte) && byte != b'\n');
    let acting = block.iter().fold(0, |acting, byte| acting | acts(*byte));
    let pairs = block.iter().zip(&block[1..]);
    let colons = pairs.fold(0, |colons, pair| colons | u8::from(pair == (&b':', &b':')));
    acting | colons == 0 && !(block.ends_with(b":") && next == Some(&b':'))
}

/// Whether the character need not be spelled out within a line, regardless of what follows. Nearly all characters of a report are
/// like this.
fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\t') && byte != b'#'
}

/// Returns the first character of `text`; `None` if the text does not begin with a valid one.
fn first_character(text: &[u8]) -> Option<char> {
    text[..text.len().min(4)].utf8_chunks().next()?.valid().chars().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(text: &str, notation: Notation) -> String {
        let (spelled, length) = Speller::new(notation).spell(text.as_bytes(), text.len());
        assert_eq!(length, text.len());
        String::from_utf8(spelled.into_owned()).expect("text")
    }

    #[test]
    fn nothing_acts_on_a_spelled_text() {
        for (text, plain) in [
            ("a\u{1b}]0;owned\u{7}b\u{1b}[2J", r"a\u{1b}]0;owned\u{7}b\u{1b}[2J"),
            ("a\u{202e}b\u{9b}c\rd", r"a\u{202e}b\u{9b}c\u{d}d"),
            ("x ##vso[a.b]y ##[error]", r"x \u{23}#vso[a.b]y \u{23}#[error]"),
            ("###[x] ##teamcity[x", r"#\u{23}#[x] \u{23}#teamcity[x"),
            ("::error::x\n \t\u{a0}::add-mask::x", "\\u{3a}:error::x\n \t\u{a0}\\u{3a}:add-mask::x"),
            ("\u{1b}[8mx", r"\u{1b}[8mx"),
        ] {
            assert_eq!(spelled(text, Notation::Plain), plain);
        }
        let colored = "\u{1b}[1;31m::error::x\u{1b}[0m\u{1b}[2J";
        assert_eq!(spelled(colored, Notation::Colored), "\u{1b}[1;31m\\u{3a}:error::x\u{1b}[0m\\u{1b}[2J");
    }

    #[test]
    fn a_text_of_this_program_stays() {
        let own = "\u{feff}# a\r\n\t## b [c]\n\u{1b}[1m×\u{1b}[0m x::y ::1 – {\"a\": [\"::\"]}\n";
        assert_eq!(spelled(own, Notation::Colored), own);
    }

    #[test]
    fn nothing_acts_wherever_a_block_ends() {
        for before in 0..=2 * BLOCK_BYTES {
            for (begin, filler) in [("", "a"), ("", " "), ("a\n", " "), ("::1\n", "\t")] {
                let text = format!("{begin}{}", filler.repeat(before));
                let is_line_empty = before == 0 && !begin.starts_with('a') || filler != "a";
                let line_command = if is_line_empty { r"\u{3a}:error" } else { "::error" };
                assert_eq!(
                    spelled(&format!("{text}::error"), Notation::Plain),
                    format!("{text}{line_command}")
                );
                assert_eq!(
                    spelled(&format!("{text}##x[ a"), Notation::Plain),
                    format!("{text}\\u{{23}}#x[ a")
                );
                assert_eq!(spelled(&format!("{text}\u{9b}a"), Notation::Plain), format!("{text}\\u{{9b}}a"));
            }
        }
    }

    #[test]
    fn a_value_of_json_stays() {
        let value = "##vso[x]\u{202e}\u{e0041}\u{7f}\u{1b}##[y]";
        let written = serde_json::to_string(value).expect("JSON");
        let spelled = spelled(&written, Notation::Json);
        assert_eq!(spelled, r#""\u0023#vso[x]\u202e\udb40\udc41\u007f\u001b\u0023#[y]""#);
        assert_eq!(serde_json::from_str::<String>(&spelled).expect("JSON"), value);
    }
}
