//! The user's Rego files.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::PolicyError;
use crate::companion;
use crate::missing;
use crate::model::{Module, printable};
use crate::redact;

/// Reads every Rego file below `paths`, in the order of the paths and then by name. Other files of a folder are not
/// policies. Tests are left out unless `with_tests` is set.
pub(super) fn read(paths: &[PathBuf], with_tests: bool) -> Result<Vec<Module>, PolicyError> {
    let mut modules = Vec::new();
    let mut known = BTreeSet::new();
    for path in paths {
        let before = known.len();
        for entry in WalkDir::new(path).follow_links(true).sort_by_file_name() {
            let entry = entry.map_err(|error| PolicyError::Unreadable {
                path: shown(error.path().unwrap_or(path)),
                what: error.io_error().map_or_else(
                    || "a link forms a loop".to_owned(),
                    |error| missing::with_advice(error, path),
                ),
            })?;
            let is_named = entry.depth() == 0;
            if entry.file_type().is_dir() || !(is_named || is_rego(entry.path())) {
                continue;
            }
            // The same file can be named twice, or be in a folder that is named as well.
            if !known.insert(entry.path().canonicalize().unwrap_or_else(|_| entry.path().to_owned())) {
                continue;
            }
            if with_tests || is_named || !is_test(entry.path()) {
                modules.push(module(entry.path(), path)?);
            }
        }
        if known.len() == before && !path.is_file() {
            return Err(PolicyError::NoPolicies { path: shown(path) });
        }
    }
    Ok(modules)
}

/// The files that `read` opens for these paths: the paths, the targets of links in folders, and the facts next to a
/// file.
pub fn opened(paths: &[PathBuf]) -> Vec<PathBuf> {
    let entries = paths.iter().flat_map(|path| WalkDir::new(path).follow_links(true)).filter_map(Result::ok);
    let outside = entries.filter(|entry| entry.depth() == 0 || entry.path_is_symlink());
    outside.flat_map(|entry| [example_beside(entry.path()), entry.into_path()]).collect()
}

/// The policies at these paths, with their tests and facts, so that they can be searched for keys. `read` has reported
/// files that cannot be listed.
pub fn files(paths: &[PathBuf]) -> Vec<PathBuf> {
    let entries = paths.iter().flat_map(|path| WalkDir::new(path).follow_links(true).sort_by_file_name());
    let own = entries
        .filter_map(Result::ok)
        .filter(|entry| entry.file_type().is_file() && (entry.depth() == 0 || is_rego(entry.path())));
    own.flat_map(|entry| [example_beside(entry.path()), entry.into_path()]).collect()
}

/// Returns the tests in the folders among `paths`. A test that cannot be read is left out: an audit does not need it, and
/// `read` fails on it for `policy test`.
pub(super) fn tests_in_folders(paths: &[PathBuf]) -> Vec<Module> {
    let entries = paths.iter().flat_map(|path| {
        let entries = WalkDir::new(path).min_depth(1).follow_links(true).sort_by_file_name();
        entries.into_iter().filter_map(Result::ok).map(move |entry| (entry, path))
    });
    let tests = entries
        .filter(|(entry, _)| entry.file_type().is_file() && is_rego(entry.path()) && is_test(entry.path()));
    tests.filter_map(|(entry, path)| module(entry.path(), path).ok()).collect()
}

/// The files that `read` opens, and the tests next to them: all that an output must not replace.
pub fn sources(paths: &[PathBuf]) -> Vec<PathBuf> {
    opened(paths).into_iter().flat_map(|path| [test_beside(&path), path]).collect()
}

fn module(path: &Path, argument: &Path) -> Result<Module, PolicyError> {
    let unreadable = |what: String| PolicyError::Unreadable { path: shown(path), what };
    if !path.is_file() {
        return Err(unreadable("it is not a regular file".to_owned()));
    }
    let text = companion::read(path, companion::MAX_POLICY_BYTES).map_err(|error| {
        let is_text = error.kind() != std::io::ErrorKind::InvalidData;
        unreadable(if is_text { error.to_string() } else { "it is not UTF-8".to_owned() })
    })?;
    // Reports do not name folders of this machine.
    let below = path.strip_prefix(argument).ok().filter(|below| !below.as_os_str().is_empty());
    let label = below.or_else(|| path.file_name().map(Path::new)).unwrap_or(path);
    // Keys are redacted first, because the backslash of an escape in a key would become a separator.
    let label = printable(&redact::text(&label.to_string_lossy()).replace('\\', "/"));
    Ok(Module {
        path: shown(path),
        label,
        text,
        example: companion::read(&example_beside(path), companion::MAX_POLICY_BYTES).ok(),
        input: None,
        is_builtin: false,
    })
}

/// Returns the path of the example facts: `owner_tag.example.json` for `owner_tag.rego`.
pub(super) fn example_beside(path: &Path) -> PathBuf {
    path.with_extension("example.json")
}

/// Returns the path of the tests: `owner_tag_test.rego` for `owner_tag.rego`.
fn test_beside(path: &Path) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!("{stem}_test.rego"))
}

/// In any case, like the names of files on Windows.
pub(super) fn is_rego(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("rego"))
}

/// The names of tests: `owner_tag_test.rego`, in any case.
pub(super) fn is_test(path: &Path) -> bool {
    path.file_stem().is_some_and(|stem| stem.to_string_lossy().to_ascii_lowercase().ends_with("_test"))
}

pub(super) fn shown(path: &Path) -> String {
    printable(&path.to_string_lossy())
}
