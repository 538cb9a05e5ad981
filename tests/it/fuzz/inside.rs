//! The work of `rotaudit audit` without its process and its outputs.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use clap::Parser;
use rotaudit::audit::{AuditRequest, Rules};
use rotaudit::cli::{Cli, Command};
use rotaudit::model::{Facts, ProvenAccount, Report, Severity};
use rotaudit::prove::{self, ProofQuestion, Proven};
use rotaudit::report::{self, Format, Style};
use serde_json::{Value, json};

use crate::formats::answer::Answer;
use crate::formats::files::{File, write};

const MAX_AGE_DAYS: u32 = 90;

/// The arguments of the fuzzers affect only the evidence, so the rules are loaded once.
static RULES: LazyLock<Rules> = LazyLock::new(|| {
    let request = request(&[]);
    Rules::load(&request.question, &request.criteria).expect("the built-in policies")
});

fn request(arguments: &[String]) -> AuditRequest {
    let fixed = ["rotaudit", "audit", "--as-of", "2026-11-23", "--kind", "all", "."].map(str::to_owned);
    match Cli::try_parse_from(fixed.iter().chain(arguments)).map(|cli| cli.command) {
        Ok(Command::Audit(arguments)) => arguments.into_request().expect("a request"),
        other => panic!("no audit: {other:?}"),
    }
}

/// Returns the proof from the exports in a folder, read on `jobs` threads; `None` if none of them is an account list.
/// The arguments select what counts as evidence.
pub(crate) fn proven(folder: &Path, arguments: &[String], jobs: usize) -> Option<(ProofQuestion, Proven)> {
    let mut question = request(arguments).question;
    question.paths = vec![PathBuf::from(folder)];
    question.reading.jobs = jobs;
    // The blocks are small, so that several threads share most files. A single thread reads in blocks of the same size,
    // because how much can be unpacked from damaged packed data depends on the size of each read.
    question.reading.block = 500;
    question.reading.shows_progress = false;
    let proven = prove::prove(&question, &[], MAX_AGE_DAYS).ok()?;
    Some((question, proven))
}

/// The whole audit.
pub(crate) fn report(folder: &Path, arguments: &[String]) -> Option<Report> {
    let (question, proven) = proven(folder, arguments, 1)?;
    Some(RULES.judge(&question, proven).expect("the built-in policies answer"))
}

pub(crate) fn rendered(report: &Report, format: Format) -> String {
    let style = Style { verbose: true, ..Style::default() };
    let mut written = Vec::new();
    report::write(report, format, &style, 2, &mut written).expect("a report can be written");
    String::from_utf8(written).expect("a report is UTF-8")
}

/// The answer about a folder with these files, without findings, since policies take ten times as long.
pub(crate) fn answer(files: &[File], arguments: &[String]) -> Option<Answer> {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), files);
    let (_, proven) = proven(folder.path(), arguments, 1)?;
    let is_complete = proven.notes.iter().all(|note| note.severity != Severity::Error);
    let accounts = proven.accounts.iter().map(|ProvenAccount { account, proof }| {
        let facts = Facts::new(account, proof, proven.as_of, proven.as_of_basis);
        let keys: Vec<Value> = facts.keys.iter().map(|key| json!({ "set_at": key.set_at })).collect();
        json!({
            "id": facts.account.id, "kind": facts.account.kind, "keys": keys,
            "verdict": proof.verdict, "rests_on": proof.rests_on, "undecidable": facts.undecidable,
            "oldest_key": facts.oldest_key, "gaps": facts.gaps, "coverage": facts.coverage,
        })
    });
    let report =
        json!({ "accounts": accounts.collect::<Vec<Value>>(), "notes": format!("{:?}", proven.notes) });
    Some(Answer { exit: Some(if is_complete { 0 } else { 2 }), errors: String::new(), report })
}
