//! The UUIDs that OSCAL requires: of version 5 (RFC 9562), made from the names of their subjects, so that two runs give
//! the same.

use uuid::Uuid;

use crate::model::{Input, Report, ResourceId, sha256};
use crate::report::json;

use super::NAMESPACE;

/// The namespace of all identifiers of one report.
pub(super) struct Identifiers {
    report: Uuid,
}

impl Identifiers {
    /// Makes the namespace from the report as JSON, which has all its contents: a report with other contents has other
    /// identifiers.
    pub(super) fn of(report: &Report) -> Result<Identifiers, serde_json::Error> {
        let digest = sha256(json::render(report)?.as_bytes());
        Ok(Identifiers { report: named(namespace(), &["report", &digest]) })
    }

    pub(super) fn document(&self) -> Uuid {
        self.report
    }

    /// The identifier of a part of this report.
    pub(super) fn part(&self, names: &[&str]) -> Uuid {
        named(self.report, names)
    }
}

/// The identifier of an account, which is the same in every report.
pub(super) fn of_account(id: &ResourceId) -> Uuid {
    named(namespace(), &["account", id.folded()])
}

/// The identifier of an input. It is the same in every report that read the same bytes under the same path, or the same
/// path if no digest was taken.
pub(super) fn of_input(input: &Input) -> Uuid {
    named(namespace(), &["input", &input.path, input.sha256.as_deref().unwrap_or_default()])
}

fn namespace() -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_URL, NAMESPACE.as_bytes())
}

/// Makes an identifier from names. Their lengths separate the names, so that one name is never the same as two others.
fn named(space: Uuid, names: &[&str]) -> Uuid {
    let whole: String = names.iter().map(|name| format!("{}:{name}", name.len())).collect();
    Uuid::new_v5(&space, whole.as_bytes())
}
