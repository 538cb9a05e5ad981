//! A tenant made up from a seed: the same accounts and the same log for the same numbers, written as they are made, so
//! that a log may be larger than memory.

use std::io::{self, Write};

use serde_json::{Value, json};

/// Seconds of 89 days, which is what most collectors ask for.
const LOGGED: u64 = 89 * 86_400;

/// What an event takes in either shape, about.
const AZ_EVENT: u64 = 3_900;
const LINE: u64 = 2_700;

/// Accounts under 20 subscriptions, a third of whose kinds are in scope where `kinds` says so.
pub(crate) struct Tenant {
    pub(crate) seed: u64,
    pub(crate) accounts: usize,
    /// Drawn from for each account.
    pub(crate) kinds: &'static [&'static str],
}

/// How a log is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// One array, newest first, indented, as `az monitor activity-log list` prints it.
    Az,
    /// One record a line, oldest first, as diagnostic settings write them.
    Lines,
}

impl Tenant {
    pub(crate) fn write_accounts(&self, file: &mut impl Write) -> io::Result<()> {
        let mut numbers = Numbers(self.seed);
        write_array(file, (0..self.accounts).map(|index| account(index, self.kinds, &mut numbers)))
    }

    /// With up to four regenerations for each account in the 89 days before 2026-11-23, most with the key named, among
    /// as many events of other kinds as fill `bytes`.
    pub(crate) fn write_log(&self, file: &mut impl Write, shape: Shape, bytes: u64) -> io::Result<()> {
        let mut numbers = Numbers(self.seed ^ 1);
        let mut regenerated: Vec<usize> =
            (0..self.accounts).flat_map(|account| vec![account; numbers.below(5)]).collect();
        for place in (1..regenerated.len()).rev() {
            regenerated.swap(place, numbers.below(place + 1));
        }
        let size = if shape == Shape::Az { AZ_EVENT } else { LINE };
        let events = (bytes / size).max(regenerated.len() as u64);
        let every = events / (regenerated.len() as u64).max(1);
        let accounts = self.accounts;
        let records = (0..events).map(|number| {
            let before = LOGGED * number / events.max(1);
            let age = if shape == Shape::Az { before } else { LOGGED - before };
            // Between them, and at the same places from the newest on.
            let key = if number % every.max(1) == 0 { regenerated.pop() } else { None };
            let event = Event::new(key, accounts, age, &mut numbers);
            if shape == Shape::Az { event.as_az() } else { event.as_line() }
        });
        match shape {
            Shape::Az => write_array(file, records),
            Shape::Lines => records.into_iter().try_for_each(|record| writeln!(file, "{record}")),
        }
    }
}

/// Indented as `az` does it.
fn write_array(file: &mut impl Write, values: impl Iterator<Item = Value>) -> io::Result<()> {
    let mut before = "[\n  ";
    for value in values {
        let text = serde_json::to_string_pretty(&value)?.replace('\n', "\n  ");
        write!(file, "{before}{text}")?;
        before = ",\n  ";
    }
    // An array without elements has not begun yet.
    writeln!(file, "{}\n]", if before.starts_with('[') { "[" } else { "" })
}

fn id(index: usize) -> String {
    format!(
        "/subscriptions/{}/resourceGroups/rg-{}/providers/Microsoft.CognitiveServices/accounts/account-{index}",
        subscription(index),
        index % 100
    )
}

fn subscription(index: usize) -> String {
    format!("00000000-0000-0000-0000-{:012}", index % 20)
}

