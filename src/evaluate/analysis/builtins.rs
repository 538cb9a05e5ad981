//! Calls of builtins: those that are refused, those that regorus lacks, and names that nothing defines.

use std::collections::BTreeSet;

use regorus::unstable::{BUILTINS, Expr, Literal, LiteralStmt, Span};

use super::program::Program;
use super::reference::Reference;
use super::scope::{RuleElement, walk};
use super::{Problem, nearest};

const SAME_AGAIN: &str = "the same evidence must give the same report";
const OFFLINE: &str = "an audit is offline; pass data to a policy with --params";
const NO_KEYS: &str = "regorus, which evaluates the policies, has no cryptography; Open Policy Agent does";

/// By the name, or its beginning, why it is refused and what helps.
const REFUSALS: [(&str, &str); 9] = [
    ("time.now_ns", "the only clock is input.as_of, the audit instant"),
    ("rand.", SAME_AGAIN),
    ("uuid.rfc4122", SAME_AGAIN),
    ("opa.runtime", OFFLINE),
    ("http.", OFFLINE),
    ("net.lookup_ip_addr", OFFLINE),
    ("io.jwt.", NO_KEYS),
    ("crypto.", NO_KEYS),
    ("providers.aws.", NO_KEYS),
];

pub(super) fn exists(name: &str) -> bool {
    name == "print" || BUILTINS.contains_key(name)
}

/// Why a builtin is refused, and what helps.
pub(in crate::evaluate) fn refusal(name: &str) -> Option<&'static str> {
    let is_meant = |refused: &str| name == refused || (refused.ends_with('.') && name.starts_with(refused));
    REFUSALS.iter().find(|(refused, _)| is_meant(refused)).map(|(_, help)| *help)
}

pub(super) fn problems(program: &Program<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    for node in &program.nodes {
        for definition in &node.definitions {
            let mut statements = BTreeSet::new();
            walk(definition.rule, &mut |seen| match seen {
                RuleElement::Call { span, function, arguments } => {
                    let is_statement = statements.contains(&span.start);
                    let given = arguments.len();
                    problems.extend(call(program, &node.package, span, function, given, is_statement));
                }
                RuleElement::Query(query) => statements.extend(query.stmts.iter().filter_map(call_statement)),
                // A function that replaces another one is called, too.
                RuleElement::With(modifier) => {
                    let name = Reference::of(&modifier.r#as).map(|reference| reference.dotted());
                    let refused = name.and_then(|name| refusal(&name).map(|help| (name, help)));
                    problems
                        .extend(refused.map(|(name, help)| refused_at(modifier.r#as.span(), &name, help)));
                }
                RuleElement::Reference { .. } => {}
            });
        }
    }
    problems
}

/// The place at which a statement that is only a call begins.
fn call_statement(statement: &LiteralStmt) -> Option<u32> {
    let Literal::Expr { expr, .. } = &statement.literal else { return None };
    matches!(expr.as_ref(), Expr::Call { .. }).then(|| expr.span().start)
}

fn refused_at(span: &Span, name: &str, help: &str) -> Problem {
    Problem::error(span, format!("{name} is refused")).with_help(help)
}

fn call(
    program: &Program<'_>,
    package: &[String],
    span: &Span,
    function: &Expr,
    given: usize,
    is_statement: bool,
) -> Option<Problem> {
    let name = Reference::of(function)?.dotted();
    let package = package.to_vec();
    let expected = match program.functions(&package, function).first() {
        Some(node) => program.arity(*node)?,
        None if refusal(&name).is_some() => return Some(refused_at(function.span(), &name, refusal(&name)?)),
        None if name == "print" => return None,
        None => match BUILTINS.get(name.as_str()) {
            Some((_, arity)) => usize::from(*arity),
            None => return Some(unknown(program, &package, function, &name)),
        },
    };
    // An additional argument of a statement receives the result.
    if given == expected || (is_statement && given == expected + 1) {
        return None;
    }
    let s = if expected == 1 { "" } else { "s" };
    Some(Problem::error(span, format!("{name} takes {expected} argument{s}, but is given {given}")))
}

fn unknown(program: &Program<'_>, package: &Vec<String>, function: &Expr, name: &str) -> Problem {
    let functions = (0..program.nodes.len()).filter(|node| program.arity(*node).is_some());
    let mut known: Vec<String> = BUILTINS.keys().map(|name| (*name).to_owned()).collect();
    for node in functions {
        let path = &program.nodes[node].path;
        let below = |of: &[String]| path.strip_prefix(of).map(|rest| rest.join("."));
        known.extend(below(package));
        let by_alias = program.aliases(package);
        known.extend(by_alias.filter_map(|(alias, of)| Some(format!("{alias}.{}", below(of)?))));
    }
    let problem = Problem::error(function.span(), format!("unknown function {name}"));
    problem.with_suggestion(nearest(name, known.iter().map(String::as_str)))
}
