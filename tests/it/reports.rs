//! How the formats for other programs show a hostile tenant, a large one, one that is waived, and evidence
//! that could not be read.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use quick_junit::{NonSuccessKind, Report as JUnit, TestCase, TestCaseStatus};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::support::{Case, root, rotaudit, stderr, stdout};

/// Names that have a meaning in a spreadsheet, in Markdown or in XML, each with the text that a reader must see.
const NAMES: [(&str, &str); 24] = [
    ("=cmd|' C calc'!A0", "=cmd|' C calc'!A0"),
    ("-2+3", "-2+3"),
    ("+1", "+1"),
    ("@SUM(1)", "@SUM(1)"),
    ("\t=1", "\\u{9}=1"),
    ("\r=1", "\\u{d}=1"),
    (" \u{a0}=1", " \u{a0}=1"),
    ("\u{ff1d}1", "\u{ff1d}1"),
    ("a;=1", "a;=1"),
    ("a;\"=1;", "a;\"=1;"),
    ("\"=1", "\"=1"),
    ("a|b", "a|b"),
    ("<script>alert(1)", "<script>alert(1)"),
    ("<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"),
    ("[x](javascript:alert(1))", "[x](javascript:alert(1))"),
    ("![x](data:x)", "![x](data:x)"),
    ("@org", "@org"),
    ("#123", "#123"),
    ("www.evil.example", "www.evil.example"),
    ("`` ` ```", "`` ` ```"),
    ("]]>&lt;", "]]>&lt;"),
    ("a\u{202e}b", "a\\u{202e}b"),
    ("a\n# b", "a\\u{a}# b"),
    ("\u{ffff}", "\u{ffff}"),
];

/// The account whose regeneration failed.
const GROUP: &str = "rg";
const NAME: &str = "ordinary";

/// The name of a caller who tried to regenerate a key, which reports repeat.
const CALLER: &str =
    "@org/team #123 https://evil.example [x](javascript:alert(1)) <img src=x onerror=alert(1)> `*_|~";

/// With this coverage, the failures are proven.
const DECLARED: [&str; 2] = ["--coverage", "*=2023-12-31..2026-11-23"];

const SUBSCRIPTION: &str = "3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95";

fn id(name: &str) -> String {
    format!(
        "/subscriptions/{SUBSCRIPTION}/resourceGroups/<b>g|/providers/Microsoft.CognitiveServices/accounts/{name}"
    )
}

/// A folder with accounts of these names.
fn tenant<'a>(names: impl Iterator<Item = &'a str>) -> TempDir {
    let accounts: Vec<Value> = names
        .map(|name| {
            json!({
                "id": id(name), "name": name, "kind": "OpenAI", "type": "Microsoft.CognitiveServices/accounts",
                "properties": {"dateCreated": "2024-01-01T00:00:00Z"},
            })
        })
        .collect();
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), "accounts.json", &Value::from(accounts));
    folder
}

/// A tenant in which every name is hostile, and in which a regeneration failed for one more account with an ordinary
/// name. An event with a hostile name would be unreadable, since Azure does not allow such names.
fn hostile_tenant() -> TempDir {
    let folder = tenant(NAMES.iter().map(|(name, _)| *name));
    let ordinary = format!(
        "/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}/providers/Microsoft.CognitiveServices/accounts/{NAME}"
    );
    let account = json!({
        "id": ordinary, "name": NAME, "kind": "OpenAI", "type": "Microsoft.CognitiveServices/accounts",
        "properties": {"dateCreated": "2024-01-01T00:00:00Z"},
    });
    write(folder.path(), "ordinary.json", &json!([account]));
    let event = json!({
        "caller": CALLER, "resourceId": ordinary, "subscriptionId": SUBSCRIPTION,
        "category": {"value": "Administrative"}, "status": {"value": "Failed"},
        "correlationId": "correlation", "operationId": "operation", "eventDataId": "event",
        "eventTimestamp": "2026-11-10T09:00:02Z",
        "operationName": {"value": "Microsoft.CognitiveServices/accounts/regenerateKey/action"},
        "resourceProviderName": {"value": "Microsoft.CognitiveServices"},
        "properties": {"requestbody": "{\"keyName\": \"key2\"}"}, "subStatus": {"value": "Conflict"},
    });
    write(folder.path(), "activity =1 [x](y).json", &json!([event]));
    folder
}

