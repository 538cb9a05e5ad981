//! Filters in `OData`, as the REST interface of the activity log and `az monitor activity-log list --filters` take them.

use super::declared::{Declared, selects_part};
use super::times::{Range, Zone, instants};

/// Properties of events by which the REST interface of the activity log filters, except the time.
const FILTERED_PROPERTIES: [&str; 9] = [
    "caller",
    "correlationid",
    "eventchannels",
    "levels",
    "operations",
    "resourcegroupname",
    "resourceprovider",
    "resourceuri",
    "status",
];

/// Returns the time that a filter selects, or the other property by which it selects.
pub(super) fn filtered(filter: &str, declared: &Declared<'_>) -> Result<Range, String> {
    let lower = filter.to_lowercase();
    let mut range = Range::default();
    for condition in lower.split(" and ") {
        let mut words = condition.split(|one: char| one.is_whitespace() || "()".contains(one));
        let mut words = words.by_ref().filter(|word| !word.is_empty());
        let (property, comparison) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let value = words.collect::<Vec<_>>().join(" ").to_uppercase();
        let at = instants(&value, Zone::Utc, declared.taken_at);
        match (property, comparison) {
            ("eventtimestamp", "ge" | "gt") => range.not_before(at.map(|at| at.start)),
            ("eventtimestamp", "le" | "lt") => range.not_after(at.map(|at| at.end)),
            ("resourcegroupname" | "resourcegroup", "eq")
                if declared.is_in_group(value.trim_matches(['\'', '"'])) => {}
            ("resourcetype", _) => {}
            _ => {
                let known = FILTERED_PROPERTIES.into_iter().find(|property| condition.contains(property));
                // Of resources, each filter selects by a property.
                let of_resource = (declared.window.is_none() && !comparison.is_empty()).then_some(property);
                if let Some(property) = known.or(of_resource) {
                    return Err(selects_part(property));
                }
            }
        }
    }
    Ok(range)
}
