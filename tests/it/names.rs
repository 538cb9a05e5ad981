//! Names in the sources: a type name means one type, and a constant's name one value.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::support::root;

/// Folders that have types whose names are clear only inside the folder.
const WITH_NAMES_OF_THEIR_OWN: [&str; 1] = ["read"];

const KINDS_OF_TYPES: [&str; 5] = ["struct", "enum", "trait", "type", "union"];
const KINDS_OF_CONSTANTS: [&str; 2] = ["const", "static"];

/// An item at the top level of a file.
#[derive(Debug, PartialEq, Eq)]
struct Item {
    kind: String,
    name: String,
}

/// The items of a source, without those of its test module.
fn items(text: &str) -> Vec<Item> {
    let text = text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    text.lines().filter_map(item).collect()
}

fn item(line: &str) -> Option<Item> {
    let line = match line.strip_prefix("pub") {
        Some(public) => match public.strip_prefix('(') {
            Some(within) => within.split_once(") ")?.1,
            None => public.trim_start(),
        },
        None => line,
    };
    let (kind, rest) = line.split_once(' ')?;
    let is_known = KINDS_OF_TYPES.iter().chain(&KINDS_OF_CONSTANTS).any(|known| *known == kind);
    let end = rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(rest.len());
    let name = &rest[..end];
    // `const _` has no name, and `const fn` is a function.
    let is_named = is_known && !["", "_", "fn"].contains(&name);
    is_named.then(|| Item { kind: kind.to_owned(), name: name.to_owned() })
}

/// The files below `src` that are not tests, with `/` between folders.
fn sources() -> Vec<(String, String)> {
    let src = root().join("src");
    let mut files = Vec::new();
    collect(&src, &mut files);
    let path = |file: &Path| file.strip_prefix(&src).expect("a file below src").display().to_string();
    let sources =
        files.iter().map(|file| (path(file), fs::read_to_string(file).expect("a source is readable")));
    let is_test = |path: &str| path.ends_with("tests.rs") || path.contains("/tests/");
    let is_own =
        |path: &str| WITH_NAMES_OF_THEIR_OWN.iter().any(|folder| path.starts_with(&format!("{folder}/")));
    sources.filter(|(path, _)| !is_test(path) && !is_own(path)).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder is readable") {
        let path = entry.expect("a folder's entry is readable").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// The names of these kinds that several files define, each with the files.
fn shared(sources: &[(String, String)], kinds: &[&str]) -> Vec<String> {
    let mut places: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (path, text) in sources {
        for item in items(text).into_iter().filter(|item| kinds.contains(&item.kind.as_str())) {
            places.entry(item.name).or_default().push(path);
        }
    }
    let several = places.into_iter().filter(|(_, paths)| paths.len() > 1);
    several.map(|(name, paths)| format!("{name} is in {}", paths.join(", "))).collect()
}

#[test]
fn a_type_name_in_two_files_fails() {
    let shared = shared(&sources(), &KINDS_OF_TYPES);
    assert!(shared.is_empty(), "{}", shared.join("\n"));
}

#[test]
fn a_constant_name_in_two_files_fails() {
    let shared = shared(&sources(), &KINDS_OF_CONSTANTS);
    assert!(shared.is_empty(), "{}", shared.join("\n"));
}

/// The check itself finds items of any visibility, and none of comments, functions and tests.
#[test]
fn items_of_a_source_are_found_except_those_of_tests() {
    let text = "pub(super) struct Row<'a> {\nenum Kind {\n/// struct Comment\nconst fn of() {}\nconst _: () = ();\n\
                pub const LIMIT: usize = 1;\n    struct Inner;\n\n#[cfg(test)]\nmod tests {\nstruct OfTests;\n";
    let names: Vec<String> =
        items(text).into_iter().map(|item| format!("{} {}", item.kind, item.name)).collect();
    assert_eq!(names, ["struct Row", "enum Kind", "const LIMIT"]);
    let sources = [("a.rs", "struct Row;"), ("b.rs", "enum Row {}"), ("c.rs", "struct Other;")];
    let sources = sources.map(|(path, text)| (path.to_owned(), text.to_owned()));
    assert_eq!(shared(&sources, &KINDS_OF_TYPES), ["Row is in a.rs, b.rs"]);
}
