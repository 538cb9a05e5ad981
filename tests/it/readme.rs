//! Every command of README.md that is shown with its output is run, and prints just that.
//!
//! `UPDATE_README=1 cargo test --test it readme::` writes the output anew.

use std::fs;

use crate::support::{root, rotaudit, stdout};

const PROMPT: &str = "$ ";
const PROGRAM: &str = "cargo run --release -- ";

#[test]
fn every_example_prints_what_the_readme_shows() {
    let path = root().join("README.md");
    let readme = fs::read_to_string(&path).expect("README.md");
    let mut examples = 0;
    let mut rewritten = String::new();
    let mut lines = readme.lines();
    while let Some(line) = lines.next() {
        rewritten += &format!("{line}\n");
        if line != "```console" {
            continue;
        }
        let command = lines.next().and_then(|line| line.strip_prefix(PROMPT)).expect("a command");
        let arguments = command.strip_prefix(PROGRAM).expect("a command that runs the program").split(' ');
        let output = rotaudit(&root()).args(arguments).output().expect("the program runs");
        rewritten += &format!("{PROMPT}{command}\n{}```\n", stdout(&output));
        lines.by_ref().find(|line| *line == "```").expect("the end of the example");
        examples += 1;
    }
    assert!(examples > 0, "README.md has no example");
    if std::env::var_os("UPDATE_README").is_some() {
        fs::write(&path, rewritten).expect("README.md can be written");
    } else {
        assert!(
            readme == rewritten,
            "README.md shows other output; UPDATE_README=1 cargo test --test it readme::"
        );
    }
}
