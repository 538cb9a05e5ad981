//! Checks the logs of every kind of input against the rules of design/SARIF.md.

pub(crate) mod exports;
pub(crate) mod log;
pub(crate) mod rules;
pub(crate) mod table;
mod text;

use std::collections::BTreeMap;

use exports::{Encoding, NEW_KEY, OLD_KEY, Tenant};
use log::Log;
use rules::list;
use serde_json::Value;
use table::{RULES, broken};

use crate::support::{Case, root, shared};

fn assert_good<'a>(logs: impl IntoIterator<Item = &'a Log>) {
    let broken: Vec<String> = logs.into_iter().flat_map(broken).collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// A tenant's log, with results of every kind.
fn plain() -> Log {
    Tenant::plain(Encoding::Utf8).log("plain", &[])
}

#[test]
fn every_rule_notices_what_breaks_it() {
    let log = plain();
    assert_good([&log]);
    for rule in RULES {
        assert!(!rule.breaks.is_empty(), "{}: nothing shows that it can be broken", rule.name);
        if rule.name == "schema" && shared().is_none() {
            continue;
        }
        for change in rule.breaks {
            assert!((rule.check)(&log.changed(*change)).is_err(), "{} does not notice {change:?}", rule.name);
        }
    }
}

#[test]
fn the_log_of_the_fixtures_is_valid() {
    if !root().join("fixtures").is_dir() {
        eprintln!("left out: there are no fixtures");
        return;
    }
    for shell in ["bash", "pwsh", "cmd"] {
        let arguments = ["audit", "--as-of", "2026-11-23", "--shell", shell, "."].map(str::to_owned);
        assert_good(&Log::of("fixtures", &root().join("fixtures"), &arguments));
    }
}

#[test]
fn the_log_of_every_case_is_valid() {
    if !root().join("tests/cases").is_dir() {
        eprintln!("left out: there are no cases");
        return;
    }
    let logs: Vec<Log> =
        Case::all().iter().filter_map(|case| Log::of(&case.name, &case.folder, &case.arguments)).collect();
    assert!(logs.len() > 1, "no case gives a log");
    assert_good(&logs);
}

#[test]
fn the_logs_of_the_recorded_samples_are_valid() {
    let Some(shared) = shared() else { return };
    let arguments = ["audit", "--as-of", "2026-11-23", "--kind", "all", "."].map(str::to_owned);
    let log = Log::of("samples", &shared.join("data"), &arguments);
    assert!(log.is_some(), "the samples give no log");
    assert_good(&log);
}

#[test]
fn the_log_is_valid_for_exports_in_every_encoding() {
    for encoding in Encoding::ALL {
        let log = Tenant::plain(encoding).log(&format!("{encoding:?}"), &[]);
        assert_eq!(kinds(&log), kinds(&plain()), "{encoding:?}");
        assert_good([&log]);
    }
}

#[test]
fn the_log_of_a_hostile_tenant_is_valid() {
    for shell in ["bash", "pwsh", "cmd"] {
        let log = Tenant::hostile().log(&format!("hostile, {shell}"), &["--shell", shell]);
        let kinds = kinds(&log);
        for kind in ["fail", "open", "pass", "notApplicable"] {
            assert!(kinds.contains_key(kind), "no result is of kind {kind}: {kinds:?}");
        }
        assert_good([&log]);
    }
}

/// Even if a record is invalid, a key at any place in it is in no report.
#[test]
fn no_key_of_an_export_reaches_a_report() {
    let tenant = Tenant::hostile();
    for format in ["sarif", "json", "text"] {
        let output = tenant.run(&["--format", format]);
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&text);
        assert!(!text.is_empty());
        assert!(!text.contains(NEW_KEY) && !text.contains(OLD_KEY), "{format}: {text}");
    }
}

#[test]
fn an_export_that_is_cut_off_is_reported_as_an_error() {
    let log = Tenant::hostile().log("hostile", &[]);
    assert_eq!(log.run()["invocations"][0]["executionSuccessful"], false);
}

/// Another layout, other lines, other names of files, other case of the ids: GitHub sees the alerts that it knew.
#[test]
fn a_fresh_export_keeps_every_fingerprint() {
    let first = fingerprints(&plain());
    assert!(first.len() > 3, "{first:?}");
    for (what, tenant) in [
        ("minified", Tenant::plain(Encoding::MinifiedWithMark)),
        ("other lines", Tenant::plain(Encoding::Utf16LittleEndian)),
        ("other names of files", Tenant::plain(Encoding::Utf8).renamed()),
        ("upper case", Tenant::plain(Encoding::Utf8).in_upper_case()),
    ] {
        assert_eq!(fingerprints(&tenant.log(what, &[])), first, "{what}");
    }
}

fn kinds(log: &Log) -> BTreeMap<String, usize> {
    log.results().iter().fold(BTreeMap::new(), |mut kinds, result| {
        *kinds.entry(result["kind"].as_str().unwrap_or_default().to_owned()).or_default() += 1;
        kinds
    })
}

/// Each result's fingerprints, by its control and its resource.
fn fingerprints(log: &Log) -> BTreeMap<String, Value> {
    let resource =
        |result: &Value| result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"].to_string();
    let key = |result: &Value| format!("{} {}", result["ruleId"], resource(result).to_lowercase());
    list(&log.run()["results"])
        .iter()
        .map(|result| (key(result), result["partialFingerprints"].clone()))
        .collect()
}

#[test]
fn the_profile_for_github_has_the_failed_findings_without_waivers() {
    for name in ["waivers/holds", "waivers/expired", "baseline/has-an-account-that-is-gone"] {
        let case = Case::all().into_iter().find(|case| case.name == name).expect("the case");
        let whole = Log::of(name, &case.folder, &case.arguments).expect("a log");
        let profile = ["--sarif-profile".to_owned(), "github".to_owned()];
        let arguments: Vec<String> = case.arguments.iter().cloned().chain(profile).collect();
        let alerts = Log::of(name, &case.folder, &arguments).expect("a log");
        let counts = |result: &&Value| result["kind"] == "fail" && list(&result["suppressions"]).is_empty();
        let expected: Vec<&Value> = whole.results().iter().filter(counts).collect();
        assert_eq!(alerts.results().iter().collect::<Vec<_>>(), expected, "{name}");
        assert!(alerts.absent.is_empty(), "{name}");
    }
}

#[test]
fn the_profile_for_github_counts_the_results_that_it_leaves_out() {
    let account = |number: usize| {
        serde_json::json!({
            "id": format!("/subscriptions/3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95/resourceGroups/rg/providers/Microsoft.CognitiveServices/accounts/gpt{number}"),
            "name": format!("gpt{number}"),
            "kind": "OpenAI",
            "location": "westeurope",
            "type": "Microsoft.CognitiveServices/accounts",
            "properties": { "disableLocalAuth": false, "dateCreated": "2025-01-01T00:00:00Z" },
        })
    };
    let folder = tempfile::tempdir().expect("a folder");
    let accounts: Vec<Value> = (0..5_001).map(account).collect();
    std::fs::write(folder.path().join("accounts.json"), Value::from(accounts).to_string()).expect("a file");
    let arguments = [
        "audit",
        "--as-of",
        "2026-11-23",
        "--control",
        "KR008",
        "--sarif-profile",
        "github",
        "accounts.json",
    ];
    let log = Log::of("many", folder.path(), &arguments.map(str::to_owned)).expect("a log");
    assert_eq!(log.results().len(), 5_000);
    let messages = log.messages_outside_results();
    assert!(messages.iter().any(|text| text.starts_with("1 of 5001 results are left out")), "{messages:?}");
}
