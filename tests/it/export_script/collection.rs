//! Accounts, activity logs, and the manifest that says what was exported.

use std::fs;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::export_script::machine::{CALLER, LOCKED, Machine, SUBSCRIPTION};
use crate::export_script::{BASH, TRACING_BASH, pwsh, script};
use crate::support::{rotaudit, stderr, stdout};

const LIMIT: &str = "100000";

fn time(value: &Value) -> DateTime<Utc> {
    let text = value.as_str().expect("a time");
    assert!(text.ends_with('Z') && text.len() == "2026-11-23T10:00:00Z".len(), "{text}");
    text.parse().expect("a time")
}

/// The manifest's lines, after a check of its head and of the digest of each file.
fn exports(machine: &Machine) -> Vec<Value> {
    let manifest = machine.json("rotaudit-manifest.json");
    assert_eq!(manifest["schema"], "rotaudit.manifest/1");
    assert_eq!(manifest["collected_by"], CALLER);
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(manifest["collected_with"], format!("rotaudit export-script {version}"));
    let exports = manifest["exports"].as_array().expect("exports");
    for export in exports {
        assert!(time(&export["taken_at"]) <= time(&manifest["collected_at"]));
        if let Some(file) = export["file"].as_str() {
            let digest = Sha256::digest(machine.bytes(file));
            let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(export["sha256"], hex, "{file}");
        }
    }
    exports.clone()
}

/// The export's window and its command.
fn assert_window(export: &Value, subscription: &str, days: i64) {
    let (start, end) = (time(&export["start"]), time(&export["end"]));
    let margin = end - start - TimeDelta::days(days) + TimeDelta::minutes(10);
    assert!((0..60).contains(&margin.num_seconds()), "{export}");
    assert!((Utc::now() - end).num_seconds() < 600, "{export}");
    assert!(time(&export["taken_at"]) >= end, "{export}");
    let text = |member: &str| export[member].as_str().unwrap_or_default().to_owned();
    assert_eq!(
        text("command"),
        format!(
            "az monitor activity-log list --subscription {subscription} --start-time {} --end-time {} \
             --max-events {LIMIT} --output json",
            text("start"),
            text("end")
        )
    );
    assert_eq!(export["max_events"], 100_000);
}

fn assert_collects(machine: &Machine, shell: &[&str], options: &[&str]) {
    let output = machine.run(shell, &script(options));
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    machine.assert_no_key(&output);
    let files = [format!("accounts-{SUBSCRIPTION}.json"), format!("activity-{SUBSCRIPTION}.json")];
    let mut names = files.to_vec();
    names.extend(["rotaudit-manifest.json", "subscriptions.json"].map(str::to_owned));
    names.sort();
    assert_eq!(machine.exported(), names, "no half file is left");

    let exports = exports(machine);
    let [locked_accounts, locked_log, accounts, log] = &exports[..] else { panic!("{exports:?}") };
    for (export, what) in [(locked_accounts, "accounts"), (locked_log, "activity-log")] {
        assert_eq!(export["what"], what);
        assert_eq!(export["scope"], format!("/subscriptions/{LOCKED}"));
        assert_eq!(export["complete"], false);
        assert_eq!(export["reason"], "az ended with status 3");
        assert_eq!([export.get("file"), export.get("sha256")], [None, None]);
    }
    for (export, file) in [accounts, log].into_iter().zip(&files) {
        assert_eq!(export["scope"], format!("/subscriptions/{SUBSCRIPTION}"));
        assert_eq!(export["complete"], true);
        assert_eq!(export.get("reason"), None);
        assert_eq!(&export["file"], file);
    }
    assert_eq!(
        accounts["command"],
        format!("az cognitiveservices account list --subscription {SUBSCRIPTION} --output json")
    );
    assert_window(locked_log, LOCKED, 90);
    assert_window(log, SUBSCRIPTION, 90);
    for export in &exports {
        let command = export["command"].as_str().expect("a command");
        assert!(machine.log().lines().any(|line| line == command), "{command} was run");
    }
}

#[test]
fn bash_exports_what_it_can_and_records_what_it_cannot() {
    assert_collects(&Machine::new(), BASH, &[]);
}

#[test]
fn bash_exports_the_same_where_everything_is_traced() {
    assert_collects(&Machine::new(), TRACING_BASH, &[]);
}

#[test]
fn bash_exports_the_same_with_the_tools_of_bsd() {
    assert_collects(&Machine::bsd(), BASH, &[]);
}

#[test]
fn pwsh_exports_what_it_can_and_records_what_it_cannot() {
    if let Some(shell) = pwsh() {
        assert_collects(&Machine::new(), &shell, &["--shell", "pwsh"]);
    }
}

#[test]
fn the_log_reaches_back_as_far_as_is_asked_for() {
    let machine = Machine::new();
    let output = machine.run(BASH, &script(&["--days", "7", "--subscription", SUBSCRIPTION]));
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_window(&exports(&machine)[1], SUBSCRIPTION, 7);
}

fn assert_tells_a_cut(shell: &[&str], options: &[&str], limit: usize, complete: bool) {
    let machine = Machine::new();
    let script = script(&[&["--subscription", SUBSCRIPTION], options].concat());
    let output = machine.run(shell, &script.replace(LIMIT, &limit.to_string()));
    assert_eq!(output.status.code(), Some(i32::from(!complete)), "{}", stderr(&output));
    let log = &exports(&machine)[1];
    assert_eq!(log["complete"], complete);
    assert_eq!(log["file"], format!("activity-{SUBSCRIPTION}.json"), "what was exported still counts");
    if !complete {
        let reason = "it holds 2 events, as many as az was asked for, so older ones may be missing";
        assert_eq!(log["reason"], reason);
    }
}

