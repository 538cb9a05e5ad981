//! A value that cannot be read is never simply ignored: it leaves the verdict as it is, or makes it unproven with an
//! error.

use std::collections::BTreeMap;

use rotaudit::model::Verdict;
use serde_json::{Value, json};

use crate::forms::answer::{Answer, Coverage, Depth, File};
use crate::forms::lists::ListForm;
use crate::forms::logs::LogForm;
use crate::forms::tenant::{AS_OF, Account, DAY, Event, HOUR, SECOND, Status, Tenant};

const DECLARED: [(i64, i64); 1] = [(AS_OF - 96 * DAY, AS_OF)];
const REGENERATE: &str = "Microsoft.CognitiveServices/accounts/regenerateKey/action";
const SUBSCRIPTION: &str = "3d6f0c10-92b4-4e57-8a1d-6c0be27f4d95";

/// The way to a value inside a record.
type Path = Vec<String>;

/// A tenant of one account, with a verdict that depends on all of its evidence.
struct Scenario {
    name: &'static str,
    tenant: Tenant,
    plain: Verdict,
}

fn account() -> Account {
    let (group, name) = ("rg-ai", "contoso-gpt");
    Account {
        id: format!(
            "/subscriptions/{SUBSCRIPTION}/resourceGroups/{group}/providers/Microsoft.CognitiveServices/accounts/{name}"
        ),
        subscription: SUBSCRIPTION.to_owned(),
        group: group.to_owned(),
        name: name.to_owned(),
        kind: "OpenAI",
        created: Some(AS_OF - 400 * DAY),
        created_in_system: Some(AS_OF - 400 * DAY),
        local_auth_disabled: None,
        is_migrated: Some(false),
        tags: BTreeMap::from([("owner", "anna")]),
    }
}

fn event(number: u32, at: i64, operation: &'static str, resource: &str, status: Status) -> Event {
    Event {
        at,
        operation,
        resource: resource.to_owned(),
        subscription: SUBSCRIPTION.to_owned(),
        status,
        caller: "anna.keller@contoso.com",
        category: "Administrative",
        operation_id: Some(format!("0a0a0a0a-92b4-4e57-8a1d-{number:012}")),
        correlation_id: format!("0c0c0c0c-92b4-4e57-8a1d-{number:012}"),
        event_id: format!("0e0e0e0e-92b4-4e57-8a1d-{number:06}{:06}", u8::from(status == Status::Started)),
        body: None,
    }
}

/// A request's records: the start, which may have a body, and the outcome.
fn request(
    number: u32,
    age: i64,
    operation: &'static str,
    body: Option<&str>,
    outcome: Status,
) -> Vec<Event> {
    let id = account().id;
    let mut start = event(number, AS_OF - age - 2 * SECOND, operation, &id, Status::Started);
    start.body = body.map(str::to_owned);
    vec![start, event(number, AS_OF - age, operation, &id, outcome)]
}

fn tenant(account: Account, requests: Vec<Vec<Event>>) -> Tenant {
    let storage = format!(
        "/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-data/providers/Microsoft.Storage/storageAccounts/data"
    );
    let ends = [95 * DAY, 2 * HOUR].into_iter().zip(90..).map(|(age, number)| {
        event(number, AS_OF - age, "Microsoft.Storage/storageAccounts/write", &storage, Status::Succeeded)
    });
    let mut events: Vec<Event> = requests.into_iter().flatten().chain(ends).collect();
    events.sort_by_key(|event| -event.at);
    Tenant { accounts: vec![account], events, declared: DECLARED.to_vec() }
}

fn key(number: u32, age: i64, name: &str, outcome: Status) -> Vec<Event> {
    request(number, age, REGENERATE, Some(&format!("{{\"keyName\":\"{name}\"}}")), outcome)
}

/// A refused request about the account's resource group.
fn of_group(number: u32, age: i64, operation: &'static str, body: Option<&str>) -> Vec<Event> {
    let mut records = request(number, age, operation, body, Status::Refused);
    for record in &mut records {
        record.resource = format!("/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-ai");
    }
    records
}

