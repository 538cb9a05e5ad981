//! The paths of `data` that policies read: the rules of other packages, and the parameters.

use std::collections::{BTreeMap, BTreeSet};

use regorus::unstable::{Expr, Span};

use super::literals::text;
use super::program::{Path, Program};
use super::reference::Reference;
use super::scope::{RuleElement, Within, walk};
use super::{ParametersRead, Problem, nearest};

pub(super) const PARAMETERS: &str = "params";

/// The paths of `data` in all policies.
pub(super) struct DataPaths<'a> {
    /// One for each path that nothing defines.
    pub(super) problems: Vec<Problem>,
    /// The parameters that each package reads.
    pub(super) parameters: BTreeMap<String, ParametersRead>,
    /// The uses of single parameters, except in tests and where the expression has a default.
    pub(super) uses: Vec<ParameterUse<'a>>,
}

/// A place at which a policy reads a parameter.
#[derive(Clone, Copy)]
pub(super) struct ParameterUse<'a> {
    pub(super) name: &'a str,
    /// The root of the reference.
    pub(super) at: &'a Span,
    pub(super) within: Within,
    pub(super) node: usize,
    /// The position of the definition in the node.
    pub(super) definition: usize,
}

pub(super) fn read<'p>(program: &'p Program<'_>) -> DataPaths<'p> {
    let replaced = replaced(program);
    let leading = leading(program, &replaced);
    let (problems, read, uses) = (Vec::new(), BTreeMap::new(), Vec::new());
    let mut reading = DataReading { program, replaced, leading, problems, read, uses };
    for unit in &program.units {
        for import in &unit.module.imports {
            let Some(reference) = Reference::of(&import.refr).filter(|it| it.root.text() == "data") else {
                continue;
            };
            let names: Vec<_> = reference.names().collect();
            if names.first().is_some_and(|(name, _)| *name != PARAMETERS) {
                reading.check_path(&names, 0);
            }
        }
    }
    for (index, node) in program.nodes.iter().enumerate() {
        for (position, definition) in node.definitions.iter().enumerate() {
            let is_test = program.units[definition.unit].is_test;
            // The places of `data.params` in `object.get(data.params, "limit", 90)`.
            let mut with_default = BTreeSet::new();
            walk(definition.rule, &mut |seen| match seen {
                RuleElement::Reference { reference, is_local: false, within } => {
                    if with_default.contains(&reference.root.start) {
                        return;
                    }
                    if let Some(name) = reading.read_reference(&node.package, &reference, is_test) {
                        let (at, node, definition) = (reference.root, index, position);
                        reading.uses.push(ParameterUse { name, at, within, node, definition });
                    }
                }
                RuleElement::Call { function, arguments, .. } if function.span().text() == "object.get" => {
                    let [of, name, _] = arguments else { return };
                    let Some(reference) = Reference::of(of) else { return };
                    let path = reading.path(&node.package, &reference);
                    let is_parameters =
                        path.is_some_and(|path| matches!(path.names.as_slice(), [(PARAMETERS, _)]));
                    if let Some(name) = text(name).filter(|_| is_parameters) {
                        with_default.insert(reference.root.start);
                        if !is_test {
                            reading.parameters_of(&node.package).names.insert(name);
                        }
                    }
                }
                _ => {}
            });
        }
    }
    DataPaths { problems: reading.problems, parameters: reading.read, uses: reading.uses }
}

/// The paths that a `with` gives a value.
fn replaced(program: &Program<'_>) -> BTreeSet<Path> {
    let mut paths = BTreeSet::new();
    for definition in program.nodes.iter().flat_map(|node| &node.definitions) {
        walk(definition.rule, &mut |seen| {
            if let RuleElement::With(modifier) = seen {
                paths.extend(data_path(&modifier.refr));
            }
        });
    }
    paths
}

fn leading(program: &Program<'_>, replaced: &BTreeSet<Path>) -> BTreeSet<Path> {
    let nodes = program.nodes.iter().map(|node| &node.path);
    let paths = nodes.chain(program.units.iter().map(|unit| &unit.package)).chain(replaced);
    paths.flat_map(|path| (0..=path.len()).map(|length| path[..length].to_vec())).collect()
}

