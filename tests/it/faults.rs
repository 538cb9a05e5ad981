//! Full disks, readers that stop, signals, and files that vanish, shrink or cannot be read: no incomplete report looks
//! complete, no other file is left next to it, and the exit status shows the fault.
//!
//! `.ci/steps/14-faults.sh` has faults that only a tracer can bring about.
#![cfg(target_os = "linux")]

use std::fs::{self, File, Permissions};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::sys::stat::Mode;
use nix::unistd::{Pid, mkfifo};
use tempfile::TempDir;

use crate::support::{complaints, install, rotaudit, stderr, stdout};

const AS_OF: [&str; 3] = ["audit", "--as-of", "2026-11-23"];

/// More than a pipe can hold: once it is written, the program has found all inputs and is reading.
const MUCH: usize = 1 << 20;

const NOBODY: u32 = 65_534;

fn accounts<const N: usize>(names: [&str; N]) -> String {
    let account = |name: &str| {
        let group = "/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts";
        let kind = "Microsoft.CognitiveServices/accounts";
        serde_json::json!({"id": format!("{group}/{name}"), "kind": "OpenAI", "type": kind})
    };
    serde_json::Value::from(names.map(account).to_vec()).to_string()
}

/// A folder with one account, and a folder `out` with an old report.
fn tenant() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir_all(folder.path().join("exports/deep")).expect("a folder");
    fs::create_dir(folder.path().join("out")).expect("a folder");
    fs::write(folder.path().join("exports/accounts.json"), accounts(["chat"])).expect("an export");
    fs::write(folder.path().join("out/report.json"), "old").expect("an old report");
    folder
}

/// Checks that the folder of outputs contains the old report and no other file.
fn assert_untouched(folder: &Path) {
    let names: Vec<_> =
        fs::read_dir(folder.join("out")).expect("out").map(|entry| entry.expect("one").file_name()).collect();
    assert_eq!(names, ["report.json"]);
    assert_eq!(fs::read_to_string(folder.join("out/report.json")).expect("a report"), "old");
}

fn whole_report(folder: &Path) -> serde_json::Value {
    let text = fs::read_to_string(folder.join("out/report.json")).expect("a report");
    serde_json::from_str(&text).expect("a whole report")
}

/// Starts it, and returns when it has found all inputs and reads standard input.
fn reading(mut command: Command) -> Child {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    child.stdin.as_mut().expect("a pipe").write_all(&vec![b' '; MUCH]).expect("the program reads");
    child
}

/// Ends its standard input with an empty list.
fn go_on(mut child: Child) -> Output {
    child.stdin.take().expect("a pipe").write_all(b"[]").expect("the program reads");
    child.wait_with_output().expect("the program ends")
}

