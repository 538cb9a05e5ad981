//! Finds definitions that contradict each other. Open Policy Agent refuses them when it compiles a policy, but regorus
//! only at the first evaluation in which they meet, or never.

use regorus::unstable::{Rule, RuleHead};

use super::data::PARAMETERS;
use super::program::{Definition, Node, Program, name_of};
use super::reference::Reference;
use super::{Problem, literals};

#[derive(Clone, Copy, PartialEq, Eq)]
enum RuleKind {
    Value,
    Set,
    Function(usize),
}

impl RuleKind {
    /// Returns `None` for a default without arguments, because a rule of any kind except a set can have one.
    fn of(rule: &Rule) -> Option<RuleKind> {
        match rule {
            Rule::Spec { head: RuleHead::Func { args, .. }, .. } => Some(RuleKind::Function(args.len())),
            Rule::Spec { head: RuleHead::Set { .. }, .. } => Some(RuleKind::Set),
            Rule::Spec { head: RuleHead::Compr { .. }, .. } => Some(RuleKind::Value),
            Rule::Default { args, .. } if !args.is_empty() => Some(RuleKind::Function(args.len())),
            Rule::Default { .. } => None,
        }
    }

    fn in_words(self) -> String {
        match self {
            RuleKind::Value => "a value".to_owned(),
            RuleKind::Set => "a set".to_owned(),
            RuleKind::Function(1) => "a function of 1 argument".to_owned(),
            RuleKind::Function(arguments) => format!("a function of {arguments} arguments"),
        }
    }
}

pub(super) fn problems(program: &Program<'_>) -> Vec<Problem> {
    let mut problems: Vec<Problem> = program
        .units
        .iter()
        .filter_map(|unit| {
            let name = unit.package.first().filter(|name| *name == PARAMETERS)?;
            let message = format!(
                "package {} conflicts with data.{name}, which contains the parameters",
                unit.package.join(".")
            );
            Some(
                Problem::error(unit.module.package.refr.span(), message)
                    .with_help("give the package another name"),
            )
        })
        .collect();
    for node in &program.nodes {
        problems.extend(of_other_kinds(node));
        problems.extend(second_default(node));
        problems.extend(second_value(node));
        problems.extend(with_a_package(program, node));
    }
    problems
}

/// Returns a problem if a definition has another kind than the first one.
fn of_other_kinds(node: &Node<'_>) -> Option<Problem> {
    // `a.b[x] := 1` and `a.b[y] contains 2` are several rules.
    let definitions = node.definitions.iter().filter(|definition| is_named_in_full(definition.rule));
    let mut kinds = definitions.filter_map(|definition| Some((definition, RuleKind::of(definition.rule)?)));
    let (_, first) = kinds.next()?;
    let (other, kind) = kinds.find(|(_, kind)| *kind != first)?;
    let message = format!(
        "{} is {} here, but {} in another rule",
        name_of(other.rule).span().text(),
        kind.in_words(),
        first.in_words()
    );
    let problem = Problem::error(name_of(other.rule).span(), message);
    Some(problem.with_help("give one of them another name"))
}

/// Whether the name of the rule has no variable in it.
fn is_named_in_full(rule: &Rule) -> bool {
    Reference::of(name_of(rule)).is_some_and(|name| name.names().count() == name.parts.len())
}

fn second_default(node: &Node<'_>) -> Option<Problem> {
    let is_default = |definition: &&Definition<'_>| matches!(definition.rule, Rule::Default { .. });
    let second = node.definitions.iter().filter(is_default).nth(1)?;
    let name = name_of(second.rule).span();
    Some(Problem::error(name, format!("{} has two defaults", name.text())).with_help("remove one of them"))
}

/// Returns a problem if an unconditional value differs from an earlier one.
fn second_value(node: &Node<'_>) -> Option<Problem> {
    let mut values = node.definitions.iter().filter_map(|definition| match definition.rule {
        Rule::Spec { head: RuleHead::Compr { refr, assign: Some(assign), .. }, bodies, .. }
            if bodies.is_empty() && is_named_in_full(definition.rule) =>
        {
            Some((refr, literals::text(&assign.value).or_else(|| literals::number(&assign.value))?))
        }
        _ => None,
    });
    let (_, first) = values.next()?;
    let (name, other) = values.find(|(_, other)| *other != first)?;
    let message = format!("{} is {other} here, but {first} in another rule", name.span().text());
    Some(Problem::error(name.span(), message).with_help("give one of them a condition"))
}

/// Returns a problem if a package has the path of the rule, or a path below it.
fn with_a_package(program: &Program<'_>, node: &Node<'_>) -> Option<Problem> {
    let unit = program.units.iter().find(|unit| unit.package.starts_with(&node.path))?;
    let message =
        format!("the rule {} conflicts with package {}", node.path.join("."), unit.package.join("."));
    Some(Problem::error(node.span(), message).with_help("give one of them another name"))
}
