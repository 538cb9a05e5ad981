//! The script of `rotaudit export-script`, run by real shells with an `az` that returns invented exports and keys.
#![cfg(unix)]

mod collection;
mod interruption;
mod leaks;
mod machine;
mod sessions;
mod stamps;

use std::path::Path;

use crate::support::{self, rotaudit, stderr, stdout};

const BASH: &[&str] = &["bash", "--noprofile", "--norc"];
const TRACING_BASH: &[&str] = &["bash", "--noprofile", "--norc", "-xv"];

/// The command that runs a script in PowerShell, if there is one.
fn pwsh() -> Option<[&'static str; 4]> {
    support::pwsh().map(|pwsh| [pwsh, "-NoProfile", "-NonInteractive", "-File"])
}

/// The command that runs a line of PowerShell, if there is one.
fn pwsh_line() -> Option<[&'static str; 4]> {
    support::pwsh().map(|pwsh| [pwsh, "-NoProfile", "-NonInteractive", "-Command"])
}

/// The script that the program prints with these options.
fn script(options: &[&str]) -> String {
    let arguments = [&["export-script"], options].concat();
    let output = rotaudit(Path::new("/")).args(arguments).output().expect("the program runs");
    assert!(output.status.success(), "{}", stderr(&output));
    stdout(&output).to_owned()
}

#[test]
fn an_argument_that_is_not_an_id_is_refused() {
    let accounts = "/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts";
    for id in
        ["", "a", "$(touch x)", "/subscriptions/s", &format!("{accounts}/a'b"), &format!("{accounts}/-n")]
    {
        for option in ["--account", "--subscription"] {
            assert_refused(&["--key-stamps", option, id]);
        }
    }
}

#[test]
fn options_that_contradict_each_other_or_are_out_of_range_are_refused() {
    let account = "/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/a";
    assert_refused(&["--account", account]);
    assert_refused(&["--key-stamps", "--account", account, "--days", "30"]);
    assert_refused(&["--key-stamps", "--account", account, "--subscription", machine::SUBSCRIPTION]);
    assert_refused(&["--days", "0"]);
    assert_refused(&["--days", "91"]);
}

fn assert_refused(options: &[&str]) {
    let arguments = [&["export-script"], options].concat();
    let output = rotaudit(Path::new("/")).args(arguments).output().expect("the program runs");
    assert_eq!(output.status.code(), Some(2), "{options:?}");
    assert!(output.stdout.is_empty(), "{options:?}");
}
