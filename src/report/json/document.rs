//! The members of `rotaudit.report/1`, and their JSON Schema. Their comments are the schema's descriptions.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde_json::Value;

use crate::model::{
    AsOfBasis, CoverageFacts, Instant, KeyName, Month, REPORT_SCHEMA, Reliance, UndecidableReason, Verdict,
};

/// The schema that `docs/report.schema.json` holds. It allows further members, which later versions may add.
pub(super) fn schema() -> Value {
    let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let mut schema = generator.into_root_schema_for::<JsonReport<'static>>();
    schema.insert("$id".to_owned(), "urn:rotaudit:report:1".into());
    schema.insert("title".to_owned(), "A report of rotaudit audit".into());
    schema.to_value()
}

/// A report of `rotaudit audit --format json`.
#[derive(Serialize, JsonSchema)]
pub(super) struct JsonReport<'a> {
    #[schemars(extend("const" = REPORT_SCHEMA))]
    pub(super) schema: &'static str,
    pub(super) tool: JsonTool,
    /// The audit instant. Maximum ages are as of it.
    pub(super) as_of: Instant,
    pub(super) as_of_basis: AsOfBasis,
    pub(super) parameters: JsonParameters<'a>,
    /// The controls of the audit, enabled or not.
    pub(super) policies: Vec<Policy<'a>>,
    /// Every file that was read, in the order of their paths.
    pub(super) inputs: Vec<JsonInput<'a>>,
    pub(super) summary: JsonSummary,
    /// The accounts in scope, in the order of their ids.
    pub(super) accounts: Vec<JsonAccount<'a>>,
    /// Findings about the evidence, not about one account.
    pub(super) findings: Vec<JsonFinding<'a>>,
    /// Only with `--baseline`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) baseline: Option<JsonBaseline<'a>>,
    /// Errors, doubts and remarks about the evidence, each a sentence.
    pub(super) notes: Vec<String>,
}

/// How many failures and open results are new, changed or gone since the baseline.
#[derive(Serialize, JsonSchema)]
pub(super) struct JsonBaseline<'a> {
    /// The earlier report, as it was named on the command line.
    pub(super) file: &'a str,
    /// Findings that the baseline does not have.
    pub(super) new: usize,
    /// Findings that have another outcome or level in the baseline.
    pub(super) updated: usize,
    pub(super) unchanged: usize,
    /// Findings of the baseline that no longer exist, or whose control no longer fails or is open.
    pub(super) gone: usize,
    pub(super) fail_on_new: bool,
}

/// The program that wrote the report.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Tool")]
pub(super) struct JsonTool {
    #[schemars(extend("const" = "rotaudit"))]
    pub(super) name: &'static str,
    pub(super) version: &'static str,
}

/// The options that the verdicts depend on.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Parameters")]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(super) struct JsonParameters<'a> {
    /// The limit.
    pub(super) max_age_days: u32,
    /// How many hours before the evidence begins an overdue verdict may assume that nothing happened.
    pub(super) tolerance_hours: u32,
    /// How many days before the audit instant the evidence about an account may end.
    pub(super) max_evidence_age_days: u32,
    pub(super) kinds: &'a [String],
    /// Always `null`: reserved.
    pub(super) period: (),
    pub(super) strict_coverage: bool,
    pub(super) assume_complete: bool,
    /// The values of `--coverage`.
    pub(super) coverage: &'a [String],
    pub(super) declared_by: Option<&'a str>,
    pub(super) listed_at: Option<Instant>,
    /// False with `--no-stamps`.
    pub(super) stamps: bool,
    pub(super) etag_evidence: bool,
}

/// A control, and the text that defines it.
#[derive(Serialize, JsonSchema)]
pub(super) struct Policy<'a> {
    pub(super) control: &'a str,
    /// `builtin`, or the path of the file.
    pub(super) source: &'a str,
    /// Of the policy's text.
    pub(super) sha256: &'a str,
    /// Requirements that resemble the control, by framework.
    pub(super) frameworks: &'a BTreeMap<String, Vec<String>>,
}

/// A file that was read.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Input")]
pub(super) struct JsonInput<'a> {
    pub(super) path: &'a str,
    /// Of the file as it was read; `null` with `--no-hash`.
    pub(super) sha256: Option<&'a str>,
    pub(super) bytes: u64,
    /// The form of the export: docs/inputs.md lists them.
    pub(super) format: &'a str,
    pub(super) records: u64,
    pub(super) notes: Vec<String>,
}

/// How many accounts have each verdict.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Summary")]
pub(super) struct JsonSummary {
    /// The accounts in all lists.
    pub(super) accounts: usize,
    pub(super) in_scope: usize,
    pub(super) overdue: usize,
    pub(super) compliant: usize,
    pub(super) unproven: usize,
    pub(super) not_applicable: usize,
    /// Overdue and unproven accounts for which that is waived.
    pub(super) waived: usize,
    /// Accounts of a kind that was not audited.
    pub(super) out_of_scope: usize,
}

