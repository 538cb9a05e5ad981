//! The program as a whole: two runs give the same bytes, output goes to the right place, and nothing hostile reaches a
//! terminal.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::support::{pwsh, root, rotaudit, stderr, stdout};

const AS_OF: [&str; 3] = ["audit", "--as-of", "2026-11-23"];

fn fixtures() -> Vec<String> {
    let mut files: Vec<String> = fs::read_dir(root().join("fixtures"))
        .expect("fixtures")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
        .collect();
    files.sort();
    files
}

/// A folder with one account named `name`, and no log.
fn tenant(name: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let id =
        format!("/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/{name}");
    let account = serde_json::json!([{
        "id": id, "name": name, "kind": "OpenAI", "type": "Microsoft.CognitiveServices/accounts",
        "properties": {"dateCreated": "2024-01-01T00:00:00Z"},
    }]);
    fs::write(folder.path().join("accounts.json"), account.to_string()).expect("an export");
    folder
}

#[test]
fn two_runs_give_the_same_bytes_and_so_does_another_order_of_inputs() {
    let folder = root().join("fixtures");
    let files = fixtures();
    for format in ["text", "json", "sarif", "html", "csv", "markdown", "junit", "script", "oscal"] {
        let run = |paths: Vec<&String>| {
            let mut command = rotaudit(&folder);
            command.args(AS_OF).args(["--format", format]).args(paths);
            command.output().expect("the program runs").stdout
        };
        let first = run(files.iter().collect());
        assert!(!first.is_empty());
        assert!(first == run(files.iter().collect()), "{format}: two runs differ");
        assert!(first == run(files.iter().rev().collect()), "{format}: the order of the inputs shows");
        let mut walked = rotaudit(&root());
        walked.args(AS_OF).args(["--format", format, "fixtures"]);
        assert!(
            first == walked.output().expect("the program runs").stdout,
            "{format}: a folder is not its files"
        );
    }
}

#[test]
fn every_output_has_the_format_of_its_extension_or_of_the_option() {
    let exports = tenant("gpt");
    let out = tempfile::tempdir().expect("a folder");
    let path = |name: &str| out.path().join(name).display().to_string();
    let mut command = rotaudit(exports.path());
    command.args(AS_OF).arg(".");
    command.args(["-o", &path("a.sarif"), "-o", &path("b.json"), "-o", &format!("sarif:{}", path("c.txt"))]);
    let output = command.output().expect("the program runs");
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(stdout(&output).contains("UNPROVEN 1"));
    let read = |name: &str| fs::read_to_string(path(name)).expect("a report");
    assert!(read("a.sarif").contains("\"2.1.0\""));
    assert!(read("b.json").contains("\"rotaudit.report/1\""));
    assert_eq!(read("a.sarif"), read("c.txt"));
    let names = fs::read_dir(out.path()).expect("the folder").count();
    assert_eq!(names, 3, "no other file is left");
}

/// A report in the folder that is audited is not evidence of the next run.
#[test]
fn an_output_among_the_inputs_changes_nothing_in_the_next_run() {
    let exports = tenant("gpt");
    let run = || {
        let mut command = rotaudit(exports.path());
        command.args(AS_OF).args([".", "-o", "report.json"]);
        assert_eq!(command.output().expect("the program runs").status.code(), Some(3));
        fs::read(exports.path().join("report.json")).expect("a report")
    };
    assert!(run() == run());
}

