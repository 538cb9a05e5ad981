//! Reads exports, and returns a proof about every account in scope.

mod end;
mod listed;
mod notes;
mod nothing;
mod statements;

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono::TimeDelta;
use miette::Diagnostic;
use thiserror::Error;

use crate::correlate::{
    self, AccountEvidence, CollectedLists, Coverage, CoveredResidence, Events, Evidence, Limits, Moves,
};
use crate::model::{
    Account, AsOfBasis, Declaration, DeletedAccount, EvidenceFacts, EvidenceWindow, Input, Instant, Interval,
    KeyEvent, KeyMaterial, Note, ProvenAccount, ResourceId, Stamp, StampedAccount, SubscriptionNames,
    UNKNOWN_KIND, is_guid, subscription_in_command,
};
use crate::read::{self, NoSuchPath};
pub use crate::read::{Exports, Reading, readable_forms};
use crate::threads;
use end::Dates;
use listed::{ListedAccounts, NotListed};
use nothing::ListedKinds;
use statements::{Statements, all_subscriptions};

/// The exports, the statements about them, and the kinds of accounts in scope.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct ProofQuestion {
    pub paths: Vec<PathBuf>,
    pub as_of: AsOf,
    /// The clock, read once.
    pub now: Instant,
    pub kinds: Vec<String>,
    /// The statements of `--coverage`, each with its value as it was written.
    pub declarations: Vec<(Declaration, String)>,
    /// The person who states `declarations` and `assume_complete`.
    pub declared_by: Option<String>,
    /// Whether the logs given are stated to be unfiltered.
    pub assume_complete: bool,
    /// When lists without a date were exported.
    pub listed_at: Option<Instant>,
    pub tolerance_hours: u32,
    pub max_evidence_age_days: u32,
    pub strict_coverage: bool,
    pub no_stamps: bool,
    pub etag_evidence: bool,
    /// The number of threads, and the way exports are read.
    pub reading: Reading,
}

/// The selected audit instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AsOf {
    EndOfEvidence,
    Now,
    At(Instant),
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
            "add the output of: az cognitiveservices account list --subscription {subscription} --output json; the script that \
             `rotaudit export-script` prints exports all that an audit needs"
        )
    )]
    NoAccountList {
        notes: Vec<Note>,
        inputs: Vec<Input>,
        key_material: Vec<KeyMaterial>,
        /// A subscription of the inputs, or a placeholder.
        subscription: String,
    },
    #[error("{input}: it contains the instant {at}, which is later than the clock of this machine ({now})")]
    #[diagnostic(code(rotaudit::future), help("{help}"))]
    Future { input: String, at: Instant, now: Instant, help: &'static str },
}

/// The proofs about all accounts in scope, and the facts about the evidence.
#[derive(Debug)]
pub struct Proven {
    pub as_of: Instant,
    pub as_of_basis: AsOfBasis,
    pub inputs: Vec<Input>,
    /// The accounts of the kinds in scope, sorted by id.
    pub accounts: Vec<ProvenAccount>,
    pub out_of_scope: usize,
    /// The facts about the evidence itself.
    pub about_evidence: EvidenceFacts,
    pub windows: Vec<EvidenceWindow>,
    pub subscription_names: SubscriptionNames,
    /// Sorted, each once.
    pub notes: Vec<Note>,
}

/// Reads the exports, and returns what they prove.
pub fn prove(
    question: &ProofQuestion,
    own_files: &[PathBuf],
    max_age_days: u32,
) -> Result<Proven, ProveError> {
    of_exports(question, exports(question, own_files)?, max_age_days)
}

/// Reads the exports. `own_files` can be among the paths, but are not exports.
pub fn exports(question: &ProofQuestion, own_files: &[PathBuf]) -> Result<Exports, ProveError> {
    let mut exports = read::read(&question.paths, own_files, question.reading)?;
    exports.place();
    exports.notes.extend(correlate::remove_lists_of_other_subscriptions(
        &mut exports.collected,
        &exports.inputs,
        &exports.accounts,
    ));
    if exports.has_account_list() { Ok(exports) } else { Err(no_account_list(question, exports)) }
}

