//! Finds the files to read in the paths of the command line, and names each as reports do.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use foldhash::fast::RandomState;
use miette::Diagnostic;
use thiserror::Error;
use walkdir::WalkDir;

use crate::missing;
use crate::model::{BlobHour, Instant, Note, ResourceId, Severity};
use crate::read::source::archive::{self, Archive};
use crate::redact;

/// One file to read.
#[derive(Clone, Debug)]
pub(in crate::read) struct FoundFile {
    pub source: SourcePath,
    /// Path from the folder on the command line, with `/` between folders and without keys. For a file on the command
    /// line, only its name.
    pub label: String,
    /// Whether a key was removed from the label.
    pub is_redacted: bool,
    /// Whether the file was named on the command line, and not found in a folder.
    pub is_named: bool,
    /// Components of the absolute path, including those inside an archive.
    pub parts: Vec<String>,
    /// Hour and subscription in the folders of the path, if the file is an hour of a diagnostic setting.
    pub blob: Option<BlobHour>,
}

#[derive(Clone, Debug)]
pub(in crate::read) enum SourcePath {
    File(PathBuf),
    /// A file in a zip archive, by its position there.
    Archived(Archive, usize),
    StandardInput,
}

impl SourcePath {
    /// Passes the content to `read`.
    pub(in crate::read) fn with_reader<T>(
        &self,
        read: impl FnOnce(&mut (dyn Read + Send)) -> io::Result<T>,
    ) -> io::Result<T> {
        match self {
            SourcePath::File(path) => read(&mut File::open(path)?),
            SourcePath::Archived(archive, index) => archive.with_entry(*index, read),
            SourcePath::StandardInput => read(&mut io::stdin()),
        }
    }
}

#[derive(Debug, Error, Diagnostic)]
#[error("{path}: there is no such file or folder")]
#[diagnostic(code(rotaudit::no_such_path), help("{help}"))]
pub struct NoSuchPath {
    path: String,
    help: String,
}

impl NoSuchPath {
    fn new(path: &Path) -> NoSuchPath {
        let help = missing::advice(path);
        let help = help.unwrap_or_else(|| "name the exports, or the folder that holds them".to_owned());
        NoSuchPath { path: printable_path(path), help }
    }

    #[must_use]
    pub fn help(self, help: String) -> NoSuchPath {
        NoSuchPath { help, ..self }
    }
}

/// Returns all files in `paths` except `outputs`, sorted by label, with notes on those that were left out.
///
/// `outputs` are the canonical paths of files that this audit writes.
pub(in crate::read) fn find(
    paths: &[PathBuf],
    outputs: &[PathBuf],
) -> Result<(Vec<FoundFile>, Vec<Note>), NoSuchPath> {
    let mut search = Search { outputs, seen: HashSet::default(), files: Vec::new(), notes: Vec::new() };
    for path in paths {
        if path.as_os_str() == "-" {
            search.add_standard_input();
        } else if path.is_dir() {
            search.walk(path);
        } else if path.exists() {
            let canonical = path.canonicalize().unwrap_or_else(|_| path.clone());
            search.add_file(path, &canonical, path.file_name().map_or(path, Path::new), true);
        } else {
            return Err(NoSuchPath::new(path));
        }
    }
    search.files.sort_by(|one, other| one.found.label.cmp(&other.found.label));
    make_labels_unique(&mut search.files);
    search.notes.sort();
    let mut found: Vec<FoundFile> = search.files.into_iter().map(|file| file.found).collect();
    found.sort_by(|one, other| one.label.cmp(&other.label));
    Ok((found, search.notes))
}

struct Search<'a> {
    outputs: &'a [PathBuf],
    /// Canonical paths of all files that were found. One for each file.
    seen: HashSet<OsString, RandomState>,
    /// One for each file in the folders and archives.
    files: Vec<LabelledFile>,
    /// At most one for each entry of a folder or archive.
    notes: Vec<Note>,
}

struct LabelledFile {
    found: FoundFile,
    /// Number of components of the path in the label.
    shown: usize,
}

/// The path of a file.
struct ShownPath {
    parts: Vec<String>,
    /// Number of components in the label.
    shown: usize,
    /// Whether a key was removed from its components.
    is_redacted: bool,
}

