//! SARIF 2.1.0. In the profile `audit`, there is one result for each control and account, and one for each finding about
//! the evidence, clean ones included; the other profiles hold fewer (`profile.rs`).

mod baseline;
mod format;
mod indented;
mod profile;
mod results;
mod suppressions;
mod taxonomies;

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::ser::Error;

use super::{Out, RenderError, SarifProfile, Style, WriteError, markdown, relative_uri};
use crate::model::{Control, InputId, Level, Note, Precision, Report, Severity, is_hidden};
use format::{
    Artifact, ArtifactLocation, AutomationDetails, Configuration, Driver, Hashes, Help, Invocation, Location,
    Log, Message, Notification, PhysicalLocation, Rule, RuleProperties, Run, RunProperties, SarifRegion,
    Tool, UriBase,
};
use profile::UnprovenRules;
use taxonomies::Taxonomies;

const SCHEMA_URI: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
const EXPORT_ROOT: &str = "EXPORTROOT";

/// The state of a result that is only in the baseline (§3.27.24).
const ABSENT: &str = "absent";

/// The text before the results of a log.
const RESULTS: &str = "\"results\": [";
const NO_PLACE: &str = "the log has no place for its results";

/// The longest description that GitHub accepts.
const MAX_DESCRIPTION_CHARS: usize = 1024;

/// A report, and how its results are written.
#[derive(Clone, Copy)]
struct Layout<'a> {
    report: &'a Report,
    /// How many records of a result are listed.
    max_related: usize,
    /// The path of the exports folder in a repository.
    root: Option<&'a str>,
    /// The rules of open results; `None` in the profile `audit`, which keeps such results as they are.
    unproven_rules: Option<&'a UnprovenRules>,
}

impl Layout<'_> {
    fn location(self, input: InputId) -> ArtifactLocation {
        ArtifactLocation {
            uri: match self.root {
                Some(root) => relative_uri(&format!("{root}/{}", self.report.path_of(input))),
                None => relative_uri(self.report.path_of(input)),
            },
            uri_base_id: EXPORT_ROOT,
            index: Some(input.0),
        }
    }
}

/// Writes the log part by part. For a large tenant, the complete log would take more memory than everything it is made
/// of.
pub(super) fn write(report: &Report, style: &Style, jobs: usize, out: &mut Out) -> Result<(), WriteError> {
    let profile = style.sarif_profile;
    let (max_related, root) = (profile::max_related(profile), style.sarif_root.as_deref());
    let mut layout = Layout { report, max_related, root, unproven_rules: None };
    let (mut run, mut results) = (run(layout), results::all(report));
    let unproven_rules;
    if profile != SarifProfile::Audit {
        unproven_rules = profile::keep_alerts(report, profile, &mut run, &mut results);
        layout.unproven_rules = Some(&unproven_rules);
    }
    let log = Log { schema: SCHEMA_URI, version: "2.1.0", runs: [run] };
    let log = serde_json::to_string_pretty(&log).map_err(RenderError::from)? + "\n";
    let place = log.find(RESULTS).ok_or_else(|| RenderError::from(serde_json::Error::custom(NO_PLACE)))?;
    let (before, after) = log.split_at(place + RESULTS.len());
    out.write_all(before.as_bytes())?;
    results::write(layout, &results, jobs, out)?;
    if !results.is_empty() {
        out.write_all(b"\n      ")?;
    }
    Ok(out.write_all(after.as_bytes())?)
}

fn run(layout: Layout<'_>) -> Run {
    let report = layout.report;
    let taxonomies = Taxonomies::of(report);
    Run {
        tool: Tool {
            driver: Driver {
                name: env!("CARGO_PKG_NAME"),
                full_name: concat!(env!("CARGO_PKG_NAME"), " ", env!("CARGO_PKG_VERSION")),
                version: env!("CARGO_PKG_VERSION"),
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
                .map(|note| notification(layout, note))
                .collect(),
            tool_configuration_notifications: suppressions::doubts(report),
        }],
        original_uri_base_ids: BTreeMap::from([(
            EXPORT_ROOT,
            UriBase {
                description: message(match layout.root {
                    Some(_) => "The root of the repository that contains the exports that were audited.",
                    None => "The folder of exports that was audited.",
                }),
            },
        )]),
        artifacts: (0..report.inputs.len()).map(|index| artifact(layout, InputId(index))).collect(),
        results: [],
        column_kind: "unicodeCodePoints",
        properties: RunProperties {
            as_of: report.as_of.to_string(),
            as_of_basis: report.as_of_basis.as_str(),
            max_age_days: report.parameters.max_age_days,
            tolerance_hours: report.parameters.tolerance_hours,
            max_evidence_age_days: report.parameters.max_evidence_age_days,
            strict_coverage: report.parameters.strict_coverage,
            assume_complete: report.parameters.assume_complete,
            coverage: report.parameters.coverage.clone(),
            declared_by: report.parameters.declared_by.clone(),
            listed_at: report.parameters.listed_at.map(|at| at.to_string()),
            stamps: report.parameters.stamps,
            etag_evidence: report.parameters.etag_evidence,
            kinds: report.parameters.kinds.clone(),
            out_of_scope: report.out_of_scope,
        },
    }
}

