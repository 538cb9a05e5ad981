//! No text of an export, a file, a name or the command line acts on a terminal or on the log of a CI system, wherever the
//! program repeats it.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Output};

use rotaudit::model::is_hidden;
use serde_json::{Value, json};

use crate::support::{facts, rotaudit, stderr, stdout};

/// Hostile texts. Each contains `owned`, so that it can be found in an output, and one contains a complete line.
const HOSTILE: [&str; 4] = [
    "##vso[task.setvariable variable=PATH]owned\u{1b}]0;x\u{7}\u{1b}[2J\u{202e}\u{2066}",
    "::error title=x::owned\n::add-mask::x\u{9b}31m",
    "##[error]owned\nPASS  owned\r##teamcity[x",
    "owned ::error::x\u{1b}[8m\u{2028}\u{e0041}",
];

const ID: &str = "/subscriptions/3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95/resourceGroups/rg/providers/Microsoft.CognitiveServices/accounts";

/// A list that ends within its second account.
const CUT_OFF: &str = r#"[{"id": "/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/a", "kind": "OpenAI", "type": "Microsoft.CognitiveServices/accounts"}, {"id": "#;

/// The beginning of a policy.
const CONTROL: &str = "# METADATA\n# title: t\n# description: d\n# custom:\n#   id: OWN1\n#   name: Own\n#   level: warning\npackage own\n\n";

/// A place for a text: its name, and a function that writes the files and returns the arguments.
type Place = (&'static str, fn(&Path, &str) -> Vec<String>);

fn words(line: &str) -> Vec<String> {
    line.split(' ').map(str::to_owned).collect()
}

/// The words of a line, with the text in the place of `@`.
fn with(line: &str, text: &str) -> Vec<String> {
    line.split(' ').map(|word| word.replace('@', text)).collect()
}

fn write(folder: &Path, name: &str, content: &str) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(path, content).expect("a file");
}

/// A list of one account with texts in its members.
fn list(folder: &Path, name: &str, text: &str) {
    let account = json!([{
        "id": format!("{ID}/{name}"), "name": name, "kind": "OpenAI", "type": "Microsoft.CognitiveServices/accounts",
        "location": text, "tags": { text: text }, "properties": { "dateCreated": "2024-01-01T00:00:00Z" },
    }]);
    write(folder, "in/accounts.json", &account.to_string());
}

/// A failed attempt to regenerate a key, by `caller`.
fn attempt(folder: &Path, name: &str, caller: &str) {
    let event = json!([{
        "caller": caller, "resourceId": format!("{ID}/{name}"), "category": { "value": "Administrative" },
        "status": { "value": "Failed" }, "subStatus": { "value": caller }, "correlationId": "c", "operationId": "o",
        "eventDataId": "e", "eventTimestamp": "2026-11-20T00:00:00Z",
        "operationName": { "value": "Microsoft.CognitiveServices/accounts/regenerateKey/action" },
        "properties": { "requestbody": "{\"keyName\": \"Key1\"}", "statusCode": caller },
    }]);
    write(folder, "in/log.json", &event.to_string());
}

/// An own policy, with the text as its title, parameter and message, and on one line as its description.
fn policy(folder: &Path, text: &str) {
    let quoted = json!(text).to_string();
    let description = json!(text.replace('\n', " ")).to_string();
    let policy = format!(
        "# METADATA\n# title: {quoted}\n# description: {description}\n# related_resources:\n# - ref: https://x.example\n\
         #   description: {quoted}\n# custom:\n#   id: OWN1\n#   name: Own\n#   level: warning\n#   remediation: {description}\n\
         #   parameters:\n#     own_limit: {quoted}\n#   frameworks:\n#     {quoted}: [{quoted}]\npackage own\n\n\
         import data.params\n\ndefault own_limit := {quoted}\n\nown_limit := data.params.own_limit\n\n\
         violation contains {{\"message\": sprintf(\"%s %s\", [{quoted}, own_limit]), \"steps\": [{{\"text\": {quoted}, \"argv\": \
         [\"az\", {quoted}]}}]}}\n"
    );
    write(folder, "policy/own.rego", &policy);
    let tests = format!(
        "package own_test\n\nimport data.own\n\ntest_own if {{\n\tprint({quoted})\n\tcount(own.violation) == {quoted}\n}}\n"
    );
    write(folder, "policy/own_test.rego", &tests);
}