fn of_logs() -> Vec<Scenario> {
    let delete = "Microsoft.CognitiveServices/accounts/delete";
    let write = "Microsoft.CognitiveServices/accounts/write";
    let disabled = Account { local_auth_disabled: Some(true), ..account() };
    let delete_group = "Microsoft.Resources/subscriptions/resourceGroups/delete";
    let move_resources = "Microsoft.Resources/subscriptions/resourceGroups/moveResources/action";
    let moved = format!(
        "{{\"targetResourceGroup\":\"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-b\",\"resources\":[\"{}\"]}}",
        account().id
    );
    let off = Some("{\"properties\":{\"disableLocalAuth\":true}}");
    vec![
        Scenario {
            name: "each key regenerated",
            tenant: tenant(
                account(),
                vec![
                    key(1, 20 * DAY, "Key1", Status::Succeeded),
                    key(2, 10 * DAY, "Key2", Status::Succeeded),
                ],
            ),
            plain: Verdict::Compliant,
        },
        Scenario {
            name: "one key regenerated",
            tenant: tenant(
                account(),
                vec![
                    key(1, 20 * DAY, "Key1", Status::Succeeded),
                    key(2, 10 * DAY, "Key1", Status::Succeeded),
                ],
            ),
            plain: Verdict::Overdue,
        },
        Scenario {
            name: "regenerations and a deletion refused",
            tenant: tenant(
                account(),
                vec![
                    key(1, 20 * DAY, "Key1", Status::Refused),
                    key(2, 10 * DAY, "Key2", Status::Refused),
                    request(3, 5 * DAY, delete, None, Status::Refused),
                ],
            ),
            plain: Verdict::Overdue,
        },
        Scenario {
            name: "a deletion and a move of the resource group refused",
            tenant: tenant(
                account(),
                vec![
                    key(1, 20 * DAY, "Key1", Status::Refused),
                    of_group(3, 5 * DAY, delete_group, None),
                    of_group(4, 4 * DAY, move_resources, Some(&moved)),
                ],
            ),
            plain: Verdict::Overdue,
        },
        Scenario {
            name: "local authentication stays off",
            tenant: tenant(
                disabled,
                vec![
                    request(1, 20 * DAY, write, None, Status::Refused),
                    request(2, 10 * DAY, write, off, Status::Succeeded),
                ],
            ),
            plain: Verdict::NotApplicable,
        },
    ]
}

fn of_lists() -> Vec<Scenario> {
    let scenario = |name, account: Account, plain| {
        // The creation is always in the log.
        let created = account.created.map_or(400 * DAY, |created| AS_OF - created);
        let write = (created < 96 * DAY).then(|| {
            request(1, created, "Microsoft.CognitiveServices/accounts/write", None, Status::Succeeded)
        });
        Scenario { name, tenant: tenant(account, write.into_iter().collect()), plain }
    };
    let lately = |days: i64| Some(AS_OF - days * DAY);
    vec![
        scenario(
            "created lately",
            Account { created: lately(10), created_in_system: lately(10), ..account() },
            Verdict::Compliant,
        ),
        scenario("never regenerated", account(), Verdict::Overdue),
        scenario(
            "local authentication off",
            Account { local_auth_disabled: Some(true), ..account() },
            Verdict::NotApplicable,
        ),
        scenario(
            "migrated lately",
            Account {
                created: lately(30),
                created_in_system: lately(30),
                is_migrated: Some(true),
                ..account()
            },
            Verdict::Unproven,
        ),
        scenario("creation unknown", Account { created: None, ..account() }, Verdict::Overdue),
    ]
}

/// Returns the paths of all values in a record, including those inside others.
fn paths(value: &Value) -> Vec<Path> {
    let Value::Object(members) = value else { return Vec::new() };
    let inside = |(name, value): (&String, &Value)| {
        let below = paths(value).into_iter().map(|path| [vec![name.clone()], path].concat());
        std::iter::once(vec![name.clone()]).chain(below).collect::<Vec<Path>>()
    };
    members.iter().flat_map(inside).collect()
}

fn at<'v>(record: &'v mut Value, path: &[String]) -> &'v mut Value {
    path.iter().fold(record, |value, name| &mut value[name])
}

