//! OSCAL 1.1 assessment results: an observation for each control and account, and a finding for each control for which
//! the evidence proves that it is satisfied, or that it is not. An open answer is an observation, and never makes a
//! finding satisfied.

mod format;
mod identifiers;

use super::account_group::not_evaluated;
use super::{markdown, relative_uri};
use crate::model::{
    AuditedAccount, Control, ControlOutcome, EvidenceFinding, EvidenceRecord, Finding, Input, Instant, Note,
    NoteTopic, Report, Severity, printable,
};
use format::{
    AssessmentResult, AssessmentResults, BackMatter, ControlId, ControlSelection, Hash, Link,
    LocalDefinitions, LocalObjective, ObjectiveId, ObjectiveSelection, OscalDocument, OscalFinding,
    OscalMetadata, OscalObservation, OscalPart, OscalResource, OscalState, OscalStatus, OscalTarget, Prop,
    RelatedObservation, RelevantEvidence, ResourceLink, ReviewedControls, Risk, Subject,
};
use identifiers::Identifiers;
use uuid::Uuid;

/// The namespace of the names that OSCAL does not define.
const NAMESPACE: &str = "https://crates.io/crates/rotaudit";

/// OSCAL's times have seconds from 00 to 59.
fn written(instant: Instant) -> String {
    instant.after_leap_second().to_string()
}

pub(super) fn render(report: &Report) -> Result<String, serde_json::Error> {
    let identifiers = Identifiers::of(report)?;
    let plan = plan(report, &identifiers);
    let objectives: Vec<LocalObjective> = report.controls.iter().map(objective).collect();
    let document = OscalDocument {
        assessment_results: AssessmentResults {
            uuid: identifiers.document(),
            metadata: OscalMetadata {
                title: "Key rotation audit",
                last_modified: written(report.as_of),
                version: report.as_of.to_string(),
                oscal_version: "1.1.3",
                props: vec![prop("tool", concat!("rotaudit ", env!("CARGO_PKG_VERSION")))],
            },
            import_ap: Link { href: format!("#{}", plan.uuid) },
            local_definitions: (!objectives.is_empty())
                .then_some(LocalDefinitions { objectives_and_methods: objectives }),
            results: [result(report, &identifiers)],
            back_matter: BackMatter {
                resources: [plan]
                    .into_iter()
                    .chain(report.inputs.iter().map(input))
                    .chain(report.accounts.iter().map(account))
                    .collect(),
            },
        },
    };
    Ok(serde_json::to_string_pretty(&document)? + "\n")
}

/// An answer, and the observation that holds it.
struct Observed<'a> {
    finding: &'a Finding,
    observation: OscalObservation,
}

fn result(report: &Report, identifiers: &Identifiers) -> AssessmentResult {
    let of_accounts = report
        .accounts
        .iter()
        .flat_map(|audited| audited.findings.iter().map(move |finding| (audited, finding)))
        .map(|(audited, finding)| of_account(report, identifiers, audited, finding));
    let of_evidence = report
        .findings
        .iter()
        .enumerate()
        .map(|(number, found)| of_evidence(report, identifiers, number, found));
    let observed: Vec<Observed> = of_accounts.chain(of_evidence).collect();
    let findings = (0..report.controls.len()).filter_map(|control| {
        let own: Vec<&Observed> =
            observed.iter().filter(|observed| observed.finding.control == control).collect();
        finding(report, identifiers, &report.controls[control], &own)
    });
    let findings = findings.collect();
    let risks = observed.iter().flat_map(|observed| risks(report, identifiers, observed)).collect();
    let summary = report.summary();
    let decides_nothing = not_evaluated(report)
        .map(|why| format!(" These verdicts decide nothing: {why}."))
        .unwrap_or_default();
    AssessmentResult {
        uuid: identifiers.part(&["result"]),
        title: format!("Key rotation as of {}", report.as_of),
        description: format!(
            "{} accounts: {} overdue, {} unproven, {} compliant, {} not applicable; {} more out of scope.{decides_nothing}",
            summary.in_scope,
            summary.overdue,
            summary.unproven,
            summary.compliant,
            summary.not_applicable,
            summary.out_of_scope
        ),
        start: written(report.as_of),
        end: written(report.as_of),
        props: vec![prop("complete", if report.is_complete() { "yes" } else { "no" })],
        reviewed_controls: reviewed(report),
        risks,
        findings,
        observations: observed.into_iter().map(|observed| observed.observation).collect(),
        remarks: notes(report),
    }
}

