//! The property: for every place of a secret, every form of secret and every command, no output has 12 consecutive
//! secret characters, as they are or escaped.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::process::{Output, Stdio};
use std::sync::LazyLock;

use regex::{Captures, Regex};
use serde_json::json;
use tempfile::TempDir;

use super::mistakes::{CONTROL, MISTAKES, Mistake};
use super::places::{Kind, OPTIONS, files, filled};
use crate::support::secrets::{FORMS, Form, Secret, TELLING, older};
use crate::support::{facts, is_thorough, rotaudit};

/// Every command, on the tenant's files. The folder `old` has files of an earlier run that some commands read.
const COMMANDS: [&str; 22] = [
    "audit -v --as-of 2026-11-23 OPTIONS --coverage *=2026-08-25..2026-11-23 --policy own --waivers waivers.yaml --params \
     params.yaml --baseline old/report.sarif -o json:out/report.json -o sarif:out/report.sarif -o html:out/report.html -o \
     csv:out/report.csv -o markdown:out/report.md -o junit:out/report.xml -o oscal:out/oscal.json -o script:out/fix.sh -o \
     text:out/report.txt in",
    "audit -v --as-of 2026-11-23 --policy own --params params-with-a-key.yaml --format json in",
    "audit -v --as-of 2026-11-23 --format sarif --sarif-profile github - in/activity.json",
    "audit -v --as-of 2026-11-23 -o json:out/of-evidence.json -o html:out/of-evidence.html old/kept.jsonl",
    "explain /gpt --as-of 2026-11-23 --policy own --waivers waivers.yaml --params params.yaml in",
    "explain /gpt --as-of 2026-11-23 --format json --policy own --waivers waivers.yaml in",
    "explain /gpt --as-of 2026-11-23 old/kept.jsonl",
    "facts in --as-of 2026-11-23 --kind all",
    "facts in --as-of 2026-11-23 --about evidence",
    "collect in -o out/kept.jsonl",
    "collect old/kept.jsonl -o out/kept-again.jsonl",
    "verify old/report.json in",
    "verify old/report.sarif in",
    "policy list --policy own",
    "policy show ACME001 --policy own",
    "policy show ACME002 --policy own",
    "policy check own",
    "policy test own",
    "policy test own --coverage",
    "policy eval old/facts.jsonl --policy own --params params.yaml",
    "policy eval - --policy own --params params-with-a-key.yaml --control ACME001",
    "policy eval old/evidence-facts.jsonl --policy own --control ACME002",
];

/// Places whose text is in no output, since nothing that rotaudit reads depends on it.
const UNSHOWN: &[&str] = &[
    "etag",
    "creator",
    "resource of another type",
    "claim",
    "message",
    "key in a body",
    "body, escaped twice",
    "body, escaped once",
    "key in an answer",
    "name of a key",
    "code",
    "message of an error",
    "sub-status",
    "operation",
    "time of an event",
    "name of a table",
    "properties in a row",
    "key in a row",
    "properties in CSV",
    "key in CSV",
    "time in CSV",
    "key in a column",
    "any key in a column",
    "key in TSV",
    "second key in TSV",
    "key alone",
    "key below its name",
    "prose",
    "key in a table of az",
    "key in YAML",
    "YAML",
    "token of the next page",
    "caller in text",
    "code of a failed export",
    "key in a failed export",
    "stamp",
    "key as a stamp",
    "reason in a sheet",
    "account in a sheet",
    "time in a sheet",
    "value that is cut off",
    "broken JSON",
    "wrong tags",
    "type with a fault",
    "first line of an unknown file",
    "unknown file in an archive",
    "name that leads out of an archive",
    "zip in zip",
    "tar",
    "name in a tar",
    "comment in the waivers",
    "comment in the parameters",
];

static ESCAPE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\\+u00([0-9A-Fa-f]{2})|%([0-9A-Fa-f]{2})|&#x0*([0-9A-Fa-f]{2});").expect("a pattern")
});