/// An account in scope.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Account")]
pub(super) struct JsonAccount<'a> {
    pub(super) id: &'a str,
    pub(super) subscription_id: &'a str,
    /// Only if a list of subscriptions contains it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) subscription_name: Option<&'a str>,
    pub(super) resource_group: &'a str,
    pub(super) name: &'a str,
    pub(super) kind: &'a str,
    pub(super) verdict: Verdict,
    /// The instant of the minimum ages: the end of the evidence about the account.
    pub(super) judged_at: Option<Instant>,
    /// The assumptions without which the verdict would be another one.
    pub(super) rests_on: &'a [Reliance],
    /// Reasons why no age proves anything about the account; then it is unproven.
    pub(super) undecidable: Vec<JsonUndecidable<'a>>,
    pub(super) oldest_key: Age,
    pub(super) keys: Vec<Key>,
    /// Periods for which it is known whether a key was regenerated.
    pub(super) coverage: Vec<CoverageFacts>,
    /// Periods in which a key may have been regenerated unseen.
    pub(super) gaps: Vec<JsonGap>,
    pub(super) findings: Vec<JsonFinding<'a>>,
    /// The steps that fix all failed findings that are not waived, together: no key is regenerated twice.
    pub(super) plan: Vec<JsonPlannedStep<'a>>,
}

/// A reason why no age proves anything about the account.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Undecidable")]
pub(super) struct JsonUndecidable<'a> {
    pub(super) reason: UndecidableReason,
    /// A sentence.
    pub(super) message: &'a str,
}

/// The bounds of a key's age; `null` is an open bound.
#[derive(Serialize, JsonSchema)]
pub(super) struct Age {
    pub(super) set_at: JsonSetAt,
    pub(super) age_days: JsonAgeDays,
}

/// One of the two keys.
#[derive(Serialize, JsonSchema)]
pub(super) struct Key {
    pub(super) name: KeyName,
    /// The month of creation that the key carries, by its newest reading.
    pub(super) stamp: Option<Month>,
    pub(super) set_at: JsonSetAt,
    pub(super) age_days: JsonAgeDays,
}

/// When a key was last set.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "SetAt")]
pub(super) struct JsonSetAt {
    /// The key was last set at this instant or later.
    pub(super) earliest: Option<Instant>,
    /// The key was last set at this instant or earlier.
    pub(super) latest: Option<Instant>,
}

/// Ages in days of 24 hours.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "AgeDays")]
pub(super) struct JsonAgeDays {
    /// As of `judged_at`.
    pub(super) min: Option<f64>,
    /// As of `as_of`.
    pub(super) max: Option<f64>,
    /// The minimum, if nothing happened within the tolerance before the evidence begins.
    pub(super) min_with_tolerance: Option<f64>,
}

/// A period in which a key may have been regenerated unseen.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Gap")]
pub(super) struct JsonGap {
    /// `null`: the gap has no beginning.
    pub(super) start: Option<Instant>,
    pub(super) end: Instant,
}

/// The answer of one control.
#[derive(Serialize, JsonSchema)]
pub(super) struct JsonFinding<'a> {
    pub(super) control: &'a str,
    #[schemars(extend("enum" = ["fail", "open", "pass", "notApplicable"]))]
    pub(super) outcome: &'a str,
    /// Only of a failure.
    #[schemars(extend("enum" = ["error", "warning", "note", null]))]
    pub(super) level: Option<&'a str>,
    /// Empty if the control passed without comment.
    pub(super) message: &'a str,
    pub(super) steps: Vec<JsonStep<'a>>,
    pub(super) evidence: Vec<JsonEvidence<'a>>,
    /// The waiver that accepts the failure.
    pub(super) waiver: Option<JsonWaiver<'a>>,
    /// Only with `--baseline`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("enum" = ["new", "updated", "unchanged"]))]
    pub(super) baseline_state: Option<&'static str>,
}

/// An accepted exception.
#[derive(Serialize, JsonSchema)]
pub(super) struct JsonWaiver<'a> {
    pub(super) control: &'a str,
    /// The glob that selects the accounts.
    pub(super) resource: &'a str,
    pub(super) key: Option<KeyName>,
    /// The last day of the waiver.
    #[schemars(extend("format" = "date"))]
    pub(super) expires: String,
    pub(super) justification: &'a str,
    pub(super) approver: Option<&'a str>,
    pub(super) ticket: Option<&'a str>,
    pub(super) file: &'a str,
    pub(super) line: u64,
}

/// A step that fixes a finding, or settles it.
#[derive(Serialize, JsonSchema)]
pub(super) struct JsonStep<'a> {
    pub(super) text: &'a str,
    /// The command as arguments, unquoted; `null`: the step is done by hand.
    pub(super) argv: Option<&'a [String]>,
    /// True: do this step instead of the others. Omitted otherwise.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) alternative: bool,
    /// The command, quoted for the shell of `--shell`.
    pub(super) command: Option<&'a str>,
}

/// A step of an account's plan.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "PlannedStep")]
pub(super) struct JsonPlannedStep<'a> {
    #[serde(flatten)]
    pub(super) step: JsonStep<'a>,
    /// The controls whose findings the step fixes.
    #[serde(rename = "for")]
    pub(super) controls: Vec<&'a str>,
}

/// A record that the finding depends on.
#[derive(Serialize, JsonSchema)]
pub(super) struct JsonEvidence<'a> {
    /// The path of an input.
    pub(super) file: &'a str,
    /// The line on which the record begins, from 1.
    pub(super) line: u64,
    pub(super) text: &'a str,
}
