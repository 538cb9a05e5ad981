//! Checks policies without evaluating them.

use std::collections::BTreeSet;

use miette::Diagnostic;
use serde::Serialize;
use serde_json::json;

use crate::audit::to_standard_error;
use crate::evaluate::{self, PolicyDiagnostic, Problem, ProblemSeverity};
use crate::model::{Module, counted};
use crate::policy::{self, PolicyError, PolicySelection};

use super::AuthoringError;
use super::documents::{Entry, EntryKind, EntryOutcome, EntryPlace, ResultFormat, Results, print};

/// The schema of the JSON document.
const CHECK_SCHEMA: &str = "rotaudit.policy-check/1";

/// The options of `policy check`.
#[derive(Clone, Debug)]
pub struct CheckRequest {
    pub policies: PolicySelection,
    pub format: ResultFormat,
}

/// A problem. It has no place if it concerns no file or several files.
#[derive(Serialize)]
struct ListedProblem {
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<usize>,
    severity: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
}

/// The result of a check.
struct Checked {
    modules: Vec<Module>,
    /// The problems of the user's own modules.
    problems: Vec<Problem>,
    /// The reason why the policies cannot be loaded, for which only their syntax was checked.
    refused: Option<PolicyError>,
}

/// Prints the problems of policies, and returns whether all of them are warnings. As text, the problems are on standard
/// error and their number on standard output; the error because of which policies cannot be loaded is returned.
pub fn check(request: &CheckRequest) -> Result<bool, AuthoringError> {
    let Checked { modules, problems, refused } = Checked::of(&request.policies)?;
    let mut listed: Vec<ListedProblem> = problems.iter().map(ListedProblem::of).collect();
    if let Some(error) = &refused {
        add_problems(error, &mut listed);
    }
    if request.format == ResultFormat::Text {
        for problem in &problems {
            to_standard_error(PolicyDiagnostic::of_problem(problem, &modules));
        }
    }
    let files = modules.iter().filter(|module| !module.is_builtin).map(|module| module.path.as_str());
    let files: BTreeSet<&str> = files.collect();
    let count = |severity: ProblemSeverity| {
        listed.iter().filter(|problem| problem.severity == severity.as_str()).count()
    };
    let (errors, warnings) = (count(ProblemSeverity::Error), count(ProblemSeverity::Warning));
    let results = Results {
        name: "check",
        text: &|| {
            let [errors, warnings] = [counted(errors, "error"), counted(warnings, "warning")];
            format!("{}: {errors}, {warnings}\n", counted(files.len(), "file"))
        },
        json: &|| {
            json!({
                "schema": CHECK_SCHEMA, "files": files, "errors": errors, "warnings": warnings, "problems": listed,
            })
        },
        entries: &|| entries(&files, &listed),
    };
    print(request.format, &results)?;
    match refused {
        Some(error) if request.format == ResultFormat::Text => Err(error.into()),
        _ => Ok(errors == 0),
    }
}

impl Checked {
    fn of(selection: &PolicySelection) -> Result<Checked, AuthoringError> {
        let pack = match selection.load() {
            Ok(pack) => pack,
            Err(error) => {
                // Without readable files, the error is all that there is to report.
                let modules = selection.own_modules().unwrap_or_default();
                let valid = modules.iter().filter(|module| policy::has_valid_metadata(module)).cloned();
                let problems = evaluate::parse_errors(valid.collect())?;
                return Ok(Checked { modules, problems, refused: Some(error) });
            }
        };
        let mut problems = evaluate::check(&pack)?.problems;
        let own = |file: &str| pack.modules.iter().any(|module| !module.is_builtin && module.path == file);
        problems.retain(|problem| own(&problem.file));
        Ok(Checked { modules: pack.modules, problems, refused: None })
    }
}

impl ListedProblem {
    fn of(problem: &Problem) -> ListedProblem {
        ListedProblem {
            file: Some(problem.file.clone()),
            line: Some(problem.line),
            column: Some(problem.column),
            severity: problem.severity.as_str(),
            message: problem.message.clone(),
            help: problem.help.clone(),
        }
    }
}

/// Adds an error, or those that it consists of, each with its place in the text if it has one.
fn add_problems(error: &dyn Diagnostic, problems: &mut Vec<ListedProblem>) {
    if let Some(related) = error.related() {
        related.for_each(|error| add_problems(error, problems));
        return;
    }
    let label = error.labels().and_then(|mut labels| labels.next());
    let source = error.source_code().zip(label.as_ref());
    let contents = source.and_then(|(source, label)| source.read_span(label.inner(), 0, 0).ok());
    let text = label.as_ref().and_then(|label| label.label()).map(|text| format!(": {text}"));
    problems.push(ListedProblem {
        file: contents.as_ref().and_then(|contents| contents.name()).map(str::to_owned),
        line: contents.as_ref().map(|contents| contents.line() + 1),
        column: contents.as_ref().map(|contents| contents.column() + 1),
        severity: ProblemSeverity::Error.as_str(),
        message: format!("{error}{}", text.unwrap_or_default()),
        help: error.help().map(|help| help.to_string()),
    });
}

/// The problems, and a pass for each file without an error.
fn entries(files: &BTreeSet<&str>, problems: &[ListedProblem]) -> Vec<Entry> {
    let mut entries: Vec<Entry> = problems.iter().map(entry).collect();
    let is_clean = |file: &&str| {
        let is_error = |entry: &Entry| {
            entry.outcome == EntryOutcome::Error
                && entry.place.as_ref().is_some_and(|place| place.file == *file)
        };
        !entries.iter().any(is_error)
    };
    let clean: Vec<&str> = files.iter().copied().filter(|file| is_clean(file)).collect();
    entries.extend(clean.into_iter().map(|file| {
        let place = EntryPlace { file: file.to_owned(), line: 1, column: None };
        Entry::new(EntryKind::Problem, EntryOutcome::Pass, Some(place), "No errors.".to_owned())
    }));
    entries
}

fn entry(problem: &ListedProblem) -> Entry {
    let outcome = if problem.severity == ProblemSeverity::Error.as_str() {
        EntryOutcome::Error
    } else {
        EntryOutcome::Warning
    };
    let place = problem.file.clone().zip(problem.line);
    let place = place.map(|(file, line)| EntryPlace { file, line, column: problem.column });
    let help = problem.help.as_ref().map(|help| format!("\n{help}")).unwrap_or_default();
    Entry::new(EntryKind::Problem, outcome, place, format!("{}{help}", problem.message))
}
