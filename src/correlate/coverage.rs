//! For which windows the evidence holds every administrative event.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;

use crate::model::{
    Account, Basis, Covered, Declaration, EvidenceWindow, Instant, Interval, LogExport, ResourceId, Scope,
    Span, Status,
};

/// How long it takes at most until an event stands in the file of its hour.
const RECEIPT_LAG: TimeDelta = TimeDelta::minutes(20);
const HOUR: TimeDelta = TimeDelta::hours(1);

/// All that may cover an account.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    pub logs: &'a [LogExport],
    pub declarations: &'a [Declaration],
    /// Only what is declared counts.
    pub strict: bool,
    pub as_of: Instant,
}

/// What of its events is known to be whole, up to the audit, by the scope that it reaches.
#[derive(Debug)]
pub struct Coverage {
    everywhere: Vec<Covered>,
    /// By subscription, case-folded.
    scopes: BTreeMap<String, Vec<(ResourceId, Vec<Covered>)>>,
}

impl Coverage {
    pub fn new(evidence: Evidence<'_>) -> Coverage {
        let mut everywhere = Vec::new();
        let mut within: BTreeMap<ResourceId, Vec<Covered>> = BTreeMap::new();
        for (scope, covered) in scoped(evidence) {
            match scope {
                Scope::Everything => everywhere.push(covered),
                Scope::Within(scope) => within.entry(scope).or_default().push(covered),
            }
        }
        let mut scopes: BTreeMap<String, Vec<(ResourceId, Vec<Covered>)>> = BTreeMap::new();
        for (scope, covered) in within {
            let subscription = scope.folded_subscription().to_owned();
            scopes.entry(subscription).or_default().push((scope, joined(covered)));
        }
        Coverage { everywhere: joined(everywhere), scopes }
    }

    /// The windows of `account`'s events that are known to be whole, joined for each basis.
    pub fn of(&self, account: &ResourceId) -> Vec<Covered> {
        let scopes = self.scopes.get(account.folded_subscription()).into_iter().flatten();
        let reaching = scopes.filter(|(scope, _)| scope.contains(account)).flat_map(|(_, covered)| covered);
        joined(self.everywhere.iter().chain(reaching).copied().collect())
    }

    /// What is covered of each subscription in `subscriptions`, for people to see.
    pub fn windows(&self, subscriptions: &[ResourceId]) -> Vec<EvidenceWindow> {
        subscriptions.iter().flat_map(|subscription| self.of_subscription(subscription)).collect()
    }

    /// The whole of it first, and that also where nothing is covered.
    fn of_subscription(&self, subscription: &ResourceId) -> Vec<EvidenceWindow> {
        let window = |scope: &ResourceId, covered: Vec<Covered>| EvidenceWindow {
            subscription: subscription.name().to_owned(),
            scope: Scope::Within(scope.clone()),
            covered,
        };
        let scopes = self.scopes.get(subscription.folded_subscription()).into_iter().flatten();
        let parts = scopes.filter(|(scope, _)| scope != subscription);
        let whole = window(subscription, self.of(subscription));
        [whole].into_iter().chain(parts.map(|(scope, covered)| window(scope, covered.clone()))).collect()
    }
}

/// From the end of the second in an account's etag to the export of its list, where that is evidence: nothing was written to the
/// account in between, and so no key.
pub fn by_etag(account: &Account, as_of: Instant) -> Option<Covered> {
    let until = account.exported_at.map_or(as_of, |exported| exported.min(as_of));
    let interval = Interval::new(account.written_at?.plus(TimeDelta::seconds(1)), until)?;
    Some(Covered { interval, basis: Basis::Etag })
}

fn scoped(evidence: Evidence<'_>) -> impl Iterator<Item = (Scope, Covered)> {
    let declared = evidence
        .declarations
        .iter()
        .map(|declaration| (declaration.scope.clone(), declaration.interval, Basis::Declared));
    let hours = hours(evidence.logs, evidence.strict)
        .into_iter()
        .map(|(subscription, interval)| (Scope::Within(subscription), interval, Basis::Path));
    let logs = if evidence.strict { &[] } else { evidence.logs };
    let observed = logs.iter().filter(|log| log.blob.is_none()).flat_map(|log| {
        log.spans.values().filter(|span| silence_doubt(log, span).is_none()).map(|span| {
            let interval = Interval { start: span.first, end: span.last };
            (Scope::Within(span.scope.clone()), interval, Basis::Observed)
        })
    });
    declared.chain(hours).chain(observed).filter_map(move |(scope, interval, basis)| {
        interval.until(evidence.as_of).map(|interval| (scope, Covered { interval, basis }))
    })
}

