//! Finds the account that the user means.

use std::fmt::Write as _;
use std::path::Path;

use miette::Diagnostic;
use thiserror::Error;

use crate::model::{ProvenAccount, ResourceId, near, printable};

/// How many candidates an error lists.
const MAX_LISTED_CANDIDATES: usize = 20;

/// If the exports have at most this many accounts, an error names all of them.
const MAX_SUGGESTED_ACCOUNTS: usize = 5;

#[derive(Debug, Error, Diagnostic)]
pub enum NotFound {
    #[error("no account id contains \"{asked}\"")]
    #[diagnostic(code(rotaudit::no_such_account), help("{help}"))]
    None { asked: String, help: String },
    #[error("{count} account ids contain \"{asked}\"")]
    #[diagnostic(code(rotaudit::ambiguous_account), help("name more of the id of one of them:{candidates}"))]
    Several { asked: String, count: usize, candidates: String },
}

/// Returns the account that `asked` means. A complete id or name takes precedence over a part of an id.
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
        _ if Path::new(asked).exists() => {
            format!(
                "it is a path; name the account first, then the exports: `rotaudit explain ACCOUNT {asked}`"
            )
        }
        Some(name) => format!("did you mean {name}?"),
        None if names.is_empty() => "the account lists have no account".to_owned(),
        None if names.len() <= MAX_SUGGESTED_ACCOUNTS => {
            format!("the account lists have {}", names.join(", "))
        }
        None => format!("`rotaudit audit --kind all` with the same paths shows all {} accounts", names.len()),
    };
    NotFound::None { asked: printable(asked), help: printable(&help) }
}

fn several(asked: &str, ids: &[&ResourceId]) -> NotFound {
    let mut candidates = String::new();
    for id in ids.iter().take(MAX_LISTED_CANDIDATES) {
        let _ = write!(candidates, "\n  {}", printable(id.as_str()));
    }
    if ids.len() > MAX_LISTED_CANDIDATES {
        let _ = write!(candidates, "\n  and {} more", ids.len() - MAX_LISTED_CANDIDATES);
    }
    NotFound::Several { asked: printable(asked), count: ids.len(), candidates }
}
