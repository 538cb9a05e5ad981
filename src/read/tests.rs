//! Exports as Azure and its tools write them are read.

use std::io;

use crate::model::{
    BlobHour, InputId, Instant, LogExport, LogSource, ResourceId, Severity, Span, Status, Variety,
};
use crate::read::Exports;
use crate::read::file::{self, FileContents, Sharing};
use crate::read::source::find::{FoundFile, SourcePath};

mod forms;
mod members;
mod unreadable;

const SUBSCRIPTION: &str = "11111111-2222-3333-4444-555555555555";

/// Returns everything that is read of a file with this content.
fn read(text: &str) -> Exports {
    let found = FoundFile {
        source: SourcePath::StandardInput,
        label: "export".to_owned(),
        is_redacted: false,
        is_named: true,
        parts: Vec::new(),
        blob: None,
    };
    let mut exports = Exports::default();
    let share = Sharing { jobs: 1, block: 256 << 10, hashes: false, keeps_properties: false };
    let contents = FileContents::new(InputId(0), true, None);
    let read = file::read_into(contents, &mut text.as_bytes(), share);
    exports.add(read, &found);
    exports
}

#[test]
fn an_hour_whose_file_cannot_be_read_is_damaged() {
    let subscription = ResourceId::of_subscription(SUBSCRIPTION).expect("an id");
    let blob = BlobHour { subscription, start: at("2026-11-01T10:00:00Z") };
    let found = FoundFile {
        source: SourcePath::StandardInput,
        label: "PT1H.json".to_owned(),
        is_redacted: false,
        is_named: false,
        parts: Vec::new(),
        blob: Some(blob.clone()),
    };
    let mut exports = Exports::default();
    exports.add(Err(io::Error::other("no permission")), &found);
    let [log] = &exports.logs[..] else { panic!("{:?}", exports.logs) };
    assert!(log.is_damaged && log.blob == Some(blob));
    assert_eq!(exports.inputs[log.input.0].path, "PT1H.json");
}

fn log(text: &str) -> LogExport {
    let mut logs = read(text).logs;
    assert_eq!(logs.len(), 1, "{text}");
    logs.remove(0)
}

fn errors(exports: &Exports) -> Vec<&str> {
    let errors = exports.notes.iter().filter(|note| note.severity == Severity::Error);
    errors.map(|note| note.text.as_str()).collect()
}

fn account(name: &str) -> String {
    format!(
        "/subscriptions/{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.CognitiveServices/accounts/{name}"
    )
}

fn at(text: &str) -> Instant {
    Instant::parse(text).expect("an instant")
}

/// Returns an event of az on a day of November, with further members.
fn event(day: u32, operation: &str, members: &str) -> String {
    let resource = account("gpt");
    format!(
        "{{\"eventTimestamp\": \"2026-11-{day:02}T00:00:00Z\", \"operationName\": {{\"value\": \"{operation}\"}}, \
         \"resourceId\": \"{resource}\"{members}}}"
    )
}

fn line(members: &str) -> String {
    format!("{{\"resourceId\": \"{}\", {members}}}", account("gpt"))
}

const WRITE: &str = "Microsoft.CognitiveServices/accounts/write";
const REGENERATE: &str = "Microsoft.CognitiveServices/accounts/regenerateKey/action";
const ADMINISTRATIVE: &str = ", \"category\": {\"value\": \"Administrative\"}";

fn span(log: &LogExport) -> &Span {
    assert_eq!(log.documents.len(), 1);
    &log.documents[0].spans[SUBSCRIPTION]
}

#[test]
fn each_list_is_a_document_and_all_lines_are_one() {
    let events: Vec<String> = [9, 7, 8].map(|day| event(day, WRITE, ADMINISTRATIVE)).into();
    let [a, b, c] = &events[..] else { panic!("three events") };
    for (text, counts) in [
        (format!("[{a}, {b}, {c}]"), vec![3]),
        (format!("{a}\n{b}\n{c}"), vec![3]),
        (format!("[{a}]\n[{b}, {c}]"), vec![1, 2]),
        (format!("{{\"value\": [{a}], \"nextLink\": null}}\n{{\"value\": [{b}, {c}]}}"), vec![1, 2]),
        (format!("{{\"records\": [{a}]}}\n{{\"records\": [{b}]}}\n{c}"), vec![3]),
        (format!("{a}\n[{b}]\n{c}"), vec![2, 1]),
        (format!("[]\n[{a}]\n[]\n[{b}]{{\"records\": [{c}]}}"), vec![1, 1, 1]),
    ] {
        let log = log(&text);
        let documents: Vec<u64> =
            log.documents.iter().map(|document| document.spans[SUBSCRIPTION].events).collect();
        assert_eq!(documents, counts, "{text}");
        assert_eq!((log.events, log.further_documents, log.is_damaged), (3, 0, false), "{text}");
    }
    let log = log(&format!("[{a}, {b}]\n[{b}, {c}]"));
    let orders = log.documents.iter().map(|document| (document.is_newest_first, document.is_oldest_first));
    assert_eq!(orders.collect::<Vec<_>>(), [(true, false), (false, true)]);
}

