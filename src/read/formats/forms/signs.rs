//! The signs by which forms of exports are detected.

mod prose;

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

pub(super) use prose::{is_email, is_pipeline};

use super::marks::Marks;
use crate::model::{ResourceId, is_guid};
use crate::read::formats::account::{is_account_type, is_deleted_account_type};
use crate::read::formats::csv::CsvRows;
use crate::read::formats::tables::TYPE_LINE_PREFIX;
use crate::read::json::piece::Container;

/// The members of a record. Their values are decoded only on demand. Bounded by the record.
#[derive(Deserialize)]
pub(super) struct RecordMembers<'a>(#[serde(borrow)] Values<'a>);

/// The name of this program in its reports.
const OWN_NAME: &str = "rotaudit";

/// The beginning of the value by which an OSCAL report names its tool. `report/oscal` must change with it.
const OWN_TOOL_OF_OSCAL: &str = "\"rotaudit ";

/// The beginnings of reports as text, each with a text that follows. `REPORT_MARKS` in `report/mod.rs` must change with
/// them.
const OWN_TEXTS: [(&str, &str); 6] = [
    ("Azure OpenAI key rotation ", " limit "),
    ("## Key rotation audit as of ", ""),
    ("<!doctype html>", "<meta name=\"generator\" content=\"rotaudit\">"),
    ("<?xml ", "<testsuites name=\"rotaudit\""),
    ("#!/usr/bin/env bash", "# The steps that fix what rotaudit "),
    ("<#", "The steps that fix what rotaudit "),
];

/// Names of members that people select from accounts and events.
const OF_AZURE: [&str; 24] = [
    "name",
    "account",
    "accountName",
    "kind",
    "location",
    "resourceGroup",
    "rg",
    "sku",
    "created",
    "dateCreated",
    "disableLocalAuth",
    "resourceId",
    "resource",
    "operation",
    "operationName",
    "op",
    "status",
    "caller",
    "time",
    "timestamp",
    "eventTimestamp",
    "eventDataId",
    "correlationId",
    "subscriptionId",
];

/// Names of [`OF_AZURE`] that many other documents have too.
const COMMON: [&str; 11] = [
    "name",
    "account",
    "location",
    "resourceGroup",
    "rg",
    "sku",
    "created",
    "status",
    "time",
    "timestamp",
    "subscriptionId",
];

/// Names of members that events have and accounts do not, without `_` and in lower case.
const OF_EVENTS: [&str; 10] = [
    "authorization",
    "caller",
    "correlationid",
    "eventdataid",
    "eventname",
    "eventtimestamp",
    "operationid",
    "operationname",
    "operationnamevalue",
    "submissiontimestamp",
];

type Values<'a> = BTreeMap<Cow<'a, str>, &'a RawValue>;

