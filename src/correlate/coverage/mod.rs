//! Determines for which windows the evidence contains every Administrative event, and on what basis.

mod join;
mod observed;
mod path;
mod stated;
mod unread;

use std::collections::BTreeMap;

use chrono::TimeDelta;

pub use join::CoveredResidence;
pub(super) use join::{Selection, covered, uncovered};
pub(super) use observed::{Observation, observations};
pub use stated::StatedLogs;
pub use unread::{UnreadFiles, UnreadSubscriptions};

use crate::model::{
    Account, Basis, CoverageClass, Covered, Declaration, EvidenceWindow, Instant, Interval, LogExport,
    ResourceId, Scope,
};

/// All evidence that can provide coverage.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    pub logs: &'a [LogExport],
    /// What other logs of these show by themselves does not count.
    pub unread: &'a UnreadSubscriptions,
    /// Only those that count; see [`StatedLogs`].
    pub declarations: &'a [Declaration],
    /// The declarations that `--assume-complete` makes.
    pub assumed_complete: &'a [Declaration],
    /// Only stated coverage counts.
    pub strict: bool,
    pub as_of: Instant,
}

/// The windows up to the audit that are known to be complete, by the scope that they cover.
#[derive(Debug)]
pub struct Coverage {
    /// By subscription, case-folded.
    scopes: BTreeMap<String, Vec<(ResourceId, Vec<Covered>)>>,
    /// The newest record up to the audit of each subscription in a log, case-folded.
    newest: BTreeMap<String, Instant>,
}

impl Coverage {
    pub fn new(evidence: Evidence<'_>) -> Coverage {
        let mut within: BTreeMap<ResourceId, Vec<Covered>> = BTreeMap::new();
        for (scope, covered) in scoped(evidence) {
            within.entry(scope).or_default().push(covered);
        }
        let mut scopes: BTreeMap<String, Vec<(ResourceId, Vec<Covered>)>> = BTreeMap::new();
        for (scope, covered) in within {
            let subscription = scope.folded_subscription().to_owned();
            scopes.entry(subscription).or_default().push((scope, joined(covered)));
        }
        Coverage { scopes, newest: newest_records(evidence) }
    }

    /// Returns the time of the newest record up to the audit, of any resource in the subscription of the account.
    pub fn newest_record(&self, account: &ResourceId) -> Option<Instant> {
        self.newest.get(account.folded_subscription()).copied()
    }

    /// The windows of the account's events that are known to be complete, joined for each basis.
    pub fn of(&self, account: &ResourceId) -> Vec<Covered> {
        let scopes = self.scopes.get(account.folded_subscription()).into_iter().flatten();
        let reaching = scopes.filter(|(scope, _)| scope.contains(account)).flat_map(|(_, covered)| covered);
        joined(reaching.copied().collect())
    }

    /// The covered windows of each subscription in `subscriptions`, for reports.
    pub fn windows(&self, subscriptions: &[ResourceId]) -> Vec<EvidenceWindow> {
        subscriptions.iter().flat_map(|subscription| self.of_subscription(subscription)).collect()
    }

    /// Returns the window of the subscription itself, even if nothing is covered, and then those of the scopes inside
    /// it.
    fn of_subscription(&self, subscription: &ResourceId) -> Vec<EvidenceWindow> {
        let window = |scope: &ResourceId, covered: Vec<Covered>| EvidenceWindow {
            subscription: subscription.name().to_owned(),
            scope: Scope::Within(scope.clone()),
            covered,
        };
        let scopes = self.scopes.get(subscription.folded_subscription()).into_iter().flatten();
        let parts = scopes.filter(|(scope, _)| scope != subscription);
        let whole = window(subscription, shown(self.of(subscription)));
        [whole]
            .into_iter()
            .chain(parts.map(|(scope, covered)| window(scope, shown(covered.clone()))))
            .collect()
    }
}

/// Returns the time of the newest record up to the audit for each subscription. If a span continues after the audit,
/// the audit instant counts.
fn newest_records(evidence: Evidence<'_>) -> BTreeMap<String, Instant> {
    let mut newest: BTreeMap<String, Instant> = BTreeMap::new();
    let spans = evidence.logs.iter().flat_map(LogExport::spans);
    for span in spans.filter(|span| span.window.start <= evidence.as_of) {
        let end = span.window.end.min(evidence.as_of);
        let known = newest.entry(span.subscription.folded_subscription().to_owned()).or_insert(end);
        *known = end.max(*known);
    }
    newest
}

