//! Parameters without a default, which are undefined unless a file for `--params` sets them, and names in the metadata of
//! a control that its rules do not read.

use std::collections::{BTreeMap, BTreeSet};

use regorus::unstable::{Rule, RuleHead, Span};

use super::calls::Calls;
use super::data::{DataPaths, PARAMETERS, ParameterUse};
use super::exports::{NEEDED, package_of};
use super::program::{Definition, Path, Program};
use super::reference::{Reference, ReferencePart};
use super::scope::{RuleElement, Within, walk};
use super::{ParametersRead, Problem, ProblemSeverity, nearest};
use crate::model::{Control, Module, Pack};

/// The parameters that each audit sets. `policy/params.rs` sets them.
const ALWAYS_SET: [&str; 4] = ["max_age_days", "kinds", "stamps", "etag_evidence"];

pub(super) fn problems(
    program: &Program<'_>,
    calls: &Calls<'_>,
    pack: &Pack,
    data: &DataPaths<'_>,
) -> Vec<Problem> {
    let mut problems = computed_defaults(program);
    let uses = Uses::of(program, data);
    let without_default = data.uses.iter().filter(|one| uses.is_without_default(program, one));
    problems.extend(without_default.map(|one| problem(program, pack, &uses, one)));
    for control in &pack.controls {
        problems.extend(unread(program, calls, pack, data, control));
        problems.extend(unlisted(program, data, control));
    }
    problems
}

/// Finds defaults that are computed. Open Policy Agent refuses them. Here they are undefined, like the parameter.
fn computed_defaults(program: &Program<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    for definition in program.nodes.iter().flat_map(|node| &node.definitions) {
        let Rule::Default { refr, value, .. } = definition.rule else { continue };
        let mut is_computed = false;
        walk(definition.rule, &mut |seen| {
            is_computed |= match seen {
                RuleElement::Reference { within, .. } => within == Within::Rule,
                RuleElement::Call { .. } => true,
                RuleElement::Query(_) | RuleElement::With(_) => false,
            };
        });
        if is_computed {
            let (name, text) = (refr.span().text(), value.span().text());
            let message = format!("the default of {name} must be a value that is written out");
            problems.push(Problem::error(value.span(), message).with_help(format!(
                "write `default {name} := …` with that value, and `{name} := {text}` below it"
            )));
        }
    }
    problems
}

/// The properties of all uses together.
struct Uses<'a> {
    /// Pairs of a package and a parameter: the package tests whether the parameter is set.
    tested: BTreeSet<(&'a Path, &'a str)>,
    /// The rules with a default, by package and parameter.
    with_default: BTreeMap<(&'a Path, &'a str), usize>,
    /// The nodes all of whose definitions depend on a parameter that may be undefined.
    dependent: BTreeSet<usize>,
}

