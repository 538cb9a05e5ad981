//! The picture, in a few short elements: a tenant may have thousands of accounts.
//!
//! Lengths are in tenths of a pixel, so that whole numbers do. All accounts share one scale, which is drawn once.

use std::fmt::Write as _;

use maud::{Markup, html};

use crate::model::{
    Attempt, AuditedAccount, Bounds, CoverageClass, Instant, KeyBounds, KeyName, Outcome, Report,
};
use crate::report::html::{due, max_age};

/// Where the scale begins and ends. The limit stands in the middle and the audit at three quarters, so that what is set at
/// the audit falls due at the end.
const LEFT: i64 = 700;
const WIDTH: i64 = 7_200;
const RIGHT: i64 = LEFT + WIDTH;
const LIMIT: i64 = LEFT + WIDTH / 2;
const AUDIT: i64 = LEFT + WIDTH / 4 * 3;

/// How many times the greatest age the scale spans.
const MAX_AGES: i32 = 4;

/// The rows, by their upper edges.
const KEY1: i64 = 200;
const KEY2: i64 = 440;
const LOG: i64 = 720;
const BOTTOM: i64 = 880;
const KEY_HEIGHT: i64 = KEY2 - KEY1;
const LOG_HEIGHT: i64 = 120;

/// The least width of what would else not be seen.
const LEAST: i64 = 30;

/// What is drawn once for all accounts: the scale, and the hatching of what is not known.
pub(in crate::report::html) fn definitions(report: &Report) -> Markup {
    let max_age = max_age(report);
    let day = |instant: Instant| instant.date().to_string();
    let start = report.as_of.minus(max_age * (MAX_AGES - 1));
    html! {
        svg.definitions aria-hidden="true" {
            defs {
                pattern #hatch width="60" height="60" patternUnits="userSpaceOnUse" patternTransform="rotate(45)" {
                    rect width="60" height="60" {}
                    path d="M0 0v60" {}
                }
                g #scale {
                    path.frame d={ "M" (LEFT) " " (KEY1) "h" (WIDTH) "M" (LEFT) " " (KEY2) "h" (WIDTH) "M" (LEFT) " " (KEY2 + KEY_HEIGHT) "h" (WIDTH) } {}
                    path.limit d={ "M" (LIMIT) " 150V" (BOTTOM) } {}
                    path.audit d={ "M" (AUDIT) " 150V" (BOTTOM) } {}
                    text x=(LEFT) y="120" { (day(start)) }
                    text.middle x=(LIMIT) y="120" { "limit " (day(report.as_of.minus(max_age))) }
                    text.middle x=(AUDIT) y="120" { "audit " (day(report.as_of)) }
                    text.end x=(RIGHT) y="120" { (day(report.as_of.plus(max_age))) }
                    text y=(KEY1 + 125) { "key1" }
                    text y=(KEY2 + 125) { "key2" }
                    text y=(LOG + 100) { "log" }
                }
            }
        }
    }
}

pub(super) fn picture(report: &Report, audited: &AuditedAccount, bounds: KeyBounds) -> Markup {
    let scale = Scale { start: report.as_of.minus(max_age(report) * (MAX_AGES - 1)), report };
    let layers = layers(report, audited, bounds, &scale);
    html! {
        svg viewBox={ "0 0 " (RIGHT + 100) " " (BOTTOM) } role="img" aria-label="Timeline, described in words below" {
            @for (class, path) in layers {
                @if !path.0.is_empty() { path class=(class) d=(path.0) {} }
            }
            use href="#scale" {}
        }
    }
}