fn write(folder: &Path, name: &str, content: &Value) {
    fs::write(folder.join(name), content.to_string()).expect("an export can be written");
}

/// Returns the report on the files in `folder`, in one format.
fn report(folder: &Path, format: &str, more: &[&str]) -> String {
    let mut command = rotaudit(folder);
    command.args(["audit", "--as-of", "2026-11-23", "--format", format]).args(more);
    let output = command.arg(".").output().expect("the program runs");
    assert!(!output.stdout.is_empty(), "{}", stderr(&output));
    String::from_utf8(output.stdout).expect("the program prints UTF-8")
}

fn json_report(folder: &Path, more: &[&str]) -> Value {
    serde_json::from_str(&report(folder, "json", more)).expect("JSON")
}

/// All findings of a JSON report.
fn findings(report: &Value) -> Vec<&Value> {
    let of_accounts = report["accounts"].as_array().into_iter().flatten().map(|account| &account["findings"]);
    of_accounts
        .chain([&report["findings"]])
        .flat_map(|findings| findings.as_array().into_iter().flatten())
        .collect()
}

struct Table {
    columns: csv::StringRecord,
    rows: Vec<csv::StringRecord>,
}

impl Table {
    fn read(text: &str) -> Table {
        let text = text.strip_prefix('\u{feff}').expect("a byte-order mark");
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let columns = reader.headers().expect("a header").clone();
        Table { columns, rows: reader.records().map(|row| row.expect("a row")).collect() }
    }

    fn column(&self, name: &str) -> impl Iterator<Item = &str> {
        let index = self.columns.iter().position(|column| column == name).expect("a column");
        self.rows.iter().map(move |row| &row[index])
    }
}

fn tests(document: &JUnit) -> impl Iterator<Item = &TestCase> {
    document.test_suites.iter().flat_map(|suite| &suite.test_cases)
}

#[test]
fn a_spreadsheet_runs_nothing_of_a_hostile_tenant() {
    let folder = hostile_tenant();
    let text = report(folder.path(), "csv", &DECLARED);
    let table = Table::read(&text);
    let json = json_report(folder.path(), &DECLARED);
    let notes = json["notes"].as_array().map_or(0, Vec::len);
    assert_eq!(table.rows.len(), findings(&json).len() + notes);
    let signs = ['=', '+', '-', '@', '\u{ff1d}', '\t', '\r'];
    for cell in table.rows.iter().flatten() {
        // If the comma is the decimal sign, a semicolon separates cells.
        for part in cell.split(';') {
            assert!(!part.starts_with(signs), "{cell:?}");
            assert!(!part.trim_start_matches([' ', '\u{a0}', '"']).starts_with(signs), "{cell:?}");
        }
    }
    let names: BTreeSet<&str> = table.column("name").collect();
    for name in ["'=cmd|' C calc'!A0", "'-2+3", "a;'=1", "a|b", "a\\u{202e}b", "a\\u{a}# b"] {
        assert!(names.contains(name), "{name} is not among {names:?}");
    }
    // Each command is complete, or left out.
    let whole: BTreeSet<&str> = commands(&json).collect();
    assert!(table.column("steps").any(|steps| steps.contains("--name '<script>alert(1)' --key-name key1")));
    let lines = table.column("steps").flat_map(str::lines).filter(|line| line.starts_with("az "));
    let mut shown = 0;
    for line in lines {
        assert!(whole.contains(line), "{line:?} is not a command of the JSON report");
        shown += 1;
    }
    assert!(shown > 0, "no command is shown");
    assert!(text.ends_with("\r\n"));
}

fn commands(report: &Value) -> impl Iterator<Item = &str> {
    let steps =
        findings(report).into_iter().flat_map(|finding| finding["steps"].as_array().into_iter().flatten());
    steps.filter_map(|step| step["command"].as_str())
}

