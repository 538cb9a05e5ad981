//! Instants and closed intervals of time, in UTC, to the nanosecond.

use std::fmt;

use chrono::{
    DateTime, Datelike, DurationRound, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Timelike, Utc,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

const NANOSECONDS_A_SECOND: i128 = 1_000_000_000;
const NANOSECONDS_A_DAY: i128 = 86_400_000_000_000;

/// Azure did not exist before this year, so an earlier time in an export means that the time is not known: .NET's time
/// that was never set is in the year 1, and that of other programs in 1970.
const FIRST_YEAR: i32 = 2000;

/// A point in time. Times in Azure have a resolution of 100 ns; they are never rounded when read or written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(DateTime<Utc>);

impl Instant {
    pub const MIN: Instant = Instant(DateTime::<Utc>::MIN_UTC);
    pub const MAX: Instant = Instant(DateTime::<Utc>::MAX_UTC);

    /// Reads an RFC 3339 time, and converts its offset to UTC. A time without an offset is rejected, because its time
    /// zone would be a guess.
    pub fn parse(text: &str) -> Option<Instant> {
        let any = || DateTime::parse_from_rfc3339(text).ok().map(|time| time.with_timezone(&Utc));
        utc(text.as_bytes()).or_else(any).map(Instant)
    }

    /// Returns whether Azure, or a program that exports from it, can have recorded this time.
    pub fn is_possible(&self) -> bool {
        self.0.year() >= FIRST_YEAR
    }

    /// Reads a time as an export has it: RFC 3339, or `/Date(1763891734567)/`, as Windows PowerShell writes it. `None` also
    /// for an impossible time.
    pub fn parse_exported(text: &str) -> Option<Instant> {
        let since_1970 = || {
            let milliseconds = text.strip_prefix("/Date(")?.strip_suffix(")/")?.parse().ok()?;
            DateTime::from_timestamp_millis(milliseconds).map(Instant)
        };
        Instant::parse(text).or_else(since_1970).filter(Instant::is_possible)
    }

    /// Reads an instant of the portal's CSV, under a header that says UTC: `9/27/2026, 10:15:00.250 AM`.
    ///
    /// A time with leading zeros, or with `am` or `pm` in lower case, is rejected: it may be from a region in which the
    /// day comes before the month.
    pub fn parse_portal_utc(text: &str) -> Option<Instant> {
        let is_american = text.ends_with('M') && !text.split(['/', ' ']).any(|part| part.starts_with('0'));
        let format = if text.contains(',') { "%m/%d/%Y, %I:%M:%S%.f %p" } else { "%m/%d/%Y %I:%M:%S%.f %p" };
        let time = NaiveDateTime::parse_from_str(text, format).ok().filter(|_| is_american)?;
        Some(Instant(time.and_utc()))
    }

    /// Reads an RFC 3339 time that someone states. A leap second is rejected: in a statement, it is a mistake.
    pub fn parse_stated(text: &str) -> Option<Instant> {
        Instant::parse(text).filter(|time| !time.is_in_leap_second())
    }

    /// Reads a time on the command line: RFC 3339 without a leap second, or a date, which means midnight UTC.
    pub fn parse_argument(text: &str) -> Option<Instant> {
        let date = || NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| text.len() == 10);
        let midnight = |day: NaiveDate| Instant(day.and_time(NaiveTime::MIN).and_utc());
        Instant::parse_stated(text).or_else(|| date().map(midnight))
    }

    /// Returns the instant of a .NET tick count: units of 100 ns since 0001-01-01, as in the ids of activity-log
    /// events. `None` also for an impossible time.
    pub fn from_ticks(ticks: i64) -> Option<Instant> {
        const TICKS_TO_UNIX_EPOCH: i64 = 621_355_968_000_000_000;
        let ticks = ticks.checked_sub(TICKS_TO_UNIX_EPOCH)?;
        let nanoseconds = u32::try_from(ticks.rem_euclid(10_000_000) * 100).ok()?;
        DateTime::from_timestamp(ticks.div_euclid(10_000_000), nanoseconds)
            .map(Instant)
            .filter(Instant::is_possible)
    }

    pub fn from_unix(seconds: i64) -> Option<Instant> {
        DateTime::from_timestamp(seconds, 0).map(Instant)
    }

    fn is_in_leap_second(self) -> bool {
        self.0.timestamp_subsec_nanos() >= 1_000_000_000
    }

    /// Returns the last tick before a leap second, or an instant outside of one unchanged: for a command, because
    /// commands reject the second 60.
    #[must_use]
    pub fn before_leap_second(self) -> Instant {
        const LAST_TICK: u32 = 999_999_900;
        if self.is_in_leap_second() {
            Instant(self.0.with_nanosecond(LAST_TICK).unwrap_or(self.0))
        } else {
            self
        }
    }

    /// Returns the minute after a leap second, or an instant outside of one unchanged: for a command, like
    /// [`Instant::before_leap_second`].
    #[must_use]
    pub fn after_leap_second(self) -> Instant {
        let next = || DateTime::from_timestamp(self.0.timestamp() + 1, 0);
        if self.is_in_leap_second() { next().map_or(self, Instant) } else { self }
    }

    /// Returns the nanoseconds since 1970. A leap second has the same nanoseconds as the second after it.
    pub fn unix_nanoseconds(self) -> i128 {
        i128::from(self.0.timestamp()) * NANOSECONDS_A_SECOND + i128::from(self.0.timestamp_subsec_nanos())
    }

    /// Returns the instant that is `nanoseconds` after 1970. If it is out of range, returns the first or the last
    /// instant.
    pub fn from_unix_nanoseconds(nanoseconds: i128) -> Instant {
        let seconds = i64::try_from(nanoseconds.div_euclid(NANOSECONDS_A_SECOND)).ok();
        let rest = u32::try_from(nanoseconds.rem_euclid(NANOSECONDS_A_SECOND)).unwrap_or_default();
        let beyond = if nanoseconds < 0 { DateTime::<Utc>::MIN_UTC } else { DateTime::<Utc>::MAX_UTC };
        Instant(seconds.and_then(|seconds| DateTime::from_timestamp(seconds, rest)).unwrap_or(beyond))
    }

    /// The day in UTC.
    pub fn date(self) -> NaiveDate {
        self.0.date_naive()
    }

    /// Returns the instant as it is in exports that keep only milliseconds.
    #[must_use]
    pub fn whole_milliseconds(self) -> Instant {
        Instant(self.0.duration_trunc(TimeDelta::milliseconds(1)).unwrap_or(self.0))
    }

    /// Returns the instant as it is in exports that truncate to a multiple of `unit`.
    #[must_use]
    pub fn cut_to(self, unit: TimeDelta) -> Instant {
        Instant(self.0.duration_trunc(unit).unwrap_or(self.0))
    }

    /// Returns the more precise one of two instants of which one is the other one with fewer digits, to the second at the
    /// least; `None` if they are different instants.
    pub fn most_precise(self, other: Instant) -> Option<Instant> {
        let (cut, full) = (self.min(other), self.max(other));
        let mut units = (0..=9).map(|digits| TimeDelta::nanoseconds(10_i64.pow(digits)));
        units.any(|unit| full.cut_to(unit) == cut).then_some(full)
    }

    /// Returns the instant as it is in exports that round to a multiple of `unit`. Half a unit is rounded up.
    #[must_use]
    pub fn rounded_to(self, unit: TimeDelta) -> Instant {
        Instant(self.0.duration_round(unit).unwrap_or(self.0))
    }

    /// Whole seconds since 1970.
    pub fn whole_seconds(self) -> i64 {
        self.0.timestamp()
    }

    pub fn now() -> Instant {
        Instant(Utc::now())
    }

    /// Whole seconds, negative if `earlier` is later.
    pub fn seconds_since(self, earlier: Instant) -> i64 {
        (self.0 - earlier.0).num_seconds()
    }

    /// The time that passed since `earlier`, negative if that is later.
    pub fn since(self, earlier: Instant) -> TimeDelta {
        self.0 - earlier.0
    }

    /// How many times 24 hours have passed since `earlier`.
    pub fn whole_days_since(self, earlier: Instant) -> i64 {
        (self.0 - earlier.0).num_days()
    }

    #[must_use]
    pub fn plus(self, span: TimeDelta) -> Instant {
        Instant(self.0.checked_add_signed(span).unwrap_or(DateTime::<Utc>::MAX_UTC))
    }

    #[must_use]
    pub fn minus(self, span: TimeDelta) -> Instant {
        Instant(self.0.checked_sub_signed(span).unwrap_or(DateTime::<Utc>::MIN_UTC))
    }
}

