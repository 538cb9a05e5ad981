//! `rotaudit.report/1`: the report as other programs read it. Its names and nulls are a contract.

mod document;

use serde::Serialize;
use serde_json::Value;

use super::words::{doubts_in_words, waivers_of};
use crate::model::{
    AuditedAccount, BaselineCounts, CoverageFacts, Finding, KeyAge, KeyName, Note, PlannedStep,
    REPORT_SCHEMA, Report, Step,
};
use document::{
    Age, JsonAccount, JsonAgeDays, JsonBaseline, JsonEvidence, JsonFinding, JsonGap, JsonInput,
    JsonParameters, JsonPlannedStep, JsonReport, JsonSetAt, JsonStep, JsonSummary, JsonTool, JsonUndecidable,
    JsonWaiver, Key, Policy,
};

/// The JSON Schema of `rotaudit.report/1`, from its types.
pub fn report_schema() -> Value {
    document::schema()
}

pub(super) fn render(report: &Report) -> Result<String, serde_json::Error> {
    let summary = report.summary();
    let document = JsonReport {
        schema: REPORT_SCHEMA,
        tool: JsonTool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
        as_of: report.as_of,
        as_of_basis: report.as_of_basis,
        parameters: JsonParameters {
            max_age_days: report.parameters.max_age_days,
            tolerance_hours: report.parameters.tolerance_hours,
            max_evidence_age_days: report.parameters.max_evidence_age_days,
            kinds: &report.parameters.kinds,
            period: (),
            strict_coverage: report.parameters.strict_coverage,
            assume_complete: report.parameters.assume_complete,
            coverage: &report.parameters.coverage,
            declared_by: report.parameters.declared_by.as_deref(),
            listed_at: report.parameters.listed_at,
            stamps: report.parameters.stamps,
            etag_evidence: report.parameters.etag_evidence,
        },
        policies: report
            .controls
            .iter()
            .map(|control| Policy {
                control: &control.id,
                source: &control.source,
                sha256: &control.sha256,
                frameworks: &control.frameworks,
            })
            .collect(),
        inputs: report.inputs_with_notes().map(|(input, notes)| json_input(input, &notes)).collect(),
        summary: JsonSummary {
            accounts: summary.in_scope + summary.out_of_scope,
            in_scope: summary.in_scope,
            overdue: summary.overdue,
            compliant: summary.compliant,
            unproven: summary.unproven,
            not_applicable: summary.not_applicable,
            waived: summary.waived,
            out_of_scope: summary.out_of_scope,
        },
        accounts: report.accounts.iter().map(|audited| account(report, audited)).collect(),
        findings: report.findings.iter().map(|found| json_finding(report, &found.finding)).collect(),
        baseline: baseline(report),
        notes: notes(report),
    };
    Ok(serde_json::to_string_pretty(&document)? + "\n")
}

fn json_input<'a>(input: &'a crate::model::Input, notes: &[&Note]) -> JsonInput<'a> {
    let note = |note: &&Note| {
        note.line.map_or_else(|| note.text.clone(), |line| format!("line {line}: {}", note.text))
    };
    JsonInput {
        path: &input.path,
        sha256: input.sha256.as_deref(),
        bytes: input.bytes,
        format: &input.format,
        records: input.records,
        notes: notes.iter().map(note).collect(),
    }
}

/// An account as the report has it.
pub(crate) fn account_as_json<'a>(
    report: &'a Report,
    audited: &'a AuditedAccount,
) -> impl Serialize + use<'a> {
    account(report, audited)
}

