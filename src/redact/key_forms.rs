//! The forms of keys and other secrets in exports.
//!
//! A key of the newer form is recognized by its form alone ([`super::marked`]). A key of the older form is 32
//! hexadecimal digits, like many ids, so it is recognized by its place: it is the value of something that has the name
//! of a key. Other secrets are recognized by the word before them.

mod decoded;
mod digits;
mod divided;
mod languages;
mod names;
mod others;
mod patterns;
mod places;

use std::ops::Range;

use csv::ReaderBuilder;
use memchr::{memchr2_iter, memrchr};
use regex::bytes::Regex;

use super::escapes::{Unescaped, after_escape};
use super::marked;
use super::signs::{Sign, Signs};
use names::is_name_of_key;

/// Longer than any secret, and than the text after it that is inspected.
pub const MAX_SECRET_BYTES: usize = 4096;
const _: () = assert!(MAX_SECRET_BYTES >= super::MAX_KEY_BYTES);
/// Longer than the text before a key that is inspected: a name, and the characters between the name and the key.
pub const MAX_CONTEXT_BYTES: usize = 1024;
/// Longer than a row of a table of keys.
pub const MAX_ROW_BYTES: usize = 16 << 10;

/// Digits of a key of the older form.
const DIGITS: usize = 32;

/// More digits than a key has together with an escape before it, such as `\u0022`.
const MAX_RUN_DIGITS: usize = DIGITS + 8;

/// The form of a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyForm {
    Key1,
    Key2,
    PrimaryKey,
    SecondaryKey,
    OtherKey,
    /// 32 digits that are alone in a line.
    Alone,
    /// One of two lines that contain a key together.
    Divided,
    Newer,
    PartOfNewer,
    ConnectionString,
    SharedAccessSignature,
    BearerToken,
}

impl KeyForm {
    /// Returns a fixed description. A name in a file is not repeated, because it may be a secret, too.
    pub fn in_words(self) -> &'static str {
        match self {
            KeyForm::Key1 => "the value of key1",
            KeyForm::Key2 => "the value of key2",
            KeyForm::PrimaryKey => "the value of primaryKey",
            KeyForm::SecondaryKey => "the value of secondaryKey",
            KeyForm::OtherKey => "the value of something whose name ends in Key",
            KeyForm::Alone => "a line of nothing but a key, as `keys list --output tsv` writes it",
            KeyForm::Divided => "a part of a key that is divided between two lines",
            KeyForm::Newer => "an API key of the newer form",
            KeyForm::PartOfNewer => "a part of an API key of the newer form",
            KeyForm::ConnectionString => "the key in a connection string",
            KeyForm::SharedAccessSignature => "a shared access signature",
            KeyForm::BearerToken => "a bearer token",
        }
    }

    /// Whether it is a complete API key. Anything else can be text that only looks like a secret.
    pub(super) fn is_complete_key(self) -> bool {
        match self {
            KeyForm::Key1
            | KeyForm::Key2
            | KeyForm::PrimaryKey
            | KeyForm::SecondaryKey
            | KeyForm::OtherKey
            | KeyForm::Alone
            | KeyForm::Newer => true,
            KeyForm::Divided
            | KeyForm::PartOfNewer
            | KeyForm::ConnectionString
            | KeyForm::SharedAccessSignature
            | KeyForm::BearerToken => false,
        }
    }

    /// The form of a value with this name, if it is the name of a key.
    fn of_name(name: &[u8]) -> Option<KeyForm> {
        let name = str::from_utf8(name).ok()?;
        match name.to_ascii_lowercase().as_str() {
            "key1" => Some(KeyForm::Key1),
            "key2" => Some(KeyForm::Key2),
            "primarykey" => Some(KeyForm::PrimaryKey),
            "secondarykey" => Some(KeyForm::SecondaryKey),
            _ => is_name_of_key(name).then_some(KeyForm::OtherKey),
        }
    }
}

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is part of the program")
}

/// Returns the secrets in `text` that begin in `new`, in order and without overlaps. The text must contain these
/// secrets completely, and also the text around them that is inspected.
pub fn secrets(text: &[u8], new: Range<usize>, columns: &Columns) -> Vec<(Range<usize>, KeyForm)> {
    let signs = Signs::of(text);
    if !signs.has_escaped_letters {
        return plain_keys(text, &signs, new, columns);
    }
    let unescaped = Unescaped::of(text);
    let new = unescaped.first_from(new.start)..unescaped.first_from(new.end);
    let keys = plain_keys(&unescaped.bytes, &Signs::of(&unescaped.bytes), new, columns).into_iter();
    keys.map(|(key, form)| (unescaped.range(key), form)).collect()
}

