//! Small invented tenants: accounts, and the contents of their subscription's activity log.
//!
//! Instants are whole milliseconds and a request has one operation id and one correlation id, so that every format can
//! carry all of it.

use chrono::DateTime;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

/// 2026-11-23T00:00:00Z, the audit instant.
pub(crate) const AS_OF: i64 = 1_795_392_000_000;
pub(crate) const MINUTE: i64 = 60_000;
pub(crate) const HOUR: i64 = 60 * MINUTE;
pub(crate) const DAY: i64 = 24 * HOUR;

pub(crate) const COGNITIVE: &str = "Microsoft.CognitiveServices";
const CALLERS: [&str; 3] =
    ["anna.keller@contoso.com", "ben.osei@contoso.com", "7e1b5a90-c3d4-4f28-9b06-d2a84c61f5e7"];

#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) group: String,
    pub(crate) subscription: String,
    pub(crate) kind: &'static str,
    pub(crate) created: Option<i64>,
    pub(crate) local_auth_disabled: Option<bool>,
    pub(crate) is_migrated: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Started,
    Accepted,
    Succeeded,
    /// The request failed because of the caller.
    Failed,
    /// The request failed because of the service.
    Broken,
    Canceled,
}

#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) at: i64,
    pub(crate) operation: String,
    pub(crate) resource: String,
    pub(crate) subscription: String,
    pub(crate) status: Status,
    pub(crate) caller: &'static str,
    pub(crate) category: &'static str,
    /// The id of the request, which its records share.
    pub(crate) operation_id: String,
    pub(crate) correlation_id: String,
    /// The id of this record alone.
    pub(crate) event_id: String,
    /// The request's body: the name of the member in `properties`, and its value.
    pub(crate) body: Option<(&'static str, Value)>,
}

/// A subscription.
#[derive(Clone, Debug)]
pub(crate) struct Tenant {
    pub(crate) subscription: String,
    pub(crate) accounts: Vec<Account>,
    /// The events, newest first, as the service returns them.
    pub(crate) log: Vec<Event>,
    /// The period for which the log is complete.
    pub(crate) complete: Option<(i64, i64)>,
}

/// RFC 3339 in UTC with that many digits below the second.
pub(crate) fn time(at: i64, digits: usize) -> String {
    let time = DateTime::from_timestamp_millis(at).expect("an instant of this century");
    let fraction = format!("{:03}0000", at.rem_euclid(1000));
    let dot = if digits == 0 { "" } else { "." };
    format!("{}{dot}{}Z", time.format("%Y-%m-%dT%H:%M:%S"), &fraction[..digits])
}

fn guid(of: u64, number: u64) -> String {
    format!("{of:08x}-92b4-4e57-8a1d-{number:012x}")
}

/// The plan for an account and its regenerations.
#[derive(Clone, Debug)]
struct AccountPlan {
    kind: &'static str,
    created: Option<i64>,
    local_auth_disabled: Option<bool>,
    is_migrated: bool,
    requests: Vec<Request>,
}

