//! Checks policies before anything is evaluated.

use std::collections::BTreeSet;
use std::time::Duration;

use regorus::Engine;

use super::{Analysis, EvaluateError, PolicyDiagnostic, Problem, ProblemSeverity, analysis, order, watch};
use crate::model::{Module, Pack};

/// Returns all problems of `pack` that can be found without evaluating it, its tests included if it has them.
pub fn check(pack: &Pack) -> Result<Analysis, EvaluateError> {
    check_within(watch::READING_LIMIT, pack)
}

/// Like [`check`], but fails if it takes longer than `limit`. Tests set a limit that is long enough for any machine.
pub fn check_within(limit: Duration, pack: &Pack) -> Result<Analysis, EvaluateError> {
    let pack = pack.clone();
    watch::run_one(move |watchdog| {
        watchdog.watch_reading_within(limit, || {
            let mut engine = Engine::new();
            let problems = parse(&mut engine, &pack.modules);
            if !problems.is_empty() {
                return Ok(Analysis { problems, ..Analysis::default() });
            }
            let mut analysis = analysis::analyse(engine.get_modules(), &pack);
            if analysis::unsafe_constructs(engine.get_modules()).is_empty() {
                analysis.add(order::problems(&pack.modules));
            }
            Ok(analysis)
        })
    })
}

/// Fails if `pack` has an error, because its passes would then prove nothing. Returns the parameters that it reads, or
/// `None` if it may read any.
pub fn refuse_bad(pack: &Pack) -> Result<Option<BTreeSet<String>>, EvaluateError> {
    let Analysis { mut problems, parameters } = check(pack)?;
    problems.retain(|problem| problem.severity == ProblemSeverity::Error);
    refuse(&problems, &pack.modules)?;
    if parameters.values().any(|read| read.any) {
        return Ok(None);
    }
    Ok(Some(parameters.into_values().flat_map(|read| read.names).collect()))
}

/// Returns the first error of each module that cannot be parsed. The parser stops at the first.
pub fn parse_errors(modules: Vec<Module>) -> Result<Vec<Problem>, EvaluateError> {
    watch::run_one(move |watchdog| watchdog.watch_reading(|| Ok(parse(&mut Engine::new(), &modules))))
}

/// Gives the engine the modules, or fails with the first error of each that cannot be parsed.
pub(super) fn load(engine: &mut Engine, modules: &[Module]) -> Result<(), EvaluateError> {
    refuse(&parse(engine, modules), modules)
}

/// Gives the engine the modules that it can parse, after a check that they do not overwhelm its parser. Returns the first
/// error of each other module.
fn parse(engine: &mut Engine, modules: &[Module]) -> Vec<Problem> {
    let parsed = modules.iter().filter_map(|module| {
        analysis::unparsable(module).or_else(|| {
            let error = engine.add_policy(module.path.clone(), module.text.clone()).err()?;
            Some(PolicyDiagnostic::of_error(&error, modules).into_problem(module))
        })
    });
    parsed.collect()
}

/// Fails with all problems, if there are any.
pub(super) fn refuse(problems: &[Problem], modules: &[Module]) -> Result<(), EvaluateError> {
    if problems.is_empty() {
        return Ok(());
    }
    let mut shown: Vec<_> =
        problems.iter().map(|problem| PolicyDiagnostic::of_problem(problem, modules)).collect();
    Err(match shown.pop() {
        Some(only) if shown.is_empty() => EvaluateError::Policy(only),
        last => EvaluateError::Refused(shown.into_iter().chain(last).collect()),
    })
}
