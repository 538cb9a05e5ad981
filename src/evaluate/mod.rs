//! Facts in, outcomes out, by way of Rego. The only module that knows regorus.

mod analysis;
mod check;
mod diagnostic;
mod elements;
mod engine;
mod machine;
mod rule_value;
mod testing;
mod value;
mod watch;

use std::collections::BTreeMap;
use std::sync::Arc;

use miette::Diagnostic;
use regorus::rvm::vm::RegoVM;
use regorus::{Engine, LimitError, Value};
use serde::Deserialize;
use thiserror::Error;

use crate::model::{
    About, AsOfBasis, Control, ControlOutcome, Evidence, EvidenceFacts, EvidenceFinding, Facts, Finding,
    Instant, Pack, ProvenAccount,
};
pub use analysis::{Analysis, ParametersRead, Problem, STACK_BYTES, Severity};
pub use check::{check, check_within, refuse_bad};
pub use diagnostic::PolicyDiagnostic;
use elements::{Element, finding};
pub use engine::{Defaults, defaults};
use machine::{Questions, Yielded};
use rule_value::RuleValue;
pub use testing::{Coverage, Failure, TestRun, TestedRule, run_tests};
use value::Values;
use watch::Beat;

/// What a control exports, in the order in which one answer outweighs the next.
const ANSWERS: [Answer; 3] = [Answer::NotApplicable, Answer::Violation, Answer::Unproven];

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
    #[diagnostic(
        code(rotaudit::policy_too_slow),
        help("a policy usually takes less than a millisecond per account; no report was written")
    )]
    TooLong { what: String, seconds: u64 },
    #[error("{what} took more than {mebibytes} MiB of memory")]
    #[diagnostic(
        code(rotaudit::policy_too_large),
        help("a policy usually takes less than a mebibyte per account; no report was written")
    )]
    TooLarge { what: String, mebibytes: usize },
    #[error("the evaluation of the policies stopped unexpectedly")]
    #[diagnostic(code(rotaudit::evaluation))]
    BrokeOff,
    #[error("no thread could be started to evaluate the policies on: {what}")]
    #[diagnostic(code(rotaudit::evaluation))]
    NoThread { what: String },
}

/// The policies, ready to be asked about one account after the other.
#[derive(Debug)]
pub struct Evaluator {
    pack: Arc<Pack>,
    /// To be cloned for each thread.
    engine: Engine,
    /// For each control, the rules among [`ANSWERS`] that it has.
    answers: Arc<[Vec<Answer>]>,
    /// What the register machine is asked of each account; the engine is asked the rest.
    questions: Option<Questions>,
    /// Whether the engine was given these questions instead.
    is_interpreted: bool,
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

/// By control and rule, what the rule yields.
pub type Answers = BTreeMap<String, BTreeMap<&'static str, serde_json::Value>>;

impl Evaluator {
    /// `params` is what policies read in `data.params`.
    pub fn new(pack: Pack, params: serde_json::Value) -> Result<Evaluator, EvaluateError> {
        let pack = Arc::new(pack);
        watch::one(move |beat| {
            beat.during_reading(|| {
                let mut engine = engine::prepare(&pack, &params)?;
                engine::refuse_other_kinds(&mut engine, &pack, &params)?;
                let answers = answers(&mut engine, &pack)?;
                let questions = Questions::new(&pack, &answers, &engine::data(&params));
                Ok(Evaluator { pack, engine, answers: answers.into(), questions, is_interpreted: false })
            })
        })
    }

    /// The same answers, of the interpreter only, in several times the time.
    pub fn interpreted(mut self) -> Result<Evaluator, EvaluateError> {
        if let Some(questions) = self.questions.take() {
            questions.put_to(&mut self.engine)?;
            self.is_interpreted = true;
        }
        Ok(self)
    }

    /// The finding of every control about accounts for each account, in the order of the accounts and of the pack;
    /// `inputs` is how many there are to refer to.
    pub fn evaluate(
        &self,
        accounts: &Arc<Vec<ProvenAccount>>,
        as_of: Instant,
        as_of_basis: AsOfBasis,
        inputs: usize,
        jobs: usize,
    ) -> Result<Vec<Vec<Finding>>, EvaluateError> {
        let worker = |_| {
            let (accounts, mut asked) = (Arc::clone(accounts), self.asked(inputs, self.questions.as_ref())?);
            Ok(move |index: usize, beat: &Beat| {
                let ProvenAccount { account, proof } = &accounts[index];
                asked.of_account(&Facts::new(account, proof, as_of, as_of_basis), beat)
            })
        };
        let jobs = jobs.clamp(1, accounts.len().max(1));
        let workers: Vec<_> = (0..jobs).map(worker).collect::<Result<_, EvaluateError>>()?;
        watch::all(accounts.len(), workers)
    }