#[test]
fn documents_beyond_the_limit_are_counted_and_their_events_read() {
    let text = format!("[{}]\n", event(1, REGENERATE, ADMINISTRATIVE)).repeat(1_003);
    let exports = read(&text);
    let log = &exports.logs[0];
    assert_eq!((log.documents.len(), log.further_documents, log.events), (1_000, 3, 1_003));
    assert_eq!(exports.key_events.len(), 1_003);
}

#[test]
fn only_administrative_events_are_witnesses() {
    let text = [
        event(20, REGENERATE, ", \"category\": \"Policy\", \"caller\": \"z\", \"level\": \"Informational\""),
        event(19, WRITE, ", \"caller\": \"y\""),
        event(
            18,
            WRITE,
            ", \"category\": {\"value\": \"ADMINISTRATIVE\"}, \"caller\": \"A\", \"level\": \"Warning\"",
        ),
        event(2, WRITE, ", \"category\": \"Write\", \"caller\": \"a\", \"status\": {\"value\": \"Started\"}"),
    ];
    let log = log(&format!("[{}]", text.join(",")));
    let span = span(&log);
    assert_eq!((span.events, span.uncategorised), (4, 1));
    assert_eq!(
        (span.window.start, span.window.end),
        (at("2026-11-02T00:00:00Z"), at("2026-11-20T00:00:00Z"))
    );
    let administrative = span.administrative.as_ref().expect("two events");
    assert_eq!((administrative.events, administrative.pieces.len()), (2, 2));
    assert!(!administrative.is_outside_groups && administrative.groups.len() == 1);
    let witnesses = &administrative.witnesses;
    assert!(witnesses.started && witnesses.cognitive_services);
    assert!(!witnesses.succeeded && !witnesses.informational && !witnesses.action);
    assert_eq!(witnesses.callers, Variety::One("a".to_owned()));
}

#[test]
fn the_level_is_a_word_or_a_number() {
    for (members, is_informational) in [
        ("\"eventTimestamp\": \"2026-11-01T00:00:00Z\", \"level\": \"Informational\"", true),
        ("\"eventTimestamp\": \"2026-11-01T00:00:00Z\", \"level\": {\"value\": \"Informational\"}", true),
        ("\"EventTimestamp\": \"2026-11-01T00:00:00Z\", \"Level\": 3", true),
        ("\"time\": \"2026-11-01T00:00:00Z\", \"level\": \"Information\"", true),
        ("\"time\": \"2026-11-01T00:00:00Z\", \"level\": 4", true),
        ("\"time\": \"2026-11-01T00:00:00Z\", \"level\": 3", false),
        ("\"time\": \"2026-11-01T00:00:00Z\", \"level\": [4]", false),
        ("\"TimeGenerated\": \"2026-11-01T00:00:00Z\", \"Level\": \"4\"", true),
        ("\"TimeGenerated\": \"2026-11-01T00:00:00Z\", \"Level\": \"3\"", false),
        ("\"TimeGenerated\": \"2026-11-01T00:00:00Z\", \"LevelValue\": \"Informational\"", true),
    ] {
        let record = line(&format!(
            "\"operationName\": \"{WRITE}\", \"OperationName\": \"{WRITE}\", \"category\": \"Administrative\", {members}"
        ));
        let record = if members.starts_with("\"time\"") || members.starts_with("\"event") {
            record.replace(&format!("\"OperationName\": \"{WRITE}\", "), "")
        } else {
            record.replace(&format!("\"operationName\": \"{WRITE}\", "), "")
        };
        let log = log(&record);
        let administrative = span(&log).administrative.as_ref().expect("an event");
        assert_eq!(administrative.witnesses.informational, is_informational, "{record}");
    }
}

