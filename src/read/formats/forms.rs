//! The forms of exports: how each is detected by its content, never by its name, and whether it is read or refused.
//!
//! All facts about a form are in its row of [`FORMS`], [`OTHERS`], [`REFUSED`] or [`BINARY`]. `docs/inputs.md` is generated from the same rows
//! (`forms/tests.rs` tests it).

mod binary;
mod marks;
mod others;
mod refused;
mod rows;
mod signs;

use serde::de::IgnoredAny;

pub(in crate::read) use super::family::Family;
use crate::model::LogSource;
use crate::read::formats::{distilled, manifest, stamps, words};
use crate::read::json::piece::Container;
use binary::{BINARY, Signature};
pub(in crate::read) use marks::MarkSearch;
use marks::Marks;
use others::OTHERS;
pub(in crate::read) use refused::refusal_of_flattened_accounts;
use refused::{REFUSED, WITHOUT_EVENTS};
use signs::{Head, RecordMembers};

/// Characters of a line that a refusal quotes; a longer one is cut.
const MAX_QUOTED_CHARS: usize = 200;

/// One form of exports.
#[derive(Debug)]
pub(in crate::read) struct Form {
    /// Name in reports.
    pub name: &'static str,
    /// Description of the sign, for `docs/inputs.md`.
    #[cfg_attr(not(test), expect(dead_code, reason = "a test makes the page of inputs from it"))]
    shown_by: &'static str,
    /// Tools that write this form.
    made_by: &'static str,
    sign: Sign,
    pub usage: Usage,
    source: LogSource,
    /// Numbers of rows at which exports are cut, and the tool that cuts them.
    limits: &'static [(u64, &'static str)],
    /// Texts that show the form in a record that is cut off or damaged. In a refused form, they show that the text is
    /// from Azure. Those without capitals are found in any case.
    marks: Marks,
    /// Whether the text has rows, in which events and accounts can be without any mark.
    has_rows: bool,
    /// Whether the refusal quotes the text: it says why there is no export.
    is_quoted: bool,
}

