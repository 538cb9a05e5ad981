//! Policies looked through before anything is evaluated.

use std::thread;

use regorus::Engine;

use super::{Analysis, EvaluateError, STACK_BYTES, analysis, unusable};
use crate::model::Pack;

/// Everything that can be told of `pack` without evaluating it, its tests included where it has them.
pub fn check(pack: &Pack) -> Result<Analysis, EvaluateError> {
    on_a_deep_stack(|| {
        let problems = analysis::unparsable(&pack.modules);
        if !problems.is_empty() {
            return Ok(Analysis { problems, ..Analysis::default() });
        }
        let mut engine = Engine::new();
        for module in &pack.modules {
            engine.add_policy(module.path.clone(), module.text.clone()).map_err(unusable)?;
        }
        Ok(analysis::analyse(engine.get_modules(), pack))
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
