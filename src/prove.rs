//! Exports in; what they prove about every account in scope out.

mod end;
mod nothing;

use std::collections::HashSet;
use std::path::PathBuf;

use chrono::TimeDelta;
use foldhash::fast::RandomState;
use miette::Diagnostic;
use thiserror::Error;

use crate::correlate::{
    self, AccountEvidence, Coverage, CoveredResidence, Events, Evidence, Inventory, Limits, Moves, StatedLogs,
};
use crate::model::{
    Account, AsOfBasis, Declaration, EvidenceFacts, EvidenceWindow, Input, Instant, Interval, KeyEvent,
    KeyMaterial, LogExport, Note, Proof, ProvenAccount, ResourceId, Severity, SubscriptionNames,
    UNKNOWN_KIND, printable,
};
use crate::read::{self, NoSuchPath};
pub use crate::read::{Exports, Reading, readable_forms};
use crate::threads;
use end::Dates;
use nothing::Listed;

/// Which exports count, what they count for, and which accounts are asked about.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct ProofQuestion {
    pub paths: Vec<PathBuf>,
    pub as_of: AsOf,
    /// The clock, read once.
    pub now: Instant,
    pub kinds: Vec<String>,
    /// What `--coverage` states, and how it was written.
    pub declarations: Vec<(Declaration, String)>,
    /// Whose statement `declarations` and `assume_complete` are.
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
    /// How many threads evaluate; and how exports are read.
    pub reading: Reading,
}

/// The audit instant that is asked for.
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
        /// One that the logs are of, or a word for one.
        subscription: String,
    },
    #[error("{input}: it contains the instant {at}, which is later than the clock of this machine ({now})")]
    #[diagnostic(
        code(rotaudit::future),
        help("one of the two clocks is wrong: set the clock of this machine, or correct the input")
    )]
    Future { input: String, at: Instant, now: Instant },
}

/// What the exports prove.
#[derive(Debug)]
pub struct Proven {
    pub as_of: Instant,
    pub as_of_basis: AsOfBasis,
    pub inputs: Vec<Input>,
    /// Of the kinds in scope, sorted by id.
    pub accounts: Vec<ProvenAccount>,
    pub out_of_scope: usize,
    /// The facts about the evidence itself.
    pub about_evidence: EvidenceFacts,
    pub windows: Vec<EvidenceWindow>,
    pub subscription_names: SubscriptionNames,
    pub notes: Vec<Note>,
}

/// Reads the exports and works out what they prove.
pub fn prove(
    question: &ProofQuestion,
    own_files: &[PathBuf],
    max_age_days: u32,
) -> Result<Proven, ProveError> {
    of_exports(question, exports(question, own_files)?, max_age_days)
}

/// Reads the exports; `own_files` are among them and are not exports.
pub fn exports(question: &ProofQuestion, own_files: &[PathBuf]) -> Result<Exports, ProveError> {
    let mut exports = read::read(&question.paths, own_files, question.reading)?;
    exports.place();
    if exports.has_account_list {
        Ok(exports)
    } else {
        let subscription =
            all_subscriptions(&exports).first().map(|subscription| subscription.name().to_owned());
        Err(ProveError::NoAccountList {
            subscription: printable(&subscription.unwrap_or_else(|| "SUBSCRIPTION".to_owned())),
            notes: exports.notes,
            inputs: exports.inputs,
            key_material: exports.key_material,
        })
    }
}

