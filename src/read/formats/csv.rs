//! Cuts CSV into its rows, strictly: a quote that is not closed affects only one row, not the rest of the file.

use std::io::{self, Read};

use memchr::{memchr, memchr3};

use crate::read::json::piece::Position;
use crate::read::json::split::MAX_RECORD_BYTES;

/// Number of bytes that are read at a time.
const CSV_READ_BYTES: usize = 64 << 10;

/// Reads rows one after the other. Memory grows only with the largest row.
pub(in crate::read) struct CsvRows<R> {
    source: R,
    delimiter: u8,
    /// Bytes that are read; the unused ones begin at `start`. At most [`MAX_RECORD_BYTES`] and one read.
    buffer: Vec<u8>,
    start: usize,
    at_end: bool,
    position: Position,
}

#[derive(Debug, PartialEq, Eq)]
pub(in crate::read) struct CsvRow {
    pub start: Position,
    pub end: Position,
    /// The values, or the reason why the row is invalid; then the row ends with its first line. At most
    /// [`MAX_RECORD_BYTES`] in all.
    pub values: Result<Vec<String>, &'static str>,
}

impl<R: Read> CsvRows<R> {
    pub(in crate::read) fn new(source: R, delimiter: u8) -> CsvRows<R> {
        CsvRows { source, delimiter, buffer: Vec::new(), start: 0, at_end: false, position: Position::START }
    }

    /// Returns the next row that is not an empty line; `None` at the end.
    pub(in crate::read) fn next(&mut self) -> io::Result<Option<CsvRow>> {
        while let Some(b'\r' | b'\n') = self.byte(0)? {
            self.consume(1);
        }
        if self.byte(0)?.is_none() {
            return Ok(None);
        }
        let start = self.position;
        let read = self.values()?;
        let length = if let Ok((_, length)) = read { length } else { self.line()? };
        self.consume(length);
        let values = read.map(|(values, _)| values);
        Ok(Some(CsvRow { start, end: self.position, values }))
    }

