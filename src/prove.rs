//! Exports in, what they prove of every account in scope out.

use std::collections::{BTreeSet, HashSet};
use std::path::PathBuf;

use chrono::TimeDelta;
use foldhash::fast::RandomState;
use miette::Diagnostic;
use thiserror::Error;

use crate::correlate::{self, Coverage, Evidence, Moves};
use crate::model::{
    Account, Declaration, EvidenceFacts, EvidenceWindow, Input, Instant, Note, ProvenAccount, ResourceId,
    Severity,
};
use crate::read::{self, NoSuchPath};
pub use crate::read::{Exports, Reading};
use crate::threads;

/// Which exports count, what they count for, and which accounts are asked about.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct Question {
    pub paths: Vec<PathBuf>,
    pub as_of: Instant,
    pub is_as_of_given: bool,
    pub kinds: Vec<String>,
    pub declarations: Vec<Declaration>,
    pub coverage_tolerance_hours: u32,
    pub strict_coverage: bool,
    pub no_stamps: bool,
    pub etag_evidence: bool,
    /// How many threads evaluate; and how exports are read.
    pub reading: Reading,
}

#[derive(Debug, Error, Diagnostic)]
pub enum ProveError {
    #[error(transparent)]
    #[diagnostic(transparent)]
    NoSuchPath(#[from] NoSuchPath),
    #[error("there is no account list among the inputs")]
    #[diagnostic(
        code(rotaudit::no_account_list),
        help(
            "add the output of: az cognitiveservices account list --subscription SUBSCRIPTION --output json"
        )
    )]
    NoAccountList { notes: Vec<Note>, inputs: Vec<Input> },
}

/// What the exports prove.
#[derive(Debug)]
pub struct Proven {
    pub inputs: Vec<Input>,
    /// Of the kinds in scope, sorted by id.
    pub accounts: Vec<ProvenAccount>,
    pub out_of_scope: usize,
    /// What is to be said of the evidence itself.
    pub about_evidence: EvidenceFacts,
    pub windows: Vec<EvidenceWindow>,
    pub notes: Vec<Note>,
}

/// Reads the exports and works out what they prove.
pub fn prove(question: &Question, own_files: &[PathBuf]) -> Result<Proven, ProveError> {
    Ok(of_exports(question, exports(question, own_files)?))
}

/// Reads the exports; `own_files` lie among them and are none.
pub fn exports(question: &Question, own_files: &[PathBuf]) -> Result<Exports, ProveError> {
    let exports = read::read(&question.paths, own_files, question.reading)?;
    if exports.has_account_list {
        Ok(exports)
    } else {
        Err(ProveError::NoAccountList { notes: exports.notes, inputs: exports.inputs })
    }
}

