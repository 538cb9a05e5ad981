//! The report for people: one line for each account, worst first; what to do; the evidence; and last the verdict.

mod actions;
mod details;
mod page;
mod rows;

use std::collections::BTreeSet;
use std::io;

use chrono::TimeDelta;

use crate::model::{ControlOutcome, Finding, Instant, Note, Report, Severity, counted};

use super::listing::Listing;
use super::outcome::since_baseline_in_words;
use super::share::{CoverageShare, shares};
use super::subscriptions::{labels, named};
use super::times::{minute, period};
use super::words::{
    NOTES, criteria_in_words, doubts_in_words, limit_in_words, note_in_words, notes_of, waived_in_words,
    waivers_of, windows_in_words,
};
use super::{Out, Style};
pub use page::Look;
pub(crate) use page::Page;
use rows::AccountRows;

/// The maximum number of notes of one severity, and of findings about the evidence, that are shown. `--verbose` shows
/// all.
const MAX_NOTES: usize = 10;

/// The maximum number of subscriptions whose evidence is shown. `--verbose` shows all.
const MAX_SHOWN_SUBSCRIPTIONS: usize = 20;

/// The maximum number of gaps that are shown for one subscription.
const MAX_SHOWN_GAPS: usize = 3;

/// A shorter gap is not shown. It is still missing from the share of days, which is not rounded up.
const MIN_SHOWN_GAP: TimeDelta = TimeDelta::hours(1);

pub(super) fn write(report: &Report, style: &Style, out: &mut Out) -> io::Result<()> {
    let mut page = Page::new(style.look);
    write_heading(&mut page, report, style.verbose);
    write_about_evidence(&mut page, report, style.verbose);
    let labels = labels(report, page.symbols("…").as_str());
    AccountRows::new(report, &style.listing, labels, style.verbose).write(&mut page);
    actions::write(&mut page, report, &style.listing, style.shell);
    write_evidence(&mut page, report, style.verbose);
    write_notes(&mut page, report, style.verbose);
    write_waivers(&mut page, report);
    if style.verbose {
        write_inputs(&mut page, report);
    }
    write_end(&mut page, report, &style.listing);
    out.write_all(page.text.as_bytes())
}

fn write_heading(page: &mut Page, report: &Report, verbose: bool) {
    let subscriptions: BTreeSet<&str> =
        report.accounts.iter().map(|audited| audited.account.id.folded_subscription()).collect();
    let mut parts = vec![
        "Azure OpenAI key rotation".to_owned(),
        format!("limit {}", counted(report.parameters.max_age_days as usize, "day")),
        format!("as of {} ({})", minute(report.as_of), report.as_of_basis.in_words()),
        counted(subscriptions.len(), "subscription"),
        counted(report.accounts.len(), "account"),
    ];
    if report.out_of_scope > 0 {
        parts.push(format!("{} of other kinds", report.out_of_scope));
    }
    let line = page.symbols(&parts.join(" · "));
    page.add_painted(0, &page.bold(&line));
    if verbose {
        page.add_line(0, &criteria_in_words(&report.parameters));
    }
    if let Some(cause) = report.cause() {
        page.text.push('\n');
        page.add_line(0, &cause.with_help());
    }
}

fn write_about_evidence(page: &mut Page, report: &Report, verbose: bool) {
    let findings: Vec<&Finding> = report
        .findings
        .iter()
        .map(|found| &found.finding)
        .filter(|finding| !matches!(finding.outcome, ControlOutcome::Pass | ControlOutcome::NotApplicable))
        .collect();
    if findings.is_empty() {
        return;
    }
    page.add_heading(&format!("FINDINGS ABOUT THE EVIDENCE {}", findings.len()));
    let most = if verbose { findings.len() } else { MAX_NOTES };
    // Accounts that are missing from the list of one subscription have the same steps.
    for alike in findings[..most.min(findings.len())].chunk_by(|one, next| one.steps == next.steps) {
        for finding in alike {
            page.add_line(2, &format!("{}: {}", report.controls[finding.control].id, finding.message));
            for waiver in waivers_of(report, finding) {
                page.add_line(4, &waived_in_words(waiver));
            }
        }
        details::write_steps(page, &alike[0].steps);
        for finding in alike.iter().filter(|_| verbose) {
            details::write_records(page, report, finding);
        }
    }
    write_rest(page, findings.len(), most);
}

/// Writes how much of the maximum age before the audit the evidence of each subscription covers.
fn write_evidence(page: &mut Page, report: &Report, verbose: bool) {
    let shares = shares(report);
    if shares.is_empty() {
        return;
    }
    page.add_heading("Evidence");
    let most = if verbose { shares.len() } else { MAX_SHOWN_SUBSCRIPTIONS };
    for (subscription, shares) in shares.iter().take(most) {
        let words: Vec<String> = shares.iter().map(|share| share_in_words(report, share)).collect();
        let words =
            if words.is_empty() { "no log known to be complete".to_owned() } else { words.join("; ") };
        let line = format!("{}  {}", named(report, subscription), page.symbols(&words));
        page.add_line(2, &line);
    }
    write_rest(page, shares.len(), most);
    if verbose {
        for words in windows_in_words(report) {
            page.add_line(2, &words);
        }
    }
    if let Some(limit) = limit_in_words(report) {
        page.add_line(2, &limit);
    }
}

