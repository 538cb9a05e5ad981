//! Runs the program on exports in some format, and compares its answer with the answer to the same data as `az` exports
//! it.

use std::io::Write;
use std::process::Stdio;

use proptest::test_runner::TestCaseError;

use crate::formats::answer::{Answer, same};
use crate::formats::files::{File, az_accounts, az_logs, write};
use crate::formats::tenant::Tenant;
use crate::support::{complaints, rotaudit, stdout};

/// Audits a folder with these files in it.
pub(crate) fn audit(files: &[File], arguments: &[String]) -> Answer {
    audit_with(files, arguments, None)
}

/// Like [`audit`], with input on standard input.
pub(crate) fn audit_with(files: &[File], arguments: &[String], input: Option<&[u8]>) -> Answer {
    let folder = tempfile::tempdir().expect("a folder");
    write(folder.path(), files);
    let mut command = rotaudit(folder.path());
    command.args(["audit", "--as-of", "2026-11-23", "--format", "json"]).args(arguments).arg(".");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    if input.is_some() {
        command.arg("-");
    }
    let mut child = command.spawn().expect("the program starts");
    let mut pipe = child.stdin.take().expect("a pipe");
    pipe.write_all(input.unwrap_or_default()).expect("the program reads");
    drop(pipe);
    let output = child.wait_with_output().expect("the program ends");
    let errors = complaints(&output);
    let report = serde_json::from_str(stdout(&output)).unwrap_or_else(|error| panic!("{error}: {errors}"));
    Answer { exit: output.status.code(), errors, report }
}

pub(crate) fn az_answer(tenants: &[Tenant], arguments: &[String]) -> Answer {
    let mut files = az_logs(tenants);
    files.push(az_accounts(tenants));
    audit(&files, arguments)
}

/// Fails unless `logs` give the same answer as the same events in the form of az, without an error.
pub(crate) fn agrees(tenants: &[Tenant], arguments: &[String], logs: Vec<File>) -> Result<(), TestCaseError> {
    let expected = az_answer(tenants, arguments);
    expected.assert_read()?;
    let mut files = logs;
    files.push(az_accounts(tenants));
    same(&expected, &audit(&files, arguments), false)
}

/// `--coverage` for everything in the ninety days before the audit.
pub(crate) fn declared() -> Vec<String> {
    vec!["--coverage".to_owned(), "*=2026-08-24T00:00:00Z..2026-11-23T00:00:00Z".to_owned()]
}

/// Returns the same options, without observed coverage.
pub(crate) fn strictly_declared() -> Vec<String> {
    declared().into_iter().chain(["--strict-coverage".to_owned()]).collect()
}
