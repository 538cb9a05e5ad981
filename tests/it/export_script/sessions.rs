//! PowerShell sessions of every kind: strict, traced, recorded, restricted, and in other languages. The script does the
//! same in each.

use std::process::Output;

use serde_json::Value;

use crate::export_script::machine::{GROUP, Machine, SUBSCRIPTION};
use crate::export_script::stamps::assert_stamps;
use crate::export_script::{BASH, pwsh, pwsh_line, script};
use crate::support::{is_thorough, stderr, stdout};

/// The commands of a session before and around the call of the script, which is `RUN`.
const SESSIONS: [(&str, &str); 11] = [
    ("default", "RUN"),
    ("strict", "Set-StrictMode -Version Latest; RUN"),
    (
        "stopping at errors",
        "$ErrorActionPreference = 'Stop'; $PSNativeCommandUseErrorActionPreference = $true; RUN",
    ),
    ("continuing silently", "$ErrorActionPreference = 'SilentlyContinue'; RUN"),
    ("debugged", "Set-PSDebug -Trace 2; RUN"),
    ("recorded", "[void](Start-Transcript -Path ../transcript); RUN; [void](Stop-Transcript)"),
    ("traced", "Trace-Command -Name * -Option All -FilePath ../trace -PSHost -Expression { RUN }"),
    ("Arabic", "[Threading.Thread]::CurrentThread.CurrentCulture = 'ar-SA'; RUN"),
    ("Thai", "[Threading.Thread]::CurrentThread.CurrentCulture = 'th-TH'; RUN"),
    ("Turkish", "[Threading.Thread]::CurrentThread.CurrentCulture = 'tr-TR'; RUN"),
    ("with a profile", "function az { throw }; $az = 1; $reason = 2; RUN"),
];

fn run_line(machine: &Machine, script: &str, line: &str) -> Option<Output> {
    let mut command = machine.command(&pwsh_line()?, script);
    Some(command.arg(line).output().expect("the shell runs"))
}

/// Returns the sheet and the lines of the manifest, without times and without members that depend on times.
fn exported(machine: &Machine) -> [Value; 2] {
    fn without_times(value: &mut Value) {
        match value {
            Value::Object(members) => {
                for name in ["taken_at", "collected_at", "start", "end", "command", "sha256"] {
                    members.remove(name);
                }
                members.values_mut().for_each(without_times);
            }
            Value::Array(items) => items.iter_mut().for_each(without_times),
            _ => {}
        }
    }
    ["key-stamps.json", "rotaudit-manifest.json"].map(|file| {
        let mut value = machine.json(file);
        without_times(&mut value);
        value
    })
}

/// Runs the script in a session, and returns the sheet and the manifest, which must be complete.
fn assert_session(name: &str, line: &str, script: &str) -> Option<[Value; 2]> {
    let machine = Machine::new();
    let line = line.replace("RUN", "& ../script.ps1; $status = $LASTEXITCODE") + "; exit $status";
    let output = run_line(&machine, script, &line)?;
    assert!(machine.path("open/work/rotaudit-export").exists(), "{name}: {}", stderr(&output));
    assert_stamps(&machine, &output);
    Some(exported(&machine))
}

#[test]
fn every_session_exports_the_same_as_bash_and_shows_no_key() {
    let bash = Machine::new();
    assert_stamps(&bash, &bash.run(BASH, &script(&["--key-stamps"])));
    let script = script(&["--shell", "pwsh", "--key-stamps"]);
    let assert_same = |name: &str, line: &str| {
        if let Some(exported_by_pwsh) = assert_session(name, line, &script) {
            assert_eq!(exported_by_pwsh, exported(&bash), "{name}");
        }
    };
    if is_thorough() {
        for (name, line) in SESSIONS {
            assert_same(name, line);
        }
    } else {
        // The same settings, combined into as few sessions as possible.
        let in_one = |names: &[&str]| {
            let of = |name: &&str| SESSIONS.iter().find(|(session, _)| session == name).expect("a session").1;
            names.iter().map(of).fold("RUN".to_owned(), |lines, session| session.replace("RUN", &lines))
        };
        for names in [
            &["recorded", "debugged", "strict", "stopping at errors", "Thai"][..],
            &["traced", "with a profile", "continuing silently", "Turkish"],
        ] {
            assert_same(&names.join(", "), &in_one(names));
        }
    }
}

