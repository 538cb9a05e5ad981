//! The rules by name, each with changes to a good log that it has to notice.

use serde_json::Value;

use crate::sarif::exports::NEW_KEY;
use crate::sarif::log::Log;
use crate::sarif::rules::*;

/// A place in a log, and the JSON to put there; if it is empty, the value there is removed. A place begins with `run`,
/// or with the kind of a result, which means the first result of that kind. `evidence` means the first result about the
/// evidence.
pub(crate) type Change = (&'static str, &'static str);

pub(crate) struct Rule {
    pub(crate) name: &'static str,
    pub(crate) check: fn(&Log) -> Verdict,
    pub(crate) breaks: &'static [Change],
}

pub(crate) const RULES: [Rule; 27] = [
    Rule {
        name: "schema",
        check: valid_by_the_official_schema,
        breaks: &[
            ("run/columnKind", "\"bytes\""),
            ("run/tool/driver/name", ""),
            ("run/artifacts/0/length", "\"1\""),
            ("fail/kind", "\"failed\""),
            ("run/tool/driver/helpUri", "\"https://example.com\""),
        ],
    },
    Rule {
        name: "kind and level",
        check: level_is_none_unless_the_result_fails,
        breaks: &[
            ("pass/level", "\"warning\""),
            ("pass/level", ""),
            ("open/level", ""),
            ("notApplicable/level", "\"note\""),
            ("fail/level", ""),
            ("fail/level", "\"none\""),
            ("pass/kind", ""),
        ],
    },
    Rule {
        name: "which results",
        check: every_control_answers_for_every_account,
        breaks: &[
            ("pass", ""),
            ("run/tool/driver/rules/0", ""),
            ("fail/kind", "\"open\""),
            ("open/properties/verdict", "\"compliant\""),
            ("evidence", ""),
            ("evidence/kind", "\"open\""),
            ("evidence/properties/verdict", "\"compliant\""),
        ],
    },
    Rule {
        name: "rule index",
        check: rule_id_is_that_of_its_index,
        breaks: &[("open/ruleIndex", "999"), ("open/ruleIndex", ""), ("open/ruleId", "\"KR999\"")],
    },
    Rule {
        name: "rules",
        check: rules_are_as_github_takes_them,
        breaks: &[
            ("run/tool/driver/rules/0/id", "\"key rotation\""),
            ("run/tool/driver/rules/0/name", "\"key_rotation\""),
            ("run/tool/driver/rules/0/shortDescription/text", "\"\""),
            ("run/tool/driver/rules/0/help/markdown", ""),
            ("run/tool/driver/rules/0/helpUri", "\"help.html\""),
            ("run/tool/driver/rules/0/helpUri", "\"http://example.com\""),
            ("run/tool/driver/rules/0/defaultConfiguration/level", "\"none\""),
            ("run/tool/driver/rules/0/properties/security-severity", "5.5"),
            ("run/tool/driver/rules/0/properties/security-severity", "\"11\""),
            ("run/tool/driver/rules/0/properties/precision", "\"certain\""),
            ("run/tool/driver/rules/0/properties/tags", "[1,2,3,4,5,6,7,8,9,10,11]"),
        ],
    },
    Rule {
        name: "suppressions",
        check: suppressions_are_the_waivers,
        breaks: &[
            ("fail/suppressions", "[]"),
            ("open/suppressions", r#"[{"kind": "external", "status": "accepted"}]"#),
        ],
    },
    Rule {
        name: "taxonomies",
        check: relationships_lead_to_requirements,
        breaks: &[
            ("run/taxonomies", ""),
            ("run/taxonomies/0/taxa/0/id", "\"9.3\""),
            ("run/taxonomies/0/taxa/0/name", ""),
            ("run/taxonomies/1/name", "\"ISO\""),
            ("run/tool/driver/supportedTaxonomies/0", ""),
            ("run/tool/driver/rules/0/relationships/0/target/index", "7"),
            ("run/tool/driver/rules/0/relationships/0/target/toolComponent/index", "1"),
            ("run/tool/driver/rules/0/relationships/0/kinds/0", "\"equal\""),
            ("run/tool/driver/rules/0/relationships/0", ""),
        ],
    },
    Rule {
        name: "descriptions",
        check: descriptions_are_short_enough,
        // `Log::changed` replaces the dots by a text that is longer than any text of the built-in rules.
        breaks: &[
            ("run/tool/driver/rules/0/shortDescription/text", "\"…\""),
            ("run/tool/driver/rules/0/fullDescription/text", "\"…\""),
        ],
    },
    Rule {
        name: "locations",
        check: every_result_has_one_location,
        breaks: &[
            ("pass/locations/0", ""),
            ("pass/locations", "[]"),
            ("pass/locations/1", "{}"),
            ("pass/locations/0/physicalLocation/region", ""),
            ("pass/locations/0/physicalLocation/region/startColumn", "0"),
            ("pass/locations/0/physicalLocation/region/endLine", ""),
            ("evidence/locations/0/physicalLocation/region", ""),
        ],
    },
    Rule {
        name: "regions",
        check: region_is_the_account_in_the_export,
        breaks: &[
            ("pass/locations/0/physicalLocation/region/startLine", "1"),
            ("pass/locations/0/physicalLocation/region/startColumn", "2"),
            ("pass/locations/0/physicalLocation/region/endLine", "99999"),
            ("pass/locations/0/physicalLocation/region/endColumn", "1"),
            ("pass/locations/0/physicalLocation/artifactLocation/uri", "\"no-such.json\""),
            ("pass/locations/0/logicalLocations/0/fullyQualifiedName", "\"/subscriptions/s\""),
            ("evidence/locations/0/physicalLocation/region/startLine", "9"),
            ("evidence/locations/0/physicalLocation/artifactLocation/uri", "\"no-such.json\""),
        ],
    },
    Rule {
        name: "logical locations",
        check: logical_location_is_the_resource,
        breaks: &[
            ("pass/locations/0/logicalLocations", ""),
            ("pass/locations/0/logicalLocations/0/kind", "\"module\""),
            ("pass/locations/0/logicalLocations/0/name", "\"another\""),
            ("evidence/locations/0/logicalLocations", "[]"),
        ],
    },
    Rule {
        name: "related locations",
        check: related_locations_are_the_records_and_are_linked,
        breaks: &[
            ("fail/relatedLocations/0/id", "7"),
            ("fail/relatedLocations/0/id", ""),
            ("fail/relatedLocations/0/message", ""),
            ("fail/relatedLocations/0/physicalLocation/region/startLine", "1"),
            ("fail/relatedLocations", "[]"),
            ("fail/message/text", "\"No link.\""),
        ],
    },
    Rule {
        name: "embedded links",
        check: links_lead_to_related_locations,
        breaks: &[
            ("open/message/text", "\"See [this](javascript:1).\""),
            ("open/message/text", "\"See [this](5).\""),
            ("open/message/text", "\"See [this.\""),
            ("open/message/text", "\"See this].\""),
            ("run/invocations/0/toolExecutionNotifications/0/message/text", "\"[x](1)\""),
        ],
    },
    Rule {
        name: "baseline",
        check: results_are_compared_with_the_baseline,
        breaks: &[("pass/baselineState", "\"new\"")],
    },
    Rule {
        name: "artifacts",
        check: artifacts_are_the_inputs,
        breaks: &[
            ("run/artifacts/0", ""),
            ("run/artifacts/0/length", "1"),
            ("run/artifacts/0/mimeType", ""),
            ("run/artifacts/0/hashes", "{}"),
            ("run/artifacts/0/hashes/sha256", "\"spelt wrong\""),
            ("run/artifacts/0/hashes/sha-256", "\"0\""),
            ("run/artifacts/0/location/uri", "\"other.json\""),
        ],
    },
    Rule {
        name: "artifact index",
        check: artifact_locations_agree_with_their_index,
        breaks: &[
            ("run/artifacts/0/location/index", "1"),
            ("pass/locations/0/physicalLocation/artifactLocation/index", "99"),
            ("pass/locations/0/physicalLocation/artifactLocation/uri", "\"other.json\""),
            ("pass/locations/0/physicalLocation/artifactLocation/uriBaseId", "\"SRCROOT\""),
            ("fail/relatedLocations/0/physicalLocation/artifactLocation/index", ""),
        ],
    },
    Rule {
        name: "relative URIs",
        check: uris_of_artifacts_are_relative,
        breaks: &[
            ("run/artifacts/0/location/uri", "\"https://example.com/a.json\""),
            ("run/artifacts/0/location/uri", "\"file:a.json\""),
            ("run/artifacts/0/location/uri", "\"/tmp/a.json\""),
            ("run/artifacts/0/location/uri", "\"../a.json\""),
            ("run/artifacts/0/location/uri", "\"a\\\\b.json\""),
            ("run/artifacts/0/location/uri", "\"a b.json\""),
            ("run/artifacts/0/location/uri", "\"a#b.json\""),
            ("run/artifacts/0/location/uri", "\"a%2.json\""),
            ("run/artifacts/0/location/uri", "\"\""),
        ],
    },
    Rule {
        name: "local paths",
        check: no_local_path_leaks,
        breaks: &[
            ("run/originalUriBaseIds/EXPORTROOT/uri", "\"file:///tmp/\""),
            ("run/originalUriBaseIds/EXPORTROOT/description", ""),
            ("open/message/text", "\"In FOLDER.\""),
        ],
    },
    Rule {
        name: "column kind",
        check: columns_count_code_points,
        breaks: &[("run/columnKind", ""), ("run/columnKind", "\"utf16CodeUnits\"")],
    },
    Rule {
        name: "execution successful",
        check: execution_is_successful_unless_an_error_is_told,
        breaks: &[
            ("run/invocations/0/executionSuccessful", "false"),
            ("run/invocations/0/executionSuccessful", ""),
            ("run/invocations/0/toolExecutionNotifications/0/level", "\"error\""),
        ],
    },
    Rule {
        name: "invocation",
        check: invocation_tells_nothing_of_the_machine,
        breaks: &[
            ("run/invocations/0/endTimeUtc", "\"2026-11-23T00:00:00Z\""),
            ("run/invocations/0/startTimeUtc", "\"2026-11-23T00:00:00Z\""),
            ("run/invocations/0/machine", "\"m\""),
            ("run/invocations/0/account", "\"root\""),
            ("run/invocations/0/workingDirectory", "{}"),
            ("run/invocations/0/environmentVariables", "{}"),
            ("run/invocations/0/toolExecutionNotifications/0/timeUtc", "\"2026-11-23T00:00:00Z\""),
            ("run/invocations/1", "{}"),
        ],
    },
    Rule {
        name: "braces",
        check: braces_are_doubled,
        breaks: &[
            ("open/message/text", "\"The account {0}.\""),
            ("open/message/text", "\"The account {{a}.\""),
            ("fail/relatedLocations/0/message/text", "\"}\""),
            ("run/invocations/0/toolExecutionNotifications/0/message/text", "\"{\""),
            ("run/tool/driver/rules/0/fullDescription/text", "\"{x}\""),
            ("run/tool/driver/rules/0/help/text", "\"{x}\""),
        ],
    },
    Rule {
        name: "hidden characters",
        check: messages_hold_no_hidden_characters,
        breaks: &[
            ("open/message/text", "\"\\u001b[2J.\""),
            ("open/message/text", "\"\\u202e.\""),
            ("open/message/text", "\"a\\r\\n.\""),
            ("fail/relatedLocations/0/message/text", "\"\\u0007\""),
            ("run/invocations/0/toolExecutionNotifications/0/message/text", "\"\\u009b\""),
        ],
    },
    Rule {
        name: "message lines",
        check: message_is_a_sentence_and_the_steps,
        breaks: &[
            ("open/message/text", "\"\""),
            ("pass/message/text", "\"No full stop\""),
            ("pass/message/text", "\"A name.\\n1. Run this: az account clear\""),
            ("fail/message/text", "\"A sentence.\\n1. Not the step.\""),
            ("fail/properties/remediation", "[]"),
            ("fail/fixes", "[]"),
        ],
    },
    Rule {
        name: "times",
        check: times_are_utc,
        breaks: &[
            ("run/properties/asOf", "\"2026-11-23T00:00:00+00:00\""),
            ("open/message/text", "\"Since 2026-11-23T00:00:00.5 or so.\""),
            ("open/message/text", "\"2026-11-23T00:00\""),
        ],
    },
    Rule {
        name: "fingerprints",
        check: fingerprints_tell_results_apart,
        breaks: &[
            ("pass/partialFingerprints", ""),
            ("pass/partialFingerprints/primaryLocationLineHash", ""),
            ("pass/partialFingerprints/rotaudit~1v1", ""),
            ("pass/partialFingerprints/rotaudit~1v1", "\"\""),
            ("run/results", "[{}, {}]"),
        ],
    },
    Rule {
        name: "secrets and identity",
        check: nothing_looks_like_a_key_and_the_run_has_its_id,
        breaks: &[
            ("run/automationDetails/id", "\"rotaudit\""),
            ("run/automationDetails", ""),
            ("open/message/text", "\"0123456789abcdef0123456789ABCDEF\""),
            ("open/properties/remediation", "[\"KEY\"]"),
        ],
    },
];

/// Every rule that a log breaks, one a line.
pub(crate) fn broken(log: &Log) -> Vec<String> {
    let breach =
        |rule: &Rule| (rule.check)(log).err().map(|why| format!("{}: {}: {why}", log.name, rule.name));
    RULES.iter().filter_map(breach).collect()
}

impl Log {
    /// The log with one change.
    pub(crate) fn changed(&self, (place, json): Change) -> Log {
        let (start, rest) = place.split_once('/').map_or((place, ""), |(start, rest)| (start, rest));
        let start = match start {
            "run" => "/runs/0".to_owned(),
            kind => {
                let is_meant = |result: &Value| {
                    if kind == "evidence" { self.is_about_evidence(result) } else { result["kind"] == kind }
                };
                let result = self.results().iter().position(is_meant);
                format!("/runs/0/results/{}", result.unwrap_or_else(|| panic!("no result is of kind {kind}")))
            }
        };
        let pointer = if rest.is_empty() { start } else { format!("{start}/{rest}") };
        let (parent, last) = pointer.rsplit_once('/').expect("a pointer begins with a slash");
        let last = last.replace("~1", "/");
        let mut log = self.clone();
        let parent = log.sarif.pointer_mut(parent).unwrap_or_else(|| panic!("the log has no {parent}"));
        let stands_for =
            [("…", "x".repeat(1025)), ("FOLDER", self.folder.display().to_string()), ("KEY", NEW_KEY.into())];
        let json = stands_for.iter().fold(json.to_owned(), |json, (name, text)| json.replace(name, text));
        let value: Option<Value> =
            (!json.is_empty()).then(|| serde_json::from_str(&json).expect("a change is JSON"));
        match (parent, value) {
            (Value::Object(members), Some(value)) => drop(members.insert(last, value)),
            (Value::Object(members), None) => drop(members.remove(&last)),
            (Value::Array(elements), value) => {
                let position: usize = last.parse().expect("a position in a list");
                elements.splice(position..elements.len().min(position + 1), value);
            }
            (other, _) => panic!("{other} has no {last}"),
        }
        assert!(log.sarif != self.sarif, "{place} is as it was");
        log
    }
}
