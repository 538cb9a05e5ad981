//! SARIF 2.1.0, profile `audit`: one result for each control and account, and one for each finding about the evidence,
//! clean ones included.

mod baseline;
mod format;
mod profile;
mod suppressions;
mod taxonomies;

use std::collections::BTreeMap;

use super::{SarifProfile, etag_in_words, markdown, relative_uri, stamps_in_words};
use crate::model::{
    AuditedAccount, Control, ControlOutcome, EvidenceFinding, Finding, InputId, Level, Note, Report,
    Severity, fingerprint, is_hidden,
};
use format::{
    Artifact, ArtifactLocation, AutomationDetails, Configuration, Driver, Fingerprints, Hashes, Help,
    Invocation, Location, Log, LogicalLocation, Message, Notification, Outcome, PhysicalLocation, Region,
    ResultProperties, Rule, RuleProperties, Run, RunProperties, RunResult, Tool, UriBase,
};
use taxonomies::Taxonomies;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
const EXPORT_ROOT: &str = "EXPORTROOT";

/// §3.27.24: it was in the baseline, and is no more.
const ABSENT: &str = "absent";

/// Longest description that GitHub takes.
const DESCRIPTION_LENGTH: usize = 1024;

pub(super) fn render(report: &Report, profile: SarifProfile) -> Result<String, serde_json::Error> {
    let mut run = run(report);
    if profile == SarifProfile::Github {
        profile::keep_alerts(&mut run);
    }
    let log = Log { schema: SCHEMA, version: "2.1.0", runs: [run] };
    Ok(serde_json::to_string_pretty(&log)? + "\n")
}

fn run(report: &Report) -> Run {
    let of_accounts = report
        .accounts
        .iter()
        .flat_map(|audited| audited.findings.iter().map(|finding| of_account(report, audited, finding)));
    let taxonomies = Taxonomies::of(report);
    let of_evidence = report.findings.iter().map(|found| of_evidence(report, found));
    Run {
        tool: Tool {
            driver: Driver {
                name: env!("CARGO_PKG_NAME"),
                semantic_version: env!("CARGO_PKG_VERSION"),
                information_uri: "https://crates.io/crates/rotaudit",
                supported_taxonomies: taxonomies.references(),
                rules: report.controls.iter().map(|control| rule(control, &taxonomies)).collect(),
            },
        },
        taxonomies: taxonomies.written(),
        automation_details: AutomationDetails { id: "rotaudit/key-rotation/" },
        invocations: [Invocation {
            execution_successful: report.is_complete(),
            tool_execution_notifications: report
                .notes
                .iter()
                .map(|note| notification(report, note))
                .collect(),
            tool_configuration_notifications: suppressions::doubts(report),
        }],
        original_uri_base_ids: BTreeMap::from([(
            EXPORT_ROOT,
            UriBase { description: message("The folder of exports that was audited.") },
        )]),
        artifacts: (0..report.inputs.len()).map(|index| artifact(report, InputId(index))).collect(),
        results: of_accounts.chain(of_evidence).chain(baseline::absent(report)).collect(),
        column_kind: "unicodeCodePoints",
        properties: RunProperties {
            as_of: report.as_of.to_string(),
            max_age_days: report.parameters.max_age_days,
            coverage_tolerance_hours: report.parameters.coverage_tolerance_hours,
            strict_coverage: report.parameters.strict_coverage,
            stamps: report.parameters.stamps,
            etag_evidence: report.parameters.etag_evidence,
            kinds: report.parameters.kinds.clone(),
            out_of_scope: report.out_of_scope,
        },
    }
}

fn rule(control: &Control, taxonomies: &Taxonomies<'_>) -> Rule {
    let links = control.related_resources.iter().map(|link| format!("- <{link}>\n")).collect::<String>();
    Rule {
        id: control.id.clone(),
        name: control.name.clone(),
        short_description: message(&shortened(&control.title)),
        full_description: message(&shortened(&control.description)),
        help: Help {
            text: format!("{}\n{}", control.description, control.related_resources.join("\n")),
            markdown: format!("{}\n\n{links}", markdown(&control.description)),
        },
        help_uri: control
            .related_resources
            .first()
            .cloned()
            .unwrap_or_else(|| "https://crates.io/crates/rotaudit".to_owned()),
        default_configuration: Configuration { level: control.level.as_str() },
        relationships: taxonomies.relationships(control),
        properties: RuleProperties {
            // A failure is proven, or it is none.
            precision: "very-high",
            security_severity: match control.level {
                Level::Error => "8.0",
                Level::Warning => "5.5",
                Level::Note => "2.0",
            },
            tags: vec!["security", "azure", "key-rotation"],
        },
    }
}

