//! The results: one for each control and account, one for each finding about the evidence, and those that are gone
//! since the baseline. They make up nearly all of a log, so several threads share the work.

use std::borrow::Cow;

use memchr::memchr;
use serde::Serialize;
use serde_json::Serializer;
use serde_json::ser::Formatter;

use super::format::{
    Fingerprints, Location, LogicalLocation, PhysicalLocation, ResultProperties, RunResult, SarifRegion,
};
use super::indented::Indented;
use super::{Layout, baseline, line, message, plain, suppressions};
use crate::model::{
    AbsentResult, AuditedAccount, Control, ControlOutcome, EvidenceFinding, EvidenceRecord, Finding, InputId,
    Level, Report, UNPROVEN_SUFFIX, fingerprint,
};
use crate::report::words::assumptions_in_words;
use crate::report::{Out, RenderError, WriteError, etag_in_words, stamps_in_words};
use crate::threads;

/// The depth of a result in a log.
const RESULT_DEPTH: usize = 4;

/// Results that are written to one text: few enough that it is rarely copied as it grows, and enough that hardly any
/// text is small. At most one text for each job is in memory.
const RESULTS_PER_TEXT: usize = 256;

/// About the mean length of a result, so that a text seldom grows.
const USUAL_RESULT_BYTES: usize = 2048;

/// The subject of one SARIF result.
#[derive(Clone, Copy)]
pub(super) enum ResultSubject<'a> {
    OfAccount(&'a AuditedAccount, &'a Finding),
    OfEvidence(&'a EvidenceFinding),
    Absent(&'a AbsentResult),
}

/// Returns the subjects of all results, in the order of the log.
pub(super) fn all(report: &Report) -> Vec<ResultSubject<'_>> {
    let of_accounts = report.accounts.iter().flat_map(|audited| {
        audited.findings.iter().map(move |finding| ResultSubject::OfAccount(audited, finding))
    });
    let absent = report.baseline.iter().flat_map(|baseline| &baseline.absent);
    of_accounts
        .chain(report.findings.iter().map(ResultSubject::OfEvidence))
        .chain(absent.map(ResultSubject::Absent))
        .collect()
}

/// Writes the results as the elements of their array; `jobs` threads make the text.
pub(super) fn write(
    layout: Layout<'_>,
    results: &[ResultSubject<'_>],
    jobs: usize,
    out: &mut Out,
) -> Result<(), WriteError> {
    let parts = results.chunks(RESULTS_PER_TEXT).enumerate();
    threads::in_turn(
        jobs,
        parts,
        |(index, results)| text(layout, results, index == 0),
        |text| Ok(out.write_all(&text?)?),
    )
}

fn text(layout: Layout<'_>, results: &[ResultSubject<'_>], is_first: bool) -> Result<Vec<u8>, RenderError> {
    let mut text = Vec::with_capacity(results.len() * USUAL_RESULT_BYTES);
    for (index, stated) in results.iter().enumerate() {
        let mut formatter = Indented::new(RESULT_DEPTH);
        formatter.begin_array_value(&mut text, is_first && index == 0).map_err(serde_json::Error::io)?;
        stated.result(layout).serialize(&mut Serializer::with_formatter(&mut text, formatter))?;
    }
    Ok(text)
}

impl ResultSubject<'_> {
    fn result(self, layout: Layout<'_>) -> RunResult {
        match self {
            ResultSubject::OfAccount(audited, finding) => of_account(layout, audited, finding),
            ResultSubject::OfEvidence(found) => of_evidence(layout, found),
            ResultSubject::Absent(absent) => baseline::absent(layout.report, absent),
        }
    }

    /// The finding; `None` if the result is gone since the baseline.
    pub(super) fn finding(&self) -> Option<&Finding> {
        match self {
            ResultSubject::OfAccount(_, finding) => Some(finding),
            ResultSubject::OfEvidence(found) => Some(&found.finding),
            ResultSubject::Absent(_) => None,
        }
    }
}

fn of_account(layout: Layout<'_>, audited: &AuditedAccount, finding: &Finding) -> RunResult {
    let report = layout.report;
    let id = &audited.account.id;
    let region = audited.account.region;
    let location = Location {
        id: None,
        physical_location: PhysicalLocation {
            artifact_location: layout.location(region.start.input),
            region: Some(SarifRegion {
                start_line: region.start.line,
                start_column: Some(region.start.column),
                end_line: Some(region.end_line),
                end_column: Some(region.end_column),
            }),
        },
        logical_locations: vec![LogicalLocation {
            name: id.name().to_owned(),
            fully_qualified_name: id.as_str().to_owned(),
            kind: "resource",
        }],
        message: None,
    };
    let text = account_text(report, audited, finding);
    RunResult {
        properties: Some(ResultProperties {
            subscription_name: report.subscription_name(&audited.account).map(str::to_owned),
            ..ResultProperties::of_account(&audited.proof, finding)
        }),
        ..result(layout, finding, id.folded(), location, &text)
    }
}

