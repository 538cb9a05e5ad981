//! Controls that an audit leaves out because an evaluation exceeded a limit of time or memory: the report has them as open
//! for every account. `tests/it/hostile.rs` checks that the other controls keep their results.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::watch::{Watched, WatchedRule};
use super::{EvaluateError, PolicyDiagnostic};
use crate::model::Pack;

/// Each control that exceeds a limit requires another evaluation of all accounts. After this many, all of the user's
/// controls are left out.
const MAX_EXCEEDING: usize = 3;

/// The controls that are left out, by their position in the pack, with the cause.
pub(super) type LeftOut = BTreeMap<usize, PolicyDiagnostic>;

/// Evaluates with `run`, which leaves the given controls out. If a control exceeds a limit, everything is evaluated again
/// without it, so that the results do not depend on the time at which it did.
pub(super) fn evaluate<T>(
    pack: &Pack,
    run: impl Fn(Arc<LeftOut>) -> Result<T, EvaluateError>,
) -> Result<T, EvaluateError> {
    let mut left_out = LeftOut::new();
    for _ in 0..MAX_EXCEEDING {
        match run(Arc::new(left_out.clone())) {
            Err(error) => left_out.extend([exceeding(pack, &error).ok_or(error)?]),
            results => return results,
        }
    }
    let message = format!("{MAX_EXCEEDING} other controls exceeded a limit of time or memory");
    for (index, control) in pack.controls.iter().enumerate() {
        if pack.module_of(control).is_none_or(|module| !module.is_builtin) {
            left_out.entry(index).or_insert_with(|| PolicyDiagnostic::of_error(&message, &[]));
        }
    }
    run(Arc::new(left_out))
}

/// The control that exceeded a limit, and the cause.
fn exceeding(pack: &Pack, error: &EvaluateError) -> Option<(usize, PolicyDiagnostic)> {
    let (what, limit) = match error {
        EvaluateError::TooLong { what, seconds } => (what, format!("{seconds} seconds")),
        EvaluateError::TooLarge { what, mebibytes } => (what, format!("{mebibytes} MiB of memory")),
        _ => return None,
    };
    let Watched::Rule(WatchedRule { control, rule, subject }) = what else { return None };
    let index = pack.controls.iter().position(|known| known.id == *control)?;
    let module = pack.module_of(&pack.controls[index]);
    let message = format!("took more than {limit} for {subject}");
    Some((index, PolicyDiagnostic::of_rule(module, rule, &message, Some(super::USUAL_COST))))
}
