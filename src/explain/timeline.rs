//! The time that matters for a verdict, drawn in characters of a fixed width: the limit is at a quarter of it.

use std::fmt::Write as _;

use chrono::TimeDelta;

use crate::model::{Attempt, AuditedAccount, Basis, Instant, KeyName, Outcome, Report};

const TIMELINE_COLUMNS: usize = 60;

/// With this value, a quarter of the columns is before the limit, and a column is a whole number of minutes.
const SECONDS_A_COLUMN_AND_DAY: i64 = 1_920;

const LABEL_COLUMNS: usize = 14;

pub(super) struct Timeline<'a> {
    report: &'a Report,
    audited: &'a AuditedAccount,
    start: Instant,
    seconds_a_column: i64,
}

/// The meaning of each sign. Only signs that are drawn are explained.
const SIGN_MEANINGS: [(char, &str); 16] = [
    ('=', "may have been set last then"),
    ('#', "was set last then"),
    ('S', "regeneration succeeded"),
    ('F', "regeneration failed"),
    ('?', "outcome not shown"),
    ('*', "several requests"),
    ('~', "the month in the key"),
    ('r', "when it was read"),
    ('d', "covered, as declared"),
    ('a', "covered, as assumed complete"),
    ('p', "covered, by the log's path"),
    ('o', "covered, as observed"),
    ('e', "covered, by the etag"),
    ('.', "not covered"),
    ('x', "may have been regenerated unseen"),
    ('<', "earlier"),
];

