//! Everything that is known about one account, for `--verbose`.

use chrono::TimeDelta;

use crate::model::{AuditedAccount, BaselineState, ControlOutcome, Finding, KeyName, Report, Step};
use crate::report::set_until::SetUntil;
use crate::report::words::{
    ShownSteps, between_in_words, gap_in_words, plan_in_words, planned_in_words, says_something_new,
    verdict_in_words, waived_in_words, waivers_of, window_in_words,
};
use crate::report::{etag_in_words, stamps_in_words};

use super::page::Page;

const INDENT_COLUMNS: usize = 6;

pub(super) fn write(page: &mut Page, report: &Report, audited: &AuditedAccount) {
    page.add_line(INDENT_COLUMNS, audited.account.id.as_str());
    let about = [verdict_in_words(report, audited), stamps_in_words(audited), etag_in_words(audited)];
    for words in about.into_iter().flatten() {
        page.add_line(INDENT_COLUMNS, &words);
    }
    let mut shown: Vec<&Finding> = Vec::new();
    for finding in &audited.findings {
        if finding.outcome != ControlOutcome::Pass {
            write_finding(page, report, audited, finding, &shown);
            shown.push(finding);
        }
    }
    write_plan(page, report, audited);
    write_evidence(page, report, audited);
}

fn write_finding(
    page: &mut Page,
    report: &Report,
    audited: &AuditedAccount,
    finding: &Finding,
    before: &[&Finding],
) {
    if !says_something_new(report, finding, before) {
        return;
    }
    let since = match finding.compared.map(|compared| compared.state) {
        Some(state @ (BaselineState::New | BaselineState::Updated)) => format!(" ({})", state.as_str()),
        _ => String::new(),
    };
    let control = &report.controls[finding.control].id;
    page.add_line(INDENT_COLUMNS, &format!("{control}{since}: {}", finding.message));
    for waiver in waivers_of(report, finding) {
        page.add_line(INDENT_COLUMNS, &waived_in_words(waiver));
    }
    match ShownSteps::of(audited, finding, before) {
        ShownSteps::Own(steps) => write_steps(page, steps),
        ShownSteps::Elsewhere(sentence) => page.add_line(INDENT_COLUMNS, sentence),
        ShownSteps::None => {}
    }
    write_records(page, report, finding);
}

fn write_plan(page: &mut Page, report: &Report, audited: &AuditedAccount) {
    if let Some(heading) = plan_in_words(report, audited) {
        page.add_line(INDENT_COLUMNS, &format!("{heading}:"));
    }
    for (number, planned) in (1..).zip(&audited.plan) {
        write_step(page, number, &planned_in_words(report, audited, planned), &planned.step);
    }
}

pub(super) fn write_steps(page: &mut Page, steps: &[Step]) {
    for (number, step) in (1..).zip(steps) {
        write_step(page, number, &step.text, step);
    }
}

fn write_step(page: &mut Page, number: usize, text: &str, step: &Step) {
    page.add_line(INDENT_COLUMNS, &format!("{number}. {text}"));
    if let Some(command) = &step.command {
        page.add_command(INDENT_COLUMNS + 3, command);
    }
}

/// The records that a finding rests on.
pub(super) fn write_records(page: &mut Page, report: &Report, finding: &Finding) {
    for evidence in &finding.evidence {
        page.add_line(
            INDENT_COLUMNS,
            &format!("{}:{}: {}", report.path_of(evidence.input), evidence.line, evidence.text),
        );
    }
}

/// Writes when each key was set, and which evidence covers the time.
fn write_evidence(page: &mut Page, report: &Report, audited: &AuditedAccount) {
    let Some(bounds) = audited.proof.bounds else { return };
    if let Some(judgement) = audited.proof.judgement {
        page.add_line(INDENT_COLUMNS, &format!("judged on {}", judgement.at));
    }
    for key in KeyName::BOTH {
        let max_age = TimeDelta::days(report.parameters.max_age_days.into());
        let set = SetUntil::of(&audited.proof, bounds.of(key), |judgement| judgement.of(key), max_age);
        page.add_line(
            INDENT_COLUMNS,
            &format!(
                "{key}: set {}{}",
                between_in_words(set.bounds, report.as_of),
                set.exception_in_words(|instant| instant.to_string())
            ),
        );
    }
    for covered in &audited.proof.coverage {
        page.add_line(INDENT_COLUMNS, &format!("covered: {}", window_in_words(covered)));
    }
    for gap in &audited.proof.gaps {
        page.add_line(INDENT_COLUMNS, &format!("not covered: {}", gap_in_words(gap)));
    }
}
