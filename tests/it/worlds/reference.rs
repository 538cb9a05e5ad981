//! The proof of a scenario by enumeration of its worlds, from VERDICTS alone: it shares no formula with the program.
//!
//! Time is counted in half minutes. All evidence is of whole minutes; the half minute after an instant represents every
//! instant between it and the next one that the evidence names. A world is built one decision after the other.

use std::collections::BTreeSet;

use rotaudit::model::{
    Basis, Bounds, CoverageClass, Instant, Judgement, KeyBounds, KeyOperation, Reliance, Unchanged,
    UndecidableReason, Verdict,
};

use crate::worlds::enumeration::{Counted, Worlds};
use crate::worlds::known::{Attempted, Creation, EVER, HOUR, Known, Tolerated, Watch};
use crate::worlds::scenario::{self, Reading, Scenario};

/// The proof's parts that decide its verdict, in the program's types.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) verdict: Verdict,
    pub(crate) undecidable: BTreeSet<UndecidableReason>,
    pub(crate) bounds: Option<KeyBounds>,
    pub(crate) judgement: Option<Judgement>,
    pub(crate) is_coverage_refuted: bool,
    pub(crate) is_contradictory: bool,
}

fn minute(tick: i64) -> Instant {
    scenario::at(tick.div_euclid(2))
}

impl Answer {
    pub(crate) fn new(scenario: &Scenario) -> Answer {
        let as_of = 2 * scenario.as_of;
        if scenario.created.is_some_and(|created| as_of < 2 * created) {
            let is_of_an_earlier_one = !earlier_records(scenario).is_empty();
            return Answer {
                verdict: if is_of_an_earlier_one { Verdict::Unproven } else { Verdict::NotApplicable },
                undecidable: is_of_an_earlier_one
                    .then_some(UndecidableReason::EarlierAccount)
                    .into_iter()
                    .collect(),
                bounds: None,
                judgement: None,
                is_coverage_refuted: false,
                is_contradictory: false,
            };
        }
        let mut known = Known::new(scenario);
        let mut stated = Worlds::new(&known.clone().strict(), Counted::First);
        // The evidence is consistent only if in some world every reading is of this account.
        let first_reading = known.readings.iter().map(Reading::tick).min().unwrap_or(i64::MAX);
        let is_contradictory = !stated.families.iter().any(|family| family.created < first_reading);
        if is_contradictory {
            known = known.without_readings();
            stated = Worlds::new(&known.clone().strict(), Counted::First);
        }
        let mut worlds = Worlds::new(&known, Counted::Outcome);
        let is_coverage_refuted = worlds.is_empty();
        if is_coverage_refuted {
            known = known.strict();
            worlds = Worlds::new(&known, Counted::Outcome);
        }
        let earliest = earliest(&known, &stated);
        let latest = worlds.latest(as_of);
        let bounds = |which: usize| Bounds {
            earliest: (earliest[which] != EVER).then(|| minute(earliest[which])),
            latest: minute(latest[which]),
        };
        let judged = Judged::new(&known, &worlds);
        let mut undecidable = undecidable(scenario);
        undecidable.extend(is_contradictory.then_some(UndecidableReason::Contradictory));
        let is_creation_contradicted = undecidable.contains(&UndecidableReason::CreationContradictsLog);
        let limit = 2 * scenario.max_age;
        let verdict = if !undecidable.is_empty() {
            Verdict::Unproven
        } else if scenario.local_auth_disabled == Some(true) {
            Verdict::NotApplicable
        } else if earliest[2] != EVER && as_of - 2 * earliest[2].div_euclid(2) <= limit {
            Verdict::Compliant
        } else if judged.at - judged.since_with_tolerance[2] > limit {
            Verdict::Overdue
        } else {
            Verdict::Unproven
        };
        Answer {
            verdict,
            undecidable,
            bounds: Some(KeyBounds { key1: bounds(0), key2: bounds(1), oldest: bounds(2) }),
            judgement: Some(judged.judgement()),
            is_coverage_refuted,
            is_contradictory: is_contradictory || is_creation_contradicted,
        }
    }
}

/// Returns the least last settings as of the audit under stated coverage, also if the account was migrated at any
/// possible instant. (For `latest`, see [`Known::hiding_migration`].)
fn earliest(known: &Known<'_>, stated: &Worlds) -> [i64; 3] {
    let known = known.clone().strict();
    let migrations = known.possible_migrations().into_iter();
    let migrated = migrations.map(|tick| Worlds::new(&known.clone().migrated_at(tick), Counted::First));
    let least = |worlds: &Worlds| worlds.extremes(known.as_of()).map(|(earliest, _)| earliest);
    migrated.fold(least(stated), |known, worlds| {
        let others = least(&worlds);
        [0, 1, 2].map(|which| known[which].min(others[which]))
    })
}

