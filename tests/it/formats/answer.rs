//! The answer of the program about some exports, and whether it equals, or claims no more than, that about others.

use proptest::test_runner::TestCaseError;
use serde_json::{Map, Value};

/// The answer of the program.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) exit: Option<i32>,
    pub(crate) errors: String,
    pub(crate) report: Value,
}

/// The members of an account's result that its evidence decides, in every format.
const DECIDED: [&str; 8] =
    ["verdict", "rests_on", "undecidable", "kind", "oldest_key", "keys", "gaps", "coverage"];

impl Answer {
    pub(crate) fn accounts(&self) -> &[Value] {
        self.report["accounts"].as_array().expect("accounts")
    }

    /// The members that the evidence decides, of each account by its id.
    pub(crate) fn decided(&self) -> Map<String, Value> {
        let accounts = self.accounts().iter().map(|account| {
            let members = DECIDED.iter().map(|name| ((*name).to_owned(), account[*name].clone()));
            let mut decided = Value::Object(members.collect());
            // The place of the record depends on the format.
            let reasons = account["undecidable"].as_array().into_iter().flatten();
            decided["undecidable"] = reasons.map(|why| why["reason"].clone()).collect();
            (account["id"].as_str().expect("an id").to_owned(), decided)
        });
        accounts.collect()
    }

    /// The report without the members that show how its inputs were packed.
    pub(crate) fn unpacked(&self) -> Value {
        let mut report = self.report.clone();
        for input in report["inputs"].as_array_mut().expect("inputs") {
            for member in ["sha256", "bytes", "format"] {
                input[member] = Value::Null;
            }
        }
        report
    }

    /// Asserts that only the verdicts decide the exit status.
    pub(crate) fn assert_read(&self) -> Result<(), TestCaseError> {
        if self.exit == Some(2) || !self.errors.is_empty() {
            return Err(TestCaseError::fail(format!("exit status {:?}: {}", self.exit, self.errors)));
        }
        Ok(())
    }
}

/// Fails unless the evidence decides the same in both answers. With `any_basis`, the basis of the coverage may differ.
pub(crate) fn same(expected: &Answer, found: &Answer, any_basis: bool) -> Result<(), TestCaseError> {
    found.assert_read()?;
    if expected.exit != found.exit {
        return Err(TestCaseError::fail(format!("exit status {:?}, not {:?}", found.exit, expected.exit)));
    }
    decide_alike(expected, found, any_basis)
}

/// Like [`same`], but some of the evidence may be unreadable.
pub(crate) fn decide_alike(expected: &Answer, found: &Answer, any_basis: bool) -> Result<(), TestCaseError> {
    let decided = |answer: &Answer| {
        let mut decided = answer.decided();
        for account in decided.values_mut().filter(|_| any_basis) {
            account["rests_on"] = Value::Null;
            for window in account["coverage"].as_array_mut().into_iter().flatten() {
                window["basis"] = Value::Null;
            }
        }
        decided
    };
    let (expected_accounts, mut found_accounts) = (decided(expected), decided(found));
    for (id, account) in expected_accounts {
        let other = found_accounts.remove(&id);
        if other.as_ref() != Some(&account) {
            let other = other.unwrap_or_default();
            let both = format!("{id}\n  as az has it: {account}\n  as it is here: {other}");
            return Err(TestCaseError::fail(format!("{both}\n  notes: {}", found.report["notes"])));
        }
    }
    if !found_accounts.is_empty() {
        return Err(TestCaseError::fail(format!("nobody listed {found_accounts:?}")));
    }
    Ok(())
}

/// Fails if an answer from less evidence says more: a verdict that the full evidence contradicts, or a tighter bound.
pub(crate) fn is_weaker(full: &Answer, less: &Answer) -> Result<(), TestCaseError> {
    less.assert_read()?;
    says_no_more(full, less)
}

/// Like [`is_weaker`], but some of the evidence may be unreadable.
pub(crate) fn says_no_more(full: &Answer, less: &Answer) -> Result<(), TestCaseError> {
    let (all, found) = (full.decided(), less.decided());
    let said = |account: &Value| account["verdict"].as_str().unwrap_or_default().to_owned();
    for (id, account) in &all {
        let other = found.get(id).ok_or_else(|| TestCaseError::fail(format!("{id} is missing")))?;
        let (full, less) = (said(account), said(other));
        if full == "not_applicable" {
            // The keys still have an age. Only the fact that nobody can use them is unknown.
            continue;
        }
        // A record can cast doubt on a list's statement that key access is off, or that the account was created after the
        // audit. Without the record, the account is not applicable; without the statement, its keys are judged.
        let doubts = ["local_auth_uncertain", "earlier_account"];
        let mut reasons = account["undecidable"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let is_doubted = reasons.any(|reason| doubts.contains(&reason));
        let is_denied = less != "unproven" && less != full && !is_doubted;
        // An account that was created after the audit has no bounds.
        let has_bounds = account["oldest_key"]["set_at"]["latest"].is_string();
        if is_denied || (has_bounds && bounds_are_tighter(account, other)) {
            let both = format!("{id}\n  as az has it: {account}\n  with less: {other}");
            return Err(TestCaseError::fail(both));
        }
    }
    Ok(())
}

fn bounds_are_tighter(full: &Value, less: &Value) -> bool {
    let keys = |account: &Value| -> Vec<Value> {
        let keys = account["keys"].as_array().into_iter().flatten().cloned();
        keys.chain([account["oldest_key"].clone()]).map(|key| key["set_at"].clone()).collect()
    };
    let (all, found) = (keys(full), keys(less));
    // Times of one form can be compared as text. An open bound comes before all of them.
    let at = |bound: &Value| bound.as_str().map(|text| text.trim_end_matches('Z').to_owned());
    all.len() != found.len()
        || all.iter().zip(&found).any(|(all, found)| {
            at(&found["earliest"]) > at(&all["earliest"]) || at(&found["latest"]) < at(&all["latest"])
        })
}
