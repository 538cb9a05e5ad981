//! Values that are written out in a policy.

use regorus::unstable::{AssignOp, Expr, Literal, Rule, RuleBody, RuleHead};

/// Returns the elements that a definition of a set adds: the one in its head, or those assigned to the variable in its
/// head.
pub(super) fn elements(rule: &Rule) -> Vec<&Expr> {
    let Rule::Spec { head: RuleHead::Set { key: Some(key), .. }, bodies, .. } = rule else {
        return Vec::new();
    };
    written(key, bodies)
}

/// The expression itself, or what the bodies assign to it if it is a variable.
pub(super) fn written<'a>(expr: &'a Expr, bodies: &'a [RuleBody]) -> Vec<&'a Expr> {
    let Expr::Var { span: name, .. } = expr else { return vec![expr] };
    let assigned = bodies.iter().flat_map(|body| &body.query.stmts).filter_map(|statement| {
        let Literal::Expr { expr, .. } = &statement.literal else { return None };
        match expr.as_ref() {
            Expr::AssignExpr { op: AssignOp::ColEq, lhs, rhs, .. } if lhs.span().text() == name.text() => {
                Some(rhs.as_ref())
            }
            _ => None,
        }
    });
    assigned.collect()
}

/// A string that is written out.
pub(super) fn text(expr: &Expr) -> Option<String> {
    match expr {
        Expr::String { value, .. } | Expr::RawString { value, .. } => {
            value.as_string().ok().map(ToString::to_string)
        }
        _ => None,
    }
}

/// The digits of a number that is written out.
pub(super) fn number(expr: &Expr) -> Option<String> {
    matches!(expr, Expr::Number { .. }).then(|| expr.span().text().to_owned())
}

/// The kind of a value that is written out, as messages name it; `None` if it is computed.
pub(super) fn kind(expr: &Expr) -> Option<&'static str> {
    match expr {
        Expr::String { .. } | Expr::RawString { .. } => Some("a string"),
        Expr::Number { .. } => Some("a number"),
        Expr::Bool { .. } => Some("true or false"),
        Expr::Null { .. } => Some("null"),
        Expr::Array { .. } | Expr::ArrayCompr { .. } => Some("an array"),
        Expr::Set { .. } | Expr::SetCompr { .. } => Some("a set"),
        Expr::Object { .. } | Expr::ObjectCompr { .. } => Some("an object"),
        _ => None,
    }
}
