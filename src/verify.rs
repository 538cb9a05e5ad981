//! Checks whether exports are, byte for byte, those that underlie a report.

mod recorded;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::PathBuf;

use miette::Diagnostic;
use thiserror::Error;

use crate::model::{Note, Severity, counted, printable};
use crate::read::{self, Digested, NoSuchPath};
use crate::redact::{self, Notation};
use recorded::Recorded;

/// The arguments of the command.
#[derive(Clone, Debug)]
pub struct VerifyRequest {
    pub report: PathBuf,
    pub paths: Vec<PathBuf>,
}

impl VerifyRequest {
    /// Returns an error that shows the right order of the arguments, if the report was given in place of an export.
    fn in_order(&self, error: VerifyError) -> VerifyError {
        let report = self.paths.iter().find(|path| path.is_file() && recorded::read(path).is_ok());
        match report {
            Some(report) => VerifyError::Swapped {
                path: printable(&self.report.to_string_lossy()),
                report: printable(&report.to_string_lossy()),
            },
            None => error,
        }
    }
}

#[derive(Debug, Error, Diagnostic)]
pub enum VerifyError {
    #[error(transparent)]
    #[diagnostic(transparent)]
    NoSuchPath(#[from] NoSuchPath),
    #[error("{path}: the report cannot be read: {what}")]
    #[diagnostic(code(rotaudit::report_unreadable), help("name the report first, then the exports"))]
    Unreadable { path: String, what: String },
    #[error("{path}: not a report of rotaudit, but {report} is one")]
    #[diagnostic(
        code(rotaudit::no_report),
        help("name the report first, then the exports: `rotaudit verify {report} {path}`")
    )]
    Swapped { path: String, report: String },
    #[error("{path}: not a JSON or SARIF report of rotaudit, or a damaged one")]
    #[diagnostic(
        code(rotaudit::no_report),
        help("name the report first, as rotaudit audit -o report.json or -o report.sarif wrote it")
    )]
    NoReport { path: String },
    #[error("{path}: the report holds no SHA-256 of {input}, so there is nothing to compare with")]
    #[diagnostic(code(rotaudit::no_digest), help("make the report again without --no-hash"))]
    NoDigest { path: String, input: String },
    #[error("not all could be read, so it stays open whether these exports underlie the report")]
    #[diagnostic(code(rotaudit::exports_unreadable), help("make it readable, and verify again"))]
    Open,
    #[error("it cannot be written to standard output: {0}")]
    #[diagnostic(code(rotaudit::output))]
    Output(#[source] io::Error),
}

