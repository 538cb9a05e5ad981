//! The answer of the program to some exports, and whether two answers agree.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use chrono::TimeDelta;
use rotaudit::audit::{Criteria, Rules};
use rotaudit::model::{
    Bounds, Declaration, Finding, Instant, Interval, KeyBounds, KeyName, Note, Outcome, ProvenAccount,
    Reliance, Report, Scope, Severity, UndecidableReason, Verdict,
};
use rotaudit::policy::PolicySelection;
use rotaudit::prove::{self, AsOf, ProofQuestion, ProveError, Proven, Reading};
use rotaudit::remedy::Shell;

use crate::forms::tenant::time;

/// A file's name and its text.
pub(crate) type File = (String, String);

/// The coverage that counts. Windows are declared for everything.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Coverage<'a> {
    /// Only this declared coverage counts.
    Stated(&'a [(i64, i64)]),
    StatedAndObserved(&'a [(i64, i64)]),
    Observed,
}

impl<'a> Coverage<'a> {
    fn declared(self) -> &'a [(i64, i64)] {
        match self {
            Coverage::Stated(declared) | Coverage::StatedAndObserved(declared) => declared,
            Coverage::Observed => &[],
        }
    }
}

/// How much is asked: policies take ten times as long as everything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Depth {
    Proofs,
    Findings,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct AccountAnswer {
    pub(crate) verdict: Verdict,
    pub(crate) rests_on: Vec<Reliance>,
    undecidable: BTreeSet<UndecidableReason>,
    bounds: Option<KeyBounds>,
    judged_at: Option<Instant>,
    attempts: Vec<(Outcome, Option<KeyName>)>,
    reads: usize,
    /// The properties that reports show.
    listed: String,
}

#[derive(Clone, Debug)]
pub(crate) struct Answer {
    /// The answers by the account's id in lower case.
    pub(crate) accounts: BTreeMap<String, AccountAnswer>,
    /// Each control's answer with its subject, if policies were asked.
    findings: Option<BTreeSet<(String, String, String)>>,
    out_of_scope: usize,
    /// The errors of the inputs, because of which the exit status is 2.
    pub(crate) errors: Vec<String>,
    /// All notes, for messages.
    pub(crate) notes: Vec<String>,
}

static RULES: LazyLock<Rules> = LazyLock::new(|| {
    let criteria = Criteria {
        policies: PolicySelection::default(),
        // KR009 compares two instants, and a copy with milliseconds may not show which is later.
        controls: (1..=10).filter(|number| *number != 9).map(|number| format!("KR{number:03}")).collect(),
        params: None,
        max_age_days: None,
        waivers: None,
        in_use_key: None,
        shell: Shell::Bash,
    };
    Rules::load(&question(Vec::new(), Coverage::Observed), &criteria).expect("the built-in policies")
});

fn instant(text: &str) -> Instant {
    Instant::parse_argument(text).expect("an instant")
}

/// The question that is asked about the exports in a folder, with windows declared for everything.
fn question(paths: Vec<PathBuf>, coverage: Coverage<'_>) -> ProofQuestion {
    let at = |at: i64| instant(&format!("{}Z", time(at, 7)));
    let declaration = |(start, end): &(i64, i64)| {
        let interval = Interval::new(at(*start), at(*end)).expect("a window");
        (Declaration { scope: Scope::Everything, interval, manifest: None }, "*".to_owned())
    };
    ProofQuestion {
        paths,
        as_of: AsOf::At(instant("2026-11-23")),
        now: instant("2026-11-24"),
        kinds: vec!["OpenAI".to_owned(), "AIServices".to_owned()],
        declarations: coverage.declared().iter().map(declaration).collect(),
        declared_by: None,
        assume_complete: false,
        listed_at: None,
        tolerance_hours: 24,
        max_evidence_age_days: 7,
        strict_coverage: matches!(coverage, Coverage::Stated(_)),
        no_stamps: false,
        etag_evidence: false,
        // No manifest vouches for a file here.
        reading: Reading {
            jobs: 1,
            hashes: false,
            keeps_properties: false,
            shows_progress: false,
            block: 16 << 10,
        },
    }
}

/// The answers of all controls, about the accounts and about the evidence. A subject is an id.
fn findings(report: &Report) -> BTreeSet<(String, String, String)> {
    let answer = |subject: &str, finding: &Finding| {
        let control = report.controls[finding.control].id.clone();
        (control, subject.to_lowercase(), format!("{:?}", finding.outcome))
    };
    let of_accounts = report.accounts.iter().flat_map(|audited| {
        audited.findings.iter().map(|finding| answer(audited.account.id.as_str(), finding))
    });
    let of_evidence = report.findings.iter().map(|found| answer(&found.subject, &found.finding));
    of_accounts.chain(of_evidence).collect()
}

