//! Profiles for services that make an alert of every result.

use std::fs;

use serde_json::{Value, json};

use crate::sarif::exports::{SUBSCRIPTION, account, event, id};
use crate::sarif::log::Log;
use crate::sarif::rules::{index, list};
use crate::sarif::text::links;
use crate::support::Case;

const PROFILES: [&str; 2] = ["github", "azure-devops"];

fn case(name: &str) -> Case {
    Case::all().into_iter().find(|case| case.name == name).expect("the case")
}

/// The log of a case in a profile.
fn log_of(case: &Case, profile: &str) -> Log {
    let profile = ["--sarif-profile", profile].map(str::to_owned);
    let arguments: Vec<String> = case.arguments.iter().cloned().chain(profile).collect();
    Log::of(&case.name, &case.folder, &arguments).expect("a log")
}

/// The log of exports in a profile.
fn log_about(exports: &[(&str, Value)], profile: &str, more: &[&str]) -> Log {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, export) in exports {
        fs::write(folder.path().join(name), export.to_string()).expect("a file");
    }
    let arguments = ["audit", "--as-of", "2026-11-23", "--sarif-profile", profile, "."];
    let arguments: Vec<String> = arguments.iter().chain(more).map(|part| (*part).to_owned()).collect();
    Log::of(profile, folder.path(), &arguments).expect("a log")
}

/// Returns the alerts from a log of the profile `audit`. Some built-in controls and those in `own` are indicators.
fn alerts(whole: &Log, own: &[&str]) -> Vec<Value> {
    let rules = list(&whole.run()["tool"]["driver"]["rules"]).len();
    let is_waived = |result: &Value| !list(&result["suppressions"]).is_empty();
    let builtin = ["KR002", "KR003", "KR004", "KR005", "KR008", "KR009"];
    let counts = |rule: &str| !builtin.contains(&rule) && !own.contains(&rule);
    let open = |result: &Value| {
        let rule = result["ruleId"].as_str().expect("a rule").to_owned();
        (result["kind"] == "open" && counts(&rule) && !is_waived(result)).then_some(rule)
    };
    let mut unproven: Vec<String> = whole.results().iter().filter_map(open).collect();
    unproven.sort();
    unproven.dedup();
    let alert = |result: &Value| {
        if let Some(rule) = open(result) {
            let place = unproven.iter().position(|known| *known == rule).expect("a rule");
            let mut note = result.clone();
            note["ruleId"] = json!(format!("{rule}-unproven"));
            note["ruleIndex"] = json!(rules + place);
            note["kind"] = json!("fail");
            note["level"] = json!("note");
            return Some(note);
        }
        (result["kind"] == "fail" && !is_waived(result)).then(|| result.clone())
    };
    whole.results().iter().filter_map(alert).collect()
}

/// If the evidence is gone, the log has as many alerts as before, and a baseline finds each of them again.
#[test]
fn an_account_whose_log_is_gone_stays_an_alert() {
    let (first, second) = (id(SUBSCRIPTION, "rg", "one"), id(SUBSCRIPTION, "rg", "two"));
    let accounts = json!([account(&first, "2024-01-05T00:00:00Z"), account(&second, "2024-01-05T00:00:00Z")]);
    let old = event(&first, "2026-08-24T00:00:00Z", 1, "Succeeded", "auditor@contoso.com");
    let log = json!([old, event(&second, "2026-08-24T01:00:00Z", 2, "Succeeded", "auditor@contoso.com")]);
    let declared = ["--coverage", "*=2026-08-20T00:00:00Z..2026-11-23T00:00:00Z"];
    let with_log = [("accounts.json", accounts.clone()), ("activity.json", log)];
    let without_log = [("accounts.json", accounts)];
    let prints = |log: &Log, rule: &str| -> Vec<Value> {
        let of_rule = log.results().iter().filter(|result| result["ruleId"] == rule);
        of_rule.map(|result| result["partialFingerprints"].clone()).collect()
    };
    for profile in PROFILES {
        let before = log_about(&with_log, profile, &declared);
        let after = log_about(&without_log, profile, &[]);
        let overdue = prints(&before, "KR001");
        assert_eq!(overdue.len(), 2, "{profile}: {:?}", before.results());
        assert_eq!(prints(&after, "KR001-unproven"), overdue, "{profile}");
        for result in after.results() {
            let place = index(&result["ruleIndex"]).expect("an index");
            let rule = &after.run()["tool"]["driver"]["rules"][place];
            assert_eq!(rule["id"], result["ruleId"], "{profile}");
            assert_eq!((&result["kind"], &result["level"]), (&json!("fail"), &json!("note")), "{profile}");
        }
        let folder = tempfile::tempdir().expect("a folder");
        let baseline = folder.path().join("baseline.sarif");
        fs::write(&baseline, after.sarif.to_string()).expect("a baseline");
        let baseline = baseline.to_str().expect("a path");
        let again = log_about(&without_log, "audit", &["--baseline", baseline, "--fail-on-new"]);
        let verdicts = again.results().iter().filter(|result| result["ruleId"] == "KR001");
        let states: Vec<(&Value, &Value)> =
            verdicts.map(|result| (&result["kind"], &result["baselineState"])).collect();
        assert_eq!(states, [(&json!("open"), &json!("unchanged")); 2], "{profile}");
        assert!(again.absent.is_empty(), "{profile}: {:?}", again.absent);
        let overdue_again =
            log_about(&with_log, "audit", &[&declared[..], &["--baseline", baseline]].concat());
        let new = overdue_again.json["baseline"]["updated"].as_u64();
        assert_eq!(new, Some(2), "{profile}: {}", overdue_again.json["baseline"]);
    }
}

