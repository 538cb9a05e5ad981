//! A machine to run the script on: an `az` of its own, and folders that are searched afterwards.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::export_script::leaks::has_key;
use crate::support::install;

/// The subscription that can be read.
pub(crate) const SUBSCRIPTION: &str = "3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95";
/// The subscription that cannot be read.
pub(crate) const LOCKED: &str = "00000000-0000-0000-0000-000000000000";
/// The name of the user who runs the script. JSON has to escape it.
pub(crate) const CALLER: &str = r#"dom\aud"itor@contoso.example"#;
/// The group of one account: its name has letters beyond ASCII.
pub(crate) const GROUP: &str = "Größe";

/// Answers as `az` does, with the keys that lie in a folder of their own, and writes a key to the second stream, too, or
/// more than fits into a pipe.
/// The account `broken` has keys that cannot be listed. Of the locked subscription it prints half an answer, and fails.
/// With `CODE_PAGE`, its lists are in that encoding instead of UTF-8. It waits in the call that contains `WAIT_IN`,
/// and prints nothing in calls that contain `SILENT_IN`.
const AZ: &str = r#"#!/bin/sh
printf '%s\n' "az $*" >>"$LOG"
groups=/subscriptions/3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95/resourceGroups
service=providers/Microsoft.CognitiveServices/accounts
accounts='rg-ai.(weu)/both rg-ai.(weu)/older rg-ai.(weu)/broken rg-ai.(weu)/mixed rg-ai.(weu)/empty rg-ai.(weu)/lines Größe/carriage'
list() {
    printf '['
    separator=''
    for account in $accounts rg-ai.weu/speech; do
        kind=OpenAI
        [ "${account#*/}" != speech ] || kind=SpeechServices
        printf '%s\n  {\n    "id": "%s",\n' "$separator" "$groups/${account%/*}/$service/${account#*/}"
        printf '    "kind": "%s",\n    "name": "%s",\n' "$kind" "${account#*/}"
        printf '    "properties": {\n      "dateCreated": "2023-03-01T08:00:00.1234567Z"\n    },\n'
        printf '    "type": "Microsoft.CognitiveServices/accounts"\n  }'
        separator=,
    done
    printf '\n]\n'
}
if [ -n "$WAIT_IN" ]; then
    case "$*" in *"$WAIT_IN"*) : >"$LOG.waits"; exec sleep 60 ;; esac
fi
if [ -n "$SILENT_IN" ]; then
    case "$*" in *"$SILENT_IN"*) exit 0 ;; esac
fi
case "$*" in
    'account list --output json')
        printf '[\n  {\n    "id": "3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95",\n    "name": "Contoso ###vso[x]Prod",\n'
        printf '    "state": "Enabled",\n    "tenantId": "11111111-2222-4333-8444-555555555555",\n'
        printf '    "user": {\n      "name": "auditor"\n    }\n  }\n]\n' ;;
    'account list '*) printf '%s\r\n' 00000000-0000-0000-0000-000000000000 3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95 ;;
    'account show '*) printf '%s\r\n' 'dom\aud"itor@contoso.example' ;;
    *'--subscription 00000000'*) printf '[\n  {\n'; echo 'ERROR: AuthorizationFailed' >&2; exit 3 ;;
    'cognitiveservices account list '*' --query '*)
        for account in $accounts; do printf '%s\r\n' "$groups/${account%/*}/$service/${account#*/}"; done ;;
    'cognitiveservices account list '*)
        if [ -n "$CODE_PAGE" ]; then list | iconv -f UTF-8 -t "$CODE_PAGE"; else list; fi ;;
    'monitor activity-log list '*)
        printf '[\n'
        for event in 2 1; do
            printf '  {\n    "eventDataId": "%s",\n    "eventTimestamp": "%s",\n' $event "$(date -u +%Y-%m-%dT%H:%M:%SZ)"
            printf '    "operationName": {\n      "value": "Microsoft.Web/sites/write"\n    },\n'
            printf '    "resourceId": "%s",\n    "status": {\n      "value": "Succeeded"\n    }\n  }' "$groups/rg-ai.(weu)"
            [ $event = 1 ] || printf ','
            printf '\n'
        done
        printf ']\n' ;;
    'cognitiveservices account keys list '*)
        group='' name='' key=''
        while [ $# -gt 0 ]; do
            case $1 in --resource-group) group=$2 ;; --name) name=$2 ;; --query) key=$2 ;; esac
            shift
        done
        cat "$KEYS/both-key1" >&2
        case " $accounts " in *" $group/$name "*) ;; *) echo "unknown: $group/$name" >&2; exit 3 ;; esac
        case $name in
            broken) exit 1 ;;
            empty) head -c 300000 /dev/zero >&2 ;;
            lines) cat "$KEYS/both-key1" "$KEYS/both-key2" ;;
            carriage) printf '%s\r\n' "$(cat "$KEYS/both-$key")" ;;
            *) cat "$KEYS/$name-$key" ;;
        esac ;;
    *) echo "unknown: $*" >&2; exit 2 ;;
esac
"#;

/// Accepts only `date -u -v -90M FORMAT` and `date -u FORMAT`.
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
    /// The folder in which programs are searched for after the machine's own.
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

    /// Returns a machine with the tools of BSD: `date` has no option `-d`, and sha256sum is missing.
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
        self.command(shell, script).arg(self.script()).output().expect("the shell runs")
    }

    /// The command that starts the shell, next to the script.
    pub(crate) fn command(&self, shell: &[&str], script: &str) -> Command {
        fs::write(self.script(), script).expect("a script");
        let path = format!("{}:{}", self.path("bin").display(), self.more_programs);
        let mut command = Command::new(which(shell[0]));
        command
            .args(&shell[1..])
            .env_clear()
            .env("PATH", path)
            .env("HOME", self.path("open/home"))
            .env("HISTFILE", self.path("open/home/history"))
            .env("TMPDIR", self.path("open/home"))
            .env("KEYS", self.path("keys"))
            .env("LOG", self.path("open/log"))
            .current_dir(self.path("open/work"));
        command
    }

    pub(crate) fn script(&self) -> PathBuf {
        self.path("open/script.ps1")
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

    /// Returns the calls of `az`, one per line.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.path("open/log")).unwrap_or_default()
    }

    /// Asserts that nothing that was written or printed contains a fragment of a key.
    pub(crate) fn assert_no_key(&self, output: &Output) {
        let files = files_below(&self.path("open"));
        assert!(files.len() > 2, "the log, the script and the sheet are among what is searched");
        for file in files {
            let text = fs::read(&file).expect("a file");
            assert!(!has_key(&text, &self.keys), "a fragment of a key is in {}", file.display());
        }
        for text in [&output.stdout, &output.stderr] {
            assert!(!has_key(text, &self.keys), "a fragment of a key was printed");
        }
    }
}

/// The shell may be missing from the `PATH` of the machine.
fn which(program: &str) -> PathBuf {
    let path = std::env::var_os("PATH").expect("PATH");
    let mut files = std::env::split_paths(&path).map(|folder| folder.join(program));
    files.find(|file| file.is_file()).unwrap_or_else(|| program.into())
}

/// Four keys of the newer form, and in between two of the older form. No two of them have a fragment in common.
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
