//! JUnit XML of the results about policies: a suite for each file, and one for all policies.

use std::collections::BTreeMap;

use quick_junit::{
    NonSuccessKind, Report as Document, SerializeError, TestCase, TestCaseStatus, TestSuite, XmlString,
};

use super::entry::{Entry, EntryKind, EntryOutcome};
use crate::model::printable;

pub(super) fn render(name: &str, entries: &[Entry]) -> Result<String, SerializeError> {
    let all = format!("policy {name}");
    let mut suites: BTreeMap<&str, TestSuite> = BTreeMap::new();
    for entry in entries {
        let suite = entry.place.as_ref().map_or(all.as_str(), |place| &place.file);
        let tests = suites.entry(suite).or_insert_with(|| TestSuite::new(one_line(suite)));
        tests.add_test_case(test(entry, suite));
    }
    let mut document = Document::new(format!("{} {all}", env!("CARGO_PKG_NAME")));
    document.add_test_suites(suites.into_values());
    document.to_string()
}

fn test(entry: &Entry, suite: &str) -> TestCase {
    let line = entry.place.as_ref().map_or(1, |place| place.line);
    let name = match entry.kind {
        _ if !entry.name.is_empty() => entry.name.clone(),
        EntryKind::Coverage => "coverage".to_owned(),
        _ if entry.outcome == EntryOutcome::Pass => "check".to_owned(),
        _ => format!("line {line}: {}", entry.message.lines().next().unwrap_or_default()),
    };
    // A CI server counts every failure, so only an error is one.
    let mut status = if entry.outcome == EntryOutcome::Error {
        TestCaseStatus::non_success(NonSuccessKind::Failure)
    } else {
        TestCaseStatus::success()
    };
    let mut output: Vec<&str> = entry.output.iter().map(String::as_str).collect();
    if entry.outcome == EntryOutcome::Error {
        let first = entry.message.lines().next().unwrap_or_default();
        status.set_type(entry.kind.rule()).set_message(one_line(first));
        if first != entry.message {
            status.set_description(lines(entry.message.lines()));
        }
    } else if entry.outcome != EntryOutcome::Pass {
        output.push(&entry.message);
    }
    let mut test = TestCase::new(one_line(&name), status);
    test.set_classname(one_line(suite));
    if !output.is_empty() {
        test.set_system_out(lines(output.into_iter().flat_map(str::lines)));
    }
    test
}

fn lines<'t>(lines: impl Iterator<Item = &'t str>) -> XmlString {
    legal(&lines.map(printable).collect::<Vec<String>>().join("\n"))
}

fn one_line(text: &str) -> XmlString {
    legal(&printable(text))
}

/// Text with a mark for each character that XML cannot hold (§2.2); the writer would drop them in silence.
fn legal(text: &str) -> XmlString {
    XmlString::new(text.replace(['\u{fffe}', '\u{ffff}'], "\u{fffd}"))
}
