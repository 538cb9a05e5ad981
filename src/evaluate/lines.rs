//! Finds the lines of a module with something to evaluate, as regorus counts them. The coverage report of regorus is
//! not enough, because it omits modules of which no test evaluates anything.

use std::collections::BTreeSet;

use regorus::unstable::{Expr, Literal, Module, Query, Rule};

use super::analysis::{children, outputs};

pub(super) fn lines(module: &Module) -> BTreeSet<u32> {
    let mut lines = BTreeSet::new();
    for rule in &module.policy {
        match rule.as_ref() {
            Rule::Default { value, .. } => add_expr(value, &mut lines),
            Rule::Spec { head, bodies, .. } => {
                for output in outputs(head).1 {
                    add_expr(output, &mut lines);
                }
                for body in bodies {
                    add_query(&body.query, &mut lines);
                }
            }
        }
    }
    lines
}

fn add_query(query: &Query, lines: &mut BTreeSet<u32>) {
    for statement in &query.stmts {
        match &statement.literal {
            Literal::SomeVars { .. } => {}
            Literal::SomeIn { value, collection, .. } => {
                add_expr(value, lines);
                add_expr(collection, lines);
            }
            Literal::Expr { expr, .. } | Literal::NotExpr { expr, .. } => add_expr(expr, lines),
            Literal::Every { domain, query, .. } => {
                add_expr(domain, lines);
                add_query(query, lines);
            }
        }
    }
}

fn add_expr(expr: &Expr, lines: &mut BTreeSet<u32>) {
    match expr {
        Expr::ArrayCompr { query, .. } | Expr::SetCompr { query, .. } | Expr::ObjectCompr { query, .. } => {
            add_query(query, lines);
        }
        _ => {
            lines.insert(expr.span().line);
            for child in children(expr) {
                add_expr(child, lines);
            }
        }
    }
}
