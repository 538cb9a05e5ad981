//! Random tenants: accounts of one or two subscriptions, and the events of their activity log.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chrono::DateTime;
use proptest::prelude::*;
use proptest::sample::select;

pub(crate) const MILLISECOND: i64 = 10_000;
pub(crate) const SECOND: i64 = 1_000 * MILLISECOND;
pub(crate) const HOUR: i64 = 3_600 * SECOND;
pub(crate) const DAY: i64 = 24 * HOUR;

/// The audit instant, 2026-11-23T00:00:00Z. Times count units of 100 ns, the precision that Azure keeps, from 1970.
pub(crate) const AS_OF: i64 = 1_795_392_000 * SECOND;

pub(crate) const COGNITIVE: &str = "Microsoft.CognitiveServices";
const REGENERATE: &str = "Microsoft.CognitiveServices/accounts/regenerateKey/action";

#[derive(Clone)]
pub(crate) struct Account {
    pub(crate) id: String,
    pub(crate) subscription: String,
    pub(crate) group: String,
    pub(crate) name: String,
    pub(crate) kind: &'static str,
    pub(crate) created: Option<i64>,
    /// `systemData.createdAt`
    pub(crate) created_in_system: Option<i64>,
    pub(crate) local_auth_disabled: Option<bool>,
    pub(crate) is_migrated: Option<bool>,
    pub(crate) tags: BTreeMap<&'static str, &'static str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Started,
    Accepted,
    Succeeded,
    /// The name of a status code that proves that nothing happened.
    Refused,
    /// With status code 503.
    Broken,
    /// Without a status code.
    Failed,
    Canceled,
}

impl Status {
    fn is_outcome(self) -> bool {
        !matches!(self, Status::Started | Status::Accepted | Status::Canceled)
    }
}

#[derive(Clone)]
pub(crate) struct Event {
    pub(crate) at: i64,
    pub(crate) operation: &'static str,
    pub(crate) resource: String,
    pub(crate) subscription: String,
    pub(crate) status: Status,
    pub(crate) caller: &'static str,
    pub(crate) category: &'static str,
    pub(crate) operation_id: Option<String>,
    pub(crate) correlation_id: String,
    pub(crate) event_id: String,
    /// `properties.requestbody`
    pub(crate) body: Option<String>,
}

/// One line, for the same reason as for [`Event`].
impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Account { id, kind, local_auth_disabled, is_migrated, tags, .. } = self;
        let [created, in_system] = [self.created, self.created_in_system].map(|at| at.map(|at| time(at, 7)));
        write!(f, "{kind} {id} {created:?} {in_system:?} {local_auth_disabled:?} {is_migrated:?} {tags:?}")
    }
}

/// One line, since the tenants of failed tests are printed.
impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Event { operation, resource, status, category, operation_id, correlation_id, body, .. } = self;
        let at = time(self.at, 7);
        write!(
            f,
            "{at} {operation} {status:?} {resource} {category} {operation_id:?} {correlation_id} {body:?}"
        )
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Tenant {
    pub(crate) accounts: Vec<Account>,
    /// Newest first.
    pub(crate) events: Vec<Event>,
    /// The windows that are declared for everything.
    pub(crate) declared: Vec<(i64, i64)>,
}

/// RFC 3339 in UTC, without its zone, with that many digits after the second.
pub(crate) fn time(at: i64, digits: usize) -> String {
    let second = DateTime::from_timestamp(at.div_euclid(SECOND), 0).expect("an instant of this century");
    let fraction = format!("{:07}", at.rem_euclid(SECOND));
    let dot = if digits == 0 { "" } else { "." };
    format!("{}{dot}{}", second.format("%Y-%m-%dT%H:%M:%S"), &fraction[..digits])
}

impl Tenant {
    /// Returns the same tenant without the data that some forms of lists lack.
    pub(crate) fn without_system_data(&self) -> Tenant {
        let mut less = self.clone();
        less.accounts.iter_mut().for_each(|account| account.created_in_system = None);
        less
    }

