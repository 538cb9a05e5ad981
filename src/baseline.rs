//! The baseline: reads an earlier SARIF report, and finds results that are new, changed or gone since then.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use miette::Diagnostic;
use serde::Deserialize;
use thiserror::Error;

use crate::companion;
use crate::missing;
use crate::model::{
    AbsentResult, Baseline, BaselineState, Compared, ControlOutcome, FINGERPRINT, Finding, KeyName, Level,
    Report, UNPROVEN_SUFFIX, fingerprint, printable,
};

#[derive(Debug, Error, Diagnostic)]
pub enum BaselineError {
    #[error("{path}: the baseline cannot be read: {what}")]
    #[diagnostic(
        code(rotaudit::baseline_unreadable),
        help("give a SARIF report that `rotaudit audit -o report.sarif` wrote")
    )]
    Unreadable { path: String, what: String },
    #[error("{path}: the baseline contains no run of rotaudit")]
    #[diagnostic(
        code(rotaudit::baseline_of_another),
        help("give a SARIF report that `rotaudit audit -o report.sarif` wrote")
    )]
    OfAnother { path: String },
}

/// An earlier report. Its size is bounded by that of the file, which is read at once.
#[derive(Debug)]
pub struct Earlier {
    file: String,
    results: BTreeMap<String, EarlierResult>,
}

#[derive(Deserialize)]
#[serde(rename = "Log")]
struct EarlierLog {
    runs: Vec<EarlierRun>,
}

#[derive(Deserialize)]
#[serde(rename = "Run")]
struct EarlierRun {
    tool: EarlierTool,
    #[serde(default)]
    results: Vec<EarlierResult>,
}

#[derive(Deserialize)]
#[serde(rename = "Tool")]
struct EarlierTool {
    driver: EarlierDriver,
}

#[derive(Deserialize)]
#[serde(rename = "Driver")]
struct EarlierDriver {
    name: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct EarlierResult {
    rule_id: String,
    #[serde(default)]
    kind: EarlierKind,
    level: Option<EarlierLevel>,
    message: EarlierMessage,
    #[serde(default)]
    locations: Vec<EarlierLocation>,
    #[serde(default)]
    partial_fingerprints: BTreeMap<String, String>,
    #[serde(default)]
    suppressions: Vec<serde_json::Value>,
    baseline_state: Option<String>,
    #[serde(default)]
    properties: EarlierProperties,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename = "Properties")]
struct EarlierProperties {
    /// Empty if the result is about both keys, or from a version that did not write the keys.
    #[serde(default)]
    keys: Vec<String>,
}

/// §3.27.9
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
enum EarlierKind {
    #[default]
    Fail,
    Open,
    Pass,
    NotApplicable,
}

/// §3.27.10
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
enum EarlierLevel {
    /// The level of a result that is not a failure.
    None,
    #[serde(untagged)]
    Of(Level),
}

#[derive(Debug, Deserialize)]
#[serde(rename = "Message")]
struct EarlierMessage {
    text: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename = "Location", rename_all = "camelCase")]
struct EarlierLocation {
    physical_location: EarlierPlace,
    #[serde(default)]
    logical_locations: Vec<EarlierResource>,
}

#[derive(Debug, Deserialize)]
#[serde(rename = "PhysicalLocation", rename_all = "camelCase")]
struct EarlierPlace {
    artifact_location: EarlierFile,
    region: Option<EarlierRegion>,
}

#[derive(Debug, Deserialize)]
#[serde(rename = "ArtifactLocation")]
struct EarlierFile {
    uri: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename = "Region", rename_all = "camelCase")]
struct EarlierRegion {
    start_line: u64,
}

#[derive(Debug, Deserialize)]
#[serde(rename = "LogicalLocation", rename_all = "camelCase")]
struct EarlierResource {
    fully_qualified_name: String,
}

impl EarlierResult {
    fn outcome(&self) -> ControlOutcome {
        match self.kind {
            EarlierKind::Fail if self.rule_id.ends_with(UNPROVEN_SUFFIX) => ControlOutcome::Open,
            // A failure without a level is a warning (§3.27.10).
            EarlierKind::Fail => ControlOutcome::Fail(match self.level {
                Some(EarlierLevel::Of(level)) => level,
                Some(EarlierLevel::None) | None => Level::Warning,
            }),
            EarlierKind::Open => ControlOutcome::Open,
            EarlierKind::Pass => ControlOutcome::Pass,
            EarlierKind::NotApplicable => ControlOutcome::NotApplicable,
        }
    }