impl<'a> Uses<'a> {
    fn of(program: &'a Program<'_>, data: &DataPaths<'a>) -> Uses<'a> {
        let mut uses =
            Uses { tested: BTreeSet::new(), with_default: BTreeMap::new(), dependent: BTreeSet::new() };
        let mut depending: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        for one in &data.uses {
            let node = &program.nodes[one.node];
            if one.within == Within::Not {
                uses.tested.insert((&node.package, one.name));
            }
            if node.definitions.iter().any(|definition| is_default(definition.rule)) {
                uses.with_default.entry((&node.package, one.name)).or_insert(one.node);
            }
            if is_bare(program, one) {
                depending.entry(one.node).or_default().insert(one.definition);
            }
        }
        let is_dependent = |(node, definitions): &(usize, BTreeSet<usize>)| {
            definitions.len() == program.nodes[*node].definitions.len()
        };
        uses.dependent = depending.into_iter().filter(is_dependent).map(|(node, _)| node).collect();
        uses
    }

    /// Whether an undefined parameter leaves a rule, a set or a comprehension without a value, and nothing in the package
    /// asks whether it is set.
    fn is_without_default(&self, program: &Program<'_>, one: &ParameterUse<'_>) -> bool {
        let node = &program.nodes[one.node];
        let Rule::Spec { head, bodies, .. } = node.definitions[one.definition].rule else { return false };
        if !is_bare(program, one) || self.tested.contains(&(&node.package, one.name)) {
            return false;
        }
        let is_element = one.within == Within::Comprehension || matches!(head, RuleHead::Set { .. });
        is_element || (bodies.len() <= 1 && self.dependent.contains(&one.node))
    }
}

fn is_bare(program: &Program<'_>, one: &ParameterUse<'_>) -> bool {
    let rule = program.nodes[one.node].definitions[one.definition].rule;
    !is_default(rule) && one.within != Within::Not && !ALWAYS_SET.contains(&one.name)
}

fn is_default(rule: &Rule) -> bool {
    matches!(rule, Rule::Default { .. })
}

fn problem(program: &Program<'_>, pack: &Pack, uses: &Uses<'_>, one: &ParameterUse<'_>) -> Problem {
    let node = &program.nodes[one.node];
    let rule = node.definitions[one.definition].rule;
    let parameter = one.name;
    let name = node.path[node.package.len()..].join(".");
    let is_answer = NEEDED.contains(&name.as_str())
        && pack.controls.iter().any(|control| package_of(control) == node.package);
    let is_valued = matches!(
        rule,
        Rule::Spec {
            head: RuleHead::Compr { assign: Some(_), .. } | RuleHead::Func { assign: Some(_), .. },
            ..
        }
    );
    let is_sure = one.within == Within::Rule && (is_answer || is_valued);
    let effect = match one.within {
        Within::Comprehension => "this comprehension is empty".to_owned(),
        _ if is_valued => format!("{name} is undefined"),
        _ => format!("this rule of {name} is never true"),
    };
    let message = format!("the parameter {parameter} has no default, so {effect} unless --params sets it");
    let help = match uses.with_default.get(&(&node.package, parameter)) {
        Some(known) => {
            let known = &program.nodes[*known];
            format!("read {}, which has the default", known.path[known.package.len()..].join("."))
        }
        None if is_only(rule) => {
            format!("write `default {name} := …` above `{name} := data.{PARAMETERS}.{parameter}`")
        }
        None => format!(
            "write `default {parameter} := …`, below it `{parameter} := data.{PARAMETERS}.{parameter}`, and read \
             {parameter} here"
        ),
    };
    let severity = if is_sure { ProblemSeverity::Error } else { ProblemSeverity::Warning };
    Problem::at(one.at, severity, message).with_help(help)
}

/// Whether the value of a rule without conditions is a parameter, and nothing else.
fn is_only(rule: &Rule) -> bool {
    let Rule::Spec { head: RuleHead::Compr { assign: Some(assign), .. }, bodies, .. } = rule else {
        return false;
    };
    bodies.iter().all(|body| body.query.stmts.is_empty())
        && Reference::of(&assign.value).is_some_and(|it| is_fixed(&it))
}

fn is_fixed(reference: &Reference<'_>) -> bool {
    reference.parts.iter().all(|part| matches!(part, ReferencePart::Name(..)))
}

/// The parameters in the metadata of a control that neither it nor the rules that it uses read.
fn unread(
    program: &Program<'_>,
    calls: &Calls<'_>,
    pack: &Pack,
    data: &DataPaths<'_>,
    control: &Control,
) -> Vec<Problem> {
    let package = package_of(control);
    let own = (0..program.nodes.len()).filter(|node| {
        let node = &program.nodes[*node];
        node.package == package && node.definitions.iter().any(|one| !is_test(program, one))
    });
    let reached = calls.reached_from(own);
    let packages: BTreeSet<String> = reached
        .into_iter()
        .filter_map(|node| Some(format!("data.{}", program.nodes.get(node)?.package.join("."))))
        .collect();
    let read: Vec<&ParametersRead> =
        packages.iter().filter_map(|package| data.parameters.get(package)).collect();
    let Some(module) = pack.module_of(control).filter(|_| !read.iter().any(|read| read.any)) else {
        return Vec::new();
    };
    let names: BTreeSet<&str> = read.iter().flat_map(|read| &read.names).map(String::as_str).collect();
    let unread = control.parameters.keys().filter(|name| !names.contains(name.as_str()));
    unread.map(|name| unread_at(module, control, name, &names)).collect()
}

fn is_test(program: &Program<'_>, definition: &Definition<'_>) -> bool {
    program.units[definition.unit].is_test
}

fn unread_at(module: &Module, control: &Control, name: &str, names: &BTreeSet<&str>) -> Problem {
    let message = format!("{} reads no parameter {name}", control.id);
    let place = place_in_metadata(&module.text, name);
    let problem =
        Problem::in_text(module.path.clone(), &module.text, place, ProblemSeverity::Warning, message);
    match nearest(name, names.iter().copied()) {
        Some(meant) => problem.with_suggestion(Some(meant)),
        None => problem.with_help(format!("remove it from `parameters`, or read data.{PARAMETERS}.{name}")),
    }
}

/// The bytes of a member's name in the block of comments, or the beginning of the file.
fn place_in_metadata(text: &str, name: &str) -> std::ops::Range<usize> {
    let mut start = 0;
    for line in text.split_inclusive('\n').take_while(|line| line.starts_with('#') || line.trim().is_empty())
    {
        let member = line.trim_start_matches(['#', ' ', '"', '\'']);
        let is_member = member
            .strip_prefix(name)
            .is_some_and(|rest| rest.trim_start_matches(['"', '\'', ' ']).starts_with(':'));
        if is_member {
            let at = start + line.len() - member.len();
            return at..at + name.len();
        }
        start += line.len();
    }
    0..0
}

/// The parameters that a control reads and its metadata does not list, if it lists any.
fn unlisted(program: &Program<'_>, data: &DataPaths<'_>, control: &Control) -> Vec<Problem> {
    if control.parameters.is_empty() {
        return Vec::new();
    }
    let package = package_of(control);
    let mut known: BTreeSet<&str> = control.parameters.keys().map(String::as_str).collect();
    let own = data.uses.iter().filter(|one| program.nodes[one.node].package == package);
    let unlisted = own.filter(|one| !ALWAYS_SET.contains(&one.name) && known.insert(one.name));
    unlisted.map(|one| unlisted_at(one.at, one.name)).collect()
}

fn unlisted_at(at: &Span, name: &str) -> Problem {
    Problem::warning(at, format!("the metadata does not list the parameter {name}"))
        .with_help(format!("write its meaning under `parameters`: `{name}: …`"))
}