impl Search<'_> {
    fn walk(&mut self, folder: &Path) {
        // No link below the folder is followed, so each file found is inside the folder under its own name.
        let canonical = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        let mut is_empty = true;
        let mut entries = WalkDir::new(folder).sort_by_file_name().into_iter();
        while let Some(entry) = entries.next() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    let path = error.path().map(|path| path.strip_prefix(folder).unwrap_or(path));
                    let path = path.map(printable_path).unwrap_or_default();
                    let reason = error.io_error().map(ToString::to_string).unwrap_or_default();
                    self.notes
                        .push(Note::new(Severity::Error, format!("{path}: it cannot be read: {reason}")));
                    continue;
                }
            };
            let label = entry.path().strip_prefix(folder).unwrap_or(entry.path());
            is_empty &= entry.file_type().is_dir();
            let mut note = |what: &str| {
                self.notes.push(Note::new(Severity::Info, format!("{}: {what}", printable_path(label))));
            };
            if entry.depth() > 0 && entry.path_is_symlink() {
                note("a link, not followed");
            } else if entry.file_type().is_file() {
                self.add_file(entry.path(), &canonical.join(label), label, false);
            } else if !entry.file_type().is_dir() {
                note("neither a file nor a folder, skipped");
            } else if entry.depth() > 0 && is_repository(entry.path()) {
                note("the history of a Git repository, not searched");
                is_empty = false;
                entries.skip_current_dir();
            }
        }
        if is_empty && !self.notes.iter().any(|note| note.severity == Severity::Error) {
            let text = format!("{} contains no files", printable_path(folder));
            self.notes.push(Note::new(Severity::Warning, text).help("name the folder with the exports"));
        }
    }

    /// Adds a file, or all files of an archive, unless an earlier path led to the same file.
    fn add_file(&mut self, path: &Path, canonical: &Path, label: &Path, is_named: bool) {
        let is_output = self.outputs.iter().any(|output| output == canonical);
        if is_output || !self.seen.insert(canonical.as_os_str().to_owned()) {
            return;
        }
        let absolute = parts(&std::path::absolute(path).unwrap_or_else(|_| path.to_owned()));
        let shown = parts(label).len();
        let entries = archive::is_archive(path).then(|| archive::entries(path));
        match entries {
            None => self.add_ordinary(path, absolute, shown, is_named),
            Some(Ok((_, entries))) if archive::is_office(&entries) => {
                self.add_ordinary(path, absolute, shown, is_named);
            }
            Some(Ok((archive, entries))) => {
                for entry in entries {
                    // Redacted before the name is split, because a backslash may be part of an escape in a key.
                    let name = redact::text(&entry.name);
                    let is_redacted = matches!(name, Cow::Owned(_));
                    let inner: Vec<&str> = name.split(['/', '\\']).collect();
                    if inner.contains(&"..") || inner.first() == Some(&"") {
                        let text = "the archive contains a file with a path outside of it, which was skipped";
                        let note = Note::new(Severity::Error, format!("{}: {text}", printable_path(label)));
                        self.notes.push(note.help("make the archive again from folders and files"));
                        continue;
                    }
                    let inner = inner.into_iter().filter(|part| !matches!(*part, "" | "."));
                    let inner: Vec<String> = inner.map(|part| printable_part(OsStr::new(part))).collect();
                    let shown = shown + inner.len();
                    let source = SourcePath::Archived(archive.clone(), entry.index);
                    // Like a file in a folder, it was not named on the command line.
                    let path = ShownPath { parts: [absolute.clone(), inner].concat(), shown, is_redacted };
                    self.add(source, path, false);
                }
            }
            Some(Err(error)) => {
                let text = format!("{}: the archive cannot be read: {error}", printable_path(label));
                self.notes
                    .push(Note::new(Severity::Error, text).help("make the archive again, or leave it out"));
            }
        }
    }

    fn add_ordinary(&mut self, path: &Path, absolute: Vec<String>, shown: usize, is_named: bool) {
        let shown = ShownPath { parts: absolute, shown, is_redacted: false };
        self.add(SourcePath::File(path.to_owned()), shown, is_named);
    }

    fn add(&mut self, source: SourcePath, path: ShownPath, is_named: bool) {
        let ShownPath { parts, shown, is_redacted } = path;
        let (label, has_key) = label(&parts, shown);
        let blob = blob_hour(&parts);
        let found = FoundFile { source, label, is_redacted: is_redacted || has_key, is_named, parts, blob };
        self.files.push(LabelledFile { found, shown });
    }

    fn add_standard_input(&mut self) {
        if !self.files.iter().any(|file| matches!(file.found.source, SourcePath::StandardInput)) {
            let path = ShownPath { parts: vec!["-".to_owned()], shown: 1, is_redacted: false };
            self.add(SourcePath::StandardInput, path, true);
        }
    }
}

