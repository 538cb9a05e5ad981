//! `rotaudit.explanation/1`: the account as in the JSON report, and its verdict under other assumptions.

use serde::Serialize;

use super::page::Explanation;
use crate::model::{AsOfBasis, Instant, Verdict};
use crate::report;

#[derive(Serialize)]
struct JsonExplanation<'a, A: Serialize> {
    schema: &'static str,
    as_of: Instant,
    as_of_basis: AsOfBasis,
    max_age_days: u32,
    in_scope: bool,
    account: A,
    assumptions: Vec<Assumption<'a>>,
}

#[derive(Serialize)]
struct Assumption<'a> {
    meaning: &'a str,
    /// The options that assume it; empty if no option does.
    argv: &'a [String],
    verdict: Verdict,
}

pub(super) fn json(explanation: &Explanation<'_>) -> Result<String, serde_json::Error> {
    let json = JsonExplanation {
        schema: "rotaudit.explanation/1",
        as_of: explanation.report.as_of,
        as_of_basis: explanation.report.as_of_basis,
        max_age_days: explanation.report.parameters.max_age_days,
        in_scope: explanation.is_in_scope,
        account: report::account_as_json(explanation.report, explanation.audited),
        assumptions: explanation
            .changes
            .iter()
            .map(|change| Assumption {
                meaning: &change.meaning,
                argv: &change.arguments,
                verdict: change.verdict,
            })
            .collect(),
    };
    Ok(serde_json::to_string_pretty(&json)? + "\n")
}
