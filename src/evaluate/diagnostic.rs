//! A problem of a policy, shown at its place in the text.

use std::fmt;
use std::sync::Arc;

use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};

use super::analysis::{self, Problem, ProblemSeverity};
use crate::model::{Module, printable, printable_source};

/// A tab counts as this many columns in regorus.
const TAB_COLUMNS: usize = 4;

/// An error or a warning about a policy, with its place if it is known.
#[derive(Clone, Debug)]
pub struct PolicyDiagnostic(Box<DiagnosticContent>);

#[derive(Clone, Debug)]
struct DiagnosticContent {
    message: String,
    severity: ProblemSeverity,
    help: Option<String>,
    place: Option<PolicyPlace>,
}

#[derive(Clone, Debug)]
struct PolicyPlace {
    source: NamedSource<Arc<str>>,
    label: LabeledSpan,
}

impl PolicyDiagnostic {
    /// Parses an error of regorus, which reports errors only as text: blocks of `--> file:line:column`, the line, and a
    /// message. If no block refers to one of the modules, the message is shown without an excerpt.
    pub(super) fn of_error(error: &impl fmt::Display, modules: &[Module]) -> PolicyDiagnostic {
        let text = format!("{error:#}");
        let Some(ErrorBlock { file, line, column, message }) = ErrorBlock::first(&text) else {
            return PolicyDiagnostic::new(text.trim(), None, modules);
        };
        let module = modules.iter().find(|module| module.path == file);
        let place = module.and_then(|module| {
            let start = offset(&module.text, line, column)?;
            Some(PolicyPlace::new(module, start, start + word(&module.text[start..])))
        });
        if place.is_none() {
            return PolicyDiagnostic::new(&format!("{file}:{line}:{column}: {message}"), None, modules);
        }
        PolicyDiagnostic::new(&message, place, modules)
    }

    pub fn of_problem(problem: &Problem, modules: &[Module]) -> PolicyDiagnostic {
        let module = modules.iter().find(|module| module.path == problem.file);
        PolicyDiagnostic(Box::new(DiagnosticContent {
            message: printable(&problem.message),
            severity: problem.severity,
            help: problem.help.clone(),
            place: module.map(|module| PolicyPlace::new(module, problem.start, problem.end)),
        }))
    }

    /// The module that has the error, if its place is known.
    pub(super) fn file(&self) -> Option<&str> {
        self.0.place.as_ref().map(|place| place.source.name())
    }

    /// The message on one line, and the file and line of its place if it is known.
    pub(super) fn with_place(&self) -> String {
        let message = self.0.message.split_whitespace().collect::<Vec<&str>>().join(" ");
        let message = message.trim_end_matches('.');
        match &self.0.place {
            Some(place) => {
                let text = place.source.inner().get(..place.label.offset()).unwrap_or_default();
                format!("{message} ({}:{})", place.source.name(), text.matches('\n').count() + 1)
            }
            None => message.to_owned(),
        }
    }

    /// The problem of `module`, at its beginning if the place is unknown.
    pub(super) fn into_problem(self, module: &Module) -> Problem {
        let DiagnosticContent { message, severity, help, place } = *self.0;
        let place = place.filter(|place| place.source.name() == module.path);
        let range = place.map_or(0..0, |place| {
            let start = place.label.offset();
            start..start + place.label.len()
        });
        Problem { help, ..Problem::in_text(module.path.clone(), &module.text, range, severity, message) }
    }

    /// A fault of a rule or of its value, at the rule's first definition. `what` continues the sentence.
    pub(super) fn of_rule(
        module: Option<&Module>,
        rule: &str,
        what: &str,
        help: Option<&str>,
    ) -> PolicyDiagnostic {
        let place = module.and_then(|module| {
            let is_head = |(at, _): &(usize, &str)| *at == 0 || module.text[..*at].ends_with('\n');
            let (start, _) = module.text.match_indices(rule).find(is_head)?;
            Some(PolicyPlace::new(module, start, start + rule.len()))
        });
        PolicyDiagnostic(Box::new(DiagnosticContent {
            message: printable(&format!("its rule {rule} {what}")),
            severity: ProblemSeverity::Error,
            help: help.map(ToOwned::to_owned),
            place,
        }))
    }

    fn new(message: &str, place: Option<PolicyPlace>, modules: &[Module]) -> PolicyDiagnostic {
        let help = help(message, place.as_ref(), modules);
        // The path after the message is internal to regorus.
        let message = printable(message.split(" (path [").next().unwrap_or_default());
        PolicyDiagnostic(Box::new(DiagnosticContent {
            message,
            severity: ProblemSeverity::Error,
            help,
            place,
        }))
    }
}

