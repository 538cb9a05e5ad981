//! The script of the steps, run with an `az` that records its calls and does nothing.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{install, is_thorough, pwsh, root, rotaudit, stderr, stdout};

/// Records its arguments, one line per call, and then runs the commands in the file `then`.
const AZ: &str = r#"#!/bin/sh
folder=$(dirname "$0")
[ ! -f "$folder/fails" ] || exit 1
printf '%s\037' "$@" >>"$folder/calls"
echo >>"$folder/calls"
[ ! -f "$folder/then" ] || . "$folder/then"
"#;

/// Unusual versions of az, and whether each succeeds.
const ODD_AZ: [(&str, bool); 6] = [
    ("echo 'ERROR: AADSTS700082: the refresh token has expired' >&2; exit 1", false),
    ("kill -KILL $$", false),
    ("exit 255", false),
    // It reads the text that is meant as an answer.
    ("cat >/dev/null", true),
    // It writes more than a pipe can hold, on both streams.
    ("head -c 300000 /dev/zero | tr '\\0' 'e' >&2; head -c 300000 /dev/zero | tr '\\0' 'o'", true),
    ("printf 'WARNING: \\351\\r\\n\\033[31m' >&2; printf '\\377\\376\\0yes\\r\\n'", true),
];

/// An az that is interrupted together with its script, as by Ctrl-C. If az ended first, PowerShell could see it fail
/// before it sees the signal. So for PowerShell, az ignores the signal.
fn interrupted(shell: Shell) -> &'static str {
    match shell {
        Shell::Bash => "kill -INT 0; sleep 9",
        Shell::Pwsh => "trap '' INT; kill -INT 0; sleep 9",
    }
}

const SUBSCRIPTION: &str = "3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95";

struct Workshop {
    folder: TempDir,
}

/// The shell that a script is run in.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Shell {
    Bash,
    Pwsh,
}

/// The traces that a run leaves.
#[derive(Debug, PartialEq)]
struct Traces {
    status: Option<i32>,
    calls: Vec<Vec<String>>,
    state: String,
}

impl Workshop {
    fn new() -> Workshop {
        Workshop::of(&root().join("fixtures"), &[])
    }

    /// Returns a folder with the scripts for both shells.
    fn of(exports: &Path, options: &[&str]) -> Workshop {
        let folder = tempfile::tempdir().expect("a folder");
        install(&folder.path().join("az"), AZ.as_bytes());
        let mut command = rotaudit(&root());
        command.args(["audit", "-q"]).args(options).arg(exports);
        command.arg("-o").arg(folder.path().join("fix.sh")).arg("-o").arg(folder.path().join("fix.ps1"));
        assert_eq!(command.output().expect("the program runs").status.code(), Some(1));
        Workshop { folder }
    }

    /// Runs the script for bash with these lines on its standard input.
    fn run(&self, arguments: &[&str], answers: &str) -> Output {
        let script = self.path("fix.sh");
        let program = ["bash", script.to_str().expect("a path")];
        self.run_program(&[&program, arguments].concat(), answers)
    }

    /// Runs a line of PowerShell, if there is one, in the folder of the script.
    fn run_line(&self, line: &str, answers: &str) -> Option<Output> {
        Some(self.run_program(&[pwsh()?, "-NoProfile", "-Command", line], answers))
    }

    fn run_program(&self, program: &[&str], answers: &str) -> Output {
        let path = std::env::var("PATH").unwrap_or_default();
        // A caller in the background may have this signal ignored, which a shell cannot undo.
        let mut child = Command::new("env")
            .arg("--default-signal=INT")
            .args(program)
            .current_dir(self.folder.path())
            .env("PATH", format!("{}:{path}", self.folder.path().display()))
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the shell runs");
        // A script that does not read ends before all is written.
        let _ = child.stdin.take().expect("an input").write_all(answers.as_bytes());
        child.wait_with_output().expect("an end")
    }

