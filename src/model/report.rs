//! The outcome of an audit, from which every report format is written.

use schemars::JsonSchema;
use serde::Serialize;
use thiserror::Error;

use super::{
    Account, Baseline, Control, Covered, EvidenceFinding, Finding, Framework, Gate, Input, InputId, Instant,
    NO_HISTORY, Note, Proof, Scope, Severity, SubscriptionNames, Verdict, Waivers,
};

/// The control whose answer an account's verdict is.
const VERDICT_CONTROL: &str = "KR001";

/// What the audit instant is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AsOfBasis {
    /// As `--as-of` says.
    Given,
    /// The end of the evidence: the newest instant that an input vouches for.
    Evidence,
    /// The clock: by `--as-of now`, or because no input has a date.
    Clock,
}

impl AsOfBasis {
    pub fn as_str(self) -> &'static str {
        match self {
            AsOfBasis::Given => "given",
            AsOfBasis::Evidence => "evidence",
            AsOfBasis::Clock => "clock",
        }
    }

    pub fn in_words(self) -> &'static str {
        match self {
            AsOfBasis::Given => "as given",
            AsOfBasis::Evidence => "the end of the evidence",
            AsOfBasis::Clock => "by the clock",
        }
    }
}

#[derive(Clone, Debug)]
pub struct Report {
    pub as_of: Instant,
    pub as_of_basis: AsOfBasis,
    pub parameters: Parameters,
    pub controls: Vec<Control>,
    /// All that controls of the pack name, sorted by name.
    pub frameworks: Vec<Framework>,
    pub inputs: Vec<Input>,
    /// Sorted by id; accounts of kinds out of scope are only counted.
    pub accounts: Vec<AuditedAccount>,
    pub out_of_scope: usize,
    /// About the evidence and not about an account.
    pub findings: Vec<EvidenceFinding>,
    /// By subscription, in order.
    pub windows: Vec<EvidenceWindow>,
    /// As lists of subscriptions give them.
    pub subscription_names: SubscriptionNames,
    pub notes: Vec<Note>,
    /// Where a file of them was given.
    pub waivers: Option<Waivers>,
    /// If an earlier report was given.
    pub baseline: Option<Baseline>,
    pub gate: Gate,
}

/// What the auditor chose.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct Parameters {
    pub max_age_days: u32,
    pub tolerance_hours: u32,
    pub max_evidence_age_days: u32,
    pub kinds: Vec<String>,
    pub strict_coverage: bool,
    pub assume_complete: bool,
    /// What `--coverage` declares, as it was written.
    pub coverage: Vec<String>,
    /// Whose statement `coverage` and `assume_complete` are.
    pub declared_by: Option<String>,
    /// When lists without a date were exported, by `--listed-at`.
    pub listed_at: Option<Instant>,
    /// Whether the months that keys carry count.
    pub stamps: bool,
    /// Whether old etags count as coverage.
    pub etag_evidence: bool,
}

/// An account, and what the evidence proves about its keys.
#[derive(Clone, Debug)]
pub struct ProvenAccount {
    pub account: Account,
    pub proof: Proof,
}

#[derive(Clone, Debug)]
pub struct AuditedAccount {
    pub account: Account,
    pub proof: Proof,
    pub findings: Vec<Finding>,
}

/// What one kind of evidence covers of a subscription, or of something inside it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EvidenceWindow {
    pub subscription: String,
    pub scope: Scope,
    pub covered: Vec<Covered>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    pub overdue: usize,
    pub unproven: usize,
    pub compliant: usize,
    pub not_applicable: usize,
    /// Of the overdue and the unproven, those for which that was accepted.
    pub waived: usize,
    pub in_scope: usize,
    pub out_of_scope: usize,
}

/// Why an audit is not complete. Its words follow "incomplete: ".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Incomplete {
    #[error("no account was audited")]
    NoAccount,
    /// The notes that are errors, of which there is one at least.
    #[error("{0} {noun} in the evidence", noun = if *.0 == 1 { "error" } else { "errors" })]
    Errors(usize),
}