/// Returns the values that replace a value. `None` removes the member.
fn variants(value: &Value) -> Vec<Option<Value>> {
    let mut variants: Vec<Option<Value>> = [
        json!(null),
        json!(5),
        json!(-1.5),
        json!(true),
        json!([]),
        json!({}),
        json!(["x"]),
        json!({"a": "b"}),
        json!(""),
        json!(" "),
        json!("@{a=b}"),
        json!("@{value=Succeeded; localizedValue=Succeeded}"),
        json!("System.Object[]"),
        json!("System.Collections.Generic.Dictionary`2[System.String,System.String]"),
        json!("{'value': 'Succeeded'}"),
        json!("{\"value\": \"Succeeded\"}"),
        json!("Schlüssel neu generieren"),
    ]
    .into_iter()
    .map(Some)
    .collect();
    variants.push(None);
    match value {
        Value::String(text) => {
            variants.extend([
                Some(json!(format!(" {text}\t"))),
                Some(json!({"Value": text})),
                Some(json!([text])),
                Some(json!(format!("@{{value={text}}}"))),
            ]);
        }
        Value::Bool(flag) => {
            variants.extend([
                Some(json!(flag.to_string())),
                Some(json!(u8::from(*flag))),
                Some(json!(if *flag { "True" } else { "False" })),
            ]);
        }
        Value::Object(_) => variants.push(Some(json!(value.to_string()))),
        _ => {}
    }
    // Another truth value is readable.
    let is_readable = |variant: &Value| {
        variant == value || (variant.is_boolean() && (value.is_null() || value.is_boolean()))
    };
    variants.retain(|variant| !variant.as_ref().is_some_and(is_readable));
    variants
}

fn changed(record: &Value, path: &[String], variant: Option<&Value>) -> Value {
    let mut record = record.clone();
    if let Some(variant) = variant {
        *at(&mut record, path) = variant.clone();
    } else {
        let (name, outside) = path.split_last().expect("a name");
        at(&mut record, outside).as_object_mut().expect("an object").remove(name);
    }
    record
}

/// Members whose absence VERDICTS 3 describes: the key is then not named, the status code not known, the outcome open, or
/// another id joins the records. A value of another kind counts as absent.
fn may_be_absent(path: &[String]) -> bool {
    let names = [
        "requestbody",
        "properties",
        "content",
        "properties_d",
        "substatus",
        "sub_status",
        "resultsignature",
        "statuscode",
        "activitysubstatusvalue",
        "operationid",
        "operation_id",
        "correlationid",
        "correlation_id",
    ];
    path.iter().any(|name| names.contains(&name.to_lowercase().as_str()))
}

/// The account as it is if a property is `null`, empty or left out; `None` if the variant is something else.
fn absent(account: &Account, path: &[String], variant: Option<&Value>) -> Option<Account> {
    let is_container = path.len() == 1;
    let is_absent = match variant {
        None | Some(Value::Null) => true,
        Some(Value::String(text)) => text.is_empty(),
        Some(Value::Object(_)) => is_container,
        Some(_) => false,
    };
    let mut account = account.clone();
    match path.last()?.replace('_', "").to_lowercase().as_str() {
        "datecreated" => account.created = None,
        "disablelocalauth" => account.local_auth_disabled = None,
        "ismigrated" => account.is_migrated = None,
        "properties" => {
            (account.created, account.local_auth_disabled, account.is_migrated) = (None, None, None);
        }
        "createdat" | "systemdata" => account.created_in_system = None,
        _ => return None,
    }
    is_absent.then_some(account)
}

/// Whether the variant leaves out the status of an event: it is `null`, empty or missing.
fn may_be_left_out(path: &[String], variant: Option<&Value>) -> bool {
    let names = ["status", "resulttype", "activitystatusvalue"];
    let is_nothing = variant.is_none_or(|variant| variant.is_null() || *variant == json!(""));
    is_nothing && path.iter().any(|name| names.contains(&name.to_lowercase().as_str()))
}

#[derive(Default)]
struct Failures(BTreeMap<String, Vec<String>>);

impl Failures {
    fn add(&mut self, what: &str, variant: Option<&Value>, verdict: &str) {
        let variant = variant.map_or("(left out)".to_owned(), Value::to_string);
        self.0.entry(format!("{what} {verdict}")).or_default().push(variant);
    }

    fn assert_none(&self) {
        let lines: Vec<String> =
            self.0.iter().map(|(what, variants)| format!("{what}: {}", variants.join(", "))).collect();
        assert!(lines.is_empty(), "{}", lines.join("\n"));
    }
}

