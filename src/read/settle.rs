//! One list of inputs, whether they were read as they are or out of evidence files: each export counts once, and the
//! order is that of the paths.

use std::collections::{BTreeMap, BTreeSet};

use super::Exports;
use crate::model::{Input, InputId, Place};

impl Exports {
    /// Drops exports out of evidence files that are among the inputs already, sorts the rest, and has every record
    /// point to its own again.
    pub(super) fn settle(&mut self) {
        let distilled = &self.distilled;
        let mut order: Vec<InputId> = (0..self.inputs.len()).map(InputId).collect();
        // Exports themselves come before what was distilled of them.
        order.sort_by_key(|id| (distilled.contains(id), self.inputs[id.0].path.clone()));
        let mut known: BTreeSet<&str> = BTreeSet::new();
        let mut kept: Vec<InputId> = order
            .into_iter()
            .filter(|id| {
                let sha256 = self.inputs[id.0].sha256.as_deref();
                sha256.is_none_or(|sha256| known.insert(sha256)) || !distilled.contains(id)
            })
            .collect();
        kept.sort_by_key(|id| (self.inputs[id.0].path.clone(), id.0));
        let renumbered: BTreeMap<InputId, InputId> =
            kept.iter().enumerate().map(|(new, old)| (*old, InputId(new))).collect();
        let inputs: Vec<Input> = kept.iter().map(|id| self.inputs[id.0].clone()).collect();
        self.inputs = inputs;
        self.renumber(|id| renumbered.get(&id).copied());
        self.accounts.sort_by_key(|account| account.region.start);
        self.deleted.sort_by_key(|account| account.place);
        self.subscriptions.sort_by_key(|subscription| subscription.place);
        self.key_events.sort_by_key(|event| event.place);
        self.unplaced.sort_by_key(|event| event.place);
        self.moves.sort_by_key(|record| record.place);
        self.stamped.sort_by_key(|row| row.place);
        self.collected.sort_by_key(|collected| collected.place);
        self.logs.sort_by_key(|log| log.input);
        // A manifest out of an evidence file names its files by their digests only.
        let by_digest: BTreeMap<&str, InputId> = self
            .inputs
            .iter()
            .enumerate()
            .filter_map(|(index, input)| Some((input.sha256.as_deref()?, InputId(index))))
            .collect();
        for collected in &mut self.collected {
            let in_place = collected.input.and_then(|input| self.inputs[input.0].sha256.as_ref());
            if in_place.is_some() && in_place != collected.sha256.as_ref() {
                collected.replaced_by = in_place.cloned();
            }
            let named = collected.replaced_by.as_ref().or(collected.sha256.as_ref());
            let named = named.and_then(|sha256| by_digest.get(sha256.as_str()).copied());
            collected.input = collected.input.or(named);
        }
    }

    /// Gives every input another number; records of inputs without one are dropped.
    pub(super) fn renumber(&mut self, number: impl Fn(InputId) -> Option<InputId>) {
        let move_to = |place: &mut Place| match number(place.input) {
            Some(input) => {
                place.input = input;
                true
            }
            None => false,
        };
        self.accounts.retain_mut(|account| move_to(&mut account.region.start));
        self.deleted.retain_mut(|account| move_to(&mut account.place));
        self.subscriptions.retain_mut(|subscription| move_to(&mut subscription.place));
        self.key_events.retain_mut(|event| move_to(&mut event.place));
        self.unplaced.retain_mut(|event| move_to(&mut event.place));
        self.moves.retain_mut(|record| move_to(&mut record.place));
        self.collected.retain_mut(|collected| {
            collected.input = collected.input.and_then(&number);
            move_to(&mut collected.place)
        });
        self.stamped.retain_mut(|row| {
            row.stamps.retain_mut(|stamp| move_to(&mut stamp.place));
            move_to(&mut row.place)
        });
        self.logs.retain_mut(|log| {
            let new = number(log.input);
            log.input = new.unwrap_or(log.input);
            new.is_some()
        });
        self.key_material.retain_mut(|material| {
            let new = number(material.input);
            material.input = new.unwrap_or(material.input);
            new.is_some()
        });
        self.notes.retain_mut(|note| {
            let new = note.input.map(&number);
            note.input = new.flatten();
            new != Some(None)
        });
    }
}