impl PolicyPlace {
    fn new(module: &Module, start: usize, end: usize) -> PolicyPlace {
        // Only the first line of a long piece is marked.
        let piece = module.text.get(start..end).unwrap_or_default();
        let length = piece.find('\n').unwrap_or(piece.len());
        let source = NamedSource::new(&module.path, Arc::from(printable_source(&module.text)));
        PolicyPlace { source, label: LabeledSpan::new(None, start, length) }
    }

    /// Returns the text of the module from this place to its end.
    fn text<'m>(&self, modules: &'m [Module]) -> &'m str {
        let module = modules.iter().find(|module| module.path == self.source.name());
        module.and_then(|module| module.text.get(self.label.offset()..)).unwrap_or_default()
    }
}

/// One of the blocks of an error.
struct ErrorBlock {
    file: String,
    line: usize,
    column: usize,
    message: String,
}

impl ErrorBlock {
    fn first(text: &str) -> Option<ErrorBlock> {
        let (_, rest) = text.split_once("--> ")?;
        let (place, rest) = rest.split_once('\n')?;
        let mut parts = place.rsplitn(3, ':');
        let column = parts.next()?.trim().parse().ok()?;
        let line = parts.next()?.parse().ok()?;
        let file = parts.next()?.to_owned();
        let (_, message) = rest.split_once("error: ")?;
        let message = message.split("\n-->").next()?.trim().to_owned();
        Some(ErrorBlock { file, line, column, message })
    }
}

/// The offset in bytes of a line and a column, both from 1. The columns of regorus are bytes, and a tab counts as
/// [`TAB_COLUMNS`].
fn offset(text: &str, line: usize, column: usize) -> Option<usize> {
    let before: usize = text.split_inclusive('\n').take(line.checked_sub(1)?).map(str::len).sum();
    let content = text.get(before..)?.lines().next().unwrap_or_default();
    let mut at = 1;
    for (index, letter) in content.char_indices() {
        if at >= column {
            return Some(before + index);
        }
        at += if letter == '\t' { TAB_COLUMNS } else { letter.len_utf8() };
    }
    Some(before + content.len())
}

/// The length in bytes of the word at the beginning of `text`.
fn word(text: &str) -> usize {
    let is_in_word = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '.';
    let end = text.find(|letter| !is_in_word(letter)).unwrap_or(text.len());
    end.max(text.chars().next().filter(|letter| *letter != '\n').map_or(0, char::len_utf8))
}

/// Returns help for known errors, most of which concern features that only Open Policy Agent has.
fn help(message: &str, place: Option<&PolicyPlace>, modules: &[Module]) -> Option<String> {
    if let Some((_, name)) = message.split_once("could not find function ") {
        let absent = analysis::is_absent(name).then_some(analysis::ABSENT_HERE);
        return analysis::refusal(name).or(absent).map(str::to_owned);
    }
    if place.is_some_and(|place| place.text(modules).starts_with('$')) {
        return Some("template strings are not supported: write sprintf(\"… %s …\", [value])".to_owned());
    }
    let known = [
        (
            "`if` keyword is required",
            "write a rule as `name contains element if { … }` or `name := value if { … }`",
        ),
        ("`contains` keyword is required", "write a set as `name contains element if { … }`"),
        ("is unsafe", "it is neither a rule nor an import, and has no value"),
        (
            "used before definition",
            "this rule declares it again, or a rule of the package has its name: give one of them another name",
        ),
        ("exceeded time limit", "a rule must not take longer than this for one account"),
        ("nesting too deep", "split the expression into several rules"),
    ];
    known.iter().find(|(part, _)| message.contains(part)).map(|(_, help)| (*help).to_owned())
}

impl fmt::Display for PolicyDiagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for PolicyDiagnostic {}

impl Diagnostic for PolicyDiagnostic {
    fn code(&self) -> Option<Box<dyn fmt::Display + '_>> {
        Some(Box::new("rotaudit::policy"))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.0.severity {
            ProblemSeverity::Error => miette::Severity::Error,
            ProblemSeverity::Warning => miette::Severity::Warning,
        })
    }

    fn help(&self) -> Option<Box<dyn fmt::Display + '_>> {
        self.0.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.0.place.as_ref().map(|place| &place.source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let place = self.0.place.as_ref()?;
        Some(Box::new(std::iter::once(place.label.clone())))
    }
}