impl Timeline<'_> {
    pub(super) fn new<'a>(report: &'a Report, audited: &'a AuditedAccount) -> Timeline<'a> {
        let seconds_a_column = SECONDS_A_COLUMN_AND_DAY * i64::from(report.parameters.max_age_days);
        let columns = i64::try_from(TIMELINE_COLUMNS).unwrap_or(i64::MAX);
        let start = report.as_of.minus(TimeDelta::seconds(seconds_a_column * columns));
        Timeline { report, audited, start, seconds_a_column }
    }

    pub(super) fn draw(&self) -> String {
        let limit = self.report.as_of.minus(TimeDelta::days(self.report.parameters.max_age_days.into()));
        let mut text = String::new();
        let axis = format!(
            "{:<15}{:<35}{:>10}",
            self.start.date().to_string(),
            limit.date().to_string(),
            self.report.as_of.date().to_string()
        );
        push(&mut text, "", &axis);
        let marks = format!("|{:14}L{:43}T", "", "");
        push(&mut text, "", &marks);
        let rows = self.rows();
        for (label, row) in &rows {
            push(&mut text, label, &row.iter().collect::<String>());
        }
        let is_drawn = |sign: char| rows.iter().any(|(_, row)| row.contains(&sign));
        let _ = writeln!(
            text,
            "  L {limit}, the oldest that a key may be; T {}, the audit; a column is {}",
            self.report.as_of,
            span_in_words(self.seconds_a_column)
        );
        let legend: Vec<String> = SIGN_MEANINGS
            .iter()
            .filter(|(sign, _)| is_drawn(*sign))
            .map(|(sign, meaning)| format!("{sign} {meaning}"))
            .collect();
        for part in legend.chunks(3) {
            let _ = writeln!(text, "  {}", part.join("; "));
        }
        text
    }

    /// Returns the rows that show something.
    fn rows(&self) -> Vec<(String, Vec<char>)> {
        let proof = &self.audited.proof;
        let mut rows = Vec::new();
        for key in KeyName::BOTH {
            if let Some(bounds) = proof.bounds {
                rows.push((format!("{key} set"), self.set(bounds.of(key).earliest, bounds.of(key).latest)));
            }
        }
        for (label, key) in [
            ("key1 requests", Some(KeyName::Key1)),
            ("key2 requests", Some(KeyName::Key2)),
            ("of either key", None),
        ] {
            let own: Vec<&Attempt> = proof.attempts.iter().filter(|attempt| attempt.key == key).collect();
            if !own.is_empty() {
                rows.push((label.to_owned(), self.requests(&own)));
            }
        }
        for key in KeyName::BOTH {
            if let Some(stamp) = proof.stamp_of(key) {
                let mut row = blank();
                self.fill(&mut row, Some(stamp.set_in.start), stamp.set_in.end, '~');
                self.mark(&mut row, stamp.taken_at, 'r');
                rows.push((format!("{key} month"), row));
            }
        }
        rows.push(("log".to_owned(), self.log()));
        if proof.coverage.iter().any(|covered| covered.basis == Basis::Etag) {
            rows.push(("etag".to_owned(), self.etag()));
        }
        for key in KeyName::BOTH {
            // A stamp or an etag can rule out what the log leaves open.
            if proof.gaps_of(key) != proof.log_gaps {
                let mut row = blank();
                for gap in proof.gaps_of(key) {
                    self.fill(&mut row, gap.start, gap.end, 'x');
                }
                rows.push((format!("{key} unseen"), row));
            }
        }
        rows
    }

    fn set(&self, earliest: Option<Instant>, latest: Instant) -> Vec<char> {
        let mut row = blank();
        self.fill(&mut row, earliest, latest, '=');
        if earliest == Some(latest) {
            self.mark(&mut row, latest, '#');
        }
        row
    }

    fn requests(&self, attempts: &[&Attempt]) -> Vec<char> {
        let mut row = blank();
        for attempt in attempts {
            let sign = match attempt.outcome {
                Outcome::Succeeded => 'S',
                Outcome::Failed => 'F',
                Outcome::Uncertain => '?',
            };
            let before = self.column(attempt.at).map(|column| row[column]);
            self.mark(&mut row, attempt.at, if before.is_some_and(|sign| sign != ' ') { '*' } else { sign });
        }
        row
    }

    /// The basis that covers a column completely, or else a gap.
    fn log(&self) -> Vec<char> {
        let proof = &self.audited.proof;
        let mut row = blank();
        for (basis, sign) in [
            (Basis::Observed, 'o'),
            (Basis::Path, 'p'),
            (Basis::AssumedComplete, 'a'),
            (Basis::Declared, 'd'),
        ] {
            for covered in proof.coverage.iter().filter(|covered| covered.basis == basis) {
                self.fill(&mut row, Some(covered.interval.start), covered.interval.end, sign);
            }
        }
        for gap in &proof.log_gaps {
            self.fill(&mut row, gap.start, gap.end, '.');
        }
        row
    }

    fn etag(&self) -> Vec<char> {
        let mut row = blank();
        for covered in self.audited.proof.coverage.iter().filter(|covered| covered.basis == Basis::Etag) {
            self.fill(&mut row, Some(covered.interval.start), covered.interval.end, 'e');
        }
        row
    }

    fn column(&self, instant: Instant) -> Option<usize> {
        let column = instant.seconds_since(self.start).div_euclid(self.seconds_a_column);
        usize::try_from(column)
            .ok()
            .filter(|_| instant >= self.start)
            .map(|column| column.min(TIMELINE_COLUMNS - 1))
    }

    fn fill(&self, row: &mut [char], from: Option<Instant>, to: Instant, sign: char) {
        let first = from.and_then(|from| self.column(from));
        if let (first, Some(last)) = (first.unwrap_or(0), self.column(to))
            && first <= last
        {
            row[first..=last].fill(sign);
        }
        if first.is_none() && matches!(sign, '=' | '~') {
            row[0] = '<';
        }
    }

    fn mark(&self, row: &mut [char], instant: Instant, sign: char) {
        match self.column(instant) {
            Some(column) => row[column] = sign,
            None => row[0] = '<',
        }
    }
}

fn blank() -> Vec<char> {
    vec![' '; TIMELINE_COLUMNS]
}

fn push(text: &mut String, label: &str, row: &str) {
    let line = format!("  {label:<LABEL_COLUMNS$}{row}");
    let _ = writeln!(text, "{}", line.trim_end());
}

fn span_in_words(seconds: i64) -> String {
    let parts = [(seconds / 86_400, "day"), (seconds / 3_600 % 24, "hour"), (seconds / 60 % 60, "minute")];
    let words: Vec<String> = parts
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, unit)| format!("{number} {unit}{}", if number == 1 { "" } else { "s" }))
        .collect();
    words.join(" ")
}
