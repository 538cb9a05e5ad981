//! Collects the readings of each account's keys from all stamp sheets, and derives what they state about when a key was
//! set.

use std::collections::{BTreeMap, BTreeSet};

use super::moment::{Moment, Stretch};
use super::moves::Moves;
use super::worlds::{Statement, StatementKind};
use crate::model::{
    Account, CLOCK_DIFFERENCE, Instant, KeyName, Note, ResourceId, Severity, Stamp, StampedAccount,
};

/// Returns each account's stamps in the order of time, and notes. Stamps that may be of an earlier account of the same
/// name are left out. Readings after the audit count, because they prove something about the time before it.
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
            // The note does not show the id, because an id that is in no list may be any text.
            let text = "the stamp sheet contains an account here that no account list contains".to_owned();
            notes.push(note(Severity::Error, text).help("add the account list that contains it"));
            continue;
        };
        let account = &inventory[place];
        later += if row.taken_at > as_of { row.stamps.len() } else { 0 };
        if let Some(created) = account.created_at.filter(|created| row.taken_at <= *created) {
            let text = format!(
                "the stamps of the account {} were read on {}, and it was created on {created}: they may be of an \
                 earlier account of the same name, so they are left out",
                row.id, row.taken_at
            );
            notes.push(note(Severity::Warning, text));
        } else if !moves.is_empty() && !moves.stood_there(account, row.taken_at.min(as_of), as_of) {
            let text = format!(
                "the stamps of the account {} were read on {}, when it may have been elsewhere, since it was moved: they \
                 may be of another account, so they are left out",
                row.id, row.taken_at
            );
            notes.push(note(Severity::Warning, text));
        } else {
            stamps.entry(row.id).or_default().extend(row.stamps);
        }
    }
    if later > 0 {
        let text = format!("{later} key stamps were read after {as_of}; they count for the time before");
        notes.push(Note::new(Severity::Info, text));
    }
    for stamps in stamps.values_mut() {
        let distinct: BTreeSet<Stamp> = stamps.drain(..).collect();
        stamps.extend(distinct);
        stamps.dedup_by_key(|stamp| (stamp.taken_at, stamp.key, stamp.month));
        notes.extend(drop_conflicting(stamps));
    }
    stamps.retain(|_, stamps| !stamps.is_empty());
    (stamps, notes)
}

/// Drops readings of one key that differ at one instant, because a key has only one value at an instant.
fn drop_conflicting(stamps: &mut Vec<Stamp>) -> Vec<Note> {
    let mut notes = Vec::new();
    let mut kept = Vec::with_capacity(stamps.len());
    // Sorted by instant, then key: readings of one key at one instant are neighbours.
    for same in stamps.chunk_by(|one, next| (one.taken_at, one.key) == (next.taken_at, next.key)) {
        match same {
            [_] => kept.extend_from_slice(same),
            _ => notes.extend(same.iter().map(|stamp| {
                let text = format!(
                    "the sheets have two different stamps of {} at one instant, {}, so both are left out",
                    stamp.key, stamp.taken_at
                );
                Note::new(Severity::Error, text)
                    .of(stamp.place.input)
                    .at_line(stamp.place.line)
                    .help("read the stamps again, and leave out the wrong sheet")
            })),
        }
    }
    *stamps = kept;
    notes
}

/// Returns the statements that the stamps of one account, in the order of time, make about the settings of its keys.
/// Each has the indexes of its stamps.
pub(super) fn statements(stamps: &[Stamp], as_of: Instant) -> Vec<(Statement, Vec<usize>)> {
    let mut statements = Vec::new();
    for key in KeyName::BOTH {
        let of_key: Vec<usize> = (0..stamps.len()).filter(|index| stamps[*index].key == key).collect();
        let statement = |kind, stretch, read_at| Statement { key, kind, stretch, read_at };
        for index in &of_key {
            let stamp = &stamps[*index];
            let set_in = stamp.set_in.until(stamp.taken_at).map(Stretch::closed);
            let quiet = Stretch::open_at_start(stamp.quiet());
            let demand = set_in.map(|stretch| statement(StatementKind::Demand, stretch, stamp.taken_at));
            let ban = quiet.map(|stretch| statement(StatementKind::Ban, stretch, stamp.taken_at));
            statements.extend(demand.into_iter().chain(ban).map(|statement| (statement, vec![*index])));
        }
        for pair in of_key.windows(2) {
            let (earlier, later) = (&stamps[pair[0]], &stamps[pair[1]]);
            if earlier.month == later.month {
                continue;
            }
            // The later reading shows a setting that is after the earlier reading and in the later month. If there is no
            // such instant, the two readings contradict each other.
            let end = later.taken_at.plus(CLOCK_DIFFERENCE);
            let end = if later.taken_at <= as_of { end.min(as_of) } else { end };
            let start = Moment::after(earlier.taken_at.minus(CLOCK_DIFFERENCE));
            let between = Stretch { start, end: Moment::at(end) };
            let set_in = between.intersection(Stretch::closed(later.set_in)).unwrap_or(Stretch::EMPTY);
            let demand = statement(StatementKind::Demand, set_in, earlier.taken_at);
            statements.push((demand, pair.to_vec()));
        }
    }
    statements
}
