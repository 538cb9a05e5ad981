//! Decodes records in tables: the answers of Log Analytics and of Resource Graph, and CSV. Each row becomes the record
//! that a list would contain.

use std::collections::BTreeMap;
use std::io::{self, Read};

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::model::Instant;
use crate::read::formats::account::StatedName;
use crate::read::formats::activity::is_flattened;
use crate::read::formats::csv::CsvRows;
use crate::read::formats::decode::{Unusable, decode};
use crate::read::formats::family::Family;
use crate::read::json::piece::Position;

/// Column that every table of `AzureActivity` has.
const TIME_COLUMN: &str = "TimeGenerated";
/// Columns of times in rows that a search job found, and that a summary rule made.
const OTHER_TIME_COLUMNS: [&str; 2] = ["_OriginalTimeGenerated", "_BinStartTime"];
/// Columns of events, as Log Analytics spells them.
const EVENT_COLUMNS: [&str; 26] = [
    "TimeGenerated",
    "TimeGenerated [UTC]",
    "_OriginalTimeGenerated",
    "_OriginalTimeGenerated [UTC]",
    "_BinStartTime",
    "_BinStartTime [UTC]",
    "OperationName",
    "OperationNameValue",
    "ResourceId",
    "_ResourceId",
    "ActivityStatus",
    "ActivityStatusValue",
    "ActivitySubstatus",
    "ActivitySubstatusValue",
    "Caller",
    "Category",
    "CategoryValue",
    "Level",
    "Type",
    "ResourceProvider",
    "ResourceProviderValue",
    "OperationId",
    "CorrelationId",
    "EventDataId",
    "Properties",
    "Properties_d",
];
/// Columns of which a table without its time is still one of events.
const OPERATION_COLUMNS: [&str; 2] = ["OperationName", "OperationNameValue"];
/// Suffix of that column in the portal's CSV, if the portal shows times in UTC.
const UTC_SUFFIX: &str = " [UTC]";

/// Columns of accounts that contain JSON.
const JSON_COLUMNS: [&str; 3] = ["properties", "tags", "systemData"];
/// Columns of accounts that contain text.
const TEXT_COLUMNS: [&str; 10] = [
    "id",
    "name",
    "type",
    "kind",
    "location",
    "resourceGroup",
    "subscriptionId",
    "tenantId",
    "etag",
    "createdTime",
];
/// An answer: `{"tables": [{"name", "columns": [{"name", "type"}], "rows": [[…]]}]}`
#[derive(Deserialize)]
struct LogAnswer<'a> {
    #[serde(borrow)]
    tables: Vec<JsonTable<'a>>,
    /// Present if the tables are not complete.
    error: Option<IgnoredAny>,
}

/// An answer: `{"totalRecords", "count", "resultTruncated", "$skipToken", "data": {"columns", "rows"}}`
#[derive(Deserialize)]
struct GraphAnswer<'a> {
    #[serde(borrow)]
    data: JsonTable<'a>,
}

#[derive(Deserialize)]
struct JsonTable<'a> {
    /// Bounded by the record, like `rows`.
    columns: Vec<Column>,
    #[serde(borrow)]
    rows: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Column {
    name: String,
}

/// One row as a record, with its place.
#[derive(Debug)]
pub(in crate::read) struct TableRow {
    pub record: String,
    pub start: Position,
    pub end: Position,
    /// Fault of a part that could not be read; the record contains the rest.
    pub fault: Option<Unusable>,
    /// Whether an object of the row is the text of a PowerShell object.
    pub is_flattened: bool,
}

/// A row, or the fault and the line of one that cannot be used.
pub(in crate::read) type ReadRow = Result<TableRow, (Unusable, Position)>;

/// The rows in one table of an answer of Log Analytics.
pub(in crate::read) struct LogTable {
    pub rows: Vec<ReadRow>,
    pub is_of_events: bool,
}

/// The rows in the tables of one answer.
pub(in crate::read) struct TableRows {
    /// With one row for each of the record.
    pub tables: Vec<LogTable>,
    /// Whether an error kept the service from returning all rows.
    pub is_partial: bool,
}

/// Decodes an answer of Log Analytics that begins at `start`.
pub(in crate::read) fn of_log_analytics(bytes: &[u8], start: Position) -> Result<TableRows, Unusable> {
    let mut answer: LogAnswer<'_> = decode(bytes)?;
    let mut place = Placed { bytes, passed: 0, position: start };
    let is_of_event =
        |column: &Column| column.name == TIME_COLUMN || OPERATION_COLUMNS.contains(&&*column.name);
    let table = |table: &mut JsonTable<'_>| {
        for column in &mut table.columns {
            column.name = event_column(&column.name).to_owned();
        }
        LogTable { is_of_events: table.columns.iter().any(is_of_event), rows: table.rows(&mut place) }
    };
    Ok(TableRows {
        tables: answer.tables.iter_mut().map(table).collect(),
        is_partial: answer.error.is_some(),
    })
}

