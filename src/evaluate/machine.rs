//! Evaluates the built-in controls about accounts together, so that what they share is evaluated once per account. This
//! runs on the register machine of regorus, which is several times as fast as its interpreter, or on the interpreter.
//!
//! The machine answers some Rego wrongly without an error, so it never evaluates a user's policy. `machine/tests.rs`
//! checks that, and that it answers the built-in policies like the interpreter; `tests/opa/compare.py` compares both
//! with Open Policy Agent.

use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::program::Program;
use regorus::rvm::vm::RegoVM;
use regorus::{Engine, Rc, Value};

use super::{Answer, EvaluateError, engine, unusable};
use crate::model::{About, Control, Module, Pack};

#[cfg(test)]
mod tests;

const PACKAGE: &str = "rotaudit.register_machine";

/// The question about an account: the rule `answers` of [`PACKAGE`].
#[derive(Debug)]
pub(super) struct Questions {
    builtin: Vec<Module>,
    own: Module,
    data: Value,
}

/// The values of rules, by control of the pack and by rule of the control. Controls that are not evaluated together
/// have none.
pub(super) type Yielded = Vec<Vec<Value>>;

impl Questions {
    /// Returns `None` if no control is built-in and about accounts. `answers` are the rules of each control.
    pub(super) fn new(pack: &Pack, answers: &[Vec<Answer>], data: &Value) -> Option<Questions> {
        let is_asked = |control: &Control| {
            let is_builtin = pack.module_of(control).is_some_and(|module| module.is_builtin);
            is_builtin && control.about == About::Account
        };
        if !pack.controls.iter().any(is_asked) {
            return None;
        }
        let of_control = |(control, answers): (&Control, &Vec<Answer>)| {
            let asked = if is_asked(control) { answers.as_slice() } else { &[] };
            let rules: Vec<String> =
                asked.iter().map(|answer| format!("{}.{}", control.package, answer.rule())).collect();
            format!("\t[{}],\n", rules.join(", "))
        };
        let elements: String = pack.controls.iter().zip(answers).map(of_control).collect();
        let text = format!("package {PACKAGE}\n\nanswers := [\n{elements}]\n");
        let own = Module::new(PACKAGE.to_owned(), text);
        let builtin = pack.modules.iter().filter(|module| module.is_builtin).cloned().collect();
        Some(Questions { builtin, own, data: data.clone() })
    }

    /// Makes a machine with its own program: threads that count references to the values of one shared program slow
    /// each other down.
    pub(super) fn machine(&self) -> Result<RegoVM, EvaluateError> {
        let mut engine = Engine::new();
        for module in self.builtin.iter().chain([&self.own]) {
            engine.add_policy(module.path.clone(), module.text.clone()).map_err(unusable)?;
        }
        let rule = format!("data.{PACKAGE}.answers");
        let policy = engine.compile_with_entrypoint(&Rc::from(rule.as_str())).map_err(unusable)?;
        let mut program = Compiler::compile_from_policy(&policy, &[&rule]).map_err(unusable)?;
        if let Some(program) = Rc::get_mut(&mut program) {
            lighten(program);
        }
        let mut machine = RegoVM::new();
        machine.load_program(program);
        machine.set_data(self.data.clone()).map_err(unusable)?;
        machine.set_strict_builtin_errors(true);
        // The timer limits the evaluation instead.
        machine.set_max_instructions(usize::MAX);
        machine.set_execution_timer_config(Some(engine::TIMER));
        Ok(machine)
    }

    /// Adds the question to the interpreter, which has the built-in modules already; [`interpret`] asks it.
    pub(super) fn put_to(&self, engine: &mut Engine) -> Result<(), EvaluateError> {
        engine.add_policy(self.own.path.clone(), self.own.text.clone()).map_err(unusable)?;
        // Clones of the engine do not need to prepare themselves again.
        engine.eval_query("true".to_owned(), false).map_err(unusable)?;
        Ok(())
    }
}

/// Removes the names of rules, which the machine never looks at, and lists that say nothing. The machine clones all these
/// whenever a rule is used, which takes an eighth of the evaluation.
fn lighten(program: &mut Program) {
    for rule in &mut program.rule_infos {
        rule.name.clear();
        if let Some(function) = &mut rule.function_info {
            function.param_names.clear();
        }
        // A missing element means none, or false.
        if rule.destructuring_blocks.iter().all(Option::is_none) {
            rule.destructuring_blocks.clear();
        }
        if !rule.else_bodies.iter().flatten().any(|is_else| *is_else) {
            rule.else_bodies.clear();
        }
    }
}

/// Returns the machine's answers to the input, or `None` if the machine fails or treats an undefined value as a value,
/// which the interpreter never does. The interpreter then evaluates the controls one by one, because only it can name
/// the control and the reason.
pub(super) fn ask(machine: &mut RegoVM, input: Value) -> Option<Yielded> {
    machine.set_input(input);
    let answers = machine.execute_entry_point_by_index(0).ok()?;
    if has_undefined(&answers) { None } else { yielded(&answers) }
}

/// Returns the interpreter's answers to its input; `None` if it fails, as in [`ask`].
pub(super) fn interpret(engine: &mut Engine) -> Option<Yielded> {
    yielded(&engine.eval_rule(format!("data.{PACKAGE}.answers")).ok()?)
}

fn yielded(answers: &Value) -> Option<Yielded> {
    let of_control = |rules: &Value| Some(rules.as_array().ok()?.iter().cloned().collect());
    answers.as_array().ok()?.iter().map(of_control).collect()
}

fn has_undefined(value: &Value) -> bool {
    match value {
        Value::Undefined => true,
        Value::Array(elements) => elements.iter().any(has_undefined),
        Value::Set(elements) => elements.iter().any(has_undefined),
        Value::Object(members) => {
            members.iter().any(|(name, value)| has_undefined(name) || has_undefined(value))
        }
        _ => false,
    }
}
