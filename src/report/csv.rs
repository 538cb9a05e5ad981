//! RFC 4180, for spreadsheets: a row for each account and control, clean answers included, then one for each finding about
//! the evidence and for each note.
//!
//! A spreadsheet runs what looks like a formula, and names come from files that anyone may have written.

use std::io;

use csv::{Terminator, WriterBuilder};
use serde::Serialize;

use super::words::{
    bases_in_words, doubts_in_words, note_in_words, rests_on_in_names, undecidable_in_names, waivers_of,
};
use crate::model::{
    AuditedAccount, Finding, Instant, KeyAge, KeyName, Level, Report, Step, Verdict, printable,
};

/// Without it, Excel reads UTF-8 in the code page of the machine.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// The signs with which a formula begins, those of full width included.
const FORMULA_SIGNS: [char; 8] = ['=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];

/// Text that a spreadsheet does not interpret.
#[derive(Debug, Default, Serialize)]
#[serde(transparent)]
struct Cell(String);

/// Its members are the columns. A cell is empty if it does not apply to the row.
#[derive(Debug, Default, Serialize)]
struct ReportRow {
    as_of: Cell,
    subscription_id: Cell,
    resource_group: Cell,
    name: Cell,
    id: Cell,
    kind: Cell,
    verdict: Option<Verdict>,
    rests_on: Cell,
    judged_at: Cell,
    undecidable: Cell,
    control: Cell,
    outcome: Cell,
    level: Cell,
    key1_set_earliest: Cell,
    key1_set_latest: Cell,
    key2_set_earliest: Cell,
    key2_set_latest: Cell,
    oldest_key_age_days_min: Cell,
    oldest_key_age_days_max: Cell,
    oldest_key_age_days_min_with_tolerance: Cell,
    message: Cell,
    steps: Cell,
    waived_until: Cell,
    waiver_justification: Cell,
    coverage_basis: Cell,
    tolerance_hours: Cell,
    subscription_name: Cell,
}

pub(super) fn render(report: &Report) -> Result<String, csv::Error> {
    let mut bytes = BYTE_ORDER_MARK.as_bytes().to_vec();
    let mut rows = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(&mut bytes);
    for audited in &report.accounts {
        for finding in &audited.findings {
            rows.serialize(of_account(report, audited, finding))?;
        }
    }
    for found in &report.findings {
        rows.serialize(of_finding(report, &found.finding))?;
    }
    for note in &report.notes {
        rows.serialize(of_note(report, note.severity.as_str(), &note_in_words(report, note)))?;
    }
    for doubt in doubts_in_words(report) {
        rows.serialize(of_note(report, Level::Warning.as_str(), &doubt))?;
    }
    rows.flush()?;
    drop(rows);
    String::from_utf8(bytes).map_err(|error| io::Error::other(error).into())
}

fn of_account(report: &Report, audited: &AuditedAccount, finding: &Finding) -> ReportRow {
    let id = &audited.account.id;
    let proof = &audited.proof;
    let instant =
        |instant: Option<Instant>| Cell::new(&instant.map(|instant| instant.to_string()).unwrap_or_default());
    let days = |days: Option<f64>| Cell::new(&days.map(|days| days.to_string()).unwrap_or_default());
    let [key1, key2] = KeyName::BOTH.map(|key| KeyAge::of(proof, report.as_of, key));
    let oldest = KeyAge::of_oldest(proof, report.as_of);
    ReportRow {
        subscription_id: Cell::new(id.subscription()),
        resource_group: Cell::new(id.resource_group()),
        name: Cell::new(id.name()),
        id: Cell::new(id.as_str()),
        kind: Cell::new(&audited.account.kind),
        verdict: Some(proof.verdict),
        rests_on: Cell::new(&rests_on_in_names(proof)),
        judged_at: instant(proof.judgement.map(|judgement| judgement.at)),
        undecidable: Cell::new(&undecidable_in_names(proof)),
        key1_set_earliest: instant(key1.set_at.earliest),
        key1_set_latest: instant(key1.set_at.latest),
        key2_set_earliest: instant(key2.set_at.earliest),
        key2_set_latest: instant(key2.set_at.latest),
        oldest_key_age_days_min: days(oldest.age_days.min),
        oldest_key_age_days_max: days(oldest.age_days.max),
        oldest_key_age_days_min_with_tolerance: days(oldest.age_days.min_with_tolerance),
        coverage_basis: Cell::new(&bases_in_words(audited)),
        tolerance_hours: Cell::new(&report.parameters.tolerance_hours.to_string()),
        subscription_name: Cell::new(report.subscription_name(&audited.account).unwrap_or_default()),
        ..of_finding(report, finding)
    }
}

fn of_finding(report: &Report, finding: &Finding) -> ReportRow {
    let until = waivers_of(report, finding).map(|waiver| waiver.expires).min();
    let justifications = waivers_of(report, finding).map(|waiver| waiver.justification.as_str());
    ReportRow {
        as_of: Cell::new(&report.as_of.to_string()),
        control: Cell::new(&report.controls[finding.control].id),
        outcome: Cell::new(finding.outcome.as_str()),
        level: Cell::new(finding.outcome.level().map(Level::as_str).unwrap_or_default()),
        message: Cell::new(&finding.message),
        steps: Cell::of_lines(steps(&finding.steps)),
        waived_until: Cell::new(&until.map(|day| day.to_string()).unwrap_or_default()),
        waiver_justification: Cell::of_lines(justifications.map(neutral)),
        ..ReportRow::default()
    }
}

fn of_note(report: &Report, level: &str, text: &str) -> ReportRow {
    ReportRow {
        as_of: Cell::new(&report.as_of.to_string()),
        level: Cell::new(level),
        message: Cell::new(text),
        ..ReportRow::default()
    }
}

/// Each command follows its step, since two regenerations must not follow each other without the step between them. A
/// command that does not fit in a cell unchanged is left out, since it would be another command.
fn steps(steps: &[Step]) -> impl Iterator<Item = String> {
    let numbered = steps.iter().enumerate();
    numbered.flat_map(|(number, step)| {
        let text = format!("{}. {}", number + 1, neutral(&step.text));
        let command = step.command.as_ref().map(|command| match neutral(command) {
            unchanged if unchanged == *command => unchanged,
            _ => "(The command is in the JSON report.)".to_owned(),
        });
        [Some(text), command].into_iter().flatten()
    })
}

impl Cell {
    fn new(text: &str) -> Cell {
        Cell(neutral(text))
    }

    /// Joins lines that are already neutral.
    fn of_lines(lines: impl Iterator<Item = String>) -> Cell {
        Cell(lines.collect::<Vec<String>>().join("\n"))
    }
}

/// The text on one line, with an apostrophe before everything that would be a formula: at the beginning, and after a
/// semicolon, which separates cells if the comma is the decimal sign.
fn neutral(text: &str) -> String {
    let is_skipped = |character: char| character.is_whitespace() || character == '"';
    let part = |part: &str| {
        let apostrophe =
            if part.trim_start_matches(is_skipped).starts_with(FORMULA_SIGNS) { "'" } else { "" };
        format!("{apostrophe}{part}")
    };
    printable(text).split(';').map(part).collect::<Vec<String>>().join(";")
}