    /// Returns the values of the row, and its length without the end of its line.
    fn values(&mut self) -> io::Result<Result<(Vec<String>, usize), &'static str>> {
        let (mut values, mut at) = (Vec::new(), 0);
        loop {
            let mut value = Vec::new();
            if self.byte(at)? == Some(b'"') {
                at += 1;
                loop {
                    let Some(quote) = self.find(at, |text| memchr(b'"', text))? else {
                        return Ok(Err("a value in quotes is cut off or lacks its closing quote"));
                    };
                    value.extend_from_slice(&self.buffer[self.start + at..self.start + quote]);
                    at = quote + 1;
                    if self.byte(at)? != Some(b'"') {
                        break;
                    }
                    value.push(b'"');
                    at += 1;
                }
            } else {
                let delimiter = self.delimiter;
                let end = self.find(at, |text| memchr3(delimiter, b'\n', b'"', text))?;
                let end = end.unwrap_or(self.buffer.len() - self.start);
                value.extend_from_slice(&self.buffer[self.start + at..self.start + end]);
                at = end;
                if self.byte(at)? != Some(self.delimiter) {
                    value.pop_if(|last| *last == b'\r');
                }
            }
            let Ok(value) = String::from_utf8(value) else { return Ok(Err("it is not valid UTF-8")) };
            values.push(value);
            match self.byte(at)? {
                None | Some(b'\n') => return Ok(Ok((values, at))),
                Some(b'\r') if matches!(self.byte(at + 1)?, None | Some(b'\n')) => {
                    return Ok(Ok((values, at)));
                }
                Some(byte) if byte == self.delimiter => at += 1,
                Some(_) => return Ok(Err("a quote is in the middle of a value")),
            }
        }
    }

    /// Returns the length of the first line.
    fn line(&mut self) -> io::Result<usize> {
        let end = self.find(0, |text| memchr(b'\n', text))?;
        Ok(end.unwrap_or(self.buffer.len() - self.start))
    }

    /// Returns the first offset from `from` on that `search` finds.
    fn find(&mut self, from: usize, search: impl Fn(&[u8]) -> Option<usize>) -> io::Result<Option<usize>> {
        let mut from = from;
        loop {
            if let Some(found) = search(&self.buffer[self.start + from..]) {
                return Ok(Some(from + found));
            }
            from = self.buffer.len() - self.start;
            if self.byte(from)?.is_none() {
                return Ok(None);
            }
        }
    }

    /// Returns the byte at an offset; `None` at the end.
    fn byte(&mut self, offset: usize) -> io::Result<Option<u8>> {
        while self.start + offset >= self.buffer.len() {
            if self.at_end {
                return Ok(None);
            }
            if self.buffer.len() - self.start > MAX_RECORD_BYTES {
                const { assert!(MAX_RECORD_BYTES == 32 << 20, "the error below states the limit") };
                return Err(io::Error::other("a row is longer than 32 MiB, which no export contains"));
            }
            self.buffer.drain(..self.start);
            self.start = 0;
            let read = self.source.by_ref().take(CSV_READ_BYTES as u64).read_to_end(&mut self.buffer)?;
            self.at_end = read == 0;
        }
        Ok(Some(self.buffer[self.start + offset]))
    }

    fn consume(&mut self, length: usize) {
        self.position = self.position.after(&self.buffer[self.start..self.start + length]);
        self.start += length;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the first line of each row, and its values.
    fn rows(text: &str) -> Vec<(u64, Result<Vec<String>, &'static str>)> {
        let mut rows = CsvRows::new(text.as_bytes(), b',');
        let mut all = Vec::new();
        while let Some(row) = rows.next().expect("a text") {
            all.push((row.start.line, row.values));
        }
        all
    }

    fn values(values: &[&str]) -> Vec<String> {
        values.iter().map(|value| (*value).to_owned()).collect()
    }

    #[test]
    fn quoted_values_keep_separators_quotes_and_line_breaks() {
        for (text, expected) in [
            ("", vec![]),
            ("\r\n\n", vec![]),
            ("a", vec![(1, Ok(values(&["a"])))]),
            ("a,b\r\nc,\r\n", vec![(1, Ok(values(&["a", "b"]))), (2, Ok(values(&["c", ""])))]),
            ("\n,\n", vec![(2, Ok(values(&["", ""])))]),
            ("\"a,\"\"b\"\"\n\",c\nd", vec![(1, Ok(values(&["a,\"b\"\n", "c"]))), (3, Ok(values(&["d"])))]),
            ("\"\",\"\"\"\"\r\n", vec![(1, Ok(values(&["", "\""])))]),
        ] {
            assert_eq!(rows(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_broken_quote_spoils_one_row() {
        let lacks = Err("a value in quotes is cut off or lacks its closing quote");
        let stray = Err("a quote is in the middle of a value");
        for (text, expected) in [
            (
                "a,\"b\nc,d\ne,f",
                vec![(1, lacks.clone()), (2, Ok(values(&["c", "d"]))), (3, Ok(values(&["e", "f"])))],
            ),
            ("\"a\n\"b\",c", vec![(1, stray.clone()), (2, Ok(values(&["b", "c"])))]),
            ("a\"b,c\nd,e", vec![(1, stray.clone()), (2, Ok(values(&["d", "e"])))]),
            ("\"a\"b,c\nd,e", vec![(1, stray.clone()), (2, Ok(values(&["d", "e"])))]),
            ("\"a\"\rb", vec![(1, stray)]),
        ] {
            assert_eq!(rows(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_row_above_the_size_limit_is_an_error() {
        let mut rows = CsvRows::new((&b"a,b\n"[..]).chain(io::repeat(b'"')), b',');
        assert!(rows.next().is_ok_and(|row| row.is_some()));
        assert!(rows.next().is_err_and(|error| error.to_string().contains("longer than 32 MiB")));
        let row = format!("x,{}\n", "y".repeat(1 << 20));
        let text = row.repeat(65);
        let mut rows = CsvRows::new(text.as_bytes(), b',');
        let mut count = 0;
        while rows.next().expect("a text").is_some() {
            count += 1;
        }
        assert_eq!(count, 65);
    }
}
