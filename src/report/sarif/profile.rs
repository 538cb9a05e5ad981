//! The profile `github`: only failures that count, since code scanning makes an alert of every result, and no more than
//! it keeps.

use super::format::{Notification, Run};
use super::message;
use super::results::ResultSubject;
use crate::model::{ControlOutcome, Level};

/// How many results of a run GitHub keeps.
const MAX_GITHUB_RESULTS: usize = 5_000;

/// Keeps the failures that are neither waived nor gone; if there are too many, the most severe.
pub(super) fn keep_alerts(run: &mut Run, results: &mut Vec<ResultSubject<'_>>) {
    results.retain(is_alert);
    let alerts = results.len();
    if alerts <= MAX_GITHUB_RESULTS {
        return;
    }
    results.sort_by_key(rank);
    results.truncate(MAX_GITHUB_RESULTS);
    run.invocations[0].tool_execution_notifications.push(Notification {
        level: "warning",
        message: message(&format!(
            "{} of {alerts} results are left out, since GitHub keeps {MAX_GITHUB_RESULTS} of a run: the least grave, and of these the \
             last. A log of the profile audit holds all.",
            alerts - MAX_GITHUB_RESULTS
        )),
        locations: Vec::new(),
    });
}

fn is_alert(result: &ResultSubject<'_>) -> bool {
    result
        .finding()
        .is_some_and(|finding| matches!(finding.outcome, ControlOutcome::Fail(_)) && !finding.is_waived())
}

fn rank(result: &ResultSubject<'_>) -> usize {
    match result.finding().map(|finding| finding.outcome) {
        Some(ControlOutcome::Fail(Level::Error)) => 0,
        Some(ControlOutcome::Fail(Level::Warning)) => 1,
        _ => 2,
    }
}