/// Returns whether a folder contains the objects of Git and nothing that a person puts there, like `.git`.
fn is_repository(folder: &Path) -> bool {
    folder.join("HEAD").is_file() && folder.join("config").is_file() && folder.join("objects").is_dir()
}

/// Makes labels unique: equal ones are extended by parent folders until they differ, or until a path has no more.
fn make_labels_unique(files: &mut [LabelledFile]) {
    loop {
        let mut uses: HashMap<String, usize, RandomState> = HashMap::default();
        for file in files.iter() {
            *uses.entry(path_end(&file.found.parts, file.shown)).or_default() += 1;
        }
        let is_shared = |file: &LabelledFile| uses[&path_end(&file.found.parts, file.shown)] > 1;
        let can_change = |file: &LabelledFile| file.shown < file.found.parts.len() && is_shared(file);
        let changed: Vec<usize> = (0..files.len()).filter(|index| can_change(&files[*index])).collect();
        if changed.is_empty() {
            break;
        }
        for index in changed {
            let file = &mut files[index];
            file.shown += 1;
            let (label, has_key) = label(&file.found.parts, file.shown);
            file.found.label = label;
            file.found.is_redacted |= has_key;
        }
    }
    // Only labels from which keys were removed can still be equal.
    let mut uses: HashMap<String, usize, RandomState> = HashMap::default();
    for file in files {
        let number = uses.entry(file.found.label.clone()).or_default();
        *number += 1;
        if *number > 1 {
            file.found.label = format!("{} ({number})", file.found.label);
        }
    }
}

fn path_end(parts: &[String], shown: usize) -> String {
    parts[parts.len().saturating_sub(shown)..].join("/")
}

/// Returns the last `shown` parts of a path without keys, and whether any key was removed.
fn label(parts: &[String], shown: usize) -> (String, bool) {
    let label = path_end(parts, shown);
    match redact::text(&label) {
        Cow::Borrowed(_) => (label, false),
        Cow::Owned(redacted) => (redacted, true),
    }
}

/// The hour of `…/resourceId=/SUBSCRIPTIONS/{id}/y=2026/m=11/d=22/h=05/m=00/PT1H.json`; the logs of a resource have
/// longer paths.
fn blob_hour(parts: &[String]) -> Option<BlobHour> {
    let [.., root, subscriptions, id, year, month, day, hour, minute, file] = parts else { return None };
    let is_log = root.eq_ignore_ascii_case("resourceId=")
        && subscriptions.eq_ignore_ascii_case("subscriptions")
        && minute == "m=00"
        && ["PT1H.json", "PT1H.json.gz", "PT1H.json.zst"].contains(&file.as_str());
    let number = |part: &str, name: &str| part.strip_prefix(name).map(str::to_owned);
    let (year, month) = (number(year, "y=")?, number(month, "m=")?);
    let (day, hour) = (number(day, "d=")?, number(hour, "h=")?);
    let start = Instant::parse(&format!("{year}-{month}-{day}T{hour}:00:00Z"))?;
    let id = redact::text(id);
    is_log.then(|| Some(BlobHour { subscription: ResourceId::of_subscription(&id)?, start }))?
}

fn parts(path: &Path) -> Vec<String> {
    path.components()
        .filter_map(|component| match component {
            Component::Normal(part) => Some(printable_part(part)),
            _ => None,
        })
        .collect()
}

/// Returns a path with `/` between its components. Bytes that are not Unicode are spelled out, so different paths never
/// look the same.
pub fn printable_path(path: &Path) -> String {
    let relative = parts(path).join("/");
    let path = if path.is_absolute() { format!("/{relative}") } else { relative };
    redact::text(&path).into_owned()
}

fn printable_part(part: &OsStr) -> String {
    part.as_encoded_bytes().utf8_chunks().fold(String::new(), |mut text, chunk| {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|byte| format!("\\x{byte:02x}")));
        text
    })
}
