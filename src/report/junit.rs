//! JUnit XML, which every CI server shows: a suite for each control, a test for each account. It has no timestamp, so
//! that the same report gives the same bytes.

use quick_junit::{
    NonSuccessKind, Property, Report as Document, SerializeError, TestCase, TestCaseStatus, TestSuite,
    XmlString,
};

use super::words::{
    bases_in_words, counts, doubts_in_words, note_in_words, rests_on_in_names, undecidable_in_names,
    waived_in_words, waivers_of,
};
use crate::model::{
    AuditedAccount, BaselineState, Control, ControlOutcome, EvidenceFinding, Finding, Report, Severity,
    printable,
};

/// The name of the suite of findings that are not about an account.
const EVIDENCE: &str = "evidence";

pub(super) fn render(report: &Report) -> Result<String, SerializeError> {
    let mut document = Document::new(env!("CARGO_PKG_NAME"));
    let controls = report.controls.iter().enumerate();
    document.add_test_suites(controls.map(|(index, control)| suite(report, index, control)));
    document.add_test_suite(about_reading(report));
    document.to_string()
}

fn suite(report: &Report, index: usize, control: &Control) -> TestSuite {
    let is_of_control = |finding: &&Finding| finding.control == index;
    let of_accounts = report.accounts.iter().flat_map(|audited| {
        let findings = audited.findings.iter().filter(is_of_control);
        findings.map(move |finding| of_account(report, audited, finding))
    });
    let of_evidence = report.findings.iter().filter(|found| is_of_control(&&found.finding));
    let mut suite = TestSuite::new(xml(&format!("{} {}", control.id, control.name)));
    suite.add_test_cases(of_accounts);
    suite.add_test_cases(of_evidence.map(|found| of_evidence_finding(report, found)));
    suite
}

fn of_account(report: &Report, audited: &AuditedAccount, finding: &Finding) -> TestCase {
    let id = &audited.account.id;
    let mut test =
        test(report, finding, id.name(), &format!("{}/{}", id.subscription(), id.resource_group()));
    let judged_at = audited.proof.judgement.map(|judgement| judgement.at.to_string()).unwrap_or_default();
    let properties = [
        ("judged_at", judged_at),
        ("rests_on", rests_on_in_names(&audited.proof)),
        ("undecidable", undecidable_in_names(&audited.proof)),
        ("coverage_basis", bases_in_words(audited)),
        ("subscription_name", report.subscription_name(&audited.account).unwrap_or_default().to_owned()),
    ];
    for (name, value) in properties.into_iter().filter(|(_, value)| !value.is_empty()) {
        test.add_property(Property::new(name, xml(&value)));
    }
    test
}

fn of_evidence_finding(report: &Report, found: &EvidenceFinding) -> TestCase {
    let name = if found.subject.is_empty() { "all of the evidence" } else { &found.subject };
    test(report, &found.finding, name, EVIDENCE)
}

fn test(report: &Report, finding: &Finding, name: &str, class: &str) -> TestCase {
    let mut test = TestCase::new(xml(name), status(report, finding));
    test.set_classname(xml(class));
    if !finding.steps.is_empty() {
        test.set_system_out(steps(finding));
    }
    test
}

