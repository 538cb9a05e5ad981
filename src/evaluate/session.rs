//! The evaluation of policies on one thread: one input after the other, each with all controls for it.

use std::sync::Arc;

use regorus::rvm::vm::RegoVM;
use regorus::{Engine, LimitError, Value};
use serde::Deserialize;

use super::elements::{ELEMENT_HELP, Element, element_fault, finding, keys_of, subject_fault};
use super::left_out::LeftOut;
use super::machine::{self, Yielded};
use super::rule_value::RuleValue;
use super::value::FactValues;
use super::watch::{self, Watchdog, Watched, WatchedRule};
use super::{
    Answer, Answers, EvaluateError, Evaluated, FailedEvaluation, Method, PolicyDiagnostic, SUBJECT_HELP,
    unusable,
};
use crate::model::{
    About, Control, ControlOutcome, EvidenceFacts, EvidenceFinding, EvidenceRecord, Facts, Finding, Pack,
};

/// The engines of one thread, and the input that they have.
pub(super) struct Session {
    pack: Arc<Pack>,
    engine: Engine,
    /// For each control, the rules among [`super::ANSWERS`] that it has.
    rules: Arc<[Vec<Answer>]>,
    method: Method<RegoVM>,
    /// The values of the rules of the built-in controls for the present input; empty if they are evaluated one by one.
    yielded: Yielded,
    values: FactValues,
    /// The output of the rule that was evaluated last. Only tests and `policy eval` show it.
    prints: Vec<String>,
    left_out: Arc<LeftOut>,
    /// The number of inputs that a finding can refer to; `None` if that is not checked.
    inputs: Option<usize>,
}

/// A control's answer to an input.
struct Reply {
    outcome: ControlOutcome,
    elements: Vec<Element>,
    /// If the control fails for one key, the open elements about the other key.
    also_open: Vec<Element>,
}

impl Reply {
    fn into_finding(self, control: usize) -> Finding {
        let also_open = (!self.also_open.is_empty())
            .then(|| Box::new(finding(control, ControlOutcome::Open, self.also_open)));
        Finding { also_open, ..finding(control, self.outcome, self.elements) }
    }
}

impl Session {
    pub(super) fn new(
        pack: Arc<Pack>,
        engine: Engine,
        rules: Arc<[Vec<Answer>]>,
        method: Method<RegoVM>,
        left_out: Arc<LeftOut>,
        inputs: Option<usize>,
    ) -> Session {
        Session {
            pack,
            engine,
            rules,
            method,
            yielded: Vec::new(),
            values: FactValues::default(),
            prints: Vec::new(),
            left_out,
            inputs,
        }
    }

    pub(super) fn judge_account(
        &mut self,
        facts: &Facts,
        watchdog: &Watchdog,
    ) -> Result<Evaluated<Finding>, EvaluateError> {
        let input = self.values.build(facts).map_err(unusable)?;
        self.set_input(input, About::Account, watchdog);
        let pack = Arc::clone(&self.pack);
        let mut judged = Evaluated { findings: Vec::new(), failures: Vec::new() };
        for index in controls(&pack, About::Account) {
            let answer = self.ask(&pack, index, &facts.account.id, watchdog);
            judged.findings.push(match answer {
                Ok(reply) => reply.into_finding(index),
                Err(error) => unevaluated(index, error, &mut judged.failures)?,
            });
        }
        Ok(judged)
    }

    /// Returns the findings of the controls that the facts in `document` are for.
    pub(super) fn judge_document(
        &mut self,
        document: serde_json::Value,
        watchdog: &Watchdog,
    ) -> Result<Vec<Finding>, EvaluateError> {
        let about = about(&document);
        self.set_input(Value::from(document), about, watchdog);
        let pack = Arc::clone(&self.pack);
        let ask = |index| {
            let reply = self.ask(&pack, index, "the facts", watchdog)?;
            Ok(reply.into_finding(index))
        };
        controls(&pack, about).map(ask).collect()
    }

