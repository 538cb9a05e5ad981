//! Commands of az that list events or accounts: what they ask for, and the options that select a part.

use chrono::TimeDelta;

use super::declared::{Declared, selects_part};
use super::filter::filtered;
use super::kql;
use super::options::{Argument, Arguments};
use super::times::{Range, Zone, instants, span};
use crate::model::Interval;

/// What a command asks for. `None` is a number that the command does not show.
#[derive(Debug, Default)]
pub(super) struct Asked {
    pub range: Range,
    pub max_events: Option<u64>,
}

/// Events that `az monitor activity-log list` prints without `--max-events`.
const DEFAULT_MAX_EVENTS: u64 = 50;

/// The time that `az monitor activity-log list` asks for without `--offset`, if a start or an end is missing.
const DEFAULT_OFFSET: TimeDelta = TimeDelta::hours(6);

/// Rows on a page of Resource Graph without `--first`, and at most. A list with as many rows counts as cut
/// (`GRAPH_LIMITS` in `forms.rs`).
const ROWS_OF_A_PAGE: [&str; 2] = ["100", "1000"];

/// Options of `az monitor activity-log list` that select a part of the log.
const LOG_SELECTIONS: [&str; 6] =
    ["caller", "correlation-id", "namespace", "resource-id", "resource-provider", "status"];

const LOG_OPTIONS: [&str; 20] = [
    "caller",
    "correlation-id",
    "debug",
    "end-time",
    "filters",
    "help",
    "max-events",
    "namespace",
    "offset",
    "only-show-errors",
    "output",
    "query",
    "resource-group",
    "resource-id",
    "resource-provider",
    "select",
    "start-time",
    "status",
    "subscription",
    "verbose",
];

/// Options of commands that list accounts or other resources.
const LIST_OPTIONS: [&str; 16] = [
    "caller",
    "correlation-id",
    "debug",
    "ids",
    "location",
    "name",
    "namespace",
    "output",
    "query",
    "resource-group",
    "resource-id",
    "resource-provider",
    "resource-type",
    "status",
    "subscription",
    "tag",
];

const SHORT_LIST_OPTIONS: [(&str, &str); 4] =
    [("-g", "resource-group"), ("-l", "location"), ("-n", "name"), ("-o", "output")];

/// Options of `az monitor log-analytics query` and `az graph query`.
const QUERY_OPTIONS: [&str; 8] =
    ["analytics-query", "first", "graph-query", "query", "skip", "skip-token", "subscriptions", "timespan"];

const SHORT_QUERY_OPTIONS: [(&str, &str); 3] =
    [("-q", "graph-query"), ("-s", "subscriptions"), ("-t", "timespan")];

/// Returns what `az monitor activity-log list` asks for, or how it leaves events out.
pub(super) fn log(words: &[&str], declared: &Declared<'_>) -> Result<Asked, String> {
    let arguments = Arguments::of_az(words);
    let mut times = Times { is_abridged: arguments.is_abridged, ..Times::default() };
    let (mut max_events, mut filter, mut subscription) = (Absent, None, None);
    for option in &arguments.options {
        let name = option.az_name(&[("-g", "resource-group"), ("-o", "output")], &LOG_OPTIONS);
        // Of an option that is repeated, the last one counts.
        match name.unwrap_or_default() {
            "start-time" => times.start = instants_of(option, declared).into(),
            "end-time" => times.end = instants_of(option, declared).into(),
            "offset" => times.offset = span(option.value()).into(),
            "max-events" => max_events = Recorded::from(option.value().parse().ok()),
            "subscription" => subscription = Some(option.value()),
            "filters" => {
                let range = filtered(&option.text(), declared).map_err(|_| selects_part(option.name))?;
                filter = Some(range);
            }
            "resource-group" if declared.is_in_group(option.value()) => {}
            "query" if !selects(&option.text()) => {}
            "query" | "resource-group" => return Err(selects_part(option.name)),
            name if LOG_SELECTIONS.contains(&name) => return Err(selects_part(option.name)),
            _ => {}
        }
    }
    if let Some(why) = subscription.and_then(|subscription| declared.contradiction_of(subscription)) {
        return Err(why);
    }
    let max_events = match max_events {
        Known(number) => Some(number),
        Absent if !arguments.is_abridged => Some(DEFAULT_MAX_EVENTS),
        Absent | Unknown => None,
    };
    // Filters replace all other options.
    Ok(Asked { range: filter.unwrap_or_else(|| times.range(declared)), max_events })
}

/// A time or a number of a command.
#[derive(Clone, Copy, Default)]
enum Recorded<T> {
    #[default]
    Absent,
    /// A variable, or a form that is not understood.
    Unknown,
    Known(T),
}
use Recorded::{Absent, Known, Unknown};

impl<T> From<Option<T>> for Recorded<T> {
    fn from(value: Option<T>) -> Recorded<T> {
        value.map_or(Unknown, Known)
    }
}

#[derive(Default)]
struct Times {
    start: Recorded<Interval>,
    end: Recorded<Interval>,
    offset: Recorded<TimeDelta>,
    /// Options that are absent may have been left out of the record.
    is_abridged: bool,
}

