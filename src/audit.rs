//! The pipeline: exports in, report and exit status out.

mod output;

use std::collections::BTreeSet;
use std::path::PathBuf;

use chrono::TimeDelta;
use miette::Diagnostic;
use thiserror::Error;

use crate::correlate::{self, Evidence, Moves};
use crate::evaluate::{EvaluateError, Evaluator, Params};
use crate::model::{
    Account, AuditedAccount, Covered, Declaration, EvidenceFacts, Facts, Finding, Instant, KeyEvent, KeyName,
    Level, Note, Pack, Parameters, Report, ResourceId, Severity, Stamp,
};
use crate::policy::{self, PolicyError};
use crate::read::{self, Exports, NoSuchPath};
use crate::remedy::{self, Shell};
use crate::report::{Format, Style};
use output::Outputs;
pub use output::{Output, OutputError};
pub(crate) use output::{Target, tell};

/// What is asked for on the command line.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct Request {
    pub paths: Vec<PathBuf>,
    pub as_of: Instant,
    pub is_as_of_given: bool,
    pub max_age_days: u32,
    pub kinds: Vec<String>,
    pub declarations: Vec<Declaration>,
    pub coverage_tolerance_hours: u32,
    pub strict_coverage: bool,
    pub no_stamps: bool,
    pub etag_evidence: bool,
    /// Ids of the controls to evaluate; where there are none, those that are on by default.
    pub controls: Vec<String>,
    pub format: Format,
    pub outputs: Vec<Output>,
    pub fail_on: GateLevel,
    pub allow_unproven: bool,
    pub in_use_key: Option<KeyName>,
    pub shell: Shell,
    pub color: bool,
    pub quiet: bool,
    pub verbose: bool,
}

/// The least level of a finding that fails the audit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GateLevel {
    Error,
    Warning,
    Note,
    Never,
}

#[derive(Debug, Error, Diagnostic)]
pub enum AuditError {
    #[error(transparent)]
    #[diagnostic(transparent)]
    NoSuchPath(#[from] NoSuchPath),
    #[error("there is no account list among the inputs")]
    #[diagnostic(
        code(rotaudit::no_account_list),
        help(
            "add the output of: az cognitiveservices account list --subscription SUBSCRIPTION --output json"
        )
    )]
    NoAccountList,
    #[error(transparent)]
    #[diagnostic(transparent)]
    Policy(#[from] PolicyError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Evaluate(#[from] EvaluateError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Output(#[from] OutputError),
    #[error("the report cannot be written as JSON: {0}")]
    #[diagnostic(code(rotaudit::report))]
    Render(#[from] serde_json::Error),
}

/// How an audit ended; the numbers are the program's exit status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Proven = 0,
    Failed = 1,
    Incomplete = 2,
    Unproven = 3,
}

/// Runs the audit and writes its reports.
pub fn run(request: &Request) -> Result<Status, AuditError> {
    let outputs = Outputs::open(&request.outputs, &request.paths)?;
    let pack = policy::builtin()?.select(&request.controls)?;
    let exports = read::read(&request.paths, &outputs.paths())?;
    if !exports.has_account_list {
        tell(&exports.notes, &exports.inputs);
        return Err(AuditError::NoAccountList);
    }
    let report = audit(request, &pack, exports)?;
    tell(&report.notes, &report.inputs);
    let style = Style { color: request.color, verbose: request.verbose };
    outputs.write(&report, style)?;
    if request.format != Format::Text || !request.quiet {
        output::to_standard_output(&report, request.format, style)?;
    }
    Ok(status(request, &report))
}

