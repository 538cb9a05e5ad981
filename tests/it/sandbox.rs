//! A sandboxed process can open no socket, start no program, and touch no file that is not named. Every command that
//! reads something is sandboxed before it reads the first byte.
//!
//! A process of this program tries each forbidden act: the tests start this test program again for that.
#![cfg(target_os = "linux")]

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io::{ErrorKind, Write};
use std::net::{TcpStream, ToSocketAddrs, UdpSocket};
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixStream;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::mpsc;
use std::thread;

use rotaudit::sandbox::{FileAccess, shut_in};
use seccompiler::{BpfProgram, SeccompAction, SeccompFilter, TargetArch, apply_filter_all_threads};
use tempfile::TempDir;

use crate::support::{complaints, rotaudit, stderr, stdout};

const ACT: &str = "ROTAUDIT_TEST_ACT";
const IS_FREE: &str = "ROTAUDIT_TEST_IS_FREE";

/// The acts that no process of this program performs. Each is tried in a separate process.
const FORBIDDEN: [&str; 7] = ["tcp", "udp", "unix socket", "name lookup", "program", "child", "other thread"];

const ACCOUNTS: &str = r#"[{"id": "/subscriptions/3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95/resourceGroups/rg/providers/Microsoft.CognitiveServices/accounts/chat", "kind": "OpenAI", "type": "Microsoft.CognitiveServices/accounts"}]"#;

/// Returns a command that runs this test program again, in `folder`, to do one act.
fn acting(act: &str, folder: &Path) -> Command {
    let mut command = Command::new(env::current_exe().expect("this program"));
    command.args(["--exact", "sandbox::act", "--ignored", "--nocapture"]).env(ACT, act).current_dir(folder);
    command
}

#[test]
#[ignore = "the other tests run it, in a process of its own"]
fn act() {
    let Ok(act) = env::var(ACT) else { return };
    if let Some(calls) = act.strip_prefix("program without ") {
        take_away(calls);
        let arguments = env::var("ROTAUDIT_TEST_ARGUMENTS").expect("arguments");
        panic!("{}", Command::new(env!("CARGO_BIN_EXE_rotaudit")).args(arguments.split(' ')).exec());
    }
    let (go, wait) = mpsc::channel::<()>();
    let thread = thread::spawn(move || {
        // If nothing was sent, it is not the turn of this thread.
        if wait.recv().is_ok() {
            drop(UdpSocket::bind("127.0.0.1:0"));
        }
    });
    if env::var_os(IS_FREE).is_none() {
        let reach = FileAccess {
            read: vec!["inputs".into(), "named.json".into(), "not-there.json".into()],
            list: vec!["listed".into()],
            write: vec!["/dev/full".into()],
            create: vec!["outputs".into()],
        };
        let gaps = shut_in(&reach);
        assert!(gaps.is_empty(), "this kernel can do less than the tests need: {gaps:?}");
    }
    match act.as_str() {
        "tcp" => drop(TcpStream::connect("127.0.0.1:9")),
        "udp" => drop(UdpSocket::bind("127.0.0.1:0")),
        "unix socket" => drop(UnixStream::pair()),
        "name lookup" => drop("localhost:80".to_socket_addrs()),
        "program" => panic!("{}", Command::new("true").exec()),
        "child" => {
            let child = Command::new("true").status().expect("a child");
            // The parent survives if its child ends by this signal. So it raises the same signal, to show it to its own
            // caller.
            nix::sys::signal::raise(match child.signal() {
                Some(libc::SIGSYS) => nix::sys::signal::Signal::SIGSYS,
                _ => return,
            })
            .expect("a signal");
        }
        "other thread" => {
            go.send(()).expect("the thread waits");
            thread.join().expect("the thread ends");
        }
        "files" => files(),
        _ => panic!("there is no {act}"),
    }
}

