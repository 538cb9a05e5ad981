//! Texts as the standards read them: regions of a file, links in a message, times, and escapes in a URI.

use data_encoding::BASE64;
use serde_json::Value;

use crate::sarif::rules::{ensure, index};

/// The text of UTF-8 or UTF-16, a byte-order mark left out.
pub(crate) fn decoded(bytes: &[u8]) -> Result<String, String> {
    let utf16 = |from: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes.chunks_exact(2).map(|unit| from([unit[0], unit[1]])).collect();
        String::from_utf16(&units).map_err(|error| error.to_string())
    };
    let text = match bytes {
        [0xFF, 0xFE, ..] | [_, 0, ..] => utf16(u16::from_le_bytes)?,
        [0xFE, 0xFF, ..] | [0, _, ..] => utf16(u16::from_be_bytes)?,
        // A record that is not UTF-8 belongs to no account; the rest of its file can be used.
        _ => String::from_utf8_lossy(bytes).into_owned(),
    };
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// The text of a region: lines and columns count from 1, columns in code points, the end column is the one after the text.
pub(crate) fn cut<'a>(text: &'a str, region: &Value) -> Result<&'a str, String> {
    let position = |line: &str, column: &str| {
        let (line, column) = (index(&region[line])?.checked_sub(1)?, index(&region[column])?.checked_sub(1)?);
        let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
        let line = text.split_inclusive('\n').nth(line)?;
        let ends = line.char_indices().map(|(offset, _)| offset).chain([line.len()]);
        ends.into_iter().nth(column).map(|offset| start + offset)
    };
    let start = position("startLine", "startColumn");
    let end = position("endLine", "endColumn");
    start
        .zip(end)
        .and_then(|(start, end)| text.get(start..end))
        .ok_or_else(|| format!("{region} is not a region"))
}

/// Whether an event that counts for keys, or the row of their stamps, begins in a line. Events that count: a regeneration or
/// a listing of keys, a write or deletion of an account, a move, a deletion of a group, and an operation that is not readable.
pub(crate) fn holds_key_record(text: &str, line: usize) -> bool {
    begins(text, line, |record| {
        // The names that az, diagnostic settings, Log Analytics and PowerShell use.
        let operations = [
            &record["operationName"]["value"],
            &record["operationName"],
            &record["OperationNameValue"],
            &record["OperationName"],
        ];
        let counts = |operation: &str| {
            let operation = operation.to_lowercase();
            COUNTING.iter().any(|counting| operation.ends_with(counting)) || !operation.contains('/')
        };
        let mut operations = operations.into_iter().filter_map(Value::as_str).peekable();
        let has_none = operations.peek().is_none() && record["eventTimestamp"].is_string();
        has_none || operations.any(counts) || record["key1"].is_string()
    })
}

const COUNTING: [&str; 7] = [
    "/regeneratekey/action",
    "/accounts/regeneratekey",
    "/listkeys/action",
    "/accounts/write",
    "/accounts/delete",
    "/moveresources/action",
    "/resourcegroups/delete",
];

/// Whether a row with such an event begins in a line, in CSV of Log Analytics or in its answer.
pub(crate) fn holds_key_row(text: &str, line: usize) -> bool {
    let counts = |text: &str| {
        let text = text.to_lowercase();
        COUNTING.iter().any(|counting| text.contains(counting))
    };
    let has_header = text.lines().next().is_some_and(|header| header.contains("OperationNameValue"));
    let is_row_of_csv = line > 1
        && has_header
        && text.lines().nth(line - 1).is_some_and(|row| row.contains(',') && counts(row));
    is_row_of_csv
        || begins_with(text, line, '[', |row| {
            row.as_array().is_some_and(|cells| cells.iter().filter_map(Value::as_str).any(counts))
        })
}

/// Whether the entry of an account in a list, also of deleted ones, begins in a line, or is a row of CSV there.
pub(crate) fn holds_account(text: &str, line: usize) -> bool {
    let row = line.checked_sub(1).and_then(|before| text.lines().nth(before)).unwrap_or_default();
    let is_row = text.starts_with("id,") && row.contains("/accounts/");
    is_row
        || begins(text, line, |record| {
            // The names that az uses, or those of PowerShell.
            let has_kind = ["kind", "Kind", "AccountType"].into_iter().any(|name| record[name].is_string());
            let mut ids = ["id", "Id", "ResourceId"].into_iter().filter_map(|name| record[name].as_str());
            has_kind && ids.any(|id| id.contains("/accounts/") || id.contains("/deletedAccounts/"))
        })
}

/// Whether a JSON object that `is_one` begins in a line.
fn begins(text: &str, line: usize, is_one: impl Fn(&Value) -> bool) -> bool {
    begins_with(text, line, '{', is_one)
}

