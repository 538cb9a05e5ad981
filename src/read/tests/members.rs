//! A member of an account that is of another type than Azure gives it is unknown, and the account stays.

use super::*;
use crate::model::{Account, UNKNOWN_KIND};

const LIST: &str = "[{\"id\": \"ID\", \"name\": \"gpt\", \"type\": \"Microsoft.CognitiveServices/accounts\", \"kind\": \"OpenAI\", \
    \"location\": \"l\", \"resourceGroup\": \"rg\", \"tags\": {\"a\": \"b\"}, \"properties\": {\"dateCreated\": \
    \"2026-11-01T00:00:00Z\", \"disableLocalAuth\": true, \"isMigrated\": false}}]";

fn with(member: &str, value: &str) -> (Account, Vec<String>) {
    let text = LIST.replace("ID", &account("gpt")).replace(member, value);
    let exports = read(&text);
    assert_eq!(exports.accounts.len(), 1, "{text}: {:?}", exports.notes);
    let errors = errors(&exports).into_iter().map(str::to_owned).collect();
    (exports.accounts[0].clone(), errors)
}

#[test]
fn a_member_of_another_type_is_unknown_and_named() {
    let (whole, notes) = with("ID", "");
    assert!(notes.is_empty());
    assert_eq!((whole.local_auth_disabled, whole.is_local_auth_unreadable), (Some(true), false));
    for (member, value, name) in [
        ("\"disableLocalAuth\": true", "\"disableLocalAuth\": \"true\"", "disableLocalAuth"),
        ("\"disableLocalAuth\": true", "\"disableLocalAuth\": 1", "disableLocalAuth"),
        ("\"isMigrated\": false", "\"isMigrated\": 1", "isMigrated"),
        ("\"isMigrated\": false", "\"isMigrated\": \"false\"", "isMigrated"),
        ("\"2026-11-01T00:00:00Z\"", "1793491200", "dateCreated"),
        ("\"2026-11-01T00:00:00Z\"", "{\"a\": 1}", "dateCreated"),
        ("\"OpenAI\"", "{\"a\": 1}", "kind"),
        ("\"OpenAI\"", "7", "kind"),
        ("\"OpenAI\"", "null", "kind"),
        ("\"l\"", "[]", "location"),
        ("{\"a\": \"b\"}", "[]", "tags"),
        ("\"gpt\"", "5", "name"),
        ("\"rg\"", "5", "resourceGroup"),
        ("\"properties\": {", "\"x\": [], \"properties\": 5, \"y\": {", "properties"),
        ("\"properties\": {", "\"x\": [], \"properties\": [{}], \"y\": {", "properties"),
    ] {
        let (account, notes) = with(member, value);
        let is_named = |note: &String| note.contains(name) && note.contains("/accounts/gpt");
        assert!(matches!(&notes[..], [note] if is_named(note)), "{value}: {notes:?}");
        let is_properties = name == "properties";
        let is_local_auth = name == "disableLocalAuth" || is_properties;
        assert_eq!(account.is_local_auth_unreadable, is_local_auth, "{value}");
        assert_eq!(account.local_auth_disabled, (!is_local_auth).then_some(true), "{value}");
        assert_eq!(account.is_migrated, name == "isMigrated" || is_properties, "{value}");
        assert_eq!(account.created_at.is_none(), name == "dateCreated" || is_properties, "{value}");
        assert_eq!(account.kind == UNKNOWN_KIND, name == "kind", "{value}");
    }
}

#[test]
fn null_and_nothing_say_that_local_authentication_is_on() {
    for value in ["\"disableLocalAuth\": null", "\"x\": 1", "\"disableLocalAuth\": false"] {
        let (account, notes) = with("\"disableLocalAuth\": true", value);
        assert_eq!((account.local_auth_disabled, account.is_local_auth_unreadable), (Some(false), false));
        assert!(notes.is_empty());
    }
    assert!(!with("\"isMigrated\": false", "\"isMigrated\": null").0.is_migrated);
}

#[test]
fn what_cannot_be_read_is_named_ten_times_and_then_counted() {
    let record = LIST.replace("\"disableLocalAuth\": true", "\"disableLocalAuth\": 0");
    let record = record.trim_start_matches('[').trim_end_matches(']');
    let records: Vec<String> = (0..12).map(|n| record.replace("ID", &account(&format!("a{n}")))).collect();
    let exports = read(&format!("[{}]", records.join(",\n")));
    let errors = errors(&exports);
    assert_eq!((errors.len(), exports.accounts.len()), (11, 12));
    assert_eq!(errors[10], "2 more members of accounts could not be read");
}
