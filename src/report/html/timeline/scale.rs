//! The scale that all timelines share: months, the limit and the audit. Places are in hundredths of a percent of the
//! width, so that text keeps its size on every screen.

use chrono::{Datelike, Months, NaiveDate, NaiveTime};
use maud::{Markup, html};

use crate::model::{Instant, Report};
use crate::report::html::max_age;

/// The scale covers this many times the limit, and ends at the audit instant.
const MAX_AGES: i32 = 2;

/// The width of a timeline, in hundredths of a percent.
pub(super) const TIMELINE_WIDTH: i64 = 10_000;

/// Places of the rows, in pixels.
pub(super) const KEY1_Y_PX: i64 = 18;
pub(super) const KEY2_Y_PX: i64 = 42;
pub(super) const LOG_Y_PX: i64 = 70;
pub(super) const BOTTOM_Y_PX: i64 = 84;
pub(super) const KEY_HEIGHT_PX: i64 = KEY2_Y_PX - KEY1_Y_PX;
pub(super) const LOG_HEIGHT_PX: i64 = BOTTOM_Y_PX - LOG_Y_PX;
pub(super) const HEIGHT_PX: i64 = 104;

/// The maximum number of months that have a label.
const MAX_LABELS: usize = 8;

/// Steps between labelled months, each a divisor of a year or a number of years.
const LABEL_STEP_MONTHS: [u32; 8] = [1, 2, 3, 6, 12, 24, 60, 120];

/// A label further right would be cut off.
const LAST_LABEL: i64 = 9_200;

pub(super) struct Scale {
    start: Instant,
    seconds: i64,
}

impl Scale {
    pub(super) fn new(report: &Report) -> Scale {
        let spanned = max_age(report) * MAX_AGES;
        Scale { start: report.as_of.minus(spanned), seconds: spanned.num_seconds() }
    }

    pub(super) fn x(&self, instant: Instant) -> i64 {
        (instant.seconds_since(self.start) * TIMELINE_WIDTH).div_euclid(self.seconds)
    }

    /// Returns the place of an instant, or `None` if it is outside the scale.
    pub(super) fn shown(&self, instant: Instant) -> Option<i64> {
        Some(self.x(instant)).filter(|x| (0..=TIMELINE_WIDTH).contains(x))
    }

    /// The first instants of months, with their labels.
    fn months(&self) -> Vec<(i64, String)> {
        let first = self.start.date().with_day(1).unwrap_or(self.start.date());
        let months = (0..).map_while(|number| first.checked_add_months(Months::new(number)));
        let placed = months
            .map(|month| (self.x(Instant::from(month.and_time(NaiveTime::MIN).and_utc())), month))
            .skip_while(|(x, _)| *x < 0)
            .take_while(|(x, _)| *x <= TIMELINE_WIDTH);
        let placed: Vec<(i64, NaiveDate)> = placed.collect();
        let is_on = |step: u32, month: NaiveDate| {
            let number = month.year().unsigned_abs() * 12 + month.month0();
            number.is_multiple_of(step)
        };
        let count = |step: u32| placed.iter().filter(|(_, month)| is_on(step, *month)).count();
        let step = LABEL_STEP_MONTHS
            .into_iter()
            .find(|step| count(*step) <= MAX_LABELS)
            .unwrap_or(LABEL_STEP_MONTHS[LABEL_STEP_MONTHS.len() - 1]);
        let on_step = placed.into_iter().filter(|(_, month)| is_on(step, *month));
        let label = |month: NaiveDate, is_first: bool| {
            let form = if is_first || month.month0() == 0 { "%b %Y" } else { "%b" };
            month.format(form).to_string()
        };
        on_step.zip(0..).map(|((x, month), place)| (x, label(month, place == 0))).collect()
    }
}

/// `12.34%`.
pub(super) fn percent(hundredths: i64) -> String {
    format!("{}.{:02}%", hundredths / 100, hundredths % 100)
}

pub(super) fn definitions(report: &Report) -> Markup {
    let scale = Scale::new(report);
    let audit = report.as_of.date().format("audit %-d %b %Y").to_string();
    let limit = report.as_of.minus(max_age(report)).date().format("limit %-d %b").to_string();
    html! {
        g #scale {
            @for (x, label) in scale.months() {
                @let x_percent = percent(x);
                line.month-tick x1=(x_percent) x2=(x_percent) y1="2" y2=(BOTTOM_Y_PX) {}
                @if x <= LAST_LABEL { text x=(x_percent) dx="3" y="11" { (label) } }
            }
            @for y in [KEY1_Y_PX, KEY2_Y_PX, KEY2_Y_PX + KEY_HEIGHT_PX] { line.frame x2="100%" y1=(y) y2=(y) {} }
            line.limit x1="50%" x2="50%" y1=(KEY1_Y_PX - 4) y2=(BOTTOM_Y_PX + 4) {}
            line.audit x1="100%" x2="100%" y1=(KEY1_Y_PX - 4) y2=(BOTTOM_Y_PX + 4) {}
            text.middle x="50%" y=(HEIGHT_PX - 4) { (limit) }
            text.end x="100%" y=(HEIGHT_PX - 4) { (audit) }
        }
        g #rows {
            text y=(KEY1_Y_PX + 16) { "key1" }
            text y=(KEY2_Y_PX + 16) { "key2" }
            text y=(LOG_Y_PX + 11) { "log" }
        }
    }
}
