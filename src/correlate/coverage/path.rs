//! Coverage by the files that diagnostic settings write to storage, one for each hour of a subscription.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;

use super::join::RECEIPT_DELAY;
use crate::model::{CoverageClass, Instant, Interval, LogExport, ResourceId};

const HOUR: TimeDelta = TimeDelta::hours(1);

/// Azure writes no blob for an hour without events. A longer run of absent hours is a gap.
const LONGEST_QUIET_HOURS: i64 = 48;

/// The hours of one subscription's blobs.
pub(super) struct Hours {
    /// The first instant of each hour that is present, from the first to the last with an Administrative record. Outside
    /// of these, the setting may leave the category out.
    present: BTreeSet<Instant>,
    /// Those of `present` whose blob could not be read completely.
    damaged: BTreeSet<Instant>,
}

/// The hours of each subscription that has blobs.
pub(super) fn hours(logs: &[LogExport]) -> BTreeMap<&ResourceId, Hours> {
    let mut blobs: BTreeMap<&ResourceId, Vec<(Instant, &LogExport)>> = BTreeMap::new();
    for log in logs {
        if let Some(blob) = &log.blob {
            blobs.entry(&blob.subscription).or_default().push((blob.start, log));
        }
    }
    let of_subscription = |(subscription, hours): (_, Vec<(Instant, &LogExport)>)| {
        let administrative: BTreeSet<Instant> =
            hours.iter().filter(|(_, log)| log.is_administrative()).map(|(start, _)| *start).collect();
        let reach = administrative.first().zip(administrative.last());
        let present = |hours: &[(Instant, &LogExport)], counts: &dyn Fn(&LogExport) -> bool| {
            let counting = hours.iter().filter(|(_, log)| counts(log)).map(|(start, _)| *start);
            let is_in_reach =
                |start: &Instant| reach.is_some_and(|(first, last)| first <= start && start <= last);
            counting.filter(is_in_reach).collect::<BTreeSet<_>>()
        };
        let damaged = present(&hours, &|log| log.is_cut());
        (subscription, Hours { present: present(&hours, &|_| true), damaged })
    };
    blobs.into_iter().map(of_subscription).collect()
}

impl Hours {
    /// Returns the covered intervals. Present hours are stated coverage, except for the last minutes of a run (the
    /// receipt delay), whose late events are in the file of the next hour. Quiet hours between two runs are inferred
    /// coverage.
    pub(super) fn covered(&self) -> Vec<(Interval, CoverageClass)> {
        let mut covered = Vec::new();
        let mut add = |from: Instant, until: Instant, class| {
            covered.extend(Interval::new(from, until).map(|interval| (interval, class)));
        };
        let mut previous: Option<(Instant, Instant)> = None;
        for run in self.runs() {
            if let Some((from, end)) = previous
                && !self.is_gap(end, run.0)
            {
                add(from, run.0, CoverageClass::Inferred);
            }
            let end = run.1.minus(RECEIPT_DELAY);
            add(run.0, end, CoverageClass::Stated);
            previous = Some((end, run.1));
        }
        covered
    }

    /// Returns the intervals between two runs that are not quiet hours.
    pub(super) fn gaps(&self) -> Vec<Interval> {
        let runs: Vec<(Instant, Instant)> = self.runs().collect();
        let between = runs.windows(2).map(|pair| (pair[0].1, pair[1].0));
        let gaps = between.filter(|(end, start)| self.is_gap(*end, *start));
        gaps.filter_map(|(end, start)| Interval::new(end, start)).collect()
    }

    /// Whether the time between two runs is not quiet: it is too long, one of its hours could not be read, or the file
    /// of such an hour may contain its events.
    fn is_gap(&self, end: Instant, start: Instant) -> bool {
        let is_long = start.seconds_since(end) > LONGEST_QUIET_HOURS * 3600;
        is_long || self.damaged.range(end..=start).next().is_some()
    }

    /// Returns the uninterrupted runs of readable hours, as their first and last instants. The file of a damaged hour
    /// may contain events from shortly before it, so the receipt delay also applies to a run that ends there.
    fn runs(&self) -> impl Iterator<Item = (Instant, Instant)> {
        let mut runs: Vec<(Instant, Instant)> = Vec::new();
        for start in self.present.difference(&self.damaged) {
            match runs.last_mut() {
                Some((_, end)) if *end == *start => *end = start.plus(HOUR),
                _ => runs.push((*start, start.plus(HOUR))),
            }
        }
        runs.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hour(number: i64) -> Instant {
        Instant::from_unix_nanoseconds(0).plus(TimeDelta::hours(number))
    }

    fn covered(present: &[i64], damaged: &[i64]) -> Vec<(Interval, CoverageClass)> {
        let set = |hours: &[i64]| hours.iter().map(|number| hour(*number)).collect();
        Hours { present: set(present), damaged: set(damaged) }.covered()
    }

    fn interval(start: Instant, end: Instant, class: CoverageClass) -> (Interval, CoverageClass) {
        (Interval { start, end }, class)
    }

    #[test]
    fn forty_eight_absent_hours_are_quiet_and_one_more_is_a_gap() {
        let delayed = |number| hour(number).minus(RECEIPT_DELAY);
        let expected = [
            interval(hour(0), delayed(1), CoverageClass::Stated),
            interval(delayed(1), hour(49), CoverageClass::Inferred),
            interval(hour(49), delayed(50), CoverageClass::Stated),
        ];
        assert_eq!(covered(&[0, 49], &[]), expected);
        assert_eq!(
            covered(&[0, 50], &[]),
            [
                interval(hour(0), delayed(1), CoverageClass::Stated),
                interval(hour(50), delayed(51), CoverageClass::Stated),
            ]
        );
    }

    #[test]
    fn an_unreadable_hour_is_a_gap() {
        let found = covered(&[0, 1, 2], &[1]);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found.iter().all(|(_, class)| *class == CoverageClass::Stated));
    }
}
