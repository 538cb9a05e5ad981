//! The forms of exports that are refused by name, each with the help to export it correctly.

use super::binary::LEAVE_OUT;
use super::marks::Marks;
use super::signs::{self, RecordMembers, is_format_list, is_message};
use super::{Form, Refusal, Sign, of_columns};
use crate::read::formats::advice::{ONLY_STANDARD_OUTPUT, SHORTENED_HELP};
use crate::read::formats::words::{ENDPOINTS, VALUES};
use crate::read::json::piece::Container;

const ACTIVITY_AS_JSON: &str = "export the log as JSON: az monitor activity-log list --subscription … --start-time … --end-time … \
     --max-events 100000 --output json";
const ACTIVITY_OF_POWERSHELL: &str = "export again with Get-AzActivityLog … | ConvertTo-Json -Depth 100, or with az monitor activity-log list --output json";
const GRAPH_AS_JSON: &str = "export the accounts as JSON: az graph query --first 1000 --graph-query \"resources | where type =~ \
     'microsoft.cognitiveservices/accounts' | project id, name, type, kind, location, tags, properties\"";
const AS_JSON: &str = "export again with `--output json` (PowerShell: `ConvertTo-Json -Depth 100`) and send it to the file with `>`";

const KEYS: &str = "refused/keys";
const KEYS_WHAT: &str = "it is the output of `keys list`: API keys, which have no date";
const KEYS_HELP: &str = "delete the file and regenerate the keys; an audit needs the account list (az cognitiveservices account list --output \
     json) and the activity log, or the months in the keys (rotaudit export-script --key-stamps), which are not secret";

/// Name of the form of records that lack members which an audit needs.
const SHORTENED: &str = "refused/shortened";
const SHORTENED_WHAT: &str =
    "it was shortened by `--query` or the like, so members that an audit needs are missing";

/// Name of the form of tables for people.
const TABLE: &str = "refused/table";
const TABLE_WHAT: &str =
    "it is a table for people (`--output table`, `Format-Table`), which leaves out what an audit needs";

/// Names of the forms that cannot hold an event of an activity log.
pub(super) const WITHOUT_EVENTS: [&str; 10] = [
    KEYS,
    ACCOUNTS_OF_EXPORT_CSV,
    "refused/resources-csv",
    "refused/report-csv",
    "refused/report-json",
    "refused/report-text",
    "refused/rego",
    "refused/waivers",
    "refused/script",
    "refused/pipeline",
];

/// Name of the form that `Export-Csv` makes from accounts. Its rows can have the columns of Resource Graph.
const ACCOUNTS_OF_EXPORT_CSV: &str = "refused/accounts-export-csv";

const REPORT_WHAT: &str = "it is a report of rotaudit and not the evidence for it";
const REPORT_HELP: &str = "name the exports, or the output of `rotaudit collect`";

/// Beginning of `schema` in every document of rotaudit.
const OWN: &str = "rotaudit.";

/// Beginnings of `schema` in output of rotaudit that is not evidence, in every version.
const REPORTS: [&str; 6] = [
    "rotaudit.report/",
    "rotaudit.facts/",
    "rotaudit.evidence-facts/",
    "rotaudit.explanation/",
    "rotaudit.policy-test/",
    "rotaudit.policy-check/",
];

/// Mark of the id of an event.
const EVENT_ID: &str = "/events/…/ticks/";

/// Marks of a text from Azure. If a file in a folder has one of them, it counts as an export that is missing.
pub(super) const MARKS: [&str; 9] = [
    "/subscriptions/",
    EVENT_ID,
    "microsoft.cognitiveservices",
    "pscognitiveservicesaccount",
    "regeneratekey",
    "eventtimestamp",
    "operationnamevalue",
    "\"operationName\"",
    "dateCreated",
];

/// The marks that the value of a member has if it is about accounts or events. The id of any resource begins with the
/// first of [`MARKS`].
const OF_VALUES: Marks = Marks { anywhere: MARKS.split_at(1).1, values: &VALUES };

/// Marks of shortened records: [`MARKS`], and the endpoints of accounts.
const OF_RECORDS: [&str; MARKS.len() + ENDPOINTS.len()] = {
    let mut all = [""; MARKS.len() + ENDPOINTS.len()];
    let (marks, endpoints) = all.split_at_mut(MARKS.len());
    marks.copy_from_slice(&MARKS);
    endpoints.copy_from_slice(&ENDPOINTS);
    all
};