fn of_account<'a>(
    report: &Report,
    identifiers: &Identifiers,
    audited: &AuditedAccount,
    finding: &'a Finding,
) -> Observed<'a> {
    let id = &audited.account.id;
    let subject =
        Subject { subject_uuid: identifiers::of_account(id), kind: "resource", title: shown(id.name()) };
    let uuid = identifiers.part(&["observation", &report.controls[finding.control].id, id.folded()]);
    let mut observation = observation(report, finding, uuid, id.name(), vec![subject]);
    let proof = &audited.proof;
    observation.props.push(prop("verdict", proof.verdict.in_words()));
    observation.props.extend(proof.judgement.map(|judged| prop("judged-at", &judged.at.to_string())));
    observation.props.extend(proof.rests_on.iter().map(|reliance| prop("rests-on", reliance.as_str())));
    let reasons = proof.undecidable.iter().map(|undecidable| undecidable.reason);
    observation.props.extend(reasons.map(|reason| prop("undecidable", reason.as_str())));
    let subscription = report.subscription_name(&audited.account);
    observation.props.extend(subscription.map(|name| prop("subscription-name", name)));
    Observed { finding, observation }
}

fn of_evidence<'a>(
    report: &Report,
    identifiers: &Identifiers,
    number: usize,
    found: &'a EvidenceFinding,
) -> Observed<'a> {
    let finding = &found.finding;
    // It can also be about an account that no list has, for which there is no resource.
    let about = report.inputs.iter().filter(|input| input.path == found.subject);
    let subjects = about
        .map(|input| Subject {
            subject_uuid: identifiers::of_input(input),
            kind: "resource",
            title: shown(&input.path),
        })
        .collect();
    let control = &report.controls[finding.control].id;
    let uuid = identifiers.part(&["evidence", control, &found.subject, &number.to_string()]);
    let subject = if found.subject.is_empty() { "the evidence" } else { &found.subject };
    Observed { finding, observation: observation(report, finding, uuid, subject, subjects) }
}

fn observation(
    report: &Report,
    finding: &Finding,
    uuid: Uuid,
    subject: &str,
    subjects: Vec<Subject>,
) -> OscalObservation {
    let control = &report.controls[finding.control];
    let mut props = vec![prop("control", &control.id), prop("outcome", finding.outcome.as_str())];
    props.extend(finding.outcome.level().map(|level| prop("level", level.as_str())));
    props.extend(finding.is_waived().then(|| prop("waived", "yes")));
    props.extend(finding.keys.iter().map(|key| prop("key", key.as_str())));
    props.extend(finding.steps.iter().filter_map(|step| Some(prop("command", step.command.as_ref()?))));
    let steps: Vec<String> = finding
        .steps
        .iter()
        .enumerate()
        .map(|(number, step)| format!("{}. {}", number + 1, shown(&step.text)))
        .collect();
    OscalObservation {
        uuid,
        title: format!("{} {}: {}", control.id, control.name, shown(subject)),
        description: if finding.message.is_empty() {
            format!("{}: {}.", shown(subject), finding.outcome.as_str())
        } else {
            shown(&finding.message)
        },
        props,
        methods: ["TEST"],
        subjects,
        relevant_evidence: finding
            .evidence
            .iter()
            .filter_map(|evidence| Some(relevant(report.inputs.get(evidence.input.0)?, evidence)))
            .collect(),
        collected: written(report.as_of),
        remarks: (!steps.is_empty()).then(|| steps.join("\n")),
    }
}

fn relevant(input: &Input, evidence: &EvidenceRecord) -> RelevantEvidence {
    let place = format!("{}:{}", input.path, evidence.line);
    RelevantEvidence {
        href: format!("#{}", identifiers::of_input(input)),
        description: shown(&format!("{place}: {}", evidence.text)),
        props: vec![prop("file", &input.path), prop("line", &evidence.line.to_string())],
    }
}