fn answer(log: String, list: String) -> Result<Answer, String> {
    let files: Vec<File> = vec![("log.json".to_owned(), log), ("accounts.json".to_owned(), list)];
    Answer::of(&files, Coverage::StatedAndObserved(&DECLARED), Depth::Proofs)
}

/// The verdict of the only account; `None` if the account is missing.
#[derive(Debug, PartialEq, Eq)]
struct Found {
    verdict: Option<Verdict>,
    has_error: bool,
    /// A note names `ConvertTo-Json -Depth`.
    has_advice: bool,
}

impl Found {
    fn is_plain(&self, plain: Verdict) -> bool {
        self.verdict == Some(plain)
    }

    fn is_unproven(&self) -> bool {
        self.verdict == Some(Verdict::Unproven)
    }

    fn in_words(&self) -> String {
        let how = if self.has_error { "with an error" } else { "silently" };
        format!("{:?} {how}", self.verdict)
    }
}

fn found(log: String, list: String) -> Found {
    match answer(log, list) {
        Ok(answer) => Found {
            verdict: answer.accounts.values().next().map(|account| account.verdict),
            has_error: !answer.errors.is_empty(),
            has_advice: answer.notes.iter().any(|note| note.contains("ConvertTo-Json")),
        },
        Err(_) => Found { verdict: None, has_error: true, has_advice: false },
    }
}

/// A form, and the writers of its records and of its files.
type WrittenForm = (LogForm, fn(&Event) -> Value, fn(Vec<Value>) -> String);

/// A form, and the writer of its accounts.
type WrittenList = (ListForm, fn(&Account) -> Value);

/// The forms whose records are objects.
fn log_forms() -> Vec<WrittenForm> {
    let list = |records: Vec<Value>| Value::from(records).to_string();
    let lines = |records: Vec<Value>| records.iter().map(|record| format!("{record}\n")).collect::<String>();
    vec![
        (LogForm::Az, Event::az, list),
        (LogForm::RestPage, Event::az, |records| json!({"value": records}).to_string()),
        (LogForm::EventHub, Event::streamed, |records| json!({"records": records}).to_string()),
        (LogForm::StorageLines, Event::streamed, lines),
        (LogForm::Rows, Event::row, list),
        (LogForm::PowerShell, |event| event.powershell(LogForm::PowerShell), list),
        (LogForm::PowerShellObjects, |event| event.powershell(LogForm::PowerShellObjects), list),
        (LogForm::PythonLines, Event::python, lines),
    ]
}

#[test]
fn a_value_of_an_event_that_cannot_be_read_changes_no_verdict_but_to_unproven_with_an_error() {
    let mut failures = Failures::default();
    let mut count = 0;
    for (form, record, file) in log_forms() {
        for Scenario { name, tenant, plain } in of_logs() {
            let list = ListForm::Az.write(&tenant.accounts.iter().collect::<Vec<_>>());
            let records: Vec<Value> = tenant.events.iter().map(record).collect();
            let expected = found(file(records.clone()), list.clone());
            assert!(expected.is_plain(plain) && !expected.has_error, "{form:?}, {name}: {expected:?}");
            // The records of the account, one after the other.
            let own: Vec<usize> =
                (0..records.len()).filter(|index| tenant.events[*index].resource.contains("gpt")).collect();
            for path in paths(&records[own[0]]) {
                for index in &own {
                    let Some(value) = path.iter().try_fold(&records[*index], |value, name| value.get(name))
                    else {
                        continue;
                    };
                    for variant in variants(value) {
                        count += 1;
                        // All of them would take minutes.
                        if count % share(61) != 0 {
                            continue;
                        }
                        let mut records = records.clone();
                        records[*index] = changed(&records[*index], &path, variant.as_ref());
                        let found = found(file(records), list.clone());
                        let is_weaker = found.is_unproven()
                            && (found.has_error
                                || may_be_absent(&path)
                                || may_be_left_out(&path, variant.as_ref()));
                        if !found.is_plain(plain) && !is_weaker {
                            let status = &tenant.events[*index].status;
                            let what = format!("{form:?}, {name}, {status:?}, {}:", path.join("."));
                            failures.add(&what, variant.as_ref(), &found.in_words());
                        }
                    }
                }
            }
        }
    }
    failures.assert_none();
}

