//! Queries in KQL, the language of Log Analytics and Resource Graph: whether one leaves records of the declared scope or
//! window out.

use chrono::TimeDelta;

use super::declared::Declared;
use super::times::{Range, Zone, instants, span};
use crate::model::Instant;

/// Parentheses in parentheses of a condition. In deeper ones, it counts as a selection.
const MAX_DEPTH: usize = 8;

/// Operators after which all rows are still there.
const HARMLESS_OPERATORS: [&str; 13] = [
    "as",
    "extend",
    "order",
    "parse",
    "project",
    "project-away",
    "project-keep",
    "project-rename",
    "project-reorder",
    "render",
    "serialize",
    "sort",
    "union",
];

/// Columns with the time of an event.
const TIME_COLUMNS: [&str; 3] = ["timegenerated", "eventsubmissiontimestamp", "_originaltimegenerated"];

/// Conditions, in lower case and without blanks and quotes, that all events about keys, or all accounts, meet.
const HARMLESS_CONDITIONS: [(&str, &str); 3] = [
    ("category", "administrative"),
    ("categoryvalue", "administrative"),
    ("type", "microsoft.cognitiveservices/accounts"),
];

/// Returns the time that a query asks for, or how it selects a part.
pub(super) fn range(query: &str, declared: &Declared<'_>) -> Result<Range, String> {
    let mut range = Range::default();
    // The value of a variable, or the content of a file, is not recorded.
    if query.trim_start().starts_with(['$', '@']) {
        return Ok(range);
    }
    for statement in parts(&without_comments(query), |rest| rest.starts_with(';').then_some(1)) {
        let stages = parts(&statement, |rest| rest.starts_with('|').then_some(1));
        for (index, stage) in stages.iter().enumerate() {
            let stage = stage.trim();
            let length = stage.find(|one: char| !one.is_alphanumeric() && one != '-').unwrap_or(stage.len());
            let (operator, arguments) = stage.split_at(length);
            let name = operator.to_lowercase();
            let is_harmless = match name.as_str() {
                "where" | "filter" => is_harmless_condition(arguments, declared, &mut range, MAX_DEPTH),
                "search" | "find" => false,
                // The name of a table, or a part that is not recorded.
                _ if index == 0 || stage.is_empty() || is_unknown(stage) => true,
                name => HARMLESS_OPERATORS.contains(&name),
            };
            if !is_harmless {
                return Err(format!("`{operator}` after a pipe in its command may select a part of it"));
            }
        }
    }
    Ok(range)
}

/// Returns whether a condition is only about the time, which narrows `range`, or is met by all records of the scope.
fn is_harmless_condition(condition: &str, declared: &Declared<'_>, range: &mut Range, depth: usize) -> bool {
    let is_and = |rest: &str| {
        let is_word = rest.get(..5).is_some_and(|word| word.trim().eq_ignore_ascii_case("and"));
        (is_word && rest.starts_with(char::is_whitespace) && rest[4..].starts_with(char::is_whitespace))
            .then_some(5)
    };
    parts(condition, is_and).iter().all(|part| {
        let part = part.trim();
        let inner = part.strip_prefix('(').and_then(|part| part.strip_suffix(')'));
        match inner.filter(|inner| is_balanced(inner)) {
            Some(inner) => depth > 0 && is_harmless_condition(inner, declared, range, depth - 1),
            None => is_unknown(part) || is_of_time(part, declared, range) || is_met(part, declared),
        }
    })
}

/// Returns whether a comparison is of a time, and narrows `range` by it.
fn is_of_time(comparison: &str, declared: &Declared<'_>, range: &mut Range) -> bool {
    let lower = comparison.to_lowercase();
    let is_column = |text: &str| TIME_COLUMNS.contains(&text.trim());
    let read = |text: &str| time(text.trim(), declared);
    if let Some((column, bounds)) = lower.split_once(" between") {
        let bounds = bounds.trim().strip_prefix('(').and_then(|bounds| bounds.strip_suffix(')'));
        let Some((start, end)) = bounds.and_then(|bounds| bounds.split_once("..")) else { return false };
        range.not_before(read(start));
        range.not_after(read(end));
        return is_column(column);
    }
    let Some(at) = lower.find(['<', '>']) else { return false };
    let (left, right) = (&lower[..at], lower[at + 1..].trim_start_matches('='));
    let (is_start, value) = match (is_column(left), is_column(right)) {
        (true, false) => (lower[at..].starts_with('>'), right),
        (false, true) => (lower[at..].starts_with('<'), left),
        _ => return false,
    };
    if value.contains(" or ") {
        return false;
    }
    if is_start {
        range.not_before(read(value));
    } else {
        range.not_after(read(value));
    }
    true
}

