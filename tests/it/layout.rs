//! Checks the layout of the sources: which module may use which, which files use one another in a circle, and how long
//! a file is.

mod uses;

use std::fs;
use std::path::{Path, PathBuf};

use uses::Uses;

/// Each module at the crate's root, and the modules that it may use in addition to itself.
const MAY_USE: [(&str, &[&str]); 26] = [
    ("main", &["audit", "cli", "commands", "redact"]),
    (
        "commands",
        &[
            "cli",
            "audit",
            "authoring",
            "collect",
            "explain",
            "export_script",
            "facts",
            "verify",
            "sandbox",
            "model",
        ],
    ),
    (
        "cli",
        &[
            "redact",
            "audit",
            "authoring",
            "explain",
            "export_script",
            "missing",
            "verify",
            "prove",
            "policy",
            "model",
            "powershell",
            "remedy",
            "report",
            "sandbox",
        ],
    ),
    ("authoring", &["companion", "audit", "policy", "evaluate", "remedy", "report", "model"]),
    ("collect", &["audit", "read", "model"]),
    ("explain", &["audit", "prove", "correlate", "remedy", "report", "model"]),
    ("export_script", &["powershell", "redact", "model"]),
    ("facts", &["audit", "prove", "model"]),
    ("verify", &["missing", "read", "redact", "model"]),
    (
        "audit",
        &[
            "redact",
            "prove",
            "read",
            "correlate",
            "policy",
            "evaluate",
            "remedy",
            "waivers",
            "baseline",
            "report",
            "sandbox",
            "threads",
            "model",
        ],
    ),
    ("prove", &["read", "correlate", "model", "threads"]),
    ("read", &["missing", "redact", "threads", "model"]),
    ("correlate", &["model"]),
    ("policy", &["companion", "redact", "missing", "model"]),
    ("evaluate", &["model"]),
    ("remedy", &["model"]),
    ("waivers", &["companion", "redact", "missing", "model"]),
    ("baseline", &["companion", "redact", "missing", "model"]),
    ("report", &["powershell", "remedy", "model", "threads"]),
    ("sandbox", &[]),
    ("missing", &["model"]),
    ("powershell", &["redact"]),
    ("threads", &[]),
    ("model", &["redact"]),
    ("redact", &[]),
    ("companion", &["redact"]),
];

/// The rooms of `read`, and those that each may use in addition to itself. The files next to the rooms may use all of them.
const ROOMS_OF_READ: [(&str, &[&str]); 5] = [
    ("source", &[]),
    ("json", &[]),
    ("secrets", &[]),
    ("formats", &["json"]),
    ("file", &["source", "json", "secrets", "formats"]),
];

/// Words that only some files, or folders, may contain.
const ONLY_IN: [(&str, &[&str]); 5] = [
    ("regorus", &["evaluate/"]),
    // main.rs calls the parser that cli.rs defines.
    ("clap", &["cli.rs", "cli/", "main.rs"]),
    ("landlock", &["sandbox/"]),
    ("seccompiler", &["sandbox/"]),
    ("process::exit", &[]),
];

const LINES_OF_MAIN: usize = 40;
const LINES_OF_A_FILE: usize = 600;

struct Source {
    /// Below `src`, with `/` between folders.
    path: String,
    text: String,
}

impl Source {
    fn all() -> Vec<Source> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        let mut sources: Vec<Source> = files_below(&root)
            .into_iter()
            .filter(|file| file.extension().is_some_and(|ending| ending == "rs"))
            // A unit test may use more than the program does.
            .filter(|file| {
                !file.components().any(|part| matches!(part.as_os_str().to_str(), Some("tests" | "tests.rs")))
            })
            .map(|file| Source {
                path: file.strip_prefix(&root).expect("a file below src").display().to_string(),
                text: fs::read_to_string(&file).expect("a source is readable text"),
            })
            .collect();
        sources.sort_by(|one, other| one.path.cmp(&other.path));
        sources
    }

    /// The module at the crate's root that the file belongs to.
    fn module(&self) -> &str {
        let first = self.path.split('/').next().unwrap_or_default();
        first.strip_suffix(".rs").unwrap_or(first)
    }

    /// The text without the lines that are comments.
    fn code(&self) -> String {
        let lines = self.text.lines().filter(|line| !line.trim_start().starts_with("//"));
        lines.map(|line| format!("{line}\n")).collect()
    }

    fn forbidden_uses(&self) -> Vec<String> {
        let allowed = MAY_USE.iter().find(|(module, _)| *module == self.module());
        let allowed = allowed.map(|(_, allowed)| *allowed).unwrap_or_default();
        let mut uses = modules_used(&self.code());
        uses.retain(|used| used != self.module() && !allowed.contains(&used.as_str()));
        uses
    }
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder is readable");
    let paths = entries.map(|entry| entry.expect("a folder's entry is readable").path());
    paths.flat_map(|path| if path.is_dir() { files_below(&path) } else { vec![path] }).collect()
}