    /// Does the steps in one shell, and notes them in the file `notes`. `None` if that shell is missing.
    fn act(&self, shell: Shell, answers: &str) -> Option<Traces> {
        let output = match shell {
            Shell::Bash => self.run(&["--act", "--state", "notes"], answers),
            Shell::Pwsh => {
                let script = self.path("fix.ps1");
                let script = script.to_str().expect("a path");
                let program = [pwsh()?, "-NoProfile", "-File", script, "-Act", "-State", "notes"];
                self.run_program(&program, answers)
            }
        };
        let state = fs::read_to_string(self.path("notes")).expect("notes");
        Some(Traces { status: output.status.code(), calls: self.calls(), state })
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
    assert!(text.ends_with("Nothing was done. Run this with --act to do these steps.\n"), "{text}");
    for command in expected() {
        assert!(text.contains(&format!("az {}", command[..4].join(" "))), "{command:?}");
    }
}

/// Returns the text of each step of the plans and of the open findings, with its controls.
fn steps_with_controls() -> BTreeSet<String> {
    let mut command = rotaudit(&root());
    command.args(["audit", "--format", "json", "fixtures"]);
    let report: Value =
        serde_json::from_str(stdout(&command.output().expect("the program runs"))).expect("a report");
    let text = |step: &Value, controls: &[&str]| {
        format!("{} ({})", step["text"].as_str().expect("text"), controls.join(", "))
    };
    let elements = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let mut all = BTreeSet::new();
    for account in elements(&report["accounts"]) {
        for step in elements(&account["plan"]) {
            let controls = elements(&step["for"]);
            let controls: Vec<&str> = controls.iter().filter_map(Value::as_str).collect();
            all.insert(text(&step, &controls));
        }
        let findings = elements(&account["findings"]);
        for finding in findings.iter().filter(|finding| finding["outcome"] == "open") {
            let control = finding["control"].as_str().expect("a control");
            all.extend(elements(&finding["steps"]).iter().map(|step| text(step, &[control])));
        }
    }
    all
}

#[test]
fn each_step_names_the_controls_that_ask_for_it() {
    let workshop = Workshop::new();
    let of_bash = workshop.run(&[], "");
    let of_pwsh = workshop.run_line("& ./fix.ps1", "");
    let expected = steps_with_controls();
    assert!(expected.iter().any(|step| step.ends_with(" (KR001, KR002)")), "{expected:?}");
    for output in [Some(of_bash), of_pwsh].into_iter().flatten() {
        let printed = stdout(&output).lines().filter_map(|line| {
            let (_, text) = line.strip_prefix("  [")?.split_once(']')?;
            Some(text.trim().to_owned())
        });
        assert_eq!(printed.collect::<BTreeSet<String>>(), expected);
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
    // All steps are done, so none is done again.
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
        // If it is run again, it continues where it stopped, and does nothing twice.
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
    assert_eq!(fs::read_to_string(workshop.path("notes")).expect("notes").lines().count(), 2);
    fs::remove_file(workshop.path("fails")).expect("a file that goes");
    let answers = ["again\n", &YES.repeat(99)].concat();
    assert!(
        workshop
            .run(&["--act", "--state", workshop.path("notes").to_str().expect("a path")], &answers)
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

/// A tenant in which both keys of each account are overdue, with names that a shell must quote.
fn hostile_tenant() -> TempDir {
    let accounts: Vec<Value> = [
        ("rg-ai.(weu)", "it's ; $(touch x) `y` && z"),
        ("Gr\u{f6}\u{df}e \u{1f600} \u{2019}", "-n"),
        ("g", "100%\\"),
        ("plain", "a"),
    ]
    .into_iter()
    .map(|(group, name)| {
        let accounts = format!("resourceGroups/{group}/providers/Microsoft.CognitiveServices/accounts");
        json!({
            "id": format!("/subscriptions/{SUBSCRIPTION}/{accounts}/{name}"),
            "name": name, "kind": "OpenAI", "type": "Microsoft.CognitiveServices/accounts",
            "properties": {"dateCreated": "2024-01-01T00:00:00Z"},
        })
    })
    .collect();
    let folder = tempfile::tempdir().expect("a folder");
    let event = json!({
        "eventTimestamp": "2026-11-22T23:00:00Z", "category": {"value": "Administrative"},
        "level": "Informational", "operationName": {"value": "Microsoft.Storage/storageAccounts/write"},
        "status": {"value": "Succeeded"}, "subscriptionId": SUBSCRIPTION, "caller": "a", "operationId": "o",
        "eventDataId": "e", "correlationId": "c",
        "resourceId": format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/s"),
    });
    for (name, content) in [("accounts.json", accounts.into()), ("activity.json", json!([event]))] {
        fs::write(folder.path().join(name), Value::to_string(&content)).expect("an export");
    }
    folder
}

fn hostile_workshop() -> Workshop {
    let tenant = hostile_tenant();
    Workshop::of(tenant.path(), &["--as-of", "2026-11-23", "--coverage", "*=2023-12-31..2026-11-23"])
}

#[test]
fn pwsh_does_what_bash_does_with_the_same_answers() {
    let without_last_line_break = "yes\nyes\nyes";
    for answers in ["", "yes\nno\n", " yes\t\nYes\nyes\n", without_last_line_break, &YES.repeat(99)] {
        let [bash, pwsh] = [Workshop::new(), Workshop::new()];
        let Some(of_pwsh) = pwsh.act(Shell::Pwsh, answers) else { return };
        assert_eq!(Some(of_pwsh), bash.act(Shell::Bash, answers), "{answers:?}");
    }
}

#[test]
fn pwsh_does_what_bash_does_with_hostile_names() {
    let [bash, pwsh] = [hostile_workshop(), hostile_workshop()];
    // Only bash can run the commands of the first account, which is left as it is.
    let answers = ["no\n", &YES.repeat(6)].concat();
    let Some(of_pwsh) = pwsh.act(Shell::Pwsh, &answers) else { return };
    let of_bash = bash.act(Shell::Bash, &answers).expect("bash is there");
    assert_eq!(of_bash.calls.len(), 6);
    assert_eq!(of_pwsh, of_bash);
    let script = fs::read_to_string(pwsh.path("fix.ps1")).expect("a script");
    assert!(script.is_ascii());
    assert!(script.contains("cannot be pasted into PowerShell"), "{script}");
    assert!(script.contains("PowerShell on Windows cannot run its command. In bash: az "), "{script}");
    let shown = pwsh.run_line("& ./fix.ps1", "").expect("PowerShell is there");
    assert!(
        stdout(&shown).ends_with("Nothing was done. Run this with -Act to do these steps.\n"),
        "{}",
        stderr(&shown)
    );
    assert!(stdout(&shown).contains("Gr\u{f6}\u{df}e \u{1f600} \u{2019}"), "{}", stdout(&shown));
}

#[test]
fn a_run_that_one_shell_began_goes_on_in_the_other_with_line_breaks_of_windows() {
    let all = expected();
    for (first, second) in [(Shell::Bash, Shell::Pwsh), (Shell::Pwsh, Shell::Bash)] {
        let workshop = Workshop::new();
        let Some(begun) = workshop.act(first, &YES.repeat(2)) else { return };
        assert!((1..all.len()).contains(&begun.calls.len()), "{begun:?}");
        assert!(!begun.state.contains('\r'), "{begun:?}");
        // An editor of Windows also omits the last line break.
        let of_windows = format!("\u{feff}{}", begun.state.trim_end().replace('\n', "\r\n"));
        fs::write(workshop.path("notes"), of_windows).expect("notes");
        for shell in [second, first] {
            let ended = workshop.act(shell, &YES.repeat(99)).expect("both shells are there");
            assert_eq!(ended.status, Some(0));
            let [mut calls, mut all] = [ended.calls, all.clone()];
            calls.sort();
            all.sort();
            assert_eq!(calls, all, "{first:?}, then {second:?}");
        }
    }
}

#[test]
fn a_failed_command_stops_both_scripts_in_the_same_way() {
    let [bash, pwsh] = [Workshop::new(), Workshop::new()];
    for workshop in [&bash, &pwsh] {
        fs::write(workshop.path("fails"), "").expect("a file");
    }
    let Some(of_pwsh) = pwsh.act(Shell::Pwsh, &YES.repeat(99)) else { return };
    assert_eq!((of_pwsh.status, of_pwsh.state.lines().count()), (Some(1), 2));
    assert_eq!(Some(of_pwsh), bash.act(Shell::Bash, &YES.repeat(99)));
}

/// Runs each script twice: first with an az that runs the commands `then` at its call `at`, and then with these
/// answers.
fn run_twice(then: impl Fn(Shell) -> &'static str, at: usize, answers: &str) -> Option<[[Traces; 2]; 2]> {
    let all_answers = YES.repeat(99);
    let run = |shell| {
        let then = then(shell);
        let workshop = Workshop::new();
        let condition = format!("[ $(wc -l <\"$folder/calls\") -ne {at} ] || {{ {then}; }}");
        fs::write(workshop.path("then"), condition).expect("a file");
        let first = workshop.act(shell, &all_answers)?;
        fs::remove_file(workshop.path("then")).expect("a file that goes");
        Some([first, workshop.act(shell, &[answers, &all_answers].concat())?])
    };
    Some([run(Shell::Bash)?, run(Shell::Pwsh)?])
}

#[test]
fn an_odd_az_has_the_same_effect_in_both_scripts() {
    let all = expected();
    for (then, succeeds) in ODD_AZ {
        let places = if is_thorough() { vec![1, 3, all.len()] } else { vec![3] };
        for at in places {
            let Some([bash, pwsh]) = run_twice(|_| then, at, "done\n") else { return };
            assert_eq!(pwsh, bash, "{then} at {at}");
            let [first, second] = bash;
            assert_eq!(first.status, Some(i32::from(!succeeds)), "{then} at {at}");
            assert_eq!(first.calls, all[..if succeeds { all.len() } else { at }], "{then} at {at}");
            assert_eq!((second.status, second.calls), (Some(0), all.clone()), "{then} at {at}");
        }
    }
}

/// The key may have been regenerated before the interruption, and be in use since.
#[test]
fn an_interrupted_command_is_repeated_only_if_someone_says_so() {
    let all = expected();
    let places = if is_thorough() { vec![1, 2, all.len()] } else { vec![2] };
    for at in places {
        for (answers, is_left, calls_again) in
            [("done\n", false, false), ("again\n", false, true), ("yes\n", true, false)]
        {
            let Some([bash, pwsh]) = run_twice(interrupted, at, answers) else { return };
            for ([first, second], shell) in [(&bash, Shell::Bash), (&pwsh, Shell::Pwsh)] {
                // bash ends by the signal itself, which its caller sees as 130.
                let of_signal = if shell == Shell::Bash { None } else { Some(130) };
                assert_eq!(first.status, of_signal, "{shell:?} at {at}");
                assert_eq!(first.calls, all[..at], "{shell:?} at {at}");
                assert!(first.state.lines().last().expect("a line").starts_with("begun: "), "{first:?}");
                assert_eq!(second.status, Some(i32::from(is_left)), "{shell:?} at {at}: {answers}");
                let count = second.calls.iter().filter(|call| **call == all[at - 1]).count();
                assert_eq!(count, 1 + usize::from(calls_again), "{shell:?} at {at}: {answers}");
            }
            assert_eq!((&pwsh[0].state, &pwsh[1]), (&bash[0].state, &bash[1]), "{answers} at {at}");
        }
    }
}

/// The control `control` with a command on every account; `custom` are further lines of its metadata.
fn policy(control: &str, custom: &str) -> String {
    format!(
        "# METADATA\n# title: Every account must have a tag\n# description: Every account must have a tag.\n# custom:\n\
         #   id: {control}\n#   name: TagMissing\n#   level: warning\n{custom}package acme.tag\n\n\
         violation contains {{\"message\": \"The account has no tag.\", \"steps\": [step]}} if {{\n\
         \tstep := {{\"text\": \"Tag it.\", \"argv\": [\"az\", \"tag\", \"update\", \"--resource-id\", input.account.id]}}\n}}\n"
    )
}

#[test]
fn a_command_of_a_control_that_is_not_built_in_is_run_after_a_question() {
    let replacement = policy("ACME001", "#   replaces: KR002\n");
    for (control, policy) in [("ACME001", policy("ACME001", "")), ("KR002", replacement)] {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("tag.rego");
        fs::write(&path, policy).expect("a policy");
        let options = ["--policy", path.to_str().expect("a path"), "--control", "ACME001"];
        let workshop = || Workshop::of(&root().join("fixtures"), &options);
        let accounts = 21;
        for (answers, calls) in [("", 0), ("no\n", 0), ("no\nyes\nYes\nyes", 2), (&YES.repeat(99), accounts)]
        {
            let [bash, pwsh] = [workshop(), workshop()];
            let of_bash = bash.act(Shell::Bash, answers).expect("bash is there");
            assert_eq!(of_bash.calls.len(), calls, "{control}: {answers:?}");
            assert!(of_bash.calls.iter().all(|call| call[..2] == ["tag", "update"]), "{of_bash:?}");
            assert_eq!(of_bash.status, Some(i32::from(calls < accounts)), "{control}: {answers:?}");
            assert_eq!(of_bash.state.lines().count(), 2 * calls, "{control}: {answers:?}");
            if let Some(of_pwsh) = pwsh.act(Shell::Pwsh, answers) {
                assert_eq!(of_pwsh, of_bash, "{control}: {answers:?}");
            }
        }
    }
}

/// This includes a command that only reads, and a command after a question about the account.
#[test]
fn each_command_of_a_control_that_is_not_built_in_has_its_own_question() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("tag.rego");
    let read =
        "{\"text\": \"Look.\", \"argv\": [\"az\", \"tag\", \"list\", \"--resource-id\", input.account.id]}";
    let text = policy("ACME001", "").replace("[step]", &format!("[{read}, step]"));
    fs::write(&path, text).expect("a policy");
    let options = ["--policy", path.to_str().expect("a path"), "--control", "ACME001"];
    let [bash, pwsh] = [(); 2].map(|()| Workshop::of(&root().join("fixtures"), &options));
    let of_bash = bash.act(Shell::Bash, "yes\n").expect("bash is there");
    let verbs: Vec<&[String]> = of_bash.calls.iter().map(|call| &call[..2]).collect();
    assert_eq!(verbs, [["tag", "list"]]);
    if let Some(of_pwsh) = pwsh.act(Shell::Pwsh, "yes\n") {
        assert_eq!(of_pwsh, of_bash);
    }
}

/// The plans are those of the built-in controls, and each account also has a command of another control.
#[test]
fn without_an_answer_the_scripts_run_only_commands_of_built_in_controls_that_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("tag.rego");
    fs::write(&path, policy("ACME001", "")).expect("a policy");
    let options = ["--policy", path.to_str().expect("a path")];
    let [bash, pwsh] = [(); 2].map(|()| Workshop::of(&root().join("fixtures"), &options));
    let of_bash = bash.act(Shell::Bash, "").expect("bash is there");
    assert_eq!(of_bash.status, Some(1));
    assert!(of_bash.calls.iter().all(|call| call[..3] == ["monitor", "activity-log", "list"]), "{of_bash:?}");
    if let Some(of_pwsh) = pwsh.act(Shell::Pwsh, "") {
        assert_eq!(of_pwsh, of_bash);
    }
}

#[test]
fn the_scripts_print_their_usage_on_request() {
    let workshop = Workshop::new();
    let bash = ["--help", "-h"].map(|option| Some(workshop.run(&[option], YES)));
    let pwsh = workshop.run_line("& ./fix.ps1 --help; exit $LASTEXITCODE", YES);
    for output in bash.into_iter().chain([pwsh]).flatten() {
        assert_eq!(output.status.code(), Some(0));
        assert!(stdout(&output).starts_with("usage: "), "{}", stdout(&output));
        assert_eq!((stdout(&output).lines().count(), stderr(&output)), (1, ""));
    }
    assert_eq!(workshop.calls(), Vec::<Vec<String>>::new());
}

#[test]
fn no_script_acts_with_an_option_that_it_does_not_have() {
    let workshop = Workshop::new();
    let bash = workshop.run(&["--acts"], YES);
    let pwsh = workshop.run_line("& ./fix.ps1 -Acts; exit $LASTEXITCODE", YES);
    for output in [Some(bash), pwsh].into_iter().flatten() {
        assert_eq!(output.status.code(), Some(2));
        let texts = [stdout(&output), stderr(&output)].concat();
        assert!(texts.starts_with("usage: ") && texts.lines().count() == 1, "{texts}");
    }
    assert_eq!(workshop.calls(), Vec::<Vec<String>>::new());
}

#[test]
fn no_script_acts_if_it_cannot_note_what_it_does() {
    let workshop = Workshop::new();
    fs::create_dir(workshop.path("notes")).expect("a folder");
    let bash = workshop.run(&["--act", "--state", "notes"], &YES.repeat(99));
    let pwsh = workshop.run_line("& ./fix.ps1 -Act -State notes; exit $LASTEXITCODE", &YES.repeat(99));
    for output in [Some(bash), pwsh].into_iter().flatten() {
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr(&output).contains("notes: the finished steps cannot be recorded in it"));
    }
    assert_eq!(workshop.calls(), Vec::<Vec<String>>::new());
}

#[test]
fn no_script_acts_if_it_would_not_find_what_it_noted() {
    let workshop = Workshop::new();
    let bash = workshop.run(&["--act", "--state", "/dev/null"], &YES.repeat(99));
    let pwsh = workshop.run_line("& ./fix.ps1 -Act -State /dev/null; exit $LASTEXITCODE", &YES.repeat(99));
    for output in [Some(bash), pwsh].into_iter().flatten() {
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr(&output).contains("/dev/null: the finished steps cannot be recorded in it"));
    }
    let other_shell = workshop.run_program(&["dash", "fix.sh", "--act"], &YES.repeat(99));
    assert_eq!(other_shell.status.code(), Some(2));
    assert!(stderr(&other_shell).contains("run this script with bash"), "{}", stderr(&other_shell));
    assert_eq!(workshop.calls(), Vec::<Vec<String>>::new());
}

