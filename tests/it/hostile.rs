//! Policies that loop, allocate, recurse or reach out: each ends the audit with status 2 and says why. If an evaluation
//! fails or exceeds a limit, the report has the control as unproven; otherwise no report is written.
//!
//! The policies are in `tests/hostile`. A first line `# expect: …` names a text in the error, or, after `|`, an
//! alternative: a busy machine can run out of time before it runs out of memory. A first line `# report: …` names a
//! text in the error if there is a report.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::sarif::log::Log;
use crate::sarif::table::broken;
use crate::support::{root, rotaudit, stderr};

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
    let log: Value = serde_json::from_str(&log).map_err(|error| error.to_string())?;
    let results = log["runs"][0]["results"].as_array().ok_or("no results")?;
    let mut own =
        results.iter().filter(|result| result["ruleId"].as_str().is_some_and(|id| id.starts_with('H')));
    let is_open = |result: &Value| {
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

/// A control that never ends for the accounts for which `condition` is true.
fn endless(number: usize, condition: &str) -> String {
    let count = "in numbers.range(1, 5000)";
    format!(
        "# METADATA\n# scope: package\n# title: t\n# description: d\n# custom:\n#   id: H{number}\n#   name: H{number}\n\
         #   level: warning\npackage hostile.h{number}\n\nviolation contains {{\"message\": \"m\"}} if {{\n\t{condition}\n\
         \tsome i {count}\n\tsome j {count}\n\tsome k {count}\n\ti + j + k < 0\n}}\n"
    )
}

/// A folder of policies, each named after its position.
fn folder_of(policies: &[String]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (index, policy) in policies.iter().enumerate() {
        fs::write(folder.path().join(format!("{index}.rego")), policy).expect("a policy is written");
    }
    folder
}

/// The control, subject, kind and message of each result of a control that is not hostile.
fn other_results(log: &Log) -> BTreeSet<String> {
    let results = log.sarif["runs"][0]["results"].as_array().expect("results").iter();
    let others = results.filter(|result| result["ruleId"].as_str().is_some_and(|id| !id.starts_with('H')));
    others
        .map(|result| {
            let members = ["ruleId", "partialFingerprints", "kind", "message"].map(|member| &result[member]);
            serde_json::to_string(&members).expect("JSON")
        })
        .collect()
}

#[test]
fn a_loop_for_one_account_names_it_and_changes_no_result_of_another_control() {
    let folder = folder_of(&[endless(1, "endswith(input.account.id, \"/contoso-openai-chat\")")]);
    let policy = folder.path().join("0.rego").display().to_string();
    let audit = |more: &[&str]| {
        let arguments = [&["audit", "--as-of", "2026-11-23", "."], more].concat();
        let arguments: Vec<String> = arguments.into_iter().map(str::to_owned).collect();
        Log::of("a loop", &root().join("fixtures"), &arguments).expect("a report")
    };
    let logs = ["1", "3"].map(|jobs| audit(&["--policy", &policy, "--jobs", jobs]));
    assert_eq!(logs[0].sarif, logs[1].sarif);
    assert_eq!(logs[0].json, logs[1].json);
    assert_eq!(broken(&logs[0]), Vec::<String>::new());
    assert_eq!(other_results(&logs[0]), other_results(&audit(&[])));
    let notes = logs[0].json["notes"].as_array().expect("notes");
    let message = notes.iter().filter_map(Value::as_str).find(|note| note.starts_with("H1 "));
    let message = message.expect("a note about H1");
    assert!(message.contains("its rule violation took more than 5 seconds for /subscriptions/"), "{message}");
    assert!(message.contains("/contoso-openai-chat (") && message.contains("0.rego:11)"), "{message}");
}

#[test]
fn after_three_controls_that_exceed_a_limit_the_others_of_the_user_are_left_out() {
    let policies: Vec<String> = (1..=4).map(|number| endless(number, "true")).collect();
    let folder = folder_of(&policies);
    let mut command = rotaudit(&root());
    command.args(["audit", "--as-of", "2026-11-23", "--format", "csv", "--policy"]).arg(folder.path());
    let output = command.arg("fixtures").output().expect("the program runs");
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    let errors = stderr(&output);
    let causes = ["took more than 5 seconds", "3 other controls exceeded a limit of time or memory"];
    assert_eq!(causes.map(|cause| errors.matches(cause).count()), [3, 1], "{errors}");
    assert!(String::from_utf8_lossy(&output.stdout).contains(",KR001,"));
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
