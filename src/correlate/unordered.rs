//! Drops the details about which lists without dates contradict each other, and which only the user's own policies
//! read. If the detail of one list were kept, a result would depend on the names of the files.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Account, Note, Place, ResourceId, Severity};

/// Number of names that a note lists.
const MAX_NOTED_NAMES: usize = 5;

/// The names of the dropped details, by account and the place of its record. At most the names in the records, which
/// are bounded.
#[derive(Debug, Default)]
pub(super) struct Dropped(BTreeMap<(ResourceId, Place), Names>);

#[derive(Debug, Default)]
struct Names {
    properties: BTreeSet<String>,
    tags: BTreeSet<String>,
}

impl Dropped {
    /// Drops the details of `known` that `other` contradicts. The result does not depend on which of the two comes
    /// first.
    pub(super) fn merge(&mut self, known: &mut Account, other: &mut Account) {
        let names = self.0.entry((known.id.clone(), known.region.start)).or_default();
        match (&mut known.properties, other.properties.take()) {
            (Some(one), Some(other)) => one.merge(&other, &mut names.properties),
            (Some(_), None) => {}
            (properties @ None, other) => *properties = other,
        }
        merge_locations(known, other, &mut names.properties);
        // Nothing shows whether an export leaves tags out, so a record without a tag contradicts one that has it.
        let (agreed, dropped): (BTreeMap<_, _>, BTreeMap<_, _>) = std::mem::take(&mut known.tags)
            .into_iter()
            .partition(|(name, value)| other.tags.get(name) == Some(value));
        names.tags.extend(dropped.into_keys());
        names.tags.extend(other.tags.keys().filter(|name| !agreed.contains_key(*name)).cloned());
        known.tags = agreed;
        // The last write is at least as late as any record shows. A record of another date shows nothing up to the date of
        // `known`.
        if known.listed_at == other.listed_at || known.written_at.is_some() {
            known.written_at = known.written_at.max(other.written_at);
        }
    }

    /// Whether a detail of the record at `place` was dropped.
    pub(super) fn has(&self, id: &ResourceId, place: Place) -> bool {
        let names = self.0.get(&(id.clone(), place));
        names.is_some_and(|names| !names.properties.is_empty() || !names.tags.is_empty())
    }

    /// Returns a warning for each account with dropped properties, which policies treat as unknown. Dropped tags are an
    /// error, because a missing tag is not unknown: a policy would treat the account as one without the tag.
    pub(super) fn notes(self) -> impl Iterator<Item = Note> {
        self.0.into_iter().flat_map(|((id, place), Names { properties, tags })| {
            let note = |severity, what: &str, names: &BTreeSet<String>| {
                let names: Vec<&str> = names.iter().map(String::as_str).take(MAX_NOTED_NAMES).collect();
                let text = format!(
                    "the account {id} is in two lists that contradict each other about its {what} ({}), so policies do \
                     not get these",
                    names.join(", ")
                );
                let help = "keep the list from the day of the audit, and leave out the other one";
                Note::new(severity, text).of(place.input).at_line(place.line).help(help)
            };
            let of_properties =
                (!properties.is_empty()).then(|| note(Severity::Warning, "properties", &properties));
            let of_tags = (!tags.is_empty()).then(|| note(Severity::Error, "tags", &tags));
            of_properties.into_iter().chain(of_tags).collect::<Vec<Note>>()
        })
    }
}

/// Merges the locations, because exports differ in the spelling of a region.
fn merge_locations(known: &mut Account, other: &Account, contradicted: &mut BTreeSet<String>) {
    const LOCATION: &str = "location";
    let folded = |location: &str| location.replace(' ', "").to_lowercase();
    match (&known.location, &other.location) {
        (Some(one), Some(another)) if folded(one) != folded(another) => {
            known.location = None;
            contradicted.insert(LOCATION.to_owned());
        }
        _ if contradicted.contains(LOCATION) => {}
        // Keeps the same spelling, in whichever order the records come.
        (one, another) => known.location = one.max(another).clone(),
    }
}