impl<'a> RecordMembers<'a> {
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    pub(super) fn is_array(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|value| value.get().starts_with('['))
    }

    pub(super) fn has_schema(&self, prefix: &str) -> bool {
        self.text("schema").is_some_and(|schema| schema.starts_with(prefix))
    }

    /// Returns whether a member is an object with columns and rows.
    pub(super) fn is_table(&self, name: &str) -> bool {
        self.object(name).is_some_and(|table| table.is_array("columns") && table.is_array("rows"))
    }

    /// Returns whether the record is an answer of REST with its status.
    pub(super) fn is_response(&self) -> bool {
        self.has("StatusCode") && self.has("Content")
    }

    /// Returns whether the record is from a diagnostic setting.
    pub(super) fn is_streamed(&self) -> bool {
        let has = |name: &&str| self.has(name);
        self.has("time") && ["operationName", "resultType", "category"].iter().any(has)
    }

    /// Returns whether the record is an event as az and REST write it.
    pub(super) fn is_event(&self) -> bool {
        let names_operation = self.object("operationName").is_some_and(|name| name.has("value"));
        names_operation || self.has("eventTimestamp") || self.has("eventDataId")
    }

    pub(super) fn is_row_of_log_analytics(&self) -> bool {
        let has_operation = self.has("OperationNameValue") || self.has("OperationName");
        self.has("TimeGenerated") && (has_operation || self.text("Type").is_some())
    }

    pub(super) fn is_account(&self) -> bool {
        if self.is_about_resource() {
            return false;
        }
        let resource_type = self.first_text(&["type", "ResourceType", "Type"]);
        let is_of_type = resource_type.as_deref().is_some_and(is_account_type);
        // An account whose id cannot be read is an account that cannot be used.
        let has_id = ["id", "Id", "ResourceId"].iter().any(|name| self.has(name));
        // The id of an account is also in its events.
        (is_of_type && has_id) || (self.id().is_some_and(|id| id.is_account()) && !self.is_shortened_event())
    }

    /// Returns whether `ResourceId` names the subject of the record, which has an id of its own: that of a policy state,
    /// a lock or a setting, for example.
    pub(super) fn is_about_resource(&self) -> bool {
        let is_own = |(name, value): (&Cow<'_, str>, &&RawValue)| {
            let folded = folded(name);
            folded != "resourceid" && folded.ends_with("id") && value.get().starts_with("\"/")
        };
        let is_resource = ["id", "Id", "kind", "Kind", "AccountType"].iter().any(|name| self.has(name));
        self.has("ResourceId") && (self.is_extension() || !is_resource && self.0.iter().any(is_own))
    }

    /// Returns whether the record is a setting of a resource, such as a lock, as `Get-AzResource` lists it.
    pub(super) fn is_extension(&self) -> bool {
        self.text("ExtensionResourceType").is_some_and(|extension| !extension.is_empty())
    }

    /// Returns whether the record has all these members of the output of another command, and none of an event besides.
    pub(super) fn are_of_other_output(&self, names: &[&str]) -> bool {
        let others = self.0.keys().map(AsRef::as_ref);
        names.iter().all(|name| self.has_path(name)) && !has_name_of_event(others, names)
    }

    /// Returns whether there is a member at a path like `properties.level`, in any spelling.
    fn has_path(&self, path: &str) -> bool {
        let (name, rest) = path.split_once('.').unwrap_or((path, ""));
        let known = self.0.keys().find(|known| folded(known) == folded(name));
        known.is_some_and(|known| {
            rest.is_empty() || self.object(known).is_some_and(|inner| inner.has_path(rest))
        })
    }

    /// Returns whether the record has members that events have and accounts do not.
    pub(super) fn is_shortened_event(&self) -> bool {
        !self.has_kind_or_type() && has_name_of_event(self.0.keys().map(AsRef::as_ref), &[])
    }

    fn has_kind_or_type(&self) -> bool {
        ["kind", "Kind", "AccountType", "type", "Type", "ResourceType"].iter().any(|name| self.has(name))
    }

    /// Returns whether the record is a resource of another type, with the id that such a resource has.
    pub(super) fn is_resource_with_id(&self) -> bool {
        let resource_type = self.first_text(&["type", "ResourceType"]).unwrap_or_default();
        let id = self.first_text(&["id", "Id", "ResourceId"]).unwrap_or_default().to_ascii_lowercase();
        let name = resource_type.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
        resource_type.split_once('/').is_some_and(|(provider, _)| provider.contains('.'))
            && !is_account_type(&resource_type)
            && id.starts_with("/subscriptions/")
            && id.contains(&format!("/{name}/"))
    }

    /// Returns the values of all members but the properties.
    pub(super) fn around_properties(&self) -> Vec<&'a str> {
        let others = self.0.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("properties"));
        others.map(|(_, value)| value.get()).collect()
    }

    /// Returns whether the record is a resource of another type.
    pub(super) fn is_other_resource(&self) -> bool {
        let resource_type = self.first_text(&["type", "ResourceType"]);
        resource_type.is_some_and(|resource_type| !is_account_type(&resource_type))
    }

    pub(super) fn is_deleted_account(&self) -> bool {
        // As for accounts, one whose id cannot be read is one that cannot be used.
        let resource_type = self.first_text(&["type", "ResourceType", "Type"]);
        let is_of_type = resource_type.as_deref().is_some_and(is_deleted_account_type);
        is_of_type || self.id().is_some_and(|id| id.deleted_account().is_some())
    }

    /// Returns whether the record is a subscription as az, REST or PowerShell lists it.
    pub(super) fn is_subscription(&self) -> bool {
        let id = self.first_text(&["subscriptionId", "SubscriptionId", "id", "Id"]).unwrap_or_default();
        let has_any = |names: &[&str]| names.iter().any(|name| self.has(name));
        is_guid(&id)
            && has_any(&["state", "State"])
            && has_any(&["name", "Name", "displayName"])
            && has_any(&["tenantId", "TenantId", "subscriptionPolicies"])
    }

    /// Returns whether the record is an error of the service.
    pub(super) fn is_error(&self) -> bool {
        self.has("error") || (self.text("Code").is_some() && self.text("Message").is_some())
    }

    /// Returns whether the record is the answer of `keys list`.
    pub(super) fn is_keys(&self) -> bool {
        let is_key = |name: &Cow<'_, str>| ["key1", "key2"].iter().any(|key| name.eq_ignore_ascii_case(key));
        self.0.keys().any(is_key) && self.id().is_none() && !self.has("schema")
    }

    /// Returns whether the record is a SARIF log of rotaudit.
    pub(super) fn is_own_sarif(&self) -> bool {
        let Some(runs) = self.0.get("runs").filter(|_| self.has("$schema")) else { return false };
        let runs: Vec<RecordMembers<'_>> = serde_json::from_str(runs.get()).unwrap_or_default();
        runs.iter().any(|run| {
            let tool = run.object("tool");
            let driver = tool.as_ref().and_then(|tool| tool.object("driver"));
            driver.and_then(|driver| driver.text("name")).as_deref() == Some(OWN_NAME)
        })
    }

    /// Returns whether the record is an OSCAL document in which rotaudit names itself as the tool.
    pub(super) fn is_own_oscal(&self) -> bool {
        self.0.get("assessment-results").is_some_and(|results| results.get().contains(OWN_TOOL_OF_OSCAL))
    }

    fn has_marked_value(&self, marks: Marks) -> bool {
        self.0.values().any(|value| marks.are_in(value.get().as_bytes()))
    }

    fn id(&self) -> Option<ResourceId> {
        self.first_text(&["id", "Id", "ResourceId"]).as_deref().and_then(ResourceId::parse)
    }

    fn first_text(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| self.text(name))
    }

    fn text(&self, name: &str) -> Option<String> {
        serde_json::from_str(self.0.get(name)?.get()).ok()
    }

    fn object(&self, name: &str) -> Option<RecordMembers<'_>> {
        serde_json::from_str(self.0.get(name)?.get()).ok()
    }
}

