//! One finding: what a control says, what that rests on, and what to do.

use maud::{Markup, html};

use crate::model::{AuditedAccount, ControlOutcome, Finding, Level, Report, Step};
use crate::report::times::in_minutes;
use crate::report::words::{ShownSteps, plan_in_words, planned_in_words, waived_in_words, waivers_of};

pub(super) fn finding(report: &Report, finding: &Finding, steps: &ShownSteps) -> Markup {
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
            @match steps {
                ShownSteps::Own(steps) => ol.steps { @for one in *steps { (step(&one.text, one)) } },
                ShownSteps::Elsewhere(sentence) => p { (sentence) },
                ShownSteps::None => {},
            }
        }
    }
}

pub(super) fn plan(report: &Report, audited: &AuditedAccount) -> Markup {
    html! {
        @if let Some(heading) = plan_in_words(report, audited) {
            div.finding {
                p { b { (heading) } }
                ol.steps {
                    @for one in &audited.plan { (step(&planned_in_words(report, audited, one), &one.step)) }
                }
            }
        }
    }
}

fn step(text: &str, step: &Step) -> Markup {
    html! {
        li {
            (in_minutes(text))
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
