//! From one file to all: what was read of it joins the rest.

use super::Exports;
use super::file::FileReader;
use super::find::Found;
use super::forms::Family;
use crate::model::{BlobHour, DistilledExport, Input, InputId, LogExport};

/// The format of a file of which nothing could be read.
const UNREADABLE: &str = "unreadable";

impl FileReader {
    pub(super) fn hand_over(mut self, found: &Found, exports: &mut Exports) {
        let is_evidence = self.families.contains(&Family::Evidence);
        // The exports that evidence was made of are the inputs; the file itself is one only where something is wrong.
        let is_silent = self.notes.iter().all(|note| note.input.is_none()) && self.key_material.count == 0;
        if is_evidence && self.families.len() == 1 && is_silent {
            exports.notes.extend(self.notes);
            for export in self.distilled {
                exports.take_distilled(export);
            }
            return;
        }
        let is_log = self.families.iter().any(|family| family.is_log()) && !self.is_of_other_log();
        exports.inputs.push(Input {
            path: found.label.clone(),
            sha256: self.sha256,
            bytes: self.bytes,
            format: self
                .packing
                .map_or_else(|| self.format.to_owned(), |packing| format!("{}+{packing}", self.format)),
            records: self.records,
        });
        exports.has_account_list |= self.families.contains(&Family::Accounts);
        exports.deleted.extend(self.deleted);
        exports.subscriptions.extend(self.subscriptions);
        exports.accounts.extend(self.accounts);
        exports.key_events.extend(self.key_events);
        exports.unplaced.extend(self.unplaced);
        exports.moves.extend(self.moves);
        exports.stamped.extend(self.stamped);
        exports.key_material.extend((self.key_material.count > 0).then_some(self.key_material));
        exports.collected.extend(self.collected);
        // An hour whose file holds something else is no quiet hour.
        self.log.is_damaged |= self.log.blob.is_some() && !is_log;
        exports.logs.extend((is_log || self.log.blob.is_some()).then_some(self.log));
        exports.notes.extend(self.notes);
        for export in self.distilled {
            exports.take_distilled(export);
        }
    }
}

impl Exports {
    /// An hour whose file cannot be read is not a quiet hour.
    pub(super) fn take_lost_hour(&mut self, found: &Found, hour: BlobHour) {
        let input = InputId(self.inputs.len());
        self.inputs.push(Input {
            path: found.label.clone(),
            sha256: None,
            bytes: 0,
            format: UNREADABLE.to_owned(),
            records: 0,
        });
        self.logs.push(LogExport { is_damaged: true, ..LogExport::new(input, Some(hour)) });
    }

    fn take_distilled(&mut self, export: DistilledExport) {
        let input = InputId(self.inputs.len());
        let format = &export.export.format;
        let is_account_list = format.starts_with("accounts/") && !format.starts_with("accounts/deleted");
        let mut one = Exports {
            accounts: export.accounts,
            deleted: export.deleted,
            subscriptions: export.subscriptions,
            key_events: export.key_events,
            unplaced: export.unplaced,
            moves: export.moves,
            logs: Vec::from_iter(export.log),
            stamped: export.stamped,
            collected: export.collected,
            key_material: Vec::from_iter(export.key_material),
            notes: export.notes.into_iter().map(|note| note.of(InputId(0))).collect(),
            ..Exports::default()
        };
        one.renumber(|_| Some(input));
        self.inputs.push(export.export);
        self.distilled.insert(input);
        self.has_account_list |= is_account_list;
        self.accounts.extend(one.accounts);
        self.deleted.extend(one.deleted);
        self.subscriptions.extend(one.subscriptions);
        self.key_events.extend(one.key_events);
        self.unplaced.extend(one.unplaced);
        self.moves.extend(one.moves);
        self.logs.extend(one.logs);
        self.stamped.extend(one.stamped);
        self.collected.extend(one.collected);
        self.key_material.extend(one.key_material);
        self.notes.extend(one.notes);
    }
}
