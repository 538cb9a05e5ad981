//! Every form gives the same records.

use super::*;
use crate::model::{KeyName, NamedKey};

const CREATED: &str = "2026-11-01T00:00:00Z";

/// Returns the accounts of a list, in short.
fn accounts(text: &str) -> Vec<(String, String, bool, Option<bool>)> {
    let exports = read(text);
    let short = |account: &crate::model::Account| {
        let is_created = account.created_at == Some(at(CREATED));
        (account.id.name().to_owned(), account.kind.clone(), is_created, account.local_auth_disabled)
    };
    exports.accounts.iter().map(short).collect()
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[test]
fn accounts_are_read_from_tables_and_answers() {
    let id = account("gpt");
    let properties = format!("{{\"dateCreated\": \"{CREATED}\", \"disableLocalAuth\": true}}");
    let record = format!(
        "{{\"id\": \"{id}\", \"type\": \"microsoft.cognitiveservices/accounts\", \"kind\": \"OpenAI\", \
         \"subscriptionId\": \"s\", \"properties\": {properties}}}"
    );
    let cell = properties.replace('"', "\"\"");
    let columns = "[{\"name\": \"id\"}, {\"name\": \"kind\"}, {\"name\": \"properties\"}]";
    let table = format!("{{\"columns\": {columns}, \"rows\": [[\"{id}\", \"OpenAI\", {properties}]]}}");
    let list = format!("{{\"value\": [{record}], \"nextLink\": null}}");
    for (text, format) in [
        (format!("id,kind,properties\n{id},OpenAI,\"{cell}\"\n"), "accounts/resource-graph-csv"),
        (
            format!("#TYPE System.X\r\n\"ID\",\"KIND\",\"PROPERTIES\"\r\n\"{id}\",\"OpenAI\",\"{cell}\"\r\n"),
            "accounts/resource-graph-csv",
        ),
        (
            format!(
                "id,kind,properties_dateCreated,properties_disableLocalAuth\n{id},OpenAI,{CREATED},true\n"
            ),
            "accounts/resource-graph-csv",
        ),
        (
            format!("id,type,kind,dateCreated,disableLocalAuth\n{id},x,OpenAI,{CREATED},True\n")
                .replace(",x,", ",microsoft.cognitiveservices/accounts,"),
            "accounts/resource-graph-csv",
        ),
        (format!("{{\"totalRecords\": 1, \"count\": 1, \"data\": {table}}}"), "accounts/resource-graph"),
        (format!("{{\"SkipToken\": null, \"Data\": [{record}]}}"), "accounts/resource-graph"),
        (format!("{{\"Data\": [{record}], \"SkipToken\": \"\"}}"), "accounts/resource-graph"),
        (
            format!("{{\"Headers\": [], \"StatusCode\": 200, \"Content\": {}}}", quoted(&list)),
            "accounts/resource-graph",
        ),
    ] {
        let exports = read(&text);
        assert!(exports.notes.is_empty(), "{text}: {:?}", exports.notes);
        let expected = ("gpt".to_owned(), "OpenAI".to_owned(), true, Some(true));
        assert_eq!(accounts(&text), [expected], "{text}");
        assert_eq!(exports.inputs[0].format, format, "{text}");
        assert!(exports.has_account_list() && exports.logs.is_empty());
    }
    for cut in [
        format!("{{\"SkipToken\": \"x\", \"Data\": [{record}]}}"),
        format!("{{\"totalRecords\": 2, \"count\": 1, \"data\": {table}}}"),
        format!("{{\"$skipToken\": \"x\", \"data\": {table}}}"),
        format!("{{\"StatusCode\": 200, \"Content\": {}}}", quoted(&list.replace("null", "\"x\""))),
    ] {
        assert_eq!((errors(&read(&cut)).len(), accounts(&cut).len()), (1, 1), "{cut}");
    }
}

#[test]
fn a_table_can_mix_live_and_deleted_accounts() {
    let deleted = "/subscriptions/11111111-2222-3333-4444-555555555555/providers/Microsoft.CognitiveServices/locations/westeurope/\
         resourceGroups/rg/deletedAccounts/old";
    let live = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg/providers/Microsoft.CognitiveServices/accounts/gpt";
    let rows = [
        format!("{live},Microsoft.CognitiveServices/accounts,OpenAI"),
        format!("{deleted},Microsoft.CognitiveServices/deletedAccounts,OpenAI"),
    ];
    for rows in [rows.join("\n"), rows.iter().rev().cloned().collect::<Vec<_>>().join("\n")] {
        let exports = read(&format!("id,type,kind\n{rows}\n"));
        assert_eq!((exports.accounts.len(), exports.deleted.len()), (1, 1), "{rows}");
    }
}

#[test]
fn events_are_read_from_tables_and_answers() {
    let record = event(
        1,
        REGENERATE,
        ", \"status\": {\"value\": \"Succeeded\"}, \"eventDataId\": \"e\", \
        \"properties\": {\"requestbody\": \"{\\\"keyName\\\": \\\"Key1\\\"}\"}",
    );
    let id = account("gpt");
    let row = |time: &str| {
        let body = quoted(&quoted("{\"keyName\": \"Key1\"}"));
        let properties =
            format!("{{\"requestbody\": {}}}", quoted("{\"keyName\": \"Key1\"}")).replace('"', "\"\"");
        assert!(body.len() > 2);
        format!("{time},{REGENERATE},Success,{id},e,\"{properties}\"")
    };
    let columns = ",OperationNameValue,ActivityStatusValue,_ResourceId,EventDataId,Properties\r\n";
    for text in [
        format!("{{\"StatusCode\": 200, \"Content\": {}}}", quoted(&format!("{{\"value\": [{record}]}}"))),
        format!("[{{\"StatusCode\": 200, \"Content\": {}}}]", quoted(&format!("[{record}]"))),
        format!("TimeGenerated{columns}{}\r\n", row("2026-11-01T00:00:00Z")),
        format!("TimeGenerated [UTC]{columns}{}", row("\"11/1/2026, 12:00:00.000 AM\"")),
        format!("#TYPE x\r\nTimeGenerated{columns}{}\r\n", row("2026-11-01T00:00:00Z")),
    ] {
        let exports = read(&text);
        assert!(exports.notes.is_empty(), "{text}: {:?}", exports.notes);
        assert_eq!(exports.key_events.len(), 1, "{text}");
        let event = &exports.key_events[0];
        assert_eq!(event.at, at("2026-11-01T00:00:00Z"), "{text}");
        assert_eq!((event.status, event.key), (Status::Succeeded, NamedKey::Named(KeyName::Key1)), "{text}");
        assert_eq!(event.event_data_id, Some("e".into()), "{text}");
    }
}

#[test]
fn a_place_in_the_text_of_an_answer_is_one_of_the_file() {
    let inner = format!("{{\"value\": [\n{},\n{}]}}", event(2, REGENERATE, ""), event(1, REGENERATE, ""));
    let text = format!("{{\n\"StatusCode\": 200,\n\"Content\": {}\n}}", quoted(&inner));
    let exports = read(&text);
    let line: Vec<char> = text.lines().nth(2).expect("a line").chars().collect();
    for event in &exports.key_events {
        assert_eq!(event.place.line, 3);
        let column = usize::try_from(event.place.column).expect("a column");
        assert_eq!(line[column - 1..column + 2], ['{', '\\', '"']);
    }
    assert!(exports.key_events[0].place < exports.key_events[1].place);
}

#[test]
fn an_answer_that_is_not_ok_is_an_error() {
    let page = quoted(&format!("{{\"value\": [{}]}}", event(2, REGENERATE, "")));
    let refused = "{\"StatusCode\": 429, \"Content\": \"{}\"}";
    let exports = read(&format!("[{{\"StatusCode\": 200, \"Content\": {page}}},\n{refused}]"));
    assert!(matches!(errors(&exports)[..], [what] if what.contains("429")), "{:?}", exports.notes);
    assert_eq!((exports.notes[0].line, exports.key_events.len()), (Some(2), 1));
    assert!(exports.logs[0].is_damaged);
    assert_eq!(read(refused).inputs[0].format, "failed-export");
    let nested = format!("{{\"StatusCode\": 200, \"Content\": {}}}", quoted(refused));
    assert!(!errors(&read(&nested)).is_empty());
    let broken = read("{\"StatusCode\": 200,\n\"Content\": \"{\\\"value\\\": [{\\\"eventTimestamp\\\": \"}");
    assert_eq!((errors(&broken).len(), broken.notes[0].line), (1, Some(2)));
}

#[test]
fn a_fault_of_a_table_is_named_with_its_line_and_the_rest_is_read() {
    let columns = "TimeGenerated,OperationNameValue,_ResourceId,Properties";
    let row = |day: u32, properties: &str| {
        format!("2026-11-0{day}T00:00:00Z,{REGENERATE},{},{properties}", account("gpt"))
    };
    for (fault, line, events) in [
        (format!("{}\"", row(2, "a")), 3, 2),
        (row(2, "\"{\"\"a"), 3, 2),
        (row(2, "\"{\"\"requestbody\"\": \"\"{\""), 3, 3),
        (columns.to_owned(), 3, 2),
        (row(2, "a,b"), 3, 2),
        (row(2, "").replace("2026-11-02T00:00:00Z", "11/2/2026 12:00:00 AM"), 3, 2),
    ] {
        let exports = read(&format!("{columns}\n{}\n{fault}\n{}\n", row(3, ""), row(1, "")));
        assert_eq!(errors(&exports).len(), 1, "{fault}: {:?}", exports.notes);
        assert_eq!(exports.notes[0].line, Some(line), "{fault}");
        assert_eq!(exports.key_events.len(), events, "{fault}");
        assert!(exports.logs[0].is_damaged, "{fault}");
    }
    let columns =
        "[{\"name\": \"TimeGenerated\"}, {\"name\": \"OperationNameValue\"}, {\"name\": \"_ResourceId\"}]";
    let row = |day: u32| format!("[\"2026-11-0{day}T00:00:00Z\", \"{REGENERATE}\", \"{}\"]", account("gpt"));
    let text =
        format!("{{\"tables\": [{{\"columns\": {columns}, \"rows\": [{},\n[1],\n{}]}}]}}", row(2), row(1));
    let exports = read(&text);
    assert_eq!((errors(&exports).len(), exports.notes[0].line, exports.key_events.len()), (1, Some(2), 2));
    assert!(exports.logs[0].is_damaged);
}

#[test]
fn unusable_forms_are_refused_by_name() {
    let id = account("gpt");
    for (text, format, help) in [
        (
            "\"Authorization\",\"EventTimestamp\",\"OperationName\"\n,x,y\n".to_owned(),
            "refused/export-csv",
            "-Depth 100",
        ),
        (
            "#TYPE X\n\"EventTimestamp\",\"OperationName\"\nx,y\n".to_owned(),
            "refused/export-csv",
            "-Depth 100",
        ),
        ("AccountName,Id,AccountType\na,b,c\n".to_owned(), "refused/accounts-export-csv", "-Depth 100"),
        ("<Objs Version=\"1.1.0.1\">\n</Objs>".to_owned(), "refused/export-clixml", "-Depth 100"),
        (
            "NAME,TYPE,RESOURCE GROUP,LOCATION,SUBSCRIPTION\na,b,c,d,e\n".to_owned(),
            "refused/resources-csv",
            "az graph query",
        ),
        ("Correlation id,Operation name,Status\na,b,c\n".to_owned(), "refused/activity-csv", "az monitor"),
        ("TimeGenerated [Local Time],Caller\na,b\n".to_owned(), "refused/log-analytics-csv", "UTC"),
        (format!("id;kind;properties\n{id};OpenAI;{{}}\n"), "refused/delimited", "commas"),
        ("TimeGenerated\tOperationNameValue\na\tb\n".to_owned(), "refused/delimited", "commas"),
        ("\nAuthorization        : x\n".to_owned(), "refused/format-list", "-Depth 100"),
        (
            format!("id,kind,properties\n{id},OpenAI,@{{dateCreated=x}}\n{id},OpenAI,@{{}}\n"),
            "accounts/resource-graph-csv",
            "-Depth 100",
        ),
    ] {
        let exports = read(&text);
        assert_eq!(errors(&exports).len(), 1, "{text}: {:?}", exports.notes);
        assert!(exports.notes[0].help.as_deref().is_some_and(|text| text.contains(help)), "{text}");
        assert!(exports.notes[0].line.is_some(), "{text}");
        assert_eq!(exports.inputs[0].format, format, "{text}");
        assert!(exports.accounts.is_empty() && exports.logs.is_empty(), "{text}");
    }
}
