//! The subset of SARIF 2.1.0 (errata 01) that is written, as types. Sections are of the standard.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::model::{
    ControlOutcome, Finding, Instant, KeyName, Proof, Reliance, Step, UndecidableReason, Verdict,
};

/// §3.13
#[derive(Serialize)]
pub(super) struct Log {
    #[serde(rename = "$schema")]
    pub schema: &'static str,
    pub version: &'static str,
    pub runs: [Run; 1],
}

/// §3.14
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Run {
    pub tool: Tool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub taxonomies: Vec<Taxonomy>,
    pub automation_details: AutomationDetails,
    pub invocations: [Invocation; 1],
    pub original_uri_base_ids: BTreeMap<&'static str, UriBase>,
    pub artifacts: Vec<Artifact>,
    /// The results are written separately.
    pub results: [RunResult; 0],
    pub column_kind: &'static str,
    pub properties: RunProperties,
}

/// The parameters of the audit (§3.8).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(super) struct RunProperties {
    pub as_of: String,
    pub as_of_basis: &'static str,
    pub max_age_days: u32,
    pub tolerance_hours: u32,
    pub max_evidence_age_days: u32,
    pub strict_coverage: bool,
    pub assume_complete: bool,
    pub coverage: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub declared_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listed_at: Option<String>,
    pub stamps: bool,
    pub etag_evidence: bool,
    pub kinds: Vec<String>,
    pub out_of_scope: usize,
}

/// §3.17
#[derive(Serialize)]
pub(super) struct AutomationDetails {
    pub id: &'static str,
}

/// §3.18
#[derive(Serialize)]
pub(super) struct Tool {
    pub driver: Driver,
}

/// §3.19
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Driver {
    pub name: &'static str,
    pub full_name: &'static str,
    /// The same as the semantic version, for consumers that read only this.
    pub version: &'static str,
    pub semantic_version: &'static str,
    pub information_uri: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub supported_taxonomies: Vec<TaxonomyReference>,
    pub rules: Vec<Rule>,
}

/// A framework (§3.19.3).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Taxonomy {
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub information_uri: Option<String>,
    pub short_description: Message,
    pub is_comprehensive: bool,
    pub taxa: Vec<Taxon>,
}

/// §3.49, as an element of `taxa`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Taxon {
    pub id: String,
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub short_description: Option<Message>,
}

/// §3.54
#[derive(Clone, Serialize)]
pub(super) struct TaxonomyReference {
    pub name: String,
    pub index: usize,
}

/// §3.53
#[derive(Serialize)]
pub(super) struct Relationship {
    pub target: TaxonReference,
    pub kinds: [&'static str; 1],
}

/// §3.52
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct TaxonReference {
    pub id: String,
    pub index: usize,
    pub tool_component: TaxonomyReference,
}

/// §3.49
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Rule {
    pub id: String,
    pub name: String,
    pub short_description: Message,
    pub full_description: Message,
    pub help: Help,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help_uri: Option<String>,
    pub default_configuration: Configuration,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub relationships: Vec<Relationship>,
    pub properties: RuleProperties,
}

#[derive(Serialize)]
pub(super) struct Help {
    pub text: String,
    pub markdown: String,
}

#[derive(Serialize)]
pub(super) struct Configuration {
    pub level: &'static str,
}

#[derive(Serialize)]
pub(super) struct RuleProperties {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub precision: Option<&'static str>,
    #[serde(rename = "security-severity")]
    pub security_severity: &'static str,
    pub tags: Vec<String>,
}

/// §3.11
#[derive(Serialize)]
pub(super) struct Message {
    pub text: String,
}

/// §3.20
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Invocation {
    pub execution_successful: bool,
    pub tool_execution_notifications: Vec<Notification>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tool_configuration_notifications: Vec<Notification>,
}

/// §3.58
#[derive(Serialize)]
pub(super) struct Notification {
    pub level: &'static str,
    pub message: Message,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub locations: Vec<Location>,
}

#[derive(Serialize)]
pub(super) struct UriBase {
    pub description: Message,
}

/// §3.24
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Artifact {
    pub location: ArtifactLocation,
    pub length: u64,
    pub mime_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hashes: Option<Hashes>,
}

#[derive(Serialize)]
pub(super) struct Hashes {
    #[serde(rename = "sha-256")]
    pub sha256: String,
}

/// §3.4
#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ArtifactLocation {
    pub uri: String,
    pub uri_base_id: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<usize>,
}