/// Makes system calls fail from here on, as in a container that does not allow them.
fn take_away(calls: &str) {
    let mut rules = BTreeMap::new();
    for call in calls.split(" and ") {
        let number = match call {
            "landlock" => libc::SYS_landlock_create_ruleset,
            "seccomp" => libc::SYS_seccomp,
            _ => panic!("there is no {call}"),
        };
        rules.insert(number, Vec::new());
    }
    let architecture = TargetArch::try_from(env::consts::ARCH).expect("a known architecture");
    let errno = if env::var_os("ROTAUDIT_TEST_EPERM").is_some() { libc::EPERM } else { libc::ENOSYS };
    let action = SeccompAction::Errno(errno.try_into().expect("a number of an error"));
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, action, architecture).expect("a filter");
    apply_filter_all_threads(&BpfProgram::try_from(filter).expect("a program")).expect("a filtered process");
}

/// Checks which files can be touched. It must run in a folder that `prepared` made.
fn files() {
    let denied = |result: std::io::Result<()>, what: &str| match result {
        // Landlock returns the second error for a file in another folder.
        Err(error) => assert!(
            matches!(error.kind(), ErrorKind::PermissionDenied | ErrorKind::CrossesDevices),
            "{what}: {error}"
        ),
        Ok(()) => panic!("{what} is possible"),
    };
    assert_eq!(fs::read("inputs/deep/a.json").expect("an input"), b"[]");
    assert_eq!(fs::read("named.json").expect("a named input at the end of a link"), b"elsewhere");
    assert_eq!(fs::read_dir("inputs").expect("a folder of inputs").count(), 3);
    assert_eq!(fs::read_dir("listed").expect("a folder whose names are listed").count(), 1);
    denied(fs::read("listed/other").map(drop), "reading a file of which only the name is listed");
    denied(fs::read("secret").map(drop), "reading a file that is not named");
    denied(fs::read("inputs/link").map(drop), "reading what a link among the inputs leads to");
    denied(fs::read("elsewhere/other").map(drop), "reading a file next to one that a named link leads to");
    denied(fs::read("/etc/passwd").map(drop), "reading a file of the system");
    denied(fs::read_dir(".").map(drop), "listing the folder");
    denied(fs::write("inputs/deep/a.json", ""), "writing an input");
    denied(fs::write("inputs/new", ""), "writing a file among the inputs");
    denied(fs::write("new", ""), "writing a file next to the folder of outputs");
    denied(fs::remove_file("secret"), "removing a file");
    denied(fs::rename("secret", "outputs/secret"), "moving a file to the outputs");
    denied(fs::hard_link("secret", "outputs/secret"), "linking a file to the outputs");
    denied(symlink("/", "outputs/root"), "making a link among the outputs");
    denied(fs::read("outputs/old").map(drop), "reading an output");
    let new = fs::OpenOptions::new().write(true).create_new(true).open("outputs/new");
    let mut made = new.expect("a new output");
    made.write_all(b"new").expect("an output is written");
    fs::rename("outputs/new", "outputs/old").expect("an output is replaced");
    let full = fs::OpenOptions::new().write(true).open("/dev/full").expect("a device that is an output");
    denied(fs::write("/dev/null", ""), "writing to another device");
    drop(full);
    assert!(memory_stats::memory_stats().is_some_and(|own| own.physical_mem > 0), "the own size is hidden");
}

/// A folder with inputs, outputs and other files.
fn prepared() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    for name in ["inputs/deep", "listed", "outputs", "elsewhere"] {
        fs::create_dir_all(path(name)).expect("a folder");
    }
    for (name, text) in [
        ("inputs/deep/a.json", "[]"),
        ("inputs/b.json", "[]"),
        ("listed/other", "secret"),
        ("secret", "secret"),
        ("outputs/old", "old"),
        ("elsewhere/target", "elsewhere"),
        ("elsewhere/other", "secret"),
    ] {
        fs::write(path(name), text).expect("a file");
    }
    symlink(path("secret"), path("inputs/link")).expect("a link");
    symlink(path("elsewhere/target"), path("named.json")).expect("a link");
    folder
}

#[test]
fn a_call_that_opens_a_socket_or_starts_a_program_is_the_last() {
    let folder = prepared();
    for what in FORBIDDEN {
        let free = acting(what, folder.path()).env(IS_FREE, "1").output().expect("a process");
        assert!(free.status.success(), "{what} fails by itself: {free:?}");
        let shut_in = acting(what, folder.path()).output().expect("a process");
        assert_eq!(shut_in.status.signal(), Some(libc::SIGSYS), "{what}: {shut_in:?}");
    }
}