/// A text that was printed or written, with its source.
struct Shown {
    what: String,
    text: String,
    /// The exit status of the command; `None` for a file.
    status: Option<i32>,
}

/// The places of the tenant and of the options, each with its number.
static PLACES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let mut places = Vec::new();
    let mut add = |text: &str| {
        filled(text, |_, name| {
            if !places.iter().any(|known| known == name) {
                places.push(name.to_owned());
            }
            String::new()
        });
    };
    for file in files() {
        add(file.name);
        add(&file.text);
        if let Some(name) = file.packing.name() {
            add(name);
        }
    }
    for option in OPTIONS {
        add(option);
    }
    places
});

fn number(place: &str) -> usize {
    PLACES.iter().position(|known| known == place).expect("a place of the table")
}

fn word(place: &str) -> String {
    format!("Word{:03}x", number(place))
}

/// How each place is filled.
type Fill<'a> = &'a dyn Fn(Kind, &str) -> String;

fn words(_: Kind, place: &str) -> String {
    word(place)
}

/// The secrets of one round. Each place has a different one, and in as many rounds as there are forms, each place has
/// every form.
struct Secrets {
    round: usize,
}

impl Secrets {
    fn of(&self, number: usize) -> Secret {
        let (_, secret) = FORMS[(number + self.round) % FORMS.len()];
        secret(number as u64)
    }

    fn fill(&self, kind: Kind, place: &str) -> String {
        let number = number(place);
        let written = self.of(number).written;
        match kind {
            Kind::Any => written,
            Kind::EscapedOnceMore => written.replace('\\', "\\\\"),
            Kind::Digits => older(number as u64),
        }
    }

    /// Replaces the words in a text of an earlier run by secrets.
    fn instead_of_words(&self, text: &str) -> String {
        static WORD: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?i)word(\d{3})x").expect("a pattern"));
        let secret = |captures: &Captures<'_>| {
            let number: usize = captures[1].parse().expect("a number");
            self.fill(Kind::Any, &PLACES[number])
        };
        WORD.replace_all(text, secret).into_owned()
    }

    /// Returns all parts of secrets that an output must not contain, in lower case, each with its place.
    fn parts(&self) -> Parts {
        let mut parts = Parts::default();
        for (number, place) in PLACES.iter().enumerate() {
            parts.add(&self.of(number).characters, place);
            parts.add(&older(number as u64), place);
        }
        parts
    }
}

/// The texts that no output may contain, each with the place of its secret.
#[derive(Default)]
struct Parts(HashMap<Vec<u8>, String, foldhash::fast::RandomState>);

impl Parts {
    fn add(&mut self, characters: &str, place: &str) {
        let lower = characters.to_lowercase();
        let parts = lower.as_bytes().windows(TELLING).map(|part| (part.to_vec(), place.to_owned()));
        self.0.extend(parts);
    }

    /// The places whose secrets are in `text`, as they are or escaped.
    fn leaks(&self, text: &str) -> Vec<&str> {
        let character = |captures: &Captures<'_>| {
            let digits = captures.iter().skip(1).flatten().next().expect("digits").as_str();
            char::from(u8::from_str_radix(digits, 16).expect("hexadecimal digits")).to_string()
        };
        let decoded = ESCAPE.replace_all(text, character);
        let mut leaks = Vec::new();
        for text in [text, &decoded] {
            let lower = text.to_ascii_lowercase();
            let found = lower.as_bytes().windows(TELLING).filter_map(|part| self.0.get(part));
            leaks.extend(found.map(String::as_str));
        }
        leaks.sort_unstable();
        leaks.dedup();
        leaks
    }

    fn assert_in_none(&self, outputs: &[Shown], context: &str) {
        for Shown { what, text, .. } in outputs {
            let leaks = self.leaks(text);
            assert!(leaks.is_empty(), "{context}: `{what}` has the secret of {leaks:?}:\n{text}");
            // The secret was removed where it came in, and not only at the door.
            assert!(!text.contains("was about to be written"), "{context}: `{what}` had a secret:\n{text}");
            assert!(!text.contains("panicked"), "{context}: `{what}`:\n{text}");
        }
    }
}

