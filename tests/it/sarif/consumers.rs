//! Logs as their consumers show them.

use std::fs;

use serde_json::{Value, json};

use crate::sarif::log::Log;
use crate::sarif::rules::list;
use crate::support::{root, rotaudit, stderr, stdout};

/// The title of a result: its message up to the end of the first sentence.
fn title(result: &Value) -> &str {
    let text = result["message"]["text"].as_str().unwrap_or_default();
    text.split_inclusive(". ").next().unwrap_or_default().trim_end()
}

/// The same evidence, audited a day later; `dojo/tools/sarif/parser.py` of `DefectDojo` takes the title from
/// the message.
#[test]
fn the_title_of_a_finding_is_the_same_a_day_later() {
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

/// `DefectDojo` shows `driver.version`; a reader of the message sees which file has a record.
#[test]
fn a_log_has_its_version_and_a_link_names_its_file() {
    let arguments = ["audit", "--as-of", "2026-11-23", "."].map(str::to_owned);
    let log = Log::of("fixtures", &root().join("fixtures"), &arguments).expect("a log");
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

const CONTROLS: [&str; 10] =
    ["KR001", "KR002", "KR003", "KR004", "KR005", "KR006", "KR007", "KR008", "KR009", "KR010"];

/// Whether a command has this form. A word in upper case matches any word.
fn is_of_form(command: &str, form: &str) -> bool {
    let (command, form): (Vec<&str>, Vec<&str>) = (command.split(' ').collect(), form.split(' ').collect());
    let is_filled_in = |word: &str| word.chars().all(|letter| letter.is_ascii_uppercase() || letter == '_');
    command.len() == form.len()
        && command.iter().zip(&form).all(|(word, form)| word == form || is_filled_in(form))
}

/// The help of a rule has the form of each command of the control's example, and no other.
#[test]
fn the_help_of_a_rule_has_the_commands_of_its_findings() {
    let selected = CONTROLS.iter().flat_map(|id| ["--control", id]);
    let arguments: Vec<String> =
        ["audit", "--as-of", "2026-11-23", "."].into_iter().chain(selected).map(str::to_owned).collect();
    let log = Log::of("fixtures", &root().join("fixtures"), &arguments).expect("a log");
    let rules = list(&log.run()["tool"]["driver"]["rules"]);
    assert_eq!(rules.len(), CONTROLS.len());
    for rule in rules {
        let id = rule["id"].as_str().unwrap_or_default();
        let page = rotaudit(&root()).args(["policy", "show", id]).output().expect("the program runs");
        let commands: Vec<&str> = stdout(&page)
            .lines()
            .filter_map(|line| line.strip_prefix("   "))
            .filter(|line| *line != "```")
            .collect();
        let [text, formatted] =
            ["text", "markdown"].map(|member| rule["help"][member].as_str().unwrap_or_default());
        let forms: Vec<&str> = text
            .lines()
            .filter(|line| ["az ", "rotaudit "].iter().any(|name| line.starts_with(name)))
            .collect();
        for command in &commands {
            assert!(forms.iter().any(|form| is_of_form(command, form)), "{id}: {command}: {forms:?}");
        }
        for form in &forms {
            assert!(commands.iter().any(|command| is_of_form(command, form)), "{id}: {form}: {commands:?}");
            assert!(formatted.contains(&format!("\n    {form}\n")), "{id}: {form}: {formatted}");
        }
        assert!(text.contains("How to fix it: ") && formatted.contains("## How to fix it"), "{id}: {text}");
    }
}

const OWN: &str = r#"# METADATA
# scope: package
# title: Accounts must have an owner
# description: Accounts must have an owner.
# related_resources:
#   - ref: https://policies.contoso.com/owner
# custom:
#   id: ACME001
#   name: HasOwner
#   level: warning
#   passes: the account has an owner
#   precision: medium
#   tags: [ownership]
#   frameworks:
#     Contoso Standard: [C-7]
#     NIST SP 800-53: [AC-2]
package acme.has_owner

violation contains {"message": "The account has no owner."} if input.account.name == "nobody"
"#;

#[test]
fn a_rule_of_an_own_control_has_what_its_author_states_and_no_more() {
    let policies = tempfile::tempdir().expect("a folder");
    let bare = OWN.replace("ACME001", "ACME002").replace("HasOwner", "Bare").replace("has_owner", "bare");
    let is_bare = |line: &&str| {
        !["related_", "- ref", "passes:", "precision:", "tags:"].iter().any(|part| line.contains(part))
    };
    let bare: Vec<&str> = bare.lines().filter(is_bare).collect();
    fs::write(policies.path().join("own.rego"), OWN).expect("a file");
    fs::write(policies.path().join("bare.rego"), bare.join("\n") + "\n").expect("a file");
    let policies = policies.path().to_str().expect("a path");
    let arguments = ["audit", "--as-of", "2026-11-23", "--policy", policies, "."].map(str::to_owned);
    let log = Log::of("fixtures", &root().join("fixtures"), &arguments).expect("a log");
    let rule = |id: &str| {
        let rules = list(&log.run()["tool"]["driver"]["rules"]);
        rules.iter().find(|rule| rule["id"] == id).expect("a rule")
    };
    let (own, bare) = (rule("ACME001"), rule("ACME002"));
    assert_eq!(own["helpUri"], "https://policies.contoso.com/owner");
    assert_eq!(own["properties"]["precision"], "medium");
    assert_eq!(own["properties"]["tags"], json!(["security", "ownership"]));
    assert!(bare["helpUri"].is_null() && bare["properties"]["precision"].is_null(), "{bare}");
    assert_eq!(bare["properties"]["tags"], json!(["security"]));
    let passes = |id: &str| {
        let mut of_rule = log.results().iter().filter(|result| result["ruleId"] == id);
        let text = of_rule.next().and_then(|result| result["message"]["text"].as_str()).unwrap_or_default();
        text.split_once(" passes ").map(|(_, text)| text.split_inclusive('.').next().unwrap_or_default())
    };
    assert_eq!(passes("ACME001"), Some("ACME001: the account has an owner."));
    assert_eq!(passes("ACME002"), Some("ACME002: Accounts must have an owner."));
    let meaning = |name: &str| {
        let taxonomies = list(&log.run()["taxonomies"]);
        let taxonomy = taxonomies.iter().find(|taxonomy| taxonomy["name"] == name).expect("a taxonomy");
        taxonomy["shortDescription"]["text"].as_str().unwrap_or_default()
    };
    assert!(!meaning("Contoso Standard").contains("analog"), "{}", meaning("Contoso Standard"));
    assert!(
        meaning("NIST SP 800-53").contains("built-in rules are analogies"),
        "{}",
        meaning("NIST SP 800-53")
    );
    assert!(meaning("PCI DSS").contains("none of them names"), "{}", meaning("PCI DSS"));
}

/// A pass states what its own control proved, and not the answer of another control.
#[test]
fn a_pass_names_what_its_control_checked() {
    let arguments = ["audit", "--as-of", "2026-11-23", "."].map(str::to_owned);
    let log = Log::of("fixtures", &root().join("fixtures"), &arguments).expect("a log");
    let passes = log.results().iter().filter(|result| result["kind"] == "pass");
    let mut count = 0;
    for result in passes {
        let (id, text) =
            (result["ruleId"].as_str().unwrap_or_default(), result["message"]["text"].to_string());
        assert!(text.contains(&format!(" passes {id}")), "{text}");
        assert_eq!(text.contains("older key was set"), id == "KR001", "{id}: {text}");
        count += 1;
    }
    assert!(count > 30, "{count} results pass");
}
