//! Checks how broken policies are reported: each folder of `tests/diagnostics/` contains one, and the expected report.
//! `UPDATE_EXPECT=1 cargo test --test it diagnostics::` writes the reports again.

use std::fs;
use std::path::{Path, PathBuf};

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme};
use rotaudit::evaluate::{Evaluator, PolicyDiagnostic, check};
use rotaudit::model::{AsOfBasis, EvidenceFacts, Instant, Module};

use crate::support::is_expected;

fn shown(diagnostic: &dyn Diagnostic) -> String {
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor()).without_cause_chain();
    let mut text = String::new();
    handler.with_links(false).with_wrap_lines(false).render_report(&mut text, diagnostic).expect("a report");
    text
}

/// Returns the report from the check of the policy, or if the check finds nothing, from its evaluation.
fn report(text: String) -> String {
    let pack = rotaudit::policy::load(vec![Module::new("p.rego".to_owned(), text)]).expect("a pack");
    let params = serde_json::json!({ "max_age_days": 90, "stamps": true, "etag_evidence": false });
    let looked_through = match check(&pack) {
        Ok(analysis) => analysis
            .problems
            .iter()
            .map(|problem| shown(&PolicyDiagnostic::of_problem(problem, &pack.modules)))
            .collect(),
        Err(error) => shown(&error),
    };
    let evaluated = Evaluator::new(pack.clone(), params).and_then(|evaluator| {
        let as_of = Instant::parse("2026-11-23T00:00:00Z").expect("an instant");
        evaluator.evaluate_evidence(EvidenceFacts::new(as_of, AsOfBasis::Given, &[], &[], &[], &[]))
    });
    let evaluated = match evaluated {
        Ok(judged) => judged.failures.iter().map(|failure| shown(&failure.error())).collect(),
        Err(error) => shown(&error),
    };
    format!("looked through:\n{looked_through}\nevaluated:\n{evaluated}")
}

#[test]
fn every_broken_policy_is_reported_as_expected() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diagnostics");
    let mut cases: Vec<PathBuf> =
        fs::read_dir(folder).expect("cases").map(|case| case.expect("a case").path()).collect();
    cases.sort();
    let mut wrong = Vec::new();
    for case in cases {
        let report = report(fs::read_to_string(case.join("p.rego")).expect("a policy"));
        let file = case.join("expected.txt");
        if !is_expected(&file, &report) {
            let expected = fs::read_to_string(&file).unwrap_or_default();
            wrong.push(format!("{}\nexpected:\n{expected}\nbut there is:\n{report}", case.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
