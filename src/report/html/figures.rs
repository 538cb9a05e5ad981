//! Figures of the first screen: by control, and by subscription with the share of the window that logs cover.

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};

use super::filter::{count, standing};
use super::{ShortNames, class, line, max_age};
use crate::model::{About, AuditedAccount, Basis, ControlOutcome, Interval, Report, Verdict};

const VERDICTS: [Verdict; 4] =
    [Verdict::Overdue, Verdict::Unproven, Verdict::Compliant, Verdict::NotApplicable];

/// Subscriptions that are shown at once, those with most overdue accounts first. The others are folded away.
const SUBSCRIPTIONS: usize = 12;

const SECONDS_A_DAY: f64 = 86_400.0;

/// The width of the bars of shares, in their own units.
const BAR: usize = 1_000;

pub(super) fn controls(report: &Report) -> String {
    let mut standings: BTreeMap<String, usize> = BTreeMap::new();
    for finding in report.accounts.iter().flat_map(|audited| &audited.findings) {
        if let Some(standing) = standing(report, finding) {
            *standings.entry(standing).or_default() += 1;
        }
    }
    let are_waived = report.waivers.is_some();
    let cell = |id: &str, state: &str| {
        let standing = format!("{id} {state}");
        count(standings.get(&standing).copied().unwrap_or_default(), &[("control", &standing)])
    };
    let rows: String = (0..)
        .zip(&report.controls)
        .map(|(index, control)| {
            line(&html! {
                tr {
                    th scope="row" { a href={ "#c" (index) } { (control.id) } " " (control.name) }
                    @if control.about == About::Evidence {
                        (about_evidence(report, index))
                        td { span.zero { "–" } }
                    } @else {
                        td.fail { (cell(&control.id, "fail")) }
                        td.open { (cell(&control.id, "open")) }
                    }
                    @if are_waived { td { (cell(&control.id, "waived")) } }
                }
            })
        })
        .collect();
    let head = html! {
        tr {
            th scope="col" { "Control" }
            th scope="col" { "Fails" }
            th scope="col" { "Open" }
            @if are_waived { th scope="col" { "Waived" } }
        }
    };
    figure("controls", "By control", &head, &rows)
}

/// A control about the evidence fails for files and not for accounts.
fn about_evidence(report: &Report, index: usize) -> Markup {
    let failed = report
        .findings
        .iter()
        .map(|found| &found.finding)
        .filter(|finding| finding.control == index && !finding.is_waived())
        .filter(|finding| matches!(finding.outcome, ControlOutcome::Fail(_)))
        .count();
    html! {
        td.fail {
            @if failed == 0 { span.zero { "–" } } @else { a href="#evidence-findings" { (failed) } }
        }
    }
}

fn figure(class: &str, title: &str, head: &Markup, rows: &str) -> String {
    format!(
        "<div>\n<h3>{title}</h3>\n<table class=\"figures {class}\" aria-label=\"{title}\">\n<thead>{}</thead>\n<tbody>\n{rows}</tbody>\n</table>\n</div>\n",
        head.0
    )
}

pub(super) fn subscriptions(report: &Report) -> String {
    let mut by_subscription: BTreeMap<&str, Vec<&AuditedAccount>> = BTreeMap::new();
    for audited in &report.accounts {
        by_subscription.entry(audited.account.id.subscription()).or_default().push(audited);
    }
    let mut subscriptions: Vec<Subscription> =
        by_subscription.into_iter().map(|(id, accounts)| Subscription::new(report, id, &accounts)).collect();
    subscriptions.sort_by(|one, other| other.counts.cmp(&one.counts));
    let names = ShortNames::new(report);
    let rows: Vec<String> =
        subscriptions.iter().map(|one| line(&one.row(names, report.parameters.max_age_days))).collect();
    let head = html! {
        tr {
            th scope="col" { "Subscription" }
            @for verdict in VERDICTS { th scope="col" { (verdict.in_words()) } }
            th scope="col" { "Logs cover" }
        }
    };
    let (shown, folded) = rows.split_at(rows.len().min(SUBSCRIPTIONS));
    let title = "By subscription";
    let mut figures = figure("subscriptions", title, &head, &shown.concat());
    if !folded.is_empty() {
        let more = figure("subscriptions", "Other subscriptions", &head, &folded.concat());
        figures +=
            &format!("<details>\n<summary>{} more subscriptions</summary>\n{more}</details>\n", folded.len());
    }
    figures
}