/// Returns the name of a column as Log Analytics spells it, if the column matters to events.
fn event_column(name: &str) -> &str {
    let name = name.trim();
    EVENT_COLUMNS.into_iter().find(|known| known.eq_ignore_ascii_case(name)).unwrap_or(name)
}

/// Decodes a table of Resource Graph that begins at `start`.
pub(in crate::read) fn of_resource_graph(bytes: &[u8], start: Position) -> Result<Vec<ReadRow>, Unusable> {
    let answer: GraphAnswer<'_> = decode(bytes)?;
    Ok(answer.data.rows(&mut Placed { bytes, passed: 0, position: start }))
}

/// Returns the members of an answer next to its table, each with its name in quotes.
pub(in crate::read) fn members(bytes: &[u8]) -> Vec<(String, String)> {
    let members: BTreeMap<String, &RawValue> = serde_json::from_slice(bytes).unwrap_or_default();
    let others = members.into_iter().filter(|(name, _)| name != "data");
    others.map(|(name, value)| (format!("\"{name}\""), value.get().to_owned())).collect()
}

/// Returns the places of parts of a text, in order.
struct Placed<'t> {
    bytes: &'t [u8],
    passed: usize,
    position: Position,
}

impl Placed<'_> {
    fn of(&mut self, part: &str) -> Position {
        let offset = part.as_ptr().addr() - self.bytes.as_ptr().addr();
        self.position = self.position.after(&self.bytes[self.passed..offset]);
        self.passed = offset;
        self.position
    }
}

impl JsonTable<'_> {
    fn rows(&self, place: &mut Placed<'_>) -> Vec<ReadRow> {
        let row = |row: &&RawValue| {
            let start = place.of(row.get());
            let end = start.after(row.get().as_bytes());
            let values: Vec<&RawValue> =
                decode(row.get().as_bytes()).map_err(|unusable| (unusable, start))?;
            if values.len() != self.columns.len() {
                let what = "the number of values in the row differs from the number of columns";
                return Err((Unusable::record(what), start));
            }
            let columns = self.columns.iter().zip(values);
            let members = columns.map(|(column, value)| member(&column.name, value.get()));
            Ok(TableRow { record: object(members), start, end, fault: None, is_flattened: false })
        };
        self.rows.iter().map(row).collect()
    }
}

fn object(members: impl Iterator<Item = String>) -> String {
    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
}

fn member(name: &str, value: &str) -> String {
    format!("{}:{value}", Value::from(name))
}

/// A table in CSV. Its header is read already.
pub(in crate::read) struct CsvTable<R> {
    rows: CsvRows<R>,
    /// The values of the first row, so bounded like one.
    header: Vec<String>,
    /// Names of the columns: those of events as Log Analytics spells them, and no white space around any.
    names: Vec<String>,
    family: Family,
    /// The fault of the header, until it is returned, and its place.
    fault: Option<(Unusable, Position)>,
}

impl<R: Read> CsvTable<R> {
    pub(in crate::read) fn new(text: R, family: Family) -> io::Result<CsvTable<R>> {
        let mut rows = CsvRows::new(text, b',');
        let (mut header, mut fault) = (Vec::new(), None);
        while let Some(row) = rows.next()? {
            header = row.values.unwrap_or_default();
            fault = holds_rows(&header).then(|| (Unusable::export(ROWS_IN_HEADER, LINE_FEEDS), row.start));
            // Windows PowerShell writes the type of the rows above the header.
            if !header.first().is_some_and(|first| first.starts_with(TYPE_LINE_PREFIX)) {
                break;
            }
        }
        let name = |column: &String| match family {
            Family::Activity => event_column(column).to_owned(),
            _ => column.trim().to_owned(),
        };
        Ok(CsvTable { rows, names: header.iter().map(name).collect(), header, family, fault })
    }

