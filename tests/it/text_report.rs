//! The report for people: which accounts it lists, how long it is, and its last line.

use std::collections::BTreeSet;
use std::fs;
use std::process::Output;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{root, rotaudit, stderr, stdout};

const OVERDUE: &str = "3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95";
const UNPROVEN: &str = "b81e57c4-0f2d-4c6a-9d33-51a7e9f208bc";

fn of_fixtures(arguments: &[&str]) -> Output {
    let mut command = rotaudit(&root());
    command.args(["audit", "fixtures"]).args(arguments);
    let output = command.output().expect("the program runs");
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {}", stderr(&output));
    output
}

fn last_line(output: &Output) -> String {
    stdout(output).lines().last().unwrap_or_default().to_owned()
}

#[test]
fn the_plan_of_an_account_asks_first_why_an_attempt_failed_and_regenerates_each_key_once() {
    let output = of_fixtures(&["-v"]);
    let plan = stdout(&output).split("Plan for ").find(|plan| plan.starts_with("KR001, KR003:\n"));
    let plan = plan.expect("a plan for both").split("judged on").next().expect("a text");
    assert!(plan.contains("\n      1. Find out why the request failed"), "{plan}");
    assert!(plan.contains("the log around it shows the reason. (KR003)\n"), "{plan}");
    assert_eq!(plan.matches("keys regenerate ").count(), 1, "{plan}");
    assert_eq!(plan.matches("disableLocalAuth").count(), 1, "{plan}");
}

/// A third of the accounts is overdue, a third unproven for one of two causes, and a third compliant.
fn large_tenant() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let account = |number: usize| {
        let (subscription, created) = match number % 3 {
            0 => (OVERDUE, "2024-01-01T00:00:00Z"),
            1 => (UNPROVEN, "2024-01-01T00:00:00Z"),
            _ => (UNPROVEN, "2026-11-01T00:00:00Z"),
        };
        let group = format!("rg-{}", number % 7);
        let id = format!(
            "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.CognitiveServices/accounts/gpt-{number}"
        );
        json!({"id": id, "name": format!("gpt-{number}"), "kind": "OpenAI", "tags": {"team": format!("t{}", number % 2)},
               "properties": {"dateCreated": created}})
    };
    let accounts: Value = (0..510).map(account).collect();
    fs::write(folder.path().join("accounts.json"), accounts.to_string()).expect("a list");
    let event = |hour: &str| {
        json!({"eventTimestamp": hour, "category": {"value": "Administrative"}, "level": "Informational",
               "operationName": {"value": "Microsoft.Storage/storageAccounts/write"}, "status": {"value": "Succeeded"},
               "resourceId": format!("/subscriptions/{OVERDUE}/resourceGroups/rg-0/providers/Microsoft.Storage/storageAccounts/s"),
               "subscriptionId": OVERDUE, "eventDataId": hour, "operationId": hour, "correlationId": hour, "caller": "a"})
    };
    let log = json!([event("2026-11-22T23:00:00Z"), event("2026-08-20T00:00:00Z")]);
    fs::write(folder.path().join("activity.json"), log.to_string()).expect("a log");
    folder
}

fn of_large_tenant(arguments: &[&str]) -> Output {
    let folder = large_tenant();
    let declared = format!("--coverage={OVERDUE}=2026-08-20..2026-11-23");
    let mut command = rotaudit(folder.path());
    command.args(["audit", "--as-of", "2026-11-23", &declared, "."]).args(arguments);
    let output = command.output().expect("the program runs");
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    output
}

#[test]
fn a_hundred_accounts_take_at_most_a_screen_of_fifty_lines() {
    let output = of_large_tenant(&[]);
    let lines = stdout(&output).lines().count();
    assert!(lines <= 5 * 50, "{lines} lines");
    let commands: Vec<&str> = stdout(&output)
        .lines()
        .map(str::trim)
        .filter(|line| line.starts_with("az ") || line.starts_with("rotaudit "))
        .collect();
    assert!(!commands.is_empty());
    let distinct: BTreeSet<&&str> = commands.iter().collect();
    assert_eq!(distinct.len(), commands.len(), "{commands:?}");
}

#[test]
fn each_account_of_a_shown_verdict_has_a_line() {
    for (show, verdicts) in [
        ("overdue", vec![0]),
        ("unproven", vec![1]),
        ("compliant", vec![2]),
        ("overdue,compliant", vec![0, 2]),
        ("all", vec![0, 1, 2]),
    ] {
        let output = of_large_tenant(&["--show", show]);
        let listed: BTreeSet<usize> = stdout(&output)
            .lines()
            .filter_map(|line| line.split_whitespace().nth(1)?.strip_prefix("gpt-")?.parse().ok())
            .collect();
        let expected: BTreeSet<usize> = (0..510).filter(|number| verdicts.contains(&(number % 3))).collect();
        assert_eq!(listed, expected, "--show {show}");
    }
}

