//! What the picture shows, in words.

use maud::{Markup, html};

use crate::model::{
    Attempt, AttemptRecord, AuditedAccount, Bounds, Covered, Gap, KeyBounds, KeyName, Outcome, Report,
};
use crate::report::html::due;
use crate::report::words::{between_in_words, gap_in_words, window_in_words};

/// How many of the newest are told of each kind.
const TOLD: usize = 50;

pub(super) fn words(report: &Report, audited: &AuditedAccount, bounds: KeyBounds) -> Markup {
    let proof = &audited.proof;
    let unseen = |key: KeyName| proof.gaps_of(key);
    html! {
        dl {
            @for key in KeyName::BOTH {
                dt { (key) }
                dd {
                    "set " (between_in_words(bounds.of(key), report.as_of)) "; at the limit "
                    (instant_in_words(due(report, bounds.of(key))))
                }
            }
            @if let Some(judgement) = proof.judgement {
                dt { "judged" }
                dd { "on " (judgement.at) }
            }
            @if !proof.attempts.is_empty() {
                dt { "requests" }
                (told(&proof.attempts, |attempt: &Attempt| attempt_in_words(report, attempt)))
            }
            dt { "log" }
            @if proof.coverage.is_empty() { dd { "none that proves an absence" } }
            (told(&proof.coverage, |covered: &Covered| window_in_words(covered)))
            @if !proof.log_gaps.is_empty() {
                dt { "not covered" }
                (told(&proof.log_gaps, gap_in_words))
            }
            @for key in KeyName::BOTH {
                // A stamp or an etag can rule out what the log leaves open.
                @if unseen(key) != proof.log_gaps {
                    dt { (key) " unseen" }
                    @if unseen(key).is_empty() { dd { "never" } }
                    (told(unseen(key), |gap: &Gap| gap_in_words(gap)))
                }
            }
        }
    }
}

/// The newest of `all`, which are in the order of time.
fn told<T>(all: &[T], in_words: impl Fn(&T) -> String) -> Markup {
    let older = all.len().saturating_sub(TOLD);
    html! {
        @if older > 0 { dd { (older) " earlier ones are not told here" } }
        @for one in &all[older..] { dd { (in_words(one)) } }
    }
}

fn instant_in_words(due: Bounds) -> String {
    match due.earliest {
        Some(earliest) if earliest == due.latest => format!("on {earliest}"),
        Some(earliest) => format!("between {earliest} and {}", due.latest),
        None => format!("on or before {}", due.latest),
    }
}

fn attempt_in_words(report: &Report, attempt: &Attempt) -> String {
    let key = attempt.key.map_or("an unnamed key", KeyName::as_str);
    let outcome = match attempt.outcome {
        Outcome::Succeeded => "succeeded",
        Outcome::Failed => "failed",
        Outcome::Uncertain => "no record tells how it ended",
    };
    let by = attempt.caller.as_ref().map(|caller| format!(", by {caller}")).unwrap_or_default();
    let place =
        |record: &AttemptRecord| format!("{}:{}", report.path_of(record.place.input), record.place.line);
    let places: Vec<String> = attempt.records.iter().map(place).collect();
    format!("{}: regeneration of {key}, {outcome}{by} ({})", attempt.at, places.join(", "))
}
