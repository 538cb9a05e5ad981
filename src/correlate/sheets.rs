//! The stamps of each account, out of all sheets.

use std::collections::{BTreeMap, BTreeSet};

use super::moves::Moves;
use crate::model::{Account, Instant, Note, ResourceId, Severity, Stamp, StampedAccount};

/// Each account's stamps in the order of time, none read after `as_of` or in the life of an older account of the
/// same name, and what is to be said of the rest.
pub fn stamps(
    rows: Vec<StampedAccount>,
    inventory: &[Account],
    moves: &Moves<'_>,
    as_of: Instant,
) -> (BTreeMap<ResourceId, Vec<Stamp>>, Vec<Note>) {
    let mut stamps: BTreeMap<ResourceId, Vec<Stamp>> = BTreeMap::new();
    let mut notes = Vec::new();
    let mut later = 0;
    for row in rows {
        let note =
            |severity, text: String| Note::new(severity, text).of(row.place.input).at_line(row.place.line);
        let Ok(place) = inventory.binary_search_by(|account| account.id.cmp(&row.id)) else {
            // Its id is not shown: what is in no list may be anything.
            let text = "the stamp sheet has an account here that no account list has".to_owned();
            notes.push(note(Severity::Error, text).help("add the account list that has it"));
            continue;
        };
        let account = &inventory[place];
        if row.taken_at > as_of {
            later += row.stamps.len();
        } else if let Some(created) = account.keys_created_at().filter(|created| row.taken_at <= *created) {
            let text = format!(
                "the stamps of the account {} were read on {}, and it was created on {created}: they are of an older \
                 account of the same name, and left out",
                row.id, row.taken_at
            );
            notes.push(note(Severity::Warning, text));
        } else if !moves.is_empty() && !moves.stood_there(account, row.taken_at, as_of) {
            let text = format!(
                "the stamps of the account {} were read on {}, when it may have stood elsewhere, for there was a move: \
                 they may be of another account, and are left out",
                row.id, row.taken_at
            );
            notes.push(note(Severity::Warning, text));
        } else {
            stamps.entry(row.id).or_default().extend(row.stamps);
        }
    }
    if later > 0 {
        let text = format!("{later} key stamps read after {as_of} were left out");
        notes.push(Note::new(Severity::Info, text));
    }
    for stamps in stamps.values_mut() {
        let distinct: BTreeSet<Stamp> = stamps.drain(..).collect();
        stamps.extend(distinct);
        stamps.dedup_by_key(|stamp| (stamp.taken_at, stamp.key, stamp.month));
    }
    (stamps, notes)
}