#[test]
fn an_output_that_cannot_be_written_is_found_before_the_work_starts() {
    let exports = tenant("gpt");
    let mut command = rotaudit(exports.path());
    // If the missing input were checked first, the error would be about it.
    command.args(AS_OF).args(["missing.json", "-o", "nowhere/report.sarif"]);
    let output = command.output().expect("the program runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("nowhere/report.sarif: cannot be written"), "{}", stderr(&output));
}

#[test]
fn an_input_is_never_overwritten() {
    let exports = tenant("gpt");
    let waivers = "waivers:\n";
    fs::write(exports.path().join("waivers.yaml"), waivers).expect("waivers");
    let run =
        |arguments: &[&str]| rotaudit(exports.path()).args(arguments).output().expect("the program runs");
    assert!(run(&["collect", "accounts.json", "-o", "evidence.jsonl"]).status.success());
    fs::write(exports.path().join("notes.txt"), "notes").expect("a file that is not an export");
    assert!(run(&["policy", "init", "policies"]).status.success());
    let (policy, test) = ("policies/owner_tag.rego", "policies/owner_tag_test.rego");
    let files = ["accounts.json", "waivers.yaml", "evidence.jsonl", "notes.txt", policy, test];
    let kept = || files.map(|file| fs::read_to_string(exports.path().join(file)).expect("a file"));
    let before = kept();
    for (arguments, is_input) in [
        (&["audit", "accounts.json", "-o", "accounts.json"][..], "accounts.json"),
        // The same applies to an input that was not named, but is in a folder that was named.
        (&["audit", ".", "-o", "json:accounts.json"], "accounts.json"),
        (&["audit", ".", "-o", "json:evidence.jsonl"], "evidence.jsonl"),
        (&["audit", "accounts.json", "--waivers", "waivers.yaml", "-o", "json:waivers.yaml"], "waivers.yaml"),
        (&["collect", ".", "-o", "accounts.json"], "accounts.json"),
        // The same applies to a file of any kind.
        (&["audit", ".", "-o", "notes.txt"], "notes.txt"),
        (&["collect", ".", "-o", "notes.txt"], "notes.txt"),
        (&["audit", "accounts.json", "--policy", policy, "-o", &format!("json:{policy}")], policy),
        (&["audit", "accounts.json", "--policy", policy, "-o", &format!("json:{test}")], test),
        (&["audit", "accounts.json", "--policy", "policies", "-o", &format!("json:{test}")], test),
    ] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let refusals = ["is an input and", "is in a folder of inputs and not a report of rotaudit, and"];
        let is_refused = refusals
            .iter()
            .any(|why| stderr(&output).contains(&format!("{is_input} {why} would be overwritten")));
        assert!(is_refused && stderr(&output).contains("help: name another file"), "{}", stderr(&output));
    }
    assert!(kept() == before);
    fs::remove_dir_all(exports.path().join("policies")).expect("a folder");
    // Earlier output is replaced, even if it is evidence, and so is an empty file.
    let reports = [
        "a.json",
        "a.html",
        "a.sarif",
        "a.csv",
        "a.md",
        "a.xml",
        "a.txt",
        "a.oscal.json",
        "a.sh",
        "a.ps1",
        "b.csv",
    ];
    fs::write(exports.path().join("b.csv"), "").expect("an empty file");
    let outputs = reports.iter().flat_map(|report| ["-o", report]);
    let audit: Vec<&str> = ["audit", ".", "--allow-unproven"].into_iter().chain(outputs).collect();
    for command in [&["collect", ".", "-o", "evidence.jsonl"][..], &audit, &audit] {
        let output = run(command);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    }
}

