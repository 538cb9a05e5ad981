//! Notes on accounts that are not audited: an audit without any account proves nothing.

use std::collections::BTreeMap;

use super::ProofQuestion;
use super::notes::counted;
use crate::model::{Account, DEFAULT_KINDS, Note, Severity, near};

/// Kinds that a note lists.
const MAX_LISTED_KINDS: usize = 10;

/// The kinds of the accounts in all lists.
pub(super) struct ListedKinds {
    /// For each kind in lower case, its name and the number of its accounts; at most one element for each account.
    kinds: BTreeMap<String, (String, usize)>,
    /// Accounts of older lists that the newest ones lack.
    gone: usize,
}

impl ListedKinds {
    pub(super) fn of(inventory: &[Account], gone: usize) -> ListedKinds {
        let mut as_written: BTreeMap<&str, usize> = BTreeMap::new();
        for account in inventory {
            *as_written.entry(&account.kind).or_default() += 1;
        }
        let mut kinds: BTreeMap<String, (String, usize)> = BTreeMap::new();
        for (kind, count) in as_written {
            kinds.entry(kind.to_lowercase()).or_insert((kind.to_owned(), 0)).1 += count;
        }
        ListedKinds { kinds, gone }
    }

    /// Returns notes on why no account was audited, or why fewer accounts may have been audited than intended.
    pub(super) fn notes(&self, question: &ProofQuestion, audited: usize) -> Vec<Note> {
        if self.kinds.is_empty() {
            return vec![self.no_account()];
        }
        if audited == 0 {
            return vec![self.no_account_of_kind(question)];
        }
        let asked = question.kinds.iter().filter(|kind| !self.has(kind));
        asked
            .filter_map(|kind| Some((kind, self.meant(kind)?)))
            .map(|(kind, meant)| {
                let text = format!("no account is of kind {kind}; did you mean `--kind {meant}`?");
                // Accounts of a kind that was asked for, and is misspelt, are not audited.
                let is_asked = !DEFAULT_KINDS.iter().any(|known| known.eq_ignore_ascii_case(kind));
                Note::new(if is_asked { Severity::Error } else { Severity::Warning }, text)
            })
            .collect()
    }

    fn no_account(&self) -> Note {
        let gone = match self.gone {
            0 => String::new(),
            gone => format!(
                "; {} missing from the newest",
                counted(gone, "account of an older list is", "accounts of older lists are")
            ),
        };
        let text = format!("the account lists have no account, so nothing was audited{gone}");
        let help = "list the accounts with the right to read all of them: az cognitiveservices account list --subscription \
                    SUBSCRIPTION --output json";
        Note::new(Severity::Error, text).help(help)
    }

    fn no_account_of_kind(&self, question: &ProofQuestion) -> Note {
        let mut listed: Vec<String> = self
            .kinds
            .values()
            .take(MAX_LISTED_KINDS)
            .map(|(kind, count)| format!("{kind} ({count})"))
            .collect();
        if let more @ 1.. = self.kinds.len().saturating_sub(MAX_LISTED_KINDS) {
            listed.push(counted(more, "more kind", "more kinds"));
        }
        let asked = question.kinds.join(" or ");
        let text = format!(
            "no account is of kind {asked}, so nothing was audited; the account lists have {}",
            listed.join(", ")
        );
        let meant = question.kinds.iter().find_map(|kind| self.meant(kind));
        let meant = meant.map(|kind| format!("did you mean `--kind {kind}`? ")).unwrap_or_default();
        let help = format!("{meant}`--kind` selects another kind, and `--kind all` every one");
        Note::new(Severity::Error, text).help(help)
    }

    fn has(&self, kind: &str) -> bool {
        kind.eq_ignore_ascii_case("all") || self.kinds.contains_key(&kind.to_lowercase())
    }

    /// Returns the kind that a misspelt one probably means, preferably one in the lists.
    fn meant(&self, kind: &str) -> Option<&str> {
        let listed: Vec<&str> = self.kinds.values().map(|(kind, _)| kind.as_str()).collect();
        let letters = |text: &str| -> String { text.chars().filter(char::is_ascii_alphanumeric).collect() };
        let asked = letters(kind).to_lowercase();
        let holds = |known: &&&str| asked.contains(&letters(known).to_lowercase());
        let found = listed.iter().find(holds).copied().or_else(|| near(kind, &listed));
        found.or_else(|| near(kind, &DEFAULT_KINDS)).filter(|meant| !meant.eq_ignore_ascii_case(kind))
    }
}
