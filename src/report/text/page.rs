//! Lines of a text report: wrapped on a terminal, with colour and symbols if the terminal has them.

use textwrap::{Options, WordSplitter};

use crate::model::{Verdict, printable};
use crate::report::times::in_minutes;

/// A narrower terminal does not get narrower lines.
const MIN_WIDTH_COLUMNS: usize = 40;

/// How the text looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    pub color: bool,
    /// Whether only ASCII can be shown.
    pub ascii: bool,
    /// Columns of the terminal; `None` if lines are not wrapped.
    pub width: Option<usize>,
}

impl Look {
    /// Replaces this program's own symbols in a line if only ASCII can be shown. Names keep their characters.
    pub fn symbols(&self, text: &str) -> String {
        if !self.ascii {
            return text.to_owned();
        }
        text.replace('–', "-").replace('·', "|").replace('…', "...").replace('≥', ">=")
    }
}

/// A text that is written line by line.
#[derive(Debug)]
pub(crate) struct Page {
    pub(super) text: String,
    look: Look,
}

impl Page {
    pub(crate) fn new(look: Look) -> Page {
        Page { text: String::new(), look }
    }

    /// Starts a part: an empty line, then its heading.
    pub(crate) fn add_heading(&mut self, heading: &str) {
        let heading = self.bold(heading);
        self.text.push('\n');
        self.push(&heading);
        self.text.push('\n');
    }

    /// Adds a line of prose, with its times to the minute. On a terminal, it is wrapped with a hanging indent.
    pub(crate) fn add_line(&mut self, indent: usize, content: &str) {
        self.add_painted(indent, &printable(&in_minutes(content)));
    }

    /// The same for content that is printable and may have colour.
    pub(crate) fn add_painted(&mut self, indent: usize, content: &str) {
        let margin = " ".repeat(indent);
        match self.look.width {
            None => self.text += &format!("{margin}{content}\n"),
            Some(width) => {
                let hanging = " ".repeat(indent + 2);
                let options = Options::new(width.max(MIN_WIDTH_COLUMNS))
                    .initial_indent(&margin)
                    .subsequent_indent(&hanging)
                    .break_words(false)
                    .word_splitter(WordSplitter::NoHyphenation);
                self.push(&textwrap::fill(content, options));
                self.text.push('\n');
            }
        }
    }

    /// Adds a command. It is never wrapped, so that it can be copied.
    pub(crate) fn add_command(&mut self, indent: usize, command: &str) {
        self.text += &format!("{:indent$}{}\n", "", printable(command));
    }

    /// Adds lines unchanged, like a drawing.
    pub(crate) fn add_verbatim(&mut self, lines: &str) {
        self.push(lines);
    }

    pub(crate) fn into_text(self) -> String {
        self.text
    }

    fn push(&mut self, text: &str) {
        self.text += text;
    }

    fn paint(&self, code: &str, text: &str) -> String {
        if self.look.color { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    pub(crate) fn bold(&self, text: &str) -> String {
        self.paint("1", text)
    }

    pub(super) fn dim(&self, text: &str) -> String {
        self.paint("2", text)
    }

    pub(crate) fn in_color_of(&self, verdict: Verdict, text: &str) -> String {
        let code = match verdict {
            Verdict::Overdue => "1;31",
            Verdict::Unproven => "1;33",
            Verdict::Compliant => "1;32",
            Verdict::NotApplicable => "1",
        };
        self.paint(code, text)
    }

    pub(super) fn mark(&self, verdict: Verdict) -> &'static str {
        match (verdict, self.look.ascii) {
            (Verdict::Overdue, false) => "✗",
            (Verdict::Overdue, true) => "x",
            (Verdict::Unproven, _) => "?",
            (Verdict::Compliant, false) => "✓",
            (Verdict::Compliant, true) => "+",
            (Verdict::NotApplicable, _) => "-",
        }
    }

    pub(super) fn symbols(&self, text: &str) -> String {
        self.look.symbols(text)
    }
}

#[cfg(test)]
mod tests {
    use super::{Look, Page};
    use crate::model::Verdict;

    #[test]
    fn prose_is_wrapped_with_a_hanging_indent_and_commands_are_not() {
        let mut page = Page::new(Look { width: Some(40), ..Look::default() });
        page.add_line(2, "the log of the subscription covers the first half of the time");
        page.add_command(4, "az monitor activity-log list --subscription s --output json");
        let expected = "  the log of the subscription covers the\n    first half of the time\n    az monitor activity-log list --subscription s --output json\n";
        assert_eq!(page.into_text(), expected);
    }

    #[test]
    fn without_unicode_the_own_symbols_are_ascii() {
        let verdicts = [Verdict::Overdue, Verdict::Unproven, Verdict::Compliant, Verdict::NotApplicable];
        let ascii = Page::new(Look { ascii: true, ..Look::default() });
        assert_eq!(verdicts.map(|verdict| ascii.mark(verdict)), ["x", "?", "+", "-"]);
        assert_eq!(ascii.symbols("3d6f… · ≥ 5–6"), "3d6f... | >= 5-6");
        let unicode = Page::new(Look::default());
        assert_eq!(verdicts.map(|verdict| unicode.mark(verdict)), ["✗", "?", "✓", "-"]);
        assert_eq!(unicode.symbols("3d6f… · ≥ 5–6"), "3d6f… · ≥ 5–6");
    }
}