/// Returns the coverage that an account's etag proves. From the end of the second in the etag to the export of the
/// list, nothing was written to the account, so no key was set. A list without a date proves nothing.
pub fn by_etag(account: &Account, as_of: Instant) -> Option<Covered> {
    let until = account.listed_at?.min(as_of);
    let interval = Interval::new(account.written_at?.plus(TimeDelta::seconds(1)), until)?;
    Some(Covered { interval, basis: Basis::Etag, class: CoverageClass::Inferred })
}

fn scoped(evidence: Evidence<'_>) -> impl Iterator<Item = (ResourceId, Covered)> {
    let stated = |declarations: &[Declaration], basis: Basis| {
        let scoped = declarations.iter().filter_map(move |declaration| match &declaration.scope {
            Scope::Within(scope) => Some((scope.clone(), declaration.interval, basis, CoverageClass::Stated)),
            // Declarations are resolved to subscriptions before they count.
            Scope::Everything => None,
        });
        scoped.collect::<Vec<_>>()
    };
    let declared = stated(evidence.declarations, Basis::Declared);
    let assumed = stated(evidence.assumed_complete, Basis::AssumedComplete);
    let hours = path::hours(evidence.logs).into_iter().flat_map(|(subscription, hours)| {
        let covered = hours.covered().into_iter();
        covered.map(move |(interval, class)| (subscription.clone(), interval, Basis::Path, class))
    });
    let observed = evidence.logs.iter().filter(|log| log.blob.is_none()).flat_map(|log| {
        observations(log).filter_map(|(_, observation)| match observation {
            Observation::Complete { administrative, scopes } => Some((administrative, scopes)),
            Observation::Doubtful(_) => None,
        })
    });
    let observed = observed.flat_map(|(administrative, scopes)| {
        let read = scopes.into_iter().filter(|scope| !evidence.unread.has_refused(scope));
        read.flat_map(|scope| {
            administrative
                .pieces
                .iter()
                .map(move |piece| (scope.clone(), *piece, Basis::Observed, CoverageClass::Inferred))
        })
    });
    let counts = move |class| !evidence.strict || class == CoverageClass::Stated;
    let all = declared.into_iter().chain(assumed).chain(hours).chain(observed);
    all.filter_map(move |(scope, interval, basis, class)| {
        // The start counts as uncovered, so an instant covers nothing.
        let is_long = |interval: &Interval| interval.start < interval.end;
        let interval = interval.until(evidence.as_of).filter(is_long).filter(|_| counts(class))?;
        Some((scope, Covered { interval, basis, class }))
    })
}

/// Returns, for each subscription, the intervals between its blobs that are not quiet hours.
pub(super) fn absent_hours(logs: &[LogExport]) -> Vec<(&ResourceId, Vec<Interval>)> {
    path::hours(logs).into_iter().map(|(subscription, hours)| (subscription, hours.gaps())).collect()
}

/// Returns the coverage as reports show it, in the order of time. Touching intervals of one basis are merged; the
/// result is an inference if any of them is one.
pub(super) fn shown(mut covered: Vec<Covered>) -> Vec<Covered> {
    covered.sort_by_key(|covered| (covered.basis, covered.interval.start, covered.interval.end));
    let mut shown: Vec<Covered> = Vec::new();
    for covered in covered {
        match shown.last_mut() {
            Some(last) if last.basis == covered.basis && covered.interval.start <= last.interval.end => {
                last.interval.end = last.interval.end.max(covered.interval.end);
                last.class = last.class.max(covered.class);
            }
            _ => shown.push(covered),
        }
    }
    shown.sort_unstable();
    shown
}

/// The intervals of each basis and class, joined and in order.
pub(super) fn joined(covered: Vec<Covered>) -> Vec<Covered> {
    let mut by_basis: BTreeMap<(Basis, CoverageClass), Vec<Interval>> = BTreeMap::new();
    for covered in covered {
        by_basis.entry((covered.basis, covered.class)).or_default().push(covered.interval);
    }
    let of_basis = |((basis, class), intervals)| {
        Interval::joined(intervals).into_iter().map(move |interval| Covered { interval, basis, class })
    };
    let mut joined: Vec<Covered> = by_basis.into_iter().flat_map(of_basis).collect();
    joined.sort_unstable();
    joined
}