#[test]
fn a_full_disk_is_an_error_and_leaves_what_was_there() {
    let folder = tenant();
    for arguments in [
        vec!["audit", "exports"],
        vec!["audit", "exports", "--format", "sarif"],
        vec!["explain", "chat", "exports"],
        vec!["facts", "exports"],
        vec!["verify", "out/report.json", "exports"],
        vec!["policy", "list"],
        vec!["man"],
        vec!["completions", "bash"],
        vec!["export-script"],
    ] {
        let full = File::options().write(true).open("/dev/full").expect("/dev/full");
        let output = rotaudit(folder.path()).args(&arguments).stdout(full).output().expect("it runs");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", stderr(&output));
        assert!(!output.stderr.is_empty(), "{arguments:?}");
    }
    let mut command = rotaudit(folder.path());
    command.args(AS_OF).args(["exports", "-q", "-o", "json:/dev/full"]);
    let output = command.output().expect("the program runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("/dev/full: cannot be written: No space left"), "{}", stderr(&output));
}

/// The limit acts like a disk that becomes full in the middle of the file.
#[test]
fn a_file_beyond_the_limit_is_an_error_and_leaves_what_was_there() {
    let folder = tenant();
    for arguments in ["audit exports -q -o out/report.json", "collect exports -o out/report.json"] {
        let script = format!("ulimit -f 0; exec {} {arguments}", env!("CARGO_BIN_EXE_rotaudit"));
        let output =
            Command::new("sh").args(["-c", &script]).current_dir(folder.path()).output().expect("a shell");
        assert_eq!(output.status.code(), Some(2), "{arguments}: {output:?}");
        assert!(
            stderr(&output).contains("out/report.json: cannot be written: File too large"),
            "{}",
            stderr(&output)
        );
        assert_untouched(folder.path());
    }
}

#[test]
fn a_reader_that_goes_changes_nothing_about_the_exit_status() {
    let folder = tenant();
    for arguments in
        [&["exports"][..], &["exports", "--format", "json"], &["-v", "exports", "--format", "sarif"]]
    {
        let mut command = rotaudit(folder.path());
        command.args(AS_OF).args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("the program ends");
        assert_eq!((output.status.code(), complaints(&output)), (Some(3), String::new()), "{arguments:?}");
    }
    // The unreadable file is reported on standard error, which has no reader.
    fs::write(folder.path().join("exports/broken.json"), &accounts(["chat", "cut"])[..200])
        .expect("an export");
    for full in [true, false] {
        let mut command = rotaudit(folder.path());
        command.args(AS_OF).args(["exports", "-o", "out/report.json"]).stdout(Stdio::piped());
        let full = full.then(|| File::options().write(true).open("/dev/full").expect("/dev/full"));
        command.stderr(full.map_or_else(Stdio::piped, Stdio::from));
        let mut child = command.spawn().expect("the program starts");
        drop(child.stderr.take());
        let output = child.wait_with_output().expect("the program ends");
        assert_eq!(output.status.code(), Some(2));
        assert!(stdout(&output).contains("broken.json"), "{}", stdout(&output));
        assert_eq!(whole_report(folder.path())["schema"], "rotaudit.report/1");
    }
}

#[test]
fn a_signal_in_the_middle_ends_it_and_leaves_what_was_there() {
    for signal in [Signal::SIGINT, Signal::SIGTERM, Signal::SIGHUP] {
        for arguments in ["audit exports - -o out/report.json", "collect exports - -o out/report.json"] {
            let folder = tenant();
            // Programs that a script runs in the background ignore some signals, and so do the tests if they run there.
            let mut command = Command::new("/usr/bin/env");
            command.current_dir(folder.path()).env_clear();
            command.args(["--default-signal", env!("CARGO_BIN_EXE_rotaudit")]).args(arguments.split(' '));
            let child = reading(command);
            kill(Pid::from_raw(child.id().try_into().expect("a process id")), signal).expect("a signal");
            let output = child.wait_with_output().expect("the program ends");
            assert_eq!(output.status.signal(), Some(signal as i32), "{arguments}");
            assert_eq!(stdout(&output), "", "{arguments}");
            assert_untouched(folder.path());
        }
    }
}

#[test]
fn files_that_vanish_or_shrink_are_named_and_make_it_incomplete() {
    let folder = tenant();
    let export = |name: &str| folder.path().join("exports").join(name);
    for name in ["deep/vanishes.json", "shrinks.json", "empties.json"] {
        fs::write(export(name), accounts(["chat", "other"])).expect("an export");
    }
    let mut archive = zip::ZipWriter::new(File::create(export("shrinks.zip")).expect("an archive"));
    archive.start_file("inner.json", zip::write::SimpleFileOptions::default()).expect("an entry");
    archive.write_all(accounts(["packed"]).as_bytes()).expect("an entry");
    archive.finish().expect("an archive");
    let mut command = rotaudit(folder.path());
    command.args(AS_OF).args(["exports", "-", "-o", "out/report.json"]);
    let child = reading(command);
    fs::remove_dir_all(export("deep")).expect("it vanishes");
    for (name, length) in [("shrinks.json", 200), ("empties.json", 0), ("shrinks.zip", 40)] {
        File::options().write(true).open(export(name)).expect("a file").set_len(length).expect("it shrinks");
    }
    let output = go_on(child);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    let errors = stderr(&output);
    for said in [
        "deep/vanishes.json: it cannot be read: No such file or directory",
        "shrinks.json:1: the file is cut off",
        "shrinks.zip/inner.json: it cannot be read: ",
    ] {
        assert!(errors.contains(said), "{said} is not said: {errors}");
    }
    assert!(stdout(&output).contains("UNPROVEN 1"), "{}", stdout(&output));
    let report = whole_report(folder.path()).to_string();
    for said in [
        "deep/vanishes.json: it cannot be read",
        "the file is cut off",
        "shrinks.zip/inner.json: it cannot be read",
        "empties.json: the file is empty",
    ] {
        assert!(report.contains(said), "{said} is not in the report");
    }
}

/// The memory of a process is a regular file that cannot be read from its beginning.
#[test]
fn a_file_that_cannot_be_read_is_named_and_makes_it_incomplete() {
    let folder = tenant();
    let mut command = rotaudit(folder.path());
    command.args(AS_OF).args(["exports", "/proc/self/mem", "-o", "out/report.json"]);
    let output = command.output().expect("the program runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("mem: it cannot be read: Input/output error"), "{}", stderr(&output));
    assert!(whole_report(folder.path()).to_string().contains("mem: it cannot be read"));
    for named in
        [["--policy", "/proc/self/mem"], ["--waivers", "/proc/self/mem"], ["--params", "/proc/self/mem"]]
    {
        let mut command = rotaudit(folder.path());
        let output = command.args(AS_OF).args(named).arg("exports").output().expect("the program runs");
        assert_eq!((output.status.code(), stdout(&output)), (Some(2), ""), "{named:?}");
        assert!(stderr(&output).contains("/proc/self/mem"), "{named:?}: {}", stderr(&output));
    }
}

/// An export that is opened as standard input would be lost in the same way as one that is named.
#[test]
fn an_export_on_standard_input_is_not_overwritten() {
    let folder = tenant();
    let list = folder.path().join("exports/accounts.json");
    for arguments in
        [["audit", "-", "-o", "exports/accounts.json"], ["collect", "-", "-o", "exports/accounts.json"]]
    {
        let input = File::open(&list).expect("an export");
        let output = rotaudit(folder.path()).args(arguments).stdin(input).output().expect("the program runs");
        assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
        let expected = "exports/accounts.json is an input and would be overwritten";
        assert!(stderr(&output).contains(expected), "{}", stderr(&output));
    }
    assert_eq!(fs::read_to_string(&list).expect("an export"), accounts(["chat"]));
    // Next to it, a report can be written.
    let input = File::open(&list).expect("an export");
    let mut command = rotaudit(folder.path());
    let output =
        command.args(["audit", "-", "-o", "out/report.json"]).stdin(input).output().expect("it runs");
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
}

#[test]
fn a_link_to_a_missing_file_stays_and_its_target_is_written() {
    let folder = tenant();
    symlink("../out/new.json", folder.path().join("exports/second")).expect("a link");
    symlink("exports/second", folder.path().join("link.json")).expect("a link");
    let mut command = rotaudit(folder.path());
    let output =
        command.args(["audit", "exports/accounts.json", "-o", "link.json"]).output().expect("it runs");
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    for link in ["link.json", "exports/second"] {
        assert!(fs::symlink_metadata(folder.path().join(link)).expect("a link").is_symlink(), "{link}");
    }
    let text = fs::read_to_string(folder.path().join("out/new.json")).expect("a report");
    assert!(text.contains("rotaudit.report/1"));
    symlink("nowhere/new.json", folder.path().join("broken.json")).expect("a link");
    let mut command = rotaudit(folder.path());
    let output = command.args(["audit", "exports", "-o", "broken.json"]).output().expect("it runs");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("broken.json: cannot be written"), "{}", stderr(&output));
}

#[test]
fn a_pipe_that_nobody_reads_is_an_error() {
    let folder = tenant();
    let pipe = folder.path().join("pipe");
    mkfifo(&pipe, Mode::S_IRWXU).expect("a pipe");
    let audit = || {
        let mut command = rotaudit(folder.path());
        command
            .args(["audit", "exports", "-q", "-o", "json:pipe"])
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        command.spawn().expect("the program starts")
    };
    let output = audit().wait_with_output().expect("the program ends");
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("pipe: no program opened the pipe for reading"), "{}", stderr(&output));
    // If a reader opens the pipe in time, the report is written, even if it is read slowly.
    let child = audit();
    let text = fs::read_to_string(&pipe).expect("a report");
    assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok(), "{text}");
    assert_eq!(child.wait_with_output().expect("the program ends").status.code(), Some(3));
}

