//! Events that stand in tables: the answers of Log Analytics, and the CSV that portals write. A row becomes the record
//! that a list of events would have in its place.

use std::cell::Cell;
use std::io::{self, Read};

use csv::{ErrorKind, ReaderBuilder, StringRecord, Terminator};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use super::decode::{Unusable, decode};
use super::json::LARGEST_RECORD;
use super::piece::Position;
use crate::model::Instant;

/// The column that every table of `AzureActivity` has.
const TIME: &str = "TimeGenerated";

/// Columns of the portal's own CSV of the activity log.
const PORTAL_COLUMNS: [&str; 2] = ["Correlation id", "Operation name"];

/// What PowerShell's list of an event, or of an account, begins with.
const FORMAT_LIST: [&str; 7] = [
    "Authorization",
    "Claims",
    "Caller",
    "EventTimestamp",
    "CorrelationId",
    "ResourceGroupName",
    "AccountName",
];

/// `{"tables": [{"name", "columns": [{"name", "type"}], "rows": [[…]]}]}`
#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    tables: Vec<Table<'a>>,
    /// Beside tables that are not whole.
    error: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Table<'a> {
    columns: Vec<Column>,
    #[serde(borrow)]
    rows: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Column {
    name: String,
}

/// One row as a record, and where it begins.
pub(super) struct Row {
    pub record: String,
    pub start: Position,
}

/// The rows of an answer's tables of events.
pub(super) struct Rows {
    pub rows: Vec<Row>,
    /// The service had more, and an error kept it from giving them.
    pub is_partial: bool,
}

/// Reads an answer that begins at `start`.
pub(super) fn rows(bytes: &[u8], start: Position) -> Result<Rows, Unusable> {
    let answer: Answer<'_> = decode(bytes)?;
    let mut rows = Vec::new();
    let (mut position, mut passed) = (start, 0);
    for table in answer.tables.iter().filter(|table| table.columns.iter().any(|column| column.name == TIME)) {
        for row in &table.rows {
            let offset = row.get().as_ptr().addr() - bytes.as_ptr().addr();
            position = position.after(&bytes[passed..offset]);
            passed = offset;
            let below = position.line - start.line;
            let unusable = |unusable: Unusable| Unusable { line: unusable.line + below, ..unusable };
            let values: Vec<&RawValue> = decode(row.get().as_bytes()).map_err(unusable)?;
            if values.len() != table.columns.len() {
                return Err(unusable(Unusable::record(
                    "the row has another number of values than the table has columns",
                )));
            }
            let members =
                table.columns.iter().zip(values).map(|(column, value)| member(&column.name, value.get()));
            rows.push(Row { record: object(members), start: position });
        }
    }
    Ok(Rows { rows, is_partial: answer.error.is_some() })
}

fn object(members: impl Iterator<Item = String>) -> String {
    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
}

fn member(name: &str, value: &str) -> String {
    format!("{}:{value}", serde_json::Value::from(name))
}

/// What the first line of a text says about it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Header {
    /// `AzureActivity` as the portal of Log Analytics exports it, in UTC.
    LogAnalytics,
    /// A table whose times are of a zone that it does not tell.
    OtherZone,
    /// The portal's own list of the activity log, in the words and the time zone of whoever looked at it.
    Portal,
    /// `Authorization        : …`, as PowerShell shows an event or an account where nothing converts it.
    FormatList,
    NoTable,
}

impl Header {
    /// Why a text that begins with it cannot be used, and what to do.
    pub(super) fn refusal(&self) -> Option<(&'static str, &'static str)> {
        match self {
            Header::LogAnalytics | Header::NoTable => None,
            Header::OtherZone => Some((
                "its times are of a zone that it does not tell",
                "set the portal's time zone to UTC and export again, or export as JSON with az monitor log-analytics query",
            )),
            Header::Portal => Some((
                "it is the portal's CSV of the activity log, which names operations in a reader's language and times in a \
                 zone that it does not tell",
                "export the log as JSON: az monitor activity-log list --subscription … --start-time … --end-time … --max-events 100000",
            )),
            Header::FormatList => Some((
                "it is text that PowerShell shows people, and no export",
                "export again with Get-AzActivityLog … | ConvertTo-Json -Depth 10",
            )),
        }
    }
}

