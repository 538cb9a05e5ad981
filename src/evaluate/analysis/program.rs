//! The loaded modules as one: their packages, imports and rules, found as regorus finds them.

use std::collections::{BTreeMap, BTreeSet};

use regorus::unstable::{Expr, Import, Module, Ref, Rule, RuleHead, Span};

use super::reference::{Reference, ReferencePart};

/// The beginning of the names of tests. Open Policy Agent skips tests with the second one.
const TEST_PREFIXES: [&str; 2] = ["test_", "todo_test_"];

/// Names below `data`.
pub(super) type Path = Vec<String>;

/// The rules of all modules. Every collection has at most one element for each module, import, or name in the path of a
/// rule.
pub(super) struct Program<'a> {
    pub(super) units: Vec<Unit<'a>>,
    /// Every rule, with all its definitions, by the fixed beginning of its path.
    pub(super) nodes: Vec<Node<'a>>,
    by_path: BTreeMap<Path, usize>,
    /// The nodes below each path that is longer than its package.
    below: BTreeMap<Path, BTreeSet<usize>>,
    /// The imports of each package: in regorus, they belong to the package and not to a file.
    imports: BTreeMap<(Path, String), Vec<(String, Path)>>,
}

pub(super) struct Unit<'a> {
    pub(super) module: &'a Module,
    pub(super) package: Path,
    pub(super) is_test: bool,
}

pub(super) struct Node<'a> {
    pub(super) path: Path,
    pub(super) package: Path,
    pub(super) definitions: Vec<Definition<'a>>,
}

#[derive(Clone, Copy)]
pub(super) struct Definition<'a> {
    pub(super) unit: usize,
    pub(super) rule: &'a Rule,
}