fn data_path(target: &Expr) -> Option<Path> {
    let reference = Reference::of(target).filter(|reference| reference.root.text() == "data")?;
    Some(reference.names().map(|(name, _)| name.to_owned()).collect())
}

struct DataReading<'p, 'a> {
    program: &'p Program<'a>,
    replaced: BTreeSet<Path>,
    /// The paths of packages, rules and replacements, and every prefix of them. The names in the policies limit their
    /// number.
    leading: BTreeSet<Path>,
    problems: Vec<Problem>,
    read: BTreeMap<String, ParametersRead>,
    uses: Vec<ParameterUse<'p>>,
}

/// Names below `data`, each with its place.
struct DataPath<'p, 's> {
    names: Vec<(&'p str, &'s Span)>,
    /// The number of leading names that come from an import.
    given: usize,
}

impl<'p, 'a> DataReading<'p, 'a> {
    /// Returns the name of the parameter that a reference reads, unless it is in a test.
    fn read_reference(
        &mut self,
        package: &Path,
        reference: &Reference<'a>,
        is_test: bool,
    ) -> Option<&'p str> {
        let DataPath { names, given } = self.path(package, reference)?;
        if names.first().is_some_and(|(name, _)| *name != PARAMETERS) {
            self.check_path(&names, given);
            return None;
        }
        if is_test {
            return None;
        }
        let Some((name, _)) = names.get(1) else {
            self.parameters_of(package).any = true;
            return None;
        };
        self.parameters_of(package).names.insert((*name).to_owned());
        Some(name)
    }

    fn parameters_of(&mut self, package: &Path) -> &mut ParametersRead {
        self.read.entry(format!("data.{}", package.join("."))).or_default()
    }

    /// The path of a reference below `data`, directly or by an import.
    fn path<'s>(&self, package: &Path, reference: &Reference<'s>) -> Option<DataPath<'p, 's>>
    where
        's: 'p,
    {
        let root = reference.root.text();
        let own: Vec<(&str, &Span)> = reference.names().collect();
        if root == "data" {
            return Some(DataPath { names: own, given: 0 });
        }
        // A rule of the same package takes precedence over an import.
        if self.program.node(&[package.as_slice(), &[root.to_owned()]].concat()).is_some() {
            return None;
        }
        let [(of, target)] = self.program.imported(package, root) else { return None };
        let target_names = target.iter().map(|name| (name.as_str(), reference.root));
        (of == "data").then(|| DataPath { names: target_names.chain(own).collect(), given: target.len() })
    }

    /// Checks a path. Its first `given` names come from an import, which is checked at its own place.
    fn check_path(&mut self, names: &[(&str, &Span)], given: usize) {
        let path: Path = names.iter().map(|(name, _)| (*name).to_owned()).collect();
        let known =
            (0..=path.len()).rev().find(|length| self.leading.contains(&path[..*length])).unwrap_or(0);
        let is_value = (1..=known).any(|length| self.is_defined(&path[..length]));
        if known == path.len() || is_value || known < given {
            return;
        }
        let (name, span) = names[known];
        let above = if known == 0 { "data".to_owned() } else { format!("data.{}", path[..known].join(".")) };
        let nodes = self.program.nodes.iter().map(|node| &node.path);
        let all = nodes.chain(self.program.units.iter().map(|unit| &unit.package));
        let beside = all.filter_map(|other| other.strip_prefix(&path[..known])?.first());
        let parameters = (known == 0).then_some(PARAMETERS);
        let suggestion = nearest(name, beside.map(String::as_str).chain(parameters));
        let problem = Problem::error(span, format!("{above} has no {name}"));
        self.problems.push(match suggestion {
            None if known == 0 => {
                problem.with_help("data contains only the rules of packages and data.params")
            }
            suggestion => problem.with_suggestion(suggestion),
        });
    }

    /// Whether a rule or a replacement has exactly this path, so that any path below it may exist.
    fn is_defined(&self, path: &[String]) -> bool {
        self.program.node(path).is_some() || self.replaced.contains(path)
    }
}