    /// The same without the ids that streams lack.
    pub(crate) fn without_operation_ids(&self) -> Tenant {
        let mut less = self.clone();
        less.events.iter_mut().for_each(|event| event.operation_id = None);
        less
    }

    /// Whether the correlation ids alone group the records into the same requests as the operation ids. Several
    /// outcomes of one operation are one request, but several outcomes under one correlation id may be several
    /// requests.
    pub(crate) fn are_operation_ids_redundant(&self) -> bool {
        let mut requests: BTreeMap<(&str, String, &str), Vec<&Event>> = BTreeMap::new();
        for event in &self.events {
            let key = (event.operation, event.resource.to_lowercase(), event.correlation_id.as_str());
            requests.entry(key).or_default().push(event);
        }
        requests.values().all(|events| {
            let count = |is: fn(Status) -> bool| events.iter().filter(|event| is(event.status)).count();
            let is_one = events.iter().all(|event| event.operation_id == events[0].operation_id);
            is_one && count(Status::is_outcome) <= 1 && count(|status| status == Status::Started) <= 1
        })
    }
}

#[derive(Clone, Debug)]
struct Request {
    at: i64,
    /// The time from the first record to the outcome.
    takes: i64,
    operation: &'static str,
    starts: i64,
    outcomes: Vec<Status>,
    body: Option<String>,
    /// Requests with one number share a correlation id.
    run: Option<u8>,
    caller: usize,
    /// The spelling of the resource id: as in the list, in lower case or in upper case.
    spelling: u8,
}

#[derive(Clone, Debug)]
struct AccountPlan {
    account: Account,
    is_in_second_subscription: bool,
    is_listed: bool,
    requests: Vec<Request>,
}

const CALLERS: [&str; 3] =
    ["anna.keller@contoso.com", "ben.osei@contoso.com", "7e1b5a90-c3d4-4f28-9b06-d2a84c61f5e7"];

fn ago(from: i64, to: i64) -> impl Strategy<Value = i64> {
    (from..to).prop_map(|age| AS_OF - age)
}

fn outcomes() -> impl Strategy<Value = Vec<Status>> {
    use Status::{Accepted, Broken, Canceled, Failed, Refused, Succeeded};
    prop_oneof![
        24 => Just(vec![Succeeded]),
        2 => Just(vec![Accepted, Succeeded]),
        2 => Just(vec![Refused]),
        1 => Just(vec![Broken]),
        1 => Just(vec![Failed]),
        1 => Just(vec![Broken, Succeeded]),
        1 => Just(vec![Succeeded, Succeeded]),
        1 => Just(vec![Canceled]),
        1 => Just(vec![Accepted]),
        1 => Just(vec![]),
    ]
}

fn operation() -> impl Strategy<Value = (&'static str, Option<String>)> {
    let body = |text: &str| Some(text.to_owned());
    prop_oneof![
        5 => Just((REGENERATE, body("{\"keyName\":\"Key1\"}"))),
        5 => Just((REGENERATE, body("{\"keyName\":\"Key2\"}"))),
        1 => Just((REGENERATE, body("{\"keyName\":\"key2\"}"))),
        1 => Just((REGENERATE, body("{\"keyName\":\"Key3\"}"))),
        1 => Just((REGENERATE, body(""))),
        2 => Just((REGENERATE, None)),
        2 => Just(("Microsoft.CognitiveServices/accounts/listKeys/action", None)),
        1 => Just(("Microsoft.CognitiveServices/accounts/write", None)),
        1 => Just(("Microsoft.CognitiveServices/accounts/write", body("{\"properties\":{\"disableLocalAuth\":true}}"))),
        1 => Just(("Microsoft.CognitiveServices/accounts/delete", None)),
        1 => Just(("Microsoft.CognitiveServices/accounts/deployments/write", None)),
        1 => Just(("Microsoft.CognitiveServices/accounts/providers/diagnosticSettings/write", None)),
    ]
}

