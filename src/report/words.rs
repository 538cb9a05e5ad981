//! What formats for people say in the same words. It is not made safe for any of them yet.

use std::collections::BTreeSet;

use crate::model::{
    AuditedAccount, Basis, Bounds, ControlOutcome, Covered, EvidenceWindow, Finding, Gap, Instant, Note,
    Parameters, Report, Scope, Severity, Step, Waiver, days_between,
};

/// The notes of each severity, gravest first, under the title that they stand under.
pub(super) const NOTES: [(Severity, &str); 3] = [
    (Severity::Error, "Could not be read"),
    (Severity::Warning, "Doubts about the evidence"),
    (Severity::Info, "Noted"),
];

/// An indicator that found nothing has not missed anything either, and one reason may be that of many controls.
pub(super) fn says_something_new(report: &Report, finding: &Finding, shown: &[&Finding]) -> bool {
    let found = matches!(finding.outcome, ControlOutcome::Fail(_));
    (found || !report.controls[finding.control].is_indicator)
        && shown.iter().all(|before| before.message != finding.message)
}

/// Whether it is to be shown beside the verdict: whether something is at fault, or open that is not just an indicator's.
pub(super) fn counts(report: &Report, finding: &Finding) -> bool {
    match finding.outcome {
        ControlOutcome::Fail(_) => true,
        ControlOutcome::Open => !report.controls[finding.control].is_indicator,
        ControlOutcome::Pass | ControlOutcome::NotApplicable => false,
    }
}

/// Whether the findings shown `before` have all of its steps.
pub(super) fn steps_stand_above(finding: &Finding, before: &[&Finding]) -> bool {
    let is_above = |step: &Step| before.iter().any(|before| before.steps.contains(step));
    !finding.steps.is_empty() && finding.steps.iter().all(is_above)
}

/// Those that together hold for all of the finding; none where it counts.
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

pub(super) fn evidence_in_words(evidence: &EvidenceWindow) -> String {
    let scope = match &evidence.scope {
        Scope::Within(scope) => scope.as_str(),
        Scope::Everything => "everything",
    };
    let covered: Vec<String> = evidence.covered.iter().map(window_in_words).collect();
    if covered.is_empty() {
        format!("{scope}: no activity log that proves an absence")
    } else {
        format!("{scope}: {}", covered.join(", "))
    }
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

pub(super) fn gap_in_words(gap: &Gap) -> String {
    let start = gap.start.map_or_else(|| "any earlier time".to_owned(), |start| start.to_string());
    format!("{start} to {}", gap.end)
}

/// The note with its place and what to do about it.
pub(super) fn note_in_words(report: &Report, note: &Note) -> String {
    let place = report.place_of(note).map(|place| format!("{place}: ")).unwrap_or_default();
    let help = note.help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
    format!("{place}{}{help}", note.text)
}

/// What is wrong with the waivers, each by its place.
pub(super) fn doubts_in_words(report: &Report) -> impl Iterator<Item = String> {
    report.waivers.iter().flat_map(|waivers| {
        waivers.doubts.iter().map(|(line, doubt)| format!("{}:{line}: {doubt}", waivers.file))
    })
}

/// What was asked for, and what was taken for granted.
pub(super) fn criteria_in_words(parameters: &Parameters) -> String {
    let Parameters { max_age_days, coverage_tolerance_hours: tolerance, .. } = parameters;
    let kinds = parameters.kinds.join(", ");
    let options = [
        (
            parameters.strict_coverage,
            "; no coverage counts but what is declared, and blob hours that are present",
        ),
        (parameters.etag_evidence, "; etags count as coverage"),
        (!parameters.stamps, "; key stamps are left out"),
    ];
    let options: String = options.into_iter().filter(|(is_so, _)| *is_so).map(|(_, words)| words).collect();
    format!(
        "Keys may be {max_age_days} days old; kinds {kinds}; coverage is taken to reach {tolerance} hours further than shown\
         {options}."
    )
}

/// What an account's coverage rests on; empty where it has none.
pub(super) fn bases_in_words(audited: &AuditedAccount) -> String {
    let bases: BTreeSet<Basis> = audited.proof.coverage.iter().map(|covered| covered.basis).collect();
    bases.into_iter().map(Basis::as_str).collect::<Vec<_>>().join(", ")
}