/// The operations on the keys of an earlier account with the same name: attempts to regenerate one, and reads.
fn earlier_records(scenario: &Scenario) -> Vec<i64> {
    let Some(created) = scenario.created else { return Vec::new() };
    let reads = Attempted::all(scenario, KeyOperation::List).into_iter().filter(Attempted::may_have_happened);
    let attempts = Attempted::all(scenario, KeyOperation::Regenerate).into_iter().chain(reads);
    attempts.map(|attempt| attempt.at).filter(|at| *at <= 2 * created - HOUR).collect()
}

/// The rules of section 2 by which an account is unproven.
fn undecidable(scenario: &Scenario) -> BTreeSet<UndecidableReason> {
    let mut reasons = BTreeSet::new();
    let listed_at = scenario.listed_at.map(|listed_at| 2 * listed_at);
    if Known::deleted(scenario).is_some_and(|deleted| listed_at.is_none_or(|listed_at| listed_at <= deleted))
    {
        reasons.insert(UndecidableReason::DeletedAfterList);
    }
    if let Some(created) = scenario.created.filter(|_| !scenario.is_migrated) {
        let created = 2 * created;
        let known = Known::new(scenario).strict();
        let watch = Watch { hidden_until: EVER, ..known.watch.clone() };
        let mut instants = known.named_instants();
        let records = earlier_records(scenario);
        instants.extend(&records);
        let deletions = Attempted::all(scenario, KeyOperation::Delete).into_iter();
        let deletions: Vec<i64> =
            deletions.filter(Attempted::may_have_happened).map(|deletion| deletion.at).collect();
        let is_unbroken = |record: &i64| {
            let is_between = |tick: &i64| *record < *tick && *tick <= created;
            let instants = instants.iter().flat_map(|tick| [*tick, *tick + 1]).filter(is_between);
            instants.into_iter().all(|tick| watch.is_logged(tick))
                && !deletions.iter().any(|deletion| *record <= *deletion && *deletion <= created)
        };
        if records.iter().any(is_unbroken) {
            reasons.insert(UndecidableReason::CreationContradictsLog);
        }
    }
    let writes = Attempted::all(scenario, KeyOperation::Write).into_iter();
    let mut later_writes = writes.filter(|write| {
        write.may_have_happened()
            && scenario.created.is_none_or(|created| write.at > 2 * created)
            && listed_at.is_none_or(|listed_at| write.at > listed_at)
    });
    // An account whose creation is unknown, and that was created or recovered after the audit, may not have existed.
    if scenario.created.is_none() && scenario.created_by.is_some_and(|by| scenario.as_of < by) {
        reasons.insert(UndecidableReason::EarlierAccount);
    }
    // Nothing after the audit is used, so a list of a later date does not show the state at the audit.
    let is_listed_later = listed_at.is_some_and(|listed_at| 2 * scenario.as_of < listed_at);
    let is_written_later = later_writes.any(|write| !write.disables_local_auth);
    // A list that is too old, and nothing newer about the account.
    let first = scenario.as_of - scenario.max_evidence_age;
    let records = scenario.requests.iter().flat_map(|request| &request.records).map(|(minute, _)| *minute);
    let records = records.filter(|minute| *minute <= scenario.as_of);
    let readings = scenario.readings.iter().map(|reading| reading.at);
    let mut newest = records.chain(readings).chain(scenario.logs().map(|log| log.end));
    let is_outdated =
        listed_at.is_some_and(|listed_at| listed_at < 2 * first) && newest.all(|minute| minute < first);
    let is_uncertain = is_listed_later || is_written_later || is_outdated;
    if scenario.local_auth_disabled == Some(true) && is_uncertain {
        reasons.insert(UndecidableReason::LocalAuthUncertain);
    }
    reasons
}

/// The instant at which the account is judged, and the last settings as of that instant.
struct Judged {
    at: i64,
    since: [i64; 3],
    since_with_tolerance: [i64; 3],
}

impl Judged {
    fn new(known: &Known<'_>, worlds: &Worlds) -> Judged {
        let scenario = known.watch.scenario;
        let as_of = known.as_of();
        let is_end = |tick: &i64| known.watch.is_unseen(*tick + 1) && !known.watch.is_unseen(*tick);
        let ends = known.named_instants().into_iter().filter(is_end);
        let candidates = ends.chain(known.readings.iter().map(Reading::tick)).chain([as_of]);
        let is_allowed = |tick: &i64| {
            let is_later = |attempt: &Attempted| attempt.may_have_happened() && attempt.at > *tick;
            (as_of - 2 * scenario.max_evidence_age..=as_of).contains(tick)
                && !known.attempts.iter().any(is_later)
                && worlds.can_be_quiet(*tick, as_of)
        };
        let judged = candidates.filter(is_allowed).map(|tick| (tick - worlds.latest(tick)[2], tick)).max();
        let at = judged.expect("the audit is a candidate").1;
        let since = worlds.latest(at);
        Judged { at, since, since_with_tolerance: with_tolerance(known, at, since) }
    }

