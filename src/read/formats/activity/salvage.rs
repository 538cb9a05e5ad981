//! Salvages facts from a record that could not be used: whether it is of another log, and if not, when an unknown
//! operation may have affected which accounts.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::operation;
use super::texts::{is_known, is_other_table};
use super::{EventId, is_administrative, is_category, is_other_category};
use crate::model::{Instant, KeyEvent, LogSource, Place, ResourceId};
use crate::read::formats::decode::Text;
use crate::read::formats::ids::ResourceReach;

/// The facts that are certain about a record that could not be used.
#[derive(Debug)]
pub(in crate::read) enum Salvage {
    /// A record of another log that shares a stream or a table with the activity log.
    OtherLog,
    /// A record that cannot matter to an account, or whose time cannot be read.
    Nothing,
    /// An operation that may have affected the accounts of a scope.
    Unreadable(Box<KeyEvent>),
    /// An operation that may have affected an account; not even the subscription is known.
    Anywhere { at: Instant, place: Place },
}

/// Salvages a record of a log from `source`.
pub(in crate::read) fn salvage(bytes: &[u8], source: LogSource, place: Place) -> Salvage {
    let Ok(members) = serde_json::from_slice(bytes) else { return Salvage::Nothing };
    let members = UntypedRecord(members);
    if members.is_of_other_log(source) {
        return Salvage::OtherLog;
    }
    if members.is_harmless() {
        return Salvage::Nothing;
    }
    let Some(at) = members.at() else { return Salvage::Nothing };
    match members.scope() {
        Some(SalvagedScope::Of(resource)) => {
            Salvage::Unreadable(Box::new(KeyEvent::unreadable(resource, at, place)))
        }
        Some(SalvagedScope::Anywhere) => Salvage::Anywhere { at, place },
        None => Salvage::Nothing,
    }
}

enum SalvagedScope {
    Of(ResourceId),
    Anywhere,
}

const OPERATIONS: [&str; 4] = ["OperationNameValue", "operationName", "operation_name", "OperationName"];
const CATEGORIES: [&str; 3] = ["CategoryValue", "category", "Category"];
const STATUSES: [&str; 5] = ["ActivityStatusValue", "ActivityStatus", "resultType", "status", "Status"];
const RESOURCES: [&str; 4] = ["_ResourceId", "resourceId", "resource_id", "ResourceId"];
const TIMES: [&str; 3] = ["eventTimestamp", "event_timestamp", "EventTimestamp"];
const OTHER_TIMES: [&str; 3] = ["_OriginalTimeGenerated", "TimeGenerated", "time"];
const EVENT_DATA_IDS: [&str; 3] = ["eventDataId", "event_data_id", "EventDataId"];
const SUBSCRIPTIONS: [&str; 3] = ["subscriptionId", "subscription_id", "SubscriptionId"];

/// The members of a record, with any type. If a name occurs several times, the last one. Bounded by the record.
struct UntypedRecord<'a>(BTreeMap<Cow<'a, str>, &'a RawValue>);

impl UntypedRecord<'_> {
    /// Returns the first of these members that has a value of any type.
    fn value(&self, names: &[&str]) -> Option<&RawValue> {
        let is_value = |value: &&&RawValue| !matches!(value.get(), "null" | "\"\"" | "\"None\"");
        names.iter().filter_map(|name| self.0.get(*name)).find(is_value).copied()
    }

    fn text(&self, names: &[&str]) -> Option<String> {
        let text: Text<'_> = serde_json::from_str(self.value(names)?.get()).ok()?;
        text.to_owned().filter(|text| is_known(text))
    }

    /// Returns the name of the operation, if it can be read.
    fn operation(&self) -> Option<String> {
        let text = self.text(&OPERATIONS)?;
        let name = operation::normal(&text);
        operation::is_readable(&name).then(|| name.into_owned())
    }

    /// Returns whether the record has none of the members that every event has, like a metric.
    fn is_metric(&self) -> bool {
        let has_any = [&OPERATIONS[..], &STATUSES, &TIMES, &EVENT_DATA_IDS, &CATEGORIES]
            .into_iter()
            .any(|names| self.value(names).is_some());
        !has_any && self.event_id(|_| Some(())).is_none()
    }

    fn is_of_other_log(&self, source: LogSource) -> bool {
        if self.is_metric() {
            return true;
        }
        let operation = self.operation();
        let category = self.text(&CATEGORIES);
        match (source, &category) {
            (LogSource::LogAnalytics, _) if let Some(table) = self.text(&["Type"]) => {
                let may_matter = operation.is_some_and(|operation| operation::may_matter(&operation));
                is_other_table(&table) && self.value(&["OperationNameValue"]).is_none() && !may_matter
            }
            (LogSource::Stream, Some(category)) => match &operation {
                None => !is_administrative(category),
                Some(operation) => !is_category(category) && !operation::may_matter(operation),
            },
            (LogSource::LogAnalytics, Some(category)) => {
                operation.is_none() && !is_category(category) && !self.0.contains_key("OperationNameValue")
            }
            (LogSource::Service | LogSource::Stream | LogSource::LogAnalytics, _) => false,
        }
    }

    /// Returns whether the operation cannot matter to a key.
    fn is_harmless(&self) -> bool {
        match self.operation() {
            Some(operation) => !operation::may_matter(&operation),
            None => self.text(&CATEGORIES).is_some_and(|category| is_other_category(&category)),
        }
    }

    fn at(&self) -> Option<Instant> {
        let stated = self.text(&TIMES).or_else(|| self.text(&OTHER_TIMES));
        stated.and_then(|text| Instant::parse_exported(&text)).or_else(|| self.event_id(|id| id.at))
    }

    /// Returns the scope of the operation; `None` if it is neither an account nor something that contains accounts.
    fn scope(&self) -> Option<SalvagedScope> {
        let resource = self.text(&RESOURCES).or_else(|| self.event_id(|id| Some(id.resource.to_owned())));
        let resource = resource.as_deref().unwrap_or_default().trim();
        let id = ResourceId::parse(resource);
        match id.as_ref().map(ResourceReach::of) {
            Some(ResourceReach::None) => return None,
            Some(ResourceReach::Account | ResourceReach::Group | ResourceReach::Subscription) => {
                return id.map(SalvagedScope::Of);
            }
            Some(ResourceReach::Unreadable) | None => {}
        }
        // Of an id that cannot be read, the subscription may be readable.
        let outer = id.as_ref().and_then(|id| ResourceId::of_subscription(id.subscription()));
        let is_of_tenant = resource.starts_with('/') && !has_prefix(resource, "/subscriptions/");
        if is_of_tenant {
            return None;
        }
        let subscription = self.text(&SUBSCRIPTIONS);
        let subscription = subscription.as_deref().map(str::trim).and_then(ResourceId::of_subscription);
        let is_one = |id: &ResourceId| ResourceReach::of(id) == ResourceReach::Subscription;
        Some(
            outer
                .filter(is_one)
                .or(subscription.filter(is_one))
                .map_or(SalvagedScope::Anywhere, SalvagedScope::Of),
        )
    }

    fn event_id<T>(&self, of: impl FnOnce(EventId<'_>) -> Option<T>) -> Option<T> {
        let id = self.text(&["id", "Id"])?;
        of(EventId::parse(&id)?)
    }
}

fn has_prefix(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}
