//! Every command that a page in `docs/` shows with its output is run, and must print exactly that output. Every control
//! must have its page.
//!
//! `UPDATE_EXPECT=1 cargo test --test it docs::` writes the output and the pages again.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::{assert_expected, facts, root, rotaudit, stderr, stdout};

const PROMPT: &str = "$ ";

/// Pages whose commands run one after the other in one folder. In it, `exports` contains the fixtures, and `examples`
/// the example policies.
const PAGES: [&str; 3] = ["docs/policies.md", "docs/gate.md", "docs/report.md"];

#[test]
fn every_command_of_a_page_prints_what_it_shows() {
    for page in PAGES {
        let path = root().join(page);
        let text = fs::read_to_string(&path).expect("a page");
        let folder = tempfile::tempdir().expect("a folder");
        for (from, to) in [("fixtures", "exports"), ("examples/policies", "examples")] {
            let copies = folder.path().join(to);
            fs::create_dir(&copies).expect("a folder");
            for entry in fs::read_dir(root().join(from)).expect(from) {
                let file = entry.expect("a file").path();
                fs::copy(&file, copies.join(file.file_name().expect("a name"))).expect("a copy");
            }
        }
        assert_expected(&path, &replayed(&text, folder.path()));
    }
}

/// Returns the page with the output of its commands in every console block.
fn replayed(text: &str, folder: &Path) -> String {
    let mut rewritten = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        rewritten += &format!("{line}\n");
        if line == "```console" {
            for line in lines.by_ref().take_while(|line| *line != "```") {
                if let Some(command) = line.strip_prefix(PROMPT) {
                    rewritten += &format!("{line}\n{}", run(command, folder));
                }
            }
            rewritten += "```\n";
        }
    }
    rewritten
}

/// The text that a shell prints for the command, on both of its outputs.
fn run(command: &str, folder: &Path) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_rotaudit")).parent().expect("a folder");
    let path = std::env::var("PATH").unwrap_or_default();
    let output = Command::new("sh")
        .args(["-c", &format!("{{ {command}; }} 2>&1")])
        .current_dir(folder)
        .env_clear()
        .env("PATH", format!("{}:{path}", program.display()))
        .output()
        .expect("a shell");
    stdout(&output).to_owned()
}

/// A row of a table of the library: a name, like `evidence.age`, and an example that uses it.
struct LibraryRow {
    name: String,
    example: String,
}

fn library_rows() -> Vec<LibraryRow> {
    let page = fs::read_to_string(root().join("docs/policies.md")).expect("a page");
    let mut package = "";
    let mut rows = Vec::new();
    for line in page.lines() {
        let cells: Vec<&str> = line.split(" | ").collect();
        if let Some(name) = line.strip_prefix("| in `") {
            package = name.split('`').next().unwrap_or_default();
        } else if !line.starts_with('|') {
            package = "";
        } else if let ([name, _, example], false) = (cells.as_slice(), package.is_empty()) {
            let name = name.trim_start_matches(['|', ' ', '`']).split(['(', '`']).next().expect("a name");
            let example = example.trim_matches(['|', ' ', '`']).to_owned();
            rows.push(LibraryRow { name: format!("{package}.{name}"), example });
        }
    }
    rows
}

#[test]
fn every_example_of_the_library_uses_its_rule_and_is_true() {
    let rows = library_rows();
    // The engine limits the length of a line.
    let facts = facts().replace(',', ",\n");
    let mut tests = "package library_test\n\nimport data.rotaudit.lib.evidence\n".to_owned();
    tests += &format!("import data.rotaudit.lib.remediation\n\nfacts := {facts}");
    for (index, LibraryRow { name, example }) in rows.iter().enumerate() {
        assert!(example.contains(name), "{example} does not use {name}");
        tests += &format!("\ntest_{index} if {{\n\t{example} with input as facts\n}}\n");
    }
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("library_test.rego"), tests).expect("tests");
    let run = |arguments: &[&str]| rotaudit(folder.path()).args(arguments).output().expect("an output");
    run(&["policy", "init", "."]);
    let output = run(&["policy", "test", "owner_tag.rego", "library_test.rego"]);
    assert_eq!(stdout(&output), format!("{} passed, 0 failed\n", rows.len()), "{}", stderr(&output));
}

