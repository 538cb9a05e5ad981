//! The contents of all files, merged into one list of inputs.
//!
//! Invariant: every record names its input by that input's number, even after inputs were dropped or sorted
//! (`tests/it/collect.rs` tests this for every mix of exports and evidence).
//!
//! Each collection holds at most the sum of the collections of its files; [`FileContents`] states their bounds.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::file::{self, FileContents};
use super::source::find::{FoundFile, printable_path};
use crate::model::{
    Account, BlobHour, Collected, CollectedKind, DeletedAccount, DistilledExport, Input, InputId, KeyEvent,
    KeyMaterial, LogExport, MoveRecord, Note, Place, ResourceId, Severity, StampedAccount, SubscriptionName,
    UnplacedEvent, UnreadLog,
};

/// The format of a file that accompanies the audit and is not an export.
const COMPANION: &str = "companion";
/// Maximum number of bytes of such a file that are searched; the module that uses the file rejects a larger one.
const MAX_COMPANION_BYTES: u64 = 1 << 30;

/// The format of a file of which nothing could be read.
const UNREADABLE: &str = "unreadable";

/// The contents of all exports.
#[derive(Clone, Debug, Default)]
pub struct Exports {
    /// One for each file, and one for each export in an evidence file. Sorted by path.
    pub inputs: Vec<Input>,
    pub accounts: Vec<Account>,
    pub deleted: Vec<DeletedAccount>,
    pub subscriptions: Vec<SubscriptionName>,
    pub key_events: Vec<Box<KeyEvent>>,
    /// One for each input that contains a key.
    pub key_material: Vec<KeyMaterial>,
    pub moves: Vec<MoveRecord>,
    pub logs: Vec<LogExport>,
    /// At most one for each input.
    pub unread_logs: Vec<UnreadLog>,
    pub stamped: Vec<StampedAccount>,
    /// One for each file that a manifest lists.
    pub collected: Vec<Collected>,
    pub notes: Vec<Note>,
    /// Inputs that were read from evidence files. At most one for each input.
    pub distilled: BTreeSet<InputId>,
    /// Inputs that contain an account list, even if it is an empty page. At most one for each input.
    pub account_lists: BTreeSet<InputId>,
    /// Events of which only the time can be read. [`Exports::place`] moves them to `key_events` when all files are
    /// known. At most a fixed number for each file.
    pub unplaced: Vec<UnplacedEvent>,
}

impl Exports {
    /// Adds the contents of a file, or a note with the reason why it could not be read.
    pub(super) fn add(&mut self, read: io::Result<FileContents>, found: &FoundFile) {
        match read {
            Ok(file) => self.add_file(file, found),
            Err(error) => {
                let help = "make it readable, or leave it out";
                if let Some(hour) = &found.blob {
                    let note = Note::new(Severity::Error, format!("it cannot be read: {error}")).help(help);
                    let input = self.add_lost_hour(found, hour.clone());
                    self.notes.push(note.of(input));
                } else {
                    let text = format!("{}: it cannot be read: {error}", found.label);
                    self.notes.push(Note::new(Severity::Error, text).help(help));
                }
            }
        }
    }

