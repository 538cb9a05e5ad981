//! The times that a command asks for.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime, TimeDelta};

use crate::model::{Instant, Interval};

/// The largest difference between a local time and UTC.
const MAX_OFFSET: TimeDelta = TimeDelta::hours(14);

/// The time zone of a time without an offset.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Zone {
    Utc,
    /// That of the machine, which nobody recorded.
    Local,
}

/// The time that a command asks for. `None` is an end that is open, or that is not understood.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Range {
    pub start: Option<Instant>,
    pub end: Option<Instant>,
}

impl Range {
    pub(super) fn not_before(&mut self, start: Option<Instant>) {
        self.start = self.start.max(start);
    }

    pub(super) fn not_after(&mut self, end: Option<Instant>) {
        self.end = [self.end, end].into_iter().flatten().min();
    }

    /// Leaves of the range only what is also in `other`.
    pub(super) fn narrow(&mut self, other: Range) {
        self.not_before(other.start);
        self.not_after(other.end);
    }

    /// Returns how ranges that are joined leave a part of `window` out, if they do.
    pub(super) fn contradiction(ranges: &[Range], window: Interval) -> Option<String> {
        let interval = |range: &Range| {
            let start = range.start.unwrap_or(Instant::MIN);
            Interval::new(start, range.end.unwrap_or(Instant::MAX))
        };
        let joined = Interval::joined(ranges.iter().filter_map(interval).collect());
        let is_asked = joined.iter().any(|one| one.start <= window.start && one.end >= window.end);
        let short = ranges.iter().find(|one| {
            let starts_late = one.start.is_some_and(|start| start > window.start);
            starts_late || one.end.is_some_and(|end| end < window.end)
        });
        let times = match short.filter(|_| !is_asked)? {
            Range { start: Some(start), end: Some(end) } => format!("from {start} to {end}"),
            Range { start: Some(start), end: None } => format!("from {start} on"),
            Range { start: None, end: Some(end) } => format!("until {end}"),
            Range { start: None, end: None } => return None,
        };
        Some(format!("its command asks only for the time {times}"))
    }
}

/// Returns all instants that a time of a command can mean. `None` if the text is not understood, like a variable.
pub(super) fn instants(text: &str, zone: Zone, now: Instant) -> Option<Interval> {
    let text = text.trim().trim_matches(['\'', '"']);
    let exact = |at: Instant| Interval { start: at, end: at };
    if let Some(at) = Instant::parse(text) {
        return Some(exact(at));
    }
    let lower = text.to_lowercase();
    if let Some(span) = lower.split_once("get-date").and_then(|(_, change)| added(change)) {
        return Some(exact(now.plus(span)));
    }
    let formats = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"];
    let time = formats.into_iter().find_map(|format| NaiveDateTime::parse_from_str(text, format).ok());
    let date = || NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().map(|day| day.and_time(NaiveTime::MIN));
    let at = Instant::from_unix(time.or_else(date)?.and_utc().timestamp())?;
    Some(if zone == Zone::Local { exact(at).widened(MAX_OFFSET) } else { exact(at) })
}

/// Reads `.AddDays(-90)` after `Get-Date`; text in lower case.
fn added(text: &str) -> Option<TimeDelta> {
    let (unit, number) = text.split_once(".add")?.1.split_once('(')?;
    let number: f64 = number.split_once(')')?.0.trim().parse().ok()?;
    span_of(number, unit)
}

/// Reads a span of time: `P90D` or `PT2H`, `9d` or `2h30m`, `90.00:00:00`, or `New-TimeSpan -Days 90`.
pub(super) fn span(text: &str) -> Option<TimeDelta> {
    let text = text.trim().trim_matches(['\'', '"', '(', ')']).to_lowercase();
    if let Some((_, arguments)) = text.split_once("new-timespan") {
        let mut words = arguments.split([' ', ':']).filter(|word| !word.is_empty());
        let (unit, number) = (words.next()?.strip_prefix('-')?, words.next()?.parse().ok()?);
        return span_of(number, unit).filter(|_| words.next().is_none());
    }
    if text.contains(':') {
        let (days, time) = text.split_once('.').unwrap_or(("0", &text));
        let time = NaiveTime::parse_from_str(time, "%H:%M:%S").ok()?;
        return TimeDelta::try_days(days.parse().ok()?).map(|days| days + (time - NaiveTime::MIN));
    }
    let sum = match text.strip_prefix('p') {
        None => sum(&text, ""),
        Some(iso) => {
            let (days, time) = iso.split_once('t').unwrap_or((iso, ""));
            // A month has no length of its own.
            sum(days, "m").and_then(|days| days.checked_add(&sum(time, "")?))
        }
    };
    sum.filter(|sum| *sum > TimeDelta::zero())
}

/// Adds numbers with units up. `None` if there is another unit, or `forbidden`.
fn sum(text: &str, forbidden: &str) -> Option<TimeDelta> {
    let (mut sum, mut rest) = (TimeDelta::zero(), text);
    while !rest.is_empty() {
        let (number, after) = rest.split_at(rest.find(|one: char| !one.is_ascii_digit() && one != '.')?);
        let length = after.find(|one: char| !one.is_ascii_alphabetic()).unwrap_or(after.len());
        let (unit, after) = after.split_at(length);
        let added = span_of(number.parse().ok()?, unit).filter(|_| unit != forbidden)?;
        (sum, rest) = (sum.checked_add(&added)?, after);
    }
    Some(sum)
}

fn span_of(number: f64, unit: &str) -> Option<TimeDelta> {
    let seconds = match unit {
        "d" | "day" | "days" => 86_400.0,
        "w" => 604_800.0,
        "h" | "hour" | "hours" => 3_600.0,
        "m" | "min" | "minute" | "minutes" => 60.0,
        "s" | "second" | "seconds" => 1.0,
        _ => return None,
    };
    let seconds = number * seconds;
    #[expect(clippy::cast_possible_truncation, reason = "the number is smaller than a century")]
    (seconds.abs() < 3.2e9).then(|| TimeDelta::seconds(seconds as i64))
}
