//! Finds statements whose order leaves a variable without a value. Regorus reports this only at the evaluation, or
//! after a line on standard error that names no place.

use std::collections::{BTreeMap, BTreeSet};

use regorus::unstable::{AssignOp, Expr, Literal, LiteralStmt, Query, Rule, Span};

use super::Problem;
use super::program::{Path, Program};
use super::reference::ReferencePart;
use super::scope::{RuleElement, add_argument_names, add_pattern_names, children, declared, walk};
use super::unbound::is_global;

type VariableNames<'a> = BTreeSet<&'a str>;

/// A way in which a statement gives variables a value.
struct Binding<'a> {
    gives: VariableNames<'a>,
    /// The variables that must have a value before.
    needs: VariableNames<'a>,
}

impl<'a> Binding<'a> {
    fn new(patterns: &[&'a Expr], others: &[&'a Expr]) -> Binding<'a> {
        let (mut gives, mut needs) = (VariableNames::new(), BTreeMap::new());
        for pattern in patterns {
            add_pattern_names(pattern, &mut gives);
        }
        for other in others {
            add_names(other, &mut needs);
        }
        let needs = needs.into_keys().filter(|name| !gives.contains(name)).collect();
        Binding { gives, needs }
    }
}

pub(super) fn problems(program: &Program<'_>) -> Vec<Problem> {
    program.rules().flat_map(|(package, rule)| of_rule(program, package, rule)).collect()
}

fn of_rule(program: &Program<'_>, package: &Path, rule: &Rule) -> Vec<Problem> {
    let mut queries: Vec<&Query> = Vec::new();
    // Variables that get a value from an argument, from an index or in several queries: the order does not matter or is
    // unclear.
    let mut known = VariableNames::new();
    add_argument_names(rule, &mut known);
    walk(rule, &mut |seen| match seen {
        RuleElement::Query(query) => queries.push(query),
        RuleElement::Reference { reference, .. } => {
            for part in reference.parts {
                if let ReferencePart::Index(index) = part {
                    add_pattern_names(index, &mut known);
                }
            }
        }
        RuleElement::Call { .. } | RuleElement::With(_) => {}
    });
    let mut given = VariableNames::new();
    for query in &queries {
        let of_query: VariableNames<'_> =
            bindings(&query.stmts).into_iter().flat_map(|(_, binding)| binding.gives).collect();
        known.extend(of_query.intersection(&given).copied());
        given.extend(of_query);
    }
    known.extend(given.into_iter().filter(|name| is_global(program, package, name)));
    let mut problems: Vec<Problem> = queries.iter().filter_map(|query| circle(query, &known)).collect();
    problems.extend(queries.iter().flat_map(|query| unseen_by_every(query, &known)));
    problems
}

/// Finds variables that get a value only from statements that need that value.
fn circle(query: &Query, known: &VariableNames<'_>) -> Option<Problem> {
    let mut open = bindings(&query.stmts);
    let mut without: VariableNames<'_> =
        open.iter().flat_map(|(_, binding)| &binding.gives).copied().collect();
    without.retain(|name| !known.contains(name));
    loop {
        let before = open.len();
        open.retain(|(_, binding)| {
            let is_ready = binding.needs.is_disjoint(&without);
            if is_ready {
                without.retain(|name| !binding.gives.contains(name));
            }
            !is_ready
        });
        if open.len() == before {
            break;
        }
    }
    let (statement, _) = open.iter().find(|(_, binding)| !binding.gives.is_disjoint(&without))?;
    let names: Vec<&str> = without.into_iter().collect();
    let message = format!("no order of the statements gives {} a value", names.join(" and "));
    let help = "give one of them a value that does not depend on the others";
    Some(Problem::error(&statement.span, message).with_help(help))
}