fn rule(control: &Control, taxonomies: &Taxonomies<'_>) -> Rule {
    let tags = control.tags.iter().map(String::as_str);
    Rule {
        id: control.id.clone(),
        name: control.name.clone(),
        short_description: message(shortened(&control.title)),
        full_description: message(shortened(&control.description)),
        help: help(control),
        help_uri: control.related_resources.iter().find(|link| link.starts_with("https://")).cloned(),
        default_configuration: Configuration { level: control.level.as_str() },
        relationships: taxonomies.relationships(control),
        properties: RuleProperties {
            precision: control.precision.map(Precision::as_str),
            security_severity: security_severity(control.level),
            // GitHub shows the severity only of a rule with this tag.
            tags: std::iter::once("security").chain(tags).map(str::to_owned).collect(),
        },
    }
}

/// The subject of the control, the way to fix a finding, and the commands for that.
fn help(control: &Control) -> Help {
    let Control { description, remediation, commands, related_resources, .. } = control;
    let mut text = description.trim().to_owned();
    let mut formatted = markdown(description.trim());
    if let Some(remediation) = remediation {
        text += &format!("\n\nHow to fix it: {}", remediation.trim());
        formatted += &format!("\n\n## How to fix it\n\n{}", markdown(remediation.trim()));
    }
    if !commands.is_empty() {
        text += &format!("\n\nCommands:\n{}", commands.join("\n"));
        // Indented text is a code block, and nothing in the text can end the block.
        let lines = commands.iter().flat_map(|command| command.lines());
        formatted += "\n\nCommands:\n";
        formatted.extend(lines.map(|line| format!("\n    {line}")));
    }
    if !related_resources.is_empty() {
        text += &format!("\n\n{}", related_resources.join("\n"));
        formatted += "\n\n## See also\n";
        formatted.extend(related_resources.iter().map(|link| format!("\n- <{link}>")));
    }
    Help { text: text + "\n", markdown: formatted + "\n" }
}

/// GitHub shows the severity of an alert by this number.
fn security_severity(level: Level) -> &'static str {
    match level {
        Level::Error => "8.0",
        Level::Warning => "5.5",
        Level::Note => "2.0",
    }
}

fn notification(layout: Layout<'_>, note: &Note) -> Notification {
    let help = note.help.as_ref().map(|help| format!(" To do: {help}.")).unwrap_or_default();
    let physical_location = note.input.map(|input| PhysicalLocation {
        artifact_location: layout.location(input),
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
        message: message(plain(&format!("{}.{help}", note.text))),
        locations: physical_location.map(located).into_iter().collect(),
    }
}

fn artifact(layout: Layout<'_>, id: InputId) -> Artifact {
    let input = &layout.report.inputs[id.0];
    Artifact {
        location: layout.location(id),
        length: input.bytes,
        mime_type: "application/json",
        hashes: input.sha256.clone().map(|sha256| Hashes { sha256 }),
    }
}

fn line(line: u64) -> SarifRegion {
    SarifRegion { start_line: line, start_column: None, end_line: None, end_column: None }
}

fn message(text: impl Into<String>) -> Message {
    Message { text: text.into() }
}

/// Message text in which nothing from an export is read as a placeholder (§3.11.5), as a link (§3.11.6), or by a
/// terminal.
pub(crate) fn plain(text: &str) -> Cow<'_, str> {
    if text.bytes().all(is_kept) {
        return Cow::Borrowed(text);
    }
    let plain = text.chars().fold(String::with_capacity(text.len()), |mut plain, character| {
        match character {
            '{' | '}' => plain.extend([character, character]),
            '[' | ']' | '\\' => plain.extend(['\\', character]),
            '\n' => plain.push('\n'),
            hidden if is_hidden(hidden) => plain.push('\u{fffd}'),
            shown => plain.push(shown),
        }
        plain
    });
    Cow::Owned(plain)
}

/// Whether [`plain`] keeps the ASCII character as it is; nearly all texts consist of such characters.
fn is_kept(byte: u8) -> bool {
    matches!(byte, b' '..=b'Z' | b'^'..=b'z' | b'|' | b'~' | b'\n')
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= MAX_DESCRIPTION_CHARS {
        text.to_owned()
    } else {
        text.chars().take(MAX_DESCRIPTION_CHARS - 1).chain(['…']).collect()
    }
}
