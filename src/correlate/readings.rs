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
        let statement = |kind, stretch, read_at| Statement { key, kind, stretch, read_at };
        for (index, stamp) in stamps.iter().enumerate().filter(|(_, stamp)| stamp.key == key) {
            let set_in = stamp.set_in.until(stamp.taken_at).map(Stretch::closed);
            let quiet = Stretch::open_at_start(stamp.quiet());
            let demand = set_in.map(|stretch| statement(StatementKind::Demand, stretch, stamp.taken_at));
            let ban = quiet.map(|stretch| statement(StatementKind::Ban, stretch, stamp.taken_at));
            statements.extend(demand.into_iter().chain(ban).map(|statement| (statement, vec![index])));
        }
        for (earlier, later) in changes(stamps, key) {
            let set_in = set_between(&stamps[earlier], &stamps[later], as_of);
            let demand = statement(StatementKind::Demand, set_in, stamps[earlier].taken_at);
            statements.push((demand, vec![earlier, later]));
        }
    }
    statements
}

/// Returns further demands, with which no setting can be the one that two readings of different months show. They are
/// stricter than the evidence: they exclude worlds in which the later setting is earlier than the earlier one could have
/// been. So they may be used only to make sure that a world exists.
///
/// There are such readings only close to the end of a month, because a setting there can carry either month.
pub(super) fn separate_settings(stamps: &[Stamp], as_of: Instant) -> Vec<Statement> {
    let of_key = |key: KeyName| {
        changes(stamps, key).filter_map(move |(earlier, later)| {
            let (earlier, later) = (&stamps[earlier], &stamps[later]);
            let set_in = set_between(earlier, later, as_of);
            let shown_until = Moment::at(earlier.set_in.end.min(earlier.taken_at.plus(CLOCK_DIFFERENCE)));
            let shown = Stretch::new(Moment::at(earlier.set_in.start), shown_until)?;
            set_in.intersection(shown)?;
            let after = Stretch { start: shown_until.next(), end: Moment::MAX };
            Some(Statement {
                key,
                kind: StatementKind::Demand,
                stretch: set_in.intersection(after).unwrap_or(Stretch::EMPTY),
                read_at: earlier.taken_at,
            })
        })
    };
    KeyName::BOTH.into_iter().flat_map(of_key).collect()
}

/// Returns the indexes of any two successive readings of a key that have different months.
fn changes(stamps: &[Stamp], key: KeyName) -> impl Iterator<Item = (usize, usize)> {
    let of_key = (0..stamps.len()).filter(move |index| stamps[*index].key == key);
    let pairs = of_key.clone().zip(of_key.skip(1));
    pairs.filter(|(earlier, later)| stamps[*earlier].month != stamps[*later].month)
}

/// The later of two readings of different months shows a setting that is after the earlier reading and in the later
/// month. If there is no such instant, the two readings contradict each other.
fn set_between(earlier: &Stamp, later: &Stamp, as_of: Instant) -> Stretch {
    let end = later.taken_at.plus(CLOCK_DIFFERENCE);
    let end = if later.taken_at <= as_of { end.min(as_of) } else { end };
    let start = Moment::after(earlier.taken_at.minus(CLOCK_DIFFERENCE));
    let between = Stretch { start, end: Moment::at(end) };
    between.intersection(Stretch::closed(later.set_in)).unwrap_or(Stretch::EMPTY)
}