#[derive(Clone, Debug)]
struct Request {
    at: i64,
    /// The time from the start to the outcome.
    takes: i64,
    starts: Vec<bool>,
    outcomes: Vec<Status>,
    body: Option<(&'static str, Value)>,
    /// The case of the resource id: unchanged, lower or upper.
    case: u8,
    caller: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Look {
    Whole,
    /// The log looks as if it were filtered by its caller.
    OneCaller,
    /// The log contains only one event.
    OneEvent,
}

#[derive(Clone, Debug)]
struct LogPlan {
    look: Look,
    start: i64,
    end: i64,
    noise: Vec<(Index, usize, usize)>,
}

fn body() -> impl Strategy<Value = Option<(&'static str, Value)>> {
    let named = |key: &'static str| {
        let text = format!("{{\"keyName\":\"{key}\"}}");
        prop_oneof![
            4 => Just(("requestbody", json!(text))),
            1 => Just(("requestBody", json!(text))),
            1 => Just(("requestbody", json!({"keyName": key}))),
        ]
        .prop_map(Some)
    };
    prop_oneof![
        2 => Just(None),
        1 => Just(Some(("requestbody", json!("")))),
        1 => Just(Some(("requestbody", json!("{\"keyName\":\"Key3\"}")))),
        4 => named("Key1"),
        4 => named("Key2"),
        1 => named("key2"),
    ]
}

fn request() -> impl Strategy<Value = Request> {
    use Status::{Accepted, Broken, Canceled, Failed, Succeeded};
    let outcomes = prop_oneof![
        8 => Just(vec![Succeeded]),
        2 => Just(vec![Accepted, Succeeded]),
        1 => Just(vec![Succeeded, Succeeded]),
        2 => Just(vec![Failed]),
        1 => Just(vec![Broken]),
        1 => Just(vec![Broken, Succeeded]),
        1 => Just(vec![Canceled]),
        1 => Just(vec![Accepted]),
        2 => Just(vec![]),
    ];
    let starts = prop_oneof![8 => Just(vec![true]), 1 => Just(vec![]), 1 => Just(vec![true, false])];
    (-DAY..125 * DAY, 0..90_000_i64, starts, outcomes, body(), 0..3_u8, 0..3_usize).prop_map(
        |(age, takes, starts, outcomes, body, case, caller)| Request {
            at: AS_OF - age,
            takes,
            starts,
            outcomes,
            body,
            case,
            caller,
        },
    )
}

fn account() -> impl Strategy<Value = AccountPlan> {
    let created = prop_oneof![
        3 => (-2 * DAY..140 * DAY).prop_map(|age| Some(AS_OF - age)),
        3 => (300 * DAY..900 * DAY).prop_map(|age| Some(AS_OF - age)),
        1 => Just(None),
    ];
    let local_auth = prop_oneof![5 => Just(None), 2 => Just(Some(false)), 1 => Just(Some(true))];
    let requests = prop::collection::vec(request(), 0..4);
    (select(vec!["OpenAI", "AIServices"]), created, local_auth, prop::bool::weighted(0.1), requests).prop_map(
        |(kind, created, local_auth_disabled, is_migrated, requests)| AccountPlan {
            kind,
            created,
            local_auth_disabled,
            is_migrated,
            requests,
        },
    )
}

fn log() -> impl Strategy<Value = LogPlan> {
    let look = prop_oneof![8 => Just(Look::Whole), 1 => Just(Look::OneCaller), 1 => Just(Look::OneEvent)];
    let start = prop_oneof![4 => 88 * DAY..95 * DAY, 1 => 20 * DAY..88 * DAY];
    let end = prop_oneof![4 => -HOUR..20 * HOUR, 1 => 20 * HOUR..10 * DAY];
    let noise = prop::collection::vec((any::<Index>(), 0..6_usize, 0..3_usize), 0..6);
    (look, start, end, noise).prop_map(|(look, start, end, noise)| LogPlan {
        look,
        start: AS_OF - start,
        end: AS_OF - end,
        noise,
    })
}

/// Tenants to be audited in one run.
pub(crate) fn tenants(most: usize) -> impl Strategy<Value = Vec<Tenant>> {
    let plan = (prop::collection::vec(account(), 1..=4), log());
    prop::collection::vec(plan, 1..=most).prop_map(|plans| {
        let tenants = plans.into_iter().enumerate();
        tenants.map(|(index, (accounts, log))| Writer::new(index).tenant(&accounts, &log)).collect()
    })
}

/// Writes a tenant's events down.
struct Writer {
    of: u64,
    subscription: String,
    ids: u64,
    log: Vec<Event>,
}

impl Writer {
    fn new(index: usize) -> Writer {
        let of = 0x3d6f_0c1a + index as u64;
        Writer { of, subscription: guid(of, 0x6c0b_e27f_4d95), ids: 0, log: Vec::new() }
    }

    fn id(&mut self) -> String {
        self.ids += 1;
        guid(self.of, self.ids)
    }

    fn tenant(mut self, plans: &[AccountPlan], log: &LogPlan) -> Tenant {
        let accounts: Vec<Account> =
            plans.iter().enumerate().map(|(index, plan)| self.account(index, plan)).collect();
        for (plan, account) in plans.iter().zip(&accounts) {
            self.creation(account);
            for request in &plan.requests {
                self.request(account, request);
            }
        }
        self.log.retain(|event| (log.start..=log.end).contains(&event.at));
        if log.look == Look::OneEvent {
            self.log.truncate(1);
        } else {
            self.noise(&accounts[0], log);
        }
        if log.look == Look::OneCaller {
            self.log.iter_mut().for_each(|event| event.caller = CALLERS[0]);
        }
        self.log.sort_by_key(|event| -event.at);
        let complete = (log.look != Look::OneEvent).then_some((log.start, log.end));
        Tenant { subscription: self.subscription, accounts, log: self.log, complete }
    }