fn request() -> impl Strategy<Value = Request> {
    let at = prop_oneof![4 => ago(-2 * HOUR, 100 * DAY), 1 => ago(88 * DAY, 92 * DAY), 1 => ago(0, 3 * DAY)];
    let starts = prop_oneof![10 => Just(1), 1 => Just(0), 1 => Just(2)];
    let run = prop_oneof![4 => Just(None), 1 => (0..2_u8).prop_map(Some)];
    let takes = 20 * MILLISECOND..90 * SECOND;
    (at, takes, operation(), starts, outcomes(), run, 0..3_usize, 0..3_u8).prop_map(
        |(at, takes, (operation, body), starts, outcomes, run, caller, spelling)| Request {
            at,
            takes,
            operation,
            starts,
            outcomes,
            body,
            run,
            caller,
            spelling,
        },
    )
}

fn account() -> impl Strategy<Value = AccountPlan> {
    let created = prop_oneof![
        3 => ago(-DAY, 140 * DAY).prop_map(Some),
        4 => ago(300 * DAY, 900 * DAY).prop_map(Some),
        1 => Just(None),
    ];
    let in_system = prop_oneof![1 => Just(None), 1 => ago(0, 400 * DAY).prop_map(Some)];
    let local_auth = prop_oneof![6 => Just(None), 2 => Just(Some(false)), 2 => Just(Some(true))];
    let is_migrated = prop_oneof![4 => Just(None), 4 => Just(Some(false)), 1 => Just(Some(true))];
    let tags = prop_oneof![
        2 => Just(BTreeMap::new()),
        1 => Just(BTreeMap::from([("owner", "Anna Keller"), ("cost-centre", "4711; \"AI\", west")])),
    ];
    let kind = select(vec!["OpenAI", "AIServices", "OpenAI", "AIServices", "FormRecognizer"]);
    let rest = (any::<bool>(), prop::bool::weighted(0.9), prop::collection::vec(request(), 0..5));
    ((kind, created, in_system, local_auth, is_migrated, tags), rest).prop_map(
        |(
            (kind, created, created_in_system, local_auth_disabled, is_migrated, tags),
            (is_in_second_subscription, is_listed, requests),
        )| {
            let account = Account {
                id: String::new(),
                subscription: String::new(),
                group: String::new(),
                name: String::new(),
                kind,
                created,
                created_in_system,
                local_auth_disabled,
                is_migrated,
                tags,
            };
            AccountPlan { account, is_in_second_subscription, is_listed, requests }
        },
    )
}

fn declared() -> impl Strategy<Value = Vec<(i64, i64)>> {
    let begin = select(vec![96 * DAY, 91 * DAY, 90 * DAY - 13 * HOUR, 90 * DAY - 26 * HOUR, 60 * DAY]);
    let end = prop_oneof![4 => Just(0), 1 => Just(HOUR), 1 => Just(5 * DAY), 1 => Just(9 * DAY)];
    let gap = prop::option::weighted(0.3, (10 * DAY..80 * DAY, HOUR / 4..3 * DAY));
    (begin, end, gap).prop_map(|(begin, end, gap)| {
        let (begin, end) = (AS_OF - begin, AS_OF - end);
        match gap {
            Some((age, takes)) if begin < AS_OF - age - takes && AS_OF - age < end => {
                vec![(begin, AS_OF - age - takes), (AS_OF - age, end)]
            }
            _ => vec![(begin, end)],
        }
    })
}

/// How many other events happen in a subscription.
#[derive(Clone, Copy, Debug)]
enum Liveliness {
    Quiet,
    Ordinary,
    /// So many that the log is observed to be complete.
    Busy,
}

