//! Problems of policies that can be found without evaluating them: constructs that would be refused, and those that
//! would fail in silence.

mod builtins;
mod calls;
mod comparisons;
mod conflicts;
mod data;
mod differences;
mod exports;
mod input;
mod literals;
mod optional;
mod parameters;
mod program;
mod reference;
mod scope;
mod shapes;
mod statements;
mod subjects;
mod text;
mod types;
mod unasked;
mod unbound;
mod weight;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use regorus::unstable::{Module as Tree, Ref, Span};

use crate::model::{Module, Pack};
pub(super) use builtins::{ABSENT_HERE, is_absent, refusal};
use calls::Calls;
use program::Program;
pub(super) use scope::{children, outputs};

/// The stack of a thread that parses, analyses or evaluates policies.
///
/// A unit of `MAX_STACK_UNITS` took at most 9 KB in a debug build and 1.5 KB in a release build (chains of functions,
/// rules, comprehensions and loops, until they overflowed); this leaves 33 KB. A level of `text::MAX_NESTING` took at
/// most 14 KB while it was parsed.
pub const STACK_BYTES: usize = 64 << 20;

/// How heavy a chain of rules may be, as [`weight`] weighs it: some 500 plain functions that call each other.
const MAX_STACK_UNITS: usize = 2_000;

const _: () = {
    // The sizes measured in a debug build, at the limits of depth.
    assert!(MAX_STACK_UNITS * (9 << 10) < STACK_BYTES);
    assert!(text::MAX_NESTING * (14 << 10) < STACK_BYTES);
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProblemSeverity {
    /// The policy must not be used.
    Error,
    /// The policy may not do what it seems to do.
    Warning,
}

impl ProblemSeverity {
    pub fn as_str(self) -> &'static str {
        match self {
            ProblemSeverity::Error => "error",
            ProblemSeverity::Warning => "warning",
        }
    }
}

/// A problem of a policy, and its place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
    /// The column in characters, counted from 1.
    pub column: usize,
    /// The offset in bytes of the file's text.
    pub start: usize,
    pub end: usize,
    pub severity: ProblemSeverity,
    pub message: String,
    pub help: Option<String>,
}

/// The problems of policies: at most one for each expression in them, and the parameters that they read.
#[derive(Clone, Debug, Default)]
pub struct Analysis {
    /// The problems, in the order of the files.
    pub problems: Vec<Problem>,
    pub parameters: BTreeMap<String, ParametersRead>,
}

/// The members of `data.params` that a package reads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ParametersRead {
    pub names: BTreeSet<String>,
    /// Whether the package may read any parameter: by a computed name, or all of them together.
    pub any: bool,
}

/// Returns the problem because of which a module must not be parsed.
pub(super) fn unparsable(module: &Module) -> Option<Problem> {
    text::too_deep(module)
}

/// Returns the constructs that must not be evaluated: they could end the process, depend on the clock or on randomness,
/// or make regorus write to standard error.
pub(super) fn unsafe_constructs(trees: &[Ref<Tree>]) -> Vec<Problem> {
    let program = Program::new(trees);
    ordered(unsafe_in(&program, &Calls::of(&program)))
}

pub(super) fn analyse(trees: &[Ref<Tree>], pack: &Pack) -> Analysis {
    let program = Program::new(trees);
    let calls = Calls::of(&program);
    let mut problems = unsafe_in(&program, &calls);
    let is_finite = calls.problems(&program).is_empty();
    problems.extend(exports::problems(&program, &calls, pack));
    problems.extend(unasked::problems(&program, &calls, pack));
    problems.extend(conflicts::problems(&program));
    problems.extend(unbound::problems(&program));
    problems.extend(subjects::problems(&program, pack));
    problems.extend(shapes::problems(&program, pack));
    problems.extend(differences::problems(&program));
    let data = data::read(&program);
    problems.extend(parameters::problems(&program, &calls, pack, &data));
    problems.extend(data.problems);
    if is_finite {
        problems.extend(input::problems(&program, &calls, pack));
    }
    Analysis { problems: ordered(problems), parameters: data.parameters }
}

impl Analysis {
    /// Adds problems, except on lines that already have an error, because the cause is the same.
    pub(super) fn add(&mut self, problems: Vec<Problem>) {
        let is_known = |one: &Problem| {
            self.problems.iter().any(|known| {
                known.severity == ProblemSeverity::Error && known.file == one.file && known.line == one.line
            })
        };
        let new: Vec<Problem> = problems.into_iter().filter(|problem| !is_known(problem)).collect();
        self.problems.extend(new);
        self.problems.sort();
    }
}

fn unsafe_in(program: &Program<'_>, calls: &Calls<'_>) -> Vec<Problem> {
    let mut problems = calls.problems(program);
    problems.extend(builtins::problems(program));
    problems.extend(statements::problems(program));
    problems
}

fn ordered(mut problems: Vec<Problem>) -> Vec<Problem> {
    problems.sort();
    problems.dedup();
    problems
}

impl Problem {
    fn error(span: &Span, message: String) -> Problem {
        Problem::at(span, ProblemSeverity::Error, message)
    }

    fn warning(span: &Span, message: String) -> Problem {
        Problem::at(span, ProblemSeverity::Warning, message)
    }

    fn at(span: &Span, severity: ProblemSeverity, message: String) -> Problem {
        let text = span.source.get_contents();
        let start = usize::try_from(span.start).unwrap_or_default().min(text.len());
        let end = usize::try_from(span.end).unwrap_or_default().clamp(start, text.len());
        Problem::in_text(span.source.get_path().clone(), text, start..end, severity, message)
    }

    /// Returns a problem at a range of bytes of `text`. The range must be within the text.
    pub(super) fn in_text(
        file: String,
        text: &str,
        Range { start, end }: Range<usize>,
        severity: ProblemSeverity,
        message: String,
    ) -> Problem {
        let before = text.get(..start).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Problem {
            file,
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            start,
            end,
            severity,
            message,
            help: None,
        }
    }

    fn with_help(self, help: impl Into<String>) -> Problem {
        Problem { help: Some(help.into()), ..self }
    }

    fn with_suggestion(self, name: Option<&str>) -> Problem {
        match name {
            Some(name) => self.with_help(format!("did you mean {name}?")),
            None => self,
        }
    }
}

/// The known name that a misspelt `name` probably means.
fn nearest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let distance = |other: &str| strsim::damerau_levenshtein(name, other);
    let near =
        known.map(|other| (distance(other), other)).filter(|(distance, _)| *distance <= 1 + name.len() / 4);
    near.min().map(|(_, other)| other)
}
