//! A machine to run the script on: an `az` of its own, and folders that are searched afterwards.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::support::install;

/// The subscription that can be read.
pub(crate) const SUBSCRIPTION: &str = "3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95";
/// The one that cannot.
pub(crate) const LOCKED: &str = "00000000-0000-0000-0000-000000000000";
/// Who runs the script, in a name that JSON has to escape.
pub(crate) const CALLER: &str = r#"dom\aud"itor@contoso.example"#;
/// Fewer consecutive characters than this of a key give nothing away.
const FRAGMENT: usize = 12;

/// Answers as `az` does, with the keys that lie in a folder of their own; the account `broken` has none that can be
/// listed. Of the locked subscription it prints half an answer, and fails.
const AZ: &str = r#"#!/bin/sh
printf '%s\n' "az $*" >>"$LOG"
accounts=/subscriptions/3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95/resourceGroups/rg-ai.\(weu\)/providers/Microsoft.CognitiveServices/accounts
case "$*" in
    'account list --output json')
        printf '[\n  {\n    "id": "3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95",\n    "name": "Contoso-Prod",\n'
        printf '    "state": "Enabled",\n    "tenantId": "11111111-2222-4333-8444-555555555555"\n  }\n]\n' ;;
    'account list '*) printf '%s\r\n' 00000000-0000-0000-0000-000000000000 3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95 ;;
    'account show '*) printf '%s\r\n' 'dom\aud"itor@contoso.example' ;;
    *'--subscription 00000000'*) printf '[\n  {\n'; echo 'ERROR: AuthorizationFailed' >&2; exit 3 ;;
    'cognitiveservices account list '*' --query '*)
        for name in both older broken mixed; do printf '%s\r\n' "$accounts/$name"; done ;;
    'cognitiveservices account list '*)
        printf '[\n  {\n    "id": "%s/both",\n    "kind": "OpenAI",\n' "$accounts"
        printf '    "name": "both",\n    "properties": {\n      "dateCreated": "2023-03-01T08:00:00.1234567Z"\n    },\n'
        printf '    "type": "Microsoft.CognitiveServices/accounts"\n  }\n]\n' ;;
    'monitor activity-log list '*)
        printf '[\n'
        for event in 2 1; do
            printf '  {\n    "eventDataId": "%s",\n    "eventTimestamp": "%s",\n' $event "$(date -u +%Y-%m-%dT%H:%M:%SZ)"
            printf '    "operationName": {\n      "value": "Microsoft.Web/sites/write"\n    },\n'
            printf '    "resourceId": "%s",\n    "status": {\n      "value": "Succeeded"\n    }\n  }' "${accounts%/*/*/*}"
            [ $event = 1 ] || printf ','
            printf '\n'
        done
        printf ']\n' ;;
    'cognitiveservices account keys list '*)
        while [ "$1" != --name ]; do shift; done; name=$2
        while [ "$1" != --query ]; do shift; done; key=$2
        if [ "$name" = broken ]; then cat "$KEYS/both-key1" >&2; exit 1; fi
        cat "$KEYS/$name-$key" ;;
    *) echo "unknown: $*" >&2; exit 2 ;;
esac
"#;

/// `date -u -v -90M FORMAT` and `date -u FORMAT`, and no more.
const BSD_DATE: &str = r#"#!/bin/sh
case "$*" in
    '-u -v -'*M' +'*) minutes=${3#-}; exec /usr/bin/env PATH=/usr/bin:/bin date -u -d "${minutes%M} minutes ago" "$4" ;;
    '-u +'*) exec /usr/bin/env PATH=/usr/bin:/bin date -u "$2" ;;
    *) echo 'date: illegal option' >&2; exit 1 ;;
esac
"#;

/// A wrapper that writes down with which arguments a program was started.
const WRAPPER: &str = "#!/bin/sh\nprintf '%s\\n' \"PROGRAM $*\" >>\"$LOG\"\nexec /usr/bin/env PATH=/usr/bin:/bin PROGRAM \"$@\"\n";

pub(crate) struct Machine {
    folder: TempDir,
    keys: Vec<String>,
    /// The folder where programs are looked for after its own.
    more_programs: &'static str,
}

impl Machine {
    pub(crate) fn new() -> Machine {
        let machine = Machine {
            folder: tempfile::tempdir().expect("a folder"),
            keys: keys(),
            more_programs: "/usr/local/bin:/usr/bin:/bin",
        };
        for name in ["bin", "keys", "open", "open/home", "open/work"] {
            fs::create_dir(machine.path(name)).expect("a folder");
        }
        let names = ["both-key1", "both-key2", "older-key1", "older-key2", "mixed-key1", "mixed-key2"];
        for (name, key) in names.iter().zip(&machine.keys) {
            fs::write(machine.path("keys").join(name), format!("{key}\n")).expect("a key");
        }
        machine.program("az", AZ);
        for program in ["awk", "sed", "tr", "date", "mkdir", "grep", "mv", "rm", "cut"] {
            machine.program(program, &WRAPPER.replace("PROGRAM", program));
        }
        machine
    }

    /// One with the tools of BSD: `date` takes no `-d`, and sha256sum is missing.
    pub(crate) fn bsd() -> Machine {
        let machine = Machine { more_programs: "/nowhere", ..Machine::new() };
        machine.program("date", BSD_DATE);
        machine.program("shasum", "#!/bin/sh\n[ \"$*\" = '-a 256' ] && exec /usr/bin/sha256sum\n");
        machine
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn program(&self, name: &str, text: &str) {
        install(&self.path("bin").join(name), text.as_bytes());
    }

    pub(crate) fn run(&self, shell: &[&str], script: &str) -> Output {
        let file = self.path("open/script.ps1");
        fs::write(&file, script).expect("a script");
        let path = format!("{}:{}", self.path("bin").display(), self.more_programs);
        Command::new(which(shell[0]))
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

    pub(crate) fn sheet(&self) -> serde_json::Value {
        self.json("key-stamps.json")
    }

    /// One of the exported files.
    pub(crate) fn json(&self, name: &str) -> serde_json::Value {
        serde_json::from_slice(&self.bytes(name)).expect("the file is JSON")
    }

    pub(crate) fn bytes(&self, name: &str) -> Vec<u8> {
        fs::read(self.path("open/work/rotaudit-export").join(name)).expect("the file is there")
    }

    /// The names of all exported files, sorted.
    pub(crate) fn exported(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path("open/work/rotaudit-export")).expect("a folder");
        let mut names: Vec<String> = entries
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    /// How `az` was called, a line each.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.path("open/log")).unwrap_or_default()
    }

    /// Nothing that was written or printed holds a fragment of a key.
    pub(crate) fn assert_no_key(&self, output: &Output) {
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

/// `PATH` of the machine need not have the shell.
fn which(program: &str) -> PathBuf {
    let path = std::env::var_os("PATH").expect("PATH");
    let mut files = std::env::split_paths(&path).map(|folder| folder.join(program));
    files.find(|file| file.is_file()).unwrap_or_else(|| program.into())
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
