//! What consumers of a log show of it.

use serde_json::Value;

use crate::sarif::log::Log;
use crate::sarif::rules::list;
use crate::support::{root, rotaudit, stderr};

/// The title of a result: its message up to the end of the first sentence.
fn title(result: &Value) -> &str {
    let text = result["message"]["text"].as_str().unwrap_or_default();
    text.split_inclusive(". ").next().unwrap_or_default().trim_end()
}

/// The same evidence, audited a day later; `dojo/tools/sarif/parser.py` of DefectDojo takes the title from the message.
#[test]
fn the_title_of_a_finding_is_the_same_a_day_later() {
    if !root().join("fixtures").is_dir() {
        eprintln!("left out: there are no fixtures");
        return;
    }
    let titles = |day: &str| -> Vec<(String, String)> {
        let arguments = ["audit", "--as-of", day, "--sarif-profile", "github", "."].map(str::to_owned);
        let log = Log::of("fixtures", &root().join("fixtures"), &arguments).expect("a log");
        let of = |result: &Value| (result["ruleId"].to_string(), title(result).to_owned());
        log.results().iter().map(of).collect()
    };
    let first = titles("2026-11-23");
    assert!(first.len() > 9, "{first:?}");
    assert_eq!(titles("2026-11-24"), first);
}

/// DefectDojo shows `driver.version`; a reader of the message sees which file has a record.
#[test]
fn a_log_has_its_version_and_a_link_names_its_file() {
    let arguments = ["audit", "--as-of", "2026-11-23", "."].map(str::to_owned);
    let Some(log) = Log::of("fixtures", &root().join("fixtures"), &arguments) else { return };
    let driver = &log.run()["tool"]["driver"];
    assert_eq!(driver["version"], env!("CARGO_PKG_VERSION"));
    let linked = log.results().iter().filter(|result| !list(&result["relatedLocations"]).is_empty());
    let mut count = 0;
    for result in linked {
        let text = result["message"]["text"].as_str().unwrap_or_default();
        for location in list(&result["relatedLocations"]) {
            let place = &location["physicalLocation"];
            let uri = place["artifactLocation"]["uri"].as_str().unwrap_or_default();
            let link = format!("[{uri}, line {}]({})", place["region"]["startLine"], location["id"]);
            assert!(text.contains(&link), "{link}: {text}");
            count += 1;
        }
    }
    assert!(count > 0, "no result has a record");
}

/// A viewer opens each file at its place in the repository, and a baseline finds each result again.
#[test]
fn a_prefix_is_before_every_path_and_in_no_fingerprint() {
    let folder = root().join("fixtures");
    let log = |more: &[&str]| {
        let arguments = ["audit", "--as-of", "2026-11-23", "."].iter().chain(more);
        let arguments: Vec<String> = arguments.map(|part| (*part).to_owned()).collect();
        Log::of("fixtures", &folder, &arguments).expect("a log")
    };
    let (plain, prefixed) = (log(&[]), log(&["--sarif-root", "evidence/my azure/"]));
    let uris = |log: &Log| -> Vec<String> {
        log.artifact_locations()
            .into_iter()
            .map(|location| location["uri"].as_str().unwrap_or_default().to_owned())
            .collect()
    };
    let expected: Vec<String> = uris(&plain).iter().map(|uri| format!("evidence/my%20azure/{uri}")).collect();
    assert!(!expected.is_empty());
    assert_eq!(uris(&prefixed), expected);
    let prints = |log: &Log| -> Vec<Value> {
        log.results().iter().map(|result| result["partialFingerprints"].clone()).collect()
    };
    assert_eq!(prints(&prefixed), prints(&plain));
}

#[test]
fn a_prefix_that_leaves_the_repository_is_refused() {
    for prefix in ["", "/evidence", "..", "a/../..", "./a", "a//b", "C:\\exports", "https://x.example"] {
        let mut command = rotaudit(&root());
        command.args(["audit", "--sarif-root", prefix, "fixtures"]);
        let output = command.output().expect("the program runs");
        assert_eq!(output.status.code(), Some(2), "{prefix}");
        assert!(stderr(&output).contains("evidence/azure"), "{prefix}: {}", stderr(&output));
    }
}