/// An audit of a list and a log with the text in every member.
fn hostile_exports(folder: &Path, text: &str) {
    let name = text.replace('/', "|");
    list(folder, &name, text);
    attempt(folder, &name, text);
}

fn plain_exports(folder: &Path) {
    list(folder, "gpt", "x");
}

/// An audit of a plain list in the folder `in`, with an option.
fn audit_with(folder: &Path, line: &str, text: &str) -> Vec<String> {
    plain_exports(folder);
    [words("audit --as-of 2026-11-23 in"), with(line, text)].concat()
}

const PLACES: [Place; 63] = [
    ("a dangling link", |folder, text| {
        plain_exports(folder);
        symlink("nowhere", folder.join("in").join(text)).expect("a link");
        words("audit --as-of 2026-11-23 -v in")
    }),
    ("a file of unknown content", |folder, text| {
        plain_exports(folder);
        write(folder, &format!("in/{text}"), "unknown");
        words("audit --as-of 2026-11-23 -v in")
    }),
    ("a file that is cut off", |folder, text| {
        plain_exports(folder);
        write(folder, &format!("in/{text}.json"), CUT_OFF);
        words("audit --as-of 2026-11-23 -q in")
    }),
    ("an empty file without a list", |folder, text| {
        write(folder, &format!("in/{text}.json"), "");
        words("audit in")
    }),
    ("a folder", |folder, text| {
        plain_exports(folder);
        write(folder, &format!("in/{text}/a.json"), CUT_OFF);
        words("audit --as-of 2026-11-23 in")
    }),
    ("two files of the same name", |folder, text| {
        write(folder, &format!("{text}1/a.json"), CUT_OFF);
        write(folder, &format!("{text}2/a.json"), "");
        with("audit -v @1/a.json @2/a.json", text)
    }),
    ("facts of a broken file", |folder, text| {
        write(folder, &format!("in/{text}.json"), CUT_OFF);
        words("facts in")
    }),
    ("a file with a key", |folder, text| {
        write(folder, &format!("in/{text}.env"), "api-key: 4f1d2c3b5a69788796a5b4c3d2e1f00f\n");
        words("audit in")
    }),
    ("collected files", |folder, text| {
        plain_exports(folder);
        write(folder, &format!("in/{text}.json"), CUT_OFF);
        words("collect in -o evidence.jsonl")
    }),
    ("verified files", |folder, text| {
        write(folder, "report.json", &json!({
            "schema": "rotaudit.report/1",
            "inputs": [{"path": text, "sha256": "0".repeat(64), "bytes": 0, "format": "x", "records": 0, "notes": []}],
        }).to_string());
        write(folder, &format!("in/{text}.json"), "[]");
        words("verify report.json in")
    }),
    ("the text report", |folder, text| {
        hostile_exports(folder, text);
        words("audit --as-of 2026-11-23 --assume-complete -v in")
    }),
    ("the text report by subscription", |folder, text| {
        hostile_exports(folder, text);
        words("audit --as-of 2026-11-23 --assume-complete -v --group-by subscription in")
    }),
    ("the Markdown report", |folder, text| {
        hostile_exports(folder, text);
        words("audit --as-of 2026-11-23 --assume-complete --format markdown in")
    }),
    ("the CSV report", |folder, text| {
        hostile_exports(folder, text);
        words("audit --as-of 2026-11-23 --assume-complete --format csv in")
    }),
    ("the JSON report", |folder, text| {
        hostile_exports(folder, text);
        words("audit --as-of 2026-11-23 --assume-complete --format json in")
    }),
    ("the SARIF report", |folder, text| {
        hostile_exports(folder, text);
        words("audit --as-of 2026-11-23 --assume-complete --format sarif in")
    }),
    ("the HTML report", |folder, text| {
        hostile_exports(folder, text);
        words("audit --as-of 2026-11-23 --assume-complete --format html in")
    }),
    ("the JUnit report", |folder, text| {
        hostile_exports(folder, text);
        words("audit --as-of 2026-11-23 --assume-complete --format junit in")
    }),
    ("the OSCAL report", |folder, text| {
        hostile_exports(folder, text);
        words("audit --as-of 2026-11-23 --assume-complete --format oscal in")
    }),
    ("the script", |folder, text| {
        hostile_exports(folder, text);
        words("audit --as-of 2026-11-23 --assume-complete --format script in")
    }),
    ("the script for PowerShell", |folder, text| {
        hostile_exports(folder, text);
        words("audit --as-of 2026-11-23 --assume-complete --format script --shell pwsh in")
    }),
    ("a report on /dev/stdout", |folder, text| {
        hostile_exports(folder, text);
        words("audit --as-of 2026-11-23 --assume-complete -q -o json:/dev/stdout in")
    }),
    ("facts", |folder, text| {
        hostile_exports(folder, text);
        words("facts in")
    }),
    ("an explanation", |folder, text| {
        hostile_exports(folder, text);
        words("explain owned in --as-of 2026-11-23")
    }),
    ("an explanation as JSON", |folder, text| {
        hostile_exports(folder, text);
        words("explain owned in --as-of 2026-11-23 --format json")
    }),
    ("the account to explain", |folder, text| {
        plain_exports(folder);
        with("explain @ in", text)
    }),
    ("the account in the place of exports", |folder, text| {
        plain_exports(folder);
        with("explain in @", text)
    }),
    ("the list of policies", |folder, text| {
        policy(folder, text);
        words("policy list --policy policy/own.rego")
    }),
    ("a policy that is shown", |folder, text| {
        policy(folder, text);
        words("policy show OWN1 --policy policy/own.rego")
    }),
    ("the control to show", |_, text| with("policy show @", text)),
    ("a policy that is checked", |folder, text| {
        write(folder, "own.rego", &(CONTROL.to_owned() + &format!("x := {} + y\n", json!(text))));
        words("policy check own.rego")
    }),
    ("a policy of a hostile name", |folder, text| {
        write(folder, &format!("policy/{text}.rego"), &(CONTROL.to_owned() + "x := y\n"));
        words("policy check policy")
    }),
    ("a policy with raw text at an error", |folder, text| {
        write(folder, "own.rego", &format!("{CONTROL}x := `{text}` + y + `{text}`\n# {text}\n"));
        words("policy check own.rego")
    }),
    ("a policy with raw text in its metadata", |folder, text| {
        write(folder, "own.rego", &format!("# METADATA\n# title: [ {text}\npackage own\n"));
        words("policy check own.rego")
    }),
    ("a policy with an unknown member", |folder, text| {
        write(folder, "own.rego", &format!("# METADATA\n# {}: 1\npackage own\n", json!(text)));
        words("policy check own.rego")
    }),
    ("the tests of a policy", |folder, text| {
        policy(folder, text);
        words("policy test policy --coverage")
    }),
    ("a policy that is tested", |folder, text| {
        policy(folder, "x");
        write(folder, &format!("policy/{text}_test.rego"), "package x_test\n\ntest_x if 1 == 2\n");
        words("policy test policy")
    }),
    ("the results of a test as JSON", |folder, text| {
        policy(folder, "x");
        write(folder, &format!("policy/{text}_test.rego"), "package x_test\n\ntest_x if 1 == 2\n");
        words("policy test policy --format json")
    }),
    ("the results of a check as SARIF", |folder, text| {
        policy(folder, "x");
        write(folder, &format!("policy/{text}.rego"), "package own.y\n\ny if input.keyz\n");
        words("policy check policy --format sarif")
    }),
    ("the answers of a policy", |folder, text| {
        policy(folder, text);
        write(folder, "facts.jsonl", &facts());
        words("policy eval facts.jsonl --policy policy/own.rego --no-builtin-policies")
    }),
    ("facts that cannot be read", |folder, text| {
        write(folder, text, "{}\n[\n");
        with("policy eval @", text)
    }),
    ("the example of a policy", |_, text| with("policy init @", text)),
    ("an audit by a policy", |folder, text| {
        policy(folder, text);
        audit_with(folder, "-v --policy policy/own.rego", text)
    }),
    ("--policy", |folder, text| audit_with(folder, "--policy @", text)),
    ("--control", |folder, text| audit_with(folder, "--control @", text)),
    ("--kind", |folder, text| audit_with(folder, "--kind @", text)),
    ("--as-of", |_, text| with("audit --as-of @ in", text)),
    ("--listed-at", |folder, text| audit_with(folder, "--listed-at @", text)),
    ("--coverage", |folder, text| audit_with(folder, "--coverage @", text)),
    ("a scope of --coverage", |folder, text| {
        audit_with(folder, "--coverage @=2026-08-01..2026-11-23 --declared-by @", text)
    }),
    ("--format", |folder, text| audit_with(folder, "--format @", text)),
    ("--max-age", |folder, text| audit_with(folder, "--max-age=@", text)),
    ("an unknown option", |folder, text| audit_with(folder, "--owned-@", &text.replace('=', ""))),
    ("an unknown command", |_, text| with("@ x", text)),
    ("--output", |folder, text| audit_with(folder, "-o @", text)),
    ("an output in a missing folder", |folder, text| audit_with(folder, "-o @/report.json", text)),
    ("--params", |folder, text| audit_with(folder, "--params @", text)),
    ("a parameter", |folder, text| {
        write(folder, "params.json", &json!({ text: 1 }).to_string());
        audit_with(folder, "--params params.json", text)
    }),
    ("a parameter of the wrong type", |folder, text| {
        policy(folder, text);
        write(folder, "params.json", &json!({ "own_limit": { text: text } }).to_string());
        audit_with(folder, "-v --policy policy/own.rego --params params.json", text)
    }),
    ("--waivers", |folder, text| audit_with(folder, "--waivers @", text)),
    ("a waiver with an unknown member", |folder, text| {
        write(folder, "waivers.yaml", &format!("waivers:\n- {}: 1 # {text}\n", json!(text)));
        audit_with(folder, "--waivers waivers.yaml", text)
    }),
    ("a waiver of nothing", |folder, text| {
        let waiver =
            json!({ "control": text, "resource": text, "expires": "2027-01-31", "justification": text });
        write(folder, "waivers.yaml", &json!({ "waivers": [waiver] }).to_string());
        audit_with(folder, "--waivers waivers.yaml", text)
    }),
    ("--baseline", |folder, text| audit_with(folder, "--baseline @", text)),
];

