//! Runs the tests of policies.

use serde_json::{Value, json};

use crate::evaluate::{self, Failure, LineCoverage, TestRun, TestedRule, run_tests};
use crate::model::{counted, printable};
use crate::policy::PolicySelection;

use super::AuthoringError;
use super::documents::{Entry, EntryKind, EntryOutcome, EntryPlace, ResultFormat, Results, print};

/// The schema of the JSON document.
const TEST_SCHEMA: &str = "rotaudit.policy-test/1";

/// The options of `policy test`.
#[derive(Clone, Debug)]
pub struct TestRequest {
    pub policies: PolicySelection,
    /// Whether the coverage is printed.
    pub coverage: bool,
    /// The least coverage, in percent of the lines. It implies `coverage`.
    pub fail_under: Option<u8>,
    pub format: ResultFormat,
}

/// Runs the tests of policies without errors, and prints what failed. Returns whether all passed and covered enough lines.
pub fn test(request: &TestRequest) -> Result<bool, AuthoringError> {
    let pack = request.policies.load()?;
    evaluate::refuse_bad(&pack)?;
    let run = run_tests(pack)?;
    if run.tests.is_empty() {
        return Err(AuthoringError::NoTest);
    }
    let failed = run.tests.iter().filter(|test| test.failure.is_some()).count();
    let coverage = (request.coverage || request.fail_under.is_some()).then(|| Coverage::of(&run.coverage));
    let wanted = coverage.zip(request.fail_under);
    let too_low = wanted.and_then(|(coverage, percent)| coverage.is_below(percent).then_some(percent));
    let results = Results {
        name: "test",
        text: &|| {
            let mut text: String = run.tests.iter().map(result_in_words).collect();
            if let Some(coverage) = coverage {
                text += &covered(&run.coverage, coverage);
            }
            if let Some(percent) = too_low {
                text += &format!("the coverage is below {percent} %\n");
            }
            text + &format!("{} passed, {failed} failed\n", run.tests.len() - failed)
        },
        json: &|| document(&run, failed, coverage, request.fail_under),
        entries: &|| entries(&run, coverage, too_low),
    };
    print(request.format, &results)?;
    Ok(failed == 0 && too_low.is_none())
}

/// The number of lines in all files, and of those among them that the tests evaluate.
#[derive(Clone, Copy)]
struct Coverage {
    covered: usize,
    lines: usize,
}

impl Coverage {
    fn of(files: &[LineCoverage]) -> Coverage {
        let covered: usize = files.iter().map(|file| file.covered.len()).sum();
        let not_covered: usize = files.iter().map(|file| file.not_covered.len()).sum();
        Coverage { covered, lines: covered + not_covered }
    }

    /// The percentage, rounded down, so that it is 100 only if all lines are covered.
    fn percent(self) -> usize {
        (self.covered * 100).checked_div(self.lines).unwrap_or(100)
    }

    fn is_below(self, percent: u8) -> bool {
        self.covered * 100 < self.lines * usize::from(percent)
    }

    fn in_words(self) -> String {
        format!("{} % of {}", self.percent(), counted(self.lines, "line"))
    }
}

/// The text about a test; empty for a test that passes without output.
fn result_in_words(tested: &TestedRule) -> String {
    let mut text = String::new();
    if let Some(failure) = &tested.failure {
        text += &format!("FAIL {} ({}:{})\n", tested.name, tested.path, tested.line);
        match failure {
            Failure::Statement { line, text: statement, values } => {
                for (index, part) in statement.lines().enumerate() {
                    let number = if index == 0 { line.to_string() } else { String::new() };
                    text += &format!("{number:>6} | {}\n", printable(part));
                }
                for (term, value) in values {
                    text += &format!("         {} is {}\n", printable(term), printable(value));
                }
            }
            Failure::Value(value) => {
                text += &format!("         its value is {}, not true\n", printable(value));
            }
            Failure::Error(error) => text += &format!("{}\n", error.trim_matches('\n')),
        }
    } else if !tested.prints.is_empty() {
        text += &format!("pass {} ({}:{})\n", tested.name, tested.path, tested.line);
    }
    for print in &tested.prints {
        text += &format!("         it printed: {}\n", printable(print));
    }
    text
}

fn covered(files: &[LineCoverage], all: Coverage) -> String {
    let mut text = String::new();
    for file in files {
        let share = Coverage::of(std::slice::from_ref(file)).in_words();
        text += &match not_covered(file) {
            Some(lines) => format!("{}: {share}, not {lines}\n", file.path),
            None => format!("{}: {share}\n", file.path),
        };
    }
    text + &format!("coverage: {}\n", all.in_words())
}