/// The sign by which a form is detected.
#[derive(Debug)]
enum Sign {
    /// Members of one record.
    Record(fn(&RecordMembers<'_>, Container) -> bool),
    /// Members of one record, or columns of CSV: all of these, in any spelling.
    Members(&'static [&'static str]),
    /// Columns of CSV.
    Columns(fn(&Head<'_>) -> bool),
    /// First line of any other text.
    Line(fn(&Head<'_>) -> bool),
    /// First bytes of a file that is not text: any of these.
    Bytes(&'static [Signature]),
}

/// The use of a form.
#[derive(Clone, Copy, Debug)]
pub(in crate::read) enum Usage {
    Read(Family),
    /// The form cannot be used, with the reason and the help.
    Refuse(Refusal),
    /// Like `Refuse`, but a file in a folder that has none of the marks is only noted.
    Aside(Refusal),
}

#[derive(Clone, Copy, Debug)]
pub(in crate::read) struct Refusal {
    pub what: &'static str,
    pub help: &'static str,
}

impl Form {
    const fn read(name: &'static str, family: Family, sign: Sign) -> Form {
        Form {
            name,
            shown_by: "",
            made_by: "",
            sign,
            usage: Usage::Read(family),
            source: LogSource::Service,
            limits: &[],
            marks: Marks::NONE,
            has_rows: false,
            is_quoted: false,
        }
    }

    const fn refuse(name: &'static str, sign: Sign, what: &'static str, help: &'static str) -> Form {
        let form = Form::read(name, Family::FailedExport, sign);
        Form { usage: Usage::Refuse(Refusal { what, help }), ..form }
    }

    const fn aside(name: &'static str, sign: Sign, what: &'static str, help: &'static str) -> Form {
        let form = Form::read(name, Family::FailedExport, sign);
        Form { usage: Usage::Aside(Refusal { what, help }), ..form }
    }

    /// Returns the refusal of a form that is never left aside.
    pub(in crate::read) fn certain_refusal(&self) -> Option<Refusal> {
        match self.usage {
            Usage::Refuse(refusal) => Some(refusal),
            Usage::Read(_) | Usage::Aside(_) => None,
        }
    }

    fn refusal(&self) -> Option<Refusal> {
        match self.usage {
            Usage::Read(_) => None,
            Usage::Refuse(refusal) | Usage::Aside(refusal) => Some(refusal),
        }
    }

    /// Returns whether `text` contains one of the marks.
    pub(in crate::read) fn is_marked(&self, text: &[u8]) -> bool {
        self.marks.are_in(text)
    }

    /// Returns a search for the marks in a text that comes in pieces.
    pub(in crate::read) fn search(&self) -> MarkSearch {
        MarkSearch::new(self.marks)
    }

    const fn shown_by(self, shown_by: &'static str) -> Form {
        Form { shown_by, ..self }
    }

    const fn made_by(self, made_by: &'static str) -> Form {
        Form { made_by, ..self }
    }

    const fn of_rows(self) -> Form {
        Form { has_rows: true, ..self }
    }

    const fn quoted(self) -> Form {
        Form { is_quoted: true, ..self }
    }

    /// Returns whether the beginning of a text has a row that is what is left of an event or of an account.
    pub(in crate::read) fn shows_record(&self, beginning: &[u8]) -> bool {
        let text = String::from_utf8_lossy(beginning);
        self.has_rows && (rows::shows_event(&text) || rows::shows_account(&text))
    }

    /// Returns the line of a text that the refusal quotes: the first error, or else the first line that is not empty.
    pub(in crate::read) fn quote(&self, beginning: &[u8]) -> Option<String> {
        let text = String::from_utf8_lossy(beginning);
        let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
        let is_error = |line: &&str| line.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("error:"));
        let line = lines().find(is_error).or_else(|| lines().next()).filter(|_| self.is_quoted)?;
        let quote: String = line.chars().take(MAX_QUOTED_CHARS).collect();
        Some(if quote.len() < line.len() { quote + "…" } else { quote })
    }

    const fn from(self, source: LogSource) -> Form {
        Form { source, ..self }
    }

    const fn cut_at(self, limits: &'static [(u64, &'static str)]) -> Form {
        Form { limits, ..self }
    }

    const fn marked(self, anywhere: &'static [&'static str]) -> Form {
        Form { marks: Marks { anywhere, ..self.marks }, ..self }
    }

    /// Adds marks that count only as complete values.
    const fn marked_by_values(self, values: &'static [&'static str]) -> Form {
        Form { marks: Marks { values, ..self.marks }, ..self }
    }
}

/// Every form that is read. The first one whose sign matches is used.
static FORMS: [Form; 25] = [
    Form::read("key-stamps", Family::KeyStamps, Sign::Record(|record, _| record.has_schema(stamps::SCHEMA)))
        .shown_by("`schema` is `rotaudit.key-stamps/…`")
        .made_by("`rotaudit export-script --key-stamps`")
        .marked(&["\"rotaudit.key-stamps/"]),
    Form::read("evidence", Family::Evidence, Sign::Record(|record, _| record.has_schema(distilled::SCHEMA)))
        .shown_by("`schema` is `rotaudit.evidence/…`")
        .made_by("`rotaudit collect`")
        .marked(&["\"rotaudit.evidence/"]),
    Form::read("manifest", Family::Manifest, Sign::Record(|record, _| record.has_schema(manifest::SCHEMA)))
        .shown_by("`schema` is `rotaudit.manifest/…`")
        .made_by("`rotaudit export-script`")
        .marked(&["\"rotaudit.manifest/"]),
    Form::read("response", Family::Response, Sign::Record(|record, _| record.is_response()))
        .shown_by("`{\"StatusCode\", \"Content\": \"…\"}`: the text is read as the file")
        .made_by("`Invoke-AzRestMethod … \\| ConvertTo-Json`"),
    Form::read("activity-log/log-analytics", Family::ActivityTables, Sign::Record(|record, _| record.is_array("tables")))
        .shown_by("`{\"tables\": [{\"columns\", \"rows\"}]}`")
        .made_by("`POST …/query` of Log Analytics")
        .from(LogSource::LogAnalytics)
        .cut_at(&[(500_000, "one query of Log Analytics returns")]),
    Form::read("accounts/resource-graph", Family::AccountTable, Sign::Record(|record, _| record.is_table("data")))
        .shown_by("`{\"data\": {\"columns\", \"rows\"}}`")
        .made_by("`POST …/resources` of Resource Graph with `resultFormat: table`")
        .cut_at(&GRAPH_LIMITS),
    Form::read("activity-log/event-hub", Family::Activity, Sign::Record(|record, container| record.is_streamed() && container.is_envelope()))
        .shown_by("`{\"records\": […]}` of records with `time`")
        .made_by("Diagnostic settings, through Event Hub")
        .from(LogSource::Stream),
    Form::read("activity-log/diagnostic", Family::Activity, Sign::Record(|record, _| record.is_streamed()))
        .shown_by("Records with `time` and `operationName`, `resultType` or `category`, mostly one per line")
        .made_by("Diagnostic settings, to a storage account (`PT1H.json`)")
        .from(LogSource::Stream),
    Form::read("activity-log/rest", Family::Activity, Sign::Record(|record, container| record.is_event() && container.is_envelope()))
        .shown_by("`{\"value\": […], \"nextLink\"}` of events")
        .made_by("`GET …/providers/Microsoft.Insights/eventtypes/management/values`")
        .cut_at(&AZ_LIMITS),
    Form::read("activity-log/az", Family::Activity, Sign::Record(|record, _| record.is_event()))
        .shown_by("Events with `eventTimestamp` and `operationName.value`")
        .made_by("`az monitor activity-log list --max-events 100000 --output json`")
        .cut_at(&AZ_LIMITS)
        .marked(&["\"operationName\"", "\"eventTimestamp\""]),
    Form::read("activity-log/sdk", Family::Activity, Sign::Record(|record, _| record.has("event_timestamp") || record.has("event_data_id")))
        .shown_by("Events with `event_timestamp` and `operation_name`")
        .made_by("The SDK for Python, and collectors that use it")
        .marked(&["\"event_timestamp\""]),
    Form::read("activity-log/powershell", Family::Activity, Sign::Record(|record, _| record.has("EventTimestamp")))
        .shown_by("Events with `EventTimestamp` and `OperationName`")
        .made_by("`Get-AzActivityLog -MaxRecord 100000 … \\| ConvertTo-Json -Depth 100`")
        .cut_at(&[(1_000, "Get-AzActivityLog returns unless -MaxRecord says otherwise")])
        .marked(&["\"EventTimestamp\""]),
    Form::read("activity-log/log-analytics", Family::Activity, Sign::Record(|record, _| record.is_row_of_log_analytics()))
        .shown_by("Rows with `TimeGenerated` and `OperationNameValue`")
        .made_by("`az monitor log-analytics query --analytics-query AzureActivity --output json`")
        .from(LogSource::LogAnalytics)
        .cut_at(&[(500_000, "one query of Log Analytics returns")])
        .marked(&["\"OperationNameValue\""]),
    Form::read("accounts/deleted", Family::DeletedAccounts, Sign::Record(|record, _| record.is_deleted_account()))
        .shown_by("Resources with the id of a deleted account")
        .made_by("`az cognitiveservices account list-deleted --output json`")
        .marked(&["\"Microsoft.CognitiveServices/deletedAccounts\""]),
    Form::read("subscriptions", Family::Subscriptions, Sign::Record(|record, _| record.is_subscription()))
        .shown_by("Subscriptions with `state` and `name` or `displayName`; only their names are used, for the reports")
        .made_by("`az account list --output json`, `GET /subscriptions`, `Get-AzSubscription \\| ConvertTo-Json`"),
    Form::read("accounts/powershell", Family::Accounts, Sign::Record(|record, _| {
        record.is_account() && (record.has("AccountType") || record.has("ResourceType"))
    }))
        .shown_by("Accounts with `AccountType` or `ResourceType`")
        .made_by("`Get-AzCognitiveServicesAccount \\| ConvertTo-Json -Depth 100`, `Get-AzResource \\| ConvertTo-Json -Depth 100`"),
    Form::read("accounts/resource-list", Family::Accounts, Sign::Record(|record, _| record.is_account() && record.has("createdTime")))
        .shown_by("Accounts with `createdTime`; their creation, and whether key access is switched off, are unknown")
        .made_by("`az resource list --output json`"),
    Form::read("accounts/resource-graph", Family::Accounts, Sign::Record(|record, _| {
        record.is_account() && (record.has("subscriptionId") || record.has("tenantId"))
    }))
        .shown_by("Accounts with `subscriptionId` or `tenantId`, in `data` or `Data` or alone; `properties`, or columns as in CSV")
        .made_by("`az graph query --first 1000`, `Search-AzGraph … \\| ConvertTo-Json -Depth 100`, REST")
        .cut_at(&GRAPH_LIMITS),
    Form::read("accounts/az", Family::Accounts, Sign::Record(|record, container| record.is_account() && container == Container::Array))
        .shown_by("A list of accounts with `id` and `kind`")
        .made_by("`az cognitiveservices account list --output json`")
        .marked(&["\"Microsoft.CognitiveServices/accounts\"", "\"dateCreated\""]),
    Form::read("accounts/rest", Family::Accounts, Sign::Record(|record, container| record.is_account() && container.is_envelope()))
        .shown_by("`{\"value\": […], \"nextLink\"}` of accounts")
        .made_by("`GET …/providers/Microsoft.CognitiveServices/accounts`"),
    Form::read("accounts/show", Family::Accounts, Sign::Record(|record, _| record.is_account()))
        .shown_by("One account")
        .made_by("`az cognitiveservices account show --output json`"),
    Form::read("failed-export", Family::FailedExport, Sign::Record(|record, _| record.is_error()))
        .shown_by("`{\"error\": …}` or `{\"Code\", \"Message\"}`: an error of the input")
        .made_by("A request that the service refused"),
    Form::read("activity-log/log-analytics-csv", Family::Activity, Sign::Columns(|head| head.has("TimeGenerated [UTC]")))
        .shown_by("CSV with `TimeGenerated [UTC]`")
        .made_by("Log Analytics in the portal, *Export*")
        .from(LogSource::LogAnalytics)
        .cut_at(&[(30_000, "the portal shows and exports of a query")]),
    Form::read("activity-log/log-analytics-rows-csv", Family::Activity, Sign::Columns(|head| head.has("TimeGenerated")))
        .shown_by("CSV with `TimeGenerated`, in ISO 8601")
        .made_by("`Invoke-AzOperationalInsightsQuery … \\| Export-Csv`, Data Explorer")
        .from(LogSource::LogAnalytics)
        .cut_at(&[(30_000, "the portal shows and exports of a query"), (500_000, "one query of Log Analytics returns")]),
    Form::read("accounts/resource-graph-csv", Family::Accounts, Sign::Columns(|head| head.has("id") && (head.has("kind") || head.has("type"))))
        .shown_by("CSV with `id` and `kind`; `properties` is JSON, or there are columns `dateCreated`, `disableLocalAuth`, `isMigrated`, with or without `properties_` before them")
        .made_by("Resource Graph Explorer in the portal, *Download as CSV*")
        .cut_at(&GRAPH_LIMITS),
];

/// Returns the forms that are read: the name of each in reports, and the tools that write it, in Markdown.
pub fn readable_forms() -> impl Iterator<Item = (&'static str, &'static str)> {
    let read = FORMS
        .iter()
        .filter(|form| matches!(form.usage, Usage::Read(family) if family != Family::FailedExport));
    read.map(|form| (form.name, form.made_by))
}

const AZ_LIMITS: [(u64, &str); 1] = [(50, "az returns unless --max-events says otherwise")];

/// Numbers of rows that Resource Graph returns by default (REST, PowerShell), and at most.
const GRAPH_LIMITS: [(u64, &str); 2] = [(100, "Resource Graph"), (1_000, "Resource Graph")];

/// Returns whether a file of a refused form cannot be an activity log.
pub(in crate::read) fn is_without_events(format: &str) -> bool {
    WITHOUT_EVENTS.contains(&format)
}

/// Detects the form of one record, even if it is incomplete, and returns the family of its decoder.
pub(in crate::read) fn of_record(bytes: &[u8], container: Container) -> Option<(Family, &'static Form)> {
    let of_members = |members: RecordMembers<'_>| {
        let is_it = |form: &&Form| matches!(form.sign, Sign::Record(sign) if sign(&members, container));
        FORMS.iter().find(is_it)
    };
    let form = if bytes.trim_ascii_start().starts_with(b"{") {
        serde_json::from_slice(bytes).map_or_else(|_| of_damaged(bytes), of_members)
    } else if serde_json::from_slice::<IgnoredAny>(bytes).is_ok() {
        None
    } else {
        of_damaged(bytes)
    };
    form.and_then(|form| match form.usage {
        Usage::Read(family) => Some((family, form)),
        Usage::Refuse(_) | Usage::Aside(_) => None,
    })
}