impl Report {
    pub fn summary(&self) -> Summary {
        let count = |verdict| self.accounts.iter().filter(|account| account.proof.verdict == verdict).count();
        Summary {
            overdue: count(Verdict::Overdue),
            unproven: count(Verdict::Unproven),
            compliant: count(Verdict::Compliant),
            not_applicable: count(Verdict::NotApplicable),
            waived: self.accounts.iter().filter(|account| self.is_waived(account)).count(),
            in_scope: self.accounts.len(),
            out_of_scope: self.out_of_scope,
        }
    }

    /// Whether the rule on which the verdicts rest is waived for the account.
    pub fn is_waived(&self, account: &AuditedAccount) -> bool {
        self.verdict_finding(account).is_some_and(Finding::is_waived)
    }

    /// What the rule on which the verdicts rest says to the account; `None` where that rule was left out.
    pub fn verdict_finding<'a>(&self, account: &'a AuditedAccount) -> Option<&'a Finding> {
        account.findings.iter().find(|finding| self.controls[finding.control].id == VERDICT_CONTROL)
    }

    /// The name of an account's subscription, if a list of subscriptions gives it.
    pub fn subscription_name(&self, account: &Account) -> Option<&str> {
        self.subscription_names.of(account.id.folded_subscription())
    }

    /// Each input with what there is to say of it.
    pub fn inputs_with_notes(&self) -> impl Iterator<Item = (&Input, Vec<&Note>)> {
        let mut notes: Vec<Vec<&Note>> = vec![Vec::new(); self.inputs.len()];
        for note in &self.notes {
            if let Some(of_input) = note.input.and_then(|input| notes.get_mut(input.0)) {
                of_input.push(note);
            }
        }
        self.inputs.iter().zip(notes)
    }

    /// Whether accounts were audited, on evidence all of which could be read.
    pub fn is_complete(&self) -> bool {
        self.incompleteness().is_none()
    }

    /// Why the audit is not complete, and so not a pass, regardless of its findings.
    pub fn incompleteness(&self) -> Option<Incomplete> {
        let errors = self.notes.iter().filter(|note| note.severity == Severity::Error).count();
        match (self.accounts.len(), errors) {
            (0, _) => Some(Incomplete::NoAccount),
            (_, 0) => None,
            (_, errors) => Some(Incomplete::Errors(errors)),
        }
    }

    /// The one cause why accounts are unproven, if there is one, to be said before anything else; it is a note, too.
    pub fn cause(&self) -> Option<&Note> {
        let is_unproven = self.accounts.iter().any(|account| account.proof.verdict == Verdict::Unproven);
        self.notes.iter().find(|note| is_unproven && note.text == NO_HISTORY)
    }

    /// Of the accounts and of the evidence.
    pub fn all_findings(&self) -> impl Iterator<Item = &Finding> {
        let of_accounts = self.accounts.iter().flat_map(|account| &account.findings);
        of_accounts.chain(self.findings.iter().map(|found| &found.finding))
    }

    /// All findings except those that are waived, or that the baseline excuses.
    pub fn counting(&self) -> impl Iterator<Item = &Finding> {
        let is_excused =
            |finding: &Finding| self.baseline.as_ref().is_some_and(|baseline| baseline.excuses(finding));
        self.all_findings().filter(move |finding| !finding.is_waived() && !is_excused(finding))
    }

    pub fn path_of(&self, input: InputId) -> &str {
        self.inputs.get(input.0).map_or("", |input| &input.path)
    }

    /// A note's place, as `file:line`, where it has one.
    pub fn place_of(&self, note: &Note) -> Option<String> {
        let path = &self.inputs.get(note.input?.0)?.path;
        Some(note.line.map_or_else(|| path.clone(), |line| format!("{path}:{line}")))
    }
}