/// Tells by the first line, as far as it was looked at.
pub(super) fn header(head: &[u8]) -> Header {
    let line =
        head.split(|byte| *byte == b'\n').find(|line| !line.trim_ascii().is_empty()).unwrap_or_default();
    if line.trim_ascii_start().starts_with(b"{") || line.trim_ascii_start().starts_with(b"[") {
        return Header::NoTable;
    }
    let line = String::from_utf8_lossy(line);
    let list_name = line.split_once(':').map(|(name, _)| name).filter(|name| name.ends_with(' '));
    if list_name.is_some_and(|name| FORMAT_LIST.contains(&name.trim())) {
        return Header::FormatList;
    }
    let mut reader = ReaderBuilder::new().has_headers(false).from_reader(line.as_bytes());
    let columns = reader.records().next().and_then(Result::ok).unwrap_or_default();
    let has = |name: &str| columns.iter().any(|column| column.eq_ignore_ascii_case(name));
    if has("TimeGenerated [UTC]") {
        Header::LogAnalytics
    } else if columns.len() > 1 && columns.iter().any(|column| column.starts_with("TimeGenerated [")) {
        Header::OtherZone
    } else if PORTAL_COLUMNS.into_iter().all(has) {
        Header::Portal
    } else {
        Header::NoTable
    }
}

/// Hands every row of a CSV of Log Analytics to `visit`, and tells the line at which the text breaks, if it does.
pub(super) fn for_each_row<R: Read>(
    text: &mut R,
    mut visit: impl FnMut(Result<Row, Unusable>, u64),
) -> Result<(), (Option<u64>, String)> {
    // Lines are counted by their line feeds, so that a carriage return before one stays with the last value.
    let mut quotes = Quotes { source: text, count: 0, of_row: Cell::new(0) };
    let mut reader = ReaderBuilder::new().terminator(Terminator::Any(b'\n')).from_reader(&mut quotes);
    let names: Vec<String> = values(reader.headers().map_err(broken)?)
        .map(|name| name.strip_suffix(" [UTC]").unwrap_or(name).to_owned())
        .collect();
    let mut row = StringRecord::new();
    while reader.read_record(&mut row).map_err(broken)? {
        reader.get_ref().of_row.set(0);
        let line = row.position().map_or(1, csv::Position::line);
        let start = Position { line, column: 1 };
        let members: Result<Vec<String>, Unusable> =
            names.iter().zip(values(&row)).map(|(name, value)| csv_member(name, value)).collect();
        visit(members.map(|members| Row { record: object(members.into_iter()), start }), line);
    }
    let line = reader.position().line();
    drop(reader);
    if quotes.count % 2 == 1 {
        return Err((Some(line), "the file is cut off, inside a value in quotes".to_owned()));
    }
    Ok(())
}

fn broken(error: csv::Error) -> (Option<u64>, String) {
    let line = error.position().map(csv::Position::line);
    match error.into_kind() {
        ErrorKind::UnequalLengths { .. } => {
            (line, "the row has another number of values than the header, so it may be cut off".to_owned())
        }
        ErrorKind::Utf8 { .. } => (line, "it is not valid UTF-8".to_owned()),
        ErrorKind::Io(error) => (line, format!("it could not be read to its end: {error}")),
        _ => (line, "it is not valid CSV".to_owned()),
    }
}

fn values(row: &StringRecord) -> impl Iterator<Item = &str> {
    row.iter().map(|value| value.strip_suffix('\r').unwrap_or(value))
}

/// Counts quotes, of which a whole CSV has an even number, and refuses rows past all measure.
struct Quotes<R> {
    source: R,
    count: usize,
    /// What was read since the last row, which is held in memory.
    of_row: Cell<usize>,
}

impl<R: Read> Read for Quotes<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.of_row.get() > LARGEST_RECORD {
            return Err(io::Error::other("a row is over 64 MiB long, which no export holds"));
        }
        let read = self.source.read(buffer)?;
        self.of_row.set(self.of_row.get() + read);
        self.count += memchr::memchr_iter(b'"', &buffer[..read]).count();
        Ok(read)
    }
}

fn csv_member(name: &str, value: &str) -> Result<String, Unusable> {
    let text = if name == TIME {
        let time = Instant::parse_portal_utc(value).or_else(|| Instant::parse(value));
        time.ok_or_else(|| Unusable::record("its TimeGenerated is not a time as 9/27/2026, 10:15:00.250 AM"))?
            .to_string()
    } else {
        value.to_owned()
    };
    Ok(member(name, &serde_json::Value::from(text).to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_past_all_measure_is_refused_and_not_held_in_memory() {
        let mut endless = (&b"\"TimeGenerated [UTC]\",Caller\n"[..]).chain(io::repeat(b'"'));
        let end = for_each_row(&mut endless, |_, _| panic!("there is no row"));
        assert!(end.is_err_and(|(_, what)| what.contains("over 64 MiB")));
    }

    #[test]
    fn many_rows_may_be_longer_together() {
        let mut rows = 0;
        let row = format!("x,{}\n", "y".repeat(1 << 20));
        let text = format!("TimeGenerated [UTC],Caller\n{}", row.repeat(65));
        let end = for_each_row(&mut text.as_bytes(), |_, _| rows += 1);
        assert_eq!((end, rows), (Ok(()), 65));
    }
}