/// The first line of an output on which something would act.
fn active_line(output: &str) -> Option<&str> {
    let is_active = |line: &&str| {
        let start = line.trim_start();
        line.contains(|character| character != '\t' && is_hidden(character))
            || ["##vso[", "##[", "##teamcity["].iter().any(|command| line.contains(command))
            || start.strip_prefix("::").is_some_and(|rest| rest.starts_with(char::is_alphabetic))
            || start.starts_with("PASS  owned")
    };
    output.strip_prefix('\u{feff}').unwrap_or(output).lines().find(is_active)
}

fn run(place: &Place, text: &str) -> Output {
    let folder = tempfile::tempdir().expect("a folder");
    let arguments = place.1(folder.path(), text);
    rotaudit(folder.path()).args(arguments).output().expect("the program runs")
}

#[test]
fn no_text_from_outside_acts_on_a_terminal_or_a_log() {
    let mut failures = Vec::new();
    for (place, text) in PLACES.iter().flat_map(|place| HOSTILE.map(|text| (place, text))) {
        let output = run(place, text);
        let outputs = [stdout(&output), stderr(&output)];
        failures.extend(
            outputs
                .iter()
                .filter_map(|output| active_line(output))
                .map(|line| format!("{}: {line:?}", place.0)),
        );
        if !outputs.iter().any(|output| output.contains("owned")) {
            failures.push(format!("{}: {text:?} is not shown: {outputs:?}", place.0));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// The script repeats names when it runs.
#[test]
fn no_text_acts_when_the_script_prints_it() {
    let place = PLACES.iter().find(|(known, _)| *known == "the script").expect("a place");
    for text in HOSTILE {
        let script = run(place, text).stdout;
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("fix.sh"), script).expect("a script");
        let output =
            Command::new("bash").arg("fix.sh").current_dir(folder.path()).output().expect("bash runs");
        assert!(stdout(&output).contains("owned") && stderr(&output).is_empty(), "{output:?}");
        assert_eq!(active_line(stdout(&output)), None);
    }
}

/// Every string of a document.
fn strings(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().flat_map(strings).collect(),
        Value::Object(members) => members.values().flat_map(strings).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn formats_that_escape_keep_the_value() {
    for name in ["the JSON report", "facts", "an explanation as JSON"] {
        let place = PLACES.iter().find(|(known, _)| *known == name).expect("a place");
        for text in HOSTILE {
            let output = run(place, text);
            let document: Value = serde_json::from_str(stdout(&output)).expect("JSON");
            assert!(strings(&document).contains(&text), "{name}: {document}");
        }
    }
    for name in ["the results of a test as JSON", "the results of a check as SARIF"] {
        let place = PLACES.iter().find(|(known, _)| *known == name).expect("a place");
        for text in HOSTILE {
            serde_json::from_str::<Value>(stdout(&run(place, text))).expect("JSON");
        }
    }
}
