//! Any text as a policy: it is refused, or no check finds an error.
//!
//! It is not evaluated, because the watchdog that limits the time and memory of an evaluation can end the program.

use rotaudit::evaluate;
use rotaudit::model::Module;
use rotaudit::policy;

pub(crate) fn hold(bytes: &[u8]) {
    let Ok(text) = str::from_utf8(bytes) else { return };
    let module = Module {
        path: "own.rego".to_owned(),
        label: "own.rego".to_owned(),
        text: text.to_owned(),
        example: None,
        input: None,
        is_builtin: false,
    };
    if let Ok(pack) = policy::load(vec![module])
        && let Err(refused) = evaluate::refuse_bad(&pack)
    {
        // The error as it is shown, with the source.
        assert!(!format!("{:?}", miette::Report::new(refused)).is_empty());
    }
}
