//! The paths of `data` that policies read: the rules of other packages, and the parameters.

use std::collections::{BTreeMap, BTreeSet};

use regorus::unstable::{Expr, Span};

use super::program::{Path, Program};
use super::reference::Reference;
use super::scope::{RuleElement, walk};
use super::{ParametersRead, Problem, nearest};

pub(super) const PARAMETERS: &str = "params";

/// Returns a problem for each path that nothing defines, and the parameters that each package reads.
pub(super) fn read(program: &Program<'_>) -> (Vec<Problem>, BTreeMap<String, ParametersRead>) {
    let replaced = replaced(program);
    let leading = leading(program, &replaced);
    let mut reading = DataReading { program, replaced, leading, problems: Vec::new(), read: BTreeMap::new() };
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
    for node in &program.nodes {
        for definition in &node.definitions {
            let is_test = program.units[definition.unit].is_test;
            walk(definition.rule, &mut |seen| {
                if let RuleElement::Reference { reference, is_local: false } = seen {
                    reading.read_reference(&node.package, &reference, is_test);
                }
            });
        }
    }
    (reading.problems, reading.read)
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
    /// The paths of packages, rules and replacements, and every prefix of them. As many as the policies have names.
    leading: BTreeSet<Path>,
    problems: Vec<Problem>,
    read: BTreeMap<String, ParametersRead>,
}

impl DataReading<'_, '_> {
    fn read_reference(&mut self, package: &Path, reference: &Reference<'_>, is_test: bool) {
        let root = reference.root.text();
        let own: Vec<(&str, &Span)> = reference.names().collect();
        if root == "data" {
            self.read_path(package, &own, 0, is_test);
            return;
        }
        // A rule of the package's own comes before an import.
        if self.program.node(&[package.as_slice(), &[root.to_owned()]].concat()).is_some() {
            return;
        }
        let imported = self.program.imported(package, root).to_vec();
        if let [(of, target)] = imported.as_slice()
            && of == "data"
        {
            let target = target.iter().map(|name| (name.as_str(), reference.root));
            let names: Vec<_> = target.chain(own.iter().copied()).collect();
            self.read_path(package, &names, names.len() - own.len(), is_test);
        }
    }

    fn read_path(&mut self, package: &Path, names: &[(&str, &Span)], given: usize, is_test: bool) {
        if names.first().is_none_or(|(name, _)| *name == PARAMETERS) {
            if !is_test {
                let read = self.read.entry(format!("data.{}", package.join("."))).or_default();
                match names.get(1) {
                    Some((name, _)) => drop(read.names.insert((*name).to_owned())),
                    None => read.any = true,
                }
            }
        } else {
            self.check_path(names, given);
        }
    }

    /// The first `given` names are those of an import, which is checked at its own place.
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