/// A tenant whose log may be observed to be complete, or one without the many events that this takes.
pub(crate) fn tenant(may_be_busy: bool) -> impl Strategy<Value = Tenant> {
    use Liveliness::{Busy, Ordinary, Quiet};
    let other = prop::collection::vec((ago(-HOUR, 100 * DAY), 0..6_usize, 0..3_usize), 0..8);
    let plan = (prop::collection::vec(account(), 1..=4), other, declared());
    let busy: &[Liveliness] = if may_be_busy { &[Busy, Busy] } else { &[] };
    let liveliness = select([&[Quiet, Ordinary, Ordinary], busy].concat());
    (plan, prop::bool::weighted(0.5), liveliness).prop_map(
        |((mut plans, other, declared), are_alone, liveliness)| {
            // Requests that share a correlation id lose a lot in some forms, so half of the tenants have none.
            if are_alone {
                for request in plans.iter_mut().flat_map(|plan| &mut plan.requests) {
                    request.run = None;
                    request.outcomes.truncate(1);
                    request.starts = request.starts.min(1);
                }
            }
            plans[0].is_listed = true;
            Writer { number: 0, events: Vec::new() }.tenant(plans, &other, declared, liveliness)
        },
    )
}

struct Writer {
    number: u64,
    events: Vec<Event>,
}

fn subscription(is_second: bool) -> String {
    format!("3d6f0c1{}-92b4-4e57-8a1d-6c0be27f4d95", u8::from(is_second))
}

impl Writer {
    fn id(&mut self, of: &str) -> String {
        self.number += 1;
        format!("{of}-92b4-4e57-8a1d-{:012x}", self.number)
    }

    fn tenant(
        mut self,
        plans: Vec<AccountPlan>,
        other: &[(i64, usize, usize)],
        declared: Vec<(i64, i64)>,
        liveliness: Liveliness,
    ) -> Tenant {
        let mut accounts = Vec::new();
        let mut subscriptions = BTreeSet::new();
        for (index, AccountPlan { mut account, is_in_second_subscription, is_listed, requests }) in
            plans.into_iter().enumerate()
        {
            account.subscription = subscription(is_in_second_subscription);
            account.group = format!("rg-AI.(weu)-{}", index % 2);
            account.name = format!("Contoso-gpt-{index}");
            account.id = format!(
                "/subscriptions/{}/resourceGroups/{}/providers/{COGNITIVE}/accounts/{}",
                account.subscription, account.group, account.name
            );
            for request in &requests {
                self.request(&account, request);
            }
            // The log of each subscription has at least one event. Otherwise, a statement about it would not count.
            let has_events = self.events.iter().any(|event| event.subscription == account.subscription);
            match liveliness {
                Liveliness::Quiet if has_events => {}
                Liveliness::Busy if subscriptions.insert(account.subscription.clone()) => {
                    let rows = [0, 1, 3, 5].into_iter().cycle();
                    for (days, row) in (0..96).step_by(6).zip(rows) {
                        self.other(&account, AS_OF - days * DAY - 3 * HOUR, row, row % 3);
                    }
                }
                _ => {
                    for (age, row, caller) in [(89 * DAY, 0, 0), (45 * DAY, 1, 1), (2 * HOUR, 3, 2)] {
                        self.other(&account, AS_OF - age, row, caller);
                    }
                }
            }
            accounts.push((account, is_listed));
        }
        for (at, row, caller) in other {
            self.other(&accounts[row % accounts.len()].0, *at, *row, *caller);
        }
        Tenant {
            accounts: accounts
                .into_iter()
                .filter(|(_, is_listed)| *is_listed)
                .map(|(account, _)| account)
                .collect(),
            events: self.newest_first(),
            declared,
        }
    }

    /// No two events have the same millisecond, so that the copies of each can be recognized in every form.
    fn newest_first(self) -> Vec<Event> {
        let mut events = self.events;
        events.sort_by_key(|event| event.at);
        let mut before = i64::MIN / 2;
        for event in &mut events {
            if event.at.div_euclid(MILLISECOND) <= before.div_euclid(MILLISECOND) + 1 {
                event.at = before + 3 * MILLISECOND;
            }
            before = event.at;
        }
        events.reverse();
        events
    }