/// Detects the refused form of one record whose form is not one that is read.
pub(in crate::read) fn of_refused_record(bytes: &[u8], container: Container) -> Option<&'static Form> {
    match serde_json::from_slice(bytes) {
        Ok(members) => {
            let is_it = |form: &&Form| match form.sign {
                Sign::Record(sign) => sign(&members, container),
                Sign::Members(names) => members.are_of_other_output(names),
                Sign::Columns(_) | Sign::Line(_) | Sign::Bytes(_) => false,
            };
            OTHERS.iter().chain(&REFUSED).find(is_it)
        }
        Err(_) if container == Container::Array && serde_json::from_slice::<IgnoredAny>(bytes).is_ok() => {
            refused::only_values()
        }
        Err(_) => None,
    }
}

fn of_damaged(bytes: &[u8]) -> Option<&'static Form> {
    FORMS.iter().find(|form| form.is_marked(bytes))
}

/// Number of bytes at the beginning of a file in which the form of a file that is not text is detected.
pub(in crate::read) const SIGNATURE_BYTES: usize = 4 << 10;

/// Detects the form of a file that is not text by its first bytes, after it was unpacked once.
pub(in crate::read) fn of_bytes(head: &[u8]) -> Option<&'static Form> {
    let is_it = |form: &&Form| matches!(form.sign, Sign::Bytes(any) if any.iter().any(|one| one.is_of(head)));
    BINARY.iter().find(is_it)
}

