//! The script of `rotaudit export-script`, run by real shells against an `az` that hands out made-up keys.
#![cfg(unix)]

mod support;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use support::{rotaudit, stderr, stdout};
use tempfile::TempDir;

const SUBSCRIPTION: &str = "3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95";
/// Fewer consecutive characters than this of a key give nothing away.
const FRAGMENT: usize = 12;

/// Answers as `az` does, with the keys that lie in a folder of their own; the account `broken` has none that can be
/// listed, and the subscription of zeros no accounts.
const AZ: &str = r#"#!/bin/sh
printf '%s\n' "az $*" >>"$LOG"
case "$*" in
    'account list '*) printf '%s\n' 00000000-0000-0000-0000-000000000000 3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95 ;;
    *'--subscription 00000000'*) echo 'ERROR: AuthorizationFailed' >&2; exit 1 ;;
    'cognitiveservices account list '*)
        for name in both older broken mixed; do
            printf '%s\r\n' "/subscriptions/3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95/resourceGroups/rg-ai.(weu)/providers/Microsoft.CognitiveServices/accounts/$name"
        done ;;
    'cognitiveservices account keys list '*)
        while [ "$1" != --name ]; do shift; done; name=$2
        while [ "$1" != --query ]; do shift; done; key=$2
        if [ "$name" = broken ]; then cat "$KEYS/both-key1" >&2; exit 1; fi
        cat "$KEYS/$name-$key" ;;
    *) echo "unknown: $*" >&2; exit 2 ;;
esac
"#;

/// A wrapper that writes down with which arguments a program was started.
const WRAPPER: &str = "#!/bin/sh\nprintf '%s\\n' \"PROGRAM $*\" >>\"$LOG\"\nexec /usr/bin/env PATH=/usr/bin:/bin PROGRAM \"$@\"\n";

/// A machine with an `az` of its own, a home and a work folder, all of which are searched afterwards.
struct Machine {
    folder: TempDir,
    keys: Vec<String>,
}

impl Machine {
    fn new() -> Machine {
        let machine = Machine { folder: tempfile::tempdir().expect("a folder"), keys: keys() };
        for name in ["bin", "keys", "open", "open/home", "open/work"] {
            fs::create_dir(machine.path(name)).expect("a folder");
        }
        let names = ["both-key1", "both-key2", "older-key1", "older-key2", "mixed-key1", "mixed-key2"];
        for (name, key) in names.iter().zip(&machine.keys) {
            fs::write(machine.path("keys").join(name), format!("{key}\n")).expect("a key");
        }
        machine.program("az", AZ);
        for program in ["awk", "sed", "tr", "date", "mkdir"] {
            machine.program(program, &WRAPPER.replace("PROGRAM", program));
        }
        machine
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn program(&self, name: &str, text: &str) {
        let file = self.path("bin").join(name);
        fs::write(&file, text).expect("a program");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).expect("permissions");
    }

    fn run(&self, shell: &[&str], script: &str) -> Output {
        let file = self.path("open/script.ps1");
        fs::write(&file, script).expect("a script");
        let path = format!("{}:/usr/local/bin:/usr/bin:/bin", self.path("bin").display());
        Command::new(shell[0])
            .args(&shell[1..])
            .arg(&file)
            .env_clear()
            .env("PATH", path)
            .env("HOME", self.path("open/home"))
            .env("HISTFILE", self.path("open/home/history"))
            .env("TMPDIR", self.path("open/home"))
            .env("KEYS", self.path("keys"))
            .env("LOG", self.path("open/log"))
            .current_dir(self.path("open/work"))
            .output()
            .expect("the shell runs")
    }

    fn sheet(&self) -> serde_json::Value {
        let text =
            fs::read_to_string(self.path("open/work/rotaudit-export/key-stamps.json")).expect("a sheet");
        serde_json::from_str(&text).expect("the sheet is JSON")
    }

    /// Nothing that was written or printed holds a fragment of a key.
    fn assert_no_key(&self, output: &Output) {
        let mut texts = vec![output.stdout.clone(), output.stderr.clone()];
        texts.extend(files_below(&self.path("open")).iter().map(|file| fs::read(file).expect("a file")));
        assert!(texts.len() > 4, "the log, the script and the sheet are among what is searched");
        for key in &self.keys {
            for fragment in key.as_bytes().windows(FRAGMENT) {
                let leaks = texts.iter().any(|text| text.windows(FRAGMENT).any(|part| part == fragment));
                assert!(!leaks, "a fragment of a key was written");
            }
        }
    }
}

/// Four of the newer form, and in between two of the older one; no two have a fragment in common.
fn keys() -> Vec<String> {
    let letters = |seed: usize, count: usize| -> String {
        let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        (0..count)
            .map(|index| char::from(alphabet[(seed * 7919 + index * index * 31 + index * 17) % 62]))
            .collect()
    };
    let newer = |seed, stamp: &str| {
        format!("{}{stamp}{}AAABACOG{}", letters(seed, 52), letters(seed + 1, 12), letters(seed + 2, 4))
    };
    let older = |seed: u128| format!("{:032x}", seed.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835));
    vec![newer(1, "JQQJ99CI"), newer(5, "JQQJ9DCH"), older(7), older(11), newer(13, "JQQJ99CA"), older(17)]
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { files.extend(files_below(&path)) } else { files.push(path) }
    }
    files
}