/// What the files of diagnostic settings cover of each subscription: no file is written for an hour without events, so
/// everything from the first hour present to the last, less what receipt may lag; strictly, only the hours present. An
/// hour that could not be read whole is left out, with what may have been received in it only, and without any
/// administrative record the setting may leave that category out.
fn hours(logs: &[LogExport], strict: bool) -> Vec<(ResourceId, Interval)> {
    let mut blobs: BTreeMap<&ResourceId, Vec<(Instant, &LogExport)>> = BTreeMap::new();
    for log in logs {
        if let Some(blob) = &log.blob {
            blobs.entry(&blob.subscription).or_default().push((blob.start, log));
        }
    }
    let mut covered = Vec::new();
    for (subscription, mut hours) in blobs {
        hours.sort_by_key(|(start, _)| *start);
        let (Some((first, _)), Some((last, _))) = (hours.first(), hours.last()) else { continue };
        if !hours.iter().any(|(_, log)| log.is_administrative) {
            continue;
        }
        let end = last.plus(HOUR).minus(RECEIPT_LAG);
        let mut add = |from: Instant, until: Instant| {
            covered
                .extend(Interval::new(from, until.min(end)).map(|interval| (subscription.clone(), interval)));
        };
        let damaged: BTreeSet<Instant> =
            hours.iter().filter(|(_, log)| log.is_damaged).map(|(start, _)| *start).collect();
        // What happened shortly before an hour may stand in its file.
        let before = |hour: Instant| if damaged.contains(&hour) { hour.minus(RECEIPT_LAG) } else { hour };
        let mut from = *first;
        for (start, _) in &hours {
            let next = start.plus(HOUR);
            if damaged.contains(start) {
                if !strict {
                    add(from, before(*start));
                }
                from = next;
            } else if strict {
                add(*start, before(next));
            }
        }
        if !strict {
            add(from, end);
        }
    }
    covered
}

pub(super) fn joined(covered: Vec<Covered>) -> Vec<Covered> {
    let mut by_basis: BTreeMap<Basis, Vec<Interval>> = BTreeMap::new();
    for covered in covered {
        by_basis.entry(covered.basis).or_default().push(covered.interval);
    }
    let mut joined: Vec<Covered> = by_basis
        .into_iter()
        .flat_map(|(basis, intervals)| {
            Interval::joined(intervals).into_iter().map(move |interval| Covered { interval, basis })
        })
        .collect();
    joined.sort_unstable();
    joined
}

/// Why an export proves the events in it and no absence of others; `None` where it proves both.
///
/// An export does not say how it was made. If all its events have something in common that the events of a
/// subscription do not, it may have been filtered by just that.
pub(super) fn silence_doubt(log: &LogExport, span: &Span) -> Option<String> {
    if log.is_damaged {
        return Some("part of it could not be read".to_owned());
    }
    if !log.is_newest_first && (log.cut_by.is_some() || log.has_next_page) {
        return Some(
            "it was cut short, and is not newest first, so events may be missing anywhere in it".to_owned(),
        );
    }
    let filtered = |what: String| Some(format!("it may have been filtered: {what}"));
    if span.events == 1 {
        return filtered("it holds one event only".to_owned());
    }
    if let Some(operation) = span.operation.value() {
        return filtered(format!("all its events are of one operation, {operation}"));
    }
    if let Some(caller) = span.caller.value() {
        return filtered(format!("all its events have one caller, {caller}"));
    }
    if let Some(category) =
        span.category.value().filter(|category| !category.eq_ignore_ascii_case("Administrative"))
    {
        return filtered(format!("all its events are of one category, {category}"));
    }
    let is_ours = |provider: &&String| provider.eq_ignore_ascii_case("Microsoft.CognitiveServices");
    if let Some(provider) = span.provider.value().filter(|provider| !is_ours(provider)) {
        return filtered(format!("all its events are of one resource provider, {provider}"));
    }
    match span.status.value() {
        None | Some(Some(Status::Succeeded)) => None,
        Some(None) => Some("its events have no status".to_owned()),
        Some(Some(_)) => filtered("all its events have one outcome, and it is not success".to_owned()),
    }
}