/// Returns the error that there is no account list, with the notes of manifests on lists and other files that are missing.
fn no_account_list(question: &ProofQuestion, mut exports: Exports) -> ProveError {
    exports.notes.extend(Statements::of(question, &exports).notes);
    CollectedLists {
        collected: &exports.collected,
        inputs: &exports.inputs,
        logs: &exports.logs,
        as_of: question.now,
    }
    .add_failed(&mut exports.notes);
    let all = all_subscriptions(&exports);
    let of_manifests = exports.collected.iter().filter_map(|collected| collected.what.scope());
    let of_sheets = exports.stamped.iter().map(|row| &row.id);
    let mut ids = all.iter().chain(of_manifests).chain(of_sheets).map(ResourceId::subscription);
    let subscription = ids.find(|id| is_guid(id)).unwrap_or_default();
    ProveError::NoAccountList {
        subscription: subscription_in_command(subscription).to_owned(),
        notes: exports.notes,
        inputs: exports.inputs,
        key_material: exports.key_material,
    }
}

/// Returns what the exports prove at a maximum age.
pub fn of_exports(
    question: &ProofQuestion,
    mut exports: Exports,
    max_age_days: u32,
) -> Result<Proven, ProveError> {
    let statements = Statements::of(question, &exports);
    let (as_of, as_of_basis) =
        Dates::of(question, &exports, &statements.declarations).audit_instant(question)?;

    let lists =
        CollectedLists { collected: &exports.collected, inputs: &exports.inputs, logs: &exports.logs, as_of };
    lists.add_failed(&mut exports.notes);
    let mut listed = ListedAccounts::take(&mut exports, question, as_of);
    let subscriptions = subscriptions(&listed.accounts);
    let moves = correlate::moves(exports.moves, as_of);
    let doubts_about_moves = correlate::doubts_about_moves(&moves);
    let moves = Moves::new(&moves, &listed.accounts);
    let has_readings = !exports.stamped.is_empty();
    let (mut stamps, notes_on_stamps) = stamps(question, exports.stamped, &listed.accounts, &moves, as_of);
    let NotListed { accounts: unlisted, notes: notes_on_gone } = listed.not_listed(&moves, as_of);

    let evidence = Evidence {
        logs: &exports.logs,
        unread: &statements.unread,
        declarations: &statements.declarations,
        assumed_complete: &statements.assumed_complete,
        strict: question.strict_coverage,
        as_of,
    };
    let coverage = Coverage::new(evidence);
    let doubts_about_coverage = correlate::doubts(evidence, &subscriptions, &listed.accounts, has_readings);

    let mut notes = exports.notes;
    notes.extend(statements.notes);
    notes.append(&mut listed.notes);
    notes.extend(doubts_about_moves);
    notes.extend(moves.doubts_about_lists());
    notes.extend(notes_on_stamps);
    notes.extend(notes_on_gone);
    notes.extend(doubts_about_coverage);
    notes.extend(notes::on_question(question, as_of, as_of_basis, &listed.events));
    let windows = coverage.windows(&subscriptions);
    notes.extend(notes::on_unseen_moves(&exports.logs, &windows));
    notes.extend(notes::on_undated_etags(question, &listed.accounts));

    let count = listed.accounts.len();
    let kinds = ListedKinds::of(&listed.accounts, listed.gone.len());
    let (in_scope, out_of_scope): (Vec<Account>, Vec<Account>) =
        listed.accounts.into_iter().partition(|account| question.has_in_scope(account));
    let cases: Vec<AccountCase> = in_scope
        .into_iter()
        .map(|account| AccountCase {
            // If accounts moved, the records of one id may be of several accounts, and one account's of several ids.
            own_events: (moves.is_empty() && account.came.is_none())
                .then(|| listed.events.of_accounts.remove(&account.id).unwrap_or_default()),
            deleted: listed.deleted.remove(&account.id).unwrap_or_default(),
            stamps: stamps.remove(&account.id).unwrap_or_default(),
            account,
        })
        .collect();
    let limits = Limits {
        as_of,
        max_age: TimeDelta::days(max_age_days.into()),
        tolerance: TimeDelta::hours(question.tolerance_hours.into()),
        max_evidence_age: TimeDelta::days(question.max_evidence_age_days.into()),
    };
    let prover = Prover { question, events: &listed.events, moves: &moves, coverage: &coverage, limits };
    let jobs = question.reading.jobs;
    let prove = || threads::map(jobs, cases, |case| prover.prove(case));
    // Of a large tenant, to free the accounts out of scope takes a while.
    let (accounts, ()) = threads::both(jobs, prove, || drop(out_of_scope));

    notes.extend(notes::on_proofs(&accounts, &exports.logs));
    notes.extend(kinds.notes(question, accounts.len()));
    notes.sort();
    notes.dedup();
    Ok(Proven {
        as_of,
        as_of_basis,
        windows,
        subscription_names: SubscriptionNames::new(exports.subscriptions),
        about_evidence: EvidenceFacts::new(
            as_of,
            as_of_basis,
            &exports.inputs,
            &accounts,
            &unlisted,
            &exports.key_material,
        ),
        inputs: exports.inputs,
        out_of_scope: count - accounts.len(),
        accounts,
        notes,
    })
}

