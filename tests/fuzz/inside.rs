//! What `rotaudit audit` does, but for its process and its outputs.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use clap::Parser;
use rotaudit::audit::{Request, Rules};
use rotaudit::cli::{Cli, Command};
use rotaudit::model::Report;
use rotaudit::prove;
use rotaudit::report::{Format, Style, render};

use crate::answer::Answer;
use crate::files::{File, write};

/// What decides nothing but what is read does not change them.
static RULES: LazyLock<Rules> = LazyLock::new(|| {
    let request = request(&[]);
    Rules::load(&request.question, &request.criteria).expect("the built-in policies")
});

fn request(arguments: &[String]) -> Request {
    let fixed = ["rotaudit", "audit", "--as-of", "2026-11-23", "--kind", "all", "."].map(str::to_owned);
    match Cli::try_parse_from(fixed.iter().chain(arguments)).map(|cli| cli.command) {
        Ok(Command::Audit(arguments)) => arguments.into_request().expect("a request"),
        other => panic!("no audit: {other:?}"),
    }
}

/// The audit of a folder on so many threads; nothing where there is no account list in it. The arguments are about what
/// counts as evidence.
pub(crate) fn report(folder: &Path, arguments: &[String], jobs: usize) -> Option<Report> {
    let mut question = request(arguments).question;
    question.paths = vec![PathBuf::from(folder)];
    question.reading.jobs = jobs;
    question.reading.shows_progress = false;
    let proven = prove::prove(&question, &[]).ok()?;
    Some(RULES.judge(&question, proven).expect("the built-in policies answer"))
}

pub(crate) fn rendered(report: &Report, format: Format) -> String {
    let style = Style { verbose: true, ..Style::default() };
    render(report, format, style).expect("a report can be rendered")
}

/// What is said of a folder with these files in it, as the program says it in JSON.
pub(crate) fn answer(files: &[File], arguments: &[String]) -> Option<Answer> {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), files);
    let report = report(folder.path(), arguments, 1)?;
    let exit = if report.is_complete() { 0 } else { 2 };
    let json = rendered(&report, Format::Json);
    let report = serde_json::from_str(&json).expect("a report is JSON");
    Some(Answer { exit: Some(exit), errors: String::new(), report })
}
