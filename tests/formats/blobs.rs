//! The folders that diagnostic settings write to: the hours of their paths are coverage.

use std::collections::{BTreeMap, BTreeSet};

use chrono::DateTime;
use proptest::prelude::*;

use crate::answer::same;
use crate::cases;
use crate::files::{File, az_accounts, file};
use crate::logs::lines;
use crate::run::{audit, az_answer, declared};
use crate::tenant::{Event, HOUR, MINUTE, Tenant, tenants, time};

/// A file of every hour in which an event was received, up to a quarter of an hour after it happened.
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
        hours.insert(tenant.subscription.clone(), by_hour.keys().copied().collect());
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

/// What only declarations cover.
fn only(declarations: impl IntoIterator<Item = [String; 2]>) -> Vec<String> {
    declarations.into_iter().flatten().chain(["--strict-coverage".to_owned()]).collect()
}

/// Whether every subscription's blobs hold an Administrative record, without which they cover nothing.
fn is_administrative(tenants: &[Tenant]) -> bool {
    let is = |tenant: &Tenant| tenant.log.iter().any(|event| event.category == "Administrative");
    tenants.iter().all(|tenant| tenant.log.is_empty() || is(tenant))
}

proptest! {
    #![proptest_config(cases(8))]

    #[test]
    fn blobs_declared(tenants in tenants(3)) {
        let (mut files, _) = blobs(&tenants);
        files.push(az_accounts(&tenants));
        let strictly: Vec<String> = only([[declared()[0].clone(), declared()[1].clone()]]);
        let found = audit(&files, &declared());
        // Hours before and after what is declared are covered as well.
        prop_assert!(found.exit != Some(2), "{}", found.errors);
        let expected = az_answer(&tenants, &strictly);
        for (account, other) in expected.accounts().iter().zip(found.accounts()) {
            prop_assert_eq!(&account["keys"][0]["set_at"]["earliest"], &other["keys"][0]["set_at"]["earliest"]);
            prop_assert_eq!(&account["keys"][1]["set_at"]["earliest"], &other["keys"][1]["set_at"]["earliest"]);
        }
    }

    /// From the start of the first hour to twenty minutes before the end of the last: no hour is written without events.
    #[test]
    fn blobs_cover_from_their_first_hour_to_their_last(tenants in tenants(3)) {
        prop_assume!(is_administrative(&tenants));
        let (mut files, hours) = blobs(&tenants);
        files.push(az_accounts(&tenants));
        let declarations = hours.iter().map(|(subscription, hours)| {
            let (first, last) = (hours.first().expect("an hour"), hours.last().expect("an hour"));
            coverage(subscription, *first, last + HOUR - 20 * MINUTE)
        });
        same(&az_answer(&tenants, &only(declarations)), &audit(&files, &[]), true)?;
    }

    /// Strictly, only the hours that are there.
    #[test]
    fn blobs_cover_strictly_the_hours_present(tenants in tenants(2)) {
        prop_assume!(is_administrative(&tenants));
        let (mut files, hours) = blobs(&tenants);
        files.push(az_accounts(&tenants));
        let declarations = hours.iter().flat_map(|(subscription, hours)| {
            let end = hours.last().expect("an hour") + HOUR - 20 * MINUTE;
            hours.iter().map(move |hour| coverage(subscription, *hour, end.min(hour + HOUR)))
        });
        let found = audit(&files, &["--strict-coverage".to_owned()]);
        same(&az_answer(&tenants, &only(declarations)), &found, true)?;
    }
}
