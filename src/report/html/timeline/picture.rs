//! The picture, in a few short elements: a tenant may have thousands of accounts. Each mark says in its title what it is.

use maud::{Markup, html};

use super::MAX_DRAWN;
use super::scale::{
    HEIGHT_PX, KEY_HEIGHT_PX, KEY1_Y_PX, KEY2_Y_PX, LOG_HEIGHT_PX, LOG_Y_PX, Scale, TIMELINE_WIDTH, percent,
};
use super::words::attempt_in_title;
use crate::model::{Attempt, AuditedAccount, CoverageClass, Instant, KeyBounds, KeyName, Outcome, Report};
use crate::report::html::{minutes, span};

/// The least width of a bar that is still visible.
const MIN_SPAN_WIDTH: i64 = 60;

pub(super) fn picture(report: &Report, audited: &AuditedAccount, bounds: KeyBounds) -> Markup {
    let scale = Scale::new(report);
    html! {
        div.timeline {
            svg.names width="34" height=(HEIGHT_PX) aria-hidden="true" { use href="#rows" {} }
            svg.plot width="100%" height=(HEIGHT_PX) role="img" aria-label="Timeline, described in words below" {
                @for key in KeyName::BOTH { (unseen(&scale, audited, key)) }
                use href="#scale" {}
                @for key in KeyName::BOTH { (set(&scale, audited, bounds, key)) }
                (log(&scale, audited))
                @for attempt in newest(&audited.proof.attempts) { (mark(&scale, attempt)) }
            }
        }
    }
}

fn newest<T>(all: &[T]) -> &[T] {
    &all[all.len().saturating_sub(MAX_DRAWN)..]
}

fn top(key: KeyName) -> i64 {
    match key {
        KeyName::Key1 => KEY1_Y_PX,
        KeyName::Key2 => KEY2_Y_PX,
    }
}

/// The spans in which the key may have been regenerated without a record.
fn unseen(scale: &Scale, audited: &AuditedAccount, key: KeyName) -> Markup {
    html! {
        @for gap in newest(audited.proof.gaps_of(key)) {
            (bar(scale, "unseen", gap.start, gap.end, (top(key), KEY_HEIGHT_PX), &format!("{key} may have been regenerated unseen")))
        }
    }
}

/// The span in which the key was set last, and the newest reading of its stamp.
fn set(scale: &Scale, audited: &AuditedAccount, bounds: KeyBounds, key: KeyName) -> Markup {
    let of_key = bounds.of(key);
    let begins_earlier = of_key.earliest.is_none_or(|earliest| scale.x(earliest) < 0);
    let title = format!("{key} was set last");
    html! {
        (bar(scale, "set", of_key.earliest, of_key.latest, (top(key) + 7, 10), &title))
        @if begins_earlier { use.set href="#earlier" y=(top(key) + 12) { title { (title) " " (when(of_key.earliest, of_key.latest)) } } }
        @if let Some(stamp) = audited.proof.stamp_of(key) {
            (bar(scale, "month", Some(stamp.set_in.start), stamp.set_in.end, (top(key) + 18, 4), &format!("{key} carries the month {}", stamp.month)))
            @if let Some(x) = scale.shown(stamp.taken_at) {
                use href="#reading" x=(percent(x)) y=(top(key) + 17) { title { (minutes(stamp.taken_at)) ": stamp of " (key) " read, " (stamp.month) } }
            }
        }
    }
}

/// Stated coverage is drawn over inferred coverage.
fn log(scale: &Scale, audited: &AuditedAccount) -> Markup {
    let proof = &audited.proof;
    let bars = [(CoverageClass::Inferred, "observed"), (CoverageClass::Stated, "covered")];
    html! {
        @for (class, name) in bars {
            @for window in newest(&proof.coverage).iter().filter(|window| window.class == class) {
                (bar(scale, name, Some(window.interval.start), window.interval.end, (LOG_Y_PX, LOG_HEIGHT_PX), &format!("covered ({})", window.basis.as_str())))
            }
        }
        @for gap in newest(&proof.log_gaps) {
            (bar(scale, "gap", gap.start, gap.end, (LOG_Y_PX, LOG_HEIGHT_PX), "not covered by a log"))
        }
    }
}

/// The part of the span that is on the scale; `place` is its upper edge and its height.
fn bar(
    scale: &Scale,
    class: &str,
    from: Option<Instant>,
    to: Instant,
    place: (i64, i64),
    title: &str,
) -> Markup {
    let left = from.map_or(0, |from| scale.x(from).max(0));
    let right = scale.x(to).min(TIMELINE_WIDTH);
    let (y, height) = place;
    let width = (right - left).max(MIN_SPAN_WIDTH);
    let left_edge = (left - (width - (right - left)) / 2).clamp(0, TIMELINE_WIDTH - width);
    html! {
        @if left <= right {
            rect class=(class) x=(percent(left_edge)) y=(y) width=(percent(width)) height=(height) {
                title { (title) ", " (when(from, to)) }
            }
        }
    }
}

fn when(from: Option<Instant>, to: Instant) -> String {
    match from {
        Some(from) if minutes(from) == minutes(to) => minutes(to),
        Some(from) => span(from, to),
        None => format!("{} or earlier", minutes(to)),
    }
}

/// Returns the mark of a request. If the request does not name a key, its mark is between the two rows.
fn mark(scale: &Scale, attempt: &Attempt) -> Markup {
    let y = match attempt.key {
        Some(key) => top(key) + KEY_HEIGHT_PX / 2,
        None => KEY2_Y_PX,
    };
    let shape = match attempt.outcome {
        Outcome::Succeeded => "done",
        Outcome::Uncertain => "uncertain",
        Outcome::Failed => "failed",
    };
    html! {
        @if let Some(x) = scale.shown(attempt.at) {
            use href={ "#" (shape) } x=(percent(x)) y=(y) { title { (attempt_in_title(attempt)) } }
        }
    }
}
