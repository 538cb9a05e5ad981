//! A value that cannot be read never counts as harmless.

use super::*;
use crate::model::{KeyEvent, KeyName, KeyOperation, NamedKey};
use crate::read::Exports;

const GROUP: &str = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg";

/// Returns an event with this JSON as its operation and its resource.
fn event_of(operation: &str, resource: &str, members: &str) -> String {
    format!(
        "{{\"eventTimestamp\": \"2026-11-01T00:00:00Z\", \"operationName\": {operation}, \"resourceId\": {resource}{members}}}"
    )
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Returns everything that is read of a file with this content, with its unplaced events placed.
fn placed(text: &str) -> Exports {
    let mut exports = read(text);
    exports.place();
    exports
}

fn unreadable(exports: &Exports) -> Vec<String> {
    let of = |event: &KeyEvent| event.operation == KeyOperation::Unreadable;
    exports.key_events.iter().filter(|event| of(event)).map(|event| event.resource.to_string()).collect()
}

#[test]
fn an_operation_that_cannot_be_read_may_be_any() {
    for operation in [
        "\"Regenerate Key\"",
        "\"Schlüssel/erneuern\"",
        "\"@{localizedValue=Regenerate Key; value=Microsoft.CognitiveServices/accounts/regenerateKey/action}\"",
        "\"System.Object[]\"",
        "\"System.Collections.Generic.Dictionary`2[System.String,System.String]\"",
        "\"{\\\"value\\\": \\\"Microsoft.CognitiveServices/accounts/regenerateKey/action\\\"}\"",
        "\"{'value': 'Microsoft.CognitiveServices/accounts/regenerateKey/action'}\"",
        "42",
        "-1",
        "1.5",
        "true",
        "[\"Microsoft.CognitiveServices/accounts/regenerateKey/action\"]",
        "null",
        "\"\"",
        "{\"value\": null, \"localizedValue\": \"Regenerate Key\"}",
        "{\"value\": [1]}",
        "\"Microsoft.CognitiveServices/regenerateKey\"",
    ] {
        for resource in [account("gpt"), GROUP.to_owned(), format!("/subscriptions/{SUBSCRIPTION}")] {
            let status = ", \"status\": {\"value\": \"Succeeded\"}";
            let exports = read(&event_of(operation, &quoted(&resource), status));
            assert_eq!(errors(&exports).len(), 1, "{operation}");
            assert_eq!(unreadable(&exports), [resource], "{operation}");
            assert!(exports.logs[0].is_damaged && exports.logs[0].events == 0, "{operation}");
        }
        let child = quoted(&(account("gpt") + "/deployments/d"));
        assert_eq!(unreadable(&read(&event_of(operation, &child, ADMINISTRATIVE))), [""; 0], "{operation}");
    }
}

#[test]
fn flattened_objects_are_errors_with_help() {
    let exports = read(&event_of("\"@{value=x}\"", &quoted(&account("gpt")), ""));
    let help = exports.notes[0].help.as_deref();
    assert!(help.is_some_and(|help| help.contains("ConvertTo-Json -Depth 100")), "{help:?}");
    for properties in [
        "\"@{requestbody=x}\"",
        "\"System.Collections.Hashtable\"",
        "{\"Content\": \"System.Collections.Generic.Dictionary`2[System.String,System.String]\"}",
    ] {
        let text = event(1, REGENERATE, &format!(", \"properties\": {properties}"));
        let exports = read(&format!("[{text}, {text}]"));
        let warnings: Vec<&str> = exports.notes.iter().map(|note| note.text.as_str()).collect();
        assert!(matches!(warnings[..], [text] if text.contains("2 events")), "{warnings:?}");
        assert_eq!(exports.key_events.len(), 2);
    }
}

#[test]
fn every_spelling_of_an_operation_is_read() {
    for operation in [
        " Microsoft.CognitiveServices/accounts/regenerateKey/action\\n",
        "microsoft.cognitiveservices/accounts/REGENERATEKEY/action/",
        "Microsoft.CognitiveServices%2Faccounts%2FregenerateKey%2Faction",
    ] {
        let exports = read(&event(1, operation, ""));
        assert_eq!(exports.key_events.len(), 1, "{operation}");
        assert_eq!(exports.key_events[0].operation, KeyOperation::Regenerate, "{operation}");
        assert!(exports.notes.is_empty(), "{operation}: {:?}", exports.notes);
    }
}

#[test]
fn an_unknown_action_that_renews_a_key_is_an_uncertain_attempt() {
    let rotate = "Microsoft.CognitiveServices/accounts/rotateKeys/action";
    let members = ", \"status\": {\"value\": \"Succeeded\"}, \"properties\": {\"requestbody\": {\"keyName\": \"Key1\"}}";
    let text = event(1, rotate, members);
    let exports = read(&format!("[{text}, {text}]"));
    let known = |event: &KeyEvent| (event.operation, event.status, event.key);
    let uncertain = (KeyOperation::Regenerate, Status::Other, NamedKey::Unnamed);
    let found: Vec<_> = exports.key_events.iter().map(|event| known(event)).collect();
    assert_eq!(found, [uncertain; 2]);
    assert_eq!(exports.notes.len(), 1);
    assert_eq!(exports.notes[0].severity, Severity::Warning);
    let child = text.replace("/accounts/gpt", "/accounts/gpt/deployments/d");
    assert!(read(&child).key_events.is_empty());
}

#[test]
fn an_event_of_a_resource_that_cannot_be_read_may_be_of_any_account() {
    let subscription = format!("/subscriptions/{SUBSCRIPTION}");
    let other = event(2, WRITE, ADMINISTRATIVE);
    for resource in ["\"gpt\"", "null", "[]", "5", "\"/subscriptions//x\"", "\"@{id=x}\""] {
        for operation in ["\"Regenerate Key\"", &quoted(REGENERATE)] {
            let lost = event_of(operation, resource, ", \"status\": \"Succeeded\"");
            // The log names the subscription.
            assert_eq!(unreadable(&placed(&format!("[{lost}, {other}]"))), [&*subscription], "{lost}");
            // The record names the subscription.
            let named = lost.replace("\"status\"", "\"subscriptionId\": \"s2\", \"status\"");
            assert_eq!(unreadable(&placed(&format!("[{named}, {other}]"))), ["/subscriptions/s2"], "{named}");
            // The accounts name the subscription.
            let accounts = format!("{{\"id\": \"{}\", \"kind\": \"OpenAI\"}}", account("gpt"));
            assert_eq!(unreadable(&placed(&format!("[{lost}]\n[{accounts}]"))), [&*subscription], "{lost}");
        }
    }
    let of_tenant =
        event_of("\"x\"", "\"/providers/Microsoft.Management/managementGroups/m\"", ADMINISTRATIVE);
    assert_eq!(unreadable(&placed(&format!("[{of_tenant}, {other}]"))), [""; 0]);
    let harmless = event_of("\"Microsoft.X/y/read\"", "[]", ADMINISTRATIVE);
    assert_eq!(unreadable(&placed(&format!("[{harmless}, {other}]"))), [""; 0]);
}

#[test]
fn only_categories_of_other_kinds_of_events_are_exempt() {
    let of = |time: &str, category: &str| {
        read(&line(&format!(
            "\"{time}\": \"2026-11-01T00:00:00Z\", \"eventDataId\": \"e\", \"operationName\": \"Text\", \"category\": {category}"
        )))
    };
    for (category, in_service, in_stream) in [
        ("\"Administrative\"", false, false),
        ("\"Action\"", false, false),
        ("\"servicehealth\"", true, true),
        ("\"Policy\"", true, true),
        ("\"Audit\"", false, true),
        ("\"@{value=Policy}\"", false, true),
        ("null", false, false),
        ("[]", false, false),
    ] {
        for (time, is_exempt) in [("eventTimestamp", in_service), ("time", in_stream)] {
            let exports = of(time, category);
            assert_eq!(unreadable(&exports).is_empty(), is_exempt, "{time} {category}");
            assert_eq!(errors(&exports).is_empty(), is_exempt, "{time} {category}: {:?}", exports.notes);
        }
    }
}

#[test]
fn a_metric_is_not_an_event() {
    let own = line(&format!(
        "\"time\": \"2026-11-01T00:00:00Z\", \"operationName\": \"{WRITE}\", \"category\": \"Administrative\""
    ));
    let metric = line("\"time\": \"2026-11-01T00:00:00Z\", \"metricName\": \"Calls\", \"total\": 1");
    let exports = read(&format!("{own}\n{metric}"));
    assert!(errors(&exports).is_empty() && unreadable(&exports).is_empty());
    for member in
        ["\"resultType\": \"Success\"", "\"eventDataId\": \"e\"", "\"category\": \"Administrative\""]
    {
        let event = metric.replace("\"metricName\": \"Calls\"", member);
        assert_eq!(unreadable(&read(&format!("{own}\n{event}"))), [account("gpt")], "{event}");
    }
}

#[test]
fn an_unreadable_part_of_a_key_event_is_an_error_and_the_event_stays() {
    let whole = ", \"status\": {\"value\": \"Succeeded\"}, \"operationId\": \"o\", \"properties\": {\"requestbody\": BODY}";
    let body = quoted("{\"keyName\": \"Key1\"}");
    let known = KeyName::parse("key1").map_or(NamedKey::Unnamed, NamedKey::Named);
    for (from, to, status, key, is_error) in [
        ("x", "x", Status::Succeeded, known, false),
        ("\"Succeeded\"", "\" succeeded \"", Status::Succeeded, known, false),
        ("\"Succeeded\"", "\"\"", Status::Other, known, true),
        ("\"Succeeded\"", "\"@{a=b}\"", Status::Other, known, true),
        ("\"Succeeded\"", "\" \"", Status::Other, known, true),
        ("\"Succeeded\"", "5", Status::Other, known, true),
        ("\"Succeeded\"", "{}", Status::Other, known, true),
        ("\"Succeeded\"", "null", Status::Other, known, false),
        ("\"Succeeded\"", "\"In Progress\"", Status::Other, known, false),
        ("{\"value\": \"Succeeded\"}", "{}", Status::Other, known, true),
        ("{\"value\": \"Succeeded\"}", "null", Status::Other, known, false),
        ("\"o\"", "\"System.Object[]\"", Status::Succeeded, known, true),
        ("Key1", " key1 ", Status::Succeeded, known, false),
        ("Key1", "@{a=b}", Status::Succeeded, NamedKey::Unnamed, true),
        ("Key1", "", Status::Succeeded, NamedKey::Unnamed, true),
        (&*body, "\"\"", Status::Succeeded, NamedKey::Unnamed, false),
        (&*body, "null", Status::Succeeded, NamedKey::Unnamed, false),
        (&*body, "\"keyName=Key1\"", Status::Succeeded, NamedKey::Unnamed, false),
        (&*body, "\"@{keyName=Key1}\"", Status::Succeeded, NamedKey::Unnamed, true),
        (&*body, "\"{\\\"keyName\\\": [1]}\"", Status::Succeeded, NamedKey::Unnamed, true),
        (&*body, "5", Status::Succeeded, NamedKey::Unnamed, true),
        (&*body, "[]", Status::Succeeded, NamedKey::Unnamed, true),
    ] {
        let members = whole.replace("BODY", &body).replace(from, to);
        let text = event(1, REGENERATE, &members);
        for text in [format!("[{text}]"), text] {
            let exports = read(&text);
            assert_eq!(!errors(&exports).is_empty(), is_error, "{text}: {:?}", exports.notes);
            assert_eq!(exports.logs[0].is_damaged, is_error, "{text}");
            assert_eq!(exports.key_events.len(), 1, "{text}");
            assert_eq!((exports.key_events[0].status, exports.key_events[0].key), (status, key), "{text}");
        }
    }
    for properties in ["5", "true", "[]", "\"{text\""] {
        let text = event(1, REGENERATE, &format!(", \"properties\": {properties}"));
        assert_eq!(errors(&read(&text)).len(), 1, "{text}");
    }
}

#[test]
fn only_a_plausible_name_of_another_table_leaves_a_row_aside() {
    for (table, events) in [
        ("\"AzureActivity\"", 1),
        ("\" azureactivity \"", 1),
        ("5", 1),
        ("\"@{a=b}\"", 1),
        ("\"System.Object[]\"", 1),
        ("\"AzureActivity_RST\"", 1),
        ("\"AzureActivity_2024_RST\"", 1),
        ("\"AzureActivities\"", 0),
        ("\"SigninLogs\"", 0),
        ("\"Custom_CL \"", 0),
    ] {
        let events_of = |operation: &str| {
            let row =
                line(&format!("\"TimeGenerated\": \"2026-11-01T00:00:00Z\", {operation}, \"Type\": {table}"));
            read(&format!("[{row}]")).logs.iter().map(|log| log.events).sum::<u64>()
        };
        assert_eq!(
            events_of("\"OperationName\": \"Microsoft.Storage/storageAccounts/write\""),
            events,
            "{table}"
        );
        // What shows an event in any table: an operation of an account, and the column that only the activity log has.
        assert_eq!(events_of(&format!("\"OperationName\": \"{WRITE}\"")), 1, "{table}");
        let of_log = "\"OperationNameValue\": \"Microsoft.Storage/storageAccounts/write\"";
        assert_eq!(events_of(of_log), 1, "{table}");
    }
}
