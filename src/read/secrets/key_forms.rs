//! What a key looks like, and where it has to stand.
//!
//! A key of today's form is known by its form alone. One of the older form is 32 hexadecimal digits, as many ids are,
//! so it is known by where it stands: as the value of something that has the name of a key.

mod digits;

use std::ops::Range;
use std::sync::LazyLock;

use csv::ReaderBuilder;
use memchr::memmem::Finder;
use memchr::{memchr2_iter, memrchr};
use regex::bytes::Regex;

/// Longer than any key with its last letters escaped, and what has to be seen behind it.
pub(in crate::read) const LONGEST_KEY: usize = 512;
/// Longer than what has to be seen in front of a key: a name, and what stands between.
pub(in crate::read) const CONTEXT: usize = 512;
/// Longer than a row of a table of keys.
pub(in crate::read) const LONGEST_ROW: usize = 16 << 10;

/// Digits of a key of the older form.
const DIGITS: usize = 32;
/// Where the mark of a key of today's form stands in it.
const MARK_AT: usize = 52;
const MARK: &[u8] = b"JQQJ9";

/// Of `\u0022` and `\u0027`, whose digits are none of the key behind.
const ESCAPED_QUOTES: [&str; 2] = ["0022", "0027"];

/// What a key is told by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::read) enum KeyForm {
    Key1,
    Key2,
    PrimaryKey,
    SecondaryKey,
    OtherKey,
    Newer,
}

impl KeyForm {
    /// In words of our own: what a file names may be a secret, too.
    pub(in crate::read) fn in_words(self) -> &'static str {
        match self {
            KeyForm::Key1 => "the value of key1",
            KeyForm::Key2 => "the value of key2",
            KeyForm::PrimaryKey => "the value of primaryKey",
            KeyForm::SecondaryKey => "the value of secondaryKey",
            KeyForm::OtherKey => "the value of something whose name ends in Key",
            KeyForm::Newer => "an API key of the newer form",
        }
    }

    /// What a name stands for, if it is that of a key.
    fn of_name(name: &[u8]) -> Option<KeyForm> {
        let name = str::from_utf8(name).ok()?;
        let ends_in = |ending: &str| {
            let start = name.len().checked_sub(ending.len());
            start.and_then(|start| name.get(start..)).is_some_and(|end| end.eq_ignore_ascii_case(ending))
        };
        let unnumbered = name.trim_end_matches(['1', '2']).trim_end_matches(['_', '-']);
        match name.to_ascii_lowercase().as_str() {
            "key1" => Some(KeyForm::Key1),
            "key2" => Some(KeyForm::Key2),
            "primarykey" => Some(KeyForm::PrimaryKey),
            "secondarykey" => Some(KeyForm::SecondaryKey),
            _ if unnumbered.ends_with("Key") || unnumbered.ends_with("KEY") => Some(KeyForm::OtherKey),
            _ if ["api-key", "api_key", "apikey", "subscription-key"].into_iter().any(ends_in) => {
                Some(KeyForm::OtherKey)
            }
            _ => None,
        }
    }
}

/// The form of Microsoft's `LegacyCommonAnnotatedSecurityKey`, its last letters as JSON may escape them.
static NEWER: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?x-u)^ [A-Za-z0-9]{52} JQQJ9 [9DH] [A-Za-z0-9] [A-L]
          (?: [A-Za-z0-9+/=] | \\{1,8} (?: / | u00 (?: 2[BbFf] | 3[Dd] ) ) ){24} (?: [A-Za-z0-9]{2} == )?",
    )
});