#[test]
fn events_before_damage_count_if_the_log_is_newest_first() {
    let (a, b, c) = (event(9, WRITE, ""), event(8, WRITE, ""), event(7, WRITE, ""));
    let whole = |log: &LogExport| {
        log.before_damage.get(SUBSCRIPTION).map(|window| (window.start.date(), window.end.date()))
    };
    let day = |day: &str| at(&format!("2026-11-{day}T00:00:00Z")).date();
    for (text, is_damaged, expected) in [
        (format!("[{a}, {b}, {c}]"), false, None),
        (format!("[{a}, {b}, {{\"eventTimestamp\": \"x\"}}, {c}]"), true, Some((day("08"), day("09")))),
        (format!("[{a}, {b}, {{\"eventTi"), true, Some((day("08"), day("09")))),
        (format!("[{b}, {a}, {{\"eventTi"), true, None),
        (format!("[{{\"x\": 1}}, {a}, {b}]"), true, None),
        (format!("{{\"value\": [{a}, {b}, {c}], \"nextLink\": \"x\"}}"), false, Some((day("07"), day("09")))),
        (format!("{{\"value\": [{b}, {a}], \"nextLink\": \"x\"}}"), false, None),
    ] {
        let log = log(&text);
        assert_eq!((log.is_damaged, whole(&log)), (is_damaged, expected), "{text}");
    }
}

#[test]
fn the_source_is_that_of_the_format() {
    for (text, source) in [
        (event(1, WRITE, ""), LogSource::Service),
        (
            line(&format!("\"time\": \"2026-11-01T00:00:00Z\", \"operationName\": \"{WRITE}\"")),
            LogSource::Stream,
        ),
        (
            line(&format!(
                "\"TimeGenerated\": \"2026-11-01T00:00:00Z\", \"OperationNameValue\": \"{WRITE}\""
            )),
            LogSource::LogAnalytics,
        ),
    ] {
        assert_eq!(log(&text).source, source, "{text}");
    }
}

#[test]
fn a_display_text_is_an_error_and_no_event() {
    let row = |members: &str| line(&format!("\"TimeGenerated\": \"2026-11-01T00:00:00Z\", {members}"));
    let streamed = |members: &str| line(&format!("\"time\": \"2026-11-01T00:00:00Z\", {members}"));
    for text in [
        event(1, "Regenerate Key", ""),
        event(1, "Regenerate Key", ADMINISTRATIVE),
        event(1, "Create/Update Key", ADMINISTRATIVE),
        event(1, "x", "").replace("{\"value\": \"x\"}", "\"Schlüssel erneuern\""),
        event(1, "x", "")
            .replace("eventTimestamp", "event_timestamp")
            .replace("operationName", "operation_name"),
        row("\"OperationName\": \"Regenerate Key\""),
        row("\"OperationNameValue\": \"Regenerate Key\", \"CategoryValue\": \"Administrative\""),
        streamed("\"operationName\": \"Regenerate Key\", \"category\": \"Administrative\""),
        streamed("\"operationName\": \"Regenerate Key\", \"category\": \"Action\""),
        streamed("\"operationName\": \"Regenerate Key\", \"resultType\": \"Success\""),
    ] {
        let exports = read(&text);
        assert!(matches!(errors(&exports)[..], [what] if what.contains("display text")), "{text}");
        assert!(exports.logs[0].is_damaged && exports.logs[0].events == 0, "{text}");
    }
    let exports = read(&event(1, "Regenerate Key", ", \"category\": \"ServiceHealth\""));
    assert_eq!((errors(&exports).len(), exports.logs[0].events), (0, 1));
}

#[test]
fn records_of_other_logs_are_left_aside() {
    let own = line(&format!(
        "\"time\": \"2026-11-01T00:00:00Z\", \"operationName\": \"{WRITE}\", \"category\": \"Administrative\""
    ));
    for (foreign, is_left_aside) in [
        (
            line(
                "\"EventName\": \"Create Queue\", \"Status\": \"Succeeded\", \"category\": \"OperationalLogs\"",
            ),
            true,
        ),
        (
            line(
                "\"time\": \"2026-11-01T00:00:00Z\", \"resultType\": \"0\", \"status\": {\"errorCode\": 0}, \
                 \"operationName\": \"Sign-in activity\", \"category\": \"SignInLogs\"",
            ),
            true,
        ),
        (line("\"status\": [], \"category\": \"Audit\""), true),
        (line(&format!("\"operationName\": \"{WRITE}\", \"category\": \"Administrative\"")), false),
        (line(&format!("\"operationName\": \"{WRITE}\"")), false),
        (line(&format!("\"operationName\": \"{REGENERATE}\", \"category\": \"Other\"")), false),
    ] {
        for text in [format!("{own}\n{foreign}"), format!("{foreign}\n{own}")] {
            let exports = read(&text);
            assert_eq!(errors(&exports).is_empty(), is_left_aside, "{text}: {:?}", exports.notes);
            assert_eq!(exports.logs[0].is_damaged, !is_left_aside, "{text}");
            assert_eq!(exports.logs[0].events, 1, "{text}");
        }
    }
}