#[test]
fn a_profile_has_the_failures_without_waivers_and_counts_the_rest() {
    for name in [
        "waivers/holds",
        "waivers/expired",
        "waivers/of-what-is-unproven",
        "baseline/has-an-account-that-is-gone",
        "baseline/has-it-open",
        "policies/own-control-open",
        "policies/own-indicator-open",
        "policies/own-indicator-open-and-asked-for",
    ] {
        let case = case(name);
        let whole = log_of(&case, "audit");
        let own: &[&str] = if name == "policies/own-indicator-open" { &["ACME001"] } else { &[] };
        let expected = alerts(&whole, own);
        let all = whole.results().len() + whole.absent.len();
        let said = format!("leaves out {} of {all} results", all - expected.len());
        // The only result is the open one, and `--control` makes it count.
        let is_whole = name == "policies/own-indicator-open-and-asked-for";
        assert_eq!(all == expected.len(), is_whole, "{name}");
        for profile in PROFILES {
            let alerts = log_of(&case, profile);
            assert_eq!(alerts.results(), expected, "{name}, {profile}");
            assert!(alerts.absent.is_empty(), "{name}, {profile}");
            let messages = alerts.messages_outside_results();
            let start = format!("The profile {profile} {said}");
            let is_counted = messages.iter().any(|text| text.starts_with(&start));
            assert_ne!(is_counted, is_whole, "{start}: {messages:?}");
        }
    }
}

/// A control about each account, and one about the evidence, which fail or are open by the tags of the accounts.
const BY_TAGS: [&str; 2] = [
    r#"# METADATA
# title: Accounts must be in order
# description: Accounts must be in order.
# custom:
#   id: ACME003
#   name: Order
#   level: error
package acme.order

violation contains {"message": "The account is not in order."} if input.account.tags.order == "no"

unproven contains {"message": "No tag shows whether the account is in order."} if not input.account.tags.order
"#,
    r#"# METADATA
# title: The evidence must be in order
# description: The evidence must be in order.
# custom:
#   about: evidence
#   id: ACME004
#   name: EvidenceOrder
#   level: error
package acme.evidence_order

violation contains {"subject": account.id, "message": "The account is not in order."} if {
	some account in input.accounts
	account.tags.order == "no"
}

unproven contains {"subject": account.id, "message": "No tag shows whether the account is in order."} if {
	some account in input.accounts
	not account.tags.order
}
"#,
];

/// In a profile, the open results of each control have a separate rule. A baseline matches them with the failures of
/// the control, in both directions.
#[test]
fn a_finding_of_an_own_control_whose_evidence_is_gone_stays_an_alert() {
    let policies = tempfile::tempdir().expect("a folder");
    for (name, policy) in ["order.rego", "evidence_order.rego"].into_iter().zip(BY_TAGS) {
        fs::write(policies.path().join(name), policy).expect("a file");
    }
    let policy = ["--policy", policies.path().to_str().expect("a path"), "--no-builtin-policies"];
    let with = |tags: Value| {
        let accounts = ["one", "two"].map(|name| {
            let mut account = account(&id(SUBSCRIPTION, "rg", name), "2024-01-05T00:00:00Z");
            account["tags"] = tags.clone();
            account
        });
        [("accounts.json", json!(accounts))]
    };
    let (known, unknown) = (with(json!({"order": "no"})), with(json!({})));
    let prints = |log: &Log| -> Vec<Value> {
        log.results().iter().map(|result| result["partialFingerprints"].clone()).collect()
    };
    let rules = |log: &Log| -> Vec<Value> {
        log.results()
            .iter()
            .map(|result| json!([result["ruleId"], result["kind"], result["level"]]))
            .collect()
    };
    for profile in PROFILES {
        let (failed, open) = (log_about(&known, profile, &policy), log_about(&unknown, profile, &policy));
        let expected = ["ACME003", "ACME003", "ACME004", "ACME004"];
        assert_eq!(rules(&failed), expected.map(|rule| json!([rule, "fail", "error"])), "{profile}");
        let expected = expected.map(|rule| json!([format!("{rule}-unproven"), "fail", "note"]));
        assert_eq!(rules(&open), expected, "{profile}");
        assert_eq!(prints(&open), prints(&failed), "{profile}");
        for result in open.results() {
            let place = index(&result["ruleIndex"]).expect("an index");
            assert_eq!(open.run()["tool"]["driver"]["rules"][place]["id"], result["ruleId"], "{profile}");
        }
        for (before, after, outcomes) in
            [(&failed, &unknown, [4, 0]), (&open, &unknown, [0, 4]), (&open, &known, [4, 0])]
        {
            let folder = tempfile::tempdir().expect("a folder");
            let baseline = folder.path().join("baseline.sarif");
            fs::write(&baseline, before.sarif.to_string()).expect("a baseline");
            let baseline = ["--baseline", baseline.to_str().expect("a path"), "--fail-on-new"];
            let log = log_about(after, "audit", &[&policy[..], &baseline].concat());
            assert!(log.absent.is_empty(), "{profile}: {:?}", log.absent);
            let counts = &log.json["baseline"];
            assert_eq!(
                [&counts["updated"], &counts["unchanged"]],
                outcomes.map(|count| json!(count)).each_ref(),
                "{profile}: {counts}"
            );
            assert_eq!(counts["new"], 0, "{profile}: {counts}");
        }
    }
}