    /// The findings of every control about the evidence, in the order of the pack: one for each element, and one where
    /// there is none.
    pub fn evaluate_evidence(&self, facts: EvidenceFacts) -> Result<Vec<EvidenceFinding>, EvaluateError> {
        let mut asked = self.asked(facts.inputs.len(), None)?; // The machine takes milliseconds to make.
        watch::one(move |beat| asked.of_evidence(&facts, beat))
    }

    /// The findings of the controls that facts are for, whatever they refer to.
    pub fn findings(&self, document: serde_json::Value) -> Result<Vec<Finding>, EvaluateError> {
        let mut asked = self.asked(usize::MAX, self.questions.as_ref())?;
        watch::one(move |beat| {
            let about = about(&document);
            asked.set_input(Value::from(document), about, beat);
            asked.findings(about, "the facts", beat)
        })
    }

    /// What each control says to each of some facts, as its rules yield it: for whoever compares or debugs policies.
    pub fn answers(&self, documents: Vec<serde_json::Value>) -> Result<Vec<Answers>, EvaluateError> {
        let count = documents.len();
        let mut asked = self.asked(0, self.questions.as_ref())?;
        watch::all(count, vec![move |index: usize, beat: &Beat| asked.raw(&documents[index], beat)])
    }

    fn asked(&self, inputs: usize, questions: Option<&Questions>) -> Result<Asked, EvaluateError> {
        Ok(Asked {
            inputs,
            pack: Arc::clone(&self.pack),
            engine: self.engine.clone(),
            answers: Arc::clone(&self.answers),
            machine: questions.map(Questions::machine).transpose()?,
            is_interpreted: self.is_interpreted,
            known: Vec::new(),
            values: Values::default(),
        })
    }
}

/// The engines of one thread.
struct Asked {
    pack: Arc<Pack>,
    engine: Engine,
    answers: Arc<[Vec<Answer>]>,
    machine: Option<RegoVM>,
    is_interpreted: bool,
    /// What the built-in controls say to the present input, asked at once.
    known: Yielded,
    values: Values,
    inputs: usize,
}

impl Asked {
    fn of_account(&mut self, facts: &Facts, beat: &Beat) -> Result<Vec<Finding>, EvaluateError> {
        let input = self.values.of(facts).map_err(unusable)?;
        self.set_input(input, About::Account, beat);
        self.findings(About::Account, &facts.account.id, beat)
    }

    fn findings(&mut self, about: About, subject: &str, beat: &Beat) -> Result<Vec<Finding>, EvaluateError> {
        let pack = Arc::clone(&self.pack);
        let ask = |index| {
            let (outcome, elements) = self.ask(&pack, index, subject, beat)?;
            Ok(finding(index, outcome, elements))
        };
        controls(&pack, about).map(ask).collect()
    }

    fn of_evidence(
        &mut self,
        facts: &EvidenceFacts,
        beat: &Beat,
    ) -> Result<Vec<EvidenceFinding>, EvaluateError> {
        let input = self.values.of(facts).map_err(unusable)?;
        self.set_input(input, About::Evidence, beat);
        let mut findings = Vec::new();
        let pack = Arc::clone(&self.pack);
        for index in controls(&pack, About::Evidence) {
            let (outcome, elements) = self.ask(&pack, index, "the evidence", beat)?;
            if elements.is_empty() {
                let finding = finding(index, outcome, elements);
                findings.push(EvidenceFinding { subject: String::new(), finding });
                continue;
            }
            findings.extend(elements.into_iter().map(|element| EvidenceFinding {
                subject: element.subject.clone(),
                finding: finding(index, outcome, vec![element]),
            }));
        }
        Ok(findings)
    }

