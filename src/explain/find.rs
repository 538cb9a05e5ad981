//! Which account is meant.

use std::fmt::Write as _;

use miette::Diagnostic;
use thiserror::Error;

use crate::model::{ProvenAccount, ResourceId, near, printable};

/// How many candidates an error lists.
const LISTED: usize = 20;

#[derive(Debug, Error, Diagnostic)]
pub enum NotFound {
    #[error("{asked} is in the id of no account")]
    #[diagnostic(code(rotaudit::no_such_account), help("{help}"))]
    None { asked: String, help: String },
    #[error("{asked} is in the ids of {count} accounts:{candidates}")]
    #[diagnostic(code(rotaudit::ambiguous_account), help("name more of the id"))]
    Several { asked: String, count: usize, candidates: String },
}

/// A whole id or name outweighs what merely holds the text.
pub(super) fn account(asked: &str, accounts: &[ProvenAccount]) -> Result<ResourceId, NotFound> {
    let ids = || accounts.iter().map(|known| &known.account.id);
    let whole = ResourceId::parse(asked);
    let mut meant: Vec<&ResourceId> = ids().filter(|id| whole.as_ref() == Some(id)).collect();
    if meant.is_empty() {
        meant = ids().filter(|id| id.is_named(asked)).collect();
    }
    if meant.is_empty() {
        meant = ids().filter(|id| id.has_part(asked)).collect();
    }
    match meant[..] {
        [id] => Ok(id.clone()),
        [] => Err(none(asked, &ids().map(ResourceId::name).collect::<Vec<_>>())),
        _ => Err(several(asked, &meant)),
    }
}

fn none(asked: &str, names: &[&str]) -> NotFound {
    let help = match near(asked, names) {
        Some(name) => format!("did you mean {name}?"),
        None => format!("the exports list {} accounts; rotaudit audit --kind all shows them", names.len()),
    };
    NotFound::None { asked: printable(asked), help: printable(&help) }
}

fn several(asked: &str, ids: &[&ResourceId]) -> NotFound {
    let mut candidates = String::new();
    for id in ids.iter().take(LISTED) {
        let _ = write!(candidates, "\n  {}", printable(id.as_str()));
    }
    if ids.len() > LISTED {
        let _ = write!(candidates, "\n  and {} more", ids.len() - LISTED);
    }
    NotFound::Several { asked: printable(asked), count: ids.len(), candidates }
}
