//! Instants and the moments just after them, so that every half-open interval is a closed one.

use chrono::TimeDelta;

use crate::model::{Instant, Interval};

/// An instant, or the moment just after it. The number is twice the nanoseconds since 1970, plus one for the moment
/// after.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment(i128);

impl Moment {
    /// The moment before every instant; `MAX` is the moment after every instant.
    pub(super) const MIN: Moment = Moment(i128::MIN);
    pub(super) const MAX: Moment = Moment(i128::MAX);

    pub(super) fn at(instant: Instant) -> Moment {
        Moment(instant.unix_nanoseconds() * 2)
    }

    pub(super) fn after(instant: Instant) -> Moment {
        Moment::at(instant).next()
    }

    pub(super) fn next(self) -> Moment {
        Moment(self.0.saturating_add(1))
    }

    pub(super) fn previous(self) -> Moment {
        Moment(self.0.saturating_sub(1))
    }

    /// Returns the instant itself, or the instant that the moment is just after. So an open end is reported as the end.
    pub(super) fn instant(self) -> Instant {
        Instant::from_unix_nanoseconds(self.0.div_euclid(2))
    }

    pub(super) fn minus(self, span: TimeDelta) -> Moment {
        let nanoseconds = i128::from(span.num_seconds()) * 1_000_000_000 + i128::from(span.subsec_nanos());
        Moment(self.0.saturating_sub(2 * nanoseconds))
    }
}

/// All moments from `start` to `end`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Stretch {
    pub start: Moment,
    pub end: Moment,
}

impl Stretch {
    /// Contains no moment.
    pub(super) const EMPTY: Stretch = Stretch { start: Moment::MAX, end: Moment::MIN };

    /// `None` if `end` is before `start`.
    pub(super) fn new(start: Moment, end: Moment) -> Option<Stretch> {
        (start <= end).then_some(Stretch { start, end })
    }

    /// The closed interval.
    pub(super) fn closed(interval: Interval) -> Stretch {
        Stretch { start: Moment::at(interval.start), end: Moment::at(interval.end) }
    }

    /// The interval without its start; `None` if it has no other instant.
    pub(super) fn open_at_start(interval: Interval) -> Option<Stretch> {
        Stretch::new(Moment::after(interval.start), Moment::at(interval.end))
    }

    pub(super) fn contains(self, moment: Moment) -> bool {
        self.start <= moment && moment <= self.end
    }

    pub(super) fn intersection(self, other: Stretch) -> Option<Stretch> {
        Stretch::new(self.start.max(other.start), self.end.min(other.end))
    }

    /// Returns the smallest number of stretches that contain the same moments, in order.
    pub(super) fn joined(mut stretches: Vec<Stretch>) -> Vec<Stretch> {
        stretches.sort_unstable();
        let mut joined: Vec<Stretch> = Vec::with_capacity(stretches.len());
        for stretch in stretches {
            match joined.last_mut() {
                Some(last) if stretch.start <= last.end.next() => last.end = last.end.max(stretch.end),
                _ => joined.push(stretch),
            }
        }
        joined
    }

    /// The stretches of `all` without the moments of `removed`; both are joined and in order.
    pub(super) fn without(all: &[Stretch], removed: &[Stretch]) -> Vec<Stretch> {
        let mut left = Vec::new();
        for stretch in all {
            let mut from = stretch.start;
            for gone in removed.iter().filter(|gone| gone.intersection(*stretch).is_some()) {
                left.extend(Stretch::new(from, gone.start.previous()).filter(|_| gone.start > Moment::MIN));
                from = gone.end.next();
            }
            left.extend(Stretch::new(from, stretch.end));
        }
        left
    }
}

/// Whether joined stretches in order contain a moment.
pub(super) fn contain(stretches: &[Stretch], moment: Moment) -> bool {
    let next = stretches.partition_point(|stretch| stretch.end < moment);
    stretches.get(next).is_some_and(|stretch| stretch.start <= moment)
}

/// Whether a moment of `part` is outside all of `stretches`, which are joined and in order.
pub(super) fn has_room(part: Stretch, stretches: &[Stretch]) -> bool {
    let next = stretches.partition_point(|stretch| stretch.end < part.start);
    // Joined stretches do not touch, so the moment after the end of one is outside all of them.
    match stretches.get(next) {
        Some(stretch) if stretch.start <= part.start => stretch.end < part.end,
        _ => true,
    }
}
