//! Finds the marks of a form in a text of any length, which comes in pieces.

use std::io::{self, Write};

/// Texts of which each one shows what a text is about.
#[derive(Clone, Copy, Debug)]
pub(super) struct Marks {
    /// Found anywhere. `A…B` is found if `B` follows `A` within [`MAX_MARK_BYTES`].
    pub anywhere: &'static [&'static str],
    /// Found only as a complete value: in a cell, in quotes, after the name of a member, or on its own line.
    pub values: &'static [&'static str],
}

/// Longest part of a text that one mark can take. The id of an account, up to its name, is shorter.
const MAX_MARK_BYTES: usize = 256;

/// Number of bytes that are searched at a time, so that a long text is not copied at once.
const PIECE_BYTES: usize = 64 << 10;

/// Ends of the text before a value.
const BEFORE: [&str; 12] = ["\n", "\t", ",", ";", "|", "\"", "'", ">", ": ", "- ", "| ", "  "];

/// Beginnings of the text after a value.
const AFTER: [&str; 15] =
    ["\n", "\r", "\t", ",", ";", "|", "\"", "'", "<", "\u{1b}", "  ", " \n", " \r", " |", " :"];

/// A search for marks in the text that is written to it.
#[derive(Debug)]
pub(in crate::read) struct MarkSearch {
    marks: Marks,
    /// The end of the text so far, in which a mark may have begun. At most [`MAX_MARK_BYTES`].
    tail: Vec<u8>,
    is_found: bool,
}

impl Marks {
    pub(super) const NONE: Marks = Marks { anywhere: &[], values: &[] };

    fn is_empty(self) -> bool {
        self.anywhere.is_empty() && self.values.is_empty()
    }

    /// Returns whether a complete text contains a mark.
    pub(super) fn are_in(self, text: &[u8]) -> bool {
        let mut search = MarkSearch::new(self);
        search.add(text);
        search.finish()
    }

    fn are_in_piece(self, text: &[u8]) -> bool {
        let folded = text.to_ascii_lowercase();
        // A mark without capitals is found in any case.
        let text_for = |mark: &str| -> &[u8] {
            if mark.bytes().any(|one| one.is_ascii_uppercase()) { text } else { &folded }
        };
        self.anywhere.iter().any(|mark| has(text_for(mark), mark))
            || self.values.iter().any(|value| has_value(text_for(value), value))
    }
}

impl MarkSearch {
    pub(super) fn new(marks: Marks) -> MarkSearch {
        // The beginning of a text is also the beginning of a line.
        MarkSearch { marks, tail: vec![b'\n'], is_found: false }
    }

    fn add(&mut self, text: &[u8]) {
        for piece in text.chunks(PIECE_BYTES) {
            if self.is_found || self.marks.is_empty() {
                return;
            }
            let mut known = std::mem::take(&mut self.tail);
            known.extend_from_slice(piece);
            self.is_found = self.marks.are_in_piece(&known);
            self.tail = known.split_off(known.len().saturating_sub(MAX_MARK_BYTES));
        }
    }

    /// Ends the text, and returns whether it has a mark.
    pub(in crate::read) fn finish(mut self) -> bool {
        // The end of a text is also the end of a line.
        self.add(b"\n");
        self.is_found
    }
}

impl Write for MarkSearch {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        self.add(piece);
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn has(text: &[u8], mark: &str) -> bool {
    let Some((start, end)) = mark.split_once('…') else {
        return memchr::memmem::find(text, mark.as_bytes()).is_some();
    };
    memchr::memmem::find_iter(text, start.as_bytes()).any(|at| {
        let near = &text[at + start.len()..text.len().min(at + MAX_MARK_BYTES)];
        memchr::memmem::find(near, end.as_bytes()).is_some()
    })
}

fn has_value(text: &[u8], value: &str) -> bool {
    memchr::memmem::find_iter(text, value.as_bytes()).any(|at| {
        let (before, after) = (&text[..at], &text[at + value.len()..]);
        BEFORE.iter().any(|end| before.ends_with(end.as_bytes()))
            && AFTER.iter().any(|start| after.starts_with(start.as_bytes()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARKS: Marks =
        Marks { anywhere: &["regeneratekey", ">/subscriptions/…/accounts/"], values: &["OpenAI"] };

    fn is_marked(text: &str) -> bool {
        MARKS.are_in(text.as_bytes())
    }

    #[test]
    fn a_mark_is_found_wherever_the_pieces_of_a_text_end() {
        for mark in ["RegenerateKey", ">/subscriptions/1/Accounts/", ",OpenAI\n"] {
            let text = format!("{}x{mark}", " ".repeat(300));
            for at in [0, 1, 40_000, 140_000].into_iter().chain(65_450..65_560) {
                assert!(is_marked(&format!("{}{mark}", " ".repeat(at))), "{mark} at {at}");
            }
            for cut in 0..text.len() {
                let mut search = MarkSearch::new(MARKS);
                search.write_all(&text.as_bytes()[..cut]).expect("a sink");
                search.write_all(&text.as_bytes()[cut..]).expect("a sink");
                assert!(search.finish(), "{mark} cut at {cut}");
            }
        }
        assert!(!is_marked("regenerateke y") && !is_marked(">/subscriptions/1/account"));
        assert!(!is_marked(&format!(">/subscriptions/{}/accounts/", "x".repeat(MAX_MARK_BYTES))));
    }

    #[test]
    fn a_value_is_found_only_as_a_complete_one() {
        for text in [
            "OpenAI",
            "gpt,OpenAI,x",
            "gpt;OpenAI\r\n",
            "a\tOpenAI",
            "\"kind\": \"OpenAI\"",
            "Kind : OpenAI\n",
            "gpt  OpenAI  x",
            "| OpenAI |",
            "<td>OpenAI</td>",
        ] {
            assert!(is_marked(text), "{text}");
        }
        for text in
            ["we use OpenAI here", "OpenAIs", "gpt,openai", "MyOpenAI,", "x/OpenAI\n", "Azure OpenAI,"]
        {
            assert!(!is_marked(text), "{text}");
        }
    }

    #[test]
    fn the_end_of_a_text_is_kept_only_as_long_as_a_mark() {
        let mut search = MarkSearch::new(MARKS);
        search.add(&vec![b' '; 1 << 20]);
        assert!(search.tail.len() <= MAX_MARK_BYTES);
    }
}