#[test]
fn the_cover_of_the_html_report_is_escaped_and_needs_one() {
    let exports = tenant("gpt");
    let cover = ["--title", "<b>Q4</b>", "--prepared-by", "A & B", "--engagement", "E-1\u{202e}"];
    let run = |more: &[&str]| {
        let mut command = rotaudit(exports.path());
        command.args(AS_OF).args(["--allow-unproven", "."]).args(more);
        command.output().expect("the program runs")
    };
    let output = run(&[&cover[..], &["-o", "report.html"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let page = fs::read_to_string(exports.path().join("report.html")).expect("the report");
    for expected in ["<h1>&lt;b&gt;Q4&lt;/b&gt;</h1>", "<dd>A &amp; B</dd>", "<dd>E-1\\u{202e}</dd>"] {
        assert!(page.contains(expected), "the report lacks {expected}");
    }
    for option in cover.chunks(2) {
        let output = run(&[option, &["-o", "report.json"]].concat());
        assert_eq!(output.status.code(), Some(2), "{option:?}");
        let expected = format!("{} appears in the HTML report only; add -o report.html", option[0]);
        assert!(stderr(&output).contains(&expected), "{}", stderr(&output));
        assert_eq!(run(&[option, &["--format", "html"]].concat()).status.code(), Some(0), "{option:?}");
        assert_eq!(run(&[option[0], "", "--format", "html"]).status.code(), Some(2), "an empty {option:?}");
    }
    assert!(!exports.path().join("report.json").exists());
}

#[test]
fn no_two_reports_go_to_one_file() {
    let exports = tenant("gpt");
    let mut command = rotaudit(exports.path());
    command.args(AS_OF).args([".", "-o", "json:report", "-o", "sarif:./report"]);
    let output = command.output().expect("the program runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("two reports would be written to ./report"), "{}", stderr(&output));
}

#[test]
fn usage_errors_exit_with_2() {
    for arguments in [
        vec!["audit"],
        vec!["audit", "--as-of", "yesterday", "."],
        vec!["audit", "--as-of", "1999-12-31", "."],
        vec!["audit", "--max-age", "0", "."],
        vec!["audit", "--coverage", "*", "."],
        vec!["audit", "--coverage", "*=2026-11-23..2026-08-25", "."],
        vec!["audit", "--coverage", "/x=2026-08-25..2026-11-23", "."],
        vec!["audit", "--tolerance", "169", "."],
        vec!["audit", "--max-evidence-age", "a week", "."],
        vec!["audit", "--listed-at", "yesterday", "."],
        vec!["audit", "-o", "report", "."],
        vec!["audit", "--no-such-option", "."],
        vec!["audit", "missing.json"],
    ] {
        let output = rotaudit(tenant("gpt").path()).args(&arguments).output().expect("the program runs");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(!output.stderr.is_empty() && output.stdout.is_empty(), "{arguments:?}");
    }
}

#[test]
fn colour_is_for_terminals_unless_it_is_asked_for() {
    let exports = tenant("gpt");
    let run = |color: &[&str]| {
        let mut command = rotaudit(exports.path());
        command.args(AS_OF).args(color).arg(".");
        stdout(&command.output().expect("the program runs")).contains('\u{1b}')
    };
    assert!(!run(&[]));
    assert!(!run(&["--color", "never"]));
    assert!(run(&["--color", "always"]));
}

/// A name can contain characters that a terminal acts on. None of them must reach a terminal.
#[test]
fn no_control_character_of_an_export_reaches_the_screen() {
    let hostile = "a\u{1b}]0;owned\u{7}\r\n\u{9b}31m\u{202e}b\u{200b}\u{feff}";
    let exports = tenant(hostile);
    fs::write(exports.path().join("\u{1b}[2J.txt"), "no export").expect("a file");
    for arguments in
        [vec!["-v", "--shell", "bash"], vec!["-v", "--shell", "pwsh"], vec!["-v", "--shell", "cmd"]]
    {
        let output =
            rotaudit(exports.path()).args(AS_OF).args(&arguments).arg(".").output().expect("it runs");
        for text in [stdout(&output), stderr(&output)] {
            let hidden =
                text.chars().find(|character| *character != '\n' && rotaudit::model::is_hidden(*character));
            assert_eq!(hidden, None, "{arguments:?}: {text:?}");
        }
        assert!(stdout(&output).contains("a\\u{1b}]0;owned\\u{7}\\u{d}\\u{a}"), "{}", stdout(&output));
    }
}

#[test]
fn quiet_prints_the_last_line_of_the_report_alone() {
    let exports = tenant("gpt");
    let output = rotaudit(exports.path()).args(AS_OF).args(["-q", "."]).output().expect("the program runs");
    let line = "UNPROVEN  1 unproven · open: KR001 1 · exit status 3\n";
    assert_eq!((output.status.code(), stdout(&output), stderr(&output)), (Some(3), line, ""));
}

#[test]
fn an_export_can_come_from_standard_input() {
    let exports = tenant("gpt");
    let text = fs::read(exports.path().join("accounts.json")).expect("an export");
    let mut command = rotaudit(Path::new("/"));
    command.args(AS_OF).args(["--format", "json", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    child.stdin.take().expect("a pipe").write_all(&text).expect("the program reads");
    let output = child.wait_with_output().expect("the program ends");
    assert_eq!(output.status.code(), Some(3));
    assert!(stdout(&output).contains("\"path\": \"-\""));
}

/// The folders distinguish files with the same name.
#[test]
fn inputs_of_one_name_are_distinguished() {
    let exports = tempfile::tempdir().expect("a folder");
    for folder in ["prod", "dev"] {
        fs::create_dir(exports.path().join(folder)).expect("a folder");
        let from = tenant(folder);
        fs::copy(from.path().join("accounts.json"), exports.path().join(folder).join("accounts.json"))
            .expect("a copy");
    }
    let mut command = rotaudit(exports.path());
    command.args(AS_OF).args(["--format", "json", "prod/accounts.json", "dev", "prod/accounts.json"]);
    let output = command.output().expect("the program runs");
    let report: serde_json::Value = serde_json::from_str(stdout(&output)).expect("a report");
    let paths: Vec<&str> = report["inputs"]
        .as_array()
        .expect("inputs")
        .iter()
        .map(|input| input["path"].as_str().expect("a path"))
        .collect();
    assert_eq!(paths, ["dev/accounts.json", "prod/accounts.json"]);
}

/// A text in a sheet in place of a stamp may be a key.
#[test]
fn nothing_of_a_key_in_a_stamp_sheet_is_shown() {
    let key = "9Kq2mZx7Lw4Tn8Rb5Vc3Hj6Fd1Gs0Pa9Ye2Ui7Oo4Xx8Ww5Qq3BbJQQJ99CIACYeBjFXJ3w3AAABACOGxY7z";
    let older = "0123456789abcdef0123456789abcdef";
    let id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/gpt";
    let sheets = [
        format!(
            r#"{{"schema":"rotaudit.key-stamps/1","taken_at":"{key}","accounts":[{{"id":"{id}","key1":"{key}","key2":"{older}"}}]}}"#
        ),
        format!(
            r#"{{"schema":"rotaudit.key-stamps/1","{key}":"{older}","accounts":[{{"id":"{key}","key1":"{key}"}}]}}"#
        ),
        format!(
            r#"{{"schema":"rotaudit.key-stamps/1","accounts":[{{"id":"{id}","{key}":1,"key1":["{key}"],"key2":{{"value":"{older}"}}}}]}}"#
        ),
        format!(
            r#"{{"schema":"rotaudit.key-stamps/1","accounts":[{{"id":"{key}","key1":"{older}"}},"{key}"]}}"#
        ),
        format!(
            r#"{{"schema":"rotaudit.key-stamps/1","accounts":[{{"id":"{id}","key1":"{key}{key}","key2":"{older}"#
        ),
    ];
    for sheet in sheets {
        let folder = tenant("gpt");
        fs::write(folder.path().join("key-stamps.json"), &sheet).expect("a sheet");
        for format in ["text", "json", "sarif", "html", "csv", "markdown", "junit", "script", "oscal"] {
            let arguments = ["audit", "--as-of", "2026-11-23", "--verbose", "--format", format, "."];
            let output = rotaudit(folder.path()).args(arguments).output().expect("the program runs");
            assert_eq!(output.status.code(), Some(2), "{sheet}");
            let shown = format!("{}{}", stdout(&output), stderr(&output));
            for key in [key, older] {
                let fragments = key.as_bytes().windows(12).map(|part| str::from_utf8(part).expect("ASCII"));
                assert!(fragments.into_iter().all(|part| !shown.contains(part)), "{shown}");
            }
        }
    }
}

/// The names that `--help` lists.
fn commands() -> Vec<String> {
    let output = rotaudit(&root()).arg("--help").output().expect("the program runs");
    let list = stdout(&output).lines().skip_while(|line| *line != "Commands:").skip(1);
    // A line that is indented further continues the line before.
    list.take_while(|line| !line.is_empty())
        .filter(|line| !line.starts_with("   "))
        .filter_map(|line| line.split_whitespace().next())
        .filter(|command| *command != "help")
        .map(str::to_owned)
        .collect()
}

#[test]
fn completions_know_every_command_and_every_option_of_an_audit() {
    // `--help` also has options of other programs.
    let help = rotaudit(&root()).args(["audit", "-h"]).output().expect("the program runs");
    let options: Vec<&str> = stdout(&help)
        .split_whitespace()
        .filter(|word| {
            word.strip_prefix("--").is_some_and(|name| {
                !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
            })
        })
        .collect();
    assert!(options.len() > 20 && commands().len() > 8, "{options:?}, {:?}", commands());
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let output = rotaudit(&root()).args(["completions", shell]).output().expect("the program runs");
        assert_eq!((output.status.code(), stderr(&output)), (Some(0), ""), "{shell}");
        let script = stdout(&output);
        for command in commands() {
            assert!(script.contains(&command), "{shell}: {command}");
        }
        for option in &options {
            // fish names long options without their dashes.
            assert!(script.contains(option.trim_start_matches('-')), "{shell}: {option}");
        }
    }
}

#[test]
fn the_completions_of_bash_are_a_script_of_bash() {
    let script = rotaudit(&root()).args(["completions", "bash"]).output().expect("the program runs").stdout;
    let mut bash = Command::new("bash").arg("-n").stdin(Stdio::piped()).spawn().expect("bash");
    bash.stdin.take().expect("a pipe").write_all(&script).expect("bash reads");
    assert!(bash.wait().expect("bash ends").success());
}

/// Tab in PowerShell after an option that takes one of several values, in one process.
#[test]
fn the_completions_of_powershell_offer_values_and_run_nothing() {
    let Some(pwsh) = pwsh() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let output = rotaudit(&root()).args(["completions", "powershell"]).output().expect("the program runs");
    let lines = [
        ("rotaudit audit --format ", "text sarif json html csv markdown junit oscal script"),
        ("rotaudit audit fixtures --format s", "sarif script"),
        ("rotaudit explain --format ", "text json"),
        ("rotaudit export-script --shell ", "bash pwsh"),
        ("rotaudit audit --sarif-p", "--sarif-profile"),
        ("rotaudit verif", "verify"),
        ("rotaudit audit $(New-Item x) --fail-on ", "error warning note never"),
    ];
    let mut script = stdout(&output).to_owned();
    for (line, _) in lines {
        script += &format!("(TabExpansion2 '{line}').CompletionMatches.CompletionText -join ' '\n");
    }
    let file = folder.path().join("complete.ps1");
    fs::write(&file, script).expect("a script");
    let mut command = Command::new(pwsh);
    command.args(["-NoProfile", "-NonInteractive", "-File"]).arg(&file).current_dir(folder.path());
    let output = command.output().expect("the shell runs");
    assert_eq!(
        stdout(&output).lines().collect::<Vec<_>>(),
        lines.map(|(_, offered)| offered),
        "{}",
        stderr(&output)
    );
    assert!(!folder.path().join("x").exists());
}

#[test]
fn there_is_a_manual_page_for_the_program_and_for_each_command() {
    let folder = tempfile::tempdir().expect("a folder");
    let page = rotaudit(folder.path()).arg("man").output().expect("the program runs");
    assert!(stdout(&page).contains(".TH rotaudit 1"), "{}", stdout(&page));
    let output =
        rotaudit(folder.path()).args(["man", "--dir", "man/man1"]).output().expect("the program runs");
    assert_eq!((output.status.code(), stdout(&output), stderr(&output)), (Some(0), "", ""));
    let pages = folder.path().join("man/man1");
    assert!(fs::read(pages.join("rotaudit.1")).expect("a page") == page.stdout);
    for command in commands() {
        assert!(pages.join(format!("rotaudit-{command}.1")).is_file(), "{command}");
    }
    let audit = fs::read_to_string(pages.join("rotaudit-audit.1")).expect("a page");
    assert!(audit.contains("Exit status:") && audit.contains("\\-\\-max\\-evidence\\-age"), "{audit}");
    for entry in fs::read_dir(&pages).expect("the folder") {
        let page = entry.expect("a page").path();
        let Ok(groff) = Command::new("groff").args(["-man", "-Tutf8", "-ww", "-z"]).arg(&page).output()
        else {
            // Without groff, nobody reads a manual page.
            continue;
        };
        assert!(groff.status.success() && groff.stderr.is_empty(), "{}: {}", page.display(), stderr(&groff));
    }
}

#[test]
fn a_manual_that_cannot_be_written_is_an_error() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("man"), "").expect("a file in the way");
    let output = rotaudit(folder.path()).args(["man", "--dir", "man"]).output().expect("the program runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("the manual cannot be written to man"), "{}", stderr(&output));
}