/// What the exports prove of every account in scope, and what the policies say to it.
fn audit(request: &Request, pack: &Pack, exports: Exports) -> Result<Report, AuditError> {
    let Exports {
        inputs,
        accounts,
        deleted,
        key_events,
        key_material,
        moves,
        logs,
        stamped,
        collected,
        mut notes,
        ..
    } = exports;
    let listed: BTreeSet<ResourceId> = accounts
        .iter()
        .map(|account| &account.id)
        .chain(deleted.iter().map(|account| &account.id))
        .cloned()
        .collect();
    let (mut declarations, unfulfilled) = correlate::manifests(&collected, &inputs, &logs);
    notes.extend(unfulfilled);
    declarations.extend(request.declarations.iter().cloned());
    let evidence = Evidence {
        logs: &logs,
        declarations: &declarations,
        strict: request.strict_coverage,
        as_of: request.as_of,
    };
    notes.extend(correlate::repetitions(&key_events));
    let (accounts, left_out) = correlate::dated(accounts, &collected, &inputs, request.as_of);
    notes.extend(left_out);
    if request.etag_evidence && accounts.iter().any(|account| account.exported_at.is_none()) {
        let text = format!(
            "no manifest tells when the account list was exported: by --etag-evidence, etags count up to {}",
            request.as_of
        );
        notes.push(Note::new(Severity::Warning, text));
    }
    let (inventory, contradictions) = correlate::inventory(accounts, request.as_of);
    let (mut events, later_events) = correlate::by_account(key_events, request.as_of);
    let subscriptions = subscriptions(inventory.keys());
    let moves = correlate::moves(moves, request.as_of);
    notes.extend(correlate::doubts_about_moves(&moves));
    let moves = Moves::new(&moves);
    let (mut stamps, doubts) = correlate::stamps(stamped, &inventory, request.as_of);
    if request.no_stamps && !stamps.is_empty() {
        let text = format!("the key stamps of {} accounts were left out (--no-stamps)", stamps.len());
        notes.push(Note::new(Severity::Info, text));
        stamps.clear();
    }
    notes.extend(contradictions);
    notes.extend(doubts);
    notes.extend(correlate::doubts(evidence, &subscriptions));
    notes.extend(notes_on_instant(request, later_events));

    let mut evaluator = Evaluator::new(pack, &params(request))?;
    let unlisted = correlate::unlisted(&events, &inventory, &listed, &moves, request.as_of);
    let about_evidence = EvidenceFacts::new(request.as_of, &inputs, &unlisted, &key_material);
    let mut findings = evaluator.evaluate_evidence(pack, &about_evidence)?;
    for found in &mut findings {
        fill_in(&mut found.finding, request.shell);
    }
    let mut audited = Vec::new();
    let mut out_of_scope = 0;
    for (id, account) in inventory {
        if is_in_scope(&account, &request.kinds) {
            let (events, mut coverage) = if moves.is_empty() {
                (events.remove(&id).unwrap_or_default(), correlate::covered(&id, evidence))
            } else {
                correlate::along(&moves.residences(&account, request.as_of), &events, evidence)
            };
            if request.etag_evidence {
                coverage.extend(correlate::by_etag(&account, request.as_of));
            }
            let records = Records { events, stamps: stamps.remove(&id).unwrap_or_default(), coverage };
            audited.push(audit_account(request, pack, &mut evaluator, account, records)?);
        } else {
            out_of_scope += 1;
        }
    }
    notes.sort();
    notes.dedup();
    Ok(Report {
        as_of: request.as_of,
        parameters: Parameters {
            max_age_days: request.max_age_days,
            coverage_tolerance_hours: request.coverage_tolerance_hours,
            kinds: request.kinds.clone(),
            strict_coverage: request.strict_coverage,
            stamps: !request.no_stamps,
            etag_evidence: request.etag_evidence,
        },
        controls: pack.controls.clone(),
        inputs,
        accounts: audited,
        out_of_scope,
        findings,
        windows: correlate::windows(&subscriptions, evidence),
        notes,
    })
}

/// What the exports hold of one account.
struct Records {
    events: Vec<KeyEvent>,
    stamps: Vec<Stamp>,
    coverage: Vec<Covered>,
}

fn audit_account(
    request: &Request,
    pack: &Pack,
    evaluator: &mut Evaluator,
    account: Account,
    records: Records,
) -> Result<AuditedAccount, AuditError> {
    let tolerance = TimeDelta::hours(request.coverage_tolerance_hours.into());
    let Records { events, stamps, coverage } = records;
    let proof = correlate::prove(&account, events, stamps, coverage, request.as_of, tolerance);
    let verdict =
        correlate::verdict(&account, &proof, request.as_of, TimeDelta::days(request.max_age_days.into()));
    let mut findings = evaluator.evaluate(pack, &Facts::new(&account, &proof, request.as_of))?;
    for finding in &mut findings {
        fill_in(finding, request.shell);
    }
    Ok(AuditedAccount { account, verdict, proof, findings })
}

fn params(request: &Request) -> Params {
    Params {
        max_age_days: request.max_age_days,
        kinds: request.kinds.clone(),
        in_use_key: request.in_use_key,
        stamps: !request.no_stamps,
        etag_evidence: request.etag_evidence,
    }
}

fn fill_in(finding: &mut Finding, shell: Shell) {
    for step in &mut finding.steps {
        remedy::fill_in(step, shell);
    }
}

fn is_in_scope(account: &Account, kinds: &[String]) -> bool {
    kinds.iter().any(|kind| kind.eq_ignore_ascii_case("all") || kind.eq_ignore_ascii_case(&account.kind))
}

fn subscriptions<'a>(accounts: impl Iterator<Item = &'a ResourceId>) -> Vec<ResourceId> {
    let distinct: BTreeSet<ResourceId> =
        accounts.filter_map(|id| ResourceId::of_subscription(id.subscription())).collect();
    distinct.into_iter().collect()
}

fn notes_on_instant(request: &Request, later_events: usize) -> Vec<Note> {
    let mut notes = Vec::new();
    if request.is_as_of_given {
        let text = format!(
            "the audit is as of {}, but kinds and local authentication are those of the account list's export, \
             whenever that was",
            request.as_of
        );
        notes.push(Note::new(Severity::Info, text));
    }
    if later_events > 0 {
        let text =
            format!("{later_events} records of key regenerations after {} were left out", request.as_of);
        // Without --as-of that is the present.
        notes.push(if request.is_as_of_given {
            Note::new(Severity::Info, text)
        } else {
            Note::new(Severity::Warning, format!("{text}, since they lie in the future: a clock is wrong"))
        });
    }
    notes
}

fn status(request: &Request, report: &Report) -> Status {
    let failed = match request.fail_on {
        GateLevel::Never => false,
        GateLevel::Error => report.has_failure_at(Level::Error),
        GateLevel::Warning => report.has_failure_at(Level::Warning),
        GateLevel::Note => report.has_failure_at(Level::Note),
    };
    if !report.is_complete() {
        Status::Incomplete
    } else if failed {
        Status::Failed
    } else if report.has_open_at_gate() && !request.allow_unproven {
        Status::Unproven
    } else {
        Status::Proven
    }
}
