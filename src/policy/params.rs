//! `data.params` of the policies: the command line overrides the user's file, which overrides the default of a control.

use std::collections::BTreeSet;
use std::path::Path;

use miette::Diagnostic;
use serde_json::{Map, Value};
use thiserror::Error;

use super::files::shown;
use super::unique_json;
use crate::companion;
use crate::missing;
use crate::model::{KeyName, Note, Severity, near, printable};

/// The limit that KR001 itself states.
const DEFAULT_MAX_AGE_DAYS: u32 = 90;

/// Longer values are cut in notes. The limit is shorter than any key, since reports repeat values of the file.
const MAX_NOTED_VALUE_CHARS: usize = 24;

/// The highest limit that the command line or a file can set.
pub const LONGEST_MAX_AGE_DAYS: u32 = 36_500;

/// Parameters that only the command line sets, because they affect more than the policies.
const OPTION_ONLY: [(&str, &str); 4] = [
    ("kinds", "--kind"),
    ("in_use_key", "--in-use-key"),
    ("stamps", "--no-stamps"),
    ("etag_evidence", "--etag-evidence"),
];

#[derive(Debug, Error, Diagnostic)]
pub enum ParamsError {
    #[error("{path}: the parameters cannot be read: {what}")]
    #[diagnostic(code(rotaudit::params), help("write them as YAML or JSON, for example: due_soon_days: 30"))]
    Unreadable { path: String, what: String },
    #[error("{path}: set {name} with the option {option}, not in a file")]
    #[diagnostic(code(rotaudit::params))]
    SetByOption { path: String, name: String, option: &'static str },
    #[error("{path}: no policy reads {name}")]
    #[diagnostic(code(rotaudit::params), help("{help}"))]
    Unread { path: String, name: String, help: String },
    #[error("{path}: max_age_days must be a whole number from 1 to {LONGEST_MAX_AGE_DAYS}")]
    #[diagnostic(code(rotaudit::params))]
    NoMaxAge { path: String },
}

/// The members of `data.params`.
#[derive(Clone, Debug, PartialEq)]
pub struct Params {
    /// The maximum age of a key, on which the verdicts depend as well.
    pub max_age_days: u32,
    /// The user's file, and the names in it.
    from_file: Option<(String, Vec<String>)>,
    values: Map<String, Value>,
}

impl Params {
    /// Reads the `file`, if there is one. `max_age_days` of the command line overrides it.
    pub fn new(file: Option<&Path>, max_age_days: Option<u32>) -> Result<Params, ParamsError> {
        let mut values = file.map(read).transpose()?.unwrap_or_default();
        let from_file = file.map(|file| (shown(file), values.keys().cloned().collect()));
        let in_file = match (values.get("max_age_days"), file) {
            (Some(value), Some(file)) => Some(
                value
                    .as_u64()
                    .and_then(|days| u32::try_from(days).ok())
                    .filter(|days| (1..=LONGEST_MAX_AGE_DAYS).contains(days))
                    .ok_or_else(|| ParamsError::NoMaxAge { path: shown(file) })?,
            ),
            _ => None,
        };
        let max_age_days = max_age_days.or(in_file).unwrap_or(DEFAULT_MAX_AGE_DAYS);
        values.insert("max_age_days".to_owned(), max_age_days.into());
        Ok(Params { max_age_days, from_file, values })
    }

    /// Fails on a name in the file that no policy reads, since it must be misspelt. `reads` has all names that policies
    /// read, or is `None` if that is not known.
    pub fn refuse_unread(&self, reads: Option<&BTreeSet<String>>) -> Result<(), ParamsError> {
        let (Some((path, names)), Some(reads)) = (&self.from_file, reads) else { return Ok(()) };
        let is_read = |name: &String| name == "max_age_days" || reads.contains(name);
        let Some(name) = names.iter().find(|name| !is_read(name)) else { return Ok(()) };
        let known: Vec<&str> = reads.iter().map(String::as_str).filter(|name| !is_option(name)).collect();
        let all = format!("the policies read {}", known.join(", "));
        let help = near(name, &known).map_or(all.clone(), |meant| format!("did you mean {meant}? {all}"));
        Err(ParamsError::Unread { path: path.clone(), name: printable(name), help })
    }

    /// Adds the parameters that other options of the audit set.
    #[must_use]
    pub fn and(mut self, kinds: &[String], in_use_key: Option<KeyName>, stamps: bool, etags: bool) -> Params {
        self.values.insert("kinds".to_owned(), kinds.into());
        self.values.insert("stamps".to_owned(), stamps.into());
        self.values.insert("etag_evidence".to_owned(), etags.into());
        if let Some(key) = in_use_key {
            self.values.insert("in_use_key".to_owned(), key.as_str().into());
        }
        self
    }

    /// Returns a note for each value of the user's file that a report does not show elsewhere.
    pub fn notes(&self) -> impl Iterator<Item = Note> + '_ {
        let from_file =
            self.from_file.iter().flat_map(|(path, names)| names.iter().map(move |name| (path, name)));
        let own = from_file.filter(|(_, name)| *name != "max_age_days");
        own.filter_map(|(path, name)| {
            let value = self.values.get(name)?.to_string();
            let shown =
                if value.len() > MAX_NOTED_VALUE_CHARS { String::new() } else { format!(" to {value}") };
            Some(Note::new(Severity::Info, printable(&format!("{path} sets {name}{shown}"))))
        })
    }

    /// The value of `data.params`.
    pub fn into_data(self) -> Value {
        Value::Object(self.values)
    }
}

fn is_option(name: &str) -> bool {
    OPTION_ONLY.iter().any(|(option, _)| *option == name)
}

fn read(path: &Path) -> Result<Map<String, Value>, ParamsError> {
    let unreadable = |what: String| ParamsError::Unreadable { path: shown(path), what };
    let text = companion::read(path, companion::MAX_BYTES)
        .map_err(|error| unreadable(missing::with_advice(&error, path)))?;
    let text = text.as_str();
    let values = parse(text).map_err(|what| unreadable(printable(&what)))?;
    let values = values.ok_or_else(|| unreadable("the file sets no parameter".to_owned()))?;
    for (name, option) in OPTION_ONLY {
        if values.contains_key(name) {
            return Err(ParamsError::SetByOption { path: shown(path), name: name.to_owned(), option });
        }
    }
    Ok(values)
}

/// Returns the parameters in JSON or YAML; `None` for an empty text.
fn parse(text: &str) -> Result<Option<Map<String, Value>>, String> {
    match unique_json::members(text) {
        Ok(values) => return Ok(Some(values)),
        Err(error) if error.is_data() && text.trim_start().starts_with('{') => {
            let what = error.to_string();
            let what = what.rsplit_once(" at line ").map_or(what.as_str(), |(what, _)| what);
            return Err(format!("line {}: {what}", error.line()));
        }
        // YAML also has objects in braces.
        Err(_) => {}
    }
    serde_saphyr::from_str(text).map_err(|error| {
        let what = match companion::yaml::in_words(&error.without_snippet().to_string()) {
            what if what == "expected mapping start" => {
                "expected members like `due_soon_days: 30`".to_owned()
            }
            what => what,
        };
        error.location().map_or_else(|| what.clone(), |place| format!("line {}: {what}", place.line()))
    })
}