    /// Returns the next row; `None` at the end.
    pub(in crate::read) fn next(&mut self) -> io::Result<Option<ReadRow>> {
        if let Some(fault) = self.fault.take() {
            return Ok(Some(Err(fault)));
        }
        let Some(row) = self.rows.next()? else { return Ok(None) };
        let of_row = row.values.and_then(|values| {
            if values == self.header {
                Err("the header of the table is repeated here, as if two tables had been joined")
            } else if values.len() == self.header.len() {
                Ok(values)
            } else {
                Err("the number of values in the row differs from the header, so the row may be cut off")
            }
        });
        Ok(Some(match of_row {
            Ok(values) => self.record(&values, row.start, row.end).map_err(|what| (what, row.start)),
            Err(what) => Err((Unusable::record(what), row.start)),
        }))
    }

    fn record(&self, values: &[String], start: Position, end: Position) -> Result<TableRow, Unusable> {
        let columns = self.names.iter().map(String::as_str).zip(values.iter().map(String::as_str));
        let mut cells = Cells::default();
        for (name, value) in columns {
            if self.family == Family::Accounts {
                cells.add_account_cell(name, value);
            } else {
                cells.add_event_cell(name, value)?;
            }
        }
        let Cells { members, fault, is_flattened } = cells;
        Ok(TableRow { record: object(members.into_iter()), start, end, fault, is_flattened })
    }
}

const ROWS_IN_HEADER: &str = "the header of the table and its rows are one line";
const LINE_FEEDS: &str = "save it as CSV with a line feed (LF, or CR LF) after each row";

/// Whether the header is more than one: lines end in another way than with a line feed, as in "CSV (Macintosh)" of Excel,
/// or were joined.
fn holds_rows(header: &[String]) -> bool {
    // Programs that translate line feeds twice write CR CR LF.
    let ends_line = |one: char| one.is_control() && one != '\t' || matches!(one, '\u{2028}' | '\u{2029}');
    header
        .iter()
        .any(|name| name.trim().contains(ends_line) || name.to_ascii_lowercase().contains("/subscriptions/"))
}

/// Beginning of the line that Windows PowerShell writes above a header.
pub(in crate::read) const TYPE_LINE_PREFIX: &str = "#TYPE ";

/// The cells of a row as the members of a record. One for each column.
#[derive(Default)]
struct Cells {
    members: Vec<String>,
    fault: Option<Unusable>,
    is_flattened: bool,
}

impl Cells {
    fn add_event_cell(&mut self, name: &str, value: &str) -> Result<(), Unusable> {
        let unmarked = name.strip_suffix(UTC_SUFFIX);
        let is_utc = unmarked.is_some();
        let name = unmarked.unwrap_or(name);
        let is_other_time = OTHER_TIME_COLUMNS.contains(&name) && !value.is_empty();
        let text = if name == TIME_COLUMN || is_other_time {
            let of_portal = || Instant::parse_portal_utc(value).filter(|_| is_utc);
            let what = if is_utc {
                "is not a time like 9/27/2026, 10:15:00.250 AM"
            } else {
                "is not a time with its zone, like 2026-09-27T10:15:00Z"
            };
            let time = Instant::parse(value).or_else(of_portal);
            time.ok_or_else(|| Unusable::record(format!("its {name} {what}")))?.to_string()
        } else {
            value.to_owned()
        };
        if matches!(name, "Properties" | "Properties_d") {
            self.parse_json(name, value);
        }
        self.members.push(member(name, &Value::from(text).to_string()));
        Ok(())
    }

    fn add_account_cell(&mut self, name: &str, value: &str) {
        let is = |known: &&&str| name.trim().eq_ignore_ascii_case(known);
        if StatedName::of(name).is_some() {
            // The row has this member even if the cell is empty, which means `null`.
            self.members.push(member(name, &Value::from(value).to_string()));
        } else if value.is_empty() {
            // The same as an absent column.
        } else if let Some(known) = JSON_COLUMNS.iter().find(is) {
            self.is_flattened |= is_flattened(value);
            let json: Option<&RawValue> = self.parse_json(known, value);
            let value = json.map_or_else(|| Value::from(value).to_string(), |json| json.get().to_owned());
            self.members.push(member(known, &value));
        } else if let Some(known) = TEXT_COLUMNS.iter().find(is) {
            self.members.push(member(known, &Value::from(value).to_string()));
        }
    }

    /// Returns the JSON in a cell. If it is invalid, that is a fault of the row.
    fn parse_json<'v>(&mut self, name: &str, value: &'v str) -> Option<&'v RawValue> {
        let value = value.trim();
        if !value.starts_with(['{', '[']) && value != "null" {
            return None;
        }
        let json = serde_json::from_str(value).ok();
        if json.is_none() {
            let what = format!("the JSON in the column {name} is cut off or not valid");
            self.fault.get_or_insert_with(|| Unusable::record(what));
        }
        json
    }
}