/// `"key1": "`, `\"key1\":\"`, `key1 = `, `Key1 : `, `<key1>`: a name and what stands between it and its value. A letter
/// that is part of an escape is none of the name.
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?x-u) (?: \\+ (?: [nrtbf] | u00[0-9A-Fa-f]{2} ) )? ([A-Za-z0-9_.-]+)
           (?: \\* (?: ["'`] | u002[27] ) )* \s{0,99} [:=>]{1,2} \s{0,99} \[? \s{0,99}
           (?: \\* (?: ["'`] | u002[27] ) )* $"#,
    )
});

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the pattern is part of the program")
}

/// The keys in `text` that begin in `new`, in order. All of a key that begins there must be in the text, and what stands
/// around it.
pub(in crate::read) fn keys(
    text: &[u8],
    new: Range<usize>,
    columns: &Columns,
) -> Vec<(Range<usize>, KeyForm)> {
    let mut keys = newer(text, new.clone());
    older(text, new, columns, &mut keys);
    keys.sort_by_key(|(key, _)| key.start);
    keys
}

fn newer(text: &[u8], new: Range<usize>) -> Vec<(Range<usize>, KeyForm)> {
    let key = |mark: usize| {
        let start = (new.start + mark).checked_sub(MARK_AT).filter(|start| new.contains(start))?;
        let length = NEWER.find(&text[start..])?.len();
        Some((start..start + length, KeyForm::Newer))
    };
    Finder::new(MARK).find_iter(&text[new.start..]).filter_map(key).collect()
}

/// A key's digits are one more than it takes for some of them to be told.
fn older(text: &[u8], new: Range<usize>, columns: &Columns, keys: &mut Vec<(Range<usize>, KeyForm)>) {
    let end = (new.end + DIGITS - 1).min(text.len());
    let mut seen = new.start;
    for told in digits::runs(&text[new.start.min(end)..end]) {
        let run = run_around(text, new.start + told * digits::TOLD);
        if run.len() == DIGITS
            && run.start >= seen
            && new.contains(&run.start)
            && !text.get(run.end).is_some_and(u8::is_ascii_alphanumeric)
            && let Some(form) = named(&text[..run.start]).or_else(|| columns.of_cell(&text[..run.start]))
        {
            // Of one run several places can be told.
            seen = run.end;
            keys.push((run, form));
        }
    }
}

/// The hexadecimal digits around a place, and no more of them than it takes to see that they are too many. Those of an
/// escaped quote in front are none of them.
fn run_around(text: &[u8], place: usize) -> Range<usize> {
    let most = DIGITS + ESCAPED_QUOTES[0].len() + 1;
    let before = text[..place].iter().rev().take(most).take_while(|byte| byte.is_ascii_hexdigit()).count();
    let behind = text[place..].iter().take(most).take_while(|byte| byte.is_ascii_hexdigit()).count();
    let run = place - before..place + behind;
    let escaped = text[..run.start]
        .ends_with(b"\\u")
        .then(|| ESCAPED_QUOTES.into_iter().find(|quote| text[run.clone()].starts_with(quote.as_bytes())));
    run.start + escaped.flatten().map_or(0, str::len)..run.end
}

fn named(before: &[u8]) -> Option<KeyForm> {
    let before = &before[before.len().saturating_sub(CONTEXT)..];
    KeyForm::of_name(NAMED.captures(before)?.get(1)?.as_bytes())
}

/// The columns of a table that have the name of a key.
#[derive(Debug, Default)]
pub(in crate::read) struct Columns {
    /// `None` for blanks, however many.
    separator: Option<u8>,
    named: Vec<(usize, KeyForm)>,
}

impl Columns {
    /// By the first line of a text.
    pub(in crate::read) fn of(text: &[u8]) -> Columns {
        let line = text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).find(|line| !line.is_empty());
        let line = line.filter(|line| line.len() <= LONGEST_ROW).unwrap_or_default();
        // Every name of a key has that in it, quoted however, and few first lines of other files do.
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
            .filter_map(|(index, name)| Some((index, KeyForm::of_name(name).filter(|_| is_word(name))?)))
            .collect();
        // A sentence has blanks, too.
        let is_table = separator.is_some() || named.len() == fields.len();
        if is_table { Columns { separator, named } } else { Columns::default() }
    }

    pub(in crate::read) fn is_empty(&self) -> bool {
        self.named.is_empty()
    }

    /// What the cell is that begins behind `before`, if it is in such a column.
    fn of_cell(&self, before: &[u8]) -> Option<KeyForm> {
        if self.is_empty() {
            return None;
        }
        let line = memrchr(b'\n', before).map_or(0, |end| end + 1);
        let row = before.get(line..).filter(|row| row.len() <= LONGEST_ROW)?;
        // A mark in its place makes the cell one of its own, whatever stands in front.
        let column = fields(&[row, b"x"].concat(), self.separator).len().checked_sub(1)?;
        let (_, form) = self.named.iter().find(|(named, _)| *named == column)?;
        let is_at_begin = row.last().is_none_or(|last| !last.is_ascii_alphanumeric());
        is_at_begin.then_some(*form)
    }
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