/// Returns the secrets of a text in which no letter or digit is escaped.
fn plain_keys(
    text: &[u8],
    signs: &Signs,
    new: Range<usize>,
    columns: &Columns,
) -> Vec<(Range<usize>, KeyForm)> {
    let form = |is_complete| if is_complete { KeyForm::Newer } else { KeyForm::PartOfNewer };
    let marked = marked::in_plain(text, signs).into_iter().map(|key| (key.range, form(key.is_complete)));
    let mut keys: Vec<_> = marked.chain(others::secrets(text, signs)).collect();
    keys.retain(|(key, _)| new.contains(&key.start));
    older(text, new.clone(), columns, &mut keys);
    encoded(text, signs, &new, columns, &mut keys);
    for parts in divided::parts(text, &new) {
        if places::form(&text[..parts.first.start], &text[parts.second.end..]).is_some() {
            keys.push((parts.first, KeyForm::Divided));
            keys.push((parts.second, KeyForm::Divided));
        }
    }
    keys.sort_by_key(|(key, _)| key.start);
    // If two secrets overlap, the second is a part of the first or continues it.
    let mut end = 0;
    for (key, _) in &mut keys {
        key.start = key.start.max(end).min(key.end);
        end = end.max(key.end);
    }
    keys.retain(|(key, _)| !key.is_empty());
    keys
}

/// Adds the keys of the older form. Every run of `DIGITS - 1` digits contains a block of [`digits::FOUND`] digits that
/// is found, so the search continues for that many bytes after `new`.
fn older(text: &[u8], new: Range<usize>, columns: &Columns, keys: &mut Vec<(Range<usize>, KeyForm)>) {
    let end = (new.end + DIGITS - 1).min(text.len());
    let mut seen = new.start;
    let mut cursor = RowCursor::default();
    for place in digits::runs(&text[new.start.min(end)..end]) {
        let run = run_around(text, new.start + place * digits::FOUND);
        if run.len() == DIGITS
            && run.start >= seen
            && new.contains(&run.start)
            && !text.get(run.end).is_some_and(u8::is_ascii_alphanumeric)
            && let Some(form) = form_of(text, &run, columns, &mut cursor)
        {
            // One run can be found at several places.
            seen = run.end;
            // The first digit can be the letter of an escape, as in `\b`, which must stay whole.
            keys.push((after_escape(text, run.start)..run.end, form));
        }
    }
}

/// Adds the keys of the older form in base 64, by the same places.
fn encoded(
    text: &[u8],
    signs: &Signs,
    new: &Range<usize>,
    columns: &Columns,
    keys: &mut Vec<(Range<usize>, KeyForm)>,
) {
    let mut cursor = RowCursor::default();
    for (key, sign) in signs.iter() {
        if sign == Sign::EncodedDigits
            && new.contains(&key.start)
            && let Some(form) = form_of(text, &key, columns, &mut cursor)
        {
            keys.push((key, form));
        }
    }
}

/// The hexadecimal digits around a place, up to more than a key has. Digits of an escape in front do not count.
fn run_around(text: &[u8], place: usize) -> Range<usize> {
    let digits = |byte: &&u8| byte.is_ascii_hexdigit();
    let before = text[..place].iter().rev().take(MAX_RUN_DIGITS).take_while(digits).count();
    let after = text[place..].iter().take(MAX_RUN_DIGITS).take_while(digits).count();
    let run = place - before..place + after;
    if run.len() <= DIGITS { run } else { after_escape(text, run.start)..run.end }
}

/// Returns the form of a run of digits, if its place shows that it is a key.
fn form_of(text: &[u8], run: &Range<usize>, columns: &Columns, cursor: &mut RowCursor) -> Option<KeyForm> {
    let before = &text[..run.start];
    places::form(before, &text[run.end..])
        .or_else(|| columns.of_cell(before, cursor))
        .or_else(|| columns.is_alone(text, run).then_some(KeyForm::Alone))
}

/// The columns of a table that have the name of a key.
#[derive(Debug, Default)]
pub struct Columns {
    /// `None` if any number of spaces separates the columns.
    separator: Option<u8>,
    /// At most as many as fit in [`MAX_ROW_BYTES`].
    named: Vec<(usize, KeyForm)>,
    /// Whether the first line contains only keys.
    is_bare: bool,
}

