//! The pipeline: exports in, report and exit status out.

mod output;
mod shown;
mod uninterrupted;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::TimeDelta;
use miette::Diagnostic;
use thiserror::Error;

use crate::baseline::{self, BaselineError};
use crate::evaluate::{self, EvaluateError, Evaluated, Evaluator, FailedEvaluation};
use crate::model::{
    AsOfBasis, AuditedAccount, CLOCK_DIFFERENCE, EvidenceFacts, Finding, Gate, Instant, KeyName, Note,
    NoteTopic, Pack, Parameters, ProvenAccount, Report, Severity, Waivers, printable,
};
use crate::policy::{self, Params, ParamsError, PolicyError, PolicySelection};
use crate::prove::{self, Exports, ProofQuestion, ProveError, Proven};
use crate::remedy::{self, Shell};
use crate::report::{self, Cover, Format, Listing, Look, RenderError, SarifProfile, Style};
use crate::threads;
use crate::waivers::{self, WaiversError};
use output::Outputs;
use output::print_doubts;
pub use output::{Output, OutputError, to_standard_error};
pub(crate) use output::{
    Target, json_lines_to_standard_output, json_to_standard_output, page_to_standard_output, print_errors,
    print_left_aside, reach, say, to_standard_output, write_json_line,
};

/// The arguments of the command.
#[derive(Clone, Debug)]
pub struct AuditRequest {
    pub question: ProofQuestion,
    pub criteria: Criteria,
    /// An earlier report in SARIF.
    pub baseline: Option<PathBuf>,
    /// Whether only findings that are new since then fail the gate.
    pub fail_on_new: bool,
    pub format: Format,
    pub sarif_profile: SarifProfile,
    pub sarif_root: Option<String>,
    pub cover: Cover,
    pub outputs: Vec<Output>,
    pub gate: Gate,
    pub look: Look,
    pub listing: Listing,
    pub quiet: bool,
    pub verbose: bool,
}

impl AuditRequest {
    /// The files that the audit is given in addition to the exports, which may contain keys as well.
    fn companions(&self) -> Vec<PathBuf> {
        let Criteria { policies, params, waivers, .. } = &self.criteria;
        let named = [params, waivers, &self.baseline].into_iter().flatten().cloned();
        named.chain(policy::files(&policies.paths)).collect()
    }
}

/// The criteria that the evidence is checked against, and the form of the commands that fix a finding.
#[derive(Clone, Debug)]
pub struct Criteria {
    pub policies: PolicySelection,
    /// Ids of the controls to evaluate; if there are none, those that are on by default.
    pub controls: Vec<String>,
    /// The user's file of parameters.
    pub params: Option<PathBuf>,
    /// The maximum age of a key, which overrides that in the file.
    pub max_age_days: Option<u32>,
    /// The file of accepted exceptions.
    pub waivers: Option<PathBuf>,
    pub in_use_key: Option<KeyName>,
    pub shell: Shell,
}

impl Criteria {
    /// Whether a control can read the remaining properties of accounts: the built-in ones do not.
    pub fn reads_properties(&self) -> bool {
        !self.policies.paths.is_empty()
    }
}

