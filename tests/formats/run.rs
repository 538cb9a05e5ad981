//! Runs the program on exports of some format, and holds what it says against what it says of the same as `az` has it.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use proptest::test_runner::TestCaseError;
use serde_json::{Map, Value, json};

use crate::logs;
use crate::support::{rotaudit, stderr, stdout};
use crate::tenant::{Account, Event, Tenant};

/// A path below the folder that is audited, and the file's bytes.
pub(crate) type File = (String, Vec<u8>);

/// What the program said.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) exit: Option<i32>,
    pub(crate) errors: String,
    pub(crate) report: Value,
}

/// What of an account's result its evidence decides, whatever the format.
const DECIDED: [&str; 6] = ["verdict", "kind", "oldest_key", "keys", "gaps", "coverage"];

pub(crate) fn file(path: impl Into<String>, bytes: impl Into<Vec<u8>>) -> File {
    (path.into(), bytes.into())
}

fn write(folder: &Path, files: &[File]) {
    for (path, bytes) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, bytes).expect("a file");
    }
}

/// Audits a folder with these files in it.
pub(crate) fn audit(files: &[File], arguments: &[String]) -> Answer {
    audit_with(files, arguments, None)
}

/// Likewise, and with something on standard input.
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
    let errors = stderr(&output).to_owned();
    let report = serde_json::from_str(stdout(&output)).unwrap_or_else(|error| panic!("{error}: {errors}"));
    Answer { exit: output.status.code(), errors, report }
}

impl Answer {
    pub(crate) fn accounts(&self) -> &[Value] {
        self.report["accounts"].as_array().expect("accounts")
    }

    /// What the evidence decides of each account, by its id.
    pub(crate) fn decided(&self) -> Map<String, Value> {
        let accounts = self.accounts().iter().map(|account| {
            let members = DECIDED.iter().map(|name| ((*name).to_owned(), account[*name].clone()));
            (account["id"].as_str().expect("an id").to_owned(), Value::Object(members.collect()))
        });
        accounts.collect()
    }

    /// The report but for what tells how its inputs were packed.
    pub(crate) fn unpacked(&self) -> Value {
        let mut report = self.report.clone();
        for input in report["inputs"].as_array_mut().expect("inputs") {
            for member in ["sha256", "bytes", "format"] {
                input[member] = Value::Null;
            }
        }
        report
    }

    /// Nothing but the verdicts decides the exit status.
    fn assert_read(&self) -> Result<(), TestCaseError> {
        if self.exit == Some(2) || !self.errors.is_empty() {
            return Err(TestCaseError::fail(format!("exit status {:?}: {}", self.exit, self.errors)));
        }
        Ok(())
    }
}

/// The account list and the logs as az has them: a file of each subscription.
pub(crate) fn az_accounts(tenants: &[Tenant]) -> File {
    let accounts = tenants.iter().flat_map(|tenant| &tenant.accounts).map(Account::az);
    file("accounts.json", logs::pretty(&accounts.collect()))
}

pub(crate) fn az_logs(tenants: &[Tenant]) -> Vec<File> {
    logs_in(tenants, "json", |log| logs::az(log).into_bytes())
}

/// Every subscription's log as `write` has it.
pub(crate) fn logs_in(tenants: &[Tenant], ending: &str, write: impl Fn(&[&Event]) -> Vec<u8>) -> Vec<File> {
    let with_events = tenants.iter().filter(|tenant| !tenant.log.is_empty());
    with_events
        .map(|tenant| {
            let log: Vec<&Event> = tenant.log.iter().collect();
            file(format!("{}.{ending}", tenant.subscription), write(&log))
        })
        .collect()
}

/// All subscriptions' events, newest first.
pub(crate) fn joined(tenants: &[Tenant]) -> Vec<&Event> {
    let mut log: Vec<&Event> = tenants.iter().flat_map(|tenant| &tenant.log).collect();
    log.sort_by_key(|event| -event.at);
    log
}

pub(crate) fn az_answer(tenants: &[Tenant], arguments: &[String]) -> Answer {
    let mut files = az_logs(tenants);
    files.push(az_accounts(tenants));
    audit(&files, arguments)
}