#[test]
fn markdown_renders_nothing_of_a_hostile_tenant() {
    let folder = hostile_tenant();
    let waivers = json!({"waivers": [{
        "control": "KR001", "resource": id("a|b"), "expires": "2027-01-01", "justification": CALLER, "approver": CALLER,
    }]});
    let file = tempfile::NamedTempFile::new().expect("a file");
    fs::write(file.path(), waivers.to_string()).expect("waivers");
    let arguments = [&DECLARED[..], &["--waivers", file.path().to_str().expect("a path")]].concat();
    let text = report(folder.path(), "markdown", &arguments);
    let mut code = BTreeSet::new();
    let mut blocks = BTreeSet::new();
    let mut in_block = false;
    for event in Parser::new_ext(
        &text,
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS,
    ) {
        match event {
            Event::Code(text) => drop(code.insert(text.to_string())),
            Event::Start(Tag::CodeBlock(_)) => in_block = true,
            Event::End(TagEnd::CodeBlock) => in_block = false,
            Event::Text(text) if in_block => drop(blocks.insert(text.trim_end().to_owned())),
            // GitHub makes links and mentions of plain text.
            Event::Text(text) => {
                assert!(!text.contains(['@', '#', '<', '[', '|', '/', '\\', '~']), "{text:?}");
            }
            Event::Start(
                Tag::Paragraph
                | Tag::Heading { .. }
                | Tag::List(_)
                | Tag::Item
                | Tag::Strong
                | Tag::Table(_)
                | Tag::TableHead
                | Tag::TableRow
                | Tag::TableCell,
            )
            | Event::End(_) => {}
            other => panic!("{other:?} in the midst of\n{text}"),
        }
    }
    for (_, shown) in NAMES {
        assert!(code.contains(shown), "{shown:?} is not among {code:?}");
    }
    let json = json_report(folder.path(), &arguments);
    let commands: BTreeSet<String> = commands(&json).map(shown).collect();
    assert!(!blocks.is_empty() && blocks.is_subset(&commands), "{:?}", blocks.difference(&commands));
}

/// Returns the text as reports for people show it, with hidden characters spelled out.
fn shown(text: &str) -> String {
    rotaudit::model::printable(text)
}

#[test]
fn junit_holds_a_hostile_tenant_as_it_is() {
    let folder = hostile_tenant();
    let text = report(folder.path(), "junit", &DECLARED);
    let document = JUnit::deserialize_from_str(&text).expect("JUnit XML");
    let class = format!("{SUBSCRIPTION}/<b>g|");
    for (_, shown) in NAMES {
        let shown = shown.replace('\u{ffff}', "\u{fffd}");
        let of_account: Vec<&TestCase> = tests(&document)
            .filter(|test| test.name.as_str() == shown && test.classname.as_deref() == Some(&class))
            .collect();
        assert_eq!(of_account.len(), 6, "{shown:?}");
    }
    let class = format!("{SUBSCRIPTION}/{GROUP}");
    let mut ordinary = tests(&document).filter(|test| test.classname.as_deref() == Some(&class));
    assert!(ordinary.any(|test| message(test).contains(CALLER)), "no test names the caller");
    assert!(!text.contains("timestamp") && !text.contains("uuid"));
}

fn message(test: &TestCase) -> &str {
    match &test.status {
        TestCaseStatus::Success { .. } => "",
        TestCaseStatus::NonSuccess { message, .. } | TestCaseStatus::Skipped { message, .. } => {
            message.as_deref().unwrap_or_default()
        }
    }
}

/// A failure in JUnit is a failure in the JSON report, or an open finding of a control that is not an indicator.
#[test]
fn junit_counts_what_the_json_report_does() {
    let fixtures = root().join("fixtures");
    let waivers = root().join("tests/cases/waivers/with-approver-and-ticket");
    let waived = ["--waivers", "waivers.yaml"];
    for (folder, more) in [(&fixtures, &[][..]), (&waivers, &waived)] {
        let json = json_report(folder, more);
        let counts = |finding: &&&Value| {
            let is_indicator =
                !["KR001", "KR006", "KR007", "KR010"].contains(&finding["control"].as_str().unwrap_or(""));
            let outcome = &finding["outcome"];
            finding["waiver"].is_null() && (outcome == "fail" || outcome == "open" && !is_indicator)
        };
        let all = findings(&json);
        let document = JUnit::deserialize_from_str(&report(folder, "junit", more)).expect("JUnit XML");
        assert_eq!(document.failures, all.iter().filter(counts).count());
        assert_eq!((document.tests, document.errors), (all.len(), 0));
        for finding in all.iter().filter(|finding| !finding["waiver"].is_null()) {
            let justification = finding["waiver"]["justification"].as_str().expect("a justification");
            let mut skipped =
                tests(&document).filter(|test| matches!(test.status, TestCaseStatus::Skipped { .. }));
            assert!(skipped.any(|test| message(test).contains(justification)), "{justification}");
        }
    }
}

