//! A tenant made up from a seed: the same accounts and the same log for the same numbers.

use std::fmt::Write;

use serde_json::{Value, json};

/// An account list and an activity log, as `az` writes them.
pub(crate) struct Tenant {
    pub(crate) accounts: String,
    pub(crate) log: String,
}

impl Tenant {
    /// With up to four regenerations for each account in the last 90 days before 2026-11-23, most with the key named, and
    /// as many events of other kinds as are asked for.
    pub(crate) fn new(seed: u64, accounts: usize, other_events: usize) -> Tenant {
        let mut numbers = Numbers(seed);
        let ids: Vec<String> = (0..accounts).map(id).collect();
        let list: Vec<Value> = ids.iter().map(|id| account(id, &mut numbers)).collect();
        let mut events: Vec<Value> = Vec::new();
        for id in &ids {
            for _ in 0..numbers.below(5) {
                events.push(regeneration(id, &mut numbers));
            }
        }
        for _ in 0..other_events {
            let at = numbers.below(ids.len());
            events.push(other(&ids[at], &mut numbers));
        }
        Tenant { accounts: lines(&list), log: lines(&events) }
    }
}

fn lines(values: &[Value]) -> String {
    let mut text = String::from("[\n");
    for (index, value) in values.iter().enumerate() {
        let comma = if index + 1 < values.len() { "," } else { "" };
        writeln!(text, "{value}{comma}").expect("a string takes all");
    }
    text + "]\n"
}

fn id(index: usize) -> String {
    format!(
        "/subscriptions/00000000-0000-0000-0000-{:012}/resourceGroups/rg-{}/providers/Microsoft.CognitiveServices/accounts/account-{index}",
        index % 20,
        index % 100
    )
}

fn account(id: &str, numbers: &mut Numbers) -> Value {
    let name = id.rsplit('/').next();
    let kind = ["OpenAI", "AIServices", "OpenAI", "SpeechServices"][numbers.below(4)];
    json!({
        "id": id, "name": name, "kind": kind, "location": "westeurope",
        "type": "Microsoft.CognitiveServices/accounts",
        "properties": { "dateCreated": format!("2025-{:02}-11T09:00:00.1234567Z", 1 + numbers.below(12)) },
        "tags": { "cost-center": numbers.below(100).to_string() },
    })
}

fn regeneration(id: &str, numbers: &mut Numbers) -> Value {
    let key = ["{\"keyName\":\"Key1\"}", "{\"keyName\":\"Key2\"}", "{\"keyName\":\"Key1\"}", "{}"]
        [numbers.below(4)];
    event(
        id,
        "Microsoft.CognitiveServices/accounts/regenerateKey/action",
        &json!({ "requestbody": key }),
        numbers,
    )
}

fn other(id: &str, numbers: &mut Numbers) -> Value {
    let operation = ["write", "listKeys/action", "deployments/write", "delete"][numbers.below(4)];
    let operation = format!("Microsoft.CognitiveServices/accounts/{operation}");
    event(id, &operation, &json!({ "statusCode": "OK", "eventCategory": "Administrative" }), numbers)
}

fn event(id: &str, operation: &str, properties: &Value, numbers: &mut Numbers) -> Value {
    let (day, second) = (numbers.below(89), numbers.below(86_400));
    // From 2026-08-26 on.
    let (month, day) = [(8, 26, 6), (9, 1, 30), (10, 1, 31), (11, 1, 22)]
        .into_iter()
        .scan(day, |left, (month, first, length)| {
            let here = *left;
            *left = left.wrapping_sub(length);
            Some((here < length).then_some((month, first + here)))
        })
        .flatten()
        .next()
        .unwrap_or((11, 22));
    let at = format!(
        "2026-{month:02}-{day:02}T{:02}:{:02}:{:02}.{:07}Z",
        second / 3_600,
        second / 60 % 60,
        second % 60,
        numbers.below(10_000_000)
    );
    let number = numbers.next();
    json!({
        "eventTimestamp": at, "resourceId": id, "caller": format!("user{}@contoso.com", number % 50),
        "category": { "value": "Administrative" }, "operationName": { "value": operation },
        "status": { "value": "Succeeded" }, "subStatus": { "value": "" },
        "operationId": format!("{number:032x}"), "correlationId": format!("{number:032x}"),
        "eventDataId": format!("{:032x}", numbers.next()), "properties": properties,
    })
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