/// Works out what the exports prove at a maximum age.
pub fn of_exports(
    question: &ProofQuestion,
    exports: Exports,
    max_age_days: u32,
) -> Result<Proven, ProveError> {
    let jobs = question.reading.jobs;
    let statements = Statements::of(question, &exports);
    let (as_of, as_of_basis) =
        Dates::of(question, &exports, &statements.declarations).audit_instant(question)?;
    let Exports {
        inputs,
        accounts,
        deleted,
        subscriptions: names,
        key_events,
        key_material,
        moves,
        logs,
        stamped,
        collected,
        mut notes,
        ..
    } = exports;
    notes.extend(statements.notes.into_iter().chain(correlate::repetitions(&key_events)));

    let deleted = correlate::listed_ids(deleted.iter().map(|account| &account.id));
    let listed = correlate::listed_ids(accounts.iter().map(|account| &account.id).chain(&deleted));
    let Inventory { accounts, gone, notes: doubtful_dates } =
        correlate::dated(accounts, &collected, &inputs, question.listed_at, as_of);
    notes.extend(doubtful_dates);
    let ((inventory, contradictions), mut events) =
        threads::both(jobs, || correlate::inventory(accounts, as_of), || Events::until(as_of, key_events));
    notes.extend(contradictions);
    let subscriptions = subscriptions(&inventory);
    let moves = correlate::moves(moves, as_of);
    notes.extend(correlate::doubts_about_moves(&moves));
    let moves = Moves::new(&moves);
    let has_readings = !stamped.is_empty();
    let (mut stamps, doubts) = correlate::stamps(stamped, &inventory, &moves, as_of);
    if question.no_stamps && !stamps.is_empty() {
        let of = counted(stamps.len(), "account", "accounts");
        notes.push(Note::new(Severity::Info, format!("the key stamps of {of} were ignored (--no-stamps)")));
        stamps.clear();
    }
    notes.extend(doubts);

    let evidence = Evidence {
        logs: &logs,
        declarations: &statements.declarations,
        assumed_complete: &statements.assumed_complete,
        strict: question.strict_coverage,
        as_of,
    };
    notes.extend(correlate::doubts(evidence, &subscriptions, has_readings));
    notes.extend(notes_on_question(question, as_of, as_of_basis, events.later));
    notes.extend(undated_etags(question, &inventory));

    let mut unlisted = correlate::unlisted(&events.of_accounts, &inventory, &listed, &moves, as_of);
    let missing = correlate::missing_from_newer_lists(&gone, &events.of_accounts, &deleted, &moves, as_of);
    notes.extend(notes_on_gone(gone.len(), missing.len()));
    unlisted.extend(missing);
    unlisted.sort_by(|one, other| one.id.cmp(&other.id));
    let about_evidence = EvidenceFacts::new(as_of, as_of_basis, &inputs, &unlisted, &key_material);

    let coverage = Coverage::new(evidence);
    let limits = Limits {
        as_of,
        max_age: TimeDelta::days(max_age_days.into()),
        tolerance: TimeDelta::hours(question.tolerance_hours.into()),
        max_evidence_age: TimeDelta::days(question.max_evidence_age_days.into()),
    };
    let found = inventory.len();
    let listed = Listed::of(&inventory, gone.len());
    let in_scope = inventory.into_iter().filter(|account| question.has_in_scope(account));
    let asked = in_scope
        .map(|account| {
            // If accounts moved, the records of one id may be several accounts'.
            let own = moves.is_empty().then(|| events.of_accounts.remove(&account.id).unwrap_or_default());
            let stamps = stamps.remove(&account.id).unwrap_or_default();
            (account, own, stamps)
        })
        .collect();
    let with_etag = question.etag_evidence && !question.strict_coverage;
    let proven = threads::map(jobs, asked, |(account, own, stamps): (Account, _, _)| {
        let (events, mut residences) = match own {
            Some(own) => at_one_id(&account, own, &events, &coverage, as_of),
            None => correlate::along(&moves.residences(&account, as_of), &events, &coverage),
        };
        if let Some(residence) = residences.iter_mut().filter(|_| with_etag).max_by_key(|one| one.window.end)
        {
            residence.covered.extend(correlate::by_etag(&account, as_of));
        }
        let proof = correlate::prove(&account, AccountEvidence { events, stamps, residences }, &limits);
        ProvenAccount { account, proof }
    });
    notes.extend(notes_on_proofs(&proven, &logs));
    notes.extend(listed.notes(question, proven.len()));
    notes.sort();
    notes.dedup();
    Ok(Proven {
        as_of,
        as_of_basis,
        windows: coverage.windows(&subscriptions),
        subscription_names: SubscriptionNames::new(names),
        inputs,
        out_of_scope: found - proven.len(),
        accounts: proven,
        about_evidence,
        notes,
    })
}

