use super::*;
use crate::evaluate::answers;
use crate::policy::{self, PolicySelection};

/// Returns the answers of the machine and of the interpreter to `facts`, for every rule of `pack`.
fn both(pack: &Pack, facts: &str) -> (Option<Yielded>, Yielded) {
    let params = serde_json::json!({});
    let mut engine = engine::prepare(pack, &params).expect("policies");
    let rules = answers(&mut engine, pack).expect("their rules");
    let questions = Questions::new(pack, &rules, &engine::data(&params)).expect("questions");
    let input = Value::from_json_str(facts).expect("facts");
    let answered = ask(&mut questions.machine().expect("a machine"), input.clone());
    engine.set_input(input);
    let mut interpreted = Yielded::new();
    for (control, rules) in pack.controls.iter().zip(rules) {
        let path = |rule: Answer| format!("{}.{}", control.package, rule.rule());
        interpreted
            .push(rules.into_iter().map(|rule| engine.eval_rule(path(rule)).expect("an answer")).collect());
    }
    (answered, interpreted)
}

fn about_accounts() -> Pack {
    let mut pack = PolicySelection::default().load().expect("the built-in pack");
    pack.controls.retain(|control| control.about == About::Account);
    pack
}

#[test]
fn the_machine_answers_as_the_interpreter_does() {
    let pack = about_accounts();
    let examples: Vec<&str> = pack.modules.iter().filter_map(|module| module.example.as_deref()).collect();
    assert!(examples.len() > 5);
    for facts in examples {
        let (answered, interpreted) = both(&pack, facts);
        assert_eq!(answered, Some(interpreted));
    }
}

#[test]
fn the_interpreter_answers_at_once_as_it_does_one_by_one() {
    let pack = about_accounts();
    let params = serde_json::json!({});
    let mut engine = engine::prepare(&pack, &params).expect("policies");
    let rules = answers(&mut engine, &pack).expect("their rules");
    let questions = Questions::new(&pack, &rules, &engine::data(&params)).expect("questions");
    questions.put_to(&mut engine).expect("questions in Rego");
    for facts in pack.modules.iter().filter_map(|module| module.example.as_deref()) {
        engine.set_input(Value::from_json_str(facts).expect("facts"));
        assert_eq!(interpret(&mut engine), Some(both(&pack, facts).1));
    }
}

#[test]
fn the_machine_evaluates_builtin_policies_only() {
    let mut pack = about_accounts();
    for module in &mut pack.modules {
        module.is_builtin = !module.label.starts_with("kr001");
    }
    let (answered, _) = both(&pack, "{}");
    let (own, builtin) = answered.as_ref().and_then(|answered| answered.split_first()).expect("answers");
    assert!(own.is_empty() && builtin.iter().all(|rules| !rules.is_empty()));
}

#[test]
fn an_undefined_value_in_a_rule_makes_the_machine_fall_back() {
    let text = "# METADATA\n# title: A\n# description: B\n# custom:\n#   id: A1\n#   name: A\n#   level: note\npackage a\n\n\
                violation contains x if x := [y | y := input.x]\n";
    let module = Module { is_builtin: true, ..Module::new("a.rego".to_owned(), text.to_owned()) };
    let pack = policy::load(vec![module]).expect("a pack");
    assert_eq!(both(&pack, "{}").0, None);
    assert_eq!(both(&pack, r#"{"x": 1}"#).0.map(|answers| answers.len()), Some(1));
}
