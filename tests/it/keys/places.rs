//! A tenant with a place for a secret in everything that an audit is given.
//!
//! `<<name>>` is a place for any secret. `<<^name>>` is one in a text with one more level of escapes than the file
//! around it. `<<#name>>` is one for the digits of an older key, which only the context shows to be a key.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::LazyLock;

use flate2::Compression;
use flate2::write::GzEncoder;
use regex::{Captures, Regex};
use serde_json::{Value, json};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const SUBSCRIPTION: &str = "/subscriptions/3d6f0c1a-92b4-4e57-8a1d-6c0be27f4d95";
const REGENERATE: &str = "Microsoft.CognitiveServices/accounts/regenerateKey/action";
const LIST_KEYS: &str = "Microsoft.CognitiveServices/accounts/listKeys/action";

static PLACE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"<<([\^#]?)([^<>]+)>>").expect("a pattern"));

/// How a place is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Any,
    EscapedOnceMore,
    Digits,
}

/// `text` with `fill` of each place, by its kind and its name.
pub(crate) fn filled(text: &str, mut fill: impl FnMut(Kind, &str) -> String) -> String {
    let replace = |captures: &Captures<'_>| {
        let kind = match &captures[1] {
            "^" => Kind::EscapedOnceMore,
            "#" => Kind::Digits,
            _ => Kind::Any,
        };
        fill(kind, &captures[2])
    };
    PLACE.replace_all(text, replace).into_owned()
}

/// The way in which a file is packed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Packing {
    Plain,
    Utf16,
    Gzip,
    Zstd,
    /// In an archive, with the name of the file in it.
    Zip(&'static str),
    /// In an archive that is in another archive.
    ZipInZip,
    Tar(&'static str),
}

impl Packing {
    /// The name of the file in the archive.
    pub(crate) fn name(self) -> Option<&'static str> {
        match self {
            Packing::Zip(name) | Packing::Tar(name) => Some(name),
            Packing::Plain | Packing::Utf16 | Packing::Gzip | Packing::Zstd | Packing::ZipInZip => None,
        }
    }
}

/// A file, with places in its name and its text.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    pub(crate) name: &'static str,
    pub(crate) text: String,
    pub(crate) packing: Packing,
}