/// Returns the program as a user whom permissions restrict: `nobody` if the tests run as root.
fn unprivileged(folder: &Path) -> Command {
    let program = folder.join("rotaudit");
    if !program.exists() {
        install(&program, &fs::read(env!("CARGO_BIN_EXE_rotaudit")).expect("the program"));
    }
    let mut command = Command::new(program);
    command.current_dir(folder).env_clear();
    if fs::metadata(folder).expect("a folder").uid() == 0 {
        command.uid(NOBODY).gid(NOBODY);
    }
    command
}

#[test]
fn files_and_folders_without_permission_are_named_and_make_it_incomplete() {
    let folder = tenant();
    let path = |name: &str| folder.path().join(name);
    let allow = |name: &str, mode: u32| {
        fs::set_permissions(path(name), Permissions::from_mode(mode)).expect("permissions");
    };
    fs::write(path("exports/locked.json"), accounts(["locked"])).expect("an export");
    fs::write(path("exports/deep/hidden.json"), accounts(["hidden"])).expect("an export");
    allow("", 0o755);
    allow("out", 0o777);
    // The old report belongs to root, so no other user could replace it.
    fs::remove_file(path("out/report.json")).expect("it is gone");
    allow("exports/locked.json", 0);
    allow("exports/deep", 0);
    let mut command = unprivileged(folder.path());
    let output = command.args(AS_OF).args(["exports", "-o", "out/report.json"]).output().expect("it runs");
    allow("exports/deep", 0o755);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    for said in ["locked.json: it cannot be read: Permission denied", "deep: it cannot be read: "] {
        assert!(stderr(&output).contains(said), "{said} is not said: {}", stderr(&output));
        assert!(whole_report(folder.path()).to_string().contains(said), "{said} is not in the report");
    }
    assert!(stdout(&output).contains("UNPROVEN 1"), "{}", stdout(&output));

    fs::write(path("out/report.json"), "old").expect("an old report");
    for (locked, mode) in [("out/report.json", 0o444), ("out", 0o555)] {
        allow(locked, mode);
        let mut command = unprivileged(folder.path());
        let output =
            command.args(AS_OF).args(["exports", "-o", "out/report.json"]).output().expect("it runs");
        assert_eq!(output.status.code(), Some(2), "{locked}");
        assert!(
            stderr(&output).contains("out/report.json: cannot be written: Permission denied"),
            "{locked}"
        );
        allow(locked, mode | 0o222);
        assert_untouched(folder.path());
    }
}
