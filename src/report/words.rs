//! The wording that the formats for people share. It is not yet escaped for any format.

use std::collections::BTreeSet;

use crate::model::{
    AuditedAccount, Basis, Bounds, ControlOutcome, Covered, EvidenceWindow, Finding, Gap, Incomplete,
    Instant, Note, NoteTopic, Parameters, PlannedStep, Proof, Reliance, Report, Scope, Severity, Step,
    Verdict, Waiver, days_between,
};

/// The verdicts, worst first.
pub(super) const VERDICTS: [Verdict; 4] =
    [Verdict::Overdue, Verdict::Unproven, Verdict::Compliant, Verdict::NotApplicable];

/// The severities of notes, most severe first, each with the title above its notes.
pub(super) const NOTES: [(Severity, &str); 3] = [
    (Severity::Error, "Errors"),
    (Severity::Warning, "Doubts about the evidence"),
    (Severity::Info, "Noted"),
];

/// The limit of the evidence as a sentence.
pub(super) fn limit_in_words(report: &Report) -> Option<String> {
    report.limit().map(|limit| sentence(&limit.text))
}

/// Returns a clause as a sentence: with a capital letter and a period.
pub(super) fn sentence(clause: &str) -> String {
    let mut letters = clause.chars();
    let first = letters.next().map(|first| format!("{}{}.", first.to_uppercase(), letters.as_str()));
    first.unwrap_or_default()
}

/// The notes of one severity, without the limit that is shown next to the coverage.
pub(super) fn notes_of(report: &Report, severity: Severity) -> impl Iterator<Item = &Note> {
    report.notes.iter().filter(move |note| note.severity == severity && note.topic != NoteTopic::Limit)
}

/// Why an audit is not complete, as a clause; `None` if it is, or if no account was audited.
pub(super) fn why_incomplete(report: &Report) -> Option<&'static str> {
    match report.incompleteness()? {
        Incomplete::NoAccount => None,
        Incomplete::Errors { policies: 0, .. } => Some("Part of the evidence could not be used"),
        Incomplete::Errors { evidence: 0, .. } => Some("A control could not be evaluated"),
        Incomplete::Errors { .. } => {
            Some("Part of the evidence could not be used, and a control could not be evaluated")
        }
    }
}

/// Whether a finding adds anything to those that are already shown. An indicator that found nothing does not, and
/// several controls may give the same reason.
pub(super) fn says_something_new(report: &Report, finding: &Finding, shown: &[&Finding]) -> bool {
    let found = matches!(finding.outcome, ControlOutcome::Fail(_));
    (found || !report.controls[finding.control].is_indicator)
        && shown.iter().all(|before| before.message != finding.message)
}

/// Whether the finding is shown next to the verdict: it is a failure, or open and not only an indicator.
pub(super) fn counts(report: &Report, finding: &Finding) -> bool {
    match finding.outcome {
        ControlOutcome::Fail(_) => true,
        ControlOutcome::Open => !report.controls[finding.control].is_indicator,
        ControlOutcome::Pass | ControlOutcome::NotApplicable => false,
    }
}

