//! What one file's events of a subscription have in common, gathered event by event.

use std::borrow::Cow;

use super::activity::Event;
use crate::model::{ResourceId, Shared, Span};

pub(super) fn begin(event: &Event<'_>, resource: &ResourceId) -> Span {
    Span {
        first: event.at,
        last: event.at,
        events: 1,
        scope: resource.clone(),
        operation: Shared::By(event.operation.clone().into_owned()),
        caller: event.caller.clone().map(Cow::into_owned).into(),
        category: event.category.clone().map(Cow::into_owned).into(),
        provider: event.provider.clone().into(),
        status: Shared::By(event.status),
    }
}

pub(super) fn extend(span: &mut Span, event: &Event<'_>, resource: &ResourceId) {
    let same_text = |shared: &String, text: &str| shared.eq_ignore_ascii_case(text);
    span.first = span.first.min(event.at);
    span.last = span.last.max(event.at);
    span.events += 1;
    if !span.scope.contains(resource)
        && let Some(scope) = span.scope.common_scope(resource)
    {
        span.scope = scope;
    }
    span.operation.include(Some(event.operation.as_ref()), same_text);
    span.caller.include(event.caller.as_deref(), same_text);
    span.category.include(event.category.as_deref(), same_text);
    span.provider.include(event.provider.as_deref(), same_text);
    span.status.include(Some(&event.status), |shared, status| shared == status);
}
