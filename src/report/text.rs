//! The report for people: verdicts first, worst first, each with what settles it.

use std::fmt::Write as _;
use std::io;

use crate::model::{
    AuditedAccount, BaselineState, Changes, ControlOutcome, Finding, Instant, KeyName, Note, Report, Step,
    Verdict, printable,
};

use super::words::{
    NOTES, as_of_in_words, between_in_words, criteria_in_words, doubts_in_words, gap_in_words, note_in_words,
    says_something_new, steps_stand_above, verdict_in_words, waived_in_words, waivers_of, window_in_words,
    windows_in_words,
};
use super::{Out, Style, etag_in_words, stamps_in_words};
use crate::threads;

/// Accounts that are written at once.
const PART: usize = 256;

struct Paint {
    color: bool,
}

impl Paint {
    fn paint(&self, code: &str, text: &str) -> String {
        if self.color { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    fn bold(&self, text: &str) -> String {
        self.paint("1", text)
    }

    fn verdict(&self, verdict: Verdict) -> String {
        let code = match verdict {
            Verdict::Overdue => "1;31",
            Verdict::Unproven => "1;33",
            Verdict::Compliant => "1;32",
            Verdict::NotApplicable => "1",
        };
        self.paint(code, &verdict.in_words().to_uppercase())
    }
}

pub(super) fn write(report: &Report, style: Style, jobs: usize, out: &mut Out) -> io::Result<()> {
    let paint = Paint { color: style.color };
    let mut text = String::new();
    heading(&mut text, report);
    if let Some(cause) = report.cause() {
        text.push('\n');
        line(&mut text, 0, &note_in_words(report, cause));
    }
    about_evidence(&mut text, report, &paint, style);
    out.write_all(text.as_bytes())?;
    for verdict in [Verdict::Overdue, Verdict::Unproven, Verdict::Compliant, Verdict::NotApplicable] {
        section(out, report, verdict, &paint, style, jobs)?;
    }
    text.clear();
    windows(&mut text, report, &paint);
    notes(&mut text, report, &paint);
    waivers(&mut text, report, &paint);
    if style.verbose {
        inputs(&mut text, report, &paint);
    }
    totals(&mut text, report, &paint);
    out.write_all(text.as_bytes())
}

fn heading(text: &mut String, report: &Report) {
    line(text, 0, &format!("Key rotation audit as of {}", as_of_in_words(report)));
    line(text, 0, &criteria_in_words(&report.parameters));
}

fn about_evidence(text: &mut String, report: &Report, paint: &Paint, style: Style) {
    let findings: Vec<&Finding> = report
        .findings
        .iter()
        .map(|found| &found.finding)
        .filter(|finding| finding.outcome != ControlOutcome::Pass)
        .collect();
    if findings.is_empty() {
        return;
    }
    text.push('\n');
    let _ = writeln!(text, "{} ({})", paint.bold("FINDINGS ABOUT THE EVIDENCE"), findings.len());
    for found in findings {
        finding(text, report, found, &[], style);
    }
}

fn section(
    out: &mut Out,
    report: &Report,
    verdict: Verdict,
    paint: &Paint,
    style: Style,
    jobs: usize,
) -> io::Result<()> {
    let accounts: Vec<&AuditedAccount> =
        report.accounts.iter().filter(|account| account.proof.verdict == verdict).collect();
    if accounts.is_empty() {
        return Ok(());
    }
    out.write_all(format!("\n{} ({})\n", paint.verdict(verdict), accounts.len()).as_bytes())?;
    let part = |accounts: &[&AuditedAccount]| {
        let mut text = String::new();
        for audited in accounts {
            account(&mut text, report, audited, paint, style);
        }
        text
    };
    threads::in_turn(jobs, accounts.chunks(PART), part, |text| out.write_all(text.as_bytes()))
}

fn account(text: &mut String, report: &Report, audited: &AuditedAccount, paint: &Paint, style: Style) {
    let id = &audited.account.id;
    let _ = writeln!(
        text,
        "  {}  {}",
        paint.bold(&printable(id.name())),
        printable(&format!(
            "{}, group {}, subscription {}",
            audited.account.kind,
            id.resource_group(),
            id.subscription()
        ))
    );
    let about = [verdict_in_words(report, audited), stamps_in_words(audited), etag_in_words(audited)];
    for words in about.into_iter().flatten() {
        line(text, 4, &words);
    }
    let mut shown: Vec<&Finding> = Vec::new();
    for finding in &audited.findings {
        if style.verbose || says_something_new(report, finding, &shown) {
            self::finding(text, report, finding, &shown, style);
            shown.push(finding);
        }
    }
    if style.verbose {
        evidence(text, audited, report.as_of);
    }
}

fn finding(text: &mut String, report: &Report, finding: &Finding, before: &[&Finding], style: Style) {
    if finding.outcome == ControlOutcome::Pass {
        return;
    }
    let since = match finding.compared.map(|compared| compared.state) {
        Some(state @ (BaselineState::New | BaselineState::Updated)) => format!(" ({})", state.as_str()),
        _ => String::new(),
    };
    line(text, 4, &format!("{}{since}: {}", report.controls[finding.control].id, finding.message));
    for waiver in waivers_of(report, finding) {
        line(text, 4, &waived_in_words(waiver));
    }
    if steps_stand_above(finding, before) {
        line(text, 4, "The steps above put this right, too.");
    } else {
        steps(text, &finding.steps);
    }
    if style.verbose {
        for evidence in &finding.evidence {
            line(
                text,
                4,
                &format!("{}:{}: {}", report.path_of(evidence.input), evidence.line, evidence.text),
            );
        }
    }
}

fn steps(text: &mut String, steps: &[Step]) {
    for (number, step) in steps.iter().enumerate() {
        line(text, 4, &format!("{}. {}", number + 1, step.text));
        if let Some(command) = &step.command {
            line(text, 7, command);
        }
    }
}

/// What is known of each key, and from where.
fn evidence(text: &mut String, audited: &AuditedAccount, as_of: Instant) {
    let Some(bounds) = audited.proof.bounds else { return };
    if let Some(judgement) = audited.proof.judgement {
        line(text, 4, &format!("judged on {}", judgement.at));
    }
    for key in KeyName::BOTH {
        line(text, 4, &format!("{key}: set {}", between_in_words(bounds.of(key), as_of)));
    }
    for covered in &audited.proof.coverage {
        line(text, 4, &format!("covered: {}", window_in_words(covered)));
    }
    for gap in &audited.proof.gaps {
        line(text, 4, &format!("not covered: {}", gap_in_words(gap)));
    }
}

fn windows(text: &mut String, report: &Report, paint: &Paint) {
    text.push('\n');
    let _ = writeln!(text, "{}", paint.bold("Evidence"));
    for words in windows_in_words(report) {
        line(text, 2, &words);
    }
}

fn notes(text: &mut String, report: &Report, paint: &Paint) {
    for (severity, title) in NOTES {
        let notes = report.notes.iter().filter(|note| note.severity == severity);
        let notes: Vec<&Note> = notes.filter(|note| Some(*note) != report.cause()).collect();
        if notes.is_empty() {
            continue;
        }
        text.push('\n');
        let _ = writeln!(text, "{}", paint.bold(title));
        for note in notes {
            line(text, 2, &note_in_words(report, note));
        }
    }
}

fn waivers(text: &mut String, report: &Report, paint: &Paint) {
    let doubts: Vec<String> = doubts_in_words(report).collect();
    if doubts.is_empty() {
        return;
    }
    text.push('\n');
    let _ = writeln!(text, "{}", paint.bold("Doubts about the waivers"));
    for doubt in doubts {
        line(text, 2, &doubt);
    }
}

fn inputs(text: &mut String, report: &Report, paint: &Paint) {
    text.push('\n');
    let _ = writeln!(text, "{}", paint.bold("Inputs"));
    for input in &report.inputs {
        line(
            text,
            2,
            &format!(
                "{}: {}, {} records, {} bytes, SHA-256 {}",
                input.path,
                input.format,
                input.records,
                input.bytes,
                input.sha256.as_deref().unwrap_or("not taken")
            ),
        );
    }
}

fn totals(text: &mut String, report: &Report, paint: &Paint) {
    let summary = report.summary();
    text.push('\n');
    if let (Some(baseline), Some(changes)) = (&report.baseline, Changes::of(report)) {
        let Changes { new, updated, unchanged, gone } = changes;
        let _ = writeln!(
            text,
            "Findings since {}: {new} new, {updated} updated, {unchanged} unchanged, {gone} put right or gone{}",
            baseline.file,
            if baseline.fail_on_new {
                "; only what is new, or worse than it was, fails the gate"
            } else {
                ""
            }
        );
    }
    let _ = writeln!(
        text,
        "{}",
        paint.bold(&format!(
            "{} accounts: {} overdue, {} unproven, {} compliant, {} not applicable{}; {} more out of scope",
            summary.in_scope,
            summary.overdue,
            summary.unproven,
            summary.compliant,
            summary.not_applicable,
            if report.waivers.is_some() { format!("; {} waived", summary.waived) } else { String::new() },
            summary.out_of_scope
        ))
    );
}

fn line(text: &mut String, indent: usize, content: &str) {
    let _ = writeln!(text, "{:indent$}{}", "", printable(content));
}