impl Template {
    /// Writes the file below `folder`, with the places filled.
    pub(crate) fn write(&self, folder: &Path, fill: &dyn Fn(Kind, &str) -> String) {
        let path = folder.join(filled(self.name, fill));
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        let text = filled(&self.text, fill);
        let bytes = match self.packing {
            Packing::Plain => text.into_bytes(),
            Packing::Utf16 => format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect(),
            Packing::Gzip => gzip(text.as_bytes()),
            Packing::Zstd => zstd::encode_all(text.as_bytes(), 1).expect("a buffer"),
            Packing::Zip(name) => zip(&filled(name, fill), text.as_bytes()),
            Packing::ZipInZip => zip("inner.zip", &zip("inner.json", text.as_bytes())),
            Packing::Tar(name) => tar(&filled(name, fill), text.as_bytes()),
        };
        fs::write(path, bytes).expect("a file");
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(bytes).expect("a buffer");
    packed.finish().expect("a buffer")
}

fn zip(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut archive = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive.start_file(name, SimpleFileOptions::default()).expect("an entry");
    archive.write_all(bytes).expect("an entry");
    archive.finish().expect("an archive").into_inner()
}

fn tar(name: &str, bytes: &[u8]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(bytes.len() as u64);
    archive.append_data(&mut header, name, bytes).expect("an entry");
    archive.into_inner().expect("an archive")
}

fn id(group: &str, name: &str) -> String {
    format!("{SUBSCRIPTION}/resourceGroups/{group}/providers/Microsoft.CognitiveServices/accounts/{name}")
}

fn account(group: &str, name: &str) -> Value {
    json!({
        "id": id(group, name), "name": name, "kind": "OpenAI", "location": "westeurope", "resourceGroup": group,
        "type": "Microsoft.CognitiveServices/accounts", "tags": {},
        "properties": { "dateCreated": "2024-01-01T00:00:00Z" },
    })
}

/// `value` with the members of `more`.
fn with(mut value: Value, more: Value) -> Value {
    let (Some(members), Value::Object(more)) = (value.as_object_mut(), more) else { panic!("two objects") };
    members.extend(more);
    value
}

fn event(operation: &str, day: u32, status: &str) -> Value {
    json!({
        "eventTimestamp": format!("2026-10-{day:02}T00:00:00Z"), "resourceId": id("rg", "gpt"),
        "operationName": { "value": operation }, "status": { "value": status },
        "eventDataId": format!("e-{day}-{status}"), "correlationId": format!("c-{day}"), "operationId": format!("o-{day}"),
        "caller": "anna@contoso.com",
    })
}

fn accounts() -> Value {
    let everywhere = json!({
        "location": "<<location>>", "etag": "<<etag>>", "sku": { "name": "<<sku>>" },
        "tags": {
            "note": "<<tag>>", "<<name of a tag>>": "x", "openaiKey": "<<#tag with the name of a key>>",
            "^": "<<^escaped tag>>",
            "setting": "{\"value\": \"<<#setting in a tag>>\", \"name\": \"AZURE_OPENAI_KEY\"}",
            "list": "{\"keys\": [null, \"<<#key of a list in a tag>>\"]}",
            "object": "{\"key1\": {\"value\": \"<<#key of an object in a tag>>\"}}",
            "XML": "<add key='OpenAIKey' value='<<#key of an element in a tag>>'/>",
            "command": "setx AZURE_OPENAI_KEY <<#key of a command in a tag>>",
            "lines": "key1: >-\n  <<#key below its name in a tag>>",
            "row": "Key 1 | <<#key of a row in a tag>>",
        },
        "properties": {
            "dateCreated": "2024-01-01T00:00:00Z", "endpoint": "<<endpoint>>",
            "apiProperties": { "qnaAzureSearchEndpointKey": "<<#search key>>", "x": "<<API property>>" },
        },
        "systemData": { "createdBy": "<<creator>>" },
    });
    json!([
        with(account("rg", "gpt"), everywhere),
        account("<<group in an id>>", "in-a-group"),
        account("rg", "<<name in an id>>"),
        with(account("rg", "named"), json!({ "name": "<<name>>", "resourceGroup": "<<group>>" })),
        with(account("rg", "of-a-kind"), json!({ "kind": "<<kind>>" })),
        with(account("rg", "dated"), json!({ "properties": { "dateCreated": "<<creation>>" } })),
        with(account("rg", "typed"), json!({ "type": "<<type>>" })),
        { "value": "<<resource of another type>>" },
    ])
}

fn activity() -> Value {
    let body = json!({
        "keyName": "Key1", "x": "<<^body, escaped twice>>", "y": "<<body, escaped once>>", "key1": "<<#key in a body>>",
    });
    let twice = json!({ "body": body.to_string(), "api_key": "<<#key in an answer>>" });
    let mut undated = event(REGENERATE, 9, "Succeeded");
    undated["eventTimestamp"] = json!("<<time of an event>>");
    json!([
        with(
            event(REGENERATE, 1, "Started"),
            json!({
                "caller": "<<caller>>", "claims": { "name": "<<claim>>" },
                "properties": { "requestbody": body.to_string(), "responseBody": twice.to_string(), "message": "<<message>>" },
            })
        ),
        with(
            event(REGENERATE, 1, "Succeeded"),
            json!({
                "correlationId": "<<correlation id>>", "operationId": "<<operation id>>", "eventDataId": "<<event id>>",
            })
        ),
        with(
            event(REGENERATE, 2, "Succeeded"),
            json!({ "properties": { "requestbody": { "keyName": "<<name of a key>>" } } })
        ),
        with(
            event(REGENERATE, 3, "Failed"),
            json!({
                "properties": { "statusCode": "<<code>>", "statusMessage": "<<message of an error>>" },
                "subStatus": { "value": "<<sub-status>>" },
            })
        ),
        with(event(REGENERATE, 4, "<<outcome>>"), json!({})),
        with(event("<<operation>>", 5, "Succeeded"), json!({})),
        with(event(REGENERATE, 6, "Succeeded"), json!({ "resourceId": id("rg", "<<account of an event>>") })),
        with(
            event("Microsoft.Resources/subscriptions/resourceGroups/moveResources/action", 7, "Succeeded"),
            json!({
                "resourceId": format!("{SUBSCRIPTION}/resourceGroups/old"),
                "properties": { "requestbody": json!({
                    "targetResourceGroup": format!("{SUBSCRIPTION}/resourceGroups/<<target of a move>>"),
                    "resources": [id("old", "<<moved account>>")],
                }).to_string() },
            })
        ),
        with(event(LIST_KEYS, 20, "Succeeded"), json!({ "caller": "<<reader of the keys>>" })),
        undated,
    ])
}

fn log_analytics() -> Value {
    let columns = [
        "TimeGenerated",
        "OperationNameValue",
        "ActivityStatusValue",
        "Caller",
        "CorrelationId",
        "Properties",
        "_ResourceId",
    ];
    let columns: Vec<Value> = columns.iter().map(|name| json!({ "name": name, "type": "string" })).collect();
    let row = [
        "2026-10-11T00:00:00Z",
        REGENERATE,
        "Success",
        "<<caller in a row>>",
        "<<correlation id in a row>>",
        "{\"x\": \"<<^properties in a row>>\", \"key2\": \"<<#key in a row>>\"}",
        &id("rg", "gpt"),
    ];
    json!({ "tables": [{ "name": "<<name of a table>>", "columns": columns, "rows": [row] }] })
}

fn resource_graph() -> Value {
    let account = with(account("rg", "graph"), json!({ "tags": { "note": "<<tag in Resource Graph>>" } }));
    json!({ "count": 1, "data": [account], "skip_token": "<<token of the next page>>", "total_records": 2 })
}

fn resource_graph_table() -> Value {
    let columns = ["id", "name", "type", "kind", "tags", "properties"].map(|name| json!({ "name": name }));
    let row = json!([
        id("rg", "table"), "<<name in a table of Resource Graph>>", "microsoft.cognitiveservices/accounts", "OpenAI",
        { "note": "<<tag in a table of Resource Graph>>" }, { "dateCreated": "2024-01-01T00:00:00Z" },
    ]);
    json!({ "totalRecords": 1, "count": 1, "resultTruncated": "false", "data": { "columns": columns, "rows": [row] } })
}

fn manifest() -> Value {
    json!({ "schema": "rotaudit.manifest/1", "exports": [
        {
            "what": "accounts", "scope": "/subscriptions/<<scope in a manifest>>", "taken_at": "2026-11-20T00:00:00Z",
            "complete": false, "reason": "<<reason in a manifest>>",
        },
        {
            "what": "key-stamps", "taken_at": "2026-11-20T00:00:00Z", "complete": true,
            "file": "<<file in a manifest>>", "sha256": "<<digest in a manifest>>",
        },
    ]})
}

fn sheet() -> Value {
    json!({ "schema": "rotaudit.key-stamps/1", "taken_at": "2026-11-20T00:00:00Z", "accounts": [
        { "id": id("rg", "gpt"), "key1": "<<stamp>>", "key2": "<<#key as a stamp>>", "reason": "<<reason in a sheet>>" },
        { "id": id("rg", "<<account in a sheet>>"), "taken_at": "<<time in a sheet>>", "key1": "JQQJ99CI", "key2": "" },
    ]})
}

const POLICY: &str = r#"# METADATA
# scope: package
# title: "<<title>>"
# description: "<<description>>"
# related_resources:
# - ref: "https://example.org/<<reference>>"
# custom:
#   id: ACME001
#   name: AcmeRule
#   level: error
#   remediation: "<<remediation>>"
#   parameters:
#     contact: "<<parameter of a policy>>"
#     settings: x
#   frameworks:
#     "<<framework>>": ["<<requirement>>"]
package acme.rule

default contact := "<<default of a parameter>>"

contact := data.params.contact

violation contains {
	"message": "<<message of a policy>>", "keys": ["key1"],
	"evidence": [{"input": 0, "line": 1, "text": "<<text of evidence>>"}],
	"steps": [{"text": "<<step>>", "argv": ["az", "tag", "<<argument of a step>>"]}],
} if {
	input.account.id
	print("<<print>>", contact)
}

unproven contains {"message": sprintf("%v %v", [contact, object.get(data.params, "settings", {})])} if input.account.id
"#;

const POLICY_ABOUT_EVIDENCE: &str = r#"# METADATA
# scope: package
# title: About the evidence
# description: x
# custom:
#   id: ACME002
#   name: AcmeEvidence
#   level: warning
#   about: evidence
package acme.evidence

violation contains {"subject": "<<subject>>", "message": "x"} if input.inputs
"#;

const POLICY_TEST: &str = r#"package acme.rule_test

import data.acme.rule

test_prints if {
	print("<<print of a test>>")
	count(rule.violation) == 0 with input as {"account": {"id": ""}}
}

test_fails if {
	some text in ["<<value of a test>>"]
	count(text) == 0
}
"#;

fn waiver() -> String {
    let values = [
        ("control", "KR001"),
        ("resource", "**/gpt"),
        ("expires", "2027-01-31"),
        ("justification", "<<justification>>"),
        ("approver", "<<approver>>"),
        ("ticket", "<<ticket>>"),
    ];
    let entry = |values: &[(&str, &str)]| {
        let lines: Vec<String> = values.iter().map(|(name, value)| format!("{name}: \"{value}\"")).collect();
        format!("- {}\n", lines.join("\n  "))
    };
    let mut other = values;
    other[0].1 = "<<control of a waiver>>";
    other[1].1 = "<<resource of a waiver>>";
    other[3].1 = "x";
    other[4].1 = "x";
    other[5].1 = "x";
    format!("waivers:\n{}{}# <<comment in the waivers>>\n", entry(&values), entry(&other))
}

/// The files of the tenant. All of the exports are in `in`.
pub(crate) fn files() -> Vec<Template> {
    let plain = |name, text: String| Template { name, text, packing: Packing::Plain };
    let packed = |name, text: String, packing| Template { name, text, packing };
    let tagged =
        |place: &str| json!([with(account("rg", "other"), json!({ "tags": { "x": place } }))]).to_string();
    let called = |place: &str| {
        json!([with(event(LIST_KEYS, 21, "Succeeded"), json!({ "caller": place }))]).to_string()
    };
    let activity = activity().to_string();
    vec![
        plain("in/accounts.json", serde_json::to_string_pretty(&accounts()).expect("JSON")),
        plain("in/activity.json", activity),
        plain("in/log-analytics.json", log_analytics().to_string()),
        plain(
            "in/portal.csv",
            format!(
                "\"TimeGenerated [UTC]\",OperationNameValue,ActivityStatusValue,Caller,Properties,_ResourceId\n\
                 \"10/12/2026, 1:00:00.000 AM\",{REGENERATE},Success,<<caller in CSV>>,\"{{\"\"x\"\": \"\"<<^properties in CSV>>\"\", \"\"key1\"\": \"\"<<#key in CSV>>\"\"}}\",{}\n\
                 <<time in CSV>>,x,Success,y,z\n",
                id("rg", "gpt")
            ),
        ),
        plain(
            "in/graph.csv",
            format!(
                "id,name,type,kind,tags,properties\n{},<<name in CSV>>,microsoft.cognitiveservices/accounts,OpenAI,\"{{\"\"x\"\": \"\"<<tag in CSV>>\"\"}}\",\"{{\"\"dateCreated\"\":\"\"2024-01-01T00:00:00Z\"\"}}\"\n",
                id("rg", "csv")
            ),
        ),
        plain("in/keys.csv", "Account,Primary Key,Secondary Key\na,<<#key in a column>>,<<any key in a column>>\n".to_owned()),
        plain("in/keys.tsv", "<<#key in TSV>>\t<<#second key in TSV>>\n".to_owned()),
        plain("in/keys.txt", "<<#key alone>>\n".to_owned()),
        plain("in/portal.txt", "Show Keys\nKEY 1\n<<#key below its name>>\n<<prose>>\n".to_owned()),
        plain("in/table.txt", "Key1      Key2\n------    ------\n<<#key in a table of az>>    x\n".to_owned()),
        plain("in/keys.yaml", "key1: <<#key in YAML>>\nx: \"<<YAML>>\"\n".to_owned()),
        plain("in/graph.json", resource_graph().to_string()),
        plain("in/graph-table.json", resource_graph_table().to_string()),
        plain(
            "in/powershell.json",
            json!([{
                "AccountName": "<<name of PowerShell>>", "AccountType": "OpenAI", "Id": id("rg", "ps"), "ResourceGroupName": "rg",
                "Tags": { "note": "<<tag of PowerShell>>" }, "Properties": { "DateCreated": "2024-01-01T00:00:00Z" },
            }])
            .to_string(),
        ),
        plain(
            "in/subscriptions.json",
            json!([{
                "id": &SUBSCRIPTION[15..], "name": "<<name of a subscription>>", "tenantId": "t", "state": "Enabled",
                "isDefault": true, "user": { "name": "x", "type": "user" }, "cloudName": "AzureCloud",
            }])
            .to_string(),
        ),
        plain(
            "in/deleted.json",
            json!([{
                "id": format!("{SUBSCRIPTION}/providers/Microsoft.CognitiveServices/locations/westeurope/resourceGroups/rg/deletedAccounts/<<deleted account>>"),
                "type": "Microsoft.CognitiveServices/deletedAccounts", "name": "x",
                "properties": { "deletionDate": "2026-09-01T00:00:00Z", "dateCreated": "2024-01-01T00:00:00Z" },
            }])
            .to_string(),
        ),
        plain(
            "in/splunk.json",
            json!({ "preview": false, "result": {
                "_raw": with(event(LIST_KEYS, 22, "Succeeded"), json!({ "caller": "<<^caller in text>>" })).to_string(),
            }})
            .to_string(),
        ),
        plain("in/error.json", json!({ "error": { "code": "<<code of a failed export>>", "message": "api-key: <<#key in a failed export>>" } }).to_string()),
        plain("in/sheet.json", sheet().to_string()),
        plain("in/rotaudit-manifest.json", manifest().to_string()),
        plain("in/cut-off.json", called("<<caller of a log that is cut off>>").replace("}]", "},{\"caller\": \"<<value that is cut off>>\"")),
        plain("in/broken.json", format!("{} {{\"a\": \"<<broken JSON>>\" \"b\"}}", tagged("x"))),
        plain("in/record-with-a-fault.json", json!([account("rg", "ok"), { "id": 1, "type": "<<type with a fault>>", "kind": 7, "tags": ["<<wrong tags>>"] }]).to_string()),
        plain("in/unknown.txt", "<<first line of an unknown file>>\n".to_owned()),
        plain("in/<<name of a file>>.json", called("x")),
        plain("in/<<name of an unknown file>>.bin", "x\n".to_owned()),
        plain("in/<<name of a folder>>/log.json", called("x")),
        plain("in/resourceId=/SUBSCRIPTIONS/<<subscription in the path of a blob>>/y=2026/m=10/d=12/h=05/m=00/PT1H.json", called("x")),
        packed("in/utf-16.json", called("<<UTF-16>>"), Packing::Utf16),
        packed("in/log.json.gz", called("<<gzip>>"), Packing::Gzip),
        packed("in/log.json.zst", called("<<zstd>>"), Packing::Zstd),
        packed("in/logs.zip", called("<<zip>>"), Packing::Zip("folder/<<name in an archive>>.json")),
        packed("in/<<name of an archive>>.zip", called("x"), Packing::Zip("x.json")),
        packed("in/unknown.zip", "<<unknown file in an archive>>".to_owned(), Packing::Zip("<<name of an unknown file in an archive>>.bin")),
        packed("in/outside.zip", called("x"), Packing::Zip("../<<name that leads out of an archive>>.json")),
        packed("in/nested.zip", called("<<zip in zip>>"), Packing::ZipInZip),
        packed("in/logs.tar", called("<<tar>>"), Packing::Tar("<<name in a tar>>.json")),
        plain("own/rule.rego", POLICY.to_owned()),
        plain("own/rule_test.rego", POLICY_TEST.to_owned()),
        plain("own/<<name of a policy>>.rego", POLICY_ABOUT_EVIDENCE.to_owned()),
        plain("waivers.yaml", waiver()),
        plain("params.yaml", "contact: \"<<parameter>>\"\n# <<comment in the parameters>>\n".to_owned()),
        plain("params-with-a-key.yaml", "settings:\n  api_key: <<#key among the parameters>>\n  keys:\n  - x\n  - <<#key in a list of the parameters>>\n".to_owned()),
    ]
}

/// The values of options of an audit.
pub(crate) const OPTIONS: [&str; 12] = [
    "--title",
    "<<title of the report>>",
    "--prepared-by",
    "<<author of the report>>",
    "--engagement",
    "<<engagement>>",
    "--declared-by",
    "<<person who states coverage>>",
    "--kind",
    "<<kind in an option>>",
    "--kind",
    "OpenAI",
];