#[test]
fn a_log_with_as_many_events_as_were_asked_for_is_not_complete() {
    assert_tells_a_cut(BASH, &[], 2, false);
    assert_tells_a_cut(BASH, &[], 3, true);
    if let Some(shell) = pwsh() {
        assert_tells_a_cut(&shell, &["--shell", "pwsh"], 2, false);
        assert_tells_a_cut(&shell, &["--shell", "pwsh"], 3, true);
    }
}

#[test]
fn a_subscription_that_is_named_twice_is_exported_once() {
    let upper = SUBSCRIPTION.to_uppercase();
    let machine = Machine::new();
    let output = machine.run(BASH, &script(&["--subscription", SUBSCRIPTION, "--subscription", &upper]));
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(exports(&machine).len(), 2);
}

#[test]
fn where_nothing_can_be_read_the_status_says_so() {
    let machine = Machine::new();
    let output = machine.run(BASH, &script(&["--subscription", LOCKED]));
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert_eq!(exports(&machine).len(), 2, "the manifest says why");

    let machine = Machine::new();
    machine.program("az", "#!/bin/sh\necho 'ERROR: Please run az login' >&2\nexit 1\n");
    let output = machine.run(BASH, &script(&[]));
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert_eq!(stderr(&output), "az is not signed in; sign in with: az login\n");
    assert!(!machine.path("open/work/rotaudit-export").exists());
}

#[test]
fn an_argument_that_is_not_a_subscription_is_in_no_file_name() {
    let machine = Machine::new();
    machine.program("az", "#!/bin/sh\necho ../../elsewhere\n");
    let output = machine.run(BASH, &script(&[]));
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(!machine.path("open/work/rotaudit-export").exists());
}

#[test]
fn an_export_is_never_written_over() {
    let machine = Machine::new();
    fs::create_dir(machine.path("open/work/rotaudit-export")).expect("a folder");
    let output = machine.run(BASH, &script(&[]));
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert_eq!(stderr(&output), "rotaudit-export: name a folder that does not exist yet\n");
    assert!(machine.exported().is_empty());
}

#[test]
fn an_audit_takes_the_manifest_at_its_word() {
    let machine = Machine::new();
    let output = machine.run(BASH, &script(&["--subscription", SUBSCRIPTION]));
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let window = &exports(&machine)[1];

    let arguments = ["audit", "rotaudit-export", "--format", "json"];
    let audit = rotaudit(&machine.path("open/work")).args(arguments).output().expect("the program runs");
    let report: Value = serde_json::from_str(stdout(&audit)).expect("a report");
    // Nothing regenerated the keys in the window that the manifest declares, so they are older.
    assert_eq!(audit.status.code(), Some(1), "{}", stderr(&audit));
    let coverage = &report["accounts"][0]["coverage"][0];
    assert_eq!(coverage["basis"], "declared", "{report}");
    assert_eq!([&coverage["start"], &coverage["end"]], [&window["start"], &window["end"]]);
}

/// A wrong argument must not start the export of a complete tenant.
#[test]
fn an_argument_that_is_not_one_folder_is_answered_by_the_usage() {
    let assert_usage = |shell: &[&str], options: &[&str], arguments: &[&str], status: i32| {
        let machine = Machine::new();
        let mut command = machine.command(shell, &script(options));
        let output = command.arg(machine.script()).args(arguments).output().expect("the shell runs");
        assert_eq!(output.status.code(), Some(status), "{arguments:?}: {}", stderr(&output));
        let (usage, other) =
            if status == 0 { (stdout(&output), stderr(&output)) } else { (stderr(&output), stdout(&output)) };
        assert!(usage.starts_with("usage: ") && usage.lines().count() == 1, "{arguments:?}: {usage}");
        assert_eq!(other, "", "{arguments:?}");
        assert_eq!(machine.log(), "", "az is not run");
        let left = fs::read_dir(machine.path("open/work")).expect("a folder").count();
        assert_eq!(left, 0, "{arguments:?}");
    };
    let account = format!(
        "/subscriptions/{SUBSCRIPTION}/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/a"
    );
    let assert_in_both = |options: &[&str], arguments: &[&str], status: i32| {
        assert_usage(BASH, options, arguments, status);
        if let Some(shell) = pwsh() {
            assert_usage(&shell, &[options, &["--shell", "pwsh"]].concat(), arguments, status);
        }
    };
    assert_in_both(&[], &["-h"], 0);
    assert_in_both(&[], &["folder", "--help"], 0);
    assert_in_both(&[], &["--days", "7"], 2);
    assert_in_both(&[], &["-v"], 2);
    assert_in_both(&[], &["one", "two"], 2);
    assert_in_both(&["--key-stamps", "--account", &account], &["--help"], 0);
    assert_in_both(&["--key-stamps", "--account", &account], &["--days"], 2);
}

#[test]
fn one_export_that_fails_is_counted_in_the_singular() {
    let machine = Machine::new();
    let script_text = script(&["--subscription", SUBSCRIPTION]).replace(LIMIT, "2");
    let output = machine.run(BASH, &script_text);
    assert!(stderr(&output).contains("\n1 export is not complete; all others are\n"), "{}", stderr(&output));
    if let Some(shell) = pwsh() {
        let script = script(&["--subscription", SUBSCRIPTION, "--shell", "pwsh"]).replace(LIMIT, "2");
        let output = Machine::new().run(&shell, &script);
        assert!(
            stderr(&output).contains("\n1 export is not complete; all others are\n"),
            "{}",
            stderr(&output)
        );
    }
}