#[test]
fn the_script_finds_what_it_noted_in_a_file_with_the_name_of_an_option() {
    let workshop = Workshop::new();
    for _ in 0..2 {
        let output = workshop.run(&["--act", "--state", "-done"], &YES.repeat(99));
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert_eq!(workshop.calls(), expected());
    }
}

#[test]
fn the_script_for_pwsh_acts_the_same_in_any_session() {
    let strict = "Set-StrictMode -Version Latest; $ErrorActionPreference = 'Stop'; \
                  $PSNativeCommandUseErrorActionPreference = $true; \
                  [Threading.Thread]::CurrentThread.CurrentCulture = 'tr-TR'; \
                  & ./fix.ps1 -Act; exit $LASTEXITCODE";
    let workshop = Workshop::new();
    let Some(output) = workshop.run_line(strict, &YES.repeat(99)) else { return };
    assert_eq!((output.status.code(), workshop.calls()), (Some(0), expected()), "{}", stderr(&output));
    assert!(workshop.path("fix.ps1.done").exists());

    let restricted = "$ExecutionContext.SessionState.LanguageMode = 'ConstrainedLanguage'; \
                      & ./fix.ps1 -Act; exit $LASTEXITCODE";
    let workshop = Workshop::new();
    let output = workshop.run_line(restricted, &YES.repeat(99)).expect("PowerShell is there");
    assert_eq!(output.status.code(), Some(2));
    assert!(stdout(&output).contains("FullLanguage mode") && stdout(&output).lines().count() == 1);

    // If there is nobody to ask, each account is left before its first step by hand.
    let [pwsh, script] = [pwsh().expect("PowerShell is there"), "fix.ps1"];
    let output = workshop.run_program(&[pwsh, "-NoProfile", "-NonInteractive", "-File", script, "-Act"], "");
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(workshop.calls().iter().all(|call| key_of(call).is_none()));
}

