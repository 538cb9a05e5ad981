//! Joins coverage, and finds the gaps that it leaves.

use chrono::TimeDelta;

use crate::correlate::moment::{Moment, Stretch};
use crate::model::{Basis, CoverageClass, Covered, Instant, Interval, ResourceId};

/// The longest time until an event appears in the log. A gap between two exports that is not longer than this is
/// closed.
pub(super) const RECEIPT_DELAY: TimeDelta = TimeDelta::minutes(20);

/// The coverage of an account while it had one id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoveredResidence {
    pub id: ResourceId,
    /// Begins when a move gave the account this id; at [`Instant::MIN`] if no move did.
    pub window: Interval,
    pub covered: Vec<Covered>,
}

/// The part of the coverage that a question takes into account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::correlate) struct Selection {
    /// The weakest class of coverage that is included; `None` includes no coverage.
    pub least: Option<CoverageClass>,
    pub without: Option<Basis>,
}

impl Selection {
    pub(in crate::correlate) const ALL: Selection =
        Selection { least: Some(CoverageClass::Inferred), without: None };
    pub(in crate::correlate) const STATED: Selection =
        Selection { least: Some(CoverageClass::Stated), without: None };
    pub(in crate::correlate) const NONE: Selection = Selection { least: None, without: None };

    pub(in crate::correlate) fn without(self, basis: Basis) -> Selection {
        Selection { without: Some(basis), ..self }
    }

    /// Returns the same selection without inferred coverage.
    pub(in crate::correlate) fn stated(self) -> Selection {
        Selection { least: self.least.map(|_| CoverageClass::Stated), ..self }
    }

    pub(in crate::correlate) fn includes(self, covered: &Covered) -> bool {
        self.includes_kind(covered.basis, covered.class)
    }

    pub(in crate::correlate) fn includes_kind(self, basis: Basis, class: CoverageClass) -> bool {
        self.least.is_some_and(|least| class <= least) && self.without != Some(basis)
    }
}

/// Returns the covered moments up to `as_of`, joined and in order. The start of each interval counts as uncovered.
/// Coverage is clipped to each residence after joining, so it never extends across a move.
pub(in crate::correlate) fn covered(
    residences: &[CoveredResidence],
    selection: Selection,
    as_of: Instant,
) -> Vec<Stretch> {
    let of_residence = |residence: &CoveredResidence| -> Vec<Stretch> {
        let selected = residence.covered.iter().filter(|covered| selection.includes(covered));
        let joined = closed(selected.map(|covered| covered.interval).collect());
        let window = |interval: Interval| interval.from(residence.window.start)?.until(residence.window.end);
        let clipped = joined.into_iter().filter_map(window).filter_map(|interval| interval.until(as_of));
        clipped.filter_map(Stretch::open_at_start).collect()
    };
    Stretch::joined(residences.iter().flat_map(of_residence).collect())
}

/// Joins the intervals, and closes gaps that are not longer than the receipt delay.
fn closed(intervals: Vec<Interval>) -> Vec<Interval> {
    let mut closed: Vec<Interval> = Vec::new();
    for interval in Interval::joined(intervals) {
        match closed.last_mut() {
            Some(last) if interval.start <= last.end.plus(RECEIPT_DELAY) => {
                last.end = last.end.max(interval.end);
            }
            _ => closed.push(interval),
        }
    }
    closed
}

/// All moments outside the covered ones, which are joined and in order.
pub(in crate::correlate) fn uncovered(covered: &[Stretch]) -> Vec<Stretch> {
    Stretch::without(&[Stretch { start: Moment::MIN, end: Moment::MAX }], covered)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> Instant {
        Instant::from_unix_nanoseconds(0).plus(TimeDelta::minutes(minute))
    }

    fn interval(start: i64, end: i64) -> Interval {
        Interval { start: at(start), end: at(end) }
    }

    #[test]
    fn a_gap_of_the_receipt_delay_is_closed_and_a_longer_one_is_not() {
        assert_eq!(closed(vec![interval(0, 10), interval(30, 40)]), [interval(0, 40)]);
        assert_eq!(closed(vec![interval(0, 10), interval(31, 40)]), [interval(0, 10), interval(31, 40)]);
    }

    #[test]
    fn coverage_never_reaches_over_a_move() {
        let covered_by =
            |interval| Covered { interval, basis: Basis::Declared, class: CoverageClass::Stated };
        let id = ResourceId::parse("/subscriptions/s").expect("an id");
        let residences = [(interval(0, 50), interval(0, 45)), (interval(50, 100), interval(55, 100))]
            .map(|(window, log)| CoveredResidence { id: id.clone(), window, covered: vec![covered_by(log)] });
        let found = covered(&residences, Selection::ALL, at(90));
        let expected = [(0, 45), (55, 90)]
            .map(|(start, end)| Stretch { start: Moment::after(at(start)), end: Moment::at(at(end)) });
        assert_eq!(found, expected);
    }
}
