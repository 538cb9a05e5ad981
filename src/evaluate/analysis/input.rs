//! Checks the members of `input` that policies read against the schemas of the facts.
//!
//! Types follow values through variables, rules, comprehensions and calls. Statements are read in their order. A value
//! that is not known yet is [`Type::Any`], about which nothing is reported.

use std::collections::BTreeMap;

use regorus::unstable::{
    AssignOp, BoolOp, Expr, ExprRef, Literal, LiteralStmt, Query, Rule, RuleBody, RuleHead, Span,
};

use super::calls::Calls;
use super::comparisons::LiteralComparison;
use super::differences::verbs;
use super::exports::package_of;
use super::literals;
use super::optional::{self, Effect, OptionalUse};
use super::program::{Definition, Node, Path, Program};
use super::reference::{Reference, ReferencePart, singular};
use super::scope::{RuleElement, children, declared, walk};
use super::types::{Missing, Type};
use super::{Problem, nearest};
use crate::model::{About, Pack, evidence_facts_schema, facts_schema};

/// At most this many calls with different arguments are inferred. The arguments of further calls count as unknown.
const MAX_CALLS: usize = 4_000;

pub(super) fn problems(program: &Program<'_>, calls: &Calls<'_>, pack: &Pack) -> Vec<Problem> {
    let facts = Type::of_schema(&facts_schema(), "the facts");
    let evidence = Type::of_schema(&evidence_facts_schema(), "the facts of the evidence");
    let either = facts.clone().or(evidence.clone());
    let mut inference = Inference {
        program,
        problems: Vec::new(),
        rules: BTreeMap::new(),
        calls: BTreeMap::new(),
        comparisons: BTreeMap::new(),
        optional: Vec::new(),
        current: None,
    };
    for (node, rule) in program.nodes.iter().enumerate() {
        let control = pack.controls.iter().find(|control| package_of(control) == rule.package);
        let input = match control.map(|control| control.about).or_else(|| stated(program, rule, pack)) {
            Some(About::Account) => &facts,
            Some(About::Evidence) => &evidence,
            None => &either,
        };
        match program.arity(node) {
            Some(arity) => inference.infer_call(node, vec![Type::Any; arity], input),
            None => inference.infer_rule(node, input),
        };
    }
    inference.problems.extend(inference.comparisons.into_values().flatten());
    inference.problems.extend(optional::problems(program, calls, pack, &inference.optional));
    inference.problems
}

/// The subject that the metadata of a rule's file states for `input`.
fn stated(program: &Program<'_>, rule: &Node<'_>, pack: &Pack) -> Option<About> {
    let file = program.units[rule.definitions[0].unit].module.package.span.source.get_path();
    pack.modules.iter().find(|module| module.path == *file)?.input
}

struct Inference<'p, 'a> {
    program: &'p Program<'a>,
    /// The problems, at most one for each reference in each of `rules` and `calls`.
    problems: Vec<Problem>,
    /// The types of rules, by the input that they read: at most one for each rule and each of four inputs, which are the
    /// facts of an account, those of the evidence, either of them, and an unknown input.
    rules: BTreeMap<(usize, Type), Type>,
    /// The types of function calls, by their arguments and input: [`MAX_CALLS`], and one with unknown arguments for each
    /// function and input.
    calls: BTreeMap<(usize, Vec<Type>, Type), Type>,
    /// The problem of each comparison, by the place of its literal; `None` if it has none for some input or argument.
    comparisons: BTreeMap<(String, u32), Option<Problem>>,
    /// The uses of optional facts, limited in the same way as `problems`.
    optional: Vec<OptionalUse>,
    /// The node and the definition that are read.
    current: Option<(usize, Definition<'a>)>,
}

/// The place of an expression: its package, the type of its input, and its local variables.
#[derive(Clone)]
struct InferenceScope<'p> {
    package: &'p Path,
    input: Type,
    locals: BTreeMap<String, Type>,
    /// The effect of a fact that is missing.
    effect: Effect,
}

impl InferenceScope<'_> {
    fn with(&self, effect: Effect) -> Self {
        InferenceScope { effect: self.effect.max(effect), ..self.clone() }
    }
}

