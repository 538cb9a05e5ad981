//! Reads one file: cuts it into records, finds out what they are, and keeps what an audit needs of them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};

use super::Exports;
use super::account::{self, Decoded as DecodedAccount};
use super::activity::{self, Event};
use super::decode::Unusable;
use super::find::{Found, SourcePath};
use super::format::Family;
use super::json::Splitter;
use super::piece::{Broken, Container, Piece, Position};
use super::source::{Decoded, Digesting};
use super::stamps;
use crate::model::{
    Account, Input, InputId, Instant, KeyEvent, LogExport, Note, Place, Region, ResourceId, Severity, Shared,
    Span, StampedAccount,
};

/// Unusable records are all counted, and the first of them told one by one.
const TOLD_ONE_BY_ONE: usize = 10;

const EXPORT_AGAIN: &str =
    "export the file again; until then this file proves what it holds and nothing by its silence";
const STAMP_AGAIN: &str = "make the sheet again with the script of rotaudit export-script --key-stamps";

pub(super) fn read(found: &Found, input: InputId, exports: &mut Exports) {
    let source: io::Result<Box<dyn Read>> = match &found.source {
        SourcePath::File(path) => File::open(path).map(|file| Box::new(file) as Box<dyn Read>),
        SourcePath::StandardInput => Ok(Box::new(io::stdin().lock())),
    };
    let read = source.and_then(|source| FileReader::new(input, found.is_named).read(source));
    match read {
        Ok(file) => file.hand_over(found, exports),
        Err(error) => {
            let text = format!("{}: it cannot be read: {error}", found.label);
            exports.notes.push(Note::new(Severity::Error, text).help("make it readable, or leave it out"));
        }
    }
}

struct FileReader {
    input: InputId,
    is_named: bool,
    bytes: u64,
    sha256: String,
    family: Option<Family>,
    format: &'static str,
    records: u64,
    other_resources: u64,
    /// Records met before the family was known, that do not tell it.
    unrecognised: Vec<(u64, bool)>,
    accounts: Vec<Account>,
    key_events: Vec<KeyEvent>,
    stamped: Vec<StampedAccount>,
    log: LogExport,
    previous: Option<Instant>,
    unusable: usize,
    notes: Vec<Note>,
}

impl FileReader {
    fn new(input: InputId, is_named: bool) -> FileReader {
        let log = LogExport {
            input,
            events: 0,
            spans: BTreeMap::new(),
            is_newest_first: true,
            has_next_page: false,
            is_damaged: false,
        };
        FileReader {
            input,
            is_named,
            bytes: 0,
            sha256: String::new(),
            family: None,
            format: "unknown",
            records: 0,
            other_resources: 0,
            unrecognised: Vec::new(),
            accounts: Vec::new(),
            key_events: Vec::new(),
            stamped: Vec::new(),
            log,
            previous: None,
            unusable: 0,
            notes: Vec::new(),
        }
    }

    fn read(mut self, source: Box<dyn Read>) -> io::Result<FileReader> {
        let mut splitter = Splitter::new(Decoded::new(Digesting::new(source))?);
        let end = splitter.for_each(|piece| self.piece(piece));
        if let Err(broken) = end {
            self.broken(&broken, splitter.pending());
        }
        let saw_list = splitter.saw_list();
        (self.bytes, self.sha256) = splitter.into_source().into_source().finish()?;
        self.conclude(saw_list);
        Ok(self)
    }

    fn piece(&mut self, piece: Piece<'_>) {
        match piece {
            Piece::Record { bytes, container, start, end } => self.record(bytes, container, start, end),
            Piece::Member { name: b"\"nextLink\"", value, .. } => {
                self.log.has_next_page |= !matches!(value, b"null" | b"\"\"");
            }
            Piece::Member { .. } => {}
        }
    }