/// Lists syntax that Windows PowerShell 5.1 does not know, from the syntax tree of the script.
#[test]
fn old_versions_of_pwsh_know_the_syntax_of_the_script() {
    let line = "$tree = [Management.Automation.Language.Parser]::ParseFile(\"$PWD/fix.ps1\", [ref]$null, [ref]$null); \
                $newer = 'TernaryExpressionAst', 'PipelineChainAst', 'TypeDefinitionAst', 'UsingStatementAst'; \
                $tree.FindAll({ $args[0].GetType().Name -in $newer -or $args[0].Operator -like 'QuestionQuestion*' \
                -or $args[0].NullConditional }, $true); $tree.FindAll({ $args[0].Name -eq 'Invoke-Step' }, $true).Name";
    let Some(output) = Workshop::new().run_line(line, "") else { return };
    assert_eq!((stdout(&output), stderr(&output)), ("Invoke-Step\n", ""));
}

#[test]
fn the_script_for_pwsh_has_help() {
    let line = "Get-Help ./fix.ps1 -Full | Out-String -Width 200";
    let Some(output) = Workshop::new().run_line(line, "") else { return };
    for text in ["The steps that fix what rotaudit", "-State <String>", "Asks, and runs the commands."] {
        assert!(stdout(&output).contains(text), "{}", stdout(&output));
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to.join("exports")).expect("a folder");
    for entry in fs::read_dir(from).expect("fixtures") {
        let file = entry.expect("a fixture").path();
        fs::copy(&file, to.join("exports").join(file.file_name().expect("a name"))).expect("a copy");
    }
}
