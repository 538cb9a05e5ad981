//! A walk over a rule that knows which names are local at each place.
//!
//! A name is local in the query that declares it (`:=`, `some`, arguments, `every`) and in the queries inside it. The
//! expression that a declaration takes its value from does not see it. A name that is only unified (`x = 1`) is not
//! declared by that: if a rule has the name, the rule is meant.

use std::collections::BTreeSet;

use regorus::unstable::{AssignOp, Expr, Literal, LiteralStmt, Query, Rule, RuleHead, Span, WithModifier};

use super::reference::{Reference, ReferencePart};

pub(super) enum RuleElement<'a> {
    Reference { reference: Reference<'a>, is_local: bool, within: Within },
    Call { span: &'a Span, function: &'a Expr, arguments: &'a [regorus::unstable::ExprRef] },
    Query(&'a Query),
    With(&'a WithModifier),
}

/// The construct around a reference, which decides the effect of an undefined value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Within {
    /// The rule is undefined, too, or an answer has one element less.
    Rule,
    /// A collection has one element less.
    Comprehension,
    /// The condition is true.
    Not,
}

pub(super) fn walk<'a>(rule: &'a Rule, see: &mut dyn FnMut(RuleElement<'a>)) {
    let mut walk = RuleWalk { scopes: Vec::new(), within: Within::Rule, see };
    match rule {
        Rule::Default { refr, value, .. } => {
            walk.visit_head(refr);
            walk.visit_expr(value);
        }
        Rule::Spec { head, bodies, .. } => {
            let arguments: &[_] = if let RuleHead::Func { args, .. } = head { args } else { &[] };
            let mut names = BTreeSet::new();
            for argument in arguments {
                add_pattern_names(argument, &mut names);
            }
            walk.scopes.push(names);
            for argument in arguments {
                walk.visit_expr(argument);
            }
            // The head is evaluated at the end of each body, except an `else`: only names that all these bodies declare
            // are surely local.
            let declared = bodies.iter().filter(|body| !body.is_else).map(|body| declared(&body.query));
            let common = declared.reduce(|one, other| &one & &other).unwrap_or_default();
            walk.scopes.push(common);
            let (refr, outputs) = outputs(head);
            walk.visit_head(refr);
            for output in outputs {
                walk.visit_expr(output);
            }
            walk.scopes.pop();
            for body in bodies {
                let output = body.assign.as_ref().map(|assign| assign.value.as_ref());
                walk.visit_query(&body.query, BTreeSet::new(), output.as_slice());
            }
        }
    }
}

/// Returns the name of the rule, and the expressions that its head evaluates.
pub(in crate::evaluate) fn outputs(head: &RuleHead) -> (&Expr, Vec<&Expr>) {
    match head {
        RuleHead::Set { refr, key, .. } => (refr, key.iter().map(AsRef::as_ref).collect()),
        RuleHead::Compr { refr, assign, .. } | RuleHead::Func { refr, assign, .. } => {
            (refr, assign.iter().map(|assign| assign.value.as_ref()).collect())
        }
    }
}

/// Returns the names that a query declares for itself and for the queries inside it.
pub(super) fn declared(query: &Query) -> BTreeSet<&str> {
    query.stmts.iter().flat_map(declared_by).collect()
}

pub(super) fn declared_by(statement: &LiteralStmt) -> BTreeSet<&str> {
    let mut names = BTreeSet::new();
    match &statement.literal {
        Literal::SomeVars { vars, .. } => names.extend(vars.iter().map(Span::text)),
        Literal::SomeIn { key, value, .. } => {
            if let Some(key) = key {
                add_pattern_names(key, &mut names);
            }
            add_pattern_names(value, &mut names);
        }
        Literal::Expr { expr, .. } => {
            if let Expr::AssignExpr { op: AssignOp::ColEq, lhs, .. } = expr.as_ref() {
                add_pattern_names(lhs, &mut names);
            }
        }
        Literal::NotExpr { .. } | Literal::Every { .. } => {}
    }
    names
}

/// The variables of the arguments of a function.
pub(super) fn add_argument_names<'a>(rule: &'a Rule, names: &mut BTreeSet<&'a str>) {
    if let Rule::Spec { head: RuleHead::Func { args, .. }, .. } = rule {
        for argument in args {
            add_pattern_names(argument, names);
        }
    }
}

/// The variables of `[a, {"b": c}]`.
pub(super) fn add_pattern_names<'a>(pattern: &'a Expr, names: &mut BTreeSet<&'a str>) {
    match pattern {
        Expr::Var { span, .. } => drop(names.insert(span.text())),
        Expr::Array { items, .. } => items.iter().for_each(|item| add_pattern_names(item, names)),
        Expr::Object { fields, .. } => {
            for (_, _, value) in fields {
                add_pattern_names(value, names);
            }
        }
        _ => {}
    }
}