/// Only one in this many variants is tried; with `PROPTEST_CASES`, more of them.
fn share(ordinarily: u64) -> u64 {
    if std::env::var_os("PROPTEST_CASES").is_some() { ordinarily.div_ceil(8) } else { ordinarily }
}

#[test]
fn a_value_of_an_account_that_cannot_be_read_changes_no_verdict_but_to_unproven_with_an_error() {
    let mut failures = Failures::default();
    let forms: [WrittenList; 5] = [
        (ListForm::Az, Account::az),
        (ListForm::GraphAz, Account::graph),
        (ListForm::GetAzCognitiveServicesAccount, Account::cognitive),
        (ListForm::GetAzResource, Account::resource),
        (ListForm::Python, Account::python),
    ];
    let mut count = 0;
    for (form, record) in forms {
        for Scenario { name, tenant, plain } in of_lists() {
            let log = LogForm::Az.write(&tenant.events.iter().collect::<Vec<_>>());
            let record = record(&tenant.accounts[0]);
            let list = |record: Value| Value::from(vec![record]).to_string();
            let expected = found(log.clone(), list(record.clone()));
            assert!(expected.is_plain(plain) && !expected.has_error, "{form:?}, {name}: {expected:?}");
            for path in paths(&record) {
                let value = path.iter().fold(&record, |value, name| &value[name]);
                for variant in variants(value) {
                    count += 1;
                    if count % share(7) != 0 {
                        continue;
                    }
                    let changed = changed(&record, &path, variant.as_ref());
                    let found = found(log.clone(), list(changed));
                    let is_flattened = variant.as_ref().is_some_and(Value::is_string) && found.has_advice;
                    let is_weaker = found.is_unproven() && (found.has_error || is_flattened);
                    let is_absent =
                        absent(&tenant.accounts[0], &path, variant.as_ref()).is_some_and(|account| {
                            let absent = self::found(log.clone(), ListForm::Az.write(&[&account]));
                            found.verdict == absent.verdict
                        });
                    // Without its id, type or kind, it is unknown which account it is, or whether it is one.
                    let identity = ["id", "type", "kind", "resourceid", "resourcetype", "accounttype"];
                    let is_identity = identity.contains(&path[0].to_lowercase().as_str());
                    let is_missing = found.verdict.is_none() && found.has_error && is_identity;
                    if !found.is_plain(plain) && !is_weaker && !is_absent && !is_missing {
                        let what = format!("{form:?}, {name}, {}:", path.join("."));
                        failures.add(&what, variant.as_ref(), &found.in_words());
                    }
                }
            }
        }
    }
    failures.assert_none();
}

/// In a cell, a truth value is text.
#[test]
fn a_truth_value_in_a_cell_of_a_csv_is_read_or_makes_the_account_unproven_with_an_error() {
    let Scenario { tenant, .. } = of_lists().remove(2);
    let log = LogForm::Az.write(&tenant.events.iter().collect::<Vec<_>>());
    for form in [ListForm::GraphCsv, ListForm::GraphCsvColumns] {
        let list = form.write(&tenant.accounts.iter().collect::<Vec<_>>());
        let in_cell = if form == ListForm::GraphCsv { "\"\"disableLocalAuth\"\":true" } else { ",true," };
        assert!(list.contains(in_cell), "{list}");
        for (text, verdict) in [
            ("true", Verdict::NotApplicable),
            ("True", Verdict::NotApplicable),
            ("TRUE", Verdict::NotApplicable),
            ("false", Verdict::Overdue),
            ("False", Verdict::Overdue),
            ("", Verdict::Overdue),
            ("yes", Verdict::Unproven),
            ("1", Verdict::Unproven),
            ("@{a=b}", Verdict::Unproven),
        ] {
            // JSON in a cell has its own truth values.
            if form == ListForm::GraphCsv && !["true", "false"].contains(&text) {
                continue;
            }
            let found = found(log.clone(), list.replace(in_cell, &in_cell.replace("true", text)));
            let is_unread = verdict == Verdict::Unproven;
            assert_eq!((found.verdict, found.has_error), (Some(verdict), is_unread), "{form:?}: {text:?}");
        }
    }
}