/// Whether a JSON value that begins with `bracket` and `is_one` begins in a line.
fn begins_with(text: &str, line: usize, bracket: char, is_one: impl Fn(&Value) -> bool) -> bool {
    let Some(before) = line.checked_sub(1) else { return false };
    let start: usize = text.split_inclusive('\n').take(before).map(str::len).sum();
    let line = text[start..].lines().next().unwrap_or_default();
    line.match_indices(bracket).any(|(offset, _)| {
        let record = serde_json::Deserializer::from_str(&text[start + offset..]).into_iter::<Value>().next();
        record.and_then(Result::ok).is_some_and(|record| is_one(&record))
    })
}

/// Returns whether a line contains a text in the form of a key or a connection string, or a text in place of a stamp
/// that is not a stamp.
pub(crate) fn holds_key(text: &str, line: usize) -> bool {
    let Some(index) = line.checked_sub(1) else { return false };
    let line = text.lines().nth(index).unwrap_or_default();
    let next = text.lines().nth(index + 1).unwrap_or_default();
    let before = index.checked_sub(1).and_then(|before| text.lines().nth(before)).unwrap_or_default();
    words(line).any(is_key)
        || holds_encoded_key(line)
        || are_divided(line, next)
        || are_divided(before, line)
        || holds_named_secret(line)
        || (text.contains("rotaudit.key-stamps/") && holds_no_stamp(line))
}

/// Returns whether a line contains a key in base 64.
fn holds_encoded_key(line: &str) -> bool {
    line.split_ascii_whitespace().any(|word| {
        let decoded = BASE64.decode(word.as_bytes()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
        decoded.is_some_and(|text| words(&text).any(is_key))
    })
}

/// Returns whether the last word of a line and the first one of the next line are a key together.
fn are_divided(line: &str, next: &str) -> bool {
    let parts =
        words(line).filter(|word| !word.is_empty()).last().zip(words(next).find(|word| !word.is_empty()));
    parts.is_some_and(|(first, second)| is_key(&format!("{first}{second}")))
}

/// Returns whether a line contains the name of a key in a connection string or of a signature, and a word as long as
/// these.
fn holds_named_secret(line: &str) -> bool {
    let lower = line.to_lowercase();
    ["accountkey", "accesskey", "sharedsecret", "sig="].iter().any(|name| lower.contains(name))
        && words(line).any(|word| word.len() >= 40)
}

fn holds_no_stamp(line: &str) -> bool {
    let is_stamp = |value: &str| match value.as_bytes() {
        [] => true,
        [b'J', b'Q', b'Q', b'J', b'9', b'9' | b'D' | b'H', year, b'A'..=b'L'] => year.is_ascii_alphanumeric(),
        _ => false,
    };
    let values = ["\"key1\": \"", "\"key2\": \""].into_iter().flat_map(|name| line.split(name).skip(1));
    let mut values = values.map(|rest| rest.split('"').next().unwrap_or_default());
    values.any(|value| !is_stamp(value))
}

pub(crate) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_ascii_alphanumeric())
}

/// 32 hexadecimal digits, or 84 letters with the mark of a service.
pub(crate) fn is_key(word: &str) -> bool {
    let is_old = word.len() == 32 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_old || (word.len() >= 80 && word.contains("JQQJ9"))
}

/// The targets of the links of a message. A backslash escapes a bracket or a backslash.
pub(crate) fn links(message: &str) -> Result<Vec<String>, String> {
    let mut links = Vec::new();
    let mut in_link = false;
    let mut letters = message.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' if letters.next().is_some_and(|next| "[]\\".contains(next)) => {}
            '[' if !in_link => in_link = true,
            ']' if in_link && letters.next() == Some('(') => {
                links.push(letters.by_ref().take_while(|letter| *letter != ')').collect());
                in_link = false;
            }
            '[' | ']' | '\\' => return Err(format!("a bare {letter} in: {message}")),
            _ => {}
        }
    }
    ensure(!in_link, || format!("a link without its end in: {message}"))?;
    let wrong = links.iter().find(|link: &&String| link.parse::<u32>().is_err());
    wrong.map_or(Ok(links.clone()), |link| Err(format!("a link to {link} in: {message}")))
}

/// Each text that begins like `2026-11-23T00:00`, with the letter after it.
pub(crate) fn times(text: &str) -> Vec<&str> {
    let is_time = |start: &[u8]| {
        start.len() == 16
            && start
                .iter()
                .zip(b"dddd-dd-ddTdd:dd")
                .all(|(byte, form)| if *form == b'd' { byte.is_ascii_digit() } else { byte == form })
    };
    let starts = text.as_bytes().windows(16).enumerate().filter(|(_, start)| is_time(start));
    starts
        .map(|(start, _)| {
            let rest = &text[start..];
            let more = |letter: char| !(letter.is_ascii_digit() || "-T:.".contains(letter));
            let end =
                rest.find(more).map_or(rest.len(), |end| end + usize::from(rest[end..].starts_with('Z')));
            &rest[..end]
        })
        .collect()
}

pub(crate) fn percent_decoded(uri: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = uri.as_bytes();
    while let [first, others @ ..] = rest {
        let code = (*first == b'%').then(|| others.get(..2)).flatten();
        let byte = code
            .and_then(|code| str::from_utf8(code).ok())
            .and_then(|code| u8::from_str_radix(code, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &others[2..] } else { others };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