fn share_in_words(report: &Report, share: &CoverageShare) -> String {
    let of = match share.scopes {
        0 => String::new(),
        scopes => format!(" of {}", counted(scopes, "resource group")),
    };
    let gaps: Vec<(Instant, Instant)> = share
        .missing
        .iter()
        .filter_map(|gap| Some((gap.start?, gap.end)))
        .filter(|(start, end)| end.since(*start) >= MIN_SHOWN_GAP)
        .collect();
    let mut missing: Vec<String> =
        gaps.iter().take(MAX_SHOWN_GAPS).map(|(start, end)| period(*start, *end)).collect();
    if gaps.len() > MAX_SHOWN_GAPS {
        missing.push(format!("and {} more periods", gaps.len() - MAX_SHOWN_GAPS));
    }
    let missing =
        if missing.is_empty() { String::new() } else { format!(", missing {}", missing.join(", ")) };
    format!(
        "{} of {} days{of} ({}){missing}",
        share.days,
        report.parameters.max_age_days,
        share.basis.as_str()
    )
}

fn write_notes(page: &mut Page, report: &Report, verbose: bool) {
    // Shown above all else.
    let cause = report.cause();
    for (severity, title) in NOTES {
        let notes = notes_of(report, severity).filter(|note| Some(*note) != cause);
        let notes: Vec<&Note> = notes.collect();
        if notes.is_empty() {
            continue;
        }
        page.add_heading(title);
        let most = if verbose || severity == Severity::Error { notes.len() } else { MAX_NOTES };
        for note in notes.iter().take(most) {
            page.add_line(2, &note_in_words(report, note));
        }
        write_rest(page, notes.len(), most);
    }
}

fn write_rest(page: &mut Page, all: usize, most: usize) {
    let rest = all.saturating_sub(most);
    if rest > 0 {
        page.add_line(2, &format!("and {rest} more (-v shows all)"));
    }
}

fn write_waivers(page: &mut Page, report: &Report) {
    let doubts: Vec<String> = doubts_in_words(report).collect();
    if doubts.is_empty() {
        return;
    }
    page.add_heading("Doubts about the waivers");
    for doubt in doubts {
        page.add_line(2, &doubt);
    }
}

fn write_inputs(page: &mut Page, report: &Report) {
    page.add_heading("Inputs");
    for input in &report.inputs {
        page.add_line(
            2,
            &format!(
                "{}: {}, {}, {}, SHA-256 {}",
                input.path,
                input.format,
                counted(usize::try_from(input.records).unwrap_or(usize::MAX), "record"),
                counted(usize::try_from(input.bytes).unwrap_or(usize::MAX), "byte"),
                input.sha256.as_deref().unwrap_or("not taken")
            ),
        );
    }
}

/// That no account is in the subscriptions that the user asked for; `None` if no account was audited.
fn no_subscription_in_words(report: &Report, listing: &Listing) -> Option<String> {
    let audited: BTreeSet<&str> =
        report.accounts.iter().map(|audited| audited.account.id.folded_subscription()).collect();
    let mut names: Vec<String> =
        audited.iter().take(MAX_SHOWN_SUBSCRIPTIONS).map(|id| named(report, id)).collect();
    if audited.len() > MAX_SHOWN_SUBSCRIPTIONS {
        names.push(format!("{} more", audited.len() - MAX_SHOWN_SUBSCRIPTIONS));
    }
    let are = match names.as_slice() {
        [] => return None,
        [_] => "the only subscription is",
        _ => "the subscriptions are",
    };
    let asked = listing.subscriptions.join(" or ");
    Some(format!(
        "No audited account is in subscription {asked}; {are} {}. The verdict is about all accounts.",
        names.join(", ")
    ))
}

fn write_end(page: &mut Page, report: &Report, listing: &Listing) {
    page.text.push('\n');
    if let (Some(baseline), Some(changes)) = (&report.baseline, report.since_baseline()) {
        let only_new = if baseline.fail_on_new { "; only new and worse findings fail the gate" } else { "" };
        page.add_line(
            0,
            &format!("Findings since {}: {}{only_new}", baseline.file, since_baseline_in_words(changes)),
        );
    }
    if report.accounts.iter().any(|audited| listing.has_subscription_of(audited)) {
        if !listing.subscriptions.is_empty() {
            page.add_line(0, "The accounts of some subscriptions are listed; the verdict is about all.");
        }
    } else if let Some(words) = no_subscription_in_words(report, listing) {
        page.add_line(0, &words);
    }
    let line = page.symbols(&super::verdict_line(report));
    page.add_painted(0, &page.bold(&line));
}