    fn add_file(&mut self, mut file: FileContents, found: &FoundFile) {
        // The inputs are the exports that the evidence was made from. The evidence file itself is an input only if
        // something is wrong in it.
        let is_silent = file.notes.iter().all(|note| note.input.is_none()) && file.key_material.count == 0;
        if file.is_evidence() && is_silent {
            self.notes.extend(file.notes);
            for export in file.distilled {
                self.add_distilled(export);
            }
            return;
        }
        if found.is_redacted {
            file.add_key_line(1, "a key in the name of the file");
        }
        // If the file of an hour contains something else, it does not prove that the hour was quiet.
        let is_log = file.is_activity_log();
        let is_hour = file.log.blob.is_some();
        file.log.is_damaged |= is_hour && !is_log;
        self.unread_logs.extend(file.unread_log().filter(|_| !is_log && !is_hour));
        self.account_lists.extend(file.is_account_list().then_some(file.input));
        self.inputs.push(Input {
            path: found.label.clone(),
            sha256: file.sha256,
            bytes: file.bytes,
            format: file
                .packing
                .map_or_else(|| file.format.to_owned(), |packing| format!("{}+{packing}", file.format)),
            records: file.records,
        });
        self.deleted.extend(file.deleted);
        self.subscriptions.extend(file.subscriptions);
        self.accounts.extend(file.accounts);
        self.key_events.extend(file.key_events);
        self.unplaced.extend(file.unplaced);
        self.moves.extend(file.moves);
        self.stamped.extend(file.stamped);
        self.key_material.extend((file.key_material.count > 0).then_some(file.key_material));
        self.collected.extend(file.collected);
        self.logs.extend((is_log || is_hour).then_some(file.log));
        self.notes.extend(file.notes);
        for export in file.distilled {
            self.add_distilled(export);
        }
    }

    /// Searches files that accompany the audit for keys. Those with keys become inputs, so that a control can report
    /// them. A file that cannot be read is left out, and the module that uses it reports that. A pipe is left out, too,
    /// because its text is gone after it was used.
    pub fn search_companions(&mut self, paths: &[PathBuf]) {
        for path in paths.iter().filter(|path| path.is_file()) {
            let input = InputId(self.inputs.len());
            let Ok(file) = File::open(path) else { continue };
            let Ok((bytes, sha256, keys)) = file::search(file.take(MAX_COMPANION_BYTES), input) else {
                continue;
            };
            let is_known = self.inputs.iter().any(|input| input.sha256 == sha256);
            if keys.count > 0 && !is_known {
                let path = self.unused_path(path);
                self.inputs.push(Input { path, sha256, bytes, format: COMPANION.to_owned(), records: 0 });
                self.key_material.push(keys);
            }
        }
    }

    /// Returns a name for a file that accompanies the audit: its own name after the smallest number of its folders that
    /// makes it unique among the inputs. If even the complete path is taken, a number is added.
    fn unused_path(&self, path: &Path) -> String {
        let parts: Vec<_> = path.components().collect();
        let ends =
            (0..parts.len()).rev().map(|start| printable_path(&parts[start..].iter().collect::<PathBuf>()));
        let complete = printable_path(path);
        let numbered = (2..).map(|number| format!("{complete} ({number})"));
        let is_used = |path: &String| self.inputs.iter().any(|input| input.path == *path);
        ends.chain(numbered).find(|path| !is_used(path)).unwrap_or_else(|| complete.clone())
    }

    /// Adds an hour whose file cannot be read, which does not prove that the hour was quiet.
    fn add_lost_hour(&mut self, found: &FoundFile, hour: BlobHour) -> InputId {
        let input = InputId(self.inputs.len());
        self.inputs.push(Input {
            path: found.label.clone(),
            sha256: None,
            bytes: 0,
            format: UNREADABLE.to_owned(),
            records: 0,
        });
        self.logs.push(LogExport { is_damaged: true, ..LogExport::new(input, Some(hour)) });
        input
    }

    fn add_distilled(&mut self, export: DistilledExport) {
        let input = InputId(self.inputs.len());
        self.account_lists.extend(export.is_account_list().then_some(input));
        let mut one = Exports {
            accounts: export.accounts,
            deleted: export.deleted,
            subscriptions: export.subscriptions,
            key_events: export.key_events,
            unplaced: export.unplaced,
            moves: export.moves,
            logs: Vec::from_iter(export.log),
            unread_logs: Vec::from_iter(export.unread_log),
            stamped: export.stamped,
            collected: export.collected,
            key_material: Vec::from_iter(export.key_material),
            notes: export.notes.into_iter().map(|note| note.of(InputId(0))).collect(),
            ..Exports::default()
        };
        one.renumber(|_| Some(input));
        self.inputs.push(export.export);
        self.distilled.insert(input);
        self.accounts.extend(one.accounts);
        self.deleted.extend(one.deleted);
        self.subscriptions.extend(one.subscriptions);
        self.key_events.extend(one.key_events);
        self.unplaced.extend(one.unplaced);
        self.moves.extend(one.moves);
        self.logs.extend(one.logs);
        self.unread_logs.extend(one.unread_logs);
        self.stamped.extend(one.stamped);
        self.collected.extend(one.collected);
        self.key_material.extend(one.key_material);
        self.notes.extend(one.notes);
    }