/// The crate's root modules that `code` names after `crate::` or, like main.rs, after `use rotaudit::`.
fn modules_used(code: &str) -> Vec<String> {
    let mut used = Vec::new();
    for root in ["crate::", "use rotaudit::"] {
        for (start, _) in code.match_indices(root) {
            used.extend(first_names(&code[start + root.len()..]));
        }
    }
    used.sort();
    used.dedup();
    used
}

/// `a` of `a::{b, c}`, and `a` and `d` of `{a::{b, c}, d}`.
fn first_names(path: &str) -> Vec<String> {
    let name = |text: &str| -> String {
        text.trim_start().chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect()
    };
    let Some(group) = path.strip_prefix('{') else { return vec![name(path)] };
    let mut names = vec![name(group)];
    let mut depth = 1;
    for (index, letter) in group.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 1 => names.push(name(&group[index + 1..])),
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

fn assert_none(violations: &[String]) {
    assert!(violations.is_empty(), "{}", violations.join("\n"));
}

#[test]
fn no_module_uses_one_to_its_left() {
    let violations: Vec<String> = Source::all()
        .iter()
        .flat_map(|source| {
            source.forbidden_uses().into_iter().map(|used| format!("{} uses {used}", source.path))
        })
        .collect();
    assert_none(&violations);
}

#[test]
fn every_module_has_its_place_in_the_table() {
    let known = |module: &str| module == "lib" || MAY_USE.iter().any(|(known, _)| *known == module);
    let unknown: Vec<String> = Source::all()
        .iter()
        .filter(|source| !known(source.module()))
        .map(|source| format!("{} belongs to no module that MAY_USE knows", source.path))
        .collect();
    assert_none(&unknown);
}

/// `crate::` is the one way out of a module, so that the check above sees every use.
#[test]
fn no_file_reaches_the_root_by_super() {
    let violations: Vec<String> = Source::all()
        .iter()
        .filter(|source| {
            let code = source.code();
            let names_root = MAY_USE.iter().any(|(module, _)| code.contains(&format!("super::{module}::")));
            let is_at_root = !source.path.trim_end_matches("/mod.rs").contains('/');
            code.contains("super::super") || (is_at_root && names_root)
        })
        .map(|source| format!("{} uses super to leave its module", source.path))
        .collect();
    assert_none(&violations);
}

#[test]
fn no_file_is_too_long() {
    let limit = |path: &str| if path == "main.rs" { LINES_OF_MAIN } else { LINES_OF_A_FILE };
    let violations: Vec<String> = Source::all()
        .iter()
        .map(|source| (source.path.as_str(), source.text.lines().count()))
        .filter(|(path, lines)| *lines > limit(path))
        .map(|(path, lines)| format!("{path} has {lines} lines, and may have {}", limit(path)))
        .collect();
    assert_none(&violations);
}

#[test]
fn only_the_named_module_uses_each_restricted_name() {
    let sources = Source::all();
    let violations: Vec<String> = ONLY_IN
        .iter()
        .flat_map(|(word, files)| {
            let is_allowed = |source: &&Source| files.iter().any(|file| source.path.starts_with(file));
            let others = sources.iter().filter(move |source| !is_allowed(source));
            let speaking = others.filter(move |source| source.code().contains(word));
            speaking.map(move |source| format!("{} mentions {word}", source.path))
        })
        .collect();
    assert_none(&violations);
}

/// The room of `read` that a file is in.
fn room(file: &str) -> Option<&str> {
    Some(file.strip_prefix("read/")?.split_once('/')?.0)
}

#[test]
fn the_rooms_of_read_use_only_those_of_the_table() {
    let uses = Uses::of(&Source::all());
    let mut violations = Vec::new();
    for (file, used) in &uses.by_file {
        let Some(of_file) = room(file) else { continue };
        let Some((_, allowed)) = ROOMS_OF_READ.iter().find(|(known, _)| *known == of_file) else {
            violations.push(format!("{file} is in no room of the table"));
            continue;
        };
        let forbidden = used.iter().filter(|(used, _)| {
            let is_allowed = |room: &str| room == of_file || allowed.contains(&room);
            used.starts_with("read/") && !room(used).is_some_and(is_allowed)
        });
        violations.extend(forbidden.map(|(used, name)| format!("{file} uses {used} ({name})")));
    }
    assert_none(&violations);
}

#[test]
fn no_files_use_one_another_in_a_circle() {
    assert_none(&Uses::of(&Source::all()).circles());
}

/// The fuzzers are compiled by hand only, so that nobody would notice.
#[test]
fn the_fuzzers_have_every_crate_that_their_modules_use() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |file: &Path| fs::read_to_string(file).expect("a readable file");
    let manifests = [root.join("Cargo.toml"), root.join("fuzz/Cargo.toml")].map(|file| read(&file));
    let [of_program, of_fuzzers] = manifests.each_ref().map(|text| {
        let lines = text.lines().skip_while(|line| *line != "[dependencies]");
        lines.filter_map(|line| line.split_once(" = ")).map(|(name, _)| name).collect::<Vec<_>>()
    });
    let tests = root.join("tests/it");
    let library = read(&tests.join("lib.rs"));
    let modules = library.lines().filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';'));
    let files: Vec<PathBuf> = modules
        .flat_map(|module| {
            let folder = Some(tests.join(module)).filter(|folder| folder.is_dir());
            folder
                .map(|folder| files_below(&folder))
                .unwrap_or_default()
                .into_iter()
                .chain([tests.join(format!("{module}.rs"))])
        })
        .filter(|file| file.extension().is_some_and(|ending| ending == "rs"))
        .collect();
    assert!(files.len() > 10, "{files:?}");
    let without_tests = |text: String| text.split("#[cfg(test)]").next().unwrap_or_default().to_owned();
    let contents: Vec<String> = files.iter().map(|file| without_tests(read(file))).collect();
    let is_used = |name: &str| {
        let path = format!("{}::", name.replace('-', "_"));
        let begins = |text: &str, place: usize| {
            !text[..place].ends_with(|letter: char| letter.is_alphanumeric() || matches!(letter, '_' | ':'))
        };
        contents.iter().any(|text| text.match_indices(&path).any(|(place, _)| begins(text, place)))
    };
    let missing: Vec<String> = of_program
        .iter()
        .filter(|name| !of_fuzzers.contains(name) && is_used(name))
        .map(|name| format!("fuzz/Cargo.toml lacks {name}"))
        .collect();
    assert_none(&missing);
}