fn of_account(report: &Report, audited: &AuditedAccount, finding: &Finding) -> RunResult {
    let id = &audited.account.id;
    let region = audited.account.region;
    let location = Location {
        id: None,
        physical_location: PhysicalLocation {
            artifact_location: location(report, region.start.input),
            region: Some(Region {
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
    let text = account_text(audited, finding);
    RunResult {
        properties: Some(ResultProperties {
            verdict: Some(audited.verdict),
            ..ResultProperties::of(finding)
        }),
        ..result(report, finding, id.folded(), location, &text)
    }
}

/// It stands where its first evidence does, or else at the begin of the first input: a result has to stand somewhere.
fn of_evidence(report: &Report, found: &EvidenceFinding) -> RunResult {
    let finding = &found.finding;
    let (input, line_number) =
        finding.evidence.first().map_or((InputId(0), 1), |evidence| (evidence.input, evidence.line));
    let location = Location {
        id: None,
        physical_location: PhysicalLocation {
            artifact_location: location(report, input),
            region: Some(line(line_number)),
        },
        logical_locations: Vec::new(),
        message: None,
    };
    let passed = finding.outcome == ControlOutcome::Pass && finding.message.is_empty();
    let text = if passed { "The evidence passes." } else { &finding.message };
    result(report, finding, &found.subject, location, text)
}

/// `subject` is what the fingerprint is made of, beside the control.
fn result(report: &Report, finding: &Finding, subject: &str, location: Location, text: &str) -> RunResult {
    let control = &report.controls[finding.control];
    let fingerprint = fingerprint(&control.id, subject);
    RunResult {
        rule_id: control.id.clone(),
        rule_index: Some(finding.control),
        outcome: outcome(finding.outcome),
        message: message(&result_text(text, finding)),
        locations: [location],
        related_locations: related(report, finding),
        partial_fingerprints: Fingerprints {
            primary_location_line_hash: fingerprint.clone(),
            rotaudit: fingerprint,
        },
        suppressions: suppressions::of(report, finding),
        baseline_state: finding.compared.map(|compared| compared.state.as_str()),
        properties: Some(ResultProperties::of(finding)),
    }
}

fn outcome(outcome: ControlOutcome) -> Outcome {
    match outcome {
        ControlOutcome::Fail(level) => Outcome::Fail { level: level.as_str() },
        ControlOutcome::Open => Outcome::Open,
        ControlOutcome::Pass => Outcome::Pass,
        ControlOutcome::NotApplicable => Outcome::NotApplicable,
    }
}

fn account_text(audited: &AuditedAccount, finding: &Finding) -> String {
    let name = audited.account.id.name();
    let mut text = match finding.outcome {
        ControlOutcome::Pass if finding.message.is_empty() => {
            match audited.proof.bounds.and_then(|b| b.oldest.earliest) {
                Some(earliest) => format!("{name} passes: its older key was set on or after {earliest}."),
                None => format!("{name} passes."),
            }
        }
        _ => format!("{name}: {}", finding.message),
    };
    for words in [stamps_in_words(audited), etag_in_words(audited)].into_iter().flatten() {
        text += &format!(" {words}");
    }
    text
}

/// The finding in plain text, its commands included where they can stand in a message unchanged, and links to the
/// records that it rests on.
fn result_text(text: &str, finding: &Finding) -> String {
    let mut text = on_one_line(text);
    for (number, step) in finding.steps.iter().enumerate() {
        text += &format!("\n{}. {}", number + 1, on_one_line(&step.text));
        match &step.command {
            Some(command) if plain(command) == *command => text += &format!(" {command}"),
            Some(_) => text += " The command is among the result's properties.",
            None => {}
        }
    }
    let mut text = plain(&text);
    for (number, evidence) in finding.evidence.iter().enumerate() {
        text += if number == 0 { "\nEvidence: " } else { ", " };
        text += &format!("[line {}]({})", evidence.line, number + 1);
    }
    text
}

fn related(report: &Report, finding: &Finding) -> Vec<Location> {
    let location = |(number, evidence): (usize, &crate::model::Evidence)| Location {
        id: Some(number + 1),
        physical_location: PhysicalLocation {
            artifact_location: location(report, evidence.input),
            region: Some(line(evidence.line)),
        },
        logical_locations: Vec::new(),
        message: Some(message(&plain(&evidence.text))),
    };
    finding.evidence.iter().enumerate().map(location).collect()
}

fn notification(report: &Report, note: &Note) -> Notification {
    let help = note.help.as_ref().map(|help| format!(" To do: {help}.")).unwrap_or_default();
    let physical_location = note.input.map(|input| PhysicalLocation {
        artifact_location: location(report, input),
        region: note.line.map(line),
    });
    let located = |physical_location| Location {
        id: None,
        physical_location,
        logical_locations: Vec::new(),
        message: None,
    };
    Notification {
        level: match note.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "note",
        },
        message: message(&plain(&format!("{}.{help}", note.text))),
        locations: physical_location.map(located).into_iter().collect(),
    }
}

fn artifact(report: &Report, input: InputId) -> Artifact {
    Artifact {
        location: location(report, input),
        length: report.inputs[input.0].bytes,
        mime_type: "application/json",
        hashes: report.inputs[input.0].sha256.clone().map(|sha256| Hashes { sha256 }),
    }
}

fn location(report: &Report, input: InputId) -> ArtifactLocation {
    ArtifactLocation {
        uri: relative_uri(report.path_of(input)),
        uri_base_id: EXPORT_ROOT,
        index: Some(input.0),
    }
}

fn line(line: u64) -> Region {
    Region { start_line: line, start_column: None, end_line: None, end_column: None }
}

fn message(text: &str) -> Message {
    Message { text: text.to_owned() }
}

/// A line break out of an export would make a name look like a step of its own.
fn on_one_line(text: &str) -> String {
    text.replace('\n', "\u{fffd}")
}

/// Message text in which nothing from an export is read as a placeholder (§3.11.5), as a link (§3.11.6), or by a
/// terminal.
fn plain(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut plain, character| {
        match character {
            '{' | '}' => plain.extend([character, character]),
            '[' | ']' | '\\' => plain.extend(['\\', character]),
            '\n' => plain.push('\n'),
            hidden if is_hidden(hidden) => plain.push('\u{fffd}'),
            shown => plain.push(shown),
        }
        plain
    })
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= DESCRIPTION_LENGTH {
        text.to_owned()
    } else {
        text.chars().take(DESCRIPTION_LENGTH - 1).chain(['…']).collect()
    }
}