fn script(options: &[&str]) -> String {
    let arguments = [&["export-script", "--key-stamps"], options].concat();
    let output = rotaudit(Path::new("/")).args(arguments).output().expect("the program runs");
    assert!(output.status.success(), "{}", stderr(&output));
    stdout(&output).to_owned()
}

/// What the sheet has of every account that could be reached.
fn assert_is_whole(sheet: &serde_json::Value) {
    assert_eq!(sheet["schema"], "rotaudit.key-stamps/1");
    let rows = sheet["accounts"].as_array().expect("accounts");
    let row = |name: &str| {
        let ends = |row: &&serde_json::Value| {
            row["id"].as_str().is_some_and(|id| id.ends_with(&format!("/accounts/{name}")))
        };
        rows.iter().find(ends).unwrap_or_else(|| panic!("no row of {name}"))
    };
    let stamps =
        |name: &str| [row(name)["key1"].as_str(), row(name)["key2"].as_str()].map(Option::unwrap_or_default);
    assert_eq!(rows.len(), 4);
    assert_eq!(stamps("both"), ["JQQJ99CI", "JQQJ9DCH"]);
    assert_eq!(row("both").get("reason"), None);
    assert_eq!(stamps("older"), ["", ""]);
    assert_eq!(row("older")["reason"], "key1 carries no month, key2 carries no month");
    assert_eq!(stamps("broken"), ["", ""]);
    assert_eq!(row("broken")["reason"], "az could not list the keys");
    assert_eq!(stamps("mixed"), ["JQQJ99CA", ""]);
    assert_eq!(row("mixed")["reason"], "key2 carries no month");
}

fn assert_exports(shell: &[&str], options: &[&str]) {
    let machine = Machine::new();
    let output = machine.run(shell, &script(options));
    machine.assert_no_key(&output);
    assert_is_whole(&machine.sheet());
    // One subscription and one account could not be read.
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(stderr(&output).contains("2 part(s) could not be read"), "{}", stderr(&output));
}

#[test]
fn bash_writes_the_months_and_no_key() {
    assert_exports(&["bash", "--noprofile", "--norc"], &[]);
}

#[test]
fn bash_shows_no_key_where_everything_is_traced() {
    assert_exports(&["bash", "--noprofile", "--norc", "-xv"], &[]);
}

#[test]
fn bash_keeps_no_key_in_a_history() {
    let shell = ["bash", "--noprofile", "--norc", "-o", "history", "-o", "histexpand", "-x"];
    assert_exports(&shell, &[]);
}

#[test]
fn pwsh_writes_the_months_and_no_key() {
    let shell = ["pwsh", "-NoProfile", "-NonInteractive", "-File"];
    if Command::new(shell[0]).arg("-Version").output().is_err() {
        eprintln!("left out: there is no pwsh");
        return;
    }
    assert_exports(&shell, &["--shell", "pwsh"]);
}

#[test]
fn only_the_accounts_that_are_named_are_read() {
    let id = format!(
        "/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-ai.(weu)/providers/Microsoft.CognitiveServices/accounts/mixed"
    );
    let machine = Machine::new();
    let output = machine.run(&["bash"], &script(&["--account", &id]));
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(machine.sheet()["accounts"].as_array().map(Vec::len), Some(1));
    let log = fs::read_to_string(machine.path("open/log")).expect("a log");
    assert!(log.contains("--resource-group rg-ai.(weu) --name mixed --query key2 --output tsv"), "{log}");
    assert!(!log.contains("account list --"), "{log}");
}

#[test]
fn only_the_subscriptions_that_are_named_are_read() {
    let machine = Machine::new();
    let output = machine.run(&["bash"], &script(&["--subscription", SUBSCRIPTION]));
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert_is_whole(&machine.sheet());
}

#[test]
fn an_export_is_never_written_over() {
    let machine = Machine::new();
    fs::create_dir(machine.path("open/work/rotaudit-export")).expect("a folder");
    let output = machine.run(&["bash"], &script(&[]));
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert_eq!(fs::read_dir(machine.path("open/work/rotaudit-export")).expect("a folder").count(), 0);
}

#[test]
fn what_is_no_id_is_refused() {
    let accounts = "/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts";
    for id in
        ["", "a", "$(touch x)", "/subscriptions/s", &format!("{accounts}/a'b"), &format!("{accounts}/-n")]
    {
        for option in ["--account", "--subscription"] {
            let arguments = ["export-script", "--key-stamps", option, id];
            let output = rotaudit(Path::new("/")).args(arguments).output().expect("the program runs");
            assert_eq!(output.status.code(), Some(2), "{option} {id}");
            assert!(output.stdout.is_empty(), "{option} {id}");
        }
    }
}