/// The variables in an `every` that a `=` after it gives a value.
fn unseen_by_every(query: &Query, known: &VariableNames<'_>) -> Vec<Problem> {
    let declared = declared(query);
    let mut problems = Vec::new();
    for (index, statement) in query.stmts.iter().enumerate() {
        let gives = |statements| {
            bindings(statements).into_iter().flat_map(|(_, binding): (_, Binding<'_>)| binding.gives)
        };
        let before: VariableNames<'_> = gives(&query.stmts[..=index]).collect();
        let after: VariableNames<'_> = gives(&query.stmts[index + 1..]).collect();
        let mut read = BTreeMap::new();
        add_names_in_every(statement, &mut read);
        for (name, span) in read {
            // Regorus itself reports a variable that a later `:=` declares.
            if after.contains(name) && ![&before, known, &declared].iter().any(|names| names.contains(name)) {
                let message = format!("this `every` does not see the value that `{name} = …` gives below it");
                problems.push(
                    Problem::error(span, message).with_help(format!("write `{name} := …` above the `every`")),
                );
            }
        }
    }
    problems
}

/// Returns the ways in which each statement gives variables a value.
fn bindings(statements: &[LiteralStmt]) -> Vec<(&LiteralStmt, Binding<'_>)> {
    let of_statement =
        |statement| of_statement(statement).into_iter().map(move |binding| (statement, binding));
    statements.iter().flat_map(of_statement).collect()
}

fn of_statement(statement: &LiteralStmt) -> Vec<Binding<'_>> {
    let mut bindings = match &statement.literal {
        Literal::SomeIn { key, value, collection, .. } => {
            let patterns: Vec<&Expr> = key.iter().chain([value]).map(AsRef::as_ref).collect();
            vec![Binding::new(&patterns, &[collection])]
        }
        Literal::Expr { expr, .. } => match expr.as_ref() {
            Expr::AssignExpr { op: AssignOp::ColEq, lhs, rhs, .. } => vec![Binding::new(&[lhs], &[rhs])],
            Expr::AssignExpr { op: AssignOp::Eq, lhs, rhs, .. } => {
                vec![Binding::new(&[lhs], &[rhs]), Binding::new(&[rhs], &[lhs])]
            }
            // An additional argument of a call receives the result.
            Expr::Call { params, .. } => {
                let params: Vec<&Expr> = params.iter().map(AsRef::as_ref).collect();
                params.split_last().map(|(last, others)| Binding::new(&[last], others)).into_iter().collect()
            }
            _ => Vec::new(),
        },
        _ => Vec::new(),
    };
    bindings.retain(|binding| !binding.gives.is_empty());
    bindings
}

/// Adds the variables of an expression, each with its first place, except those that a query in it declares.
fn add_names<'a>(expr: &'a Expr, names: &mut BTreeMap<&'a str, &'a Span>) {
    if let Expr::Var { span, .. } = expr {
        names.entry(span.text()).or_insert(span);
    }
    if let Some((terms, query)) = comprehension(expr) {
        let mut inner = BTreeMap::new();
        for term in terms {
            add_names(term, &mut inner);
        }
        add_names_of_query(query, &mut inner);
        let own = declared(query);
        for (name, span) in inner.into_iter().filter(|(name, _)| !own.contains(name)) {
            names.entry(name).or_insert(span);
        }
    }
    for child in children(expr) {
        add_names(child, names);
    }
}

/// The terms and the query of a comprehension.
fn comprehension(expr: &Expr) -> Option<(Vec<&Expr>, &Query)> {
    match expr {
        Expr::ArrayCompr { term, query, .. } | Expr::SetCompr { term, query, .. } => {
            Some((vec![term.as_ref()], query))
        }
        Expr::ObjectCompr { key, value, query, .. } => Some((vec![key.as_ref(), value.as_ref()], query)),
        _ => None,
    }
}

fn add_names_of_query<'a>(query: &'a Query, names: &mut BTreeMap<&'a str, &'a Span>) {
    for statement in &query.stmts {
        for expr in expressions(statement) {
            add_names(expr, names);
        }
        if let Literal::Every { .. } = &statement.literal {
            add_names_in_every(statement, names);
        }
    }
}

/// Adds the variables in the body of an `every` that the `every` does not declare.
fn add_names_in_every<'a>(statement: &'a LiteralStmt, names: &mut BTreeMap<&'a str, &'a Span>) {
    if let Literal::Every { key, value, query, .. } = &statement.literal {
        let mut inner = BTreeMap::new();
        add_names_of_query(query, &mut inner);
        let mut own = declared(query);
        own.extend(key.iter().chain([value]).map(Span::text));
        // A `=` in the body can give the variable its value.
        own.extend(bindings(&query.stmts).into_iter().flat_map(|(_, binding)| binding.gives));
        for (name, span) in inner.into_iter().filter(|(name, _)| !own.contains(name)) {
            names.entry(name).or_insert(span);
        }
    }
    let mut open = expressions(statement);
    while let Some(expr) = open.pop() {
        for statement in comprehension(expr).into_iter().flat_map(|(_, query)| &query.stmts) {
            add_names_in_every(statement, names);
        }
        open.extend(children(expr));
    }
}

/// The expressions of a statement, except those in the body of an `every`.
fn expressions(statement: &LiteralStmt) -> Vec<&Expr> {
    match &statement.literal {
        Literal::SomeVars { .. } => Vec::new(),
        Literal::SomeIn { key, value, collection, .. } => {
            let key = key.iter().map(AsRef::as_ref);
            key.chain([value.as_ref(), collection.as_ref()]).collect()
        }
        Literal::Expr { expr, .. } | Literal::NotExpr { expr, .. } => vec![expr],
        Literal::Every { domain, .. } => vec![domain],
    }
}