/// An error about the account gpt5000, which is the last.
const POLICY: &str = r#"# METADATA
# scope: package
# title: Accounts must not be the last
# description: Accounts must not be the last.
# custom:
#   id: ACME001
#   name: LastAccount
#   level: error
package acme.last_account

violation contains {"message": "The account is the last."} if input.account.name == "gpt5000"
"#;

#[test]
fn a_profile_keeps_the_most_severe_of_too_many_results() {
    let numbered = |number: usize| format!("gpt{number:04}");
    let accounts: Vec<Value> = (0..=5_000)
        .map(|number| account(&id(SUBSCRIPTION, "rg", &numbered(number)), "2025-01-01T00:00:00Z"))
        .collect();
    let policies = tempfile::tempdir().expect("a folder");
    let policy = policies.path().join("last_account.rego");
    fs::write(&policy, POLICY).expect("a file");
    let policy = policy.to_str().expect("a path");
    let more = ["--policy", policy, "--control", "KR008", "--control", "ACME001"];
    let exports = [("accounts.json", Value::from(accounts))];
    for profile in PROFILES {
        let log = log_about(&exports, profile, &more);
        let kept: Vec<(&str, &str)> = log
            .results()
            .iter()
            .map(|result| {
                let name = &result["locations"][0]["logicalLocations"][0]["name"];
                (result["level"].as_str().unwrap_or_default(), name.as_str().unwrap_or_default())
            })
            .collect();
        let names: Vec<String> = (0..4_999).map(numbered).collect();
        let notes = names.iter().map(|name| ("note", name.as_str()));
        let expected: Vec<(&str, &str)> = std::iter::once(("error", "gpt5000")).chain(notes).collect();
        assert!(kept == expected, "{profile}: {} results, first {:?}", kept.len(), kept.first());
        let messages = log.messages_outside_results();
        for part in ["leaves out 5000 of 10002 results", "leaves out 2 of 5002 results"] {
            assert!(messages.iter().any(|text| text.contains(part)), "{profile}: {part}: {messages:?}");
        }
    }
}

/// A finding about every account, with 150 records.
const WITH_RECORDS: &str = r#"# METADATA
# scope: package
# title: Accounts must have few records
# description: Accounts must have few records.
# custom:
#   id: ACME002
#   name: FewRecords
#   level: error
package acme.few_records

records := [{"input": 0, "line": 1, "text": "A record."} | some _ in numbers.range(1, 150)]

violation contains {"message": "The account has many records.", "evidence": records}
"#;

#[test]
fn a_profile_lists_no_more_locations_than_the_services_keep() {
    let policies = tempfile::tempdir().expect("a folder");
    let policy = policies.path().join("few_records.rego");
    fs::write(&policy, WITH_RECORDS).expect("a file");
    let more = ["--policy", policy.to_str().expect("a path"), "--control", "ACME002"];
    let account = account(&id(SUBSCRIPTION, "rg", "gpt"), "2024-01-05T00:00:00Z");
    let exports = [("accounts.json", json!([account]))];
    for (profile, kept) in [("audit", 150), ("github", 99), ("azure-devops", 99)] {
        let log = log_about(&exports, profile, &more);
        let result = &log.results()[0];
        let text = result["message"]["text"].as_str().unwrap_or_default();
        assert_eq!(list(&result["relatedLocations"]).len(), kept, "{profile}");
        assert_eq!(links(text).expect("the links are valid").len(), kept, "{profile}: {text}");
        assert_eq!(text.ends_with(", and 51 more"), kept == 99, "{profile}: {text}");
    }
}
