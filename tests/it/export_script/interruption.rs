//! Interruption: the manifest lists what was exported, and names the rest as missing.

use std::os::unix::process::CommandExt;
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::Duration;

use serde_json::Value;

use crate::export_script::machine::{LOCKED, Machine, SUBSCRIPTION};
use crate::export_script::{BASH, pwsh, script};
use crate::support::{is_thorough, rotaudit, stderr, stdout};

const INTERRUPTED: &str = "the script was interrupted";

/// The processes that Ctrl-C reaches: on a terminal, every process of the group.
#[derive(Clone, Copy)]
enum Target {
    Group,
    Shell,
}

/// Runs the script, and interrupts it while az runs the call that contains this text.
fn interrupt(machine: &Machine, shell: &[&str], options: &[&str], call: &str, target: Target) -> Output {
    // If the tests run in the background, this signal may be ignored, and a shell cannot undo that.
    let shell = [&["env", "--default-signal=INT"], shell].concat();
    let child = machine
        .command(&shell, &script(options))
        .arg(machine.script())
        .env("WAIT_IN", call)
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the shell runs");
    while !machine.path("open/log.waits").exists() {
        thread::sleep(Duration::from_millis(20));
    }
    let sign = match target {
        Target::Group => "-",
        Target::Shell => "",
    };
    let kill = Command::new("kill").args(["-INT", "--", &format!("{sign}{}", child.id())]).status();
    assert!(kill.expect("kill runs").success());
    child.wait_with_output().expect("an end")
}

fn assert_interrupted(shell: &[&str], options: &[&str], target: Target) {
    let machine = Machine::new();
    let options = [options, &["--key-stamps"]].concat();
    let call = format!("activity-log list --subscription {SUBSCRIPTION}");
    let output = interrupt(&machine, shell, &options, &call, target);
    assert_eq!(output.status.code(), Some(130), "{}", stderr(&output));
    machine.assert_no_key(&output);
    assert!(
        stderr(&output).contains("the script was interrupted; the rest was not read"),
        "{}",
        stderr(&output)
    );

    let accounts = format!("accounts-{SUBSCRIPTION}.json");
    let files = [&accounts, "key-stamps.json", "rotaudit-manifest.json", "subscriptions.json"];
    assert_eq!(machine.exported(), files, "no half file is left");
    let manifest = machine.json("rotaudit-manifest.json");
    let lines: Vec<[&str; 3]> = manifest["exports"]
        .as_array()
        .expect("exports")
        .iter()
        .map(|line| ["what", "file", "reason"].map(|name| line[name].as_str().unwrap_or_default()))
        .collect();
    let refused = "az ended with status 3";
    assert_eq!(
        lines[..3],
        [["accounts", "", refused], ["activity-log", "", refused], ["accounts", &accounts, ""]]
    );
    // The call that was interrupted may have ended before the script did.
    assert_eq!(lines[3][..2], ["activity-log", ""]);
    assert!(lines[3][2] == INTERRUPTED || lines[3][2].starts_with("az ended with status"), "{lines:?}");
    assert_eq!(lines[4], ["key-stamps", "key-stamps.json", INTERRUPTED]);
    assert_eq!(lines.len(), 5);

    // An audit says what is missing.
    let arguments = ["audit", "rotaudit-export", "--format", "json"];
    let audit = rotaudit(&machine.path("open/work")).args(arguments).output().expect("the program runs");
    let report: Value = serde_json::from_str(stdout(&audit)).expect("a report");
    let notes = report["notes"].to_string();
    for missing in
        [format!("the activity log of /subscriptions/{SUBSCRIPTION}"), "the stamp sheet".to_owned()]
    {
        assert!(notes.contains(&format!("{missing} was not exported to its end: ")), "{notes}");
    }
}

#[test]
fn an_interrupted_bash_writes_a_manifest_of_what_there_is() {
    assert_interrupted(BASH, &[], Target::Group);
}

#[test]
fn an_interrupted_pwsh_writes_a_manifest_of_what_there_is() {
    if let Some(shell) = pwsh() {
        assert_interrupted(&shell, &["--shell", "pwsh"], Target::Group);
        if is_thorough() {
            assert_interrupted(&shell, &["--shell", "pwsh"], Target::Shell);
        }
    }
}

/// Without a manifest, the sheet itself names the accounts that were not read.
fn assert_sheet_is_interrupted(shell: &[&str], options: &[&str]) {
    let machine = Machine::new();
    let account = |name: &str| {
        format!(
            "/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-ai.(weu)/providers/Microsoft.CognitiveServices/accounts/{name}"
        )
    };
    let [both, mixed, older] = ["both", "mixed", "older"].map(account);
    let options =
        [options, &["--key-stamps", "--account", &both, "--account", &mixed, "--account", &older]].concat();
    // Not the last account: a script that has nothing left to do may end before PowerShell sees the signal.
    let output = interrupt(&machine, shell, &options, "--name mixed --query key1", Target::Group);
    assert_eq!(output.status.code(), Some(130), "{}", stderr(&output));
    machine.assert_no_key(&output);
    assert_eq!(machine.exported(), ["key-stamps.json"]);
    let sheet = machine.sheet();
    let rows = sheet["accounts"].as_array().expect("rows");
    assert_eq!(rows.len(), 3, "{sheet}");
    assert_eq!([&rows[0]["id"], &rows[0]["key1"]], [&both, "JQQJ99CI"]);
    for (row, id) in rows[1..].iter().zip([&mixed, &older]) {
        assert_eq!([&row["id"], &row["key1"]], [id.as_str(), ""]);
        let reason = row["reason"].as_str().expect("a reason");
        assert!([INTERRUPTED, "az could not list the keys"].contains(&reason), "{reason}");
    }
}

#[test]
fn an_interrupted_sheet_names_the_accounts_that_were_not_read() {
    assert_sheet_is_interrupted(BASH, &[]);
    if let Some(shell) = pwsh() {
        assert_sheet_is_interrupted(&shell, &["--shell", "pwsh"]);
    }
}

/// A line for each subscription, with its name if the list has it. No name becomes a command of a CI system.
#[test]
fn the_scripts_print_a_line_for_each_subscription() {
    let lines = [
        format!("1 of 2: {LOCKED}: accounts, activity log"),
        "2 of 2: Contoso #vso[x]Prod: accounts, activity log".to_owned(),
    ];
    let assert_lines = |shell: &[&str], options: &[&str]| {
        let output = Machine::new().run(shell, &script(options));
        let printed: Vec<&str> = stderr(&output).lines().filter(|line| line.contains(" of 2: ")).collect();
        assert_eq!(printed, lines);
    };
    assert_lines(BASH, &[]);
    if let Some(shell) = pwsh() {
        assert_lines(&shell, &["--shell", "pwsh"]);
    }
}
