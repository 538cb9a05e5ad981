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
    /// The report's bytes as JSON have all its contents: if they differ, it is another report.
    pub(super) fn of(report: &Report) -> Result<Identifiers, serde_json::Error> {
        let digest = sha256(json::render(report)?.as_bytes());
        Ok(Identifiers { report: named(namespace(), &["report", &digest]) })
    }

    pub(super) fn document(&self) -> Uuid {
        self.report
    }

    /// Of a part of this report.
    pub(super) fn part(&self, names: &[&str]) -> Uuid {
        named(self.report, names)
    }
}

/// The same in every report, as the account is.
pub(super) fn of_account(id: &ResourceId) -> Uuid {
    named(namespace(), &["account", id.folded()])
}

/// The same in every report that read the same bytes under the same path, or the same path if no digest was taken.
pub(super) fn of_input(input: &Input) -> Uuid {
    named(namespace(), &["input", &input.path, input.sha256.as_deref().unwrap_or_default()])
}

fn namespace() -> Uuid {
    Uuid::new_v5(&Uuid::NAMESPACE_URL, NAMESPACE.as_bytes())
}

/// Separates the names, so that one name is never the same as two others.
fn named(space: Uuid, names: &[&str]) -> Uuid {
    let whole: String = names.iter().map(|name| format!("{}:{name}", name.len())).collect();
    Uuid::new_v5(&space, whole.as_bytes())
}
