//! Reads what a file has around and between its records: tables, answers, and envelopes.

use std::io::{self, Read};

use super::decode::Unusable;
use super::faults::EXPORT_AGAIN;
use super::file::FileReader;
use super::forms::{self, Family, Form, Refusal, Usage};
use super::json::Splitter;
use super::piece::{Container, Piece, Position};
use super::response::{self, Escaped, Response};
use super::tables::{self, CsvTable, ReadRow};
use crate::model::{Note, Severity};

/// The form of a file that holds only the service's refusal.
const FAILED_EXPORT: &str = "failed-export";

impl FileReader {
    /// Says of the whole file that it cannot be used.
    pub(super) fn refuse(&mut self, Refusal { what, help }: Refusal, line: u64) {
        self.note(Note::new(Severity::Error, what).at_line(line).help(help));
    }

    /// Refuses the file by its form; but some forms are noted only, if the file was met in a folder and no mark shows that
    /// it is an export.
    pub(super) fn refuse_form(&mut self, form: &Form, is_marked: bool, line: u64) {
        let (refusal, is_sure) = match form.usage {
            Usage::Read(_) => return,
            Usage::Refuse(refusal) => (refusal, true),
            Usage::Aside(refusal) => (refusal, self.is_named || is_marked),
        };
        self.format = form.name;
        if is_sure {
            self.refuse(refusal, line);
        } else {
            let text = format!("{}; it was left aside", refusal.what);
            self.note(Note::new(Severity::Info, text).help(refusal.help));
        }
    }

    pub(super) fn table<R: Read>(&mut self, mut text: R, family: Family, form: &'static Form) -> R {
        self.found_family(family, form);
        if let Err(error) = self.rows(&mut text, family) {
            self.damage();
            let text = format!("it could not be read to its end: {error}");
            self.note(Note::new(Severity::Error, text).help(EXPORT_AGAIN));
        }
        self.conclude(true);
        text
    }

    /// The rows of CSV.
    fn rows(&mut self, text: &mut impl Read, family: Family) -> io::Result<()> {
        let mut table = CsvTable::new(text, family)?;
        while let Some(row) = table.next()? {
            if let Ok(row) = &row
                && row.is_flattened
                && let Some(refusal) = forms::refusal_of_flattened_accounts()
            {
                self.refuse(refusal, row.start.line);
                break;
            }
            self.row(family, row);
        }
        Ok(())
    }

    pub(super) fn row(&mut self, family: Family, row: ReadRow) {
        let row = match row {
            Ok(row) => row,
            Err((unusable, start)) => return self.unusable(start.line, &unusable),
        };
        let bytes = row.record.as_bytes();
        let unusable_before = self.unusable_records();
        // Its lines are not those of the file.
        let of_row = |unusable: Unusable| Unusable { line: 0, ..unusable };
        if let Err(unusable) = self.use_as(family, bytes, row.start, row.end) {
            self.unused(family, bytes, row.start, &of_row(unusable));
        }
        if let Some(fault) = row.fault.filter(|_| self.unusable_records() == unusable_before) {
            self.unusable(row.start.line, &fault);
        }
    }

    pub(super) fn account_table(&mut self, bytes: &[u8], start: Position) -> Result<(), Unusable> {
        for row in tables::of_resource_graph(bytes, start)? {
            self.row(Family::Accounts, row);
        }
        // Its members are those of an envelope.
        for (name, value) in tables::members(bytes) {
            self.member(name.as_bytes(), value.as_bytes());
        }
        self.families.insert(Family::Accounts);
        Ok(())
    }

    /// An answer of REST, whose text is read as the file.
    pub(super) fn response(&mut self, bytes: &[u8], start: Position) -> Result<(), Unusable> {
        if self.is_inside {
            return Err(Unusable::record("the answer is inside another answer"));
        }
        match response::read(bytes, start)? {
            Response::Refused(status) => self.refused(&status, start.line),
            Response::Content(content, escaped) => {
                self.is_inside = true;
                self.content(&content, escaped);
                self.is_inside = false;
            }
        }
        Ok(())
    }

    fn content(&mut self, content: &str, mut escaped: Escaped<'_>) {
        let mut splitter = Splitter::new(content.as_bytes());
        let end = splitter.for_each(|piece| match piece {
            Piece::Record { bytes, container, start, end } => {
                let (start, end) = (escaped.outer(start), escaped.outer(end));
                self.record(bytes, container, start, end);
            }
            piece => self.piece(piece),
        });
        if let Err(broken) = end {
            self.broken(&broken.within(|place| escaped.outer(place)), splitter.pending());
        }
        self.saw_list |= splitter.saw_list();
    }

    /// The service refused an export, so events or accounts may be missing.
    pub(super) fn refused(&mut self, with: &str, line: u64) {
        self.families.insert(Family::FailedExport);
        if self.families.len() == 1 {
            self.format = FAILED_EXPORT;
        }
        self.damage();
        self.refusals += 1;
        if self.refusals == 1 {
            let text = format!("it holds the service's refusal of an export ({with})");
            let help = "run the export again, with a start time less than 90 days back";
            self.note(Note::new(Severity::Error, text).at_line(line).help(help));
        }
    }

    pub(super) fn log_tables(&mut self, bytes: &[u8], start: Position) -> Result<(), Unusable> {
        let tables::Rows { tables, is_partial } = tables::of_log_analytics(bytes, start)?;
        if is_partial {
            // Nobody knows which rows are missing.
            self.damage();
        }
        self.container = Container::Array;
        for rows in tables {
            self.documents.open(self.container);
            for row in rows {
                self.row(Family::Activity, row);
            }
        }
        if is_partial {
            let text = "the answer holds an error in addition to its tables, so rows are missing";
            self.note(Note::new(Severity::Error, text).help("query shorter windows, one after the other"));
        }
        Ok(())
    }

    /// A member of an envelope, as az, REST and Resource Graph name it.
    pub(super) fn member(&mut self, name: &[u8], value: &[u8]) {
        match name {
            b"\"nextLink\""
            | b"\"NextLink\""
            | b"\"nextlink\""
            | b"\"next_link\""
            | b"\"@odata.nextLink\""
            | b"\"odata.nextLink\""
            | b"\"skip_token\""
            | b"\"$skipToken\""
            | b"\"SkipToken\"" => {
                self.log.has_next_page |= !matches!(value, b"null" | b"\"\"");
            }
            b"\"resultTruncated\"" => {
                self.log.has_next_page |= matches!(value, b"true" | b"\"true\"" | b"\"True\"");
            }
            b"\"count\"" => self.counted[0] = number(value),
            b"\"total_records\"" | b"\"totalRecords\"" => self.counted[1] = number(value),
            _ => {}
        }
    }
}

fn number(text: &[u8]) -> Option<u64> {
    str::from_utf8(text).ok()?.parse().ok()
}
