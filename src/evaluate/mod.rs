//! Facts in, outcomes out, by way of Rego. The only module that knows regorus.

mod analysis;
mod check;
mod diagnostic;

use std::collections::BTreeMap;
use std::time::Duration;

use miette::Diagnostic;
use regorus::utils::limits::ExecutionTimerConfig;
use regorus::{Engine, Value};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::model::{
    About, Control, ControlOutcome, Evidence, EvidenceFacts, EvidenceFinding, Facts, Finding, KeyName, Pack,
    Step,
};

pub use analysis::{Analysis, ParametersRead, Problem, STACK_BYTES, Severity};
pub use check::check;
pub use diagnostic::PolicyDiagnostic;

/// What a control exports, in the order in which one answer outweighs the next.
const ANSWERS: [Answer; 3] = [Answer::NotApplicable, Answer::Violation, Answer::Unproven];

/// Longer than any sane policy takes for one account, and short enough to wait for.
const TIME_LIMIT: Duration = Duration::from_secs(5);

/// `data.params` of the policies.
#[derive(Clone, Debug, Serialize)]
pub struct Params {
    pub max_age_days: u32,
    pub kinds: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_use_key: Option<KeyName>,
    /// Whether stamps count as evidence.
    pub stamps: bool,
    /// Whether old etags count as evidence.
    pub etag_evidence: bool,
}

#[derive(Debug, Error, Diagnostic)]
pub enum EvaluateError {
    #[error("the policies cannot be used: {0}")]
    #[diagnostic(transparent)]
    Policy(PolicyDiagnostic),
    #[error("the policies are refused")]
    #[diagnostic(code(rotaudit::policy))]
    Refused(#[related] Vec<PolicyDiagnostic>),
    #[error("{control} cannot be evaluated for {subject}: {cause}")]
    #[diagnostic(forward(cause))]
    Evaluation { control: String, subject: String, cause: PolicyDiagnostic },
}

/// The policies, ready to be asked about one account after the other.
#[derive(Debug)]
pub struct Evaluator {
    engine: Engine,
    /// For each control, the rules among [`ANSWERS`] that it has.
    answers: Vec<Vec<Answer>>,
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

/// An element of one of a control's rules.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Element {
    message: String,
    /// Of a control about the evidence: what the element is about.
    #[serde(default)]
    subject: String,
    #[serde(default)]
    keys: Vec<KeyName>,
    #[serde(default)]
    evidence: Vec<Evidence>,
    #[serde(default)]
    steps: Vec<Step>,
}

impl Evaluator {
    pub fn new(pack: &Pack, params: &Params) -> Result<Evaluator, EvaluateError> {
        let mut engine = Engine::new();
        engine.set_strict_builtin_errors(true);
        engine.set_execution_timer_config(ExecutionTimerConfig {
            limit: TIME_LIMIT,
            check_interval: std::num::NonZeroU32::MIN.saturating_add(1023),
        });
        check::load(&mut engine, &pack.modules)?;
        check::refuse(&analysis::unsafe_constructs(engine.get_modules()), &pack.modules)?;
        let data = serde_json::json!({ "params": params });
        engine.add_data(Value::from(data)).map_err(unusable)?;
        let rules = rules_by_package(&engine).map_err(unusable)?;
        let has = |control: &Control, answer: &Answer| {
            rules.get(&control.package).is_some_and(|rules| rules.iter().any(|rule| rule == answer.rule()))
        };
        let answers = pack
            .controls
            .iter()
            .map(|control| ANSWERS.into_iter().filter(|answer| has(control, answer)).collect())
            .collect();
        Ok(Evaluator { engine, answers })
    }

    /// The finding of every control about accounts for one of them, in the order of the pack.
    pub fn evaluate(&mut self, pack: &Pack, facts: &Facts) -> Result<Vec<Finding>, EvaluateError> {
        self.set_input(facts)?;
        let ask = |index| {
            let (outcome, elements) = self.ask(pack, index, &facts.account.id)?;
            Ok(finding(index, outcome, elements))
        };
        controls(pack, About::Account).map(ask).collect()
    }

