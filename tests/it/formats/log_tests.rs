//! The activity log in several documents or files, and in a stream with records of other logs.

use proptest::prelude::*;
use serde_json::json;

use crate::formats::answer::is_weaker;
use crate::formats::cases;
use crate::formats::files::{File, az_accounts, file, joined, logs_in};
use crate::formats::logs::{self, envelope, lines, pretty, streamed};
use crate::formats::run::{agrees, audit, az_answer, declared, strictly_declared};
use crate::formats::tenant::{DAY, Event, Tenant, tenants};

/// One file for each subscription, or one for all.
fn write(tenants: &[Tenant], in_one: bool, write: impl Fn(&[&Event]) -> String) -> Vec<File> {
    if in_one {
        vec![file("all.json", write(&joined(tenants)))]
    } else {
        logs_in(tenants, "json", |log| write(log).into_bytes())
    }
}

fn has_events(tenants: &[Tenant]) -> bool {
    tenants.iter().any(|tenant| !tenant.log.is_empty())
}

/// Whether there is one file of all subscriptions, and whether coverage is declared instead of observed.
fn given() -> impl Strategy<Value = (bool, bool)> {
    any::<(bool, bool)>()
}

/// Compares the answer to the log that `text` writes with the answer to the log of az.
fn agrees_as(
    tenants: &[Tenant],
    (in_one, is_declared): (bool, bool),
    text: impl Fn(&[&Event]) -> String,
) -> Result<(), TestCaseError> {
    prop_assume!(has_events(tenants));
    let arguments = if is_declared { declared() } else { Vec::new() };
    agrees(tenants, &arguments, write(tenants, in_one, text))
}

proptest! {
    #![proptest_config(cases(4, 10))]

    #[test]
    fn documents_one_after_another_give_the_same_answer(tenants in tenants(5), in_one: bool, at: prop::sample::Index) {
        prop_assume!(has_events(&tenants));
        let mut files = write(&tenants, in_one, |log| {
            let (one, other) = log.split_at(at.index(log.len()));
            let last = other.last().map(|event| pretty(&event.az())).unwrap_or_default();
            format!("{}{}\n{last}", logs::az(one), logs::az(&other[..other.len().saturating_sub(1)]))
        });
        agrees(&tenants, &strictly_declared(), files.clone())?;
        // Each document is judged by itself.
        files.push(az_accounts(&tenants));
        is_weaker(&az_answer(&tenants, &[]), &audit(&files, &[]))?;
    }

    #[test]
    fn one_az_event_per_line_gives_the_same_answer(tenants in tenants(5), given in given()) {
        agrees_as(&tenants, given, |log| lines(log.iter().map(|event| event.az())))?;
    }

    #[test]
    fn diagnostic_lines_with_declared_coverage_give_the_same_answer(tenants in tenants(5), in_one: bool) {
        agrees_as(&tenants, (in_one, true), |log| lines(streamed(log)))?;
    }

    #[test]
    fn an_event_hub_object_with_declared_coverage_gives_the_same_answer(tenants in tenants(5), in_one: bool) {
        agrees_as(&tenants, (in_one, true), |log| {
            envelope("records", streamed(log), json!({})).to_string()
        })?;
    }

    #[test]
    fn event_hub_lines_with_declared_coverage_give_the_same_answer(tenants in tenants(5), in_one: bool) {
        agrees_as(&tenants, (in_one, true), |log| {
            lines(streamed(log).chunks(3).map(|chunk| envelope("records", chunk.to_vec(), json!({}))))
        })?;
    }

    /// There is one file for each day, and an empty one for each quiet day. Together they show the same as one log, but
    /// by themselves they prove less absence.
    #[test]
    fn sdk_files_of_one_day_each_show_the_same_and_prove_less_absence(tenants in tenants(3)) {
        let mut files = Vec::new();
        for tenant in tenants.iter().filter(|tenant| !tenant.log.is_empty()) {
            let day = |event: &Event| event.at.div_euclid(DAY);
            let (first, last) = (day(&tenant.log[tenant.log.len() - 1]), day(&tenant.log[0]));
            for today in first..=last {
                let log = tenant.log.iter().filter(|event| day(event) == today);
                let path = format!("{}/day-{today}.json", tenant.subscription);
                files.push(file(path, lines(log.map(Event::sdk))));
            }
        }
        agrees(&tenants, &strictly_declared(), files.clone())?;
        files.push(az_accounts(&tenants));
        is_weaker(&az_answer(&tenants, &[]), &audit(&files, &[]))?;
    }
}