#[test]
fn an_event_with_a_result_and_a_status_that_differ_leaves_open_how_it_ended() {
    let both = |result: &str, status: &str| {
        let exports = read(&line(&format!(
            "\"time\": \"2026-11-01T00:00:00Z\", \"operationName\": \"{REGENERATE}\", \
             \"resultType\": \"{result}\", \"status\": \"{status}\""
        )));
        exports.key_events[0].status
    };
    assert_eq!(both("Success", "Succeeded"), Status::Succeeded);
    assert_eq!(both("Success", "Failed"), Status::Contradictory);
}

#[test]
fn rows_of_other_tables_are_left_aside() {
    let row = |members: &str| line(&format!("\"TimeGenerated\": \"2026-11-01T00:00:00Z\", {members}"));
    let own = row(&format!("\"OperationNameValue\": \"{WRITE}\", \"Type\": \"AzureActivity\""));
    for other in [
        row(
            "\"OperationName\": \"Microsoft.X/y/Read\", \"Category\": \"kube-audit\", \"Type\": \"AzureDiagnostics\"",
        ),
        row(
            "\"OperationName\": \"Sign-in activity\", \"Category\": \"SignInLogs\", \"Status\": {\"errorCode\": 0}",
        ),
        row("\"OperationName\": \"Add user\", \"Category\": \"UserManagement\", \"Type\": \"AuditLogs\""),
        row("\"Computer\": \"x\", \"Status\": [1], \"Type\": \"Heartbeat\""),
    ] {
        let exports = read(&format!("[{other}]"));
        assert!(errors(&exports).is_empty() && exports.logs.is_empty(), "{other}: {:?}", exports.notes);
        assert_eq!(exports.inputs[0].format, "other-log", "{other}");
        for text in [format!("[{own}, {other}]"), format!("{{\"records\": [{own}, {other}]}}")] {
            let exports = read(&text);
            assert!(errors(&exports).is_empty(), "{text}: {:?}", exports.notes);
            let log = &exports.logs[0];
            assert_eq!(
                (log.events, log.is_damaged, log.source),
                (1, false, LogSource::LogAnalytics),
                "{text}"
            );
        }
    }
}

#[test]
fn each_table_is_a_document() {
    let columns =
        "{\"name\": \"TimeGenerated\"}, {\"name\": \"OperationNameValue\"}, {\"name\": \"ResourceId\"}";
    let table = |day: u32| {
        format!(
            "{{\"name\": \"t\", \"columns\": [{columns}], \"rows\": [[\"2026-11-0{day}T00:00:00Z\", \"{WRITE}\", \"{}\"]]}}",
            account("gpt")
        )
    };
    let log = log(&format!("{{\"tables\": [{}, {}]}}", table(1), table(2)));
    assert_eq!((log.documents.len(), log.events), (2, 2));
}

