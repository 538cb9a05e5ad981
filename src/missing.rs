//! Advice about a path that does not exist: a misspelt name, or text that the shell was expected to expand.

use std::fs;
use std::path::{Path, PathBuf};

use crate::model::{near, printable};

/// The characters of a pattern, which some shells do not expand.
const PATTERNS: [char; 4] = ['*', '?', '[', '{'];

/// More names than a folder of exports has. Of a larger folder, only this many names are candidates.
const MAX_NAMES: usize = 10_000;

/// The existing folder that the missing path begins with, whose names [`advice`] lists; `None` if the path exists.
pub fn folder_of_missing(path: &Path) -> Option<PathBuf> {
    let is_missing = !path.exists() && path.as_os_str() != "-";
    is_missing.then(|| existing_part(path).0)
}

/// Returns advice about a path that does not exist; `None` if nothing shows which path was meant.
pub fn advice(path: &Path) -> Option<String> {
    let meant = || neighbour(path).map(|meant| format!("did you mean `{}`?", meant.display()));
    not_expanded(path).or_else(meant).map(|advice| printable(&advice))
}

/// Returns the text of an error about a file, with advice on the path if the file does not exist.
pub fn with_advice(error: &std::io::Error, path: &Path) -> String {
    if error.kind() != std::io::ErrorKind::NotFound {
        return error.to_string();
    }
    // The text of the system differs between systems.
    let what = "there is no such file";
    advice(path).map_or_else(|| what.to_owned(), |advice| format!("{what}; {advice}"))
}

/// The existing folder at the beginning of a path, and the missing rest.
fn existing_part(path: &Path) -> (PathBuf, &Path) {
    let folder = path.ancestors().find(|folder| folder.is_dir()).unwrap_or(Path::new(""));
    let rest = path.strip_prefix(folder).unwrap_or(path);
    let is_here = folder.as_os_str().is_empty();
    (if is_here { PathBuf::from(".") } else { folder.to_owned() }, rest)
}

fn not_expanded(path: &Path) -> Option<String> {
    let text = path.to_string_lossy();
    if let Some(pattern) = text.chars().find(|one| PATTERNS.contains(one)) {
        let (folder, _) = existing_part(path);
        return Some(format!(
            "the shell did not expand `{pattern}`: nothing matches, or the pattern is quoted, or this shell expands none; \
             name the folder `{}`, and every file in it is read",
            folder.display()
        ));
    }
    let variable = match text.chars().next()? {
        '~' => "~",
        '$' => "$",
        '%' if text[1..].contains('%') => "%",
        _ => return None,
    };
    Some(format!("the shell did not expand `{variable}`; write the path in full"))
}

/// Returns an existing path whose name resembles the first missing name, with the rest of the path if that exists, too.
fn neighbour(path: &Path) -> Option<PathBuf> {
    let (folder, rest) = existing_part(path);
    let mut parts = rest.components();
    let missing = parts.next()?.as_os_str().to_str()?;
    let entries = fs::read_dir(&folder).ok()?.take(MAX_NAMES);
    let mut names: Vec<String> =
        entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    // The order of the names in a folder differs between machines.
    names.sort_unstable();
    let stem = |name: &str| Path::new(name).file_stem().is_some_and(|stem| stem == missing);
    let known: Vec<&str> = names.iter().map(String::as_str).collect();
    let meant = match names.iter().find(|name| stem(name)) {
        Some(name) => name,
        None => near(missing, &known)?,
    };
    let found = folder.join(meant);
    let whole = found.join(parts.as_path());
    let meant = if whole.exists() { whole } else { found };
    Some(meant.strip_prefix(".").map_or(meant.clone(), Path::to_owned))
}

#[cfg(test)]
mod tests;