/// Returns the stamps of each account in the order of time, and notes on those that are left out.
fn stamps(
    question: &ProofQuestion,
    stamped: Vec<StampedAccount>,
    accounts: &[Account],
    moves: &Moves<'_>,
    as_of: Instant,
) -> (BTreeMap<ResourceId, Vec<Stamp>>, Vec<Note>) {
    let (stamps, mut notes) = correlate::stamps(stamped, accounts, moves, as_of);
    if question.no_stamps && !stamps.is_empty() {
        notes.push(notes::on_ignored_stamps(stamps.len()));
        return (BTreeMap::new(), notes);
    }
    (stamps, notes)
}

/// An account in scope, and the records that are only about it.
struct AccountCase {
    account: Account,
    /// The records under its id; `None` if accounts moved, so that its records may be under several ids.
    own_events: Option<Vec<Box<KeyEvent>>>,
    /// The records of its id in lists of deleted accounts.
    deleted: Vec<DeletedAccount>,
    stamps: Vec<Stamp>,
}

/// The evidence about all accounts, from which each one is proven.
struct Prover<'a> {
    question: &'a ProofQuestion,
    /// All events except those in an [`AccountCase`].
    events: &'a Events,
    moves: &'a Moves<'a>,
    coverage: &'a Coverage,
    limits: Limits,
}

impl Prover<'_> {
    fn prove(&self, AccountCase { account, own_events, deleted, stamps }: AccountCase) -> ProvenAccount {
        let as_of = self.limits.as_of;
        let (events, mut residences) = match own_events {
            Some(own) => self.at_one_id(&account, own),
            None => correlate::along(&self.moves.residences(&account, as_of), self.events, self.coverage),
        };
        let with_etag = self.question.etag_evidence && !self.question.strict_coverage;
        // The etag comes from the list, so it is about the id that the account has now.
        let present = residences.iter_mut().max_by_key(|residence| residence.window.end);
        if let Some(residence) = present.filter(|_| with_etag) {
            residence.covered.extend(correlate::by_etag(&account, as_of));
        }
        let newest_record = self.coverage.newest_record(&account.id);
        let evidence = AccountEvidence { events, deleted, stamps, residences, newest_record };
        let proof = correlate::prove(&account, evidence, &self.limits);
        ProvenAccount { account, proof }
    }

    /// The records and the coverage of an account that never moved.
    fn at_one_id(
        &self,
        account: &Account,
        own: Vec<Box<KeyEvent>>,
    ) -> (Vec<KeyEvent>, Vec<CoveredResidence>) {
        let around = self.events.around(&account.id).cloned();
        let events = own.into_iter().map(|event| *event).chain(around).collect();
        let window = Interval { start: Instant::MIN, end: self.limits.as_of };
        let (id, covered) = (account.id.clone(), self.coverage.of(&account.id));
        (events, vec![CoveredResidence { id, window, covered }])
    }
}

impl ProofQuestion {
    /// Whether the account is, or may be, of a kind in scope.
    pub fn has_in_scope(&self, account: &Account) -> bool {
        let kinds = [&account.kind].into_iter().chain(&account.other_kinds);
        let is_kind = |asked: &String| {
            let is_asked = |kind: &String| kind == UNKNOWN_KIND || asked.eq_ignore_ascii_case(kind);
            asked.eq_ignore_ascii_case("all") || kinds.clone().any(is_asked)
        };
        self.kinds.iter().any(is_kind)
    }
}

/// The subscriptions of the accounts, which are sorted by id.
fn subscriptions(inventory: &[Account]) -> Vec<ResourceId> {
    let of_one = inventory.chunk_by(|one, next| one.id.subscription() == next.id.subscription());
    let mut subscriptions: Vec<ResourceId> =
        of_one.filter_map(|of_one| ResourceId::of_subscription(of_one.first()?.id.subscription())).collect();
    subscriptions.sort_unstable();
    subscriptions.dedup();
    subscriptions
}
