//! Policies looked through before anything is evaluated.

use std::thread;

use regorus::Engine;

use super::{Analysis, EvaluateError, PolicyDiagnostic, Problem, STACK_BYTES, analysis, unusable};
use crate::model::{Module, Pack};

/// Everything that can be told of `pack` without evaluating it, its tests included where it has them.
pub fn check(pack: &Pack) -> Result<Analysis, EvaluateError> {
    on_a_deep_stack(|| {
        let problems = analysis::unparsable(&pack.modules);
        if !problems.is_empty() {
            return Ok(Analysis { problems, ..Analysis::default() });
        }
        let mut engine = Engine::new();
        load(&mut engine, &pack.modules)?;
        Ok(analysis::analyse(engine.get_modules(), pack))
    })
}

/// Gives the engine the modules, once they are known not to overwhelm its parser.
pub(super) fn load(engine: &mut Engine, modules: &[Module]) -> Result<(), EvaluateError> {
    refuse(&analysis::unparsable(modules), modules)?;
    for module in modules {
        let added = engine.add_policy(module.path.clone(), module.text.clone());
        added.map_err(|error| EvaluateError::Policy(PolicyDiagnostic::of_error(&error, modules)))?;
    }
    Ok(())
}

/// Fails where there are problems, with all of them.
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

/// Runs `work` where policies as deep as they may be do not overflow the stack.
fn on_a_deep_stack<T: Send>(
    work: impl FnOnce() -> Result<T, EvaluateError> + Send,
) -> Result<T, EvaluateError> {
    thread::scope(|scope| {
        let worker =
            thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, work).map_err(unusable)?;
        worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}