fn tenant(fill: Fill<'_>) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for file in files() {
        file.write(folder.path(), fill);
    }
    for name in ["old", "out"] {
        fs::create_dir(folder.path().join(name)).expect("a folder");
    }
    folder
}

/// The words of a command line, with the places filled.
fn arguments(command: &str, fill: Fill<'_>) -> Vec<String> {
    let options = |word| if word == "OPTIONS" { OPTIONS.to_vec() } else { vec![word] };
    command.split_whitespace().flat_map(options).map(|word| filled(word, fill)).collect()
}

fn run(folder: &Path, arguments: &[String], stdin: &str) -> Output {
    let mut command = rotaudit(folder);
    command.args(arguments).env("RUST_BACKTRACE", "1");
    let stdin = fs::File::open(folder.join(stdin)).map_or_else(|_| Stdio::null(), Stdio::from);
    command.stdin(stdin).output().expect("the program runs")
}

fn printed(what: &str, output: &Output) -> Shown {
    let [stdout, stderr] = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
    Shown { what: what.to_owned(), text: format!("{stdout}{stderr}"), status: output.status.code() }
}

/// Runs every command, and returns what was printed and written.
fn outputs(folder: &Path, fill: Fill<'_>) -> Vec<Shown> {
    let mut shown = Vec::new();
    for command in COMMANDS {
        let stdin = if command.starts_with("policy") { "old/facts.jsonl" } else { "in/accounts.json" };
        shown.push(printed(command, &run(folder, &arguments(command, fill), stdin)));
    }
    let mut written: Vec<_> = fs::read_dir(folder.join("out")).expect("a folder").flatten().collect();
    written.sort_by_key(fs::DirEntry::file_name);
    shown.extend(written.iter().map(|file| Shown {
        what: file.file_name().to_string_lossy().into_owned(),
        text: fs::read_to_string(file.path()).expect("an output"),
        status: None,
    }));
    shown
}

/// The files in `old`: those of a run with words in the places.
fn earlier() -> &'static [(&'static str, String)] {
    static EARLIER: LazyLock<Vec<(&str, String)>> = LazyLock::new(|| {
        let folder = tenant(&words);
        let run = |command: &str| {
            let output = run(folder.path(), &arguments(command, &words), "in/accounts.json");
            assert!(
                command.starts_with("collect") || !output.stdout.is_empty(),
                "{}",
                printed(command, &output).text
            );
            String::from_utf8(output.stdout).expect("text")
        };
        run(&COMMANDS[0].replace("--baseline old/report.sarif", ""));
        run("collect in -o out/kept.jsonl");
        let written =
            |name: &str| fs::read_to_string(folder.path().join("out").join(name)).expect("an output");
        vec![
            ("report.json", written("report.json")),
            ("report.sarif", written("report.sarif")),
            ("kept.jsonl", written("kept.jsonl")),
            ("facts.jsonl", run("facts in --as-of 2026-11-23 --kind all")),
            ("evidence-facts.jsonl", run("facts in --as-of 2026-11-23 --about evidence")),
        ]
    });
    &EARLIER
}

fn outputs_with(fill: Fill<'_>, of_earlier: impl Fn(&str) -> String) -> Vec<Shown> {
    let folder = tenant(fill);
    for (name, text) in earlier() {
        fs::write(folder.path().join("old").join(name), of_earlier(text)).expect("a file");
    }
    outputs(folder.path(), fill)
}

/// This shows that the next test can fail.
#[test]
fn a_word_in_any_place_is_in_an_output() {
    let outputs = outputs_with(&words, str::to_owned);
    let is_shown = |place: &String| {
        let word = word(place).to_lowercase();
        outputs.iter().any(|shown| shown.text.to_lowercase().contains(&word))
    };
    let unshown: Vec<&str> = PLACES.iter().filter(|place| !is_shown(place)).map(String::as_str).collect();
    assert_eq!(unshown, UNSHOWN);
}