/// Reads `2026-11-25T08:15:30.1234567Z`: the form of nearly all times, of which logs contain millions. `None` for every
/// other form, which [`Instant::parse`] then reads more slowly. A test below compares the two.
fn utc(text: &[u8]) -> Option<DateTime<Utc>> {
    let (b'Z', text) = text.split_last()? else { return None };
    let (time, fraction) = text.split_at_checked(19)?;
    let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1, b'T', h0, h1, b':', n0, n1, b':', s0, s1] = *time else {
        return None;
    };
    let year = number(&[y0, y1, y2, y3])?;
    let [month, day] = [number(&[m0, m1])?, number(&[d0, d1])?];
    let [hour, minute, second] = [number(&[h0, h1])?, number(&[n0, n1])?, number(&[s0, s1])?];
    let nanosecond = match fraction {
        [] => 0,
        [b'.', digits @ ..] if (1..=9).contains(&digits.len()) => {
            number(digits)? * 10_u32.pow(9 - u32::try_from(digits.len()).ok()?)
        }
        _ => return None,
    };
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
    date.and_hms_nano_opt(hour, minute, second, nanosecond).map(|time| time.and_utc())
}

/// Returns the number of at most nine digits, which fits in 32 bits.
fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |number, digit| {
        // A byte below `0` wraps to a large value, so one comparison excludes it, too.
        let value = digit.wrapping_sub(b'0');
        (value < 10).then(|| number * 10 + u32::from(value))
    })
}

