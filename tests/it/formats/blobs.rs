//! The folders that diagnostic settings write to: the hours of their paths are coverage.

use std::collections::{BTreeMap, BTreeSet};

use chrono::DateTime;
use proptest::prelude::*;
use serde_json::Value;

use crate::formats::answer::{Answer, same};
use crate::formats::cases;
use crate::formats::files::{File, az_accounts, file};
use crate::formats::logs::lines;
use crate::formats::run::{audit, az_answer, declared};
use crate::formats::tenant::{Event, HOUR, MINUTE, Tenant, tenants, time};

/// A file of every hour in which an event was received, up to a quarter of an hour after it happened; and the hours of each
/// subscription that count.
fn blobs(tenants: &[Tenant]) -> (Vec<File>, BTreeMap<String, BTreeSet<i64>>) {
    let (mut files, mut hours) = (Vec::new(), BTreeMap::new());
    for tenant in tenants {
        let mut by_hour: BTreeMap<i64, Vec<&Event>> = BTreeMap::new();
        for event in tenant.log.iter().rev() {
            let received = event.at + event.at.rem_euclid(15) * MINUTE;
            by_hour.entry(received.div_euclid(HOUR) * HOUR).or_default().push(event);
        }
        if by_hour.is_empty() {
            continue;
        }
        // Before the first Administrative record, hours do not show that the setting has that category.
        let is_administrative = |(_, events): &(&i64, &Vec<&Event>)| {
            events.iter().any(|event| event.category == "Administrative")
        };
        let counting = by_hour.iter().skip_while(|hour| !is_administrative(hour));
        hours.insert(tenant.subscription.clone(), counting.map(|(hour, _)| *hour).collect());
        for (hour, events) in by_hour {
            let folders =
                DateTime::from_timestamp_millis(hour).expect("an hour").format("y=%Y/m=%m/d=%d/h=%H/m=00");
            let root = "insights-activity-logs/resourceId=/SUBSCRIPTIONS";
            let path = format!("{root}/{}/{folders}/PT1H.json", tenant.subscription.to_uppercase());
            files.push(file(path, lines(events.into_iter().map(Event::diagnostic))));
        }
    }
    (files, hours)
}

fn coverage(subscription: &str, start: i64, end: i64) -> [String; 2] {
    ["--coverage".to_owned(), format!("{subscription}={}..{}", time(start, 3), time(end, 3))]
}

/// Returns options with which only declarations count as coverage.
fn only(declarations: impl IntoIterator<Item = [String; 2]>) -> Vec<String> {
    declarations.into_iter().flatten().chain(["--strict-coverage".to_owned()]).collect()
}

/// Returns the time that blobs cover. With `is_quiet`, up to 48 absent hours in a row are covered as well; without it,
/// only hours that are present. Each run of hours ends twenty minutes earlier, since later events are in the blob of
/// the next hour.
fn covered(hours: &BTreeMap<String, BTreeSet<i64>>, is_quiet: bool) -> Vec<[String; 2]> {
    let longest = if is_quiet { 48 * HOUR } else { 0 };
    let mut declarations = Vec::new();
    for (subscription, hours) in hours {
        let hours: Vec<i64> = hours.iter().copied().collect();
        for run in hours.chunk_by(|hour, next| next - hour - HOUR <= longest) {
            declarations.push(coverage(subscription, run[0], run[run.len() - 1] + HOUR - 20 * MINUTE));
        }
    }
    declarations
}

fn bounds<'a>(answer: &'a Answer, bound: &str) -> Vec<&'a Value> {
    let keys = answer.accounts().iter().flat_map(|account| account["keys"].as_array().expect("keys"));
    keys.map(|key| &key["set_at"][bound]).collect()
}

proptest! {
    #![proptest_config(cases(4, 8))]

    #[test]
    fn blobs_with_declared_coverage_give_the_same_answer(tenants in tenants(3)) {
        let (mut files, hours) = blobs(&tenants);
        files.push(az_accounts(&tenants));
        let found = audit(&files, &declared());
        prop_assert!(found.exit != Some(2), "{}", found.errors);
        // Hours before the declared time are covered as well.
        let all = covered(&hours, false).into_iter().chain([declared().try_into().expect("an option")]);
        let expected = az_answer(&tenants, &only(all));
        prop_assert_eq!(bounds(&expected, "earliest"), bounds(&found, "earliest"));
    }

    /// Azure writes no blob for a quiet hour. It is only inferred that an absent hour was quiet. So it counts for the
    /// minimum age of a key, but never for the maximum age.
    #[test]
    fn up_to_48_absent_hours_count_as_quiet_and_only_by_inference(tenants in tenants(3)) {
        let (mut files, hours) = blobs(&tenants);
        files.push(az_accounts(&tenants));
        let found = audit(&files, &[]);
        prop_assert!(found.exit != Some(2), "{}", found.errors);
        let [quiet, present] = [true, false].map(|is_quiet| az_answer(&tenants, &only(covered(&hours, is_quiet))));
        prop_assert_eq!(bounds(&quiet, "latest"), bounds(&found, "latest"));
        prop_assert_eq!(bounds(&present, "earliest"), bounds(&found, "earliest"));
    }

    /// With strict coverage, only the hours that are present count.
    #[test]
    fn blobs_cover_strictly_the_hours_present(tenants in tenants(2)) {
        let (mut files, hours) = blobs(&tenants);
        files.push(az_accounts(&tenants));
        let found = audit(&files, &["--strict-coverage".to_owned()]);
        same(&az_answer(&tenants, &only(covered(&hours, false))), &found, true)?;
    }
}