/// A failure that the baseline excuses is skipped, with the reason.
#[test]
fn junit_skips_what_is_not_new() {
    for (case, message_of_known, failures) in [
        ("has-it-already", Some("Unchanged since the baseline: "), 0),
        ("has-it-of-a-higher-level", Some("Less severe than in the baseline: "), 0),
        ("has-it-of-a-lower-level", None, 1),
        ("has-it-waived", None, 1),
        ("does-not-have-it", None, 1),
        ("gates-nothing-by-itself", None, 1),
    ] {
        let case = Case::all().into_iter().find(|found| found.name == format!("baseline/{case}"));
        let case = case.expect("the case");
        let output = case.run(&["--format", "junit"]);
        let document = JUnit::deserialize_from_str(stdout(&output)).expect("JUnit XML");
        assert_eq!(document.failures, failures, "{}", case.name);
        let known = tests(&document).filter(|test| {
            matches!(test.status, TestCaseStatus::Skipped { .. })
                && message_of_known.is_some_and(|start| message(test).starts_with(start))
        });
        assert_eq!(
            known.count(),
            usize::from(message_of_known.is_some()),
            "{}: {}",
            case.name,
            stdout(&output)
        );
    }
}

#[test]
fn the_verdict_line_counts_what_is_new() {
    for (case, end) in [
        ("has-it-already", "0 new or worse, 1 known, 0 fixed or gone · exit status 0 (--fail-on-new)"),
        (
            "has-it-of-a-lower-level",
            "1 new or worse, 0 known, 0 fixed or gone · new: KR001 1 · exit status 1 (--fail-on warning --fail-on-new)",
        ),
        (
            "has-a-finding-that-is-fixed",
            "0 new or worse, 1 known, 1 fixed or gone · exit status 0 (--fail-on-new)",
        ),
        (
            "gates-nothing-by-itself",
            "0 new or worse, 1 known, 0 fixed or gone · KR001 1 · exit status 1 (--fail-on warning)",
        ),
    ] {
        let case = Case::all().into_iter().find(|found| found.name == format!("baseline/{case}"));
        let case = case.expect("the case");
        let output = case.run(&["-q"]);
        assert!(stdout(&output).trim_end().ends_with(end), "{end}: {}", stdout(&output));
        let changes = end.split(" · ").next().expect("the numbers");
        for format in ["text", "html"] {
            let output = case.run(&["--format", format]);
            let line = stdout(&output).lines().find(|line| line.contains("Findings since ")).expect("a line");
            assert!(line.contains(changes), "{changes}: {line}");
        }
    }
}

#[test]
fn waivers_are_shown_next_to_their_findings() {
    let folder = root().join("tests/cases/waivers/with-approver-and-ticket");
    let waived = ["--waivers", "waivers.yaml"];
    let table = Table::read(&report(&folder, "csv", &waived));
    let of = |column: &str| table.column(column).filter(|cell| !cell.is_empty()).collect::<Vec<&str>>();
    assert_eq!(of("waived_until"), ["2027-01-01"]);
    assert_eq!(of("waiver_justification"), ["Migration to Entra ID"]);
    let text = report(&folder, "markdown", &waived);
    assert!(
        text.contains("Waived until 2027-01-01 by `ciso@contoso.com`: Migration to Entra ID (`SEC-7`)"),
        "{text}"
    );
}