/// Returns whether one of the names is that of a member that events have and accounts do not, and is not `except`.
fn has_name_of_event<'n>(mut names: impl Iterator<Item = &'n str>, except: &[&str]) -> bool {
    names.any(|name| {
        let name = folded(name);
        OF_EVENTS.contains(&name.as_str()) && !except.iter().any(|one| folded(one) == name)
    })
}

/// Returns a name as all tools would spell it: `operation_name` and `Operation Name` are `operationname`.
fn folded(name: &str) -> String {
    name.replace(['_', ' '], "").to_ascii_lowercase()
}

/// Returns whether a record has members of an account or of an event, but not those that show which. `marks` are those
/// of the values of such members.
pub(super) fn is_shortened(members: &RecordMembers<'_>, container: Container, marks: Marks) -> bool {
    let is_in = |names: &[&str], name: &str| names.iter().any(|known| name.eq_ignore_ascii_case(known));
    let of_azure: Vec<&str> =
        members.0.keys().map(AsRef::as_ref).filter(|name| is_in(&OF_AZURE, name)).collect();
    // One common name alone counts only if the values are those of an account or an event.
    let is_certain = of_azure.len() > 1 || of_azure.iter().any(|name| !is_in(&COMMON, name));
    let is_of_azure = is_certain || !of_azure.is_empty() && members.has_marked_value(marks);
    // Streams of other logs and of metrics have one record per line.
    let is_streamed = container != Container::Array && (members.has("resourceId") || members.has("time"));
    let has_id = members.has("id") && !members.is_shortened_event();
    is_of_azure && !is_streamed && !has_id && !members.has("schema")
}

/// Number of lines in which JSON is searched below the first. A document that only quotes JSON has more text before it.
const MAX_LINES_BEFORE_JSON: usize = 10;