/// The records and the coverage of an account that never moved.
fn at_one_id(
    account: &Account,
    mut own: Vec<KeyEvent>,
    events: &Events,
    coverage: &Coverage,
    as_of: Instant,
) -> (Vec<KeyEvent>, Vec<CoveredResidence>) {
    own.extend(events.around(&account.id).cloned());
    let window = Interval { start: Instant::MIN, end: as_of };
    (own, vec![CoveredResidence { window, covered: coverage.of(&account.id) }])
}

/// The statements about the logs that count.
struct Statements {
    declarations: Vec<Declaration>,
    assumed_complete: Vec<Declaration>,
    notes: Vec<Note>,
}

impl Statements {
    fn of(question: &ProofQuestion, exports: &Exports) -> Statements {
        let subscriptions = all_subscriptions(exports);
        let logs = StatedLogs { logs: &exports.logs, inputs: &exports.inputs, subscriptions: &subscriptions };
        let (mut declarations, mut notes) = logs.of_manifests(&exports.collected);
        for (declaration, _) in &question.declarations {
            let (counting, doubts) = logs.of_declaration(declaration, &exports.collected);
            declarations.extend(counting);
            notes.extend(doubts);
        }
        let assumed_complete = if question.assume_complete { logs.assumed_complete() } else { Vec::new() };
        Statements { declarations, assumed_complete, notes }
    }
}

/// The subscriptions of all accounts and logs: an account may have moved in from one that has no account left.
fn all_subscriptions(exports: &Exports) -> Vec<ResourceId> {
    let of_accounts =
        exports.accounts.iter().filter_map(|account| ResourceId::of_subscription(account.id.subscription()));
    let of_spans = exports.logs.iter().flat_map(|log| log.spans().map(|span| span.subscription.clone()));
    let of_blobs = exports.logs.iter().filter_map(|log| Some(log.blob.as_ref()?.subscription.clone()));
    let distinct: HashSet<ResourceId, RandomState> = of_accounts.chain(of_spans).chain(of_blobs).collect();
    let mut subscriptions: Vec<ResourceId> = distinct.into_iter().collect();
    subscriptions.sort_unstable();
    subscriptions
}

impl ProofQuestion {
    /// Whether the account is, or may be, of a kind that is asked about.
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

fn notes_on_question(
    question: &ProofQuestion,
    as_of: Instant,
    as_of_basis: AsOfBasis,
    later_events: usize,
) -> Vec<Note> {
    let mut notes = Vec::new();
    if !question.reading.hashes {
        let text = "the inputs were not hashed (--no-hash), so nothing shows which files this was made from";
        notes.push(Note::new(Severity::Warning, text));
    }
    if as_of_basis == AsOfBasis::Given {
        let text = format!(
            "the audit is as of {as_of}, but kinds and local authentication are those of the day on which the account \
             list was exported"
        );
        notes.push(Note::new(Severity::Info, text));
    }
    if later_events > 0 {
        let records = counted(later_events, "record of a key operation", "records of key operations");
        let was = if later_events == 1 { "was" } else { "were" };
        let text = format!("{records} after {as_of} {was} left out");
        notes.push(Note::new(Severity::Info, text));
    }
    notes
}

/// An etag proves something up to the date of its list only.
fn undated_etags(question: &ProofQuestion, inventory: &[Account]) -> Option<Note> {
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

fn notes_on_gone(gone: usize, unexplained: usize) -> Vec<Note> {
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

/// A count with its noun in the right number.
fn counted(count: usize, one: &str, several: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { several })
}

fn notes_on_proofs(proven: &[ProvenAccount], logs: &[LogExport]) -> Vec<Note> {
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
    notes
}
