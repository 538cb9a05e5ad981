//! Collects the events of one subscription in one document, event by event.

use std::collections::HashSet;

use foldhash::fast::RandomState;

use crate::model::{Administrative, Interval, ResourceId, Span, Status, Variety, Witnesses};
use crate::read::formats::activity::ActivityEvent;

/// Number of resource groups that are remembered for one subscription. Further ones are added to the span again each
/// time, which takes time and changes nothing.
const MAX_SEEN_GROUPS: usize = 4096;

/// Size limit of a resource group's id. In Azure it has at most 160 bytes, or 400 with letters of other alphabets.
/// Longer ones are left out of the span.
const MAX_GROUP_ID_BYTES: usize = 1024;

/// A span while it is collected, and a cache of the facts that it contains already.
#[derive(Debug)]
pub(in crate::read) struct Gathered {
    pub span: Span,
    pub seen: SeenBefore,
}

/// Facts that this span contains, or a span of an earlier part of the document. Both spans are merged later, and
/// merging a fact twice has no effect, so a span can omit the facts of an earlier one.
#[derive(Debug, Default)]
pub(in crate::read) struct SeenBefore {
    has_action: bool,
    has_other_than_key_reads: bool,
    is_cognitive_services: bool,
    callers: Variety,
    providers: Variety,
    resources: Variety,
    /// Case-folded ids. At most [`MAX_SEEN_GROUPS`], each of at most [`MAX_GROUP_ID_BYTES`].
    groups: HashSet<Box<str>, RandomState>,
}

impl Gathered {
    /// Returns the span of the first event; `None` if its resource is outside every subscription.
    pub(in crate::read) fn begin(
        event: &ActivityEvent<'_>,
        resource: &ResourceId,
        seen: SeenBefore,
    ) -> Option<Gathered> {
        let span = Span {
            subscription: ResourceId::of_subscription(resource.subscription())?,
            window: Interval { start: event.at, end: event.at },
            events: 0,
            uncategorised: 0,
            administrative: None,
        };
        let mut gathered = Gathered { span, seen };
        gathered.include(event, resource);
        Some(gathered)
    }

    pub(in crate::read) fn include(&mut self, event: &ActivityEvent<'_>, resource: &ResourceId) {
        let Gathered { span, seen } = self;
        span.window.start = span.window.start.min(event.at);
        span.window.end = span.window.end.max(event.at);
        span.events += 1;
        if event.category.is_none() {
            span.uncategorised += 1;
        } else if event.is_administrative() {
            seen.include(event, resource, span.administrative.get_or_insert_default());
        }
    }
}

impl SeenBefore {
    fn include(
        &mut self,
        event: &ActivityEvent<'_>,
        resource: &ResourceId,
        administrative: &mut Administrative,
    ) {
        administrative.events += 1;
        administrative.include(event.at);
        match folded_group(resource) {
            None => administrative.locate(None),
            // No group in Azure has such a long name, so its coverage is not needed.
            Some(group) if group.len() > MAX_GROUP_ID_BYTES => {}
            Some(group) if self.groups.contains(group) => {}
            Some(group) => {
                if self.groups.len() < MAX_SEEN_GROUPS {
                    self.groups.insert(group.into());
                }
                administrative.locate(resource.group().as_ref());
            }
        }
        let Witnesses {
            started,
            succeeded,
            informational,
            action,
            other_than_key_reads,
            cognitive_services,
            callers,
            providers,
            resources,
        } = &mut administrative.witnesses;
        *started |= event.status == Some(Status::Started);
        *succeeded |= event.status == Some(Status::Succeeded);
        *informational |= event.is_informational;
        if !self.has_action && event.is_action() {
            (self.has_action, *action) = (true, true);
        }
        if !self.has_other_than_key_reads && !event.is_key_read() {
            (self.has_other_than_key_reads, *other_than_key_reads) = (true, true);
        }
        if !self.resources.is_several() {
            include(Some(top_resource(resource.folded())), &mut self.resources, resources);
        }
        // Finding callers and providers is slow, so it stops as soon as more of them change nothing.
        if !self.callers.is_several() {
            include(event.caller.get(), &mut self.callers, callers);
        }
        if !(self.is_cognitive_services && self.providers.is_several()) {
            let provider = event.provider();
            include(provider, &mut self.providers, providers);
            let is_own = |name: &str| name.eq_ignore_ascii_case("Microsoft.CognitiveServices");
            if !self.is_cognitive_services && provider.is_some_and(is_own) {
                (self.is_cognitive_services, *cognitive_services) = (true, true);
            }
        }
    }
}

/// Adds a value to `variety` unless `seen` contains it.
fn include(value: Option<&str>, seen: &mut Variety, variety: &mut Variety) {
    let Some(value) = value else { return };
    let is_seen = match seen {
        Variety::None => false,
        Variety::One(known) => known.eq_ignore_ascii_case(value),
        Variety::Several => true,
    };
    if !is_seen {
        seen.include(value);
        variety.include(value);
    }
}

/// Returns the id of the top-level resource that contains a nested one, like the account of a deployment.
fn top_resource(folded: &str) -> &str {
    const SLASHES: usize = 8;
    memchr::memchr_iter(b'/', folded.as_bytes()).nth(SLASHES).map_or(folded, |end| &folded[..end])
}

/// Returns the case-folded id of the resource group of a resource.
fn folded_group(resource: &ResourceId) -> Option<&str> {
    const SUBSCRIPTIONS: usize = "/subscriptions/".len();
    const GROUPS: &str = "/resourcegroups/";
    let folded = resource.folded();
    let slash = |from: usize| {
        let within = folded.as_bytes().get(from..)?;
        memchr::memchr(b'/', within).map(|end| from + end)
    };
    let subscription = slash(SUBSCRIPTIONS)?;
    let is_grouped = folded[subscription..].starts_with(GROUPS);
    is_grouped.then(|| &folded[..slash(subscription + GROUPS.len()).unwrap_or(folded.len())])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_group_is_that_of_the_id() {
        for (id, group) in [
            ("/subscriptions/s", None),
            ("/subscriptions/s/providers/Microsoft.Policy/x/y", None),
            ("/subscriptions/s/resourceGroups/G", Some("/subscriptions/s/resourcegroups/g")),
            (
                "/subscriptions/s/resourceGroups/g/providers/a.b/c/d",
                Some("/subscriptions/s/resourcegroups/g"),
            ),
            ("/subscriptions/s/resourceGroups", None),
        ] {
            let id = ResourceId::parse(id).expect("an id");
            assert_eq!(folded_group(&id), group, "{id}");
            assert_eq!(id.group().map(|group| group.folded().to_owned()).as_deref(), group, "{id}");
        }
    }
}
