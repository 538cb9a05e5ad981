//! Facts in, outcomes out, by way of Rego. The only module that knows regorus, which `tests/it/layout.rs` checks.

mod analysis;
mod check;
mod diagnostic;
mod elements;
mod engine;
mod left_out;
mod lines;
mod machine;
mod order;
mod rule_value;
mod session;
mod testing;
mod value;
mod watch;

use std::collections::BTreeMap;
use std::sync::Arc;

use miette::Diagnostic;
use regorus::Engine;
use regorus::rvm::vm::RegoVM;
use thiserror::Error;

use crate::model::{
    AsOfBasis, Control, ControlOutcome, EvidenceFacts, EvidenceFinding, Facts, Finding, Instant, Pack,
    ProvenAccount,
};
pub use analysis::{Analysis, ParametersRead, Problem, ProblemSeverity, STACK_BYTES};
pub use check::{check, check_within, parse_errors, refuse_bad};
pub use diagnostic::PolicyDiagnostic;
pub use engine::{Defaults, defaults};
use left_out::LeftOut;
use machine::Questions;
use session::Session;
pub use session::about;
pub use testing::{Failure, LineCoverage, TestRun, TestedRule, run_tests};
use watch::{Watchdog, Watched};

/// The rules that a control exports. Each takes precedence over those after it.
const ANSWERS: [Answer; 3] = [Answer::NotApplicable, Answer::Violation, Answer::Unproven];

/// The member of an element that identifies a finding of a control about the evidence.
const SUBJECT: &str = "subject";

const SUBJECT_HELP: &str = "give each element its own `subject`: the name of the thing that it is about, the same in every \
                            run, for example the path of an input";

const USUAL_COST: &str = "a policy usually takes less than a millisecond and a mebibyte per account";

#[derive(Debug, Error, Diagnostic)]
pub enum EvaluateError {
    #[error("the policies cannot be used: {0}")]
    #[diagnostic(transparent)]
    Policy(PolicyDiagnostic),
    #[error("the policies have errors")]
    #[diagnostic(code(rotaudit::policy))]
    Refused(#[related] Vec<PolicyDiagnostic>),
    #[error("parameter `{name}` must be {wanted}, but is {given}")]
    #[diagnostic(code(rotaudit::params), help("the default of {control} is {default}"))]
    OtherKind { name: String, wanted: &'static str, given: &'static str, control: String, default: String },
    #[error("{control} cannot be evaluated for {subject}: {cause}")]
    #[diagnostic(forward(cause))]
    Evaluation { control: String, subject: String, cause: PolicyDiagnostic },
    #[error("{what} took more than {seconds} seconds")]
    #[diagnostic(code(rotaudit::policy_too_slow), help("{USUAL_COST}"))]
    TooLong { what: Watched, seconds: u64 },
    #[error("{what} took more than {mebibytes} MiB of memory")]
    #[diagnostic(code(rotaudit::policy_too_large), help("{USUAL_COST}"))]
    TooLarge { what: Watched, mebibytes: usize },
    #[error("the evaluation of the policies stopped unexpectedly")]
    #[diagnostic(code(rotaudit::evaluation))]
    BrokeOff,
    #[error("no thread could be started to evaluate the policies on: {what}")]
    #[diagnostic(code(rotaudit::evaluation))]
    NoThread { what: String },
}

/// Policies that were read, checked and prepared.
#[derive(Debug)]
pub struct Evaluator {
    pack: Arc<Pack>,
    /// It is cloned for each thread.
    engine: Engine,
    /// For each control, the rules among [`ANSWERS`] that it has.
    answers: Arc<[Vec<Answer>]>,
    method: Method<Questions>,
}

/// How the built-in controls about accounts are evaluated. All other controls are always evaluated one by one.
#[derive(Debug)]
enum Method<M> {
    /// The engine evaluates one rule after the other.
    OneByOne,
    /// The register machine evaluates all rules together.
    Machine(M),
    /// The engine, which has the questions, evaluates all rules together.
    Interpreter,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    NotApplicable,
    Violation,
    Unproven,
}

impl Answer {
    fn rule(self) -> &'static str {
        match self {
            Answer::NotApplicable => "not_applicable",
            Answer::Violation => "violation",
            Answer::Unproven => "unproven",
        }
    }

    fn outcome(self, control: &Control) -> ControlOutcome {
        match self {
            Answer::NotApplicable => ControlOutcome::NotApplicable,
            Answer::Violation => ControlOutcome::Fail(control.level),
            Answer::Unproven => ControlOutcome::Open,
        }
    }
}

/// The findings of controls, and the failed evaluations, each of which also has an open finding.
#[derive(Debug)]
pub struct Evaluated<F> {
    pub findings: Vec<F>,
    pub failures: Vec<FailedEvaluation>,
}

/// A control that cannot be evaluated for an account, or for the evidence.
#[derive(Clone, Debug)]
pub struct FailedEvaluation {
    pub control: String,
    pub subject: String,
    cause: PolicyDiagnostic,
}

impl FailedEvaluation {
    /// The cause on one line, with its place in the policy if it is known.
    pub fn cause(&self) -> String {
        self.cause.with_place()
    }

    /// The help against the cause.
    pub fn help(&self) -> Option<String> {
        self.cause.help().map(|help| help.to_string())
    }

    /// The failure as an error that shows its place.
    pub fn error(&self) -> EvaluateError {
        self.error_for(self.subject.clone())
    }

    /// The failure for several subjects, in words, as an error that shows its place.
    pub fn error_for(&self, subjects: String) -> EvaluateError {
        EvaluateError::Evaluation {
            control: self.control.clone(),
            subject: subjects,
            cause: self.cause.clone(),
        }
    }
}