/// Reads a time in lower case. `None` if it is not understood.
fn time(text: &str, declared: &Declared<'_>) -> Option<Instant> {
    let day = TimeDelta::days(1);
    if let Some(inner) = argument(text, "startofday") {
        return Some(point(inner, declared)?.cut_to(day));
    }
    match argument(text, "endofday") {
        Some(inner) => Some(point(inner, declared)?.cut_to(day).plus(day)),
        None => point(text, declared),
    }
}

fn point(text: &str, declared: &Declared<'_>) -> Option<Instant> {
    if let Some(back) = argument(text, "ago") {
        return Some(declared.taken_at.minus(span(back)?));
    }
    if let Some(change) = argument(text, "now") {
        return match change.strip_prefix('-') {
            _ if change.is_empty() => Some(declared.taken_at),
            Some(back) => Some(declared.taken_at.minus(span(back)?)),
            None => Some(declared.taken_at.plus(span(change)?)),
        };
    }
    let text = argument(text, "datetime").or(argument(text, "todatetime")).unwrap_or(text).to_uppercase();
    instants(&text, Zone::Utc, declared.taken_at).map(|at| at.start)
}

/// Returns the argument of a call of `function`.
fn argument<'a>(text: &'a str, function: &str) -> Option<&'a str> {
    Some(text.strip_prefix(function)?.trim_start().strip_prefix('(')?.strip_suffix(')')?.trim())
}

/// Returns whether all records of the scope meet a comparison.
fn is_met(comparison: &str, declared: &Declared<'_>) -> bool {
    let text: String = comparison.to_lowercase().chars().filter(|one| !one.is_whitespace()).collect();
    let Some((column, value)) = text.split_once(['=', '~']).filter(|(column, _)| !column.ends_with('!'))
    else {
        return false;
    };
    let column = column.strip_suffix("in").filter(|_| value.starts_with('(')).unwrap_or(column);
    let is_any = |value: &str| {
        let value = value.trim_matches(['=', '~', '(', ')', '\'', '"', '@']);
        HARMLESS_CONDITIONS.contains(&(column, value))
            || (column == "subscriptionid" && declared.is_in_subscription(value))
            || (column == "resourcegroup" && declared.is_in_group(value))
    };
    value.split(',').any(is_any)
}

/// Returns whether a part is a variable or a placeholder, so that only another text shows what it is.
fn is_unknown(text: &str) -> bool {
    text.starts_with(['…', '$', '<', '{']) || text.starts_with("...")
}

fn is_balanced(text: &str) -> bool {
    let mut depth = 0_i64;
    text.chars().all(|one| {
        depth += i64::from(one == '(') - i64::from(one == ')');
        depth >= 0
    })
}

/// Cuts a text at separators that are in no quotes and no parentheses. `length_of` returns the length of the separator
/// at the beginning of a text.
fn parts(text: &str, length_of: impl Fn(&str) -> Option<usize>) -> Vec<String> {
    let (mut parts, mut start, mut depth, mut quote) = (Vec::new(), 0, 0_i64, None);
    let mut chars = text.char_indices();
    while let Some((at, one)) = chars.next() {
        match quote {
            Some(_) if one == '\\' => drop(chars.next()),
            Some(open) if open == one => quote = None,
            Some(_) => {}
            None if matches!(one, '"' | '\'') => quote = Some(one),
            None if matches!(one, '(' | '[' | '{') => depth += 1,
            None if matches!(one, ')' | ']' | '}') => depth -= 1,
            None => {
                if let Some(length) = length_of(&text[at..]).filter(|_| depth <= 0) {
                    parts.push(text[start..at].to_owned());
                    start = at + length;
                }
            }
        }
    }
    parts.push(text[start..].to_owned());
    parts
}

fn without_comments(query: &str) -> String {
    let lines = query.lines().map(|line| line.split_once("//").map_or(line, |(code, _)| code));
    lines.collect::<Vec<_>>().join("\n")
}