#[test]
fn only_named_files_can_be_read_and_only_folders_of_outputs_written() {
    let folder = prepared();
    let output = acting("files", folder.path()).output().expect("a process");
    assert!(output.status.success(), "{}{}", stdout(&output), stderr(&output));
    assert_eq!(fs::read(folder.path().join("outputs/old")).expect("the output"), b"new");
    assert_eq!(fs::read(folder.path().join("secret")).expect("the secret"), b"secret");
}

/// Runs the program as if the kernel, or the container around it, did not have these calls.
fn run_without(calls: &str, arguments: &str, errno: Option<&str>) -> Output {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("accounts.json"), ACCOUNTS).expect("an export");
    fs::write(folder.path().join("facts.jsonl"), "").expect("facts");
    let mut command = acting(&format!("program without {calls}"), folder.path());
    command.env("ROTAUDIT_TEST_ARGUMENTS", arguments);
    if let Some(errno) = errno {
        command.env(errno, "1");
    }
    command.output().expect("a process")
}

const NO_LANDLOCK: &str = "file access is not restricted";
const NO_SECCOMP: &str = "sockets and other programs are not blocked";

#[test]
fn without_kernel_support_the_audit_runs_and_says_once_what_is_missing() {
    for (missing, said) in [
        ("landlock", &[NO_LANDLOCK][..]),
        ("seccomp", &[NO_SECCOMP]),
        ("landlock and seccomp", &[NO_LANDLOCK, NO_SECCOMP]),
    ] {
        for errno in [None, Some("ROTAUDIT_TEST_EPERM")] {
            for arguments in ["audit -v accounts.json -o report.json", "audit accounts.json"] {
                let output = run_without(missing, arguments, errno);
                assert_eq!(output.status.code(), Some(3), "{missing}: {output:?}");
                assert!(stdout(&output).contains("UNPROVEN 1"), "{missing}: {}", stdout(&output));
                for gap in [NO_LANDLOCK, NO_SECCOMP] {
                    let times = usize::from(said.contains(&gap));
                    assert_eq!(stderr(&output).matches(gap).count(), times, "{missing}: {}", stderr(&output));
                }
            }
            let quiet = run_without(missing, "audit -q accounts.json", errno);
            assert_eq!((quiet.status.code(), complaints(&quiet)), (Some(3), String::new()), "{missing}");
        }
    }
}

#[test]
fn every_command_that_reads_says_what_is_missing() {
    for arguments in [
        "explain chat accounts.json",
        "facts accounts.json",
        "collect accounts.json -o evidence.jsonl",
        "verify accounts.json accounts.json",
        "policy list",
        "policy show KR001",
        "policy check accounts.json",
        "policy test accounts.json",
        "policy eval facts.jsonl",
    ] {
        let output = run_without("landlock and seccomp", arguments, None);
        for gap in [NO_LANDLOCK, NO_SECCOMP] {
            assert_eq!(stderr(&output).matches(gap).count(), 1, "{arguments}: {}", stderr(&output));
        }
    }
    let output = run_without("landlock and seccomp", "completions bash", None);
    assert_eq!(stderr(&output), "", "it reads nothing");
}

#[test]
fn a_complete_or_unwanted_sandbox_is_not_mentioned() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("accounts.json"), ACCOUNTS).expect("an export");
    for arguments in
        ["audit -v accounts.json", "audit -v --no-sandbox accounts.json", "--no-sandbox audit -v ."]
    {
        let output = rotaudit(folder.path()).args(arguments.split(' ')).output().expect("the program runs");
        assert_eq!((output.status.code(), complaints(&output)), (Some(3), String::new()), "{arguments}");
    }
}

/// More than a pipe can hold: once it is written, the program is reading.
const MUCH: usize = 1 << 20;

