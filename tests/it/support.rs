//! Runs the program as a user would, with nothing of this machine's environment.

pub(crate) mod damage;
pub(crate) mod secrets;
pub(crate) mod shells;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;

use proptest::test_runner::Config;

/// The project's root, from within `fuzz`, too.
pub(crate) fn root() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    if package.ends_with("fuzz") { package.join("..") } else { package.to_owned() }
}

/// The program, to be run in `folder`.
pub(crate) fn rotaudit(folder: &Path) -> Command {
    // The fuzzers share this file and run no program.
    let Some(program) = option_env!("CARGO_BIN_EXE_rotaudit") else { panic!("no test of the program") };
    let mut command = Command::new(program);
    command.current_dir(folder).env_clear();
    command
}

/// Returns the text that the program printed on standard output.
pub(crate) fn stdout(output: &Output) -> &str {
    str::from_utf8(&output.stdout).expect("the program prints UTF-8")
}

pub(crate) fn stderr(output: &Output) -> &str {
    str::from_utf8(&output.stderr).expect("the program prints UTF-8")
}

/// Returns the text that the program printed on standard error, without the verdict line and remarks.
pub(crate) fn complaints(output: &Output) -> String {
    const VERDICTS: [&str; 4] = ["PASS  ", "FAIL  ", "INCOMPLETE  ", "UNPROVEN  "];
    let is_ordinary =
        |line: &&str| line.starts_with("note: ") || VERDICTS.iter().any(|word| line.starts_with(word));
    stderr(output).lines().filter(|line| !is_ordinary(line)).map(|line| format!("{line}\n")).collect()
}

/// The facts about one account, on one line.
pub(crate) fn facts() -> String {
    let path = root().join("policies/kr001_key_rotation_overdue.example.json");
    let text = fs::read_to_string(path).expect("an example");
    let facts: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    format!("{facts}\n")
}

/// Writes a program that a test starts. A separate process writes it: if this process had the file open for writing, so
/// would every child that another test is starting, until that child runs its own program. A file that is open for
/// writing cannot be run.
pub(crate) fn install(program: &Path, content: &[u8]) {
    let mut command = Command::new("install");
    command.args(["-m", "755", "/dev/stdin"]).arg(program).stdin(Stdio::piped());
    let mut child = command.spawn().expect("install runs");
    child.stdin.take().expect("an input").write_all(content).expect("install reads");
    assert!(child.wait().expect("install ends").success(), "{} is not installed", program.display());
}

/// How to write expected files, for the messages of tests that fail.
pub(crate) const UPDATE: &str = "UPDATE_EXPECT=1 cargo test --test it";

/// Whether the file has exactly this text. If `UPDATE_EXPECT` is set, writes it first.
pub(crate) fn is_expected(file: &Path, text: &str) -> bool {
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::create_dir_all(file.parent().expect("a folder")).expect("a folder of expected files");
        fs::write(file, text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    }
    fs::read(file).is_ok_and(|expected| expected == text.as_bytes())
}

/// Asserts that the file has exactly this text. If `UPDATE_EXPECT` is set, writes it first.
pub(crate) fn assert_expected(file: &Path, text: &str) {
    assert!(is_expected(file, text), "{} is out of date; {UPDATE}", file.display());
}

/// Whether the tests take the time for all random cases and corpora, as `.ci/run` does; `cargo test` tries a part.
pub(crate) fn is_thorough() -> bool {
    std::env::var_os("ROTAUDIT_TEST_THOROUGH").is_some()
}

/// The number of random cases that a property is tried with; `PROPTEST_CASES` sets another.
pub(crate) fn cases(ordinarily: u32, thoroughly: u32) -> Config {
    match std::env::var_os("PROPTEST_CASES") {
        Some(_) => Config::default(),
        None => Config::with_cases(if is_thorough() { thoroughly } else { ordinarily }),
    }
}

/// Returns the folder of samples next to the project. If it is missing, returns `None`, and the test leaves them out; in CI,
/// panics unless `ROTAUDIT_TEST_WITHOUT_SHARED` is set.
pub(crate) fn shared() -> Option<PathBuf> {
    let shared = root().join("../shared");
    if shared.is_dir() {
        return Some(shared);
    }
    let is_set = |variable| std::env::var_os(variable).is_some();
    assert!(!is_set("CI") || is_set("ROTAUDIT_TEST_WITHOUT_SHARED"), "{} is missing", shared.display());
    eprintln!("left out: {} is missing", shared.display());
    None
}

/// Returns the path of PowerShell: the one on `PATH`, or the one among the samples. If there is none, returns `None`, and the
/// test leaves it out; in CI, panics unless `ROTAUDIT_TEST_WITHOUT_SHARED` is set.
pub(crate) fn pwsh() -> Option<&'static str> {
    static PWSH: LazyLock<Option<String>> = LazyLock::new(|| {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let on_path =
            std::env::split_paths(&path).map(|folder| folder.join("pwsh")).find(|file| file.is_file());
        let pwsh = on_path.or_else(|| shared().map(|shared| shared.join("tools/pwsh")))?;
        assert!(pwsh.is_file(), "{} is missing", pwsh.display());
        Some(pwsh.to_str().expect("a path in UTF-8").to_owned())
    });
    PWSH.as_deref()
}

/// A folder with exports and arguments, one per line, in which the program runs.
pub(crate) struct Case {
    /// The folder below the one of all cases, such as `stamps/of-nothing`.
    pub(crate) name: String,
    pub(crate) folder: PathBuf,
    pub(crate) arguments: Vec<String>,
}

impl Case {
    /// All cases below `tests/cases`.
    pub(crate) fn all() -> Vec<Case> {
        Case::all_in("tests/cases")
    }

    /// The cases at any depth below a folder of the project, in the order of their names.
    ///
    /// # Panics
    ///
    /// If a folder is neither a case nor a folder of cases, so that no case is missed because of a misplaced file.
    pub(crate) fn all_in(folder: &str) -> Vec<Case> {
        let root = root().join(folder);
        let folders = case_folders(&root).unwrap_or_else(|error| panic!("{error}"));
        folders.into_iter().map(|folder| Case::read(&root, folder)).collect()
    }

    fn read(root: &Path, folder: PathBuf) -> Case {
        let name = folder.strip_prefix(root).expect("a folder below it").display().to_string();
        let arguments =
            fs::read_to_string(folder.join("args")).unwrap_or_else(|error| panic!("{name}: args: {error}"));
        Case { name, arguments: arguments.lines().map(str::to_owned).collect(), folder }
    }

    pub(crate) fn run(&self, more: &[&str]) -> Output {
        rotaudit(&self.folder).args(&self.arguments).args(more).output().expect("the program runs")
    }
}

/// The folders at any depth below `folder` that are cases, that is, contain the file `args`.
///
/// Every other folder must contain at least one folder, and no file.
pub(crate) fn case_folders(folder: &Path) -> Result<Vec<PathBuf>, String> {
    if folder.join("args").is_file() {
        return Ok(vec![folder.to_owned()]);
    }
    let unreadable = |error| format!("{}: {error}", folder.display());
    let entries = fs::read_dir(folder).map_err(unreadable)?;
    let mut entries: Vec<PathBuf> =
        entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>().map_err(unreadable)?;
    entries.sort();
    if entries.is_empty() || entries.iter().any(|entry| !entry.is_dir()) {
        return Err(format!("{} is neither a case (it has no args) nor a folder of cases", folder.display()));
    }
    let below: Result<Vec<Vec<PathBuf>>, String> = entries.iter().map(|entry| case_folders(entry)).collect();
    below.map(|cases| cases.concat())
}