    pub(super) fn judge_evidence(
        &mut self,
        facts: &EvidenceFacts,
        watchdog: &Watchdog,
    ) -> Result<Evaluated<EvidenceFinding>, EvaluateError> {
        let input = self.values.build(facts).map_err(unusable)?;
        self.set_input(input, About::Evidence, watchdog);
        let (mut findings, mut failures) = (Vec::new(), Vec::new());
        let pack = Arc::clone(&self.pack);
        let of_all = |finding| EvidenceFinding { subject: String::new(), finding };
        for index in controls(&pack, About::Evidence) {
            let Reply { outcome, elements, .. } = match self.ask(&pack, index, "the evidence", watchdog) {
                Ok(reply) => reply,
                Err(error) => {
                    findings.push(of_all(unevaluated(index, error, &mut failures)?));
                    continue;
                }
            };
            if elements.is_empty() {
                findings.push(of_all(finding(index, outcome, elements)));
                continue;
            }
            findings.extend(elements.into_iter().map(|element| EvidenceFinding {
                subject: element.subject.clone(),
                finding: finding(index, outcome, vec![element]),
            }));
        }
        Ok(Evaluated { findings, failures })
    }

    /// Returns the value of each rule of each control for the facts in `document`, and what the controls print.
    pub(super) fn eval_all(
        &mut self,
        document: &serde_json::Value,
        watchdog: &Watchdog,
    ) -> Result<Answers, EvaluateError> {
        let about = about(document);
        self.set_input(Value::from(document.clone()), about, watchdog);
        let pack = Arc::clone(&self.pack);
        let mut answers = Answers::default();
        for index in controls(&pack, about) {
            let control = &pack.controls[index];
            let mut printed: Vec<String> = Vec::new();
            let values = answers.values.entry(control.id.clone()).or_default();
            for (rule, answer) in Arc::clone(&self.rules)[index].iter().copied().enumerate() {
                let value = self.eval_rule(index, rule, "the facts", watchdog)?;
                values.insert(answer.rule(), serde_json::to_value(&value).map_err(unusable)?);
                // A rule that several answers need is evaluated for each of them, but its output is kept only once.
                let mut new = std::mem::take(&mut self.prints);
                new.retain(|text| !printed.contains(text));
                printed.extend(new);
            }
            if !printed.is_empty() {
                answers.printed.insert(control.id.clone(), printed);
            }
        }
        Ok(answers)
    }

    /// Evaluates a rule of a control, by its position in [`Session::rules`], for the input.
    fn eval_rule(
        &mut self,
        control: usize,
        rule: usize,
        subject: &str,
        watchdog: &Watchdog,
    ) -> Result<Value, EvaluateError> {
        self.prints.clear();
        if let Some(value) = self.yielded.get(control).and_then(|rules| rules.get(rule)) {
            return Ok(value.clone());
        }
        let answer = self.rules[control][rule];
        let control = &self.pack.controls[control];
        let path = format!("{}.{}", control.package, answer.rule());
        let what = || {
            let (control, rule, subject) = (control.id.clone(), answer.rule(), subject.to_owned());
            Watched::Rule(WatchedRule { control, rule, subject })
        };
        let value = watchdog.watch(what(), || self.engine.eval_rule(path));
        self.prints = self.engine.take_prints().map_err(unusable)?;
        value.map_err(|error| {
            if is_out_of_time(&error) {
                EvaluateError::TooLong { what: what(), seconds: watch::EVALUATION_LIMIT.as_secs() }
            } else {
                self.failed(control, subject, &error)
            }
        })
    }

    fn failed(&self, control: &Control, subject: &str, error: &impl std::fmt::Display) -> EvaluateError {
        EvaluateError::Evaluation {
            control: control.id.clone(),
            subject: subject.to_owned(),
            cause: PolicyDiagnostic::of_error(error, &self.pack.modules),
        }
    }

    /// Sets the input, and evaluates the built-in controls at once if it holds the facts of an account. If that fails,
    /// they are evaluated one by one, so that the error names the control.
    fn set_input(&mut self, input: Value, about: About, watchdog: &Watchdog) {
        self.engine.set_input(input.clone());
        let ask = || match &mut self.method {
            _ if about == About::Evidence => None,
            Method::OneByOne => None,
            Method::Machine(machine) => machine::ask(machine, input),
            Method::Interpreter => machine::interpret(&mut self.engine),
        };
        let what = Watched::Other("the evaluation of the built-in policies".to_owned());
        self.yielded = watchdog.watch(what, ask).unwrap_or_default();
    }