    fn raw(&mut self, document: &serde_json::Value, beat: &Beat) -> Result<Answers, EvaluateError> {
        let about = about(document);
        self.set_input(Value::from(document.clone()), about, beat);
        let pack = Arc::clone(&self.pack);
        let mut answers = Answers::new();
        for index in controls(&pack, about) {
            let control = &pack.controls[index];
            let of_control = answers.entry(control.id.clone()).or_default();
            for (rule, answer) in Arc::clone(&self.answers)[index].iter().copied().enumerate() {
                let value = self.rule(index, rule, "the facts", beat)?;
                let value = serde_json::to_value(&value).map_err(unusable)?;
                of_control.insert(answer.rule(), value);
            }
        }
        Ok(answers)
    }

    /// What a rule of a control, by its place among [`Asked::answers`], yields for the input.
    fn rule(
        &mut self,
        control: usize,
        rule: usize,
        subject: &str,
        beat: &Beat,
    ) -> Result<Value, EvaluateError> {
        if let Some(value) = self.known.get(control).and_then(|rules| rules.get(rule)) {
            return Ok(value.clone());
        }
        let answer = self.answers[control][rule];
        let control = &self.pack.controls[control];
        let path = format!("{}.{}", control.package, answer.rule());
        let what = || format!("the evaluation of {} for {subject}", control.id);
        let value = beat.during(what, || self.engine.eval_rule(path));
        // What a policy prints is for whoever tests it.
        self.engine.take_prints().map_err(unusable)?;
        value.map_err(|error| match error.downcast_ref::<LimitError>() {
            Some(LimitError::TimeLimitExceeded { .. }) => {
                EvaluateError::TooLong { what: what(), seconds: watch::TIME_LIMIT.as_secs() }
            }
            _ => self.failed(control, subject, &error),
        })
    }

    fn failed(&self, control: &Control, subject: &str, error: &impl std::fmt::Display) -> EvaluateError {
        EvaluateError::Evaluation {
            control: control.id.clone(),
            subject: subject.to_owned(),
            cause: PolicyDiagnostic::of_error(error, &self.pack.modules),
        }
    }

    /// Takes `input` for the input, and asks the built-in controls at once where it is facts of an account.
    fn set_input(&mut self, input: Value, about: About, beat: &Beat) {
        self.engine.set_input(input.clone());
        let ask = || match &mut self.machine {
            _ if about == About::Evidence => None,
            Some(machine) => machine::ask(machine, input),
            None if self.is_interpreted => machine::interpret(&mut self.engine),
            None => None,
        };
        let what = || "the evaluation of the built-in policies".to_owned();
        self.known = beat.during(what, ask).unwrap_or_default();
    }

    /// A control's answer to the input, about `subject`.
    fn ask(
        &mut self,
        pack: &Pack,
        index: usize,
        subject: &str,
        beat: &Beat,
    ) -> Result<(ControlOutcome, Vec<Element>), EvaluateError> {
        let control = &pack.controls[index];
        for (rule, answer) in Arc::clone(&self.answers)[index].iter().copied().enumerate() {
            let value = self.rule(index, rule, subject, beat)?;
            if value.as_set().is_ok_and(regorus::value::Set::is_empty) {
                continue;
            }
            let off = |what: &dyn std::fmt::Display| {
                self.failed(control, subject, &format!("its rule {} yields {what}", answer.rule()))
            };
            let elements: Vec<Element> = if let Ok(elements) = Vec::deserialize(RuleValue(&value)) {
                elements
            } else {
                let json = value.to_json_str().map_err(unusable)?;
                serde_json::from_str(&json).map_err(|error| off(&format!("something else: {error}")))?
            };
            let is_known = |evidence: &Evidence| evidence.input.0 < self.inputs && evidence.line > 0;
            if !elements.iter().flat_map(|element| &element.evidence).all(is_known) {
                return Err(off(&"evidence in an input that does not exist, or in line 0"));
            }
            return Ok((answer.outcome(control), elements));
        }
        Ok((ControlOutcome::Pass, Vec::new()))
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

/// What facts are about, by their schema.
fn about(document: &serde_json::Value) -> About {
    match document.get("schema").and_then(serde_json::Value::as_str) {
        Some(EvidenceFacts::SCHEMA) => About::Evidence,
        _ => About::Account,
    }
}

fn controls(pack: &Pack, about: About) -> impl Iterator<Item = usize> {
    (0..pack.controls.len()).filter(move |index| pack.controls[*index].about == about)
}

/// For what is no fault at a place of a policy.
fn unusable(error: impl std::fmt::Display) -> EvaluateError {
    EvaluateError::Policy(PolicyDiagnostic::of_error(&error, &[]))
}
