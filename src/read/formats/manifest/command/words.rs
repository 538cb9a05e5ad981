//! Splits a recorded command as a shell or PowerShell would: into calls, and each of them into words without quotes.

use std::iter::Peekable;
use std::str::Chars;

/// Depth of commands within the words of a command, like `x=$(az …)` or `bash -c "az …"`. Deeper ones are not understood.
const MAX_DEPTH: usize = 4;

/// Options of a shell before a word that is a command.
const BEFORE_A_COMMAND: [&str; 5] = ["-c", "-lc", "-command", "/c", "/k"];

/// A program with its arguments: the text between pipes, `;`, `&&` and the like.
#[derive(Debug, Default)]
pub(super) struct Call {
    /// Bounded by the text of the command.
    pub words: Vec<String>,
    /// The calls in `$(…)`, `(…)` and quoted commands.
    pub nested: Vec<Call>,
    /// Whether the call reads the output of the call before it.
    pub is_piped: bool,
    /// Whether the call is redirected into a file.
    pub writes: bool,
    /// Whether the call, or one in it, lists events or accounts.
    pub lists: bool,
}

impl Call {
    fn is_empty(&self) -> bool {
        self.words.is_empty() && !self.writes
    }
}

/// Returns the calls of a command in their order. `lists` returns whether a call lists events or accounts.
pub(super) fn calls(text: &str, lists: fn(&Call) -> bool) -> Vec<Call> {
    split(text, lists, MAX_DEPTH)
}

fn split(text: &str, lists: fn(&Call) -> bool, depth: usize) -> Vec<Call> {
    let (calls, call) = (Vec::new(), Call::default());
    let mut splitter = Splitter { calls, call, word: None, is_file: false, lists, depth };
    splitter.read(&mut text.chars().peekable());
    splitter.end_call(false);
    splitter.calls
}

struct Splitter {
    calls: Vec<Call>,
    call: Call,
    word: Option<String>,
    /// Whether the next word is the file of a redirection.
    is_file: bool,
    lists: fn(&Call) -> bool,
    depth: usize,
}

impl Splitter {
    fn read(&mut self, chars: &mut Peekable<Chars<'_>>) {
        while let Some(one) = chars.next() {
            let next = chars.peek().copied();
            match one {
                '\'' => self.quoted(chars),
                '"' => self.double_quoted(chars),
                // The end of a line that continues, in bash, PowerShell or cmd.
                '\\' | '`' | '^' if matches!(next, Some('\n' | '\r')) => self.end_word(),
                '\\' | '`' if next.is_some_and(is_special) => self.word().extend(chars.next()),
                '(' => self.group(chars),
                '\n' => self.end_line(chars),
                one if one.is_whitespace() => self.end_word(),
                '|' => {
                    let is_alternative = chars.next_if_eq(&'|').is_some();
                    chars.next_if_eq(&'&');
                    self.end_call(!is_alternative);
                }
                ';' => self.end_call(false),
                '&' if next == Some('>') => {}
                // In an address without quotes, it is part of the word.
                '&' if self.word.is_none() || next.is_none_or(|next| next == '&' || next.is_whitespace()) => {
                    chars.next_if_eq(&'&');
                    self.end_call(false);
                }
                '>' => self.redirect(chars),
                '<' => self.read_from(chars),
                _ => self.word().push(one),
            }
        }
    }

    fn word(&mut self) -> &mut String {
        self.word.get_or_insert_default()
    }

    fn quoted(&mut self, chars: &mut Peekable<Chars<'_>>) {
        let text = chars.by_ref().take_while(|one| *one != '\'');
        self.word.get_or_insert_default().extend(text);
    }

    fn double_quoted(&mut self, chars: &mut Peekable<Chars<'_>>) {
        self.word();
        while let Some(one) = chars.next() {
            let next = chars.peek().copied();
            match one {
                '"' => return,
                '\\' | '`' if matches!(next, Some('"' | '$' | '`' | '\\')) => {
                    self.word().extend(chars.next());
                }
                '$' if chars.next_if_eq(&'(').is_some() => {
                    self.word().push('$');
                    self.group(chars);
                }
                _ => self.word().push(one),
            }
        }
    }

    /// Keeps a text in parentheses as a part of the word, and reads the calls in it.
    fn group(&mut self, chars: &mut Peekable<Chars<'_>>) {
        let (mut depth, mut quote) = (1, None);
        let inner = chars.by_ref().take_while(|one| {
            match quote {
                Some(open) => quote = (open != *one).then_some(open),
                None if matches!(one, '"' | '\'') => quote = Some(*one),
                None if *one == '(' => depth += 1,
                None if *one == ')' => depth -= 1,
                None => {}
            }
            depth > 0
        });
        let inner: String = inner.collect();
        self.nest(&inner);
        self.word().push_str(&format!("({inner})"));
    }

    fn nest(&mut self, text: &str) {
        if self.depth > 0 {
            self.call.nested.extend(split(text, self.lists, self.depth - 1));
        }
    }

    fn redirect(&mut self, chars: &mut Peekable<Chars<'_>>) {
        // `2>` redirects the messages, not the records.
        let stream = self.word.take_if(|word| matches!(word.as_str(), "1" | "2" | "*"));
        self.end_word();
        chars.next_if_eq(&'>');
        if chars.next_if_eq(&'&').is_none() {
            self.call.writes |= stream.is_none_or(|stream| stream != "2");
        }
        self.is_file = true;
    }

    /// Reads `< file`, or a placeholder like `<subscription>`.
    fn read_from(&mut self, chars: &mut Peekable<Chars<'_>>) {
        let mut name = chars.clone().take_while(|one| one.is_alphanumeric() || " -_>".contains(*one));
        let length = name.position(|one| one == '>').filter(|length| *length > 0);
        if let Some(length) = length.filter(|_| chars.peek().is_some_and(|one| *one != ' ')) {
            chars.by_ref().take(length + 1).for_each(drop);
            self.word().push('…');
        } else if chars.peek() != Some(&'(') {
            self.end_word();
            self.is_file = true;
        }
    }

    /// Ends the call, unless the next line goes on with an option or a pipe.
    fn end_line(&mut self, chars: &mut Peekable<Chars<'_>>) {
        while chars.next_if(|one| one.is_whitespace()).is_some() {}
        if matches!(chars.peek(), Some('-' | '|')) { self.end_word() } else { self.end_call(false) }
    }

    fn end_word(&mut self) {
        let Some(word) = self.word.take() else { return };
        if std::mem::take(&mut self.is_file) {
            return;
        }
        let is_command = self.call.words.last().is_some_and(|option| {
            let option = option.to_lowercase();
            BEFORE_A_COMMAND.contains(&option.as_str()) || option == "eval"
        });
        if is_command && word.contains(char::is_whitespace) {
            self.nest(&word);
        }
        self.call.words.push(word);
    }

    fn end_call(&mut self, is_piped: bool) {
        self.end_word();
        self.is_file = false;
        let mut call = std::mem::take(&mut self.call);
        if !call.is_empty() {
            call.lists = (self.lists)(&call) || call.nested.iter().any(|nested| nested.lists);
            self.calls.push(call);
        }
        self.call.is_piped = is_piped && !self.calls.is_empty();
    }
}

/// Returns whether a backslash or a backtick before the character takes its meaning away. Before others, a backslash is
/// part of a path on Windows.
fn is_special(one: char) -> bool {
    one.is_whitespace() || "\"'`$\\|&;()<>#[]?*{}!".contains(one)
}