/// A type is in one file, however long the file is, so that its fields and its methods are read together.
#[test]
fn no_type_has_methods_in_another_file() {
    let elsewhere = Uses::of(&Source::all()).impls_elsewhere;
    let violations: Vec<String> =
        elsewhere.iter().map(|(name, file)| format!("{file} has methods of {name}")).collect();
    assert_none(&violations);
}

#[test]
fn a_circle_over_a_reexport_is_found_and_methods_elsewhere_are() {
    let source = |path: &str, text: &str| Source { path: path.to_owned(), text: text.to_owned() };
    let sources = [
        source("lib.rs", "mod room; mod other;"),
        source("room/mod.rs", "mod inner; pub use inner::Inner; pub struct Outer;"),
        // A file may use the module around it. That is not a circle.
        source("room/inner.rs", "use super::Outer; pub struct Inner(Outer); fn of() { crate::other::of() }"),
        source("other.rs", "use crate::room::Inner; pub fn of() {} impl Inner { fn new() {} }"),
        source("last.rs", "use crate::other; fn last() { other::of() }"),
    ];
    let uses = Uses::of(&sources);
    assert_eq!(
        uses.circles(),
        [
            "other.rs uses room/inner.rs (crate::room::Inner)",
            "room/inner.rs uses other.rs (crate::other::of)"
        ]
    );
    assert_eq!(uses.impls_elsewhere, [("Inner".to_owned(), "other.rs".to_owned())]);
}

/// The check itself finds what it must find.
#[test]
fn uses_are_found_in_braces_in_code_and_after_line_breaks() {
    let code = "use crate::model::{Account, Note};\n\
                use crate::{\n    read::{self, Exports},\n    report,\n};\n\
                pub verdict: crate::policy::Pack,\n\
                use rotaudit::cli::Cli;\n\
                #[diagnostic(code(rotaudit::evidence))]\n";
    assert_eq!(modules_used(code), ["cli", "model", "policy", "read", "report"]);
    let comments = "//! see crate::audit\n    // crate::cli\n";
    let source = Source { path: "read/file.rs".to_owned(), text: format!("{comments}{code}") };
    assert_eq!(source.module(), "read");
    assert_eq!(source.forbidden_uses(), ["cli", "policy", "report"]);
}
