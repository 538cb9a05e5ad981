//! The profiles `github` and `azure-devops`: only results that count, since both services make an alert of every result,
//! and no more than they keep.

use super::format::{Configuration, Notification, Rule, RuleProperties, Run};
use super::results::ResultSubject;
use super::{Layout, message, rule, security_severity};
use crate::model::{ControlOutcome, Level, UNPROVEN_RULE, VERDICT_CONTROL};
use crate::report::SarifProfile;
use crate::report::sarif::taxonomies::Taxonomies;

/// How many results of a run the services keep.
const MAX_RESULTS: usize = 5_000;

/// How many locations of a result they keep, the location of the result itself included.
const MAX_LOCATIONS: usize = 100;

/// How many records of a result a log of the profile lists.
pub(super) fn max_related(profile: SarifProfile) -> usize {
    match profile {
        SarifProfile::Audit => usize::MAX,
        SarifProfile::Github | SarifProfile::AzureDevops => MAX_LOCATIONS - 1,
    }
}

/// Keeps the failures that are neither waived nor gone, and the open verdicts as notes: the services close an alert as
/// fixed if its result is missing, and an account whose evidence is missing is not fixed. If there are too many results,
/// it keeps the most severe. A notification has the number of results that are left out.
pub(super) fn keep_alerts(
    layout: Layout<'_>,
    profile: SarifProfile,
    run: &mut Run,
    results: &mut Vec<ResultSubject<'_>>,
) {
    let all = results.len();
    *results = results.iter().filter_map(|result| alert(layout, *result)).collect();
    run.tool.driver.rules.extend(unproven_rule(layout));
    let alerts = results.len();
    let mut notify = |level, text: String| {
        let notification = Notification { level, message: message(&text), locations: Vec::new() };
        run.invocations[0].tool_execution_notifications.push(notification);
    };
    let profile = profile.as_str();
    if alerts < all {
        notify(
            "note",
            format!(
                "The profile {profile} leaves out {} of {all} results: those that are neither failures nor open verdicts, and those \
                 that are waived or gone. A log of the profile audit holds all.",
                all - alerts
            ),
        );
    }
    if alerts > MAX_RESULTS {
        results.sort_by_key(rank);
        results.truncate(MAX_RESULTS);
        notify(
            "warning",
            format!(
                "The profile {profile} also leaves out {} of {alerts} results that count, since a run may have {MAX_RESULTS}: the \
                 least severe, and of these the last. A log of the profile audit holds all.",
                alerts - MAX_RESULTS
            ),
        );
    }
}

/// The result that becomes an alert; `None` if none does.
fn alert<'a>(layout: Layout<'_>, result: ResultSubject<'a>) -> Option<ResultSubject<'a>> {
    let finding = result.finding().filter(|finding| !finding.is_waived())?;
    match (finding.outcome, result) {
        (ControlOutcome::Fail(_), _) => Some(result),
        (ControlOutcome::Open, ResultSubject::OfAccount(audited, finding)) => {
            let is_verdict = layout.report.controls[finding.control].id == VERDICT_CONTROL;
            is_verdict.then_some(ResultSubject::Unproven(audited, finding))
        }
        _ => None,
    }
}

/// The rule of open verdicts; `None` if the control that decides verdicts was not evaluated.
fn unproven_rule(layout: Layout<'_>) -> Option<Rule> {
    let control = layout.report.controls.iter().find(|control| control.id == VERDICT_CONTROL)?;
    let like = rule(control, &Taxonomies::of(layout.report));
    Some(Rule {
        id: UNPROVEN_RULE.to_owned(),
        name: "KeyRotationUnproven".to_owned(),
        short_description: message("Prove how old both API keys of every Azure OpenAI account are"),
        full_description: message(
            "The evidence does not prove whether both keys of the account were regenerated within the limit (KR001). \
             Without this result, a service that closes an alert whose result is missing would report the account as fixed \
             when its evidence disappears. Export the evidence that the result names, and audit again.",
        ),
        default_configuration: Configuration { level: Level::Note.as_str() },
        properties: RuleProperties { security_severity: security_severity(Level::Note), ..like.properties },
        ..like
    })
}

fn rank(result: &ResultSubject<'_>) -> usize {
    match result.finding().map(|finding| finding.outcome) {
        Some(ControlOutcome::Fail(Level::Error)) => 0,
        Some(ControlOutcome::Fail(Level::Warning)) => 1,
        _ => 2,
    }
}