    fn record(&mut self, bytes: &[u8], container: Container, start: Position, end: Position) {
        let Some(family) = self.family.or_else(|| self.recognise(bytes, container)) else {
            let is_resource = memchr::memmem::find(bytes, b"\"type\"").is_some();
            self.unrecognised.push((start.line, is_resource));
            return;
        };
        let start_place = Place { input: self.input, line: start.line, column: start.column };
        let region = Region { start: start_place, end_line: end.line, end_column: end.column };
        let read = match family {
            Family::Accounts => self.account(bytes, region),
            Family::Activity => activity::read(bytes, start_place).map(|event| self.event(event)),
            Family::KeyStamps => self.stamps(bytes, start),
            Family::FailedExport => Ok(()),
        };
        match read {
            Ok(()) => {}
            Err(unusable) => self.unusable(start.line, &unusable),
        }
    }

    fn recognise(&mut self, bytes: &[u8], container: Container) -> Option<Family> {
        self.family = Family::of_record(bytes);
        self.format = self.family.map_or(self.format, |family| family.format(container));
        self.family
    }

    fn account(&mut self, bytes: &[u8], region: Region) -> Result<(), Unusable> {
        match account::read(bytes, region)? {
            DecodedAccount::Account(account, notes) => {
                self.records += 1;
                self.accounts.push(account);
                for note in notes {
                    self.note(note.at_line(region.start.line));
                }
            }
            DecodedAccount::OtherType => self.other_resources += 1,
        }
        Ok(())
    }

    fn stamps(&mut self, bytes: &[u8], start: Position) -> Result<(), Unusable> {
        let rows = stamps::read(bytes, self.input, start)?;
        self.records += rows.accounts.len() as u64;
        self.stamped.extend(rows.accounts);
        for unusable in rows.unusable {
            self.unusable(start.line, &unusable);
        }
        Ok(())
    }

    fn event(&mut self, event: Event<'_>) {
        self.records += 1;
        self.log.events += 1;
        self.log.is_newest_first &= self.previous.is_none_or(|previous| event.at <= previous);
        self.previous = Some(event.at);
        if let Some(resource) = &event.resource {
            let subscription = resource.folded().split('/').nth(2).unwrap_or_default();
            match self.log.spans.get_mut(subscription) {
                Some(span) => extend(span, &event, resource),
                None => drop(self.log.spans.insert(subscription.to_owned(), begin(&event, resource))),
            }
        }
        self.key_events.extend(event.key_event);
    }

    fn unusable(&mut self, line: u64, unusable: &Unusable) {
        self.unusable += 1;
        if self.unusable <= TOLD_ONE_BY_ONE {
            let note = Note::new(Severity::Error, &unusable.what).at_line(line + unusable.line);
            self.note(note.help(self.remedy()));
        }
    }

