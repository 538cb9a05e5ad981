//! README.md is short, and each of its commands prints the output that README.md shows after it.
//!
//! `UPDATE_EXPECT=1 cargo test --test it readme::` writes the output again.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::{assert_expected, root, stdout};

const PROMPT: &str = "$ ";
const PROGRAM: &str = "cargo run --release -- ";
const MAX_BYTES: usize = 8_000;
const MAX_LINES_OF_OUTPUT: usize = 15;

#[test]
fn every_example_prints_what_the_readme_shows() {
    let path = root().join("README.md");
    let readme = fs::read_to_string(&path).expect("README.md");
    let folder = folder_with_fixtures();
    let mut outputs = String::new();
    let mut rewritten = String::new();
    let mut lines = readme.lines();
    while let Some(line) = lines.next() {
        rewritten += &format!("{line}\n");
        if line == "```console" {
            for line in lines.by_ref().take_while(|line| *line != "```") {
                if let Some(command) = line.strip_prefix(PROMPT) {
                    let output = run(command, folder.path());
                    rewritten += &format!("{line}\n{output}");
                    outputs += &output;
                }
            }
            rewritten += "```\n";
        }
    }
    let count = outputs.lines().count();
    assert!((1..=MAX_LINES_OF_OUTPUT).contains(&count), "the examples print {count} lines");
    assert_expected(&path, &rewritten);
    assert!(rewritten.len() <= MAX_BYTES, "README.md has {} bytes, at most {MAX_BYTES}", rewritten.len());
}

/// Commands may write reports, so they run in a copy.
fn folder_with_fixtures() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let fixtures = folder.path().join("fixtures");
    fs::create_dir(&fixtures).expect("a folder for fixtures");
    for entry in fs::read_dir(root().join("fixtures")).expect("fixtures") {
        let file = entry.expect("a fixture").path();
        fs::copy(&file, fixtures.join(file.file_name().expect("a name"))).expect("a copy of a fixture");
    }
    folder
}

/// The standard output of the command, which runs the program of this build.
fn run(command: &str, folder: &Path) -> String {
    let arguments = command.strip_prefix(PROGRAM).expect("a command that runs the program");
    let program = Path::new(env!("CARGO_BIN_EXE_rotaudit")).parent().expect("a folder");
    let path = std::env::var("PATH").unwrap_or_default();
    let output = Command::new("sh")
        .args(["-c", &format!("rotaudit {arguments}")])
        .current_dir(folder)
        .env_clear()
        .env("PATH", format!("{}:{path}", program.display()))
        .output()
        .expect("a shell");
    stdout(&output).to_owned()
}
