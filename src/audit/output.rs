//! Writes reports. Whether a file can be written is checked before the work starts; the file is written next to its
//! target, and replaces it when it is complete.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
#[cfg(unix)]
use std::os::fd::AsFd;
#[cfg(unix)]
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
#[cfg(unix)]
use std::{
    thread,
    time::{Duration, Instant},
};

use miette::Diagnostic;
#[cfg(unix)]
use nix::{
    errno::Errno,
    fcntl::{FcntlArg, OFlag, fcntl},
};
use serde::Serialize;
use tempfile::{Builder, NamedTempFile};
use thiserror::Error;

use crate::model::{ControlOutcome, Finding, Input, Note, NoteTopic, Report, Severity, Waivers, printable};
use crate::redact::{self, Door, Notation};
use crate::report::{self, Format, Look, Out, Style, WriteError};
use crate::sandbox::FileAccess;

use super::AuditError;
use super::shown::Shown;
use super::uninterrupted::uninterrupted;

/// A report file that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    pub path: PathBuf,
    pub format: Format,
}

#[derive(Debug, Error, Diagnostic)]
pub enum OutputError {
    #[error("{path}: cannot be written: {cause}")]
    #[diagnostic(
        code(rotaudit::output),
        help("name a file in an existing folder with write permission and free space")
    )]
    Unwritable { path: String, cause: io::Error },
    #[error("standard output: cannot be written: {cause}")]
    #[diagnostic(code(rotaudit::output), help("check the target of standard output: it is full or closed"))]
    StandardOutput { cause: io::Error },
    #[error("{path} is an input and would be overwritten")]
    #[diagnostic(code(rotaudit::output_is_input), help("name another file"))]
    IsInput { path: String },
    #[error("{path} is in a folder of inputs and not a report of rotaudit, and would be overwritten")]
    #[diagnostic(code(rotaudit::output_is_input), help("name another file, or remove this one first"))]
    IsAmongInputs { path: String },
    #[error("{path}: no program opened the pipe for reading within {READER_SECONDS} seconds")]
    #[diagnostic(code(rotaudit::output), help("start the program that reads the pipe first"))]
    NoReader { path: String },
    #[error("two reports would be written to {path}")]
    #[diagnostic(code(rotaudit::output_twice), help("name another file for one of them"))]
    Twice { path: String },
}

pub(super) struct Outputs {
    open: Vec<(Output, Target)>,
}

pub(crate) enum Target {
    /// A regular file, or a path without a file, which is replaced when the new file is complete.
    Replaced(PathBuf),
    /// Something that is not a regular file, like a pipe, or that is already open, like `/dev/stdout`.
    Direct(Box<Out>),
}

/// How long a program may take to open a pipe that a report is written to.
const READER_SECONDS: u64 = 5;

/// The length of the beginning of a file that shows whether the file is a report.
const BEGINNING_BYTES: u64 = 16 << 10;

/// The maximum number of links that lead from one to the next: as many as Linux follows.
const MAX_LINKS: usize = 40;

/// The way to write an output.
enum Way {
    /// Replaces the file at the end of links, which stay.
    Replace(PathBuf),
    Direct,
}

impl Way {
    fn to(path: &Path) -> io::Result<Way> {
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_file() && !is_descriptor(path) => {
                path.canonicalize().map(Way::Replace)
            }
            Ok(_) => Ok(Way::Direct),
            Err(error) if error.kind() == io::ErrorKind::NotFound => target_of_links(path).map(Way::Replace),
            Err(error) => Err(error),
        }
    }
}

/// Returns the path at the end of links, where no file exists; `path` itself if it is not a link.
fn target_of_links(path: &Path) -> io::Result<PathBuf> {
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        match fs::read_link(&path) {
            Ok(target) => path = folder(&path).join(target),
            Err(_) => return Ok(path),
        }
    }
    Err(io::Error::other("too many links lead from one to the next"))
}

/// Whether the path names a file that is already open. The process that opened it has a position in it, and continues
/// with the same file.
fn is_descriptor(path: &Path) -> bool {
    ["/dev/stdout", "/dev/stderr", "/dev/fd", "/proc"].iter().any(|known| path.starts_with(known))
}

fn open_direct(path: &Path) -> io::Result<Box<Out>> {
    // The other report goes there as well, after this one.
    if ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"].map(Path::new).contains(&path) {
        return Ok(Box::new(io::stdout()));
    }
    #[cfg(unix)]
    if fs::metadata(path)?.file_type().is_fifo() {
        return Ok(Box::new(open_pipe(path)?));
    }
    Ok(Box::new(OpenOptions::new().append(true).open(path)?))
}