/// Detects the form of a text that is not JSON by its beginning.
pub(in crate::read) fn of_text(beginning: &[u8]) -> Option<&'static Form> {
    let mut text = String::from_utf8_lossy(beginning);
    if text.contains('\r') && !text.contains('\n') {
        // Lines of an old Mac. What is not CSV is refused as if they ended with line feeds; for CSV, see `CsvTable`.
        text = text.replace('\r', "\n").into();
    }
    let head = Head::of(&text)?;
    let is_it = |form: &&Form| matches!(form.sign, Sign::Line(sign) if sign(&head));
    of_columns(&head).or_else(|| of_other_columns(&head)).or_else(|| REFUSED.iter().find(is_it))
}

/// Detects the output of another command by its columns, with any delimiter.
fn of_other_columns(head: &Head<'_>) -> Option<&'static Form> {
    [b',', b';', b'\t'].into_iter().find_map(|delimiter| {
        let head = head.delimited_by(delimiter);
        let is_it =
            |form: &&Form| matches!(form.sign, Sign::Members(names) if head.are_of_other_output(names));
        OTHERS.iter().find(is_it)
    })
}

fn of_columns(head: &Head<'_>) -> Option<&'static Form> {
    let is_it = |form: &&Form| matches!(form.sign, Sign::Columns(sign) if sign(head));
    REFUSED.iter().chain(&FORMS).find(is_it)
}

fn named(name: &str) -> impl Iterator<Item = &'static Form> {
    FORMS.iter().filter(move |form| form.name == name)
}

/// Returns the source of the events in logs of this form.
pub(in crate::read) fn source(name: &str) -> LogSource {
    named(name).map(|form| form.source).next().unwrap_or_default()
}

/// Returns the tool that cuts exports of this form at exactly `rows` rows.
pub(in crate::read) fn limit(name: &str, rows: u64) -> Option<&'static str> {
    let mut limits = named(name).flat_map(|form| form.limits);
    limits.find(|(limit, _)| *limit == rows).map(|(_, by)| *by)
}