/// Returns the result for a finding about the evidence. Its place is that of its first evidence, or else the beginning
/// of the first input, since a result must have a place.
fn of_evidence(layout: Layout<'_>, found: &EvidenceFinding) -> RunResult {
    let finding = &found.finding;
    let (input, line_number) =
        finding.evidence.first().map_or((InputId(0), 1), |evidence| (evidence.input, evidence.line));
    let location = Location {
        id: None,
        physical_location: PhysicalLocation {
            artifact_location: layout.location(input),
            region: Some(line(line_number)),
        },
        logical_locations: Vec::new(),
        message: None,
    };
    let passed = finding.outcome == ControlOutcome::Pass && finding.message.is_empty();
    let control = &layout.report.controls[finding.control];
    let text = if passed { &format!("The evidence {}", passes(control, "")) } else { &finding.message };
    result(layout, finding, &found.subject, location, text)
}

/// The fingerprint is made of the control and of `subject`, even if an open result is a note with a separate rule, so
/// that a baseline finds it again.
fn result(layout: Layout<'_>, finding: &Finding, subject: &str, location: Location, text: &str) -> RunResult {
    let report = layout.report;
    let control = &report.controls[finding.control];
    let fingerprint = fingerprint(&control.id, subject);
    let is_open = finding.outcome == ControlOutcome::Open;
    let unproven_rules = layout.unproven_rules.filter(|_| is_open);
    let (rule_id, rule_index, outcome) = match unproven_rules.and_then(|rules| rules.get(&finding.control)) {
        Some(place) => {
            (format!("{}{UNPROVEN_SUFFIX}", control.id), *place, ControlOutcome::Fail(Level::Note))
        }
        None => (control.id.clone(), finding.control, finding.outcome),
    };
    RunResult {
        rule_id,
        rule_index: Some(rule_index),
        outcome: outcome.into(),
        message: message(result_text(layout, text, finding)),
        locations: [location],
        related_locations: related(layout, finding),
        partial_fingerprints: Fingerprints {
            primary_location_line_hash: fingerprint.clone(),
            rotaudit: fingerprint,
        },
        suppressions: suppressions::of(report, finding),
        baseline_state: finding.compared.map(|compared| compared.state.as_str()),
        properties: Some(ResultProperties::of(finding)),
    }
}

/// The statement that a pass proves, after its subject; `assumptions` begin with a comma.
fn passes(control: &Control, assumptions: &str) -> String {
    let proven = control.passes.as_ref().unwrap_or(&control.title).trim();
    format!("passes {}{assumptions}: {}.", control.id, proven.trim_end_matches('.'))
}

/// The first sentence is the same on every day: viewers show it as the title.
fn account_text(report: &Report, audited: &AuditedAccount, finding: &Finding) -> String {
    let (name, proof) = (audited.account.id.name(), &audited.proof);
    let control = &report.controls[finding.control];
    let mut text = match finding.outcome {
        ControlOutcome::Pass if !finding.message.is_empty() => format!("{name}: {}", finding.message),
        ControlOutcome::Pass if report.verdict_finding(audited) == Some(finding) => {
            let earliest = proof.bounds.and_then(|bounds| bounds.oldest.earliest);
            let set = earliest.map(|earliest| format!(" Its older key was set on or after {earliest}."));
            format!("{name} {}{}", passes(control, &assumptions_in_words(proof)), set.unwrap_or_default())
        }
        ControlOutcome::Pass => format!("{name} {}", passes(control, "")),
        _ => format!("{name}: {}", finding.message),
    };
    for words in [stamps_in_words(audited), etag_in_words(audited)].into_iter().flatten() {
        text += &format!(" {words}");
    }
    text
}

/// The finding in plain text, with links to its records, and with its commands if a message can hold them unchanged.
fn result_text(layout: Layout<'_>, text: &str, finding: &Finding) -> String {
    let mut unlinked = on_one_line(text).into_owned();
    for (number, step) in finding.steps.iter().enumerate() {
        unlinked += &format!("\n{}. {}", number + 1, on_one_line(&step.text));
        match &step.command {
            Some(command) if plain(command) == *command => unlinked.extend([" ", command]),
            Some(_) => unlinked += " The command is among the result's properties.",
            None => {}
        }
    }
    // `baseline.rs` removes the links from results that are gone, by the text before them.
    let mut text = match plain(&unlinked) {
        Cow::Borrowed(_) => unlinked,
        Cow::Owned(plain) => plain,
    };
    for (number, evidence) in finding.evidence.iter().take(layout.max_related).enumerate() {
        text += if number == 0 { "\nEvidence: " } else { ", " };
        let file = on_one_line(layout.report.path_of(evidence.input));
        text += &format!("[{}, line {}]({})", plain(&file), evidence.line, number + 1);
    }
    let unlisted = finding.evidence.len().saturating_sub(layout.max_related);
    if unlisted > 0 {
        text += &format!(", and {unlisted} more");
    }
    text
}

fn related(layout: Layout<'_>, finding: &Finding) -> Vec<Location> {
    let location = |(number, evidence): (usize, &EvidenceRecord)| Location {
        id: Some(number + 1),
        physical_location: PhysicalLocation {
            artifact_location: layout.location(evidence.input),
            region: Some(line(evidence.line)),
        },
        logical_locations: Vec::new(),
        message: Some(message(plain(&evidence.text))),
    };
    finding.evidence.iter().take(layout.max_related).enumerate().map(location).collect()
}

/// Without this, a line break from an export would make part of a name look like a step.
fn on_one_line(text: &str) -> Cow<'_, str> {
    if memchr(b'\n', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace('\n', "\u{fffd}"))
}