    fn remedy(&self) -> &'static str {
        if self.family == Some(Family::KeyStamps) { STAMP_AGAIN } else { EXPORT_AGAIN }
    }

    fn broken(&mut self, broken: &Broken, pending: &[u8]) {
        if self.family.is_none() {
            self.recognise(pending, Container::Array);
        }
        let (line, text) = match broken {
            Broken::Truncated { at, record } => {
                let inside = record.map(|from| format!(", inside a value that begins in line {}", from.line));
                (Some(at.line), format!("the file is cut off{}", inside.unwrap_or_default()))
            }
            Broken::Syntax { at, expected } => (
                Some(at.line),
                format!(
                    "it is not valid JSON: in column {} there should be {expected}; nothing after it was read",
                    at.column
                ),
            ),
            Broken::TooLarge { at } => {
                let text =
                    "a value of over 64 MiB begins here, which no export holds; nothing after it was read";
                (Some(at.line), text.to_owned())
            }
            Broken::Io(error) => (None, format!("it could not be read to its end: {error}")),
        };
        let is_unknown = self.family.is_none() && !matches!(broken, Broken::Io(_));
        self.log.is_damaged = true;
        if !is_unknown || self.is_named {
            self.note(Note { line, ..Note::new(Severity::Error, text).help(self.remedy()) });
        }
    }

    /// What can be said only once the whole file was read.
    fn conclude(&mut self, saw_list: bool) {
        match self.family {
            None if self.unrecognised.is_empty() && !self.log.is_damaged => self.conclude_empty(saw_list),
            None if self.is_named => {
                let note = Note::new(Severity::Error, "it is neither an account list nor an activity log");
                self.note(note.help("give the JSON output of az cognitiveservices account list and az monitor activity-log list"));
            }
            None => self.note(Note::new(Severity::Info, "of no known format, and left aside")),
            Some(Family::FailedExport) => {
                let note = Note::new(Severity::Error, "it holds no export but the service's refusal of one");
                self.note(note.help("run the export again, with a start time less than 90 days back"));
            }
            Some(Family::Accounts) => self.conclude_accounts(),
            Some(Family::Activity) => self.conclude_activity(),
            Some(Family::KeyStamps) => self.count_untold(),
        }
    }

    fn conclude_empty(&mut self, saw_list: bool) {
        let (format, text) = if saw_list {
            ("empty-list", "an empty list: it shows neither an account nor an event, and proves nothing")
        } else {
            ("empty", "the file is empty")
        };
        self.format = format;
        self.note(Note::new(Severity::Info, text));
    }

    fn conclude_accounts(&mut self) {
        for (line, is_resource) in std::mem::take(&mut self.unrecognised) {
            if is_resource {
                self.other_resources += 1;
            } else {
                self.unusable(line, &Unusable::record("the record is no account"));
            }
        }
        self.count_untold();
        if self.other_resources > 0 {
            let text = format!("{} resources of other types, left aside", self.other_resources);
            self.note(Note::new(Severity::Info, text));
        }
        if self.log.has_next_page {
            let text = "the list has further pages (nextLink), so accounts are missing from it";
            self.note(Note::new(Severity::Error, text).help("export all pages: az follows them by itself"));
        }
    }

    fn conclude_activity(&mut self) {
        for (line, _) in std::mem::take(&mut self.unrecognised) {
            self.unusable(line, &Unusable::record("the record is no activity-log event"));
        }
        self.count_untold();
        self.log.is_damaged |= self.unusable > 0;
    }

    fn count_untold(&mut self) {
        if let Some(untold @ 1..) = self.unusable.checked_sub(TOLD_ONE_BY_ONE) {
            self.note(
                Note::new(Severity::Error, format!("{untold} more records could not be used"))
                    .help(self.remedy()),
            );
        }
    }

    fn hand_over(self, found: &Found, exports: &mut Exports) {
        exports.inputs.push(Input {
            path: found.label.clone(),
            sha256: self.sha256,
            bytes: self.bytes,
            format: self.format,
            records: self.records,
        });
        exports.has_account_list |= self.family == Some(Family::Accounts);
        exports.accounts.extend(self.accounts);
        exports.key_events.extend(self.key_events);
        exports.stamped.extend(self.stamped);
        exports.logs.extend((self.family == Some(Family::Activity)).then_some(self.log));
        exports.notes.extend(self.notes);
    }

    fn note(&mut self, note: Note) {
        self.notes.push(note.of(self.input));
    }
}

fn begin(event: &Event<'_>, resource: &ResourceId) -> Span {
    Span {
        first: event.at,
        last: event.at,
        events: 1,
        scope: resource.clone(),
        operation: Shared::By(event.operation.clone().into_owned()),
        caller: event.caller.clone().map(Cow::into_owned).into(),
        category: event.category.clone().map(Cow::into_owned).into(),
        provider: event.provider.clone().into(),
        status: Shared::By(event.status),
    }
}

fn extend(span: &mut Span, event: &Event<'_>, resource: &ResourceId) {
    let same_text = |shared: &String, text: &str| shared.eq_ignore_ascii_case(text);
    span.first = span.first.min(event.at);
    span.last = span.last.max(event.at);
    span.events += 1;
    if !span.scope.contains(resource)
        && let Some(scope) = span.scope.common_scope(resource)
    {
        span.scope = scope;
    }
    span.operation.include(Some(event.operation.as_ref()), same_text);
    span.caller.include(event.caller.as_deref(), same_text);
    span.category.include(event.category.as_deref(), same_text);
    span.provider.include(event.provider.as_deref(), same_text);
    span.status.include(Some(&event.status), |shared, status| shared == status);
}