/// By class, in the order in which they lie upon each other.
fn layers(
    report: &Report,
    audited: &AuditedAccount,
    bounds: KeyBounds,
    scale: &Scale,
) -> [(&'static str, Path); 10] {
    let proof = &audited.proof;
    let [mut unseen, mut set, mut month, mut limit] = [const { Path::new() }; 4];
    for (key, top) in [(KeyName::Key1, KEY1), (KeyName::Key2, KEY2)] {
        for gap in proof.gaps_of(key) {
            unseen.span(scale, gap.start, gap.end, top, KEY_HEIGHT);
        }
        set.bounds(scale, bounds.of(key), top + 40, 80);
        limit.bounds(scale, due(report, bounds.of(key)), top + 180, 40);
        if let Some(stamp) = proof.stamp_of(key) {
            month.span(scale, Some(stamp.set_in.start), stamp.set_in.end, top + 145, 30);
            month.span(scale, Some(stamp.taken_at), stamp.taken_at, top + 130, 60);
        }
    }
    let [mut covered, mut observed, mut gaps] = [const { Path::new() }; 3];
    for window in &proof.coverage {
        let path = match window.class {
            CoverageClass::Stated => &mut covered,
            CoverageClass::Inferred => &mut observed,
        };
        path.span(scale, Some(window.interval.start), window.interval.end, LOG, LOG_HEIGHT);
    }
    for gap in &proof.log_gaps {
        gaps.span(scale, gap.start, gap.end, LOG, LOG_HEIGHT);
    }
    let [mut done, mut failed, mut uncertain] = [const { Path::new() }; 3];
    for Attempt { at, outcome, key, .. } in &proof.attempts {
        let Some(x) = scale.shown(*at) else { continue };
        let y = match key {
            Some(KeyName::Key1) => KEY1 + 80,
            Some(KeyName::Key2) => KEY2 + 80,
            None => KEY2,
        };
        match outcome {
            Outcome::Succeeded => done.disc(x, y),
            Outcome::Uncertain => uncertain.disc(x, y),
            Outcome::Failed => failed.cross(x, y),
        }
    }
    [
        ("unseen", unseen),
        ("set", set),
        ("month", month),
        ("due", limit),
        ("covered", covered),
        ("observed", observed),
        ("gap", gaps),
        ("done", done),
        ("uncertain", uncertain),
        ("failed", failed),
    ]
}

struct Scale<'a> {
    start: Instant,
    report: &'a Report,
}

impl Scale<'_> {
    fn x(&self, instant: Instant) -> i64 {
        let spanned = max_age(self.report).num_seconds() * i64::from(MAX_AGES);
        LEFT + (instant.seconds_since(self.start) * WIDTH).div_euclid(spanned)
    }

    /// `None` left or right of the scale.
    fn shown(&self, instant: Instant) -> Option<i64> {
        Some(self.x(instant)).filter(|x| (LEFT..=RIGHT).contains(x))
    }
}

/// The `d` of an SVG path.
struct Path(String);

impl Path {
    const fn new() -> Path {
        Path(String::new())
    }

    /// What of the span lies on the scale.
    fn span(&mut self, scale: &Scale, from: Option<Instant>, to: Instant, y: i64, height: i64) {
        let left = from.map_or(LEFT, |from| scale.x(from).max(LEFT));
        let right = scale.x(to).min(RIGHT);
        if left <= right {
            let width = (right - left).max(LEAST);
            let left = (left - (width - (right - left)) / 2).clamp(LEFT, RIGHT - width);
            self.push(format_args!("M{left} {y}h{width}v{height}h-{width}z"));
        }
    }

    /// The span, with an arrow where it begins, or lies, left of the scale.
    fn bounds(&mut self, scale: &Scale, bounds: Bounds, y: i64, height: i64) {
        self.span(scale, bounds.earliest, bounds.latest, y, height);
        if bounds.earliest.is_none_or(|earliest| scale.x(earliest) < LEFT) {
            let half = height / 2;
            self.push(format_args!("M{LEFT} {y}l-60 {half} 60 {half}z"));
        }
    }

    fn disc(&mut self, x: i64, y: i64) {
        self.push(format_args!("M{} {y}a50 50 0 1 0 100 0a50 50 0 1 0-100 0z", x - 50));
    }

    fn cross(&mut self, x: i64, y: i64) {
        self.push(format_args!("M{} {}l80 80m0-80l-80 80", x - 40, y - 40));
    }

    fn push(&mut self, commands: std::fmt::Arguments<'_>) {
        let _ = self.0.write_fmt(commands);
    }
}
