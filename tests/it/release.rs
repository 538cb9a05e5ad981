//! The version, the promised version of Rust and the ways to install agree in every file that names them.

use std::fs;

use crate::support::{root, rotaudit, stdout};

const VERSION: &str = env!("CARGO_PKG_VERSION");

fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Returns the versions in the headings of CHANGELOG.md, without their brackets.
fn changelog() -> Vec<String> {
    let text = text("CHANGELOG.md");
    let headings = text.lines().filter_map(|line| line.strip_prefix("## [")?.split_once(']'));
    headings.map(|(version, _)| version.to_owned()).collect()
}

/// Changes are listed under the version, or under *Unreleased* before its release.
#[test]
fn the_newest_change_is_of_this_version() {
    let versions = changelog();
    assert!(
        versions.first().is_some_and(|newest| newest == VERSION || newest == "Unreleased"),
        "CHANGELOG.md begins with {versions:?}, and this is {VERSION}"
    );
    if let Some(released) = versions.iter().find(|version| *version != "Unreleased") {
        assert_eq!(released, VERSION, "the last version in CHANGELOG.md");
    }
}

#[test]
fn the_program_and_its_manual_show_the_version() {
    let output = rotaudit(&root()).arg("--version").output().expect("the program runs");
    assert_eq!(stdout(&output), format!("rotaudit {VERSION}\n"));
    let output = rotaudit(&root()).arg("man").output().expect("the program runs");
    assert!(stdout(&output).contains(&format!("\"rotaudit {VERSION}\"")));
}

/// The wheel takes its version from Cargo.toml, and has the same description.
#[test]
fn the_wheel_is_of_the_same_version_and_description() {
    let project = text("pyproject.toml");
    assert!(project.contains("dynamic = [\"version\"]") && !project.contains("\nversion = "), "{project}");
    assert!(project.contains(&format!("description = \"{}\"", env!("CARGO_PKG_DESCRIPTION"))));
    assert!(project.contains(&format!("license = \"{}\"", env!("CARGO_PKG_LICENSE"))));
}

/// No test would check a promise of an older version than the pinned one.
#[test]
fn the_promised_version_of_rust_is_the_pinned_one() {
    let toolchain = text("rust-toolchain.toml");
    let pinned =
        toolchain.split("channel = \"").nth(1).and_then(|rest| rest.split('"').next()).expect("a channel");
    let promised = env!("CARGO_PKG_RUST_VERSION");
    assert!(
        pinned.starts_with(&format!("{promised}.")),
        "Cargo.toml promises {promised}, and {pinned} is pinned"
    );
    assert!(
        text("README.md").contains(&format!("with Rust {promised} or newer")),
        "README.md names another version"
    );
    let workflow = text(".github/workflows/ci.yml");
    assert!(workflow.contains(&format!("image: rust:{pinned}-")), "the workflow uses another version");
}

/// GitHub runs what a developer runs.
#[test]
fn the_workflow_runs_the_gate() {
    let workflow = text(".github/workflows/ci.yml");
    assert!(workflow.lines().any(|line| line.trim() == "run: .ci/run"), "{workflow}");
}

/// The release makes the file for each way to install in README.md.
#[test]
fn the_readme_shows_how_to_install_each_release_file() {
    let readme = text("README.md");
    let script = text(".ci/release.sh");
    for (shown, made) in [(".tar.gz", ".tar.gz"), ("pipx install", "maturin"), (".deb", "cargo deb")] {
        assert!(readme.contains(shown), "README.md does not show {shown}");
        assert!(script.contains(made), "the release has nothing of {made}");
    }
}