impl<'a> Inference<'_, 'a> {
    fn infer_rule(&mut self, node: usize, input: &Type) -> Type {
        let known = (node, input.clone());
        if let Some(of) = self.rules.get(&known) {
            return of.clone();
        }
        self.rules.insert(known.clone(), Type::Any);
        let of = self.infer_definitions(node, &[], input);
        self.rules.insert(known, of.clone());
        of
    }

    fn infer_call(&mut self, node: usize, mut arguments: Vec<Type>, input: &Type) -> Type {
        if self.calls.len() > MAX_CALLS {
            arguments.fill(Type::Any);
        }
        let known = (node, arguments, input.clone());
        if let Some(of) = self.calls.get(&known) {
            return of.clone();
        }
        self.calls.insert(known.clone(), Type::Any);
        let of = self.infer_definitions(node, &known.1, input);
        self.calls.insert(known, of.clone());
        of
    }

    fn infer_definitions(&mut self, node: usize, arguments: &[Type], input: &Type) -> Type {
        let program = self.program;
        let rule = &program.nodes[node];
        let all: Vec<Type> = rule
            .definitions
            .iter()
            .map(|definition| {
                let outer = self.current.replace((node, *definition));
                let of = self.infer_definition(*definition, arguments, input);
                self.current = outer;
                of
            })
            .collect();
        Type::one_of(all).unwrap_or(Type::Any)
    }

    fn infer_definition(&mut self, definition: Definition<'a>, arguments: &[Type], input: &Type) -> Type {
        let program = self.program;
        let package = &program.units[definition.unit].package;
        let mut scope = InferenceScope {
            package,
            input: input.clone(),
            locals: BTreeMap::new(),
            effect: Effect::Undefined,
        };
        let (head, bodies) = match definition.rule {
            Rule::Default { value, .. } => return self.infer_expr(value, &mut scope),
            Rule::Spec { head, bodies, .. } => (head, bodies),
        };
        if let RuleHead::Func { args, .. } = head {
            for (pattern, of) in args.iter().zip(arguments) {
                self.bind(pattern, of, &mut scope);
            }
        }
        match head {
            RuleHead::Set { key: Some(key), .. } => {
                let of = self.infer_outcome(bodies, Some(key), &mut scope);
                Type::set(of)
            }
            RuleHead::Set { key: None, .. } => {
                self.infer_outcome(bodies, None, &mut scope);
                Type::Any
            }
            RuleHead::Compr { refr, assign, .. } | RuleHead::Func { refr, assign, .. } => {
                let value = assign.as_ref().map(|assign| assign.value.as_ref());
                let of = self.infer_outcome(bodies, value, &mut scope);
                // `a[key] := value` defines an object with values of this type.
                let is_fixed =
                    Reference::of(refr).is_some_and(|name| name.names().count() == name.parts.len());
                if is_fixed { of } else { Type::object(BTreeMap::new(), of) }
            }
        }
    }

    /// Returns the type of all bodies together. Each body yields its own value, or `value` if it has none.
    fn infer_outcome(
        &mut self,
        bodies: &'a [RuleBody],
        value: Option<&'a Expr>,
        scope: &mut InferenceScope<'_>,
    ) -> Type {
        let Some(_) = bodies.first() else {
            return value.map_or(Type::Plain, |value| self.infer_expr(value, scope));
        };
        let mut all = Vec::new();
        for body in bodies {
            let mut inner = scope.clone();
            self.infer_query(&body.query, &mut inner);
            let own = body.assign.as_ref().map(|assign| assign.value.as_ref());
            let value = own.or(value.filter(|_| !body.is_else));
            all.push(value.map_or(Type::Plain, |value| self.infer_expr(value, &mut inner)));
        }
        Type::one_of(all).unwrap_or(Type::Any)
    }

    fn infer_query(&mut self, query: &'a Query, scope: &mut InferenceScope<'_>) {
        scope.locals.extend(declared(query).into_iter().map(|name| (name.to_owned(), Type::Any)));
        for statement in &query.stmts {
            self.infer_statement(statement, scope);
        }
    }

    fn infer_statement(&mut self, statement: &'a LiteralStmt, scope: &mut InferenceScope<'_>) {
        for modifier in &statement.with_mods {
            drop(self.infer_expr(&modifier.r#as, scope));
        }
        // The values of rules are unknown if a `with` changes the input or other rules.
        let input = scope.input.clone();
        if !statement.with_mods.is_empty() {
            scope.input = Type::Any;
        }
        match &statement.literal {
            Literal::SomeVars { .. } => {}
            Literal::SomeIn { key, value, collection, .. } => {
                let of = self.infer_expr(collection, scope);
                let of = self.infer_element(&of, collection.span(), collection.span());
                if let Some(key) = key {
                    self.bind(key, &Type::Any, scope);
                }
                self.bind(value, &of, scope);
            }
            Literal::Expr { expr, .. } => drop(self.infer_expr(expr, scope)),
            Literal::NotExpr { expr, .. } => drop(self.infer_expr(expr, &mut scope.with(Effect::Asked))),
            Literal::Every { key, value, domain, query, .. } => {
                let of = self.infer_expr(domain, scope);
                let of = self.infer_element(&of, domain.span(), domain.span());
                let mut inner = scope.clone();
                inner.locals.extend(key.iter().map(|key| (key.text().to_owned(), Type::Any)));
                inner.locals.insert(value.text().to_owned(), of);
                self.infer_query(query, &mut inner);
            }
        }
        scope.input = input;
    }

    fn bind(&mut self, pattern: &'a Expr, of: &Type, scope: &mut InferenceScope<'_>) {
        match pattern {
            Expr::Var { span, .. } => drop(scope.locals.insert(span.text().to_owned(), of.clone())),
            Expr::Array { items, .. } => {
                for item in items {
                    self.bind(item, &of.element(), scope);
                }
            }
            Expr::Object { fields, .. } => {
                for (_, _, value) in fields {
                    self.bind(value, &Type::Any, scope);
                }
            }
            other => drop(self.infer_expr(other, scope)),
        }
    }

    fn infer_expr(&mut self, expr: &'a Expr, scope: &mut InferenceScope<'_>) -> Type {
        if let Some(reference) = Reference::of(expr) {
            return self.infer_reference(expr.span(), &reference, scope);
        }
        match expr {
            Expr::Array { items, .. } | Expr::Set { items, .. } => {
                let all: Vec<Type> = items.iter().map(|item| self.infer_expr(item, scope)).collect();
                let of = Type::one_of(all).unwrap_or(Type::NOTHING);
                if matches!(expr, Expr::Array { .. }) { Type::array(of) } else { Type::set(of) }
            }
            Expr::Object { fields, .. } => {
                let mut members = BTreeMap::new();
                for (_, key, value) in fields {
                    self.infer_expr(key, scope);
                    let of = self.infer_expr(value, scope);
                    if let Expr::String { value: name, .. } = key.as_ref()
                        && let Ok(name) = name.as_string()
                    {
                        members.insert(name.to_string(), of);
                    }
                }
                Type::object(members, Type::Any)
            }
            Expr::ArrayCompr { term, query, .. } | Expr::SetCompr { term, query, .. } => {
                let mut inner = scope.with(Effect::Fewer);
                self.infer_query(query, &mut inner);
                let of = self.infer_expr(term, &mut inner);
                if matches!(expr, Expr::ArrayCompr { .. }) { Type::array(of) } else { Type::set(of) }
            }
            Expr::ObjectCompr { key, value, query, .. } => {
                let mut inner = scope.with(Effect::Fewer);
                self.infer_query(query, &mut inner);
                self.infer_expr(key, &mut inner);
                Type::object(BTreeMap::new(), self.infer_expr(value, &mut inner))
            }
            Expr::Call { fcn, params, .. } => {
                let arguments: Vec<Type> =
                    params.iter().map(|argument| self.infer_expr(argument, scope)).collect();
                self.function(fcn, params, arguments, scope)
            }
            Expr::Bool { .. } => Type::Bool,
            Expr::BoolExpr { span, op, lhs, rhs, .. } => {
                let [left, right] = [lhs, rhs].map(|side| self.infer_expr(side, scope));
                if let Some(comparison) = LiteralComparison::of(span, op, lhs, rhs) {
                    let of = if std::ptr::eq(comparison.other, lhs.as_ref()) { left } else { right };
                    self.compare(comparison, &of, scope);
                }
                Type::Bool
            }
            Expr::Membership { span, key, value, collection, .. } => {
                if let Some(key) = key {
                    self.infer_expr(key, scope);
                }
                let within = self.infer_expr(collection, scope);
                let element = self.infer_element(&within, collection.span(), collection.span());
                let of = self.infer_expr(value, scope);
                if let Some(comparison) = LiteralComparison::with_elements(span, value, collection) {
                    self.compare(comparison, &element, scope);
                }
                for comparison in LiteralComparison::with_each(span, value, collection) {
                    self.compare(comparison, &of, scope);
                }
                Type::Bool
            }
            Expr::BinExpr { lhs, rhs, .. } => self.infer_expr(lhs, scope).or(self.infer_expr(rhs, scope)),
            Expr::AssignExpr { op, lhs, rhs, .. } => {
                let of = self.infer_expr(rhs, scope);
                match lhs.as_ref() {
                    Expr::Var { span, .. } if *op == AssignOp::Eq && self.means_a_rule(span, scope) => {}
                    Expr::Var { .. } | Expr::Array { .. } | Expr::Object { .. } => self.bind(lhs, &of, scope),
                    other => {
                        let left = self.infer_expr(other, scope);
                        if let Some(comparison) = LiteralComparison::of(expr.span(), &BoolOp::Eq, lhs, rhs) {
                            self.compare(comparison, &left, scope);
                        }
                    }
                }
                Type::Plain
            }
            Expr::RefDot { span, refr, field, .. } => {
                let of = self.infer_expr(refr, scope);
                self.infer_member(&of, span, &field.0, field.0.text(), scope.effect)
            }
            Expr::RefBrack { span, refr, index, .. } => {
                self.infer_expr(index, scope);
                let of = self.infer_expr(refr, scope);
                self.infer_element(&of, span, index.span())
            }
            other => {
                for child in children(other) {
                    drop(self.infer_expr(child, scope));
                }
                Type::Plain
            }
        }
    }

    /// Records whether the comparison is a problem if the other side is of type `of`. Does nothing for an unknown
    /// input.
    fn compare(&mut self, comparison: LiteralComparison<'_>, of: &Type, scope: &InferenceScope<'_>) {
        if scope.input == Type::Any {
            return;
        }
        let literal = comparison.literal.span();
        let known = self.comparisons.entry((literal.source.get_path().clone(), literal.start));
        let problem = comparison.problem(of);
        known.and_modify(|known| *known = known.take().filter(|_| problem.is_some())).or_insert(problem);
    }

    fn means_a_rule(&self, name: &Span, scope: &InferenceScope<'_>) -> bool {
        let path = [scope.package.as_slice(), &[name.text().to_owned()]].concat();
        scope.locals.contains_key(name.text()) || self.program.node(&path).is_some()
    }

    fn function(
        &mut self,
        function: &'a Expr,
        params: &'a [ExprRef],
        mut arguments: Vec<Type>,
        scope: &InferenceScope<'_>,
    ) -> Type {
        let nodes = self.program.functions(scope.package, function);
        if let [node] = nodes.as_slice() {
            arguments.truncate(self.program.arity(*node).unwrap_or_default());
            return self.infer_call(*node, arguments, &scope.input);
        }
        let name = Reference::of(function).map(|called| called.dotted()).unwrap_or_default();
        match (name.as_str(), arguments.as_slice()) {
            ("array.concat", [one, other]) => one.clone().or(other.clone()),
            ("array.slice" | "array.reverse", [of, ..]) => of.clone(),
            ("sort", [of]) => Type::array(of.element()),
            ("object.get", [of, _, otherwise]) => match params[1].as_ref() {
                Expr::String { span, value, .. } => {
                    let name = value.as_string().map(ToString::to_string).unwrap_or_default();
                    self.infer_member(of, params[0].span(), span, &name, Effect::Asked).or(otherwise.clone())
                }
                _ => Type::Any,
            },
            ("sprintf", [_, values]) => {
                self.check_format(params, values, scope);
                Type::Any
            }
            _ => Type::Any,
        }
    }

    /// Checks the arguments of a `sprintf` whose values are of type `of`.
    fn check_format(&mut self, params: &'a [ExprRef], of: &Type, scope: &InferenceScope<'_>) {
        let Expr::Array { items, .. } = params[1].as_ref() else {
            let kinds = of.kinds().unwrap_or_default();
            let is_list = |kind: &&Type| matches!(kind, Type::Array(_));
            let kind = kinds.first().map(|kind| kind.kind()).filter(|_| !kinds.iter().any(is_list));
            let kind = kind.or_else(|| literals::kind(&params[1]).filter(|kind| *kind != "an array"));
            let span = params[1].span();
            if let Some(kind) = kind.filter(|_| !self.may_test_types(span)) {
                let message = format!("the second argument of sprintf must be an array, but is {kind}");
                self.problems
                    .push(Problem::error(span, message).with_help(format!("write [{}]", span.text())));
            }
            return;
        };
        let verbs = literals::text(&params[0]).map(|format| verbs(&format)).unwrap_or_default();
        for (item, (_, verb)) in items.iter().zip(verbs).filter(|(_, (_, verb))| *verb == 'd') {
            let of = self.infer_expr(item, &mut scope.clone());
            let kinds = of.kinds().unwrap_or_default();
            let (span, text) = (item.span(), item.span().text());
            if kinds.contains(&&Type::Number) {
                let message = format!("{text} may be a fraction, for which %{verb} ends the evaluation");
                let help = format!("write %v, or round({text})");
                self.problems.push(Problem::warning(span, message).with_help(help));
            } else if kinds.iter().any(|kind| matches!(kind, Type::Text(_))) {
                let message = format!("{text} is a string, but sprintf gets it for %{verb}");
                self.problems.push(Problem::warning(span, message).with_help("write %s"));
            }
        }
    }

    fn infer_reference(
        &mut self,
        whole: &Span,
        reference: &Reference<'a>,
        scope: &mut InferenceScope<'_>,
    ) -> Type {
        let (mut of, given) = self.infer_root(reference, scope);
        for (position, part) in reference.parts.iter().enumerate() {
            let is_given = position < given;
            of = match part {
                _ if is_given => of,
                ReferencePart::Name(name, span) => self.infer_member(&of, whole, span, name, scope.effect),
                ReferencePart::Index(index) => {
                    self.infer_expr(index, scope);
                    self.infer_element(&of, whole, index.span())
                }
            };
        }
        of
    }

    /// Returns the type of the beginning of a reference, and the number of parts that this beginning includes.
    fn infer_root(&mut self, reference: &Reference<'_>, scope: &InferenceScope<'_>) -> (Type, usize) {
        let root = reference.root.text();
        if let Some(of) = scope.locals.get(root) {
            return (of.clone(), 0);
        }
        let names: Path = reference.names().map(|(name, _)| name.to_owned()).collect();
        match root {
            "input" => return (scope.input.clone(), 0),
            "data" => return self.infer_value(&names, names.len(), scope),
            _ => {}
        }
        let own = [scope.package.as_slice(), &[root.to_owned()], &names].concat();
        if self.program.node(&own[..=scope.package.len()]).is_some() {
            return self.infer_value(&own, names.len(), scope);
        }
        let program = self.program;
        match program.imported(scope.package, root) {
            [(of, target)] if of == "input" => {
                let at = reference.root;
                let member = |of: Type, name: &String| self.infer_member(&of, at, at, name, scope.effect);
                (target.iter().fold(scope.input.clone(), member), 0)
            }
            [(_, target)] => self.infer_value(&[target.as_slice(), &names].concat(), names.len(), scope),
            _ => (Type::Any, 0),
        }
    }

    /// Like `infer_root`, for the rule at `path` or at a beginning of it. The last `own` names are parts of the
    /// reference.
    fn infer_value(&mut self, path: &[String], own: usize, scope: &InferenceScope<'_>) -> (Type, usize) {
        for length in (1..=path.len()).rev() {
            if let Some(node) = self.program.node(&path[..length]) {
                let of = if self.program.arity(node).is_some() {
                    Type::Any
                } else {
                    self.infer_rule(node, &scope.input)
                };
                return (of, (own + length).saturating_sub(path.len()));
            }
        }
        (Type::Any, own)
    }

    fn infer_member(&mut self, of: &Type, whole: &Span, span: &Span, name: &str, effect: Effect) -> Type {
        if let (Some(owner), Some((node, _))) = (of.owner_of_optional(name), self.current) {
            let (owner, member) = (owner.to_owned(), name.to_owned());
            self.optional.push(OptionalUse { node, owner, member, at: whole.clone(), effect });
        }
        match of.member(name) {
            Ok(of) => return of,
            Err(Missing::Member { of, known }) => {
                let text = whole.text();
                let message = format!("{text}: {of} has no {name}");
                let message = if of.starts_with("the facts") {
                    message.replace(" has no ", " have no ")
                } else {
                    message
                };
                let suggestion = nearest(name, known.iter().map(String::as_str));
                let problem = Problem::error(span, message);
                self.problems.push(match suggestion {
                    Some(suggestion) => problem.with_suggestion(Some(suggestion)),
                    None => problem.with_help(format!("expected one of {}", known.join(", "))),
                });
            }
            Err(_) if self.may_test_types(whole) => {}
            Err(Missing::OfElements { kind, element }) => {
                let list = before(whole, span);
                let message = format!("{}: {list} is {kind}, which has no member {name}", whole.text());
                let help = right_form(list, &element, whole, span, name);
                self.problems.push(Problem::error(span, message).with_help(help));
            }
            Err(Missing::OfPlain { kind }) => {
                let owner = before(whole, span);
                let message = format!("{}: {owner} is {kind}, which has no members", whole.text());
                let help = format!("write {owner}");
                self.problems.push(Problem::error(span, message).with_help(help));
            }
        }
        Type::Any
    }

    /// Returns the type of an element of a value of type `of`, whose place ends before `span` or is `whole`.
    fn infer_element(&mut self, of: &Type, whole: &Span, span: &Span) -> Type {
        if let Some([only, ..]) = of.plain_kinds().as_deref()
            && !self.may_test_types(whole)
        {
            let owner = before(whole, span);
            let kind = only.kind();
            self.problems.push(if owner == whole.text() {
                let problem = Problem::error(span, format!("{owner} is {kind}, which has no elements"));
                problem.with_help(format!("compare {owner} itself"))
            } else {
                let message = format!("{}: {owner} is {kind}, which has no elements", whole.text());
                Problem::error(span, message).with_help(format!("write {owner}"))
            });
        }
        of.element()
    }

    /// Whether the current rule is a function that may test the types of its arguments, so that a value of a wrong type
    /// may never reach this place.
    fn may_test_types(&self, whole: &Span) -> bool {
        let Some((node, definition)) = self.current else { return false };
        let Rule::Spec { head: RuleHead::Func { .. }, bodies, .. } = definition.rule else { return false };
        if whole.text().starts_with("input.") {
            return false;
        }
        let definitions = &self.program.nodes[node].definitions;
        let is_plain = |one: &&Definition<'_>| !matches!(one.rule, Rule::Default { .. });
        let mut is_tested = bodies.len() > 1 || definitions.iter().filter(is_plain).count() > 1;
        walk(definition.rule, &mut |seen| {
            if let RuleElement::Call { function, .. } = seen {
                let name = function.span().text();
                is_tested |= name.starts_with("is_") || name == "type_name";
            }
        });
        is_tested
    }
}

/// The text of the part of a reference that ends before `span`, or of all of it.
fn before<'s>(whole: &'s Span, span: &Span) -> &'s str {
    let length = span.start.checked_sub(whole.start).and_then(|length| usize::try_from(length).ok());
    let owner = length.and_then(|length| whole.text().get(..length)).unwrap_or_default();
    let owner = owner.trim_end_matches(|letter: char| ".[\"`".contains(letter) || letter.is_whitespace());
    if owner.is_empty() { whole.text() } else { owner }
}

/// Returns advice to read a member of the elements of `list`, instead of a member of `list` itself.
fn right_form(list: &str, element: &Type, whole: &Span, span: &Span, name: &str) -> String {
    let item = singular(list);
    let statement = format!("write `some {item} in {list}`");
    if let Ok(Type::Text(names)) = element.member("name")
        && names.contains(name)
    {
        return format!("{statement}, then `{item}.name == \"{name}\"`");
    }
    let is_object = matches!(element, Type::Object(_));
    if !is_object || element.member(name).is_err() {
        return statement;
    }
    let after = usize::try_from(span.start.saturating_sub(whole.start)).ok();
    let path = after.and_then(|after| whole.text().get(after..)).unwrap_or(name);
    format!("{statement}, then `{item}.{}`", path.replacen("\"]", "", 1))
}
