//! If a member of an account has another type than Azure writes, it is unknown, and the account is still read.

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
        ("\"OpenAI\"", "\" \"", "kind"),
        ("\"OpenAI\"", "\"@{a=b}\"", "kind"),
        ("\"OpenAI\"", "\"System.Collections.Hashtable\"", "kind"),
        ("\"Microsoft.CognitiveServices/accounts\"", "5", "type"),
        ("\"Microsoft.CognitiveServices/accounts\"", "\"@{a=b}\"", "type"),
        ("\"Microsoft.CognitiveServices/accounts\"", "\"System.Object[]\"", "type"),
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
fn white_space_around_a_kind_or_type_is_left_out() {
    for name in ["OpenAI", "Microsoft.CognitiveServices/accounts"] {
        let (account, notes) = with(&format!("\"{name}\""), &format!("\" {name}\\t\""));
        assert_eq!((account.kind.as_str(), notes.len()), ("OpenAI", 0), "{notes:?}");
    }
}

#[test]
fn a_setting_next_to_the_properties_must_be_readable() {
    let (account, notes) = with("\"kind\"", "\"DisableLocalAuth\": \"yes\", \"kind\"");
    assert!(account.is_local_auth_unreadable && notes.len() == 1, "{notes:?}");
    let (account, notes) = with("\"kind\"", "\"DisableLocalAuth\": \"True\", \"kind\"");
    assert!(account.local_auth_disabled == Some(true) && notes.is_empty(), "{notes:?}");
}

#[test]
fn flattened_properties_leave_local_authentication_unreadable() {
    for text in ["@{disableLocalAuth=True}", "System.Object", "{\\\"disableLocalAuth\\\": true}"] {
        let (account, _) = with("\"properties\": {", &format!("\"properties\": \"{text}\", \"y\": {{"));
        assert!(account.is_local_auth_unreadable && account.created_at.is_none(), "{text}");
    }
    let (account, _) = with("\"properties\": {", "\"properties\": null, \"y\": {");
    assert_eq!((account.local_auth_disabled, account.is_local_auth_unreadable), (None, false));
}

#[test]
fn empty_cells_of_properties_are_null() {
    let id = account("gpt");
    for (columns, cells, local_auth) in [
        ("properties_dateCreated,properties_disableLocalAuth", ",", Some(false)),
        ("dateCreated,disableLocalAuth", ",true", Some(true)),
        ("properties,dateCreated", "{},", Some(false)),
        ("properties,tags", ",", None),
    ] {
        let exports = read(&format!("id,kind,{columns}\r\n{id},OpenAI,{cells}\r\n"));
        assert!(errors(&exports).is_empty(), "{columns}: {:?}", exports.notes);
        let account = &exports.accounts[0];
        assert_eq!((account.local_auth_disabled, account.created_at), (local_auth, None), "{columns}");
    }
}

#[test]
fn an_absent_or_null_setting_means_that_local_authentication_is_on() {
    for value in ["\"disableLocalAuth\": null", "\"x\": 1", "\"disableLocalAuth\": false"] {
        let (account, notes) = with("\"disableLocalAuth\": true", value);
        assert_eq!((account.local_auth_disabled, account.is_local_auth_unreadable), (Some(false), false));
        assert!(notes.is_empty());
    }
    assert!(!with("\"isMigrated\": false", "\"isMigrated\": null").0.is_migrated);
}

#[test]
fn unreadable_members_after_the_tenth_are_only_counted() {
    let record = LIST.replace("\"disableLocalAuth\": true", "\"disableLocalAuth\": 0");
    let record = record.trim_start_matches('[').trim_end_matches(']');
    let records: Vec<String> = (0..12).map(|n| record.replace("ID", &account(&format!("a{n}")))).collect();
    let exports = read(&format!("[{}]", records.join(",\n")));
    let errors = errors(&exports);
    assert_eq!((errors.len(), exports.accounts.len()), (11, 12));
    assert_eq!(errors[10], "2 more members of accounts could not be read");
}
