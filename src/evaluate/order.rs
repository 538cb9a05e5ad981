//! Finds what regorus reports when it puts the statements of rules in order, before it evaluates any: variables without a
//! value, and those that are declared twice.

use std::collections::BTreeSet;

use regorus::Engine;
use regorus::unstable::{Expr, Rule, RuleHead};

use super::{PolicyDiagnostic, Problem};
use crate::model::Module;

/// Regorus stops at the first of these errors. To find another one, all modules must be read again.
const MAX_ORDER_ERRORS: usize = 20;

/// Returns these errors, at most one for each rule and [`MAX_ORDER_ERRORS`] in all. The modules must be known to parse,
/// and not to overwhelm the engine.
pub(super) fn problems(modules: &[Module]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut left = modules.to_vec();
    let mut removed: BTreeSet<String> = BTreeSet::new();
    for _ in 0..MAX_ORDER_ERRORS {
        let mut engine = Engine::new();
        for module in &left {
            if engine.add_policy(module.path.clone(), module.text.clone()).is_err() {
                return problems;
            }
        }
        let Err(error) = engine.eval_query("true".to_owned(), false) else { break };
        let diagnostic = PolicyDiagnostic::of_error(&error, modules);
        let Some(module) = diagnostic.file().and_then(|file| modules.iter().find(|it| it.path == file))
        else {
            break;
        };
        let problem = diagnostic.into_problem(module);
        let Some((name, rule)) = rule_at(&mut engine, &problem) else { break };
        // If the error is about a removed rule, the removal caused it.
        let uses_removed = removed.iter().any(|name| problem.message.contains(&format!("`{name}`")));
        if let Some(module) = left.iter_mut().find(|module| module.path == problem.file) {
            module.text = without(&module.text, rule);
        }
        removed.insert(name);
        if !uses_removed {
            problems.push(problem);
        }
    }
    problems
}

/// Returns the name and the place of the rule that contains the problem.
fn rule_at(engine: &mut Engine, problem: &Problem) -> Option<(String, std::ops::Range<usize>)> {
    let tree = engine.get_modules().iter().find(|tree| *tree.package.span.source.file() == problem.file)?;
    tree.policy.iter().find_map(|rule| {
        let span = rule.span();
        let (start, end) = (usize::try_from(span.start).ok()?, usize::try_from(span.end).ok()?);
        (start..end).contains(&problem.start).then(|| (name_of(rule), start..end))
    })
}

fn name_of(rule: &Rule) -> String {
    let mut name: &Expr = match rule {
        Rule::Default { refr, .. } => refr,
        Rule::Spec { head, .. } => match head {
            RuleHead::Compr { refr, .. } | RuleHead::Set { refr, .. } | RuleHead::Func { refr, .. } => refr,
        },
    };
    while let Expr::RefDot { refr, .. } | Expr::RefBrack { refr, .. } = name {
        name = refr;
    }
    name.span().text().to_owned()
}

/// The text with spaces in place of a range, so that all other places remain the same.
fn without(text: &str, range: std::ops::Range<usize>) -> String {
    let is_blank = |at: usize, byte: u8| range.contains(&at) && byte != b'\n';
    let bytes = text.bytes().enumerate().map(|(at, byte)| if is_blank(at, byte) { b' ' } else { byte });
    String::from_utf8_lossy(&bytes.collect::<Vec<u8>>()).into_owned()
}