impl Answer {
    /// Audits a folder with these files in it.
    pub(crate) fn of(files: &[File], coverage: Coverage<'_>, depth: Depth) -> Result<Answer, String> {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in files {
            fs::write(folder.path().join(name), text).expect("a file");
        }
        let question = question(vec![folder.path().to_owned()], coverage);
        let exports = prove::exports(&question, &[]).map_err(|error| match error {
            ProveError::NoAccountList { notes, .. } => format!("no account list: {notes:?}"),
            other => other.to_string(),
        })?;
        let proven = prove::of_exports(&question, exports, 90).map_err(|error| error.to_string())?;
        let mut answer = Answer::new(&proven);
        if depth == Depth::Findings {
            let report = RULES.judge(&question, proven).map_err(|error| error.to_string())?;
            answer.findings = Some(findings(&report));
        }
        Ok(answer)
    }

    fn new(proven: &Proven) -> Answer {
        let text = |note: &Note| {
            let input = note.input.and_then(|input| proven.inputs.get(input.0));
            let name = input.and_then(|input| input.path.rsplit('/').next()).unwrap_or("");
            let (severity, help) = (note.severity.as_str(), note.help.as_deref().unwrap_or_default());
            format!("{name}: {severity}: {} ({help})", note.text)
        };
        let errors = proven.notes.iter().filter(|note| note.severity == Severity::Error).map(text).collect();
        let accounts = proven.accounts.iter().map(|ProvenAccount { account, proof }| {
            let answer = AccountAnswer {
                verdict: proof.verdict,
                rests_on: proof.rests_on.clone(),
                undecidable: proof.undecidable.iter().map(|undecidable| undecidable.reason).collect(),
                bounds: proof.bounds,
                judged_at: proof.judgement.map(|judgement| judgement.at),
                attempts: proof.attempts.iter().map(|attempt| (attempt.outcome, attempt.key)).collect(),
                reads: proof.key_reads.len(),
                listed: format!("{} {:?}", account.kind, account.tags),
            };
            (account.id.folded().to_owned(), answer)
        });
        Answer {
            accounts: accounts.collect(),
            findings: None,
            out_of_scope: proven.out_of_scope,
            errors,
            notes: proven.notes.iter().map(text).collect(),
        }
    }

    /// Fails unless both answers are the same, where bounds may differ by `unit`, in 100 ns.
    pub(crate) fn agrees_with(&self, other: &Answer, unit: i64) -> Result<(), String> {
        let unit = TimeDelta::nanoseconds(100 * if unit == 1 { 0 } else { unit });
        let are_near = |one: Option<Instant>, other: Option<Instant>| match (one, other) {
            (Some(one), Some(other)) => one.since(other).abs() <= unit,
            (one, other) => one == other,
        };
        let bounds_agree = |one: Bounds, other: Bounds| {
            are_near(one.earliest, other.earliest) && are_near(Some(one.latest), Some(other.latest))
        };
        let all_agree = |one: &AccountAnswer, other: &AccountAnswer| {
            let bounds = match (one.bounds, other.bounds) {
                (Some(one), Some(other)) => {
                    bounds_agree(one.key1, other.key1)
                        && bounds_agree(one.key2, other.key2)
                        && bounds_agree(one.oldest, other.oldest)
                }
                (one, other) => one == other,
            };
            let rest =
                |answer: &AccountAnswer| AccountAnswer { bounds: None, judged_at: None, ..answer.clone() };
            bounds && are_near(one.judged_at, other.judged_at) && rest(one) == rest(other)
        };
        let ids = |answer: &Answer| answer.accounts.keys().cloned().collect::<Vec<String>>();
        if ids(self) != ids(other) {
            return Err(format!("other accounts: {:?}, not {:?}", ids(other), ids(self)));
        }
        for ((id, one), other) in self.accounts.iter().zip(other.accounts.values()) {
            if !all_agree(one, other) {
                return Err(format!("{id}\n  expected: {one:?}\n  found:    {other:?}"));
            }
        }
        if let (Some(one), Some(other)) = (&self.findings, &other.findings)
            && one != other
        {
            let [lost, new] = [one.difference(other), other.difference(one)].map(Iterator::collect::<Vec<_>>);
            return Err(format!("findings\n  expected: {lost:?}\n  found:    {new:?}"));
        }
        if self.out_of_scope != other.out_of_scope || self.errors != other.errors {
            return Err(format!(
                "{} accounts are out of scope; errors: {:?}",
                other.out_of_scope, other.errors
            ));
        }
        Ok(())
    }
}