#[test]
fn every_format_names_files_that_could_not_be_read() {
    let folder = root().join("tests/cases/log/truncated-log/exports");
    let table = Table::read(&report(&folder, "csv", &[]));
    let mut errors =
        table.column("level").zip(table.column("message")).filter(|(level, _)| *level == "error");
    assert!(errors.any(|(_, message)| message.starts_with("activity.json")));
    let text = report(&folder, "markdown", &[]);
    assert!(text.contains("the audit is not complete") && text.contains("### Errors (1)"), "{text}");
    let page = report(&folder, "html", &[]);
    assert!(
        page.contains("<ol class=\"next\">\n<li><b>Errors (1)</b>"),
        "errors are not the first of the next steps"
    );
    let document = JUnit::deserialize_from_str(&report(&folder, "junit", &[])).expect("JUnit XML");
    assert_eq!(document.errors, 1);
    let is_error = |test: &&TestCase| {
        matches!(test.status, TestCaseStatus::NonSuccess { kind: NonSuccessKind::Error, .. })
    };
    let error = tests(&document).find(is_error).expect("an error");
    assert!(error.name.as_str().starts_with("activity.json"), "{error:?}");
}

#[test]
fn markdown_says_which_answer_is_open() {
    for (case, answer) in [
        ("own-control-open", "**`ACME001`** (open) The list may be old."),
        ("own-control-fails", "**`ACME001`** The account has no tag owner."),
    ] {
        let case = root().join("tests/cases/policies").join(case);
        let text = report(&case, "markdown", &["--policy", "policies"]);
        assert!(text.contains(answer), "{text}");
    }
}

/// `tests/html/check.mjs` looks at the same in a browser.
#[test]
fn html_holds_a_hostile_tenant_as_text() {
    let folder = hostile_tenant();
    let text = report(folder.path(), "html", &DECLARED);
    for (_, shown) in NAMES {
        let escaped =
            shown.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
        assert!(text.contains(&format!("<bdi>{escaped}</bdi>")), "{escaped} is not shown");
    }
    let hidden = text.chars().find(|character| *character != '\n' && rotaudit::model::is_hidden(*character));
    assert_eq!(hidden, None);
    let tags: BTreeSet<&str> = text
        .split('<')
        .skip(1)
        .map(|tag| tag.split(|character: char| !character.is_ascii_alphanumeric()).next().unwrap_or_default())
        .collect();
    for tag in ["img", "iframe", "object", "link", "base", "x"] {
        assert!(!tags.contains(tag), "{tag}");
    }
    assert_eq!(text.matches("<script").count(), 1);
    assert_eq!(text.matches("style=").count(), 0);
}

/// Otherwise, the page would refuse its own style and script.
#[test]
fn html_allows_only_its_own_style_and_script() {
    let text = report(&root().join("fixtures"), "html", &[]);
    for element in ["style", "script"] {
        let (_, after) = text.split_once(&format!("<{element}>")).expect("an element");
        let (content, _) = after.split_once("</").expect("its end");
        let hash = data_encoding::BASE64.encode(&Sha256::digest(content));
        assert!(text.contains(&format!("{element}-src 'sha256-{hash}'")), "{element}");
    }
    assert!(text.contains("default-src 'none'"));
    assert!(!text.contains("unsafe"));
}

/// GitHub shows nothing of a summary above 1 MiB.
#[test]
fn markdown_of_a_large_tenant_counts_the_accounts_that_it_leaves_out() {
    const ACCOUNTS: usize = 20_000;
    let names: Vec<String> = (0..ACCOUNTS).map(|number| format!("gpt-{number:05}")).collect();
    let folder = tenant(names.iter().map(String::as_str));
    let text = report(folder.path(), "markdown", &["--control", "KR001"]);
    assert!((900_000..1_048_576).contains(&text.len()), "{} bytes", text.len());
    assert!(text.contains(&format!("| unproven | {ACCOUNTS} |")));
    let shown = text.lines().filter(|line| line.starts_with("#### ")).count();
    let left_out = format!("**{} of {ACCOUNTS} accounts are left out here**", ACCOUNTS - shown);
    assert!(text.contains(&left_out), "not said: {left_out}");
    assert!(text.contains("### Evidence"), "the sections after the accounts are there");
}