/// The first line of a text that is not JSON, and the known lines below it.
pub(super) struct Head<'t> {
    line: &'t str,
    /// The known text, from that line on.
    text: &'t str,
    /// Columns in the first line, so bounded by the text.
    columns: Vec<String>,
}

/// Names at the beginning of PowerShell's list of an event or of an account.
const FORMAT_LIST: [&str; 7] = [
    "Authorization",
    "Claims",
    "Caller",
    "EventTimestamp",
    "CorrelationId",
    "ResourceGroupName",
    "AccountName",
];

impl<'t> Head<'t> {
    /// Returns `None` if the text may be JSON. A text with an escape character is not JSON.
    pub(super) fn of(text: &'t str) -> Option<Head<'t>> {
        // Windows PowerShell writes the type of the rows above the header of CSV.
        let is_first = |line: &&str| !line.trim().is_empty() && !line.starts_with(TYPE_LINE_PREFIX);
        let line = text.lines().find(is_first)?;
        let is_json = line.trim_start().starts_with(['{', '[']) && !text.contains(ESCAPE);
        let text = line_on(text, line);
        (!is_json).then(|| Head { line, text, columns: columns(line, b',') })
    }

    pub(super) fn delimited_by(&self, delimiter: u8) -> Head<'t> {
        Head { columns: columns(self.line, delimiter), ..*self }
    }

    pub(super) fn line(&self) -> &'t str {
        self.line
    }

    /// Returns whether there is a column of this name, and others.
    pub(super) fn has(&self, name: &str) -> bool {
        self.columns.len() > 1 && self.columns.iter().any(|column| column.eq_ignore_ascii_case(name))
    }

    /// Returns whether the columns are those of the output of another command, and none is of an event besides.
    pub(super) fn are_of_other_output(&self, names: &[&str]) -> bool {
        let has = |name: &&str| self.columns.iter().any(|column| folded(column) == folded(name));
        let others = self.columns.iter().map(String::as_str);
        self.columns.len() > 1 && names.iter().all(has) && !has_name_of_event(others, names)
    }

    pub(super) fn has_prefix(&self, prefix: &str) -> bool {
        self.columns.len() > 1 && self.columns.iter().any(|column| column.starts_with(prefix))
    }
}

/// Character that JSON never contains, and that begins every colour of a terminal.
const ESCAPE: char = '\u{1b}';

/// Line above and below the head of a PowerShell transcript.
const TRANSCRIPT_RULE: &str = "**********************";

/// Least number of characters of a key. Each of them is redacted to `*`.
const MIN_KEY_CHARS: usize = 32;

impl Head<'_> {
    /// Returns the lines below the first that are not empty.
    fn below(&self) -> impl Iterator<Item = &str> {
        self.text.lines().skip(1).filter(|line| !line.trim().is_empty())
    }
}

/// Control characters that a text can contain, besides [`ESCAPE`]: those of a terminal and of pages.
const TEXT_CONTROLS: [char; 7] = ['\t', '\n', '\r', '\u{7}', '\u{8}', '\u{b}', '\u{c}'];

impl Head<'_> {
    /// Returns whether this is text. Any other file contains characters by accident.
    pub(super) fn is_text(&self) -> bool {
        !self
            .text
            .contains(|one: char| one.is_ascii_control() && one != ESCAPE && !TEXT_CONTROLS.contains(&one))
    }
}

pub(super) fn is_coloured(head: &Head<'_>) -> bool {
    head.text.contains("\u{1b}[") && head.is_text()
}

/// Returns whether the text has values between tabs, or ids of resources as its only values.
pub(super) fn is_tsv(head: &Head<'_>) -> bool {
    let begins_with_id = |line: &str| {
        let start = line.trim().trim_start_matches('"').get(..RESOURCE.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(RESOURCE)) && !line.contains([',', ';', '|'])
    };
    let has_ids = || begins_with_id(head.line) || head.below().next().is_some_and(begins_with_id);
    (head.line.contains('\t') || has_ids()) && head.is_text()
}

/// Beginning of the id of a resource.
const RESOURCE: &str = "/subscriptions/";

/// Number of rows in which a text is checked for having the same number of values everywhere.
const MAX_CHECKED_ROWS: usize = 100;

