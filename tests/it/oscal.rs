//! OSCAL assessment results for all cases: only what is proven is satisfied, identifiers are unique and resolve, and
//! two runs give the same result.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use rotaudit::model::Instant;
use serde_json::{Value, json};

use crate::support::{Case, root, rotaudit, stderr};

/// One run's report as OSCAL and as JSON, and whether all evidence could be read.
struct Reports {
    name: String,
    oscal: Value,
    bytes: Vec<u8>,
    json: Value,
    is_complete: bool,
}

impl Reports {
    /// `None` for a run that yields no report.
    fn of(case: &Case) -> Option<Reports> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name).display().to_string();
        let output = case.run(&["-o", &path("report.json"), "-o", &path("report.oscal.json")]);
        let bytes = fs::read(folder.path().join("report.oscal.json")).ok()?;
        let read = |name: &str| {
            let text = fs::read_to_string(folder.path().join(name)).expect("a report");
            serde_json::from_str(&text).expect("JSON")
        };
        Some(Reports {
            name: case.name.clone(),
            oscal: read("report.oscal.json"),
            bytes,
            json: read("report.json"),
            is_complete: output.status.code() != Some(2),
        })
    }

    fn result(&self) -> &Value {
        &self.oscal["assessment-results"]["results"][0]
    }

    /// Returns the answers of each control in the JSON report: the outcome, and whether it is waived.
    fn answers(&self) -> BTreeMap<&str, Vec<(&str, bool)>> {
        let of_accounts = list(&self.json["accounts"]).flat_map(|account| list(&account["findings"]));
        let mut answers: BTreeMap<&str, Vec<(&str, bool)>> = BTreeMap::new();
        for finding in of_accounts.chain(list(&self.json["findings"])) {
            let answer = (text(&finding["outcome"]), !finding["waiver"].is_null());
            answers.entry(text(&finding["control"])).or_default().push(answer);
        }
        answers
    }

    fn states(&self) -> BTreeMap<&str, &str> {
        list(&self.result()["findings"])
            .map(|finding| {
                let target = &finding["target"];
                let control = text(&target["target-id"]).strip_suffix("_obj").expect("an objective");
                (control.trim_start_matches('_'), text(&target["status"]["state"]))
            })
            .collect()
    }

    fn expected_states(&self) -> BTreeMap<&str, &str> {
        let state = |answers: &[(&str, bool)]| {
            if answers.iter().any(|(outcome, is_waived)| *outcome == "fail" && !is_waived) {
                Some("not-satisfied")
            } else if self.is_complete
                && answers.iter().all(|(outcome, _)| ["pass", "notApplicable"].contains(outcome))
            {
                Some("satisfied")
            } else {
                None
            }
        };
        self.answers()
            .into_iter()
            .filter_map(|(control, answers)| Some((control, state(&answers)?)))
            .collect()
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("{value} is not a text"))
}

/// All members of that name, at any depth.
fn members<'a>(value: &'a Value, name: &str, found: &mut Vec<&'a str>) {
    match value {
        Value::Object(object) => {
            for (member, value) in object {
                if member == name {
                    found.push(text(value));
                }
                members(value, name, found);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| members(value, name, found)),
        _ => {}
    }
}

fn assert_references_resolve(reports: &Reports) {
    let name = &reports.name;
    let all = |member: &str| {
        let mut found = Vec::new();
        members(&reports.oscal, member, &mut found);
        found
    };
    let uuids = all("uuid");
    let unique: BTreeSet<&str> = uuids.iter().copied().collect();
    assert_eq!(unique.len(), uuids.len(), "{name}: a UUID is of two things");
    for uuid in &uuids {
        assert_eq!((uuid.len(), &uuid[14..15]), (36, "5"), "{name}: {uuid}");
    }
    for reference in [all("subject-uuid"), all("observation-uuid")].concat() {
        assert!(unique.contains(reference), "{name}: nothing has the UUID {reference}");
    }
    for href in all("href") {
        if let Some(uuid) = href.strip_prefix('#') {
            assert!(unique.contains(uuid), "{name}: nothing has the UUID {uuid}");
        }
    }
}