    fn judgement(&self) -> Judgement {
        let unchanged = |which: usize| Unchanged {
            since: minute(self.since[which]),
            since_with_tolerance: minute(self.since_with_tolerance[which]),
        };
        Judgement { at: minute(self.at), key1: unchanged(0), key2: unchanged(1), oldest: unchanged(2) }
    }
}

/// The latest last settings as of `at`, with the last gap before it shortened by the tolerance.
fn with_tolerance(known: &Known<'_>, at: i64, since: [i64; 3]) -> [i64; 3] {
    let scenario = known.watch.scenario;
    let watch = &known.watch;
    // Only gaps after the creation count.
    let born = match known.creation {
        Creation::At(created) => created,
        Creation::MigratedAt(_) | Creation::Unknown { .. } => EVER,
    };
    let named = known.named_instants();
    let before = |tick: i64| named.iter().copied().rev().filter(move |named| born < *named && *named < tick);
    let Some(end) = before(at).find(|tick| watch.is_unseen(*tick) && !watch.is_unseen(*tick + 1)) else {
        return since;
    };
    let start = before(end).find(|tick| !watch.is_unseen(*tick)).unwrap_or(born);
    let tolerance = 2 * scenario.tolerance;
    let arrivals = scenario.residences.iter().filter_map(|residence| residence.start).map(|start| 2 * start);
    // At the second of an etag, the account was written.
    let written = scenario.logs().filter(|log| log.basis == Basis::Etag).map(|log| 2 * log.start);
    let ends = arrivals.chain(written).filter(|kept| *kept <= end);
    let kept = ends.chain([start, watch.hidden_until]).max();
    let after = kept.unwrap_or(start).max(end - tolerance);
    let mut tolerant = known.clone();
    let except = (start != EVER).then_some(start + 1);
    tolerant.watch.tolerated = Some(Tolerated { after, until: end, except });
    let worlds = Worlds::new(&tolerant, Counted::Outcome);
    if worlds.is_empty() {
        return since;
    }
    let latest = worlds.latest(at);
    [0, 1, 2].map(|which| latest[which].max(since[which] - tolerance))
}

/// Returns the assumptions that the scenario's verdict depends on: each one without which the verdict would be another,
/// also under stated coverage alone if that gives the same verdict. If several are each sufficient, returns all
/// inferences, or else all assumptions.
pub(crate) fn rests_on(scenario: &Scenario, verdict: Verdict) -> Vec<Reliance> {
    const ALL: [Reliance; 7] = [
        Reliance::Declared,
        Reliance::AssumedComplete,
        Reliance::Path,
        Reliance::Observed,
        Reliance::Etag,
        Reliance::Stamps,
        Reliance::Tolerance,
    ];
    if !matches!(verdict, Verdict::Overdue | Verdict::Compliant) {
        return Vec::new();
    }
    let has = |scenario: &Scenario| Answer::new(scenario).verdict == verdict;
    let logs = |reliance: Reliance, class: Option<CoverageClass>| {
        let mut of_basis = scenario.logs().filter(move |log| log.basis.as_str() == reliance.as_str());
        of_basis.any(|log| class.is_none_or(|class| log.class == class))
    };
    let inferred = |reliance: &Reliance| logs(*reliance, Some(CoverageClass::Inferred));
    let moves_an_age = Answer::new(scenario)
        .judgement
        .is_some_and(|judged| judged.oldest.since != judged.oldest.since_with_tolerance);
    let is_present = |reliance: &Reliance| match reliance {
        Reliance::Tolerance => moves_an_age,
        Reliance::Stamps => !Known::new(scenario).readings.is_empty(),
        basis => logs(*basis, None),
    };
    let stated = Scenario { tolerance: scenario.tolerance, ..scenario.strict() };
    let mut needed = BTreeSet::new();
    for reliance in ALL {
        let is_needed = |whole: &Scenario| has(whole) && !has(&whole.without(reliance));
        if is_needed(scenario) || (ALL.iter().any(inferred) && is_needed(&stated)) {
            needed.insert(reliance);
        }
    }
    if !needed.is_empty() {
        return needed.into_iter().collect();
    }
    if !has(&scenario.strict()) {
        let is_inference = |reliance: &Reliance| {
            if *reliance == Reliance::Tolerance { moves_an_age } else { inferred(reliance) }
        };
        return ALL.into_iter().filter(is_inference).collect();
    }
    let mut bare = scenario.strict();
    bare.readings.clear();
    bare.residences.iter_mut().for_each(|residence| residence.logs.clear());
    if has(&bare) { Vec::new() } else { ALL.into_iter().filter(is_present).collect() }
}
