//! Checks the logs of every kind of input against the rules of design/SARIF.md.

mod consumers;
pub(crate) mod exports;
pub(crate) mod log;
mod profiles;
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
    for shell in ["bash", "pwsh", "cmd"] {
        let arguments = ["audit", "--as-of", "2026-11-23", "--shell", shell, "."].map(str::to_owned);
        assert_good([&Log::of("fixtures", &root().join("fixtures"), &arguments).expect("a log")]);
    }
}

#[test]
fn the_log_of_every_case_is_valid() {
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

/// A key at any place in an export, even in an invalid record, is in no report.
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

/// A new export can have another layout, other lines, other file names and ids in another case. GitHub must still
/// recognize its alerts.
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