/// An unproven age decides nothing if the control about ages is left out.
#[test]
fn without_kr001_reports_speak_of_the_controls_that_were_evaluated() {
    let passes = root().join("tests/cases/policies/only-own-passes");
    let own = ["--policy", "policies", "--no-builtin-policies"];
    for format in ["text", "markdown", "html"] {
        let text = report(&passes, format, &own);
        let is_about_ages = ["UNPROVEN", "Unproven (", "1 unproven", "cannot be proven", "neither way"];
        assert!(is_about_ages.iter().all(|words| !text.contains(words)), "{format}: {text}");
        assert!(text.to_lowercase().contains("1 passed"), "{format}: {text}");
        assert!(text.contains("was not evaluated"), "{format}: {text}");
    }
    let waived = root().join("tests/cases/policies/only-own");
    let folder = tempfile::tempdir().expect("a folder");
    let waivers = json!({ "waivers": [{
        "control": "ACME001", "resource": "**", "expires": "2027-01-01", "justification": "a waiver",
    }] });
    write(folder.path(), "waivers.yaml", &waivers);
    let waivers = folder.path().join("waivers.yaml").display().to_string();
    let options = [&own[..], &["--waivers", &waivers]].concat();
    assert!(report(&waived, "text", &options).contains("PASS  1 failed, 1 waived"));
    assert!(report(&waived, "markdown", &options).contains("| of these waived | 1 |"));
    assert!(report(&waived, "html", &options).contains("of the failed and the open"));
    assert!(report(&waived, "text", &own).contains("FAILED 1"));
}

/// A control about the evidence has no answer for any account.
#[test]
fn accounts_are_not_judged_if_only_controls_about_the_evidence_are_evaluated() {
    let own = ["--policy", "policies", "--no-builtin-policies"];
    for (case, options) in [("only-own", &["--control", "KR007"][..]), ("of-the-evidence", &own[..])] {
        let case = root().join("tests/cases/policies").join(case);
        let of = |format: &str| report(&case, format, options);
        let [text, markdown, html, oscal] = ["text", "markdown", "html", "oscal"].map(of);
        for report in [&text, &markdown, &html] {
            assert!(!report.contains("1 not applicable"), "{report}");
            assert!(report.contains("only controls about the evidence were evaluated"), "{report}");
        }
        assert!(text.contains("NOT JUDGED 1 ") && text.contains("\nPASS  1 not judged"), "{text}");
        assert!(markdown.contains("| not applicable | 0 |\n| not judged | 1 |\n"), "{markdown}");
        assert!(html.contains("No account was judged"), "{html}");
        assert!(oscal.contains("These verdicts decide nothing: only controls about the evidence"), "{oscal}");
        // Neither has a result for the account.
        let sarif: Value = serde_json::from_str(&of("sarif")).expect("JSON");
        assert_eq!(sarif["runs"][0]["results"].as_array().map(Vec::len), Some(1), "{sarif}");
        assert!(of("junit").contains("<testsuites name=\"rotaudit\" tests=\"1\""));
    }
    let all = report(&root().join("fixtures"), "markdown", &[]);
    assert!(!all.contains("not judged"), "{all}");
}

/// The forms of inputs and the reports are in modules that do not know each other.
#[test]
fn a_report_among_the_inputs_is_named_as_a_report() {
    let folder = tempfile::tempdir().expect("a folder");
    let names =
        ["r.txt", "r.json", "r.sarif", "r.md", "r.html", "r.csv", "r.xml", "r.oscal.json", "r.sh", "r.ps1"];
    let mut command = rotaudit(folder.path());
    command.arg("audit").arg(root().join("fixtures")).args(["--shell", "bash"]);
    for name in names.iter().filter(|name| **name != "r.ps1") {
        command.args(["-o", name]);
    }
    assert_eq!(command.output().expect("the program runs").status.code(), Some(1));
    let mut command = rotaudit(folder.path());
    command.arg("audit").arg(root().join("fixtures")).args(["--shell", "pwsh", "-o", "r.ps1"]);
    assert_eq!(command.output().expect("the program runs").status.code(), Some(1));
    let what = "it is a report of rotaudit and not the evidence for it";
    for name in names {
        let mut command = rotaudit(folder.path());
        let output = command.args(["audit", name]).output().expect("the program runs");
        assert_eq!(output.status.code(), Some(2), "{name}");
        assert!(stderr(&output).contains(what), "{name}: {}", stderr(&output));
    }
    // In a folder, they are left aside.
    let mut command = rotaudit(folder.path());
    command.args(["audit", "--format", "json", "."]).arg(root().join("fixtures"));
    let output = command.output().expect("the program runs");
    let report: Value = serde_json::from_str(stdout(&output)).expect("a report");
    let notes = report["notes"].to_string();
    assert_eq!(notes.matches(&format!("{what}; it was left aside")).count(), names.len(), "{notes}");
}