    /// The findings of every control about the evidence, in the order of the pack: one for each element, and one where
    /// there is none.
    pub fn evaluate_evidence(
        &mut self,
        pack: &Pack,
        facts: &EvidenceFacts,
    ) -> Result<Vec<EvidenceFinding>, EvaluateError> {
        self.set_input(facts)?;
        let mut findings = Vec::new();
        for index in controls(pack, About::Evidence) {
            let (outcome, elements) = self.ask(pack, index, "the evidence")?;
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

    fn set_input(&mut self, facts: &impl Serialize) -> Result<(), EvaluateError> {
        self.engine.set_input(Value::from(serde_json::to_value(facts).map_err(unusable)?));
        Ok(())
    }

    /// A control's answer to the input, about `subject`.
    fn ask(
        &mut self,
        pack: &Pack,
        index: usize,
        subject: &str,
    ) -> Result<(ControlOutcome, Vec<Element>), EvaluateError> {
        let control = &pack.controls[index];
        let failed = |message: String| EvaluateError::Evaluation {
            control: control.id.clone(),
            subject: subject.to_owned(),
            cause: PolicyDiagnostic::of_error(&message, &pack.modules),
        };
        for answer in self.answers[index].clone() {
            let rule = format!("{}.{}", control.package, answer.rule());
            let value = self.engine.eval_rule(rule).map_err(|error| failed(format!("{error:#}")))?;
            let json = value.to_json_str().map_err(|error| failed(format!("{error:#}")))?;
            let elements: Vec<Element> = serde_json::from_str(&json).map_err(|error| {
                failed(format!("its rule {} yields something else: {error}", answer.rule()))
            })?;
            if !elements.is_empty() {
                return Ok((answer.outcome(control), elements));
            }
        }
        Ok((ControlOutcome::Pass, Vec::new()))
    }
}

fn controls(pack: &Pack, about: About) -> impl Iterator<Item = usize> {
    (0..pack.controls.len()).filter(move |index| pack.controls[*index].about == about)
}

fn finding(control: usize, outcome: ControlOutcome, elements: Vec<Element>) -> Finding {
    let messages: Vec<&str> = elements.iter().map(|element| element.message.as_str()).collect();
    let message = messages.join(" ");
    let mut finding =
        Finding { control, outcome, message, keys: Vec::new(), steps: Vec::new(), evidence: Vec::new() };
    for element in elements {
        finding.keys.extend(element.keys);
        finding.steps.extend(element.steps);
        finding.evidence.extend(element.evidence);
    }
    finding
}

/// For what is no fault at a place of a policy.
fn unusable(error: impl std::fmt::Display) -> EvaluateError {
    EvaluateError::Policy(PolicyDiagnostic::of_error(&error, &[]))
}

/// The names of the partial sets that each package defines, from the syntax tree: asking for a rule that is not
/// there would be an error, and asking for the whole package would evaluate what nobody needs.
fn rules_by_package(engine: &Engine) -> Result<BTreeMap<String, Vec<String>>, EvaluateError> {
    let tree: serde_json::Value =
        serde_json::from_str(&engine.get_ast_as_json().map_err(unusable)?).map_err(unusable)?;
    let packages = engine.get_packages().map_err(unusable)?;
    let modules = tree.as_array().map(Vec::as_slice).unwrap_or_default();
    let mut rules: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (module, package) in modules.iter().zip(packages) {
        let names = rules.entry(package).or_default();
        for rule in module.pointer("/ast/rules").and_then(|rules| rules.as_array()).into_iter().flatten() {
            let name = rule.pointer("/Spec/head/Set/refr/Var/value").and_then(|name| name.as_str());
            names.extend(name.map(str::to_owned));
        }
    }
    Ok(rules)
}