impl From<DateTime<Utc>> for Instant {
    fn from(time: DateTime<Utc>) -> Instant {
        Instant(time)
    }
}

/// RFC 3339 in UTC, with `Z` at the end and only the fractional digits that are needed.
impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Digit by digit: there are millions of times in a large report.
        let (date, time) = (self.0.date_naive(), self.0.time());
        let (leap, fraction) = (time.nanosecond() / 1_000_000_000, time.nanosecond() % 1_000_000_000);
        let year = u32::try_from(date.year()).ok().filter(|year| *year <= 9999);
        let mut text = *b"0000-00-00T00:00:00.000000000Z";
        for (place, number) in [
            (0, year.unwrap_or_default() / 100),
            (2, year.unwrap_or_default() % 100),
            (5, date.month()),
            (8, date.day()),
            (11, time.hour()),
            (14, time.minute()),
            (17, time.second() + leap),
        ] {
            for (digit, value) in text[place..].iter_mut().zip([number / 10, number % 10]) {
                *digit += u8::try_from(value).unwrap_or_default();
            }
        }
        let mut end = 19;
        if fraction != 0 {
            let mut rest = fraction;
            for digit in text[20..29].iter_mut().rev() {
                *digit += u8::try_from(rest % 10).unwrap_or_default();
                rest /= 10;
            }
            end = 29 - text[20..29].iter().rev().take_while(|digit| **digit == b'0').count();
        }
        text[end] = b'Z';
        let text = str::from_utf8(&text[..=end]).unwrap_or_default();
        match year {
            Some(_) => f.write_str(text),
            None => write!(f, "{date}{}", &text[10..]),
        }
    }
}