fn account<'a>(report: &'a Report, audited: &'a AuditedAccount) -> JsonAccount<'a> {
    let (id, proof) = (&audited.account.id, &audited.proof);
    let undecidable = proof.undecidable.iter();
    JsonAccount {
        id: id.as_str(),
        subscription_id: id.subscription(),
        subscription_name: report.subscription_name(&audited.account),
        resource_group: id.resource_group(),
        name: id.name(),
        kind: &audited.account.kind,
        verdict: proof.verdict,
        judged_at: proof.judgement.map(|judgement| judgement.at),
        rests_on: &proof.rests_on,
        undecidable: undecidable
            .map(|one| JsonUndecidable { reason: one.reason, message: &one.message })
            .collect(),
        oldest_key: age(KeyAge::of_oldest(proof, report.as_of)),
        keys: KeyName::BOTH
            .into_iter()
            .map(|name| {
                let Age { set_at, age_days } = age(KeyAge::of(proof, report.as_of, name));
                let stamp = proof.stamp_of(name).map(|stamp| stamp.month);
                Key { name, stamp, set_at, age_days }
            })
            .collect(),
        coverage: CoverageFacts::all(proof, report.as_of),
        gaps: proof.gaps.iter().map(|gap| JsonGap { start: gap.start, end: gap.end }).collect(),
        findings: audited.findings.iter().map(|finding| json_finding(report, finding)).collect(),
        plan: audited
            .plan
            .iter()
            .map(|PlannedStep { step, controls }| JsonPlannedStep {
                step: json_step(step),
                controls: controls.iter().map(|control| report.controls[*control].id.as_str()).collect(),
            })
            .collect(),
    }
}

/// Converts an age. An open bound becomes `null`.
fn age(age: KeyAge) -> Age {
    Age {
        set_at: JsonSetAt { earliest: age.set_at.earliest, latest: age.set_at.latest },
        age_days: JsonAgeDays {
            min: age.age_days.min,
            max: age.age_days.max,
            min_with_tolerance: age.age_days.min_with_tolerance,
        },
    }
}

fn json_step(step: &Step) -> JsonStep<'_> {
    JsonStep {
        text: &step.text,
        argv: step.argv.as_deref(),
        alternative: step.is_alternative,
        command: step.command.as_deref(),
    }
}

fn json_finding<'a>(report: &'a Report, finding: &'a Finding) -> JsonFinding<'a> {
    JsonFinding {
        control: &report.controls[finding.control].id,
        outcome: finding.outcome.as_str(),
        level: finding.outcome.level().map(crate::model::Level::as_str),
        message: &finding.message,
        steps: finding.steps.iter().map(json_step).collect(),
        evidence: finding
            .evidence
            .iter()
            .map(|evidence| JsonEvidence {
                file: report.path_of(evidence.input),
                line: evidence.line,
                text: &evidence.text,
            })
            .collect(),
        waiver: waiver_of(report, finding),
        baseline_state: finding.compared.map(|compared| compared.state.as_str()),
    }
}

/// Of the waivers that together apply to the complete finding, the first one that expires: then the finding counts again.
fn waiver_of<'a>(report: &'a Report, finding: &'a Finding) -> Option<JsonWaiver<'a>> {
    let waivers = report.waivers.as_ref()?;
    let waiver = waivers_of(report, finding).min_by_key(|waiver| waiver.expires)?;
    Some(JsonWaiver {
        control: &waiver.control,
        resource: &waiver.resource,
        key: waiver.key,
        expires: waiver.expires.to_string(),
        justification: &waiver.justification,
        approver: waiver.approver.as_deref(),
        ticket: waiver.ticket.as_deref(),
        file: &waivers.file,
        line: waiver.line,
    })
}

fn baseline(report: &Report) -> Option<JsonBaseline<'_>> {
    let baseline = report.baseline.as_ref()?;
    let BaselineCounts { new, updated, unchanged, gone } = report.baseline_counts()?;
    Some(JsonBaseline {
        file: &baseline.file,
        new,
        updated,
        unchanged,
        gone,
        fail_on_new: baseline.fail_on_new,
    })
}

fn notes(report: &Report) -> Vec<String> {
    report.notes.iter().map(|note| with_place(report, note)).chain(doubts_in_words(report)).collect()
}

fn with_place(report: &Report, note: &Note) -> String {
    report.place_of(note).map_or_else(|| note.text.clone(), |place| format!("{place}: {}", note.text))
}
