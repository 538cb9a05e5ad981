//! All places that state the version, or how to install it, agree.

use std::fs;

use crate::support::{root, rotaudit, stdout};

const VERSION: &str = env!("CARGO_PKG_VERSION");

fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The headings of versions in CHANGELOG.md, as they are between brackets.
fn changelog() -> Vec<String> {
    let text = text("CHANGELOG.md");
    let headings = text.lines().filter_map(|line| line.strip_prefix("## [")?.split_once(']'));
    headings.map(|(version, _)| version.to_owned()).collect()
}

/// The newest changes are listed under the version or, before its release, as unreleased.
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

/// The wheel takes the version from Cargo.toml, and says the same of itself.
#[test]
fn the_wheel_is_of_the_same_version_and_description() {
    let project = text("pyproject.toml");
    assert!(project.contains("dynamic = [\"version\"]") && !project.contains("\nversion = "), "{project}");
    assert!(project.contains(&format!("description = \"{}\"", env!("CARGO_PKG_DESCRIPTION"))));
    assert!(project.contains(&format!("license = \"{}\"", env!("CARGO_PKG_LICENSE"))));
}

#[test]
fn the_readme_states_the_least_version_of_rust() {
    assert!(text("README.md").contains(&format!("with Rust {} or newer", env!("CARGO_PKG_RUST_VERSION"))));
}

/// Each way that README.md names is one that the release makes.
#[test]
fn the_readme_shows_how_each_released_file_is_installed() {
    let readme = text("README.md");
    let script = text(".ci/release.sh");
    for (shown, made) in [(".tar.gz", ".tar.gz"), ("pipx install", "maturin"), (".deb", "cargo deb")] {
        assert!(readme.contains(shown), "README.md does not show {shown}");
        assert!(script.contains(made), "the release has nothing of {made}");
    }
}
