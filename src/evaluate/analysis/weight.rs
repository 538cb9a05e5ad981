//! The stack that the evaluation of a rule may take, in units whose size is measured at [`super::STACK_BYTES`].

use regorus::unstable::{Expr, Literal, LiteralStmt, Query, Rule};

use super::reference::Reference;
use super::scope::{children, outputs};

/// The weight of a rule, a function or a query itself.
const NODE_STACK_UNITS: usize = 3;

/// A loop holds the rest of its query on the stack.
const LOOP_STACK_UNITS: usize = 2;

#[derive(Clone, Copy, Default)]
struct Weight {
    depth: usize,
    loops: usize,
}

impl Weight {
    fn beside(self, other: Weight) -> Weight {
        Weight { depth: self.depth.max(other.depth), loops: self.loops + other.loops }
    }
}

pub(super) fn of_rule(rule: &Rule) -> usize {
    match rule {
        Rule::Default { value, .. } => NODE_STACK_UNITS + of_expr(value).depth,
        Rule::Spec { head, bodies, .. } => {
            let (name, outputs) = outputs(head);
            let outputs: Vec<&Expr> = outputs.into_iter().chain([name]).collect();
            let weigh = |body: &regorus::unstable::RuleBody| {
                let assigned = body.assign.as_ref().map(|assign| assign.value.as_ref());
                of_query(&body.query, &[&outputs, assigned.as_slice()].concat())
            };
            let alone = in_turn(outputs.iter().map(|output| of_expr(output)));
            NODE_STACK_UNITS + bodies.iter().map(weigh).max().unwrap_or(alone)
        }
    }
}

fn of_query(query: &Query, outputs: &[&Expr]) -> usize {
    let statements = query.stmts.iter().map(of_statement);
    NODE_STACK_UNITS + in_turn(statements.chain(outputs.iter().map(|output| of_expr(output))))
}

fn in_turn(weights: impl Iterator<Item = Weight>) -> usize {
    let all = weights.fold(Weight::default(), Weight::beside);
    all.depth + LOOP_STACK_UNITS * all.loops
}

fn of_statement(statement: &LiteralStmt) -> Weight {
    let literal = match &statement.literal {
        Literal::SomeVars { .. } => Weight::default(),
        Literal::SomeIn { key, value, collection, .. } => {
            let parts = key.iter().chain([value, collection]).map(|part| of_expr(part));
            parts.fold(Weight { depth: 0, loops: 1 }, Weight::beside)
        }
        Literal::Expr { expr, .. } | Literal::NotExpr { expr, .. } => of_expr(expr),
        Literal::Every { domain, query, .. } => {
            of_expr(domain).beside(Weight { depth: of_query(query, &[]), loops: 0 })
        }
    };
    let replaced = statement.with_mods.iter().map(|modifier| of_expr(&modifier.r#as));
    let all = replaced.fold(literal, Weight::beside);
    Weight { depth: all.depth + 1, loops: all.loops }
}

fn of_expr(expr: &Expr) -> Weight {
    let within = children(expr).into_iter().map(of_expr).fold(Weight::default(), Weight::beside);
    let own = match expr {
        Expr::ArrayCompr { term, query, .. } | Expr::SetCompr { term, query, .. } => {
            Weight { depth: of_query(query, &[term]), loops: 0 }
        }
        Expr::ObjectCompr { key, value, query, .. } => {
            Weight { depth: of_query(query, &[key, value]), loops: 0 }
        }
        // The index may be a variable, which loops over all elements.
        Expr::RefBrack { index, .. } if !is_scalar(index) => Weight { depth: 0, loops: 1 },
        Expr::Call { fcn, .. } if Reference::of(fcn).is_some_and(|called| called.dotted() == "walk") => {
            Weight { depth: 0, loops: 1 }
        }
        _ => Weight::default(),
    };
    let all = within.beside(own);
    Weight { depth: all.depth + 1, loops: all.loops }
}

fn is_scalar(index: &Expr) -> bool {
    matches!(index, Expr::String { .. } | Expr::RawString { .. } | Expr::Number { .. } | Expr::Bool { .. })
}