/// Returns whether the text is a table in CSV, or with another delimiter: each row has as many values as the first.
pub(super) fn is_csv(head: &Head<'_>) -> bool {
    head.is_text() && [b',', b';', b'|'].into_iter().any(|delimiter| head.is_delimited_by(delimiter))
}

impl Head<'_> {
    fn is_delimited_by(&self, delimiter: u8) -> bool {
        let mut rows = CsvRows::new(self.text.as_bytes(), delimiter);
        let mut count = || rows.next().ok().flatten().map(|row| row.values.map_or(0, |values| values.len()));
        let Some(columns @ 2..) = count() else { return false };
        let counts: Vec<usize> = std::iter::from_fn(count).take(MAX_CHECKED_ROWS).collect();
        // Only the beginning of the text is known, so its last row can be cut off.
        let whole = if counts.len() > 1 { counts.len() - 1 } else { counts.len() };
        whole > 0 && counts[..whole].iter().all(|count| *count == columns)
    }
}

/// Returns whether the text is a report of rotaudit, or a script of its fixes.
pub(super) fn is_own_report(head: &Head<'_>) -> bool {
    // A browser that saves a page writes its first line in another case.
    OWN_TEXTS.iter().any(|(start, mark)| begins(head.text, start) && head.text.contains(mark))
}

pub(super) fn is_html(head: &Head<'_>) -> bool {
    ["<!doctype html", "<html"].iter().any(|name| begins(head.line, name))
}

/// Returns whether the text is a page, or a part of one, that `ConvertTo-Html` made.
pub(super) fn is_html_of_powershell(head: &Head<'_>) -> bool {
    let has = |mark: &&str| head.text.contains(*mark);
    (is_html(head) || begins(head.line, "<table"))
        && ["<title>HTML TABLE</title>", "<colgroup><col/>"].iter().any(has)
}

pub(super) fn is_xml(head: &Head<'_>) -> bool {
    begins(head.line, XML)
}

/// Returns whether the text is XML in which programs write records: the name of its root shows it.
pub(super) fn is_xml_of_records(head: &Head<'_>) -> bool {
    let rest = head.text.trim_start();
    let elements = rest.split('<').filter(|part| !part.starts_with(['?', '!']) && !part.is_empty());
    let root = elements
        .map(|part| part.split(|one: char| one.is_whitespace() || one == '>').next())
        .next()
        .flatten();
    rest.starts_with('<') && matches!(root, Some("Objects" | "results" | "Workbook"))
}

/// Beginning of an XML document.
const XML: &str = "<?xml";

/// Returns whether a line begins with this name, in any case.
fn begins(line: &str, name: &str) -> bool {
    line.trim_start().get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
}

pub(super) fn is_transcript(head: &Head<'_>) -> bool {
    head.line.trim() == TRANSCRIPT_RULE
}

pub(super) fn has_json_below(head: &Head<'_>) -> bool {
    let is_after_text = |line: &str| line.contains("{\"") && line.trim_end().ends_with('}');
    // Markdown quotes JSON below such a line.
    let mut below = head.below().take(MAX_LINES_BEFORE_JSON).take_while(|line| !line.starts_with("```"));
    is_after_text(head.line)
        || below.any(|line| {
            let line = line.trim();
            line.starts_with("{\"") || matches!(line, "[" | "{" | "[]" | "{}") || line.starts_with("[{")
        })
}

/// Returns whether the next line consists of dashes, like below the names of columns.
pub(super) fn is_table(head: &Head<'_>) -> bool {
    let line = head.below().next().unwrap_or_default().trim();
    line.contains("--") && line.chars().all(|one| "-= +|".contains(one))
}

/// Returns whether the next line consists of dashes for several columns. Below a heading, it has no gaps.
pub(super) fn is_table_of_columns(head: &Head<'_>) -> bool {
    let line = head.below().next().unwrap_or_default();
    is_table(head) && line.split([' ', '+', '|']).filter(|dashes| !dashes.is_empty()).count() > 1
}

/// Line above a document in YAML.
const YAML_BEGIN: &str = "---";

