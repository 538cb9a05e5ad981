use std::fmt;

use chrono::{Datelike, Months, NaiveDate, NaiveTime, TimeDelta};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::{Instant, Interval, KeyName, Place, ResourceId};

/// The maximum difference between the clocks of key stamps and of logs.
pub const CLOCK_DIFFERENCE: TimeDelta = TimeDelta::hours(1);

/// A calendar month in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month {
    first_day: NaiveDate,
}

impl Month {
    /// `month` counts from 1.
    pub fn new(year: i32, month: u32) -> Option<Month> {
        NaiveDate::from_ymd_opt(year, month, 1).map(|first_day| Month { first_day })
    }

    pub fn of(instant: Instant) -> Month {
        let day = instant.date();
        Month { first_day: day.with_day(1).unwrap_or(day) }
    }

    /// Returns the interval from the first instant of the month to that of the next month.
    pub fn interval(self) -> Interval {
        let midnight = |day: NaiveDate| Instant::from(day.and_time(NaiveTime::MIN).and_utc());
        let next = self.first_day.checked_add_months(Months::new(1)).unwrap_or(NaiveDate::MAX);
        Interval { start: midnight(self.first_day), end: midnight(next) }
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.first_day.format("%Y-%m"))
    }
}

impl Serialize for Month {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Month {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let first_day =
            NaiveDate::parse_from_str(&format!("{text}-01"), "%Y-%m-%d").map_err(de::Error::custom)?;
        Ok(Month { first_day })
    }
}

/// The month encoded in a key, as it was read at an instant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stamp {
    pub taken_at: Instant,
    pub key: KeyName,
    pub month: Month,
    /// The interval in which the key was set: the month, extended by an hour at both ends.
    pub set_in: Interval,
    pub place: Place,
}

impl Stamp {
    pub fn new(key: KeyName, month: Month, taken_at: Instant, place: Place) -> Stamp {
        Stamp { taken_at, key, month, set_in: month.interval().widened(CLOCK_DIFFERENCE), place }
    }

    /// Returns the interval from the end of the month to the reading. The key was not set after the start and up to the
    /// end of that interval. If the month was not over, the interval is only the instant of the reading.
    pub fn quiet(&self) -> Interval {
        Interval { start: self.set_in.end.min(self.taken_at), end: self.taken_at }
    }
}

/// One account's row of a stamp sheet; without stamps if its keys have no month or were not read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StampedAccount {
    pub id: ResourceId,
    pub place: Place,
    pub taken_at: Instant,
    /// At most one for each key.
    pub stamps: Vec<Stamp>,
}
