//! The recorded samples next to the project are read without loss.

use serde_json::Value;

use crate::support::{rotaudit, shared, stderr, stdout};

/// The format of each sample, how many records it has, and the exit status of an audit of it alone.
const SAMPLES: [(&str, &str, u64, i32); 10] = [
    ("accounts_az_cli_2.91_rendered.json", "accounts/az", 2, 3),
    ("accounts_rest_list_2017-04-18_c7n.json", "accounts/rest", 1, 3),
    ("accounts_rest_list_2025-06-01_c7n.json", "accounts/rest", 2, 3),
    ("accounts_rest_list_after_regenerateKey_2022-03-01_azcli_crud.json", "accounts/rest", 1, 3),
    ("azcli_cassette_account_recover_2021-10-01.json", "accounts/show", 1, 3),
    ("activity_az_cli_2.91_rendered_spec.json", "activity-log/az", 1, 3),
    ("activity_rest_list_spec.json", "activity-log/rest", 1, 3),
    ("activity_rest_redacted_stratus_vm_runcommand.json", "activity-log/az", 1, 3),
    ("activity_rest_select_4fields_c7n.json", "activity-log/rest", 1, 3),
    ("activity_rest_error_90days_azcli_cassette.json", "failed-export", 0, 2),
];

/// An account list that is audited with each sample, so that a log is never alone.
const ACCOUNT: &str = "accounts_az_cli_2.91_rendered.json";

#[test]
fn every_sample_is_read_completely() {
    let Some(shared) = shared() else { return };
    let data = shared.join("data");
    for (name, format, records, status) in SAMPLES {
        let mut command = rotaudit(&data);
        command.args(["audit", "--as-of", "2026-11-23", "--kind", "all", "--format", "json", name, ACCOUNT]);
        let output = command.output().expect("the program runs");
        assert_eq!(output.status.code(), Some(status), "{name}: {}", stderr(&output));
        let report: Value = serde_json::from_str(stdout(&output)).expect("a report");
        let inputs = report["inputs"].as_array().expect("inputs");
        let input = inputs.iter().find(|input| input["path"] == name).expect("the sample among the inputs");
        assert_eq!((&input["format"], &input["records"]), (&format.into(), &records.into()), "{name}");
    }
}

/// The facts in the recordings are read: the kind, the creation, and that local authentication is on if it is not
/// mentioned.
#[test]
fn an_account_is_what_its_recording_says() {
    let Some(shared) = shared() else { return };
    let mut command = rotaudit(&shared.join("data"));
    command.args(["audit", "--as-of", "2026-06-17T21:35:01.7780743Z", "--format", "json", ACCOUNT]);
    let report: Value =
        serde_json::from_str(stdout(&command.output().expect("the program runs"))).expect("a report");
    let account = |name: &str| {
        let mut accounts = report["accounts"].as_array().expect("accounts").iter();
        accounts.find(|account| account["name"] == name).expect("the account").clone()
    };
    // Created exactly 90 days before the audit, to the last digit: the age is exactly the limit.
    let foundry = account("cctestaifoundry093541471074");
    assert_eq!(foundry["oldest_key"]["set_at"]["earliest"], "2026-03-19T21:35:01.7780743Z");
    assert_eq!(foundry["oldest_key"]["age_days"]["max"], 90.0);
    assert_eq!((&foundry["verdict"], &foundry["kind"]), (&"compliant".into(), &"AIServices".into()));
    assert_eq!(account("cctestcogdeploy")["verdict"], "compliant");
}

/// An event with only four fields left still has its resource and time. Without a status, it proves nothing.
#[test]
fn a_log_without_its_times_is_named_and_the_rest_is_read() {
    let Some(shared) = shared() else { return };
    let mut command = rotaudit(&shared.join("data"));
    command.args([
        "audit",
        "--as-of",
        "2026-11-23",
        "activity_rest_redacted_stratus_cognitive_write_listKeys.json",
    ]);
    let output = command.arg(ACCOUNT).output().expect("the program runs");
    assert_eq!(output.status.code(), Some(2));
    let said = "listKeys.json:2: the event has no eventTimestamp, and 1 more likewise";
    assert!(stderr(&output).contains(said), "{}", stderr(&output));
    assert!(stdout(&output).contains("\nINCOMPLETE  2 unproven · "), "{}", stdout(&output));
}
