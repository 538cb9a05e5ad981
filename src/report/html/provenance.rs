//! The inputs, controls and options of the report: enough to make it again.

use maud::html;

use super::{line, section as part, table};
use crate::model::{Control, Input, Level, Note, Report};
use crate::report::words::as_of_in_words;

pub(super) fn section(report: &Report) -> String {
    let inputs: String = report.inputs_with_notes().map(|(one, notes)| input(one, &notes)).collect();
    let controls: String = (0..).zip(&report.controls).map(|(index, one)| control(index, one)).collect();
    let lines = [
        parameters(report),
        "<h3>Inputs</h3>\n".to_owned(),
        table("inputs", "Inputs", &["File", "Format", "Records", "Bytes", "SHA-256", "Notes"], &inputs),
        "<h3>Controls</h3>\n".to_owned(),
        table(
            "of-controls",
            "Controls",
            &["Control", "Subject", "Level", "Source", "SHA-256", "Analogous to"],
            &controls,
        ),
    ];
    part("provenance", "Provenance", &lines.concat())
}

fn parameters(report: &Report) -> String {
    let parameters = &report.parameters;
    let yes = |is_so: bool| if is_so { "yes" } else { "no" };
    let listed_at = parameters.listed_at.map(|at| at.to_string());
    line(&html! {
        dl.parameters {
            dt { "Tool" } dd { (env!("CARGO_PKG_NAME")) " " (env!("CARGO_PKG_VERSION")) }
            dt { "As of" } dd { (as_of_in_words(report)) }
            dt { "Maximum age" } dd { (parameters.max_age_days) " days" }
            dt { "Kinds" } dd { (parameters.kinds.join(", ")) }
            dt { "Tolerance" } dd { (parameters.tolerance_hours) " hours" }
            dt { "Maximum evidence age" } dd { (parameters.max_evidence_age_days) " days" }
            dt { "Strict coverage" } dd { (yes(parameters.strict_coverage)) }
            dt { "Logs assumed unfiltered" } dd { (yes(parameters.assume_complete)) }
            dt { "Declared coverage" } dd { (or_none(&parameters.coverage.join(", "))) }
            dt { "Declared by" } dd { (or_none(parameters.declared_by.as_deref().unwrap_or_default())) }
            dt { "Lists without a date exported on" } dd { (or_none(&listed_at.unwrap_or_default())) }
            dt { "Key stamps" } dd { (yes(parameters.stamps)) }
            dt { "Etag evidence" } dd { (yes(parameters.etag_evidence)) }
        }
    })
}

fn or_none(text: &str) -> &str {
    if text.is_empty() { "none" } else { text }
}

fn input(input: &Input, notes: &[&Note]) -> String {
    line(&html! {
        tr {
            th scope="row" { (input.path) }
            td { (input.format) }
            td { (input.records) }
            td { (input.bytes) }
            td.digest {
                @if let Some(sha256) = &input.sha256 { code { (sha256) } } @else { "not taken" }
            }
            td {
                @if !notes.is_empty() {
                    ul {
                        @for note in notes {
                            li { @if let Some(line) = note.line { "line " (line) ": " } (note.text) }
                        }
                    }
                }
            }
        }
    })
}

fn control(index: usize, control: &Control) -> String {
    let analogies = control.frameworks.iter();
    let analogies: Vec<String> =
        analogies.map(|(framework, ids)| format!("{framework} {}", ids.join(", "))).collect();
    line(&html! {
        tr #{ "c" (index) } {
            th scope="row" { (control.id) " " (control.name) }
            td { (control.title) }
            td { (Level::as_str(control.level)) }
            td { (control.source) }
            td.digest { code { (control.sha256) } }
            td { (analogies.join("; ")) }
        }
    })
}