/// The answers of controls to facts.
#[derive(Debug, Default)]
pub struct Answers {
    /// The value of each rule, by control and rule.
    pub values: BTreeMap<String, BTreeMap<&'static str, serde_json::Value>>,
    /// The output of `print` calls, by control. Only the time limit of the engine bounds it.
    pub printed: BTreeMap<String, Vec<String>>,
}

impl Evaluator {
    /// Policies read `params` as `data.params`.
    pub fn new(pack: Pack, params: serde_json::Value) -> Result<Evaluator, EvaluateError> {
        let pack = Arc::new(pack);
        watch::run_one(move |watchdog| {
            watchdog.watch_reading(|| {
                let mut engine = engine::prepare(&pack, &params)?;
                engine::refuse_other_kinds(&mut engine, &pack, &params)?;
                let answers = answers(&mut engine, &pack)?;
                let questions = Questions::new(&pack, &answers, &engine::data(&params));
                let method = questions.map_or(Method::OneByOne, Method::Machine);
                Ok(Evaluator { pack, engine, answers: answers.into(), method })
            })
        })
    }

    /// Returns an evaluator with the same answers that uses the interpreter only, and takes several times as long.
    pub fn interpreted(mut self) -> Result<Evaluator, EvaluateError> {
        if let Method::Machine(questions) = self.method {
            questions.put_to(&mut self.engine)?;
            self.method = Method::Interpreter;
        }
        Ok(self)
    }

    /// Returns the finding of every control about accounts for each account, in the order of the accounts and of the
    /// pack. A control that exceeds a limit fails for all accounts. `inputs` is the number of inputs that a finding can
    /// refer to.
    pub fn evaluate(
        &self,
        accounts: &Arc<Vec<ProvenAccount>>,
        as_of: Instant,
        as_of_basis: AsOfBasis,
        inputs: usize,
        jobs: usize,
    ) -> Result<Vec<Evaluated<Finding>>, EvaluateError> {
        let jobs = jobs.clamp(1, accounts.len().max(1));
        left_out::evaluate(&self.pack, |left_out| {
            let worker = |_| {
                let (accounts, left_out) = (Arc::clone(accounts), Arc::clone(&left_out));
                let mut session = self.session(Some(inputs), self.method()?, left_out);
                Ok(move |index: usize, watchdog: &Watchdog| {
                    let ProvenAccount { account, proof } = &accounts[index];
                    session.judge_account(&Facts::new(account, proof, as_of, as_of_basis), watchdog)
                })
            };
            let workers: Vec<_> = (0..jobs).map(worker).collect::<Result<_, EvaluateError>>()?;
            watch::run_all(accounts.len(), workers)
        })
    }

    /// Returns the findings of every control about the evidence, in the order of the pack: one for each element, or one
    /// if there is no element.
    pub fn evaluate_evidence(
        &self,
        facts: EvidenceFacts,
    ) -> Result<Evaluated<EvidenceFinding>, EvaluateError> {
        let facts = Arc::new(facts);
        left_out::evaluate(&self.pack, |left_out| {
            let facts = Arc::clone(&facts);
            // Only controls about accounts use the machine, which takes milliseconds to make.
            let mut session = self.session(Some(facts.inputs.len()), Method::OneByOne, left_out);
            watch::run_one(move |watchdog| session.judge_evidence(&facts, watchdog))
        })
    }

    /// Returns the findings of the controls that the facts are for. Their references to inputs are not checked.
    pub fn findings(&self, document: serde_json::Value) -> Result<Vec<Finding>, EvaluateError> {
        let mut session = self.session(None, self.method()?, Arc::default());
        watch::run_one(move |watchdog| session.judge_document(document, watchdog))
    }

    /// Returns the values of each control's rules for each of the facts, to compare or debug policies.
    pub fn answers(&self, documents: Vec<serde_json::Value>) -> Result<Vec<Answers>, EvaluateError> {
        let count = documents.len();
        let mut session = self.session(None, self.method()?, Arc::default());
        let worker = move |index: usize, watchdog: &Watchdog| session.eval_all(&documents[index], watchdog);
        watch::run_all(count, vec![worker])
    }

    /// The method with a register machine for one thread.
    fn method(&self) -> Result<Method<RegoVM>, EvaluateError> {
        Ok(match &self.method {
            Method::OneByOne => Method::OneByOne,
            Method::Machine(questions) => Method::Machine(questions.machine()?),
            Method::Interpreter => Method::Interpreter,
        })
    }

    fn session(&self, inputs: Option<usize>, method: Method<RegoVM>, left_out: Arc<LeftOut>) -> Session {
        let (pack, answers) = (Arc::clone(&self.pack), Arc::clone(&self.answers));
        Session::new(pack, self.engine.clone(), answers, method, left_out, inputs)
    }
}

/// The rules among [`ANSWERS`] that each control has.
fn answers(engine: &mut Engine, pack: &Pack) -> Result<Vec<Vec<Answer>>, EvaluateError> {
    let rules = engine::partial_sets(engine)?;
    let has = |control: &Control, answer: Answer| {
        rules.get(&control.package).is_some_and(|rules| rules.iter().any(|rule| rule == answer.rule()))
    };
    let of_control = |control: &Control| ANSWERS.into_iter().filter(|answer| has(control, *answer)).collect();
    Ok(pack.controls.iter().map(of_control).collect())
}

/// An error without a place in a policy.
fn unusable(error: impl std::fmt::Display) -> EvaluateError {
    EvaluateError::Policy(PolicyDiagnostic::of_error(&error, &[]))
}
