//! One finding: what a control says, what that rests on, and what to do.

use maud::{Markup, html};

use crate::model::{ControlOutcome, Finding, Level, Report, Step};
use crate::report::times::in_minutes;
use crate::report::words::{steps_stand_above, waived_in_words, waivers_of};

pub(super) fn finding(report: &Report, finding: &Finding, before: &[&Finding]) -> Markup {
    let control = &report.controls[finding.control];
    html! {
        div.finding {
            p {
                a href={ "#c" (finding.control) } { (control.id) }
                " " b { (control.name) } " "
                span.outcome { (outcome(finding.outcome)) }
                @if let Some(compared) = finding.compared { " " span.outcome { (compared.state.as_str()) } }
            }
            @if !finding.message.is_empty() { p { (in_minutes(&finding.message)) } }
            @for waiver in waivers_of(report, finding) { p.waived { (waived_in_words(waiver)) } }
            @if !finding.evidence.is_empty() {
                ul.places {
                    @for evidence in &finding.evidence {
                        li { code { (report.path_of(evidence.input)) ":" (evidence.line) } " " (in_minutes(&evidence.text)) }
                    }
                }
            }
            @if steps_stand_above(finding, before) {
                p { "The steps above fix this, too." }
            } @else if !finding.steps.is_empty() {
                ol.steps { @for one in &finding.steps { (step(one)) } }
            }
        }
    }
}

fn step(step: &Step) -> Markup {
    html! {
        li {
            (in_minutes(&step.text))
            @if let Some(command) = &step.command { pre { code { (command) } } }
        }
    }
}

pub(super) fn outcome(outcome: ControlOutcome) -> &'static str {
    match outcome {
        ControlOutcome::Fail(Level::Error) => "fails, an error",
        ControlOutcome::Fail(Level::Warning) => "fails, a warning",
        ControlOutcome::Fail(Level::Note) => "fails, a note",
        ControlOutcome::Open => "open",
        ControlOutcome::Pass => "passes",
        ControlOutcome::NotApplicable => "not applicable",
    }
}
