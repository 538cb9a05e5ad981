//! An account's timeline: a picture, and the same in words below it.

mod picture;
mod words;

use maud::{Markup, html};

use super::max_age;
use crate::model::{AuditedAccount, Report};

pub(super) use picture::definitions;

/// What each class of mark stands for, and a mark of it to be shown beside.
const LEGEND: [(&str, &str, &str); 10] = [
    ("set", "M20 40h280v80h-280z", "the key was set last at some time in this span, or at this instant"),
    ("done", "M110 80a50 50 0 1 0 100 0a50 50 0 1 0-100 0z", "it was regenerated"),
    ("failed", "M120 40l80 80m0-80l-80 80", "a regeneration failed"),
    (
        "uncertain",
        "M110 80a50 50 0 1 0 100 0a50 50 0 1 0-100 0z",
        "a regeneration, of which no record tells how it ended",
    ),
    ("month", "M20 65h280v30h-280z", "the month that the key carries, and when it was read"),
    ("due", "M20 60h280v40h-280z", "when it reaches the limit"),
    ("unseen", "M20 0h280v160h-280z", "it may have been regenerated unseen"),
    ("covered", "M20 20h280v120h-280z", "covered by logs, as stated or by hours whose blobs are present"),
    (
        "observed",
        "M20 20h280v120h-280z",
        "covered by inference: a log's own events, quiet hours, or the account's etag",
    ),
    ("gap", "M20 20h280v120h-280z", "not covered by a log"),
];

pub(super) fn legend(report: &Report) -> Markup {
    let limit = report.as_of.minus(max_age(report));
    html! {
        details.legend {
            summary { "How to read the timelines" }
            div {
                p {
                    "All have the same scale. The line in the middle is the limit, " (limit) ": a key that was set before it is "
                    "too old. The line to its right is the audit; right of that lies what falls due. A mark between the rows "
                    "of the keys is a request of which no record tells the key. An arrow at the left stands for earlier."
                }
                ul {
                    @for (class, mark, meaning) in LEGEND {
                        li {
                            svg viewBox="0 0 320 160" aria-hidden="true" { path class=(class) d=(mark) {} }
                            " " (meaning)
                        }
                    }
                }
            }
        }
    }
}

/// Nothing of an account that did not exist.
pub(super) fn timeline(report: &Report, audited: &AuditedAccount) -> Markup {
    html! {
        @if let Some(bounds) = audited.proof.bounds {
            figure {
                (picture::picture(report, audited, bounds))
                figcaption { (words::words(report, audited, bounds)) }
            }
        }
    }
}
