//! References, taken apart: `data.a["b"][x].c`.

use regorus::unstable::{Expr, Span};

pub(super) struct Reference<'a> {
    pub(super) root: &'a Span,
    pub(super) parts: Vec<ReferencePart<'a>>,
}

pub(super) enum ReferencePart<'a> {
    Name(&'a str, &'a Span),
    Index(&'a Expr),
}

impl<'a> Reference<'a> {
    /// Returns `None` for an expression that does not begin with a name.
    pub(super) fn of(mut expr: &'a Expr) -> Option<Reference<'a>> {
        let mut parts = Vec::new();
        loop {
            expr = match expr {
                Expr::Var { span, .. } => {
                    parts.reverse();
                    return Some(Reference { root: span, parts });
                }
                Expr::RefDot { refr, field, .. } => {
                    parts.push(ReferencePart::Name(field.0.text(), &field.0));
                    refr.as_ref()
                }
                Expr::RefBrack { refr, index, .. } => {
                    parts.push(match index.as_ref() {
                        Expr::String { span, value, .. } => match value.as_string() {
                            Ok(name) => ReferencePart::Name(name.as_ref(), span),
                            Err(_) => ReferencePart::Index(index),
                        },
                        _ => ReferencePart::Index(index),
                    });
                    refr.as_ref()
                }
                _ => return None,
            };
        }
    }

    /// Returns the names up to the first part that is not a name.
    pub(super) fn names(&self) -> impl Iterator<Item = (&'a str, &'a Span)> {
        self.parts.iter().map_while(|part| match part {
            ReferencePart::Name(name, span) => Some((*name, *span)),
            ReferencePart::Index(_) => None,
        })
    }

    /// The name under which regorus looks up a function: `a.b.f`, without the parts that are not names.
    pub(super) fn dotted(&self) -> String {
        let names = self.parts.iter().filter_map(|part| match part {
            ReferencePart::Name(name, _) => Some(*name),
            ReferencePart::Index(_) => None,
        });
        std::iter::once(self.root.text()).chain(names).collect::<Vec<_>>().join(".")
    }
}

/// The name of a variable for an element: `key` for `input.keys`.
pub(super) fn singular(list: &str) -> String {
    let name = list.rsplit('.').next().unwrap_or_default();
    let is_name = |name: &str| name.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    match name.strip_suffix('s') {
        Some(one) if one.len() > 1 && list.contains('.') && is_name(name) => one.to_owned(),
        _ => "item".to_owned(),
    }
}
