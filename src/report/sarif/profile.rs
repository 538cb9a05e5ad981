//! The profile `github`: what code scanning makes alerts of is what counts, and no more than it keeps.

use super::format::{Notification, Outcome, Run, RunResult};
use super::{ABSENT, message};

/// How many results of a run GitHub keeps.
const KEPT: usize = 5_000;

/// Leaves the failures that are neither waived nor gone; where there are too many, the gravest.
pub(super) fn keep_alerts(run: &mut Run) {
    run.results.retain(is_alert);
    let alerts = run.results.len();
    if alerts <= KEPT {
        return;
    }
    run.results.sort_by_key(|result| rank(&result.outcome));
    run.results.truncate(KEPT);
    run.invocations[0].tool_execution_notifications.push(Notification {
        level: "warning",
        message: message(&format!(
            "{} of {alerts} results are left out, since GitHub keeps {KEPT} of a run: the least grave, and of these the \
             last. A log of the profile audit holds all.",
            alerts - KEPT
        )),
        locations: Vec::new(),
    });
}

fn is_alert(result: &RunResult) -> bool {
    let is_waived = result.suppressions.as_ref().is_some_and(|suppressions| !suppressions.is_empty());
    matches!(result.outcome, Outcome::Fail { .. }) && !is_waived && result.baseline_state != Some(ABSENT)
}

fn rank(outcome: &Outcome) -> usize {
    match outcome {
        Outcome::Fail { level: "error" } => 0,
        Outcome::Fail { level: "warning" } => 1,
        _ => 2,
    }
}
