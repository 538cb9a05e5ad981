//! The verdict under other assumptions: computed again for each one, and not guessed.

use chrono::TimeDelta;

use crate::model::{
    AuditedAccount, Basis, CollectedKind, CoverageClass, Declaration, Instant, Interval, LogExport, Reliance,
    Scope, Verdict,
};
use crate::prove::{self, Exports, ProofQuestion, ProveError};

/// Another assumption, and the verdict under it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Change {
    /// The options that assume it; empty if no option does.
    pub arguments: Vec<String>,
    pub meaning: String,
    pub verdict: Verdict,
}

/// The verdict of an account, with the question and the exports that it results from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Changes<'a> {
    /// The question, as of `as_of`.
    pub question: &'a ProofQuestion,
    pub as_of: Instant,
    pub exports: &'a Exports,
    pub audited: &'a AuditedAccount,
    pub max_age_days: u32,
}

impl Changes<'_> {
    /// The verdict without each assumption that it may depend on, and with those that could settle it.
    pub(super) fn all(self) -> Result<Vec<Change>, ProveError> {
        let proof = &self.audited.proof;
        if proof.verdict == Verdict::NotApplicable {
            return Ok(Vec::new());
        }
        let mut changes = Vec::new();
        // Less evidence leaves an account unproven, unless evidence contradicts other evidence.
        let is_opposed = proof.contradiction.is_some() || proof.is_coverage_refuted;
        if proof.verdict != Verdict::Unproven || is_opposed {
            changes.extend(self.with_less()?);
        }
        if !self.question.etag_evidence && self.audited.account.written_at.is_some() {
            let other = ProofQuestion { etag_evidence: true, ..self.question.clone() };
            let meaning = "an old etag shows that no key was regenerated since";
            changes.extend(self.change(&["--etag-evidence"], meaning, &other, self.exports)?);
        }
        if proof.verdict == Verdict::Unproven && proof.undecidable.is_empty() && !proof.gaps.is_empty() {
            changes.extend(self.with_complete_logs()?);
        }
        Ok(changes)
    }

    fn with_less(self) -> Result<Vec<Change>, ProveError> {
        let mut changes = Vec::new();
        for reliance in [
            Reliance::Tolerance,
            Reliance::Observed,
            Reliance::Path,
            Reliance::Declared,
            Reliance::AssumedComplete,
            Reliance::Stamps,
            Reliance::Etag,
        ] {
            if self.is_present(reliance) {
                changes.extend(self.without(reliance)?);
            }
        }
        let coverage = &self.audited.proof.coverage;
        if coverage.iter().any(|covered| covered.class == CoverageClass::Inferred) {
            let strict = ProofQuestion { strict_coverage: true, ..self.question.clone() };
            let meaning = "only stated coverage counts";
            changes.extend(self.change(&["--strict-coverage"], meaning, &strict, self.exports)?);
            if self.is_present(Reliance::Tolerance) {
                let strict = ProofQuestion { tolerance_hours: 0, ..strict };
                let arguments = ["--strict-coverage", "--tolerance", "0"];
                let meaning = "no inference and no tolerance counts";
                changes.extend(self.change(&arguments, meaning, &strict, self.exports)?);
            }
        }
        Ok(changes)
    }

    /// Whether the account has evidence of this kind that can be left out.
    fn is_present(self, reliance: Reliance) -> bool {
        let proof = &self.audited.proof;
        let covers = |basis: Basis| proof.coverage.iter().any(|covered| covered.basis == basis);
        match reliance {
            Reliance::Declared => covers(Basis::Declared),
            Reliance::AssumedComplete => covers(Basis::AssumedComplete),
            Reliance::Path => covers(Basis::Path),
            Reliance::Observed => covers(Basis::Observed),
            Reliance::Etag => covers(Basis::Etag),
            Reliance::Stamps => !proof.stamps.is_empty(),
            Reliance::Fingerprints => false,
            Reliance::Tolerance => {
                let has_evidence = !proof.coverage.is_empty() || !proof.stamps.is_empty();
                self.question.tolerance_hours > 0 && has_evidence
            }
        }
    }

    fn without(self, reliance: Reliance) -> Result<Option<Change>, ProveError> {
        let mut other = self.question.clone();
        let mut exports = self.exports.clone();
        let arguments: &[&str] = match reliance {
            Reliance::Tolerance => {
                other.tolerance_hours = 0;
                &["--tolerance", "0"]
            }
            Reliance::Observed => {
                exports.logs.iter_mut().filter(|log| log.blob.is_none()).for_each(observe_nothing);
                &[]
            }
            Reliance::Path => {
                for log in exports.logs.iter_mut().filter(|log| log.blob.is_some()) {
                    log.blob = None;
                    observe_nothing(log);
                }
                &[]
            }
            Reliance::Declared => {
                other.declarations.clear();
                exports.collected.retain(|one| !matches!(one.what, CollectedKind::ActivityLog { .. }));
                &[]
            }
            Reliance::AssumedComplete => {
                other.assume_complete = false;
                &[]
            }
            Reliance::Stamps => {
                other.no_stamps = true;
                &["--no-stamps"]
            }
            Reliance::Etag => {
                other.etag_evidence = false;
                &[]
            }
            Reliance::Fingerprints => return Ok(None),
        };
        let meaning = format!("without the assumption that {}", reliance.assumption());
        self.change(arguments, &meaning, &other, &exports)
    }

    fn with_complete_logs(self) -> Result<Option<Change>, ProveError> {
        let id = &self.audited.account.id;
        // One day more than is needed, so that a silent log proves that a key is older than the limit, and not just as
        // old.
        let start = midnight(self.as_of.minus(TimeDelta::days(i64::from(self.max_age_days) + 1)));
        // The option rejects a leap second. A later end would move the audit instant.
        let end = self.as_of.before_leap_second();
        let Some(interval) = Interval::new(start, end) else { return Ok(None) };
        let mut other = self.question.clone();
        let written = format!("{id}={start}..{end}");
        let declaration = Declaration { scope: Scope::Within(id.clone()), interval, manifest: None };
        other.declarations.push((declaration, written.clone()));
        let meaning = "if the logs given do hold every event of that time";
        self.change(&["--coverage", &written], meaning, &other, self.exports)
    }

    fn change(
        self,
        arguments: &[&str],
        meaning: &str,
        other: &ProofQuestion,
        exports: &Exports,
    ) -> Result<Option<Change>, ProveError> {
        let proven = prove::of_exports(other, exports.clone(), self.max_age_days)?;
        let known = proven.accounts.iter().find(|known| known.account.id == self.audited.account.id);
        Ok(known.map(|known| Change {
            arguments: arguments.iter().map(|&argument| argument.to_owned()).collect(),
            meaning: meaning.to_owned(),
            verdict: known.proof.verdict,
        }))
    }
}

/// Removes the observed coverage of a log. Its records and scopes stay, so that statements about it still apply.
fn observe_nothing(log: &mut LogExport) {
    for span in log.documents.iter_mut().flat_map(|document| document.spans.values_mut()) {
        span.administrative = None;
    }
}

/// The day's first instant.
fn midnight(instant: Instant) -> Instant {
    Instant::parse_argument(&instant.date().to_string()).unwrap_or(instant)
}