#[test]
fn a_restricted_session_is_refused_in_one_sentence() {
    let machine = Machine::new();
    let script = script(&["--shell", "pwsh", "--key-stamps"]);
    let line = "$ExecutionContext.SessionState.LanguageMode = 'ConstrainedLanguage'; & ../script.ps1; exit $LASTEXITCODE";
    let Some(output) = run_line(&machine, &script, line) else { return };
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert_eq!(stderr(&output), "");
    let text = stdout(&output);
    assert!(text.contains("FullLanguage mode") && text.lines().count() == 1, "{text}");
    assert_eq!(machine.log(), "");
}

/// Each refusal is a line on the second stream and the status 2, and nothing is written.
#[test]
fn an_existing_folder_a_missing_az_and_a_missing_sign_in_are_refused_in_one_sentence() {
    for options in
        [&["--shell", "pwsh"][..], &["--shell", "pwsh", "--key-stamps", "--account", &account("a")]]
    {
        let machine = Machine::new();
        std::fs::create_dir(machine.path("bin/signed-out")).expect("a folder");
        machine.program("signed-out/az", "#!/bin/sh\necho 'ERROR: Please run az login' >&2\nexit 1\n");
        let line = "\
            [void](New-Item -ItemType Directory -Path old); & ../script.ps1 old; $LASTEXITCODE
            $env:PATH = '../../bin/signed-out'; & ../script.ps1; $LASTEXITCODE
            $env:PATH = '/nowhere'; & ../script.ps1; $LASTEXITCODE";
        let Some(output) = run_line(&machine, &script(options), line) else { return };
        assert_eq!(stdout(&output), "2\n2\n2\n", "{}", stderr(&output));
        let expected = "old: name a folder that does not exist yet\n\
            az is not signed in; sign in with: az login\n\
            az was not found; install the Azure CLI\n";
        assert_eq!(stderr(&output), expected);
        let left: Vec<_> = std::fs::read_dir(machine.path("open/work")).expect("a folder").collect();
        assert_eq!(left.len(), 1, "{left:?}");
        assert_eq!(machine.log(), "");
    }
}

#[test]
fn a_folder_with_spaces_and_brackets_is_written_and_an_az_in_the_current_one_is_not_run() {
    let machine = Machine::new();
    machine.program("../open/work/az", "#!/bin/sh\nexit 9\n");
    let line = "& ../script.ps1 './a folder [1]'; exit $LASTEXITCODE";
    let script = script(&["--shell", "pwsh", "--subscription", SUBSCRIPTION]);
    let Some(output) = run_line(&machine, &script, line) else { return };
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(machine.path("open/work/a folder [1]/rotaudit-manifest.json").exists());
}

/// Lists, from the syntax tree of the script, the methods that are called where a key is present, and syntax that
/// Windows PowerShell 5.1 does not know.
const INSPECTION: &str = r"
    $tree = [Management.Automation.Language.Parser]::ParseFile('../script.ps1', [ref]$null, [ref]$null)
    $stamp = $tree.Find({ $args[0].Name -eq 'Get-Stamp' }, $true)
    $stamp.Body.FindAll({ $args[0] -is [Management.Automation.Language.InvokeMemberExpressionAst] }, $true).Extent.Text
    $newer = 'TernaryExpressionAst', 'PipelineChainAst', 'TypeDefinitionAst', 'UsingStatementAst'
    $tree.FindAll({ $args[0].GetType().Name -in $newer -or $args[0].Operator -like 'QuestionQuestion*' -or $args[0].NullConditional }, $true)
    $tree.FindAll({ $args[0].ParameterName -in 'AsHashtable', 'Parallel', 'AsArray', 'AsUTC' }, $true)";

