//! How much of the maximum age before the audit the evidence covers, by subscription.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;

use crate::model::{Basis, EvidenceWindow, Gap, Interval, Report, Scope, days_between, fold_case};

/// The coverage of one subscription by one kind of evidence, within the maximum age before the audit.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct CoverageShare {
    pub(super) basis: Basis,
    /// The covered days, with one decimal and not rounded up.
    pub(super) days: f64,
    /// The number of resource groups or resources that the share is about; 0 if it is about the complete subscription.
    pub(super) scopes: usize,
    /// The periods that are not covered.
    pub(super) missing: Vec<Gap>,
}

/// The shares of each subscription that has accounts or evidence, by its id in lower case, widest scope first. A
/// subscription without a share has no log that is known to be complete.
pub(super) fn shares(report: &Report) -> BTreeMap<String, Vec<CoverageShare>> {
    let of_accounts = report.accounts.iter().map(|audited| audited.account.id.folded_subscription());
    let mut shares: BTreeMap<String, Vec<CoverageShare>> =
        of_accounts.map(|subscription| (subscription.to_owned(), Vec::new())).collect();
    for windows in report.windows.chunk_by(|one, next| one.subscription == next.subscription) {
        shares.insert(fold_case(&windows[0].subscription), of_subscription(report, windows));
    }
    shares
}

fn of_subscription(report: &Report, windows: &[EvidenceWindow]) -> Vec<CoverageShare> {
    // The number of scopes that have the same windows on the same basis.
    let mut scopes: BTreeMap<(bool, Basis, Vec<Interval>), usize> = BTreeMap::new();
    for window in windows {
        let is_whole = match &window.scope {
            Scope::Everything => true,
            Scope::Within(scope) => scope.resource_group().is_empty(),
        };
        let bases: BTreeSet<Basis> = window.covered.iter().map(|covered| covered.basis).collect();
        for basis in bases {
            let of_basis = window.covered.iter().filter(|covered| covered.basis == basis);
            let intervals = Interval::joined(of_basis.map(|covered| covered.interval).collect());
            *scopes.entry((!is_whole, basis, intervals)).or_default() += 1;
        }
    }
    let share = |((is_part, basis, intervals), count): ((bool, Basis, Vec<Interval>), usize)| {
        let missing = missing(report, &intervals);
        let gaps: f64 = missing.iter().filter_map(|gap| Some(days_between(gap.start?, gap.end))).sum();
        let days = ((f64::from(report.parameters.max_age_days) - gaps) * 10.0).floor() / 10.0;
        CoverageShare { basis, days: days.max(0.0), scopes: if is_part { count } else { 0 }, missing }
    };
    scopes.into_iter().map(share).collect()
}

/// The periods between the limit and the audit that no interval covers.
fn missing(report: &Report, covered: &[Interval]) -> Vec<Gap> {
    let mut from = report.as_of.minus(TimeDelta::days(report.parameters.max_age_days.into()));
    let mut missing = Vec::new();
    for interval in covered {
        if interval.start > from {
            missing.push(Gap { start: Some(from), end: interval.start.min(report.as_of) });
        }
        from = from.max(interval.end);
    }
    if from < report.as_of {
        missing.push(Gap { start: Some(from), end: report.as_of });
    }
    missing
}
