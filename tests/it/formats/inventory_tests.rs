//! Account lists in several files, and in forms that leave something out.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::formats::answer::{Answer, is_weaker, same};
use crate::formats::cases;
use crate::formats::files::{File, az_logs, file};
use crate::formats::logs::pretty;
use crate::formats::run::{audit, az_answer, declared};
use crate::formats::tenant::{AS_OF, Account, DAY, Tenant, tenants, time};

fn each(tenants: &[Tenant], write: impl Fn(&Account) -> Value) -> Vec<Value> {
    tenants.iter().flat_map(|tenant| &tenant.accounts).map(write).collect()
}

/// Accounts that were created before everything that a log covers. If a list leaves the creation out, the account may
/// have been created at any time before the log as well.
fn long_standing(mut tenants: Vec<Tenant>) -> Vec<Tenant> {
    let is_old = |account: &Account| account.created.is_none_or(|created| created < AS_OF - 200 * DAY);
    for tenant in &mut tenants {
        tenant.accounts.retain(is_old);
    }
    tenants
}

fn never_migrated(mut tenants: Vec<Tenant>) -> Vec<Tenant> {
    for account in tenants.iter_mut().flat_map(|tenant| &mut tenant.accounts) {
        account.is_migrated = false;
    }
    tenants
}

/// Tenants without requests on an account before its creation. Such a request contradicts the creation, and a list that
/// leaves the creation out cannot show that.
fn without_requests_before_creation(mut tenants: Vec<Tenant>) -> Vec<Tenant> {
    for tenant in &mut tenants {
        let accounts = &tenant.accounts;
        tenant.log.retain(|event| {
            let account = accounts.iter().find(|account| account.id.eq_ignore_ascii_case(&event.resource));
            account.and_then(|account| account.created).is_none_or(|created| created <= event.at)
        });
    }
    tenants
}

fn resources(tenants: &[Tenant]) -> File {
    file("resources.json", pretty(&each(tenants, Account::resource).into()))
}

/// `ConvertTo-Json` makes an object of a list with one element.
fn convert_to_json(list: &[Value]) -> File {
    let text = if let [account] = list { pretty(account) } else { pretty(&list.to_vec().into()) };
    file("accounts.json", text)
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
    #![proptest_config(cases(4, 10))]

    #[test]
    fn single_accounts_from_az_give_the_same_answer(tenants in tenants(5)) {
        let lists = each(&tenants, Account::az).into_iter().enumerate();
        agrees(&tenants, lists.map(|(number, account)| file(format!("{number}.json"), pretty(&account))).collect())?;
    }

    /// The list shows neither the creation nor whether keys can be used.
    #[test]
    fn a_resource_list_never_proves_more(tenants in tenants(5).prop_map(long_standing)) {
        prop_assume!(tenants.iter().any(|tenant| !tenant.accounts.is_empty()));
        let found = audit_with_lists(&tenants, vec![resources(&tenants)]);
        is_weaker(&az_answer(&tenants, &declared()), &found)?;
        let claims_disabled = found.accounts().iter().any(|account| account["verdict"] == "not_applicable");
        prop_assert!(!claims_disabled, "keys are said to be switched off");
    }

    /// An account may be younger than a log that does not show its creation, or shows it as a plain `write`. So this
    /// declares no more than the log contains. A list without properties does not show migrations, so there are none. A
    /// tolerance assumes that the key is older than a short gap; the creation can contradict that, so the tolerance is
    /// zero.
    #[test]
    fn a_resource_list_never_proves_more_about_young_accounts(
        tenants in tenants(5).prop_map(never_migrated).prop_map(without_requests_before_creation),
    ) {
        let declared = tenants.iter().filter_map(|tenant| {
            let (start, end) = tenant.complete?;
            Some(format!("--coverage={}={}..{}", tenant.subscription, time(start, 3), time(end, 3)))
        });
        let declared: Vec<String> = declared.chain(["--tolerance=0".to_owned()]).collect();
        let mut files = az_logs(&tenants);
        files.push(resources(&tenants));
        is_weaker(&az_answer(&tenants, &declared), &audit(&files, &declared))?;
    }

    /// The cmdlet's properties may be flattened to the name of their type, or missing.
    #[test]
    fn accounts_from_powershell_never_prove_more(tenants in tenants(5).prop_map(long_standing), form in 0..2_u8) {
        let list = each(&tenants, |account| {
            let flattened = "Microsoft.Azure.Management.CognitiveServices.Models.AccountProperties";
            account.powershell((form == 1).then(|| json!(flattened)))
        });
        prop_assume!(!list.is_empty());
        let found = audit_with_lists(&tenants, vec![convert_to_json(&list)]);
        is_weaker(&az_answer(&tenants, &declared()), &found)?;
    }
}