    /// Whether the finding is about a key that this result is not about.
    fn lacks_key_of(&self, finding: &Finding) -> bool {
        let keys = match finding.outcome {
            ControlOutcome::Fail(_) if finding.keys.is_empty() => &KeyName::BOTH[..],
            _ => &finding.keys,
        };
        let earlier = &self.properties.keys;
        !earlier.is_empty() && keys.iter().any(|key| !earlier.iter().any(|earlier| earlier == key.as_str()))
    }

    /// Whether the finding is at most as severe as this result, about no other key, and this result was not waived.
    fn covers(&self, finding: &Finding) -> bool {
        let is_covered = match (self.outcome(), finding.outcome) {
            (ControlOutcome::Fail(then), ControlOutcome::Fail(now)) => now <= then,
            (ControlOutcome::Fail(_) | ControlOutcome::Open, ControlOutcome::Open) => true,
            _ => false,
        };
        is_covered && self.suppressions.is_empty() && !self.lacks_key_of(finding)
    }

    fn absent(self, fingerprint: String) -> AbsentResult {
        let outcome = self.outcome();
        let location = self.locations.into_iter().next();
        let (place, resource) = location.map_or((None, None), |location| {
            let resource = location.logical_locations.into_iter().next();
            (Some(location.physical_location), resource.map(|resource| resource.fully_qualified_name))
        });
        // Its links lead to records that this run does not list. `report/sarif/results.rs` writes this text before them.
        let message = self.message.text.split("\nEvidence: ").next().unwrap_or_default().to_owned();
        AbsentResult {
            control: self.rule_id.strip_suffix(UNPROVEN_SUFFIX).unwrap_or(&self.rule_id).to_owned(),
            outcome,
            message,
            line: place
                .as_ref()
                .and_then(|place| place.region.as_ref())
                .map_or(1, |region| region.start_line),
            uri: place.map(|place| place.artifact_location.uri).unwrap_or_default(),
            resource: resource.unwrap_or_default(),
            fingerprint,
        }
    }
}

/// Reads the file, without the results that are marked as absent in it.
pub fn read(path: &Path) -> Result<Earlier, BaselineError> {
    let shown = printable(&path.to_string_lossy());
    let unreadable = |what: String| BaselineError::Unreadable { path: shown.clone(), what };
    let text = companion::read(path, companion::MAX_BASELINE_BYTES)
        .map_err(|error| unreadable(missing::with_advice(&error, path)))?;
    let log: EarlierLog =
        serde_json::from_str(&text).map_err(|error| unreadable(printable(&error.to_string())))?;
    let mut runs =
        log.runs.into_iter().filter(|run| run.tool.driver.name == env!("CARGO_PKG_NAME")).peekable();
    if runs.peek().is_none() {
        return Err(BaselineError::OfAnother { path: shown });
    }
    let mut results = BTreeMap::new();
    for mut result in runs.flat_map(|run| run.results) {
        let Some(fingerprint) = result.partial_fingerprints.remove(FINGERPRINT) else {
            return Err(unreadable(format!(
                "a result of {} has no fingerprint {FINGERPRINT}",
                result.rule_id
            )));
        };
        if result.baseline_state.as_deref() != Some("absent") {
            results.insert(fingerprint, result);
        }
    }
    let file = path.file_name().map_or_else(|| shown.clone(), |name| printable(&name.to_string_lossy()));
    Ok(Earlier { file, results })
}

/// Sets the state of each finding compared with the earlier one, and adds the results that are gone to the report.
pub fn compare(report: &mut Report, earlier: Earlier, fail_on_new: bool) {
    let mut seen = BTreeSet::new();
    let mut compared = |control: &str, subject: &str, finding: &Finding| {
        let fingerprint = fingerprint(control, subject);
        let compared = match earlier.results.get(&fingerprint) {
            None => Compared { state: BaselineState::New, earlier: None, is_known: false },
            Some(result) => {
                let earlier = result.outcome();
                let is_same = earlier == finding.outcome && !result.lacks_key_of(finding);
                let state = if is_same { BaselineState::Unchanged } else { BaselineState::Updated };
                Compared { state, earlier: Some(earlier), is_known: result.covers(finding) }
            }
        };
        seen.insert(fingerprint);
        Some(compared)
    };
    for audited in &mut report.accounts {
        for finding in &mut audited.findings {
            let control = &report.controls[finding.control].id;
            finding.compared = compared(control, audited.account.id.folded(), finding);
        }
    }
    for found in &mut report.findings {
        let control = &report.controls[found.finding.control].id;
        found.finding.compared = compared(control, &found.subject, &found.finding);
    }
    let gone = earlier.results.into_iter().filter(|(fingerprint, _)| !seen.contains(fingerprint));
    report.baseline = Some(Baseline {
        file: earlier.file,
        absent: gone.map(|(fingerprint, result)| result.absent(fingerprint)).collect(),
        fail_on_new,
    });
}