impl<'a> Program<'a> {
    pub(super) fn new(modules: &'a [Ref<Module>]) -> Program<'a> {
        let units = modules.iter().map(|module| Unit {
            module,
            package: path_of(&module.package.refr),
            is_test: module.package.span.source.get_path().ends_with("_test.rego"),
        });
        let mut program = Program {
            units: units.collect(),
            nodes: Vec::new(),
            by_path: BTreeMap::new(),
            below: BTreeMap::new(),
            imports: BTreeMap::new(),
        };
        for unit in 0..program.units.len() {
            let module = program.units[unit].module;
            for rule in &module.policy {
                program.add_rule(unit, rule);
            }
            for import in &module.imports {
                program.add_import(unit, import);
            }
        }
        program
    }

    fn add_rule(&mut self, unit: usize, rule: &'a Rule) {
        let package = self.units[unit].package.clone();
        let mut path = package.clone();
        path.extend(path_of(name_of(rule)));
        let next = self.nodes.len();
        let node = *self.by_path.entry(path.clone()).or_insert(next);
        if node == next {
            for length in package.len() + 1..=path.len() {
                self.below.entry(path[..length].to_vec()).or_default().insert(node);
            }
            self.nodes.push(Node { path, package, definitions: Vec::new() });
        }
        self.nodes[node].definitions.push(Definition { unit, rule });
    }

    /// Every definition of a rule, with its package.
    pub(super) fn rules(&self) -> impl Iterator<Item = (&Path, &'a Rule)> {
        let definitions = self.nodes.iter().flat_map(|node| &node.definitions);
        definitions.map(|definition| (&self.units[definition.unit].package, definition.rule))
    }

    fn add_import(&mut self, unit: usize, import: &Import) {
        let Some(reference) = Reference::of(&import.refr) else { return };
        let target: Path = reference.names().map(|(name, _)| name.to_owned()).collect();
        let alias = import.r#as.as_ref().map(|alias| alias.text().to_owned());
        let Some(alias) = alias.or_else(|| target.last().cloned()) else { return };
        let root = reference.root.text().to_owned();
        self.imports.entry((self.units[unit].package.clone(), alias)).or_default().push((root, target));
    }

    /// The meanings that the imports of a package give a name: each a root, `data` or `input`, and a path below it.
    pub(super) fn imported(&self, package: &Path, name: &str) -> &[(String, Path)] {
        self.imports.get(&(package.clone(), name.to_owned())).map(Vec::as_slice).unwrap_or_default()
    }

    /// Returns the names that the imports of a package define.
    pub(super) fn aliases(&self, package: &Path) -> impl Iterator<Item = (&str, &Path)> {
        let own = self.imports.iter().filter(move |((of, _), _)| of == package);
        own.flat_map(|((_, alias), targets)| targets.iter().map(move |(_, target)| (alias.as_str(), target)))
    }

    pub(super) fn node(&self, path: &[String]) -> Option<usize> {
        self.by_path.get(path).copied()
    }

    /// The rules that regorus may evaluate for a reference that does not begin with a local name.
    pub(super) fn reached(&self, package: &Path, reference: &Reference<'_>) -> BTreeSet<usize> {
        let names: Path = reference.names().map(|(name, _)| name.to_owned()).collect();
        let mut nodes = BTreeSet::new();
        match reference.root.text() {
            "input" => {}
            "data" => self.reach(&names, &mut nodes),
            root => {
                let own = [package.as_slice(), &[root.to_owned()], &names].concat();
                nodes.extend(self.longest(&own, package.len()));
                for (_, target) in self.imported(package, root).iter().filter(|(of, _)| of == "data") {
                    self.reach(&[target.as_slice(), &names].concat(), &mut nodes);
                }
            }
        }
        nodes
    }

    fn reach(&self, path: &[String], nodes: &mut BTreeSet<usize>) {
        nodes.extend(self.longest(path, 0));
        nodes.extend((0..self.nodes.len()).filter(|node| self.nodes[*node].path.starts_with(path)));
    }

    /// Returns the rules at or below the longest beginning of `path` that has any. The beginning must have more than
    /// `than` names. Regorus looks rules up in the same way.
    fn longest(&self, path: &[String], than: usize) -> BTreeSet<usize> {
        let mut lengths = (than + 1..=path.len()).rev();
        lengths.find_map(|length| self.below.get(&path[..length])).cloned().unwrap_or_default()
    }

    /// The functions that a call by this name may mean.
    pub(super) fn functions(&self, package: &Path, function: &Expr) -> Vec<usize> {
        let Some(reference) = Reference::of(function) else { return Vec::new() };
        let rest = reference.parts.iter().filter_map(|part| match part {
            ReferencePart::Name(name, _) => Some((*name).to_owned()),
            ReferencePart::Index(_) => None,
        });
        let rest: Path = rest.collect();
        let root = reference.root.text();
        let mut paths = vec![[package.as_slice(), &[root.to_owned()], &rest].concat()];
        if root == "data" {
            paths.push(rest.clone());
        }
        for (_, target) in self.imported(package, root).iter().filter(|(of, _)| of == "data") {
            paths.push([target.as_slice(), &rest].concat());
        }
        let nodes = paths.iter().filter_map(|path| self.node(path));
        nodes.filter(|node| self.arity(*node).is_some()).collect()
    }

    /// The number of arguments of a function; `None` for any other rule.
    pub(super) fn arity(&self, node: usize) -> Option<usize> {
        self.nodes[node].definitions.iter().find_map(|definition| match definition.rule {
            Rule::Spec { head: RuleHead::Func { args, .. }, .. } => Some(args.len()),
            Rule::Default { args, .. } if !args.is_empty() => Some(args.len()),
            _ => None,
        })
    }

    /// The name of a rule in messages, like `data.a.b`.
    pub(super) fn name(&self, node: usize) -> String {
        format!("data.{}", self.nodes[node].path.join("."))
    }
}

impl Node<'_> {
    /// The place of its first definition.
    pub(super) fn span(&self) -> &Span {
        name_of(self.definitions[0].rule).span()
    }
}

pub(super) fn name_of(rule: &Rule) -> &Expr {
    match rule {
        Rule::Default { refr, .. } => refr,
        Rule::Spec { head, .. } => match head {
            RuleHead::Compr { refr, .. } | RuleHead::Set { refr, .. } | RuleHead::Func { refr, .. } => refr,
        },
    }
}

/// Returns the names of a package or a rule, up to the first part that is computed.
fn path_of(refr: &Expr) -> Path {
    let Some(reference) = Reference::of(refr) else { return Path::new() };
    let names = reference.names().map(|(name, _)| name.to_owned());
    std::iter::once(reference.root.text().to_owned()).chain(names).collect()
}

/// Whether the path of a rule in this package is that of a test.
pub(super) fn is_test_rule(path: &[String], package: &[String]) -> bool {
    let name = path.get(package.len());
    name.is_some_and(|name| TEST_PREFIXES.iter().any(|prefix| name.starts_with(prefix)))
}

/// Returns the file in which the tests of `file` belong.
pub(super) fn home_of_tests(file: &str) -> String {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let stem = name.strip_suffix(".rego").unwrap_or(name);
    match stem.strip_suffix("_tests") {
        Some(stem) => format!("rename the file to {stem}_test.rego"),
        None => format!("move it to a file {stem}_test.rego"),
    }
}