#[test]
fn a_folder_without_files_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir_all(folder.path().join("empty/inner")).expect("folders");
    let run = |paths: &[&str]| {
        let mut command = rotaudit(folder.path());
        command.args(["audit", "--format", "json"]).args(paths).output().expect("the program runs")
    };
    let alone = run(&["empty"]);
    assert_eq!(alone.status.code(), Some(2));
    for part in ["empty contains no files", "name the folder with the exports"] {
        assert!(stderr(&alone).contains(part), "{}", stderr(&alone));
    }
    let fixtures = root().join("fixtures");
    let next_to_exports = run(&["empty", fixtures.to_str().expect("a path")]);
    assert!(stdout(&next_to_exports).contains("empty contains no files"), "{}", stdout(&next_to_exports));
}

fn page_of_case(name: &str) -> String {
    let case = Case::all().into_iter().find(|case| case.name == name).expect("the case");
    stdout(&case.run(&["--format", "html"])).to_owned()
}

/// The links of a page that lead to no part of it. Links with `=` are filters of the table.
fn dead_links(page: &str) -> Vec<&str> {
    let links = page.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next());
    links.filter(|id| !id.contains('=') && !page.contains(&format!("id=\"{id}\""))).collect()
}

#[test]
fn html_lists_findings_about_the_evidence_among_the_next_steps() {
    let page = page_of_case("controls/kr006-account-that-no-list-has");
    let next = page.split("<section id=\"next\"").nth(1).expect("the next steps");
    let next = next.split("</section>").next().expect("its end");
    assert!(next.contains("Fix 1 finding about the evidence."), "{next}");
    assert!(next.contains("href=\"#evidence-findings\""), "{next}");
    assert_eq!(dead_links(&page), Vec::<&str>::new());
}

#[test]
fn html_without_next_steps_has_no_link_to_them() {
    let page = page_of_case("attempts/one-success-for-each-key-compliant");
    assert!(!page.contains("Next steps"), "{page}");
    assert_eq!(dead_links(&page), Vec::<&str>::new());
}

/// Its keys were read already, so the log is the only way.
#[test]
fn a_log_is_another_way_only_after_a_first_one() {
    let case = "creation/possibly-migrated-in-a-gap-without-settings-unproven";
    assert!(page_of_case(case).contains("<b>Export the missing logs.</b>"));
    let case = Case::all().into_iter().find(|found| found.name == case).expect("the case");
    let output = case.run(&[]);
    let text = stdout(&output);
    assert!(text.contains("\n  Export the activity log of subscription "), "{text}");
}

#[test]
fn a_migration_is_the_cause_of_an_unproven_account_and_no_missing_log() {
    let case = "creation/migrated-30-days-ago-with-a-complete-log-unproven";
    let page = page_of_case(case);
    assert!(page.contains("Migrated, so its keys may be older than its creation on 2026-10-24."), "{page}");
    assert!(!page.contains("xport the missing logs."), "{page}");
    let case = Case::all().into_iter().find(|found| found.name == case).expect("the case");
    let output = case.run(&[]);
    let expected = "migrated, so its keys may be older than its creation on 2026-10-24";
    assert!(stdout(&output).contains(expected), "{}", stdout(&output));
    assert!(!stdout(&output).contains("no evidence 20"), "{}", stdout(&output));
}

#[test]
fn html_says_in_the_right_number_how_many_verdicts_depend_on_assumptions() {
    let page = page_of_case("baseline/has-it-already");
    assert!(page.contains("The verdict of 1 account depends on assumptions, which it names."), "{page}");
}

#[test]
fn html_counts_the_open_results_of_each_control() {
    // KR005 is an indicator, so its open result does not count.
    let page = page_of_case("controls/kr005-which-keys-is-not-known");
    let row =
        page.lines().find(|line| line.contains("KeysRegeneratedWithoutSwitchover</th>")).expect("a row");
    assert!(row.ends_with("<td class=\"open\">(1)</td></tr>"), "{row}");
    assert!(page.contains("In parentheses: open results that do not count for the gate."), "{page}");
}