/// Returns a state only if the evidence proves it: a failure that nobody accepted, or no failure at all.
fn state(report: &Report, answers: &[&Finding]) -> Option<OscalState> {
    let fails = |answer: &&&Finding| matches!(answer.outcome, ControlOutcome::Fail(_));
    let is_proven =
        |answer: &&Finding| matches!(answer.outcome, ControlOutcome::Pass | ControlOutcome::NotApplicable);
    if answers.iter().filter(fails).any(|answer| !answer.is_waived()) {
        Some(OscalState::NotSatisfied)
    } else if report.is_complete() && !answers.is_empty() && answers.iter().all(is_proven) {
        Some(OscalState::Satisfied)
    } else {
        None
    }
}

fn finding(
    report: &Report,
    identifiers: &Identifiers,
    control: &Control,
    observed: &[&Observed],
) -> Option<OscalFinding> {
    let answers: Vec<&Finding> = observed.iter().map(|observed| observed.finding).collect();
    let state = state(report, &answers)?;
    let count = |is: fn(&Finding) -> bool| answers.iter().filter(|answer| is(answer)).count();
    Some(OscalFinding {
        uuid: identifiers.part(&["finding", &control.id]),
        title: format!("{} {}", control.id, control.name),
        description: format!(
            "Answers: {}; fail: {}, accepted by waivers: {}; open: {}; pass: {}; not applicable: {}.",
            answers.len(),
            count(|answer| matches!(answer.outcome, ControlOutcome::Fail(_))),
            count(|answer| matches!(answer.outcome, ControlOutcome::Fail(_)) && answer.is_waived()),
            count(|answer| answer.outcome == ControlOutcome::Open),
            count(|answer| answer.outcome == ControlOutcome::Pass),
            count(|answer| answer.outcome == ControlOutcome::NotApplicable),
        ),
        target: OscalTarget {
            kind: "objective-id",
            target_id: objective_id(control),
            status: OscalStatus { state },
        },
        related_observations: observed
            .iter()
            .map(|observed| RelatedObservation { observation_uuid: observed.observation.uuid })
            .collect(),
    })
}

/// Returns a risk for each waiver of a finding.
fn risks(report: &Report, identifiers: &Identifiers, observed: &Observed) -> Vec<Risk> {
    let Some(waivers) = &report.waivers else { return Vec::new() };
    let observation = &observed.observation;
    let held = observed.finding.waivers.iter().filter_map(|index| Some((index, waivers.all.get(*index)?)));
    held.map(|(index, waiver)| {
        let mut props = vec![prop("file", &waivers.file), prop("line", &waiver.line.to_string())];
        props.extend(waiver.key.map(|key| prop("key", key.as_str())));
        props.extend(waiver.approver.as_ref().map(|approver| prop("approver", approver)));
        props.extend(waiver.ticket.as_ref().map(|ticket| prop("ticket", ticket)));
        Risk {
            uuid: identifiers.part(&["risk", &observation.uuid.to_string(), &index.to_string()]),
            title: format!("Accepted: {}", observation.title),
            description: observation.description.clone(),
            statement: shown(&waiver.justification),
            props,
            status: "deviation-approved",
            // A waiver is valid until the end of its last day.
            deadline: format!("{}T23:59:59Z", waiver.expires),
            related_observations: [RelatedObservation { observation_uuid: observation.uuid }],
        }
    })
    .collect()
}

fn reviewed(report: &Report) -> ReviewedControls {
    let objectives: Vec<ObjectiveId> =
        report.controls.iter().map(|control| ObjectiveId { objective_id: objective_id(control) }).collect();
    ReviewedControls {
        control_selections: [ControlSelection {
            description: "The controls that were evaluated.",
            include_controls: report
                .controls
                .iter()
                .map(|control| ControlId { control_id: token(&control.id) })
                .collect(),
        }],
        control_objective_selections: if objectives.is_empty() {
            Vec::new()
        } else {
            vec![ObjectiveSelection { include_objectives: objectives }]
        },
    }
}

