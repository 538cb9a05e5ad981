//! Determines the instant at which an account is judged, its verdict, and what the verdict depends on.

use std::borrow::Cow;
use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::mem;

use super::Limits;
use super::bounds;
use super::coverage::{CoveredResidence, Selection, covered, uncovered};
use super::creation::Life;
use super::moment::{Moment, Stretch};
use super::readings;
use super::worlds::{Creation, KeyEvidence, Statement, StatementKind};
use crate::model::{
    Basis, Bounds, CoverageClass, Instant, Judgement, KeyBounds, KeyName, Outcome, Reliance, Stamp,
    Unchanged, Verdict,
};

/// All that a verdict is computed from.
#[derive(Debug)]
pub(super) struct Case<'a> {
    pub life: &'a Life,
    pub statements: &'a [Statement],
    pub residences: &'a [CoveredResidence],
    pub limits: &'a Limits,
}

/// The part of a case that is taken into account, to see what its verdict rests on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    pub coverage: Selection,
    pub stamps: bool,
    pub tolerance: bool,
}

impl Part {
    pub(super) const ALL: Part = Part { coverage: Selection::ALL, stamps: true, tolerance: true };
    const STATED: Part = Part { coverage: Selection::STATED, ..Part::ALL };
    const NOTHING: Part = Part { coverage: Selection::NONE, stamps: false, tolerance: false };

    /// Returns the same part without one reliance.
    pub(super) fn without(self, reliance: Reliance) -> Part {
        let of_coverage = |basis| Part { coverage: self.coverage.without(basis), ..self };
        match reliance {
            Reliance::Declared => of_coverage(Basis::Declared),
            Reliance::AssumedComplete => of_coverage(Basis::AssumedComplete),
            Reliance::Path => of_coverage(Basis::Path),
            Reliance::Observed => of_coverage(Basis::Observed),
            Reliance::Etag => of_coverage(Basis::Etag),
            Reliance::Stamps => Part { stamps: false, ..self },
            // Readings of fingerprints do not count yet.
            Reliance::Fingerprints => self,
            Reliance::Tolerance => Part { tolerance: false, ..self },
        }
    }
}

/// The evidence that remains in a part of a case.
type Left = (Vec<(Basis, CoverageClass)>, bool, bool);

/// The gaps of an account in both classes of worlds.
#[derive(Clone, Debug)]
pub(super) struct Gaps {
    /// Under stated coverage only.
    pub stated: Vec<Stretch>,
    /// Under all coverage.
    pub all: Vec<Stretch>,
    /// The instants at which coverage ends, latest first.
    ends: Vec<Instant>,
    /// A moment up to which a migration hides everything, so that no tolerance applies before it.
    hidden_until: Option<Moment>,
}

/// The gaps and statements that determine the worlds of a part of a case.
struct Worlds<'a> {
    gaps: Gaps,
    statements: &'a [Statement],
    is_coverage_refuted: bool,
}

/// The instant that an account is judged at.
struct Judged {
    at: Instant,
    /// The latest instant at which the oldest key can have been set, as of `at`.
    since: Instant,
    /// The gaps shortened by the tolerance; `None` if that changes nothing, or no world fits them.
    shortened: Option<Vec<Stretch>>,
}

/// The bounds and the judgement that all worlds of a case agree on.
#[derive(Clone, Debug)]
pub(super) struct Evaluation {
    pub bounds: KeyBounds,
    pub judgement: Judgement,
    pub is_coverage_refuted: bool,
    /// The gaps under the coverage that was not refuted.
    pub gaps: Vec<Stretch>,
}