/// The text report of a case without `-v`, then with it.
fn of_case(case: &str, status: i32) -> [String; 2] {
    ["--fail-on=warning", "-v"].map(|option| {
        let folder = root().join("tests/cases").join(case);
        let arguments = fs::read_to_string(folder.join("args")).expect("arguments");
        let mut command = rotaudit(&folder);
        command.args(arguments.lines()).arg(option);
        let output = command.output().expect("the program runs");
        assert_eq!(output.status.code(), Some(status), "{case}: {}", stderr(&output));
        stdout(&output).to_owned()
    })
}

#[test]
fn the_answer_of_an_own_control_is_below_its_account() {
    for (case, status, state, message) in [
        ("policies/own-control-fails", 1, "ACME001", "ACME001: The account has no tag owner."),
        ("policies/own-control-open", 3, "ACME001 (open)", "ACME001: The list may be old."),
    ] {
        let [report, verbose] = of_case(case, status);
        let mut lines = report.lines().skip_while(|line| !line.contains("✓ gpt"));
        let [row, answer] = [lines.next(), lines.next()].map(Option::unwrap_or_default);
        assert!(row.ends_with(&format!("  {state}")), "{case}: {report}");
        assert_eq!(answer.trim(), message, "{case}");
        assert_eq!(verbose.matches(message).count(), 1, "{case}: {verbose}");
    }
}

#[test]
fn a_waived_answer_of_an_own_control_is_only_named() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("waivers.yaml"), WAIVER).expect("waivers");
    let case = root().join("tests/cases/policies/own-control-fails");
    let mut command = rotaudit(&case);
    command.args(["audit", "--as-of", "2026-11-23", "--policy", "policies", "exports", "--waivers"]);
    let output = command.arg(folder.path().join("waivers.yaml")).output().expect("the program runs");
    let report = stdout(&output);
    assert!(report.contains("ACME001 (waived until 2027-01-01)\n"), "{report}");
    assert!(!report.contains("The account has no tag owner."), "{report}");
}

const WAIVER: &str = "waivers: [{control: ACME001, resource: \"/subscriptions/**\", expires: 2027-01-01, justification: agreed}]\n";

#[test]
fn accounts_are_said_to_be_left_out_only_if_some_are() {
    const HINT: &str = "(list them with --show all)";
    let [all_listed, _] = of_case("policies/own-control-fails", 1);
    assert!(!all_listed.contains(HINT), "{all_listed}");
    let [folded, _] = of_case("policies/own-indicator-open", 0);
    assert!(folded.contains(&format!("COMPLIANT 1   {HINT}")), "{folded}");
}

/// If there are too many unproven accounts to list, the report has a line for each cause.
#[test]
fn an_unproven_account_with_a_finding_has_a_line_if_others_are_grouped() {
    const POLICY: &str = "# METADATA\n# title: T\n# description: D\n# custom: {id: OWN001, name: Own, level: warning}\n\
        package own\n\nviolation contains {\"message\": \"It is the fourth.\"} if input.account.name == \"gpt-4\"\n";
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("own.rego"), POLICY).expect("a policy");
    let policy = folder.path().join("own.rego").display().to_string();
    let output = of_large_tenant(&["--policy", &policy]);
    let mut lines = stdout(&output).lines().skip_while(|line| !line.contains("? gpt-4 "));
    assert!(lines.next().is_some_and(|line| line.ends_with("; OWN001")), "{}", stdout(&output));
    assert_eq!(lines.next().map(str::trim), Some("OWN001: It is the fourth."));
    assert!(!stdout(&output).contains("? gpt-1 "), "{}", stdout(&output));
}

#[test]
fn listed_accounts_change_neither_the_verdict_nor_another_format() {
    let all = of_fixtures(&[]);
    let json = of_fixtures(&["--format", "json"]);
    for arguments in [
        vec!["--show", "all"],
        vec!["--show", "compliant"],
        vec!["--subscription", "5A04C9DE-7713-4b8e-a2f6-90d31e7c48ab"],
        vec!["--group-by", "subscription"],
        vec!["--group-by", "resource-group"],
        vec!["--group-by", "tag:team", "--show", "all"],
    ] {
        let listed = of_fixtures(&arguments);
        assert_ne!(stdout(&listed), stdout(&all), "{arguments:?}");
        assert_eq!(last_line(&listed), last_line(&all), "{arguments:?}");
        let with_json = of_fixtures(&[&arguments[..], &["--format", "json"]].concat());
        assert!(with_json.stdout == json.stdout, "{arguments:?}");
    }
}

