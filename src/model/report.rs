//! The outcome of an audit, from which every report format is written.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use thiserror::Error;

use super::{
    AbsentResult, Account, AuditOutcome, Baseline, BaselineCounts, BaselineState, Control, ControlOutcome,
    Covered, EvidenceFinding, Finding, Framework, Gate, Input, InputId, Instant, Note, NoteTopic,
    PlannedStep, Proof, Scope, Severity, SinceBaseline, Step, SubscriptionNames, Verdict, Waivers,
};

/// The `schema` of the JSON report.
pub const REPORT_SCHEMA: &str = "rotaudit.report/1";

/// The control whose answer corresponds to an account's verdict.
pub const VERDICT_CONTROL: &str = "KR001";

/// The suffix after a control's id in the name of the rule for the control's open results: `KR001-unproven`. The SARIF
/// profiles for alerts have such rules. Their results have the same fingerprints as other results of the control. No
/// control has an id with this suffix.
pub const UNPROVEN_SUFFIX: &str = "-unproven";

/// The source of the audit instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AsOfBasis {
    /// Set by `--as-of`.
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

/// The result of an audit. All of it is in memory, and its size is that of the inventory: the number of accounts times
/// the number of controls.
#[derive(Clone, Debug)]
pub struct Report {
    pub as_of: Instant,
    pub as_of_basis: AsOfBasis,
    pub parameters: Parameters,
    pub controls: Vec<Control>,
    /// The frameworks that controls of the pack name, sorted by name.
    pub frameworks: Vec<Framework>,
    pub inputs: Vec<Input>,
    /// Sorted by id; accounts of kinds out of scope are only counted.
    pub accounts: Vec<AuditedAccount>,
    pub out_of_scope: usize,
    /// About the evidence and not about an account: one for each element of a control, or one for each control.
    pub findings: Vec<EvidenceFinding>,
    /// Sorted by subscription; at most one for each scope that evidence covers.
    pub windows: Vec<EvidenceWindow>,
    /// The names in lists of subscriptions.
    pub subscription_names: SubscriptionNames,
    /// Sorted, each once; the reader limits how many one input has.
    pub notes: Vec<Note>,
    /// If a file of waivers was given.
    pub waivers: Option<Waivers>,
    /// If an earlier report was given.
    pub baseline: Option<Baseline>,
    pub gate: Gate,
}

/// The options of the audit.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct Parameters {
    pub max_age_days: u32,
    pub tolerance_hours: u32,
    pub max_evidence_age_days: u32,
    pub kinds: Vec<String>,
    pub strict_coverage: bool,
    pub assume_complete: bool,
    /// The values of `--coverage`, as they were written.
    pub coverage: Vec<String>,
    /// The person who states `coverage` and `assume_complete`.
    pub declared_by: Option<String>,
    /// When lists without a date were exported, by `--listed-at`.
    pub listed_at: Option<Instant>,
    /// Whether key stamps (the months encoded in keys) count.
    pub stamps: bool,
    /// Whether old etags count as coverage.
    pub etag_evidence: bool,
}

/// An account, and the proof about its keys.
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
    /// The steps that fix all failed findings that are not waived, together.
    pub plan: Vec<PlannedStep>,
}

impl AuditedAccount {
    /// Whether the plan has the step.
    pub fn has_planned(&self, step: &Step) -> bool {
        self.plan.iter().any(|planned| planned.step == *step)
    }
}

/// The coverage of a subscription, or of something inside it, by one kind of evidence.
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
    /// Number of overdue and unproven accounts whose verdict is waived.
    pub waived: usize,
    pub in_scope: usize,
    pub out_of_scope: usize,
}

/// The reason why an audit is not complete. Its words follow "incomplete: ".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Incomplete {
    #[error("no account was audited")]
    NoAccount,
    /// The numbers of notes that are errors, together at least one.
    #[error("{}", errors_in_words(*evidence, *policies))]
    Errors { evidence: usize, policies: usize },
}

