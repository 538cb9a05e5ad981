//! An account's timeline: a picture with its legend, and the same in words below it.

mod marks;
mod picture;
mod scale;
mod words;

use maud::{Markup, html};

use super::{max_age, minutes};
use crate::model::{AuditedAccount, Report};

/// The newest attempts, spans and readings of each kind that are drawn and listed. More would be neither seen nor read.
const MAX_DRAWN: usize = 50;

/// Shapes and scale, drawn once and used by every timeline.
pub(super) fn definitions(report: &Report) -> Markup {
    html! {
        svg.definitions aria-hidden="true" {
            defs {
                (marks::definitions())
                (scale::definitions(report))
            }
        }
    }
}

pub(super) fn scale_in_words(report: &Report) -> String {
    let limit = minutes(report.as_of.minus(max_age(report)));
    format!(
        "All timelines have one scale, with the limit ({limit}) in the middle and the audit at the right."
    )
}

/// Returns the timeline; empty for an account that did not exist.
pub(super) fn timeline(report: &Report, audited: &AuditedAccount) -> Markup {
    html! {
        @if let Some(bounds) = audited.proof.bounds {
            figure {
                (picture::picture(report, audited, bounds))
                (marks::legend())
                figcaption { (words::words(report, audited, bounds)) }
            }
        }
    }
}
