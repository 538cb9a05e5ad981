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

pub(in crate::evaluate) const ABSENT_HERE: &str =
    "Open Policy Agent has this function, but regorus, which evaluates the policies here, does not";

/// The refused builtins, by their names or the beginnings of their names, with the reason or an alternative.
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

/// The functions of Open Policy Agent that regorus lacks as it is built here, in addition to those refused: names, or their
/// beginnings. `docs/policies.md` lists all of them.
const ABSENT_BUILTINS: [&str; 19] = [
    "array.flatten",
    "base64.",
    "base64url.",
    "graph.",
    "graphql.",
    "hex.",
    "json.match_schema",
    "json.patch",
    "json.verify_schema",
    "net.",
    "regex.globs_match",
    "rego.",
    "semver.",
    "strings.render_template",
    "uri.",
    "urlquery.",
    "uuid.",
    "walk",
    "yaml.",
];

pub(super) fn exists(name: &str) -> bool {
    name == "print" || BUILTINS.contains_key(name)
}

/// Returns why a builtin is refused, or what to use instead; `None` if it is not refused.
pub(in crate::evaluate) fn refusal(name: &str) -> Option<&'static str> {
    REFUSALS.iter().find(|(refused, _)| is_meant(refused, name)).map(|(_, help)| *help)
}

/// Whether Open Policy Agent has a builtin that regorus lacks.
pub(in crate::evaluate) fn is_absent(name: &str) -> bool {
    ABSENT_BUILTINS.iter().any(|absent| is_meant(absent, name))
}

/// Whether `listed` is the name or its beginning.
fn is_meant(listed: &str, name: &str) -> bool {
    name == listed || (listed.ends_with('.') && name.starts_with(listed))
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
            None if is_absent(&name) => {
                let message = format!("{name} is not available: {ABSENT_HERE}");
                return Some(Problem::error(function.span(), message));
            }
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

#[cfg(test)]
mod tests {
    use super::*;

    const DOCS: &str = include_str!("../../../docs/policies.md");

    #[test]
    fn the_docs_list_the_functions_that_are_not_available_and_the_engine_has_none_of_them() {
        for absent in ABSENT_BUILTINS {
            let known = BUILTINS.keys().find(|name| is_meant(absent, name));
            assert_eq!(known, None, "{absent} is available");
        }
        let refused = REFUSALS.iter().map(|(name, _)| *name);
        let mut names: Vec<&str> = ABSENT_BUILTINS.into_iter().chain(refused).collect();
        names.sort_unstable();
        // `net.` already includes `net.lookup_ip_addr`.
        names.retain(|name| !ABSENT_BUILTINS.iter().any(|absent| absent != name && is_meant(absent, name)));
        let shown =
            |name: &&str| if name.ends_with('.') { format!("`{name}*`") } else { format!("`{name}`") };
        let list = names.iter().map(shown).collect::<Vec<String>>().join(", ");
        let docs = DOCS.split_whitespace().collect::<Vec<&str>>().join(" ");
        assert!(docs.contains(&format!("not available: {list}.")), "docs/policies.md must list {list}");
    }
}