struct Subscription<'a> {
    id: &'a str,
    /// In the order of [`VERDICTS`].
    counts: [usize; 4],
    /// The least and the greatest number of days of the window that logs cover for an account.
    covered_days: Option<(f64, f64)>,
    bases: BTreeSet<Basis>,
}

impl<'a> Subscription<'a> {
    fn new(report: &Report, id: &'a str, accounts: &[&AuditedAccount]) -> Subscription<'a> {
        let count = |verdict| accounts.iter().filter(|audited| audited.proof.verdict == verdict).count();
        let mut bases = BTreeSet::new();
        let mut covered_days: Option<(f64, f64)> = None;
        for audited in accounts.iter().filter(|audited| audited.proof.verdict != Verdict::NotApplicable) {
            let days = covered(report, audited, &mut bases);
            covered_days =
                Some(covered_days.map_or((days, days), |(least, most)| (least.min(days), most.max(days))));
        }
        Subscription { id, counts: VERDICTS.map(count), covered_days, bases }
    }

    fn row(&self, names: ShortNames, window_days: u32) -> Markup {
        html! {
            tr {
                th scope="row" {
                    a href={ "#" (super::filter::filter(&[("subscription", self.id)])) } title=(self.id) { (names.of(self.id)) }
                    (self.shares())
                }
                @for (verdict, number) in VERDICTS.into_iter().zip(self.counts) {
                    td.(class(verdict)) { (count(number, &[("verdict", verdict.in_words()), ("subscription", self.id)])) }
                }
                td { (self.coverage(window_days)) }
            }
        }
    }

    /// A picture of the numbers next to it.
    fn shares(&self) -> Markup {
        let all: usize = self.counts.iter().sum::<usize>().max(1);
        let mut before = 0;
        let parts = VERDICTS.into_iter().zip(self.counts).map(|(verdict, count)| {
            let start = before * BAR / all;
            before += count;
            (class(verdict), start, before * BAR / all - start)
        });
        html! {
            svg.shares viewBox={ "0 0 " (BAR) " 10" } preserveAspectRatio="none" aria-hidden="true" {
                @for (class, start, width) in parts {
                    @if width > 0 { rect class=(class) x=(start) width=(width) height="10" {} }
                }
            }
        }
    }

    fn coverage(&self, window_days: u32) -> Markup {
        let Some((least, most)) = self.covered_days else { return html! { span.zero { "–" } } };
        let share = |days: f64| format!("{:.0}", days / f64::from(window_days) * 1_000.0);
        let words = if tenths(least) == tenths(most) {
            tenths(least)
        } else {
            format!("{} to {}", tenths(least), tenths(most))
        };
        let bases: Vec<&str> = self.bases.iter().map(|basis| basis.as_str()).collect();
        html! {
            svg.covering viewBox={ "0 0 " (BAR) " 10" } preserveAspectRatio="none" aria-hidden="true" {
                rect.all width=(BAR) height="10" {}
                rect.most width=(share(most)) height="10" {}
                rect.least width=(share(least)) height="10" {}
            }
            @if most > 0.0 {
                a href="#windows" { (words) " of " (window_days) " days" } " (" (bases.join(", ")) ")"
            } @else {
                a href="#windows" { "no activity log" }
            }
        }
    }
}

/// A number of days that never says more than there are.
fn tenths(days: f64) -> String {
    format!("{}", (days * 10.0).floor() / 10.0)
}

/// The days since the limit that logs cover for the account; adds the bases of that coverage.
fn covered(report: &Report, audited: &AuditedAccount, bases: &mut BTreeSet<Basis>) -> f64 {
    let limit = report.as_of.minus(max_age(report));
    let mut intervals: Vec<Interval> = Vec::new();
    for covered in &audited.proof.coverage {
        let is_log = !matches!(covered.basis, Basis::Etag | Basis::Stamp | Basis::Fingerprint);
        let interval = covered.interval.from(limit).and_then(|interval| interval.until(report.as_of));
        if let Some(interval) = interval.filter(|_| is_log) {
            bases.insert(covered.basis);
            intervals.push(interval);
        }
    }
    let spans = Interval::joined(intervals).into_iter().map(|joined| joined.end.since(joined.start));
    spans.map(|span| span.as_seconds_f64() / SECONDS_A_DAY).sum()
}