    fn account(&self, index: usize, plan: &AccountPlan) -> Account {
        let (name, group) =
            (format!("Contoso-gpt-{:x}-{index}", self.of), format!("rg-ai.(weu)-{}", index % 2));
        let id = format!(
            "/subscriptions/{}/resourceGroups/{group}/providers/{COGNITIVE}/accounts/{name}",
            self.subscription
        );
        Account {
            id,
            name,
            group,
            subscription: self.subscription.clone(),
            kind: plan.kind,
            created: plan.created,
            local_auth_disabled: plan.local_auth_disabled,
            is_migrated: plan.is_migrated,
        }
    }

    fn event(&mut self, at: i64, operation: &str, resource: &str, caller: usize) -> &mut Event {
        let (operation_id, correlation_id, event_id) = (self.id(), self.id(), self.id());
        self.log.push(Event {
            at,
            operation: operation.to_owned(),
            resource: resource.to_owned(),
            subscription: self.subscription.clone(),
            status: Status::Succeeded,
            caller: CALLERS[caller],
            category: "Administrative",
            operation_id,
            correlation_id,
            event_id,
            body: None,
        });
        self.log.last_mut().expect("the event just added")
    }

    /// The log of an account's making has its start and its outcome, too. If the log ends between the two, the start is the
    /// latest instant that it has for the creation.
    fn creation(&mut self, account: &Account) {
        let Some(created) = account.created else { return };
        let write = format!("{COGNITIVE}/accounts/write");
        self.event(created, &write, &account.id, 1).status = Status::Started;
        self.event(created + 500, &write, &account.id, 1);
    }

    fn request(&mut self, account: &Account, request: &Request) {
        let resource = match request.case {
            0 => account.id.clone(),
            1 => account.id.to_lowercase(),
            _ => account.id.to_uppercase(),
        };
        let operation = format!("{COGNITIVE}/accounts/regenerateKey/action");
        let (operation_id, correlation_id) = (self.id(), self.id());
        let starts = request.starts.iter().zip(0..).map(|(has_body, index)| {
            (request.at - request.takes + index, Status::Started, request.body.clone().filter(|_| *has_body))
        });
        let outcomes = request
            .outcomes
            .iter()
            .zip(0..)
            .map(|(status, index)| (request.at + 2500 * index, *status, None));
        for (at, status, body) in starts.chain(outcomes) {
            let event = self.event(at, &operation, &resource, request.caller);
            event.operation_id.clone_from(&operation_id);
            event.correlation_id.clone_from(&correlation_id);
            event.status = status;
            event.body = body;
        }
    }

    /// Other events of a subscription, at the beginning and the end of the log and between.
    fn noise(&mut self, account: &Account, log: &LogPlan) {
        let of = |group: &str, rest: &str| {
            format!("/subscriptions/{}/resourceGroups/{group}/providers/{rest}", account.subscription)
        };
        let rows = [
            (
                "Microsoft.Storage/storageAccounts/write",
                of("rg-data", "Microsoft.Storage/storageAccounts/contosodata"),
            ),
            ("Microsoft.KeyVault/vaults/write", of("rg-shared", "Microsoft.KeyVault/vaults/kv-contoso")),
            ("Microsoft.CognitiveServices/accounts/listKeys/action", account.id.clone()),
            (
                "Microsoft.CognitiveServices/accounts/deployments/write",
                format!("{}/deployments/gpt-4o", account.id),
            ),
            (
                "Microsoft.Storage/storageAccounts/regenerateKey/action",
                of("rg-data", "Microsoft.Storage/storageAccounts/contosodata"),
            ),
            ("Microsoft.Authorization/policies/audit/action", account.id.clone()),
        ];
        let ends = [(log.start, 0, 0), (log.start + 1, 1, 1), (log.end, 3, 2)];
        let between = log.noise.iter().map(|(when, row, caller)| {
            let milliseconds = usize::try_from(log.end - log.start).expect("a log ends after it starts");
            (log.start + i64::try_from(when.index(milliseconds)).expect("a few months"), *row, *caller)
        });
        for (at, row, caller) in ends.into_iter().chain(between) {
            let (operation, resource) = &rows[row];
            let event = self.event(at, operation, resource, caller);
            if row == 4 {
                event.body = Some(("requestbody", json!("{\"keyName\":\"key1\"}")));
            } else if row == 5 {
                event.category = "Policy";
            }
        }
    }
}