/// Opens a named pipe, for which another program must have opened it as well. If none does in time, the error is
/// `TimedOut`.
#[cfg(unix)]
fn open_pipe(path: &Path) -> io::Result<File> {
    let until = Instant::now() + Duration::from_secs(READER_SECONDS);
    let pipe = loop {
        match OpenOptions::new().write(true).custom_flags(OFlag::O_NONBLOCK.bits()).open(path) {
            Err(error) if error.raw_os_error() == Some(Errno::ENXIO as i32) => {
                if Instant::now() >= until {
                    return Err(io::ErrorKind::TimedOut.into());
                }
                thread::sleep(Duration::from_millis(20));
            }
            opened => break opened?,
        }
    };
    // From here on, a write waits until the reader has room.
    fcntl(&pipe, FcntlArg::F_SETFL(OFlag::empty()))?;
    Ok(pipe)
}

/// Whether the file is the one that standard input is read from.
#[cfg(unix)]
fn is_standard_input(path: &Path) -> bool {
    let input = io::stdin().as_fd().try_clone_to_owned().and_then(|input| File::from(input).metadata());
    let (Ok(input), Ok(file)) = (input, fs::metadata(path)) else { return false };
    input.is_file() && (input.dev(), input.ino()) == (file.dev(), file.ino())
}

/// Other systems do not show which file standard input is.
#[cfg(not(unix))]
fn is_standard_input(_: &Path) -> bool {
    false
}

/// Whether nothing is lost if the file is replaced.
fn is_report_or_empty(path: &Path) -> bool {
    let mut beginning = Vec::new();
    let read = File::open(path).and_then(|file| file.take(BEGINNING_BYTES).read_to_end(&mut beginning));
    read.is_ok() && (beginning.is_empty() || report::is_report(&beginning))
}