/// Whether `logs` lead to what the same events lead to as az has them, and without a complaint.
pub(crate) fn agrees(tenants: &[Tenant], arguments: &[String], logs: Vec<File>) -> Result<(), TestCaseError> {
    let expected = az_answer(tenants, arguments);
    expected.assert_read()?;
    let mut files = logs;
    files.push(az_accounts(tenants));
    same(&expected, &audit(&files, arguments), false)
}

/// Whether the evidence decides the same in both answers; with `any_basis`, from whatever its coverage is known.
pub(crate) fn same(expected: &Answer, found: &Answer, any_basis: bool) -> Result<(), TestCaseError> {
    found.assert_read()?;
    let decided = |answer: &Answer| {
        let mut decided = answer.decided();
        for window in decided.values_mut().filter_map(|account| account["coverage"].as_array_mut()).flatten()
        {
            if any_basis {
                window["basis"] = Value::Null;
            }
        }
        decided
    };
    let (expected_accounts, mut found_accounts) = (decided(expected), decided(found));
    for (id, account) in expected_accounts {
        let other = found_accounts.remove(&id);
        if other.as_ref() != Some(&account) {
            let other = other.unwrap_or_default();
            let both = format!("{id}\n  as az has it: {account}\n  as it is here: {other}");
            return Err(TestCaseError::fail(format!("{both}\n  notes: {}", found.report["notes"])));
        }
    }
    if !found_accounts.is_empty() || expected.exit != found.exit {
        let what = format!("exit status {:?}, not {:?}; {found_accounts:?}", found.exit, expected.exit);
        return Err(TestCaseError::fail(what));
    }
    Ok(())
}

/// Whether an answer that rests on less never says more: no verdict that the full evidence denies, and no bound tighter.
pub(crate) fn is_weaker(full: &Answer, less: &Answer) -> Result<(), TestCaseError> {
    less.assert_read()?;
    let (all, found) = (full.decided(), less.decided());
    let said = |account: &Value| account["verdict"].as_str().unwrap_or_default().to_owned();
    for (id, account) in &all {
        let other = found.get(id).ok_or_else(|| TestCaseError::fail(format!("{id} is missing")))?;
        let (full, less) = (said(account), said(other));
        if full == "not_applicable" {
            // Its keys have an age all the same; that nobody can use them is what is not known.
            continue;
        }
        let is_denied = less != "unproven" && less != full;
        if is_denied || bounds_are_tighter(account, other) {
            let both = format!("{id}\n  as az has it: {account}\n  with less: {other}");
            return Err(TestCaseError::fail(both));
        }
    }
    Ok(())
}

fn bounds_are_tighter(full: &Value, less: &Value) -> bool {
    let keys = |account: &Value| -> Vec<Value> {
        let keys = account["keys"].as_array().into_iter().flatten().cloned();
        keys.chain([account["oldest_key"].clone()]).map(|key| key["set_at"].clone()).collect()
    };
    let (all, found) = (keys(full), keys(less));
    // Times of one form sort as texts; an open bound is before them all.
    let at = |bound: &Value| bound.as_str().map(|text| text.trim_end_matches('Z').to_owned());
    all.len() != found.len()
        || all.iter().zip(&found).any(|(all, found)| {
            at(&found["earliest"]) > at(&all["earliest"]) || at(&found["latest"]) < at(&all["latest"])
        })
}

/// `--coverage` for everything in the ninety days before the audit.
pub(crate) fn declared() -> Vec<String> {
    vec!["--coverage".to_owned(), "*=2026-08-24T00:00:00Z..2026-11-23T00:00:00Z".to_owned()]
}

/// An envelope around a list.
pub(crate) fn envelope(name: &str, list: impl IntoIterator<Item = Value>, more: Value) -> Value {
    let mut envelope = json!({name: list.into_iter().collect::<Vec<Value>>()});
    if let (Value::Object(envelope), Value::Object(more)) = (&mut envelope, more) {
        envelope.extend(more);
    }
    envelope
}