#[test]
fn one_subscription_alone_is_listed() {
    let output = of_fixtures(&["--subscription", "5a04c9de-7713-4b8e-a2f6-90d31e7c48ab", "--show", "all"]);
    let text = stdout(&output);
    for (name, is_listed) in [("contoso-research-eval", true), ("contoso-openai-lab", false)] {
        assert_eq!(text.contains(name), is_listed, "{name}: {text}");
    }
    assert!(text.contains("the verdict is about all"), "{text}");
}

#[test]
fn groups_name_their_members() {
    let output = of_large_tenant(&["--group-by", "tag:TEAM", "--show", "all"]);
    let text = stdout(&output);
    let group = |name: &str| text.find(&format!("\n{name}   ")).unwrap_or_else(|| panic!("{name}: {text}"));
    let [even, odd] = ["TEAM = t0", "TEAM = t1"].map(group);
    let place = |name: &str| text.find(name).expect("a line");
    assert!(even < place("gpt-508 ") && place("gpt-508 ") < odd && odd < place("gpt-509 "));
}

#[test]
fn with_another_format_the_verdict_goes_to_standard_error() {
    let expected = last_line(&of_fixtures(&[]));
    assert!(
        expected.starts_with("FAIL  6 overdue, 6 unproven, 8 compliant, 1 not applicable · KR001 6, "),
        "{expected}"
    );
    assert!(expected.ends_with(" · exit status 1 (--fail-on warning)"), "{expected}");
    for format in ["json", "sarif", "csv", "script"] {
        let output = of_fixtures(&["--format", format]);
        // A note before it says that the evidence is old, which is true for the fixtures.
        assert_eq!(stderr(&output).lines().last(), Some(expected.as_str()), "{format}");
        assert!(!stdout(&output).contains(&expected), "{format}");
    }
}

#[test]
fn an_allowed_unproven_account_passes_and_is_counted() {
    let folder = tempfile::tempdir().expect("a folder");
    let id = format!(
        "/subscriptions/{UNPROVEN}/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/gpt"
    );
    let list = json!([{"id": id, "name": "gpt", "kind": "OpenAI", "properties": {"dateCreated": "2024-01-01T00:00:00Z"}}]);
    fs::write(folder.path().join("accounts.json"), list.to_string()).expect("a list");
    let run = |arguments: &[&str]| {
        let mut command = rotaudit(folder.path());
        command.args(["audit", "-q", "--as-of", "2026-11-23", "."]).args(arguments);
        let output = command.output().expect("the program runs");
        (output.status.code(), stdout(&output).to_owned())
    };
    let unproven = (Some(3), "UNPROVEN  1 unproven · open: KR001 1 · exit status 3\n".to_owned());
    assert_eq!(run(&[]), unproven);
    assert_eq!(
        run(&["--allow-unproven"]),
        (Some(0), "PASS  1 unproven allowed · exit status 0\n".to_owned())
    );
    let other_kind =
        "INCOMPLETE  no account was audited · 1 account of other kinds than AIServices · exit status 2\n";
    assert_eq!(run(&["--kind", "AIServices"]), (Some(2), other_kind.to_owned()));
}

/// The script has the steps of all accounts. There is none for cmd.
#[test]
fn the_actions_of_the_fix_script_are_counted_for_all_accounts() {
    let with = |arguments: &[&str]| stdout(&of_fixtures(arguments)).to_owned();
    let fix = "Fix what failed: 9 commands for 6 accounts. Add ";
    let for_bash = format!("{fix}-o fix.sh to this command");
    assert!(with(&[]).contains(&for_bash));
    assert!(with(&["--subscription", "5a04c9de-7713-4b8e-a2f6-90d31e7c48ab"]).contains(&for_bash));
    for (shell, way) in [("pwsh", "-o fix.ps1 to this command"), ("cmd", "-v to this command")] {
        let text = with(&["--shell", shell]);
        assert!(text.contains(&format!("{fix}{way}")), "{shell}: {text}");
        assert!(!text.contains("fix.sh"), "{shell}: {text}");
    }
    for (shell, way) in [
        ("bash", "with findings: 1 script. </b>Run this audit again with <code>-o fix.sh</code>"),
        ("pwsh", "with findings: 1 script. </b>Run this audit again with <code>-o fix.ps1</code>"),
        ("cmd", "with findings. </b>The plan of each account is below."),
    ] {
        let page = with(&["--shell", shell, "--format", "html"]);
        assert!(page.contains(way), "{shell}");
        assert_eq!(page.contains("<code>-o fix."), shell != "cmd", "{shell}");
    }
}