/// Reads a time of an evidence file, which has only times of exports.
impl<'de> Deserialize<'de> for Instant {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Instant::parse(&text)
            .filter(Instant::is_possible)
            .ok_or_else(|| de::Error::custom("it is not a time"))
    }
}

impl Serialize for Instant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Days of exactly 24 hours from `earlier` to `later`.
///
/// The result is a whole number only if the difference is: a policy's `> 90` on it is exact, although the value itself
/// is rounded to a double.
#[expect(clippy::cast_precision_loss, reason = "rounding is what the two corrections below are for")]
pub fn days_between(earlier: Instant, later: Instant) -> f64 {
    let span = later.0 - earlier.0;
    let nanoseconds = i128::from(span.num_seconds()) * 1_000_000_000 + i128::from(span.subsec_nanos());
    let whole = nanoseconds.div_euclid(NANOSECONDS_A_DAY) as f64;
    let rest = nanoseconds.rem_euclid(NANOSECONDS_A_DAY);
    let days = whole + rest as f64 / NANOSECONDS_A_DAY as f64;
    if rest == 0 {
        whole
    } else if days <= whole {
        whole.next_up()
    } else if days >= whole + 1.0 {
        (whole + 1.0).next_down()
    } else {
        days
    }
}

/// All instants from `start` to `end`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Interval {
    pub start: Instant,
    pub end: Instant,
}

impl Interval {
    /// `None` if `end` is before `start`.
    pub fn new(start: Instant, end: Instant) -> Option<Interval> {
        (start <= end).then_some(Interval { start, end })
    }

    pub fn contains(self, instant: Instant) -> bool {
        self.start <= instant && instant <= self.end
    }

    /// Returns the part of the interval from `instant` on; `None` if there is none.
    pub fn from(self, instant: Instant) -> Option<Interval> {
        Interval::new(self.start.max(instant), self.end)
    }

    /// Returns the part of the interval up to `instant`; `None` if there is none.
    pub fn until(self, instant: Instant) -> Option<Interval> {
        Interval::new(self.start, self.end.min(instant))
    }

    #[must_use]
    pub fn widened(self, tolerance: TimeDelta) -> Interval {
        Interval { start: self.start.minus(tolerance), end: self.end.plus(tolerance) }
    }

