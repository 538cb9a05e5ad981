//! Finds expressions to which regorus is known to answer differently than Open Policy Agent, without an error.

use regorus::unstable::{BoolOp, Expr, ExprRef, Literal, Query, Span};

use super::Problem;
use super::program::{Path, Program};
use super::reference::{Reference, ReferencePart};
use super::scope::{RuleElement, add_pattern_names, walk};
use crate::model::counted;

pub(super) fn problems(program: &Program<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    for node in &program.nodes {
        for definition in &node.definitions {
            walk(definition.rule, &mut |seen| match seen {
                RuleElement::Call { span, function, arguments } => {
                    let name = Reference::of(function).map(|called| called.dotted()).unwrap_or_default();
                    if program.functions(&node.package, function).is_empty() {
                        problems.extend(call(span, &name, arguments));
                    }
                }
                RuleElement::Query(query) => {
                    problems.extend(replaced_by_index(query));
                    problems.extend(hidden_names(program, &node.package, query));
                    problems.extend(query.stmts.iter().filter_map(|one| negated(&one.literal)));
                }
                RuleElement::Reference { .. } | RuleElement::With(_) => {}
            });
        }
    }
    problems
}

fn call(span: &Span, name: &str, arguments: &[ExprRef]) -> Vec<Problem> {
    match name {
        "strings.replace_n" | "strings.count" => {
            let message = format!("{name} gives another result here than in Open Policy Agent");
            vec![Problem::warning(span, message).with_help("use replace, or count(split(…)) - 1")]
        }
        "sprintf" => format_problem(span, arguments).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// Returns the problem of `sprintf(format, [values])`, if the format is a literal.
fn format_problem(span: &Span, arguments: &[ExprRef]) -> Option<Problem> {
    let (Expr::String { value, .. } | Expr::RawString { value, .. }) = arguments.first()?.as_ref() else {
        return None;
    };
    let values = match arguments.get(1).map(AsRef::as_ref) {
        Some(Expr::Array { items, .. }) => items.as_slice(),
        _ => &[],
    };
    let verbs = verbs(value.as_string().ok()?);
    if matches!(arguments.get(1).map(AsRef::as_ref), Some(Expr::Array { .. })) && verbs.len() != values.len()
    {
        let (expected, given) = (counted(verbs.len(), "value"), values.len());
        let message = format!("the format of this sprintf takes {expected}, but is given {given}");
        return Some(Problem::error(span, message));
    }
    let differs = |message: String, help: &str| Some(Problem::warning(span, message).with_help(help));
    for (index, (width, verb)) in verbs.into_iter().enumerate() {
        let is_text = matches!(
            values.get(index).map(AsRef::as_ref),
            Some(Expr::String { .. } | Expr::RawString { .. })
        );
        match verb {
            't' => return differs("sprintf does not support %t".to_owned(), "write %v"),
            'd' if is_fraction(values.get(index)) => {
                let message = "sprintf gets a fraction for %d, which ends the evaluation".to_owned();
                return Some(Problem::error(span, message).with_help("write %v, or floor(…)"));
            }
            'd' if is_text => return differs("sprintf gets a string for %d".to_owned(), "write %s"),
            's' | 'v' | 'q' if !width.is_empty() => {
                return differs(
                    format!("sprintf ignores the width of %{width}{verb}"),
                    "leave out the width",
                );
            }
            _ => {}
        }
    }
    None
}

/// Whether a number is written out with decimals.
fn is_fraction(value: Option<&ExprRef>) -> bool {
    matches!(value.map(AsRef::as_ref), Some(Expr::Number { span, .. }) if span.text().contains('.'))
}

/// Each verb of a format, with the flags and the width between `%` and it.
pub(super) fn verbs(format: &str) -> Vec<(String, char)> {
    let mut verbs = Vec::new();
    let mut letters = format.chars();
    while letters.by_ref().any(|letter| letter == '%') {
        let mut width = String::new();
        for letter in letters.by_ref() {
            if letter.is_ascii_digit() || "+-# .".contains(letter) {
                width.push(letter);
                continue;
            }
            if letter != '%' {
                verbs.push((width, letter));
            }
            break;
        }
    }
    verbs
}

/// Finds `not x.y > 5` if `x.y` may be unknown: OPA looks `x.y` up first, and stops if it is undefined.
fn negated(literal: &Literal) -> Option<Problem> {
    let Literal::NotExpr { expr, .. } = literal else { return None };
    let operands: Vec<&Expr> = match expr.as_ref() {
        Expr::BoolExpr { op: BoolOp::Eq, .. } => return None,
        Expr::BoolExpr { lhs, rhs, .. } | Expr::BinExpr { lhs, rhs, .. } => vec![lhs, rhs],
        Expr::Call { params, .. } => params.iter().map(AsRef::as_ref).collect(),
        _ => return None,
    };
    let operand = operands
        .into_iter()
        .find(|operand| Reference::of(operand).is_some_and(|reference| !reference.parts.is_empty()))?;
    let text = operand.span().text();
    let message =
        format!("if {text} is unknown, this `not` is true here, but undefined in Open Policy Agent");
    Some(
        Problem::warning(operand.span(), message)
            .with_help("move the negated condition into a separate rule, and negate that"),
    )
}

/// Finds `some i; … with input as input.items[i]`.
fn replaced_by_index(query: &Query) -> Vec<Problem> {
    let declared = query.stmts.iter().filter_map(|statement| match &statement.literal {
        Literal::SomeVars { vars, .. } => Some(vars),
        _ => None,
    });
    let declared: Vec<&str> = declared.flatten().map(Span::text).collect();
    let modifiers = query.stmts.iter().flat_map(|statement| &statement.with_mods);
    let by_index = modifiers.filter_map(|modifier| {
        let reference = Reference::of(&modifier.r#as)?;
        let index = reference.parts.iter().find_map(|part| match part {
            ReferencePart::Index(Expr::Var { span, .. }) if declared.contains(&span.text()) => {
                Some(span.text())
            }
            _ => None,
        })?;
        let message =
            format!("a value of `with` that iterates over {index} takes only some of the values here");
        Some(
            Problem::warning(modifier.r#as.span(), message)
                .with_help("write: some item in …, and `with … as item`"),
        )
    });
    by_index.collect()
}

fn hidden_names(program: &Program<'_>, package: &Path, query: &Query) -> Vec<Problem> {
    let mut problems = Vec::new();
    for statement in &query.stmts {
        let Literal::SomeIn { key, value, .. } = &statement.literal else { continue };
        for pattern in key.iter().chain([value]) {
            let mut names = std::collections::BTreeSet::new();
            add_pattern_names(pattern, &mut names);
            for name in names.into_iter().filter(|name| is_taken(program, package, name)) {
                let message = format!(
                    "{name} is also a rule or an import of this package, so `some {name} in` can refer to that"
                );
                problems.push(
                    Problem::warning(pattern.span(), message).with_help("give the variable another name"),
                );
            }
        }
    }
    problems
}

fn is_taken(program: &Program<'_>, package: &Path, name: &str) -> bool {
    let own = [package.as_slice(), &[name.to_owned()]].concat();
    program.nodes.iter().any(|node| node.path.starts_with(&own))
        || !program.imported(package, name).is_empty()
}