/// The marks of values in a list. The settings of an application have an endpoint, too, but not in a list.
const OF_LISTED_VALUES: Marks = Marks { anywhere: OF_RECORDS.split_at(1).1, values: &VALUES };

/// Returns the marks of values that show an account or an event.
fn of_values(container: Container) -> Marks {
    if container == Container::Array { OF_LISTED_VALUES } else { OF_VALUES }
}

/// Marks of a page with a key operation or the id of an account, in a table or in JSON, whose quotes may be escaped.
const OF_PAGES: [&str; 5] = [
    "accounts/regeneratekey/action",
    "<td>/subscriptions/…/microsoft.cognitiveservices/accounts/",
    "\"/subscriptions/…/microsoft.cognitiveservices/accounts/",
    "&quot;/subscriptions/…/microsoft.cognitiveservices/accounts/",
    "&#34;/subscriptions/…/microsoft.cognitiveservices/accounts/",
];

/// Marks of XML with the same, in an element or in JSON.
const OF_XML: [&str; 5] = [
    "accounts/regeneratekey/action",
    ">/subscriptions/…/microsoft.cognitiveservices/accounts/",
    "\"/subscriptions/…/microsoft.cognitiveservices/accounts/",
    "&quot;/subscriptions/…/microsoft.cognitiveservices/accounts/",
    "&#34;/subscriptions/…/microsoft.cognitiveservices/accounts/",
];

/// Marks of an e-mail with an event or an id, or with an attachment that may be an export: its type or its name.
const OF_EMAILS: [&str; 20] = [
    "accounts/regeneratekey/action",
    "\"/subscriptions/…/microsoft.cognitiveservices/accounts/",
    "content-type: application/json",
    "content-type: application/x-ndjson",
    "content-type: text/csv",
    "content-type: application/zip",
    "content-type: application/x-zip-compressed",
    "content-type: application/gzip",
    "content-type: application/x-gzip",
    "content-type: application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "name=….json",
    "name=….csv",
    "name=….zip",
    "name=….gz",
    "name=….xlsx",
    "name*=….json",
    "name*=….csv",
    "name*=….zip",
    "name*=….gz",
    "name*=….xlsx",
];