    /// Returns the smallest number of intervals that contain the same instants, in order.
    pub fn joined(mut intervals: Vec<Interval>) -> Vec<Interval> {
        intervals.sort_unstable();
        let mut joined: Vec<Interval> = Vec::new();
        for interval in intervals {
            match joined.last_mut() {
                Some(last) if interval.start <= last.end => last.end = last.end.max(interval.end),
                _ => joined.push(interval),
            }
        }
        joined
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Instant {
        Instant::parse_argument(text).unwrap_or_else(|| panic!("{text} is no time"))
    }

    #[test]
    fn every_spelling_of_an_instant_that_azure_prints_is_read() {
        let expected = at("2026-03-19T21:35:01.7780743Z");
        assert_eq!(Instant::parse("2026-03-19T21:35:01.7780743+00:00"), Some(expected));
        assert_eq!(Instant::parse("2026-03-19T23:35:01.7780743+02:00"), Some(expected));
        assert_eq!(expected.to_string(), "2026-03-19T21:35:01.7780743Z");
        assert_eq!(at("2026-03-19").to_string(), "2026-03-19T00:00:00Z");
        assert_eq!(Instant::from_ticks(636_923_208_048_336_028), Some(at("2019-05-01T15:20:04.8336028Z")));
    }

    #[test]
    fn an_ambiguous_argument_is_no_instant() {
        for text in
            ["2026-03-19T21:35:01", "2026-13-01", "99999-01-01T00:00:00Z", "2026-3-1", "", "yesterday"]
        {
            assert_eq!(Instant::parse_argument(text), None, "{text}");
        }
    }

    #[test]
    fn an_instant_with_fewer_digits_is_the_same_one() {
        let full = at("2026-11-01T00:00:09.1234567Z");
        for cut in ["09.123456Z", "09.123Z", "09.1Z", "09Z"] {
            let cut = at(&format!("2026-11-01T00:00:{cut}"));
            assert_eq!(cut.most_precise(full), Some(full), "{cut}");
            assert_eq!(full.most_precise(cut), Some(full), "{cut}");
        }
        for other in ["09.124Z", "09.1234566Z", "00Z", "08.123Z"] {
            let other = at(&format!("2026-11-01T00:00:{other}"));
            assert_eq!(full.most_precise(other), None, "{other}");
        }
        assert_eq!(full.most_precise(full), Some(full));
    }

    #[test]
    fn a_leap_second_is_neither_stated_nor_in_a_command() {
        let leap = Instant::parse("2026-12-31T23:59:60.25Z").expect("a leap second");
        assert_eq!(Instant::parse_stated("2026-12-31T23:59:60.25Z"), None);
        assert_eq!(leap.before_leap_second(), at("2026-12-31T23:59:59.9999999Z"));
        assert_eq!(leap.after_leap_second(), at("2027-01-01"));
        let other = at("2026-12-31T23:59:59.25Z");
        assert_eq!([other.before_leap_second(), other.after_leap_second()], [other; 2]);
    }

    proptest! {
        #[test]
        fn the_usual_form_is_read_as_the_library_reads_it(
            text in "[0-9]{4}-(0[0-9]|1[0-3])-[0-3][0-9]T([01][0-9]|2[0-5]):[0-6][0-9]:[0-6][0-9](\\.[0-9]{0,10})?Z?",
            (place, other) in (any::<proptest::sample::Index>(), "[0-9:.TtZz+ -]"),
            is_damaged in prop::bool::weighted(0.3),
        ) {
            let place = place.index(text.len());
            let damaged = format!("{}{other}{}", &text[..place], &text[place + 1..]);
            let text = if is_damaged { damaged } else { text };
            let read = utc(text.as_bytes());
            let library = DateTime::parse_from_rfc3339(&text).map(|time| time.with_timezone(&Utc));
            prop_assert!(read.is_none() || Ok(read) == library.map(Some), "{text}");
        }

        #[test]
        fn an_instant_is_shown_as_chrono_shows_it_and_read_again(
            second in -62_135_596_800_i64..253_402_300_800,
            (digits, unused) in (0_u32..1_000_000_000, 0_u32..9),
            is_leap in prop::bool::weighted(0.1),
        ) {
            let fraction = digits - digits % 10_u32.pow(unused);
            let leap = if is_leap && second.rem_euclid(60) == 59 { 1_000_000_000 } else { 0 };
            let time = DateTime::from_timestamp(second, fraction + leap).expect("within the years of RFC 3339");
            let shown = Instant(time).to_string();
            prop_assert_eq!(Instant::parse(&shown), Some(Instant(time)));
            let expected = time.format("%Y-%m-%dT%H:%M:%S%.9f").to_string();
            prop_assert_eq!(shown, format!("{}Z", expected.trim_end_matches('0').trim_end_matches('.')));
        }

        #[test]
        fn days_compare_with_whole_days_exactly(days in 0i64..40_000, nanoseconds in -3i64..=3) {
            let earlier = at("2001-01-01");
            let later = earlier.plus(TimeDelta::days(days)).plus(TimeDelta::nanoseconds(nanoseconds));
            let age = days_between(earlier, later);
            #[expect(clippy::cast_precision_loss, reason = "40,000 is exact in a double")]
            let limit = days as f64;
            prop_assert_eq!(age > limit, nanoseconds > 0);
            prop_assert_eq!(age < limit, nanoseconds < 0);
        }
    }
}