/// The steps of a finding, as a report for people shows them.
pub(super) enum ShownSteps<'a> {
    Own(&'a [Step]),
    /// A sentence instead of the steps.
    Elsewhere(&'static str),
    /// No steps, because the plan has them, or because a waiver accepts the failure.
    None,
}

impl<'a> ShownSteps<'a> {
    /// The steps of a finding about the evidence.
    pub(super) fn of_evidence(finding: &'a Finding) -> ShownSteps<'a> {
        if finding.steps.is_empty() { ShownSteps::None } else { ShownSteps::Own(&finding.steps) }
    }

    /// The steps of an account's finding, after those of the findings `before`.
    pub(super) fn of(audited: &AuditedAccount, finding: &'a Finding, before: &[&Finding]) -> ShownSteps<'a> {
        let is_failure = |finding: &Finding| matches!(finding.outcome, ControlOutcome::Fail(_));
        let is_above =
            |step: &Step| before.iter().any(|before| !is_failure(before) && before.steps.contains(step));
        if is_failure(finding) || finding.steps.is_empty() {
            ShownSteps::None
        } else if finding.steps.iter().all(|step| audited.has_planned(step)) {
            ShownSteps::Elsewhere("The plan below settles this, too.")
        } else if finding.steps.iter().all(is_above) {
            ShownSteps::Elsewhere("The steps above settle this, too.")
        } else {
            ShownSteps::Own(&finding.steps)
        }
    }
}

/// The heading of an account's plan, with the controls that it is for; `None` without a plan.
pub(super) fn plan_in_words(report: &Report, audited: &AuditedAccount) -> Option<String> {
    let controls = controls_of_plan(audited);
    (!controls.is_empty()).then(|| format!("Plan for {}", names_in_words(report, controls)))
}

/// A step of the plan with the controls that it is for, if the complete plan is for others as well.
pub(super) fn planned_in_words(report: &Report, audited: &AuditedAccount, planned: &PlannedStep) -> String {
    let text = &planned.step.text;
    if planned.controls.iter().copied().eq(controls_of_plan(audited)) {
        text.clone()
    } else {
        step_in_words(report, text, planned.controls.iter().copied())
    }
}

/// The text of a step with the controls that it is for.
pub(super) fn step_in_words(
    report: &Report,
    text: &str,
    controls: impl IntoIterator<Item = usize>,
) -> String {
    format!("{text} ({})", names_in_words(report, controls))
}

fn controls_of_plan(audited: &AuditedAccount) -> BTreeSet<usize> {
    audited.plan.iter().flat_map(|planned| &planned.controls).copied().collect()
}

fn names_in_words(report: &Report, controls: impl IntoIterator<Item = usize>) -> String {
    let names = controls.into_iter().map(|control| report.controls[control].id.as_str());
    names.collect::<Vec<_>>().join(", ")
}

/// The waivers that together apply to the complete finding; none if it counts.
pub(super) fn waivers_of<'a>(report: &'a Report, finding: &'a Finding) -> impl Iterator<Item = &'a Waiver> {
    let all = report.waivers.as_ref().map(|waivers| waivers.all.as_slice()).unwrap_or_default();
    finding.waivers.iter().filter_map(|index| all.get(*index))
}

pub(super) fn waived_in_words(waiver: &Waiver) -> String {
    let of_key = waiver.key.map(|key| format!(" for {key}")).unwrap_or_default();
    let by = waiver.approver.as_ref().map(|approver| format!(" by {approver}")).unwrap_or_default();
    let ticket = waiver.ticket.as_ref().map(|ticket| format!(" ({ticket})")).unwrap_or_default();
    format!("Waived{of_key} until {}{by}: {}{ticket}", waiver.expires, waiver.justification)
}

/// How many resource groups of one window are named.
const MAX_NAMED_GROUPS: usize = 10;

/// The windows of each subscription; resource groups with the same windows together.
pub(super) fn windows_in_words(report: &Report) -> Vec<String> {
    let subscriptions = report.windows.chunk_by(|one, next| one.subscription == next.subscription);
    subscriptions.flat_map(windows_of_subscription).collect()
}

/// The scopes of a subscription's windows, by what is covered.
pub(super) fn together(windows: &[EvidenceWindow]) -> Vec<(&[Covered], Vec<&Scope>)> {
    let mut together: Vec<(&[Covered], Vec<&Scope>)> = Vec::new();
    for window in windows {
        match together.iter_mut().find(|(covered, _)| *covered == window.covered) {
            Some((_, scopes)) => scopes.push(&window.scope),
            None => together.push((&window.covered, vec![&window.scope])),
        }
    }
    together
}

fn windows_of_subscription(windows: &[EvidenceWindow]) -> Vec<String> {
    let together = together(windows);
    let are_several = together.len() > 1;
    together
        .into_iter()
        .map(|(covered, scopes)| {
            let scopes = scopes_in_words(&scopes);
            let covered: Vec<String> = covered.iter().map(window_in_words).collect();
            match (covered.is_empty(), are_several) {
                (false, _) => format!("{scopes}: {}", covered.join(", ")),
                (true, false) => format!("{scopes}: no log known to be complete"),
                (true, true) => {
                    format!("{scopes}, outside the scopes below: no log known to be complete")
                }
            }
        })
        .collect()
}

fn scopes_in_words(scopes: &[&Scope]) -> String {
    match scopes {
        [Scope::Within(scope)] => scope.as_str().to_owned(),
        [Scope::Everything] | [] => "everything".to_owned(),
        [first, ..] => {
            let name = |scope: &&Scope| match scope {
                Scope::Within(scope) => scope.as_str().rsplit('/').next().unwrap_or_default().to_owned(),
                Scope::Everything => "everything".to_owned(),
            };
            let mut names: Vec<String> = scopes.iter().take(MAX_NAMED_GROUPS).map(name).collect();
            if scopes.len() > MAX_NAMED_GROUPS {
                names.push(format!("{} more", scopes.len() - MAX_NAMED_GROUPS));
            }
            let subscription = match first {
                Scope::Within(scope) => scope.subscription(),
                Scope::Everything => "",
            };
            let noun = if scopes.iter().all(|scope| is_resource_group(scope)) {
                "resource groups"
            } else {
                "scopes"
            };
            format!("{} {noun} of subscription {subscription} ({})", scopes.len(), names.join(", "))
        }
    }
}

fn is_resource_group(scope: &Scope) -> bool {
    matches!(scope, Scope::Within(scope) if scope.group().as_ref() == Some(scope))
}

pub(super) fn window_in_words(covered: &Covered) -> String {
    format!("{} to {} ({})", covered.interval.start, covered.interval.end, covered.basis.as_str())
}

/// When a key was set.
pub(super) fn between_in_words(bounds: Bounds, as_of: Instant) -> String {
    let days = |instant: Instant| format!("{:.1} days", days_between(instant, as_of));
    match bounds.earliest {
        Some(earliest) if earliest == bounds.latest => {
            format!("on {earliest} ({} before the audit)", days(earliest))
        }
        Some(earliest) => format!(
            "between {earliest} and {} ({} to {} before the audit)",
            bounds.latest,
            days(earliest),
            days(bounds.latest)
        ),
        None => format!("on or before {} ({} or more before the audit)", bounds.latest, days(bounds.latest)),
    }
}

pub(crate) fn gap_in_words(gap: &Gap) -> String {
    match gap.start {
        Some(start) => format!("{start} to {}", gap.end),
        None => format!("until {}", gap.end),
    }
}

/// The note with its place and what to do about it.
pub(super) fn note_in_words(report: &Report, note: &Note) -> String {
    let place = report.place_of(note).map(|place| format!("{place}: ")).unwrap_or_default();
    format!("{place}{}", note.with_help())
}

/// The doubts about the waivers, each with its place.
pub(super) fn doubts_in_words(report: &Report) -> impl Iterator<Item = String> {
    report.waivers.iter().flat_map(|waivers| {
        waivers.doubts.iter().map(|(line, doubt)| format!("{}:{line}: {doubt}", waivers.file))
    })
}

/// The audit instant, and how it was chosen.
pub(super) fn as_of_in_words(report: &Report) -> String {
    format!("{} ({})", report.as_of, report.as_of_basis.in_words())
}

/// The criteria of the audit, and the assumptions that the auditor made.
pub(super) fn criteria_in_words(parameters: &Parameters) -> String {
    let Parameters { max_age_days, tolerance_hours, max_evidence_age_days, .. } = parameters;
    let by = parameters.declared_by.as_ref().map(|name| format!(" by {name}")).unwrap_or_default();
    let options = [
        parameters.strict_coverage.then(|| "only stated coverage counts".to_owned()),
        (!parameters.coverage.is_empty())
            .then(|| format!("coverage declared{by}: {}", parameters.coverage.join(", "))),
        parameters.assume_complete.then(|| format!("the logs given are assumed unfiltered{by}")),
        parameters.listed_at.map(|at| format!("lists without a date were exported on {at}")),
        parameters.etag_evidence.then(|| "etags count as coverage".to_owned()),
        (!parameters.stamps).then(|| "key stamps are left out".to_owned()),
    ];
    let options: String = options.into_iter().flatten().map(|words| format!("; {words}")).collect();
    format!(
        "Keys may be {max_age_days} days old; kinds {}; tolerance {tolerance_hours} hours; the evidence about an account \
         may end {max_evidence_age_days} days before the audit instant{options}.",
        parameters.kinds.join(", ")
    )
}

/// The assumptions that a definite verdict depends on, to be read after a word: ", if the log is complete (observed)".
pub(super) fn assumptions_in_words(proof: &Proof) -> String {
    let assumptions: Vec<&str> = proof.rests_on.iter().map(|reliance| reliance.assumption()).collect();
    if assumptions.is_empty() { String::new() } else { format!(", if {}", assumptions.join(" and ")) }
}

/// A definite verdict with what it depends on, and the instants after it; `None` if a finding says the same.
pub(super) fn verdict_in_words(report: &Report, audited: &AuditedAccount) -> Option<String> {
    let proof = &audited.proof;
    let assumptions = assumptions_in_words(proof);
    match proof.verdict {
        Verdict::Compliant => {
            let earliest = proof.bounds?.oldest.earliest?;
            let days = days_between(earliest, report.as_of).ceil();
            Some(format!(
                "Compliant{assumptions}. Both keys were set on or after {earliest}, at most {days} days before the audit."
            ))
        }
        Verdict::Overdue if report.verdict_finding(audited).is_none() => {
            let judgement = proof.judgement?;
            Some(format!(
                "Overdue{assumptions}. On {}, the older key had not been regenerated since {} or earlier.",
                judgement.at, judgement.oldest.since
            ))
        }
        Verdict::Overdue | Verdict::Unproven | Verdict::NotApplicable => None,
    }
}

/// The names of the assumptions that a verdict depends on, for formats other than prose.
pub(super) fn rests_on_in_names(proof: &Proof) -> String {
    proof.rests_on.iter().map(|reliance| reliance.as_str()).collect::<Vec<_>>().join(", ")
}

/// The reasons why an account is undecidable, by their names.
pub(super) fn undecidable_in_names(proof: &Proof) -> String {
    proof.undecidable.iter().map(|undecidable| undecidable.reason.as_str()).collect::<Vec<_>>().join(", ")
}

/// The bases of an account's coverage; empty if it has none.
pub(super) fn bases_in_words(audited: &AuditedAccount) -> String {
    let bases: BTreeSet<Basis> = audited.proof.coverage.iter().map(|covered| covered.basis).collect();
    bases.into_iter().map(Basis::as_str).collect::<Vec<_>>().join(", ")
}

/// Whether the verdict depends on one kind of evidence.
pub(super) fn weight_in_words(proof: &Proof, reliance: Reliance) -> &'static str {
    if proof.contradiction.is_some() {
        "Other evidence contradicts this"
    } else if proof.rests_on.contains(&reliance) {
        "The verdict depends on this"
    } else {
        "The verdict does not depend on this"
    }
}

#[cfg(test)]
mod tests {
    use super::Reliance;

    #[test]
    fn policies_name_an_assumption_in_the_words_of_reports() {
        let policies = include_str!("../../policies/lib/evidence.rego");
        for reliance in [
            Reliance::Declared,
            Reliance::AssumedComplete,
            Reliance::Path,
            Reliance::Observed,
            Reliance::Etag,
            Reliance::Stamps,
            Reliance::Fingerprints,
            Reliance::Tolerance,
        ] {
            let entry = format!("\"{}\": \"{}\",", reliance.as_str(), reliance.assumption());
            assert!(policies.contains(&entry), "no policy has {entry}");
        }
    }
}