#[test]
fn every_format_names_the_subscription() {
    let case = root().join("tests/cases/accounts/subscription-names-of-az");
    let run = |arguments: &[&str]| {
        let mut command = rotaudit(&case);
        command.args(arguments).args(["--as-of", "2026-11-23", "exports"]);
        let output = command.output().expect("the program runs");
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", stderr(&output));
        stdout(&output).to_owned()
    };
    for format in ["text", "json", "sarif", "html", "csv", "junit", "oscal"] {
        let report = run(&["audit", "--format", format]);
        assert!(report.contains("Contoso-Prod"), "{format}: {report}");
    }
    assert!(run(&["explain", "gpt"]).contains("in subscription Contoso-Prod"));
    // Markdown and the script have only accounts with findings.
    let strict =
        ["audit", "--format", "markdown", "--max-age", "1", "--fail-on", "never", "--allow-unproven"];
    assert!(run(&strict).contains("Contoso-Prod"));
}

/// A log of another tenant shows accounts that no list has, which all have the same two steps.
#[test]
fn accounts_that_one_list_lacks_have_their_steps_once() {
    let mut command = rotaudit(&root().join("fixtures"));
    let output =
        command.args(["audit", "activity-dev.json", "accounts-prod.json"]).output().expect("it runs");
    let text = stdout(&output);
    let listed = text.matches("\n  KR006: No account list contains").count();
    let steps = text.matches("az cognitiveservices account list-deleted --subscription").count();
    assert_eq!((listed, steps), (4, 1), "{text}");
    let cause = format!(
        "no log of the listed subscription {OVERDUE} is among the inputs; the log is of subscription {UNPROVEN}"
    );
    let [cause, finding] = [cause.as_str(), "KR006"].map(|part| text.find(part).unwrap_or(usize::MAX));
    assert!(cause < finding, "{text}");
}

#[test]
fn a_subscription_without_an_audited_account_is_named_with_those_that_have_one() {
    let none = "00000000-0000-0000-0000-000000000000";
    let output = of_fixtures(&["--subscription", none]);
    let expected = format!(
        "\nNo audited account is in subscription {none}; the subscriptions are {OVERDUE}, \
         5a04c9de-7713-4b8e-a2f6-90d31e7c48ab, {UNPROVEN}. The verdict is about all accounts.\n"
    );
    assert!(stdout(&output).contains(&expected), "{}", stdout(&output));
}

/// Azure prints the id of a subscription in any case.
#[test]
fn a_subscription_in_upper_case_has_its_coverage() {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["accounts-prod.json", "activity-prod.json"] {
        let text = fs::read_to_string(root().join("fixtures").join(name)).expect("a fixture");
        let upper = text.replace(OVERDUE, &OVERDUE.to_uppercase());
        fs::write(folder.path().join(name), upper).expect("a file");
    }
    let run = |format: &str| {
        let mut command = rotaudit(folder.path());
        command.args(["audit", ".", "--assume-complete", "--format", format]);
        stdout(&command.output().expect("the program runs")).to_owned()
    };
    let text = run("text");
    let evidence = text.split("\nEvidence\n").nth(1).expect("the evidence");
    let lines: Vec<&str> = evidence.lines().take_while(|line| !line.is_empty()).collect();
    // The last line is the limit of the logs.
    assert!(lines.len() == 2 && lines[0].contains(" of 90 days (assumed-complete)"), "{lines:?}");
    assert!(!run("html").contains("no log known to be complete"));
}

/// The commands are quoted for the shell; the option in the sentence before one is not, so it names only a GUID.
#[test]
fn an_option_in_a_sentence_names_no_subscription_that_a_shell_acts_on() {
    let case = root().join("tests/cases/log/list-without-a-log-whose-subscription-is-a-command");
    let mut command = rotaudit(&case);
    command.args(["audit", "--as-of", "2026-11-23", "exports"]);
    let output = command.output().expect("the program runs");
    let text = stdout(&output);
    assert!(text.contains("audit it with --coverage SUBSCRIPTION="), "{text}");
    assert!(!text.contains("--coverage $("), "{text}");
}
