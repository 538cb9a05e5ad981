//! The profiles `github` and `azure-devops`: only results that count, since both services make an alert of every result,
//! and no more than they keep.

use std::collections::{BTreeMap, BTreeSet};

use super::format::{Configuration, Notification, Rule, RuleProperties, Run};
use super::results::ResultSubject;
use super::{message, rule, security_severity, shortened};
use crate::model::{Control, ControlOutcome, Level, Report, UNPROVEN_SUFFIX};
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

/// The index of the rule for open results among the rules of a run, by the index of the control.
pub(super) type UnprovenRules = BTreeMap<usize, usize>;

/// Keeps the failures that are neither waived nor gone, and as notes the open results that count: the services close an
/// alert as fixed if its result is missing, and a finding whose evidence is missing is not fixed. If there are too many
/// results, it keeps the most severe. A notification has the number of results that are left out. Adds the rules of the
/// notes to the run, and returns their places.
pub(super) fn keep_alerts(
    report: &Report,
    profile: SarifProfile,
    run: &mut Run,
    results: &mut Vec<ResultSubject<'_>>,
) -> UnprovenRules {
    let all = results.len();
    results.retain(|result| is_alert(report, result));
    let unproven_rules = add_unproven_rules(report, run, results);
    let alerts = results.len();
    let mut notify = |level, text: String| {
        let notification = Notification { level, message: message(text), locations: Vec::new() };
        run.invocations[0].tool_execution_notifications.push(notification);
    };
    let profile = profile.as_str();
    if alerts < all {
        notify(
            "note",
            format!(
                "The profile {profile} leaves out {} of {all} results: those that are neither failures nor unproven results that \
                 count, and those that are waived or gone. A log of the profile audit holds all.",
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
    unproven_rules
}

fn is_alert(report: &Report, result: &ResultSubject<'_>) -> bool {
    result.finding().is_some_and(|finding| {
        let counts = matches!(finding.outcome, ControlOutcome::Fail(_)) || report.is_open_at_gate(finding);
        counts && !finding.is_waived()
    })
}

/// Adds a rule for each control that has an open result among the `results`.
fn add_unproven_rules(report: &Report, run: &mut Run, results: &[ResultSubject<'_>]) -> UnprovenRules {
    let open = results.iter().filter_map(ResultSubject::finding);
    let open = open.filter(|finding| finding.outcome == ControlOutcome::Open);
    let controls: BTreeSet<usize> = open.map(|finding| finding.control).collect();
    let taxonomies = Taxonomies::of(report);
    let rules = &mut run.tool.driver.rules;
    let places = controls.into_iter().map(|control| {
        rules.push(unproven_rule(&report.controls[control], &taxonomies));
        (control, rules.len() - 1)
    });
    places.collect()
}

fn unproven_rule(control: &Control, taxonomies: &Taxonomies<'_>) -> Rule {
    let (id, like) = (&control.id, rule(control, taxonomies));
    Rule {
        id: format!("{id}{UNPROVEN_SUFFIX}"),
        name: format!("{}Unproven", control.name),
        short_description: message(shortened(&format!("Unproven: {}", control.title))),
        full_description: message(format!(
            "The evidence does not prove whether {id} passes. Without this result, a service that closes an alert whose \
             result is missing would report a finding of {id} as fixed when its evidence disappears. Export the evidence \
             that the result names, and audit again."
        )),
        default_configuration: Configuration { level: Level::Note.as_str() },
        properties: RuleProperties { security_severity: security_severity(Level::Note), ..like.properties },
        ..like
    }
}

fn rank(result: &ResultSubject<'_>) -> usize {
    match result.finding().map(|finding| finding.outcome) {
        Some(ControlOutcome::Fail(Level::Error)) => 0,
        Some(ControlOutcome::Fail(Level::Warning)) => 1,
        _ => 2,
    }
}
