//! SARIF 2.1.0 of the results about policies.

use serde_json::{Value, json};

use super::entry::{Entry, EntryKind, EntryOutcome};
use crate::model::printable_lines;
use crate::report::{plain, relative_uri};

const KINDS: [EntryKind; 3] = [EntryKind::Problem, EntryKind::Test, EntryKind::Coverage];

pub(super) fn log(name: &str, entries: &[Entry]) -> Value {
    let kinds = KINDS.iter().filter(|kind| entries.iter().any(|entry| entry.kind == **kind));
    let kinds: Vec<EntryKind> = kinds.copied().collect();
    let rule = |kind: &EntryKind| json!({ "id": kind.rule(), "shortDescription": { "text": kind.title() } });
    json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": env!("CARGO_PKG_NAME"),
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "informationUri": "https://crates.io/crates/rotaudit",
                "rules": kinds.iter().map(rule).collect::<Vec<_>>(),
            } },
            "automationDetails": { "id": format!("rotaudit/policy-{name}/") },
            "columnKind": "unicodeCodePoints",
            "results": entries.iter().map(|entry| result(entry, &kinds)).collect::<Vec<_>>(),
        }],
    })
}

fn result(entry: &Entry, kinds: &[EntryKind]) -> Value {
    // A level other than `none` goes with `fail` only (§3.27.10).
    let (kind, level) = match entry.outcome {
        EntryOutcome::Pass => ("pass", "none"),
        EntryOutcome::Note => ("fail", "note"),
        EntryOutcome::Warning => ("fail", "warning"),
        EntryOutcome::Error => ("fail", "error"),
    };
    let text = if entry.name.is_empty() {
        entry.message.clone()
    } else {
        format!("{}: {}", entry.name, entry.message)
    };
    let locations: Vec<Value> = entry.place.iter().map(|place| {
        let mut region = json!({ "startLine": place.line });
        if let Some(column) = place.column {
            region["startColumn"] = column.into();
        }
        json!({ "physicalLocation": { "artifactLocation": { "uri": relative_uri(place.file.trim_start_matches("./")) }, "region": region } })
    }).collect();
    json!({
        "ruleId": entry.kind.rule(),
        "ruleIndex": kinds.iter().position(|kind| *kind == entry.kind),
        "kind": kind,
        "level": level,
        "message": { "text": plain(&printable_lines(&text)) },
        "locations": locations,
    })
}
