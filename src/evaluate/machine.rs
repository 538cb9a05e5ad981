//! The built-in controls about accounts, all at once: what they share is evaluated once for an account. On regorus'
//! register machine, which is several times as fast as its interpreter, or on that.
//!
//! The machine answers some Rego wrongly and says nothing of it, so no policy of a user's comes near it. That it answers
//! the built-in ones as the interpreter and Open Policy Agent do is tested, over thousands of facts.

use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::vm::RegoVM;
use regorus::{Engine, Rc, Value};

use super::{Answer, EvaluateError, engine, unusable};
use crate::model::{About, Control, Module, Pack};

#[cfg(test)]
mod tests;

const PACKAGE: &str = "rotaudit.register_machine";

/// What is asked: the rule `answers` of [`PACKAGE`].
#[derive(Debug)]
pub(super) struct Questions {
    builtin: Vec<Module>,
    own: Module,
    data: Value,
}

/// By control of the pack, and by rule of the control, what it yields; nothing of what is not asked at once.
pub(super) type Yielded = Vec<Vec<Value>>;

impl Questions {
    /// None where there is nothing to be asked. `answers` are the rules of each control.
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

    /// A machine with a program of its own: threads that count the references to one program's values stand in each
    /// other's way.
    pub(super) fn machine(&self) -> Result<RegoVM, EvaluateError> {
        let mut engine = Engine::new();
        for module in self.builtin.iter().chain([&self.own]) {
            engine.add_policy(module.path.clone(), module.text.clone()).map_err(unusable)?;
        }
        let rule = format!("data.{PACKAGE}.answers");
        let policy = engine.compile_with_entrypoint(&Rc::from(rule.as_str())).map_err(unusable)?;
        let program = Compiler::compile_from_policy(&policy, &[&rule]).map_err(unusable)?;
        let mut machine = RegoVM::new();
        machine.load_program(program);
        machine.set_data(self.data.clone()).map_err(unusable)?;
        machine.set_strict_builtin_errors(true);
        // The clock is what limits it.
        machine.set_max_instructions(usize::MAX);
        machine.set_execution_timer_config(Some(engine::TIMER));
        Ok(machine)
    }

    /// Puts them to the interpreter, which has the built-in modules already; see [`interpret`].
    pub(super) fn put_to(&self, engine: &mut Engine) -> Result<(), EvaluateError> {
        engine.add_policy(self.own.path.clone(), self.own.text.clone()).map_err(unusable)?;
        // Clones of the engine need not make themselves ready again.
        engine.eval_query("true".to_owned(), false).map_err(unusable)?;
        Ok(())
    }
}

/// What the machine answers to the input; none where it fails, so that the interpreter can tell at which control, and
/// why, and none where it takes what is undefined for a value, as the interpreter never does.
pub(super) fn ask(machine: &mut RegoVM, input: Value) -> Option<Yielded> {
    machine.set_input(input);
    let answers = machine.execute_entry_point_by_index(0).ok()?;
    if has_undefined(&answers) { None } else { yielded(&answers) }
}

/// What the interpreter answers to its input; none where it fails, as above.
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