#[derive(Debug, Error, Diagnostic)]
pub enum AuditError {
    #[error(transparent)]
    #[diagnostic(transparent)]
    Prove(#[from] ProveError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Policy(#[from] PolicyError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Params(#[from] ParamsError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Waivers(#[from] WaiversError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Baseline(#[from] BaselineError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Evaluate(#[from] EvaluateError),
    #[error(transparent)]
    #[diagnostic(transparent)]
    Output(#[from] OutputError),
    #[error("the report cannot be rendered: {0}")]
    #[diagnostic(code(rotaudit::report))]
    Render(#[from] RenderError),
}

impl AuditError {
    /// Whether there is no account list because inputs could not be used; each of them was named.
    pub fn follows_from_refusals(&self) -> bool {
        let AuditError::Prove(ProveError::NoAccountList { notes, .. }) = self else { return false };
        notes.iter().any(|note| note.severity == Severity::Error)
    }
}

/// If the evidence ends longer ago than this, a note on standard error says so.
const OLD_EVIDENCE: TimeDelta = TimeDelta::days(7);

/// Runs the audit, writes its reports, and returns the report.
pub fn run(request: &AuditRequest) -> Result<Report, AuditError> {
    let criteria = [&request.criteria.waivers, &request.criteria.params];
    let policies = policy::sources(&request.criteria.policies.paths);
    let companions = criteria.into_iter().flatten().cloned().chain(policies);
    let inputs: Vec<PathBuf> = request.question.paths.iter().cloned().chain(companions).collect();
    let outputs = Outputs::open(&request.outputs, &inputs)?;
    let earlier = request.baseline.as_deref().map(baseline::read).transpose()?;
    let rules = Rules::load(&request.question, &request.criteria)?;
    let proven = match prove(&request.question, &outputs.paths(), &request.companions(), rules.max_age_days())
    {
        Ok(proven) => proven,
        Err(error) => {
            rules.print_findings(&request.question, &error)?;
            return Err(error.into());
        }
    };
    let mut report = rules.judge(&request.question, proven)?;
    report.gate = request.gate;
    if let Some(earlier) = earlier {
        baseline::compare(&mut report, earlier, request.fail_on_new);
    }
    print_errors(&report.notes, &report.inputs);
    if !request.quiet {
        report.waivers.iter().for_each(print_doubts);
        if let Some(cause) = report.cause().filter(|_| request.format != Format::Text) {
            output::remark(&cause.with_help());
        }
        let now = request.question.now;
        let about_instant = age_of_evidence(&report, now).or_else(|| future_instant(&report, now));
        if let Some(text) = about_instant {
            output::remark(&text);
        }
    }
    let style = Style {
        look: request.look,
        verbose: request.verbose,
        listing: request.listing.clone(),
        shell: request.criteria.shell,
        sarif_profile: request.sarif_profile,
        sarif_root: request.sarif_root.clone(),
        cover: request.cover.clone(),
    };
    let jobs = request.question.reading.jobs;
    outputs.write(&report, &style, jobs)?;
    let verdict_line = request.look.symbols(&report::verdict_line(&report));
    if request.format == Format::Text && request.quiet {
        to_standard_output(&format!("{verdict_line}\n"))?;
    } else {
        output::report_to_standard_output(&report, request.format, &style, jobs)?;
    }
    if request.format != Format::Text {
        output::say(&verdict_line);
    }
    Ok(report)
}

/// Returns what the exports prove. If there is no account list, it names the inputs that could not be read.
pub(crate) fn prove(
    question: &ProofQuestion,
    own_files: &[PathBuf],
    companions: &[PathBuf],
    max_age_days: u32,
) -> Result<Proven, ProveError> {
    let mut exports = exports(question, own_files)?;
    exports.search_companions(companions);
    prove::of_exports(question, exports, max_age_days)
}

pub(crate) fn exports(question: &ProofQuestion, own_files: &[PathBuf]) -> Result<Exports, ProveError> {
    prove::exports(question, own_files).inspect_err(|error| {
        if let ProveError::NoAccountList { notes, inputs, .. } = error {
            print_errors(notes, inputs);
            print_left_aside(notes, inputs);
        }
    })
}

/// The criteria, loaded and found to be sound before anything is read.
#[derive(Debug)]
pub struct Rules {
    pack: Pack,
    /// The ids of all controls, also of those that are not evaluated: at most one for each file of policies.
    all_controls: Vec<String>,
    params: Params,
    evaluator: Evaluator,
    waivers: Option<Waivers>,
    in_use_key: Option<KeyName>,
    shell: Shell,
}

impl Rules {
    pub fn load(question: &ProofQuestion, criteria: &Criteria) -> Result<Rules, AuditError> {
        let pack = criteria.policies.load()?;
        let params = Params::new(criteria.params.as_deref(), criteria.max_age_days)?.and(
            &question.kinds,
            criteria.in_use_key,
            !question.no_stamps,
            question.etag_evidence,
        );
        let waivers = criteria.waivers.as_deref().map(waivers::read).transpose()?;
        // Tests have already checked the built-in policies alone.
        if criteria.params.is_some() || pack.modules.iter().any(|module| !module.is_builtin) {
            params.refuse_unread(evaluate::refuse_bad(&pack)?.as_ref())?;
        }
        let all_controls = pack.controls.iter().map(|control| control.id.clone()).collect();
        let pack = policy::select(pack, &criteria.controls)?;
        let evaluator = Evaluator::new(pack.clone(), params.clone().into_data())?;
        let Criteria { in_use_key, shell, .. } = *criteria;
        Ok(Rules { pack, all_controls, params, evaluator, waivers, in_use_key, shell })
    }

    /// The maximum age of a key that the parameters ask for.
    pub fn max_age_days(&self) -> u32 {
        self.params.max_age_days
    }

    /// The key that applications do not use is regenerated first. `policies/lib/remediation.rego` must change with it.
    fn rotation_order(&self) -> [KeyName; 2] {
        match self.in_use_key {
            Some(KeyName::Key1) => [KeyName::Key2, KeyName::Key1],
            Some(KeyName::Key2) | None => KeyName::BOTH,
        }
    }

    /// Shows the findings about evidence without an account list, like keys in it, since no report will contain them.
    fn print_findings(&self, question: &ProofQuestion, error: &ProveError) -> Result<(), EvaluateError> {
        let ProveError::NoAccountList { inputs, key_material, .. } = error else { return Ok(()) };
        let about = EvidenceFacts::new(question.now, AsOfBasis::Clock, inputs, &[], &[], key_material);
        for found in self.evaluator.evaluate_evidence(about)?.findings {
            output::print_finding(&found.finding);
        }
        Ok(())
    }

    /// Evaluates the policies on the proofs, and applies the waivers.
    pub fn judge(&self, question: &ProofQuestion, proven: Proven) -> Result<Report, AuditError> {
        let Evaluated { mut findings, mut failures } =
            self.evaluator.evaluate_evidence(proven.about_evidence)?;
        for found in &mut findings {
            fill_in(&mut found.finding, self.shell);
        }
        let accounts = Arc::new(proven.accounts);
        let inputs = proven.inputs.len();
        let jobs = question.reading.jobs;
        let of_accounts =
            self.evaluator.evaluate(&accounts, proven.as_of, proven.as_of_basis, inputs, jobs)?;
        let of_accounts = of_accounts.into_iter().map(|judged| {
            failures.extend(judged.failures);
            judged.findings
        });
        let found = Arc::unwrap_or_clone(accounts).into_iter().zip(of_accounts).collect();
        let audited = |(ProvenAccount { account, proof }, mut findings): (ProvenAccount, Vec<Finding>)| {
            for finding in &mut findings {
                fill_in(finding, self.shell);
            }
            AuditedAccount { account, proof, findings, plan: Vec::new() }
        };
        let mut report = Report {
            as_of: proven.as_of,
            as_of_basis: proven.as_of_basis,
            parameters: Parameters {
                max_age_days: self.params.max_age_days,
                tolerance_hours: question.tolerance_hours,
                max_evidence_age_days: question.max_evidence_age_days,
                kinds: question.kinds.clone(),
                strict_coverage: question.strict_coverage,
                assume_complete: question.assume_complete,
                coverage: question.declarations.iter().map(|(_, written)| written.clone()).collect(),
                declared_by: question.declared_by.clone(),
                listed_at: question.listed_at,
                stamps: !question.no_stamps,
                etag_evidence: question.etag_evidence,
            },
            controls: self.pack.controls.clone(),
            frameworks: self.pack.frameworks.clone(),
            inputs: proven.inputs,
            accounts: threads::map(jobs, found, audited),
            out_of_scope: proven.out_of_scope,
            findings,
            windows: proven.windows,
            subscription_names: proven.subscription_names,
            notes: proven
                .notes
                .into_iter()
                .chain(self.params.notes())
                .chain(notes_of_failures(&failures))
                .collect(),
            waivers: None,
            baseline: None,
            gate: Gate::default(),
        };
        if let Some(waivers) = &self.waivers {
            waivers::apply(&mut report, waivers.clone(), &self.all_controls);
        }
        for audited in &mut report.accounts {
            audited.plan = remedy::plan(&audited.findings, self.rotation_order());
        }
        Ok(report)
    }
}

/// Shows the failed evaluations on standard error, in the text of the policy if the place is known, and returns an error
/// for each control and cause, because of which the audit is incomplete.
fn notes_of_failures(failures: &[FailedEvaluation]) -> Vec<Note> {
    let mut causes: BTreeMap<(&str, String), Vec<&FailedEvaluation>> = BTreeMap::new();
    for failure in failures {
        causes.entry((&failure.control, failure.cause())).or_default().push(failure);
    }
    let note = |((control, cause), failures): ((&str, String), Vec<&FailedEvaluation>)| {
        let first = failures.first()?;
        let subjects = match failures.len() {
            1 => first.subject.clone(),
            count => format!("{count} accounts, for example {}", first.subject),
        };
        to_standard_error(first.error_for(subjects.clone()));
        let text = printable(&format!("{control} cannot be evaluated for {subjects}: {cause}"));
        let help = first.help().unwrap_or_else(|| {
            "correct the policy; `rotaudit policy eval` shows its answer to the facts".to_owned()
        });
        Some(Note { topic: NoteTopic::Policies, ..Note::new(Severity::Error, text).help(help) })
    };
    causes.into_iter().filter_map(note).collect()
}

/// Returns the age of the evidence as a sentence, if the evidence ends long enough ago that a reader should know. The
/// report itself is the same on any day.
fn age_of_evidence(report: &Report, now: Instant) -> Option<String> {
    let days = now.whole_days_since(report.as_of);
    (report.as_of_basis == AsOfBasis::Evidence && now.since(report.as_of) > OLD_EVIDENCE).then(|| {
        format!(
            "the evidence ends on {}, {days} days ago: the verdicts refer to that instant (--as-of now audits today)",
            report.as_of
        )
    })
}

/// That the audit instant is in the future, which a mistyped year may be the reason for. The report itself is the same on
/// any day.
fn future_instant(report: &Report, now: Instant) -> Option<String> {
    (report.as_of > now.plus(CLOCK_DIFFERENCE)).then(|| {
        format!("the audit instant {} is later than the clock of this machine; check --as-of", report.as_of)
    })
}

fn fill_in(finding: &mut Finding, shell: Shell) {
    for step in &mut finding.steps {
        remedy::fill_in(step, shell);
    }
}
