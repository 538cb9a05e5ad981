//! Coverage by the span of a log's own Administrative events.
//!
//! An export does not state how it was made. So the absence of an event proves something only if, for each common
//! filter, the export contains an event that the filter would have removed: a *witness*.

use crate::model::{Administrative, LogDocument, LogExport, LogSource, ResourceId, Span, Variety, Witnesses};

/// A part of a log that shows by itself that it is complete, or why it does not.
pub(in crate::correlate) enum Observation<'a> {
    Complete { administrative: &'a Administrative, scopes: Vec<ResourceId> },
    Doubtful(String),
}

/// The coverage of each subscription that each document of a log shows by itself. Blobs are judged by their hours.
pub(in crate::correlate) fn observations(log: &LogExport) -> impl Iterator<Item = (&Span, Observation<'_>)> {
    log.documents.iter().flat_map(move |document| {
        document.spans.values().map(move |span| (span, observation(log, document, span)))
    })
}

fn observation<'a>(log: &LogExport, document: &LogDocument, span: &'a Span) -> Observation<'a> {
    let doubt = doubt(log, document);
    if let Some(doubt) = doubt {
        return Observation::Doubtful(doubt.to_owned());
    }
    let Some(administrative) = &span.administrative else {
        let text = if span.uncategorised == span.events {
            "its events have no category"
        } else {
            "it contains no event of the category Administrative"
        };
        return Observation::Doubtful(text.to_owned());
    };
    let missing = missing(&administrative.witnesses, has_other_than_key_reads(document));
    if !missing.is_empty() {
        return Observation::Doubtful(format!(
            "it may have been filtered: it contains no {}",
            missing.join(", no ")
        ));
    }
    let scopes = if let Variety::One(resource) = &administrative.witnesses.resources {
        // It may have been filtered by that resource.
        ResourceId::parse(resource).into_iter().collect()
    } else if administrative.is_outside_groups {
        vec![span.subscription.clone()]
    } else {
        administrative.groups.iter().cloned().collect()
    };
    Observation::Complete { administrative, scopes }
}

/// Returns the reason why the document cannot prove the absence of an event, even if its events look complete.
fn doubt(log: &LogExport, document: &LogDocument) -> Option<&'static str> {
    if log.is_damaged {
        return Some("part of the file could not be read");
    }
    if log.further_documents > 0 {
        return Some("the file contains too many JSON documents to check each of them");
    }
    if (log.cut_by.is_some() || log.has_next_page) && !document.is_newest_first {
        return Some(
            "it is cut and does not begin with the newest event, so events may be missing anywhere in it",
        );
    }
    let is_ordered = document.is_newest_first || document.is_oldest_first;
    if log.source == LogSource::LogAnalytics && !is_ordered {
        return Some("its rows are not sorted by time, so they may be a selection (take)");
    }
    None
}

/// Whether the document contains an operation other than the reading of keys. An export that was made to see who read
/// keys has events of several providers, callers and subscriptions, but no other operation.
fn has_other_than_key_reads(document: &LogDocument) -> bool {
    let mut administrative = document.spans.values().filter_map(|span| span.administrative.as_ref());
    administrative.any(|administrative| administrative.witnesses.other_than_key_reads)
}

/// Returns, for each common filter without a witness, a description of the event that is missing.
fn missing(witnesses: &Witnesses, has_other_than_key_reads: bool) -> Vec<&'static str> {
    let has_other_providers = witnesses.cognitive_services || witnesses.providers.is_several();
    [
        (witnesses.started, "Started record"),
        (witnesses.succeeded, "Succeeded record"),
        (witnesses.informational, "event of level Informational"),
        (witnesses.action, "operation other than writes and deletes"),
        (has_other_than_key_reads, "operation other than listKeys/action"),
        (witnesses.callers.is_several(), "second caller"),
        (has_other_providers, "event of Microsoft.CognitiveServices or of a second resource provider"),
    ]
    .into_iter()
    .filter_map(|(is_there, what)| (!is_there).then_some(what))
    .collect()
}
