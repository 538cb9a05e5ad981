//! The engine: an interpreter of Rego with limits, and without functions that reach anything outside.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use regorus::unstable::{Expr, Rule, RuleHead};
use regorus::utils::limits::ExecutionTimerConfig;
use regorus::{Engine, Value};

use super::watch::{self, EVALUATION_LIMIT};
use super::{EvaluateError, PolicyDiagnostic, analysis, check, unusable};
use crate::model::Pack;

/// The time limit of an evaluation, and the number of interpreter steps between two checks of the clock.
pub(super) const TIMER: ExecutionTimerConfig =
    ExecutionTimerConfig { limit: EVALUATION_LIMIT, check_interval: NonZeroU32::MIN.saturating_add(1023) };

/// Builtins of Rego by which two runs on the same input could differ, with the number of their arguments. The refusals in
/// `analysis/builtins.rs`, which finds calls of them before the evaluation, must include them.
const REFUSED_BUILTINS: [(&str, u8, &str); 4] = [
    ("time.now_ns", 0, "the only clock is input.as_of, the audit instant"),
    ("rand.intn", 2, "an audit must not depend on randomness"),
    ("uuid.rfc4122", 1, "an audit must not depend on randomness"),
    ("opa.runtime", 0, "a policy can read input and data.params, and nothing of the machine"),
];

/// The value of `data` in policies.
pub(super) fn data(params: &serde_json::Value) -> Value {
    Value::from(serde_json::json!({ "params": params }))
}

/// An engine that has read the pack, and `params` as `data.params`.
pub(super) fn prepare(pack: &Pack, params: &serde_json::Value) -> Result<Engine, EvaluateError> {
    let mut engine = Engine::new();
    engine.set_strict_builtin_errors(true);
    engine.set_gather_prints(true);
    engine.set_execution_timer_config(TIMER);
    for (name, arguments, why) in REFUSED_BUILTINS {
        let refuse = move |_: Vec<Value>| Err(anyhow::anyhow!("{name} is not available: {why}"));
        engine.add_extension(name.to_owned(), arguments, Box::new(refuse)).map_err(unusable)?;
    }
    check::load(&mut engine, &pack.modules)?;
    check::refuse(&analysis::unsafe_constructs(engine.get_modules()), &pack.modules)?;
    engine.add_data(data(params)).map_err(unusable)?;
    // Puts statements in order, which finds variables without a value. Clones of the engine do not need to do it again.
    let ready = engine.eval_query("true".to_owned(), false);
    ready.map_err(|error| EvaluateError::Policy(PolicyDiagnostic::of_error(&error, &pack.modules)))?;
    Ok(engine)
}

/// The values of default rules, by package and name.
pub type Defaults = BTreeMap<(String, String), String>;

/// Returns the values of the pack's default rules. The default of a parameter has the parameter's name.
pub fn defaults(pack: &Pack) -> Result<Defaults, EvaluateError> {
    let known = pack.clone();
    watch::run_one(move |watchdog| {
        let mut engine = watchdog.watch_reading(|| prepare(&known, &serde_json::json!({})))?;
        defaults_in(&mut engine)
    })
}

fn defaults_in(engine: &mut Engine) -> Result<Defaults, EvaluateError> {
    let packages = engine.get_packages().map_err(unusable)?;
    let mut defaults = Defaults::new();
    for (module, package) in engine.get_modules().iter().zip(packages) {
        for rule in &module.policy {
            if let Rule::Default { refr, value, .. } = rule.as_ref() {
                let name = (package.clone(), refr.span().text().to_owned());
                let text = match value.as_ref() {
                    Expr::String { value, .. } => value.to_json_str().map_err(unusable)?,
                    other => other.span().text().to_owned(),
                };
                defaults.insert(name, text);
            }
        }
    }
    Ok(defaults)
}

/// Fails if a parameter has another type than its default. Rego treats every number as less than any string, even if
/// the string contains a smaller number.
pub(super) fn refuse_other_kinds(
    engine: &mut Engine,
    pack: &Pack,
    params: &serde_json::Value,
) -> Result<(), EvaluateError> {
    let defaults = defaults_in(engine)?;
    for control in &pack.controls {
        for name in control.parameters.keys() {
            let Some(default) = defaults.get(&(control.package.clone(), name.clone())) else { continue };
            let Some(value) = params.get(name) else { continue };
            let Ok(wanted) = serde_json::from_str(default).map(|default| kind(&default)) else { continue };
            if wanted != kind(value) {
                return Err(EvaluateError::OtherKind {
                    name: name.clone(),
                    wanted,
                    given: kind(value),
                    control: control.id.clone(),
                    default: default.clone(),
                });
            }
        }
    }
    Ok(())
}

fn kind(value: &serde_json::Value) -> &'static str {
    match value {
        serde_json::Value::Null => "null",
        serde_json::Value::Bool(_) => "true or false",
        serde_json::Value::Number(_) => "a number",
        serde_json::Value::String(_) => "a string",
        serde_json::Value::Array(_) => "a list",
        serde_json::Value::Object(_) => "an object",
    }
}

/// Returns the names of the partial sets that each package defines. Asking for a rule that does not exist would be an
/// error, and asking for the complete package would evaluate rules that nobody needs.
pub(super) fn partial_sets(engine: &mut Engine) -> Result<BTreeMap<String, Vec<String>>, EvaluateError> {
    let packages = engine.get_packages().map_err(unusable)?;
    let mut rules: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (module, package) in engine.get_modules().iter().zip(packages) {
        let names = rules.entry(package).or_default();
        for rule in &module.policy {
            if let Rule::Spec { head: RuleHead::Set { refr, .. }, .. } = rule.as_ref() {
                names.push(refr.span().text().to_owned());
            }
        }
    }
    Ok(rules)
}