/// The files that the process must be able to touch to write an output there.
pub(crate) fn reach(path: &Path) -> FileAccess {
    match Way::to(path) {
        Ok(Way::Replace(path)) => {
            FileAccess { create: vec![folder(&path).to_owned()], ..FileAccess::default() }
        }
        Ok(Way::Direct) => FileAccess { write: vec![path.to_owned()], ..FileAccess::default() },
        Err(_) => FileAccess::default(),
    }
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

impl Outputs {
    pub(super) fn open(outputs: &[Output], inputs: &[PathBuf]) -> Result<Outputs, OutputError> {
        let open = |output: &Output| Ok((output.clone(), Target::open_for(&output.path, inputs, |_| false)?));
        let open: Vec<(Output, Target)> = outputs.iter().map(open).collect::<Result<_, _>>()?;
        let mut replaced = BTreeSet::new();
        for (output, target) in &open {
            if let Target::Replaced(path) = target
                && !replaced.insert((folder(path).canonicalize().ok(), path.file_name()))
            {
                return Err(OutputError::Twice { path: shown(&output.path) });
            }
        }
        Ok(Outputs { open })
    }

    /// The files of this audit, which are not evidence, even if they are among the inputs.
    pub(super) fn paths(&self) -> Vec<PathBuf> {
        self.open.iter().filter_map(|(output, _)| output.path.canonicalize().ok()).collect()
    }

    pub(super) fn write(self, report: &Report, style: &Style, jobs: usize) -> Result<(), AuditError> {
        for (output, target) in self.open {
            // A file is not a terminal, so the look of the terminal does not apply.
            let style = Style { look: Look::default(), ..style.clone() };
            let write = |out: &mut Out| report::write(report, output.format, &style, jobs, out);
            let unwritable = |cause| OutputError::Unwritable { path: shown(&output.path), cause };
            target
                .write(notation(output.format, style.look), write)
                .map_err(|error| not_written(error, unwritable))?;
        }
        Ok(())
    }
}

impl Target {
    /// Opens an output, which must not be one of the inputs. In a folder of inputs, it replaces only reports, empty
    /// files, and other files that `is_replaceable` accepts.
    pub(crate) fn open_for(
        path: &Path,
        inputs: &[PathBuf],
        is_replaceable: fn(&Path) -> bool,
    ) -> Result<Target, OutputError> {
        if let Ok(canonical) = path.canonicalize() {
            let is_input = |input: &PathBuf| match input.canonicalize() {
                Ok(input) => input == canonical,
                Err(_) => input.as_os_str() == "-" && is_standard_input(&canonical),
            };
            if inputs.iter().any(is_input) {
                return Err(OutputError::IsInput { path: shown(path) });
            }
            let is_in =
                |folder: &PathBuf| folder.canonicalize().is_ok_and(|folder| canonical.starts_with(folder));
            if canonical.is_file()
                && inputs.iter().any(is_in)
                && !(is_report_or_empty(&canonical) || is_replaceable(&canonical))
            {
                return Err(OutputError::IsAmongInputs { path: shown(path) });
            }
        }
        Target::open(path).map_err(|cause| match cause.kind() {
            io::ErrorKind::TimedOut => OutputError::NoReader { path: shown(path) },
            _ => OutputError::Unwritable { path: shown(path), cause },
        })
    }

    /// Lets `write` write JSON to the output.
    pub(crate) fn write_json(
        self,
        path: &Path,
        write: impl FnOnce(&mut Out) -> io::Result<()>,
    ) -> Result<(), OutputError> {
        self.write(Notation::Json, write)
            .map_err(|cause| OutputError::Unwritable { path: shown(path), cause })
    }

    fn open(path: &Path) -> io::Result<Target> {
        match Way::to(path)? {
            Way::Direct => open_direct(path).map(Target::Direct),
            Way::Replace(path) => {
                if path.exists() {
                    // A file that may not be written must not be replaced either.
                    OpenOptions::new().append(true).open(&path)?;
                }
                // Checks now that a file can be made there. It is removed again, so that none is left if the work is
                // stopped.
                uninterrupted(|| beside(&path).map(drop))?;
                Ok(Target::Replaced(path))
            }
        }
    }

    fn write<E: From<io::Error>>(
        self,
        notation: Notation,
        write: impl FnOnce(&mut Out) -> Result<(), E>,
    ) -> Result<(), E> {
        match self {
            Target::Replaced(path) => uninterrupted(|| {
                let file = beside(&path)?;
                let mut door = Door::new(file.as_file().try_clone()?, notation);
                write(&mut door)?;
                door.flush()?;
                file.as_file().sync_all()?;
                file.persist(path).map_err(|error| error.error)?;
                Ok(())
            }),
            Target::Direct(file) => {
                let mut door = Door::new(file, notation);
                write(&mut door)?;
                Ok(door.flush()?)
            }
        }
    }
}

/// Makes a new file in the folder of `path`, open for writing only: no file there may be read.
fn beside(path: &Path) -> io::Result<NamedTempFile<File>> {
    let make = |path: &Path| OpenOptions::new().write(true).create_new(true).open(path);
    Builder::new().prefix(".rotaudit-").make_in(folder(path), make)
}

fn shown(path: &Path) -> String {
    printable(&path.to_string_lossy())
}

/// Writes the report to standard output.
pub(super) fn report_to_standard_output(
    report: &Report,
    format: Format,
    style: &Style,
    jobs: usize,
) -> Result<(), AuditError> {
    let mut out = redact::standard_output(notation(format, style.look));
    let written = report::write(report, format, style, jobs, &mut out);
    match written.and_then(|()| Ok(out.flush()?)) {
        Err(WriteError::Io(error)) if is_unread(&error) => Ok(()),
        written => written.map_err(|error| not_written(error, |cause| OutputError::StandardOutput { cause })),
    }
}

/// How a format spells out characters that a terminal or a log would act on.
fn notation(format: Format, look: Look) -> Notation {
    match format {
        Format::Sarif | Format::Json | Format::Oscal => Notation::Json,
        Format::Text if look.color => Notation::Colored,
        Format::Text | Format::Html | Format::Csv | Format::Markdown | Format::Junit | Format::Script(_) => {
            Notation::Plain
        }
    }
}

/// Writes a text for people to standard output.
pub(crate) fn to_standard_output(text: &str) -> Result<(), OutputError> {
    print(text, Notation::Plain)
}

/// Writes a page with this `look` to standard output.
pub(crate) fn page_to_standard_output(text: &str, look: Look) -> Result<(), OutputError> {
    print(text, notation(Format::Text, look))
}

/// Writes JSON to standard output.
pub(crate) fn json_to_standard_output(json: &str) -> Result<(), OutputError> {
    print(json, Notation::Json)
}

/// Writes each value as a line of JSON to standard output.
pub(crate) fn json_lines_to_standard_output<T: Serialize>(
    values: impl IntoIterator<Item = T>,
) -> Result<(), OutputError> {
    print_with(Notation::Json, |out| values.into_iter().try_for_each(|value| write_json_line(&value, out)))
}

/// Writes the value as a line of JSON.
pub(crate) fn write_json_line(value: &impl Serialize, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    writeln!(out)
}

fn print(text: &str, notation: Notation) -> Result<(), OutputError> {
    print_with(notation, |out| out.write_all(text.as_bytes()))
}

fn print_with(notation: Notation, write: impl FnOnce(&mut Out) -> io::Result<()>) -> Result<(), OutputError> {
    let mut out = redact::standard_output(notation);
    match write(&mut out).and_then(|()| out.flush()) {
        Err(cause) if !is_unread(&cause) => Err(OutputError::StandardOutput { cause }),
        _ => Ok(()),
    }
}

/// A reader that stops early, like `head`, is not an error.
fn is_unread(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::BrokenPipe
}

fn not_written(error: WriteError, unwritable: impl FnOnce(io::Error) -> OutputError) -> AuditError {
    match error {
        WriteError::Render(error) => error.into(),
        WriteError::Io(cause) => unwritable(cause).into(),
    }
}

pub fn to_standard_error(diagnostic: impl Into<miette::Report>) {
    let shown = miette::Report::new(Shown(diagnostic.into()));
    redact::to_standard_error(&format!("{shown:?}\n"), Notation::Colored);
}

/// A line on standard error about the audit as a whole.
pub(super) fn remark(text: &str) {
    redact::to_standard_error(&format!("note: {}\n", printable(text)), Notation::Plain);
}

/// The last line of an audit on standard error, if standard output has no text report.
pub(crate) fn say(verdict_line: &str) {
    redact::to_standard_error(&format!("{}\n", printable(verdict_line)), Notation::Plain);
}

/// A part of the evidence that could not be used, as it is shown on standard error.
#[derive(Debug, Error, Diagnostic)]
#[error("{text}")]
#[diagnostic(code(rotaudit::evidence), help("{help}"))]
struct UnusableEvidence {
    text: String,
    help: String,
}

/// A waiver that waives nothing, as it is shown on standard error.
#[derive(Debug, Error, Diagnostic)]
#[error("{text}")]
#[diagnostic(code(rotaudit::waivers), severity(Warning))]
struct DoubtfulWaiver {
    text: String,
}

/// Names on standard error the inputs that could not be read; the report has them, too. Errors of policies are shown
/// where they are found.
pub(crate) fn print_errors(notes: &[Note], inputs: &[Input]) {
    let is_told = |note: &&Note| note.severity == Severity::Error && note.topic == NoteTopic::Evidence;
    for note in notes.iter().filter(is_told) {
        let path = note.input.and_then(|input| inputs.get(input.0)).map(|input| input.path.as_str());
        let place = match (path, note.line) {
            (Some(path), Some(line)) => format!("{path}:{line}: "),
            (Some(path), None) => format!("{path}: "),
            (None, _) => String::new(),
        };
        let diagnostic = UnusableEvidence {
            text: printable(&format!("{place}{}", note.text)),
            help: printable(note.help.as_deref().unwrap_or("the report is written without it")),
        };
        to_standard_error(diagnostic);
    }
}

/// A file in a folder that was left aside, as it is shown on standard error.
#[derive(Debug, Error, Diagnostic)]
#[error("{text}")]
#[diagnostic(code(rotaudit::left_aside), severity(Advice))]
struct LeftAside {
    text: String,
    #[help]
    help: Option<String>,
}

/// A failed finding about evidence of which no report can be written.
#[derive(Debug, Error, Diagnostic)]
#[error("{text}")]
#[diagnostic(code(rotaudit::finding), help("{help}"))]
struct FailedFinding {
    text: String,
    help: String,
}

/// The maximum number of files that are listed individually, if no report lists them.
const MAX_LEFT_ASIDE: usize = 10;

/// Names on standard error the inputs that were left aside, and the doubts about the others: one of them may be the one
/// that is missing.
pub(crate) fn print_left_aside(notes: &[Note], inputs: &[Input]) {
    let of_input = |note: &Note| {
        let input = note.input.and_then(|input| inputs.get(input.0));
        let place = input.map(|input| format!("{}: ", input.path)).unwrap_or_default();
        let text = printable(&format!("{place}{}", note.text));
        let is_error = note.severity == Severity::Error;
        (!is_error).then(|| LeftAside { text, help: note.help.as_deref().map(printable) })
    };
    let left_aside: Vec<LeftAside> = notes.iter().filter_map(of_input).collect();
    let more = left_aside.len().saturating_sub(MAX_LEFT_ASIDE);
    left_aside.into_iter().take(MAX_LEFT_ASIDE).for_each(to_standard_error);
    if more > 0 {
        to_standard_error(LeftAside { text: format!("{more} more like these"), help: None });
    }
}

/// Shows a finding on standard error, if it is a failure.
pub(super) fn print_finding(finding: &Finding) {
    if let ControlOutcome::Fail(_) = finding.outcome {
        let steps: Vec<String> = finding.steps.iter().map(|step| printable(&step.text)).collect();
        to_standard_error(FailedFinding { text: printable(&finding.message), help: steps.join("\n") });
    }
}

/// Names on standard error the waivers that waive nothing; the report has them, too.
pub(crate) fn print_doubts(waivers: &Waivers) {
    for (line, doubt) in &waivers.doubts {
        let text = printable(&format!("{}:{line}: {doubt}", waivers.file));
        to_standard_error(DoubtfulWaiver { text });
    }
}
