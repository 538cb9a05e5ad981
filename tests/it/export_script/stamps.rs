//! Key stamps: the months that keys carry, and no key.

use std::process::Output;

use rotaudit::model::sha256;

use crate::export_script::machine::{GROUP, LOCKED, Machine, SUBSCRIPTION};
use crate::export_script::{BASH, TRACING_BASH, pwsh, script};
use crate::support::stderr;

const MIXED: &str = "/subscriptions/3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95/resourceGroups/rg-ai.(weu)/providers/Microsoft.CognitiveServices/accounts/mixed";

/// Asserts that the sheet has every account that could be reached.
fn assert_is_complete(sheet: &serde_json::Value) {
    assert_eq!(sheet["schema"], "rotaudit.key-stamps/1");
    let rows = sheet["accounts"].as_array().expect("accounts");
    let read: Vec<[&str; 5]> = rows
        .iter()
        .map(|row| {
            let parts: Vec<&str> = row["id"].as_str().expect("an id").split('/').collect();
            let text = |name: &str| row[name].as_str().unwrap_or_default();
            [parts[4], parts[8], text("key1"), text("key2"), text("reason")]
        })
        .collect();
    let (older, unknown) = (
        "key1 carries no month, key2 carries no month",
        "az printed no key1 of a known form, az printed no key2 of a known form",
    );
    assert_eq!(
        read,
        [
            ["rg-ai.(weu)", "both", "JQQJ99CI", "JQQJ9DCH", ""],
            ["rg-ai.(weu)", "older", "", "", older],
            ["rg-ai.(weu)", "broken", "", "", "az could not list the keys"],
            ["rg-ai.(weu)", "mixed", "JQQJ99CA", "", "key2 carries no month"],
            ["rg-ai.(weu)", "empty", "", "", unknown],
            ["rg-ai.(weu)", "lines", "", "", unknown],
            [GROUP, "carriage", "JQQJ99CI", "JQQJ9DCH", ""],
        ]
    );
}

/// The sheet is complete, and the manifest says what could not be read.
pub(super) fn assert_stamps(machine: &Machine, output: &Output) {
    machine.assert_no_key(output);
    assert_is_complete(&machine.sheet());
    // Four parts could not be read: three accounts, and one subscription, which failed three times.
    assert_eq!(output.status.code(), Some(1), "{}", stderr(output));
    let manifest = machine.json("rotaudit-manifest.json");
    let sheet = manifest["exports"].as_array().and_then(|exports| exports.last()).expect("exports");
    assert_eq!(sheet["what"], "key-stamps");
    assert_eq!(sheet["complete"], false);
    assert_eq!(sheet["reason"], "failed readings of keys: 4");
    assert_eq!(sheet["sha256"], sha256(&machine.bytes("key-stamps.json")));
}

fn assert_exports(shell: &[&str], options: &[&str]) {
    let machine = Machine::new();
    let output = machine.run(shell, &script(&[&["--key-stamps"], options].concat()));
    assert_stamps(&machine, &output);
    assert!(stderr(&output).contains("6 exports are not complete; all others are\n"), "{}", stderr(&output));
}

#[test]
fn bash_writes_the_months_and_no_key() {
    assert_exports(BASH, &[]);
}

#[test]
fn bash_shows_no_key_where_everything_is_traced() {
    assert_exports(TRACING_BASH, &[]);
}

#[test]
fn bash_keeps_no_key_in_a_history() {
    let shell = ["bash", "--noprofile", "--norc", "-o", "history", "-o", "histexpand", "-x"];
    assert_exports(&shell, &[]);
}

#[test]
fn pwsh_writes_the_months_and_no_key() {
    if let Some(shell) = pwsh() {
        assert_exports(&shell, &["--shell", "pwsh"]);
    }
}

fn assert_exports_one_account(shell: &[&str], options: &[&str]) {
    let machine = Machine::new();
    let output = machine.run(shell, &script(&[&["--key-stamps", "--account", MIXED], options].concat()));
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    machine.assert_no_key(&output);
    assert_eq!(machine.exported(), ["key-stamps.json"]);
    assert_eq!(machine.sheet()["accounts"].as_array().map(Vec::len), Some(1));
    let log = machine.log();
    assert!(log.contains("--resource-group rg-ai.(weu) --name mixed --query key2 --output tsv"), "{log}");
    assert!(!log.contains("account list --") && !log.contains("activity-log"), "{log}");
}

#[test]
fn for_named_accounts_only_the_sheet_is_written() {
    assert_exports_one_account(BASH, &[]);
    assert_exports_one_account(TRACING_BASH, &[]);
    if let Some(shell) = pwsh() {
        assert_exports_one_account(&shell, &["--shell", "pwsh"]);
    }
}

#[test]
fn only_the_subscriptions_that_are_named_are_read() {
    let machine = Machine::new();
    let output = machine.run(BASH, &script(&["--key-stamps", "--subscription", SUBSCRIPTION]));
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert_is_complete(&machine.sheet());
    assert!(!machine.log().contains(LOCKED), "{}", machine.log());
}

#[test]
fn without_the_option_no_line_of_the_script_is_about_keys() {
    for shell in ["bash", "pwsh"] {
        let script = script(&["--shell", shell]);
        assert!(!script.contains("keys list") && !script.contains("listKeys"), "{shell}");
    }
}