pub(super) fn is_yaml(head: &Head<'_>) -> bool {
    let names = |line: &str| {
        let line = line.trim_start().trim_start_matches("- ");
        let name = line.split_once(':').filter(|(_, value)| value.is_empty() || value.starts_with(' '));
        name.is_some_and(|(name, _)| {
            !name.is_empty() && name.bytes().all(|one| one.is_ascii_alphanumeric() || b"_.-".contains(&one))
        })
    };
    // A document can begin with a line that text with a head in YAML also has below that head.
    let is_begun =
        head.line.trim_end() == YAML_BEGIN && !head.below().any(|line| line.trim_end() == YAML_BEGIN);
    let mut lines = head.below();
    let first = if is_begun { lines.next().unwrap_or_default() } else { head.line };
    // `--query '[].[…]'` and `'[].id'` make lists without names.
    if first.starts_with("- - ") || first.starts_with("- /subscriptions/") {
        return true;
    }
    names(first) && lines.next().is_none_or(|line| names(line) || line.trim_start().starts_with("- "))
}

/// Returns whether the first line that is not a comment names a Rego package.
pub(super) fn is_rego(head: &Head<'_>) -> bool {
    head.begins_with("package ")
}

/// Returns whether the first line that is not a comment begins the waivers of a file.
pub(super) fn is_waivers(head: &Head<'_>) -> bool {
    head.begins_with("waivers:")
}

impl Head<'_> {
    /// Returns whether the first line that is not a comment begins with these words.
    fn begins_with(&self, words: &str) -> bool {
        let mut lines = self.text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
        lines.next().is_some_and(|line| line.starts_with(words))
    }
}

/// Returns whether the text contains keys: named in the first line, or only values, which are redacted.
pub(super) fn is_keys(head: &Head<'_>) -> bool {
    let mut words = head.line.split(|one: char| !one.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let is_key = |word: &str| ["key1", "key2"].iter().any(|key| word.eq_ignore_ascii_case(key));
    let is_redacted = |line: &str| {
        let mut values = line.split_whitespace();
        line.len() >= MIN_KEY_CHARS
            && values.all(|value| value.len() >= MIN_KEY_CHARS && value.bytes().all(|one| one == b'*'))
    };
    words.next().is_some_and(is_key) || is_redacted(head.line)
}

/// Returns the text from one of its lines on.
fn line_on<'t>(text: &'t str, line: &str) -> &'t str {
    let start = (line.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
    text.get(start..).unwrap_or(text)
}

/// Returns whether a line is a message of a command: `WARNING: …`.
pub(super) fn is_message(line: &str) -> bool {
    let word = line.trim_start().split_once(':').map(|(word, _)| word.to_ascii_uppercase());
    word.is_some_and(|word| {
        ["ERROR", "WARNING", "WARN", "INFO", "DEBUG", "VERBOSE", "CRITICAL"].contains(&word.as_str())
    })
}

/// Returns whether a line is the first of an object as PowerShell displays it.
pub(super) fn is_format_list(line: &str) -> bool {
    let name = line.split_once(':').map(|(name, _)| name).filter(|name| name.ends_with(' '));
    name.is_some_and(|name| FORMAT_LIST.contains(&name.trim()))
}

/// Returns whether the first line, or two lines in a row below it, are properties as PowerShell displays them: their
/// colons are in one column.
pub(super) fn has_properties_as_list(head: &Head<'_>) -> bool {
    let colon = |line: &str| {
        let (name, value) = line.split_once(':')?;
        let word = name.trim_end();
        let is_word = word.starts_with(|first: char| first.is_ascii_alphabetic())
            && word.bytes().all(|one| one.is_ascii_alphanumeric() || one == b'_');
        let is_aligned = is_word && name.len() > word.len() && (value.is_empty() || value.starts_with(' '));
        is_aligned.then_some(name.len())
    };
    let below: Vec<Option<usize>> = head.below().take(MAX_LINES_BEFORE_JSON).map(colon).collect();
    let is_pair = |pair: &[Option<usize>]| pair[0].is_some() && pair[0] == pair[1];
    colon(head.line).is_some() || below.windows(2).any(is_pair)
}

fn columns(line: &str, delimiter: u8) -> Vec<String> {
    let row = CsvRows::new(line.as_bytes(), delimiter).next();
    let values = row.ok().flatten().and_then(|row| row.values.ok()).unwrap_or_default();
    values.into_iter().map(|value| value.trim().to_owned()).collect()
}