fn objective(control: &Control) -> LocalObjective {
    LocalObjective {
        control_id: token(&control.id),
        description: shown(&control.title),
        parts: [OscalPart {
            id: objective_id(control),
            name: "assessment-objective",
            prose: shown(&control.description),
        }],
    }
}

fn objective_id(control: &Control) -> String {
    format!("{}_obj", token(&control.id))
}

/// The parameters of the audit, in place of a document with a plan.
fn plan(report: &Report, identifiers: &Identifiers) -> OscalResource {
    let parameters = &report.parameters;
    let yes = |is: bool| if is { "yes" } else { "no" };
    let mut props = vec![
        prop("max-age-days", &parameters.max_age_days.to_string()),
        prop("as-of-basis", report.as_of_basis.as_str()),
        prop("tolerance-hours", &parameters.tolerance_hours.to_string()),
        prop("max-evidence-age-days", &parameters.max_evidence_age_days.to_string()),
        prop("strict-coverage", yes(parameters.strict_coverage)),
        prop("assume-complete", yes(parameters.assume_complete)),
        prop("stamps", yes(parameters.stamps)),
        prop("etag-evidence", yes(parameters.etag_evidence)),
    ];
    props.extend(parameters.kinds.iter().map(|kind| prop("kind", kind)));
    props.extend(parameters.coverage.iter().map(|coverage| prop("coverage", coverage)));
    props.extend(parameters.declared_by.as_ref().map(|name| prop("declared-by", name)));
    props.extend(parameters.listed_at.map(|at| prop("listed-at", &at.to_string())));
    props.extend(
        report.controls.iter().map(|control| prop(&format!("sha256-of-{}", control.id), &control.sha256)),
    );
    OscalResource {
        uuid: identifiers.part(&["plan"]),
        title: "What the audit was asked for".to_owned(),
        description:
            "The parameters, the kinds of account in scope, and the SHA-256 of each control's policy."
                .to_owned(),
        props,
        rlinks: Vec::new(),
    }
}

fn input(input: &Input) -> OscalResource {
    OscalResource {
        uuid: identifiers::of_input(input),
        title: shown(&input.path),
        description: format!("{}, {} records, {} bytes.", shown(&input.format), input.records, input.bytes),
        props: Vec::new(),
        rlinks: vec![ResourceLink {
            href: relative_uri(&input.path),
            hashes: input.sha256.as_deref().map(hash).into_iter().collect(),
        }],
    }
}

fn hash(sha256: &str) -> Hash {
    Hash { algorithm: "SHA-256", value: sha256.to_owned() }
}

fn account(audited: &AuditedAccount) -> OscalResource {
    let id = &audited.account.id;
    OscalResource {
        uuid: identifiers::of_account(id),
        title: shown(id.name()),
        description: format!("An account of kind {}.", shown(&audited.account.kind)),
        props: vec![prop("resource-id", id.as_str()), prop("kind", &audited.account.kind)],
        rlinks: Vec::new(),
    }
}

/// The limit of the evidence, the doubts about it, and the parts of it that could not be read.
fn notes(report: &Report) -> Option<String> {
    let is_said = |note: &&Note| note.severity != Severity::Info || note.topic == NoteTopic::Limit;
    let said = report.notes.iter().filter(is_said);
    let lines: Vec<String> = said
        .map(|note| {
            let place = report.place_of(note).map(|place| format!("{place}: ")).unwrap_or_default();
            format!("- {}: {}", note.severity.as_str(), shown(&format!("{place}{}", note.text)))
        })
        .collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

/// OSCAL reads text as Markdown, so text from an export is escaped.
fn shown(text: &str) -> String {
    markdown(&printable(text))
}

/// A value is on one line, and is not empty.
fn prop(name: &str, value: &str) -> Prop {
    let value = printable(value.trim());
    let value = if value.is_empty() { "(empty)".to_owned() } else { value };
    Prop { name: token(name), ns: NAMESPACE, value }
}

/// The id of a control may begin with a digit, but a token must not.
fn token(text: &str) -> String {
    if text.starts_with(|first: char| first.is_alphabetic() || first == '_') {
        text.to_owned()
    } else {
        format!("_{text}")
    }
}