/// Every form that is refused. The first one whose sign matches is used.
pub(super) static REFUSED: [Form; 35] = [
    Form::refuse(
        "refused/log-analytics-csv",
        Sign::Columns(|head| head.has_prefix("TimeGenerated [") && !head.has("TimeGenerated [UTC]")),
        "it does not say in which time zone its times are",
        "set the portal's time zone to UTC and export again, or export as JSON with az monitor log-analytics query",
    )
        .shown_by("CSV with `TimeGenerated [Local Time]`")
        .made_by("Log Analytics in the portal, in another time zone than UTC"),
    Form::refuse(
        "refused/activity-csv",
        Sign::Columns(|head| head.has("Correlation id") && head.has("Operation name")),
        "it is the portal's CSV of the activity log, which names operations in the language of the reader, and does not say in \
         which time zone its times are",
        ACTIVITY_AS_JSON,
    )
        .shown_by("CSV with `Correlation id` and `Operation name`")
        .made_by("Activity log in the portal, *Download as CSV*"),
    Form::refuse(
        "refused/export-csv",
        Sign::Columns(|head| head.has("EventTimestamp") && head.has("OperationName")),
        "it is a CSV that Export-Csv made of PowerShell objects, whose members are the names of their types only",
        ACTIVITY_OF_POWERSHELL,
    )
        .shown_by("CSV with `EventTimestamp` and `OperationName`")
        .made_by("`Get-AzActivityLog … \\| Export-Csv`"),
    Form::refuse(
        ACCOUNTS_OF_EXPORT_CSV,
        Sign::Columns(|head| head.has("AccountName") && head.has("AccountType")),
        "it is a CSV that Export-Csv made of PowerShell objects, whose members are the names of their types only",
        "export the accounts as JSON: az cognitiveservices account list --output json, or … | ConvertTo-Json -Depth 100",
    )
        .shown_by("CSV with `AccountName` and `AccountType`, or with `@{…}` for `properties`")
        .made_by("`Get-AzCognitiveServicesAccount \\| Export-Csv`, `Search-AzGraph … \\| Export-Csv`"),
    Form::refuse(
        "refused/resources-csv",
        Sign::Columns(|head| head.has("NAME") && head.has("TYPE") && head.has("RESOURCE GROUP")),
        "it is the portal's list of resources, which has neither their ids nor their dates",
        GRAPH_AS_JSON,
    )
        .shown_by("CSV with `NAME`, `TYPE` and `RESOURCE GROUP`, without `id`")
        .made_by("A list of resources in the portal, *Export to CSV*"),
    Form::aside(
        "refused/report-csv",
        Sign::Columns(|head| head.has("as_of") && head.has("verdict")),
        REPORT_WHAT,
        REPORT_HELP,
    )
        .shown_by("CSV with `as_of` and `verdict`")
        .made_by("`rotaudit audit -o report.csv`"),
    Form::aside(
        "refused/report-text",
        Sign::Line(signs::is_own_report),
        REPORT_WHAT,
        REPORT_HELP,
    )
        .shown_by("The first line, or the name of the generator")
        .made_by("`rotaudit audit -o` with `report.txt`, `.md`, `.html`, `.xml`, `fix.sh` or `fix.ps1`"),
    Form::aside(
        "refused/rego",
        Sign::Line(signs::is_rego),
        "it is a policy and not an export",
        "name it with --policy",
    )
        .shown_by("`package …` below comments")
        .made_by("`rotaudit policy init`"),
    Form::aside(
        "refused/waivers",
        Sign::Line(signs::is_waivers),
        "it is a file of waivers and not an export",
        "name it with --waivers",
    )
        .shown_by("`waivers:` below comments")
        .made_by("Hand, for `rotaudit audit --waivers`"),
    Form::aside(
        "refused/script",
        Sign::Line(|head| head.line().starts_with("#!")),
        "it is a script and not an export",
        LEAVE_OUT,
    )
        .shown_by("`#!` in the first line")
        .made_by("Hand"),
    Form::aside(
        "refused/pipeline",
        Sign::Line(signs::is_pipeline),
        "it is a pipeline and not an export",
        LEAVE_OUT,
    )
        .shown_by("YAML with a line `steps:`, `jobs:` or `stages:`")
        .made_by("Hand, for Azure Pipelines or GitHub Actions"),
    Form::refuse(
        "refused/delimited",
        Sign::Line(|head| [b';', b'\t'].into_iter().any(|delimiter| of_columns(&head.delimited_by(delimiter)).is_some())),
        "its values are separated by semicolons or tabs, as spreadsheets write them, which also change times and long texts",
        "export again as JSON, or as CSV with commas, and do not open it in a spreadsheet",
    )
        .shown_by("Text with the columns of one of these forms between `;` or tabs")
        .made_by("A spreadsheet"),
    Form::aside(
        "refused/html",
        Sign::Line(signs::is_html_of_powershell),
        "it is HTML that ConvertTo-Html made of PowerShell objects",
        AS_JSON,
    )
        .shown_by("`<title>HTML TABLE</title>`, or `<colgroup><col/>`, in a page or part of one")
        .made_by("`… \\| ConvertTo-Html`")
        .marked(&MARKS)
        .marked_by_values(&VALUES),
    Form::aside(
        "refused/html",
        Sign::Line(signs::is_html),
        "it is an HTML page and not an export",
        AS_JSON,
    )
        .shown_by("`<!DOCTYPE html>` or `<html>`")
        .made_by("A page that was saved")
        .marked(&OF_PAGES),
    Form::refuse(
        "refused/export-clixml",
        Sign::Line(|head| head.line().starts_with("<Objs ")),
        "it is XML that Export-Clixml made of PowerShell objects",
        "export again with … | ConvertTo-Json -Depth 100",
    )
        .shown_by("`<Objs Version=…>`")
        .made_by("`Get-AzActivityLog … \\| Export-Clixml`"),
    Form::aside(
        "refused/xml",
        Sign::Line(signs::is_xml_of_records),
        "it is XML of records, which is not read",
        AS_JSON,
    )
        .shown_by("`<Objects>`, `<results>` or `<Workbook>`, with or without `<?xml …` before it")
        .made_by("`… \\| ConvertTo-Xml`, Splunk, Excel (*XML Spreadsheet 2003*)")
        .marked(&MARKS)
        .marked_by_values(&VALUES),
    Form::aside(
        "refused/xml",
        Sign::Line(signs::is_xml),
        "it is XML and not JSON",
        AS_JSON,
    )
        .shown_by("`<?xml …`")
        .made_by("Other programs")
        .marked(&OF_XML),
    Form::refuse(
        "refused/format-list",
        Sign::Line(|head| is_format_list(head.line())),
        "it is text that PowerShell shows to people and not an export",
        ACTIVITY_OF_POWERSHELL,
    )
        .shown_by("`Authorization        : …`")
        .made_by("`Get-AzActivityLog … > file`"),
    Form::aside(
        KEYS,
        Sign::Line(signs::is_keys),
        KEYS_WHAT,
        KEYS_HELP,
    )
        .shown_by("`key1` and `key2` as a table, as YAML, as a list or as values")
        .made_by("`az cognitiveservices account keys list --output table`, `Get-AzCognitiveServicesAccountKey`"),
    Form::aside(
        "refused/format-list",
        Sign::Line(signs::has_properties_as_list),
        "it is text that PowerShell shows people, and no export",
        AS_JSON,
    )
        .shown_by("`Name : …` in the first lines")
        .made_by("`Get-AzResource … > file`, `… \\| Format-List`")
        .marked(&MARKS)
        .marked_by_values(&VALUES),
    Form::aside(
        "refused/transcript",
        Sign::Line(signs::is_transcript),
        "it is a transcript of PowerShell, in which prompts and messages are mixed with the output",
        AS_JSON,
    )
        .shown_by("A line of 22 `*`")
        .made_by("`Start-Transcript`")
        .marked(&["transcript start", "PSVersion:", "SerializationVersion:"]),
    Form::aside(
        "refused/coloured",
        Sign::Line(signs::is_coloured),
        "it holds the colors of a terminal (`--output jsonc` or `yamlc`), so it is not JSON",
        AS_JSON,
    )
        .shown_by("Escape characters, which JSON does not allow")
        .made_by("`--output jsonc`, `--output yamlc`")
        .marked(&MARKS)
        .marked_by_values(&VALUES),
    Form::aside(
        "refused/e-mail",
        Sign::Line(signs::is_email),
        "it is an e-mail, and neither its text nor its attachments are read",
        "save the exports in it as files, and give these",
    )
        .shown_by("`From: …` and other fields of a message above the first empty line")
        .made_by("A mail program (`.eml`)")
        .marked(&OF_EMAILS),
    Form::aside(
        "refused/text-before-json",
        Sign::Line(signs::has_json_below),
        "there is text before the JSON, such as a warning that `2>&1` adds",
        ONLY_STANDARD_OUTPUT,
    )
        .shown_by("A line that is not JSON, and in or below it one that begins with `[` or `{`")
        .made_by("`az … --output json > file 2>&1`")
        .marked(&MARKS)
        .marked_by_values(&VALUES),
    Form::aside(
        "refused/messages",
        Sign::Line(|head| is_message(head.line())),
        "it contains the messages of a command instead of an export",
        "fix what the message names, for example with the Reader role, and export again; send only standard output to the file (`>`)",
    )
        .quoted()
        .shown_by("`ERROR: …` or `WARNING: …`, and no JSON below")
        .made_by("A command that failed, with `2>&1`")
        .marked(&[
            "/subscriptions/",
            "az login",
            "AADSTS",
            "AuthorizationFailed",
            "microsoft.cognitiveservices",
            "activity-log",
            "ResourceGroup",
            "eventtimestamp",
        ])
        .marked_by_values(&VALUES),
    Form::aside(
        TABLE,
        Sign::Line(signs::is_table_of_columns),
        TABLE_WHAT,
        AS_JSON,
    )
        .shown_by("A line of dashes below the names of columns")
        .made_by("`--output table`, `Format-Table`")
        .marked(&[
            "OpenAI",
            "AIServices",
            "regenerate key",
            "ResourceGroup",
            "eventtimestamp",
            "OperationName",
            "AccountName",
            "dateCreated",
            "/subscriptions/",
            "microsoft.cognitiveservices",
            "regeneratekey",
        ])
        .marked_by_values(&VALUES)
        .of_rows(),
    Form::aside(
        TABLE,
        Sign::Line(signs::is_table),
        TABLE_WHAT,
        AS_JSON,
    )
        .shown_by("A line of dashes below the first line, which a text with a heading can have, too")
        .made_by("`--output table`, `Format-Table`")
        .marked(&[
            "ResourceGroup",
            "EventTimestamp",
            "OperationName",
            "AccountName",
            "/subscriptions/",
            "microsoft.cognitiveservices",
            "regeneratekey",
        ])
        .marked_by_values(&VALUES)
        .of_rows(),
    Form::aside(
        "refused/tsv",
        Sign::Line(signs::is_tsv),
        "it holds values without their names (`--output tsv`)",
        AS_JSON,
    )
        .shown_by("Values between tabs, without a line of names, or one id of a resource per line")
        .made_by("`--output tsv`")
        .marked(&[
            "OpenAI",
            "AIServices",
            "dateCreated",
            "microsoft.cognitiveservices",
            "microsoft.insights",
            "/subscriptions/",
            "regeneratekey",
        ])
        .marked_by_values(&VALUES)
        .of_rows(),
    Form::refuse(
        "refused/git-lfs",
        Sign::Line(|head| head.line().starts_with("version https://git-lfs.github.com/spec/")),
        "it is a pointer of Git LFS, and the file itself is missing",
        "get the file with `git lfs pull`",
    )
        .shown_by("`version https://git-lfs.github.com/spec/…`")
        .made_by("A clone without Git LFS"),
    Form::aside(
        "refused/yaml",
        Sign::Line(signs::is_yaml),
        "it is YAML (`--output yaml`), and not JSON",
        AS_JSON,
    )
        .shown_by("`- name: …` or `name: …` in the first lines")
        .made_by("`--output yaml`")
        .marked(&[
            "eventtimestamp: ",
            "operationName:\n",
            "dateCreated: ",
            "kind: OpenAI",
            "Kind: OpenAI",
            "kind: AIServices",
            "Kind: AIServices",
            // With the text around them, since other text can name the provider and the operation too.
            "microsoft.cognitiveservices/",
            "/regeneratekey",
            EVENT_ID,
        ])
        .marked_by_values(&["Regenerate Key"])
        .of_rows(),
    Form::aside(
        "refused/report-json",
        Sign::Record(|record, _| is_own_report(record)),
        REPORT_WHAT,
        REPORT_HELP,
    )
        .shown_by("`schema` of a report, or SARIF or OSCAL that names rotaudit")
        .made_by("`rotaudit audit -o` with `report.json`, `report.sarif` or `report.oscal.json`, `rotaudit facts`, `rotaudit explain`"),
    Form::aside(
        "refused/csv",
        Sign::Line(signs::is_csv),
        "it is CSV without the columns of an export that is read",
        AS_JSON,
    )
        .shown_by("Rows with as many values as the first one")
        .made_by("A localized portal, `Select-Object … \\| Export-Csv`, other programs")
        .marked(&MARKS)
        .marked_by_values(&VALUES)
        .of_rows(),
    Form::refuse(
        "refused/other-version",
        Sign::Record(|record, _| record.has_schema(OWN) && !is_own_report(record)),
        "it is a document of another version of rotaudit, which this version cannot read",
        "use the version of rotaudit that its script is from, or make it again with this version",
    )
        .shown_by("`schema` begins with `rotaudit.` and is not one of this version, nor that of a report")
        .made_by("Another version of `rotaudit`"),
    Form::aside(
        KEYS,
        Sign::Record(|record, _| record.is_keys()),
        KEYS_WHAT,
        KEYS_HELP,
    )
        .shown_by("`{\"key1\": …, \"key2\": …}`")
        .made_by("`az cognitiveservices account keys list`"),
    Form::aside(
        SHORTENED,
        Sign::Record(|record, container| signs::is_shortened(record, container, of_values(container))),
        SHORTENED_WHAT,
        SHORTENED_HELP,
    )
        .shown_by("Records with some members of accounts or events, or only values")
        .made_by("`--query '[].{name:…}'`, `Select-Object`")
        .marked(&OF_RECORDS)
        .marked_by_values(&VALUES),
];

/// Returns whether a record is output of rotaudit that is not evidence, of any version.
pub(super) fn is_own_report(record: &RecordMembers<'_>) -> bool {
    REPORTS.iter().any(|schema| record.has_schema(schema)) || record.is_own_sarif() || record.is_own_oscal()
}

/// Returns the refusal of a CSV of accounts whose cells are the text of PowerShell objects.
pub(in crate::read) fn refusal_of_flattened_accounts() -> Option<Refusal> {
    named(ACCOUNTS_OF_EXPORT_CSV).and_then(Form::refusal)
}

/// Returns the form of a list of values without members, which `--query '[].name'` makes, for example.
pub(super) fn only_values() -> Option<&'static Form> {
    named(SHORTENED)
}

fn named(name: &str) -> Option<&'static Form> {
    REFUSED.iter().find(|form| form.name == name)
}