#[test]
fn a_secret_in_any_place_is_in_no_output() {
    let step = if is_thorough() { 1 } else { 5 };
    let rounds: Vec<usize> = (0..FORMS.len()).step_by(step).collect();
    let with_words = outputs_with(&words, str::to_owned);
    let jobs = std::thread::available_parallelism().map_or(1, usize::from);
    rotaudit::threads::map(jobs, rounds, |round| {
        let secrets = Secrets { round };
        let fill = |kind: Kind, place: &str| secrets.fill(kind, place);
        let outputs = outputs_with(&fill, |text| secrets.instead_of_words(text));
        secrets.parts().assert_in_none(&outputs, &format!("round {round}"));
        // No run ended early because of a secret.
        for (shown, with_words) in outputs.iter().zip(&with_words) {
            let Shown { what, text, status } = shown;
            assert_eq!(*status, with_words.status, "round {round}: `{what}`:\n{text}");
        }
        assert_eq!(
            outputs.len(),
            with_words.len(),
            "round {round}: not every output was written: {}",
            outputs[0].text
        );
    });
}

/// Mistakes whose errors quote nothing.
const UNQUOTED: &[&str] = &[
    "a short option",
    "a maximum age in a file",
    "parameters in broken YAML",
    "parameters that are text",
    "a name of a baseline's tool",
    "a baseline in broken JSON",
    "facts in broken JSON",
    "facts that are text",
    "a report in broken JSON",
    "a schema of a report",
    "a test that fails",
    "an export in broken JSON",
    "an export that is text",
    "a first line of an export",
    "an evidence file in broken JSON",
    "a version of an evidence file",
    "a version of a manifest",
    "a kind of an export in a manifest",
    "a column of a sheet",
];

#[test]
fn a_word_in_a_mistake_is_in_an_output() {
    let is_quoted = |mistake: &&Mistake| mistaken(mistake, &|_, _| "Word".to_owned()).text.contains("Word");
    let unquoted: Vec<&str> =
        MISTAKES.iter().filter(|mistake| !is_quoted(mistake)).map(|mistake| mistake.what).collect();
    assert_eq!(unquoted, UNQUOTED);
}

#[test]
fn a_secret_in_a_mistake_is_in_no_output() {
    let forms = if is_thorough() { FORMS.len() } else { 2 };
    let of_mistake = |(index, mistake): (usize, &'static Mistake)| {
        (0..forms).map(move |form| (index, mistake, FORMS[(index + form * 5) % FORMS.len()]))
    };
    let cases: Vec<(usize, &Mistake, Form)> = MISTAKES.iter().enumerate().flat_map(of_mistake).collect();
    let jobs = std::thread::available_parallelism().map_or(1, usize::from);
    rotaudit::threads::map(jobs, cases, |(index, mistake, form)| {
        let secret = (form.1)(index as u64);
        let mut parts = Parts::default();
        parts.add(&secret.characters, mistake.what);
        parts.assert_in_none(&[mistaken(mistake, &|_, _| secret.written.clone())], form.0);
    });
}

/// Runs the command of a mistake, with the place filled.
fn mistaken(mistake: &Mistake, fill: Fill<'_>) -> Shown {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(filled(name, fill));
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, filled(&text.replace("CONTROL\n", CONTROL), fill)).expect("a file");
    };
    let id = "/subscriptions/s/resourceGroups/g/providers/Microsoft.CognitiveServices/accounts/gpt";
    let account = json!([{ "id": id, "kind": "OpenAI", "type": "Microsoft.CognitiveServices/accounts" }]);
    write("in/accounts.json", &account.to_string());
    write("ok.rego", "CONTROL\nviolation contains {\"message\": \"x\"} if input.undecidable\n");
    write("facts.jsonl", &facts());
    write("report.json", &json!({ "schema": "rotaudit.report/1", "inputs": [] }).to_string());
    if let Some((name, text)) = mistake.file {
        write(name, text);
    }
    printed(mistake.what, &run(folder.path(), &arguments(mistake.command, fill), ""))
}
