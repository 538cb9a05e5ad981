//! Figures of the first screen: by control, and by subscription with the share of the window that logs cover.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use maud::{Markup, html};

use super::filter::{count, filter, standing};
use super::{class, line};
use crate::model::{About, ControlOutcome, Finding, Report, counted};
use crate::report::share::{CoverageShare, shares};
use crate::report::subscriptions::labels;
use crate::report::words::VERDICTS;

/// Subscriptions that are shown at once, those with most overdue accounts first. The others are folded away.
const MAX_OPEN_SUBSCRIPTIONS: usize = 12;

/// The width of the bars of shares, in their own units.
const BAR_UNITS: usize = 1_000;

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
                        td.fail { (about_evidence(report, index, |outcome| matches!(outcome, ControlOutcome::Fail(_)))) }
                        td.open { (about_evidence(report, index, |outcome| outcome == ControlOutcome::Open)) }
                    } @else {
                        td.fail { (cell(&control.id, "fail")) }
                        td.open {
                            @if open_of_indicator(report, index) > 0 { "(" (open_of_indicator(report, index)) ")" } @else { (cell(&control.id, "open")) }
                        }
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
    let has_open_indicators = (0..report.controls.len()).any(|index| open_of_indicator(report, index) > 0);
    let about = if has_open_indicators {
        "<p class=\"about\">In parentheses: open results that do not count for the gate.</p>\n"
    } else {
        ""
    };
    figure("controls", "By control", &head, &rows, about)
}

/// A control about the evidence fails for files and not for accounts.
fn about_evidence(report: &Report, index: usize, is_counted: fn(ControlOutcome) -> bool) -> Markup {
    let count = report
        .findings
        .iter()
        .map(|found| &found.finding)
        .filter(|finding| finding.control == index && !finding.is_waived())
        .filter(|finding| is_counted(finding.outcome))
        .count();
    html! {
        @if count == 0 { span.zero { "–" } } @else { a href="#evidence-findings" { (count) } }
    }
}

/// The number of open results of an indicator, which do not count and are not in the table of the accounts.
fn open_of_indicator(report: &Report, index: usize) -> usize {
    let is_open = |finding: &&Finding| {
        finding.control == index && finding.outcome == ControlOutcome::Open && !finding.is_waived()
    };
    if !report.controls[index].is_indicator {
        return 0;
    }
    report.accounts.iter().flat_map(|audited| &audited.findings).filter(is_open).count()
}

fn figure(class: &str, title: &str, head: &Markup, rows: &str, about: &str) -> String {
    format!(
        "<div>\n<h3>{title}</h3>\n<table class=\"figures {class}\" aria-label=\"{title}\">\n<thead>{}</thead>\n<tbody>\n{rows}</tbody>\n</table>\n{about}</div>\n",
        head.0
    )
}

pub(super) fn subscriptions(report: &Report) -> String {
    let mut counts: BTreeMap<&str, [usize; 4]> = BTreeMap::new();
    for audited in &report.accounts {
        let of_subscription = counts.entry(audited.account.id.folded_subscription()).or_default();
        for (verdict, number) in VERDICTS.into_iter().zip(of_subscription) {
            *number += usize::from(audited.proof.verdict == verdict);
        }
    }
    let labels = labels(report, "…");
    let shares = shares(report);
    let mut subscriptions: Vec<Subscription> = counts
        .into_iter()
        .map(|(id, counts)| Subscription {
            id,
            label: labels.get(id).map_or(id, String::as_str),
            counts,
            shares: shares.get(id).map(Vec::as_slice).unwrap_or_default(),
        })
        .collect();
    subscriptions.sort_by_key(|one| Reverse(one.counts));
    let rows: Vec<String> =
        subscriptions.iter().map(|one| line(&one.row(report.parameters.max_age_days))).collect();
    let head = html! {
        tr {
            th scope="col" { "Subscription" }
            @for verdict in VERDICTS { th scope="col" { (verdict.in_words()) } }
            th scope="col" { "Logs cover" }
        }
    };
    let (shown, folded) = rows.split_at(rows.len().min(MAX_OPEN_SUBSCRIPTIONS));
    let mut figures = figure("subscriptions", "By subscription", &head, &shown.concat(), "");
    if !folded.is_empty() {
        let more = figure("subscriptions", "Other subscriptions", &head, &folded.concat(), "");
        let title = counted(folded.len(), "more subscription");
        figures += &format!("<details>\n<summary>{title}</summary>\n{more}</details>\n");
    }
    figures
}

struct Subscription<'a> {
    id: &'a str,
    label: &'a str,
    /// The number of accounts with each verdict, in the order of [`VERDICTS`].
    counts: [usize; 4],
    /// The widest scope first.
    shares: &'a [CoverageShare],
}

impl Subscription<'_> {
    fn row(&self, window_days: u32) -> Markup {
        html! {
            tr {
                th scope="row" {
                    a href={ "#" (filter(&[("subscription", self.id)])) } title=(self.id) { (self.label) }
                    (self.verdicts())
                }
                @for (verdict, number) in VERDICTS.into_iter().zip(self.counts) {
                    td.(class(verdict)) { (count(number, &[("verdict", verdict.in_words()), ("subscription", self.id)])) }
                }
                td { (self.coverage(window_days)) }
            }
        }
    }

    /// A picture of the numbers next to it.
    fn verdicts(&self) -> Markup {
        let all: usize = self.counts.iter().sum::<usize>().max(1);
        let mut before = 0;
        let parts = VERDICTS.into_iter().zip(self.counts).map(|(verdict, count)| {
            let start = before * BAR_UNITS / all;
            before += count;
            (class(verdict), start, before * BAR_UNITS / all - start)
        });
        html! {
            svg.shares viewBox={ "0 0 " (BAR_UNITS) " 10" } preserveAspectRatio="none" aria-hidden="true" {
                @for (class, start, width) in parts {
                    @if width > 0 { rect class=(class) x=(start) width=(width) height="10" {} }
                }
            }
        }
    }

    fn coverage(&self, window_days: u32) -> Markup {
        html! {
            @for share in self.shares { (covering(share, window_days)) }
            @if self.shares.is_empty() { a href="#windows" { "no log known to be complete" } }
        }
    }
}

/// The days since the limit that one kind of evidence covers.
fn covering(share: &CoverageShare, window_days: u32) -> Markup {
    let width = format!("{:.0}", share.days / f64::from(window_days) * 1_000.0);
    html! {
        div {
            svg.covering viewBox={ "0 0 " (BAR_UNITS) " 10" } preserveAspectRatio="none" aria-hidden="true" {
                rect.all width=(BAR_UNITS) height="10" {}
                rect.covered width=(width) height="10" {}
            }
            a href="#windows" { (share.days) " of " (window_days) " days" }
            " (" (share.basis.as_str()) @if share.scopes > 0 { ", " (counted(share.scopes, "scope")) } ")"
        }
    }
}