/// The seccomp mode of the process while it reads: 2 if it has a filter of system calls.
fn seccomp_while_reading(arguments: &[&str], folder: &Path) -> String {
    let mut command = rotaudit(folder);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().expect("the program starts");
    let mut pipe = child.stdin.take().expect("a pipe");
    pipe.write_all(&vec![b' '; MUCH]).expect("the program reads");
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).expect("a status");
    drop(pipe);
    child.wait().expect("the program ends");
    let line = status.lines().find_map(|line| line.strip_prefix("Seccomp:")).expect("a line");
    line.trim().to_owned()
}

#[test]
fn every_command_that_reads_is_sandboxed_first() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("accounts.json"), ACCOUNTS).expect("an export");
    let report = ["audit", "accounts.json", "-q", "-o", "report.json"];
    let audited = rotaudit(folder.path()).args(report).output().expect("the program runs");
    assert_eq!(audited.status.code(), Some(3));
    for arguments in [
        vec!["audit", "-"],
        vec!["explain", "chat", "-"],
        vec!["facts", "-"],
        vec!["collect", "-", "-o", "evidence.jsonl"],
        vec!["verify", "report.json", "-"],
        vec!["policy", "eval", "-"],
    ] {
        assert_eq!(seccomp_while_reading(&arguments, folder.path()), "2", "{arguments:?}");
        let free = [&["--no-sandbox"], &arguments[..]].concat();
        assert_eq!(seccomp_while_reading(&free, folder.path()), "0", "{free:?}");
    }
}

#[test]
fn targets_of_links_and_devices_are_in_reach() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    for name in ["kept/rules", "policies", "real"] {
        fs::create_dir_all(path(name)).expect("a folder");
    }
    fs::write(path("kept/accounts.json"), ACCOUNTS).expect("an export");
    symlink("kept/accounts.json", path("accounts.json")).expect("a link");
    let init = rotaudit(folder.path()).args(["policy", "init", "kept/rules/own"]).output().expect("it runs");
    assert!(init.status.success(), "{}", stderr(&init));
    symlink("../kept/rules", path("policies/linked")).expect("a link");
    fs::write(path("real/report.json"), "old").expect("an old report");
    symlink("real/report.json", path("report.json")).expect("a link");
    let shell = |script: &str| {
        let mut command = Command::new("sh");
        command
            .args(["-c", script])
            .current_dir(folder.path())
            .env("ROTAUDIT", env!("CARGO_BIN_EXE_rotaudit"));
        let output = command.output().expect("a shell");
        assert_eq!((output.status.code(), complaints(&output)), (Some(3), String::new()), "{script}");
        stdout(&output).to_owned()
    };
    shell(
        "$ROTAUDIT audit accounts.json --policy policies -o report.json -o json:/dev/null -q --fail-on never",
    );
    assert!(path("report.json").is_symlink(), "the link is replaced");
    let report = fs::read_to_string(path("real/report.json")).expect("a report");
    assert!(report.contains("rotaudit.report/1"), "{report}");
    assert!(shell("$ROTAUDIT audit /dev/stdin <accounts.json").contains("UNPROVEN 1"));
    assert!(shell("cat accounts.json | $ROTAUDIT audit /dev/stdin").contains("UNPROVEN 1"));
    let printed = shell("$ROTAUDIT audit --as-of 2026-11-23 accounts.json -q -o json:/dev/stdout");
    assert!(printed.contains("rotaudit.report/1"), "{printed}");
    shell("$ROTAUDIT audit --as-of 2026-11-23 accounts.json -q -o json:/dev/stdout >printed");
    assert!(fs::read_to_string(path("printed")).expect("what was printed") == printed);
    shell("$ROTAUDIT audit --as-of 2026-11-23 accounts.json -o json:/dev/stdout >both");
    let both = fs::read_to_string(path("both")).expect("what was printed");
    let json = printed
        .strip_suffix("UNPROVEN  1 unproven · open: KR001 1 · exit status 3\n")
        .expect("the last line");
    assert!(both.strip_prefix(json).is_some_and(|text| text.contains("UNPROVEN 1")), "{both}");
    assert!(Path::new("/dev/stdout").is_symlink(), "the link of the system is replaced");
}
