//! Results of the baseline that are gone (§3.27.24).

use super::format::{ArtifactLocation, Fingerprints, Location, LogicalLocation, PhysicalLocation, RunResult};
use super::{ABSENT, EXPORT_ROOT, line, message};
use crate::model::{AbsentResult, Report};

/// Returns the result with the place that it has in the baseline. Its artifact is not among those of this run.
pub(super) fn absent(report: &Report, absent: &AbsentResult) -> RunResult {
    let logical_location = LogicalLocation {
        name: absent.resource.rsplit('/').next().unwrap_or_default().to_owned(),
        fully_qualified_name: absent.resource.clone(),
        kind: "resource",
    };
    RunResult {
        rule_id: absent.control.clone(),
        rule_index: report.controls.iter().position(|control| control.id == absent.control),
        outcome: absent.outcome.into(),
        message: message(absent.message.as_str()),
        locations: [Location {
            id: None,
            physical_location: PhysicalLocation {
                artifact_location: ArtifactLocation {
                    uri: absent.uri.clone(),
                    uri_base_id: EXPORT_ROOT,
                    index: None,
                },
                region: Some(line(absent.line)),
            },
            logical_locations: if absent.resource.is_empty() { Vec::new() } else { vec![logical_location] },
            message: None,
        }],
        related_locations: Vec::new(),
        partial_fingerprints: Fingerprints {
            primary_location_line_hash: absent.fingerprint.clone(),
            rotaudit: absent.fingerprint.clone(),
        },
        suppressions: report.waivers.as_ref().map(|_| Vec::new()),
        baseline_state: Some(ABSENT),
        properties: None,
    }
}