fn account(index: usize, kinds: &[&str], numbers: &mut Numbers) -> Value {
    let id = id(index);
    let name = format!("account-{index}");
    let kind = kinds[numbers.below(kinds.len())];
    let endpoint = format!("https://{name}.openai.azure.com/");
    json!({
        "etag": format!("\"{:08x}-0000-0100-0000-{:08x}0000\"", numbers.next() >> 32, 0x6800_0000 + numbers.below(1 << 20)),
        "id": id, "identity": null, "kind": kind, "location": "westeurope", "name": name,
        "properties": {
            "abusePenalty": null, "allowedFqdnList": null, "apiProperties": null,
            "callRateLimit": { "count": null, "renewalPeriod": null, "rules": (0..4).map(|rule| json!({
                "count": 30.0, "dynamicThrottlingEnabled": true, "key": format!("openai.rule.{rule}"),
                "matchPatterns": [{ "method": "*", "path": "openai/*" }], "minCount": null, "renewalPeriod": 1.0,
            })).collect::<Vec<Value>>() },
            "capabilities": [{ "name": "VirtualNetworks", "value": null }, { "name": "CustomerManagedKey", "value": null }],
            "customSubDomainName": name,
            "dateCreated": format!("2025-{:02}-11T09:00:00.1234567Z", 1 + numbers.below(12)),
            "disableLocalAuth": null, "encryption": null, "endpoint": endpoint,
            "endpoints": { "OpenAI Language Model Instance API": endpoint, "OpenAI Dall-E API": endpoint },
            "internalId": format!("{:032x}", u128::from(numbers.next()) << 64 | u128::from(numbers.next())),
            "isMigrated": null, "provisioningState": "Succeeded", "publicNetworkAccess": "Enabled",
        },
        "resourceGroup": format!("rg-{}", index % 100),
        "sku": { "capacity": null, "family": null, "name": "S0", "size": null, "tier": null },
        "systemData": { "createdAt": "2025-01-11T09:00:00.123456+00:00", "createdBy": "user@contoso.com" },
        "tags": { "cost-center": numbers.below(100).to_string() },
        "type": "Microsoft.CognitiveServices/accounts",
    })
}

struct Event {
    resource: String,
    subscription: String,
    operation: &'static str,
    request: Option<&'static str>,
    at: String,
    caller: String,
    operation_id: String,
    event_data_id: String,
    token: String,
}

impl Event {
    /// A regeneration of a key of `regenerated`, or an event of another kind.
    fn new(regenerated: Option<usize>, accounts: usize, age: u64, numbers: &mut Numbers) -> Event {
        let (index, operation, request) = match regenerated {
            Some(index) => {
                let bodies =
                    ["{\"keyName\":\"Key1\"}", "{\"keyName\":\"Key2\"}", "{\"keyName\":\"Key1\"}", "{}"];
                (
                    index,
                    "Microsoft.CognitiveServices/accounts/regenerateKey/action",
                    Some(bodies[numbers.below(4)]),
                )
            }
            None => (numbers.below(accounts.max(1)), other(numbers), None),
        };
        let id = id(index);
        let resource = match operation.split('/').next() {
            Some("Microsoft.CognitiveServices") => id,
            _ => format!(
                "{}Microsoft.Compute/virtualMachines/vm-{}",
                &id[..=id.find("/Micro").unwrap_or(0)],
                index % 1000
            ),
        };
        let (number, other) = (numbers.next(), numbers.next());
        Event {
            resource,
            subscription: subscription(index),
            operation,
            request,
            at: at(age, numbers.below(10_000_000)),
            caller: format!("user{}@contoso.com", number % 50),
            operation_id: uuid(number, other),
            event_data_id: uuid(other, number ^ 7),
            token: (0..88).map(|_| char::from(BASE64[numbers.below(BASE64.len())])).collect(),
        }
    }

    fn claims(&self) -> Value {
        json!({
            "aio": self.token, "altsecid": "5::10032001EEC259BA", "appid": "c44b4083-3ba0-49c1-b47d-974e53cbdf3c",
            "appidacr": "2", "aud": "https://management.core.windows.net/", "exp": "1790880271",
            "groups": "cacfe77c-e058-4712-83aa-f9b08849fd60,7f71d11d-4c41-4b23-99d2-d32ce7aa621c,31522864-0578-4ea0-9adc-e66cc564d18c",
            "http://schemas.microsoft.com/claims/authnclassreference": "1",
            "http://schemas.microsoft.com/claims/authnmethodsreferences": "pwd,mfa",
            "http://schemas.microsoft.com/identity/claims/objectidentifier": self.operation_id,
            "http://schemas.microsoft.com/identity/claims/scope": "user_impersonation",
            "http://schemas.microsoft.com/identity/claims/tenantid": "1e8d8218-c5e7-4578-9acc-9abbd5d23315",
            "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname": "Zoë",
            "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name": self.caller,
            "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/nameidentifier": "9vckmEGF7zDKk1YzIY8k0t1_EAPaXoeHyPRn6f413zM",
            "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname": "Müller",
            "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn": self.caller,
            "iat": "1790876371", "ipaddr": "203.0.113.10", "iss": "https://sts.windows.net/1e8d8218-c5e7-4578-9acc-9abbd5d23315/",
            "name": "Zoë Müller", "nbf": "1790876371", "puid": "20030000801A118C",
            "rh": "1.AUgAW2hAqn1BZEa07I92QHGa20ZIf3kAutdPukPawfj2MBMLAR1IAA.", "uti": self.event_data_id, "ver": "1.0",
        })
    }