/// The direct parts of an expression, except the queries of comprehensions.
pub(in crate::evaluate) fn children(expr: &Expr) -> Vec<&Expr> {
    match expr {
        Expr::Array { items, .. } | Expr::Set { items, .. } => items.iter().map(AsRef::as_ref).collect(),
        Expr::Object { fields, .. } => {
            fields.iter().flat_map(|(_, key, value)| [key.as_ref(), value.as_ref()]).collect()
        }
        Expr::Call { params, .. } => params.iter().map(AsRef::as_ref).collect(),
        Expr::UnaryExpr { expr, .. } => vec![expr],
        Expr::RefDot { refr, .. } => vec![refr],
        Expr::RefBrack { refr, index, .. } => vec![refr, index],
        Expr::BinExpr { lhs, rhs, .. }
        | Expr::BoolExpr { lhs, rhs, .. }
        | Expr::ArithExpr { lhs, rhs, .. }
        | Expr::AssignExpr { lhs, rhs, .. } => vec![lhs, rhs],
        Expr::Membership { key, value, collection, .. } => {
            let key = key.iter().map(AsRef::as_ref);
            key.chain([value.as_ref(), collection.as_ref()]).collect()
        }
        _ => Vec::new(),
    }
}

struct RuleWalk<'a, 's> {
    /// The scopes, from the outermost to the innermost. `text::MAX_NESTING` limits their number.
    scopes: Vec<BTreeSet<&'a str>>,
    within: Within,
    see: &'s mut dyn FnMut(RuleElement<'a>),
}

impl<'a> RuleWalk<'a, '_> {
    /// Visits the head of a rule. The name in it is not a use of the rule, but the expressions in its brackets are.
    fn visit_head(&mut self, refr: &'a Expr) {
        for part in Reference::of(refr).into_iter().flat_map(|reference| reference.parts) {
            if let ReferencePart::Index(index) = part {
                self.visit_expr(index);
            }
        }
    }

    fn visit_query(&mut self, query: &'a Query, mut names: BTreeSet<&'a str>, outputs: &[&'a Expr]) {
        names.extend(declared(query));
        self.scopes.push(names);
        (self.see)(RuleElement::Query(query));
        for statement in &query.stmts {
            self.visit_statement(statement);
        }
        for output in outputs {
            self.visit_expr(output);
        }
        self.scopes.pop();
    }

    fn visit_comprehension(&mut self, query: &'a Query, outputs: &[&'a Expr]) {
        let outer = self.within;
        if outer == Within::Rule {
            self.within = Within::Comprehension;
        }
        self.visit_query(query, BTreeSet::new(), outputs);
        self.within = outer;
    }

    fn visit_statement(&mut self, statement: &'a LiteralStmt) {
        let own = declared_by(statement);
        let outer = self.within;
        if matches!(statement.literal, Literal::NotExpr { .. }) {
            self.within = Within::Not;
        }
        match &statement.literal {
            Literal::SomeVars { .. } => {}
            Literal::SomeIn { key, value, collection, .. } => {
                if let Some(key) = key {
                    self.visit_expr(key);
                }
                self.visit_expr(value);
                self.visit_without(&own, collection);
            }
            Literal::Expr { expr, .. } | Literal::NotExpr { expr, .. } => match expr.as_ref() {
                Expr::AssignExpr { lhs, rhs, .. } => {
                    self.visit_expr(lhs);
                    self.visit_without(&own, rhs);
                }
                expr => self.visit_expr(expr),
            },
            Literal::Every { key, value, domain, query, .. } => {
                self.visit_expr(domain);
                let names = key.iter().chain([value]).map(Span::text).collect();
                self.visit_query(query, names, &[]);
            }
        }
        self.within = outer;
        for modifier in &statement.with_mods {
            (self.see)(RuleElement::With(modifier));
            self.visit_without(&own, &modifier.r#as);
        }
    }

    /// Visits `expr` with `names` removed from the innermost scope.
    fn visit_without(&mut self, names: &BTreeSet<&'a str>, expr: &'a Expr) {
        let scope = self.scopes.last().cloned().unwrap_or_default();
        self.scopes.pop();
        self.scopes.push(&scope - names);
        self.visit_expr(expr);
        self.scopes.pop();
        self.scopes.push(scope);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Some(reference) = Reference::of(expr) {
            for part in &reference.parts {
                if let ReferencePart::Index(index) = part {
                    self.visit_expr(index);
                }
            }
            let is_local = self.scopes.iter().any(|scope| scope.contains(reference.root.text()));
            (self.see)(RuleElement::Reference { reference, is_local, within: self.within });
            return;
        }
        match expr {
            Expr::Call { span, fcn, params, .. } => {
                (self.see)(RuleElement::Call { span, function: fcn, arguments: params });
            }
            Expr::ArrayCompr { term, query, .. } | Expr::SetCompr { term, query, .. } => {
                self.visit_comprehension(query, &[term]);
            }
            Expr::ObjectCompr { key, value, query, .. } => {
                self.visit_comprehension(query, &[key, value]);
            }
            _ => {}
        }
        for child in children(expr) {
            self.visit_expr(child);
        }
    }
}
