//! Finds variables that nothing gives a value. Regorus finds some of them only at the evaluation, and treats a
//! comparison with the others as undefined.

use std::collections::BTreeSet;

use regorus::unstable::{AssignOp, Expr, Literal, Query, Rule, Span};

use super::Problem;
use super::program::{Path, Program};
use super::reference::{Reference, ReferencePart};
use super::scope::{RuleElement, add_argument_names, children, declared_by, walk};

pub(super) fn problems(program: &Program<'_>) -> Vec<Problem> {
    program.rules().flat_map(|(package, rule)| of_rule(program, package, rule)).collect()
}

/// Returns at most one problem for each variable.
fn of_rule(program: &Program<'_>, package: &Path, rule: &Rule) -> Vec<Problem> {
    let mut known = bound(rule);
    let mut unbound: Vec<(&Span, bool)> = Vec::new();
    walk(rule, &mut |seen| {
        if let RuleElement::Reference { reference, is_local, .. } = seen {
            let name = reference.root.text();
            // Only `some` declares a local variable without giving it a value.
            if known.insert(name) && (is_local || !is_global(program, package, name)) {
                unbound.push((reference.root, is_local));
            }
        }
    });
    let problem = |(span, is_local): (&Span, bool)| {
        let name = span.text();
        let help = if is_local {
            format!("`some {name}` gives it no value; write `some {name} in …` or `{name} := …`")
        } else {
            "it is neither a rule nor an import, and has no value".to_owned()
        };
        Problem::error(span, format!("use of undefined variable `{name}` is unsafe")).with_help(help)
    };
    unbound.into_iter().map(problem).collect()
}

/// The names that anything in a rule may give a value.
fn bound(rule: &Rule) -> BTreeSet<&str> {
    let mut names = BTreeSet::from(["_"]);
    add_argument_names(rule, &mut names);
    walk(rule, &mut |seen| match seen {
        RuleElement::Query(query) => add_bound_in(query, &mut names),
        RuleElement::Reference { reference, .. } => add_indices(&reference, &mut names),
        // The replacement may be the name of a function.
        RuleElement::With(modifier) => {
            names.extend(Reference::of(&modifier.r#as).map(|reference| reference.root.text()));
        }
        RuleElement::Call { .. } => {}
    });
    names
}

fn add_bound_in<'a>(query: &'a Query, names: &mut BTreeSet<&'a str>) {
    for statement in &query.stmts {
        match &statement.literal {
            Literal::Expr { expr, .. } => match expr.as_ref() {
                Expr::AssignExpr { op: AssignOp::ColEq, .. } => names.extend(declared_by(statement)),
                Expr::AssignExpr { op: AssignOp::Eq, lhs, rhs, .. } => {
                    add_variables(lhs, names);
                    add_variables(rhs, names);
                }
                // An additional argument of a call receives the result.
                Expr::Call { params, .. } => {
                    params.last().into_iter().for_each(|last| add_variables(last, names));
                }
                _ => {}
            },
            Literal::Every { key, value, .. } => names.extend(key.iter().chain([value]).map(Span::text)),
            Literal::SomeIn { .. } => names.extend(declared_by(statement)),
            Literal::NotExpr { .. } | Literal::SomeVars { .. } => {}
        }
    }
}

/// Adds `i` of `list[i]` and `list[[i, 1]]`.
fn add_indices<'a>(reference: &Reference<'a>, names: &mut BTreeSet<&'a str>) {
    for part in &reference.parts {
        if let ReferencePart::Index(index) = part {
            add_variables(index, names);
        }
    }
}

/// Adds the names of the variables in an expression, except those in the queries of comprehensions.
fn add_variables<'a>(expr: &'a Expr, names: &mut BTreeSet<&'a str>) {
    if let Expr::Var { span, .. } = expr {
        names.insert(span.text());
    }
    for child in children(expr) {
        add_variables(child, names);
    }
}

pub(super) fn is_global(program: &Program<'_>, package: &Path, name: &str) -> bool {
    let own = [package.as_slice(), &[name.to_owned()]].concat();
    name == "input"
        || name == "data"
        || program.nodes.iter().any(|node| node.path.starts_with(&own))
        || !program.imported(package, name).is_empty()
}