    /// Returns a control's answer to the input. Errors name `subject`.
    fn ask(
        &mut self,
        pack: &Pack,
        index: usize,
        subject: &str,
        watchdog: &Watchdog,
    ) -> Result<Reply, EvaluateError> {
        let control = &pack.controls[index];
        if let Some(cause) = self.left_out.get(&index) {
            let (control, subject) = (control.id.clone(), subject.to_owned());
            return Err(EvaluateError::Evaluation { control, subject, cause: cause.clone() });
        }
        // In the order of `ANSWERS`, so that the first rule with an element takes precedence.
        for (rule, answer) in Arc::clone(&self.rules)[index].iter().copied().enumerate() {
            let elements = self.elements(pack, index, rule, subject, watchdog)?;
            if elements.is_empty() {
                continue;
            }
            let also_open = match answer {
                Answer::Violation => self.also_open(pack, index, &elements, subject, watchdog)?,
                Answer::NotApplicable | Answer::Unproven => Vec::new(),
            };
            return Ok(Reply { outcome: answer.outcome(control), elements, also_open });
        }
        Ok(Reply { outcome: ControlOutcome::Pass, elements: Vec::new(), also_open: Vec::new() })
    }

    /// Returns the open elements that name the other key, if `violations` name only one.
    fn also_open(
        &mut self,
        pack: &Pack,
        index: usize,
        violations: &[Element],
        subject: &str,
        watchdog: &Watchdog,
    ) -> Result<Vec<Element>, EvaluateError> {
        let failed = keys_of(violations);
        let rule = self.rules[index].iter().position(|answer| *answer == Answer::Unproven);
        let ([failed], Some(rule)) = (failed.as_slice(), rule) else { return Ok(Vec::new()) };
        let mut open = self.elements(pack, index, rule, subject, watchdog)?;
        open.retain(|element| element.keys.iter().any(|key| key != failed));
        Ok(open)
    }

    /// Returns the elements of one rule of a control.
    fn elements(
        &mut self,
        pack: &Pack,
        index: usize,
        rule: usize,
        subject: &str,
        watchdog: &Watchdog,
    ) -> Result<Vec<Element>, EvaluateError> {
        let control = &pack.controls[index];
        let answer = self.rules[index][rule];
        let value = self.eval_rule(index, rule, subject, watchdog)?;
        if value.as_set().is_ok_and(regorus::value::Set::is_empty) {
            return Ok(Vec::new());
        }
        let fault = |what: &str, help: Option<&str>| EvaluateError::Evaluation {
            control: control.id.clone(),
            subject: subject.to_owned(),
            cause: PolicyDiagnostic::of_rule(
                pack.module_of(control),
                answer.rule(),
                &format!("yields {what}"),
                help,
            ),
        };
        let elements: Vec<Element> = if let Ok(elements) = Vec::deserialize(RuleValue(&value)) {
            elements
        } else {
            let json = value.to_json_str().map_err(unusable)?;
            serde_json::from_str(&json)
                .map_err(|error| fault(&element_fault(&value, &error), Some(ELEMENT_HELP)))?
        };
        let is_known = |evidence: &EvidenceRecord| {
            self.inputs.is_none_or(|inputs| evidence.input.0 < inputs) && evidence.line > 0
        };
        if !elements.iter().flat_map(|element| &element.evidence).all(is_known) {
            return Err(fault("evidence in an input that does not exist, or in line 0", None));
        }
        if control.about == About::Evidence
            && let Some(what) = subject_fault(&elements)
        {
            return Err(fault(&what, Some(SUBJECT_HELP)));
        }
        Ok(elements)
    }
}

/// Whether the time limit is the cause. In a rule that another one uses, regorus turns that error into text.
fn is_out_of_time(error: &anyhow::Error) -> bool {
    let is_limit = matches!(error.downcast_ref::<LimitError>(), Some(LimitError::TimeLimitExceeded { .. }));
    is_limit || error.to_string().contains("execution exceeded time limit")
}

/// Returns the open finding of a control whose evaluation failed, and adds the failure. An exceeded limit remains
/// an error: it ends this evaluation of all subjects, and [`super::left_out`] repeats it.
fn unevaluated(
    control: usize,
    error: EvaluateError,
    failures: &mut Vec<FailedEvaluation>,
) -> Result<Finding, EvaluateError> {
    let EvaluateError::Evaluation { control: id, subject, cause } = error else { return Err(error) };
    let failure = FailedEvaluation { control: id, subject, cause };
    let message = format!("The control cannot be evaluated: {}.", failure.cause());
    failures.push(failure);
    Ok(Finding { message, ..finding(control, ControlOutcome::Open, Vec::new()) })
}

/// The subject of facts, by their schema.
pub fn about(document: &serde_json::Value) -> About {
    match document.get("schema").and_then(serde_json::Value::as_str) {
        Some(EvidenceFacts::SCHEMA) => About::Evidence,
        _ => About::Account,
    }
}

fn controls(pack: &Pack, about: About) -> impl Iterator<Item = usize> {
    (0..pack.controls.len()).filter(move |index| pack.controls[*index].about == about)
}
