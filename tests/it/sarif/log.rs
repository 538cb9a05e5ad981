//! A log with the files that it is about, and ways to look at it.

use std::fs;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};

use rotaudit::model::sha256;
use serde_json::Value;
use walkdir::WalkDir;
use zip::ZipArchive;

use crate::sarif::rules::{Verdict, index, list, notifications};
use crate::sarif::text::percent_decoded;
use crate::support::{rotaudit, stdout};

/// A SARIF log, with what it is about.
#[derive(Clone)]
pub(crate) struct Log {
    pub(crate) name: String,
    pub(crate) sarif: Value,
    /// Baseline results that are gone. They are removed from the log, because most rules do not apply to them.
    pub(crate) absent: Vec<Value>,
    /// The JSON report of the same audit.
    pub(crate) json: Value,
    /// The folder that the program ran in, and every file below it.
    pub(crate) folder: PathBuf,
    pub(crate) files: Vec<File>,
}

#[derive(Clone)]
pub(crate) struct File {
    pub(crate) path: PathBuf,
    pub(crate) bytes: Vec<u8>,
}

impl File {
    /// Reads a file and, if it is an archive, the files in it that can be read.
    fn read(path: &Path) -> Vec<File> {
        let bytes = fs::read(path).expect("an input is readable");
        let mut files = Vec::new();
        if let Ok(mut archive) = ZipArchive::new(Cursor::new(&bytes)) {
            for index in 0..archive.len() {
                let mut bytes = Vec::new();
                let Ok(mut entry) = archive.by_index(index) else { continue };
                if entry.read_to_end(&mut bytes).is_err() {
                    continue;
                }
                files.push(File { path: path.join(&*entry.name().expect("a name")), bytes });
            }
        }
        files.push(File { path: path.to_owned(), bytes });
        files
    }
}

impl Log {
    /// The log that the program writes when it is run in `folder`; `None` if it writes no report.
    pub(crate) fn of(name: &str, folder: &Path, arguments: &[String]) -> Option<Log> {
        let reports = tempfile::tempdir().expect("a folder can be made");
        let report = reports.path().join("report.json");
        let mut command = rotaudit(folder);
        command.args(arguments).args(["--format", "sarif", "--output"]).arg(&report);
        let output = command.output().expect("the program runs");
        if output.stdout.is_empty() {
            return None;
        }
        assert!(matches!(output.status.code(), Some(0..=3)), "{name}: {:?}", output.status);
        let json = fs::read_to_string(report).expect("the second report is there");
        Some(Log::about(name, folder, stdout(&output), &json))
    }

    /// A log about the files in `folder`, and the JSON report of the same audit.
    pub(crate) fn about(name: &str, folder: &Path, sarif: &str, json: &str) -> Log {
        let mut sarif: Value = serde_json::from_str(sarif).expect("a log is JSON");
        let results = sarif["runs"][0]["results"].as_array_mut().expect("results");
        let (absent, present) = results.drain(..).partition(|result| result["baselineState"] == "absent");
        *results = present;
        let entries = WalkDir::new(folder).into_iter().filter_map(Result::ok);
        Log {
            name: name.to_owned(),
            sarif,
            absent,
            json: serde_json::from_str(json).expect("a report is JSON"),
            folder: folder.to_owned(),
            files: entries
                .filter(|entry| entry.file_type().is_file())
                .flat_map(|entry| File::read(entry.path()))
                .collect(),
        }
    }

    pub(crate) fn run(&self) -> &Value {
        &self.sarif["runs"][0]
    }

    pub(crate) fn results(&self) -> &[Value] {
        list(&self.run()["results"])
    }

    /// Whether a result is of a control about the evidence, and so of no account.
    pub(crate) fn is_about_evidence(&self, result: &Value) -> bool {
        list(&self.json["findings"]).iter().any(|finding| finding["control"] == result["ruleId"])
    }

    /// Returns the first failure of `check` for a result about an account, with the place of the result before it.
    pub(crate) fn each_result_of_an_account(&self, mut check: impl FnMut(&Value) -> Verdict) -> Verdict {
        self.each_result(|result| if self.is_about_evidence(result) { Ok(()) } else { check(result) })
    }

    /// The first failure of `check` for a result about the evidence and its finding in the JSON report.
    pub(crate) fn each_result_about_evidence(&self, check: impl Fn(&Value, &Value) -> Verdict) -> Verdict {
        let results = self.results().iter().filter(|result| self.is_about_evidence(result));
        results.zip(list(&self.json["findings"])).try_for_each(|(result, finding)| {
            check(result, finding).map_err(|why| format!("the result of {} {why}", result["ruleId"]))
        })
    }

    /// Returns the first failure of `check` for a result, with the place of the result before it.
    pub(crate) fn each_result(&self, mut check: impl FnMut(&Value) -> Verdict) -> Verdict {
        self.results().iter().enumerate().try_for_each(|(number, result)| {
            check(result).map_err(|why| format!("result {number} ({}) {why}", result["ruleId"]))
        })
    }

    /// Returns the file of a location: its path ends with the path of the location, and it has the digest of the
    /// artifact, if the artifact has one.
    pub(crate) fn file(&self, location: &Value) -> Result<&File, String> {
        let path = percent_decoded(location["uri"].as_str().unwrap_or_default());
        let artifact = index(&location["index"]).and_then(|index| self.run()["artifacts"].get(index));
        let digest =
            artifact.map(|artifact| &artifact["hashes"]["sha-256"]).filter(|digest| !digest.is_null());
        let mut candidates = self.files.iter().filter(|file| file.path.ends_with(&path));
        let is_same = |file: &&File| digest.is_none_or(|digest| *digest == sha256(&file.bytes));
        candidates.find(is_same).ok_or_else(|| format!("{location} is not a file of that name and digest"))
    }

    /// Every value in the log, with the name of the member that holds it.
    pub(crate) fn values(&self) -> Vec<(&str, &Value)> {
        let mut values = vec![("", &self.sarif)];
        let mut next = 0;
        while let Some((name, value)) = values.get(next).copied() {
            match value {
                Value::Array(elements) => values.extend(elements.iter().map(|element| (name, element))),
                Value::Object(members) => {
                    values.extend(members.iter().map(|(name, value)| (name.as_str(), value)));
                }
                _ => {}
            }
            next += 1;
        }
        values
    }

    pub(crate) fn strings(&self) -> Vec<&str> {
        self.values().into_iter().filter_map(|(_, value)| value.as_str()).collect()
    }

    /// The text of every message object, those of the rules included.
    pub(crate) fn messages(&self) -> Vec<&str> {
        let names = ["message", "description", "shortDescription", "fullDescription", "help"];
        let messages =
            self.values().into_iter().filter(|(name, value)| names.contains(name) && value.is_object());
        messages.filter_map(|(_, message)| message["text"].as_str()).collect()
    }

    pub(crate) fn messages_outside_results(&self) -> Vec<&str> {
        let notifications = list(&self.run()["invocations"]).iter().flat_map(notifications);
        notifications.filter_map(|notification| notification["message"]["text"].as_str()).collect()
    }

    pub(crate) fn artifact_locations(&self) -> Vec<&Value> {
        let names = ["location", "artifactLocation"];
        self.values()
            .into_iter()
            .filter(|(name, _)| names.contains(name))
            .map(|(_, location)| location)
            .collect()
    }
}