/// Works out what the exports prove.
pub fn of_exports(question: &Question, exports: Exports) -> Proven {
    let Exports {
        inputs,
        accounts,
        deleted,
        key_events,
        key_material,
        moves,
        logs,
        stamped,
        collected,
        mut notes,
        ..
    } = exports;
    let listed: HashSet<ResourceId, RandomState> = accounts
        .iter()
        .map(|account| &account.id)
        .chain(deleted.iter().map(|account| &account.id))
        .cloned()
        .collect();
    let (mut declarations, unfulfilled) = correlate::manifests(&collected, &inputs, &logs);
    notes.extend(unfulfilled);
    declarations.extend(question.declarations.iter().cloned());
    let evidence = Evidence {
        logs: &logs,
        declarations: &declarations,
        strict: question.strict_coverage,
        as_of: question.as_of,
    };
    notes.extend(correlate::repetitions(&key_events));
    let (accounts, left_out) = correlate::dated(accounts, &collected, &inputs, question.as_of);
    notes.extend(left_out);
    if question.etag_evidence && accounts.iter().any(|account| account.exported_at.is_none()) {
        let text = format!(
            "no manifest tells when the account list was exported: by --etag-evidence, etags count up to {}",
            question.as_of
        );
        notes.push(Note::new(Severity::Warning, text));
    }
    let ((inventory, contradictions), (mut events, later_events)) = threads::both(
        question.reading.jobs,
        || correlate::inventory(accounts, question.as_of),
        || correlate::by_account(key_events, question.as_of),
    );
    let subscriptions = subscriptions(&inventory);
    let moves = correlate::moves(moves, question.as_of);
    notes.extend(correlate::doubts_about_moves(&moves));
    let moves = Moves::new(&moves);
    let (mut stamps, doubts) = correlate::stamps(stamped, &inventory, &moves, question.as_of);
    if question.no_stamps && !stamps.is_empty() {
        let text = format!("the key stamps of {} accounts were left out (--no-stamps)", stamps.len());
        notes.push(Note::new(Severity::Info, text));
        stamps.clear();
    }
    notes.extend(contradictions);
    notes.extend(doubts);
    notes.extend(correlate::doubts(evidence, &subscriptions));
    notes.extend(notes_on_question(question, later_events));

    let unlisted = correlate::unlisted(&events, &inventory, &listed, &moves, question.as_of);
    let about_evidence = EvidenceFacts::new(question.as_of, &inputs, &unlisted, &key_material);
    let coverage = Coverage::new(evidence);
    let tolerance = TimeDelta::hours(question.coverage_tolerance_hours.into());
    let found = inventory.len();
    let in_scope = inventory.into_iter().filter(|account| question.has_in_scope(account));
    let asked = in_scope
        .map(|account| {
            // Of accounts that moved, those of one id may be several's.
            let own = moves.is_empty().then(|| events.remove(&account.id).unwrap_or_default());
            let stamps = stamps.remove(&account.id).unwrap_or_default();
            (account, own, stamps)
        })
        .collect();
    let proven = threads::map(question.reading.jobs, asked, |(account, own, stamps)| {
        let (events, mut covered) = match own {
            Some(events) => (events, coverage.of(&account.id)),
            None => correlate::along(&moves.residences(&account, question.as_of), &events, &coverage),
        };
        if question.etag_evidence {
            covered.extend(correlate::by_etag(&account, question.as_of));
        }
        let proof = correlate::prove(&account, events, stamps, covered, question.as_of, tolerance);
        ProvenAccount { account, proof }
    });
    if found > 0 && proven.is_empty() {
        let kinds = question.kinds.join(", ");
        let text = format!(
            "none of the {found} accounts is of a kind that was asked about ({kinds}): nothing was audited"
        );
        notes.push(Note::new(Severity::Warning, text).help("ask for another with --kind, or for all"));
    }
    notes.sort();
    notes.dedup();
    Proven {
        windows: coverage.windows(&subscriptions),
        inputs,
        out_of_scope: found - proven.len(),
        accounts: proven,
        about_evidence,
        notes,
    }
}

impl Question {
    /// Whether the account is of a kind that is asked about.
    pub fn has_in_scope(&self, account: &Account) -> bool {
        let is_kind =
            |kind: &String| kind.eq_ignore_ascii_case("all") || kind.eq_ignore_ascii_case(&account.kind);
        self.kinds.iter().any(is_kind)
    }
}

fn subscriptions(inventory: &[Account]) -> Vec<ResourceId> {
    let distinct: BTreeSet<ResourceId> = inventory
        .chunk_by(|one, next| one.id.subscription() == next.id.subscription())
        .filter_map(|of_one| ResourceId::of_subscription(of_one.first()?.id.subscription()))
        .collect();
    distinct.into_iter().collect()
}

fn notes_on_question(question: &Question, later_events: usize) -> Vec<Note> {
    let mut notes = Vec::new();
    if !question.reading.hashes {
        let text = "no SHA-256 of the inputs was taken (--no-hash), so nothing tells what this was made from";
        notes.push(Note::new(Severity::Warning, text));
    }
    if question.is_as_of_given {
        let text = format!(
            "the audit is as of {}, but kinds and local authentication are those of the account list's export, \
             whenever that was",
            question.as_of
        );
        notes.push(Note::new(Severity::Info, text));
    }
    if later_events > 0 {
        let text = format!("{later_events} records of key operations after {} were left out", question.as_of);
        // Without --as-of that is the present.
        notes.push(if question.is_as_of_given {
            Note::new(Severity::Info, text)
        } else {
            Note::new(Severity::Warning, format!("{text}, since they lie in the future: a clock is wrong"))
        });
    }
    notes
}