/// §3.27
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RunResult {
    pub rule_id: String,
    /// None for a control that was evaluated in the baseline only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule_index: Option<usize>,
    #[serde(flatten)]
    pub outcome: ResultOutcome,
    pub message: Message,
    pub locations: [Location; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub related_locations: Vec<Location>,
    pub partial_fingerprints: Fingerprints,
    /// On all results or on none (§3.27.23).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suppressions: Option<Vec<Suppression>>,
    /// On all results or on none (§3.27.24).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub baseline_state: Option<&'static str>,
    /// `None` for a result that is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub properties: Option<ResultProperties>,
}

/// §3.35
#[derive(Serialize)]
pub(super) struct Suppression {
    pub kind: &'static str,
    pub status: &'static str,
    pub justification: String,
    pub properties: SuppressionProperties,
}

#[derive(Serialize)]
pub(super) struct SuppressionProperties {
    /// The file of the waiver, which is not among the artifacts that were audited.
    pub file: String,
    pub line: u64,
    pub expires: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<KeyName>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approver: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
}

/// `kind` and `level` together (§3.27.9, §3.27.10): a level other than `none` goes with `fail` only. `none` is written,
/// since a viewer that ignores `kind` shows a result without a level as a warning.
#[derive(Serialize)]
pub(super) struct ResultOutcome {
    kind: &'static str,
    level: &'static str,
}

impl From<ControlOutcome> for ResultOutcome {
    fn from(outcome: ControlOutcome) -> ResultOutcome {
        let (kind, level) = match outcome {
            ControlOutcome::Fail(level) => ("fail", level.as_str()),
            ControlOutcome::Open => ("open", "none"),
            ControlOutcome::Pass => ("pass", "none"),
            ControlOutcome::NotApplicable => ("notApplicable", "none"),
        };
        ResultOutcome { kind, level }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Fingerprints {
    pub primary_location_line_hash: String,
    /// Its name is [`crate::model::FINGERPRINT`], by which a baseline finds it.
    #[serde(rename = "rotaudit/v1")]
    pub rotaudit: String,
}

#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ResultProperties {
    /// The verdict of the account, if the result is about one. The next three members are about this account as well.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub judged_at: Option<Instant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rests_on: Option<Vec<Reliance>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub undecidable: Vec<UndecidableReason>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subscription_name: Option<String>,
    /// The keys that the control names. `baseline.rs` reads this member.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<KeyName>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub remediation: Vec<RemediationStep>,
}

impl ResultProperties {
    pub(super) fn of(finding: &Finding) -> ResultProperties {
        let step = |step: &Step| RemediationStep {
            text: step.text.clone(),
            argv: step.argv.clone(),
            command: step.command.clone(),
        };
        let remediation = finding.steps.iter().map(step).collect();
        ResultProperties { keys: finding.keys.clone(), remediation, ..ResultProperties::default() }
    }

    /// Returns properties with the verdict of the account that the finding is about.
    pub(super) fn of_account(proof: &Proof, finding: &Finding) -> ResultProperties {
        let undecidable = proof.undecidable.iter();
        ResultProperties {
            verdict: Some(proof.verdict),
            judged_at: proof.judgement.map(|judgement| judgement.at),
            rests_on: Some(proof.rests_on.clone()),
            undecidable: undecidable.map(|undecidable| undecidable.reason).collect(),
            ..ResultProperties::of(finding)
        }
    }
}

#[derive(Serialize)]
pub(super) struct RemediationStep {
    pub text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub argv: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
}

/// §3.28
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<usize>,
    pub physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub logical_locations: Vec<LogicalLocation>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<Message>,
}

/// §3.29
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PhysicalLocation {
    pub artifact_location: ArtifactLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<SarifRegion>,
}

/// §3.30
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SarifRegion {
    pub start_line: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_column: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_line: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_column: Option<u64>,
}

/// §3.33
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct LogicalLocation {
    pub name: String,
    pub fully_qualified_name: String,
    pub kind: &'static str,
}