    fn as_az(&self) -> Value {
        let provider = self.operation.split('/').next().unwrap_or_default();
        let localized = |value: &str| json!({ "localizedValue": value, "value": value });
        json!({
            "authorization": { "action": self.operation, "role": "Subscription Admin", "scope": self.resource },
            "caller": self.caller, "category": localized("Administrative"), "claims": self.claims(),
            "correlationId": self.operation_id, "description": "", "eventDataId": self.event_data_id,
            "eventName": { "localizedValue": "End request", "value": "EndRequest" },
            "eventTimestamp": self.at,
            "httpRequest": { "clientIpAddress": "203.0.113.10", "clientRequestId": self.event_data_id, "method": "POST" },
            "id": format!("{}/events/{}/ticks/639100000000000000", self.resource, self.event_data_id),
            "level": "Informational", "operationId": self.operation_id, "operationName": localized(self.operation),
            "properties": match self.request {
                Some(body) => json!({ "requestbody": body, "statusCode": "OK" }),
                None => json!({ "statusCode": "OK", "serviceRequestId": null, "eventCategory": "Administrative" }),
            },
            "resourceGroupName": "rg", "resourceId": self.resource,
            "resourceProviderName": localized(provider), "resourceType": localized(provider),
            "status": localized("Succeeded"),
            "subStatus": { "localizedValue": "OK (HTTP Status Code: 200)", "value": "OK" },
            "submissionTimestamp": self.at, "subscriptionId": self.subscription,
            "tenantId": "1e8d8218-c5e7-4578-9acc-9abbd5d23315",
        })
    }

    fn as_line(&self) -> Value {
        json!({
            "RoleLocation": "West Europe", "Stamp": "FDWeb", "ReleaseVersion": "6.2026.44.4+0123456.release_2026w44",
            "time": self.at, "resourceId": self.resource.to_uppercase(), "operationName": self.operation.to_uppercase(),
            "category": "Administrative", "resultType": "Success", "resultSignature": "Succeeded.OK", "durationMs": "180",
            "callerIpAddress": "203.0.113.10", "correlationId": self.operation_id, "level": "Information",
            "identity": {
                "authorization": {
                    "scope": self.resource, "action": self.operation,
                    "evidence": { "role": "Owner", "roleAssignmentScope": format!("/subscriptions/{}", self.subscription) },
                },
                "claims": self.claims(),
            },
            "properties": {
                "eventCategory": "Administrative", "entity": self.resource, "message": self.operation,
                "hierarchy": "1e8d8218-c5e7-4578-9acc-9abbd5d23315", "requestbody": self.request.unwrap_or_default(),
            },
            "tenantId": "1e8d8218-c5e7-4578-9acc-9abbd5d23315",
        })
    }
}

const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Keys are read now and then.
fn other(numbers: &mut Numbers) -> &'static str {
    match numbers.below(64) {
        0 => "Microsoft.CognitiveServices/accounts/listKeys/action",
        _ => OTHERS[numbers.below(OTHERS.len())],
    }
}

const OTHERS: [&str; 7] = [
    "Microsoft.CognitiveServices/accounts/write",
    "Microsoft.CognitiveServices/accounts/deployments/write",
    "Microsoft.Compute/virtualMachines/start/action",
    "Microsoft.Compute/virtualMachines/write",
    "Microsoft.Compute/virtualMachines/deallocate/action",
    "Microsoft.Compute/virtualMachines/extensions/write",
    "Microsoft.Compute/virtualMachines/delete",
];

fn uuid(one: u64, other: u64) -> String {
    let digits = format!("{one:016x}{other:016x}");
    format!("{}-{}-{}-{}-{}", &digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..])
}

/// `age` seconds before 2026-11-23.
fn at(age: u64, fraction: usize) -> String {
    let second = 86_400 * 89 - age.min(LOGGED);
    let mut day = second / 86_400;
    let mut month = 8;
    // From 2026-08-26 on.
    let mut first = 26;
    for length in [6, 30, 31, 30] {
        if day < length {
            break;
        }
        day -= length;
        month += 1;
        first = 1;
    }
    format!(
        "2026-{month:02}-{:02}T{:02}:{:02}:{:02}.{fraction:07}Z",
        first + day,
        second / 3600 % 24,
        second / 60 % 60,
        second % 60
    )
}

/// Numbers that look random (`SplitMix64`).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut number = self.0;
        number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        number ^ (number >> 31)
    }

    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).expect("a number below the bound")
    }
}