impl Times {
    fn range(&self, declared: &Declared<'_>) -> Range {
        let offset = match self.offset {
            Known(offset) => Some(offset),
            Absent if !self.is_abridged => Some(DEFAULT_OFFSET),
            Absent | Unknown => None,
        };
        let start = match (self.start, self.end) {
            (Known(start), _) => Some(start.start),
            (Absent, Known(end)) => offset.map(|offset| end.start.minus(offset)),
            (Absent, Absent) => offset.map(|offset| declared.taken_at.minus(offset)),
            (Absent, Unknown) | (Unknown, _) => None,
        };
        let end = match (self.start, self.end) {
            (_, Known(end)) => Some(end.end),
            (Known(start), Absent) => offset.map(|offset| start.end.plus(offset)),
            (Absent, Absent) => Some(declared.taken_at),
            (_, Unknown) | (Unknown, Absent) => None,
        };
        Range { start, end }
    }
}

fn instants_of(option: &Argument<'_>, declared: &Declared<'_>) -> Option<Interval> {
    // A time can have a blank before its hour.
    let read = |text: &str| instants(text, Zone::Local, declared.taken_at);
    read(&option.text()).or_else(|| read(option.value()))
}

/// Returns how a command that lists accounts selects a part of the scope.
pub(super) fn list(words: &[&str], declared: &Declared<'_>) -> Result<Asked, String> {
    for option in Arguments::of_az(words).options {
        let value = option.value();
        let is_provider = || value.eq_ignore_ascii_case("Microsoft.CognitiveServices");
        let selects = match option.az_name(&SHORT_LIST_OPTIONS, &LIST_OPTIONS).unwrap_or_default() {
            "" | "debug" | "output" | "resource-type" => false,
            "subscription" => match declared.contradiction_of(value) {
                Some(why) => return Err(why),
                None => false,
            },
            "resource-group" => !declared.is_in_group(value),
            "namespace" => !is_provider(),
            "query" => selects(&option.text()),
            _ => !declared.is_account(),
        };
        if selects {
            return Err(selects_part(option.name));
        }
    }
    Ok(Asked::default())
}

/// Returns how a command of which nothing is known selects a part of the scope: by an option that most tools understand
/// in the same way.
pub(super) fn another(words: &[&str], declared: &Declared<'_>) -> Option<String> {
    let arguments = Arguments::of_az(words);
    let selecting = arguments.options.iter().find(|option| match option.name {
        "-g" | "--resource-group" => !declared.is_in_group(option.value()),
        "--query" => selects(&option.text()),
        _ => false,
    });
    selecting.map(|option| selects_part(option.name))
}

/// Returns what a query of Log Analytics or Resource Graph asks for, or how it selects a part.
pub(super) fn query(words: &[&str], declared: &Declared<'_>) -> Result<Asked, String> {
    let mut asked = Asked::default();
    for option in Arguments::of_az(words).options {
        let selects = match option.az_name(&SHORT_QUERY_OPTIONS, &QUERY_OPTIONS).unwrap_or_default() {
            "analytics-query" | "graph-query" => {
                asked.range.narrow(kql::range(&option.text(), declared)?);
                false
            }
            "timespan" => {
                asked.range.narrow(timespan(&option.text(), declared));
                false
            }
            "query" => selects(&option.text()),
            "first" => selects_rows(option.value()),
            "skip" => option.value().parse().is_ok_and(|rows: u64| rows > 0),
            // The workspace of a log can be in any subscription.
            "subscriptions" if declared.window.is_none() => {
                let others = option.values.iter().all(|value| !declared.is_in_subscription(value));
                match declared.contradiction_of(option.value()).filter(|_| others) {
                    Some(why) => return Err(why),
                    None => false,
                }
            }
            _ => false,
        };
        if selects {
            return Err(selects_part(option.name));
        }
    }
    Ok(asked)
}

/// Returns whether a query returns only a part of its first page.
pub(super) fn selects_rows(first: &str) -> bool {
    first.parse::<u64>().is_ok() && !ROWS_OF_A_PAGE.contains(&first)
}

/// Reads the time of a query of Log Analytics: a span up to now, or two times with `/` between them.
pub(super) fn timespan(text: &str, declared: &Declared<'_>) -> Range {
    let read = |text: &str| instants(text, Zone::Utc, declared.taken_at).map(|at| at.start);
    match text.split_once('/') {
        Some((start, end)) => Range {
            start: read(start).or_else(|| Some(read(end)?.minus(span(start)?))),
            end: read(end).or_else(|| Some(read(start)?.plus(span(end)?))),
        },
        None => Range { start: span(text).map(|span| declared.taken_at.minus(span)), end: None },
    }
}

/// Returns whether a `JMESPath` query may leave records out: it has a filter, an index, a slice, a pipe or a function.
pub(super) fn selects(query: &str) -> bool {
    let is_part = |(at, _): (usize, &str)| !query[at + 1..].starts_with(']');
    let is_recorded = !query.starts_with('$');
    is_recorded && (query.contains(['?', '|', '(']) || query.match_indices('[').any(is_part))
}