impl Case<'_> {
    /// `None` if no world fits the evidence under stated coverage.
    pub(super) fn evaluate(&self, part: Part) -> Option<Evaluation> {
        let Worlds { gaps, statements, is_coverage_refuted } = self.worlds(part)?;
        let unseen = self.unseen_with_migration(&gaps.stated);
        let stated = self.evidence(&unseen, statements);
        let all = self.evidence(&gaps.all, statements);
        let as_of = self.limits.as_of;
        let bounds = |key: KeyName| Bounds {
            earliest: bounds::earliest(&stated, key, as_of),
            latest: bounds::latest(&all, &[key], as_of),
        };
        let [key1, key2] = KeyName::BOTH.map(bounds);
        let oldest = Bounds {
            earliest: key1.earliest.min(key2.earliest),
            latest: bounds::latest(&all, &KeyName::BOTH, as_of),
        };
        let judged = self.judged(&all, &gaps, part, oldest.latest);
        let at = judged.at;
        let of_key = |key: KeyName, now: Bounds| {
            let since = if at == as_of { now.latest } else { bounds::latest(&all, &[key], at) };
            self.unchanged(&all, &judged, &[key], since)
        };
        let judgement = Judgement {
            at,
            key1: of_key(KeyName::Key1, key1),
            key2: of_key(KeyName::Key2, key2),
            oldest: self.unchanged(&all, &judged, &KeyName::BOTH, judged.since),
        };
        let bounds = KeyBounds { key1, key2, oldest };
        Some(Evaluation { bounds, judgement, is_coverage_refuted, gaps: gaps.all })
    }

    /// Returns the verdict that [`Case::evaluate`] leads to. Computes only the bounds of the older key, because the
    /// verdict does not depend on others.
    fn verdict_of(&self, part: Part) -> Option<Verdict> {
        let Worlds { gaps, statements, .. } = self.worlds(part)?;
        let unseen = self.unseen_with_migration(&gaps.stated);
        let stated = self.evidence(&unseen, statements);
        let all = self.evidence(&gaps.all, statements);
        let as_of = self.limits.as_of;
        let [key1, key2] = KeyName::BOTH.map(|key| bounds::earliest(&stated, key, as_of));
        let oldest = Bounds { earliest: key1.min(key2), latest: bounds::latest(&all, &KeyName::BOTH, as_of) };
        let judged = self.judged(&all, &gaps, part, oldest.latest);
        let unchanged = self.unchanged(&all, &judged, &KeyName::BOTH, judged.since);
        Some(Verdict::of(oldest, judged.at, unchanged, as_of, self.limits.max_age))
    }

    /// `None` if no world fits the evidence under stated coverage.
    fn worlds(&self, part: Part) -> Option<Worlds<'_>> {
        let statements = if part.stamps { self.statements } else { &[] };
        let mut gaps = self.gaps(part.coverage, statements);
        if !self.evidence(&gaps.stated, statements).is_satisfiable_before_readings() {
            return None;
        }
        let is_coverage_refuted =
            gaps.all != gaps.stated && !self.evidence(&gaps.all, statements).is_satisfiable();
        if is_coverage_refuted {
            gaps = self.gaps(part.coverage.stated(), statements);
        }
        Some(Worlds { gaps, statements, is_coverage_refuted })
    }

    pub(super) fn verdict(&self, evaluation: &Evaluation) -> Verdict {
        let Evaluation { bounds, judgement, .. } = evaluation;
        let Limits { as_of, max_age, .. } = *self.limits;
        Verdict::of(bounds.oldest, judgement.at, judgement.oldest, as_of, max_age)
    }

    pub(super) fn evidence<'e>(
        &'e self,
        gaps: &'e [Stretch],
        statements: &'e [Statement],
    ) -> KeyEvidence<'e> {
        KeyEvidence { creation: &self.life.creation, attempts: &self.life.attempts, gaps, statements }
    }

    pub(super) fn gaps(&self, coverage: Selection, statements: &[Statement]) -> Gaps {
        let as_of = self.limits.as_of;
        let stated = covered(self.residences, coverage.stated(), as_of);
        let all = covered(self.residences, coverage, as_of);
        let ends = ends(&all);
        let [mut stated, mut all] = [stated, all].map(|covered| self.gaps_of(&covered));
        let hide = |gaps: &mut Vec<Stretch>| {
            let hidden_until = self.banned_migration(gaps, statements)?;
            gaps.push(Stretch { start: Moment::MIN, end: hidden_until });
            *gaps = Stretch::joined(mem::take(gaps));
            Some(hidden_until)
        };
        hide(&mut stated);
        let hidden_until = hide(&mut all);
        Gaps { stated, all, ends, hidden_until }
    }

    /// Returns the latest moment at which the account can have been migrated, if readings ban a setting then and the log
    /// covers an earlier time. In that time, its keys can have been set elsewhere. Without a ban, they can have been set at
    /// that moment itself, and when they were set before does not matter for `latest`.
    fn banned_migration(&self, gaps: &[Stretch], statements: &[Statement]) -> Option<Moment> {
        let migrated = self.evidence(gaps, &[]).latest_migration()?;
        let is_banned = |statement: &Statement| {
            statement.kind == StatementKind::Ban && statement.stretch.contains(migrated)
        };
        let is_covered_before = gaps.first().is_none_or(|gap| gap.start > Moment::MIN || gap.end < migrated);
        (is_covered_before && statements.iter().any(is_banned)).then_some(migrated)
    }

    /// Returns the gaps in the account's life. The time after the audit is always a gap.
    pub(super) fn gaps_of(&self, covered: &[Stretch]) -> Vec<Stretch> {
        let mut gaps = uncovered(covered);
        if let Some(forced) = self.life.forced_gap {
            gaps.push(forced);
            gaps = Stretch::joined(gaps);
        }
        match self.life.creation {
            Creation::At(created) => {
                let life = Stretch { start: Moment::after(created), end: Moment::MAX };
                gaps.into_iter().filter_map(|gap| gap.intersection(life)).collect()
            }
            Creation::Elsewhere | Creation::Unknown { .. } => gaps,
        }
    }

    /// Returns the gaps for `earliest`. If the account can have been migrated at an unknown instant, all time up to the
    /// latest possible one is a gap, even where the log covers it.
    ///
    /// `latest` does not need them: that instant is in a gap or at a write anyway, or is a [`Case::banned_migration`].
    fn unseen_with_migration<'g>(&self, gaps: &'g [Stretch]) -> Cow<'g, [Stretch]> {
        match self.evidence(gaps, &[]).latest_migration() {
            Some(migrated) => {
                let before = Stretch { start: Moment::MIN, end: migrated };
                Cow::Owned(Stretch::joined([&[before], gaps].concat()))
            }
            None => Cow::Borrowed(gaps),
        }
    }

    /// Selects the instant at which the proven minimum age of the oldest key is greatest: the audit, or an earlier end
    /// of evidence since which both keys may have been unchanged. A verdict is never about a time after the evidence
    /// ends. `now` is the latest instant at which the oldest key can have been set, as of the audit.
    fn judged(&self, all: &KeyEvidence<'_>, gaps: &Gaps, part: Part, now: Instant) -> Judged {
        let Gaps { ends, hidden_until, .. } = gaps;
        let as_of = self.limits.as_of;
        let effective = self.life.attempts.iter().filter(|attempt| attempt.outcome != Outcome::Failed);
        let changed = effective.map(|attempt| attempt.at).max();
        let created = match self.life.creation {
            Creation::At(created) => Some(created),
            Creation::Elsewhere | Creation::Unknown { .. } => None,
        };
        let first = [changed, created]
            .into_iter()
            .flatten()
            .fold(as_of.minus(self.limits.max_evidence_age), Instant::max);
        let stamps: &[Stamp] = if part.stamps { &self.life.stamps } else { &[] };
        let mut earlier: Vec<Instant> =
            ends.iter().copied().chain(stamps.iter().map(|stamp| stamp.taken_at)).collect();
        let separate = readings::separate_settings(stamps, as_of);
        let statements = [all.statements, &separate].concat();
        let surely = KeyEvidence { statements: &statements, ..all.clone() };
        earlier.retain(|at| first <= *at && *at < as_of && bounds::allows_quiet(&surely, *at, as_of));
        earlier.sort_unstable();
        earlier.dedup();
        // Bounds never decrease over time, so none is less than that of the first candidate.
        let least =
            if earlier.len() > 1 { bounds::latest(all, &KeyName::BOTH, earlier[0]) } else { Instant::MIN };
        let (mut at, mut since) = (as_of, now);
        for candidate in earlier.into_iter().rev() {
            if candidate.since(least) <= at.since(since) {
                break;
            }
            let latest = bounds::latest(all, &KeyName::BOTH, candidate);
            if at.since(since) < candidate.since(latest) {
                (at, since) = (candidate, latest);
            }
        }
        let is_off = !part.tolerance || self.limits.tolerance.is_zero();
        let shortened = self.shortened(all.gaps, *hidden_until, at, part.coverage).filter(|_| !is_off);
        let fits = |gaps: &Vec<Stretch>| KeyEvidence { gaps, ..surely.clone() }.is_satisfiable();
        Judged { at, since, shortened: shortened.filter(fits) }
    }

    /// Returns since when all of `keys` are proven unchanged, with and without the tolerance; `since` is the instant
    /// without it.
    fn unchanged(
        &self,
        all: &KeyEvidence<'_>,
        judged: &Judged,
        keys: &[KeyName],
        since: Instant,
    ) -> Unchanged {
        let tolerant = judged.shortened.as_ref().map_or(since, |gaps| {
            let evidence = KeyEvidence { gaps, ..all.clone() };
            bounds::latest(&evidence, keys, judged.at)
        });
        let since_with_tolerance = tolerant.max(since.minus(self.limits.tolerance)).min(since);
        Unchanged { since, since_with_tolerance }
    }

    /// Returns the gaps, in which the last gap before `at` ends earlier by the tolerance; `None` if that changes
    /// nothing. The service returns at most 90 days, so a log can never quite reach back to the limit. The moment just
    /// after the start of the gap stays uncovered, and a part of the gap that results from a migration, a deletion or a
    /// move is not shortened.
    fn shortened(
        &self,
        gaps: &[Stretch],
        hidden_until: Option<Moment>,
        at: Instant,
        coverage: Selection,
    ) -> Option<Vec<Stretch>> {
        let index = gaps.partition_point(|gap| gap.end < Moment::at(at)).checked_sub(1)?;
        let gap = gaps[index];
        let moves = self.residences.iter().map(|residence| Moment::at(residence.window.start));
        let forced = self.life.forced_gap.map(|forced| forced.end);
        // Something was certainly written at the second of an etag.
        let covered = self.residences.iter().flat_map(|residence| &residence.covered);
        let written = covered.filter(|covered| covered.basis == Basis::Etag && coverage.includes(covered));
        let written = written.map(|covered| Moment::at(covered.interval.start));
        let kept =
            moves.chain(forced).chain(written).chain(hidden_until).filter(|end| gap.contains(*end)).max();
        let end = gap.end.minus(self.limits.tolerance).max(gap.start).max(kept.unwrap_or(Moment::MIN));
        (end < gap.end).then(|| {
            let mut gaps = gaps.to_vec();
            gaps[index].end = end;
            gaps
        })
    }

    /// Returns the reliances of a definite verdict: each one without which the verdict changes. If stated coverage
    /// alone gives the same verdict, also each one without which the verdict changes there. If no single one is needed,
    /// because several alternatives each suffice, all of these: the inferences and the tolerance, or else everything.
    pub(super) fn rests_on(&self, evaluation: &Evaluation, verdict: Verdict) -> Vec<Reliance> {
        if !matches!(verdict, Verdict::Overdue | Verdict::Compliant) {
            return Vec::new();
        }
        // Many parts have the same remaining evidence; each is evaluated once. There are at most as many entries as
        // calls below.
        let kinds = self.kinds();
        let known = RefCell::new(BTreeMap::from([(self.left(Part::ALL, &kinds), true)]));
        let holds = |part: Part| {
            let left = self.left(part, &kinds);
            let answer = known.borrow().get(&left).copied();
            answer.unwrap_or_else(|| {
                let holds = self.verdict_of(part) == Some(verdict);
                known.borrow_mut().insert(left, holds);
                holds
            })
        };
        let present = self.present(evaluation);
        let needed = |whole: Part| {
            let is_needed = |reliance: &Reliance| !holds(whole.without(*reliance));
            // The tolerance may matter under less coverage even if it does not matter under all coverage.
            let is_all = whole.coverage == Selection::ALL;
            let is_absent = !present.contains_key(&Reliance::Tolerance) && !is_all;
            let tolerance = is_absent.then_some(&Reliance::Tolerance);
            present.keys().chain(tolerance).copied().filter(is_needed).collect::<Vec<_>>()
        };
        let mut needed_at_all = needed(Part::ALL);
        let has_inferences =
            present.iter().any(|(reliance, is_inference)| *is_inference && *reliance != Reliance::Tolerance);
        if has_inferences && holds(Part::STATED) {
            needed_at_all.extend(needed(Part::STATED));
            needed_at_all.sort_unstable();
            needed_at_all.dedup();
        }
        let inferences = || present.iter().filter(|(_, is_inference)| **is_inference);
        if !needed_at_all.is_empty() {
            needed_at_all
        } else if !holds(Part::STATED.without(Reliance::Tolerance)) {
            inferences().map(|(reliance, _)| *reliance).collect()
        } else if !holds(Part::NOTHING) {
            present.into_keys().collect()
        } else {
            Vec::new()
        }
    }

    /// The kinds of the account's coverage.
    fn kinds(&self) -> BTreeSet<(Basis, CoverageClass)> {
        let covered = self.residences.iter().flat_map(|residence| &residence.covered);
        covered.map(|covered| (covered.basis, covered.class)).collect()
    }

    /// Returns the evidence that remains in a part: the kinds of coverage, whether there are stamps, and whether the
    /// tolerance counts.
    fn left(&self, part: Part, kinds: &BTreeSet<(Basis, CoverageClass)>) -> Left {
        let included = kinds.iter().filter(|(basis, class)| part.coverage.includes_kind(*basis, *class));
        (included.copied().collect(), part.stamps && !self.statements.is_empty(), part.tolerance)
    }

    /// All that the evaluation may depend on, each with whether it is an inference.
    fn present(&self, evaluation: &Evaluation) -> BTreeMap<Reliance, bool> {
        let mut present = BTreeMap::new();
        for covered in self.residences.iter().flat_map(|residence| &residence.covered) {
            let reliance = match covered.basis {
                Basis::Declared => Reliance::Declared,
                Basis::AssumedComplete => Reliance::AssumedComplete,
                Basis::Path => Reliance::Path,
                Basis::Observed => Reliance::Observed,
                Basis::Etag => Reliance::Etag,
                Basis::Stamp | Basis::Fingerprint => continue,
            };
            *present.entry(reliance).or_default() |= covered.class == CoverageClass::Inferred;
        }
        if !self.statements.is_empty() {
            present.insert(Reliance::Stamps, false);
        }
        let Unchanged { since, since_with_tolerance } = evaluation.judgement.oldest;
        if since != since_with_tolerance {
            present.insert(Reliance::Tolerance, true);
        }
        present
    }
}

fn ends(covered: &[Stretch]) -> Vec<Instant> {
    let mut ends: Vec<Instant> = covered.iter().map(|stretch| stretch.end.instant()).collect();
    ends.sort_unstable_by_key(|end| Reverse(*end));
    ends
}
