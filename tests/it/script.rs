//! The script of the steps, run with an `az` that notes what it is asked for and does nothing.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{install, root, rotaudit, stdout};

/// Notes its arguments, each line one call; fails where a file of that name says so.
const AZ: &str = r#"#!/bin/sh
folder=$(dirname "$0")
[ ! -f "$folder/fails" ] || exit 1
printf '%s\037' "$@" >>"$folder/calls"
echo >>"$folder/calls"
"#;

struct Workshop {
    folder: TempDir,
    script: PathBuf,
}

impl Workshop {
    fn new() -> Workshop {
        let folder = tempfile::tempdir().expect("a folder");
        let script = folder.path().join("fix.sh");
        let az = folder.path().join("az");
        install(&az, AZ.as_bytes());
        let mut command = rotaudit(&root());
        command.args(["audit", "-q", "fixtures", "-o"]).arg(&script);
        assert_eq!(command.output().expect("the program runs").status.code(), Some(1));
        Workshop { folder, script }
    }

    /// Runs the script with these lines on its standard input.
    fn run(&self, arguments: &[&str], answers: &str) -> Output {
        let path = std::env::var("PATH").unwrap_or_default();
        let mut child = Command::new("bash")
            .arg(&self.script)
            .args(arguments)
            .env("PATH", format!("{}:{path}", self.folder.path().display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("bash runs");
        // A script that does not read ends before all is written.
        let _ = child.stdin.take().expect("an input").write_all(answers.as_bytes());
        child.wait_with_output().expect("an end")
    }

    fn calls(&self) -> Vec<Vec<String>> {
        let noted = fs::read_to_string(self.folder.path().join("calls")).unwrap_or_default();
        let call = |line: &str| line.trim_end_matches('\u{1f}').split('\u{1f}').map(str::to_owned).collect();
        noted.lines().map(call).collect()
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

/// The commands of the plans, account by account, without alternatives.
fn expected() -> Vec<Vec<String>> {
    let mut command = rotaudit(&root());
    command.args(["audit", "--format", "json", "fixtures"]);
    let report: Value =
        serde_json::from_str(stdout(&command.output().expect("the program runs"))).expect("a report");
    let mut commands = Vec::new();
    for account in report["accounts"].as_array().expect("accounts") {
        let plan = account["plan"].as_array().expect("a plan");
        let done = plan.iter().filter(|step| step["argv"].is_array() && step["alternative"] != true);
        commands.extend(done.map(|step| {
            let argv = step["argv"].as_array().expect("arguments");
            argv.iter().skip(1).map(|argument| argument.as_str().expect("text").to_owned()).collect()
        }));
    }
    commands
}

fn key_of(call: &[String]) -> Option<(&str, &str)> {
    let of = |name: &str| call.iter().skip_while(|word| *word != name).nth(1).map(String::as_str);
    (call.get(3)? == "regenerate").then_some((of("--name")?, of("--key-name")?))
}

const YES: &str = "yes\n";

#[test]
fn without_the_option_to_act_the_script_only_prints() {
    let workshop = Workshop::new();
    let output = workshop.run(&[], &YES.repeat(99));
    assert!(output.status.success());
    assert_eq!(workshop.calls(), Vec::<Vec<String>>::new());
    assert!(!workshop.path("fix.sh.done").exists());
    let text = stdout(&output);
    assert!(text.ends_with("Nothing was done. With --act these steps are.\n"), "{text}");
    for command in expected() {
        assert!(text.contains(&format!("az {}", command[..4].join(" "))), "{command:?}");
    }
}

#[test]
fn the_script_runs_its_commands_after_each_manual_step_is_confirmed() {
    let workshop = Workshop::new();
    assert!(workshop.run(&["--act"], &YES.repeat(99)).status.success());
    assert_eq!(workshop.calls(), expected());
    assert!(
        !workshop.calls().iter().any(|call| call.contains(&"update".to_owned())),
        "an alternative was run"
    );
    // All is done, so nothing is done again.
    let again = workshop.run(&["--act"], &YES.repeat(99));
    assert!(again.status.success() && !stdout(&again).contains("[run]"));
    assert_eq!(workshop.calls(), expected());
}

#[test]
fn no_second_key_is_regenerated_before_its_step_is_confirmed() {
    let all = expected();
    for yeses in 0..20 {
        let workshop = Workshop::new();
        let output = workshop.run(&["--act"], &YES.repeat(yeses));
        let calls = workshop.calls();
        // Every command of a regeneration needs a yes of its own.
        assert!(calls.iter().filter(|call| key_of(call).is_some()).count() <= yeses, "{yeses}: {calls:?}");
        let is_whole = calls == all;
        assert_eq!(output.status.success(), is_whole, "{yeses}");
        // Run again, it goes on where it stopped, and does nothing twice.
        assert!(workshop.run(&["--act"], &YES.repeat(99)).status.success());
        let mut done = workshop.calls();
        let mut expected = all.clone();
        done.sort();
        expected.sort();
        assert_eq!(done, expected, "{yeses}");
    }
}

#[test]
fn a_script_stops_at_a_failed_command_and_resumes_there() {
    let workshop = Workshop::new();
    fs::write(workshop.path("fails"), "").expect("a file");
    let output = workshop
        .run(&["--act", "--state", workshop.path("notes").to_str().expect("a path")], &YES.repeat(99));
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("nothing further was done"));
    assert_eq!(fs::read_to_string(workshop.path("notes")).expect("notes").lines().count(), 1);
    fs::remove_file(workshop.path("fails")).expect("a file that goes");
    assert!(
        workshop
            .run(&["--act", "--state", workshop.path("notes").to_str().expect("a path")], &YES.repeat(99))
            .status
            .success()
    );
    assert_eq!(workshop.calls(), expected());
}

#[test]
fn waived_findings_are_not_in_the_script() {
    let folder = tempfile::tempdir().expect("a folder");
    copy(&root().join("fixtures"), folder.path());
    fs::write(
        folder.path().join("waivers.yaml"),
        "waivers:\n- control: 'KR001'\n  resource: '**'\n  expires: 2027-01-01\n  justification: j\n\
         - control: 'KR002'\n  resource: '**'\n  expires: 2027-01-01\n  justification: j\n\
         - control: 'KR003'\n  resource: '**'\n  expires: 2027-01-01\n  justification: j\n",
    )
    .expect("waivers");
    let mut command = rotaudit(folder.path());
    command.args([
        "audit",
        "--as-of",
        "2026-11-23",
        "--format",
        "script",
        "--waivers",
        "waivers.yaml",
        "exports",
    ]);
    let text = command.output().expect("the program runs");
    assert!(!stdout(&text).contains("keys regenerate"), "{}", stdout(&text));
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to.join("exports")).expect("a folder");
    for entry in fs::read_dir(from).expect("fixtures") {
        let file = entry.expect("a fixture").path();
        fs::copy(&file, to.join("exports").join(file.file_name().expect("a name"))).expect("a copy");
    }
}
