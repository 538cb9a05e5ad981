//! The notes on a question and on what was proven.

use super::ProofQuestion;
use crate::correlate::{self, Events};
use crate::model::{
    Account, AsOfBasis, EvidenceWindow, Instant, Interval, KeptProperties, LogExport, Note, NoteTopic, Proof,
    ProvenAccount, Severity,
};

pub(super) fn on_question(
    question: &ProofQuestion,
    as_of: Instant,
    as_of_basis: AsOfBasis,
    events: &Events,
) -> Vec<Note> {
    let mut notes = Vec::new();
    if !question.reading.hashes {
        let text = "the inputs were not hashed (--no-hash), so nothing shows which files this was made from";
        notes.push(Note::new(Severity::Warning, text));
    }
    if as_of_basis == AsOfBasis::Given {
        let text = format!(
            "the audit is as of {as_of}, but kinds, and whether key access is switched off, are those of the day on which \
             the account list was exported"
        );
        notes.push(Note::new(Severity::Info, text));
    }
    for (later, one, several) in [
        (events.later, "record of a key operation", "records of key operations"),
        (events.later_unreadable.len(), "record that cannot be read", "records that cannot be read"),
    ] {
        if later > 0 {
            let was = if later == 1 { "was" } else { "were" };
            let text = format!("{} after {as_of} {was} left out", counted(later, one, several));
            notes.push(Note::new(Severity::Info, text));
        }
    }
    notes
}

/// Returns the note on moves that no log among the inputs would show. A move is recorded only where the account was
/// before. Every report with a log states it, even if the log is an empty list, which only its coverage shows; without a
/// log, nothing is covered, and no verdict depends on the absence of a move.
pub(super) fn on_unseen_moves(logs: &[LogExport], windows: &[EvidenceWindow]) -> Option<Note> {
    let text = if has_partial_coverage(windows) {
        "some coverage is only of resource groups or accounts: an account that was moved in from another resource group, or \
         from a subscription without a log, would not be noticed"
    } else {
        "coverage is per subscription: an account that was moved in from a subscription without a log would not be noticed"
    };
    let has_log = !logs.is_empty() || windows.iter().any(|window| !window.covered.is_empty());
    let is_stated = has_log && !windows.is_empty();
    is_stated.then(|| Note { topic: NoteTopic::Limit, ..Note::new(Severity::Info, text) })
}

/// Whether something inside a subscription is covered at a time at which the subscription itself is not. `windows` has
/// that of the subscription itself first.
fn has_partial_coverage(windows: &[EvidenceWindow]) -> bool {
    let mut subscriptions = windows.chunk_by(|one, next| one.subscription == next.subscription);
    subscriptions.any(|of_one| {
        let [whole, parts @ ..] = of_one else { return false };
        let whole = Interval::joined(whole.covered.iter().map(|covered| covered.interval).collect());
        let mut parts = parts.iter().flat_map(|part| &part.covered).map(|covered| covered.interval);
        parts.any(|part| !whole.iter().any(|known| known.contains(part.start) && known.contains(part.end)))
    })
}

/// Returns the note on accounts whose list has no date: an etag proves something only up to that date.
pub(super) fn on_undated_etags(question: &ProofQuestion, inventory: &[Account]) -> Option<Note> {
    let is_undated = |account: &&Account| account.written_at.is_some() && account.listed_at.is_none();
    let undated = inventory.iter().filter(is_undated).count();
    (question.etag_evidence && undated > 0).then(|| {
        let text = format!(
            "the etags of {} prove nothing, because the account list has no date",
            counted(undated, "account", "accounts")
        );
        Note::new(Severity::Warning, text).help("state it with --listed-at, or give the manifest")
    })
}

pub(super) fn on_ignored_stamps(accounts: usize) -> Note {
    let of = counted(accounts, "account", "accounts");
    Note::new(Severity::Info, format!("the key stamps of {of} were ignored (--no-stamps)"))
}

/// Returns the notes on accounts that the newest lists lack. For `unexplained` of these `gone` accounts, there is
/// neither a deletion nor a move.
pub(super) fn on_gone(gone: usize, unexplained: usize) -> Vec<Note> {
    let mut notes = Vec::new();
    if gone > unexplained {
        let text = format!(
            "{} left out: the newest list of their subscription lacks them after a deletion or a move",
            counted(gone - unexplained, "account of an older list was", "accounts of older lists were")
        );
        notes.push(Note::new(Severity::Info, text));
    }
    if unexplained > 0 {
        let text = format!(
            "{} missing from the newest list of their subscription, and no log shows the reason (KR006)",
            counted(unexplained, "account of an older list is", "accounts of older lists are")
        );
        let help = "list the accounts again with the right to read all of them";
        notes.push(Note::new(Severity::Warning, text).help(help));
    }
    notes
}

/// Returns a count with its noun in the singular or in the plural.
pub(super) fn counted(count: usize, one: &str, several: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { several })
}

pub(super) fn on_proofs(proven: &[ProvenAccount], logs: &[LogExport]) -> Vec<Note> {
    let refuted = proven.iter().filter(|known| known.proof.is_coverage_refuted);
    let mut notes: Vec<Note> = refuted.map(|known| correlate::refuted(&known.account.id, logs)).collect();
    let left_out: usize =
        proven.iter().map(|ProvenAccount { proof: Proof { left_out_stamps, .. }, .. }| left_out_stamps).sum();
    if left_out > 0 {
        let text = format!(
            "{} left out: read before the account's creation, or at or before a deletion of it",
            counted(left_out, "key stamp was", "key stamps were")
        );
        notes.push(Note::new(Severity::Info, text));
    }
    notes.extend(proven.iter().filter_map(|known| on_left_out_properties(&known.account)));
    notes
}

/// Returns the note that properties of an account are not in the facts.
fn on_left_out_properties(account: &Account) -> Option<Note> {
    let why = match account.properties.as_ref()? {
        KeptProperties::Known(_) => return None,
        KeptProperties::TooLarge(bytes) => {
            format!("take {bytes} bytes, more than {}", KeptProperties::MAX_BYTES)
        }
        KeptProperties::Unreadable => {
            "have a member that occurs twice, or a value that cannot be read".to_owned()
        }
    };
    let text = format!("the properties of the account {} {why}, so they are not in its facts", account.id);
    let place = account.region.start;
    let help = "no policy can read `account.properties` of this account; check it by other means";
    Some(Note::new(Severity::Warning, text).of(place.input).at_line(place.line).help(help))
}
