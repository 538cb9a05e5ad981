//! Policies that loop, allocate, recurse or reach out: each ends the audit with status 2 and says why. No report is
//! written, except for an evaluation that fails by itself: then the report has the control as unproven.
//!
//! `tests/hostile` has them; a first line `# expect: …` names a text in the error, or, after `|`, another one: a
//! busy machine can be out of time before it is out of memory. A first line `# report: …` names a text in the error if
//! there is a report.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::support::{root, rotaudit};

/// Far more than any machine takes: a policy that hangs fails the test instead of hanging it.
const PATIENCE: Duration = Duration::from_mins(10);

fn policies() -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join("tests/hostile")).expect("tests/hostile");
    let mut policies: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    policies.sort();
    policies
}

#[test]
fn every_hostile_policy_ends_with_an_error_and_never_passes() {
    let policies = policies();
    assert!(policies.len() > 20, "only {} policies were found", policies.len());
    let failures: Vec<String> = policies
        .iter()
        .filter_map(|policy| check(policy).err().map(|why| format!("{}: {why}", policy.display())))
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

fn check(policy: &Path) -> Result<(), String> {
    let text = fs::read_to_string(policy).map_err(|error| error.to_string())?;
    let first = text.lines().next().unwrap_or_default();
    let with_report = first.strip_prefix("# report: ");
    let expected = with_report.or(first.strip_prefix("# expect: ")).ok_or("no # expect or # report")?;
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let report = folder.path().join("report.sarif");
    let (out, err) = (folder.path().join("out"), folder.path().join("err"));
    let file = |path: &Path| File::create(path).map(Stdio::from).map_err(|error| error.to_string());
    let mut command = rotaudit(&root());
    command.args(["audit", "--as-of", "2026-11-23", "--jobs", "2", "--policy"]).arg(policy);
    command.arg("-o").arg(&report).arg("fixtures").stdout(file(&out)?).stderr(file(&err)?);
    let status = wait(command.spawn().map_err(|error| error.to_string())?)?;
    let errors = fs::read_to_string(err).map_err(|error| error.to_string())?;
    if status.code() != Some(2) {
        return Err(format!("{status}, not exit status 2; {errors}"));
    }
    if !expected.split(" | ").any(|expected| errors.contains(expected)) {
        return Err(format!("{expected:?} is not in standard error: {errors}"));
    }
    if with_report.is_none() {
        let is_printed = fs::metadata(out).is_ok_and(|out| out.len() > 0);
        return if report.exists() || is_printed { Err("there is a report".to_owned()) } else { Ok(()) };
    }
    let log = fs::read_to_string(report).map_err(|error| format!("there is no report: {error}"))?;
    let log: serde_json::Value = serde_json::from_str(&log).map_err(|error| error.to_string())?;
    let results = log["runs"][0]["results"].as_array().ok_or("no results")?;
    let mut own =
        results.iter().filter(|result| result["ruleId"].as_str().is_some_and(|id| id.starts_with('H')));
    let is_open = |result: &serde_json::Value| {
        let text = result["message"]["text"].as_str().unwrap_or_default();
        result["kind"] == "open" && text.contains("The control cannot be evaluated: ")
    };
    if own.clone().count() == 0
        || !own.all(is_open)
        || log["runs"][0]["invocations"][0]["executionSuccessful"] != false
    {
        return Err("the report does not have the control as open".to_owned());
    }
    Ok(())
}

fn wait(mut child: Child) -> Result<ExitStatus, String> {
    let since = Instant::now();
    loop {
        match child.try_wait().map_err(|error| error.to_string())? {
            Some(status) => return Ok(status),
            None if since.elapsed() > PATIENCE => {
                drop(child.kill());
                return Err("it hangs".to_owned());
            }
            None => std::thread::sleep(Duration::from_millis(20)),
        }
    }
}