impl Columns {
    /// Returns the columns that the first line of a text names.
    pub fn of(text: &[u8]) -> Columns {
        let line = text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).find(|line| !line.is_empty());
        let line = line.filter(|line| line.len() <= MAX_ROW_BYTES).unwrap_or_default();
        let line = &*languages::in_english(line);
        if is_bare(line) {
            return Columns { is_bare: true, ..Columns::default() };
        }
        // Every name of a key contains `key`, however it is quoted, and few first lines of other files do.
        let has_key = memchr2_iter(b'k', b'K', line).any(|k| {
            let mut rest = line[k + 1..].iter().filter(|byte| **byte != b'"');
            [b'e', b'y']
                .iter()
                .all(|letter| rest.next().is_some_and(|byte| byte.eq_ignore_ascii_case(letter)))
        });
        if !has_key {
            return Columns::default();
        }
        let separator = b",;\t|".iter().copied().find(|separator| line.contains(separator));
        let fields = fields(line, separator);
        let named: Vec<(usize, KeyForm)> = fields
            .iter()
            .enumerate()
            .filter_map(|(index, name)| {
                let name: Vec<u8> = name.iter().copied().filter(|byte| *byte != b' ').collect();
                Some((index, KeyForm::of_name(&name).filter(|_| is_word(&name))?))
            })
            .collect();
        // A sentence contains spaces, too, so without another separator every word must be the name of a key.
        let is_table = separator.is_some() || named.len() == fields.len();
        if is_table { Columns { separator, named, is_bare: false } } else { Columns::default() }
    }

    pub fn is_empty(&self) -> bool {
        self.named.is_empty() && !self.is_bare
    }

    /// Whether the line of a run contains only keys, in a text whose first line does, too.
    fn is_alone(&self, text: &[u8], run: &Range<usize>) -> bool {
        let start = memrchr(b'\n', &text[..run.start]).map_or(0, |end| end + 1);
        let end = memchr::memchr(b'\n', &text[run.end..]).map_or(text.len(), |length| run.end + length);
        self.is_bare && is_bare(text[start..end].trim_ascii())
    }

    /// The form of the cell that begins after `before`, if it is in such a column.
    fn of_cell(&self, before: &[u8], cursor: &mut RowCursor) -> Option<KeyForm> {
        if self.named.is_empty() {
            return None;
        }
        cursor.move_to_end(before, self.separator);
        let (_, form) = self.named.iter().find(|(named, _)| *named == cursor.column)?;
        let is_at_begin = before.last().is_none_or(|last| !last.is_ascii_alphanumeric());
        is_at_begin.then_some(*form)
    }
}

/// A place in a row. It only moves forward, so each byte of a row is passed once, however many keys the row contains.
#[derive(Default)]
struct RowCursor {
    /// How much of the text is passed.
    at: usize,
    /// Number of cells of its row that end before `at`.
    column: usize,
    is_quoted: bool,
    is_in_word: bool,
}

impl RowCursor {
    /// Moves to the end of `before`, from the current place if that is in the same row, otherwise from the beginning of
    /// the row.
    fn move_to_end(&mut self, before: &[u8], separator: Option<u8>) {
        let row = memrchr(b'\n', before).map_or(0, |end| end + 1);
        if self.at < row || self.at > before.len() {
            *self = RowCursor { at: row, ..RowCursor::default() };
        }
        for byte in &before[self.at..] {
            self.is_quoted ^= *byte == b'"';
            let ends_cell = match separator {
                Some(separator) => *byte == separator && !self.is_quoted,
                None => byte.is_ascii_whitespace() && self.is_in_word,
            };
            self.is_in_word = !byte.is_ascii_whitespace();
            self.column += usize::from(ends_cell);
        }
        self.at = before.len();
    }
}

/// Whether a line is one key, or two with a tab between them, as `keys list --output tsv` writes them.
fn is_bare(line: &[u8]) -> bool {
    let keys = line.split(|byte| b" \t".contains(byte)).filter(|word| !word.is_empty());
    // A key before this one may already be redacted.
    let is_digit = |byte: &u8| byte.is_ascii_hexdigit() || *byte == b'*';
    let is_key = |word: &[u8]| word.len() == DIGITS && word.iter().all(is_digit);
    line.len() >= DIGITS && line.len() <= 3 * DIGITS && keys.into_iter().all(is_key)
}

fn is_word(name: &[u8]) -> bool {
    name.iter().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(byte))
}

fn fields(line: &[u8], separator: Option<u8>) -> Vec<Vec<u8>> {
    let Some(separator) = separator else {
        return line
            .split(u8::is_ascii_whitespace)
            .filter(|word| !word.is_empty())
            .map(<[u8]>::to_vec)
            .collect();
    };
    let mut reader = ReaderBuilder::new().has_headers(false).delimiter(separator).from_reader(line);
    let row = reader.byte_records().next().and_then(Result::ok).unwrap_or_default();
    row.iter().map(|field| field.trim_ascii().to_vec()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    #[test]
    fn an_escape_in_front_of_a_secret_stays_whole() {
        let value = "aB3".repeat(20);
        let digits = "0123456789abcdef".repeat(2);
        for text in [
            format!(r#"["?sig=\u0015{value}"]"#),
            format!(r#"["?sig=\n{value}"]"#),
            format!(r#"["AccountKey=\t{value}"]"#),
            format!(r#"["{{\"key1\": \"\n{digits}\"}}"]"#),
            format!(r#"{{"key1": "\n{digits}"}}"#),
            format!(r#"{{"key1": "\b{}"}}"#, &digits[1..]),
        ] {
            let redacted = crate::redact::text(&text);
            let read = serde_json::from_str::<Value>(&redacted);
            assert!(
                read.is_ok() && !redacted.contains(&value[..12]) && !redacted.contains(&digits[20..]),
                "{redacted}"
            );
        }
    }
}