#[test]
fn every_rule_of_the_library_that_a_control_uses_is_documented() {
    let documented: BTreeSet<String> = library_rows().into_iter().map(|row| row.name).collect();
    let mut used = BTreeSet::new();
    for entry in fs::read_dir(root().join("policies")).expect("a folder") {
        let path = entry.expect("an entry").path();
        let is_test = path.file_stem().is_some_and(|stem| stem.to_string_lossy().ends_with("_test"));
        if path.extension().is_none_or(|ending| ending != "rego") || is_test {
            continue;
        }
        let text = fs::read_to_string(&path).expect("a policy");
        let is_of_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        for package in ["evidence", "remediation"] {
            let dotted = format!("{package}.");
            let rules = text.match_indices(&dotted).map(|(at, dotted)| {
                let rest = &text[at + dotted.len()..];
                &rest[..rest.find(|letter| !is_of_name(letter)).unwrap_or(rest.len())]
            });
            used.extend(rules.filter(|rule| !rule.is_empty()).map(|rule| format!("{package}.{rule}")));
        }
    }
    assert!(used.len() > 20, "{used:?}");
    let missing: Vec<&String> = used.difference(&documented).collect();
    assert!(missing.is_empty(), "docs/policies.md does not document {missing:?}");
}

#[test]
fn every_builtin_control_has_its_page() {
    let ask = |arguments: &[&str]| rotaudit(&root()).args(arguments).output().expect("the program runs");
    let list = ask(&["policy", "list"]);
    let ids: Vec<&str> = stdout(&list).lines().skip(1).filter_map(|line| line.split(' ').next()).collect();
    assert!(!ids.is_empty(), "no control is listed");
    let mut index = "# The built-in controls\n\n".to_owned();
    for id in &ids {
        let page = ask(&["policy", "show", id]);
        let page = stdout(&page);
        let path = root().join(format!("docs/controls/{id}.md"));
        assert_expected(&path, page);
        let title = page.lines().next().and_then(|line| line.strip_prefix("# ")).expect("a title");
        index += &format!("- [{title}]({id}.md)\n");
    }
    assert_expected(&root().join("docs/controls/README.md"), &index);
}

/// `cases/…` is a folder below `tests`, `module::test` one of `tests/it/module.rs`, and `src/…::test` one in the sources.
#[test]
fn every_row_of_the_threat_model_names_existing_tests() {
    let page = fs::read_to_string(root().join("docs/security.md")).expect("a page");
    let rows = page.lines().skip_while(|line| !line.contains("| shown by |")).skip(2);
    let mut tests = 0;
    for row in rows.take_while(|line| line.starts_with('|')) {
        let column = row.rsplit('|').nth(1).expect("a last column");
        let named: Vec<&str> = column.split('`').skip(1).step_by(2).collect();
        assert!(!named.is_empty(), "no test is named: {row}");
        tests += named.len();
        for name in named {
            assert!(is_test(name), "{name} is not a test");
        }
    }
    assert!(tests > 50, "only {tests} tests are named");
}

fn is_test(name: &str) -> bool {
    let Some((file, test)) = name.rsplit_once("::") else {
        return root().join("tests").join(name).join("expected.json").is_file();
    };
    let path = match file.strip_prefix("src/") {
        Some(unit) => root().join("src").join(unit),
        None => root().join("tests/it").join(format!("{}.rs", file.replace("::", "/"))),
    };
    let source = fs::read_to_string(path).unwrap_or_default();
    let Some((before, _)) = source.split_once(&format!("fn {test}(")) else { return false };
    before.rsplit('}').next().is_some_and(|attributes| attributes.contains("#[test]"))
}
