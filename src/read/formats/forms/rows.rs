//! Finds events and accounts in the rows of a text whose columns have no names, or other names than in an export.

use crate::read::formats::nested::is_row_of_event;
use crate::read::formats::words::name_in_endpoint;

/// Number of rows that are checked. An export that was shortened has the same members in every row.
const MAX_CHECKED_ROWS: usize = 100;

/// Returns whether one of the first rows is what is left of an event: a line with values between delimiters, or an
/// element of a list in YAML.
pub(super) fn shows_event(text: &str) -> bool {
    let lines: Vec<&str> = text.lines().take(MAX_CHECKED_ROWS).collect();
    let mut items = lines.chunk_by(|_, next| !next.starts_with("- "));
    lines.iter().any(|line| is_row_of_event(cells(line)))
        || items.any(|item| item.len() > 1 && is_row_of_event(item.iter().map(|line| yaml_value(line))))
}

/// Returns whether one of the first rows is what is left of an account: its endpoint, in a table with a column for names
/// or next to the name itself. Tables of hosts, for example those of a firewall, have neither.
pub(super) fn shows_account(text: &str) -> bool {
    let is_name =
        |cell: &str| ["name", "account", "accountname"].iter().any(|name| cell.eq_ignore_ascii_case(name));
    let has_names = text.lines().next().is_some_and(|header| cells(header).any(is_name));
    text.lines().take(MAX_CHECKED_ROWS).any(|line| {
        let mut endpoints = cells(line).filter_map(name_in_endpoint);
        endpoints.any(|name| has_names || cells(line).any(|cell| cell.eq_ignore_ascii_case(name)))
    })
}

/// Returns the values in a line of CSV, of tabs or of a table for people. A value with a delimiter in it counts as
/// several, so no event is found in its row.
fn cells(line: &str) -> impl Iterator<Item = &str> {
    let is_delimiter = |one: char| matches!(one, ',' | ';' | '\t' | '|');
    line.split(is_delimiter).flat_map(|cell| cell.split("  ")).map(unquoted)
}

/// Returns the value in a line of YAML, without its name.
fn yaml_value(line: &str) -> &str {
    let line = line.trim_start_matches([' ', '-']);
    unquoted(line.split_once(": ").map_or(line, |(_, value)| value))
}

fn unquoted(value: &str) -> &str {
    value.trim().trim_matches(['"', '\'']).trim()
}