/// `line 3`, or `lines 3, 4`.
fn not_covered(file: &LineCoverage) -> Option<String> {
    let lines: Vec<String> = file.not_covered.iter().map(u32::to_string).collect();
    match lines.as_slice() {
        [] => None,
        [line] => Some(format!("line {line}")),
        lines => Some(format!("lines {}", lines.join(", "))),
    }
}

fn document(run: &TestRun, failed: usize, coverage: Option<Coverage>, fail_under: Option<u8>) -> Value {
    let tests = run.tests.iter().map(|tested| {
        let mut test = json!({
            "name": tested.name, "file": tested.path, "line": tested.line, "passed": tested.failure.is_none(),
        });
        match &tested.failure {
            None => {}
            Some(Failure::Statement { line, text, values }) => {
                let values = values.iter().map(|(term, value)| json!({ "expression": term, "value": value }));
                let values: Vec<Value> = values.collect();
                test["failure"] = json!({ "line": line, "statement": text, "values": values });
            }
            Some(Failure::Value(value)) => test["failure"] = json!({ "value": value }),
            Some(Failure::Error(error)) => test["failure"] = json!({ "error": error }),
        }
        if !tested.prints.is_empty() {
            test["printed"] = json!(tested.prints);
        }
        test
    });
    let mut document = json!({
        "schema": TEST_SCHEMA,
        "passed": run.tests.len() - failed,
        "failed": failed,
        "tests": tests.collect::<Vec<Value>>(),
    });
    if let Some(coverage) = coverage {
        let file = |file: &LineCoverage| json!({ "file": file.path, "covered": file.covered, "not_covered": file.not_covered });
        let files: Vec<Value> = run.coverage.iter().map(file).collect();
        document["coverage"] = json!({
            "percent": coverage.percent(), "covered": coverage.covered, "lines": coverage.lines, "files": files,
        });
        if let Some(percent) = fail_under {
            document["coverage"]["fail_under"] = percent.into();
        }
    }
    document
}

/// The tests, the lines of each file that they do not evaluate, and whether too few lines are covered.
fn entries(run: &TestRun, coverage: Option<Coverage>, too_low: Option<u8>) -> Vec<Entry> {
    let place = |file: &str, line: u32| {
        let line = usize::try_from(line).unwrap_or(usize::MAX);
        Some(EntryPlace { file: file.to_owned(), line, column: None })
    };
    let mut entries: Vec<Entry> = run
        .tests
        .iter()
        .map(|tested| {
            let (outcome, line, message) = match &tested.failure {
                None => (EntryOutcome::Pass, tested.line, "the test passes".to_owned()),
                Some(failure) => (EntryOutcome::Error, line_of(failure, tested), in_words(failure)),
            };
            Entry {
                name: tested.name.clone(),
                output: tested.prints.clone(),
                ..Entry::new(EntryKind::Test, outcome, place(&tested.path, line), message)
            }
        })
        .collect();
    let Some(coverage) = coverage else { return entries };
    for file in &run.coverage {
        if let (Some(lines), Some(first)) = (not_covered(file), file.not_covered.first()) {
            let message = format!("no test evaluates {lines}");
            let place = place(&file.path, *first);
            entries.push(Entry::new(EntryKind::Coverage, EntryOutcome::Note, place, message));
        }
    }
    let share = coverage.in_words();
    let (outcome, message) = match too_low {
        Some(percent) => (EntryOutcome::Error, format!("the coverage is {share}, below {percent} %")),
        None => (EntryOutcome::Pass, format!("the coverage is {share}")),
    };
    entries.push(Entry::new(EntryKind::Coverage, outcome, None, message));
    entries
}

/// The line of the false statement, or of the test.
fn line_of(failure: &Failure, tested: &TestedRule) -> u32 {
    match failure {
        Failure::Statement { line, .. } => *line,
        Failure::Value(_) | Failure::Error(_) => tested.line,
    }
}

fn in_words(failure: &Failure) -> String {
    match failure {
        Failure::Statement { text, values, .. } => {
            let values = values.iter().map(|(term, value)| format!("\n{term} is {value}"));
            format!("false: {text}{}", values.collect::<String>())
        }
        Failure::Value(value) => format!("its value is {value}, not true"),
        Failure::Error(error) => error.trim_matches('\n').to_owned(),
    }
}