    /// Returns whether there are files of which not even the content is known.
    pub fn has_unreadable_files(&self) -> bool {
        self.notes.iter().any(|note| note.input.is_none() && note.severity == Severity::Error)
    }

    /// Returns whether any input is an account list.
    pub fn has_account_list(&self) -> bool {
        !self.account_lists.is_empty()
            || self.collected.iter().any(|collected| self.is_list_of_none(collected))
    }

    /// Returns whether `collected` is a complete account list without accounts. Only a manifest can show this, because
    /// the list itself is an empty list of any kind.
    fn is_list_of_none(&self, collected: &Collected) -> bool {
        let is_whole = collected.complete.is_ok() && collected.replaced_by.is_none();
        let input = collected.input.and_then(|input| self.inputs.get(input.0));
        let is_accounts = matches!(collected.what, CollectedKind::Accounts { .. });
        is_accounts && is_whole && input.is_some_and(Input::is_empty_list)
    }

    /// Drops exports in evidence files that are already among the inputs, sorts the rest, and renumbers every record.
    pub(super) fn settle(&mut self) {
        let distilled = &self.distilled;
        let mut order: Vec<InputId> = (0..self.inputs.len()).map(InputId).collect();
        // An export itself comes before the same export in an evidence file, so the latter is the one to drop.
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
        self.unread_logs.sort_by_key(|unread| unread.input);
        // A manifest in an evidence file identifies its files by their digests only.
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

    /// Gives every input the number that `number` returns, and drops the records of inputs for which it returns `None`.
    fn renumber(&mut self, number: impl Fn(InputId) -> Option<InputId>) {
        let move_to = |place: &mut Place| match number(place.input) {
            Some(input) => {
                place.input = input;
                true
            }
            None => false,
        };
        self.account_lists = self.account_lists.iter().filter_map(|input| number(*input)).collect();
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
        self.unread_logs.retain_mut(|unread| {
            let new = number(unread.input);
            unread.input = new.unwrap_or(unread.input);
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

    /// Adds each unplaced event as a key event of every subscription in its log. If its log names no subscription, the
    /// event is added to every subscription that has an account.
    ///
    /// Adds at most one key event for each pair of an unplaced event and a subscription. Must be called after all files
    /// are read. Evidence files keep such events unplaced.
    pub fn place(&mut self) {
        if self.unplaced.is_empty() {
            return;
        }
        let mut of_log: BTreeMap<InputId, BTreeSet<ResourceId>> = BTreeMap::new();
        for log in &self.logs {
            let of_hour = log.blob.iter().map(|blob| blob.subscription.clone());
            let named = log.spans().map(|span| span.subscription.clone()).chain(of_hour).collect();
            of_log.insert(log.input, named);
        }
        let of_accounts = self.accounts.iter().map(|account| account.id.subscription());
        let of_accounts: BTreeSet<ResourceId> = of_accounts.filter_map(ResourceId::of_subscription).collect();
        for UnplacedEvent { at, place } in std::mem::take(&mut self.unplaced) {
            let named = of_log.get(&place.input).filter(|named| !named.is_empty()).unwrap_or(&of_accounts);
            self.key_events
                .extend(named.iter().map(|id| Box::new(KeyEvent::unreadable(id.clone(), at, place))));
        }
        self.key_events.sort_by_key(|event| event.place);
    }
}