/// A test fails if the finding counts and the baseline does not excuse it. The exit status shows whether that fails the
/// gate.
fn status(report: &Report, finding: &Finding) -> TestCaseStatus {
    let is_indicator = report.controls[finding.control].is_indicator;
    let is_excused =
        counts(report, finding) && report.baseline.as_ref().is_some_and(|baseline| baseline.excuses(finding));
    let mut status = match finding.outcome {
        ControlOutcome::Pass => return TestCaseStatus::success(),
        _ if finding.is_waived() => {
            let mut skipped = TestCaseStatus::skipped();
            let waivers: Vec<String> = waivers_of(report, finding).map(waived_in_words).collect();
            skipped.set_message(xml(&format!("{} {}", waivers.join(" "), finding.message)));
            return skipped;
        }
        _ if is_excused => {
            let is_same = finding.compared.is_some_and(|compared| compared.state == BaselineState::Unchanged);
            let change = if is_same { "Unchanged since" } else { "Less severe than in" };
            let mut skipped = TestCaseStatus::skipped();
            skipped.set_message(xml(&format!("{change} the baseline: {}", finding.message)));
            return skipped;
        }
        ControlOutcome::Fail(level) => failure(level.as_str()),
        ControlOutcome::Open if !is_indicator => failure("unproven"),
        ControlOutcome::Open | ControlOutcome::NotApplicable => TestCaseStatus::skipped(),
    };
    status.set_message(xml(&finding.message));
    status
}

fn failure(kind: &str) -> TestCaseStatus {
    let mut failure = TestCaseStatus::non_success(NonSuccessKind::Failure);
    failure.set_type(kind);
    failure
}

fn steps(finding: &Finding) -> XmlString {
    let numbered = finding.steps.iter().enumerate();
    let lines = numbered.flat_map(|(number, step)| {
        let text = format!("{}. {}", number + 1, printable(&step.text));
        let command = step.command.as_ref().map(|command| format!("   {}", printable(command)));
        [Some(text), command].into_iter().flatten()
    });
    // The lines are joined after they are escaped, so that a line break from an export does not begin a line.
    legal(&lines.collect::<Vec<String>>().join("\n"))
}

/// An input that could not be read is an error, not a failure, since nothing was found in it. Other notes are output
/// only.
fn about_reading(report: &Report) -> TestSuite {
    let mut suite = TestSuite::new(EVIDENCE);
    suite.add_property(Property::new("as_of", xml(&report.as_of.to_string())));
    suite.add_property(Property::new("as_of_basis", xml(report.as_of_basis.as_str())));
    let parameters = &report.parameters;
    for (name, value) in [
        ("max_age_days", parameters.max_age_days.to_string()),
        ("tolerance_hours", parameters.tolerance_hours.to_string()),
        ("max_evidence_age_days", parameters.max_evidence_age_days.to_string()),
        ("kinds", parameters.kinds.join(", ")),
        ("strict_coverage", parameters.strict_coverage.to_string()),
        ("assume_complete", parameters.assume_complete.to_string()),
        ("coverage", parameters.coverage.join(", ")),
        ("declared_by", parameters.declared_by.clone().unwrap_or_default()),
        ("listed_at", parameters.listed_at.map(|at| at.to_string()).unwrap_or_default()),
        ("stamps", parameters.stamps.to_string()),
        ("etag_evidence", parameters.etag_evidence.to_string()),
    ] {
        suite.add_property(Property::new(name, xml(&value)));
    }
    let (errors, others): (Vec<_>, Vec<_>) =
        report.notes.iter().partition(|note| note.severity == Severity::Error);
    for note in errors {
        let mut error = TestCaseStatus::non_success(NonSuccessKind::Error);
        error.set_type("unreadable").set_message(xml(&note_in_words(report, note)));
        let place = report.place_of(note).unwrap_or_else(|| "all of the evidence".to_owned());
        let mut test = TestCase::new(xml(&place), error);
        test.set_classname(EVIDENCE);
        suite.add_test_case(test);
    }
    let said = others.into_iter().map(|note| note_in_words(report, note)).chain(doubts_in_words(report));
    let said: Vec<String> = said.map(|text| printable(&text)).collect();
    if !said.is_empty() {
        suite.set_system_out(legal(&said.join("\n")));
    }
    suite
}

/// Text on one line.
fn xml(text: &str) -> XmlString {
    legal(&printable(text))
}

/// Text with a mark for each character that XML cannot hold (§2.2); the writer would drop them in silence.
fn legal(text: &str) -> XmlString {
    XmlString::new(text.replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}"))
}