#[test]
fn a_write_shows_whether_it_turns_local_authentication_off() {
    for (body, is_off) in [
        (r#""{\"properties\": {\"disableLocalAuth\": true}}""#, true),
        (r#"{"properties": {"DisableLocalAuth": true}}"#, true),
        (r#""{\"properties\": {\"disableLocalAuth\": false}}""#, false),
        (r#""{\"properties\": {\"disableLocalAuth\": \"true\"}}""#, false),
        (r#""{\"properties\": {}}""#, false),
        (r#""{\"disableLocalAuth\": true}""#, false),
        (r#""""#, false),
    ] {
        let exports = read(&event(1, WRITE, &format!(", \"properties\": {{\"requestbody\": {body}}}")));
        assert_eq!(exports.key_events[0].disables_local_auth, is_off, "{body}");
    }
    let elsewhere = event(1, WRITE, "").replace("/accounts/gpt", "/accounts/gpt/deployments/d");
    assert!(matches!(errors(&read(&elsewhere))[..], [what] if what.starts_with("an account was written")));
}

#[test]
fn the_caller_is_read_from_an_identity_that_is_text() {
    let identity = serde_json::json!({ "claims": { "appid": "app" } }).to_string();
    let exports = read(&line(&format!(
        "\"time\": \"2026-11-01T00:00:00Z\", \"operationName\": \"{REGENERATE}\", \"identity\": {}",
        serde_json::Value::from(identity)
    )));
    assert_eq!(exports.key_events[0].caller.as_deref(), Some("app"));
}

#[test]
fn accounts_are_read_from_the_output_of_every_tool() {
    let id = account("gpt");
    let powershell = format!("{{\"Id\": \"{id}\", \"AccountName\": \"gpt\", \"AccountType\": \"OpenAI\"");
    for (record, created, by, is_off) in [
        (
            format!(
                "{{\"id\": \"{id}\", \"kind\": \"OpenAI\", \"properties\": {{\"date_created\": \"2026-11-01T00:00:00Z\", \
                 \"disable_local_auth\": true, \"is_migrated\": null}}, \"system_data\": {{\"created_at\": \"2026-11-03T00:00:00Z\"}}}}"
            ),
            Some("2026-11-01T00:00:00Z"),
            Some("2026-11-03T00:00:00Z"),
            Some(true),
        ),
        (
            format!(
                "{powershell}, \"Properties\": \"Microsoft.Azure.Management\", \"DisableLocalAuth\": true, \
                 \"DateCreated\": \"2026-11-01T00:00:00Z\"}}"
            ),
            Some("2026-11-01T00:00:00Z"),
            None,
            Some(true),
        ),
        (
            format!("{powershell}, \"Properties\": {{\"DateCreated\": \"0001-01-01T00:00:00\"}}}}"),
            None,
            None,
            Some(false),
        ),
        (
            format!(
                "{{\"id\": \"{id}\", \"kind\": \"OpenAI\", \"createdTime\": \"2026-11-05T00:00:00Z\", \
                 \"systemData\": {{\"createdAt\": \"2026-11-04T00:00:00+00:00\"}}, \"properties\": null}}"
            ),
            None,
            Some("2026-11-04T00:00:00Z"),
            None,
        ),
        (
            format!(
                "{{\"id\": \"{id}\", \"kind\": \"OpenAI\", \"systemData\": \"@{{createdAt=x}}\", \
                 \"properties\": {{\"dateCreated\": \"1999-12-31T00:00:00Z\"}}}}"
            ),
            None,
            None,
            Some(false),
        ),
    ] {
        let exports = read(&format!("[{record}]"));
        assert!(errors(&exports).is_empty(), "{record}: {:?}", exports.notes);
        let account = &exports.accounts[0];
        assert_eq!(account.created_at, created.map(at), "{record}");
        assert_eq!(account.created_by, by.map(at), "{record}");
        assert_eq!(account.local_auth_disabled, is_off, "{record}");
    }
}

#[test]
fn an_answer_of_resource_graph_says_whether_it_is_cut() {
    let row = format!(
        "{{\"id\": \"{}\", \"kind\": \"OpenAI\", \"type\": \"Microsoft.CognitiveServices/accounts\", \
         \"subscriptionId\": \"s\"}}",
        account("gpt")
    );
    for (members, is_cut) in [
        ("\"totalRecords\": 1, \"count\": 1, \"resultTruncated\": \"false\"", false),
        ("\"totalRecords\": 2, \"count\": 1", true),
        ("\"totalRecords\": 1, \"count\": 1, \"resultTruncated\": \"true\"", true),
        ("\"resultTruncated\": true", true),
        ("\"$skipToken\": \"x\"", true),
        ("\"$skipToken\": null, \"skip_token\": \"\"", false),
    ] {
        for text in [format!("{{{members}, \"data\": [{row}]}}"), format!("{{\"data\": [{row}], {members}}}")]
        {
            assert_eq!(!errors(&read(&text)).is_empty(), is_cut, "{text}");
        }
    }
    for (count, is_limit) in [(99, false), (100, true), (1_000, true)] {
        let exports = read(&format!("[{}]", vec![row.as_str(); count].join(",")));
        let warns = exports.notes.iter().any(|note| note.severity == Severity::Warning);
        assert_eq!(warns, is_limit, "{count}");
    }
}

#[test]
fn a_member_of_evidence_that_is_not_known_is_an_error() {
    let input =
        "\"path\": \"a\", \"sha256\": \"00\", \"bytes\": 1, \"format\": \"accounts/az\", \"records\": 0";
    let line = |export: &str, more: &str| {
        format!("{{\"schema\": \"rotaudit.evidence/1\", \"export\": {{{input}{export}}}{more}}}\n")
    };
    let end = "{\"schema\": \"rotaudit.evidence/1\", \"lines\": 1, \"notes\": []}\n";
    assert!(errors(&read(&(line("", "") + end))).is_empty());
    for text in [
        line(", \"more\": 1", ""),
        line("", ", \"more\": 1"),
        line(
            "",
            ", \"notes\": [{\"line\": null, \"severity\": \"info\", \"text\": \"a\", \"help\": null, \"more\": 1}]",
        ),
    ] {
        assert!(!errors(&read(&(text.clone() + end))).is_empty(), "{text}");
    }
}