#[test]
fn satisfied_is_only_what_is_proven_for_all_accounts() {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let all: Vec<Reports> = Case::all().iter().filter_map(Reports::of).collect();
    for reports in &all {
        let name = &reports.name;
        assert_eq!(reports.states(), reports.expected_states(), "{name}");
        for state in reports.states().into_values() {
            *seen.entry(state).or_default() += 1;
        }
        let answers: usize = reports.answers().values().map(Vec::len).sum();
        assert_eq!(list(&reports.result()["observations"]).count(), answers, "{name}");
        let waived = reports.answers().values().flatten().filter(|(_, is_waived)| *is_waived).count();
        let risks: Vec<&Value> = list(&reports.result()["risks"]).collect();
        assert!(risks.len() >= waived && (waived > 0 || risks.is_empty()), "{name}: {risks:?}");
        *seen.entry("waived").or_default() += waived;
        assert_references_resolve(reports);
        // OSCAL has no second 60.
        let as_of = reports.json["as_of"].as_str().and_then(Instant::parse).expect("a time");
        let as_of = &json!(as_of.after_leap_second());
        let metadata = &reports.oscal["assessment-results"]["metadata"];
        assert_eq!((&metadata["last-modified"], &reports.result()["start"]), (as_of, as_of), "{name}");
    }
    for seldom in ["satisfied", "not-satisfied", "waived"] {
        assert!(seen.get(seldom).is_some_and(|count| *count > 5), "{seen:?}");
    }
    assert!(all.iter().any(|reports| !reports.is_complete), "no case is incomplete");
}

#[test]
fn two_runs_give_the_same_bytes() {
    for case in Case::all().iter().step_by(15) {
        let bytes = || Reports::of(case).map(|reports| reports.bytes);
        assert!(bytes() == bytes(), "{}", case.name);
    }
}

/// An account keeps its identifier from audit to audit, while the identifier of a report distinguishes it from every
/// other report.
#[test]
fn an_accounts_identifier_lasts_and_a_reports_does_not() {
    let report = |as_of: &str| -> Value {
        let output = rotaudit(&root())
            .args(["audit", "--as-of", as_of, "--format", "oscal", "fixtures"])
            .output()
            .expect("the program runs");
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", stderr(&output)))
    };
    let subjects = |report: &Value| {
        let mut found = Vec::new();
        members(report, "subject-uuid", &mut found);
        found.into_iter().map(str::to_owned).collect::<BTreeSet<String>>()
    };
    let (one, other) = (report("2026-11-23"), report("2026-11-24"));
    assert!(subjects(&one).len() > 10 && subjects(&one) == subjects(&other));
    assert_ne!(one["assessment-results"]["uuid"], other["assessment-results"]["uuid"]);
}

/// Text from an export is never Markdown, and never acts on a terminal.
#[test]
fn a_name_from_an_export_is_never_markup() {
    let folder = tempfile::tempdir().expect("a folder");
    let name = "a\u{1b}[2J<script>[x](y)\n\"  ";
    let id =
        format!("/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/{name}");
    let account = serde_json::json!([{
        "id": id, "name": name, "kind": "OpenAI", "type": "Microsoft.CognitiveServices/accounts",
        "properties": {"dateCreated": "2024-01-01T00:00:00Z"},
    }]);
    fs::write(folder.path().join("accounts.json"), account.to_string()).expect("an export");
    let output = rotaudit(folder.path())
        .args(["audit", "--as-of", "2026-11-23", "--format", "oscal", "."])
        .output()
        .expect("the program runs");
    let oscal: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let mut shown = Vec::new();
    for member in ["title", "description", "prose", "remarks"] {
        members(&oscal, member, &mut shown);
    }
    assert!(shown.iter().any(|text| text.contains("\\<script\\>\\[x\\](y)")), "{shown:?}");
    assert!(!shown.iter().any(|text| text.contains('\u{1b}') || text.contains("](y)\n")), "{shown:?}");
    let mut values = Vec::new();
    members(&oscal, "value", &mut values);
    let is_plain = |value: &&str| !value.is_empty() && value.trim() == *value && !value.contains('\n');
    assert!(values.iter().all(is_plain), "{values:?}");
}
