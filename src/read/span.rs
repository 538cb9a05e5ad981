//! What one file's events of a subscription have in common, gathered event by event.

use super::activity::Event;
use crate::model::{ResourceId, Shared, Span};

pub(super) fn begin(event: &Event<'_>, resource: &ResourceId) -> Span {
    Span {
        first: event.at,
        last: event.at,
        events: 1,
        scope: resource.clone(),
        operation: Shared::By(event.operation.to_owned()),
        caller: event.caller.get().map(str::to_owned).into(),
        category: event.category.map(str::to_owned).into(),
        provider: event.provider().map(str::to_ascii_lowercase).into(),
        status: Shared::By(event.status),
    }
}

/// The span of an event, as far as it has in common with earlier ones what they have.
pub(super) fn resume(earlier: &Span, event: &Event<'_>, resource: &ResourceId) -> Span {
    let mut span = Span { first: event.at, last: event.at, events: 0, ..earlier.clone() };
    extend(&mut span, event, resource);
    span
}

/// Whether the two differ in their times at most.
pub(super) fn have_same_in_common(one: &Span, other: &Span) -> bool {
    let Span { first: _, last: _, events: _, scope, operation, caller, category, provider, status } = one;
    (scope, operation, caller) == (&other.scope, &other.operation, &other.caller)
        && (category, provider, status) == (&other.category, &other.provider, &other.status)
}

/// Takes in the span of the events that follow.
pub(super) fn append(span: &mut Span, later: &Span) {
    span.first = span.first.min(later.first);
    span.last = span.last.max(later.last);
    span.events += later.events;
    widen(&mut span.scope, &later.scope);
    let same_text = |shared: &String, text: &String| shared.eq_ignore_ascii_case(text);
    span.operation.include(later.operation.value(), same_text);
    span.caller.include(later.caller.value(), same_text);
    span.category.include(later.category.value(), same_text);
    span.provider.include(later.provider.value(), same_text);
    span.status.include(later.status.value(), |shared, status| shared == status);
}

/// The order does not matter: one id of many shapes stays what it is, and of several it is what they share.
fn widen(scope: &mut ResourceId, resource: &ResourceId) {
    let is_within = scope.contains(resource) && (scope == resource || scope.is_scope());
    if !is_within && let Some(wider) = scope.common_scope(resource) {
        *scope = wider;
    }
}

pub(super) fn extend(span: &mut Span, event: &Event<'_>, resource: &ResourceId) {
    let same_text = |shared: &String, text: &str| shared.eq_ignore_ascii_case(text);
    span.first = span.first.min(event.at);
    span.last = span.last.max(event.at);
    span.events += 1;
    widen(&mut span.scope, resource);
    span.operation.include(Some(event.operation), same_text);
    span.category.include(event.category, same_text);
    // What takes looking for is not asked of every event.
    if span.caller != Shared::No {
        span.caller.include(event.caller.get(), same_text);
    }
    if span.provider != Shared::No {
        span.provider.include(event.provider(), same_text);
    }
    span.status.include(Some(&event.status), |shared, status| shared == status);
}