/// On Windows, PowerShell hands the arguments of each method to the antimalware interface: a text as it is, and an array as
/// the name of its type.
#[test]
fn no_method_gets_a_key_as_text_and_old_versions_know_the_syntax() {
    let machine = Machine::new();
    let script = script(&["--shell", "pwsh", "--key-stamps"]);
    let Some(output) = run_line(&machine, &script, INSPECTION) else { return };
    assert_eq!(stderr(&output), "");
    let calls = [
        "$answer.GetBuffer()",
        "[Text.Encoding]::ASCII.GetString($bytes, 52, 8)",
        "[Array]::Clear($bytes, 0, $bytes.Length)",
    ];
    assert_eq!(stdout(&output).lines().collect::<Vec<_>>(), calls);
}

/// An empty answer is not an empty list, and an empty name is a text.
#[test]
fn an_az_that_prints_nothing_leaves_no_file() {
    let export = |shell: &[&str], options: &[&str]| {
        let machine = Machine::new();
        let script = script(&[options, &["--key-stamps", "--subscription", SUBSCRIPTION]].concat());
        let mut command = machine.command(shell, &script);
        let output =
            command.arg(machine.script()).env("SILENT_IN", "account ").output().expect("the shell runs");
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        assert!(
            stderr(&output).contains("2 exports are not complete; all others are\n"),
            "{}",
            stderr(&output)
        );
        let log = format!("activity-{SUBSCRIPTION}.json");
        assert_eq!(machine.exported(), [&log, "key-stamps.json", "rotaudit-manifest.json"]);
        exported(&machine)
    };
    let of_bash = export(BASH, &[]);
    let [sheet, manifest] = &of_bash;
    assert_eq!(sheet["accounts"], Value::Array(Vec::new()));
    assert_eq!(manifest["collected_by"], "");
    assert_eq!(manifest["exports"][0]["reason"], "az printed nothing");
    if let Some(shell) = pwsh() {
        assert_eq!(export(&shell, &["--shell", "pwsh"]), of_bash);
    }
}

/// az on Windows prints in the code page of the system.
#[test]
fn ids_of_another_encoding_are_asked_for_by_their_names() {
    let machine = Machine::new();
    let Some(shell) = pwsh_line() else { return };
    let script = script(&["--shell", "pwsh", "--key-stamps", "--subscription", SUBSCRIPTION]);
    let line = "& ../script.ps1; exit $LASTEXITCODE";
    let output = machine
        .command(&shell, &script)
        .env("CODE_PAGE", "WINDOWS-1252")
        .arg(line)
        .output()
        .expect("the shell runs");
    assert_stamps_of_group(&machine, &output);
}

/// The script is plain ASCII, even if it contains a name that is not.
#[test]
fn an_account_in_a_group_beyond_ascii_is_read() {
    let machine = Machine::new();
    let script = script(&["--shell", "pwsh", "--key-stamps", "--account", &account("carriage")]);
    assert!(script.is_ascii());
    let Some(output) = run_line(&machine, &script, "& ../script.ps1; exit $LASTEXITCODE") else { return };
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_stamps_of_group(&machine, &output);
}

fn account(name: &str) -> String {
    format!(
        "/subscriptions/{SUBSCRIPTION}/resourceGroups/{GROUP}/providers/Microsoft.CognitiveServices/accounts/{name}"
    )
}

fn assert_stamps_of_group(machine: &Machine, output: &Output) {
    machine.assert_no_key(output);
    let sheet = machine.sheet();
    let row = sheet["accounts"].as_array().and_then(|rows| rows.last()).expect("a row");
    assert_eq!(row["id"], account("carriage"), "{}", stderr(output));
    assert_eq!([&row["key1"], &row["key2"]], ["JQQJ99CI", "JQQJ9DCH"]);
}

/// Windows PowerShell 5.1 reads a file without a byte-order mark in the code page of the system.
#[test]
fn the_script_is_plain_ascii() {
    for options in [&["--shell", "pwsh"][..], &["--shell", "pwsh", "--key-stamps"]] {
        assert!(script(options).is_ascii(), "{options:?}");
    }
}
