//! Variables in the head of a rule that its bodies give no value. Regorus finds them at the evaluation, if ever.

use std::collections::BTreeMap;

use regorus::unstable::{Expr, Rule, Span};

use super::Problem;
use super::program::{Path, Program};
use super::reference::Reference;
use super::scope::{RuleElement, children, outputs, walk};

pub(super) fn problems(program: &Program<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    for node in &program.nodes {
        for definition in &node.definitions {
            let package = &program.units[definition.unit].package;
            problems.extend(of_rule(program, package, definition.rule));
        }
    }
    problems
}

fn of_rule(program: &Program<'_>, package: &Path, rule: &Rule) -> Vec<Problem> {
    let Rule::Spec { head, .. } = rule else { return Vec::new() };
    let mut in_head: Vec<&Span> = Vec::new();
    for output in outputs(head).1 {
        add_roots(output, &mut in_head);
    }
    // How often each name occurs that is not declared.
    let mut uses: BTreeMap<&str, usize> = BTreeMap::new();
    walk(rule, &mut |seen| {
        if let RuleElement::Reference { reference, is_local: false } = seen {
            *uses.entry(reference.root.text()).or_default() += 1;
        }
    });
    let is_unsafe = |span: &&&Span| {
        let name = span.text();
        let count = in_head.iter().filter(|other| other.text() == name).count();
        uses.get(name) == Some(&count) && !is_known(program, package, name)
    };
    let problem = |span: &&Span| {
        Problem::error(span, format!("use of undefined variable `{}` is unsafe", span.text()))
            .with_help("it is neither a rule nor an import, and has no value")
    };
    in_head.iter().filter(is_unsafe).map(problem).collect()
}

/// Adds the first names of the references in an expression, but for those in the queries of comprehensions.
fn add_roots<'a>(expr: &'a Expr, roots: &mut Vec<&'a Span>) {
    match Reference::of(expr) {
        Some(reference) => roots.push(reference.root),
        None if matches!(
            expr,
            Expr::ArrayCompr { .. } | Expr::SetCompr { .. } | Expr::ObjectCompr { .. }
        ) => {}
        None => {
            for child in children(expr) {
                add_roots(child, roots);
            }
        }
    }
}

fn is_known(program: &Program<'_>, package: &Path, name: &str) -> bool {
    let own = [package.as_slice(), &[name.to_owned()]].concat();
    name == "input"
        || name == "data"
        || program.nodes.iter().any(|node| node.path.starts_with(&own))
        || !program.imported(package, name).is_empty()
}
