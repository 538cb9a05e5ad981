//! Warns of comparisons with a value that the other side never has, according to the schemas of the facts: Rego compares
//! values of different types without an error.

use std::collections::BTreeSet;

use regorus::unstable::{BoolOp, Expr, Span};

use super::literals::text;
use super::reference::singular;
use super::types::Type;
use super::{Problem, nearest};

/// A value that is written out, and the expression that it is compared with.
#[derive(Clone, Copy)]
pub(super) struct LiteralComparison<'a> {
    /// The comparison.
    pub(super) whole: &'a Span,
    pub(super) literal: &'a Expr,
    pub(super) other: &'a Expr,
    /// Whether the comparison is about the order of values.
    pub(super) is_order: bool,
    /// Whether the comparison is with each element of `other`.
    pub(super) is_with_elements: bool,
}

impl<'a> LiteralComparison<'a> {
    /// Returns `None` if neither side is a literal, or both are.
    pub(super) fn of(
        whole: &'a Span,
        op: &BoolOp,
        lhs: &'a Expr,
        rhs: &'a Expr,
    ) -> Option<LiteralComparison<'a>> {
        let is_order = !matches!(op, BoolOp::Eq | BoolOp::Ne);
        match (is_literal(lhs), is_literal(rhs)) {
            (false, true) => Some(LiteralComparison::new(whole, rhs, lhs, is_order)),
            (true, false) => Some(LiteralComparison::new(whole, lhs, rhs, is_order)),
            _ => None,
        }
    }

    fn new(whole: &'a Span, literal: &'a Expr, other: &'a Expr, is_order: bool) -> LiteralComparison<'a> {
        LiteralComparison { whole, literal, other, is_order, is_with_elements: false }
    }

    /// The comparison of `"a" in list`.
    pub(super) fn with_elements(
        whole: &'a Span,
        value: &'a Expr,
        collection: &'a Expr,
    ) -> Option<LiteralComparison<'a>> {
        let is_known = is_literal(value) && !matches!(collection, Expr::Array { .. } | Expr::Set { .. });
        let comparison = LiteralComparison::new(whole, value, collection, false);
        is_known.then_some(LiteralComparison { is_with_elements: true, ..comparison })
    }

    /// The comparisons of `x in {"a", "b"}`.
    pub(super) fn with_each(
        whole: &'a Span,
        other: &'a Expr,
        collection: &'a Expr,
    ) -> Vec<LiteralComparison<'a>> {
        let (Expr::Array { items, .. } | Expr::Set { items, .. }) = collection else { return Vec::new() };
        let literals = items.iter().map(AsRef::as_ref).filter(|item| is_literal(item));
        literals.map(|literal| LiteralComparison::new(whole, literal, other, false)).collect()
    }

    /// Returns the problem if the other side is of type `of`.
    pub(super) fn problem(self, of: &Type) -> Option<Problem> {
        let kinds = of.kinds()?;
        let other = self.other.span().text();
        let other = if self.is_with_elements { format!("an element of {other}") } else { other.to_owned() };
        let span = self.literal.span();
        let is_same = |kind: &&&Type| kind.kind() == kind_of(self.literal);
        let same: Vec<&Type> = kinds.iter().filter(is_same).copied().collect();
        if same.is_empty() {
            let mut names: Vec<&str> = kinds.iter().map(|kind| kind.kind()).collect();
            names.dedup();
            let message =
                format!("{other} is {}, but is compared with {}", names.join(" or "), kind_of(self.literal));
            return Some(Problem::warning(span, message).with_help(self.right_form(&kinds)));
        }
        let value = text(self.literal).filter(|_| !self.is_order)?;
        let mut words = BTreeSet::new();
        for kind in same {
            match kind {
                Type::Text(own) if !own.is_empty() => words.extend(own.iter().cloned()),
                _ => return None,
            }
        }
        if words.contains(&value) {
            return None;
        }
        let problem = Problem::warning(span, format!("{other} is never \"{value}\""));
        Some(match nearest(&value, words.iter().map(String::as_str)) {
            Some(word) => problem.with_help(format!("write {}", self.with_literal(&format!("\"{word}\"")))),
            None => problem.with_help(format!("expected one of {}", quoted(&words))),
        })
    }

    /// The comparison with a value of the right type, or the possible values.
    fn right_form(&self, kinds: &[&Type]) -> String {
        let written = self.literal.span().text();
        if matches!(self.literal, Expr::Null { .. }) {
            return "an unknown fact is left out, and is never null".to_owned();
        }
        let unquoted = text(self.literal).unwrap_or_default();
        let other = self.other.span().text();
        for kind in kinds {
            match kind {
                Type::Object(_) if self.is_with_elements => {
                    let item = singular(other);
                    return format!("write `some {item} in {other}`, and compare a member of {item}");
                }
                Type::Array(_) | Type::Set(_) if matches!(self.literal, Expr::Number { .. }) => {
                    return format!(
                        "write {}",
                        self.whole.text().replacen(other, &format!("count({other})"), 1)
                    );
                }
                Type::Array(of) | Type::Set(of) => {
                    let item = singular(other);
                    let compared = match of.as_ref() {
                        Type::Object(_) => format!("a member of {item}"),
                        _ => item.clone(),
                    };
                    return format!("write `some {item} in {other}`, and compare {compared}");
                }
                Type::Object(_) => {
                    let members = kind.fixed_members();
                    let one = format!("compare one member of {other}");
                    return if members.is_empty() { one } else { format!("{one}: {}", members.join(", ")) };
                }
                Type::Bool if matches!(unquoted.as_str(), "true" | "false") => {
                    return format!("write {}", self.with_literal(&unquoted));
                }
                Type::Number | Type::Integer if unquoted.parse::<f64>().is_ok_and(f64::is_finite) => {
                    return format!("write {}", self.with_literal(&unquoted));
                }
                Type::Text(words) if words.is_empty() => {
                    return format!("write {}", self.with_literal(&format!("\"{written}\"")));
                }
                _ => {}
            }
        }
        let values: Vec<String> = kinds
            .iter()
            .map(|kind| match kind {
                Type::Bool => "true or false".to_owned(),
                Type::Text(words) => quoted(words),
                kind => kind.kind().to_owned(),
            })
            .collect();
        format!("compare it with {}", values.join(" or "))
    }

    /// The text of the comparison with another value in place of the literal.
    fn with_literal(&self, value: &str) -> String {
        let whole = self.whole.text();
        let span = self.literal.span();
        // The place of a string is that of the text between its quotes.
        let quote = usize::from(text(self.literal).is_some());
        let start = usize::try_from(span.start.saturating_sub(self.whole.start)).unwrap_or_default();
        // The place of a comparison that begins with a string also begins after the quote.
        let opening = quote.min(start);
        let (before, rest) = whole.split_at_checked(start - opening).unwrap_or((whole, ""));
        let after = rest.get(opening + span.text().len() + quote..).unwrap_or_default();
        format!("{before}{value}{after}")
    }
}

fn is_literal(expr: &Expr) -> bool {
    !kind_of(expr).is_empty()
}

/// Returns the kind of a literal; empty for a value that is computed, or has elements.
fn kind_of(expr: &Expr) -> &'static str {
    match expr {
        Expr::String { .. } | Expr::RawString { .. } => "a string",
        Expr::Number { .. } => "a number",
        Expr::Bool { .. } => "a boolean",
        Expr::Null { .. } => "null",
        _ => "",
    }
}

fn quoted(words: &BTreeSet<String>) -> String {
    words.iter().map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(", ")
}