fn errors_in_words(evidence: usize, policies: usize) -> String {
    let places =
        [(evidence, "evidence"), (policies, "policies")].into_iter().filter(|(errors, _)| *errors > 0);
    let words = places.map(|(errors, place)| {
        let noun = if errors == 1 { "error" } else { "errors" };
        format!("{errors} {noun} in the {place}")
    });
    words.collect::<Vec<String>>().join(", ")
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

    /// Whether the control on which the verdicts depend was evaluated. If it was not, the verdicts decide nothing.
    pub fn judges_ages(&self) -> bool {
        self.controls.iter().any(|control| control.id == VERDICT_CONTROL)
    }

    /// Whether the control on which the verdicts depend is waived for the account.
    pub fn is_waived(&self, account: &AuditedAccount) -> bool {
        self.verdict_finding(account).is_some_and(Finding::is_waived)
    }

    /// The finding of the control on which the verdicts depend; `None` if that control was not evaluated.
    pub fn verdict_finding<'a>(&self, account: &'a AuditedAccount) -> Option<&'a Finding> {
        account.findings.iter().find(|finding| self.controls[finding.control].id == VERDICT_CONTROL)
    }

    /// The name of an account's subscription, if a list of subscriptions gives it.
    pub fn subscription_name(&self, account: &Account) -> Option<&str> {
        self.subscription_names.of(account.id.folded_subscription())
    }

    /// Each input with its notes.
    pub fn inputs_with_notes(&self) -> impl Iterator<Item = (&Input, Vec<&Note>)> {
        let mut notes: Vec<Vec<&Note>> = vec![Vec::new(); self.inputs.len()];
        for note in &self.notes {
            if let Some(of_input) = note.input.and_then(|input| notes.get_mut(input.0)) {
                of_input.push(note);
            }
        }
        self.inputs.iter().zip(notes)
    }

    /// Whether accounts were audited, all evidence could be read, and all controls could be evaluated.
    pub fn is_complete(&self) -> bool {
        self.incompleteness().is_none()
    }

    /// Returns why the audit is not complete, so it cannot pass, regardless of its findings.
    pub fn incompleteness(&self) -> Option<Incomplete> {
        let errors = |topic: NoteTopic| {
            self.notes.iter().filter(|note| note.severity == Severity::Error && note.topic == topic).count()
        };
        match (self.accounts.len(), errors(NoteTopic::Evidence), errors(NoteTopic::Policies)) {
            (0, ..) => Some(Incomplete::NoAccount),
            (_, 0, 0) => None,
            (_, evidence, policies) => Some(Incomplete::Errors { evidence, policies }),
        }
    }

    /// Returns the common reason why accounts are unproven, if there is one. Reports show it first; it is also a note.
    pub fn cause(&self) -> Option<&Note> {
        let is_unproven = self.judges_ages()
            && self.accounts.iter().any(|account| account.proof.verdict == Verdict::Unproven);
        self.notes.iter().find(|note| is_unproven && note.topic == NoteTopic::Cause)
    }

    /// The limit of the evidence, which applies even if nothing is wrong with it.
    pub fn limit(&self) -> Option<&Note> {
        self.notes.iter().find(|note| note.topic == NoteTopic::Limit)
    }

    /// Returns the findings about accounts and about the evidence.
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

    /// A note's place, as `file:line`, if it has one.
    pub fn place_of(&self, note: &Note) -> Option<String> {
        let path = &self.inputs.get(note.input?.0)?.path;
        Some(note.line.map_or_else(|| path.clone(), |line| format!("{path}:{line}")))
    }

    /// *Incomplete* takes precedence over *fail*, and *fail* over *unproven*.
    pub fn outcome(&self) -> AuditOutcome {
        if !self.is_complete() {
            AuditOutcome::Incomplete
        } else if self.counting().any(|finding| self.fails_gate(finding)) {
            AuditOutcome::Fail
        } else if !self.gate.allow_unproven && self.counting().any(|finding| self.is_open_at_gate(finding)) {
            AuditOutcome::Unproven
        } else {
            AuditOutcome::Pass
        }
    }

    /// The number of findings that fail the gate, by the id of the control.
    pub fn failures_at_gate(&self) -> BTreeMap<&str, usize> {
        self.by_control(|finding| self.fails_gate(finding))
    }

    /// The number of failures that are not severe enough for the gate, by the id of the control.
    pub fn failures_below_gate(&self) -> BTreeMap<&str, usize> {
        self.by_control(|finding| finding.outcome.level().is_some() && !self.fails_gate(finding))
    }

    /// The number of open findings that count, by the id of the control.
    pub fn open_at_gate(&self) -> BTreeMap<&str, usize> {
        self.by_control(|finding| self.is_open_at_gate(finding))
    }

    fn by_control(&self, counts: impl Fn(&Finding) -> bool) -> BTreeMap<&str, usize> {
        let mut numbers = BTreeMap::new();
        for finding in self.counting().filter(|finding| counts(finding)) {
            *numbers.entry(self.controls[finding.control].id.as_str()).or_default() += 1;
        }
        numbers
    }

    fn fails_gate(&self, finding: &Finding) -> bool {
        finding.outcome.level().is_some_and(|level| self.gate.fail_on.fails(level))
    }

    /// Whether the finding is an open result that counts. An open result of an indicator does not count.
    pub fn is_open_at_gate(&self, finding: &Finding) -> bool {
        finding.outcome == ControlOutcome::Open && !self.controls[finding.control].is_indicator
    }

    /// Returns the numbers of failures and of open results that are new or worse since the baseline, of those that are
    /// not, and of those that are fixed or gone; waived ones are in neither of the first two. `None` without a baseline.
    pub fn since_baseline(&self) -> Option<SinceBaseline> {
        let counts = |finding: &&Finding| {
            let is_indicator = self.controls[finding.control].is_indicator;
            is_trouble(finding.outcome, is_indicator) && !finding.is_waived()
        };
        let (known, new): (Vec<&Finding>, Vec<&Finding>) =
            self.all_findings().filter(counts).partition(|finding| finding.is_known());
        let gone = self.baseline_counts()?.gone;
        Some(SinceBaseline { new: new.len(), known: known.len(), gone })
    }

    /// Counts the changes since the baseline; `None` without a baseline.
    pub fn baseline_counts(&self) -> Option<BaselineCounts> {
        let baseline = self.baseline.as_ref()?;
        let is_indicator =
            |id: &str| self.controls.iter().any(|control| control.id == id && control.is_indicator);
        let was_trouble = |result: &&AbsentResult| is_trouble(result.outcome, is_indicator(&result.control));
        let gone = baseline.absent.iter().filter(was_trouble).count();
        let mut counts = BaselineCounts { gone, ..BaselineCounts::default() };
        for finding in self.all_findings() {
            let Some(compared) = finding.compared else { continue };
            let is_indicator = self.controls[finding.control].is_indicator;
            if is_trouble(finding.outcome, is_indicator) {
                match compared.state {
                    BaselineState::New => counts.new += 1,
                    BaselineState::Updated => counts.updated += 1,
                    BaselineState::Unchanged => counts.unchanged += 1,
                }
            } else if compared.earlier.is_some_and(|earlier| is_trouble(earlier, is_indicator)) {
                counts.gone += 1;
            }
        }
        Some(counts)
    }
}

/// Whether a result is a failure, or open. An open indicator does not count.
fn is_trouble(outcome: ControlOutcome, is_indicator: bool) -> bool {
    matches!(outcome, ControlOutcome::Fail(_)) || outcome == ControlOutcome::Open && !is_indicator
}
