//! Checks policies, and runs their tests.

use std::collections::BTreeSet;

use crate::audit::{to_standard_error, to_standard_output};
use crate::evaluate::{
    self, Failure, LineCoverage, PolicyDiagnostic, ProblemSeverity, TestedRule, run_tests,
};
use crate::model::printable;
use crate::policy::{PolicyError, PolicySelection};

use super::AuthoringError;

/// Prints the problems of policies, and returns whether all of them are warnings.
pub fn check(selection: &PolicySelection) -> Result<bool, AuthoringError> {
    let pack = match selection.load() {
        Err(error @ (PolicyError::Metadata { .. } | PolicyError::SeveralMetadata(_))) => {
            let modules = selection.with_valid_metadata()?;
            for problem in evaluate::parse_errors(modules.clone())? {
                to_standard_error(PolicyDiagnostic::of_problem(&problem, &modules));
            }
            return Err(error.into());
        }
        loaded => loaded?,
    };
    let own: BTreeSet<String> =
        pack.modules.iter().filter(|module| !module.is_builtin).map(|module| module.path.clone()).collect();
    let mut problems = evaluate::check(&pack)?.problems;
    problems.retain(|problem| own.contains(&problem.file));
    for problem in &problems {
        to_standard_error(PolicyDiagnostic::of_problem(problem, &pack.modules));
    }
    let count = |severity| problems.iter().filter(|problem| problem.severity == severity).count();
    let (errors, warnings) = (count(ProblemSeverity::Error), count(ProblemSeverity::Warning));
    to_standard_output(&format!("{} files: {errors} errors, {warnings} warnings\n", own.len()))?;
    Ok(errors == 0)
}

/// The options of `policy test`.
#[derive(Clone, Debug)]
pub struct TestRequest {
    pub policies: PolicySelection,
    /// Whether the coverage is printed.
    pub coverage: bool,
    /// The least coverage, in percent of the lines.
    pub fail_under: Option<u8>,
}

/// Runs the tests of policies, and prints what failed. Returns whether all passed and covered enough lines.
pub fn test(request: &TestRequest) -> Result<bool, AuthoringError> {
    let run = run_tests(request.policies.load()?)?;
    if run.tests.is_empty() {
        return Err(AuthoringError::NoTest);
    }
    let mut text: String = run.tests.iter().map(told).collect();
    if request.coverage || request.fail_under.is_some() {
        text += &covered(&run.coverage);
    }
    let too_low = request.fail_under.filter(|percent| is_below(*percent, &run.coverage));
    if let Some(percent) = too_low {
        text += &format!("the coverage is below {percent} %\n");
    }
    let failed = run.tests.iter().filter(|test| test.failure.is_some()).count();
    text += &format!("{} passed, {failed} failed\n", run.tests.len() - failed);
    to_standard_output(&text)?;
    Ok(failed == 0 && too_low.is_none())
}

/// Nothing of a test that passes in silence.
fn told(tested: &TestedRule) -> String {
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

fn covered(files: &[LineCoverage]) -> String {
    let mut text = String::new();
    let (mut covered, mut all) = (0, 0);
    for file in files {
        covered += file.covered.len();
        all += file.covered.len() + file.not_covered.len();
        let share = share(file.covered.len(), file.covered.len() + file.not_covered.len());
        let missing: Vec<String> = file.not_covered.iter().map(u32::to_string).collect();
        text += &match missing.as_slice() {
            [] => format!("{}: {share}\n", file.path),
            [line] => format!("{}: {share}, not line {line}\n", file.path),
            lines => format!("{}: {share}, not lines {}\n", file.path, lines.join(", ")),
        };
    }
    text + &format!("coverage: {}\n", share(covered, all))
}

fn is_below(percent: u8, files: &[LineCoverage]) -> bool {
    let covered: usize = files.iter().map(|file| file.covered.len()).sum();
    let not_covered: usize = files.iter().map(|file| file.not_covered.len()).sum();
    covered * 100 < (covered + not_covered) * usize::from(percent)
}

/// Rounded down, so that it is 100 % only if all lines are covered.
fn share(part: usize, whole: usize) -> String {
    let percent = (part * 100).checked_div(whole).unwrap_or(100);
    format!("{percent} % of {whole} lines")
}
