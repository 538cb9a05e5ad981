//! Account lists in every format.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::cases;
use crate::logs::pretty;
use crate::run::{Answer, File, audit, az_answer, az_logs, declared, envelope, file, is_weaker, same};
use crate::tenant::{Account, Tenant, tenants};

fn each(tenants: &[Tenant], write: impl Fn(&Account) -> Value) -> Vec<Value> {
    tenants.iter().flat_map(|tenant| &tenant.accounts).map(write).collect()
}

fn audit_with_lists(tenants: &[Tenant], lists: Vec<File>) -> Answer {
    let mut files = az_logs(tenants);
    files.extend(lists);
    audit(&files, &declared())
}

fn agrees(tenants: &[Tenant], lists: Vec<File>) -> Result<(), TestCaseError> {
    same(&az_answer(tenants, &declared()), &audit_with_lists(tenants, lists), false)
}

proptest! {
    #![proptest_config(cases(8))]

    #[test]
    fn single_accounts_as_az_shows_them(tenants in tenants(5)) {
        let lists = each(&tenants, Account::az).into_iter().enumerate();
        agrees(&tenants, lists.map(|(number, account)| file(format!("{number}.json"), pretty(&account))).collect())?;
    }

    #[test]
    fn rest_list(tenants in tenants(5)) {
        let list = envelope("value", each(&tenants, Account::rest), json!({"nextLink": null}));
        agrees(&tenants, vec![file("accounts.json", list.to_string())])?;
    }

    #[test]
    fn resource_graph(tenants in tenants(5)) {
        let rows = each(&tenants, Account::graph);
        let more = json!({"count": rows.len(), "skip_token": null, "total_records": rows.len()});
        agrees(&tenants, vec![file("accounts.json", pretty(&envelope("data", rows, more)))])?;
    }

    /// It knows neither the creation nor whether keys can be used.
    #[test]
    fn resource_list_says_never_more(tenants in tenants(5)) {
        let list = pretty(&each(&tenants, Account::resource).into());
        let found = audit_with_lists(&tenants, vec![file("resources.json", list)]);
        is_weaker(&az_answer(&tenants, &declared()), &found)?;
        let claims_disabled = found.accounts().iter().any(|account| account["verdict"] == "not_applicable");
        prop_assert!(!claims_disabled, "keys are said to be switched off");
    }

    /// The cmdlet's properties may be there, flattened to the name of their type, or missing.
    #[test]
    fn powershell_says_never_more(tenants in tenants(5), form in 0..3_u8) {
        let list = each(&tenants, |account| {
            account.powershell(match form {
                0 => None,
                1 => Some(json!("Microsoft.Azure.Management.CognitiveServices.Models.AccountProperties")),
                _ => Some(account.powershell_properties()),
            })
        });
        // ConvertTo-Json makes a list of one an object.
        let text = if let [account] = &list[..] { pretty(account) } else { pretty(&list.clone().into()) };
        let found = audit_with_lists(&tenants, vec![file("accounts.json", text)]);
        let expected = az_answer(&tenants, &declared());
        if form == 2 {
            same(&expected, &found, false)?;
        } else {
            is_weaker(&expected, &found)?;
        }
    }
}
