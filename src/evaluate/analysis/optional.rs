//! Facts that can be missing, and controls that pass an account if one is, because they never ask whether it is known.

use std::collections::BTreeSet;

use regorus::unstable::{Expr, Literal, Rule, Span};

use super::Problem;
use super::calls::Calls;
use super::exports::package_of;
use super::program::Program;
use super::reference::Reference;
use super::scope::{RuleElement, children, walk};
use crate::model::{About, Control, Pack};

/// A place at which a rule reads a member that the facts can lack.
pub(super) struct OptionalUse {
    pub(super) node: usize,
    /// The object, as types name it.
    pub(super) owner: String,
    pub(super) member: String,
    /// The reference.
    pub(super) at: Span,
    pub(super) effect: Effect,
}

/// The effect of a fact that is missing. The greatest one applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Effect {
    /// The rule is undefined.
    Undefined,
    /// A comprehension has fewer elements.
    Fewer,
    /// The rule asks whether the fact is known, by `not` or by `object.get`.
    Asked,
}

/// The facts that are missing for the same reason. A control that asks for one of them covers all of them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum MissingFact<'u> {
    /// A member of the account.
    OfAccount(&'u str),
    Stamp,
    /// What is proven about the age of a key.
    Age,
}

impl OptionalUse {
    /// Returns `None` for a fact about a single record: other records of the list may show what a control needs.
    fn missing(&self) -> Option<MissingFact<'_>> {
        let is_of = |owner: &str| self.owner == owner || self.owner.ends_with(&format!(" of {owner}"));
        match self.member.as_str() {
            member if self.owner == "account of the facts" => Some(MissingFact::OfAccount(member)),
            "stamp" if self.owner == KEY_OBJECT => Some(MissingFact::Stamp),
            _ if self.owner == KEY_OBJECT || is_of("oldest_key of the facts") => Some(MissingFact::Age),
            _ if AGE_OBJECTS.iter().any(|ages| self.owner == format!("{ages} of {KEY_OBJECT}")) => {
                Some(MissingFact::Age)
            }
            _ => None,
        }
    }
}

const KEY_OBJECT: &str = "an element of keys of the facts";
const AGE_OBJECTS: [&str; 2] = ["age_days", "set_at"];

/// Returns at most one problem for each control and fact.
pub(super) fn problems(
    program: &Program<'_>,
    calls: &Calls<'_>,
    pack: &Pack,
    uses: &[OptionalUse],
) -> Vec<Problem> {
    let of_accounts = pack.controls.iter().filter(|control| control.about == About::Account);
    of_accounts.flat_map(|control| of_control(program, calls, control, uses)).collect()
}

fn of_control(
    program: &Program<'_>,
    calls: &Calls<'_>,
    control: &Control,
    uses: &[OptionalUse],
) -> Vec<Problem> {
    let package = package_of(control);
    let rule = |name: &str| program.node(&[package.as_slice(), &[name.to_owned()]].concat());
    let violating = calls.reached_from(rule("violation"));
    let doubting = calls.reached_from(rule("unproven"));
    let asked = violating.union(&doubting).flat_map(|node| asked_by(program, *node));
    let asked = calls.reached_from(asked);
    let is_handled = |one: &&OptionalUse| {
        let is_in_doubt = doubting.contains(&one.node) || asked.contains(&one.node);
        let is_asked = one.effect == Effect::Asked || has_other_default(program, one.node);
        is_in_doubt || (violating.contains(&one.node) && is_asked)
    };
    let mut known: BTreeSet<MissingFact<'_>> =
        uses.iter().filter(is_handled).filter_map(OptionalUse::missing).collect();
    let mut problems = Vec::new();
    let is_needed = |one: &&OptionalUse| violating.contains(&one.node) && one.effect == Effect::Undefined;
    for one in uses.iter().filter(is_needed) {
        if let Some(missing) = one.missing()
            && known.insert(missing.clone())
        {
            problems.push(problem(control, one, &missing));
        }
    }
    problems
}

/// The rules that a rule negates: these ask whether the facts that they read are known.
fn asked_by(program: &Program<'_>, node: usize) -> Vec<usize> {
    let mut asked = Vec::new();
    // The last nodes are builtins.
    let Some(node) = program.nodes.get(node) else { return asked };
    for definition in &node.definitions {
        walk(definition.rule, &mut |seen| {
            let RuleElement::Query(query) = seen else { return };
            for statement in &query.stmts {
                let Literal::NotExpr { expr, .. } = &statement.literal else { continue };
                let mut open: Vec<&Expr> = vec![expr];
                while let Some(expr) = open.pop() {
                    if let Some(reference) = Reference::of(expr) {
                        asked.extend(program.reached(&node.package, &reference));
                    }
                    if let Expr::Call { fcn, .. } = expr {
                        asked.extend(program.functions(&node.package, fcn));
                    }
                    open.extend(children(expr));
                }
            }
        });
    }
    asked
}

/// Whether a rule has another value than false if a fact is missing.
fn has_other_default(program: &Program<'_>, node: usize) -> bool {
    program.nodes[node].definitions.iter().any(|definition| match definition.rule {
        Rule::Default { value, .. } => value.span().text() != "false",
        Rule::Spec { .. } => false,
    })
}

fn problem(control: &Control, one: &OptionalUse, missing: &MissingFact<'_>) -> Problem {
    let (text, id) = (one.at.text(), &control.id);
    let unproven = "`unproven contains {\"message\": \"…\"} if";
    let (reason, help) = match missing {
        MissingFact::OfAccount(member @ "local_auth_disabled") => (
            "the account list does not show it",
            format!(
                "write {unproven} not is_known`, and `is_known if input.account.{member} in [true, false]`"
            ),
        ),
        MissingFact::OfAccount(member) => {
            let is_path = text.starts_with("input.account.") && !text.contains('[');
            let path = if is_path { text.to_owned() } else { format!("input.account.{member}") };
            ("the account list does not show it", format!("write {unproven} not {path}`"))
        }
        MissingFact::Stamp => (
            "nobody read the stamp of the key",
            format!("write {unproven} {{ some key in input.keys; not key.stamp }}`"),
        ),
        MissingFact::Age => (
            "the evidence does not prove it",
            format!(
                "write {unproven} not is_young`, and `is_young if input.oldest_key.age_days.max <= …`, which proves it"
            ),
        ),
    };
    Problem::warning(&one.at, format!("{text} is missing if {reason}: {id} then passes the account"))
        .with_help(help)
}
