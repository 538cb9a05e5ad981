//! The picture in words.

use maud::{Markup, html};

use super::MAX_DRAWN;
use crate::model::{
    Attempt, AttemptRecord, AuditedAccount, Bounds, Covered, Gap, Instant, KeyBounds, KeyName, Outcome,
    Report, days_between,
};
use crate::report::html::{due, max_age, minutes, span};
use crate::report::set_until::SetUntil;

pub(super) fn words(report: &Report, audited: &AuditedAccount, bounds: KeyBounds) -> Markup {
    let proof = &audited.proof;
    let unseen = |key: KeyName| proof.gaps_of(key);
    html! {
        dl {
            @for key in KeyName::BOTH {
                dt { (key) }
                @let set = SetUntil::of(proof, bounds.of(key), |judgement| judgement.of(key), max_age(report));
                dd {
                    "set " (set_in_words(set.bounds, report.as_of)) "; at the limit "
                    (instant_in_words(due(report, set.bounds))) (set.exception_in_words(minutes))
                }
            }
            @if let Some(judgement) = proof.judgement {
                dt { "judged" }
                dd { "on " (minutes(judgement.at)) }
            }
            @if !proof.attempts.is_empty() {
                dt { "requests" }
                (listed(&proof.attempts, |attempt: &Attempt| attempt_in_words(report, attempt)))
            }
            dt { "log" }
            @if proof.coverage.is_empty() { dd { "none that proves an absence" } }
            (listed(&proof.coverage, |covered: &Covered| format!("{} ({})", span(covered.interval.start, covered.interval.end), covered.basis.as_str())))
            @if !proof.log_gaps.is_empty() {
                dt { "not covered" }
                (listed(&proof.log_gaps, gap_in_words))
            }
            @for key in KeyName::BOTH {
                // A stamp or an etag can rule out what the log leaves open.
                @if unseen(key) != proof.log_gaps {
                    dt { (key) " unseen" }
                    @if unseen(key).is_empty() { dd { "never" } }
                    (listed(unseen(key), |gap: &Gap| gap_in_words(gap)))
                }
            }
        }
    }
}

/// Lists the newest of `all`, which are in chronological order.
fn listed<T>(all: &[T], in_words: impl Fn(&T) -> String) -> Markup {
    let older = all.len().saturating_sub(MAX_DRAWN);
    html! {
        @if older > 0 { dd { (older) " earlier ones are neither drawn nor listed" } }
        @for one in &all[older..] { dd { (in_words(one)) } }
    }
}

fn set_in_words(bounds: Bounds, as_of: Instant) -> String {
    let days = |instant: Instant| format!("{:.1} days", days_between(instant, as_of));
    match bounds.earliest {
        Some(earliest) if minutes(earliest) == minutes(bounds.latest) => {
            format!("on {} ({} before the audit)", minutes(earliest), days(earliest))
        }
        Some(earliest) => format!(
            "between {} and {} ({} to {} before the audit)",
            minutes(earliest),
            minutes(bounds.latest),
            days(earliest),
            days(bounds.latest)
        ),
        None => {
            format!(
                "on or before {} ({} or more before the audit)",
                minutes(bounds.latest),
                days(bounds.latest)
            )
        }
    }
}

fn gap_in_words(gap: &Gap) -> String {
    gap.start.map_or_else(|| format!("until {}", minutes(gap.end)), |start| span(start, gap.end))
}

fn instant_in_words(due: Bounds) -> String {
    match due.earliest {
        Some(earliest) if minutes(earliest) == minutes(due.latest) => format!("on {}", minutes(earliest)),
        Some(earliest) => format!("between {} and {}", minutes(earliest), minutes(due.latest)),
        None => format!("on or before {}", minutes(due.latest)),
    }
}

/// The title of an attempt's mark: "2026-11-03 05:20 UTC: regeneration of key1, succeeded".
pub(super) fn attempt_in_title(attempt: &Attempt) -> String {
    let key = attempt.key.map_or("an unnamed key", KeyName::as_str);
    let outcome = match attempt.outcome {
        Outcome::Succeeded => "succeeded",
        Outcome::Failed => "failed",
        Outcome::Uncertain => "outcome unknown",
    };
    format!("{}: regeneration of {key}, {outcome}", minutes(attempt.at))
}

fn attempt_in_words(report: &Report, attempt: &Attempt) -> String {
    let by = attempt.caller.as_ref().map(|caller| format!(", by {caller}")).unwrap_or_default();
    let place =
        |record: &AttemptRecord| format!("{}:{}", report.path_of(record.place.input), record.place.line);
    let places: Vec<String> = attempt.records.iter().map(place).collect();
    format!("{}{by} ({})", attempt_in_title(attempt), places.join(", "))
}