/// Returns whether a record is a resource of another type than an account. A record whose type cannot be read is not.
pub(in crate::read) fn is_other_resource(bytes: &[u8]) -> bool {
    serde_json::from_slice(bytes).is_ok_and(|members: RecordMembers<'_>| members.is_other_resource())
}

/// Returns the only members of a record that can contain evidence: none in output of rotaudit, and those next to the
/// `properties` in a resource of another type than an account. Returns `None` for any other record. Bounded by the
/// record.
pub(in crate::read) fn searched_members(bytes: &[u8]) -> Option<Vec<&str>> {
    let members: RecordMembers<'_> = serde_json::from_slice(bytes).ok()?;
    if refused::is_own_report(&members) {
        return Some(Vec::new());
    }
    members.is_resource_with_id().then(|| members.around_properties())
}

/// Returns whether a record is about a resource and has an id of its own, like a policy state of an account.
pub(in crate::read) fn is_about_resource(bytes: &[u8]) -> bool {
    serde_json::from_slice(bytes).is_ok_and(|members: RecordMembers<'_>| members.is_about_resource())
}

/// Returns whether a record has members that only events have, and so few that the id is all that an account would have.
pub(in crate::read) fn is_shortened_event(bytes: &[u8]) -> bool {
    serde_json::from_slice(bytes).is_ok_and(|members: RecordMembers<'_>| members.is_shortened_event())
}

/// Returns whether a text that was read in part has a mark of an export from Azure.
pub(in crate::read) fn is_of_azure(text: &[u8]) -> bool {
    Marks { anywhere: &refused::MARKS, values: &words::VALUES }.are_in(text)
}

#[cfg(test)]
mod tests;