/// The result for an input of the report, or for a file that is not among them.
#[derive(Debug)]
enum Comparison<'a> {
    Same,
    /// It has the same bytes under another path.
    Renamed(&'a str),
    Differs {
        recorded: &'a str,
        found: &'a str,
    },
    Missing,
    New,
    /// A file that this program wrote, which is therefore not an export.
    Own(&'static str),
    Unreadable(&'a io::Error),
}

/// Compares the exports with the report's inputs, prints the differences, and returns whether there are none.
pub fn run(request: &VerifyRequest) -> Result<bool, VerifyError> {
    let inputs = recorded::read(&request.report).map_err(|error| request.in_order(error))?;
    let own: Vec<PathBuf> = request.report.canonicalize().into_iter().collect();
    let (files, notes) = read::digests(&request.paths, &own)?;
    let findings = compare(&inputs, &files);
    let count = |is: fn(&Comparison<'_>) -> bool| findings.iter().filter(|(_, finding)| is(finding)).count();
    let text = render(inputs.len(), &findings, &notes);
    let mut out = redact::standard_output(Notation::Plain);
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => return Err(VerifyError::Output(error)),
        _ => {}
    }
    if count(|finding| matches!(finding, Comparison::Unreadable(_))) > 0
        || notes.iter().any(|note| note.severity == Severity::Error)
    {
        return Err(VerifyError::Open);
    }
    Ok(count(|finding| matches!(finding, Comparison::Differs { .. } | Comparison::Missing | Comparison::New))
        == 0)
}

/// Returns the result for each input of the report and for each other file, sorted by path. Each collection has at most
/// one element for each of them.
fn compare<'a>(inputs: &'a [Recorded], files: &'a [Digested]) -> Vec<(&'a str, Comparison<'a>)> {
    let digest = |file: &'a Digested| file.sha256.as_deref().ok();
    let mut left: BTreeMap<&str, &Digested> = files.iter().map(|file| (file.path.as_str(), file)).collect();
    let mut findings = Vec::new();
    let mut changed = Vec::new();
    for input in inputs {
        let path = input.path.as_str();
        if left.get(path).is_some_and(|file| digest(file) == Some(&input.sha256)) {
            left.remove(path);
            findings.push((path, Comparison::Same));
        } else {
            changed.push(input);
        }
    }
    // If several files have the same bytes, the first one by path is used first.
    let mut by_digest: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (path, file) in left.iter().rev() {
        by_digest.entry(digest(file).unwrap_or_default()).or_default().push(path);
    }
    let mut gone = Vec::new();
    for input in changed {
        match by_digest.get_mut(input.sha256.as_str()).and_then(Vec::pop) {
            Some(now) => {
                left.remove(now);
                findings.push((&input.path, Comparison::Renamed(now)));
            }
            None => gone.push(input),
        }
    }
    for input in gone {
        let finding = match left.remove(input.path.as_str()).map(|file| &file.sha256) {
            Some(Ok(found)) => Comparison::Differs { recorded: &input.sha256, found },
            Some(Err(error)) => Comparison::Unreadable(error),
            None => Comparison::Missing,
        };
        findings.push((&input.path, finding));
    }
    let known: BTreeSet<&str> = inputs.iter().map(|input| input.sha256.as_str()).collect();
    findings.extend(left.into_iter().map(|(path, file)| {
        let is_known = |sha256: &str| known.contains(sha256);
        let own_kind = || file.file.as_deref().and_then(|file| recorded::own_kind(file, is_known));
        let finding = match &file.sha256 {
            Err(error) => Comparison::Unreadable(error),
            Ok(_) => own_kind().map_or(Comparison::New, Comparison::Own),
        };
        (path, finding)
    }));
    findings.sort_by_key(|(path, _)| *path);
    findings
}

fn render(inputs: usize, findings: &[(&str, Comparison<'_>)], notes: &[Note]) -> String {
    let mut text = String::new();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (path, finding) in findings {
        let (word, more) = match finding {
            Comparison::Same => ("same", String::new()),
            Comparison::Renamed(now) => ("renamed", format!(": the same bytes are now {now}")),
            Comparison::Differs { recorded, found } => {
                ("differs", format!(": SHA-256 {found}, and {recorded} in the report"))
            }
            Comparison::Missing => ("missing", String::new()),
            Comparison::New => ("new", ": the report does not know it".to_owned()),
            Comparison::Own(kind) => ("aside", format!(": {kind}")),
            Comparison::Unreadable(error) => ("unreadable", format!(": {error}")),
        };
        *counts.entry(word).or_default() += 1;
        text += &format!("{word:<10}  {}\n", printable(&format!("{path}{more}")));
    }
    for note in notes {
        text += &format!("{:<10}  {}\n", "note", printable(&note.text));
    }
    let count = |word: &str| counts.get(word).copied().unwrap_or_default();
    let differ = if count("differs") == 1 { "differs" } else { "differ" };
    let [same, renamed, differs] = ["same", "renamed", "differs"].map(count);
    let [missing, new, unreadable] = ["missing", "new", "unreadable"].map(count);
    text += &format!(
        "\n{} of the report: {same} same, {renamed} renamed, {differs} {differ}, {missing} missing; {}, {unreadable} \
         unreadable\n",
        counted(inputs, "input"),
        counted(new, "new file")
    );
    if unreadable == 0 && notes.iter().all(|note| note.severity != Severity::Error) {
        text += match differs + missing + new {
            0 => "These exports underlie the report, byte for byte.\n",
            _ => "These are not the exports that underlie the report.\n",
        };
    }
    text
}