    fn event(
        &mut self,
        at: i64,
        operation: &'static str,
        resource: String,
        subscription: &str,
        caller: usize,
    ) -> &mut Event {
        let (operation_id, correlation_id, event_id) =
            (self.id("0b0b0b0b"), self.id("0c0c0c0c"), self.id("0e0e0e0e"));
        self.events.push(Event {
            at,
            operation,
            resource,
            subscription: subscription.to_owned(),
            status: Status::Succeeded,
            caller: CALLERS[caller],
            category: "Administrative",
            operation_id: Some(operation_id),
            correlation_id,
            event_id,
            body: None,
        });
        self.events.last_mut().expect("the event just added")
    }

    fn request(&mut self, account: &Account, request: &Request) {
        let operation_id = self.id("0a0a0a0a");
        let own = self.id("0d0d0d0d");
        let correlation_id =
            request.run.map_or(own, |run| format!("0f0f0f0f-92b4-4e57-8a1d-00000000000{run}"));
        let resource = match request.spelling {
            0 => account.id.clone(),
            1 => account.id.to_lowercase(),
            _ => account.id.to_uppercase(),
        };
        let starts = (0..request.starts)
            .map(|index| (request.at - request.takes + 5 * MILLISECOND * index, Status::Started));
        let outcomes = (0..).zip(&request.outcomes);
        let outcomes = outcomes.map(|(index, status)| (request.at + SECOND * index, *status));
        let records: Vec<(i64, Status)> = starts.chain(outcomes).collect();
        for (index, (at, status)) in records.into_iter().enumerate() {
            let body = request.body.clone().filter(|_| index == 0 && status == Status::Started);
            let event =
                self.event(at, request.operation, resource.clone(), &account.subscription, request.caller);
            event.status = status;
            event.operation_id = Some(operation_id.clone());
            event.correlation_id.clone_from(&correlation_id);
            event.body = body;
        }
    }

    /// Adds some other event in the subscription of the account.
    fn other(&mut self, account: &Account, at: i64, row: usize, caller: usize) {
        let elsewhere = |group: &str, rest: &str| {
            format!("/subscriptions/{}/resourceGroups/{group}/providers/{rest}", account.subscription)
        };
        let (operation, resource) = match row {
            0 => (
                "Microsoft.Storage/storageAccounts/write",
                elsewhere("rg-data", "Microsoft.Storage/storageAccounts/contosodata"),
            ),
            1 => (
                "Microsoft.KeyVault/vaults/delete",
                elsewhere("rg-shared", "Microsoft.KeyVault/vaults/kv-contoso"),
            ),
            2 => ("Microsoft.CognitiveServices/accounts/listKeys/action", account.id.clone()),
            3 => (
                "Microsoft.Storage/storageAccounts/regenerateKey/action",
                elsewhere("rg-data", "Microsoft.Storage/storageAccounts/contosodata"),
            ),
            4 => ("Microsoft.Authorization/policies/audit/action", account.id.clone()),
            _ => (
                "Microsoft.Resources/subscriptions/write",
                format!("/subscriptions/{}", account.subscription),
            ),
        };
        let start = self.event(at - 7 * SECOND, operation, resource.clone(), &account.subscription, caller);
        start.status = Status::Started;
        let ids = (start.operation_id.clone(), start.correlation_id.clone());
        let category = if row == 4 { "Policy" } else { "Administrative" };
        start.category = category;
        start.body = (row == 3).then(|| "{\"keyName\":\"key1\"}".to_owned());
        let end = self.event(at, operation, resource, &account.subscription, caller);
        end.category = category;
        (end.operation_id, end.correlation_id) = ids;
    }
}
