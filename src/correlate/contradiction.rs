//! Which statements of an account's evidence cannot all be true.

use super::stamped::{Known, fits};
use crate::model::{Attempt, Contradiction, Gap, Outcome};

/// In how many pieces a set of statements is tried before it is called least. It bounds the work where thousands
/// of attempts contradict a stamp together.
const PIECES: usize = 64;

/// A least set of statements that no world fits, of evidence that no world fits.
///
/// Statements are taken back as long as the rest still fits no world. A stamp is taken back by leaving it out, the
/// word of an attempt's records by letting it be of either key or of none, the log's silence by a gap over all of the
/// account's life, the creation by a gap before it. To take one back only ever admits more worlds, so what could not
/// be taken back once need not be tried again.
pub fn contradiction(known: &Known<'_>) -> Contradiction {
    let stamps = least(known.stamps, |kept| !fits(&Known { stamps: kept, ..known.clone() }));
    let known = Known { stamps: &stamps, ..known.clone() };

    let unseen = [Gap { start: known.created, end: known.as_of }];
    let unlogged = Known { gaps: &unseen, ..known.clone() };
    let coverage = fits(&unlogged);
    let known = if coverage { known } else { unlogged };

    let weakened = |kept: &[(usize, &Attempt)]| -> Vec<Attempt> {
        let mut attempts: Vec<Attempt> = known.attempts.iter().map(without_word).collect();
        for (index, attempt) in kept {
            attempts[*index] = (*attempt).clone();
        }
        attempts
    };
    let all: Vec<(usize, &Attempt)> = known.attempts.iter().enumerate().collect();
    let kept = least(&all, |kept| !fits(&Known { attempts: &weakened(kept), ..known.clone() }));
    let attempts = weakened(&kept);
    let known = Known { attempts: &attempts, ..known.clone() };

    let before = known.created.map(|created| Gap { start: None, end: created });
    let gaps: Vec<Gap> = before.into_iter().chain(known.gaps.iter().copied()).collect();
    let creation = fits(&Known { created: None, gaps: &gaps, ..known.clone() });
    let attempts = kept.into_iter().map(|(_, attempt)| attempt.clone()).collect();
    Contradiction { stamps: stamps.clone(), attempts, creation, coverage }
}

/// The attempt as if its records told neither its key nor its outcome.
fn without_word(attempt: &Attempt) -> Attempt {
    Attempt { at: attempt.at, outcome: Outcome::Uncertain, key: None, caller: None, records: Vec::new() }
}

/// A part of `items` that `contradicts` and of which no item, or no small piece, can be spared.
fn least<T: Clone>(items: &[T], contradicts: impl Fn(&[T]) -> bool) -> Vec<T> {
    if contradicts(&[]) {
        return Vec::new();
    }
    let mut kept = items.to_vec();
    let mut size = kept.len().div_ceil(2);
    loop {
        let before = kept.len();
        let mut from = 0;
        while from < kept.len() {
            let until = (from + size).min(kept.len());
            let rest = [&kept[..from], &kept[until..]].concat();
            if contradicts(&rest) {
                kept = rest;
            } else {
                from = until;
            }
        }
        if size <= 1 || (kept.len() == before && kept.len() / size > PIECES) {
            return kept;
        }
        size = size.min(kept.len()).div_ceil(2);
    }
}
