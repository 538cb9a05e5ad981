//! Finds recursion, which Rego does not allow and which would overflow the stack, and everything else that would
//! overflow it.
//!
//! A function is called by a name that is fixed in the text, even if a local variable has that name, so every cycle of
//! functions is found. Regorus itself ends with an error if a rule needs itself, so a cycle that includes a rule is
//! found late at worst.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use regorus::unstable::Span;

use super::program::{Definition, Program};
use super::reference::Reference;
use super::scope::{RuleElement, walk};
use super::{MAX_STACK_UNITS, Problem, builtins, weight};

/// Far more edges than policies have, and few enough for memory: `data[x]` in each of n rules refers to all n of them.
const MAX_EDGES: usize = 1_000_000;

/// The edges from one node, by the node that each leads to.
type Edges<'a> = BTreeMap<usize, Edge<'a>>;

#[derive(Clone, Copy)]
struct Edge<'a> {
    at: &'a Span,
    /// A local name hides the rule here.
    is_hidden: bool,
}

pub(super) struct Calls<'a> {
    /// The edges from each node: first of every rule, then of every builtin that a `with` replaces. [`MAX_EDGES`]
    /// limits the edges of all nodes together.
    edges: Vec<Edges<'a>>,
    count: usize,
}

impl<'a> Calls<'a> {
    pub(super) fn of(program: &Program<'a>) -> Calls<'a> {
        let mut replaced = BTreeMap::new();
        for definition in program.nodes.iter().flat_map(|node| &node.definitions) {
            walk(definition.rule, &mut |seen| {
                if let RuleElement::With(modifier) = seen {
                    let name = Reference::of(&modifier.refr).map(|target| target.dotted());
                    if let Some(name) = name.filter(|name| builtins::exists(name)) {
                        let next = program.nodes.len() + replaced.len();
                        replaced.entry(name).or_insert(next);
                    }
                }
            });
        }
        let mut calls = Calls { edges: vec![Edges::new(); program.nodes.len() + replaced.len()], count: 0 };
        for (node, rule) in program.nodes.iter().enumerate() {
            for definition in &rule.definitions {
                calls.add(program, &replaced, node, *definition);
            }
        }
        calls
    }

    fn add(
        &mut self,
        program: &Program<'a>,
        replaced: &BTreeMap<String, usize>,
        node: usize,
        definition: Definition<'a>,
    ) {
        let package = &program.nodes[node].package;
        walk(definition.rule, &mut |seen| match seen {
            RuleElement::Reference { reference, is_local, .. } => {
                for to in program.reached(package, &reference) {
                    self.connect(node, to, Edge { at: reference.root, is_hidden: is_local });
                }
            }
            RuleElement::Call { span, function, .. } => {
                let edge = Edge { at: span, is_hidden: false };
                for to in program.functions(package, function) {
                    self.connect(node, to, edge);
                }
                let name = Reference::of(function).map(|called| called.dotted()).unwrap_or_default();
                if let Some(to) = replaced.get(&name) {
                    self.connect(node, *to, edge);
                }
            }
            RuleElement::With(modifier) => {
                let edge = Edge { at: modifier.r#as.span(), is_hidden: false };
                let name = Reference::of(&modifier.refr).map(|target| target.dotted()).unwrap_or_default();
                let mut targets = program.functions(package, &modifier.refr);
                targets.extend(replaced.get(&name));
                // A rule that calls the replaced function calls its replacement instead.
                for to in program.functions(package, &modifier.r#as) {
                    for target in &targets {
                        self.connect(*target, to, edge);
                    }
                }
            }
            RuleElement::Query(_) => {}
        });
    }

    fn connect(&mut self, from: usize, to: usize, edge: Edge<'a>) {
        // Beyond the limit, further calls are not checked: `problems` reports the limit instead.
        if self.count > MAX_EDGES {
            return;
        }
        let edges = &mut self.edges[from];
        if edges.get(&to).is_none_or(|known| known.is_hidden && !edge.is_hidden) {
            edges.insert(to, edge);
            self.count += 1;
        }
    }

    /// Whether another rule, even one in a test, refers to this rule.
    pub(super) fn is_known(&self, node: usize) -> bool {
        let mut edges = self.edges.iter().enumerate();
        edges.any(|(from, edges)| from != node && edges.get(&node).is_some_and(|edge| !edge.is_hidden))
    }

    /// Whether another rule that is not in a test refers to this rule.
    pub(super) fn is_used(&self, program: &Program<'_>, node: usize) -> bool {
        let is_test = |from: usize| {
            let unit = program.nodes.get(from).map(|node| node.definitions[0].unit);
            unit.is_some_and(|unit| program.units[unit].is_test)
        };
        self.edges.iter().enumerate().any(|(from, edges)| {
            from != node && !is_test(from) && edges.get(&node).is_some_and(|edge| !edge.is_hidden)
        })
    }

    /// The nodes that `from` may evaluate, themselves included.
    pub(super) fn reached_from(&self, from: impl IntoIterator<Item = usize>) -> BTreeSet<usize> {
        let mut reached = BTreeSet::new();
        let mut open: Vec<usize> = from.into_iter().collect();
        while let Some(node) = open.pop() {
            if reached.insert(node) {
                open.extend(self.edges[node].keys());
            }
        }
        reached
    }

    pub(super) fn problems(&self, program: &Program<'a>) -> Vec<Problem> {
        if let Some(first) = program.nodes.first().filter(|_| self.count > MAX_EDGES) {
            let message = format!("rules refer to each other more than {MAX_EDGES} times");
            return vec![Problem::error(first.span(), message)];
        }
        let mut problems = Vec::new();
        for group in self.groups(false) {
            let first = group.iter().copied().min().unwrap_or_default();
            if let Some(cycle) = self.cycle(first, &group) {
                problems.push(self.recursion(program, &cycle));
            }
        }
        if problems.is_empty() { self.too_deep(program).into_iter().collect() } else { problems }
    }

    fn recursion(&self, program: &Program<'_>, cycle: &[usize]) -> Problem {
        let name = |node: usize| {
            if node < program.nodes.len() { program.name(node) } else { "a replaced builtin".to_owned() }
        };
        let names: Vec<String> = cycle.iter().chain(&cycle[..1]).map(|node| name(*node)).collect();
        let next = cycle.get(1).unwrap_or(&cycle[0]);
        let message = format!("{} refers to itself: {}", names[0], names.join(" → "));
        Problem::error(self.edges[cycle[0]][next].at, message)
            .with_help("Rego has no recursion; move the common part into a separate rule")
    }

    /// Returns the shortest path from `first` back to itself.
    fn cycle(&self, first: usize, group: &BTreeSet<usize>) -> Option<Vec<usize>> {
        let mut came_from: BTreeMap<usize, usize> = BTreeMap::new();
        let mut waiting = VecDeque::from([first]);
        while let Some(node) = waiting.pop_front() {
            for (to, _) in self.edges[node].iter().filter(|(to, edge)| !edge.is_hidden && group.contains(to))
            {
                if *to == first {
                    let mut way = vec![node];
                    while let Some(before) = way.last().and_then(|last| came_from.get(last)) {
                        way.push(*before);
                    }
                    way.reverse();
                    return Some(way);
                }
                if !came_from.contains_key(to) {
                    came_from.insert(*to, node);
                    waiting.push_back(*to);
                }
            }
        }
        None
    }

    /// Returns a problem if the heaviest chain of rules is too deep. Rules that form a cycle only by hidden names count
    /// as a chain.
    fn too_deep(&self, program: &Program<'a>) -> Option<Problem> {
        let weigh = |node: usize| {
            let definitions = program.nodes.get(node).map(|node| node.definitions.as_slice());
            let definitions = definitions.unwrap_or_default().iter();
            definitions.map(|definition| weight::of_rule(definition.rule)).max().unwrap_or(1)
        };
        let mut heaviest: Vec<usize> = vec![0; self.edges.len()];
        for group in self.groups(true) {
            let targets = group.iter().flat_map(|node| self.edges[*node].keys());
            let below = targets.filter(|to| !group.contains(to)).map(|to| heaviest[*to]).max().unwrap_or(0);
            let own = group.iter().map(|node| weigh(*node)).sum::<usize>().saturating_mul(group.len());
            let all = below.saturating_add(own);
            let first = group.iter().copied().min().filter(|node| *node < program.nodes.len());
            if let Some(first) = first.filter(|_| all > MAX_STACK_UNITS) {
                let message = format!(
                    "{} needs a chain of rules that is too long to be evaluated",
                    program.name(first)
                );
                let help =
                    "rules call each other too deeply, or one of them nests too deeply or has too many loops";
                return Some(Problem::error(program.nodes[first].span(), message).with_help(help));
            }
            for node in &group {
                heaviest[*node] = all;
            }
        }
        None
    }

    /// Returns the strongly connected components, each after those that it refers to (Kosaraju, without recursion).
    fn groups(&self, with_hidden: bool) -> Vec<BTreeSet<usize>> {
        let count = self.edges.len();
        let mut backwards = vec![Vec::new(); count];
        let mut forwards = vec![Vec::new(); count];
        for (from, edges) in self.edges.iter().enumerate() {
            for (to, _) in edges.iter().filter(|(_, edge)| with_hidden || !edge.is_hidden) {
                forwards[from].push(*to);
                backwards[*to].push(from);
            }
        }
        let mut order = Vec::new();
        let mut seen = vec![false; count];
        for node in 0..count {
            finish(node, &backwards, &mut seen, &mut order);
        }
        let mut groups = Vec::new();
        let mut seen = vec![false; count];
        for node in order.into_iter().rev() {
            let mut group = Vec::new();
            finish(node, &forwards, &mut seen, &mut group);
            if !group.is_empty() {
                groups.push(group.into_iter().collect());
            }
        }
        groups
    }
}

/// Appends the nodes that `node` reaches and that were not seen yet, each after all nodes that it leads to.
fn finish(node: usize, edges: &[Vec<usize>], seen: &mut [bool], order: &mut Vec<usize>) {
    let mut open = if std::mem::replace(&mut seen[node], true) { Vec::new() } else { vec![(node, 0)] };
    while let Some((node, next)) = open.pop() {
        match edges[node].get(next) {
            Some(to) => {
                open.push((node, next + 1));
                if !std::mem::replace(&mut seen[*to], true) {
                    open.push((*to, 0));
                }
            }
            None => order.push(node),
        }
    }
}
