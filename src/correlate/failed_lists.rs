//! Account lists that were not exported to their end, and the complete lists that supersede them.

use std::collections::{BTreeMap, BTreeSet};

use super::inventory::lists;
use crate::model::{
    Collected, CollectedKind, Input, InputId, Instant, LogExport, Note, ResourceId, Severity,
};

/// The manifests, and the files that they are about.
#[derive(Clone, Copy, Debug)]
pub struct CollectedLists<'a> {
    pub collected: &'a [Collected],
    pub inputs: &'a [Input],
    pub logs: &'a [LogExport],
    pub as_of: Instant,
}

impl<'a> CollectedLists<'a> {
    /// Adds an error for each account list that a manifest names and that was not exported to its end. If a complete list
    /// of the same scope supersedes it, that is only noted, and so is what could not be read of any file with its bytes. The
    /// scope of a failed list is known from its manifest alone: without one, the errors stay.
    pub fn add_failed(self, notes: &mut Vec<Note>) {
        let counting = self.counting(notes);
        // By digest; `None` if a list with these bytes still counts.
        let mut superseded: BTreeMap<&str, Option<Instant>> = BTreeMap::new();
        let mut failed = Vec::new();
        for collected in self.collected {
            let CollectedKind::Accounts { scope } = &collected.what else { continue };
            let counts = scope.as_ref().and_then(|scope| counting.get(scope)).copied();
            let newer = counts.filter(|at| collected.taken_at < *at || collected.taken_at > self.as_of);
            if let Err(why) = &collected.complete {
                failed.push(failure(collected, scope.as_ref(), why, newer));
            }
            if let Some(sha256) = &collected.sha256 {
                let known = superseded.entry(sha256).or_insert(newer);
                *known = known.zip(newer).map(|(one, other)| one.max(other));
            }
        }
        let logs: BTreeSet<InputId> = self.logs.iter().map(|log| log.input).collect();
        for note in notes.iter_mut().filter(|note| note.severity == Severity::Error) {
            let input = note.input.filter(|input| !logs.contains(input));
            let sha256 = input.and_then(|input| self.inputs.get(input.0)?.sha256.as_deref());
            if let Some(newer) = sha256.and_then(|sha256| superseded.get(sha256).copied().flatten()) {
                note.severity = Severity::Info;
                note.help = None;
                note.text += &instead(newer);
            }
        }
        notes.extend(failed);
    }

    /// Returns the date of the list that counts for each scope: the newest list up to the audit that could be read
    /// completely.
    fn counting(self, notes: &[Note]) -> BTreeMap<&'a ResourceId, Instant> {
        let damaged: BTreeSet<InputId> = notes
            .iter()
            .filter(|note| note.severity == Severity::Error)
            .filter_map(|note| note.input)
            .collect();
        let mut counting: BTreeMap<&'a ResourceId, Instant> = BTreeMap::new();
        for list in lists(self.collected, self.inputs) {
            if let Some(scope) =
                list.scope.filter(|_| list.taken_at <= self.as_of && !damaged.contains(&list.input))
            {
                let newest = counting.entry(scope).or_insert(list.taken_at);
                *newest = list.taken_at.max(*newest);
            }
        }
        counting
    }
}

fn failure(collected: &Collected, scope: Option<&ResourceId>, why: &str, newer: Option<Instant>) -> Note {
    let of = scope.map(|scope| format!(" of {scope}")).unwrap_or_default();
    // Without a file, nothing of the list was exported.
    let is_partial = collected.sha256.is_some();
    let (how, help) = if is_partial {
        ("was not exported to its end", "run the export script again where it failed")
    } else {
        (
            "could not be exported",
            "check that the user has the Reader role on this subscription, then run the export script again",
        )
    };
    let text = format!("the account list{of} {how}: {why}");
    let note = match newer {
        Some(newer) => Note::new(Severity::Info, text + &instead(newer)),
        None => Note::new(Severity::Error, text).help(help),
    };
    note.of(collected.place.input).at_line(collected.place.line)
}

fn instead(newer: Instant) -> String {
    format!("; the complete list of {newer} counts instead")
}
